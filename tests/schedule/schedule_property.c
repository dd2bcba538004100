// SPDX-License-Identifier: ISC
// The gate under made-up configurations and a made-up clock: caps, mixes of targets, kinds of packets, bursts, and askers that
// try each boundary. No packet may break a cap in any window (property_checker.c). 20,000 configurations; a million with
// LACUNA_LONG=1. The seed is printed; LACUNA_SEED repeats it.
// Tests: src/schedule/gate.c src/schedule/buckets.c
#include "property.h"

#include "../detect/random.h"
#include "model/probe.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define CONFIGURATIONS	    20000
#define CONFIGURATIONS_LONG 1000000
#define ADDRESSES	    24
#define ASKS		    160
#define MS		    1000000LL
#define S		    (1000 * MS)

struct world { // one configuration
	struct random random;
	struct gate *gate;
	struct checker checker;
	struct sent target[ADDRESSES]; // who can be asked; its time is not used
	bool admitted[ADDRESSES];
	unsigned count;
	int64_t now;
	bool incident;
	struct { // what the checker knows of prohibitions, by block
		unsigned level;
		int64_t from;
	} held[4 * ADDRESSES];
};

static uint32_t below(struct world *w, uint32_t n)
{
	return (uint32_t)(random_next(&w->random) % n);
}

// Stricter than usual at random, and sometimes looser than allowed: the gate must not believe that.
static struct caps some_caps(struct world *w, bool lab)
{
	struct caps c = lab ? caps_lab() : caps_default();
	static const uint32_t totals[] = {0, 1, 2, 5, 20, 100, 500, 2500, 9000, 30000};
	c.total_per_s = totals[1 + below(w, 9)];
	c.acknowledged = below(w, 4) == 0;
	if (below(w, 2)) {
		c.network_per_s = 1 + below(w, 120);
		c.block_per_round = 1 + below(w, 40);
		c.block_burst = 1 + below(w, 8);
		c.census_per_round = 1 + below(w, 24);
	}
	if (below(w, 3) == 0) {
		c.census_gap_ms = below(w, 9000);
		c.watch_gap_ms = below(w, 20000);
		c.named_gap_ms = below(w, 4000);
		c.check_gap_ms[below(w, PROBE_OP_COUNT)] = below(w, 400000);
	}
	if (below(w, 50) == 0)
		c.total_per_s = 0;
	return below(w, 4) ? c : caps_share(&c, below(w, 7));
}

// What the gate must hold, worked out anew.
static struct caps strictest(struct caps c)
{
	struct caps most = c.lab ? caps_lab() : caps_default();
#define LESS(member) c.member = c.member < most.member ? c.member : most.member
#define MORE(member) c.member = c.member > most.member ? c.member : most.member
	LESS(network_per_s);
	LESS(block_per_round);
	LESS(block_burst);
	LESS(census_per_round);
	MORE(census_gap_ms);
	MORE(watch_gap_ms);
	MORE(named_gap_ms);
	MORE(smtp_incident_gap_ms);
	for (int op = 0; op < PROBE_OP_COUNT; op++)
		MORE(check_gap_ms[op]);
	if (!c.acknowledged && c.total_per_s > CAPS_TOTAL_HARD)
		c.total_per_s = CAPS_TOTAL_HARD;
	return c;
#undef LESS
#undef MORE
}

// Few blocks and networks with many addresses, or the other way round; IPv6 and loopback among them.
static void some_targets(struct world *w, bool lab)
{
	unsigned blocks = 1 + below(w, 6), networks = 1 + below(w, 3), known = below(w, 2);
	w->count = 1 + below(w, ADDRESSES);
	for (unsigned i = 0; i < w->count; i++) {
		unsigned block = below(w, blocks), network = block % networks;
		bool v6 = block % 4 == 3;
		uint8_t v6_bytes[16] = {
			(uint8_t)(lab ? 0xfd : 0x26), 0, (uint8_t)(network >> 8), (uint8_t)network, 0, (uint8_t)block};
		v6_bytes[15] = (uint8_t)(1 + i);
		struct sent *t = &w->target[i];
		*t = (struct sent){.block = block, .network = network + (known ? 0 : v6 ? 100 : 200)};
		t->loopback = below(w, 16) == 0;
		t->ask.address = v6 ? addr_v6(v6_bytes)
				    : addr_v4((lab ? 10u << 24 : 20u << 24) | network << 16 | block << 8 | (1 + i));
		if (t->loopback)
			t->ask.address = addr_v4(127u << 24 | (1 + i));
		t->ask.network = known ? 64500 + network : 0;
		w->admitted[i] = t->loopback || below(w, 10);
		struct prefix p = {.family = t->ask.address.family, .length = family_bits(t->ask.address.family)};
		memcpy(p.bytes, t->ask.address.bytes, sizeof(p.bytes));
		if (w->admitted[i])
			assert_int_equal(gate_allow(w->gate, &p), 0);
	}
}

// Bursts, ticks, single steps, and long pauses.
static int64_t some_pause(struct world *w)
{
	switch (below(w, 8)) {
	case 0:
	case 1:
	case 2:
		return 0;
	case 3:
		return below(w, 1000000);
	case 4:
		return below(w, 1000) * MS;
	case 5:
		return below(w, 20) * S / 2;
	case 6:
		return below(w, 100) * S;
	default:
		return below(w, 4) ? 10 * MS : below(w, 1400) * S;
	}
}

static const char *holds_back(struct world *w, const struct sent *s)
{
	unsigned level = w->held[s->block].level;
	int64_t from = w->held[s->block].from;
	if (s->ask.kind != GATE_CENSUS || s->loopback || !level)
		return NULL;
	w->held[s->block].from = s->time;
	return s->time - from < (660 * S) << level ? "of the census, to a block that prohibits it" : NULL;
}

