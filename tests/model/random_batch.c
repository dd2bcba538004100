// SPDX-License-Identifier: ISC
// See random_batch.h.
#include "random_batch.h"

#include "model/observer.h"
#include "model/peer.h"
#include "model/probe.h"

#include <string.h>

static uint64_t dice(struct random_batch *r, uint64_t sides)
{
	return unit_random(&r->random) % sides;
}

static struct prefix some_prefix(struct random_batch *r, bool whole)
{
	struct prefix p = {.family = dice(r, 3) ? FAMILY_V4 : FAMILY_V6};
	unsigned bits = family_bits(p.family);
	p.length = (uint8_t)(whole ? bits : dice(r, bits + 1));
	for (unsigned i = 0; i < bits / 8; i++)
		p.bytes[i] = (uint8_t)dice(r, 256);
	prefix_mask(&p);
	return p;
}

static void announce(struct random_batch *r, uint8_t kind)
{
	static const char *const entities[] = {"country/KX", "country/ZZ", "region/7"};
	struct batch_name n = {.kind = kind, .number = r->announced[kind]};
	struct prefix p = some_prefix(r, true);
	char text[64];
	snprintf(text, sizeof(text), "name-%u-%u", kind, n.number);
	if (kind == NAME_PEER && !r->announced[NAME_COLLECTOR])
		return;
	if (kind == NAME_PEER || kind == NAME_TARGET) {
		n.address.family = p.family;
		memcpy(n.address.bytes, p.bytes, sizeof(p.bytes));
		n.address.bytes[0] = (uint8_t)n.number;
		n.address.bytes[1] = (uint8_t)(n.number >> 8);
	}
	n.op = kind == NAME_TARGET ? (uint8_t)dice(r, PROBE_OP_COUNT) : 0;
	n.asn = kind == NAME_PEER || kind == NAME_OBSERVER ? (uint32_t)dice(r, 1u << 31) : 0;
	n.view = kind == NAME_PEER ? (uint8_t)dice(r, PEER_VIEW_LOC_RIB + 1) : 0;
	n.collector = kind == NAME_PEER ? (uint16_t)dice(r, r->announced[NAME_COLLECTOR]) : 0;
	bool texts = kind != NAME_PEER &&
		     (kind == NAME_COLLECTOR || kind == NAME_OBSERVER || kind == NAME_SERIES || dice(r, 2));
	batch_room_name(&r->room, &n, texts ? text : NULL, strlen(text),
			kind == NAME_SERIES ? entities[dice(r, 3)] : NULL);
	r->announced[kind]++;
}

// A number of the kind that was announced.
static uint32_t some(struct random_batch *r, uint8_t kind)
{
	return (uint32_t)dice(r, r->announced[kind]);
}

static void put_routing(struct random_batch *r, struct obs *o, uint32_t path[8])
{
	o->collector = (uint16_t)some(r, NAME_COLLECTOR);
	o->peer = dice(r, 4) ? some(r, NAME_PEER) : PEER_NONE;
	if (o->kind == OBS_ANNOUNCE || o->kind == OBS_RIB || o->kind == OBS_WITHDRAW)
		o->prefix = some_prefix(r, false);
	if (o->kind == OBS_ANNOUNCE || o->kind == OBS_RIB) {
		o->path_count = (uint16_t)dice(r, 8);
		o->origin = (uint32_t)dice(r, 1u << 31);
		for (uint16_t i = 0; i < o->path_count; i++)
			path[i] = (uint32_t)dice(r, 1u << 31);
	}
	if (o->kind == OBS_SESSION) {
		o->session.cause = (uint8_t)dice(r, SESSION_CAUSE_LOCAL_SYSTEM + 1);
		o->closing.with_text = (uint8_t)dice(r, 2);
	}
	if (o->kind == OBS_GAP || o->kind == OBS_FEED_END || o->kind == OBS_TIME)
		o->source = some(r, NAME_SOURCE);
	if (o->kind == OBS_END_OF_RIB)
		o->prefix.family = FAMILY_V6;
	if (o->kind == OBS_KEPT) {
		o->from = o->time;
		o->time = INSTANT_NONE;
		o->kept_s = (uint32_t)dice(r, 86400);
	}
}

static void put_measured(struct random_batch *r, struct obs *o)
{
	o->peer = PEER_NONE;
	o->observer = o->kind == OBS_SERIES ? 0 : (uint16_t)some(r, NAME_OBSERVER);
	if (o->kind == OBS_SERIES) {
		o->series = some(r, NAME_SERIES);
		o->number = (double)dice(r, 1000) / 7;
	} else if (o->kind == OBS_HEALTH) {
		o->health.state = (uint8_t)dice(r, OBSERVER_STATE_COUNT);
		o->health.why = (uint8_t)dice(r, OBSERVER_WHY_COUNT);
		o->from = o->time;
		o->loss_ppm = (uint32_t)dice(r, OBS_LOSS_WHOLE + 1);
	} else {
		o->target = some(r, NAME_TARGET);
		o->probe.op = (uint8_t)dice(r, PROBE_OP_COUNT);
		o->probe.outcome = (uint8_t)dice(r, PROBE_OUTCOME_COUNT);
		if (dice(r, 2))
			o->prefix = some_prefix(r, true);
	}
}

struct batch random_batch_next(struct random_batch *r)
{
	batch_room_clear(&r->room);
	for (uint8_t kind = 0; kind < NAME_KIND_COUNT; kind++)
		for (uint64_t n = r->announced[kind] ? dice(r, 3) : 1 + dice(r, 3); n; n--)
			announce(r, kind);
	for (uint64_t n = dice(r, 5) ? dice(r, 200) : 0; n; n--) {
		struct obs o = {.kind = (uint8_t)dice(r, OBS_KIND_COUNT)};
		uint32_t path[8];
		o.time.ns = (int64_t)unit_random(&r->random);
		if (o.kind == OBS_PROBE || o.kind == OBS_SERIES || o.kind == OBS_HEALTH)
			put_measured(r, &o);
		else
			put_routing(r, &o, path);
		batch_room_add(&r->room, &o, path);
	}
	return batch_room_view(&r->room);
}

void random_batch_end(struct random_batch *r)
{
	batch_room_free(&r->room);
}

static bool text_same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : !a && !b;
}

bool batch_same(const struct batch *a, const struct batch *b)
{
	if (a->count != b->count || a->name_count != b->name_count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		struct obs x = a->obs[i], y = b->obs[i];
		size_t n = x.path_count * sizeof(uint32_t);
		if (n && memcmp(batch_path(a, &a->obs[i]), batch_path(b, &b->obs[i]), n) != 0)
			return false;
		x.path_at = y.path_at = 0;
		if (memcmp(&x, &y, sizeof(x)) != 0)
			return false;
	}
	for (size_t i = 0; i < a->name_count; i++) {
		struct batch_name x = a->names[i], y = b->names[i];
		if (!text_same(batch_text(a, x.text), batch_text(b, y.text)) ||
		    !text_same(batch_text(a, x.entity), batch_text(b, y.entity)))
			return false;
		x.text = y.text = x.entity = y.entity = 0;
		if (memcmp(&x, &y, sizeof(x)) != 0)
			return false;
	}
	return true;
}
