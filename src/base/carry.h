// SPDX-License-Identifier: ISC
// How a state is written down and read again. Each struct that lasts has one function x_carry(c, x) that names its members
// in order; which way they go, into bytes or out of them, is the carry's affair. So what is written and what is read cannot
// drift apart.
//
// Members are native numbers: a carried state is for the same program on the same kind of machine (whoever keeps it marks it so).
// Bytes may be hostile: counts are checked against what is left before anything is allocated, flags and words against what they
// may be, sections against their lengths. The first fault ends the loading (`code`); what was filled by then is only
// good to be freed.
#pragma once

#include "base/attr.h"
#include "base/cursor.h"
#include "base/err.h"
#include "base/instant.h"

#define CARRY_NAME_MAX	15		 // bytes in the name of a section
#define CARRY_WORDS_MAX 1024		 // different words in one state
#define CARRY_WORD_MAX	255		 // bytes in one
#define CARRY_GONE	(UINT32_MAX - 1) // in a map: it is not there any more

enum carry_way { CARRY_MEASURE, CARRY_SAVE, CARRY_LOAD };

struct carry_sink {
	int (*write)(void *context, const void *bytes, size_t n); // 0, or a negative error, which ends the saving
	void *context;
};

enum carry_limit { // registries whose numbers a state holds; they are loaded before it
	CARRY_COLLECTORS,
	CARRY_PEERS,
	CARRY_OBSERVERS,
	CARRY_TARGETS,
	CARRY_UNITS,
	CARRY_SERIES,
	CARRY_LIMIT_COUNT
};

struct carry_map { // number then → number now
	const uint32_t *to;
	size_t count;
};

struct carry_words { // static texts of the state that was written, kept for the one that was read; zero is empty
	char **at;
	size_t count, capacity;
};

struct carry {
	enum carry_way way;
	int code;			    // 0, or the first error
	char section[CARRY_NAME_MAX + 1];   // where it happened: the innermost
	uint64_t length;		    // bytes measured or saved so far
	struct carry_sink out;		    // SAVE
	struct cursor in;		    // LOAD
	struct carry_map entities;	    // LOAD: for carry_entity
	uint64_t limits[CARRY_LIMIT_COUNT]; // LOAD: how many each registry holds
	struct instant latest;		    // LOAD: nothing can have begun later; unknown: not known yet
	struct carry_words *words;	    // LOAD: for carry_word; borrowed
};

static inline bool carry_loads(const struct carry *c)
{
	return c->way == CARRY_LOAD;
}

// Whether to go on: false after the first fault.
static inline bool carry_good(const struct carry *c)
{
	return c->code == 0;
}

void carry_fail(struct carry *c, int code); // keeps the first

// Loading: what was read must be so. Saving: nothing.
static inline void carry_check(struct carry *c, bool so)
{
	if (UNLIKELY(c->way == CARRY_LOAD && !so))
		carry_fail(c, ERR_MALFORMED);
}

// Loading: the number must be one of that registry.
static inline void carry_within(struct carry *c, enum carry_limit which, uint64_t number)
{
	carry_check(c, number < c->limits[which]);
}

// One member: a number, an instant, a flag, or a struct or array of numbers without flags.
#define CARRY(c, member)                                                                                               \
	_Generic((member), bool                                                                                        \
		 : carry_flag, struct instant                                                                          \
		 : carry_instant, default                                                                              \
		 : carry_bytes)((c), &(member), sizeof(member))

void carry_bytes(struct carry *c, void *bytes, size_t n);
void carry_flag(struct carry *c, void *flag, size_t size);	 // a bool: 0 or 1
void carry_instant(struct carry *c, void *instant, size_t size); // unknown, or of a time with which can be reckoned

void carry_ns(struct carry *c, int64_t *ns); // the same as nanoseconds, or INT64_MIN: none

// An array, how many are in it, and how many it has room for.
struct carry_array {
	void **items;
	size_t *count, *capacity, size;
};

#define CARRY_ARRAY(items, count, capacity)                                                                            \
	(&(struct carry_array){(void **)&(items), &(count), &(capacity), sizeof(*(items))})

// An array of things without flags and pointers. Loading: the old one is freed; the new one is as large as it must be.
void carry_list(struct carry *c, const struct carry_array *a);
// The same for an array in pages (alloc_pages_grow).
void carry_pages(struct carry *c, const struct carry_array *a);
// An array whose things are then carried one by one, each in at least `least` bytes (1 or more). Loading: they are zeroed.
void carry_room(struct carry *c, const struct carry_array *a, size_t least);

// A number of things that follow in at least `least` bytes each. Loading: *n is 0 after a fault.
void carry_count(struct carry *c, size_t *n, size_t least);

void carry_text(struct carry *c, char **text, size_t most); // owned, may be null; loading: the old one is not freed
void carry_chars(struct carry *c, char *text, size_t size); // an array of that size with a zero byte in it
void carry_word(struct carry *c, const char **word);	    // static text, may be null; loading: kept by c->words
void carry_entity(struct carry *c, uint32_t *entity); // loading: through the map; UINT32_MAX (none) and CARRY_GONE stay

// A part of its own: name, version, length and what `one` carries. Loading: another name, version or length is a fault.
void carry_section(struct carry *c, const char *name, uint32_t version, void (*one)(struct carry *c, void *self),
		   void *self);
// Loading only: steps over the section of that name.
void carry_skip(struct carry *c, const char *name);

void carry_words_free(struct carry_words *w);
