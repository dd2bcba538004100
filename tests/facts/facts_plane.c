// SPDX-License-Identifier: ISC
// Clock and data plane of an incident in numbers: known ramps, steps, waves and floors, and what nobody can know.
#include "facts/facts_priv.h"
#include "tale.h"

static const double widths[] = {1, 60}; // a lab and the field: the same story must give the same in intervals

static struct tale tale;

static void test_clock(void **state)
{
	(void)state;
	uint16_t holds[] = {9, 90, 30};
	tale_begin(&tale, 1, "00000XXXXX0000", 5, 10);
	tale.input.hold_times = holds;
	tale.input.hold_time_count = 3;
	const struct facts *f = tale_facts(&tale);
	expect_number(f->width_s, 1);
	expect_number(f->hold_s, 90);
	expect_number(f->clock_width_s, 2);
	expect_number(f->lasted_s, 5);
	expect_number(f->to_half_hour_s, 13 * 60 + 25); // 22:13:25
	expect_number(f->local_hour, NAN);
	tale.entity.utc_offset_min = 345; // Nepal: 03:58:25 of the next day
	f = tale_facts(&tale);
	expect_number(f->to_half_hour_s, 60 + 35);
	expect_number(f->local_hour, 3 + 58.0 / 60 + 25.0 / 3600);
	tale.entity.utc_offset_min = -1 * 23 * 60; // a day that is not a whole one behind
	expect_number(tale_facts(&tale)->local_hour, 23 + 13.0 / 60 + 25.0 / 3600);
}

static void test_clock_unknown(void **state)
{
	(void)state;
	tale_begin(&tale, 1, "", 5, -1);
	tale.dossier.last = tale_at(&tale, 105);
	const struct facts *f = tale_facts(&tale);
	expect_number(f->width_s, NAN);
	expect_number(f->hold_s, NAN);
	expect_number(f->lasted_s, 100); // not over: to the end of the data
	tale.incident.story.start.best = INSTANT_NONE;
	expect_number(tale_facts(&tale)->to_half_hour_s, NAN);
}

static void test_nothing_known(void **state)
{
	(void)state;
	tale_begin(&tale, 1, "", 5, 50);
	const struct facts_plane *p = &tale_facts(&tale)->plane;
	const double all[] = {p->rtt_ramp,   p->connect_ramp_s, p->border_loss, p->loss_peak,
			      p->rtt_detour, p->waves,		p->fall_steps,	p->fall_s,
			      p->return_s,   p->return_steps,	p->floor_flat,	p->fall_share};
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		expect_number(all[i], NAN);
	expect_number(tale.incident.facts.services.spread_s, NAN);
	expect_number(tale.incident.facts.short_losses, NAN);
	assert_false(tale.incident.facts.witness.gap);
}

static void test_rtt_ramp(void **state)
{
	(void)state;
	tale_begin(&tale, 1, "0000000012345XXXXXX0000", 8, 19);
	tale_rtt(&tale, 8, "23456");
	expect_number(tale_facts(&tale)->plane.rtt_ramp, 4); // three on end had as much
	tale_rtt(&tale, 8, "11911");
	expect_number(tale_facts(&tale)->plane.rtt_ramp, 1); // one alone has not
	tale_rtt(&tale, 8, "00000");
	expect_number(tale_facts(&tale)->plane.rtt_ramp, 1); // of just before
	tale_rtt(&tale, 13, "999999"); // in the silence: of a few that still answer, not what led to it
	expect_number(tale_facts(&tale)->plane.rtt_ramp, 1);
}

