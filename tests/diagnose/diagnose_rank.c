// SPDX-License-Identifier: ISC
// Properties of the sum: neutral where nothing is known, bounded where something is, honest in its abstentions.
// Tests: src/diagnose/diagnose.c
#include "../unit/unit.h"

#include "base/attr.h"
#include "base/hash.h"
#include "diagnose/diagnose.h"
#include "diagnose/evidence.h"

#include <math.h>
#include <string.h>

#define RATIO_CLIP  diagnose_value(NULL, DIAGNOSE_RATIO_CLIP)
#define FAMILY_CLIP diagnose_value(NULL, DIAGNOSE_FAMILY_CLIP)
#define MISLED	    diagnose_value(NULL, DIAGNOSE_MISLED)
#define PRIOR_LESS  diagnose_value(NULL, DIAGNOSE_PRIOR_LESS)
#define PRIOR_MORE  diagnose_value(NULL, DIAGNOSE_PRIOR_MORE)

static void flat(double prior[CAUSE_COUNT])
{
	for (int c = 0; c < CAUSE_COUNT; c++)
		prior[c] = 1.0 / CAUSE_COUNT;
}

static double p_of(const struct verdict *d, uint8_t cause)
{
	for (int i = 0; i < CAUSE_COUNT; i++)
		if (d->ranked[i].cause == cause)
			return d->ranked[i].p;
	fail_msg("cause %d is not in the ranking", cause);
	return 0;
}

static struct finding answer(uint8_t a)
{
	return (struct finding){a, 1, NAN, NAN};
}

// Rates that tell nothing, but for what a test changes.
static struct ratios level(void)
{
	struct ratios r = {.sharpness = 1};
	for (int e = 0; e < EVIDENCE_COUNT; e++)
		r.usual[e] = 0.5;
	return r;
}

static void rate(struct ratios *r, uint8_t cause, uint8_t evidence, double yes)
{
	r->at[cause][evidence] = (struct ratio){.expert = yes, .weight = 4};
}

static void unknown_is_neutral(void **state)
{
	struct finding none[EVIDENCE_COUNT] = {{0}};
	double prior[CAUSE_COUNT], sum = 0;
	struct verdict d;
	(void)state;
	flat(prior);
	prior[CAUSE_POWER] *= 2;
	diagnose_rank(&(struct diagnose_answers){none, prior, ratios_shipped(), 1, NULL}, &d);
	for (uint8_t c = 0; c < CAUSE_COUNT; c++)
		sum += p_of(&d, c);
	assert_true(fabs(sum - 1) < 1e-9);
	assert_int_equal(d.ranked[0].cause, CAUSE_POWER);
	assert_true(fabs(p_of(&d, CAUSE_POWER) - 2.0 / (CAUSE_COUNT + 1)) < 1e-9);
	assert_int_equal(d.ranked[0].favour_count + d.ranked[0].against_count, 0);
	assert_true(d.abstained & ABSTAIN_WEAK && d.abstained & ABSTAIN_ONE_FAMILY);
	none[EVIDENCE_LOSS_RAMP] = (struct finding){ANSWER_YES, 0, NAN, NAN}; // of no strength
	diagnose_rank(&(struct diagnose_answers){none, prior, ratios_shipped(), 1, NULL}, &d);
	assert_true(fabs(p_of(&d, CAUSE_POWER) - 2.0 / (CAUSE_COUNT + 1)) < 1e-9);
}

static void random_findings(uint64_t *seed, struct finding f[EVIDENCE_COUNT])
{
	for (int e = 0; e < EVIDENCE_COUNT; e++)
		f[e] = answer((uint8_t)(unit_random(seed) % 3));
}

static void always(void **state)
{
	uint64_t seed = unit_seed();
	double prior[CAUSE_COUNT];
	(void)state;
	flat(prior);
	for (int round = 0; round < 3000; round++) {
		struct finding f[EVIDENCE_COUNT];
		struct verdict d;
		double sum = 0;
		random_findings(&seed, f);
		diagnose_rank(&(struct diagnose_answers){f, prior, ratios_shipped(), 1, NULL}, &d);
		for (int i = 0; i < CAUSE_COUNT; i++) {
			const struct hypothesis *h = &d.ranked[i];
			sum += h->p;
			assert_true(i == 0 || h->p <= d.ranked[i - 1].p);
			assert_true(h->p > 0 && h->p < 1 && h->p_low < h->p && h->p < h->p_high);
			for (int k = 1; k < h->favour_count; k++)
				assert_true(h->in_favour[k].lr <= h->in_favour[k - 1].lr);
			for (int k = 1; k < h->against_count; k++)
				assert_true(h->against[k].lr >= h->against[k - 1].lr);
			for (int k = 0; k < h->favour_count; k++)
				assert_true(h->in_favour[k].lr > 1 && h->in_favour[k].lr <= RATIO_CLIP * 1.0001);
		}
		assert_true(fabs(sum - 1) < 1e-9);
		assert_true(p_of(&d, CAUSE_MEASUREMENT_ARTEFACT) > 0);
		assert_true(d.ask == EVIDENCE_COUNT || f[d.ask].answer == ANSWER_UNKNOWN);
	}
}

