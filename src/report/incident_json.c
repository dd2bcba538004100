// SPDX-License-Identifier: ISC
// Incident → JSON. Times are Unix seconds with three decimals; shares have four.
#include "base/json.h"
#include "report/incident.h"

#define TIME_DIGITS  3
#define SHARE_DIGITS 4

static void put_null(struct json *j, const char *key)
{
	json_key(j, key);
	json_null(j);
}

static void put_time(struct json *j, const char *key, struct instant t)
{
	json_key(j, key);
	json_instant(j, t, TIME_DIGITS);
}

static void put_moment(struct json *j, const char *key, const struct moment *m)
{
	json_key(j, key);
	if (!instant_known(m->best)) {
		json_null(j);
		return;
	}
	json_open(j, '{');
	put_time(j, "best", m->best);
	put_time(j, "from", m->from);
	put_time(j, "to", m->to);
	json_key(j, "confidence");
	json_real(j, m->confidence, 2);
	json_close(j, '}');
}

static void put_prefix(struct json *j, const char *key, const struct prefix *p)
{
	struct text t = {0};
	text_prefix(&t, p);
	json_key(j, key);
	json_string_n(j, t.bytes, t.length);
	text_free(&t);
}

static void put_scope(struct json *j, const struct incident_view *v, const struct incident *n)
{
	const struct entity *e = &v->entities->at[n->entity];
	json_key(j, "scope");
	json_open(j, '{');
	json_key(j, "kind");
	json_string(j, n->scope == SCOPE_TOTAL ? "total" : "partial");
	json_key(j, "fraction_down");
	json_real(j, n->fraction_down, SHARE_DIGITS);
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
	json_int(j, (int64_t)n->units_down);
	json_key(j, "units");
	json_int(j, (int64_t)n->units);
	json_close(j, '}');
}

static void put_profile(struct json *j, const struct detection *d)
{
	static const char *const names[PROFILE_COUNT] = {"t90", "t50", "t10"};
	json_key(j, "withdrawal_profile");
	json_open(j, '{');
	for (int i = 0; i < PROFILE_COUNT; i++)
		put_time(j, names[i], d->fall[i]);
	json_close(j, '}');
}

