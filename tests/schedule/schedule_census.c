// SPDX-License-Identifier: ISC
// The census: every block once a round and evenly, adaptive probes where belief wants them and spaced, recovery, less while an
// entity suffers, a pause without a burst, and a restart that goes on where the state says; the state's damage.
#include "schedule/census.h"

#include "../detect/random.h"
#include "base/err.h"
#include "schedule/gate.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define MS     1000000LL
#define S      (1000 * MS)
#define ROUND  (660 * S)
#define BLOCKS 3000
#define EPOCH  1700000000LL

struct lab { // blocks whose hosts answer as the test says
	struct blocks *blocks;
	struct census *census;
	struct random random;
	double availability;
	bool down[BLOCKS];
	int64_t last_block[BLOCKS], last_address[BLOCKS][256];
	unsigned first[BLOCKS], probes[BLOCKS];
	unsigned second, most; // probes of this second, and of the fullest one
	int64_t until;	       // of this second
	struct {
		int64_t due;
		struct block_probe probe;
	} waiting[4096]; // answers and time-outs to come
	size_t waits;
};

static uint32_t number(uint32_t i)
{
	return i * 0x9e3779u & 0xffffff;
}

static uint32_t index_of(uint32_t block) // by the inverse of that factor modulo 2^24
{
	uint32_t inverse = 0x9e3779u;
	for (unsigned i = 0; i < 5; i++)
		inverse *= 2 - 0x9e3779u * inverse;
	return block * inverse & 0xffffff;
}

static void fill(struct blocks *b, uint32_t n, double availability)
{
	for (uint32_t i = 0; i < n; i++) {
		struct block_state *s = blocks_add(b, number(i), i % 3, i % 7);
		for (unsigned k = 0; k < BLOCK_RESPONDERS; k++)
			blocks_responder(b, s, (uint8_t)(k * 5), availability);
	}
}

static void lab_make(struct lab *l, double availability, const struct census_options *o)
{
	*l = (struct lab){.random = random_seeded(20), .availability = availability};
	l->blocks = blocks_create(NULL, BLOCKS, (struct block_sink){0});
	fill(l->blocks, BLOCKS, availability);
	assert_int_equal(census_create(l->blocks, o, 0, &l->census), 0);
}

static void lab_free(struct lab *l)
{
	census_free(l->census);
	blocks_free(l->blocks);
}

static struct instant wall(int64_t now)
{
	return instant_of(EPOCH + now / S, (uint32_t)(now % S));
}

// Sends p: an answer comes after 20 ms, silence is known after 3 s. Checks the distances of the caps.
static void play(struct lab *l, const struct census_probe *p, int64_t now)
{
	uint32_t i = index_of(p->block);
	assert_true(i < BLOCKS);
	assert_true(!l->last_block[i] || now - l->last_block[i] >= S);
	assert_true(!l->last_address[i][p->low] || now - l->last_address[i][p->low] >= 3 * S);
	l->last_block[i] = l->last_address[i][p->low] = now;
	l->probes[i]++;
	struct block_probe a = {.block = p->block, .low = p->low, .controls = BLOCK_CONTROLS_HEALTHY, .observer = 1};
	a.ok = !l->down[i] && random_unit(&l->random) < l->availability;
	a.time = wall(now);
	assert_true(l->waits < ARRAY_LEN(l->waiting));
	l->waiting[l->waits].due = now + (a.ok ? 20 * MS : 3 * S);
	l->waiting[l->waits++].probe = a;
}

static void tell(struct lab *l, int64_t now)
{
	size_t kept = 0;
	for (size_t i = 0; i < l->waits; i++) {
		if (l->waiting[i].due <= now)
			census_answer(l->census, &l->waiting[i].probe, now);
		else
			l->waiting[kept++] = l->waiting[i];
	}
	l->waits = kept;
}

