// SPDX-License-Identifier: ISC
// The watch list: never sooner than the interval, once an interval, spread evenly, turns within a group, changes while it runs, a
// pause without a burst, its memory.
#include "schedule/watch.h"

#include "../detect/random.h"
#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define MS   1000000LL
#define S    (1000 * MS)
#define MOST 4000

static struct watch_target target(uint32_t index, uint32_t interval_ms, uint32_t group)
{
	return (struct watch_target){
		.address = addr_v4(20u << 24 | index), .index = index, .interval_ms = interval_ms, .group = group};
}

struct log { // when each target was handed out
	int64_t last[MOST];
	unsigned times[MOST];
	int64_t nearest[MOST];
};

static void add(struct schedule_watch *w, uint32_t index, uint32_t interval_ms, uint32_t group)
{
	struct watch_target t = target(index, interval_ms, group);
	assert_true(watch_add(w, &t, 0) >= 0);
}

// Hands out all that is due at this moment; how many.
static unsigned drain(struct schedule_watch *w, int64_t now, struct log *log)
{
	const struct watch_target *t;
	int64_t due;
	unsigned n = 0;
	while ((t = watch_next(w, now, &due))) {
		uint32_t i = t->index;
		int64_t gap = log->times[i] ? now - log->last[i] : INT64_MAX;
		assert_true(gap >= t->interval_ms * MS);
		log->nearest[i] = !log->times[i] || gap < log->nearest[i] ? gap : log->nearest[i];
		log->last[i] = now;
		log->times[i]++;
		assert_true(++n <= watch_count(w)); // no target twice at once
	}
	assert_true(due > now);
	return n;
}

// Callers that tick, that sleep until told, and that are late at random: no target comes sooner than its interval, each comes
// once an interval (a 64th longer), and the moments are spread.
static void test_interval(void **state)
{
	(void)state;
	struct random r = random_seeded(7);
	for (unsigned turn = 0; turn < 40; turn++) {
		static struct log log;
		memset(&log, 0, sizeof(log));
		struct schedule_watch *w = watch_create(random_next(&r));
		uint32_t n = 1 + (uint32_t)(random_next(&r) % 300);
		for (uint32_t i = 0; i < n; i++)
			add(w, i, turn % 2 ? 20000 : 1000 + (uint32_t)(random_next(&r) % 40000), i % 7);
		int64_t end = 1000 * S, most_late = turn % 4 == 0 ? 1 : turn % 4 == 1 ? 10 * MS : 900 * MS;
		for (int64_t now = 0; now < end; now += 1 + (int64_t)(random_next(&r) % (uint64_t)most_late)) {
			drain(w, now, &log);
			int64_t due = 0;
			if (most_late == 1 && !watch_next(w, now, &due))
				now = due - 1;
		}
		assert_int_equal(watch_paused_ns(w), 0);
		for (uint32_t i = 0; i < n; i++) {
			struct watch_target t = target(i, turn % 2 ? 20000 : 0, 0);
			if (t.interval_ms) // 1000 s of 20 s and a 64th: 49, one less for lateness and phase
				assert_in_range(log.times[i], 47, 50);
			assert_true(log.times[i] > 0);
		}
		watch_free(w);
	}
}

// 1,200 targets of 30 s are 40 a second and in no second many more.
static void test_spread(void **state)
{
	(void)state;
	static struct log log;
	for (uint64_t seed = 1; seed < 20; seed++) {
		memset(&log, 0, sizeof(log));
		struct schedule_watch *w = watch_create(seed);
		for (uint32_t i = 0; i < 1200; i++)
			add(w, i, 30000, 0);
		unsigned second = 0, most = 0, least = UINT32_MAX, burst = 0;
		for (int64_t now = 0; now < 300 * S; now += 10 * MS) {
			unsigned n = drain(w, now, &log);
			burst = n > burst ? n : burst;
			second += n;
			if ((now + 10 * MS) % S)
				continue;
			most = second > most ? second : most;
			least = second < least ? second : least;
			second = 0;
		}
		assert_in_range(most, 39, 53); // by lot it would be 16 to 63
		assert_in_range(least, 26, 40);
		assert_true(burst <= 6); // 0.4 expected in 10 ms
		watch_free(w);
	}
}

