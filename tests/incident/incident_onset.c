// SPDX-License-Identifier: ISC
// The moment of a step from single targets: it holds the truth on made-up probes with quiet loss, stays away from ramps and from
// what says too little.
#include "../unit/unit.h"

#include "incident/onset.h"

#define ONSET_UNITS_MIN 6

#define WIDTH NS_PER_S
#define UNITS 48

static struct moment coarse(int64_t bin)
{
	return (struct moment){{bin}, {bin - WIDTH}, {bin + WIDTH}, 0.9};
}

static double share(uint64_t *seed)
{
	return (double)(unit_random(seed) >> 11) / (double)(1ULL << 53);
}

// A target probed once an interval at a phase of its own; each answer is lost with `quiet`, all after `down` are.
static struct onset_unit probed(uint64_t *seed, int64_t down, double quiet)
{
	struct onset_unit u = {{0}, INSTANT_NONE};
	int64_t phase = (int64_t)(share(seed) * WIDTH), first_fail = INT64_MIN;
	for (int i = 90; i < 110; i++) {
		int64_t when = i * WIDTH + phase;
		bool ok = when < down && share(seed) >= quiet;
		if (ok)
			u.last_ok.ns = when;
		first_fail = ok ? INT64_MIN : first_fail == INT64_MIN ? when : first_fail;
	}
	u.first_fail.ns = first_fail;
	return u;
}

static void holds_the_truth(void **state)
{
	uint64_t seed = unit_seed();
	int inside = 0, narrowed = 0, rounds = 2000;
	(void)state;
	for (int i = 0; i < rounds; i++) {
		struct onset_unit units[UNITS];
		int64_t down = 100 * WIDTH + (int64_t)(share(&seed) * WIDTH);
		for (int k = 0; k < UNITS; k++)
			units[k] = probed(&seed, down, 0.005);
		struct moment start = coarse(down / WIDTH * WIDTH);
		narrowed += onset_of_step(NULL, units, UNITS, WIDTH, &start);
		inside += start.from.ns <= down && down <= start.to.ns;
		assert_true(start.from.ns <= start.best.ns && start.best.ns <= start.to.ns);
	}
	assert_true(narrowed > rounds * 95 / 100);
	assert_true(inside > rounds * 90 / 100);
}

static void a_ramp_keeps_its_interval(void **state)
{
	struct onset_unit units[UNITS];
	struct moment start = coarse(100 * WIDTH), before = start;
	(void)state;
	for (int k = 0; k < UNITS; k++) // one after the other, over ten intervals
		units[k] = (struct onset_unit){{100 * WIDTH + k * WIDTH / 5 - WIDTH / 2},
					       {100 * WIDTH + k * WIDTH / 5 + WIDTH / 2}};
	assert_false(onset_of_step(NULL, units, UNITS, WIDTH, &start));
	assert_memory_equal(&start, &before, sizeof(start));
}

static void too_little_is_said(void **state)
{
	struct onset_unit units[ONSET_UNITS_MIN];
	struct moment start = coarse(100 * WIDTH), before = start;
	(void)state;
	for (int k = 0; k < ONSET_UNITS_MIN; k++)
		units[k] = (struct onset_unit){{100 * WIDTH + k}, {100 * WIDTH + WIDTH / 2 + k}};
	assert_false(onset_of_step(NULL, units, ONSET_UNITS_MIN - 1, WIDTH, &start)); // too few
	assert_false(onset_of_step(NULL, units, ONSET_UNITS_MIN, 0, &start));	      // no interval
	for (int k = 0; k < ONSET_UNITS_MIN; k++)
		units[k] = (struct onset_unit){{200 * WIDTH + k}, {200 * WIDTH + WIDTH / 2 + k}};
	assert_false(onset_of_step(NULL, units, ONSET_UNITS_MIN, WIDTH, &start)); // of another time
	assert_memory_equal(&start, &before, sizeof(start));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(holds_the_truth),
					   cmocka_unit_test(a_ramp_keeps_its_interval),
					   cmocka_unit_test(too_little_is_said)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