static void run(struct lab *l, int64_t from, int64_t to, int64_t tick)
{
	struct census_probe p;
	int64_t due = 0;
	for (int64_t now = from; now < to; now += tick) {
		tell(l, now);
		while (census_next(l->census, now, &p, &due)) {
			play(l, &p, now);
			l->second++;
		}
		assert_true(due > now);
		if (now < l->until)
			continue;
		l->most = l->second > l->most ? l->second : l->most;
		l->second = 0;
		l->until = now + S;
	}
}

static struct census_counts counts(const struct lab *l)
{
	struct census_counts c;
	census_count(l->census, &c);
	return c;
}

// All is well: each block once a round, not more than at random in any second.
static void test_every_block(void **state)
{
	(void)state;
	static struct lab l;
	struct census_options o = {.seed = 5};
	lab_make(&l, 1, &o);
	for (unsigned round = 0; round < 2; round++) {
		run(&l, round * (ROUND + 20 * MS), (round + 1) * (ROUND + 20 * MS), 10 * MS);
		for (unsigned i = 0; i < BLOCKS; i++)
			assert_int_equal(l.probes[i], round + 1);
	}
	assert_int_equal(counts(&l).first, 2 * BLOCKS);
	assert_int_equal(counts(&l).again, 0);
	assert_int_equal(counts(&l).paused_ns, 0);
	assert_true(l.most < 4.5 + 7 * 2.2); // 4.5 a second expected
	lab_free(&l);
}

// A block without responders is nobody's to ask.
static void test_unobservable(void **state)
{
	(void)state;
	struct blocks *b = blocks_create(NULL, 10, (struct block_sink){0});
	for (uint32_t i = 0; i < 10; i++)
		blocks_add(b, number(i), 0, 0);
	struct census_options o = {.round_ms = 10000};
	struct census *c;
	assert_int_equal(census_create(b, &o, 0, &c), 0);
	struct census_probe p;
	int64_t due = 0;
	for (int64_t now = 0; now<21 * S; now = due> now ? due : now + MS)
		assert_int_equal(census_next(c, now, &p, &due), 0);
	struct census_counts n;
	census_count(c, &n);
	assert_in_range(n.silent_blocks, 20, 30);
	struct block_probe stranger = {.block = 77, .ok = true};
	census_answer(c, &stranger, 0);
	census_free(c);
	census_free(NULL);
	blocks_free(b);
}

// Hosts that answer seven times in ten: Trinocular's cost of 1.43 probes a round, and never two to a /24 within a second.
static void test_adaptive(void **state)
{
	(void)state;
	static struct lab l;
	struct census_options o = {.seed = 6};
	lab_make(&l, 0.7, &o);
	run(&l, 0, 2 * ROUND, 10 * MS);
	double each = (double)(counts(&l).first + counts(&l).again) / (double)counts(&l).first;
	printf("%.2f probes a block and round\n", each);
	assert_true(each > 1.3 && each < 1.6);
	for (unsigned i = 0; i < BLOCKS; i++)
		assert_in_range(l.probes[i], 2, 2 * BLOCK_PROBES_MAX);
	assert_false(census_suffers(l.census, 0) || census_suffers(l.census, 1) || census_suffers(l.census, 99));
	lab_free(&l);
}

