// SPDX-License-Identifier: ISC
// Every target is asked by both observers every 30 s, in a fixed order; events of the routing are strewn between.
#include "peace.h"

#include "base/alloc.h"
#include "engine/pipeline.h"

#include <math.h>
#include <stdlib.h>

#define STEP_S		30
#define BEGIN_S		1700000000
#define MACHINES	8
#define SERVICES	4 // on the first machines of each entity
#define TARGETS		(MACHINES + SERVICES)
#define OBSERVERS	2
#define CONTROLS	4 // of each observer
#define COLLECTORS	3
#define PEERS		12
#define PREFIXES	4 // of each entity
#define LOSS		0.003
#define TRUTH_S		1200 // the one outage there is lasts so long …
#define TRUTH_LAG_S	90   // … its routes leave so much later
#define REPAIR_MOST_S	7200
#define BATCH		256
#define WEAK_HOURS	24.0
#define STRONG_HOURS	720.0
#define OBSERVER_HOURS	12.0
#define COLLECTOR_HOURS 36.0
#define PEER_HOURS	24.0
#define ROUTE_HOURS	24.0  // of an entity: one peer loses one route for a moment
#define FLAP_HOURS	120.0 // of an entity: all of it is away for some seconds
#define FLAP_MOST_S	20

struct part { // something that fails and is mended
	double mtbf_hours;
	int64_t until; // second of its next change
	bool down;
};

struct land {
	struct peace *out;
	uint64_t dice;
	struct entity_list entities;
	struct target_table *targets;
	struct peer_table *peers;
	struct pipeline *pipeline;
	struct part *machines, *services, *flaps; // by entity × MACHINES, × SERVICES, × 1
	struct part controls[OBSERVERS * CONTROLS], observers[OBSERVERS], collectors[COLLECTORS], sessions[PEERS];
	double observer_loss[OBSERVERS];
	uint32_t *ids; // of targets, in the order of asking
	uint32_t (*paths)[3];
	struct obs *events; // of the routing in this step
	size_t event_count, event_capacity;
	struct obs batch[BATCH];
	size_t batched;
	int64_t truth_from, truth_to; // seconds
};

static uint64_t dice_next(struct land *l)
{
	l->dice ^= l->dice << 13, l->dice ^= l->dice >> 7, l->dice ^= l->dice << 17;
	return l->dice;
}

static double dice_unit(struct land *l) // (0, 1]
{
	return (double)((dice_next(l) >> 11) + 1) * 0x1p-53;
}

static double log_uniform(struct land *l, double low, double high)
{
	return low * exp(dice_unit(l) * log(high / low));
}

// Whether the part changed by `now`. Down for `low` to `high` seconds.
static bool part_step(struct land *l, struct part *p, int64_t now, double low, double high)
{
	if (now < p->until)
		return false;
	p->down = !p->down;
	double stay = p->down ? log_uniform(l, low, high) : -log(dice_unit(l)) * p->mtbf_hours * 3600;
	p->until = now + (int64_t)stay + 1;
	return true;
}

static void part_begin(struct land *l, struct part *p, double mtbf_hours)
{
	*p = (struct part){.mtbf_hours = mtbf_hours};
	p->until = BEGIN_S + 600 + (int64_t)(-log(dice_unit(l)) * mtbf_hours * 3600);
}

static void batch_flush(struct land *l)
{
	struct batch b = {.obs = l->batch, .count = l->batched, .words = l->paths[0]};
	b.word_count = (size_t)l->out->entities * PEERS * 3;
	if (pipeline_take(l->pipeline, &b) < 0)
		abort();
	l->out->observations += l->batched;
	l->batched = 0;
}

static void batch_put(struct land *l, const struct obs *o)
{
	l->batch[l->batched++] = *o;
	if (l->batched == BATCH)
		batch_flush(l);
}

// ---- the world ----

static uint32_t address_of(uint32_t entity, uint32_t machine)
{
	return 0x14000000u + entity * 1024 + machine * 128 + 10; // two machines in each /24
}

