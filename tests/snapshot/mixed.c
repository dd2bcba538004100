// SPDX-License-Identifier: ISC
// The made-up world of the tests of snapshots.
#include "mixed.h"

#include "base/alloc.h"
#include "base/crc32c.h"
#include "model/observer.h"

#include <math.h>
#include <string.h>

#define HOSTS	     12 // of each country
#define OBSERVERS    3
#define SERIES_STEP  1800.0
#define SERIES_SINCE (-3 * 86400.0)
#define END	     900.0
#define LOST_FROM    300.0 // the first country
#define LOST_TO	     420.0

static uint32_t host_of(struct mixed *m, unsigned country, unsigned host, uint8_t op)
{
	struct addr a = {.bytes = {20, (uint8_t)country, (uint8_t)(host % 4), (uint8_t)(10 + host)},
			 .family = FAMILY_V4};
	return target_id(m->targets, &a, op, op == PROBE_ICMP_ECHO ? NULL : "www", op == PROBE_ICMP_ECHO ? 0 : 3);
}

static void list_add(struct mixed *m, const uint8_t bytes[4], uint8_t kind, uint32_t entity)
{
	struct target t = {.kind = kind, .entity = entity, .address.family = FAMILY_V4};
	memcpy(t.address.bytes, bytes, 4);
	target_list(m->targets, &t, kind == TARGET_SERVICE ? "http" : NULL);
}

static void probe_add(struct mixed *m, double at, unsigned observer, uint32_t target, bool ok)
{
	struct obs *o = scene_add(&m->land.scene, at, OBS_PROBE, PEER_NONE);
	o->collector = (uint16_t)observer;
	o->path_id = target;
	o->probe.op = target_at(m->targets, target)->op;
	o->probe.outcome = ok ? PROBE_OK : PROBE_TIMEOUT;
	o->rtt_us = ok ? 20000 + (uint32_t)(at * 7) % 900 : 0;
}

static bool is_lost(double at, unsigned country, unsigned host)
{
	return country == 0 ? at >= LOST_FROM + host && at < LOST_TO + host : at >= 600 && at < 660 && host % 2;
}

static void targets_list(struct mixed *m)
{
	list_add(m, (uint8_t[]){192, 0, 2, 1}, TARGET_CONTROL, ENTITY_NONE);
	for (unsigned i = 0; i < HOSTS; i += 3)
		list_add(m, (uint8_t[]){20, 0, (uint8_t)(i % 4), (uint8_t)(10 + i)}, TARGET_SERVICE, 0);
}

static void probes_add(struct mixed *m)
{
	struct addr control = {.bytes = {192, 0, 2, 1}, .family = FAMILY_V4};
	targets_list(m);
	for (double at = 10; at < END; at += 10)
		for (unsigned o = 0; o < OBSERVERS; o++) {
			bool blind = o == 2 && at >= 200 && at < 260;
			probe_add(m, at + o, o, target_id(m->targets, &control, PROBE_ICMP_ECHO, NULL, 0), !blind);
			for (unsigned i = 0; i < 2 * HOSTS; i++) {
				unsigned country = i / HOSTS, host = i % HOSTS;
				bool ok = !blind && !is_lost(at, country, host);
				uint8_t op = country == 0 && host % 3 == 0 ? PROBE_HTTP : PROBE_ICMP_ECHO;
				probe_add(m, at + o + 0.01 * i, o, host_of(m, country, host, op), ok);
			}
		}
}

static void series_add(struct mixed *m)
{
	for (uint32_t e = 0; e < 2; e++) {
		uint32_t id = series_id(m->targets, e, "bgp", 3);
		for (double at = SERIES_SINCE; at < END; at += SERIES_STEP) {
			struct obs *o = scene_add(&m->land.scene, at + e, OBS_SERIES, PEER_NONE);
			o->path_id = id;
			o->number = e == 0 && at > -4 * SERIES_STEP ? 12 : 100 + fmod(at, 7);
		}
	}
}