// A few blocks go down: they are decided in their round, looked at again in their rounds 0 to 4, 8, 16, and found when they are back.
static void test_recovery(void **state)
{
	(void)state;
	static struct lab l;
	struct census_options o = {.seed = 7};
	lab_make(&l, 0.5, &o);
	for (unsigned i = 0; i < 30; i++) // a hundredth
		l.down[i * 100] = true;
	unsigned before = 0, cost[13];
	for (unsigned round = 0; round < 13; round++) {
		run(&l, round * (ROUND + 20 * MS), (round + 1) * (ROUND + 20 * MS), 20 * MS);
		unsigned all = 0;
		for (unsigned i = 0; i < 30; i++)
			all += l.probes[i * 100];
		cost[round] = all - before;
		before = all;
	}
	for (unsigned i = 0; i < 30; i++)
		assert_int_equal(blocks_find(l.blocks, number(i * 100))->belief, BLOCK_DOWN);
	assert_true(cost[1] >= 60); // k(0.5) = 3 a block, some fewer for the learnt availability
	assert_in_range(cost[6], 30, 35);
	assert_in_range(cost[11], 30, 35);
	assert_true(cost[8] + cost[9] >= 90); // the eighth round since the decision
	for (unsigned i = 0; i < 30; i++)
		l.down[i * 100] = false;
	uint64_t recovery = counts(&l).recovery;
	assert_true(recovery > 30 * 12);
	run(&l, 13 * (ROUND + 20 * MS), 17 * (ROUND + 20 * MS), 20 * MS);
	unsigned up = 0;
	for (unsigned i = 0; i < 30; i++)
		up += blocks_find(l.blocks, number(i * 100))->belief == BLOCK_UP;
	assert_in_range(up, 18, 30);
	lab_free(&l);
}

// A third of one entity is cut: adaptive probes of it stop within a minute but for those blocks believed down; the others' go on.
static void test_suffers(void **state)
{
	(void)state;
	static struct lab l;
	struct census_options o = {.seed = 8};
	lab_make(&l, 0.8, &o);
	run(&l, 0, ROUND, 10 * MS);
	assert_false(census_suffers(l.census, 0));
	for (unsigned i = 0; i < BLOCKS; i += 9)
		l.down[i] = true;
	unsigned before[BLOCKS];
	run(&l, ROUND, ROUND + 120 * S, 10 * MS);
	assert_true(census_suffers(l.census, 0));
	assert_false(census_suffers(l.census, 1) || census_suffers(l.census, 2));
	memcpy(before, l.probes, sizeof(before));
	run(&l, ROUND + 120 * S, 2 * ROUND + 120 * S + 100 * MS, 10 * MS);
	unsigned suffering = 0, other = 0, asked = 0;
	for (unsigned i = 0; i < BLOCKS; i++) {
		const struct block_state *s = blocks_find(l.blocks, number(i));
		unsigned n = l.probes[i] - before[i];
		suffering += i % 3 == 0 && s->belief != BLOCK_DOWN && n > 1;
		asked += i % 3 == 0 && n;
		other += i % 3 && n > 1;
	}
	printf("suffering %u, others %u asked twice\n", suffering, other);
	assert_int_equal(asked, BLOCKS / 3); // each is still asked once
	assert_true(suffering <= 5);	     // those about to be asked again when it was noticed
	assert_true(other > BLOCKS / 20);
	assert_true(counts(&l).withheld > 100);
	for (unsigned i = 0; i < BLOCKS; i++)
		l.down[i] = false;
	run(&l, 2 * ROUND + 120 * S + 100 * MS, 3 * ROUND, 10 * MS);
	assert_false(census_suffers(l.census, 0));
	lab_free(&l);
}

static void test_pause(void **state)
{
	(void)state;
	static struct lab l;
	struct census_options o = {.seed = 9};
	lab_make(&l, 1, &o);
	run(&l, 0, ROUND / 2, 10 * MS);
	l.most = 0;
	run(&l, 10 * ROUND, 10 * ROUND + ROUND / 2 + S, 10 * MS);
	for (unsigned i = 0; i < BLOCKS; i++)
		assert_in_range(l.probes[i], 1, 2); // those of the first second are due again
	assert_true(l.most < 4.5 + 7 * 2.2);
	assert_in_range(counts(&l).paused_ns / S, 9 * 660 + 329, 9 * 660 + 330);
	lab_free(&l);
}

