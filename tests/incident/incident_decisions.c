// SPDX-License-Identifier: ISC
// Every number of the tests of an incident is asked for: at one end of its bounds something that is said of made-up data is
// another thing.
#include "../unit/unit.h"

#include "base/attr.h"
#include "base/hash.h"
#include "incident/campaign.h"
#include "incident/concurrency.h"
#include "incident/onset.h"
#include "incident/phases.h"
#include "incident/precedence.h"
#include "incident/precedent.h"

#include <math.h>
#include <string.h>

#define START_S 1700000000
#define ROUNDS	40
#define MANY	30

struct dice {
	uint64_t state;
};

static double roll(struct dice *d) // [0, 1)
{
	return (double)(hash_mix(++d->state) >> 11) * 0x1p-53;
}

static struct instant at_s(double s)
{
	return instant_of_ns((int64_t)((START_S + s) * 1e9));
}

static void number_add(uint64_t *hash, double x)
{
	*hash = hash_pair(*hash, hash_bytes(&x, sizeof(x)));
}

static void onsets(const struct decisions *v, struct dice *d, uint64_t *hash)
{
	struct onset_unit units[MANY];
	size_t count = 4 + (size_t)(roll(d) * (MANY - 4));
	double slope = roll(d) * 30;
	for (size_t i = 0; i < count; i++) {
		double down = 100 + slope * roll(d), phase = 10 * roll(d);
		double last = down - fmod(down - phase + 100, 10);
		units[i] = (struct onset_unit){at_s(last), at_s(last + 10)};
	}
	struct moment start = {at_s(100), at_s(80), at_s(120), 0.9};
	number_add(hash, onset_of_step(v, units, count, 10 * NS_PER_S, &start));
	*hash = hash_pair(*hash, hash_pair((uint64_t)start.from.ns, (uint64_t)start.to.ns));
}

static void phases(const struct decisions *v, struct dice *d, uint64_t *hash)
{
	struct phase_point points[MANY];
	struct phases found;
	double level = 1;
	for (size_t i = 0; i < MANY; i++) {
		level = roll(d) < 0.3 ? roll(d) < 0.3 ? 0.01 : roll(d) : level;
		points[i] = (struct phase_point){at_s(10.0 * (double)i), level, roll(d) < 0.1 ? 0.2 : 1};
	}
	phases_find(&(struct phase_input){.points = points, .count = MANY, .decisions = v}, &found);
	for (size_t i = 0; i < found.count; i++)
		*hash = hash_pair(*hash, hash_pair(found.at[i].kind, (uint64_t)found.at[i].from.ns));
}

static void concurrency(const struct decisions *v, struct dice *d, uint64_t *hash)
{
	struct concurrency_unit units[MANY];
	uint32_t hourly[] = {0, 1, 0, 2, 0, 0, 1, 0};
	struct concurrency c;
	size_t count = 2 + (size_t)(roll(d) * (MANY - 2));
	double share = roll(d), within = 20 + roll(d) * 3000;
	for (size_t i = 0; i < count; i++) {
		units[i] = (struct concurrency_unit){.up_hours = 500 * roll(d), .onsets = (uint32_t)(3 * roll(d))};
		double down = within * roll(d);
		units[i].last_ok = at_s(down);
		units[i].first_fail = roll(d) < share ? at_s(down + 2) : INSTANT_NONE;
	}
	concurrency_test(&(struct concurrency_input){.units = units,
						     .count = count,
						     .hourly = hourly,
						     .hours = ARRAY_LEN(hourly),
						     .watch_interval_s = 2,
						     .decisions = v},
			 &c);
	*hash = hash_pair(*hash, hash_pair(c.verdict, c.failed));
	number_add(hash, c.expected_per_year);
	number_add(hash, c.rho);
}