static void test_rtt_ramp_at_once(void **state)
{
	(void)state;
	tale_begin(&tale, 60, "00000000XXXXXX0000", 8, 14);
	expect_number(tale_facts(&tale)->plane.rtt_ramp, 1);
	tale_rtt(&tale, 5, "020"); // one interval before silence is known, and it is not the last
	expect_number(tale_facts(&tale)->plane.rtt_ramp, 2);
	tale_rtt(&tale, 5, "000");
	expect_number(tale_facts(&tale)->plane.rtt_ramp, NAN);
	tale_begin(&tale, 60, "00000000333333330000", 8, 16); // never silent: to its end
	tale_rtt(&tale, 12, "5555");
	expect_number(tale_facts(&tale)->plane.rtt_ramp, 5);
}

static void test_connect_ramp(void **state)
{
	(void)state;
	for (size_t w = 0; w < 2; w++) {
		tale_begin(&tale, widths[w], "00000000001111112222XXXXXX0000", 10, 26);
		tale_signal(&tale, SIGNAL_LOSS, 16, 26);
		expect_number(tale_facts(&tale)->plane.connect_ramp_s, NAN); // no service is asked
		for (size_t i = 0; i < 30; i++)
			tale.bins[i].services = 5;
		expect_number(tale_facts(&tale)->plane.connect_ramp_s, 0);
		struct detection *slow = tale_signal(&tale, SIGNAL_CONNECT, 12, -1);
		expect_number(tale_facts(&tale)->plane.connect_ramp_s, 8 * widths[w]); // before silence at 20
		slow->start = tale_moment(&tale, 18);				       // within what can be ordered
		expect_number(tale_facts(&tale)->plane.connect_ramp_s, 0);
		slow->start = tale_moment(&tale, 12);
		slow->end = tale_moment(&tale, 14); // long over
		expect_number(tale_facts(&tale)->plane.connect_ramp_s, 0);
		tale_signal(&tale, SIGNAL_LATENCY, 11, 27); // the earlier of the two that lasted
		expect_number(tale_facts(&tale)->plane.connect_ramp_s, 9 * widths[w]);
	}
}

static void test_border(void **state)
{
	(void)state;
	tale_begin(&tale, 1, "00000555XXXXXX0000", 5, 14);
	expect_number(tale_facts(&tale)->plane.border_loss, NAN); // none is pinged
	for (size_t i = 0; i < 18; i++)
		tale.bins[i].border_sent = 4;
	tale.bins[6].border_lost = 4; // while half of all answers: does not count
	expect_number(tale_facts(&tale)->plane.border_loss, 0);
	for (size_t i = 8; i < 11; i++)
		tale.bins[i].border_lost = 4;
	expect_number(tale_facts(&tale)->plane.border_loss, 0.5);
	tale_begin(&tale, 1, "000005555555550000", 5, 14);
	for (size_t i = 0; i < 18; i++)
		tale.bins[i].border_sent = 4;
	expect_number(tale_facts(&tale)->plane.border_loss, NAN); // never silent
}

static void test_loss_peak(void **state)
{
	(void)state;
	tale_begin(&tale, 1, "00000123963100", 5, 12);
	expect_number(tale_facts(&tale)->plane.loss_peak, 0.6); // 3, 9 and 6 tenths
	tale_begin(&tale, 1, "??????????????", 5, 12);
	expect_number(tale_facts(&tale)->plane.loss_peak, NAN);
}

static void test_detour(void **state)
{
	(void)state;
	tale_begin(&tale, 1, "00000XXX2222222222220000", 5, 20);
	tale_rtt(&tale, 5, "000333333333");
	tale_rtt(&tale, 17, "333");
	expect_number(tale_facts(&tale)->plane.rtt_detour, 3);
	tale_rtt(&tale, 8, "1111111");
	tale_rtt(&tale, 15, "11111");
	expect_number(tale_facts(&tale)->plane.rtt_detour, 1);
	tale_begin(&tale, 1, "00000XXX8888888888880000", 5, 20); // too few answer to speak of a way
	tale_rtt(&tale, 8, "444444444444");
	expect_number(tale_facts(&tale)->plane.rtt_detour, NAN);
}

