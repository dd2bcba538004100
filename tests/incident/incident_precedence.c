// SPDX-License-Identifier: ISC
// Order and shape on simulated outages, and on input that says nothing.
#include "../unit/unit.h"
#include "incident/precedence.h"

#include <math.h>

#define BINS_MAX 1200
#define T0	 1600000000

struct scene {
	struct precedence_bin bins[BINS_MAX];
	struct precedence_input in;
};

static double uniform(uint64_t *state)
{
	return (double)(unit_random(state) >> 11) / 9007199254740992.0;
}

static struct instant at(double seconds)
{
	return (struct instant){(int64_t)T0 * NS_PER_S + (int64_t)(seconds * 1e9)};
}

static void sane(const struct precedence *p)
{
	assert_true(isfinite(p->lead_s.best) && isfinite(p->lead_s.from) && isfinite(p->lead_s.to));
	assert_true(p->p_loss_first >= 0 && p->p_loss_first <= 1 && isfinite(p->log10_shape_bf));
	assert_true(isfinite(p->partial_loss_s) && p->partial_loss_s >= 0);
	assert_true(!instant_known(p->onset.best) ||
		    (p->onset.from.ns <= p->onset.best.ns && p->onset.best.ns <= p->onset.to.ns));
}

// Loss grows from 0 to `peak` over `ramp` seconds after `onset`; the routes go at `withdrawal`.
struct course {
	double interval, onset, ramp, peak, withdrawal, until;
	unsigned targets;
};

static void scene_make(struct scene *s, const struct course *c, uint64_t *seed)
{
	size_t n = 0;
	for (double t = 0; t < c->until && n < BINS_MAX; t += c->interval, n++) {
		struct precedence_bin b = {at(t), c->targets, 0};
		for (unsigned i = 0; i < c->targets; i++) {
			double when = t + c->interval * uniform(seed);
			double grown = c->ramp > 0 ? fmin(fmax((when - c->onset) / c->ramp, 0), 1) : when >= c->onset;
			b.lost += uniform(seed) < (when >= c->withdrawal ? 1 : fmax(grown * c->peak, 0.005));
		}
		s->bins[n] = b;
	}
	s->in = (struct precedence_input){
		.bins = s->bins, .bin_count = n, .watch_interval_s = c->interval, .resolution_s = 1};
	s->in.routes.first = at(c->withdrawal);
}

// Share of runs in which loss is said to come first, with P > 0.95 and the margin of 60 s.
static double said_first(bool ramp, double interval, unsigned targets, uint64_t *seed)
{
	enum { RUNS = 60 };
	static struct scene s;
	unsigned said = 0;
	for (int i = 0; i < RUNS; i++) {
		double onset = 1800 + 60 * uniform(seed);
		struct course c = {interval, onset, 0, 1, onset + 5 + 25 * uniform(seed), 2400, targets};
		if (ramp) {
			c.ramp = 120;
			c.peak = 0.95;
			c.withdrawal = onset + 180 + 30 * uniform(seed);
		}
		scene_make(&s, &c, seed);
		s.in.margin_s = 60;
		struct precedence p;
		precedence_test(&s.in, &p);
		sane(&p);
		said += p.has_lead && p.p_loss_first > 0.95;
	}
	return (double)said / RUNS;
}

static void test_order_power(void **state)
{
	(void)state;
	uint64_t seed = unit_seed();
	// interval, targets, least and most power expected (a small run: wide)
	static const double rows[][4] = {{10, 4, 0.9, 1},   {10, 12, 0.95, 1}, {30, 4, 0.9, 1},
					 {30, 12, 0.95, 1}, {60, 12, 0.9, 1},  {300, 12, 0, 0.3}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		double power = said_first(true, rows[i][0], (unsigned)rows[i][1], &seed);
		double wrong = said_first(false, rows[i][0], (unsigned)rows[i][1], &seed);
		print_message("every %.0f s, %.0f targets: power %.3f, false %.3f\n", rows[i][0], rows[i][1], power,
			      wrong);
		assert_true(power >= rows[i][2] && power <= rows[i][3]);
		assert_true(wrong <= 0.05);
	}
}

static void test_shape_power(void **state)
{
	(void)state;
	enum { RUNS = 100 };
	uint64_t seed = unit_seed();
	static struct scene s;
	unsigned right[2] = {0}, wrong[2] = {0};
	for (int i = 0; i < RUNS; i++)
		for (int step = 0; step < 2; step++) {
			double onset = 1800 + 60 * uniform(&seed);
			struct course c = {20, onset, 0, 1, onset + 60 + 120 * uniform(&seed), 3000, 12};
			if (!step) {
				c.ramp = 60 + 300 * uniform(&seed);
				c.peak = 0.6 + 0.4 * uniform(&seed);
				c.withdrawal = onset + 120 + 480 * uniform(&seed);
			}
			scene_make(&s, &c, &seed);
			struct precedence p;
			precedence_test(&s.in, &p);
			sane(&p);
			right[step] += step ? p.log10_shape_bf < -1 : p.log10_shape_bf > 1;
			wrong[step] += step ? p.log10_shape_bf > 1 : p.log10_shape_bf < -1;
		}
	print_message("ramp: right %u wrong %u; step: right %u wrong %u of %d\n", right[0], wrong[0], right[1],
		      wrong[1], RUNS);
	assert_true(right[0] >= 70 && wrong[0] <= 25);
	assert_true(right[1] >= 85 && wrong[1] <= 2);
}