// However extreme the rates, one answer is clipped to 30 either way, and a family to 100; what is misled is left.
static void bounded(void **state)
{
	struct finding f[EVIDENCE_COUNT] = {{0}};
	double prior[CAUSE_COUNT];
	struct verdict d;
	struct ratios r = level();
	(void)state;
	flat(prior);
	for (int e = 0; e < EVIDENCE_COUNT; e++) {
		bool timing = evidence_row((uint8_t)e)->family == FAMILY_TIMING;
		rate(&r, CAUSE_POWER, (uint8_t)e, timing ? 0.99 : 0.5);
		for (uint8_t c = 0; timing && c < CAUSE_COUNT; c++)
			if (c != CAUSE_POWER)
				rate(&r, c, (uint8_t)e, 0.0001); // below what is allowed: 0.01
	}
	f[EVIDENCE_LOSS_RAMP] = answer(ANSWER_YES);
	diagnose_rank(&(struct diagnose_answers){f, prior, &r, 1, NULL}, &d);
	double odds = p_of(&d, CAUSE_POWER) / p_of(&d, CAUSE_CABLE);
	assert_true(odds > 50 && odds <= RATIO_CLIP * RATIO_CLIP);
	for (int e = 0; e < EVIDENCE_COUNT; e++)
		f[e] = answer(ANSWER_YES);
	diagnose_rank(&(struct diagnose_answers){f, prior, &r, 1, NULL}, &d);
	assert_true(p_of(&d, CAUSE_POWER) <= 1 - MISLED + MISLED / CAUSE_COUNT + 1e-9);
	assert_true(p_of(&d, CAUSE_CABLE) >= MISLED / CAUSE_COUNT);
	assert_int_equal(d.families, 1);
	assert_int_equal(d.abstained, ABSTAIN_ONE_FAMILY); // however sure: one kind of evidence states no cause
}

static void abstentions(void **state)
{
	struct finding f[EVIDENCE_COUNT] = {{0}};
	double prior[CAUSE_COUNT];
	struct verdict d;
	struct ratios r = level();
	(void)state;
	flat(prior);
	static const uint8_t three[] = {EVIDENCE_LOSS_RAMP, EVIDENCE_LATENCY_RAMP, EVIDENCE_WAVES};
	for (size_t i = 0; i < sizeof(three); i++) {
		rate(&r, CAUSE_NETWORK_STRESS, three[i], 0.95);
		for (uint8_t c = 0; c < CAUSE_COUNT; c++)
			if (c != CAUSE_NETWORK_STRESS)
				rate(&r, c, three[i], 0.05);
		f[three[i]] = answer(ANSWER_YES);
	}
	diagnose_rank(&(struct diagnose_answers){f, prior, &r, 1, NULL}, &d);
	assert_int_equal(d.ranked[0].cause, CAUSE_NETWORK_STRESS);
	assert_int_equal(d.abstained, 0);
	assert_int_equal(d.families, 3);
	diagnose_rank(&(struct diagnose_answers){f, prior, &r, 0.5, NULL}, &d);
	assert_int_equal(d.abstained, ABSTAIN_COVERAGE);
	diagnose_rank(&(struct diagnose_answers){f, prior, &r, NAN, NULL},
		      &d); // nobody was counted: no reason by itself
	assert_int_equal(d.abstained, 0);
	for (size_t i = 0; i < sizeof(three); i++)
		rate(&r, CAUSE_DISASTER, three[i], 0.9);
	diagnose_rank(&(struct diagnose_answers){f, prior, &r, 1, NULL}, &d);
	assert_true(d.abstained & ABSTAIN_CLOSE && d.abstained & ABSTAIN_WEAK);
}

