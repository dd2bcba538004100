// SPDX-License-Identifier: ISC
// The level detector on made series: what starts and ends when, and what must not.
#include "../unit/unit.h"

#include "base/attr.h"
#include "detect/level.h"

#include <string.h>

#define FOUND_MAX 64
#define START	  1700000000

static uint64_t seed;

struct stand {
	struct level *level;
	struct detection found[FOUND_MAX];
	bool opened[FOUND_MAX];
	size_t count;
};

static struct instant at(double seconds)
{
	return (struct instant){(int64_t)START * NS_PER_S + (int64_t)(seconds * 1e9)};
}

static void take(void *context, const struct detection *d, bool opened)
{
	struct stand *s = context;
	assert_true(s->count < FOUND_MAX);
	s->found[s->count] = *d;
	s->opened[s->count++] = opened;
}

static void stand_open(struct stand *s)
{
	*s = (struct stand){0};
	s->level = level_create(NULL, 7, SIGNAL_ROUTES, (struct detection_sink){take, s});
}

static void put(struct stand *s, double seconds, uint64_t value, uint32_t networks)
{
	struct sample sample = {.time = at(seconds), .entity = 7, .value = value, .own = 100};
	sample.sight = (double)value / 100;
	sample.of_networks = networks;
	sample.of_collectors = 2;
	level_take(s->level, &sample);
}

static void value(struct stand *s, double seconds, uint64_t v)
{
	put(s, seconds, v, 10);
}

static void unknown(struct stand *s, double seconds)
{
	put(s, seconds, 0, 2);
}

// Usual level 100 since second 0, known until second 30.
static void stand_usual(struct stand *s)
{
	stand_open(s);
	value(s, 0, 100);
	value(s, 30, 100);
	assert_float_equal(level_baseline(s->level), 100, 1e-9);
}

static void expect_moment(const struct moment *m, double seconds)
{
	assert_int_equal(m->best.ns, at(seconds).ns);
	assert_int_equal(m->from.ns, at(seconds - 1).ns);
	assert_int_equal(m->to.ns, at(seconds + 1).ns);
}

static void expect_event(const struct stand *s, size_t which, double start, double end)
{
	assert_true(which * 2 + 1 < s->count);
	assert_true(s->opened[which * 2]);
	assert_false(s->opened[which * 2 + 1]);
	assert_false(instant_known(s->found[which * 2].end.best));
	expect_moment(&s->found[which * 2 + 1].start, start);
	expect_moment(&s->found[which * 2 + 1].end, end);
}

static void stand_close(struct stand *s, double seconds, size_t found)
{
	level_finish(s->level, at(seconds));
	assert_int_equal(s->count, found);
	level_free(s->level);
}

static void a_step_and_its_return(void **state)
{
	(void)state;
	struct stand s;
	stand_usual(&s);
	value(&s, 100, 0);
	level_tick(s.level, at(104.9));
	assert_int_equal(s.count, 0);
	level_tick(s.level, at(105));
	assert_int_equal(s.count, 1);
	value(&s, 160, 100);
	level_tick(s.level, at(164.9));
	assert_int_equal(s.count, 1);
	level_tick(s.level, at(165));
	assert_int_equal(s.count, 2);
	expect_event(&s, 0, 100, 160);
	const struct detection *d = &s.found[1];
	assert_int_equal(d->entity, 7);
	assert_int_equal(d->signal, SIGNAL_ROUTES);
	assert_int_equal(d->baseline, 100);
	assert_int_equal(d->lowest, 0);
	assert_int_equal(d->of_networks, 10);
	assert_int_equal(d->of_collectors, 2);
	stand_close(&s, 1000, 2);
}

static void a_flap_is_no_event(void **state)
{
	(void)state;
	struct stand s;
	stand_usual(&s);
	for (int i = 0; i < 20; i++) {
		value(&s, 100 + 10 * i, 0);
		value(&s, 104.9 + 10 * i, 100);
	}
	value(&s, 500, 95); // between depart and open: not enough for an event
	value(&s, 600, 100);
	stand_close(&s, 1000, 0);
}

