// SPDX-License-Identifier: ISC
// Every number of the detectors and of the belief in blocks is asked for: at one end of its bounds something that is said of
// made-up data is another thing.
#include "../unit/unit.h"
#include "random.h"

#include "base/attr.h"
#include "base/hash.h"
#include "belief/blocks.h"
#include "detect/checks.h"
#include "detect/level.h"
#include "detect/reachability.h"
#include "detect/series.h"
#include "detect/share.h"

#include <string.h>

#define HOUR_NS (3600 * NS_PER_S)
#define START_S 1600000000

static void number_add(uint64_t *hash, double x)
{
	*hash = hash_pair(*hash, hash_bytes(&x, sizeof(x)));
}

static void heard(void *context, const struct detection *d, bool opened)
{
	uint64_t *hash = context;
	const int64_t times[] = {d->start.best.ns, d->start.from.ns, d->start.to.ns, d->end.best.ns,
				 d->end.from.ns,   opened,	     d->of_networks, d->signal};
	*hash = hash_pair(*hash, hash_bytes(times, sizeof(times)));
	*hash = hash_pair(*hash, hash_pair(d->lowest, d->baseline));
}

static struct instant at_s(int64_t s)
{
	return instant_of_ns((START_S + s) * NS_PER_S);
}

// Three days of a level that sinks a little, falls, flaps and is seen by few now and then.
static void levels(const struct decisions *d, uint8_t signal, uint64_t *hash)
{
	struct random r = {signal};
	struct level *l = level_create(d, 0, signal, (struct detection_sink){heard, hash});
	for (int64_t s = 0; s < 3 * 86400; s += 1 + (int64_t)(40 * random_unit(&r))) {
		int64_t part = s / 600 % 24;
		double share = part == 7 ? 0.93 : part == 8 ? 0.985 : part == 9 ? 0.7 : part == 14 ? 0.3 : 1;
		share -= s > 86400 + 43200 ? 0.07 : 0;
		share -= random_unit(&r) < 0.05 ? 0.2 : 0;
		struct sample v = {.time = at_s(s), .signal = signal, .value = (uint64_t)(1000 * share)};
		v.own = s / 7200 % 2 ? 1000 : 20000 * (signal == SIGNAL_ROUTES6 ? 3 : 1);
		v.sight = share;
		v.of_networks = part == 20 ? 2 : 5;
		level_tick(l, v.time);
		level_take(l, &v);
	}
	level_finish(l, at_s(3 * 86400));
	level_free(l);
}

static void pulse_make(struct random *r, int64_t i, struct pulse *p, struct pulse_view views[3])
{
	int64_t part = i / 40 % 12;
	bool early = i >= 100 && i < 110;
	for (uint16_t k = 0; k < 3; k++) {
		double loss = part == 3		    ? 0.3
			      : part == 5 && k < 2  ? 0.12
			      : part == 7	    ? 0.9
			      : part == 9 && k == 0 ? 0.8
						    : 0.01;
		double slow = early		   ? 1.7
			      : part == 4	   ? 1.18
			      : part == 6	   ? 1.7
			      : part == 8 && k < 2 ? 1.6
			      : part == 10	   ? 1.25
						   : 1;
		uint32_t checks = 10, late = random_binomial(r, checks, part == 7 ? 0.6 : part == 9 ? 0.2 : 0.02);
		views[k] = (struct pulse_view){.observer = k, .sent = 10, .checks = checks, .timeouts = late};
		views[k].lost = random_binomial(r, 10, loss);
		views[k].rtt_us = (uint32_t)(40000 * slow * (1 + 0.03 * random_normal(r) + 0.0002 * (double)(i % 480)));
		views[k].check_us =
			(uint32_t)(90000 * slow * (1 + 0.03 * random_normal(r) + 0.0002 * (double)(i % 480)));
	}
	*p = (struct pulse){.time = at_s(10 * i), .width_ns = 10 * NS_PER_S, .views = views, .view_count = 3};
}

static void probes(const struct decisions *d, uint64_t *hash)
{
	struct entity entity = {.id = "country/XX"};
	struct entity_list entities = {.at = &entity, .count = 1, .capacity = 1};
	struct target_table *t = target_table_create(&entities);
	struct target web = {.address = {{192, 0, 2, 1}, FAMILY_V4}, .op = PROBE_HTTP, .kind = TARGET_SERVICE};
	struct random r = {3};
	struct detection_sink sink = {heard, hash};
	target_list(t, &web, "http");
	for (uint16_t k = 0; k < 3; k++)
		observer_asn(t, observer_id(t, (const char[]){(char)('a' + k)}, 1), k < 2 ? 1 : 2);
	struct reachability *reach = reachability_create(d, 0, t, sink);
	struct checks *checks = checks_create(d, 0, sink);
	for (int64_t i = 0; i < 3000; i++) {
		struct pulse_view views[3];
		struct pulse p;
		pulse_make(&r, i, &p, views);
		reachability_pulse(reach, &p);
		checks_pulse(checks, &p);
	}
	struct target_change down = {.target = target_id(t, &web.address, PROBE_HTTP, NULL, 0),
				     .down = true,
				     .last_ok = at_s(1),
				     .first_fail = at_s(2)};
	reachability_change(reach, &down);
	size_t n;
	const struct pulse_bin *bins = reachability_bins(reach, &n);
	for (size_t i = 0; i < n; i++)
		*hash = hash_pair(*hash, bins[i].seeing);
	reachability_free(reach);
	checks_free(checks);
	target_table_free(t);
	struct share *s = share_create(d, 0, sink);
	share_take(s, &(struct share_block){true, at_s(1), at_s(2), at_s(3), 1, 9});
	share_free(s);
}

