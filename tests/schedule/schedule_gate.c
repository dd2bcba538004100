// SPDX-License-Identifier: ISC
// The gate by hand: who may be asked, what a named target, the laboratory and loopback may, back-off, opt-out, a table that is
// full; lists against a naive matcher; the table of special-purpose addresses; shares of the caps.
#include "schedule/backoff.h"
#include "schedule/gate.h"
#include "schedule/ranges.h"
#include "schedule/special.h"

#include "../detect/random.h"
#include "base/err.h"
#include "model/probe.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define MS 1000000LL
#define S  (1000 * MS)

static struct addr addr(const char *text)
{
	struct addr a;
	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

static struct prefix prefix(const char *text)
{
	struct prefix p;
	assert_int_equal(prefix_parse(text, &p), 0);
	return p;
}

static struct gate *gate_with(struct caps caps, const char *allowed)
{
	struct gate *g = gate_create(&caps);
	if (allowed) {
		struct prefix p = prefix(allowed);
		assert_int_equal(gate_allow(g, &p), 0);
	}
	return g;
}

static enum gate_answer ask(struct gate *g, const char *address, uint8_t kind, uint8_t op, int64_t now)
{
	struct gate_ask a = {.address = addr(address), .kind = kind, .op = op};
	int64_t until = 0;
	return gate_ask(g, &a, now, &until);
}

static void test_nothing_without_allowlist(void **state)
{
	(void)state;
	struct random r = random_seeded(2);
	struct caps all[] = {caps_default(), caps_lab()};
	for (unsigned which = 0; which < 2; which++) {
		struct gate *g = gate_create(&all[which]);
		int64_t until;
		for (unsigned i = 0; i < 200000; i++) {
			uint8_t bytes[16];
			uint64_t x = random_next(&r), y = random_next(&r);
			memcpy(bytes, &x, 8);
			memcpy(bytes + 8, &y, 8);
			struct gate_ask a = {.address = i % 2 ? addr_v6(bytes) : addr_v4((uint32_t)x)};
			a.kind = (uint8_t)(x >> 40 & 1 ? GATE_WATCH : x >> 41 & 1 ? GATE_CENSUS : GATE_CONTROL);
			if (special_loopback(&a.address))
				continue;
			assert_int_not_equal(gate_ask(g, &a, i * S, &until), GATE_GO);
		}
		assert_int_equal(gate_count(g, GATE_GO), 0);
		assert_true(gate_count(g, GATE_SPECIAL) > 1000);
		gate_free(g);
	}
}

static void test_allowlist(void **state)
{
	(void)state;
	struct gate *g = gate_with(caps_default(), "20.0.0.0/8");
	struct prefix p = prefix("0.0.0.0/0");
	assert_int_equal(gate_allow(g, &p), ERR_MALFORMED);
	p = prefix("::/0");
	assert_int_equal(gate_allow(g, &p), ERR_MALFORMED);
	p = prefix("32.0.0.0/7");
	assert_int_equal(gate_allow(g, &p), ERR_MALFORMED);
	p.length = 33;
	assert_int_equal(gate_allow(g, &p), ERR_MALFORMED);
	p = prefix("32.0.0.0/8");
	p.bytes[3] = 1;
	assert_int_equal(gate_allow(g, &p), ERR_MALFORMED);
	p.family = 5;
	assert_int_equal(gate_block(g, &p), ERR_MALFORMED);
	assert_int_equal(ask(g, "20.1.2.3", GATE_CENSUS, 0, S), GATE_GO);
	assert_int_equal(ask(g, "21.1.2.3", GATE_CENSUS, 0, S), GATE_UNLISTED);
	assert_int_equal(ask(g, "32.0.0.1", GATE_CENSUS, 0, S), GATE_UNLISTED);
	assert_int_equal(ask(g, "20.2.2.3", GATE_KINDS, 0, 2 * S), GATE_UNLISTED);
	assert_int_equal(ask(g, "20.2.2.3", GATE_WATCH, PROBE_OP_COUNT, 2 * S), GATE_UNLISTED);
	// What is special stays so, also when it is allowed.
	p = prefix("10.0.0.0/8");
	assert_int_equal(gate_allow(g, &p), 0);
	assert_int_equal(ask(g, "10.1.2.3", GATE_CENSUS, 0, 3 * S), GATE_SPECIAL);
	gate_free(g);
	gate_free(NULL);
}

static void test_opt_out(void **state)
{
	(void)state;
	struct gate *g = gate_with(caps_default(), "20.0.0.0/8");
	struct prefix list[] = {prefix("20.5.0.0/16"), prefix("127.0.0.9/32")}, bad = prefix("20.6.0.0/16");
	int64_t now = S;
	assert_int_equal(ask(g, "20.5.1.1", GATE_WATCH, 0, now), GATE_GO);
	assert_int_equal(gate_opt_out(g, list, 2), 0);
	now += 100 * S;
	assert_int_equal(ask(g, "20.5.1.1", GATE_WATCH, 0, now), GATE_OPTED_OUT); // the next packet
	assert_int_equal(ask(g, "20.5.1.1", GATE_NAMED, 0, now), GATE_OPTED_OUT);
	assert_int_equal(ask(g, "127.0.0.9", GATE_NAMED, 0, now), GATE_OPTED_OUT);
	bad.length = 77;
	assert_int_equal(gate_opt_out(g, &bad, 1), ERR_MALFORMED); // the old list stays
	assert_int_equal(ask(g, "20.5.1.1", GATE_WATCH, 0, now), GATE_OPTED_OUT);
	assert_int_equal(gate_opt_out(g, NULL, 0), 0);
	assert_int_equal(ask(g, "20.5.1.1", GATE_WATCH, 0, now), GATE_GO);
	assert_int_equal(gate_block(g, &list[0]), 0);
	assert_int_equal(gate_opt_out(g, NULL, 0), 0); // the blocklist is no opt-out list
	assert_int_equal(ask(g, "20.5.1.1", GATE_WATCH, 0, now + 100 * S), GATE_OPTED_OUT);
	gate_free(g);
}

static void test_named(void **state)
{
	(void)state;
	struct gate *g = gate_with(caps_default(), NULL);
	char text[32];
	for (unsigned i = 0; i < 17; i++) {
		snprintf(text, sizeof(text), "20.0.%u.1", i);
		assert_int_equal(ask(g, text, GATE_NAMED, 0, (i + 1) * S), i < 16 ? GATE_GO : GATE_UNLISTED);
	}
	assert_int_equal(ask(g, "20.0.15.1", GATE_NAMED, PROBE_HTTP, 17 * S - 1),
			 GATE_WAIT); // one a second, whatever it is
	assert_int_equal(ask(g, "20.0.15.1", GATE_NAMED, PROBE_HTTP, 17 * S + MS), GATE_GO);
	assert_int_equal(ask(g, "20.0.15.1", GATE_WATCH, 0, 30 * S), GATE_UNLISTED);
	assert_int_equal(ask(g, "10.0.0.1", GATE_NAMED, 0, 30 * S), GATE_SPECIAL);
	assert_int_equal(ask(g, "192.0.2.1", GATE_NAMED, 0, 30 * S), GATE_SPECIAL);
	for (unsigned i = 0; i < 20; i++) { // loopback takes none of the sixteen places, and is not counted per /24
		snprintf(text, sizeof(text), "127.0.0.%u", i);
		assert_int_equal(ask(g, text, GATE_NAMED, 0, 40 * S + i * 3 * MS), GATE_GO);
	}
	assert_int_equal(ask(g, "::1", GATE_WATCH, PROBE_DNS, 50 * S), GATE_GO);
	assert_int_equal(ask(g, "::1", GATE_WATCH, PROBE_DNS, 51 * S - MS), GATE_WAIT);
	assert_int_equal(ask(g, "::1", GATE_WATCH, PROBE_HTTP, 51 * S - MS), GATE_GO);
	gate_free(g);
}

static void test_lab(void **state)
{
	(void)state;
	static const char *const inside[] = {"10.0.0.1",     "172.16.0.1", "172.31.255.255", "192.168.3.4",
					     "198.18.0.1",   "198.19.9.9", "192.0.2.77",     "198.51.100.1",
					     "203.0.113.99", "fc00::1",	   "fdff::1",	     "2001:db8::1"};
	static const char *const outside[] = {
		"20.0.0.1", "172.32.0.1", "198.20.0.1",	  "100.64.0.1",	     "169.254.1.1", "224.0.0.1", "240.0.0.1",
		"fe80::1",  "ff02::1",	  "2001:4860::1", "255.255.255.255", "0.0.0.0",	    "192.0.0.9"};
	struct gate *g = gate_with(caps_lab(), "20.0.0.0/8");
	static const char *const lists[] = {"10.0.0.0/8",  "172.0.0.0/8", "192.0.0.0/8", "198.0.0.0/8",
					    "203.0.0.0/8", "fc00::/8",	  "fd00::/8",	 "2000::/8"};
	for (unsigned i = 0; i < ARRAY_LEN(lists); i++) {
		struct prefix p = prefix(lists[i]);
		assert_int_equal(gate_allow(g, &p), 0);
	}
	for (unsigned i = 0; i < ARRAY_LEN(inside); i++)
		assert_int_equal(ask(g, inside[i], GATE_CENSUS, 0, (i + 1) * S), GATE_GO);
	for (unsigned i = 0; i < ARRAY_LEN(outside); i++)
		assert_int_equal(ask(g, outside[i], GATE_CENSUS, 0, 30 * S), GATE_SPECIAL);
	assert_int_equal(ask(g, "10.0.0.1", GATE_WATCH, PROBE_SMTP, 40 * S), GATE_GO);
	assert_int_equal(ask(g, "10.0.0.1", GATE_WATCH, PROBE_SMTP, 41 * S - MS), GATE_WAIT);
	assert_int_equal(ask(g, "10.0.0.1", GATE_WATCH, PROBE_SMTP, 41 * S + MS), GATE_GO); // every second
	gate_free(g);
}

static void test_incident(void **state)
{
	(void)state;
	struct gate *g = gate_with(caps_default(), "20.0.0.0/8");
	assert_int_equal(ask(g, "20.0.0.1", GATE_WATCH, PROBE_SMTP, S), GATE_GO);
	assert_int_equal(ask(g, "20.0.0.1", GATE_WATCH, PROBE_SMTP, 60 * S), GATE_WAIT);
	gate_incident(g, true);
	assert_int_equal(ask(g, "20.0.0.1", GATE_WATCH, PROBE_SMTP, 60 * S), GATE_WAIT);
	assert_int_equal(ask(g, "20.0.0.1", GATE_WATCH, PROBE_SMTP, 62 * S), GATE_GO);
	gate_incident(g, false);
	assert_int_equal(ask(g, "20.0.0.1", GATE_WATCH, PROBE_SMTP, 200 * S), GATE_WAIT);
	assert_int_equal(ask(g, "20.0.0.1", GATE_WATCH, PROBE_SMTP, 363 * S), GATE_GO);
	assert_int_equal(ask(g, "20.0.7.1", GATE_WATCH, PROBE_DNS, 400 * S), GATE_GO);
	assert_int_equal(ask(g, "20.0.8.1", GATE_WATCH, PROBE_DNS, 100 * S), GATE_WAIT); // a clock that goes back
	assert_int_equal(ask(g, "20.0.8.1", GATE_WATCH, PROBE_DNS, 400 * S + 2 * MS), GATE_GO);
	gate_free(g);
}

static void test_back_off(void **state)
{
	(void)state;
	struct gate *g = gate_with(caps_default(), "20.0.0.0/8");
	struct addr a = addr("20.0.0.1");
	int64_t now = S;
	for (unsigned level = 1; level <= 6; level++) { // doubles up to 16 rounds
		int64_t interval = (660 * S) << (level < 4 ? level : 4);
		gate_back_off(g, &a, now);
		assert_int_equal(ask(g, "20.0.0.2", GATE_CENSUS, 0, now + interval - MS), GATE_BACKED_OFF);
		assert_int_equal(ask(g, "20.0.0.2", GATE_RECOVERY, 0, now + interval - MS), GATE_GO);
		assert_int_equal(ask(g, "20.0.0.3", GATE_WATCH, 0, now + interval - MS + 5 * MS), GATE_GO);
		assert_int_equal(ask(g, "20.0.1.2", GATE_CENSUS, 0, now + interval - MS + 10 * MS), GATE_GO);
		now += interval + 5 * S;
		assert_int_equal(ask(g, "20.0.0.2", GATE_CENSUS, 0, now), GATE_GO);
	}
	for (unsigned i = 0; i < 4; i++)
		gate_relax(g, &a);
	assert_int_equal(ask(g, "20.0.0.9", GATE_CENSUS, 0, now + 5 * S), GATE_GO);
	gate_relax(g, &a);
	gate_free(g);
}

// Many blocks prohibit: the table grows, forgets nobody below its limit, and stays within it.
static void test_back_off_many(void **state)
{
	(void)state;
	enum { MANY = 300000 };
	struct backoff *b = backoff_create(660 * S);
	for (uint64_t i = 1; i <= MANY; i++)
		backoff_raise(b, hash_mix(i), (int64_t)i);
	assert_int_equal(backoff_count(b), MANY);
	for (uint64_t i = 1; i <= MANY; i++)
		assert_int_equal(backoff_until(b, hash_mix(i)), (int64_t)i + 2 * 660 * S);
	for (uint64_t i = 1; i <= MANY; i += 2)
		backoff_lower(b, hash_mix(i));
	assert_int_equal(backoff_count(b), MANY / 2);
	assert_int_equal(backoff_until(b, hash_mix(1)), 0);
	for (uint64_t i = 0; i < 2500000; i++)
		backoff_raise(b, hash_mix(i + 1000000), 5);
	assert_true(backoff_bytes(b) <= 2 * BACKOFF_BLOCKS_MAX * 24ull + 4096);
	backoff_free(b);
}

// A fifth of a million different addresses at once: more than the tables hold. What does not fit waits; nothing is let through
// that the caps forbid, and memory stays what it was.
static void test_full(void **state)
{
	(void)state;
	struct caps caps = caps_default();
	caps.total_per_s = 2000;
	struct gate *g = gate_with(caps, "20.0.0.0/8");
	size_t bytes = gate_bytes(g);
	uint64_t waits = 0, goes = 0;
	for (uint32_t i = 0; i < 200000; i++) {
		struct gate_ask a = {
			.address = addr_v4(20u << 24 | i * 83 % 0x1000000), .network = 1 + i, .kind = GATE_WATCH};
		a.op = PROBE_SMTP; // five minutes in the table: 600,000 a packet rate of 2,000 would keep
		int64_t now = S + i * MS, until = 0;
		enum gate_answer answer = gate_ask(g, &a, now, &until);
		assert_true(answer == GATE_GO || (answer == GATE_WAIT && until > now));
		waits += answer == GATE_WAIT;
		goes += answer == GATE_GO;
		if (answer == GATE_GO) // it is remembered
			assert_int_equal(gate_ask(g, &a, now + 299 * MS, &until), GATE_WAIT);
	}
	assert_true(goes > 10000 && waits > 10000);
	assert_true(gate_bytes(g) - bytes < 1000);
	gate_free(g);
}

static void test_memory(void **state)
{
	(void)state;
	struct caps caps = caps_default();
	struct gate *g = gate_create(&caps);
	printf("%zu bytes at %u a second\n", gate_bytes(g), caps.total_per_s);
	assert_true(gate_bytes(g) < 1000000);
	gate_free(g);
	caps.total_per_s = CAPS_TOTAL_HARD;
	g = gate_create(&caps);
	printf("%zu bytes at %u a second\n", gate_bytes(g), caps.total_per_s);
	assert_true(gate_bytes(g) < 10000000);
	gate_free(g);
}

static void test_clamped(void **state)
{
	(void)state;
	struct caps wild = {
		.total_per_s = 1000000, .network_per_s = 100000, .block_per_round = 100000, .block_burst = 1000};
	struct caps held = caps_held(&wild), usual = caps_default();
	usual.total_per_s = CAPS_TOTAL_HARD;
	wild.census_per_round = 1000;
	held = caps_held(&wild);
	assert_memory_equal(&held, &usual, sizeof(held));
	wild.acknowledged = true;
	assert_int_equal(caps_held(&wild).total_per_s, 1000000);
}

static void test_share(void **state)
{
	(void)state;
	struct caps whole = caps_default(), part;
	for (uint32_t parts = 2; parts < 12; parts++) {
		part = caps_share(&whole, parts);
		assert_true(part.total_per_s * parts <= whole.total_per_s);
		assert_true(part.block_burst * parts <= whole.block_burst);
		assert_true(part.block_per_round * parts <= whole.block_per_round);
		assert_true(part.census_per_round * parts <= whole.census_per_round);
		assert_int_equal(part.census_gap_ms, whole.census_gap_ms * parts);
		assert_int_equal(part.check_gap_ms[PROBE_SMTP], 300000 * parts);
		struct gate *g = gate_with(part, "20.0.0.0/8");
		assert_int_equal(ask(g, "20.0.0.1", GATE_WATCH, 0, S),
				 parts <= 5 ? GATE_GO : GATE_WAIT); // 0 is left of 5
		gate_free(g);
	}
	part = caps_share(&whole, UINT32_MAX);
	assert_int_equal(part.total_per_s, 0);
	assert_int_equal(part.watch_gap_ms, UINT32_MAX);
	part = caps_share(&whole, 0);
	assert_memory_equal(&part, &whole, sizeof(part));
	whole.total_per_s = 1000000;
	assert_int_equal(caps_share(&whole, 2).total_per_s, CAPS_TOTAL_HARD / 2);
}

static const struct {
	const char *address;
	unsigned rfc; // 0: an ordinary address
} special[] = {
	{"0.0.0.0", 791},	  {"0.255.255.255", 791},     {"1.0.0.0", 0},	      {"9.255.255.255", 0},
	{"10.0.0.0", 1918},	  {"10.255.255.255", 1918},   {"11.0.0.0", 0},	      {"100.63.255.255", 0},
	{"100.64.0.0", 6598},	  {"100.127.255.255", 6598},  {"100.128.0.0", 0},     {"127.255.255.255", 1122},
	{"128.0.0.0", 0},	  {"169.253.255.255", 0},     {"169.254.0.0", 3927},  {"172.15.255.255", 0},
	{"172.16.0.0", 1918},	  {"172.31.255.255", 1918},   {"172.32.0.0", 0},      {"192.0.0.0", 6890},
	{"192.0.0.170", 6890},	  {"192.0.1.0", 0},	      {"192.0.2.0", 5737},    {"192.0.3.0", 0},
	{"192.31.196.255", 7535}, {"192.52.193.1", 7450},     {"192.88.99.1", 7526},  {"192.88.100.0", 0},
	{"192.168.0.0", 1918},	  {"192.169.0.0", 0},	      {"192.175.48.6", 7534}, {"198.17.255.255", 0},
	{"198.18.0.0", 2544},	  {"198.19.255.255", 2544},   {"198.20.0.0", 0},      {"198.51.100.9", 5737},
	{"203.0.113.9", 5737},	  {"223.255.255.255", 0},     {"224.0.0.0", 5771},    {"239.255.255.255", 5771},
	{"240.0.0.0", 1112},	  {"255.255.255.255", 1112},  {"::", 4291},	      {"::1", 4291},
	{"::ffff:8.8.8.8", 4291}, {"64:ff9b::8.8.8.8", 6052}, {"64:ff9b:1::1", 8215}, {"64:ff9c::1", 4291},
	{"100::1", 6666},	  {"100:0:0:1::1", 9780},     {"100:0:0:2::1", 0},    {"2001::1", 2928},
	{"2001:1ff::1", 2928},	  {"2001:200::1", 0},	      {"2001:db8::1", 3849},  {"2001:db8:ffff::1", 3849},
	{"2001:db9::1", 0},	  {"2002::1", 3056},	      {"2003::1", 0},	      {"2620:4f:8000::1", 7534},
	{"2620:4f:8001::1", 0},	  {"3fff::1", 9637},	      {"3fff:1000::1", 0},    {"5f00::1", 9602},
	{"fbff::1", 0},		  {"fc00::1", 4193},	      {"fdff:ffff::1", 4193}, {"fe00::1", 0},
	{"fe80::1", 4291},	  {"fec0::1", 3879},	      {"ff02::1", 4291},      {"2606:4700::1", 0},
};

static void test_special(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(special); i++) {
		struct addr a = addr(special[i].address);
		if (special_rfc(&a) != special[i].rfc || special_purpose(&a) != (special[i].rfc != 0))
			fail_msg("%s: RFC %u, expected %u", special[i].address, special_rfc(&a), special[i].rfc);
	}
	struct addr none = {0};
	assert_true(special_purpose(&none) && !special_loopback(&none) && !special_lab(&none));
}

