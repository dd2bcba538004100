// SPDX-License-Identifier: ISC
// Registries by name, values member by member. Whatever indexes something is checked when it is loaded.
#include "model/carried.h"

#include "base/alloc.h"

#include <stdlib.h>

#define NAME_MOST 4096 // bytes; registries cut names earlier

void addr_carry(struct carry *c, struct addr *a)
{
	CARRY(c, a->bytes);
	CARRY(c, a->family);
	carry_check(c, a->family == FAMILY_NONE || a->family == FAMILY_V4 || a->family == FAMILY_V6);
}

void prefix_carry(struct carry *c, struct prefix *p)
{
	CARRY(c, p->bytes);
	CARRY(c, p->family);
	CARRY(c, p->length);
	bool none = p->family == FAMILY_NONE && !p->length, some = p->family == FAMILY_V4 || p->family == FAMILY_V6;
	carry_check(c, none || (some && p->length <= family_bits(p->family)));
}

static void carried_collectors(struct carry *c, struct peer_table *t)
{
	size_t n = collector_count(t);
	carry_count(c, &n, sizeof(uint32_t));
	for (size_t i = 0; i < n && carry_good(c); i++) {
		char *name = carry_loads(c) ? NULL : (char *)collector_name(t, (uint16_t)i);
		carry_text(c, &name, NAME_MOST);
		if (!carry_loads(c))
			continue;
		if (!name || collector_id(t, name) != i)
			carry_fail(c, ERR_NOT_FOUND);
		free(name);
	}
	c->limits[CARRY_COLLECTORS] = n;
}

static void carried_routers(struct carry *c, struct peer_table *t)
{
	size_t n = peer_router_count(t);
	carry_count(c, &n, sizeof(uint32_t));
	for (size_t i = 0; i < n && carry_good(c); i++) {
		char *name = carry_loads(c) ? NULL : (char *)peer_router_name(t, (uint16_t)(i + 1));
		carry_text(c, &name, NAME_MOST);
		if (!carry_loads(c))
			continue;
		if (!name || peer_router_id(t, name) != i + 1)
			carry_fail(c, ERR_NOT_FOUND);
		free(name);
	}
}

static void carried_peer(struct carry *c, struct peer *p)
{
	addr_carry(c, &p->address);
	CARRY(c, p->view);
	CARRY(c, p->collector);
	CARRY(c, p->asn);
	CARRY(c, p->instance);
	CARRY(c, p->router);
	carry_check(c, p->view <= PEER_VIEW_LOC_RIB);
	carry_within(c, CARRY_COLLECTORS, p->collector);
}

void peers_carry(struct carry *c, struct peer_table *t)
{
	carried_collectors(c, t);
	carried_routers(c, t);
	size_t n = peer_count(t);
	carry_count(c, &n, 24);
	for (size_t i = 0; i < n && carry_good(c); i++) {
		struct peer p = {0};
		if (!carry_loads(c))
			p = *peer_at(t, (uint32_t)i);
		carried_peer(c, &p);
		if (carry_loads(c) && carry_good(c) && peer_id(t, &p) != i)
			carry_fail(c, ERR_NOT_FOUND);
	}
	c->limits[CARRY_PEERS] = n;
}

void observers_carry(struct carry *c, struct target_table *t)
{
	size_t n = observer_count(t);
	carry_count(c, &n, sizeof(uint32_t));
	for (size_t i = 0; i < n && carry_good(c); i++) {
		char *id = carry_loads(c) ? NULL : (char *)observer_at(t, (uint16_t)i)->id;
		uint32_t asn = carry_loads(c) ? 0 : observer_at(t, (uint16_t)i)->asn;
		carry_text(c, &id, NAME_MOST);
		CARRY(c, asn);
		if (!carry_loads(c))
			continue;
		if (!id || observer_id(t, id, strlen(id)) != i)
			carry_fail(c, ERR_NOT_FOUND);
		else if (asn)
			observer_asn(t, (uint16_t)i, asn);
		free(id);
	}
	c->limits[CARRY_OBSERVERS] = n;
}

static void carried_one_target(struct carry *c, struct target_table *t, uint32_t i)
{
	struct target held = {0};
	char *name = NULL;
	if (!carry_loads(c)) {
		held = *target_at(t, i);
		name = (char *)held.name;
	}
	addr_carry(c, &held.address);
	CARRY(c, held.op);
	carry_check(c, held.op < PROBE_OP_COUNT);
	carry_text(c, &name, NAME_MOST);
	if (!carry_loads(c))
		return;
	if (carry_good(c) && target_id(t, &held.address, held.op, name, name ? strlen(name) : 0) != i)
		carry_fail(c, ERR_NOT_FOUND);
	free(name);
}

