// SPDX-License-Identifier: ISC
// DOC: the watch list
// A target has a grid of moments, one a period; the period is its interval and a 64th, so that a jitter of at most a 64th,
// anew for each moment, never brings two moments nearer than the interval. Where the group has more targets than are wanted, the
// period is longer in proportion. Grids begin at (k x golden ratio) of the period for the k-th target: however many there are,
// they lie about evenly (the three-distance theorem); within each 64 targets k is permuted, so that neighbours in the list
// are not neighbours in time.
//
// Time is the schedule's own: when the target that is due first is later than LATE_MOST, nobody has asked for a while
// (suspended, stopped), and the schedule's time stands still for as long. So there is nothing to catch up with.
#include "schedule/watch.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/heap.h"
#include "base/instant.h"
#include "base/must.h"
#include "schedule/order.h"

#include <stdbool.h>
#include <stdlib.h>

#define NS_PER_MS (NS_PER_S / 1000)
#define LATE_MOST NS_PER_S		// a caller that ticks is never so late; a machine that slept is
#define GOLDEN	  0x9e3779b97f4a7c15ULL // 2^64 divided by the golden ratio
#define CHUNK	  64
#define NOWHERE	  UINT32_MAX

struct watch_entry {
	struct watch_target target;
	uint32_t place; // in the heap; NOWHERE: a free entry, whose grid is the next free one
	int64_t grid;	// the moment before its jitter; not yet asked: when it was added
};

struct watch_due {
	int64_t at; // of the schedule's time
	uint32_t id;
	bool fresh; // not yet asked
};

struct watch_group {
	uint32_t count, wanted;
};

struct schedule_watch {
	struct watch_entry *entries;
	size_t entry_count, entry_capacity;
	struct heap heap; // struct watch_due, the earliest first
	struct watch_group *groups;
	size_t group_count;
	uint64_t seed;
	uint32_t free; // the first free entry
	int64_t paused;
};

_Static_assert(sizeof(struct watch_entry) + sizeof(struct watch_due) <= 64, "a target of the watch list is small");

struct schedule_watch *watch_create(uint64_t seed)
{
	struct schedule_watch *w = alloc_zero(1, sizeof(*w));
	w->seed = seed;
	w->free = NOWHERE;
	return w;
}

void watch_free(struct schedule_watch *w)
{
	if (!w)
		return;
	free(w->entries);
	heap_free(&w->heap);
	free(w->groups);
	free(w);
}

static bool watch_due_before(const void *watch, const void *a, const void *b)
{
	(void)watch;
	return ((const struct watch_due *)a)->at < ((const struct watch_due *)b)->at;
}

static void watch_due_stands(void *watch, const void *item, size_t place)
{
	((struct schedule_watch *)watch)->entries[((const struct watch_due *)item)->id].place = (uint32_t)place;
}

static const struct heap_kind watch_by_moment = {sizeof(struct watch_due), watch_due_before, watch_due_stands};

static struct watch_due *watch_first_due(const struct schedule_watch *w)
{
	return heap_at(&w->heap, &watch_by_moment, 0);
}

static int64_t watch_jitter_most(const struct watch_entry *e)
{
	return e->target.interval_ms * NS_PER_MS / WATCH_JITTER;
}

static int64_t watch_period_of(const struct schedule_watch *w, const struct watch_entry *e)
{
	const struct watch_group *g = &w->groups[e->target.group];
	int64_t interval = e->target.interval_ms * NS_PER_MS + watch_jitter_most(e);
	if (!g->wanted || g->count <= g->wanted)
		return interval;
	return (int64_t)((double)interval * g->count / g->wanted);
}

static int64_t watch_jitter(const struct schedule_watch *w, const struct watch_entry *e, uint32_t id)
{
	return (int64_t)(hash_pair(w->seed + id, (uint64_t)e->grid) % ((uint64_t)watch_jitter_most(e) + 1));
}

// Where in its period the k-th target begins, as a share of 2^64.
static uint64_t watch_phase(const struct schedule_watch *w, uint64_t k)
{
	struct order o = order_of(CHUNK, w->seed + k / CHUNK);
	return hash_mix(w->seed) + (k / CHUNK * CHUNK + order_at(&o, k % CHUNK)) * GOLDEN;
}

static struct watch_group *watch_group_of(struct schedule_watch *w, uint32_t group)
{
	if (group >= w->group_count) {
		size_t count = w->group_count * 2 > group ? w->group_count * 2 : group + 1;
		w->groups = alloc_resize(w->groups, count, sizeof(*w->groups));
		memset(w->groups + w->group_count, 0, (count - w->group_count) * sizeof(*w->groups));
		w->group_count = count;
	}
	return &w->groups[group];
}

// Grows by an eighth: the list is made once and changes little.
static size_t watch_more_room(size_t capacity)
{
	return capacity + capacity / 8 + 16;
}

