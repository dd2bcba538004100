// SPDX-License-Identifier: ISC
// Tests: src/schedule/gate.c
// Where a name, a zone or a redirect leads: never inside. A thousand configurations (laboratory or not, allow lists that hold much,
// addresses of our own) are asked for addresses in every special range, as what was found; not one packet may go that must not.
#include "schedule/gate.h"
#include "schedule/special.h"

#include "../detect/random.h"
#include "base/attr.h"
#include "model/probe.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define S	       1000000000LL
#define CONFIGURATIONS 1000
#define TRIES	       40

// Retyped from IANA's registries, not taken from the program's table.
static const char *const never[] = {
	"0.0.0.0/8",	"100.64.0.0/10",  "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24",	  "192.88.99.0/24",
	"224.0.0.0/4",	"240.0.0.0/4",	  "::/128",	 "::1/128",	   "::ffff:0:0/96",	  "::ffff:7f00:0/104",
	"64:ff9b::/96", "64:ff9b:1::/48", "100::/64",	 "2001::/32",	   "2002::/16",		  "2002:7f00::/24",
	"fe80::/10",	"fec0::/10",	  "ff00::/8",	 "5f00::/16",	   "64:ff9b::7f00:0/104",
};
// What a laboratory is made of; outside of one they are as the others.
static const char *const laboratory[] = {"10.0.0.0/8",	   "172.16.0.0/12", "192.168.0.0/16",
					 "198.18.0.0/15",  "192.0.2.0/24",  "198.51.100.0/24",
					 "203.0.113.0/24", "fc00::/7",	    "2001:db8::/32"};
static const char *const wide[] = {"10.0.0.0/8",  "20.0.0.0/8", "172.16.0.0/12", "192.0.0.0/8",
				   "169.0.0.0/8", "fc00::/8",	"198.0.0.0/8"};
static const uint8_t found[] = {GATE_WATCH_FOUND, GATE_NAMED_FOUND, GATE_CONTROL_FOUND};

static struct prefix prefix(const char *text)
{
	struct prefix p;
	assert_int_equal(prefix_parse(text, &p), 0);
	return p;
}