// What a census that was never stopped asks, the restarted one asks, from the probe on at which the state was taken.
static void test_restart(void **state)
{
	(void)state;
	static struct lab l, m;
	struct census_options o = {.seed = 10}, other = {.seed = 99};
	uint8_t saved[CENSUS_STATE_BYTES];
	lab_make(&l, 1, &o);
	lab_make(&m, 1, &other);
	run(&l, 0, ROUND + 250 * S, 10 * MS);
	census_save(l.census, saved);
	struct census_probe p, q;
	int64_t now = ROUND + 250 * S, then = 5 * S, due;
	assert_int_equal(census_restore(m.census, cursor_of(saved, sizeof(saved)), then), 0);
	for (unsigned i = 0; i < 2 * BLOCKS; i++) {
		while (!census_next(l.census, now, &p, &due))
			now = due;
		while (!census_next(m.census, then, &q, &due))
			then = due;
		assert_int_equal(p.block, q.block);
		assert_int_equal(p.round, q.round);
	}
	lab_free(&l);
	lab_free(&m);
}

static void test_shards(void **state)
{
	(void)state;
	static uint8_t seen[BLOCKS];
	struct blocks *b = blocks_create(NULL, BLOCKS, (struct block_sink){0});
	fill(b, BLOCKS, 1);
	for (uint32_t shard = 0; shard < 3; shard++) {
		struct census_options o = {.seed = 11, .round_ms = 10000, .shard = shard, .shards = 3};
		struct census *c;
		struct census_probe p;
		int64_t due = 0;
		assert_int_equal(census_create(b, &o, 0, &c), 0);
		for (int64_t now = 0; now < 597LL * BLOCKS_MAX; now = due) // 10 s, rounded up
			while (census_next(c, now, &p, &due))
				assert_int_equal(seen[index_of(p.block)]++, 0);
		census_free(c);
	}
	for (unsigned i = 0; i < BLOCKS; i++)
		assert_int_equal(seen[i], 1);
	struct census *none = NULL;
	struct census_options o = {.shard = 3, .shards = 3};
	assert_int_equal(census_create(b, &o, 0, &none), ERR_USAGE);
	o = (struct census_options){.round_ms = 9999};
	assert_int_equal(census_create(b, &o, 0, &none), ERR_USAGE);
	assert_null(none);
	blocks_free(b);
}

// Every truncation and every changed bit of the state is found, and then the census is as it was.
static void test_damage(void **state)
{
	(void)state;
	static struct lab l;
	struct census_options o = {.seed = 12};
	uint8_t saved[CENSUS_STATE_BYTES + 1] = {0}, after[CENSUS_STATE_BYTES];
	lab_make(&l, 1, &o);
	run(&l, 0, 100 * S, 10 * MS);
	census_save(l.census, saved);
	for (size_t n = 0; n <= CENSUS_STATE_BYTES + 1; n++)
		if (n != CENSUS_STATE_BYTES)
			assert_int_equal(census_restore(l.census, cursor_of(saved, n), 0), ERR_MALFORMED);
	for (size_t bit = 0; bit < 8 * CENSUS_STATE_BYTES; bit++) {
		saved[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(census_restore(l.census, cursor_of(saved, CENSUS_STATE_BYTES), 0), ERR_MALFORMED);
		saved[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	census_save(l.census, after);
	assert_memory_equal(saved, after, CENSUS_STATE_BYTES);
	o.round_ms = 20000;
	struct census *c;
	assert_int_equal(census_create(l.blocks, &o, 0, &c), 0);
	assert_int_equal(census_restore(c, cursor_of(saved, CENSUS_STATE_BYTES), 0), ERR_USAGE);
	census_free(c);
	lab_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_block), cmocka_unit_test(test_unobservable),
		cmocka_unit_test(test_adaptive),    cmocka_unit_test(test_recovery),
		cmocka_unit_test(test_suffers),	    cmocka_unit_test(test_pause),
		cmocka_unit_test(test_restart),	    cmocka_unit_test(test_shards),
		cmocka_unit_test(test_damage),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