static void entity_make(struct land *l, uint32_t e)
{
	char id[32];
	snprintf(id, sizeof(id), "country/C%u", e);
	struct entity *entity = entity_add(&l->entities, id);
	struct prefix p = {.family = FAMILY_V4, .length = 22};
	struct addr a = addr_v4(address_of(e, 0));
	memcpy(p.bytes, a.bytes, sizeof(p.bytes));
	prefix_mask(&p);
	entity->watched = true;
	entity_prefix_add(entity, &p);
	part_begin(l, &l->flaps[e], FLAP_HOURS);
	for (uint32_t i = 0; i < MACHINES; i++)
		part_begin(l, &l->machines[e * MACHINES + i], i % 2 ? WEAK_HOURS : STRONG_HOURS);
	for (uint32_t i = 0; i < SERVICES; i++)
		part_begin(l, &l->services[e * SERVICES + i], i % 2 ? STRONG_HOURS : WEAK_HOURS);
}

static void targets_make(struct land *l)
{
	static const uint8_t ops[SERVICES] = {PROBE_HTTP, PROBE_DNS, PROBE_SMTP, PROBE_TLS};
	for (uint32_t e = 0; e < l->out->entities; e++)
		for (uint32_t i = 0; i < TARGETS; i++) {
			struct addr a = addr_v4(address_of(e, i % MACHINES));
			uint8_t op = i < MACHINES ? PROBE_ICMP_ECHO : ops[i - MACHINES];
			l->ids[e * TARGETS + i] = target_id(l->targets, &a, op, NULL, 0);
		}
	for (uint32_t i = 0; i < OBSERVERS * CONTROLS; i++) {
		struct target listed = {.address = addr_v4(0x08080800u + i), .op = PROBE_OP_COUNT};
		listed.kind = TARGET_CONTROL;
		listed.entity = ENTITY_NONE;
		target_list(l->targets, &listed, NULL);
		uint32_t id = target_id(l->targets, &listed.address, PROBE_ICMP_ECHO, NULL, 0);
		l->ids[l->out->entities * TARGETS + i] = id;
		part_begin(l, &l->controls[i], STRONG_HOURS);
	}
}

static void peers_make(struct land *l)
{
	char name[16];
	for (uint32_t i = 0; i < PEERS; i++) {
		struct peer p = {.address = addr_v4(0xc0000200u + i), .asn = 100 + i};
		snprintf(name, sizeof(name), "rc%u", i % COLLECTORS);
		p.collector = collector_id(l->peers, name);
		peer_id(l->peers, &p);
		part_begin(l, &l->sessions[i], PEER_HOURS);
	}
	for (uint32_t i = 0; i < COLLECTORS; i++)
		part_begin(l, &l->collectors[i], COLLECTOR_HOURS);
	for (uint32_t e = 0; e < l->out->entities; e++)
		for (uint32_t i = 0; i < PEERS; i++) {
			uint32_t *path = l->paths[e * PEERS + i];
			path[0] = 100 + i;
			path[1] = 50;
			path[2] = 64512 + e;
		}
}

// ---- routing ----

static struct obs *event_add(struct land *l, double at_s, uint8_t kind, uint32_t peer)
{
	alloc_grow((void **)&l->events, l->event_count, &l->event_capacity, sizeof(*l->events));
	struct obs *o = &l->events[l->event_count++];
	*o = (struct obs){.time = {(int64_t)(at_s * 1000) * 1000000}, .kind = kind, .peer = peer};
	o->collector = peer_at(l->peers, peer)->collector;
	return o;
}

static void route_add(struct land *l, double at_s, uint8_t kind, uint32_t peer, uint32_t prefix)
{
	struct obs *o = event_add(l, at_s, kind, peer);
	struct addr a = addr_v4(0x14000000u + prefix * 256);
	o->prefix = (struct prefix){.family = FAMILY_V4, .length = 24};
	memcpy(o->prefix.bytes, a.bytes, sizeof(o->prefix.bytes));
	if (kind != OBS_ANNOUNCE)
		return;
	o->path_at = (prefix / PREFIXES * PEERS + peer) * 3;
	o->path_count = 3;
	o->origin = l->paths[prefix / PREFIXES * PEERS + peer][2];
}

static void entity_routes(struct land *l, double at_s, uint8_t kind, uint32_t entity)
{
	for (uint32_t i = 0; i < PEERS; i++)
		for (uint32_t k = 0; k < PREFIXES; k++)
			if (!l->sessions[i].down && !l->collectors[i % COLLECTORS].down)
				route_add(l, at_s, kind, i, entity * PREFIXES + k);
}