static struct prefix some_prefix(struct random *r)
{
	struct prefix p = {0};
	bool v6 = random_next(r) % 3 == 0;
	uint64_t x = random_next(r) & 0xf0ff3f03ff00ff03ULL; // few bits, so that they nest and meet
	p.family = v6 ? FAMILY_V6 : FAMILY_V4;
	p.length = (uint8_t)(random_next(r) % (v6 ? 129u : 33u));
	memcpy(p.bytes, &x, v6 ? 8 : 4);
	if (v6)
		memcpy(p.bytes + 8, &x, 8);
	if (random_next(r) % 8 && p.length < 6) // the short ones would cover all
		p.length = v6 ? 60 : 20;
	prefix_mask(&p);
	return p;
}

// The first and last address of a prefix, one beyond either, or any.
static struct addr near_prefix(struct random *r, const struct prefix *p)
{
	struct addr a = {.family = p->family};
	unsigned bytes = family_bits(p->family) / 8, how = (unsigned)(random_next(r) % 5);
	memcpy(a.bytes, p->bytes, 16);
	for (unsigned i = p->length; how & 1 && i < bytes * 8; i++)
		a.bytes[i / 8] |= (uint8_t)(0x80 >> i % 8);
	for (unsigned i = bytes; how >= 2 && i-- > 0;) {
		a.bytes[i] = (uint8_t)(a.bytes[i] + (how & 1 ? 1 : 255));
		if (a.bytes[i] != (how & 1 ? 0 : 255))
			break;
	}
	return a;
}

