// SPDX-License-Identifier: ISC
// All sources in time order: a heap of sources by the time of their next record, beside it the source that is
// being read, which stays out of the heap as long as its records come first. A source that is not due yet is
// known by the time of its first record only; it is opened when it is due.
#include "feed/feed.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/heap.h"
#include "base/must.h"
#include "feed/gap.h"
#include "feed/growing.h"
#include "feed/line_reader.h"
#include "feed/reader.h"

#include <stdlib.h>
#include <sys/stat.h>

#define FEED_THREADS 4	// decompressor threads at a time
#define FEED_KEPT    32 // sources that are few stay open between the look at their first record and their turn
#define NO_SOURCE    UINT32_MAX

struct source {
	struct feed_source view;
	char *path;
	struct reader *reader;
	struct record next; // while in the heap and loaded
	struct instant key; // time of the next record, before it goes into the heap
	int64_t rank;	    // of the next record, likewise
	struct instant last;
	bool loaded, threaded, pipe, failed, ended;
	bool ended_early; // a gap told why the file could not be read to its end
	bool lines;	  // by its content, or by its name before it was opened
};

struct turn { // of a source in the heap
	struct instant key;
	int64_t rank;
	uint32_t source;
};

struct feed {
	struct source *sources;
	size_t count, capacity;
	size_t prepared;     // sources whose first time has been looked at
	struct heap waiting; // struct turn
	uint32_t *parked;    // due, but too many are open; taken out in the order in which they came
	size_t parked_first, parked_used, parked_capacity;
	size_t open, threads;
	uint32_t current; // the source being read, or NO_SOURCE
	int64_t watermark;
	struct growing *growing; // in place of all of the above, if files are still being written
};

struct feed *feed_create(void)
{
	struct feed *f = alloc_zero(1, sizeof(*f));
	f->current = NO_SOURCE;
	f->watermark = LINE_WATERMARK_NS;
	return f;
}

void feed_free(struct feed *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->count; i++) {
		reader_close(f->sources[i].reader);
		free(f->sources[i].path);
	}
	free(f->sources);
	heap_free(&f->waiting);
	free(f->parked);
	growing_free(f->growing);
	free(f);
}

int feed_add(struct feed *f, const char *file, uint16_t collector)
{
	must(f && file);
	if (f->growing)
		return growing_add(f->growing, file, collector);
	if (f->count >= FEED_SOURCES_MAX)
		return ERR_FULL;
	void *sources = f->sources;
	alloc_grow(&sources, f->count, &f->capacity, sizeof(*f->sources));
	f->sources = sources;
	struct source *s = &f->sources[f->count++];
	struct stat status;
	bool known = !stat(file, &status);
	char *path = alloc_copy(file);
	*s = (struct source){
		.view = {.path = path, .collector = collector},
		.path = path,
		.key = INSTANT_NONE,
		.last = INSTANT_NONE,
		.pipe = !strcmp(file, FEED_STANDARD_INPUT),
		.lines = line_kind_named(file),
	};
	if (known && S_ISREG(status.st_mode))
		s->view.file_bytes = (uint64_t)status.st_size;
	return 0;
}

// The heap.

static bool merge_earlier(const struct turn *a, const struct turn *b)
{
	if (LIKELY(a->key.ns != b->key.ns))
		return a->key.ns < b->key.ns;
	return a->rank != b->rank ? a->rank > b->rank : a->source < b->source;
}

static bool merge_turn_before(const void *feed, const void *a, const void *b)
{
	const struct turn *x = a, *y = b;
	(void)feed;
	return merge_earlier(x, y);
}

static const struct heap_kind merge_by_turn = {.size = sizeof(struct turn), .before = merge_turn_before};

static void merge_source_wait(struct feed *f, uint32_t source)
{
	struct turn turn = {f->sources[source].key, f->sources[source].rank, source};
	heap_put(&f->waiting, &merge_by_turn, f, &turn);
}

