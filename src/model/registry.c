// SPDX-License-Identifier: ISC
// Numbers of senders → numbers of our tables. A map that says of every number that it is the same costs nothing; else, or when the
// batch came as bytes, its observations are copied with the numbers replaced.
#include "model/registry.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/number.h"

#include <stdlib.h>

#define NUMBER_NONE UINT32_MAX // we have none for it
#define UNANNOUNCED 0u	       // in a map
#define DROPPED	    UINT32_MAX // the same: announced, but we have none for it

struct registry_map { // their number → our number + 1, UNANNOUNCED or DROPPED
	uint32_t *to;
	size_t count;
};

struct registry_waiting { // announced for an entity that was not in the list
	uint32_t number;
	char *entity, *signal;
};

struct registry_port {
	struct registry *registry;
	struct registry_map maps[NAME_KIND_COUNT];
	bool differs; // some number is not the same here
	struct registry_waiting *waiting;
	size_t waiting_count, waiting_capacity;
	size_t entities_then; // length of the list when they were looked up last
};

struct registry_name {
	bool used;
	char *text;
};

struct registry {
	struct registry_options options;
	struct registry_port **senders;
	size_t sender_count, sender_capacity;
	struct registry_name *sources;
	size_t source_count;
	struct obs *copy;
	const struct bgp_route **routes;
	size_t copy_capacity, route_capacity;
	struct batch_room names; // of the batch at work
	struct registry_counts counts;
};

static const uint32_t registry_most[NAME_KIND_COUNT] = {
	[NAME_COLLECTOR] = COLLECTORS_MAX, [NAME_PEER] = PEERS_MAX,    [NAME_OBSERVER] = OBSERVERS_MAX,
	[NAME_TARGET] = TARGETS_MAX,	   [NAME_SERIES] = SERIES_MAX, [NAME_SOURCE] = REGISTRY_SOURCES_MAX,
};

struct registry *registry_create(const struct registry_options *options)
{
	struct registry *r = alloc_zero(1, sizeof(*r));
	r->options = *options;
	return r;
}

static void registry_sender_free(struct registry_port *s)
{
	for (int kind = 0; kind < NAME_KIND_COUNT; kind++)
		free(s->maps[kind].to);
	for (size_t i = 0; i < s->waiting_count; i++) {
		free(s->waiting[i].entity);
		free(s->waiting[i].signal);
	}
	free(s->waiting);
	free(s);
}

void registry_free(struct registry *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->sender_count; i++)
		registry_sender_free(r->senders[i]);
	for (size_t i = 0; i < r->source_count; i++)
		free(r->sources[i].text);
	free(r->senders);
	free(r->sources);
	free(r->copy);
	batch_room_free(&r->names);
	free(r->routes);
	free(r);
}

const struct registry_counts *registry_counts(const struct registry *r)
{
	return &r->counts;
}

uint32_t registry_source_count(const struct registry *r)
{
	return (uint32_t)r->source_count;
}

const char *registry_source(const struct registry *r, uint32_t source)
{
	return source < r->source_count ? r->sources[source].text : NULL;
}

// ---- names ----

static void registry_map_set(struct registry_port *s, uint8_t kind, uint32_t theirs, uint32_t ours)
{
	struct registry_map *m = &s->maps[kind];
	if (theirs >= m->count) {
		size_t grown = (size_t)theirs * 2 + 16;
		m->to = alloc_resize(m->to, grown, sizeof(*m->to));
		memset(m->to + m->count, 0, (grown - m->count) * sizeof(*m->to));
		m->count = grown;
	}
	m->to[theirs] = ours == NUMBER_NONE ? DROPPED : ours + 1;
	s->differs = s->differs || ours != theirs;
}

// Our number of theirs: UNANNOUNCED, DROPPED, or the number + 1.
static uint32_t registry_map_get(const struct registry_map *m, uint32_t theirs)
{
	return theirs < m->count ? m->to[theirs] : UNANNOUNCED;
}