static void test_waves(void **state)
{
	(void)state;
	static const struct {
		const char *loss;
		double waves;
	} cases[] = {
		{"00000XXXXXXXXXXXXX000", 0},  // came and stayed
		{"00000XX000XX000XXX000", 2},  // twice it came and went before it stayed
		{"00000XX555XX555XXX000", 0},  // not low enough to be away
		{"0000055000550005550000", 0}, // not high enough
		{"00000XX???XX???XXX000", 0},  // not seen to go
		{"?????????????????????", NAN},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		tale_begin(&tale, 60, cases[i].loss, 5, 18);
		expect_number(tale_facts(&tale)->plane.waves, cases[i].waves);
	}
}

static void test_fall_at_once(void **state)
{
	(void)state;
	for (size_t w = 0; w < 2; w++) {
		tale_begin(&tale, widths[w], "0000000000XXXXXXXXXXXX0000", 10, 22);
		const struct facts_plane *p = &tale_facts(&tale)->plane;
		expect_number(p->fall_s, 0);
		expect_number(p->fall_steps, 1);
		expect_number(p->fall_share, 1);
		expect_number(p->floor_flat, 1);
		expect_number(p->return_s, widths[w]); // between two intervals
		expect_number(p->return_steps, 1);
	}
}

static void test_fall_in_steps(void **state)
{
	(void)state;
	for (size_t w = 0; w < 2; w++) {
		tale_begin(&tale, widths[w], "000003333336666666XXXXXXXXXX77774444440000", 5, 38);
		const struct facts_plane *p = &tale_facts(&tale)->plane;
		expect_number(p->fall_steps, 3); // at 0.7, 0.4 and the floor
		expect_number(p->return_steps, 3);
		expect_number(p->fall_s, 13 * widths[w]);
		expect_number(p->return_s, 11 * widths[w]);
		expect_number(p->fall_share, 0.3);		    // the first step, of a quarter of the time
		expect_number(p->floor_flat, 10.0 / (38 - 11 - 6)); // of the time below half
	}
	tale_begin(&tale, 1, "00000333344445555XXXXXXXX0000", 5,
		   25); // 0.7, 0.6 and 0.5: as near as may be told apart
	expect_number(tale_facts(&tale)->plane.fall_steps, 4);
}

// However slow, a slope rests nowhere.
static void test_slope_is_no_step(void **state)
{
	(void)state;
	for (int per = 1; per <= 12; per++) { // units lost an interval
		char loss[TALE_BINS + 1];
		memset(loss, '0', 140);
		loss[140] = '\0';
		tale_begin(&tale, 1, loss, 10, -1);
		for (int i = 10; i < 140; i++) {
			int lost = (i - 9) * per < TALE_SENT ? (i - 9) * per : TALE_SENT;
			tale.bins[i].lost = (uint32_t)lost;
			tale.bins[i].units_up = (uint32_t)(TALE_SENT - lost);
		}
		const struct facts_plane *p = &tale_facts(&tale)->plane;
		expect_number(p->fall_steps, 1);
		expect_within(p->fall_s, 80.0 / per, 1.01, "fall_s", per);
		expect_within(p->fall_share, 0.1 + 0.2, 0.1, "fall_share", per);
		expect_number(p->return_s, NAN); // not back
	}
}

// Where every third machine answers by chance, three intervals on end are alike now and then.
static void test_noise_is_no_step(void **state)
{
	(void)state;
	tale_begin(&tale, 1, "000000111000222111333222111444333555555444666777555888777XXXXXXXX00000", 6, 65);
	expect_number(tale_facts(&tale)->plane.fall_steps, 1);
	tale_begin(&tale, 1, "000000333333666666XXXXXXXX878777555777666444666555555555333555444222444232000000", 6, 74);
	expect_number(tale_facts(&tale)->plane.fall_steps, 3);
	expect_number(tale_facts(&tale)->plane.return_steps, 1);
	tale_begin(&tale, 1, "000000121323232434345466665676767788989XXXXXXXXX00000", 6, 50);
	expect_number(tale_facts(&tale)->plane.fall_steps, 1); // it rests at 0.4, but for a tenth of its way
}