static void merge_source_park(struct feed *f, uint32_t source)
{
	void *items = f->parked;
	alloc_grow(&items, f->parked_used, &f->parked_capacity, sizeof(*f->parked));
	f->parked = items;
	f->parked[f->parked_used++] = source;
}

// Sources.

static void merge_source_close(struct feed *f, struct source *s)
{
	if (!s->reader)
		return;
	reader_close(s->reader);
	s->reader = NULL;
	f->open--;
	f->threads -= s->threaded ? 1 : 0;
	s->threaded = false;
}

static int merge_source_open(struct feed *f, struct source *s)
{
	int error = reader_open(s->path, &s->reader);
	if (!error) {
		f->open++;
		s->lines = reader_lines(s->reader);
		reader_watermark(s->reader, f->watermark);
	}
	return error;
}

static void merge_source_count_gap(struct source *s, const struct record *gap)
{
	s->view.gaps++;
	s->view.skipped_bytes += gap->length;
	bool graver = gap->reason != GAP_FRAMING && gap->reason != GAP_BAD_LINE && !s->ended_early;
	if (!s->view.error || graver)
		s->view.error = gap->error;
	s->ended_early |= graver;
}

// The file could not be opened: a gap, and the end at the next call.
static void merge_source_unreadable(struct source *s, int error, struct record *ret)
{
	*ret = (struct record){.kind = RECORD_GAP, .reason = gap_reason_of(error), .error = error};
	ret->time = ret->resumed = INSTANT_NONE;
	ret->form = s->lines ? LINE_ANY : LINE_NONE;
	s->failed = true;
	merge_source_count_gap(s, ret);
}

static void merge_source_end(struct feed *f, struct source *s, struct record *ret)
{
	*ret = (struct record){.kind = RECORD_SOURCE_END, .time = s->last, .resumed = INSTANT_NONE};
	ret->form = s->lines ? LINE_ANY : LINE_NONE;
	s->ended = true;
	merge_source_close(f, s);
	if (f->parked_first < f->parked_used) // one goes, one may come
		merge_source_wait(f, f->parked[f->parked_first++]);
}

// Reads the source's next record. Opens it if it is not.
static void merge_source_read(struct feed *f, uint32_t index, struct record *ret)
{
	struct source *s = &f->sources[index];
	int error = 0;
	if (UNLIKELY(!s->reader && !s->failed))
		error = merge_source_open(f, s);
	if (UNLIKELY(error)) {
		merge_source_unreadable(s, error, ret);
	} else if (UNLIKELY(s->failed || reader_next(s->reader, ret) != 1)) {
		merge_source_end(f, s, ret);
	} else if (UNLIKELY(ret->kind == RECORD_GAP)) {
		merge_source_count_gap(s, ret);
	} else {
		s->view.records++;
		s->last = ret->time;
	}
	ret->source = index;
	ret->file = s->view.path;
	ret->collector = s->view.collector;
}

// Puts a new source into the heap, under the time of its first record.
static void merge_source_prepare(struct feed *f, uint32_t index)
{
	struct source *s = &f->sources[index];
	if (!s->pipe && f->count > 1) {
		merge_source_read(f, index, &s->next);
		s->loaded = true;
		s->key = s->next.time;
		s->rank = s->next.rank;
		bool head_damaged = s->next.kind == RECORD_GAP && instant_known(s->next.resumed);
		if (head_damaged)
			s->key = s->next.resumed;
		if (f->count > FEED_KEPT && s->reader) {
			merge_source_close(f, s); // and begin anew when it is due
			s->loaded = false;
			s->view.records = s->view.gaps = s->view.skipped_bytes = 0;
			s->view.error = 0;
			s->ended_early = false;
			s->last = INSTANT_NONE;
		}
	}
	merge_source_wait(f, index);
}

// Whether the source may be read now; parks it if not.
static bool merge_source_admit(struct feed *f, uint32_t index)
{
	struct source *s = &f->sources[index];
	if (s->loaded || s->failed || s->reader || f->open < FEED_OPEN_MAX)
		return true;
	merge_source_park(f, index);
	return false;
}

