// SPDX-License-Identifier: ISC
// What a segment is made of: a head, then records, each a head and its content padded to a multiple of 8. Little-endian. The head of
// a record has a sum of its own, so that a length can be believed even where the content is damaged. Only this room includes it.
#pragma once

#include "base/crc32c.h"
#include "journal/reader.h"

#include <stddef.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the log is little-endian");

#define JOURNAL_VERSION	      1
#define JOURNAL_SEGMENT_MAGIC 0x476f4c4cu // "LLoG"
#define JOURNAL_RECORD_MAGIC  0x63524c4cu // "LLRc"
#define JOURNAL_NAME_DIGITS   10

struct journal_segment_head {
	uint32_t magic;
	uint32_t sum; // of what follows in the head
	uint32_t version;
	uint32_t run;
	uint64_t first; // sequence of its first record
	uint64_t spare; // 0
};

struct journal_record_head {
	uint32_t magic;
	uint32_t sum;	   // of what follows in the head
	uint32_t body_sum; // of the content
	uint32_t length;   // of the content
	uint32_t kind;
	uint32_t run;
	uint64_t sequence;
	int64_t time;
};

#define JOURNAL_SUM_FROM 8 // both heads: behind magic and sum

_Static_assert(sizeof(struct journal_segment_head) == 32 && sizeof(struct journal_record_head) == 40,
	       "heads have no gaps");

static inline size_t journal_padded(size_t n)
{
	return (n + 7) & ~(size_t)7;
}

static inline uint32_t journal_head_sum(const void *head, size_t size)
{
	return crc32c(0, (const uint8_t *)head + JOURNAL_SUM_FROM, size - JOURNAL_SUM_FROM);
}

static inline bool journal_head_sound(const struct journal_record_head *h)
{
	return h->magic == JOURNAL_RECORD_MAGIC && h->length <= JOURNAL_RECORD_MAX &&
	       h->sum == journal_head_sum(h, sizeof(*h)) && h->kind && h->kind < JOURNAL_KIND_END && h->sequence;
}

// Names of the segments of a folder in order; free each and the list. 0 or -errno.
int MUST_USE journal_list(const char *dir, char ***ret_names, size_t *ret_count);
void journal_list_free(char **names, size_t count);
// The number in a segment's name; 0: it is none.
uint64_t journal_number(const char *name);
// As journal_reader_open, beginning behind the segment of that name ("": with the first).
int MUST_USE journal_reader_from(const char *dir, const char *after, struct journal_listener listener,
				 struct journal_reader **ret);
