// SPDX-License-Identifier: ISC
// DOC: merging what is still being written
// The front is the newest stamp that was read of any source. A source at its end for now may still give what is older than the
// front by its lateness, so nothing younger than that is given; nor does the front stand still when nothing comes: it goes on
// with the clock, so that what is held is given at last. To know the front, sources that have more are read ahead of their turn,
// into memory, but no further than until nobody waits for the one that holds them up.
#include "feed/growing.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/must.h"
#include "feed/grown.h"

#include <stdlib.h>
#include <sys/stat.h>

#define GROWING_KEPT	32		// sources that few stay open before their turn and while they rest
#define GROWING_RUN	1024		// records read ahead at a time
#define GROWING_BYTES	(256u << 20)	// most that is read ahead in all; beyond it nobody is waited for
#define GROWING_LIVE_NS (30 * NS_PER_S) // data this close to the clock is of now
#define NO_SOURCE	UINT32_MAX

struct indices {
	uint32_t *at;
	size_t count, capacity;
};

struct growing {
	struct grown **of;
	size_t count, capacity;
	size_t prepared; // sources whose first record was looked at
	int64_t most_ns;
	struct indices todo;  // whose next record is to be looked at
	struct indices ready; // whose next record is known; may hold some whose is not any more
	struct indices due;   // opened when they are due: the one of the first time last
	struct indices waits;
	struct indices names, inodes; // sorted; see growing_knows
	bool unsorted;
	uint32_t current,
		second; // the source that is being read, and the one that comes then; second unknown: NO_SOURCE
	bool ranked;	// these two are known
	struct instant front, pass;
	int64_t front_ns; // boot time when the front moved
	struct feed_clock now;
	bool live; // the front is of now
	bool draining;
	size_t open, ahead_bytes;
};

static void growing_indices_push(struct indices *l, uint32_t index)
{
	alloc_grow((void **)&l->at, l->count, &l->capacity, sizeof(*l->at));
	l->at[l->count++] = index;
}

static void growing_indices_drop(struct indices *l, uint32_t index)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->at[i] == index)
			l->at[i--] = l->at[--l->count];
}

struct growing *growing_create(int64_t most_ns)
{
	struct growing *g = alloc_zero(1, sizeof(*g));
	g->most_ns = most_ns;
	g->front = g->pass = INSTANT_NONE;
	return g;
}

void growing_free(struct growing *g)
{
	if (!g)
		return;
	for (size_t i = 0; i < g->count; i++)
		grown_free(g->of[i]);
	free(g->of);
	free(g->todo.at);
	free(g->ready.at);
	free(g->due.at);
	free(g->waits.at);
	free(g->names.at);
	free(g->inodes.at);
	free(g);
}

int growing_add(struct growing *g, const char *file, uint16_t collector)
{
	if (g->count >= FEED_SOURCES_MAX)
		return ERR_FULL;
	bool other_name;
	must(file && *file);
	struct grown *s = grown_create(file, collector, g->most_ns);
	alloc_grow((void **)&g->of, g->count, &g->capacity, sizeof(*g->of));
	s->index = (uint32_t)g->count;
	g->of[g->count++] = s;
	g->unsorted = true;
	(void)grown_look(s, &g->now, &other_name); // its size and age
	return 0;
}

size_t growing_count(const struct growing *g)
{
	return g->count;
}

const struct feed_source *growing_source(const struct growing *g, size_t index)
{
	return index < g->count ? &g->of[index]->view : NULL;
}

// Names that are known.

static int growing_by_name(const void *a, const void *b, void *context)
{
	const struct growing *g = context;
	return strcmp(g->of[*(const uint32_t *)a]->path, g->of[*(const uint32_t *)b]->path);
}

static int growing_by_inode(const void *a, const void *b, void *context)
{
	const struct growing *g = context;
	const struct grown *x = g->of[*(const uint32_t *)a], *y = g->of[*(const uint32_t *)b];
	if (x->device != y->device)
		return x->device < y->device ? -1 : 1;
	return (x->inode > y->inode) - (x->inode < y->inode);
}

static void growing_sort(struct growing *g)
{
	if (!g->unsorted)
		return;
	g->names.count = g->inodes.count = 0;
	for (uint32_t i = 0; i < g->count; i++) {
		if (!g->of[i]->detached)
			growing_indices_push(&g->names, i);
		growing_indices_push(&g->inodes, i);
	}
	if (g->names.count)
		qsort_r(g->names.at, g->names.count, sizeof(*g->names.at), growing_by_name, g);
	if (g->inodes.count)
		qsort_r(g->inodes.at, g->inodes.count, sizeof(*g->inodes.at), growing_by_inode, g);
	g->unsorted = false;
}