// A source keeps its number where that is free.
static uint32_t registry_source_take(struct registry *r, uint32_t theirs, const char *text)
{
	bool taken = theirs < r->source_count && r->sources[theirs].used;
	uint32_t ours = taken ? (uint32_t)r->source_count : theirs;
	if (ours >= REGISTRY_SOURCES_MAX)
		return NUMBER_NONE;
	if (ours >= r->source_count) {
		size_t grown = (size_t)ours + 1;
		r->sources = alloc_resize(r->sources, grown, sizeof(*r->sources));
		memset(r->sources + r->source_count, 0, (grown - r->source_count) * sizeof(*r->sources));
		r->source_count = grown;
	}
	r->sources[ours] = (struct registry_name){true, text ? alloc_copy(text) : NULL};
	return ours;
}

static uint32_t registry_series_look(struct registry_port *s, const char *entity, const char *signal)
{
	const struct registry_options *o = &s->registry->options;
	const struct entity *held = o->entities && o->targets ? entity_find(o->entities, entity) : NULL;
	if (!held || !signal)
		return NUMBER_NONE;
	return series_id(o->targets, (uint32_t)(held - o->entities->at), signal, strlen(signal));
}

static size_t registry_entities_now(const struct registry_port *s)
{
	const struct entity_list *l = s->registry->options.entities;
	return l ? l->count : 0;
}

static void registry_series_wait(struct registry_port *s, uint32_t number, const char *entity, const char *signal)
{
	alloc_grow((void **)&s->waiting, s->waiting_count, &s->waiting_capacity, sizeof(*s->waiting));
	s->waiting[s->waiting_count++] = (struct registry_waiting){number, alloc_copy(entity), alloc_copy(signal)};
}

// The list of entities has grown: some of those that waited may be wanted now.
static void registry_series_look_again(struct registry_port *s)
{
	size_t kept = 0;
	if (registry_entities_now(s) == s->entities_then)
		return;
	s->entities_then = registry_entities_now(s);
	for (size_t i = 0; i < s->waiting_count; i++) {
		struct registry_waiting w = s->waiting[i];
		uint32_t ours = registry_series_look(s, w.entity, w.signal);
		registry_map_set(s, NAME_SERIES, w.number, ours);
		if (ours == NUMBER_NONE) {
			s->waiting[kept++] = w;
			continue;
		}
		free(w.entity);
		free(w.signal);
	}
	s->waiting_count = kept;
}

static int registry_peer_take(struct registry_port *s, const struct batch *b, const struct batch_name *n, uint32_t *ret)
{
	const char *text = batch_text(b, n->text), *router = batch_text(b, n->entity);
	uint32_t collector = registry_map_get(&s->maps[NAME_COLLECTOR], n->collector);
	struct peer peer = {.address = n->address, .view = n->view, .asn = n->asn};
	if (collector == UNANNOUNCED || (text && !number_of_text(text, UINT64_MAX, &peer.instance)))
		return ERR_MALFORMED;
	peer.collector = (uint16_t)(collector - 1);
	peer.router = router ? peer_router_id(s->registry->options.peers, router) : 0;
	*ret = peer_id(s->registry->options.peers, &peer); // collector_id never refuses
	return 0;
}

static uint32_t registry_observer_take(struct target_table *t, const struct batch_name *n, const char *text)
{
	uint16_t id = observer_id(t, text ? text : "", text ? strlen(text) : 0);
	if (n->asn)
		observer_asn(t, id, n->asn);
	return id;
}

// Our number of what is announced; NUMBER_NONE: there is no room for it, or nobody wants it.
static int registry_name_number(struct registry_port *s, const struct batch *b, const struct batch_name *n,
				uint32_t *ret)
{
	const struct registry_options *o = &s->registry->options;
	const char *text = batch_text(b, n->text);
	uint32_t ours = NUMBER_NONE;
	switch ((enum batch_name_kind)n->kind) {
	case NAME_COLLECTOR:
		ours = collector_id(o->peers, text);
		break;
	case NAME_PEER:
		return registry_peer_take(s, b, n, ret);
	case NAME_OBSERVER:
		if (o->targets)
			ours = registry_observer_take(o->targets, n, text);
		break;
	case NAME_TARGET:
		if (o->targets)
			ours = target_id(o->targets, &n->address, n->op, text, text ? strlen(text) : 0);
		break;
	case NAME_SERIES:
		ours = registry_series_look(s, batch_text(b, n->entity), text);
		if (ours == NUMBER_NONE)
			registry_series_wait(s, n->number, batch_text(b, n->entity), text);
		break;
	case NAME_SOURCE:
		ours = registry_source_take(s->registry, n->number, text);
		break;
	case NAME_KIND_COUNT:
		break;
	}
	*ret = ours;
	return 0;
}

