// SPDX-License-Identifier: ISC
// Block belief: the updates against the formulas, who may decide, the clocks, what is unobservable, the table, and a
// simulated sparse block and country: probes to DOWN, false DOWN a round, false alarms of the pool.
// Tests: src/belief/blocks.c
#include "belief/blocks.h"

#include "random.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define BLOCK	0xc63364u // 198.51.100.0/24
#define ROUND_S 660
#define HOSTS	100
#define COUNTRY 400

struct heard {
	unsigned down, up, pool;
	struct block_state last;
	struct block_pool raised;
};

static void hear_block(void *context, const struct block_state *s, uint8_t before)
{
	struct heard *h = context;
	(void)before;
	h->down += s->belief == BLOCK_DOWN;
	h->up += s->belief == BLOCK_UP;
	h->last = *s;
}

static void hear_pool(void *context, uint32_t entity, const struct block_pool *p)
{
	struct heard *h = context;
	assert_int_equal(entity, 7);
	h->pool++;
	h->raised = *p;
}

static struct blocks *blocks_heard(size_t expected, struct heard *h)
{
	*h = (struct heard){0};
	return blocks_create(NULL, expected, (struct block_sink){hear_block, hear_pool, h});
}

static void probe(struct blocks *b, int64_t second, uint8_t low, bool ok, uint16_t observer)
{
	struct block_probe p = {BLOCK, low, ok, BLOCK_CONTROLS_UNKNOWN, observer, instant_of(second, 0)};
	blocks_take(b, &p);
}

static void test_formula(void **state)
{
	(void)state;
	struct heard h;
	struct blocks *b = blocks_heard(1, &h);
	struct block_state *s = blocks_add(b, BLOCK, 7, 0);
	blocks_responder(b, s, 10, 0.5);
	assert_true(fabs(block_up(s) - 0.99) < 1e-6);
	double a = (s->availability[0] + 0.5) / 256, d = 0.01, l = 0.99 / 256;
	probe(b, 100, 10, false, 1);
	d = (1 - l) * d / ((1 - l) * d + (1 - a) * (1 - d)); // Trinocular's negative update
	assert_true(fabs(block_up(s) - (1 - d)) < 1e-5);
	probe(b, 200, 10, true, 1);
	d = l * d / (l * d + a * (1 - d));
	assert_true(fabs(block_up(s) - (d < 0.01 ? 0.99 : 1 - d)) < 1e-5);
	blocks_hour_set(b, 0, 0, 0.5); // half of the hosts are there at this hour
	double before = (double)s->log_odds;
	a = (s->availability[0] + 0.5) / 256 * blocks_hour(b, 0, 0);
	probe(b, 300, 10, false, 1);
	assert_true(fabs((double)s->log_odds - before - log((1 - a) / (1 - l))) < 1e-4);
	blocks_free(b);
}

static void test_never_up(void **state)
{
	(void)state;
	struct heard h;
	struct blocks *b = blocks_heard(1, &h);
	struct block_state *s = blocks_add(b, BLOCK, 7, 0);
	for (int i = 0; i < 100; i++)
		probe(b, 100 + i, (uint8_t)i, false, (uint16_t)(i % 3));
	assert_int_equal(s->belief, BLOCK_UNOBSERVABLE);
	assert_int_equal(blocks_pool(b, 7)->blocks[BLOCK_UNOBSERVABLE], 1);
	assert_int_equal(blocks_ignored(b), 100);
	probe(b, 300, 9, true, 1);
	assert_int_equal(s->belief, BLOCK_UP);
	assert_int_equal(blocks_pool(b, 7)->blocks[BLOCK_UP], 1);
	assert_int_equal(h.down + h.pool, 0);
	blocks_free(b);
}

static struct block_state *ranked(struct blocks *b, uint32_t block, uint32_t entity, double availability)
{
	struct block_state *s = blocks_add(b, block, entity, 0);
	for (int i = 0; i < BLOCK_RESPONDERS; i++)
		blocks_responder(b, s, (uint8_t)(10 + i), availability);
	return s;
}

