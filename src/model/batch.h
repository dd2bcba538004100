// SPDX-License-Identifier: ISC
// A batch: observations with all that is needed to understand them. Names come before their use: a sender announces what a
// number of its own means (in this batch or an earlier one) and then only uses the number; paths are offsets into the batch's own
// words. So a batch can be handed on in memory, in a frame, in a segment on disk or on a bus: the same bytes.
// Receivers keep "their number → my number" for each sender: model/registry.h.
#pragma once

#include "base/attr.h"
#include "model/obs.h"

#include <stdbool.h>
#include <stddef.h>

#define BATCH_BYTES_MAX	 (64u << 20) // of one batch as bytes; a decoder's have some 100 kB
#define BATCH_TEXT_MAX	 512	     // bytes of one text, its end left out; longer ones are cut
#define BATCH_HEAD_BYTES 32

enum batch_name_kind {
	NAME_COLLECTOR, // text: its name
	NAME_PEER, // address, asn, view, collector; text: its instance as a number, or none; entity: its router's name, or none
	NAME_OBSERVER, // text: its id; asn, 0 unknown
	NAME_TARGET,   // address, op; text: the name it is asked for, or none
	NAME_SERIES,   // text: the signal's word; entity: whose it is
	NAME_SOURCE,   // text: the file or feed, or none; collector
	NAME_KIND_COUNT
};

struct batch_name {
	uint32_t number;    // the sender's, dense from 0 within its kind
	uint32_t asn;	    // 0 unknown
	uint32_t text;	    // offset in the batch's texts; 0: none
	uint32_t entity;    // the same: an id such as "country/KP"
	uint16_t collector; // the sender's number of it
	uint8_t kind;	    // enum batch_name_kind
	uint8_t op;	    // enum probe_op
	uint8_t view;	    // enum peer_view
	struct addr address;
	uint8_t spare[2]; // 0
};

_Static_assert(sizeof(struct batch_name) == 40, "a name has no gaps");

struct bgp_route; // wire/route.h: all attributes of a route

// A view: everything is borrowed from whoever made it, for the call.
struct batch {
	const struct obs *obs;
	size_t count;
	const uint32_t *words; // AS numbers of paths
	size_t word_count;
	const struct batch_name *names; // to be understood before the first observation
	size_t name_count;
	const char *texts; // each with its zero byte; the first byte is zero
	size_t text_bytes;
	// For writers of text in the same process: all attributes of each observation, null where it has none. Null: not asked
	// for. It does not cross processes and is not written.
	const struct bgp_route *const *routes;
	bool foreign; // came as bytes: its numbers are checked against what was announced
};

// Where batches go. take() returns 0 or a negative error, which stops the producer.
struct batch_sink {
	int (*take)(void *context, const struct batch *b);
	void *context;
};

// The AS numbers of an observation's path: o->path_count of them.
static inline const uint32_t *batch_path(const struct batch *b, const struct obs *o)
{
	return o->path_at ? b->words + o->path_at : b->words; // there may be none at all
}

// The attributes of observation i; null: none, or not asked for.
static inline const struct bgp_route *batch_route(const struct batch *b, size_t i)
{
	return b->routes ? b->routes[i] : NULL;
}

// A text of a name; null for offset 0.
static inline const char *batch_text(const struct batch *b, uint32_t offset)
{
	return offset ? b->texts + offset : NULL;
}

// Observations [from, from + n) with the words and without the names of `b`; borrowed as `b` is.
struct batch batch_part(const struct batch *b, size_t from, size_t n);

// A batch being made. All zero is an empty one; free it in the end.
struct batch_room {
	struct obs *obs;
	const struct bgp_route **routes; // null until batch_room_routes
	uint32_t *words;
	struct batch_name *names;
	char *texts;
	size_t count, word_count, name_count, text_bytes;
	size_t capacity, word_capacity, name_capacity, text_capacity;
};

// Makes room beforehand, so that so many can be filled in by hand.
void batch_room_reserve(struct batch_room *r, size_t observations, size_t words);
void batch_room_routes(struct batch_room *r); // the side array, for `capacity` observations
void batch_room_free(struct batch_room *r);

// Empties it and keeps the memory.
static inline void batch_room_clear(struct batch_room *r)
{
	r->count = r->word_count = r->name_count = r->text_bytes = 0;
}

static inline struct batch batch_room_view(const struct batch_room *r)
{
	return (struct batch){
		.obs = r->obs,
		.count = r->count,
		.words = r->words,
		.word_count = r->word_count,
		.names = r->names,
		.name_count = r->name_count,
		.texts = r->texts,
		.text_bytes = r->text_bytes,
		.routes = r->routes,
	};
}

// Appends an observation: `o` is copied, its path (o->path_count AS numbers, may be null when that is 0) is put into the words and
// path_at is set. Borrowed until the next.
struct obs *batch_room_add(struct batch_room *r, const struct obs *o, const uint32_t *path);
// Appends a name; its offsets are set from the texts, of which each may be null, and which are cut at a zero byte and at
// BATCH_TEXT_MAX.
// NAME_PEER; `router` may be null or empty.
void batch_room_peer(struct batch_room *r, const struct batch_name *name, uint64_t instance, const char *router);
void batch_room_name(struct batch_room *r, const struct batch_name *name, const char *text, size_t n,
		     const char *entity);

// As one run of bytes, little-endian: head with counts, length and CRC32C, names, observations, words, texts; each part begins at
// a multiple of 8.
size_t batch_bytes(const struct batch *b);	    // how many; more than BATCH_BYTES_MAX cannot be read again
void batch_write(const struct batch *b, void *ret); // `ret` has batch_bytes(b), and begins at a multiple of 8

// The batch that `n` bytes hold, as a view into them; `bytes` begins at a multiple of 8. All that a receiver relies on is
// checked: lengths, counts, sums, offsets, words of every enumeration; not whether a number was announced.
// 0, ERR_TRUNCATED, ERR_TOO_LARGE, ERR_UNSUPPORTED (of a later version), or ERR_MALFORMED.
int MUST_USE batch_read(const void *bytes, size_t n, struct batch *ret);