// It comes back to less than before, but within the level that ends an event: that is a flap as well.
static void a_flap_need_not_return_to_all(void **state)
{
	(void)state;
	struct stand s;
	stand_usual(&s);
	value(&s, 100, 0);
	value(&s, 102, 97);
	level_tick(s.level, at(120));
	stand_close(&s, 1000, 0);
}

// Long below the first threshold, then below the last for a second only.
static void holding_begins_where_it_is_deep(void **state)
{
	(void)state;
	struct stand s;
	stand_usual(&s);
	value(&s, 100, 98);
	value(&s, 110, 0);
	value(&s, 111, 98);
	level_tick(s.level, at(150));
	stand_close(&s, 150, 0);
}

static void before_warm_up_nothing_is_said(void **state)
{
	(void)state;
	struct stand s;
	stand_open(&s);
	value(&s, 0, 100);
	value(&s, 9, 0);
	value(&s, 40, 100);
	stand_close(&s, 1000, 0);
	stand_open(&s);
	level_tick(s.level, at(5));
	assert_true(level_blind(s.level));
	stand_close(&s, 10, 0);
}

static void too_little_of_an_entity_is_known(void **state)
{
	(void)state;
	struct stand s;
	stand_open(&s);
	value(&s, 0, 9); // of 100
	value(&s, 100, 0);
	stand_close(&s, 1000, 0);
	stand_open(&s);
	value(&s, 0, 10);
	value(&s, 100, 0);
	stand_close(&s, 1000, 2);
}

static void a_decline_is_dated_back(void **state)
{
	(void)state;
	struct stand s;
	stand_usual(&s);
	for (int i = 0; i <= 30; i++) // 99 at 100, 98 at 102, …
		value(&s, 100 + 2 * i, (uint64_t)(99 - i));
	value(&s, 400, 100);
	level_tick(s.level, at(500));
	expect_event(&s, 0, 102, 400);
	assert_int_equal(s.found[1].lowest, 69);
	stand_close(&s, 1000, 2);
}

// A small loss stays for days. It is not the start of the outage that follows.
static void a_small_loss_is_another_matter(void **state)
{
	(void)state;
	struct stand s;
	stand_usual(&s);
	value(&s, 1000, 97);
	for (int i = 1; i < 100; i++) {
		value(&s, 1000 + 1800 * i, 97);
		level_tick(s.level, at(1000 + 1800 * i + 1));
	}
	assert_float_equal(level_baseline(s.level), 97, 1e-9); // a day of it: usual by now
	value(&s, 200000, 0);
	value(&s, 200060, 97);
	level_tick(s.level, at(200100));
	expect_event(&s, 0, 200000, 200060);
	stand_close(&s, 200200, 2);
	stand_usual(&s);
	value(&s, 1000, 97);
	for (int i = 1; i < 4; i++)
		value(&s, 1000 + 1000 * i, 97);
	value(&s, 4600, 0); // before the loss is usual
	value(&s, 4660, 97);
	level_tick(s.level, at(4700));
	expect_event(&s, 0, 4600, 4660);
	stand_close(&s, 5000, 2);
}

static void unknown_values_freeze(void **state)
{
	(void)state;
	struct stand s;
	stand_usual(&s);
	unknown(&s, 50); // nothing starts
	assert_true(level_blind(s.level));
	level_tick(s.level, at(70));
	value(&s, 80, 100);
	assert_false(level_blind(s.level));
	value(&s, 100, 0);
	unknown(&s, 102); // deep for two seconds, then not known: no event yet
	level_tick(s.level, at(140));
	assert_int_equal(s.count, 0);
	value(&s, 150, 0);
	level_tick(s.level, at(160));
	assert_int_equal(s.count, 1);
	unknown(&s, 200);
	level_tick(s.level, at(300)); // and nothing ends
	assert_int_equal(s.count, 1);
	value(&s, 300, 0);
	value(&s, 400, 100);
	level_tick(s.level, at(410));
	expect_event(&s, 0, 100, 400);
	stand_close(&s, 500, 2);
}