static void merge_source_thread(struct feed *f, struct source *s)
{
	if (s->threaded || !s->reader || f->threads >= FEED_THREADS)
		return;
	s->threaded = reader_thread(s->reader);
	f->threads += s->threaded ? 1 : 0;
}

// Whether a record of the current source comes before all that wait.
static bool merge_comes_first(const struct feed *f, const struct record *r)
{
	if (!f->waiting.count)
		return true;
	struct turn turn = {r->time, r->rank, r->source};
	return merge_earlier(&turn, heap_at(&f->waiting, &merge_by_turn, 0));
}

// Takes the source that is due out of the heap. 1: *ret holds its record. 0: look again.
static int merge_feed_turn(struct feed *f, struct record *ret)
{
	struct turn turn;
	heap_take(&f->waiting, &merge_by_turn, f, &turn);
	uint32_t index = turn.source;
	struct source *s = &f->sources[index];
	if (s->ended && !s->loaded)
		return 0;
	if (!merge_source_admit(f, index))
		return 0;
	if (!s->loaded)
		merge_source_read(f, index, &s->next);
	s->loaded = true;
	merge_source_thread(f, s);
	if (!merge_comes_first(f, &s->next)) {
		s->key = s->next.time;
		s->rank = s->next.rank;
		merge_source_wait(f, index);
		return 0;
	}
	*ret = s->next;
	s->loaded = false;
	f->current = index;
	return 1;
}

int feed_next(struct feed *f, struct record *ret)
{
	if (UNLIKELY(f->growing))
		return growing_next(f->growing, ret);
	while (UNLIKELY(f->prepared < f->count))
		merge_source_prepare(f, (uint32_t)f->prepared++);
	if (LIKELY(f->current != NO_SOURCE)) {
		uint32_t index = f->current;
		struct source *s = &f->sources[index];
		if (LIKELY(!s->ended)) {
			merge_source_read(f, index, ret);
			if (LIKELY(merge_comes_first(f, ret)))
				return 1;
			s->next = *ret;
			s->loaded = true;
			s->key = ret->time;
			s->rank = ret->rank;
			merge_source_wait(f, index);
		}
		f->current = NO_SOURCE;
	}
	while (f->waiting.count)
		if (merge_feed_turn(f, ret))
			return 1;
	return 0;
}

void feed_growing(struct feed *f, int64_t most_ns)
{
	must(!f->growing && !f->prepared && most_ns >= 0);
	f->growing = growing_create(most_ns);
	for (size_t i = 0; i < f->count; i++) {
		const struct feed_source *view = &f->sources[i].view;
		(void)growing_add(f->growing, view->path, view->collector); // no more of them than were taken before
	}
}

bool feed_look(struct feed *f, const struct feed_clock *now)
{
	must(f->growing);
	return growing_look(f->growing, now);
}

bool feed_knows(struct feed *f, const char *file)
{
	return growing_knows(f->growing, file);
}

void feed_drain(struct feed *f)
{
	must(f->growing);
	growing_drain(f->growing);
}

struct instant feed_passed(const struct feed *f)
{
	return growing_passed(f->growing);
}

bool feed_holds(const struct feed *f)
{
	return growing_holds(f->growing);
}

void feed_watermark(struct feed *f, int64_t ns)
{
	f->watermark = ns;
}

size_t feed_source_count(const struct feed *f)
{
	return f->growing ? growing_count(f->growing) : f->count;
}

const struct feed_source *feed_source(const struct feed *f, size_t index)
{
	if (f->growing)
		return growing_source(f->growing, index);
	return index < f->count ? &f->sources[index].view : NULL;
}

void feed_progress(const struct feed *f, uint64_t *ret_done, uint64_t *ret_total)
{
	uint64_t done = 0, total = 0;
	for (size_t i = 0; i < f->count; i++) {
		const struct source *s = &f->sources[i];
		total += s->view.file_bytes;
		if (s->ended || s->failed)
			done += s->view.file_bytes;
		else if (s->reader)
			done += reader_compressed(s->reader);
	}
	*ret_done = done;
	*ret_total = total;
}