// A number keeps the meaning that was announced first.
static int registry_name_take(struct registry_port *s, const struct batch *b, const struct batch_name *n)
{
	uint32_t ours;
	if (n->number >= registry_most[n->kind])
		return ERR_TOO_LARGE;
	if (registry_map_get(&s->maps[n->kind], n->number) != UNANNOUNCED)
		return 0;
	int code = registry_name_number(s, b, n, &ours);
	if (code < 0)
		return code;
	registry_map_set(s, n->kind, n->number, ours);
	return 0;
}

static void registry_names_of_peers(const struct peer_table *t, struct batch_room *ret)
{
	for (uint16_t i = 0; i < collector_count(t); i++) {
		const char *name = collector_name(t, i);
		batch_room_name(ret, &(struct batch_name){.kind = NAME_COLLECTOR, .number = i}, name, strlen(name),
				NULL);
	}
	for (uint32_t i = 0; i < peer_count(t); i++) {
		const struct peer *p = peer_at(t, i);
		struct batch_name name = {.kind = NAME_PEER, .number = i, .asn = p->asn, .collector = p->collector};
		name.view = p->view;
		name.address = p->address;
		batch_room_peer(ret, &name, p->instance, peer_router_name(t, p->router));
	}
}

static void registry_names_of_targets(const struct registry *r, struct batch_room *ret)
{
	const struct target_table *t = r->options.targets;
	for (uint16_t i = 0; i < observer_count(t); i++) {
		const struct observer *o = observer_at(t, i);
		struct batch_name name = {.kind = NAME_OBSERVER, .number = i, .asn = o->asn};
		batch_room_name(ret, &name, o->id, strlen(o->id), NULL);
	}
	for (uint32_t i = 0; i < target_count(t); i++) {
		const struct target *x = target_at(t, i);
		struct batch_name name = {.kind = NAME_TARGET, .number = i, .op = x->op, .address = x->address};
		batch_room_name(ret, &name, x->name, x->name ? strlen(x->name) : 0, NULL);
	}
	for (uint32_t i = 0; r->options.entities && i < series_count(t); i++) {
		const struct series *s = series_at(t, i);
		struct batch_name name = {.kind = NAME_SERIES, .number = i};
		batch_room_name(ret, &name, s->signal, strlen(s->signal), r->options.entities->at[s->entity].id);
	}
}

void registry_names(const struct registry *r, struct batch_room *ret)
{
	registry_names_of_peers(r->options.peers, ret);
	if (r->options.targets)
		registry_names_of_targets(r, ret);
	for (uint32_t i = 0; i < r->source_count; i++) {
		const char *text = r->sources[i].text;
		struct batch_name name = {.kind = NAME_SOURCE, .number = i};
		if (r->sources[i].used)
			batch_room_name(ret, &name, text, text ? strlen(text) : 0, NULL);
	}
}

// ---- observations ----

// Replaces one number. 1 done, 0 we have none for it, ERR_MALFORMED when it was never announced.
static int registry_number_put(const struct registry_map *m, uint32_t theirs, uint32_t *ret)
{
	uint32_t ours = registry_map_get(m, theirs);
	if (ours == UNANNOUNCED)
		return ERR_MALFORMED;
	if (ours == DROPPED)
		return 0;
	*ret = ours - 1;
	return 1;
}

static int registry_short_put(const struct registry_map *m, uint16_t *number)
{
	uint32_t ours = *number;
	int got = registry_number_put(m, *number, &ours);
	*number = (uint16_t)ours;
	return got;
}

static int registry_measured_put(const struct registry_port *s, struct obs *o)
{
	int got = o->kind == OBS_SERIES ? 1 : registry_short_put(&s->maps[NAME_OBSERVER], &o->observer);
	if (got == 1 && o->kind != OBS_HEALTH) {
		bool series = o->kind == OBS_SERIES;
		got = registry_number_put(&s->maps[series ? NAME_SERIES : NAME_TARGET], o->target, &o->target);
	}
	return got;
}