static void precedence(const struct decisions *v, struct dice *d, uint64_t *hash)
{
	enum { BINS = 120 };
	struct precedence_bin bins[BINS];
	struct precedence p;
	size_t onset = 30 + (size_t)(roll(d) * 10), ramp = roll(d) < 0.5 ? 0 : (size_t)(roll(d) * 30);
	size_t end = onset + ramp + 5 + (size_t)(roll(d) * 30);
	static const double holds[] = {60, 90, 140, 180, 230, 250};
	double lead = holds[(size_t)(roll(d) * 6)] - 20 * roll(d);
	for (size_t i = 0; i < BINS; i++) {
		double loss = i < onset ? 0.01 : i < onset + ramp ? 0.1 + 0.8 * (double)(i - onset) / (double)ramp : 1;
		loss = i >= end ? 0.3 * roll(d) : loss;
		bins[i] = (struct precedence_bin){at_s(10.0 * (double)i), 20, (uint32_t)(20 * loss + roll(d))};
	}
	precedence_test(&(struct precedence_input){.bins = bins,
						   .bin_count = BINS,
						   .watch_interval_s = 10,
						   .resolution_s = 1,
						   .routes.first = at_s(10.0 * (double)onset + lead),
						   .decisions = v},
			&p);
	number_add(hash, p.reading);
	number_add(hash, p.p_loss_first);
	number_add(hash, p.lead_s.from);
	number_add(hash, p.lead_s.to);
	number_add(hash, p.log10_shape_bf);
	number_add(hash, p.partial_loss_s);
	number_add(hash, p.hold_time_s);
	*hash = hash_pair(*hash, (uint64_t)p.total_loss_at.ns);
}

static void campaigns(const struct decisions *v, struct dice *d, uint64_t *hash)
{
	struct campaign_incident n[MANY];
	struct campaign found[MANY];
	size_t of[MANY];
	double s = 0;
	for (size_t i = 0; i < MANY; i++) {
		s += 86400 * (roll(d) < 0.3 ? 20 : 1) * roll(d);
		n[i] = (struct campaign_incident){.start = at_s(s), .end = at_s(s + 7200 * roll(d)), .watched = 0xf};
		n[i].moved = (uint32_t)(16 * roll(d));
		n[i].has_lead = roll(d) < 0.7;
		n[i].lead_s = 200 * roll(d) - 20;
		n[i].has_shape = roll(d) < 0.7;
		n[i].log10_shape_bf = 8 * roll(d) - 4;
		n[i].has_scope = roll(d) < 0.7;
		n[i].fraction_down = roll(d);
	}
	campaign_find(&(struct campaign_list){v, n, MANY, INSTANT_NONE}, of, found);
	for (size_t i = 0; i < MANY; i++)
		*hash = hash_pair(*hash, of[i]);
}

static void precedents(const struct decisions *v, struct dice *d, uint64_t *hash)
{
	struct precedent_facts facts[MANY];
	struct precedent_match match[PRECEDENT_NEAREST];
	for (size_t i = 0; i < MANY; i++) {
		facts[i] = (struct precedent_facts){.start = at_s(1e6 * roll(d)), .start_uncertainty_s = 400 * roll(d)};
		facts[i].moved = roll(d) < 0.8 ? (uint32_t)(8 * roll(d)) : 0;
		facts[i].duration_s = roll(d) < 0.5 ? 0 : 100 + 10 * roll(d);
		facts[i].fraction_down = roll(d) < 0.5 ? -1 : 0.5 + 0.01 * roll(d);
	}
	size_t n = precedent_similar(v, &facts[0], facts + 1, MANY - 1, match);
	for (size_t i = 0; i < n; i++) {
		*hash = hash_pair(*hash, match[i].index);
		number_add(hash, match[i].similarity);
	}
}

static const struct {
	const char *group;
	void (*say)(const struct decisions *v, struct dice *d, uint64_t *hash);
} groups[] = {{"onset.", onsets},	   {"phases.", phases},	     {"concurrency.", concurrency},
	      {"precedence.", precedence}, {"campaign.", campaigns}, {"precedent.", precedents}};

static uint64_t said(size_t group, const struct decisions *v)
{
	struct dice d = {5};
	uint64_t hash = 0;
	for (int i = 0; i < ROUNDS; i++)
		groups[group].say(v, &d, &hash);
	return hash;
}

static void every_number_is_asked_for(void **state)
{
	static const struct decision_table *const tables[] = {&incident_decisions};
	size_t missed = 0, asked = 0;
	(void)state;
	for (size_t i = 0; i < incident_decisions.count * ARRAY_LEN(groups); i++) {
		const struct decision *row = &incident_decisions.rows[i / ARRAY_LEN(groups)], *told;
		size_t group = i % ARRAY_LEN(groups);
		bool moved = false;
		if (strncmp(row->name, groups[group].group, strlen(groups[group].group)) != 0)
			continue;
		asked++;
		for (int high = 0; high < 2 && !moved; high++) {
			struct decisions d;
			decisions_join(tables, ARRAY_LEN(tables), &d);
			assert_int_equal(decisions_set(&d, row->name, high ? row->high : row->low, &told), 0);
			moved = said(group, &d) != said(group, NULL);
		}
		if (!moved)
			print_error("%s moves nothing\n", row->name);
		missed += !moved;
	}
	assert_true(asked > 40);
	assert_int_equal(missed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_number_is_asked_for)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
