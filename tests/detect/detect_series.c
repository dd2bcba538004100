// SPDX-License-Identifier: ISC
// The series detector on generated series: quiet diurnal and weekly patterns give no event, injected drops are found; and
// what must not be called an outage: gaps, never up, one wrong value, the end of the data.
#include "detect/series.h"

#include "base/attr.h"
#include "catch.h"
#include "random.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define STEP	 300
#define DAY	 (86400 / STEP)
#define BEGIN	 1577836800 // a Wednesday
#define WEEKS	 8
#define BINS	 (WEEKS * 7 * DAY)
#define PATTERNS 60

struct shape {
	double level, day, weekend, noise;
	unsigned step;
	bool square; // office hours instead of a sine
};

static double shaped(const struct shape *s, unsigned bin, struct random *r)
{
	double t = (double)bin * s->step / 86400;
	unsigned weekday = ((unsigned)t + 2) % 7; // Monday is 0
	double wave = sin(2 * M_PI * t);
	wave = s->square ? (wave > -0.6 ? 1 : -1) : wave;
	double level = s->level * (1 + s->day * wave) * (weekday >= 5 ? s->weekend : 1);
	return level * (1 + s->noise * random_normal(r));
}

static struct shape shape_of(unsigned i)
{
	static const double level[] = {40, 700, 20000, 0.8}, day[] = {0, 0.05, 0.15, 0.3, 0.5, 0.7};
	static const double weekend[] = {1, 0.9, 0.85}, noise[] = {0.002, 0.01, 0.03, 0.05, 0.08};
	return (struct shape){level[i % 4], day[i / 4 % 6], weekend[i % 3], noise[i % 5], i % 7 == 6 ? 3600u : STEP,
			      i % 5 == 4};
}

static void shape_print(const struct shape *s)
{
	printf("level %g, day %g, weekend %g, noise %g, step %u%s\n", s->level, s->day, s->weekend, s->noise, s->step,
	       s->square ? ", office hours" : "");
}

static struct instant bin_time(unsigned bin)
{
	return instant_of(BEGIN + (int64_t)bin * STEP, 0);
}

static void test_quiet(void **state)
{
	(void)state;
	struct random r = random_seeded(20260803);
	for (unsigned i = 0; i < PATTERNS; i++) {
		struct catch c = {0};
		struct shape shape = shape_of(i);
		const char *names[] = {"ping-slash24", "monash-connectivity", "merit-nt"}, *name = names[i / 3 % 3];
		struct series_watch *s = series_create(NULL, 1, 2, name, (struct detection_sink){catch_take, &c});
		for (unsigned bin = 0; bin < WEEKS * 7 * 86400 / shape.step; bin++)
			series_take(s, instant_of(BEGIN + (int64_t)bin * shape.step, 0),
				    random_next(&r) % 50 ? shaped(&shape, bin, &r) : NAN);
		series_finish(s, bin_time(BINS));
		if (c.ended_count) {
			shape_print(&shape);
			catch_print(name, &c);
		}
		assert_true(series_judged(s) || shape.level < 20);
		assert_int_equal(c.opened_count, 0);
		series_free(s);
	}
}

// Three hours at 70 %, five times after the second week, never in the same hour of the week.
static bool injected(unsigned bin, unsigned *ret_event)
{
	for (unsigned k = 0; k < 5; k++) {
		unsigned from = (3 + k) * 7 * DAY + k * DAY + k * 61;
		*ret_event = from;
		if (bin >= from && bin < from + 3 * 3600 / STEP)
			return true;
	}
	return false;
}

static void test_injected(void **state)
{
	(void)state;
	struct random r = random_seeded(20260804);
	unsigned found = 0, wanted = 0, ends = 0;
	for (unsigned i = 0; i < PATTERNS; i++) {
		struct shape shape = shape_of(i);
		if (shape.noise > 0.04 || shape.step != STEP)
			continue; // 30 % below is 3.5 spreads at 8.5 %, with nothing left for the two bins in a row
		struct catch c = {0};
		const char *name = i % 2 ? "active-probing" : "other";
		struct series_watch *s = series_create(NULL, 1, 2, name, (struct detection_sink){catch_take, &c});
		unsigned event;
		for (unsigned bin = 0; bin < BINS; bin++)
			series_take(s, bin_time(bin), shaped(&shape, bin, &r) * (injected(bin, &event) ? 0.7 : 1));
		series_finish(s, bin_time(BINS));
		for (unsigned k = 0; k < c.ended_count; k++) {
			unsigned bin = (unsigned)((instant_seconds(c.ended[k].start.best) - BEGIN) / STEP);
			bool here = false;
			for (unsigned back = 0; back <= 4 && !here; back++) // two bins either way
				here = injected(bin + 2 - back, &event) && bin + 2 >= event && bin <= event + 2;
			found += here;
			int64_t end = BEGIN + (int64_t)(event + 3 * 3600 / STEP) * STEP;
			ends += here && llabs(instant_seconds(c.ended[k].end.best) - end) <= 2 * STEP;
		}
		wanted += 5;
		if (c.ended_count != 5) {
			shape_print(&shape);
			catch_print("injected", &c);
		}
		assert_int_equal(c.ended_count, 5);
		series_free(s);
	}
	printf("%u of %u drops found with their start, %u with their end\n", found, wanted, ends);
	assert_true(found * 100 >= wanted * 99);
	assert_true(ends * 100 >= wanted * 99);
}

