// SPDX-License-Identifier: ISC
// Incident → JSON. Times are Unix seconds with three decimals; shares have four.
#include "base/json.h"
#include "base/must.h"
#include "diagnose/ratios.h"
#include "report/cause.h"
#include "report/consistent.h"
#include "report/incident.h"
#include "report/words.h"

#include <math.h>

#define TIME_DIGITS  3
#define SHARE_DIGITS 4
#define SERVICE_SURE 0.9 // what the times between two checks of a service hold

static void incident_json_put_null(struct json *j, const char *key)
{
	json_key(j, key);
	json_null(j);
}

static void incident_json_put_time(struct json *j, const char *key, struct instant t)
{
	json_key(j, key);
	json_instant(j, t, TIME_DIGITS);
}

static void incident_json_put_moment(struct json *j, const char *key, const struct moment *m)
{
	json_key(j, key);
	if (!instant_known(m->best)) {
		json_null(j);
		return;
	}
	json_open(j, '{');
	incident_json_put_time(j, "best", m->best);
	incident_json_put_time(j, "from", m->from);
	incident_json_put_time(j, "to", m->to);
	json_key(j, "confidence");
	json_real(j, m->confidence, 2);
	json_close(j, '}');
}

static void incident_json_put_prefix(struct json *j, const char *key, const struct prefix *p)
{
	struct text t = {0};
	text_prefix(&t, p);
	json_key(j, key);
	json_string_n(j, t.bytes, t.length);
	text_free(&t);
}

static const char *incident_json_scope_name(enum incident_scope scope)
{
	return scope == SCOPE_TOTAL ? "total" : scope == SCOPE_PARTIAL ? "partial" : "service";
}

static void incident_json_put_scope(struct json *j, const struct incident_view *v, const struct incident *n)
{
	const struct entity *e = &v->entities->at[n->story.entity];
	json_key(j, "scope");
	json_open(j, '{');
	json_key(j, "kind");
	json_string(j, incident_json_scope_name(n->story.scope));
	json_key(j, "fraction_down");
	json_real(j, n->story.fraction_down, SHARE_DIGITS);
	json_key(j, "networks");
	json_open(j, '[');
	for (size_t i = 0; i < e->asn_count; i++) {
		struct text t = {0};
		text_printf(&t, "asn/%u", e->asns[i]);
		json_string_n(j, t.bytes, t.length);
		text_free(&t);
	}
	json_close(j, ']');
	json_key(j, "units_down");
	json_int(j, (int64_t)n->story.units_down);
	json_key(j, "units");
	json_int(j, (int64_t)n->story.units);
	json_close(j, '}');
}

static void incident_json_put_profile(struct json *j, const struct detection *d)
{
	static const char *const names[PROFILE_COUNT] = {"t90", "t50", "t10"};
	json_key(j, "withdrawal_profile");
	json_open(j, '{');
	for (int i = 0; i < PROFILE_COUNT; i++)
		incident_json_put_time(j, names[i], d->fall[i]);
	json_close(j, '}');
}

static double incident_json_depth_of(const struct detection *d)
{
	bool slower = d->signal == SIGNAL_LATENCY || d->signal == SIGNAL_CONNECT;
	if (slower) // in thousandths of the usual time: how much longer it took
		return d->lowest > d->baseline ? (double)d->lowest / (double)d->baseline - 1 : 0;
	return d->baseline > d->lowest ? 1 - (double)d->lowest / (double)d->baseline : 0;
}

static void incident_json_put_counted(struct json *j, const struct detection *d)
{
	json_key(j, "baseline");
	json_int(j, (int64_t)d->baseline);
	json_key(j, "lowest");
	json_int(j, (int64_t)d->lowest);
	json_key(j, "unit");
	json_string(j, d->signal == SIGNAL_ROUTES6 ? "/48" : "/24");
	json_key(j, "of_networks");
	json_int(j, d->of_networks);
	json_key(j, "of_collectors");
	json_int(j, d->of_collectors);
	incident_json_put_profile(j, d);
}

static void incident_json_put_signal(struct json *j, const struct incident_view *v, const struct detection *d)
{
	const struct series *series = v->targets ? series_at(v->targets, d->series) : NULL;
	json_open(j, '{');
	json_key(j, "signal");
	json_string(j, d->signal == SIGNAL_SERIES && series ? series->signal : signal_name(d->signal));
	incident_json_put_moment(j, "onset", &d->start);
	json_key(j, "depth");
	json_real(j, incident_json_depth_of(d), SHARE_DIGITS);
	incident_json_put_moment(j, "recovered", &d->end);
	if (d->signal < SIGNAL_ROUTING_COUNT)
		incident_json_put_counted(j, d);
	json_close(j, '}');
}