static const char *growing_name_at(const struct growing *g, size_t i)
{
	return g->of[g->names.at[i]]->path;
}

static bool growing_named(const struct growing *g, const char *file)
{
	size_t low = 0, high = g->names.count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (strcmp(growing_name_at(g, middle), file) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < g->names.count && !strcmp(growing_name_at(g, low), file);
}

static bool growing_holds_inode(const struct growing *g, const struct stat *status)
{
	size_t low = 0, high = g->inodes.count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct grown *s = g->of[g->inodes.at[middle]];
		bool before = s->device != status->st_dev ? s->device < status->st_dev : s->inode < status->st_ino;
		low = before ? middle + 1 : low;
		high = before ? high : middle;
	}
	const struct grown *s = low < g->inodes.count ? g->of[g->inodes.at[low]] : NULL;
	return s && s->device == status->st_dev && s->inode == status->st_ino;
}

bool growing_knows(struct growing *g, const char *file)
{
	struct stat status;
	growing_sort(g);
	return growing_named(g, file) || (!stat(file, &status) && growing_holds_inode(g, &status));
}

// Heads.

static bool growing_earlier(const struct grown *a, const struct grown *b)
{
	return a->key.ns != b->key.ns ? a->key.ns < b->key.ns : a->index < b->index;
}

// The newest stamp of all is known to be at least this.
static void growing_front(struct growing *g, struct instant time)
{
	if (!instant_known(time) || time.ns <= g->front.ns)
		return;
	int64_t behind = g->now.utc.ns - time.ns;
	g->front = time;
	g->front_ns = g->now.boot_ns;
	g->live = behind < GROWING_LIVE_NS && behind > -GROWING_LIVE_NS;
}

// Reads the next record of the file. A first one since it has grown tells how late the source is: at once when it is later than
// before, and bit by bit when it is not.
static int growing_read(struct growing *g, struct grown *s, struct record *ret)
{
	bool was_open = s->reader && !s->asleep, known = instant_known(s->newest);
	int got = grown_read(s, ret);
	g->open += (s->reader && !s->asleep) - was_open;
	if (got != 1)
		return got;
	if (s->stirred && known && instant_known(ret->time)) {
		int64_t behind = g->front.ns - ret->time.ns, shrunk = s->lateness - s->lateness / 8;
		s->lateness = behind > shrunk ? behind : shrunk;
		s->lateness = s->lateness > s->floor ? s->lateness : s->floor;
		s->lateness = s->lateness < s->ceiling ? s->lateness : s->ceiling;
	}
	s->stirred = false;
	growing_front(g, ret->time);
	return 1;
}

static void growing_wait(struct growing *g, struct grown *s)
{
	s->state = GROWN_WAITS;
	growing_indices_push(&g->waits, s->index);
	g->pass = INSTANT_NONE;
	if (g->open <= FEED_OPEN_MAX || s->lines)
		return;
	grown_sleep(s);
	g->open--;
}

static void growing_ready(struct growing *g, struct grown *s)
{
	s->loaded = true;
	s->key = instant_known(s->head.time) ? s->head.time : s->head.resumed;
	if (!s->listed)
		growing_indices_push(&g->ready, s->index);
	s->listed = true;
}

// Looks at the source's next record.
static void growing_load(struct growing *g, struct grown *s)
{
	if (s->loaded || (s->state == GROWN_OVER && !grown_has_ahead(s))) // its end may have been read ahead, too
		return;
	if (grown_has_ahead(s)) {
		(void)grown_take_ahead(s);
		g->ahead_bytes -= cursor_left(&s->head.bytes);
	} else {
		(void)grown_take_ahead(s); // lets go of the bytes
		if (s->state != GROWN_READS)
			return;
		if (growing_read(g, s, &s->head) != 1) {
			growing_wait(g, s);
			return;
		}
		s->head_at = SIZE_MAX;
	}
	growing_ready(g, s);
}

// Puts a source among those that are opened when they are due.
static void growing_put_due(struct growing *g, struct grown *s)
{
	size_t i = g->due.count;
	growing_indices_push(&g->due, s->index);
	for (; i && growing_earlier(g->of[g->due.at[i - 1]], s); i--)
		g->due.at[i] = g->due.at[i - 1];
	g->due.at[i] = s->index;
	s->state = GROWN_DUE;
}

// Looks at the first record of a new source.
static void growing_prepare(struct growing *g, struct grown *s)
{
	s->stirred = false;
	growing_load(g, s);
	if (!s->loaded || g->open <= GROWING_KEPT || !s->reader)
		return;
	if (s->head.kind == RECORD_GAP && instant_known(s->head.resumed))
		s->key = s->head.resumed;
	grown_begin_anew(s);
	g->open--;
	growing_put_due(g, s);
}