struct piece {
	unsigned bins;
	double value;
};

static struct series_watch *fed(struct catch *c, const char *name, const struct piece *pieces, size_t n)
{
	struct series_watch *s = series_create(NULL, 1, 2, name, (struct detection_sink){catch_take, c});
	unsigned bin = 0;
	for (size_t i = 0; i < n; i++)
		for (unsigned k = 0; k < pieces[i].bins; k++)
			series_take(s, bin_time(bin++), pieces[i].value);
	series_finish(s, bin_time(bin));
	return s;
}

static void test_never_up(void **state)
{
	(void)state;
	struct catch c = {0};
	static const struct piece zero[] = {{5 * DAY, 0}}, none[] = {{5 * DAY, NAN}}, thin[] = {{5 * DAY, 3}, {DAY, 0}};
	struct series_watch *s = fed(&c, "ping-slash24", zero, ARRAY_LEN(zero));
	assert_int_equal(series_state(s), SERIES_UNOBSERVABLE);
	assert_false(series_judged(s));
	series_free(s);
	s = fed(&c, "ping-slash24", none, ARRAY_LEN(none));
	assert_int_equal(series_state(s), SERIES_NO_VALUE);
	series_free(s);
	s = fed(&c, "merit-nt", thin, ARRAY_LEN(thin)); // three sources a minute say nothing
	assert_int_equal(series_state(s), SERIES_UNOBSERVABLE);
	series_free(s);
	s = fed(&c, "ping-slash24-loss", thin, ARRAY_LEN(thin)); // a fall of loss is good news
	assert_false(series_judged(s));
	series_free(s);
	assert_int_equal(c.opened_count + c.ended_count, 0);
}

static void test_missing_is_not_zero(void **state)
{
	(void)state;
	struct catch c = {0};
	static const struct piece gap[] = {{3 * DAY, 500}, {DAY, NAN}, {DAY, 500}};
	series_free(fed(&c, "bgp", gap, ARRAY_LEN(gap)));
	static const struct piece blink[] = {{3 * DAY, 500}, {1, 0}, {DAY, 500}, {1, 0}, {3, NAN}, {DAY, 500}};
	series_free(fed(&c, "bgp", blink, ARRAY_LEN(blink)));
	assert_int_equal(c.opened_count + c.ended_count, 0);
	static const struct piece across[] = {{3 * DAY, 500}, {6, 100}, {40, NAN}, {6, 100}, {DAY, 500}};
	series_free(fed(&c, "bgp", across, ARRAY_LEN(across)));
	assert_int_equal(c.ended_count, 1);
	assert_true(c.ended[0].start.best.ns == bin_time(3 * DAY).ns);
	assert_true(c.ended[0].start.from.ns == bin_time(3 * DAY - 1).ns);
	assert_true(c.ended[0].start.to.ns == bin_time(3 * DAY + 1).ns);
	assert_true(c.ended[0].end.best.ns == bin_time(3 * DAY + 52).ns);
	assert_true(c.ended[0].end.from.ns == bin_time(3 * DAY + 51).ns);
	assert_true(c.ended[0].lowest == 100 && c.ended[0].baseline == 500 && c.ended[0].series == 2);
}

static void test_end_across_a_gap_is_an_interval(void **state)
{
	(void)state;
	struct catch c = {0};
	static const struct piece p[] = {{3 * DAY, 500}, {6, 100}, {40, NAN}, {DAY, 500}};
	series_free(fed(&c, "bgp", p, ARRAY_LEN(p)));
	assert_int_equal(c.ended_count, 1);
	assert_true(c.ended[0].end.from.ns == bin_time(3 * DAY + 5).ns);
	assert_true(c.ended[0].end.best.ns == bin_time(3 * DAY + 46).ns);
}