// 1: in our numbers now; 0: to be dropped; or ERR_MALFORMED.
static int registry_obs_put(const struct registry_port *s, struct obs *o)
{
	if (o->kind == OBS_PROBE || o->kind == OBS_SERIES || o->kind == OBS_HEALTH)
		return registry_measured_put(s, o);
	int got = registry_short_put(&s->maps[NAME_COLLECTOR], &o->collector);
	if (got == 1 && o->peer != PEER_NONE)
		got = registry_number_put(&s->maps[NAME_PEER], o->peer, &o->peer);
	bool sourced = o->kind == OBS_GAP || o->kind == OBS_FEED_END || o->kind == OBS_TIME;
	if (got == 1 && sourced)
		got = registry_number_put(&s->maps[NAME_SOURCE], o->source, &o->source);
	return got;
}

static void registry_count_dropped(struct registry *r, const struct obs *o)
{
	if (o->kind == OBS_SERIES)
		r->counts.unknown_series++;
	else
		r->counts.no_room++;
}

static void registry_copy_reserve(struct registry *r, const struct batch *b)
{
	if (r->copy_capacity < b->count) {
		r->copy = alloc_resize(r->copy, b->count, sizeof(*r->copy));
		r->copy_capacity = b->count;
	}
	if (b->routes && r->route_capacity < b->count) {
		r->routes = alloc_resize(r->routes, b->count, sizeof(*r->routes));
		r->route_capacity = b->count;
	}
}

// What the batch announces, in our numbers: who keeps what is handed on can understand it without us.
static void registry_names_copy(const struct registry_port *s, const struct batch *b)
{
	struct batch_room *names = &s->registry->names;
	batch_room_clear(names);
	for (size_t i = 0; i < b->name_count; i++) {
		struct batch_name n = b->names[i];
		const char *text = batch_text(b, n.text), *entity = batch_text(b, n.entity);
		if (registry_number_put(&s->maps[n.kind], n.number, &n.number) != 1)
			continue;
		if (n.kind == NAME_PEER)
			(void)registry_short_put(&s->maps[NAME_COLLECTOR], &n.collector);
		batch_room_name(names, &n, text, text ? strlen(text) : 0, entity);
	}
}

static int registry_copy_take(struct registry_port *s, const struct batch *b)
{
	struct registry *r = s->registry;
	struct batch copy = *b;
	registry_copy_reserve(r, b);
	copy.obs = r->copy;
	copy.routes = b->routes ? r->routes : NULL;
	copy.count = 0;
	for (size_t i = 0; i < b->count; i++) {
		struct obs *o = &r->copy[copy.count];
		*o = b->obs[i];
		int got = registry_obs_put(s, o);
		if (got < 0)
			return got;
		if (got == 0) {
			registry_count_dropped(r, o);
			continue;
		}
		if (b->routes)
			r->routes[copy.count] = b->routes[i];
		copy.count++;
	}
	registry_names_copy(s, b);
	struct batch names = batch_room_view(&r->names);
	copy.names = names.names;
	copy.name_count = names.name_count;
	copy.texts = names.texts;
	copy.text_bytes = names.text_bytes;
	copy.foreign = false;
	return r->options.out.take(r->options.out.context, &copy);
}

__attribute__((noinline, cold)) static int registry_take_slowly(struct registry_port *s, const struct batch *b)
{
	const struct batch_sink *out = &s->registry->options.out;
	registry_series_look_again(s);
	for (size_t i = 0; i < b->name_count; i++) {
		int code = registry_name_take(s, b, &b->names[i]);
		if (code < 0)
			return code;
	}
	return s->differs || b->foreign ? registry_copy_take(s, b) : out->take(out->context, b);
}

// Writers of text get a batch a record: nothing new and nothing different is the common case.
static int registry_sender_take(void *context, const struct batch *b)
{
	struct registry_port *s = context;
	if (UNLIKELY(b->name_count || b->foreign || s->differs || s->waiting_count))
		return registry_take_slowly(s, b);
	return s->registry->options.out.take(s->registry->options.out.context, b);
}

struct batch_sink registry_sender(struct registry *r)
{
	struct registry_port *s = alloc_zero(1, sizeof(*s));
	s->registry = r;
	s->entities_then = registry_entities_now(s);
	alloc_grow((void **)&r->senders, r->sender_count, &r->sender_capacity, sizeof(*r->senders));
	r->senders[r->sender_count++] = s;
	return (struct batch_sink){registry_sender_take, s};
}