// 60 hosts of a country, of which 12 an interval are wanted: each is asked once in five intervals, 12 in each interval.
static void test_turns(void **state)
{
	(void)state;
	static struct log log;
	memset(&log, 0, sizeof(log));
	struct schedule_watch *w = watch_create(9);
	assert_int_equal(watch_want(w, 3, 12), 0);
	for (uint32_t i = 0; i < 60; i++)
		add(w, i, 20000, 3);
	for (uint32_t i = 60; i < 65; i++)
		add(w, i, 20000, 4); // fewer than wanted: all of them
	assert_int_equal(watch_want(w, 4, 12), 0);
	unsigned asked = 0, interval = 0;
	int64_t next = 200 * S;
	for (int64_t now = 0; now < 2000 * S; now += 5 * MS) {
		drain(w, now, &log);
		if (now < next)
			continue;
		unsigned all = 0;
		for (uint32_t i = 0; i < 60; i++)
			all += log.times[i];
		if (interval++)
			assert_in_range(all - asked, 9, 15);
		asked = all;
		next += 20 * S + 20 * S / WATCH_JITTER;
	}
	for (uint32_t i = 0; i < 60; i++) {
		assert_in_range(log.times[i], 18, 21); // 2000 s of 101.6 s
		assert_true(log.nearest[i] >= 20 * S);
	}
	for (uint32_t i = 60; i < 65; i++)
		assert_in_range(log.times[i], 97, 99);
	watch_free(w);
}

// The machine sleeps for an hour: the schedule goes on where it stood, at its usual pace.
static void test_pause(void **state)
{
	(void)state;
	static struct log log;
	memset(&log, 0, sizeof(log));
	struct schedule_watch *w = watch_create(10);
	for (uint32_t i = 0; i < 1000; i++)
		add(w, i, 20000, 0);
	int64_t now = 0;
	for (; now < 100 * S; now += 10 * MS)
		drain(w, now, &log);
	assert_int_equal(watch_paused_ns(w), 0);
	now += 3600 * S;
	unsigned burst = 0, all = 0;
	for (int64_t end = now + 21 * S; now < end; now += 10 * MS) {
		unsigned n = drain(w, now, &log);
		burst = n > burst ? n : burst;
		all += n;
	}
	assert_true(burst <= 6);
	assert_in_range(all, 950, 1050);
	assert_in_range(watch_paused_ns(w) / S, 3599, 3600);
	watch_free(w);
}

// Targets come and go at random while it runs; the heap stays a heap and ids lead to their targets.
static void test_changes(void **state)
{
	(void)state;
	struct random r = random_seeded(11);
	static struct log log;
	static int ids[MOST];
	memset(&log, 0, sizeof(log));
	for (unsigned i = 0; i < MOST; i++)
		ids[i] = -1;
	struct schedule_watch *w = watch_create(12);
	size_t count = 0;
	for (int64_t now = 0; now < 400 * S; now += 10 * MS) {
		uint32_t i = (uint32_t)(random_next(&r) % 500);
		if (ids[i] < 0) {
			struct watch_target t = target(i, 5000, i % 3);
			ids[i] = watch_add(w, &t, now);
			assert_true(ids[i] >= 0 && ids[i] < 500);
			count++;
		} else if (random_next(&r) % 3 == 0) {
			watch_remove(w, (uint32_t)ids[i]);
			watch_remove(w, (uint32_t)ids[i]); // gone already
			ids[i] = -1;
			log.times[i] = 0;
			count--;
		}
		assert_int_equal(watch_count(w), count);
		drain(w, now, &log);
	}
	for (unsigned i = 0; i < 500; i++) {
		if (ids[i] >= 0)
			watch_remove(w, (uint32_t)ids[i]);
		log.times[i] = 0;
	}
	int64_t due;
	assert_null(watch_next(w, 500 * S, &due));
	assert_true(due == INT64_MAX);
	watch_remove(w, 12345);
	watch_free(w);
	watch_free(NULL);
}

static void test_limits(void **state)
{
	(void)state;
	struct schedule_watch *w = watch_create(13);
	struct watch_target t = target(1, 0, 0);
	assert_int_equal(watch_add(w, &t, 0), ERR_MALFORMED);
	t = target(1, 1000, WATCH_GROUPS_MAX);
	assert_int_equal(watch_add(w, &t, 0), ERR_MALFORMED);
	assert_int_equal(watch_want(w, WATCH_GROUPS_MAX, 3), ERR_MALFORMED);
	t = target(1, 30000, 0);
	for (uint32_t i = 0; i < WATCH_TARGETS_MAX; i++)
		assert_true(watch_add(w, &t, 0) >= 0);
	assert_int_equal(watch_add(w, &t, 0), ERR_FULL);
	printf("%.1f bytes a target\n", (double)watch_bytes(w) / WATCH_TARGETS_MAX);
	assert_true(watch_bytes(w) < 72ull * WATCH_TARGETS_MAX); // 64, and an eighth at most that is not yet used
	watch_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interval), cmocka_unit_test(test_spread),	 cmocka_unit_test(test_turns),
		cmocka_unit_test(test_pause),	 cmocka_unit_test(test_changes), cmocka_unit_test(test_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