// Batteries: half at once, the rest over hours.
static void test_decay(void **state)
{
	(void)state;
	char loss[TALE_BINS + 1];
	memset(loss, '0', 200);
	loss[200] = '\0';
	tale_begin(&tale, 600, loss, 10, -1);
	for (int i = 10; i < 200; i++) {
		double up = 0.1 + 0.4 * exp(-(i - 10) / 40.0);
		tale.bins[i].units_up = (uint32_t)(up * TALE_SENT);
		tale.bins[i].lost = TALE_SENT - tale.bins[i].units_up;
	}
	const struct facts_plane *p = &tale_facts(&tale)->plane;
	assert_true(p->fall_share > 0.6 && p->fall_s > 30 * 600);
	assert_true(p->floor_flat > 0.5 && p->floor_flat < 0.95);
	expect_number(p->fall_steps, 1);
}

static void test_hole_in_the_bins(void **state)
{
	(void)state;
	tale_begin(&tale, 1, "0000022222288888888XXXXXX0000", 5, 25);
	size_t n = tale.dossier.bin_count - 4; // intervals 12 to 15 are missing
	memmove(tale.bins + 12, tale.bins + 16, (n - 12) * sizeof(*tale.bins));
	tale.dossier.bin_count = n;
	expect_number(tale_facts(&tale)->plane.fall_s, 14); // by the clock, not by the number of bins
}

static void test_curve_shallow(void **state)
{
	(void)state;
	tale_begin(&tale, 1, "0000011111111111110000", 5, 18);
	const struct facts_plane *p = &tale_facts(&tale)->plane;
	expect_number(p->fall_s, NAN); // a tenth is no fall
	expect_number(p->floor_flat, NAN);
	expect_number(p->loss_peak, 0.1);
}

static void test_curve_of_routes(void **state)
{
	(void)state;
	struct sample routes[4] = {{.value = 200}, {.value = 120}, {.value = 20}, {.value = 200}};
	const double when[] = {0, 1000, 1400, 2000};
	tale_begin(&tale, 1, "", 1000, 2000);
	for (size_t i = 0; i < 4; i++)
		routes[i].time = tale_at(&tale, when[i]);
	tale.dossier.routes = routes;
	tale.dossier.route_count = 4;
	expect_number(tale_facts(&tale)->plane.fall_s, NAN); // usual number unknown
	tale.dossier.routes_baseline = 200;
	tale.dossier.value_count = 0;
	const struct facts_plane *p = &tale_facts(&tale)->plane;
	expect_number(p->fall_steps, 2);
	expect_within(p->fall_s, 400, 2 * 1000.0 / 200, "fall_s", __LINE__);
	expect_within(p->floor_flat, 1, 0.01, "floor_flat", __LINE__); // only the second step is below half
	expect_number(p->loss_peak, NAN);
}

// Hours of a series: 88 → 67 → 15, then three days between 4 and 12 % of what is usual.
static size_t shutdown_by_hours(struct dossier_value *values)
{
	size_t n = 0;
	for (; n < 30; n++)
		values[n].share = 1;
	values[n++].share = 0.76F;
	values[n++].share = 0.17F;
	for (; n < 110; n++)
		values[n].share = 0.04F + 0.04F * (float)(n % 3);
	for (; n < 130; n++)
		values[n].share = 0.97F;
	for (size_t i = 0; i < n; i++)
		values[i].time = tale_at(&tale, (double)i);
	return n;
}