static void test_who_decides(void **state)
{
	(void)state;
	struct heard h;
	struct blocks *b = blocks_heard(1, &h);
	struct block_state *s = ranked(b, BLOCK, 7, 0.95);
	probe(b, 1000, 10, true, 1);
	for (int i = 0; i < 10; i++)
		probe(b, 1010 + i, (uint8_t)(10 + i), false, 1);
	assert_int_equal(s->belief, BLOCK_UNCERTAIN); // one observer alone
	probe(b, 1030, 11, false, 2);
	assert_int_equal(s->belief, BLOCK_UNCERTAIN); // a repeated silence is hardly a second opinion
	probe(b, 1031, 25, false, 2);
	assert_int_equal(s->belief, BLOCK_DOWN);
	assert_int_equal(h.down, 1);
	assert_int_equal(instant_seconds(h.last.last_ok), 1000);
	assert_int_equal(instant_seconds(h.last.first_fail), 1010);
	assert_int_equal(instant_seconds(h.last.decided_at), 1031);
	probe(b, 2000, 10, true, 2);
	probe(b, 2001, 11, true, 2);
	assert_int_equal(s->belief, BLOCK_UP);
	assert_int_equal(h.up, 1);
	assert_int_equal(s->outages, 1);
	struct block_probe p = {BLOCK, 10, false, BLOCK_CONTROLS_FAILED, 1, instant_of(3000, 0)};
	for (p.low = 10; p.low < 26; p.low++)
		blocks_take(b, &p);
	assert_int_equal(s->belief, BLOCK_UP); // that observer is blind
	p.controls = BLOCK_CONTROLS_HEALTHY;
	for (p.low = 10; p.low < 13; p.low++)
		blocks_take(b, &p);
	assert_int_equal(s->belief, BLOCK_DOWN); // alone, but with eyes
	blocks_free(b);
}

static void test_responders(void **state)
{
	(void)state;
	struct heard h;
	struct blocks *b = blocks_heard(1, &h);
	struct block_state *s = ranked(b, BLOCK, 7, 0.9);
	blocks_responder(b, s, 12, 0.3);
	blocks_responder(b, s, 200, 0.99); // takes the place of the lowest
	assert_int_equal(s->responders, BLOCK_RESPONDERS);
	int first = block_choose(s, 1);
	assert_int_equal(first, 200);
	unsigned seen[256] = {0};
	seen[first]++;
	for (int i = 1; i < BLOCK_RESPONDERS; i++)
		seen[block_choose(s, 1)]++;
	assert_int_equal(seen[12], 0);
	for (int low = 0; low < 256; low++)
		assert_true(seen[low] <= 1);
	assert_int_equal(block_choose(s, 1), -1);
	assert_int_equal(block_choose(s, 2), 200);
	blocks_free(b);
}

static void test_learning(void **state)
{
	(void)state;
	struct random r = random_seeded(20260805);
	struct heard h;
	struct blocks *b = blocks_heard(1, &h);
	struct block_state *s = ranked(b, BLOCK, 7, 0.5);
	double sum = 0;
	for (int i = 0; i < 100000; i++) {
		uint8_t low = (uint8_t)(10 + i % 2);
		probe(b, 1000 + i * 10, low, random_unit(&r) < (low == 10 ? 0.9 : 0.2), 1);
		sum += i < 20000
			       ? 0
			       : s->availability[0] / 256.0 * blocks_hour(b, 0, (unsigned)(1000 + i * 10) / 3600 % 168);
	}
	printf("learnt %.3f of 0.9, and %.3f of 0.2\n", sum / 80000, s->availability[1] / 256.0);
	assert_true(fabs(sum / 80000 - 0.9) < 0.05);
	assert_true(s->availability[1] < 100);
	blocks_free(b);
}

struct simulated { // a sparse block: 10 hosts at 0.95, 90 at 0.117; a profile for the day, if any
	struct blocks *b;
	struct block_state *s;
	double up[256];
	unsigned probes;
};

static void simulated_round(struct simulated *m, struct random *r, unsigned round, bool down)
{
	m->probes = 0;
	do {
		int low = block_choose(m->s, round);
		if (low < 0)
			return;
		double hour = blocks_hour(m->b, 0, (unsigned)((round * ROUND_S) / 3600 % 168));
		bool ok = random_unit(r) < (down ? 0.99 / 256 : m->up[low] * hour);
		struct block_probe p = {BLOCK, (uint8_t)low,
					ok,    BLOCK_CONTROLS_HEALTHY,
					1,     instant_of((int64_t)round * ROUND_S + 3 * m->probes, 0)};
		blocks_take(m->b, &p);
		m->probes++;
	} while (block_wants(m->s));
}