static struct addr addr(const char *text)
{
	struct addr a;
	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

// Any address of the prefix; its first and last often.
static struct addr within(struct random *r, const struct prefix *p)
{
	struct addr a = {.family = p->family};
	unsigned way = (unsigned)(random_next(r) % 4);
	memcpy(a.bytes, p->bytes, sizeof(a.bytes));
	for (unsigned bit = p->length; bit < family_bits(p->family); bit++)
		if (way == 1 || (way > 1 && random_next(r) & 1))
			a.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	return a;
}

struct tried {
	struct gate *gate;
	bool lab, loopback_listed;
	struct addr own;
	int64_t now;
	uint64_t went, asked;
};

static struct tried configured(struct random *r)
{
	struct tried t = {.lab = random_next(r) & 1, .now = S};
	struct caps caps = t.lab ? caps_lab() : caps_default();
	caps.total_per_s = CAPS_TOTAL_HARD;
	t.gate = gate_create(&caps);
	for (size_t i = 0; i < ARRAY_LEN(wide); i++) {
		struct prefix p = prefix(wide[i]);
		if (random_next(r) & 1)
			assert_int_equal(gate_allow(t.gate, &p), 0);
	}
	t.own = addr(random_next(r) & 1 ? "20.1.2.3" : "10.1.2.3");
	struct prefix own = {.family = t.own.family, .length = 32};
	memcpy(own.bytes, t.own.bytes, sizeof(own.bytes));
	assert_int_equal(gate_own(t.gate, &own, 1), 0);
	return t;
}

static enum gate_answer ask(struct tried *t, const struct addr *a, uint8_t kind, uint8_t op)
{
	struct gate_ask ask = {.address = *a, .kind = kind, .op = op};
	int64_t until = 0;
	enum gate_answer answer = gate_ask(t->gate, &ask, t->now += 400 * S, &until);
	t->asked++;
	t->went += answer == GATE_GO;
	assert_int_equal(answer == GATE_GO, gate_admits(t->gate, a, kind) == GATE_GO);
	return answer;
}

static void test_a_name_never_leads_inside(void **state)
{
	(void)state;
	struct random r = random_seeded(13);
	uint64_t asked = 0;
	for (unsigned i = 0; i < CONFIGURATIONS; i++) {
		struct tried t = configured(&r);
		for (unsigned k = 0; k < TRIES; k++) {
			bool lab_range = !t.lab && random_next(&r) % 3 == 0;
			struct prefix p = prefix(lab_range ? laboratory[random_next(&r) % ARRAY_LEN(laboratory)]
							   : never[random_next(&r) % ARRAY_LEN(never)]);
			struct addr a = within(&r, &p);
			ask(&t, &a, found[random_next(&r) % ARRAY_LEN(found)],
			    (uint8_t)(random_next(&r) % PROBE_OP_COUNT));
		}
		if (!t.lab)
			for (size_t k = 0; k < ARRAY_LEN(found); k++)
				ask(&t, &t.own, found[k], PROBE_HTTP);
		assert_int_equal(t.went, 0);
		asked += t.asked;
		gate_free(t.gate);
	}
	printf("%u configurations, %llu addresses inside, 0 packets\n", CONFIGURATIONS, (unsigned long long)asked);
}

// The same gate lets through what is meant: else it would pass the test above by refusing everything.
static void test_what_may_be_asked(void **state)
{
	(void)state;
	struct caps caps = caps_default(), lab = caps_lab();
	struct tried t = {.gate = gate_create(&caps)}, in_lab = {.gate = gate_create(&lab)};
	struct addr out = addr("20.9.9.9"), typed = addr("127.0.0.1"), bench = addr("198.18.3.4");
	struct prefix allowed = prefix("20.0.0.0/8"), loopback = prefix("127.0.0.0/8");
	assert_int_equal(ask(&t, &out, GATE_WATCH_FOUND, 0), GATE_UNLISTED);
	assert_int_equal(ask(&t, &out, GATE_NAMED_FOUND, 0), GATE_GO);
	assert_int_equal(gate_allow(t.gate, &allowed), 0);
	assert_int_equal(ask(&t, &out, GATE_WATCH_FOUND, 0), GATE_GO);
	assert_int_equal(ask(&t, &typed, GATE_WATCH, 0), GATE_GO); // typed as an address
	assert_int_equal(ask(&t, &typed, GATE_WATCH_FOUND, 0), GATE_SPECIAL);
	assert_int_equal(gate_allow(t.gate, &loopback), 0); // typed as a range
	assert_int_equal(ask(&t, &typed, GATE_WATCH_FOUND, 0), GATE_GO);
	assert_int_equal(ask(&in_lab, &bench, GATE_WATCH_FOUND, 0), GATE_GO); // the laboratory's own needs no list
	assert_int_equal(ask(&in_lab, &bench, GATE_WATCH, 0), GATE_UNLISTED);
	assert_int_equal(ask(&in_lab, &out, GATE_WATCH_FOUND, 0), GATE_SPECIAL);
	gate_free(t.gate);
	gate_free(in_lab.gate);
}

// The operator's resolver may stand anywhere, but it is one machine, and whoever opted out is not asked even then.
static void test_resolver(void **state)
{
	(void)state;
	static const char *const fine[] = {"127.0.0.53", "::1",	       "10.0.0.1", "192.168.1.1",
					   "20.1.1.1",	 "100.64.0.1", "fd00::1"};
	static const char *const crowds[] = {"0.0.0.0", "255.255.255.255", "224.0.0.251", "ff02::fb",
					     "::",	"240.0.0.1"};
	struct caps caps = caps_default();
	struct tried t = {.gate = gate_create(&caps)};
	struct prefix out = prefix("20.1.1.0/24");
	for (size_t i = 0; i < ARRAY_LEN(fine); i++) {
		struct addr a = addr(fine[i]);
		assert_int_equal(ask(&t, &a, GATE_RESOLVER, PROBE_DNS), GATE_GO);
	}
	for (size_t i = 0; i < ARRAY_LEN(crowds); i++) {
		struct addr a = addr(crowds[i]);
		assert_int_equal(ask(&t, &a, GATE_RESOLVER, PROBE_DNS), GATE_SPECIAL);
	}
	struct addr opted = addr("20.1.1.1");
	assert_int_equal(gate_opt_out(t.gate, &out, 1), 0);
	assert_int_equal(ask(&t, &opted, GATE_RESOLVER, PROBE_DNS), GATE_OPTED_OUT);
	gate_free(t.gate);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_name_never_leads_inside),
		cmocka_unit_test(test_what_may_be_asked),
		cmocka_unit_test(test_resolver),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