static bool truth_unrouted(const struct land *l, double at_s)
{
	return at_s >= (double)l->truth_from + TRUTH_LAG_S && at_s < (double)l->truth_to;
}

static void session_change(struct land *l, double at_s, uint32_t peer, bool up)
{
	struct obs *o = event_add(l, at_s, OBS_SESSION, peer);
	o->session.old_state = up ? SESSION_IDLE : SESSION_ESTABLISHED;
	o->session.new_state = up ? SESSION_ESTABLISHED : SESSION_IDLE;
	for (uint32_t k = 0; up && k < l->out->entities * PREFIXES; k++)
		if (k / PREFIXES || !truth_unrouted(l, at_s))
			route_add(l, at_s + 0.5, OBS_ANNOUNCE, peer, k);
	if (up)
		event_add(l, at_s + 1, OBS_END_OF_RIB, peer)->prefix.family = FAMILY_V4;
}

static void sessions_step(struct land *l, int64_t now)
{
	bool was[PEERS];
	for (uint32_t i = 0; i < PEERS; i++) {
		was[i] = now > BEGIN_S && !l->sessions[i].down && !l->collectors[i % COLLECTORS].down;
		part_step(l, &l->sessions[i], now, 30, 300);
	}
	for (uint32_t i = 0; i < COLLECTORS; i++)
		l->out->collector_faults += part_step(l, &l->collectors[i], now, 60, 600) && l->collectors[i].down;
	for (uint32_t i = 0; i < PEERS; i++) {
		bool up = !l->sessions[i].down && !l->collectors[i % COLLECTORS].down;
		if (up != was[i])
			session_change(l, (double)now, i, up);
		else if (up)
			event_add(l, (double)now + 2, OBS_ALIVE, i);
	}
}

// One peer alone loses a route and has it again.
static void single_routes_step(struct land *l, int64_t now)
{
	double each = STEP_S / (ROUTE_HOURS * 3600) * l->out->entities;
	if (dice_unit(l) > each)
		return;
	uint32_t peer = (uint32_t)(dice_next(l) % PEERS);
	uint32_t prefix = (uint32_t)(dice_next(l) % ((uint64_t)l->out->entities * PREFIXES));
	if (prefix < PREFIXES || l->sessions[peer].down || l->collectors[peer % COLLECTORS].down)
		return;
	route_add(l, (double)now + 3, OBS_WITHDRAW, peer, prefix);
	route_add(l, (double)now + 3 + dice_unit(l) * 20, OBS_ANNOUNCE, peer, prefix);
}

static void flaps_step(struct land *l, int64_t now)
{
	for (uint32_t e = 1; e < l->out->entities; e++) {
		if (!part_step(l, &l->flaps[e], now, 5, FLAP_MOST_S) || !l->flaps[e].down)
			continue;
		entity_routes(l, (double)now + 5, OBS_WITHDRAW, e);
		entity_routes(l, (double)(l->flaps[e].until + 5), OBS_ANNOUNCE, e);
	}
}

static void truth_step(struct land *l, int64_t now)
{
	double gone = (double)l->truth_from + TRUTH_LAG_S;
	if (gone >= (double)now && gone < (double)now + STEP_S)
		entity_routes(l, gone, OBS_WITHDRAW, 0);
	if (l->truth_to >= now && l->truth_to < now + STEP_S)
		entity_routes(l, (double)l->truth_to, OBS_ANNOUNCE, 0);
}

static int by_time(const void *a, const void *b)
{
	const struct obs *x = a, *y = b;
	return x->time.ns < y->time.ns ? -1 : x->time.ns > y->time.ns;
}

// ---- probes ----