// What had been held long enough before the view was lost does not wait for the view to return.
static void what_was_held_before_is_said(void **state)
{
	(void)state;
	struct stand s;
	stand_usual(&s);
	value(&s, 100, 0);
	unknown(&s, 110);
	assert_int_equal(s.count, 1);
	value(&s, 150, 100);
	unknown(&s, 160);
	assert_int_equal(s.count, 2);
	value(&s, 200, 0);
	level_tick(s.level, at(300));
	assert_int_equal(s.count, 3);
	stand_close(&s, 300, 4);
}

// It left, or came back, while nobody saw: the interval holds the whole time of not seeing.
static void a_change_while_blind_is_an_interval(void **state)
{
	(void)state;
	struct stand s;
	stand_usual(&s);
	unknown(&s, 100);
	value(&s, 160, 0);
	level_tick(s.level, at(170));
	unknown(&s, 200);
	unknown(&s, 210);
	value(&s, 260, 100);
	level_tick(s.level, at(270));
	assert_int_equal(s.count, 2);
	assert_int_equal(s.found[1].start.best.ns, at(160).ns);
	assert_int_equal(s.found[1].start.from.ns, at(99).ns);
	assert_int_equal(s.found[1].start.to.ns, at(161).ns);
	assert_int_equal(s.found[1].end.best.ns, at(260).ns);
	assert_int_equal(s.found[1].end.from.ns, at(199).ns);
	stand_close(&s, 300, 2);
}

static void a_dip_in_the_return_is_the_same_event(void **state)
{
	(void)state;
	struct stand s;
	stand_usual(&s);
	value(&s, 100, 0);
	value(&s, 200, 100);
	value(&s, 203, 50);
	value(&s, 204, 94);
	level_tick(s.level, at(260));
	value(&s, 300, 95);
	level_tick(s.level, at(305));
	expect_event(&s, 0, 100, 300);
	stand_close(&s, 400, 2);
}

static void the_data_end_during_an_event(void **state)
{
	(void)state;
	struct stand s;
	stand_usual(&s);
	value(&s, 100, 0);
	level_finish(s.level, at(120));
	assert_int_equal(s.count, 2);
	assert_true(s.opened[0]);
	assert_false(s.opened[1]);
	assert_false(instant_known(s.found[1].end.best));
	level_free(s.level);
	stand_usual(&s);
	value(&s, 100, 0);
	stand_close(&s, 104, 0); // too short to say
	stand_usual(&s);
	value(&s, 100, 0);
	value(&s, 200, 100);
	level_finish(s.level, at(201)); // back just before the end
	assert_int_equal(s.count, 2);
	expect_moment(&s.found[1].end, 200);
	level_free(s.level);
}

static void an_event_teaches_nothing(void **state)
{
	(void)state;
	struct stand s;
	stand_usual(&s);
	value(&s, 100, 0);
	for (int i = 1; i < 40; i++)
		value(&s, 100 + 3600 * i, (uint64_t)(i % 3)); // longer than it was ever up
	assert_float_equal(level_baseline(s.level), 100, 1e-9);
	value(&s, 200000, 100);
	level_tick(s.level, at(200100));
	expect_event(&s, 0, 100, 200000);
	value(&s, 200200, 100);
	assert_float_equal(level_baseline(s.level), 100, 1e-9);
	stand_close(&s, 200300, 2);
}