// What is asked for is the unknown question with the most information, by its definition.
static void asks_what_tells_most(void **state)
{
	uint64_t seed = unit_seed();
	double prior[CAUSE_COUNT];
	const struct ratios *r = ratios_shipped();
	(void)state;
	flat(prior);
	for (int round = 0; round < 200; round++) {
		struct finding f[EVIDENCE_COUNT];
		struct verdict d;
		double best = 0;
		uint8_t which = EVIDENCE_COUNT;
		random_findings(&seed, f);
		diagnose_rank(&(struct diagnose_answers){f, prior, r, 1, NULL}, &d);
		for (uint8_t e = 0; e < EVIDENCE_COUNT; e++) {
			double yes = 0, before = 0, after = 0;
			for (uint8_t c = 0; c < CAUSE_COUNT; c++) {
				double p = p_of(&d, c), y = ratios_yes(r, c, e);
				yes += p * y;
				after -= p * (y * log2(y) + (1 - y) * log2(1 - y));
			}
			before = -(yes * log2(yes) + (1 - yes) * log2(1 - yes));
			// entropy of the answer that knowing the cause takes away
			if (f[e].answer == ANSWER_UNKNOWN && evidence_row(e)->ask && before - after > best) {
				best = before - after;
				which = e;
			}
		}
		assert_true(fabs(best - d.ask_bits) < 1e-9);
		assert_int_equal(which, d.ask);
	}
}

// What is left of a probability if no answers mislead.
static double unmixed(const struct verdict *d, uint8_t cause, double prior)
{
	return (p_of(d, cause) - MISLED * prior) / (1 - MISLED);
}

// The two clips by their numbers: a rate of 0.99 against 0.01 is a ratio of 90 where the cause is rare, and counts as 30.
static void clips_by_hand(void **state)
{
	struct finding f[EVIDENCE_COUNT] = {{0}};
	double prior[CAUSE_COUNT], rare = 0.001, rest = (1 - rare) / (CAUSE_COUNT - 1);
	struct verdict d;
	struct ratios r = level();
	(void)state;
	for (uint8_t c = 0; c < CAUSE_COUNT; c++) {
		prior[c] = c == CAUSE_POWER ? rare : rest;
		for (uint8_t e = 0; e < EVIDENCE_COUNT; e++)
			if (evidence_row(e)->family == FAMILY_TIMING)
				rate(&r, c, e, c == CAUSE_POWER ? 0.99 : 0.01);
	}
	f[EVIDENCE_LOSS_RAMP] = answer(ANSWER_YES);
	diagnose_rank(&(struct diagnose_answers){f, prior, &r, 1, NULL}, &d);
	double all = rare * 0.99 + (1 - rare) * 0.01; // of a yes under all causes
	double odds = unmixed(&d, CAUSE_POWER, rare) / unmixed(&d, CAUSE_CABLE, rest) / (rare / rest);
	assert_true(fabs(odds / (RATIO_CLIP / (0.01 / all)) - 1) < 1e-6);
	flat(prior);
	for (uint8_t e = 0; e < EVIDENCE_COUNT; e++)
		f[e] = answer(evidence_row(e)->family == FAMILY_TIMING ? ANSWER_YES : ANSWER_UNKNOWN);
	diagnose_rank(&(struct diagnose_answers){f, prior, &r, 1, NULL}, &d);
	odds = unmixed(&d, CAUSE_POWER, prior[0]) / unmixed(&d, CAUSE_CABLE, prior[0]);
	assert_true(fabs(odds / (FAMILY_CLIP * FAMILY_CLIP) - 1) < 1e-6);
}

// In one family the strongest answer counts whole and the others half; of two families both count whole.
static void half_of_the_rest(void **state)
{
	static const struct {
		uint8_t first, second;
		double counts;
	} cases[] = {{EVIDENCE_LOSS_RAMP, EVIDENCE_LONG_LEAD, 1.5}, {EVIDENCE_LOSS_RAMP, EVIDENCE_WAVES, 2}};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct finding f[EVIDENCE_COUNT] = {{0}};
		struct ratios r = level();
		struct verdict d;
		double prior[CAUSE_COUNT];
		flat(prior);
		rate(&r, CAUSE_POWER, cases[i].first, 0.8);
		rate(&r, CAUSE_POWER, cases[i].second, 0.8);
		f[cases[i].first] = f[cases[i].second] = answer(ANSWER_YES);
		diagnose_rank(&(struct diagnose_answers){f, prior, &r, 1, NULL}, &d);
		double odds = unmixed(&d, CAUSE_POWER, prior[0]) / unmixed(&d, CAUSE_CABLE, prior[0]);
		assert_true(fabs(odds / pow(0.8 / 0.5, cases[i].counts) - 1) < 1e-6);
	}
}