static void observers_step(struct land *l, int64_t now)
{
	for (uint32_t i = 0; i < OBSERVERS; i++)
		if (part_step(l, &l->observers[i], now, 120, 3600) && l->observers[i].down) {
			l->out->observer_faults++;
			l->observer_loss[i] = dice_next(l) % 2 ? 1 : 0.3 + 0.6 * dice_unit(l);
		}
	for (uint32_t i = 0; i < OBSERVERS * CONTROLS; i++)
		part_step(l, &l->controls[i], now, 300, REPAIR_MOST_S);
	for (uint32_t i = 0; i < l->out->entities * MACHINES; i++)
		l->out->machine_failures +=
			part_step(l, &l->machines[i], now, 300, REPAIR_MOST_S) && l->machines[i].down;
	for (uint32_t i = 0; i < l->out->entities * SERVICES; i++)
		part_step(l, &l->services[i], now, 300, REPAIR_MOST_S);
}

static bool target_down(const struct land *l, uint32_t place, int64_t at_s)
{
	uint32_t entity = place / TARGETS, i = place % TARGETS;
	bool truth = entity == 0 && at_s >= l->truth_from && at_s < l->truth_to;
	bool flap = l->flaps[entity].down && at_s % STEP_S >= 5 && at_s < l->flaps[entity].until + 5;
	bool service = i >= MACHINES && l->services[entity * SERVICES + i - MACHINES].down;
	return truth || flap || service || l->machines[entity * MACHINES + i % MACHINES].down;
}

static void probe_put(struct land *l, struct instant time, uint16_t observer, uint32_t id, bool down)
{
	double loss = l->observers[observer].down ? l->observer_loss[observer] : LOSS;
	bool lost = down || dice_unit(l) <= loss;
	struct obs o = {.time = time, .kind = OBS_PROBE, .collector = observer, .peer = PEER_NONE, .path_id = id};
	o.probe.op = target_at(l->targets, id)->op;
	o.probe.outcome = lost ? PROBE_TIMEOUT : PROBE_OK;
	o.rtt_us = lost ? 0 : 40000 + 20000u * observer + (uint32_t)(dice_next(l) % 3000);
	batch_put(l, &o);
}

static void ask_all(struct land *l, int64_t now)
{
	uint32_t places = l->out->entities * TARGETS, all = places + OBSERVERS * CONTROLS;
	size_t next = 0;
	for (uint32_t i = 0; i < all; i++)
		for (uint16_t observer = 0; observer < OBSERVERS; observer++) {
			// Controls stand between the others, as they do in the field.
			uint32_t place = (uint32_t)(((uint64_t)i * 7919) % all);
			struct instant time = {now * NS_PER_S + (int64_t)i * (STEP_S * NS_PER_S / all)};
			time.ns += observer * 1000000;
			while (next < l->event_count && l->events[next].time.ns <= time.ns)
				batch_put(l, &l->events[next++]);
			if (place < places)
				probe_put(l, time, observer, l->ids[place],
					  target_down(l, place, instant_seconds(time)));
			else if ((place - places) / CONTROLS == observer)
				probe_put(l, time, observer, l->ids[place], l->controls[place - places].down);
		}
	for (; next < l->event_count; next++)
		batch_put(l, &l->events[next]);
	l->event_count = 0;
}

// ---- what was said ----

// The interval of the start holds the truth, give or take a step.
static bool is_truth(const struct land *l, const struct incident *n)
{
	int64_t from = instant_seconds(n->story.start.from) - STEP_S, to = instant_seconds(n->story.start.to) + STEP_S;
	return n->story.entity == 0 && from <= l->truth_from && l->truth_from <= to;
}

// A machine that happens to be down when the others are back may prolong it.
static bool truth_told(const struct land *l, const struct incident *n)
{
	int64_t end = instant_known(n->story.end.best) ? instant_seconds(n->story.end.best) : 0;
	return n->story.scope == SCOPE_TOTAL && n->story.concurrency.known &&
	       strcmp(n->story.concurrency.verdict, "concurrent") == 0 && end >= l->truth_to - 2 * STEP_S &&
	       end <= l->truth_to + REPAIR_MOST_S;
}

static void incident_say(const struct land *l, const struct incident *n)
{
	FILE *f = l->out->says;
	if (!f)
		return;
	fprintf(f, "# false: %s scope %d fraction %.2f verdict %s expected %g failed %u of %u, %.0f s:", n->id,
		n->story.scope, n->story.fraction_down, n->story.concurrency.known ? n->story.concurrency.verdict : "-",
		n->story.concurrency.expected_per_year, n->story.concurrency.failed, n->story.concurrency.units,
		instant_known(n->story.end.best) ? instant_gap_s(n->story.start.best, n->story.end.best) : -1);
	for (size_t i = 0; i < n->story.signal_count; i++)
		fprintf(f, " %s", signal_name(n->story.signals[i].signal));
	fprintf(f, "\n");
}

