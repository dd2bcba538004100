// SPDX-License-Identifier: ISC
// The statistics by hand on a few cases, and that what is left out is left out.
#include "../unit/unit.h"

#include "diagnose/calibrate.h"
#include "diagnose/diagnose.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NEAR(a, b) assert_true(fabs((a) - (b)) < 1e-9)

// A diagnosis that gives two causes these probabilities and shares the rest.
static struct verdict said(uint8_t first, double p, uint8_t second, double q)
{
	struct verdict d = {.known = true};
	size_t at = 2;
	d.ranked[0] = (struct hypothesis){.cause = first, .p = p};
	d.ranked[1] = (struct hypothesis){.cause = second, .p = q};
	for (uint8_t c = 0; c < CAUSE_COUNT; c++)
		if (c != first && c != second)
			d.ranked[at++] = (struct hypothesis){.cause = c, .p = (1 - p - q) / (CAUSE_COUNT - 2)};
	return d;
}

static struct calibrate_case labelled(uint8_t truth, uint32_t more, uint32_t not )
{
	return (struct calibrate_case){.truth = truth, .acceptable = 1u << truth | more, .ruled_out = not };
}

static void scores_by_hand(void **state)
{
	struct calibrate_case cases[] = {
		labelled(CAUSE_POWER, 0, 1u << CAUSE_NETWORK_STRESS), // said power 0.9, stress 0.1: right
		labelled(CAUSE_POWER, 0,
			 1u << CAUSE_NETWORK_STRESS),	     // said stress 0.6, power 0.4: wrong, and ruled out
		labelled(CAUSE_CABLE, 1u << CAUSE_POWER, 0), // said power 0.7, cable 0.3: acceptable
	};
	struct verdict of[] = {
		said(CAUSE_POWER, 0.9, CAUSE_NETWORK_STRESS, 0.1),
		said(CAUSE_NETWORK_STRESS, 0.6, CAUSE_POWER, 0.4),
		said(CAUSE_POWER, 0.7, CAUSE_CABLE, 0.3),
	};
	struct calibrate_report r;
	(void)state;
	of[1].abstained = ABSTAIN_WEAK;
	calibrate_score(cases, of, 3, &r);
	assert_int_equal(r.strict, 1);
	assert_int_equal(r.lenient, 2);
	assert_int_equal(r.answered, 2);
	assert_int_equal(r.answered_lenient, 2);
	assert_int_equal(r.ruled_out, 1);
	NEAR(r.brier, (0.01 + 0.01 + 0.36 + 0.36 + 0.49 + 0.49) / 3);
	NEAR(r.brier_lenient, (0.01 + 0.01 + 0.36 + 0.36 + 0.09 + 0.09) / 3);
	NEAR(r.log_loss, -(log(0.9) + log(0.4) + log(0.3)) / 3);
	NEAR(r.log_loss_lenient, -(log(0.9) + log(0.4)) / 3);
	NEAR(r.ece, (0.1 + 0.6 + 0.3) / 3);
	NEAR(r.ece_exact, (0.1 + 0.6 + 0.7) / 3);
	NEAR(r.at_coverage[0], 1); // the surest two
	NEAR(r.at_coverage[2], 2.0 / 3);
	assert_int_equal(r.confusion[CAUSE_POWER][CAUSE_NETWORK_STRESS], 1);
	assert_int_equal(r.confusion[CAUSE_CABLE][CAUSE_POWER], 1);
}

// `count` cases of a cause in one variation that answer one question.
static size_t add(struct calibrate_case *list, size_t at, size_t count, const struct calibrate_case *like)
{
	for (size_t i = 0; i < count; i++) {
		list[at] = *like;
		for (int c = 0; c < CAUSE_COUNT; c++)
			list[at].prior[c] = 1.0 / CAUSE_COUNT;
		at++;
	}
	return at;
}

static struct calibrate_case answering(uint8_t truth, uint8_t evidence, uint8_t answer, uint32_t group)
{
	struct calibrate_case c = labelled(truth, 0, 0);
	c.findings[evidence] = (struct finding){answer, 1, NAN, NAN};
	c.coverage = 1;
	for (int k = 0; k < GROUP_COUNT; k++)
		c.group[k] = group;
	return c;
}

