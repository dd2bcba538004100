// SPDX-License-Identifier: ISC
// Precedence and shape on the lab's recordings, whose truth is known.
// Tests: src/incident/precedence.c src/incident/onset.c
#include "../unit/unit.h"
#include "lab.h"

#include <math.h>

struct expected {
	const char *name;
	enum precedence_reading reading;
	double lead_from, lead_to;   // seconds, where there is a lead
	double shape_from, shape_to; // log10 of the Bayes factor
};

static const struct expected OWN[] = {
	// of the repository
	{"power-carrier-dual-9", READING_TIE, -1, 2, -0.1, 0.1},
	{"power-silent-dual-9", READING_SESSION_EXPIRED, 5, 11, -999, -1},
	{"stress-slow-dual-9", READING_STRESS_SHAPED, 30, 60, 1, 999},
	{"stress-fast-dual-9", READING_STRESS_SHAPED, 10, 25, 1, 999},
	{"botched-all-dual-9", READING_TIE, -2, 2, -0.1, 0.1},
	{"shutdown-filter-dual-9", READING_NO_WITHDRAWAL, 0, 0, -999, -1},
	{"cable-cut-dual-9", READING_NO_WITHDRAWAL, 0, 0, -999, -1},
};

static const struct expected ROWS[] = {
	// that are shared
	{"a1-power-carrier", READING_TIE, -1, 1, -0.1, 0.1},
	{"a2-power-silent", READING_SESSION_EXPIRED, 5, 9, -999, -1},
	{"b-stress", READING_STRESS_SHAPED, 20, 35, 1, 999},
	{"c1-botched-all", READING_TIE, -2, 1, -0.1, 0.1},
	{"d1-shutdown-acl", READING_NO_WITHDRAWAL, 0, 0, -999, -1},
	{"e-cable-cut", READING_NO_WITHDRAWAL, 0, 0, -999, -1},
	{"j-spoofed-replies", READING_SESSION_EXPIRED, 5, 9, -999, -1},
};

static void say(const char *name, const struct lab *lab, const struct precedence *p)
{
	print_message("%s: %s; onset %+.1f s (%+.1f to %+.1f), lead %.1f (%.1f to %.1f), p %.4f, shape %.4f over %u, "
		      "partial %.0f s\n",
		      name, precedence_reading_name(p->reading), (double)p->onset.best.ns / 1e9 - lab->start,
		      (double)p->onset.from.ns / 1e9 - lab->start, (double)p->onset.to.ns / 1e9 - lab->start,
		      p->lead_s.best, p->lead_s.from, p->lead_s.to, p->p_loss_first, p->log10_shape_bf, p->shape_bins,
		      p->partial_loss_s);
}

static void row_check(const struct expected *row, const struct precedence *p, const struct lab *lab)
{
	assert_int_equal(p->reading, row->reading);
	assert_int_equal(p->has_lead, row->reading != READING_NO_WITHDRAWAL);
	assert_true(p->log10_shape_bf >= row->shape_from && p->log10_shape_bf <= row->shape_to);
	if (p->has_lead)
		assert_true(p->lead_s.best >= row->lead_from && p->lead_s.best <= row->lead_to);
	assert_true(p->lead_s.from <= p->lead_s.best && p->lead_s.best <= p->lead_s.to);
	double onset = (double)p->onset.best.ns / 1e9 - lab->start;
	assert_true(onset > -1 && onset < 5);
	if (row->reading == READING_STRESS_SHAPED)
		assert_true(p->p_loss_first >= 0.99 && p->partial_loss_s >= row->lead_from - 1);
	else
		assert_true(p->partial_loss_s <= 1);
	if (row->reading == READING_SESSION_EXPIRED)
		assert_true(p->hold_time_s == 9);
	if (row->reading == READING_TIE)
		assert_true(p->p_loss_first < 0.05);
	// What grows from nothing is seen a moment after it began.
	double slack = row->reading == READING_STRESS_SHAPED ? 1.5 : 0;
	assert_true((double)p->onset.from.ns / 1e9 <= lab->start + slack && lab->start <= (double)p->onset.to.ns / 1e9);
}

static void test_own_readings(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(OWN) / sizeof(*OWN); i++) {
		struct lab lab;
		assert_true(lab_read(OWN[i].name, &lab));
		struct precedence_input in = lab_input(&lab);
		struct precedence p;
		precedence_test(&in, &p);
		say(OWN[i].name, &lab, &p);
		row_check(&OWN[i], &p, &lab);
	}
}

static void test_readings(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++) {
		struct lab lab;
		if (!lab_read(ROWS[i].name, &lab))
			skip();
		struct precedence_input in = lab_input(&lab);
		struct precedence p;
		precedence_test(&in, &p);
		say(ROWS[i].name, &lab, &p);
		row_check(&ROWS[i], &p, &lab);
	}
}

// Whatever is cut off after the withdrawal changes neither the lead nor the shape.
static void test_later_data(void **state)
{
	(void)state;
	struct lab lab;
	assert_true(lab_read("stress-slow-dual-9", &lab));
	struct precedence_input in = lab_input(&lab);
	struct precedence all, cut;
	precedence_test(&in, &all);
	in.bin_count = (size_t)(lab.routes_start - (double)instant_seconds(lab.bins[0].time)) + 4;
	precedence_test(&in, &cut);
	assert_int_equal(all.onset.best.ns, cut.onset.best.ns);
	assert_int_equal(all.reading, cut.reading);
	assert_true(fabs(all.log10_shape_bf - cut.log10_shape_bf) < 1e-9);
}

// Without the hold time of these sessions nothing explains seven seconds.
static void test_no_hold_time(void **state)
{
	(void)state;
	struct lab lab;
	assert_true(lab_read("power-silent-dual-9", &lab));
	struct precedence_input in = lab_input(&lab);
	struct precedence p;
	in.hold_times_s[0] = 0;
	precedence_test(&in, &p);
	assert_int_equal(p.reading, READING_AMBIGUOUS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own_readings),
		cmocka_unit_test(test_readings),
		cmocka_unit_test(test_later_data),
		cmocka_unit_test(test_no_hold_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