static void carried_one_series(struct carry *c, struct target_table *t, uint32_t i)
{
	struct series held = {0};
	char *signal = NULL;
	if (!carry_loads(c)) {
		held = *series_at(t, i);
		signal = (char *)held.signal;
	}
	carry_entity(c, &held.entity);
	carry_text(c, &signal, NAME_MOST);
	if (!carry_loads(c))
		return;
	carry_check(c, signal);
	bool gone = held.entity >= CARRY_GONE;
	const struct series *there = series_at(t, i); // a registry that holds the same beginning
	bool same = there && signal && strcmp(there->signal, signal) == 0;
	uint32_t id = !carry_good(c) || (gone && same) ? i
		      : gone			       ? series_gone(t, signal, strlen(signal))
						       : series_id(t, held.entity, signal, strlen(signal));
	if (id != i)
		carry_fail(c, ERR_NOT_FOUND);
	free(signal);
}

void targets_carry(struct carry *c, struct target_table *t)
{
	size_t n = target_count(t), series = series_count(t);
	carry_count(c, &n, 16 + 1 + 1 + sizeof(uint32_t));
	for (uint32_t i = 0; i < n && carry_good(c); i++)
		carried_one_target(c, t, i);
	carry_count(c, &series, 2 * sizeof(uint32_t));
	for (uint32_t i = 0; i < series && carry_good(c); i++)
		carried_one_series(c, t, i);
	c->limits[CARRY_TARGETS] = n;
	c->limits[CARRY_UNITS] = target_units(t);
	c->limits[CARRY_SERIES] = series;
}

void moment_carry(struct carry *c, struct moment *m)
{
	CARRY(c, m->best);
	CARRY(c, m->from);
	CARRY(c, m->to);
	CARRY(c, m->confidence);
}

void detection_carry(struct carry *c, struct detection *d)
{
	carry_entity(c, &d->entity);
	CARRY(c, d->signal);
	CARRY(c, d->series);
	CARRY(c, d->serial);
	moment_carry(c, &d->start);
	moment_carry(c, &d->end);
	CARRY(c, d->baseline);
	CARRY(c, d->lowest);
	CARRY(c, d->of_networks);
	CARRY(c, d->of_collectors);
	for (int i = 0; i < PROFILE_COUNT; i++) {
		CARRY(c, d->fall[i]);
		CARRY(c, d->rise[i]);
	}
	carry_check(c, d->signal < SIGNAL_COUNT);
	carry_check(c, !instant_known(c->latest) ||
			       (d->start.best.ns <= c->latest.ns && d->start.from.ns <= c->latest.ns));
	carry_check(c, instant_known(d->start.best) == instant_known(d->start.from));
	carry_check(c, !instant_known(d->end.best) || d->end.best.ns >= d->start.from.ns);
	if (d->signal == SIGNAL_SERIES)
		carry_within(c, CARRY_SERIES, d->series);
}

void sample_carry(struct carry *c, struct sample *s)
{
	CARRY(c, s->time);
	CARRY(c, s->silent_ns);
	carry_entity(c, &s->entity);
	CARRY(c, s->signal);
	CARRY(c, s->value);
	CARRY(c, s->own);
	CARRY(c, s->sight);
	CARRY(c, s->of_networks);
	CARRY(c, s->of_collectors);
	carry_check(c, s->signal < SIGNAL_ROUTING_COUNT);
}

void target_change_carry(struct carry *c, struct target_change *t)
{
	CARRY(c, t->target);
	CARRY(c, t->down);
	CARRY(c, t->decided);
	CARRY(c, t->last_ok);
	CARRY(c, t->first_fail);
	CARRY(c, t->recovered);
	CARRY(c, t->last_bad);
	CARRY(c, t->onsets);
	CARRY(c, t->up_hours);
	CARRY(c, t->outcome);
	carry_within(c, CARRY_TARGETS, t->target);
	carry_check(c, t->outcome < PROBE_OUTCOME_COUNT);
}

void observer_change_carry(struct carry *c, struct observer_change *o)
{
	CARRY(c, o->observer);
	CARRY(c, o->impaired);
	CARRY(c, o->from);
	carry_word(c, &o->why);
	CARRY(c, o->degraded);
	CARRY(c, o->absent);
	carry_within(c, CARRY_OBSERVERS, o->observer);
	carry_check(c, o->why);
}