static void test_curve_of_series(void **state)
{
	(void)state;
	struct dossier_value values[130] = {0};
	tale_begin(&tale, 3600, "", 30, 110);
	tale.dossier.values = values;
	tale.dossier.value_count = shutdown_by_hours(values);
	expect_number(tale_facts(&tale)->plane.fall_s, NAN); // no series is of the incident
	tale_signal(&tale, SIGNAL_SERIES, 30, 110)->lowest = 40;
	const struct facts_plane *p = &tale_facts(&tale)->plane;
	expect_number(p->fall_s, 3600);
	expect_number(p->fall_steps, 1);
	expect_number(p->floor_flat, 1);
	expect_number(p->return_s, 3600);
	struct detection *deeper = tale_signal(&tale, SIGNAL_SERIES, 30, 110); // one of which no value is kept
	deeper->series = 1;
	expect_number(tale_facts(&tale)->plane.fall_s, NAN);
}

// A series that has values, but took no part, does not keep the routes from being looked at.
static void test_routes_beside_series(void **state)
{
	(void)state;
	struct dossier_value values[130] = {0};
	struct sample routes[3] = {{.value = 200}, {.value = 0}, {.value = 200}};
	const double when[] = {0, 30, 110};
	tale_begin(&tale, 3600, "", 30, 110);
	tale.dossier.values = values;
	tale.dossier.value_count = shutdown_by_hours(values);
	for (size_t i = 0; i < 3; i++)
		routes[i].time = tale_at(&tale, when[i]);
	tale.dossier.routes = routes;
	tale.dossier.route_count = 3;
	tale.dossier.routes_baseline = 200;
	const struct facts_plane *p = &tale_facts(&tale)->plane;
	expect_number(p->fall_s, 0);
	expect_number(p->floor_flat, 1);
}

// A curve without the story around it: a tenth a letter, X nothing left, as in a tale. All members but the curve's stay as they are.
static struct facts_plane curve_by(const struct decisions *v, const char *loss, double width_s)
{
	struct curve_point points[TALE_BINS];
	struct facts_plane p = {.fall_steps = -1,
				.fall_s = -1,
				.return_s = -1,
				.return_steps = -1,
				.floor_flat = -1,
				.fall_share = -1,
				.waves = -1,
				.loss_peak = -1};
	size_t n = strlen(loss);
	for (size_t i = 0; i < n; i++)
		points[i] = (struct curve_point){width_s * (double)i, loss[i] == 'X' ? 0 : 1 - (loss[i] - '0') / 10.0};
	facts_curve(v, points, n, width_s, &p);
	assert_true(p.waves < 0 && p.loss_peak < 0);
	return p;
}

static struct facts_plane curve_of(const char *loss, double width_s)
{
	return curve_by(NULL, loss, width_s);
}

// Each number of a curve is asked for: at one end of its bounds some curve is another one.
static void numbers_are_asked_for(void **state)
{
	static const struct decision_table *const tables[] = {&facts_decisions};
	static const char *const curves[] = {"000011111",
					     "0000222255558888XXXXXXXX888855550000",
					     "00000XXXXXXX00000",
					     "0123456789XXXXX9876543210",
					     "00003330003334440005559990000",
					     "0001100022000330000"};
	(void)state;
	for (unsigned which = FACTS_DEPTH_LEAST; which <= FACTS_FLAT_DEPTH; which++) {
		const struct decision *row = &facts_rows[which % DECISION_ROWS_MAX], *told;
		bool moved = false;
		for (size_t i = 0; i < 2 * ARRAY_LEN(curves); i++) {
			struct decisions d;
			decisions_join(tables, 1, &d);
			assert_int_equal(decisions_set(&d, row->name, i % 2 ? row->high : row->low, &told), 0);
			struct facts_plane a = curve_of(curves[i / 2], 10), b = curve_by(&d, curves[i / 2], 10);
			moved |= memcmp(&a, &b, sizeof(a)) != 0;
		}
		if (!moved)
			fail_msg("%s moves nothing", row->name);
	}
}