// The stated interval holds the true onset about as often as it says.
static void test_coverage(void **state)
{
	(void)state;
	enum { RUNS = 300 };
	uint64_t seed = unit_seed();
	static struct scene s;
	unsigned held = 0;
	for (int i = 0; i < RUNS; i++) {
		double onset = 600 + 60 * uniform(&seed);
		struct course c = {20, onset, 0, 0.2 + 0.8 * uniform(&seed), 1e9, 1500, 12};
		scene_make(&s, &c, &seed);
		s.in.routes.first = INSTANT_NONE;
		struct precedence p;
		precedence_test(&s.in, &p);
		sane(&p);
		held += p.onset.from.ns <= at(onset).ns && at(onset).ns <= p.onset.to.ns;
	}
	print_message("the true onset lies inside in %u of %d\n", held, RUNS);
	assert_true(held >= RUNS * 85 / 100);
}

static void test_readings(void **state)
{
	(void)state;
	static struct scene s;
	uint64_t seed = unit_seed();
	struct precedence p;
	struct course c = {10, 1200, 0, 1, 1200 + 75, 1600, 24};
	scene_make(&s, &c, &seed);
	precedence_test(&s.in, &p); // nobody told the hold time: 90 s is usual
	assert_int_equal(p.reading, READING_SESSION_EXPIRED);
	assert_true(p.hold_time_s == 90);
	s.in.hold_times_s[1] = 180;
	precedence_test(&s.in, &p);
	assert_int_equal(p.reading, READING_AMBIGUOUS);
	s.in.routes.first = at(1100);
	precedence_test(&s.in, &p);
	assert_int_equal(p.reading, READING_CONTROL_FIRST);
	assert_true(p.p_loss_first < 0.01 && p.lead_s.best <= -80);
	s.in.routes.first = at(1205);
	precedence_test(&s.in, &p);
	assert_int_equal(p.reading, READING_TIE);
	c = (struct course){10, 1200, 300, 1, 1200 + 420, 1800, 24}; // a ramp, then all lost for 120 s
	scene_make(&s, &c, &seed);
	precedence_test(&s.in, &p);
	assert_int_equal(p.reading, READING_STRESS_SHAPED);
	assert_true(p.partial_loss_s >= 200);
}

static void test_nothing_to_say(void **state)
{
	(void)state;
	static struct precedence_bin bins[300];
	struct precedence p;
	struct precedence_input in = {.watch_interval_s = 20, .routes.first = INSTANT_NONE};
	precedence_test(&in, &p); // no bins
	assert_int_equal(p.reading, READING_NO_LOSS);
	in.bins = bins;
	in.bin_count = 300;
	for (size_t i = 0; i < 300; i++)
		bins[i].time = at(20.0 * (double)i);
	in.routes.first = at(3000);
	precedence_test(&in, &p); // all missing
	assert_int_equal(p.reading, READING_NO_LOSS);
	assert_false(instant_known(p.onset.best) || p.has_lead);
	for (size_t i = 0; i < 300; i++)
		bins[i].sent = 12;
	precedence_test(&in, &p); // all good
	assert_int_equal(p.reading, READING_NO_LOSS);
	bins[140].lost = 2;
	precedence_test(&in, &p); // too little for a change
	assert_int_equal(p.reading, READING_NO_LOSS);
	bins[140].lost = 0;
	for (size_t i = 0; i < 300; i++)
		bins[i].lost = 12;
	precedence_test(&in, &p); // never seen up
	sane(&p);
	for (size_t i = 0; i < 300; i++)
		bins[i].lost = 4000000000u;
	in.usual_sent = 10;
	in.usual_lost = 20;
	in.watch_interval_s = 0;
	precedence_test(&in, &p); // more lost than sent
	sane(&p);
	static const double odd[] = {NAN, INFINITY, -1, 1e300};
	for (size_t i = 0; i < 4; i++) {
		in.watch_interval_s = in.resolution_s = in.margin_s = in.hold_times_s[0] = odd[i];
		bins[0].lost = bins[1].lost = 0;
		precedence_test(&in, &p);
		sane(&p);
		assert_true(isfinite(p.margin_s) && isfinite(p.hold_time_s));
	}
	in.bin_count = 1;
	precedence_test(&in, &p);
	sane(&p);
}

// A gap in our own data just before the onset widens the interval and moves nothing.
static void test_gap(void **state)
{
	(void)state;
	static struct precedence_bin bins[100];
	struct precedence_input in = {
		.bins = bins, .bin_count = 100, .watch_interval_s = 20, .routes.first = INSTANT_NONE};
	for (size_t i = 0; i < 100; i++)
		bins[i] = (struct precedence_bin){at(20.0 * (double)i), i >= 40 && i < 50 ? 0 : 24, i >= 50 ? 24 : 0};
	struct precedence p;
	precedence_test(&in, &p);
	assert_int_equal(p.onset.best.ns, bins[50].time.ns);
	assert_true(p.onset.from.ns <= bins[40].time.ns && p.onset.from.ns >= bins[38].time.ns);
	assert_int_equal(p.total_loss_at.ns, bins[50].time.ns);
}

static void test_routes_of(void **state)
{
	(void)state;
	struct instant w[] = {at(30), at(10), at(20), at(40)};
	struct precedence_routes r = precedence_routes_of(w, 4, 6);
	assert_int_equal(r.first.ns, at(10).ns);
	assert_int_equal(r.half.ns, at(30).ns);
	assert_false(instant_known(r.most)); // two networks kept their route
	r = precedence_routes_of(w, 4, 4);
	assert_int_equal(r.most.ns, at(40).ns);
	r = precedence_routes_of(w, 0, 0);
	assert_false(instant_known(r.first) || instant_known(r.half) || instant_known(r.most));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_power),    cmocka_unit_test(test_shape_power),
		cmocka_unit_test(test_coverage),       cmocka_unit_test(test_readings),
		cmocka_unit_test(test_nothing_to_say), cmocka_unit_test(test_gap),
		cmocka_unit_test(test_routes_of),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