static bool naive_has(const struct prefix *list, size_t n, const struct addr *a)
{
	for (size_t i = 0; i < n; i++)
		if (prefix_has(&list[i], a))
			return true;
	return false;
}

static void test_ranges(void **state)
{
	(void)state;
	enum { MOST = 600 };
	static struct prefix list[MOST];
	struct random r = random_seeded(3);
	unsigned in = 0, asked = 0;
	for (unsigned turn = 0; turn < 300; turn++) {
		struct ranges *s = ranges_create();
		size_t n = 0, most = turn % 3 ? random_next(&r) % 20 : random_next(&r) % MOST;
		while (n < most) {
			list[n] = some_prefix(&r);
			assert_int_equal(ranges_add(s, &list[n++]), 0);
			if (random_next(&r) % 8) // questions between additions, too
				continue;
			struct addr a = near_prefix(&r, &list[random_next(&r) % n]);
			assert_int_equal(ranges_has(s, &a), naive_has(list, n, &a));
		}
		for (unsigned i = 0; n && i < 300; i++) {
			struct addr a = near_prefix(&r, &list[random_next(&r) % n]);
			bool has = naive_has(list, n, &a);
			assert_int_equal(ranges_has(s, &a), has);
			in += has;
			asked++;
		}
		assert_int_equal(ranges_count(s), n);
		ranges_free(s);
	}
	assert_true(in > asked / 10 && in < asked - asked / 20); // both answers were tried
	ranges_free(NULL);
}