// An unknown answer may carry numbers, and a known one no strength: neither moves anything.
static void says_nothing(void **state)
{
	uint64_t seed = unit_seed();
	double prior[CAUSE_COUNT];
	(void)state;
	flat(prior);
	for (int round = 0; round < 200; round++) {
		struct finding f[EVIDENCE_COUNT], g[EVIDENCE_COUNT];
		struct verdict d, with;
		random_findings(&seed, f);
		memcpy(g, f, sizeof(g));
		for (int e = 0; e < EVIDENCE_COUNT; e++) {
			if (f[e].answer == ANSWER_UNKNOWN)
				g[e] = (struct finding){round % 2 ? ANSWER_YES : ANSWER_UNKNOWN, round % 2 ? 0 : 1, 7,
							8};
		}
		diagnose_rank(&(struct diagnose_answers){f, prior, ratios_shipped(), 1, NULL}, &d);
		diagnose_rank(&(struct diagnose_answers){g, prior, ratios_shipped(), 1, NULL}, &with);
		for (uint8_t c = 0; c < CAUSE_COUNT; c++)
			assert_true(fabs(p_of(&d, c) - p_of(&with, c)) < 1e-12);
		assert_int_equal(d.abstained, with.abstained);
		assert_int_equal(d.families, with.families);
	}
}

// Of priors alone: each of the two reasons without the other.
static void weak_or_close(void **state)
{
	static const struct {
		double first, second;
		uint8_t reasons;
	} cases[] = {{0.72, 0.25, ABSTAIN_CLOSE},
		     {0.76, 0.15, 0},
		     {0.68, 0.05, ABSTAIN_WEAK},
		     {0.5, 0.3, ABSTAIN_WEAK | ABSTAIN_CLOSE}};
	struct finding none[EVIDENCE_COUNT] = {{0}};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		double prior[CAUSE_COUNT];
		struct verdict d;
		for (int c = 0; c < CAUSE_COUNT; c++)
			prior[c] = (1 - cases[i].first - cases[i].second) / (CAUSE_COUNT - 2);
		prior[CAUSE_CABLE] = cases[i].first;
		prior[CAUSE_POWER] = cases[i].second;
		diagnose_rank(&(struct diagnose_answers){none, prior, ratios_shipped(), 0.61, NULL}, &d);
		assert_int_equal(d.abstained, cases[i].reasons | ABSTAIN_ONE_FAMILY);
		diagnose_rank(&(struct diagnose_answers){none, prior, ratios_shipped(), 0.59, NULL}, &d);
		assert_int_equal(d.abstained, cases[i].reasons | ABSTAIN_ONE_FAMILY | ABSTAIN_COVERAGE);
	}
}

// The sensitivity that is shown is what another prior would have made of it.
static void sensitivity(void **state)
{
	struct finding f[EVIDENCE_COUNT] = {{0}};
	struct ratios r = level();
	struct verdict d, other;
	double prior[CAUSE_COUNT];
	(void)state;
	flat(prior);
	rate(&r, CAUSE_POWER, EVIDENCE_WAVES, 0.8);
	f[EVIDENCE_WAVES] = answer(ANSWER_YES);
	diagnose_rank(&(struct diagnose_answers){f, prior, &r, 1, NULL}, &d);
	assert_int_equal(d.ranked[0].cause, CAUSE_POWER);
	prior[CAUSE_POWER] *= PRIOR_LESS;
	diagnose_rank(&(struct diagnose_answers){f, prior, &r, 1, NULL}, &other);
	assert_true(fabs(d.ranked[0].p_low - p_of(&other, CAUSE_POWER)) < MISLED);
	prior[CAUSE_POWER] *= PRIOR_MORE / PRIOR_LESS;
	diagnose_rank(&(struct diagnose_answers){f, prior, &r, 1, NULL}, &other);
	assert_true(fabs(d.ranked[0].p_high - p_of(&other, CAUSE_POWER)) < MISLED);
}

