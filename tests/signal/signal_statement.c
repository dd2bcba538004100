// SPDX-License-Identifier: ISC
// What observers say of themselves: spans, repetitions, stragglers, flapping; and what it does to pulses and changes.
#include "../unit/unit.h"

#include "model/observer.h"
#include "signal/reach.h"
#include "signal/statement.h"

#include <stdbool.h>
#include <string.h>

#define BEGIN_S 1700000000

struct heard { // by the sink of reach
	size_t pulses, impaired, lost, changes, told;
	struct observer_change change[8];
};

static struct obs word(double at, double from, uint8_t state, uint8_t why)
{
	struct obs o = {.kind = OBS_HEALTH, .peer = PEER_NONE, .time = {(int64_t)((BEGIN_S + at) * 1e3) * 1000000}};
	o.from.ns = (int64_t)((BEGIN_S + from) * 1e3) * 1000000;
	o.health.state = state;
	o.health.why = why;
	return o;
}

static bool impaired_at(const struct statement *t, double at)
{
	return statement_impaired(t, (int64_t)((BEGIN_S + at) * 1e3) * 1000000);
}

static size_t take(struct statement *t, struct obs o, struct observer_change ret[2])
{
	return statement_take(t, &o, 0, ret);
}

static void spans(void **state)
{
	(void)state;
	struct statement t;
	struct observer_change c[2];
	statement_init(NULL, &t);
	assert_false(impaired_at(&t, 0));
	assert_int_equal(take(&t, word(1, 1, OBSERVER_OK, OBSERVER_OTHER), c), 0);
	assert_int_equal(take(&t, word(10, 8, OBSERVER_BLIND, OBSERVER_CARRIER), c), 1);
	assert_true(c[0].impaired && !c[0].degraded && c[0].from.ns == (BEGIN_S + 8) * NS_PER_S);
	assert_string_equal(c[0].why, observer_why_text(OBSERVER_CARRIER));
	assert_int_equal(take(&t, word(12, 12, OBSERVER_BLIND, OBSERVER_CARRIER), c), 0);
	// Another reason: one state ends where the other begins, and it stays impaired.
	assert_int_equal(take(&t, word(14, 13, OBSERVER_BLIND, OBSERVER_GATEWAY), c), 2);
	assert_true(!c[0].impaired && c[1].impaired && c[0].from.ns == c[1].from.ns);
	assert_string_equal(c[0].why, observer_why_text(OBSERVER_CARRIER));
	assert_string_equal(c[1].why, observer_why_text(OBSERVER_GATEWAY));
	// Blind no more, but not well.
	assert_int_equal(take(&t, word(20, 20, OBSERVER_DEGRADED, OBSERVER_LAG), c), 2);
	assert_true(!c[0].impaired && !c[0].degraded && c[1].impaired && c[1].degraded);
	assert_int_equal(take(&t, word(30, 29, OBSERVER_OK, OBSERVER_OTHER), c), 1);
	assert_true(!c[0].impaired && c[0].degraded);
	assert_string_equal(c[0].why, observer_why_text(OBSERVER_LAG));
	static const struct {
		double at;
		bool impaired;
	} rows[] = {{7.9, false}, {8, true}, {13, true}, {19.9, true}, {20, false}, {25, false}, {31, false}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(impaired_at(&t, rows[i].at), rows[i].impaired);
}

static void stragglers(void **state)
{
	(void)state;
	struct statement t;
	struct observer_change c[2];
	statement_init(NULL, &t);
	take(&t, word(10, 10, OBSERVER_BLIND, OBSERVER_CARRIER), c);
	assert_int_equal(take(&t, word(9, 9, OBSERVER_OK, OBSERVER_OTHER), c), 0);
	assert_true(impaired_at(&t, 100));
	// "ok" since before the blindness: no span of negative length.
	assert_int_equal(take(&t, word(11, 5, OBSERVER_OK, OBSERVER_OTHER), c), 1);
	assert_true(c[0].from.ns == (BEGIN_S + 10) * NS_PER_S);
	assert_false(impaired_at(&t, 10) || impaired_at(&t, 100));
}

static void own_loss(void **state)
{
	(void)state;
	struct statement t;
	struct observer_change c[2];
	statement_init(NULL, &t);
	struct obs o = word(10, 10, OBSERVER_DEGRADED, OBSERVER_OWN_LOSS);
	o.loss_ppm = 100000 - 1;
	assert_int_equal(take(&t, o, c), 1);
	assert_true(c[0].degraded && !impaired_at(&t, 10));
	o = word(20, 20, OBSERVER_DEGRADED, OBSERVER_OWN_LOSS);
	o.loss_ppm = 100000;
	assert_int_equal(take(&t, o, c), 2);
	assert_true(!c[1].degraded && impaired_at(&t, 20) && !impaired_at(&t, 19));
}

// More spans than are kept: those that no probe waits for are forgotten, else what lies between counts as impaired.
static void flapping(void **state)
{
	(void)state;
	struct statement t;
	struct observer_change c[2];
	for (int forget = 0; forget < 2; forget++) {
		statement_init(NULL, &t);
		for (int i = 0; i < 3 * STATEMENT_SPANS; i++) {
			struct obs blind = word(i * 10, i * 10, OBSERVER_BLIND, OBSERVER_CARRIER);
			struct obs ok = word(i * 10 + 5, i * 10 + 5, OBSERVER_OK, OBSERVER_OTHER);
			int64_t oldest = forget ? blind.time.ns - 30 * NS_PER_S : 0;
			assert_int_equal(statement_take(&t, &blind, oldest, c), 1);
			assert_int_equal(statement_take(&t, &ok, oldest, c), 1);
			assert_true(impaired_at(&t, i * 10 + 1) && !impaired_at(&t, i * 10 + 6));
		}
		int last = 3 * STATEMENT_SPANS - 1;
		for (int i = last - 2; i <= last; i++)
			assert_true(impaired_at(&t, i * 10 + 1));
		assert_true(impaired_at(&t, last * 10 - 14) == !forget); // between the two before the last
		assert_false(impaired_at(&t, last * 10 - 4));
		assert_true(impaired_at(&t, 1) == !forget && t.count <= STATEMENT_SPANS);
	}
}

static void on_pulse(void *context, const struct pulse *p)
{
	struct heard *h = context;
	h->pulses++;
	for (size_t i = 0; i < p->view_count; i++)
		h->impaired += p->views[i].impaired;
	h->lost += p->units - p->units_up;
}

static void on_change(void *context, const struct target_change *c)
{
	struct heard *h = context;
	h->changes += c->down;
}

static void on_observer(void *context, const struct observer_change *c)
{
	struct heard *h = context;
	assert_true(h->told < ARRAY_LEN(h->change));
	h->change[h->told++] = *c;
}

// One observer, one target, an interval of 10 s; all fails from 600 s to 700 s.
static struct heard watch(const struct obs *words, size_t n)
{
	struct heard h = {0};
	struct entity_list entities = {0};
	struct addr a = addr_v4(0x0a000000);
	entity_range_add(entity_add(&entities, "country/KX"), &a, &a);
	struct target_table *targets = target_table_create(&entities);
	observer_id(targets, "vp1", 3);
	target_id(targets, &a, PROBE_ICMP_ECHO, NULL, 0);
	struct reach_sink sink = {.pulse = on_pulse, .change = on_change, .observer = on_observer, .context = &h};
	struct reach *reach = reach_create(NULL, targets, 1, sink);
	for (int i = 0, next = 0; i < 100; i++) {
		struct obs o = {.kind = OBS_PROBE, .peer = PEER_NONE, .time = {(BEGIN_S + i * 10) * NS_PER_S}};
		o.probe.outcome = i >= 60 && i < 70 ? PROBE_TIMEOUT : PROBE_OK;
		for (; (size_t)next < n && words[next].time.ns <= o.time.ns; next++)
			reach_health(reach, &words[next]);
		reach_take(reach, &o);
	}
	reach_finish(reach);
	reach_free(reach);
	target_table_free(targets);
	entity_list_free(&entities);
	return h;
}

static void joined(void **state)
{
	(void)state;
	struct heard h = watch(NULL, 0);
	assert_int_equal(h.pulses, 100);
	assert_int_equal(h.impaired, 0);
	assert_int_equal(h.lost, 10);
	assert_int_equal(h.changes, 1);
	// Said two intervals late, dated back: those that wait are still judged by it.
	struct obs words[] = {word(620, 600, OBSERVER_BLIND, OBSERVER_CARRIER),
			      word(700, 700, OBSERVER_OK, OBSERVER_OTHER)};
	h = watch(words, ARRAY_LEN(words));
	assert_int_equal(h.pulses, 100);
	assert_int_equal(h.impaired, 10);
	assert_int_equal(h.lost, 0);
	assert_int_equal(h.changes, 0);
	assert_int_equal(h.told, 2);
	assert_true(h.change[0].impaired && !h.change[1].impaired);
	// Of the end only: what was seen before counts.
	words[0] = word(650, 650, OBSERVER_BLIND, OBSERVER_CARRIER);
	h = watch(words, ARRAY_LEN(words));
	assert_int_equal(h.lost, 5);
	assert_int_equal(h.impaired, 5);
	assert_int_equal(h.changes, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spans),    cmocka_unit_test(stragglers), cmocka_unit_test(own_loss),
		cmocka_unit_test(flapping), cmocka_unit_test(joined),
	};
	return cmocka_run_group_tests_name("told", tests, NULL, NULL);
}
