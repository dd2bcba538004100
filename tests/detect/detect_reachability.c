// SPDX-License-Identifier: ISC
// Who must agree before loss is an event, when it is over, and what late probes do; intervals are kept by time, and longer
// around what is not over.
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

#define WATCHERS 5
#define QUIET	 60 // intervals before anything happens

struct watch { // an entity under the eyes of some observers, a second an interval
	struct entity_list entities;
	struct target_table *targets;
	struct reachability *r;
	size_t observers;
	struct pulse_view views[WATCHERS];
	int64_t now;
	struct detection last[SIGNAL_COUNT];
	unsigned opened[SIGNAL_COUNT], ended[SIGNAL_COUNT];
};

static void watch_take(void *context, const struct detection *d, bool opened)
{
	struct watch *w = context;
	w->last[d->signal] = *d;
	w->opened[d->signal] += opened;
	w->ended[d->signal] += instant_known(d->end.best);
}

static void watch_open(struct watch *w, size_t observers)
{
	static const char *const names[WATCHERS] = {"vp1", "vp2", "vp3", "vp4", "vp5"};
	*w = (struct watch){.observers = observers};
	w->targets = target_table_create(&w->entities);
	for (size_t i = 0; i < observers; i++)
		observer_asn(w->targets, observer_id(w->targets, names[i], strlen(names[i])), (uint32_t)(65001 + i));
	w->r = reachability_create(NULL, 0, w->targets, (struct detection_sink){watch_take, w});
	for (size_t i = 0; i < observers; i++)
		w->views[i] = (struct pulse_view){.observer = (uint16_t)i, .sent = 20, .rtt_us = 50000};
}

static void watch_close(struct watch *w)
{
	reachability_free(w->r);
	target_table_free(w->targets);
}

static void watch_for(struct watch *w, int64_t seconds)
{
	for (int64_t end = w->now + seconds; w->now < end; w->now++) {
		struct pulse p = {at(w->now), NS_PER_S, 0, w->views, w->observers, 0, 0, 0, 0};
		reachability_pulse(w->r, &p);
	}
}

// What each observer loses of its twenty from now on; the last of those named holds for the rest.
static void watch_lose(struct watch *w, const uint32_t *lost, size_t n)
{
	for (size_t i = 0; i < w->observers; i++)
		w->views[i].lost = lost[i < n ? i : n - 1];
}

// Whether loss opens when the first so many of the observers lose nearly all.
static bool opens(size_t losing, size_t observers)
{
	struct watch w;
	uint32_t lost[WATCHERS] = {0};
	watch_open(&w, observers);
	watch_for(&w, QUIET);
	for (size_t i = 0; i < losing; i++)
		lost[i] = 18;
	watch_lose(&w, lost, observers);
	watch_for(&w, 20);
	bool opened = w.opened[SIGNAL_LOSS] > 0;
	if (opened) {
		assert_int_equal(w.last[SIGNAL_LOSS].of_networks, losing);
		assert_int_equal(w.last[SIGNAL_LOSS].start.best.ns, at(QUIET).ns);
	}
	watch_close(&w);
	return opened;
}

static void a_majority_must_agree(void **state)
{
	(void)state;
	for (size_t observers = 1; observers <= WATCHERS; observers++)
		for (size_t losing = 0; losing <= observers; losing++) {
			bool alone = losing == 1 && observers == 1, many = losing >= 2 && 2 * losing >= observers;
			assert_int_equal(opens(losing, observers), alone || many);
		}
}

static void one_network_is_one_voice(void **state)
{
	(void)state;
	struct watch w;
	watch_open(&w, 3);
	observer_asn(w.targets, 1, 65001); // as the first
	watch_for(&w, QUIET);
	watch_lose(&w, (uint32_t[]){18, 18, 0}, 3);
	watch_for(&w, 20);
	assert_int_equal(w.opened[SIGNAL_LOSS], 0);
	watch_close(&w);
}

// The impaired neither vote nor count: of five the two that see are all there are.
static void the_impaired_do_not_vote(void **state)
{
	(void)state;
	struct watch w;
	watch_open(&w, 5);
	watch_for(&w, QUIET);
	w.views[0].impaired = w.views[1].impaired = w.views[4].impaired = true;
	watch_lose(&w, (uint32_t[]){18, 18, 0, 0, 18}, 5);
	watch_for(&w, 20);
	assert_int_equal(w.opened[SIGNAL_LOSS], 0);
	watch_lose(&w, (uint32_t[]){0, 0, 18, 18, 0}, 5);
	watch_for(&w, 20);
	assert_int_equal(w.opened[SIGNAL_LOSS], 1);
	size_t n;
	const struct pulse_bin *bins = reachability_bins(w.r, &n);
	assert_int_equal(bins[n - 1].sent, 40);
	assert_int_equal(bins[n - 1].impaired, 3);
	watch_close(&w);
}