static void growing_load_all(struct growing *g)
{
	bool alone = g->ranked && g->todo.count == 1 && g->todo.at[0] == g->current;
	g->ranked = alone && g->prepared == g->count;
	while (g->todo.count)
		growing_load(g, g->of[g->todo.at[--g->todo.count]]);
	while (g->prepared < g->count)
		growing_prepare(g, g->of[g->prepared++]);
}

// Finds the source whose record comes first, and the second one.
static void growing_rank(struct growing *g)
{
	g->current = g->second = NO_SOURCE;
	for (size_t i = 0; i < g->ready.count; i++) {
		uint32_t index = g->ready.at[i];
		if (!g->of[index]->loaded) {
			g->of[index]->listed = false;
			g->ready.at[i--] = g->ready.at[--g->ready.count];
			continue;
		}
		if (g->current == NO_SOURCE || growing_earlier(g->of[index], g->of[g->current])) {
			g->second = g->current;
			g->current = index;
		} else if (g->second == NO_SOURCE || growing_earlier(g->of[index], g->of[g->second])) {
			g->second = index;
		}
	}
	g->ranked = true;
}

// The source whose record comes first; null: none has one.
static struct grown *growing_first(struct growing *g)
{
	struct grown *s = g->ranked ? g->of[g->current] : NULL;
	bool stays = s && s->loaded && (g->second == NO_SOURCE || growing_earlier(s, g->of[g->second]));
	if (!stays)
		growing_rank(g);
	return g->current == NO_SOURCE ? NULL : g->of[g->current];
}

// Opens the next source that is due before `s`. False: none is.
static bool growing_open_due(struct growing *g, const struct grown *s)
{
	if (!g->due.count)
		return false;
	struct grown *next = g->of[g->due.at[g->due.count - 1]];
	if (s && growing_earlier(s, next))
		return false;
	g->due.count--;
	next->state = GROWN_READS;
	growing_indices_push(&g->todo, next->index);
	return true;
}

// Waiting.

