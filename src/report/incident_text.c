// SPDX-License-Identifier: ISC
// Incident → plain English for a terminal. Names from outside pass through text_untrusted.
#include "report/incident.h"

#include <stdio.h>

static void put_name(struct text *t, const struct entity *e)
{
	if (!e->name) {
		text_put(t, e->id);
		return;
	}
	text_untrusted(t, e->name, strlen(e->name));
	text_printf(t, " (%s)", e->id);
}

// To the second: archives know no more.
static void put_clock(struct text *t, struct instant when)
{
	struct text full = {0};
	text_utc(&full, (struct instant){instant_seconds(when) * NS_PER_S});
	const char *string = text_string(&full); // 2026-11-23T14:50:11Z
	text_printf(t, "%.10s %.8s UTC", string, string + 11);
	text_free(&full);
}

static void put_span(struct text *t, double seconds)
{
	int64_t s = (int64_t)(seconds + 0.5);
	if (s < 1) {
		text_put(t, "less than a second");
		return;
	}
	if (s >= 3600)
		text_printf(t, "%d h %02d min", (int)(s / 3600), (int)(s / 60 % 60));
	else if (s >= 60)
		text_printf(t, "%d min %02d s", (int)(s / 60), (int)(s % 60));
	else
		text_printf(t, "%d s", (int)s);
}

static void put_moment(struct text *t, const char *label, const struct moment *m)
{
	text_printf(t, "  %-11s", label);
	put_clock(t, m->best);
	text_printf(t, "  (between %+.0f s and %+.0f s of it, %.0f %% sure)\n", instant_gap_s(m->best, m->from),
		    instant_gap_s(m->best, m->to), m->confidence * 100);
}

static void put_headline(struct text *t, const struct incident_view *v, const struct incident *n)
{
	put_name(t, &v->entities->at[n->entity]);
	if (!n->has[SIGNAL_ROUTES] && !n->has[SIGNAL_ROUTES6])
		text_put(t, ": part of its address space is announced by another network");
	else if (n->scope == SCOPE_TOTAL)
		text_put(t, " fell off the global routing table");
	else
		text_printf(t, " lost %.0f %% of its address space in the global routing table",
			    n->fraction_down * 100);
	if (instant_known(n->end.best)) {
		text_put(t, " for ");
		put_span(t, instant_gap_s(n->start.best, n->end.best));
	} else {
		text_put(t, ", and it is not over where the data ends");
	}
	text_put(t, ".\n");
}

static void put_signal(struct text *t, const struct incident_view *v, const struct detection *d)
{
	const char *unit = d->signal == SIGNAL_ROUTES6 ? "/48" : "/24";
	text_printf(t, "  %-11s%llu of %llu %s blocks visible at the lowest\n",
		    d->signal == SIGNAL_ROUTES6 ? "IPv6" : "IPv4", (unsigned long long)d->lowest,
		    (unsigned long long)d->baseline, unit);
	text_printf(t, "  %-11s%s: %s; of %u full-feed network%s at %u collector%s\n", "visible", v->definition,
		    v->definition_says, d->of_networks, d->of_networks == 1 ? "" : "s", d->of_collectors,
		    d->of_collectors == 1 ? " (single collector)" : "s");
	if (instant_known(d->fall[PROFILE_90]) && instant_known(d->fall[PROFILE_10])) {
		text_printf(t, "  %-11s90 %% to 10 %% of the networks' routes went in ", "how fast");
		put_span(t, instant_gap_s(d->fall[PROFILE_90], d->fall[PROFILE_10]));
		text_put(t, "\n");
	}
	if (instant_known(d->rise[PROFILE_10]) && instant_known(d->rise[PROFILE_90])) {
		text_printf(t, "  %-11s10 %% to 90 %% of them came back in ", "return");
		put_span(t, instant_gap_s(d->rise[PROFILE_10], d->rise[PROFILE_90]));
		text_put(t, "\n");
	}
}