void blind_span_carry(struct carry *c, struct blind_span *b)
{
	static const enum carry_limit limits[BLIND_KINDS] = {CARRY_COLLECTORS, CARRY_OBSERVERS, CARRY_PEERS};
	CARRY(c, b->kind);
	CARRY(c, b->who);
	CARRY(c, b->from);
	CARRY(c, b->to);
	carry_word(c, &b->why);
	CARRY(c, b->degraded);
	CARRY(c, b->missing);
	carry_check(c, b->kind < BLIND_KINDS);
	if (carry_good(c))
		carry_within(c, limits[b->kind], b->who);
	carry_check(c, b->why);
}

// A list with room for `most` of which *n are used.
static void carried_used(struct carry *c, size_t *n, size_t most)
{
	carry_count(c, n, 1);
	carry_check(c, *n <= most);
	if (*n > most)
		*n = 0;
}

static void carried_origin(struct carry *c, struct incident_origin *o)
{
	prefix_carry(c, &o->prefix);
	CARRY(c, o->more_specific);
	CARRY(c, o->enough);
	CARRY(c, o->origin);
	CARRY(c, o->expected);
	CARRY(c, o->first);
	CARRY(c, o->gone);
	CARRY(c, o->unheard);
	CARRY(c, o->gone_from);
	CARRY(c, o->networks);
	CARRY(c, o->of_networks);
	CARRY(c, o->still);
	CARRY(c, o->without);
}

static void carried_concurrency(struct carry *c, struct incident_concurrency *x)
{
	CARRY(c, x->known);
	CARRY(c, x->units);
	CARRY(c, x->failed);
	CARRY(c, x->window_s);
	CARRY(c, x->expected_per_year);
	CARRY(c, x->synchrony_s);
	carry_word(c, &x->verdict);
	carry_word(c, &x->level);
}

static void carried_precedence(struct carry *c, struct incident_precedence *x)
{
	CARRY(c, x->known);
	CARRY(c, x->has_lead);
	CARRY(c, x->lead_best);
	CARRY(c, x->lead_from);
	CARRY(c, x->lead_to);
	CARRY(c, x->p_loss_first);
	CARRY(c, x->has_shape);
	CARRY(c, x->log10_shape_bf);
	carry_word(c, &x->reading);
	CARRY(c, x->partial_loss_s);
}

static void carried_recovery(struct carry *c, struct incident_recovery *x)
{
	CARRY(c, x->signal);
	CARRY(c, x->rank);
	CARRY(c, x->t10);
	CARRY(c, x->t50);
	CARRY(c, x->t90);
	CARRY(c, x->units);
	carry_check(c, x->signal < SIGNAL_COUNT);
}

static void carried_service(struct carry *c, struct incident_service *x)
{
	CARRY(c, x->target);
	CARRY(c, x->outcome);
	CARRY(c, x->rank);
	CARRY(c, x->failures);
	CARRY(c, x->last_ok);
	CARRY(c, x->failed);
	CARRY(c, x->last_bad);
	CARRY(c, x->back);
	carry_within(c, CARRY_TARGETS, x->target);
	carry_check(c, x->outcome < PROBE_OUTCOME_COUNT && instant_known(x->failed));
}

static void carried_facts_routes(struct carry *c, struct facts_routes *f)
{
	CARRY(c, f->known);
	CARRY(c, f->lost);
	CARRY(c, f->first_s);
	CARRY(c, f->spread_s);
	CARRY(c, f->networks);
	CARRY(c, f->networks_lost);
	CARRY(c, f->network_spread_s);
	CARRY(c, f->upstreams);
	CARRY(c, f->upstreams_lost);
	CARRY(c, f->upstream_spread_s);
	CARRY(c, f->churn);
	CARRY(c, f->path_moved);
	CARRY(c, f->witnesses);
	CARRY(c, f->new_origins);
	CARRY(c, f->own_news);
}

static void carried_facts(struct carry *c, struct facts *f)
{
	struct facts_witness *w = &f->witness;
	CARRY(c, f->width_s);
	CARRY(c, f->hold_s);
	CARRY(c, f->clock_width_s);
	CARRY(c, f->to_half_hour_s);
	CARRY(c, f->local_hour);
	CARRY(c, f->lasted_s);
	CARRY(c, f->settled);
	CARRY(c, f->plane); // numbers only, as the two below
	carried_facts_routes(c, &f->routes);
	CARRY(c, f->sessions);
	CARRY(c, f->services);
	CARRY(c, f->short_losses);
	CARRY(c, w->observers);
	CARRY(c, w->observers_impaired);
	CARRY(c, w->observers_seeing);
	CARRY(c, w->collectors);
	CARRY(c, w->collectors_blind);
	CARRY(c, w->observers_turned);
	CARRY(c, w->collectors_turned);
	CARRY(c, w->unrelated_lost);
	CARRY(c, w->coverage);
	CARRY(c, w->gap);
}

