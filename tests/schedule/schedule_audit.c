// SPDX-License-Identifier: ISC
// Is it us: each reason alone and at its threshold, the good second that a blind verdict goes back to, what is not judged.
#include "model/observer.h"
#include "schedule/audit.h"

#include "base/attr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MS    1000000LL
#define S     (1000 * MS)
#define EPOCH 1700000000LL

struct clock {
	struct audit audit;
	struct audit_sample sample;
};

static void begin(struct clock *c)
{
	struct audit_options o = {.every_ns = S, .window_ns = 5 * S};
	audit_begin(&c->audit, &o);
	c->sample = (struct audit_sample){
		.now_ns = 77 * S,
		.wall = instant_of(EPOCH, 400000000),
		.carrier = true,
		.controls_asked = 20,
		.controls_answered = 20,
	};
}

// A second later, with 1,000 probes and answers more.
static void later(struct clock *c, int64_t ns)
{
	c->sample.now_ns += ns;
	c->sample.wall.ns += ns;
	c->sample.sent += 1000;
	c->sample.kernel_sent += 1000;
	c->sample.received += 900;
	c->sample.lag_ns = MS;
}

static struct audit_verdict take(struct clock *c)
{
	return audit_take(&c->audit, &c->sample);
}

static void check(struct clock *c, uint8_t state, uint8_t reasons)
{
	struct audit_verdict v = take(c);
	assert_int_equal(v.state, state);
	assert_int_equal(v.reasons, reasons);
}

static void test_controls(void **state)
{
	(void)state;
	struct clock c;
	begin(&c);
	c.sample.controls_answered = 9;
	struct audit_verdict v = take(&c);
	assert_int_equal(v.state, AUDIT_BLIND);
	assert_int_equal(v.reasons, AUDIT_CONTROLS);
	assert_false(instant_known(v.good)); // never been well
	later(&c, S);
	c.sample.controls_answered = 10; // half is enough
	v = take(&c);
	assert_int_equal(v.state, AUDIT_OK);
	assert_int_equal(v.good.ns, (EPOCH + 1 - 5) * S); // before the window, the whole second
	for (int64_t i = 0; i < 3; i++) {
		later(&c, S);
		c.sample.controls_answered = 0;
		v = take(&c);
		assert_int_equal(v.state, AUDIT_BLIND);
		assert_int_equal(v.good.ns, (EPOCH + 1 - 5) * S); // stays
	}
	later(&c, S);
	c.sample.controls_asked = 3; // too few to tell
	check(&c, AUDIT_OK, 0);
	later(&c, S);
	c.sample.controls_asked = 4;
	c.sample.controls_answered = 1;
	check(&c, AUDIT_BLIND, AUDIT_CONTROLS);
	later(&c, S);
	c.sample.controls_asked = c.sample.controls_answered = 0;
	check(&c, AUDIT_OK, 0);
}

static void test_carrier_and_gap(void **state)
{
	(void)state;
	struct clock c;
	begin(&c);
	check(&c, AUDIT_OK, 0);
	later(&c, 3 * S);
	check(&c, AUDIT_OK, 0);
	later(&c, 3 * S + 1);
	struct audit_verdict v = take(&c);
	assert_int_equal(v.state, AUDIT_BLIND);
	assert_int_equal(v.reasons, AUDIT_GAP);
	assert_int_equal(v.good.ns, (EPOCH + 3 - 5) * S); // the gap is void, though all is well again
	later(&c, S);
	check(&c, AUDIT_OK, 0);
	later(&c, S);
	c.sample.carrier = false;
	check(&c, AUDIT_BLIND, AUDIT_CARRIER);
	later(&c, 3600 * S);
	c.sample.lag_ns = 3600 * S;
	c.sample.controls_answered = 0;
	check(&c, AUDIT_BLIND, AUDIT_CARRIER | AUDIT_GAP | AUDIT_CONTROLS | AUDIT_LAG);
}

static void test_lag(void **state)
{
	(void)state;
	struct clock c;
	begin(&c);
	c.sample.lag_ns = 50 * MS;
	check(&c, AUDIT_OK, 0);
	later(&c, S);
	c.sample.lag_ns = 50 * MS + 1;
	check(&c, AUDIT_DEGRADED, AUDIT_LAG);
	later(&c, S);
	check(&c, AUDIT_OK, 0);
}

static void test_loss(void **state)
{
	(void)state;
	struct clock c;
	begin(&c);
	check(&c, AUDIT_OK, 0);
	later(&c, S);
	c.sample.kernel_sent -= 1; // on its way
	check(&c, AUDIT_OK, 0);
	later(&c, S);
	c.sample.kernel_sent -= 2;
	check(&c, AUDIT_DEGRADED, AUDIT_LOSS);
	later(&c, S);
	check(&c, AUDIT_OK, 0); // of the last second, not of all time
	later(&c, S);
	c.sample.kernel_dropped += 1; // 1 of 901
	check(&c, AUDIT_DEGRADED, AUDIT_LOSS);
	later(&c, S);
	c.sample.received += 200;
	c.sample.kernel_dropped += 1; // 1 of 1,101
	check(&c, AUDIT_OK, 0);
	later(&c, S);
	c.sample.kernel_sent = AUDIT_UNKNOWN;
	check(&c, AUDIT_OK, 0);
	later(&c, S);
	c.sample.kernel_sent = 0; // known again: from here on
	check(&c, AUDIT_OK, 0);
	later(&c, S);
	c.sample.sent = c.sample.kernel_sent = c.sample.received = c.sample.kernel_dropped = 0; // begun anew
	check(&c, AUDIT_OK, 0);
}

static void test_clock(void **state)
{
	(void)state;
	static const int64_t steps[] = {S, -S, 3600 * S, -3600 * S, 101 * MS, -101 * MS};
	struct clock c;
	begin(&c);
	check(&c, AUDIT_OK, 0);
	later(&c, S);
	c.sample.wall.ns += 100 * MS;
	check(&c, AUDIT_OK, 0);
	for (unsigned i = 0; i < ARRAY_LEN(steps); i++) {
		later(&c, S);
		c.sample.wall.ns += steps[i];
		check(&c, AUDIT_DEGRADED, AUDIT_CLOCK);
		later(&c, S);
		check(&c, AUDIT_OK, 0);
	}
	// Set back and blind at once: the good second is never one that lies ahead.
	later(&c, S);
	c.sample.wall.ns -= 7200 * S;
	c.sample.carrier = false;
	struct audit_verdict v = take(&c);
	assert_int_equal(v.reasons, AUDIT_CARRIER | AUDIT_CLOCK);
	assert_true(v.good.ns <= c.sample.wall.ns - 5 * S);
}

static void test_words(void **state)
{
	(void)state;
	assert_int_equal(audit_why(0), OBSERVER_OTHER);
	assert_int_equal(audit_why(AUDIT_CONTROLS | AUDIT_LAG | AUDIT_CLOCK), OBSERVER_CONTROLS);
	assert_int_equal(audit_why(AUDIT_CONTROLS | AUDIT_CARRIER), OBSERVER_CARRIER); // it explains the controls
	for (unsigned i = 0; i < AUDIT_REASONS; i++) { // every reason is a word that readers of recordings know
		const char *word = observer_why_name(audit_why((uint8_t)(1u << i)));
		assert_int_not_equal(observer_why_of(word, strlen(word)), OBSERVER_OTHER);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_controls), cmocka_unit_test(test_carrier_and_gap), cmocka_unit_test(test_lag),
		cmocka_unit_test(test_loss),	 cmocka_unit_test(test_clock),		 cmocka_unit_test(test_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