static void test_ranges_million(void **state)
{
	(void)state;
	struct gate *g = gate_with(caps_default(), "20.0.0.0/8");
	enum { MANY = 1000000 };
	struct prefix *list = calloc(MANY, sizeof(*list));
	for (uint32_t i = 0; i < MANY; i++) {
		struct addr a = addr_v4(20u << 24 | i * 8);
		list[i] = (struct prefix){.family = FAMILY_V4, .length = 32};
		memcpy(list[i].bytes, a.bytes, 4);
	}
	assert_int_equal(gate_opt_out(g, list, MANY), 0);
	for (uint32_t i = 0; i < MANY; i += 97) {
		struct addr out = addr_v4(20u << 24 | i * 8), in = addr_v4(20u << 24 | (i * 8 + 3));
		assert_int_equal(gate_admits(g, &out, GATE_WATCH), GATE_OPTED_OUT);
		assert_int_equal(gate_admits(g, &in, GATE_WATCH), GATE_GO);
	}
	free(list);
	gate_free(g);
}

static void test_names(void **state)
{
	(void)state;
	for (unsigned i = 0; i < GATE_ANSWERS; i++)
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(gate_answer_name(i), gate_answer_name(k));
	assert_string_equal(gate_answer_name(GATE_UNLISTED), "not on the allowlist");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_without_allowlist),
		cmocka_unit_test(test_allowlist),
		cmocka_unit_test(test_opt_out),
		cmocka_unit_test(test_named),
		cmocka_unit_test(test_lab),
		cmocka_unit_test(test_incident),
		cmocka_unit_test(test_back_off),
		cmocka_unit_test(test_back_off_many),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_clamped),
		cmocka_unit_test(test_share),
		cmocka_unit_test(test_special),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_ranges_million),
		cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