static struct ratios level(void)
{
	struct ratios r = {.sharpness = 1};
	for (int e = 0; e < EVIDENCE_COUNT; e++)
		r.usual[e] = 0.5;
	return r;
}

static void counts(void **state)
{
	static struct calibrate_case cases[8];
	struct calibrate_case three = answering(CAUSE_POWER, EVIDENCE_WAVES, ANSWER_YES, 1),
			      one = answering(CAUSE_POWER, EVIDENCE_WAVES, ANSWER_NO, 2);
	struct ratios r = level();
	(void)state;
	size_t n = add(cases, 0, 3, &three);
	n = add(cases, n, 1, &one);
	calibrate_fit(cases, n, GROUP_COUNT, 0, &r);
	NEAR(r.at[CAUSE_POWER][EVIDENCE_WAVES].yes, CALIBRATE_WEIGHT);
	NEAR(r.at[CAUSE_POWER][EVIDENCE_WAVES].answered, CALIBRATE_WEIGHT + 1);
	NEAR(r.at[CAUSE_CABLE][EVIDENCE_WAVES].answered, 0);
	calibrate_fit(cases, n, GROUP_VARIATION, 1, &r);
	NEAR(r.at[CAUSE_POWER][EVIDENCE_WAVES].yes, 0);
	NEAR(r.at[CAUSE_POWER][EVIDENCE_WAVES].answered, 1);
	r = level();
	r.fixed[EVIDENCE_WAVES] = true; // the lab has nothing to teach of it
	calibrate_fit(cases, n, GROUP_COUNT, 0, &r);
	NEAR(r.at[CAUSE_POWER][EVIDENCE_WAVES].answered, 0);
}

// Power answers yes in one group only; all else answers no. Without that group nobody can know.
static void left_out_is_left_out(void **state)
{
	struct calibrate_case *cases = calloc(64, sizeof(*cases));
	struct ratios base = level();
	struct calibrate_report alone, beside;
	size_t n = 0;
	(void)state;
	for (uint32_t g = 0; g < 6; g++) {
		struct calibrate_case other = answering(CAUSE_CABLE, EVIDENCE_WAVES, ANSWER_NO, g);
		n = add(cases, n, 1, &other);
	}
	struct calibrate_case power = answering(CAUSE_POWER, EVIDENCE_WAVES, ANSWER_YES, 9);
	n = add(cases, n, 4, &power);
	calibrate_cross(cases, n, GROUP_VARIATION, &base, &alone);
	for (size_t i = n - 4; i < n; i++) // now each is a group of its own, and the others teach it
		for (int k = 0; k < GROUP_COUNT; k++)
			cases[i].group[k] = 20 + (uint32_t)i;
	calibrate_cross(cases, n, GROUP_VARIATION, &base, &beside);
	assert_int_equal(alone.count, n);
	assert_int_equal(alone.confusion[CAUSE_POWER][CAUSE_POWER], 0);
	assert_int_equal(beside.confusion[CAUSE_POWER][CAUSE_POWER], 4);
	free(cases);
}

