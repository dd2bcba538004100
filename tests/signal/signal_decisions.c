// SPDX-License-Identifier: ISC
// Every number of peers, observers and targets is asked for: at one end of its bounds something that is said of made-up data
// is another thing.
#include "../unit/unit.h"

#include "base/attr.h"
#include "base/hash.h"
#include "model/observer.h"
#include "signal/health.h"
#include "signal/reach.h"

#include <string.h>

#define START_S	 1700000000
#define PEERS	 8
#define ENTITIES 6
#define HOSTS	 3 // of an entity
#define CONTROLS 4

static uint64_t random_next(uint64_t *state)
{
	return hash_mix(++*state);
}

static struct instant at_s(int64_t s)
{
	return instant_of(START_S + s, 0);
}

// ---- peers ----

static void peer_step(struct health *h, uint32_t peer, int64_t s, uint64_t *random)
{
	struct health_peer *p = health_of(h, peer);
	bool silent = peer == 1 && s > 3000 && s < 3100 + (int64_t)(random_next(random) % 2);
	bool pause = peer == 2 && s % 1000 < 25;
	if (peer >= 6) { // one without KEEPALIVEs that pauses ever longer, one of which there is only a table
		if (peer == 6 && s % 2 == 0 && s % 700 < 700 - s / 40)
			health_heard(h, peer, at_s(s), false);
		if (peer == 7 && s % 5000 == 0) {
			p->size[0] = 20000;
			health_dumped(h, peer, at_s(s), false);
		}
	} else if (!silent && !pause && s % (4 + peer) == 0)
		health_heard(h, peer, at_s(s), true);
	if (s < 40 || (s > 6000 && s < 6050 && peer == 3)) {
		p->size[0] += s < 20 ? 1000 : s % 3 == 0 && peer == 3 ? 300 : 0;
		for (int i = 0; i < (s < 20 ? 50 : s % 3 == 0 && peer % 2 ? 8 : 0); i++)
			health_learned(h, peer, at_s(s));
	}
	if (peer == 4 && s == 2000)
		p->size[0] = 6000; // loses most of its table alone
	if (peer == 4 && s == 2500)
		p->size[0] = 20000;
	if (peer == 5 && s % 5000 == 1500)
		health_suspect(h, peer, at_s(s));
	if (peer == 3 && (s == 5990 || s == 9000))
		health_session(h, peer, at_s(s), false);
	if (peer == 3 && (s == 6000 || s == 9100)) {
		health_session(h, peer, at_s(s), true);
		p->size[0] = s == 6000 ? 0 : 18500;
	}
	if (peer == 3 && s == 9105)
		health_dumped(h, peer, at_s(s), true);
}

static uint64_t peers_hash(const struct decisions *d)
{
	struct peer_table *t = peer_table_create();
	const uint32_t floor[2] = {10000, 10000};
	uint64_t hash = 0, random = 0;
	for (uint32_t i = 0; i < PEERS; i++) {
		struct peer p = {.asn = 100 + i, .address = addr_v4(0x0a000001 + i)};
		p.collector = collector_id(t, i < 3 ? "one" : i < 6 ? "two" : i < 7 ? "three" : "four");
		assert_int_equal(peer_id(t, &p), i);
	}
	struct health *h = health_create(d, t, 0.8, floor);
	for (int64_t s = 0; s < 12000; s++) {
		for (uint32_t i = 0; i < PEERS; i++)
			peer_step(h, i, s, &random);
		health_judge(h, at_s(s));
		for (uint32_t i = 0; i < PEERS; i++)
			hash = hash_pair(hash, hash_pair(health_of(h, i)->why[0], health_of(h, i)->known[0]));
	}
	health_free(h);
	peer_table_free(t);
	return hash;
}

// ---- observers and targets ----

static void on_pulse(void *context, const struct pulse *p)
{
	uint64_t *hash = context;
	*hash = hash_pair(*hash, hash_pair((uint64_t)p->time.ns, hash_pair(p->entity, (uint64_t)p->width_ns)));
	for (size_t i = 0; i < p->view_count; i++)
		*hash = hash_pair(*hash,
				  hash_pair(p->views[i].impaired, hash_pair(p->views[i].sent, p->views[i].lost)));
}

static void on_change(void *context, const struct target_change *c)
{
	uint64_t *hash = context;
	*hash = hash_pair(*hash, hash_pair(c->target, hash_pair((uint64_t)c->decided.ns, c->down)));
}

static void on_observer(void *context, const struct observer_change *c)
{
	uint64_t *hash = context;
	*hash = hash_pair(*hash,
			  hash_pair(c->observer, hash_pair((uint64_t)c->from.ns, c->impaired + 2u * c->degraded)));
}