static void carried_arguments(struct carry *c, struct argument of[ARGUMENTS_MAX], uint8_t *count)
{
	CARRY(c, *count);
	carry_check(c, *count <= ARGUMENTS_MAX);
	for (int i = 0; i < ARGUMENTS_MAX; i++) {
		CARRY(c, of[i].evidence);
		CARRY(c, of[i].lr);
		carry_check(c, of[i].evidence < EVIDENCE_COUNT);
	}
}

static void carried_verdict(struct carry *c, struct verdict *d)
{
	CARRY(c, d->known);
	for (int i = 0; i < EVIDENCE_COUNT; i++) {
		struct finding *f = &d->findings[i];
		CARRY(c, f->answer);
		CARRY(c, f->strength);
		CARRY(c, f->value);
		CARRY(c, f->other);
		carry_check(c, f->answer <= ANSWER_YES);
	}
	for (int i = 0; i < CAUSE_COUNT; i++) {
		struct hypothesis *h = &d->ranked[i];
		CARRY(c, h->cause);
		CARRY(c, h->p);
		CARRY(c, h->p_low);
		CARRY(c, h->p_high);
		carried_arguments(c, h->in_favour, &h->favour_count);
		carried_arguments(c, h->against, &h->against_count);
		carry_check(c, h->cause < CAUSE_COUNT);
	}
	CARRY(c, d->abstained);
	CARRY(c, d->families);
	CARRY(c, d->least_p);
	CARRY(c, d->least_ratio);
	CARRY(c, d->least_families);
	CARRY(c, d->ask);
	CARRY(c, d->ask_bits);
	CARRY(c, d->coverage);
	CARRY(c, d->prior);
	carry_check(c, d->ask <= EVIDENCE_COUNT && d->families <= FAMILY_COUNT);
}

static void carried_shape(struct carry *c, struct story *s)
{
	carried_used(c, &s->signal_count, INCIDENT_SIGNALS_MAX);
	for (size_t i = 0; i < s->signal_count; i++) {
		detection_carry(c, &s->signals[i]);
		CARRY(c, s->order_group[i]);
	}
	carried_used(c, &s->phase_count, INCIDENT_PHASES_MAX);
	for (size_t i = 0; i < s->phase_count; i++) {
		carry_word(c, &s->phases[i].phase);
		CARRY(c, s->phases[i].from);
		CARRY(c, s->phases[i].to);
		carry_check(c, s->phases[i].phase);
	}
	carried_concurrency(c, &s->concurrency);
	carried_precedence(c, &s->precedence);
	carried_used(c, &s->recovery_count, SIGNAL_COUNT);
	for (size_t i = 0; i < s->recovery_count; i++)
		carried_recovery(c, &s->recovery[i]);
	carried_used(c, &s->service_count, INCIDENT_SERVICES_MAX);
	for (size_t i = 0; i < s->service_count; i++)
		carried_service(c, &s->services[i]);
}

static void carried_control_plane(struct carry *c, struct story *s)
{
	carried_used(c, &s->upstream_count, INCIDENT_LIST_MAX);
	for (size_t i = 0; i < s->upstream_count; i++) {
		CARRY(c, s->upstreams[i].asn);
		CARRY(c, s->upstreams[i].first);
		CARRY(c, s->upstreams[i].routes);
	}
	CARRY(c, s->path_changes);
	carried_used(c, &s->origin_count, INCIDENT_LIST_MAX);
	for (size_t i = 0; i < s->origin_count; i++)
		carried_origin(c, &s->origins[i]);
	CARRY(c, s->by_origins);
}

static void carried_story(struct carry *c, struct story *s)
{
	uint8_t scope = (uint8_t)s->scope, state = (uint8_t)s->state;
	carry_entity(c, &s->entity);
	CARRY(c, scope);
	CARRY(c, state);
	carry_check(c, scope <= SCOPE_SERVICE && state <= INCIDENT_WITHDRAWN && s->entity != UINT32_MAX);
	s->scope = (enum incident_scope)scope;
	s->state = (enum incident_state)state;
	CARRY(c, s->fraction_down);
	CARRY(c, s->units);
	CARRY(c, s->units_down);
	CARRY(c, s->addresses_down);
	moment_carry(c, &s->start);
	moment_carry(c, &s->end);
	carried_shape(c, s);
	carried_control_plane(c, s);
}

