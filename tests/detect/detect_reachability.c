// SPDX-License-Identifier: ISC
// Intervals are kept by time, and longer around what is not over.
#include "../unit/unit.h"

#include "detect/reachability.h"

#define WIDTH_S 30
#define BEGIN_S 1700000010
#define HOUR	3600

static void ignore(void *context, const struct detection *d, bool opened)
{
	(void)context;
	(void)d;
	(void)opened;
}

static struct instant at(int64_t s)
{
	return (struct instant){(BEGIN_S + s) * NS_PER_S};
}

static void intervals_retire_by_time(void **state)
{
	(void)state;
	struct entity_list entities = {0};
	struct target_table *targets = target_table_create(&entities);
	struct reachability *r = reachability_create(NULL, 0, targets, (struct detection_sink){ignore, NULL});
	struct pulse_view view = {.sent = 10};
	size_t n;
	for (int64_t s = 0; s < 100 * HOUR; s += WIDTH_S) {
		struct pulse p = {.time = at(s), .width_ns = WIDTH_S * NS_PER_S, .views = &view, .view_count = 1};
		reachability_pulse(r, &p);
	}
	(void)reachability_bins(r, &n);
	assert_int_equal(n, 100 * HOUR / WIDTH_S); // nothing goes by itself
	struct instant pins[] = {at(10 * HOUR), at(11 * HOUR), at(63 * HOUR)};
	reachability_retire(r, at(64 * HOUR), pins, 3);
	const struct pulse_bin *bins = reachability_bins(r, &n);
	assert_int_equal(bins[0].time.ns, at(8 * HOUR).ns);
	size_t pinned = 5 * HOUR / WIDTH_S + 1, before = 3 * HOUR / WIDTH_S;
	assert_int_equal(bins[pinned - 1].time.ns, at(13 * HOUR).ns);
	assert_int_equal(bins[pinned].time.ns, at(61 * HOUR).ns);
	assert_int_equal(bins[pinned + before].time.ns, at(64 * HOUR).ns);
	assert_int_equal(n, pinned + before + 36 * HOUR / WIDTH_S);
	reachability_retire(r, at(64 * HOUR), NULL, 0); // they are over
	bins = reachability_bins(r, &n);
	assert_int_equal(n, 36 * HOUR / WIDTH_S);
	assert_int_equal(bins[0].time.ns, at(64 * HOUR).ns);
	reachability_free(r);
	target_table_free(targets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intervals_retire_by_time),
	};
	return cmocka_run_group_tests_name("detect reachability", tests, NULL, NULL);
}