static int64_t growing_latest_of(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

// Whether nobody need wait for the source any more.
static bool growing_rested(const struct growing *g, const struct grown *s)
{
	bool behind = instant_known(s->newest) && g->front.ns - s->newest.ns > s->ceiling;
	bool idle = g->now.boot_ns - s->since_ns > s->ceiling;
	return g->draining || behind || idle || g->now.utc.ns - s->written_ns > s->ceiling;
}

// Up to when the others may go while this one waits, with the front there. One that rests has yet to say so in its place.
static int64_t growing_opens(const struct growing *g, const struct grown *s, int64_t front)
{
	return growing_rested(g, s) ? s->newest.ns : growing_latest_of(s->newest.ns, front - s->lateness);
}

static void growing_pass(struct growing *g)
{
	int64_t pass = INT64_MAX, front = g->front.ns + (g->now.boot_ns - g->front_ns);
	for (size_t i = 0; i < g->waits.count; i++) {
		int64_t opens = growing_opens(g, g->of[g->waits.at[i]], front);
		pass = opens < pass ? opens : pass;
	}
	g->pass.ns = pass;
}

// Whether somebody may have to be waited for before the source's record is given.
static bool growing_asks(const struct growing *g, const struct grown *s)
{
	if (g->draining || !instant_known(s->key) || s->key.ns <= g->pass.ns || !g->waits.count)
		return false;
	return s->head.kind != RECORD_SOURCE_REST && s->head.kind != RECORD_SOURCE_END;
}

static bool growing_held(struct growing *g, const struct grown *s)
{
	growing_pass(g);
	return s->key.ns > g->pass.ns && g->ahead_bytes < GROWING_BYTES;
}

// Lets the late lines of a source go; when it has none, says that it rests, or, when all end, that it is over.
static void growing_let_go(struct growing *g, struct grown *s)
{
	if (!s->released && s->reader && !s->asleep) {
		s->released = true;
		s->state = GROWN_READS;
		reader_release(s->reader);
		growing_indices_push(&g->todo, s->index);
		return;
	}
	bool told = s->view.records || s->view.gaps, was_open = s->reader && !s->asleep;
	s->state = GROWN_RESTS;
	if (g->draining)
		grown_tell(s, RECORD_SOURCE_END, &s->head);
	else if (told)
		grown_tell(s, RECORD_SOURCE_REST, &s->head);
	if (!g->draining && g->open > GROWING_KEPT)
		grown_sleep(s);
	g->open -= was_open && (!s->reader || s->asleep);
	if (!told)
		return;
	s->head_at = SIZE_MAX;
	growing_ready(g, s);
	g->ranked = false;
}

// Whether a source that waited does not any more.
static bool growing_rest(struct growing *g)
{
	bool any = false;
	for (size_t i = 0; i < g->waits.count; i++) {
		struct grown *s = g->of[g->waits.at[i]];
		if (s->loaded || grown_has_ahead(s) || !growing_rested(g, s))
			continue;
		g->waits.at[i--] = g->waits.at[--g->waits.count];
		growing_let_go(g, s);
		any = true;
	}
	return any;
}

// Reads a run of records of a source ahead of their turn.
static void growing_run(struct growing *g, struct grown *s)
{
	struct record r;
	grown_keep_head(s);
	for (size_t i = 0; i < GROWING_RUN && s->state == GROWN_READS; i++) {
		if (growing_read(g, s, &r) != 1) {
			growing_wait(g, s);
			continue;
		}
		grown_keep(s, &r);
		g->ahead_bytes += cursor_left(&r.bytes);
	}
}

// Whether a source could be read ahead.
static bool growing_read_ahead(struct growing *g)
{
	for (size_t i = 0; i < g->ready.count; i++) {
		struct grown *s = g->of[g->ready.at[i]];
		if (!s->loaded || s->state != GROWN_READS)
			continue;
		growing_run(g, s);
		return true;
	}
	return false;
}

int growing_next(struct growing *g, struct record *ret)
{
	must(g && ret);
	for (;;) {
		growing_load_all(g);
		struct grown *s = growing_first(g);
		if (growing_open_due(g, s))
			continue;
		if ((!s || g->draining) && growing_rest(g))
			continue;
		if (!s)
			return g->draining ? 0 : FEED_AGAIN;
		bool asks = growing_asks(g, s);
		if (asks && growing_rest(g))
			continue;
		if (asks && growing_held(g, s)) {
			if (growing_read_ahead(g))
				continue;
			return FEED_AGAIN;
		}
		grown_give(s, ret);
		if (s->state != GROWN_OVER || grown_has_ahead(s))
			growing_indices_push(&g->todo, s->index);
		return 1;
	}
}

// Looking.

static void growing_stir(struct growing *g, struct grown *s)
{
	s->released = false;
	if (s->state == GROWN_WAITS)
		growing_indices_drop(&g->waits, s->index);
	if (s->state != GROWN_WAITS && s->state != GROWN_RESTS)
		return;
	s->stirred = true;
	s->state = GROWN_READS;
	growing_indices_push(&g->todo, s->index);
	g->ranked = false;
}

bool growing_look(struct growing *g, const struct feed_clock *now)
{
	must(g && now && instant_known(now->utc));
	bool any = false;
	size_t count = g->count;
	g->now = *now;
	for (size_t i = 0; i < count; i++) {
		struct grown *s = g->of[i];
		bool new_file, was_open = s->reader && !s->asleep;
		bool grew = grown_look(s, now, &new_file);
		g->open -= was_open && (!s->reader || s->asleep);
		bool timed = s->state == GROWN_WAITS && s->reader && !s->asleep && reader_index(s->reader);
		if (grew || timed)
			growing_stir(g, s);
		any |= grew;
		g->unsorted |= grew;
		if (new_file)
			(void)growing_add(g, s->path, s->view.collector); // of too many the caller hears elsewhere
	}
	return any;
}

void growing_drain(struct growing *g)
{
	g->draining = true;
	for (uint32_t i = 0; i < g->count; i++)
		if (g->of[i]->state == GROWN_RESTS) {
			g->of[i]->state = GROWN_WAITS;
			growing_indices_push(&g->waits, i);
		}
}

struct instant growing_passed(const struct growing *g)
{
	if (!instant_known(g->front))
		return g->front;
	int64_t front = g->live ? growing_latest_of(g->front.ns, g->now.utc.ns) : g->front.ns, passed = front;
	for (size_t i = 0; i < g->waits.count; i++) {
		int64_t opens = growing_opens(g, g->of[g->waits.at[i]], front);
		passed = opens < passed ? opens : passed;
	}
	for (size_t i = 0; i < g->ready.count; i++) {
		const struct grown *s = g->of[g->ready.at[i]];
		if (s->loaded && instant_known(s->key) && s->key.ns < passed)
			passed = s->key.ns;
	}
	if (g->due.count && g->of[g->due.at[g->due.count - 1]]->key.ns < passed)
		passed = g->of[g->due.at[g->due.count - 1]]->key.ns;
	return instant_of_ns(passed);
}

bool growing_holds(const struct growing *g)
{
	for (size_t i = 0; i < g->ready.count; i++)
		if (g->of[g->ready.at[i]]->loaded)
			return true;
	return false;
}