static void put_upstreams(struct text *t, const struct incident *n)
{
	if (n->upstream_count) {
		text_printf(t, "  %-11s", "upstreams");
		for (size_t i = 0; i < n->upstream_count && i < 8; i++) {
			text_put(t, i ? ", then " : "");
			if (n->upstreams[i].asn)
				text_printf(t, "AS%u", n->upstreams[i].asn);
			else
				text_put(t, "unknown");
			text_printf(t, " at %+.1f s (%u routes)", instant_gap_s(n->start.best, n->upstreams[i].first),
				    n->upstreams[i].routes);
		}
		text_put(t, "\n");
	}
	if (n->path_changes)
		text_printf(t, "  %-11s%llu path changes in the minute before\n", "churn",
			    (unsigned long long)n->path_changes);
}

static void put_origins(struct text *t, const struct incident *n)
{
	for (size_t i = 0; i < n->origin_count; i++) {
		const struct incident_origin *o = &n->origins[i];
		text_printf(t, "  %-11s", o->more_specific ? "new part" : "new origin");
		text_prefix(t, &o->prefix);
		text_printf(t, " announced by AS%u, inside a prefix of AS%u, from ", o->origin, o->expected);
		put_clock(t, o->first);
		if (instant_known(o->gone)) {
			text_put(t, " for ");
			put_span(t, instant_gap_s(o->first, o->gone));
		}
		text_printf(t, "; %u of %u full-feed networks carried it\n", o->networks, o->of_networks);
	}
}

void incident_text(struct text *t, const struct incident_view *v, const struct incident *n)
{
	put_headline(t, v, n);
	put_moment(t, "start", &n->start);
	if (instant_known(n->end.best))
		put_moment(t, "end", &n->end);
	for (int s = 0; s < SIGNAL_ROUTING_COUNT; s++)
		if (n->has[s])
			put_signal(t, v, &n->routes[s]);
	put_upstreams(t, n);
	put_origins(t, n);
	text_printf(t, "  %-11sroutes only; this version does not look for causes\n", "evidence");
	text_printf(t, "  %-11s%s\n", "id", n->id);
}

// Lowest share of the baseline between two moments; negative: nothing known yet.
static double lowest_in(const struct strip_view *s, struct instant from, struct instant to)
{
	double lowest = -1, held = -1;
	for (size_t i = 0; i < s->count && s->samples[i].time.ns < to.ns; i++) {
		bool known = s->samples[i].of_networks >= 3 && s->baseline > 0;
		double value = known ? (double)s->samples[i].value / s->baseline : -1;
		if (s->samples[i].time.ns < from.ns)
			held = value;
		else if (value >= 0 && (lowest < 0 || value < lowest))
			lowest = value;
	}
	if (held >= 0 && (lowest < 0 || held < lowest))
		lowest = held;
	return lowest;
}

void strip_text(struct text *t, const struct incident_view *v, const struct strip_view *strip, unsigned width)
{
	static const char *const bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	int64_t length = v->last.ns - v->first.ns;
	for (unsigned i = 0; i < width; i++) {
		struct instant from = {v->first.ns + length / width * i};
		struct instant to = {i + 1 == width ? v->last.ns + 1 : v->first.ns + length / width * (i + 1)};
		double share = lowest_in(strip, from, to);
		if (share < 0)
			text_put(t, "·");
		else if (share <= 0)
			text_put(t, "_");
		else
			text_put(t, bars[share >= 1 ? 7 : (int)(share * 8)]);
	}
}

void blind_text(struct text *t, const struct incident_view *v)
{
	for (size_t i = 0; i < v->blind->count; i++) {
		const struct blind_span *b = &v->blind->at[i];
		const char *name = collector_name(v->peers, b->collector);
		text_put(t, "We were blind at collector ");
		text_untrusted(t, name, strlen(name));
		text_put(t, " from ");
		put_clock(t, b->from);
		if (instant_known(b->to)) {
			text_put(t, " to ");
			put_clock(t, b->to);
		} else {
			text_put(t, " to the end of the data");
		}
		text_printf(t, ": %s.\n", b->why);
	}
}