static void expect_untouched(const struct facts_plane *p)
{
	expect_number(p->fall_s, -1);
	expect_number(p->fall_steps, -1);
	expect_number(p->fall_share, -1);
	expect_number(p->return_s, -1);
	expect_number(p->return_steps, -1);
	expect_number(p->floor_flat, -1);
}

static void test_curve_that_never_falls(void **state)
{
	static const char *const calm[] = {
		"", "0", "00", "0000000000", "0000111111110000", "00000XX00000", "000X0X0X0X000"};
	(void)state;
	for (size_t i = 0; i < sizeof(calm) / sizeof(*calm); i++) { // none is low for three points on end
		struct facts_plane p = curve_of(calm[i], 1);
		expect_untouched(&p);
	}
	struct facts_plane p = curve_of("00000XXXXXXXX00000", 0); // nor is anything said without a width
	expect_untouched(&p);
	p = curve_of("000003330000", 1); // deep enough, for three points
	expect_number(p.fall_s, 0);
	expect_number(p.floor_flat, 1);
}

static void test_curve_step(void **state)
{
	(void)state;
	struct facts_plane p = curve_of("00000XXXXXXXXXX00000", 60);
	expect_number(p.fall_s, 0);
	expect_number(p.fall_share, 1);
	expect_number(p.fall_steps, 1);
	expect_number(p.floor_flat, 1);
	expect_number(p.return_s, 60);
	expect_number(p.return_steps, 1);
	p = curve_of("000008888888888", 60); // still there: nothing of a return, and depth is of what was lost
	expect_number(p.fall_share, 1);
	expect_number(p.floor_flat, 1);
	expect_number(p.return_s, -1);
	expect_number(p.return_steps, -1);
	p = curve_of("00000XXX666666666600000", 60); // below half for 13 points, deep for three
	expect_number(p.floor_flat, 3.0 / 13);
}

static void test_curve_steps(void **state)
{
	(void)state;
	struct facts_plane p = curve_of("0000033333366666XXXXXXXX00000", 60);
	expect_number(p.fall_steps, 3);
	expect_number(p.fall_s, 11 * 60);
	expect_number(p.return_steps, 1);
	p = curve_of("00000XXXXXXXX66666633333300000", 60); // the same way back
	expect_number(p.fall_steps, 1);
	expect_number(p.return_steps, 3);
	expect_number(p.return_s, 13 * 60);
	p = curve_of("00000336699XXXXXXXX99663300000", 60); // two points are no rest
	expect_number(p.fall_steps, 1);
	expect_number(p.return_steps, 1);
	p = curve_of("00000123456789XXXXXXXX000000",
		     60); // a decay: after a quarter of its time about a third of its way
	expect_number(p.fall_steps, 1);
	expect_number(p.fall_s, 8 * 60);
	expect_number(p.fall_share, 0.3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_asked_for),
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_clock_unknown),
		cmocka_unit_test(test_nothing_known),
		cmocka_unit_test(test_rtt_ramp),
		cmocka_unit_test(test_rtt_ramp_at_once),
		cmocka_unit_test(test_connect_ramp),
		cmocka_unit_test(test_border),
		cmocka_unit_test(test_loss_peak),
		cmocka_unit_test(test_detour),
		cmocka_unit_test(test_waves),
		cmocka_unit_test(test_fall_at_once),
		cmocka_unit_test(test_fall_in_steps),
		cmocka_unit_test(test_slope_is_no_step),
		cmocka_unit_test(test_noise_is_no_step),
		cmocka_unit_test(test_decay),
		cmocka_unit_test(test_hole_in_the_bins),
		cmocka_unit_test(test_curve_shallow),
		cmocka_unit_test(test_curve_of_routes),
		cmocka_unit_test(test_curve_of_series),
		cmocka_unit_test(test_routes_beside_series),
		cmocka_unit_test(test_curve_that_never_falls),
		cmocka_unit_test(test_curve_step),
		cmocka_unit_test(test_curve_steps),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