// Whether a probe of this round is answered.
static bool answered(int64_t round, uint16_t observer, uint32_t target, uint64_t *random)
{
	uint64_t dice = random_next(random) % 100;
	bool control = target >= ENTITIES * HOSTS;
	if (control && target == ENTITIES * HOSTS && round > 100 && round < 160)
		return false; // one control is dead for long
	if (control && observer == 0 && round % 70 == 50)
		return target % 2 == 0; // half of the controls fail in one round
	if (control && observer == 0 && round > 200 && round < 206)
		return false;
	if (!control && observer == 0 && round > 250 && round < 262)
		return target / HOSTS > 2 ||
		       (dice < 30 && round > 256); // half of the entities fail at one observer alone
	if (!control && observer == 0 && round > 262 && round < 270)
		return target / HOSTS > 0; // one entity
	if (!control && target == 4 && round % 23 < 12)
		return round % 3 == 0 || round % 23 > 9;
	return dice < 97;
}

static struct target_table *targets_make(struct entity_list *entities)
{
	for (uint32_t e = 0; e < ENTITIES; e++) {
		char id[] = "country/AX";
		id[9] = (char)('A' + e);
		struct entity *one = entity_add(entities, id);
		struct addr first = addr_v4(0x0a000000 + (e << 16)), last = addr_v4(0x0a00ffff + (e << 16));
		entity_range_add(one, &first, &last);
	}
	struct target_table *t = target_table_create(entities);
	observer_id(t, "vp1", 3);
	observer_id(t, "vp2", 3);
	for (uint32_t i = 0; i < ENTITIES * HOSTS; i++) {
		struct addr a = addr_v4(0x0a000001 + (i / HOSTS << 16) + i % HOSTS);
		assert_int_equal(target_id(t, &a, PROBE_ICMP_ECHO, NULL, 0), i);
	}
	for (uint32_t i = 0; i < CONTROLS; i++) {
		struct target listed = {
			.address = addr_v4(0xc0000201 + i), .op = PROBE_OP_COUNT, .kind = TARGET_CONTROL};
		listed.entity = ENTITY_NONE;
		target_list(t, &listed, NULL);
		target_id(t, &listed.address, PROBE_ICMP_ECHO, NULL, 0);
	}
	return t;
}

static void round_take(struct reach *r, int64_t round, uint64_t *random)
{
	int64_t width = round < 12 ? 5 : 10; // a beginning that is faster than what is usual
	int64_t begin = round < 12 ? round * 5 : 60 + (round - 12) * 10;
	for (uint32_t i = 0; i < ENTITIES * HOSTS + CONTROLS; i++)
		for (uint16_t o = 0; o < 2; o++) {
			bool absent = o == 1 && ((round > 300 && round < 307) || round % 90 == 20);
			struct obs probe = {.kind = OBS_PROBE, .observer = o, .target = i};
			probe.time = instant_of(START_S + begin, i * 1000 + o);
			probe.probe.op = PROBE_ICMP_ECHO;
			probe.probe.outcome = answered(round, o, i, random) ? PROBE_OK : PROBE_TIMEOUT;
			if (!absent)
				reach_take(r, &probe);
		}
	struct obs soon = {.kind = OBS_PROBE, .time = at_s(1)}; // the first gap is not the usual one
	soon.probe.op = PROBE_ICMP_ECHO;
	soon.probe.outcome = PROBE_OK;
	if (round == 0)
		reach_take(r, &soon);
	struct obs health = {.kind = OBS_HEALTH, .time = at_s(begin + width - 1)};
	health.from = health.time;
	health.health.state = round == 350 || round == 370 ? OBSERVER_DEGRADED : OBSERVER_OK;
	health.health.why = OBSERVER_OWN_LOSS;
	health.loss_ppm = round == 350 ? 60000 : 200000;
	if (round == 350 || round == 360 || round == 370 || round == 380)
		reach_health(r, &health);
}

static uint64_t probes_hash(const struct decisions *d)
{
	uint64_t hash = 0, random = 9;
	struct entity_list entities = {0};
	struct target_table *t = targets_make(&entities);
	struct reach_sink sink = {.pulse = on_pulse, .change = on_change, .observer = on_observer, .context = &hash};
	struct reach *r = reach_create(d, t, ENTITIES, sink);
	for (int64_t round = 0; round < 400; round++)
		round_take(r, round, &random);
	reach_finish(r);
	reach_free(r);
	target_table_free(t);
	entity_list_free(&entities);
	return hash;
}

static void every_number_is_asked_for(void **state)
{
	static const struct decision_table *const tables[] = {&signal_decisions};
	(void)state;
	uint64_t plain = hash_pair(peers_hash(NULL), probes_hash(NULL));
	size_t missed = 0;
	for (size_t i = 0; i < signal_decisions.count; i++) {
		const struct decision *row = &signal_decisions.rows[i], *told;
		bool routes = strncmp(row->name, "routes.", 7) == 0 ||
			      strcmp(row->name, "health.dump_share_min") == 0 ||
			      strcmp(row->name, "health.steady") == 0;
		bool moved = routes; // of the table and its sessions: their own tests
		for (int high = 0; high < 2 && !moved; high++) {
			struct decisions d;
			decisions_join(tables, ARRAY_LEN(tables), &d);
			assert_int_equal(decisions_set(&d, row->name, high ? row->high : row->low, &told), 0);
			moved = hash_pair(peers_hash(&d), probes_hash(&d)) != plain;
		}
		if (!moved)
			print_error("%s moves nothing\n", row->name);
		missed += !moved;
	}
	assert_int_equal(missed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_number_is_asked_for)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