static void three_good_intervals_end_it(void **state)
{
	(void)state;
	struct watch w;
	watch_open(&w, 2);
	watch_for(&w, QUIET);
	for (int i = 0; i < 4; i++) { // one good interval, and two, are none
		watch_lose(&w, (uint32_t[]){18}, 1);
		watch_for(&w, 10);
		watch_lose(&w, (uint32_t[]){0}, 1);
		watch_for(&w, 1 + i % 2);
	}
	assert_int_equal(w.opened[SIGNAL_LOSS], 1);
	assert_int_equal(w.ended[SIGNAL_LOSS], 0);
	watch_lose(&w, (uint32_t[]){18}, 1);
	watch_for(&w, 5);
	int64_t back = w.now;
	watch_lose(&w, (uint32_t[]){0}, 1);
	watch_for(&w, 5);
	assert_int_equal(w.ended[SIGNAL_LOSS], 1);
	assert_int_equal(w.last[SIGNAL_LOSS].end.best.ns, at(back).ns);
	watch_close(&w);
}

// Where so much was always lost, it is over when no more than that is lost.
static void what_was_lost_before_ends_it(void **state)
{
	(void)state;
	struct watch w;
	watch_open(&w, 2);
	w.views[0].sent = w.views[1].sent = 40;
	watch_lose(&w, (uint32_t[]){3}, 1);
	watch_for(&w, 10 * QUIET);
	watch_lose(&w, (uint32_t[]){36}, 1);
	watch_for(&w, 20);
	assert_int_equal(w.opened[SIGNAL_LOSS], 1);
	watch_lose(&w, (uint32_t[]){3}, 1);
	watch_for(&w, 10);
	assert_int_equal(w.ended[SIGNAL_LOSS], 1);
	watch_close(&w);
}

static void latency(void **state)
{
	(void)state;
	struct watch w;
	watch_open(&w, 2);
	watch_for(&w, QUIET);
	w.views[0].rtt_us = w.views[1].rtt_us = 100000;
	watch_for(&w, 2); // two slow intervals are none
	w.views[0].rtt_us = w.views[1].rtt_us = 50000;
	watch_for(&w, 10);
	assert_int_equal(w.opened[SIGNAL_LATENCY], 0);
	int64_t rises = w.now;
	w.views[0].rtt_us = w.views[1].rtt_us = 100000;
	watch_for(&w, 10);
	assert_int_equal(w.opened[SIGNAL_LATENCY], 1);
	assert_int_equal(w.last[SIGNAL_LATENCY].start.best.ns, at(rises).ns);
	int64_t falls = w.now;
	w.views[0].rtt_us = w.views[1].rtt_us = 50000;
	watch_for(&w, 5);
	assert_int_equal(w.ended[SIGNAL_LATENCY], 1);
	assert_int_equal(w.last[SIGNAL_LATENCY].end.best.ns, at(falls).ns);
	watch_close(&w);
}

// Probes that come after their interval was closed give it again: there are more of them than the look back is long.
static void late_probes_give_intervals_again(void **state)
{
	(void)state;
	struct watch w;
	watch_open(&w, 2);
	for (int i = 0; i < 20; i++) {
		watch_for(&w, QUIET);
		w.now -= i < 19 ? QUIET : 0;
	}
	watch_lose(&w, (uint32_t[]){20}, 1);
	watch_for(&w, 20);
	assert_int_equal(w.opened[SIGNAL_LOSS], 1);
	assert_int_equal(w.last[SIGNAL_LOSS].start.best.ns, at(QUIET).ns);
	watch_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_majority_must_agree),
		cmocka_unit_test(one_network_is_one_voice),
		cmocka_unit_test(the_impaired_do_not_vote),
		cmocka_unit_test(three_good_intervals_end_it),
		cmocka_unit_test(what_was_lost_before_ends_it),
		cmocka_unit_test(latency),
		cmocka_unit_test(late_probes_give_intervals_again),
		cmocka_unit_test(intervals_retire_by_time),
	};
	return cmocka_run_group_tests_name("detect reachability", tests, NULL, NULL);
}
