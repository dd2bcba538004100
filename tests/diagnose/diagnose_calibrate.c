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
static struct diagnosis said(uint8_t first, double p, uint8_t second, double q)
{
	struct diagnosis d = {.known = true};
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
	struct diagnosis of[] = {
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

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(scores_by_hand), cmocka_unit_test(counts),
					   cmocka_unit_test(left_out_is_left_out)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