static void incident_json_put_signals(struct json *j, const struct incident_view *v, const struct incident *n)
{
	json_key(j, "signals");
	json_open(j, '[');
	for (size_t i = 0; i < n->story.signal_count; i++)
		incident_json_put_signal(j, v, &n->story.signals[i]);
	if (n->story.by_origins) {
		json_open(j, '{');
		json_key(j, "signal");
		json_string(j, "origin");
		struct moment first = {n->story.origins[0].first, n->story.origins[0].first, n->story.origins[0].first,
				       0.9};
		incident_json_put_moment(j, "onset", &first);
		json_key(j, "depth");
		json_real(j, n->story.fraction_down, SHARE_DIGITS);
		struct moment gone = {n->story.origins[0].gone, n->story.origins[0].gone, n->story.origins[0].gone,
				      0.9};
		incident_json_put_moment(j, "recovered", &gone);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void incident_json_put_order(struct json *j, const struct incident_view *v, const struct incident *n)
{
	json_key(j, "order");
	json_open(j, '[');
	for (unsigned group = 0; group < INCIDENT_SIGNALS_MAX; group++) {
		bool any = false;
		for (size_t i = 0; i < n->story.signal_count; i++) {
			const struct series *series =
				v->targets ? series_at(v->targets, n->story.signals[i].series) : NULL;
			bool named = n->story.signals[i].signal == SIGNAL_SERIES && series;
			if (n->story.order_group[i] != group)
				continue;
			if (!any)
				json_open(j, '[');
			any = true;
			json_string(j, named ? series->signal : signal_name(n->story.signals[i].signal));
		}
		if (any)
			json_close(j, ']');
	}
	json_close(j, ']');
}

// What was slow before anything failed: a part of the outage only where the start says so.
static void incident_json_put_early(struct json *j, const struct incident *n)
{
	const struct detection *failed = story_failed_first(&n->story);
	json_key(j, "early_signs");
	json_open(j, '[');
	for (size_t i = 0; i < n->story.signal_count && failed; i++) {
		const struct detection *d = &n->story.signals[i];
		if (!detection_early_sign(d) || d->start.best.ns >= failed->start.best.ns)
			continue;
		json_open(j, '{');
		json_key(j, "signal");
		json_string(j, signal_name(d->signal));
		incident_json_put_moment(j, "onset", &d->start);
		json_key(j, "lead_s");
		json_real(j, instant_gap_s(d->start.best, failed->start.best), 1);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void incident_json_put_phases(struct json *j, const struct incident *n)
{
	json_key(j, "phases");
	json_open(j, '[');
	for (size_t i = 0; i < n->story.phase_count; i++) {
		json_open(j, '{');
		json_key(j, "phase");
		json_string(j, n->story.phases[i].phase);
		incident_json_put_time(j, "from", n->story.phases[i].from);
		incident_json_put_time(j, "to", n->story.phases[i].to);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void incident_json_put_concurrency(struct json *j, const struct incident *n)
{
	const struct incident_concurrency *c = &n->story.concurrency;
	if (!c->known) {
		incident_json_put_null(j, "concurrency");
		return;
	}
	json_key(j, "concurrency");
	json_open(j, '{');
	json_key(j, "units");
	json_int(j, c->units);
	json_key(j, "failed");
	json_int(j, c->failed);
	json_key(j, "window_s");
	json_real(j, c->window_s, 0);
	json_key(j, "expected_per_year");
	json_real(j, c->expected_per_year, 9);
	json_key(j, "verdict");
	json_string(j, c->verdict);
	json_key(j, "common");
	json_string(j, c->level);
	json_key(j, "synchrony_s");
	json_real(j, c->synchrony_s, 1);
	json_close(j, '}');
}

static void incident_json_put_precedence(struct json *j, const struct incident *n)
{
	const struct incident_precedence *p = &n->story.precedence;
	if (!p->known) {
		incident_json_put_null(j, "precedence");
		return;
	}
	json_key(j, "precedence");
	json_open(j, '{');
	json_key(j, "lead_s");
	if (p->has_lead) {
		json_open(j, '{');
		json_key(j, "best");
		json_real(j, p->lead_best, 1);
		json_key(j, "from");
		json_real(j, p->lead_from, 1);
		json_key(j, "to");
		json_real(j, p->lead_to, 1);
		json_close(j, '}');
	} else {
		json_null(j);
	}
	json_key(j, "p_loss_first");
	json_real(j, p->has_lead ? p->p_loss_first : NAN, SHARE_DIGITS);
	json_key(j, "log10_shape_bf");
	json_real(j, p->has_shape ? p->log10_shape_bf : NAN, 2);
	json_key(j, "reading");
	json_string(j, p->reading);
	json_key(j, "partial_loss_s");
	json_real(j, p->partial_loss_s, 1);
	json_close(j, '}');
}

static void incident_json_put_similar(struct json *j, const struct incident *n)
{
	json_key(j, "similar");
	json_open(j, '[');
	for (size_t i = 0; i < n->ties.similar_count; i++) {
		json_open(j, '{');
		json_key(j, "id");
		json_string(j, n->ties.similar[i].id);
		json_key(j, "similarity");
		json_real(j, n->ties.similar[i].similarity, SHARE_DIGITS);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void incident_json_put_routing(struct json *j, const struct incident *n)
{
	json_key(j, "routing");
	json_open(j, '{');
	json_key(j, "upstreams");
	json_open(j, '[');
	for (size_t i = 0; i < n->story.upstream_count; i++) {
		json_open(j, '{');
		json_key(j, "asn");
		if (n->story.upstreams[i].asn)
			json_int(j, n->story.upstreams[i].asn);
		else
			json_null(j);
		incident_json_put_time(j, "first_withdrawal", n->story.upstreams[i].first);
		json_key(j, "routes");
		json_int(j, n->story.upstreams[i].routes);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_key(j, "path_changes_before_60s");
	json_int(j, (int64_t)n->story.path_changes);
	json_key(j, "origins");
	json_open(j, '[');
	for (size_t i = 0; i < n->story.origin_count; i++) {
		const struct incident_origin *o = &n->story.origins[i];
		json_open(j, '{');
		incident_json_put_prefix(j, "prefix", &o->prefix);
		json_key(j, "kind");
		json_string(j, o->more_specific ? "more-specific" : "new-origin");
		json_key(j, "origin");
		json_int(j, o->origin);
		json_key(j, "expected");
		json_int(j, o->expected);
		incident_json_put_time(j, "first", o->first);
		incident_json_put_time(j, "gone", o->gone);
		incident_json_put_time(j, "unheard_since", o->unheard);
		json_key(j, "networks");
		json_int(j, o->networks);
		json_key(j, "of_networks");
		json_int(j, o->of_networks);
		json_key(j, "still");
		json_int(j, o->still);
		json_key(j, "without_expected");
		json_int(j, o->without);
		json_key(j, "enough");
		json_bool(j, o->enough);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_close(j, '}');
}

static void incident_json_put_recovery(struct json *j, const struct incident *n)
{
	json_key(j, "recovery");
	json_open(j, '[');
	for (size_t i = 0; i < n->story.recovery_count; i++) {
		const struct incident_recovery *r = &n->story.recovery[i];
		json_open(j, '{');
		json_key(j, "class");
		json_string(j, r->signal == SIGNAL_LOSS ? "hosts" : signal_name(r->signal));
		incident_json_put_time(j, "t10", r->t10);
		incident_json_put_time(j, "t50", r->t50);
		incident_json_put_time(j, "t90", r->t90);
		json_key(j, "rank");
		if (r->rank == UINT8_MAX)
			json_null(j);
		else
			json_int(j, r->rank);
		json_close(j, '}');
	}
	json_close(j, ']');
}

// Whom it is about: how it is asked, where, by which name, whose it is.
static void incident_json_put_target(struct json *j, const struct target *t)
{
	struct text address = {0};
	text_addr(&address, &t->address);
	json_key(j, "service");
	json_string(j, words_op(t->op));
	json_key(j, "address");
	json_string_n(j, address.bytes, address.length);
	json_key(j, "target");
	json_string(j, t->name);
	json_key(j, "institution");
	json_string(j, t->institution);
	text_free(&address);
}

static void incident_json_put_service(struct json *j, const struct target *t, const struct incident_service *s)
{
	struct moment failed = {s->failed, instant_known(s->last_ok) ? s->last_ok : s->failed, s->failed, SERVICE_SURE};
	struct moment back = {s->back, instant_known(s->last_bad) ? s->last_bad : s->back, s->back, SERVICE_SURE};
	json_open(j, '{');
	incident_json_put_target(j, t);
	incident_json_put_moment(j, "failed", &failed);
	json_key(j, "how");
	json_string(j, probe_outcome_name(s->outcome));
	json_key(j, "failures");
	json_int(j, s->failures);
	incident_json_put_moment(j, "back", &back);
	json_key(j, "rank");
	if (s->rank == UINT8_MAX)
		json_null(j);
	else
		json_int(j, s->rank);
	json_close(j, '}');
}

// Each service that failed, in the order of return; then those of them that nobody was before, which are several where the times are too
// close to tell.
static void incident_json_put_services(struct json *j, const struct incident_view *v, const struct incident *n)
{
	json_key(j, "services");
	json_open(j, '[');
	for (size_t i = 0; i < n->story.service_count && v->targets; i++)
		incident_json_put_service(j, target_at(v->targets, n->story.services[i].target), &n->story.services[i]);
	json_close(j, ']');
	json_key(j, "first_back");
	json_open(j, '[');
	for (size_t i = 0; i < n->story.service_count && v->targets && n->story.services[i].rank == 0; i++) {
		json_open(j, '{');
		incident_json_put_target(j, target_at(v->targets, n->story.services[i].target));
		json_close(j, '}');
	}
	json_close(j, ']');
}

// At some time at which it may have been.
static bool incident_json_blind_during(const struct blind_span *b, const struct incident *n)
{
	struct instant end = instant_known(n->story.end.to) ? n->story.end.to : n->story.end.best;
	bool before_end = !instant_known(n->story.end.best) || b->from.ns <= end.ns;
	struct instant begin = instant_known(n->story.start.from) ? n->story.start.from : n->story.start.best;
	return before_end && (!instant_known(b->to) || b->to.ns >= begin.ns);
}

static bool incident_json_any_degraded(const struct incident_view *v, const struct incident *n)
{
	for (size_t i = 0; i < v->blind->count; i++)
		if (v->blind->at[i].degraded && incident_json_blind_during(&v->blind->at[i], n))
			return true;
	return false;
}

static void incident_json_put_blind(struct json *j, const struct incident_view *v, const struct incident *n,
				    bool degraded)
{
	json_key(j, degraded ? "degraded" : "blind");
	json_open(j, '[');
	for (size_t i = 0; i < v->blind->count; i++) {
		const struct blind_span *b = &v->blind->at[i];
		if (b->degraded != degraded || !incident_json_blind_during(b, n))
			continue;
		json_open(j, '{');
		struct text name = {0};
		blind_name(&name, v, b);
		json_key(j, "who");
		json_string_n(j, name.bytes, name.length);
		text_free(&name);
		incident_json_put_time(j, "from", b->from);
		incident_json_put_time(j, "to", b->to);
		json_key(j, "why");
		json_string(j, b->why);
		json_close(j, '}');
	}
	json_close(j, ']');
}

// How many of the collectors or observers were not blind at some time of the incident.
static void incident_json_put_healthy(struct json *j, const struct incident_view *v, const struct incident *n,
				      bool observers)
{
	uint32_t all = !observers ? collector_count(v->peers) : v->targets ? observer_count(v->targets) : 0, blind = 0;
	for (uint16_t who = 0; who < all; who++) {
		bool was = false;
		for (size_t i = 0; i < v->blind->count; i++) {
			const struct blind_span *b = &v->blind->at[i];
			was |= b->kind == (observers ? BLIND_OBSERVER : BLIND_COLLECTOR) && b->who == who &&
			       !b->degraded && incident_json_blind_during(b, n);
		}
		blind += was;
	}
	json_key(j, observers ? "observers" : "collectors");
	json_int(j, all);
	json_key(j, observers ? "observers_ok" : "collectors_ok");
	json_int(j, all - blind);
}

static void incident_json_put_coverage(struct json *j, const struct incident_view *v, const struct incident *n)
{
	json_key(j, "coverage");
	json_open(j, '{');
	incident_json_put_healthy(j, v, n, true);
	incident_json_put_healthy(j, v, n, false);
	json_key(j, "definition");
	json_string(j, v->definition);
	incident_json_put_blind(j, v, n, false);
	if (incident_json_any_degraded(v, n))
		incident_json_put_blind(j, v, n, true);
	json_close(j, '}');
}

static void incident_json_put_impact(struct json *j, const struct incident_view *v, const struct incident *n)
{
	const struct entity *e = &v->entities->at[n->story.entity];
	json_key(j, "impact");
	json_open(j, '{');
	json_key(j, "addresses");
	if (n->story.addresses_down)
		json_int(j, (int64_t)n->story.addresses_down);
	else
		json_null(j);
	json_key(j, "networks");
	if (e->asn_count)
		json_int(j, (int64_t)e->asn_count);
	else
		json_null(j);
	json_key(j, "population");
	if (e->population > 0)
		json_real(j, e->population, 0);
	else
		json_null(j);
	incident_json_put_null(j, "users");
	json_close(j, '}');
}

static void incident_json_put_evidence(struct json *j, const struct incident_view *v)
{
	json_key(j, "evidence");
	json_open(j, '[');
	for (size_t i = 0; i < v->evidence_count; i++) {
		json_open(j, '{');
		json_key(j, "file");
		json_string(j, v->evidence[i].file);
		json_key(j, "offset");
		json_int(j, 0);
		json_key(j, "length");
		json_int(j, (int64_t)v->evidence[i].bytes);
		json_key(j, "sha256");
		json_string(j, v->evidence[i].sha256[0] ? v->evidence[i].sha256 : NULL);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void incident_json_put_state(struct json *j, const struct incident *n)
{
	static const char *const names[] = {[INCIDENT_OPEN] = "open",
					    [INCIDENT_RECOVERING] = "recovering",
					    [INCIDENT_CLOSED] = "closed",
					    [INCIDENT_WITHDRAWN] = "withdrawn"};
	json_key(j, "state");
	json_string(j, names[incident_state(n)]);
	if (!n->reason)
		return;
	json_key(j, "reason");
	json_string(j, n->reason);
	json_key(j, "merged_into");
	json_string(j, n->merged_into[0] ? n->merged_into : NULL);
}

static void incident_json_put_world(struct json *j, const struct world_digest *w)
{
	struct text date = {0};
	json_key(j, "world");
	if (!w->sha256[0]) {
		json_string(j, NULL);
		return;
	}
	if (instant_known(w->date))
		text_utc(&date, w->date);
	json_open(j, '{');
	json_key(j, "date");
	json_string(j, date.length ? text_string(&date) : NULL);
	json_key(j, "sha256");
	json_string(j, w->sha256);
	json_key(j, "attribution");
	json_string(j, w->attribution[0] ? w->attribution : NULL);
	json_close(j, '}');
	text_free(&date);
}

static void incident_json_put_head(struct json *j, const struct incident *n)
{
	json_open(j, '{');
	json_key(j, "format");
	json_string(j, "lacuna-incident/1");
	json_key(j, "id");
	json_string(j, n->id);
	json_key(j, "revision");
	json_int(j, n->revision);
}

void incident_json_head(struct text *t, const struct incident *n)
{
	incident_json_put_head(&(struct json){.out = t}, n);
}

// What does not fit together in it: our own fault, and said rather than hidden. No member where all fits.
static void incident_json_put_contradictions(struct json *j, const struct incident_view *v, const struct incident *n)
{
	const char *names[CONTRADICTIONS_MAX];
	struct consistent_input in = {n, v->last, v};
	size_t count = consistent_look(&in, names);
	if (!count)
		return;
	json_key(j, "contradictions");
	json_open(j, '[');
	for (size_t i = 0; i < count; i++)
		json_string(j, names[i]);
	json_close(j, ']');
}

size_t incident_json(struct text *t, const struct incident_view *v, const struct incident *n)
{
	must(v->entities && n->story.entity < v->entities->count);
	struct json writer = {.out = t}, *j = &writer;
	incident_json_put_head(j, n);
	size_t head = t->length;
	json_key(j, "entity");
	json_string(j, v->entities->at[n->story.entity].id);
	json_key(j, "name");
	json_string(j, entity_name(&v->entities->at[n->story.entity]));
	incident_json_put_state(j, n);
	incident_json_put_scope(j, v, n);
	incident_json_put_moment(j, "start", &n->story.start);
	incident_json_put_moment(j, "end", &n->story.end);
	incident_json_put_signals(j, v, n);
	incident_json_put_order(j, v, n);
	incident_json_put_early(j, n);
	incident_json_put_phases(j, n);
	incident_json_put_concurrency(j, n);
	incident_json_put_precedence(j, n);
	cause_json(j, v, n);
	incident_json_put_recovery(j, n);
	incident_json_put_services(j, v, n);
	json_key(j, "campaign");
	json_string(j, n->ties.campaign[0] ? n->ties.campaign : NULL);
	incident_json_put_similar(j, n);
	incident_json_put_impact(j, v, n);
	incident_json_put_coverage(j, v, n);
	incident_json_put_routing(j, n);
	incident_json_put_evidence(j, v);
	incident_json_put_contradictions(j, v, n);
	json_key(j, "parameters");
	json_string(j, v->parameters);
	incident_json_put_world(j, &v->world);
	json_key(j, "ratios");
	json_int(j, ratios_version());
	json_key(j, "version");
	json_string(j, v->version);
	json_close(j, '}');
	return head;
}