static const char *went(struct world *w, const struct sent *target, const struct gate_ask *a)
{
	struct sent s = *target;
	s.ask = *a;
	s.time = w->now;
	s.incident = w->incident;
	if (!w->admitted[target - w->target] && a->kind != GATE_NAMED)
		return "though not on the allowlist";
	const char *broken = holds_back(w, &s);
	return broken ? broken : checker_take(&w->checker, &s);
}

static void prohibit(struct world *w, const struct sent *t)
{
	if (t->loopback)
		return;
	if (below(w, 3)) {
		gate_back_off(w->gate, &t->ask.address, w->now);
		w->held[t->block].level += w->held[t->block].level < 4;
		w->held[t->block].from = w->now;
	} else {
		gate_relax(w->gate, &t->ask.address);
		w->held[t->block].level -= w->held[t->block].level > 0;
	}
}

// A packet that was told a time goes at that time, and not a nanosecond sooner, when nobody else asks meanwhile.
static const char *at_the_boundary(struct world *w, const struct sent *t, const struct gate_ask *a, int64_t until)
{
	int64_t ignored;
	if (until == INT64_MAX)
		return NULL;
	if (until <= w->now)
		return "told to wait for a time that has passed";
	w->now = until - 1;
	if (gate_ask(w->gate, a, w->now, &ignored) == GATE_GO)
		return "sooner than told";
	w->now = until;
	enum gate_answer answer = gate_ask(w->gate, a, w->now, &ignored);
	if (answer == GATE_GO)
		return went(w, t, a);
	return answer == GATE_WAIT ? "told a time and made to wait again" : NULL;
}

static const char *one_ask(struct world *w, unsigned mix)
{
	static const uint8_t mixes[][4] = {{GATE_CENSUS, GATE_CENSUS, GATE_RECOVERY, GATE_CENSUS},
					   {GATE_WATCH, GATE_WATCH, GATE_CONTROL, GATE_WATCH},
					   {GATE_NAMED, GATE_NAMED, GATE_NAMED, GATE_NAMED},
					   {GATE_CENSUS, GATE_WATCH, GATE_NAMED, GATE_RECOVERY}};
	const struct sent *t = &w->target[below(w, w->count)];
	struct gate_ask a = t->ask;
	int64_t until = 0;
	a.kind = mixes[mix & 3][below(w, 4)];
	a.op = (uint8_t)(mix & 4 ? below(w, PROBE_OP_COUNT) : PROBE_ICMP_ECHO);
	w->now += some_pause(w);
	if (below(w, 40) == 0)
		prohibit(w, t);
	if (below(w, 40) == 0)
		gate_incident(w->gate, w->incident = !w->incident);
	enum gate_answer answer = gate_ask(w->gate, &a, w->now, &until);
	if (answer == GATE_GO)
		return went(w, t, &a);
	return answer == GATE_WAIT && below(w, 3) == 0 ? at_the_boundary(w, t, &a, until) : NULL;
}

static const char *one_configuration(struct world *w, uint64_t seed, uint64_t *ret_sent)
{
	w->random = (struct random){seed};
	w->now = (int64_t)(random_next(&w->random) >> 8);
	w->incident = false;
	memset(w->held, 0, sizeof(w->held));
	bool lab = below(w, 4) == 0;
	struct caps caps = some_caps(w, lab);
	w->checker.count = 0;
	w->checker.caps = strictest(caps);
	w->gate = gate_create(&caps);
	some_targets(w, lab);
	unsigned mix = below(w, 8);
	const char *broken = NULL;
	for (unsigned i = 0; i < ASKS && !broken; i++)
		broken = one_ask(w, mix);
	*ret_sent += w->checker.count;
	gate_free(w->gate);
	return broken;
}

static void test_property(void **state)
{
	(void)state;
	const char *wanted = getenv("LACUNA_LONG");
	struct random r = random_seeded(1);
	unsigned n = wanted && *wanted == '1' ? CONFIGURATIONS_LONG : CONFIGURATIONS;
	uint64_t sent = 0;
	static struct world w;
	for (unsigned i = 0; i < n; i++) {
		const char *broken = one_configuration(&w, random_next(&r), &sent);
		if (broken)
			fail_msg("configuration %u: %s", i, broken);
	}
	printf("%u configurations, %llu packets\n", n, (unsigned long long)sent);
	assert_true(sent > 20ull * n); // else the test tried nothing
}

// The checker itself finds what is wrong: a gate that lets everything pass would not.
static void test_checker(void **state)
{
	(void)state;
	static struct checker c;
	c = (struct checker){.caps = caps_default()};
	struct sent s = {.ask = {.address = addr_v4(20u << 24 | 1), .kind = GATE_CENSUS}, .time = S};
	assert_null(checker_take(&c, &s));
	s.time += 3 * S - 1;
	assert_string_equal(checker_take(&c, &s), "to an address");
	s.time += 1;
	assert_null(checker_take(&c, &s));
	for (unsigned i = 0; i < 4; i++) {
		s.ask.address = addr_v4(20u << 24 | (2 + i));
		s.time += 2 * MS;
		assert_null(checker_take(&c, &s));
	}
	s.ask.address = addr_v4(20u << 24 | 9);
	s.time += 2 * MS;
	assert_string_equal(checker_take(&c, &s), "to a /24, in a second");
	s.ask.address = addr_v4(20u << 24 | 256 | 9);
	s.block = 1;
	s.time -= MS;
	assert_string_equal(checker_take(&c, &s), "in all, a burst");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_checker), cmocka_unit_test(test_property)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