static void test_no_invented_end(void **state)
{
	(void)state;
	struct catch c = {0};
	static const struct piece p[] = {{3 * DAY, 500}, {DAY, 0}, {1, 500}};
	struct series_watch *s = fed(&c, "bgp", p, ARRAY_LEN(p));
	assert_int_equal(c.opened_count, 1);
	assert_int_equal(c.ended_count, 1);
	assert_false(instant_known(c.ended[0].end.best));
	series_free(s);
}

static void test_long_events(void **state)
{
	(void)state;
	struct catch c = {0};
	static const struct piece ten[] = {{5 * DAY, 500}, {10 * DAY, 50}, {DAY, 500}};
	series_free(fed(&c, "bgp", ten, ARRAY_LEN(ten)));
	assert_int_equal(c.ended_count, 1);
	assert_true(c.ended[0].end.best.ns == bin_time(15 * DAY).ns);
	struct catch shift = {0}; // a level that stays: said once, no end stated, and the new level is watched
	static const struct piece stays[] = {{5 * DAY, 500}, {40 * DAY, 250}, {DAY, 20}, {DAY, 250}};
	series_free(fed(&shift, "bgp", stays, ARRAY_LEN(stays)));
	assert_int_equal(shift.ended_count, 2);
	assert_false(instant_known(shift.ended[0].end.best));
	assert_true(shift.ended[1].start.best.ns == bin_time(45 * DAY).ns);
	assert_true(shift.ended[1].end.best.ns == bin_time(46 * DAY).ns);
}

static void test_shallow_run_before_a_fall(void **state)
{
	(void)state;
	struct catch c = {0};
	static const struct piece p[] = {{5 * DAY, 500}, {100, 470}, {12, 100}, {DAY, 500}};
	series_free(fed(&c, "active-probing", p, ARRAY_LEN(p)));
	assert_int_equal(c.ended_count, 1);
	assert_true(c.ended[0].start.best.ns == bin_time(5 * DAY + 100).ns);
	static const struct piece ramp[] = {{5 * DAY, 500}, {1, 470},  {1, 420},  {1, 390},
					    {1, 300},	    {12, 100}, {DAY, 500}};
	series_free(fed(&c, "active-probing", ramp, ARRAY_LEN(ramp)));
	assert_int_equal(c.ended_count, 2);
	assert_true(c.ended[1].start.best.ns == bin_time(5 * DAY).ns);
}

static void test_times_that_are_wrong(void **state)
{
	(void)state;
	struct catch c = {0};
	struct series_watch *s = series_create(NULL, 1, 2, "x", (struct detection_sink){catch_take, &c});
	series_take(s, (struct instant){INT64_MIN}, 5);
	series_take(s, (struct instant){-1}, 5);
	series_take(s, instant_of(100, 0), 1e300);
	series_take(s, instant_of(100, 0), 4);
	series_take(s, instant_of(50, 0), -4);
	series_take(s, (struct instant){INT64_MAX - 1}, INFINITY);
	series_take(s, (struct instant){INT64_MAX}, -5);
	series_tick(s, (struct instant){INT64_MIN});
	series_finish(s, (struct instant){INT64_MAX});
	series_free(s);
	assert_int_equal(c.opened_count, 0);
	series_free(NULL);
	assert_true(series_bytes() <= 2048);
}

static double opens(const char *source)
{
	return detect_value(NULL, series_source_find(source)->open);
}

static void test_sources(void **state)
{
	(void)state;
	assert_true(opens("bgp") == 0.9);
	assert_true(opens("gtr.WEB_SEARCH") == 0.75);
	assert_true(opens("gtr-norm") == 0.75);
	assert_true(opens("bgpx") == 0.8);
	assert_true(series_source_find("ping-slash24-latency")->open == SERIES_NEVER);
	assert_true(opens("ping-slash24") == 0.8);
	assert_true(opens("") == 0.8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quiet),
		cmocka_unit_test(test_injected),
		cmocka_unit_test(test_never_up),
		cmocka_unit_test(test_missing_is_not_zero),
		cmocka_unit_test(test_end_across_a_gap_is_an_interval),
		cmocka_unit_test(test_no_invented_end),
		cmocka_unit_test(test_long_events),
		cmocka_unit_test(test_shallow_run_before_a_fall),
		cmocka_unit_test(test_times_that_are_wrong),
		cmocka_unit_test(test_sources),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
