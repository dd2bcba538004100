// SPDX-License-Identifier: ISC
// A heap of entries over one run of bytes. The run is closed up when half of it is free, else doubled, so that
// every byte is moved a constant number of times.
#include "feed/line_store.h"

#include "base/alloc.h"
#include "base/heap.h"
#include "base/must.h"
#include "model/record.h"

#include <stdlib.h>

#define FIRST_BYTES (64u << 10)

struct line_store_entry {
	int64_t ns;
	size_t at; // in the run of bytes
	uint32_t length;
	uint8_t form;
	uint64_t number, offset;
};

struct line_store {
	int64_t watermark;
	struct instant newest; // by which lines become due
	struct instant leapt;  // of a single line far ahead, or unknown
	int64_t lateness;      // most that a line came behind the newest
	struct heap heap;      // struct line_store_entry
	uint8_t *bytes;
	size_t used, room, live;
};

struct line_store *line_store_create(int64_t watermark_ns)
{
	struct line_store *s = alloc_zero(1, sizeof(*s));
	s->watermark = watermark_ns;
	s->newest = s->leapt = INSTANT_NONE;
	return s;
}

void line_store_free(struct line_store *s)
{
	if (!s)
		return;
	heap_free(&s->heap);
	free(s->bytes);
	free(s);
}

void line_store_watermark(struct line_store *s, int64_t ns)
{
	s->watermark = ns;
}

static int line_store_compare(const struct line_store *s, const struct line_store_entry *a,
			      const struct line_store_entry *b)
{
	if (a->ns != b->ns)
		return a->ns < b->ns ? -1 : 1;
	if (a->form == LINE_RIS && b->form == LINE_RIS) // of a session's messages the order says which holds
		return (a->number > b->number) - (a->number < b->number);
	uint32_t shorter = a->length < b->length ? a->length : b->length;
	int order = shorter ? memcmp(s->bytes + a->at, s->bytes + b->at, shorter) : 0;
	return order ? order : (a->length > b->length) - (a->length < b->length);
}

static bool line_store_entry_before(const void *store, const void *a, const void *b)
{
	return line_store_compare(store, a, b) < 0;
}

static const struct heap_kind line_store_by_entry = {.size = sizeof(struct line_store_entry),
						     .before = line_store_entry_before};

static struct line_store_entry *line_store_entry_at(const struct line_store *s, size_t i)
{
	return heap_at(&s->heap, &line_store_by_entry, i);
}

// Makes room for n more bytes.
static void line_store_make_room(struct line_store *s, size_t n)
{
	if (s->room - s->used >= n)
		return;
	size_t room = s->room ? s->room : FIRST_BYTES;
	while (room / 2 < s->live + n)
		room *= 2;
	uint8_t *bytes = alloc_resize(NULL, room, 1);
	size_t used = 0;
	for (size_t i = 0; i < s->heap.count; i++) {
		struct line_store_entry *e = line_store_entry_at(s, i);
		if (e->length)
			memcpy(bytes + used, s->bytes + e->at, e->length);
		e->at = used;
		used += e->length;
	}
	free(s->bytes);
	s->bytes = bytes;
	s->used = used;
	s->room = room;
}

// A clock that one wrong line cannot move far: the second of two that leapt does.
static void line_store_clock_move(struct line_store *s, struct instant time)
{
	if (!instant_known(s->newest) || (time.ns > s->newest.ns && time.ns - s->newest.ns <= LINE_LEAP_NS)) {
		s->newest = time;
	} else if (time.ns > s->newest.ns) {
		if (instant_known(s->leapt))
			s->newest = s->leapt.ns < time.ns ? s->leapt : time;
		s->leapt = time;
	}
}

void line_store_put(struct line_store *s, const struct stored_line *line)
{
	size_t n = cursor_left(&line->bytes);
	line_store_make_room(s, n);
	if (n)
		memcpy(s->bytes + s->used, line->bytes.at, n);
	struct line_store_entry e = {line->time.ns, s->used, (uint32_t)n, line->form, line->number, line->offset};
	s->used += n;
	s->live += n;
	heap_put(&s->heap, &line_store_by_entry, s, &e);
	line_store_clock_move(s, line->time);
	s->lateness = s->newest.ns - e.ns > s->lateness ? s->newest.ns - e.ns : s->lateness;
}

bool line_store_due(const struct line_store *s, bool all)
{
	if (!s->heap.count)
		return false;
	if (all || s->heap.count >= LINE_STORE_LINES || s->live >= LINE_STORE_BYTES)
		return true;
	int64_t first = line_store_entry_at(s, 0)->ns;
	return first < s->newest.ns && s->newest.ns - first > s->watermark;
}

bool line_store_settled(const struct line_store *s, int64_t floor, int64_t ceiling)
{
	int64_t wait = s->lateness > floor ? s->lateness : floor;
	wait = wait < ceiling ? wait : ceiling;
	return s->heap.count && s->newest.ns - line_store_entry_at(s, 0)->ns >= wait;
}

void line_store_take(struct line_store *s, struct stored_line *ret)
{
	must(s->heap.count > 0);
	struct line_store_entry e = *line_store_entry_at(s, 0);
	do {
		s->live -= line_store_entry_at(s, 0)->length;
		heap_drop(&s->heap, &line_store_by_entry, s, 0);
	} while (s->heap.count && line_store_compare(s, &e, line_store_entry_at(s, 0)) == 0);
	ret->time = instant_of_ns(e.ns);
	ret->bytes = cursor_of(s->bytes + e.at, e.length);
	ret->form = e.form;
	ret->number = e.number;
	ret->offset = e.offset;
}