static void incident_count(struct land *l, const struct incident *n)
{
	struct peace *out = l->out;
	bool concurrent = n->story.concurrency.known && strcmp(n->story.concurrency.verdict, "concurrent") == 0;
	bool partly = n->story.concurrency.known && strcmp(n->story.concurrency.verdict, "partial-concurrent") == 0;
	if (is_truth(l, n) && n->story.scope != SCOPE_SERVICE) {
		out->truths_found += truth_told(l, n);
		if (!truth_told(l, n))
			incident_say(l, n);
		return;
	}
	out->services += n->story.scope == SCOPE_SERVICE;
	out->outages += n->story.scope != SCOPE_SERVICE;
	out->concurrent += concurrent;
	out->partly += partly;
	if (n->story.scope != SCOPE_SERVICE || concurrent || partly)
		incident_say(l, n);
}

static void judge(struct land *l)
{
	const struct incident_list *all = pipeline_incidents(l->pipeline);
	const struct blind_list *blind = pipeline_blind(l->pipeline);
	for (size_t i = 0; i < all->count; i++)
		incident_count(l, &all->at[i]);
	for (size_t i = 0; i < blind->count; i++) {
		l->out->blind_observers += blind->at[i].kind == BLIND_OBSERVER;
		l->out->blind_collectors += blind->at[i].kind == BLIND_COLLECTOR;
	}
}

static void land_open(struct land *l, struct peace *p)
{
	uint32_t n = p->entities;
	*l = (struct land){.out = p, .dice = p->seed * 0x9e3779b97f4a7c15ULL | 1};
	l->machines = alloc_zero((size_t)n * MACHINES, sizeof(*l->machines));
	l->services = alloc_zero((size_t)n * SERVICES, sizeof(*l->services));
	l->flaps = alloc_zero(n, sizeof(*l->flaps));
	l->ids = alloc_zero((size_t)n * TARGETS + OBSERVERS * CONTROLS, sizeof(*l->ids));
	l->paths = alloc_zero((size_t)n * PEERS, sizeof(*l->paths));
	l->truth_from = BEGIN_S + (int64_t)p->days * 86400 * 6 / 10 / STEP_S * STEP_S + 7;
	l->truth_to = l->truth_from + TRUTH_S;
	l->peers = peer_table_create();
	for (uint32_t e = 0; e < n; e++)
		entity_make(l, e);
	l->targets = target_table_create(&l->entities);
	observer_asn(l->targets, observer_id(l->targets, "vp1", 3), 65001);
	observer_asn(l->targets, observer_id(l->targets, "vp2", 3), 65002);
	for (uint32_t i = 0; i < OBSERVERS; i++)
		part_begin(l, &l->observers[i], OBSERVER_HOURS);
	targets_make(l);
	peers_make(l);
	struct pipeline_options options = {
		.peers = l->peers,
		.entities = &l->entities,
		.definition = definition_default(),
		.full_floor = 5,
		.targets = l->targets,
	};
	l->pipeline = pipeline_create(&options);
}

static void land_close(struct land *l)
{
	pipeline_free(l->pipeline);
	target_table_free(l->targets);
	peer_table_free(l->peers);
	entity_list_free(&l->entities);
	free(l->machines);
	free(l->services);
	free(l->flaps);
	free(l->ids);
	free(l->paths);
	free(l->events);
	free(l);
}

void peace_run(struct peace *p)
{
	struct land *l = alloc_zero(1, sizeof(*l));
	land_open(l, p);
	for (int64_t now = BEGIN_S; now < BEGIN_S + (int64_t)p->days * 86400; now += STEP_S) {
		observers_step(l, now);
		sessions_step(l, now);
		single_routes_step(l, now);
		flaps_step(l, now);
		truth_step(l, now);
		if (l->event_count)
			qsort(l->events, l->event_count, sizeof(*l->events), by_time);
		ask_all(l, now);
	}
	batch_flush(l);
	pipeline_finish(l->pipeline);
	judge(l);
	land_close(l);
}