static uint32_t watch_entry_new(struct schedule_watch *w)
{
	uint32_t id = w->free;
	if (id != NOWHERE) {
		w->free = (uint32_t)w->entries[id].grid;
		return id;
	}
	if (w->entry_count == w->entry_capacity) {
		w->entry_capacity = watch_more_room(w->entry_capacity);
		w->entries = alloc_resize(w->entries, w->entry_capacity, sizeof(*w->entries));
	}
	return (uint32_t)w->entry_count++;
}

// The first moment of a target. As its group grows, so does the period, and the first moment of who waits for it moves along.
static int64_t watch_first_moment(const struct schedule_watch *w, const struct watch_entry *e, uint32_t id)
{
	return e->grid + (int64_t)((double)watch_period_of(w, e) * (double)(watch_phase(w, id) >> 32) * 0x1p-32);
}

int watch_add(struct schedule_watch *w, const struct watch_target *t, int64_t now_ns)
{
	must(t);
	if (!t->interval_ms || t->group >= WATCH_GROUPS_MAX)
		return ERR_MALFORMED;
	if (w->heap.count >= WATCH_TARGETS_MAX)
		return ERR_FULL;
	uint32_t id = watch_entry_new(w);
	struct watch_entry *e = &w->entries[id];
	*e = (struct watch_entry){.target = *t, .grid = now_ns - w->paused};
	watch_group_of(w, t->group)->count++;
	if (w->heap.count == w->heap.capacity)
		heap_reserve(&w->heap, &watch_by_moment, watch_more_room(w->heap.capacity));
	struct watch_due first = {watch_first_moment(w, e, id), id, true};
	heap_put(&w->heap, &watch_by_moment, w, &first);
	return (int)id;
}

void watch_remove(struct schedule_watch *w, uint32_t id)
{
	if (id >= w->entry_count || w->entries[id].place == NOWHERE)
		return;
	struct watch_entry *e = &w->entries[id];
	size_t place = e->place;
	w->groups[e->target.group].count--;
	e->place = NOWHERE;
	e->grid = w->free;
	w->free = id;
	heap_drop(&w->heap, &watch_by_moment, w, place);
}

int watch_want(struct schedule_watch *w, uint32_t group, uint32_t wanted)
{
	if (group >= WATCH_GROUPS_MAX)
		return ERR_MALFORMED;
	watch_group_of(w, group)->wanted = wanted;
	return 0;
}

// Whoever is first in the heap gets its next moment.
static void watch_schedule_next(struct schedule_watch *w, int64_t now)
{
	struct watch_due *first = watch_first_due(w);
	struct watch_entry *e = &w->entries[first->id];
	int64_t least = now + e->target.interval_ms * NS_PER_MS;
	if (first->fresh)
		e->grid = first->at;
	first->fresh = false;
	e->grid += watch_period_of(w, e);
	first->at = e->grid + watch_jitter(w, e, first->id);
	first->at = first->at > least ? first->at : least;
	heap_settle(&w->heap, &watch_by_moment, w, 0);
}

// True: the first in the heap waits for its first moment, which has moved away since it was put there.
static bool watch_moved_away(struct schedule_watch *w, int64_t now)
{
	struct watch_due *first = watch_first_due(w);
	const struct watch_entry *e = &w->entries[first->id];
	int64_t at = first->fresh ? watch_first_moment(w, e, first->id) : first->at;
	if (at <= first->at || at <= now)
		return false;
	first->at = at;
	heap_settle(&w->heap, &watch_by_moment, w, 0);
	return true;
}

const struct watch_target *watch_next(struct schedule_watch *w, int64_t now_ns, int64_t *ret_due_ns)
{
	int64_t now = now_ns - w->paused;
	while (w->heap.count && watch_first_due(w)->at <= now && watch_moved_away(w, now))
		continue;
	if (!w->heap.count) {
		*ret_due_ns = INT64_MAX;
		return NULL;
	}
	int64_t late = now - watch_first_due(w)->at;
	if (late < 0) {
		*ret_due_ns = watch_first_due(w)->at + w->paused;
		return NULL;
	}
	if (late > LATE_MOST) {
		w->paused += late;
		now -= late;
	}
	const struct watch_target *t = &w->entries[watch_first_due(w)->id].target;
	watch_schedule_next(w, now);
	return t;
}

size_t watch_count(const struct schedule_watch *w)
{
	return w->heap.count;
}

int64_t watch_paused_ns(const struct schedule_watch *w)
{
	return w->paused;
}

size_t watch_bytes(const struct schedule_watch *w)
{
	return sizeof(*w) + w->entry_capacity * sizeof(*w->entries) + w->heap.capacity * sizeof(struct watch_due) +
	       w->group_count * sizeof(*w->groups);
}