// However many variations and seeds a way has, it counts for two recordings, and each of its variations for one and a half at most.
static void ways_count_together(void **state)
{
	static struct calibrate_case cases[10];
	struct ratios r = level();
	size_t n = 0;
	(void)state;
	for (uint32_t variation = 0; variation < 3; variation++) {
		struct calibrate_case one = answering(CAUSE_POWER, EVIDENCE_WAVES, ANSWER_YES, variation);
		one.group[GROUP_WAY] = 7;
		n = add(cases, n, 2, &one);
	}
	struct calibrate_case other = answering(CAUSE_POWER, EVIDENCE_WAVES, ANSWER_NO, 8);
	n = add(cases, n, 2, &other);
	calibrate_fit(cases, n, GROUP_COUNT, 0, &r);
	NEAR(r.at[CAUSE_POWER][EVIDENCE_WAVES].yes, CALIBRATE_WAY);
	NEAR(r.at[CAUSE_POWER][EVIDENCE_WAVES].answered, CALIBRATE_WAY + CALIBRATE_WEIGHT);
	calibrate_fit(cases, n, GROUP_VARIATION, 2, &r); // a third of the way is away; what is left weighs what it did
	NEAR(r.at[CAUSE_POWER][EVIDENCE_WAVES].yes, CALIBRATE_WAY * 2 / 3);
	calibrate_fit(cases, n, GROUP_WAY, 7, &r);
	NEAR(r.at[CAUSE_POWER][EVIDENCE_WAVES].yes, 0);
	NEAR(r.at[CAUSE_POWER][EVIDENCE_WAVES].answered, CALIBRATE_WEIGHT);
	assert_true(r.sharpness >= 0.3 && r.sharpness <= 1.2 + 1e-9);
}

// The surest first; of equally sure ones the wrong one, so that the order of the cases cannot flatter.
static void risk_and_coverage(void **state)
{
	struct calibrate_case cases[5];
	struct verdict of[5];
	static const double p[] = {0.5, 0.9, 0.6, 0.6, 0.8};
	static const bool right[] = {true, true, true, false, false};
	struct calibrate_report r;
	(void)state;
	for (size_t i = 0; i < 5; i++) {
		cases[i] = labelled(right[i] ? CAUSE_POWER : CAUSE_CABLE, 0, 0);
		of[i] = said(CAUSE_POWER, p[i], CAUSE_DISASTER, 0.01);
	}
	calibrate_score(cases, of, 5, &r);
	NEAR(r.at_coverage[0], 1.0 / 3); // three of five: 0.9 right, 0.8 wrong, 0.6 wrong
	NEAR(r.at_coverage[1], 2.0 / 4);
	NEAR(r.at_coverage[2], 3.0 / 5);
	assert_int_equal(r.bins[5].count, 1);
	assert_int_equal(r.bins[6].count, 2);
	NEAR(r.bins[6].p, 1.2);
	NEAR(r.bins[6].right, 1);
	NEAR(r.ece, (0.5 + 0.1 + 0.2 + 0.8) / 5); // by bins: 0.5 | 0.9 | 0.6 and 0.6 together | 0.8
	calibrate_score(cases, of, 0, &r);
	assert_true(isnan(r.at_coverage[2]) && isnan(r.brier) && r.count == 0);
}

// The same case, predicted without its own group and without another: only its own could teach it.
static void own_group_teaches(void **state)
{
	static struct calibrate_case cases[10];
	double p[2] = {0};
	size_t n = 0;
	(void)state;
	for (uint32_t g = 0; g < 6; g++) {
		struct calibrate_case other = answering(CAUSE_CABLE, EVIDENCE_WAVES, ANSWER_NO, g);
		n = add(cases, n, 1, &other);
	}
	struct calibrate_case power = answering(CAUSE_POWER, EVIDENCE_WAVES, ANSWER_YES, 9);
	n = add(cases, n, 3, &power);
	for (int kind = 0; kind < GROUP_COUNT; kind++) {
		for (int own = 0; own < 2; own++) {
			struct ratios r = level();
			struct verdict d;
			calibrate_fit(cases, n, (enum calibrate_group)kind, own ? 9 : 0, &r);
			r.sharpness = 1; // the counts alone are compared
			diagnose_rank(
				&(struct diagnose_answers){cases[n - 1].findings, cases[n - 1].prior, &r, 1, NULL}, &d);
			for (int i = 0; i < CAUSE_COUNT; i++)
				p[own] = d.ranked[i].cause == CAUSE_POWER ? d.ranked[i].p : p[own];
		}
		assert_true(p[0] > p[1] + 0.02);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scores_by_hand),	cmocka_unit_test(counts),
		cmocka_unit_test(left_out_is_left_out), cmocka_unit_test(ways_count_together),
		cmocka_unit_test(risk_and_coverage),	cmocka_unit_test(own_group_teaches)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