static void the_history_is_a_day(void **state)
{
	(void)state;
	struct stand s;
	stand_open(&s);
	for (int i = 0; i < 24 * 60; i++)
		value(&s, 60 * i, 100);
	for (int i = 0; i < 11 * 60; i++)
		value(&s, 86400 + 60 * i, 200);
	assert_float_equal(level_baseline(s.level), 100, 1e-9);
	for (int i = 11 * 60; i < 13 * 60; i++)
		value(&s, 86400 + 60 * i, 200);
	assert_float_equal(level_baseline(s.level), 200, 1e-9);
	assert_int_equal(s.count, 0);
	stand_close(&s, 4 * 86400, 0);
	stand_open(&s);
	for (int i = 0; i < 5000; i++) // more changes than segments
		value(&s, 10 * i, (uint64_t)(i % 10 ? 100 + i % 7 : 99));
	assert_in_range((uint64_t)level_baseline(s.level), 100, 106);
	stand_close(&s, 60000, 0);
}

static void the_profile(void **state)
{
	(void)state;
	struct stand s;
	stand_usual(&s);
	static const struct {
		double at;
		uint64_t value;
	} rows[] = {{100, 92}, {104, 88}, {108, 60}, {112, 40}, {116, 5},  {120, 0},
		    {200, 20}, {204, 45}, {208, 70}, {212, 93}, {216, 100}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		value(&s, rows[i].at, rows[i].value);
	level_tick(s.level, at(230));
	expect_event(&s, 0, 100, 216);
	static const double fall[] = {104, 112, 116}, rise[] = {212, 208, 200};
	for (int i = 0; i < PROFILE_COUNT; i++) {
		assert_int_equal(s.found[1].fall[i].ns, at(fall[i]).ns);
		assert_int_equal(s.found[1].rise[i].ns, at(rise[i]).ns);
	}
	stand_close(&s, 300, 2);
}

static void two_events(void **state)
{
	(void)state;
	struct stand s;
	stand_usual(&s);
	for (int i = 0; i < 2; i++) {
		value(&s, 100 + 100 * i, 10);
		value(&s, 140 + 100 * i, 100);
	}
	stand_close(&s, 400, 4);
	expect_event(&s, 0, 100, 140);
	expect_event(&s, 1, 200, 240);
}

static void tick_if_due(struct stand *s, double now)
{
	struct instant deadline = level_deadline(s->level);
	if (instant_known(deadline) && deadline.ns <= at(now).ns)
		level_tick(s->level, at(now));
}

// Telling the time more often changes nothing: not what is said, not what is learned.
static void the_ticks_do_not_matter(void **state)
{
	(void)state;
	uint64_t random = seed;
	for (unsigned round = 0; round < 200; round++) {
		struct stand often, seldom, due; // due: ticked when its deadline has come, and then only
		double now = 0;
		stand_open(&often);
		stand_open(&seldom);
		stand_open(&due);
		for (unsigned i = 0; i < 60; i++) {
			double next = now + 0.5 + (double)(unit_random(&random) >> 60);
			uint64_t kind = unit_random(&random) >> 61, v = kind < 4 ? 100 : unit_random(&random) % 101;
			for (; now < next; now += 0.5) {
				level_tick(often.level, at(now));
				tick_if_due(&due, now);
				assert_int_equal(often.count, due.count);
			}
			now = next;
			put(&due, now, v, kind == 7 ? 2 : 10);
			put(&often, now, v, kind == 7 ? 2 : 10);
			put(&seldom, now, v, kind == 7 ? 2 : 10);
			assert_float_equal(level_baseline(often.level), level_baseline(seldom.level), 1e-9);
		}
		level_finish(often.level, at(now + 20));
		level_finish(seldom.level, at(now + 20));
		assert_int_equal(often.count, seldom.count);
		for (size_t i = 0; i < often.count; i++) { // behind `signal` there are bytes that mean nothing
			const struct detection *a = &often.found[i], *b = &seldom.found[i];
			assert_true(a->entity == b->entity && a->signal == b->signal);
			assert_memory_equal(&a->series, &b->series, sizeof(*a) - offsetof(struct detection, series));
		}
		level_free(often.level);
		level_free(seldom.level);
		level_free(due.level);
	}
}

struct stood {
	uint64_t value;
	int64_t ns;
};

struct history { // as the detector keeps it, with no order kept
	struct stood at[1024];
	size_t n;
};

static void history_coarsen(struct history *h)
{
	for (size_t i = 0; i < h->n; i += 2) {
		struct stood a = h->at[i], b = h->at[i + 1];
		h->at[i / 2] = (struct stood){a.ns >= b.ns ? a.value : b.value, a.ns + b.ns};
	}
	h->n /= 2;
}

static int64_t history_ns(const struct history *h)
{
	int64_t ns = 0;
	for (size_t i = 0; i < h->n; i++)
		ns += h->at[i].ns;
	return ns;
}

static void history_add(struct history *h, uint64_t value, int64_t ns)
{
	bool same = h->n && h->at[h->n - 1].value == value;
	if (!same && h->n == 1024)
		history_coarsen(h);
	if (same)
		h->at[h->n - 1].ns += ns;
	else
		h->at[h->n++] = (struct stood){value, ns};
	for (int64_t excess; (excess = history_ns(h) - 86400 * NS_PER_S) > 0;) {
		h->at[0].ns -= h->at[0].ns < excess ? h->at[0].ns : excess;
		if (!h->at[0].ns)
			memmove(h->at, h->at + 1, --h->n * sizeof(*h->at));
	}
}

static double history_median(const struct history *h)
{
	int64_t whole = history_ns(h);
	uint64_t median = UINT64_MAX;
	for (size_t i = 0; i < h->n; i++) {
		int64_t up_to = 0;
		for (size_t k = 0; k < h->n; k++)
			up_to += h->at[k].value <= h->at[i].value ? h->at[k].ns : 0;
		if (up_to * 2 >= whole && h->at[i].value < median)
			median = h->at[i].value;
	}
	return (double)median;
}

// Values so near each other that none departs; long enough for the history to be coarsened and to forget.
static void the_baseline_is_the_median_of_the_history(void **state)
{
	(void)state;
	static struct history h;
	uint64_t random = seed, last = 100000;
	struct stand s;
	double now = 0;
	stand_open(&s);
	value(&s, now, last);
	for (unsigned i = 0; i < 20000; i++) {
		double next = now + 1 + (double)(unit_random(&random) >> 60);
		uint64_t v = unit_random(&random) >> 62 ? 100000 + (unit_random(&random) >> 33) % 300 : last;
		history_add(&h, last, at(next).ns - at(now).ns);
		now = next;
		last = v;
		value(&s, now, v);
		if (i % 50 == 0)
			assert_float_equal(level_baseline(s.level), history_median(&h), 0);
	}
	assert_true(history_ns(&h) == 86400 * NS_PER_S);
	level_free(s.level);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_step_and_its_return),
		cmocka_unit_test(a_flap_is_no_event),
		cmocka_unit_test(a_flap_need_not_return_to_all),
		cmocka_unit_test(holding_begins_where_it_is_deep),
		cmocka_unit_test(before_warm_up_nothing_is_said),
		cmocka_unit_test(too_little_of_an_entity_is_known),
		cmocka_unit_test(a_decline_is_dated_back),
		cmocka_unit_test(a_small_loss_is_another_matter),
		cmocka_unit_test(unknown_values_freeze),
		cmocka_unit_test(what_was_held_before_is_said),
		cmocka_unit_test(a_change_while_blind_is_an_interval),
		cmocka_unit_test(a_dip_in_the_return_is_the_same_event),
		cmocka_unit_test(the_data_end_during_an_event),
		cmocka_unit_test(an_event_teaches_nothing),
		cmocka_unit_test(the_history_is_a_day),
		cmocka_unit_test(the_profile),
		cmocka_unit_test(two_events),
		cmocka_unit_test(the_ticks_do_not_matter),
		cmocka_unit_test(the_baseline_is_the_median_of_the_history),
	};
	seed = unit_seed();
	return cmocka_run_group_tests_name("detect level", tests, NULL, NULL);
}