static void routes_add(struct mixed *m)
{
	struct land *l = &m->land;
	land_alive(l, 3, END);
	for (unsigned i = 0; i < LAND_PEERS; i++)
		for (unsigned k = 0; k < LAND_KX; k++) {
			land_withdraw(l, LOST_FROM + 20 + i * 0.3 + k * 0.1, i, k);
			land_announce(l, LOST_TO + 10 + i * 0.3 + k * 0.1, i, k);
		}
	scene_session(&l->scene, 500, l->peer[3], false);
	scene_session(&l->scene, 540, l->peer[3], true);
	scene_add(&l->scene, 700, OBS_RIB_BEGIN, PEER_NONE)->collector = peer_at(l->scene.peers, l->peer[0])->collector;
	for (unsigned i = 0; i < 5; i++) {
		scene_add(&l->scene, 700, OBS_RIB_PEER, l->peer[i]);
		for (unsigned k = 0; k < LAND_PREFIXES; k++)
			scene_route(&l->scene, 701 + k, OBS_RIB, l->peer[i], &l->prefix[k])->origin = land_origin(k);
	}
	scene_add(&l->scene, 760, OBS_RIB_END, PEER_NONE)->collector = peer_at(l->scene.peers, l->peer[0])->collector;
	struct prefix part = prefix_of("20.1.1.128/25");
	for (unsigned i = 0; i < LAND_PEERS; i++)
		scene_announce(&l->scene, 800 + i, l->peer[i], &part, 64999);
	struct obs *o = scene_add(&l->scene, 550, OBS_HEALTH, PEER_NONE);
	o->collector = 1;
	o->health.state = OBSERVER_BLIND;
	o->from = scene_time(545);
}

void mixed_open(struct mixed *m)
{
	memset(m, 0, sizeof(*m));
	land_open(&m->land);
	m->targets = target_table_create(&m->land.entities);
	for (unsigned o = 0; o < OBSERVERS; o++) {
		char id[] = {'o', (char)('a' + o), '\0'};
		observer_asn(m->targets, observer_id(m->targets, id, 2), 64600 + o);
	}
	routes_add(m);
	probes_add(m);
	series_add(m);
	scene_sort(&m->land.scene);
}

void mixed_close(struct mixed *m)
{
	target_table_free(m->targets);
	land_close(&m->land);
}

struct mixed mixed_anew(const struct mixed *m)
{
	struct mixed anew = *m;
	anew.land.scene.peers = peer_table_create();
	anew.targets = target_table_create(&m->land.entities);
	targets_list(&anew);
	return anew;
}

void mixed_forget(struct mixed *anew)
{
	peer_table_free(anew->land.scene.peers);
	target_table_free(anew->targets);
}

struct pipeline *mixed_pipeline(const struct mixed *m, const struct entity_list *entities, struct revision_sink out)
{
	struct pipeline_options options = {
		.peers = m->land.scene.peers,
		.targets = m->targets,
		.entities = entities ? entities : &m->land.entities,
		.definition = definition_default(),
		.full_floor = 5,
		.revisions = out,
	};
	return pipeline_create(&options);
}

void mixed_feed(const struct mixed *m, struct pipeline *p, size_t from, size_t to)
{
	for (size_t at = from; at < to; at += 64) {
		struct batch b = scene_batch(&m->land.scene, at, to - at < 64 ? to - at : 64);
		assert_int_equal(pipeline_take(p, &b), 0);
	}
}

static int bytes_keep(void *context, const void *bytes, size_t n)
{
	struct mixed_bytes *b = context;
	while (b->n + n > b->capacity) {
		b->capacity = b->capacity ? b->capacity * 2 : 65536;
		b->at = alloc_resize(b->at, b->capacity, 1);
	}
	memcpy(b->at + b->n, bytes, n);
	b->n += n;
	return 0;
}

void mixed_save(const struct mixed *m, struct pipeline *p, struct mixed_bytes *ret)
{
	struct snapshot_parts parts = {p, m->land.scene.peers, m->targets, "sources"};
	ret->n = 0;
	assert_int_equal(snapshot_save(&parts, (struct carry_sink){bytes_keep, ret}), 0);
}

int mixed_load(const struct mixed *m, const uint8_t *bytes, size_t n, struct pipeline *p)
{
	struct snapshot *s = NULL;
	int code = snapshot_open(bytes, n, &s);
	if (code == 0)
		code = snapshot_names(s, m->land.scene.peers, m->targets);
	if (code == 0)
		code = snapshot_load(s, p, m->targets);
	snapshot_close(s);
	return code;
}

void mixed_seal(uint8_t *bytes, size_t n)
{
	uint32_t sum;
	if (n < sizeof(sum))
		return;
	sum = crc32c(0, bytes, n - sizeof(sum));
	memcpy(bytes + n - sizeof(sum), &sum, sizeof(sum));
}