static void test_sparse_block(void **state)
{
	(void)state;
	struct random r = random_seeded(20260806);
	struct heard h;
	struct simulated m = {.b = blocks_heard(1, &h)};
	m.s = blocks_add(m.b, BLOCK, 7, 0);
	for (int i = 0; i < HOSTS; i++) {
		m.up[i] = i < 10 ? 0.95 : 0.117;
		if (i < BLOCK_RESPONDERS)
			blocks_responder(m.b, m.s, (uint8_t)i, m.up[i]);
	}
	unsigned rounds = 200000, uncertain = 0, to_down = 0, down_rounds = 0;
	double probes = 0;
	for (unsigned i = 0; i < rounds; i++) {
		simulated_round(&m, &r, i, false);
		probes += m.probes;
		uncertain += m.s->belief == BLOCK_UNCERTAIN;
	}
	unsigned false_down = h.down, trials = 2000, found = 0;
	for (unsigned i = 0; i < trials; i++) {
		for (unsigned k = 0; k < 6; k++)
			simulated_round(&m, &r, rounds++, false);
		if (m.s->belief != BLOCK_UP)
			continue;
		for (found++; m.s->belief != BLOCK_DOWN; down_rounds++) {
			simulated_round(&m, &r, rounds++, true);
			to_down += m.probes;
		}
	}
	printf("quiet: %.2f probes and %.2e false DOWN a round, %.2e uncertain; to DOWN: %.2f probes, %.2f rounds\n",
	       probes / 200000, false_down / 200000.0, uncertain / 200000.0, (double)to_down / found,
	       (double)down_rounds / found);
	assert_true(false_down <= 200);
	assert_true(probes / 200000 < 1.2);
	assert_true(found > trials * 0.99);
	assert_true((double)to_down / found < 4 && (double)down_rounds / found < 1.1);
	blocks_free(m.b);
}

static void test_day_and_night(void **state)
{
	(void)state;
	struct random r = random_seeded(20260807);
	unsigned false_down[2];
	for (int known = 0; known < 2; known++) {
		struct heard h;
		struct simulated m = {.b = blocks_heard(1, &h)};
		m.s = ranked(m.b, BLOCK, 7, 0.8);
		for (int i = 0; i < 256; i++)
			m.up[i] = known ? 0.8 : 0.4; // unknown to the profile: half of the hosts are off
		for (unsigned hour = 0; hour < BLOCK_HOURS; hour++)
			blocks_hour_set(m.b, 0, hour, known ? 0.5 : 1);
		for (unsigned i = 0; i < 20000; i++)
			simulated_round(&m, &r, i, false);
		false_down[known] = h.down;
		blocks_free(m.b);
	}
	printf("at night, of 20000 rounds: %u false DOWN without a profile, %u with it\n", false_down[0],
	       false_down[1]);
	assert_true(false_down[1] <= 20);
	assert_true(false_down[0] > false_down[1]);
}

// One periodic probe of each block in turn; ends after `probes` or at an alarm.
static unsigned country_probe(struct blocks *b, struct random *r, unsigned probes, double down, struct heard *h)
{
	static unsigned turn;
	for (unsigned i = 0; i < probes; i++) {
		uint32_t block = turn++ % COUNTRY;
		struct block_state *s = blocks_find(b, 0x010000 + block);
		int low = block_choose(s, turn / COUNTRY);
		bool dead = (block * 37 % COUNTRY) < down * COUNTRY; // spread over the country
		bool ok = !dead && random_unit(r) < 0.9;
		struct block_probe p = {0x010000 + block,   (uint8_t)low, ok, BLOCK_CONTROLS_HEALTHY, 1,
					instant_of(turn, 0)};
		blocks_take(b, &p);
		if (h->pool)
			return i + 1;
	}
	return 0;
}