static void carried_ties(struct carry *c, struct ties *t)
{
	carry_chars(c, t->campaign, sizeof(t->campaign));
	carried_used(c, &t->similar_count, INCIDENT_SIMILAR_MAX);
	for (size_t i = 0; i < t->similar_count; i++) {
		carry_chars(c, t->similar[i].id, sizeof(t->similar[i].id));
		CARRY(c, t->similar[i].similarity);
	}
	CARRY(c, t->past);
}

void incident_told_carry(struct carry *c, struct incident *n)
{
	carried_story(c, &n->story);
	carried_facts(c, &n->facts);
	carried_ties(c, &n->ties);
}

void incident_carry(struct carry *c, struct incident *n)
{
	carry_chars(c, n->id, sizeof(n->id));
	CARRY(c, n->revision);
	carry_chars(c, n->merged_into, sizeof(n->merged_into));
	carry_word(c, &n->reason);
	carried_story(c, &n->story);
	carried_facts(c, &n->facts);
	carried_verdict(c, &n->verdict);
	carried_ties(c, &n->ties);
	carry_check(c, instant_known(n->story.start.best));
}

static void carried_values(struct carry *c, struct dossier *d)
{
	carry_room(c, CARRY_ARRAY(d->values, d->value_count, d->value_capacity), 16);
	for (size_t i = 0; i < d->value_count; i++) {
		CARRY(c, d->values[i].time);
		CARRY(c, d->values[i].series);
		CARRY(c, d->values[i].share);
		carry_within(c, CARRY_SERIES, d->values[i].series);
		carry_check(c, instant_known(d->values[i].time));
	}
}

static void carried_strips(struct carry *c, struct dossier *d)
{
	carry_room(c, CARRY_ARRAY(d->strips, d->strip_count, d->strip_capacity), SKYLINE_CELLS);
	carry_check(c, d->strip_count <= DOSSIER_STRIPS_MAX);
	for (size_t i = 0; i < d->strip_count && carry_good(c); i++) {
		CARRY(c, d->strips[i].of);
		skyline_carry(c, &d->strips[i].line);
		if (d->strips[i].of < DOSSIER_SPEED)
			carry_within(c, CARRY_SERIES, d->strips[i].of);
	}
}

void dossier_carry(struct carry *c, struct dossier *d)
{
	carry_room(c, CARRY_ARRAY(d->detections, d->detection_count, d->detection_capacity), 100);
	if (carry_loads(c)) {
		free(d->group);
		d->group = alloc_zero(d->detection_count, sizeof(*d->group));
		d->group_capacity = d->detection_count;
	}
	for (size_t i = 0; i < d->detection_count; i++) {
		detection_carry(c, &d->detections[i]);
		CARRY(c, d->group[i]);
		carry_check(c, d->detections[i].entity == d->entity && instant_known(d->detections[i].start.best));
	}
	CARRY(c, d->serials);
	carry_room(c, CARRY_ARRAY(d->changes, d->change_count, d->change_capacity), 40);
	for (size_t i = 0; i < d->change_count; i++)
		target_change_carry(c, &d->changes[i]);
	carried_values(c, d);
	coverage_carry(c, &d->coverage);
	carried_strips(c, d);
	CARRY(c, d->witness.any);
	CARRY(c, d->witness.several);
	CARRY(c, d->witness.hosts);
	CARRY(c, d->witness.services);
	CARRY(c, d->witness.observer);
	if (d->witness.any)
		carry_within(c, CARRY_OBSERVERS, d->witness.observer);
	CARRY(c, d->width_ns);
	carry_check(c, d->width_ns >= 0 && d->width_ns <= 86400 * NS_PER_S);
	carry_room(c, CARRY_ARRAY(d->routes, d->route_count, d->route_capacity), 40);
	for (size_t i = 0; i < d->route_count; i++) {
		sample_carry(c, &d->routes[i]);
		carry_check(c, d->routes[i].entity == d->entity && instant_known(d->routes[i].time));
		carry_check(c, !i || d->routes[i - 1].time.ns <= d->routes[i].time.ns);
	}
	CARRY(c, d->routes_baseline);
	CARRY(c, d->last);
}