static void put_signals(struct json *j, const struct incident *n)
{
	json_key(j, "signals");
	json_open(j, '[');
	for (uint8_t s = 0; s < SIGNAL_ROUTING_COUNT; s++) {
		const struct detection *d = &n->routes[s];
		if (!n->has[s])
			continue;
		json_open(j, '{');
		json_key(j, "signal");
		json_string(j, signal_name(s));
		put_moment(j, "onset", &d->start);
		json_key(j, "depth");
		json_real(j, d->baseline ? 1 - (double)d->lowest / (double)d->baseline : 0, SHARE_DIGITS);
		put_moment(j, "recovered", &d->end);
		json_key(j, "baseline");
		json_int(j, (int64_t)d->baseline);
		json_key(j, "lowest");
		json_int(j, (int64_t)d->lowest);
		json_key(j, "unit");
		json_string(j, s == SIGNAL_ROUTES6 ? "/48" : "/24");
		json_key(j, "of_networks");
		json_int(j, d->of_networks);
		json_key(j, "of_collectors");
		json_int(j, d->of_collectors);
		put_profile(j, d);
		json_close(j, '}');
	}
	if (n->origin_count) {
		json_open(j, '{');
		json_key(j, "signal");
		json_string(j, "origin");
		struct moment first = {n->origins[0].first, n->origins[0].first, n->origins[0].first, 0.9};
		put_moment(j, "onset", &first);
		json_key(j, "depth");
		json_real(j, n->fraction_down, SHARE_DIGITS);
		struct moment gone = {n->origins[0].gone, n->origins[0].gone, n->origins[0].gone, 0.9};
		put_moment(j, "recovered", &gone);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_routing(struct json *j, const struct incident *n)
{
	json_key(j, "routing");
	json_open(j, '{');
	json_key(j, "upstreams");
	json_open(j, '[');
	for (size_t i = 0; i < n->upstream_count; i++) {
		json_open(j, '{');
		json_key(j, "asn");
		if (n->upstreams[i].asn)
			json_int(j, n->upstreams[i].asn);
		else
			json_null(j);
		put_time(j, "first_withdrawal", n->upstreams[i].first);
		json_key(j, "routes");
		json_int(j, n->upstreams[i].routes);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_key(j, "path_changes_before_60s");
	json_int(j, (int64_t)n->path_changes);
	json_key(j, "origins");
	json_open(j, '[');
	for (size_t i = 0; i < n->origin_count; i++) {
		const struct incident_origin *o = &n->origins[i];
		json_open(j, '{');
		put_prefix(j, "prefix", &o->prefix);
		json_key(j, "kind");
		json_string(j, o->more_specific ? "more-specific" : "new-origin");
		json_key(j, "origin");
		json_int(j, o->origin);
		json_key(j, "expected");
		json_int(j, o->expected);
		put_time(j, "first", o->first);
		put_time(j, "gone", o->gone);
		json_key(j, "networks");
		json_int(j, o->networks);
		json_key(j, "of_networks");
		json_int(j, o->of_networks);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_close(j, '}');
}

static void put_recovery(struct json *j, const struct incident *n)
{
	json_key(j, "recovery");
	json_open(j, '[');
	for (uint8_t s = 0; s < SIGNAL_ROUTING_COUNT; s++) {
		if (!n->has[s])
			continue;
		json_open(j, '{');
		json_key(j, "class");
		json_string(j, signal_name(s));
		put_time(j, "t10", n->routes[s].rise[PROFILE_10]);
		put_time(j, "t50", n->routes[s].rise[PROFILE_50]);
		put_time(j, "t90", n->routes[s].rise[PROFILE_90]);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static bool blind_during(const struct blind_span *b, const struct incident *n)
{
	bool before_end = !instant_known(n->end.best) || b->from.ns <= n->end.best.ns;
	return before_end && (!instant_known(b->to) || b->to.ns >= n->start.best.ns);
}

static void put_coverage(struct json *j, const struct incident_view *v, const struct incident *n)
{
	size_t collectors = collector_count(v->peers), blind = 0;
	json_key(j, "coverage");
	json_open(j, '{');
	put_null(j, "observers");
	put_null(j, "observers_ok");
	json_key(j, "collectors");
	json_int(j, (int64_t)collectors);
	for (size_t i = 0; i < v->blind->count; i++)
		blind += blind_during(&v->blind->at[i], n);
	json_key(j, "collectors_ok");
	json_int(j, (int64_t)(collectors > blind ? collectors - blind : 0));
	json_key(j, "definition");
	json_string(j, v->definition);
	json_key(j, "blind");
	json_open(j, '[');
	for (size_t i = 0; i < v->blind->count; i++) {
		const struct blind_span *b = &v->blind->at[i];
		if (!blind_during(b, n))
			continue;
		json_open(j, '{');
		json_key(j, "who");
		json_string(j, collector_name(v->peers, b->collector));
		put_time(j, "from", b->from);
		put_time(j, "to", b->to);
		json_key(j, "why");
		json_string(j, b->why);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_close(j, '}');
}

static void put_impact(struct json *j, const struct incident_view *v, const struct incident *n)
{
	const struct entity *e = &v->entities->at[n->entity];
	json_key(j, "impact");
	json_open(j, '{');
	json_key(j, "addresses");
	if (n->has[SIGNAL_ROUTES])
		json_int(j, (int64_t)(n->units_down * 256));
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
	put_null(j, "users");
	json_close(j, '}');
}

void incident_json(struct text *t, const struct incident_view *v, const struct incident *n)
{
	struct json writer = {.out = t}, *j = &writer;
	json_open(j, '{');
	json_key(j, "format");
	json_string(j, "lacuna-incident/1");
	json_key(j, "id");
	json_string(j, n->id);
	json_key(j, "revision");
	json_int(j, n->revision);
	json_key(j, "entity");
	json_string(j, v->entities->at[n->entity].id);
	json_key(j, "state");
	json_string(j, instant_known(n->end.best) ? "closed" : "open");
	put_scope(j, v, n);
	put_moment(j, "start", &n->start);
	put_moment(j, "end", &n->end);
	put_signals(j, n);
	put_null(j, "order");
	put_null(j, "phases");
	put_null(j, "concurrency");
	put_null(j, "precedence");
	put_null(j, "causes");
	put_null(j, "verdict");
	put_null(j, "would_change_most");
	put_recovery(j, n);
	put_null(j, "campaign");
	put_null(j, "similar");
	put_impact(j, v, n);
	put_coverage(j, v, n);
	put_routing(j, n);
	put_null(j, "evidence");
	put_null(j, "parameters");
	json_key(j, "version");
	json_string(j, v->version);
	json_close(j, '}');
}