static void test_pool(void **state)
{
	(void)state;
	struct random r = random_seeded(20260808);
	static const double part[] = {1, 0.5, 0.2};
	for (int i = 0; i < 3; i++) {
		struct heard h;
		struct blocks *b = blocks_heard(COUNTRY, &h);
		for (uint32_t k = 0; k < COUNTRY; k++)
			ranked(b, 0x010000 + k, 7, 0.9);
		assert_int_equal(country_probe(b, &r, 400000, 0, &h), 0); // 1000 rounds of peace: no alarm
		unsigned needed = country_probe(b, &r, 100000, part[i], &h);
		printf("%.0f %% of %d blocks down: alarm after %u probes, %u blocks DOWN by then\n", 100 * part[i],
		       COUNTRY, needed, blocks_pool(b, 7)->blocks[BLOCK_DOWN]);
		assert_true(needed > 0 && needed < (i == 0 ? 30u : i == 1 ? 200u : 2000u));
		assert_int_equal(h.pool, 1);
		assert_true(h.raised.quiet.ns <= h.raised.since.ns);
		blocks_free(b);
	}
}

static void test_pool_one_dead_block(void **state)
{
	(void)state;
	struct heard h;
	struct blocks *b = blocks_heard(4, &h);
	for (uint32_t k = 0; k < 4; k++)
		ranked(b, BLOCK + k, 7, 0.95);
	for (int i = 0; i < 64; i++) { // one observer whose controls nobody knows
		struct block_probe lone = {
			BLOCK + (uint32_t)i % 4, (uint8_t)(10 + i / 4), false, BLOCK_CONTROLS_UNKNOWN, 5,
			instant_of(500, 0)};
		blocks_take(b, &lone);
	}
	assert_int_equal(h.pool + h.down, 0);
	for (int i = 0; i < 40; i++) {
		struct block_probe fine = {BLOCK + (uint32_t)i % 4, 10, true,
					   BLOCK_CONTROLS_UNKNOWN,  5,	instant_of(600, 0)};
		blocks_take(b, &fine);
	}
	for (int i = 0; i < 1000; i++)
		probe(b, 1000 + i, (uint8_t)(10 + i % 16), false, (uint16_t)(i % 2));
	assert_int_equal(blocks_pool(b, 7)->blocks[BLOCK_DOWN], 1);
	assert_int_equal(h.pool, 0); // one dead block is no outage of the entity
	struct block_probe p = {0, 0, false, BLOCK_CONTROLS_HEALTHY, 1, instant_of(3000, 0)};
	for (p.block = BLOCK + 1; p.block < BLOCK + 4; p.block++)
		for (p.low = 10; p.low < 14; p.low++)
			blocks_take(b, &p);
	assert_int_equal(h.pool, 1); // all four are
	blocks_free(b);
}

static void test_table(void **state)
{
	(void)state;
	struct random r = random_seeded(20260809);
	struct heard h;
	struct blocks *b = blocks_heard(10, &h); // has to grow many times
	static uint8_t model[1 << 18];
	size_t count = 0;
	for (int i = 0; i < 200000; i++) {
		uint32_t block = (uint32_t)(random_next(&r) % (1 << 18));
		struct block_state *s = blocks_add(b, block, block % 50, block % 9);
		assert_non_null(s);
		assert_int_equal(s->key, block + 1);
		assert_int_equal(s->entity, block % 50);
		count += !model[block];
		model[block] = 1;
	}
	assert_int_equal(blocks_count(b), count);
	for (uint32_t block = 0; block < 1 << 18; block++) {
		struct block_state *s = blocks_find(b, block);
		assert_true(model[block] ? s && s->network == block % 9 : !s);
	}
	assert_null(blocks_add(b, BLOCKS_MAX, 0, 0));
	assert_null(blocks_add(b, 0, 70000, 0));
	assert_null(blocks_add(b, 0, 0, BLOCK_NETWORKS_MAX));
	assert_null(blocks_find(b, UINT32_MAX));
	blocks_free(b);
	blocks_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formula),
		cmocka_unit_test(test_never_up),
		cmocka_unit_test(test_who_decides),
		cmocka_unit_test(test_responders),
		cmocka_unit_test(test_learning),
		cmocka_unit_test(test_sparse_block),
		cmocka_unit_test(test_day_and_night),
		cmocka_unit_test(test_pool),
		cmocka_unit_test(test_pool_one_dead_block),
		cmocka_unit_test(test_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