// Seven weeks of one series: a rhythm of day and week, falls, a slow fall, holes; `step` hours between values.
static void series(const struct decisions *d, const char *name, double step, uint64_t *hash)
{
	struct random r = {hash_bytes(name, strlen(name))};
	struct series_watch *s = series_create(d, 0, 0, name, (struct detection_sink){heard, hash});
	for (double hour = 0; hour < 7 * 168; hour += step) {
		double day = fmod(hour, 24), event = fmod(hour, 101), value = 50;
		value *= 1 + 0.08 * sin(day / 24 * 2 * M_PI) - (fmod(hour, 168) > 120 ? 0.1 : 0) +
			 0.015 * random_normal(&r);
		value *= hour < 30 ? 1 : event < 4 ? 0.1 : event < 9 ? 0.45 : event < 20 ? 0.86 : event < 30 ? 0.7 : 1;
		value *= event >= 56 && event < 60 ? 0.86 : event >= 69 && event < 74 ? 0.72 : 1;
		value *= hour > 900 && hour < 1100 ? 0.2 : 1;
		value *= hour > 400 && hour < 440 ? 0.4 : 1; // usual level below the least
		bool hole = (event > 23 && event < 34 && fmod(hour, 2) >= 1) || (event > 60 && event < 69);
		struct instant t = instant_of_ns(START_S * NS_PER_S + (int64_t)(hour * (double)HOUR_NS));
		series_tick(s, t);
		number_add(hash, series_state(s));
		if (!hole)
			series_take(s, t, value);
	}
	series_finish(s, at_s(7 * 168 * 3600));
	series_free(s);
}

static void block_heard(void *context, const struct block_state *b, uint8_t before)
{
	uint64_t *hash = context;
	*hash = hash_pair(*hash, hash_pair(hash_pair(b->belief, before), (uint64_t)b->decided_at.ns));
}

static void blocks(const struct decisions *d, uint64_t *hash)
{
	struct blocks *b = blocks_create(d, 8, (struct block_sink){.block = block_heard, .context = hash});
	struct random r = {11};
	for (uint32_t i = 0; i < 8; i++) {
		struct block_state *s = blocks_add(b, i, 0, 0);
		for (uint8_t low = 0; low < 3; low++)
			blocks_responder(b, s, low, low ? 1 : 0.001);
		blocks_responder_seen(b, s, 3);
	}
	for (int64_t i = 0; i < 20000; i++) {
		uint32_t block = (uint32_t)(random_next(&r) % 8);
		bool away = block && i / 3000 % 2;
		struct block_probe p = {.block = block, .low = (uint8_t)(random_next(&r) % 6), .time = at_s(i * 30)};
		p.observer = (uint16_t)(random_next(&r) % 2);
		p.ok = !away && random_unit(&r) < 0.8;
		blocks_take(b, &p);
		number_add(hash, block_up(blocks_find(b, block)));
		number_add(hash, (double)blocks_pool(b, 0)->evidence[0] + (double)blocks_pool(b, 0)->evidence[1]);
	}
	number_add(hash, (double)blocks_pool(b, 0)->threshold);
	blocks_free(b);
}

static uint64_t all_of(const struct decisions *d, const char *name)
{
	static const char *const sources[] = {"bgp", "ping-slash24", "active-probing", "merit-nt", "ucsd-nt", "gtr",
					      "x"};
	uint64_t hash = 1;
	if (strncmp(name, "level", 5) == 0) {
		levels(d, SIGNAL_ROUTES, &hash);
		levels(d, SIGNAL_ROUTES6, &hash);
	} else if (strncmp(name, "series", 6) == 0) {
		for (size_t i = 0; i < ARRAY_LEN(sources); i++)
			series(d, sources[i], i == 6 ? 3 : 0.5, &hash);
	} else if (strncmp(name, "belief", 6) == 0) {
		blocks(d, &hash);
	} else {
		probes(d, &hash);
	}
	return hash;
}

static size_t unmoved(const struct decision_table *table)
{
	size_t missed = 0;
	for (size_t i = 0; i < table->count; i++) {
		const struct decision *row = &table->rows[i], *told;
		uint64_t plain = all_of(NULL, row->name);
		bool moved = false;
		for (int high = 0; high < 2 && !moved; high++) {
			struct decisions d;
			decisions_join(&table, 1, &d);
			assert_true(all_of(&d, row->name) == plain);
			assert_int_equal(decisions_set(&d, row->name, high ? row->high : row->low, &told), 0);
			moved = all_of(&d, row->name) != plain;
		}
		if (!moved)
			print_error("%s moves nothing\n", row->name);
		missed += !moved;
	}
	return missed;
}

static void every_number_of_a_detector_is_asked_for(void **state)
{
	(void)state;
	assert_int_equal(unmoved(&detect_decisions), 0);
}

static void every_number_of_the_belief_is_asked_for(void **state)
{
	(void)state;
	assert_int_equal(unmoved(&belief_decisions), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_number_of_a_detector_is_asked_for),
					   cmocka_unit_test(every_number_of_the_belief_is_asked_for)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
