// SPDX-License-Identifier: ISC
// The area under the curve by hand, and a made-up list on which the clock tells everything, or nothing.
#include "../unit/unit.h"

#include "evaluate/label_score.h"

#include <math.h>
#include <stdio.h>

static void area(void **state)
{
	const double p[] = {0.9, 0.8, 0.8, 0.3, 0.1};
	const int y[] = {1, 1, 0, 1, 0};
	(void)state;
	// Pairs of one with the other kind: won 2, 1 and a half, 1 of 2 each.
	assert_true(fabs(label_auc(p, y, 5) - (2 + 1.5 + 1) / 6) < 1e-12);
	assert_true(isnan(label_auc(p, (const int[]){1, 1, 1, 1, 1}, 5)));
	assert_true(fabs(label_auc((const double[]){0.5, 0.5}, (const int[]){1, 0}, 2) - 0.5) < 1e-12);
}

// Twenty countries with ten outages each, a month apart; every second is ordered and begins on the half hour, or all do.
static void made_up(struct label *list, bool clock_tells)
{
	for (int i = 0; i < 200; i++) {
		bool ordered = i % 2 == 0;
		int64_t minute = !clock_tells || ordered ? 0 : 7 + i % 20;
		list[i] = (struct label){
			.begin = {(1500000000 - 1500000000 % 86400 + i * 86400LL * 30 + minute * 60) * NS_PER_S},
			.national = true,
			.ordered = ordered,
			.seen = {LABEL_SEEN, LABEL_SEEN, LABEL_SEEN},
		};
		snprintf(list[i].country, sizeof(list[i].country), "k%d", i % 40 / 2);
	}
}

static void clock_alone(void **state)
{
	static struct label list[200];
	struct labels l = {.at = list, .count = 200};
	struct label_scores s;
	(void)state;
	made_up(list, true);
	label_score(&l, &s);
	assert_int_equal(s.count, 200);
	assert_int_equal(s.ordered, 100);
	assert_int_equal(s.countries, 20);
	assert_true(s.of.auc == 1 && s.of.skill > 0.9);
	assert_true(s.rate[FEATURE_HALF_HOUR][1] == 1 && s.rate[FEATURE_HALF_HOUR][0] == 0);
	assert_int_equal(s.rest_count, 200);
	made_up(list, false);
	label_score(&l, &s);
	assert_true(s.of.auc < 0.6 && s.of.skill < 0.05);
}

// One country alone has the feature with the order: left out, nobody can know.
static void left_out(void **state)
{
	static struct label list[200];
	struct labels l = {.at = list, .count = 200};
	struct label_scores s;
	(void)state;
	made_up(list, true);
	for (int i = 0; i < 200; i++)
		list[i].ordered = list[i].ordered && list[i].country[1] == '3' && !list[i].country[2];
	label_score(&l, &s);
	assert_int_equal(s.ordered, 5);
	assert_true(s.of.skill <= 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(area), cmocka_unit_test(clock_alone),
					   cmocka_unit_test(left_out)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