// The limit of a family holds whatever the sharpness: it is applied last.
static void sharp_families(void **state)
{
	struct finding f[EVIDENCE_COUNT] = {{0}};
	double prior[CAUSE_COUNT];
	struct verdict d;
	struct ratios r = level();
	(void)state;
	flat(prior);
	r.sharpness = 1.2;
	for (uint8_t e = 0; e < EVIDENCE_COUNT; e++)
		if (evidence_row(e)->family == FAMILY_TIMING) {
			rate(&r, CAUSE_POWER, e, 0.99);
			rate(&r, CAUSE_CABLE, e, 0.01);
			f[e] = answer(ANSWER_YES);
		}
	diagnose_rank(&(struct diagnose_answers){f, prior, &r, 1, NULL}, &d);
	double misled = MISLED / CAUSE_COUNT;
	double odds = (p_of(&d, CAUSE_POWER) - misled) / (p_of(&d, CAUSE_CABLE) - misled);
	assert_true(odds <= FAMILY_CLIP * FAMILY_CLIP * 1.0001);
}

// A diagnosis as one number: the order, what each cause has, the reasons to abstain.
static uint64_t diagnosis_hash(const struct verdict *d)
{
	uint64_t hash = hash_pair(d->abstained, d->families);
	for (int c = 0; c < CAUSE_COUNT; c++) {
		const struct hypothesis *h = &d->ranked[c];
		const double numbers[] = {h->p, h->p_low, h->p_high};
		hash = hash_pair(hash, hash_bytes(numbers, sizeof(numbers)));
		hash = hash_pair(hash, hash_pair(h->cause, hash_pair(h->favour_count, h->against_count)));
	}
	return hash;
}

static uint64_t rankings_hash(const struct decisions *d)
{
	uint64_t hash = 0, seed = 7;
	for (int round = 0; round < 60; round++) {
		struct finding f[EVIDENCE_COUNT];
		double prior[CAUSE_COUNT];
		struct verdict found;
		flat(prior);
		for (int e = 0; e < EVIDENCE_COUNT; e++) {
			seed = hash_mix(seed + 1);
			f[e] = answer(seed % 60 < (unsigned)round ? ANSWER_NO + seed / 60 % 2 : ANSWER_UNKNOWN);
		}
		diagnose_rank(&(struct diagnose_answers){f, prior, ratios_shipped(), 0.1 * (round % 11), d}, &found);
		hash = hash_pair(hash, diagnosis_hash(&found));
	}
	return hash;
}

static uint64_t priors_hash(const struct decisions *d)
{
	uint64_t hash = 0;
	for (unsigned i = 0; i < 32; i++) {
		uint32_t asns[] = {1, 2, 3};
		struct entity e = {.asns = asns, .asn_count = i / 8};
		struct incident n = {.story = {.scope = i % 4, .signal_count = 1}};
		double prior[CAUSE_COUNT];
		n.story.signals[0].signal = i & 4 ? SIGNAL_SERIES : SIGNAL_LOSS;
		diagnose_prior(&(struct diagnose_input){.incident = &n, .entity = &e, .decisions = d}, prior);
		hash = hash_pair(hash, hash_bytes(prior, sizeof(prior)));
	}
	return hash;
}

// Each number of the sum and each prior is asked for: at one end of its bounds something is ranked otherwise.
static void every_number_moves_a_ranking(void **state)
{
	static const struct decision_table *const tables[] = {&diagnose_decisions};
	(void)state;
	uint64_t plain = hash_pair(rankings_hash(NULL), priors_hash(NULL));
	for (unsigned which = DIAGNOSE_RATIO_CLIP; which < JUDGE_HOLD_USUAL_S; which++) {
		const struct decision *row = &diagnose_rows[which % DECISION_ROWS_MAX];
		bool moved = false;
		for (int high = 0; high < 2; high++) {
			struct decisions d;
			decisions_join(tables, ARRAY_LEN(tables), &d);
			assert_int_equal(decisions_set(&d, row->name, high ? row->high : row->low, &row), 0);
			moved |= hash_pair(rankings_hash(&d), priors_hash(&d)) != plain;
		}
		if (!moved)
			fail_msg("%s moves no ranking", row->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sharp_families),   cmocka_unit_test(unknown_is_neutral),
		cmocka_unit_test(always),	    cmocka_unit_test(bounded),
		cmocka_unit_test(abstentions),	    cmocka_unit_test(asks_what_tells_most),
		cmocka_unit_test(clips_by_hand),    cmocka_unit_test(says_nothing),
		cmocka_unit_test(weak_or_close),    cmocka_unit_test(sensitivity),
		cmocka_unit_test(half_of_the_rest), cmocka_unit_test(every_number_moves_a_ranking)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
