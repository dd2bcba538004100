// SPDX-License-Identifier: ISC
// Incident → plain English for a terminal. Names from outside pass through text_untrusted.
#include "report/incident.h"

#include "report/cause.h"
#include "report/consistent.h"
#include "report/services_text.h"

#include <math.h>

#define VAGUE_LEAST_S 60  // bounds of how long it lasted are told when they are so far apart,
#define VAGUE_SHARE   0.1 // and that much of it
#define DOUBT_STEP_S  1	  // finer doubt about a moment is not told

static void incident_text_put_doubt(struct text *t, double before, double after)
{
	bool even = fabs(before - after) < DOUBT_STEP_S / 2.0;
	if (before < DOUBT_STEP_S && after < DOUBT_STEP_S) {
		text_put(t, "to the second");
	} else if (before < DOUBT_STEP_S || after < DOUBT_STEP_S || even) {
		text_put(t, even ? "give or take " : "or up to ");
		words_span(t, before < DOUBT_STEP_S ? after : before);
		text_put(t, even ? "" : before < DOUBT_STEP_S ? " later" : " earlier");
	} else {
		text_put(t, "or from ");
		words_span(t, before);
		text_put(t, " earlier to ");
		words_span(t, after);
		text_put(t, " later");
	}
}

static void incident_text_put_moment(struct text *t, const struct incident_view *v, const char *label,
				     const struct moment *m)
{
	text_printf(t, "  %-12s", label);
	words_clock(t, v->zone, m->best);
	text_put(t, " (");
	incident_text_put_doubt(t, instant_gap_s(m->from, m->best), instant_gap_s(m->best, m->to));
	text_printf(t, ", %.0f %% sure)\n", m->confidence * 100);
}

// How long nobody could even route there: the time of its unrouted phases, not that of the whole.
static void incident_text_put_unrouted(struct text *t, const struct incident_view *v, const struct incident *n)
{
	double seconds = 0;
	size_t parts = 0;
	for (size_t i = 0; i < n->story.phase_count && n->story.scope == SCOPE_TOTAL && !n->story.by_origins; i++) {
		const struct incident_phase *p = &n->story.phases[i];
		struct instant to = instant_known(p->to) ? p->to : v->last;
		if (strcmp(p->phase, "unrouted") != 0 || !instant_known(to))
			continue;
		seconds += instant_gap_s(p->from, to);
		parts++;
	}
	if (!parts)
		return;
	text_put(t, "; nobody could even route there for ");
	words_span(t, seconds);
	if (parts > 1)
		text_printf(t, " in %zu parts", parts);
}

// A start or an end in a gap may lie anywhere in it: then how long it lasted is known within bounds only.
static void incident_text_put_lasted(struct text *t, const struct story *s)
{
	double lasted = instant_gap_s(s->start.best, s->end.best), least = instant_gap_s(s->start.to, s->end.from),
	       most = instant_gap_s(s->start.from, s->end.to);
	text_put(t, ", for ");
	if (most - least < VAGUE_LEAST_S || most - least < VAGUE_SHARE * lasted) {
		words_span(t, lasted);
		return;
	}
	text_put(t, "at least ");
	words_span(t, least > 0 ? least : 0);
	text_put(t, " and at most ");
	words_span(t, most);
}

static bool incident_text_of_services(const struct incident *n)
{
	for (size_t i = 0; i < n->story.signal_count; i++)
		if (n->story.signals[i].signal >= SIGNAL_SERVICE_DNS &&
		    n->story.signals[i].signal <= SIGNAL_SERVICE_TCP)
			return true;
	return n->story.service_count > 0;
}

static void incident_text_put_taken(struct text *t, const struct story *s)
{
	const struct incident_origin *o = &s->origins[0];
	text_printf(t, ": AS%u announces ", o->origin);
	text_prefix(t, &o->prefix);
	if (s->origin_count > 1)
		text_printf(t, " and %zu more", s->origin_count - 1);
	text_printf(t, " of its address space (%u of %u full-feed networks saw it)", o->networks, o->of_networks);
}

// Since when none of those that carried an origin was heard; unknown: some are, or it is gone.
static struct instant incident_text_unheard(const struct story *s)
{
	struct instant found = INSTANT_NONE;
	for (size_t i = 0; i < s->origin_count; i++) {
		const struct incident_origin *o = &s->origins[i];
		if (!instant_known(o->gone) && !instant_known(o->unheard))
			return INSTANT_NONE;
		if (instant_known(o->unheard) && (!instant_known(found) || o->unheard.ns > found.ns))
			found = o->unheard;
	}
	return found;
}

static void incident_text_put_headline(struct text *t, const struct incident_view *v, const struct incident *n)
{
	words_entity(t, &v->entities->at[n->story.entity]);
	if (n->story.by_origins)
		incident_text_put_taken(t, &n->story);
	else if (n->story.scope == SCOPE_SERVICE)
		text_printf(t, ": %s (%llu of %llu machines), the network stands",
			    incident_text_of_services(n) ? "a service fails" : "single hosts fail",
			    (unsigned long long)n->story.units_down, (unsigned long long)n->story.units);
	else if (n->story.scope == SCOPE_TOTAL)
		text_put(t, " fell off the Internet");
	else if (n->story.fraction_down >= 0.01)
		text_printf(t, " is partly cut off (%.0f %%)", n->story.fraction_down * 100);
	else
		text_put(t, " is degraded");
	if (instant_known(n->story.end.best)) {
		incident_text_put_lasted(t, &n->story);
	} else if (n->story.by_origins && instant_known(incident_text_unheard(&n->story))) {
		text_put(t, "; whether it is over is not known: nobody that saw it is heard since ");
		words_clock(t, v->zone, incident_text_unheard(&n->story));
	} else {
		text_put(t, "; it is not over where the data ends");
	}
	incident_text_put_unrouted(t, v, n);
	text_put(t, n->story.state == INCIDENT_RECOVERING ? "; not all services are back.\n" : ".\n");
}

static void incident_text_put_routes(struct text *t, const struct incident_view *v, const struct detection *d)
{
	text_printf(
		t, "  %-12s%llu of %llu %s blocks visible at the lowest, to %u full-feed network%s at %u collector%s",
		d->signal == SIGNAL_ROUTES6 ? "IPv6" : "routes", (unsigned long long)d->lowest,
		(unsigned long long)d->baseline, d->signal == SIGNAL_ROUTES6 ? "/48" : "/24", d->of_networks,
		d->of_networks == 1 ? "" : "s", d->of_collectors, d->of_collectors == 1 ? " (single collector)" : "s");
	text_printf(t, " (%s: %s)\n", v->definition, v->definition_says);
	if (instant_known(d->fall[PROFILE_90]) && instant_known(d->fall[PROFILE_10])) {
		text_printf(t, "  %-12s90 to 10 %% of the routes went in ", "how fast");
		words_span(t, instant_gap_s(d->fall[PROFILE_90], d->fall[PROFILE_10]));
		if (instant_known(d->rise[PROFILE_10]) && instant_known(d->rise[PROFILE_90])) {
			text_put(t, ", and came back in ");
			words_span(t, instant_gap_s(d->rise[PROFILE_10], d->rise[PROFILE_90]));
		}
		text_put(t, "\n");
	}
}

static void incident_text_put_signal_name(struct text *t, const struct incident_view *v, const struct detection *d)
{
	const struct series *series = v->targets ? series_at(v->targets, d->series) : NULL;
	if (d->signal == SIGNAL_SERIES && series)
		text_untrusted(t, series->signal, strlen(series->signal));
	else
		text_put(t, d->signal == SIGNAL_LOSS ? "loss" : words_class(d->signal));
}

static void incident_text_put_order(struct text *t, const struct incident_view *v, const struct incident *n)
{
	if (!n->story.signal_count)
		return;
	text_printf(t, "  %-12s", "order");
	for (unsigned group = 0, shown = 0; group < INCIDENT_SIGNALS_MAX; group++) {
		const struct detection *first = NULL;
		for (size_t i = 0; i < n->story.signal_count; i++) {
			if (n->story.order_group[i] != group)
				continue;
			text_put(t, first ? " + " : shown++ ? " → " : "");
			first = first ? first : &n->story.signals[i];
			incident_text_put_signal_name(t, v, &n->story.signals[i]);
		}
		if (first && group) {
			text_put(t, " (");
			words_offset(t, instant_gap_s(n->story.start.best, first->start.best));
			text_char(t, ')');
		}
	}
	text_put(t, "\n");
}

// A line of its own: an outage did not begin because something was slow.
static void incident_text_put_early(struct text *t, const struct incident *n)
{
	const struct detection *failed = story_failed_first(&n->story);
	bool any = false;
	for (size_t i = 0; i < n->story.signal_count && failed; i++) {
		const struct detection *d = &n->story.signals[i];
		double lead = instant_gap_s(d->start.best, failed->start.best);
		if (!detection_early_sign(d) || lead <= 0)
			continue;
		if (any)
			text_put(t, ", ");
		else
			text_printf(t, "  %-12s", "early signs");
		text_printf(t, "%s ", words_class(d->signal));
		words_span(t, lead);
		any = true;
	}
	if (any)
		text_put(t, " before anything failed\n");
}

static void incident_text_put_phases(struct text *t, const struct incident_view *v, const struct incident *n)
{
	for (size_t i = 0; i < n->story.phase_count; i++) {
		text_printf(t, "  %-12s%-10s ", i ? "" : "phases", n->story.phases[i].phase);
		words_clock(t, v->zone, n->story.phases[i].from);
		if (instant_known(n->story.phases[i].to)) {
			text_put(t, ", ");
			words_span(t, instant_gap_s(n->story.phases[i].from, n->story.phases[i].to));
		}
		text_put(t, "\n");
	}
}

static void incident_text_put_recovery(struct text *t, const struct incident *n)
{
	bool any = false;
	for (unsigned rank = 0; rank < SIGNAL_COUNT; rank++)
		for (size_t i = 0; i < n->story.recovery_count; i++) {
			const struct incident_recovery *r = &n->story.recovery[i];
			if (r->rank != rank)
				continue;
			if (!any)
				text_printf(t, "  %-12s", "came back");
			text_put(t, any ? ", " : "");
			text_printf(t, "%s ", words_class(r->signal));
			words_offset(t, instant_gap_s(n->story.start.best, r->t50));
			any = true;
		}
	for (size_t i = 0; i < n->story.recovery_count; i++)
		if (n->story.recovery[i].rank == UINT8_MAX && any)
			text_printf(t, ", %s not yet", words_class(n->story.recovery[i].signal));
	if (any)
		text_put(t, "\n");
}

static void incident_text_put_upstreams(struct text *t, const struct incident *n)
{
	if (n->story.upstream_count) {
		text_printf(t, "  %-12s", "upstreams");
		for (size_t i = 0; i < n->story.upstream_count && i < 8; i++) {
			text_put(t, i ? ", then " : "");
			if (n->story.upstreams[i].asn)
				text_printf(t, "AS%u", n->story.upstreams[i].asn);
			else
				text_put(t, "unknown");
			text_char(t, ' ');
			words_offset(t, instant_gap_s(n->story.start.best, n->story.upstreams[i].first));
			text_printf(t, " (%u route%s)", n->story.upstreams[i].routes,
				    n->story.upstreams[i].routes == 1 ? "" : "s");
		}
		text_put(t, "\n");
	}
	if (n->story.path_changes)
		text_printf(t, "  %-12s%llu path changes in the minute before\n", "churn",
			    (unsigned long long)n->story.path_changes);
}

static void incident_text_put_carried(struct text *t, const struct incident_origin *o)
{
	text_printf(t, "; %u of %u full-feed networks carried it", o->networks, o->of_networks);
	if (o->without > o->networks)
		text_printf(t, ", %u had no route to AS%u", o->without, o->expected);
	if (o->still && o->still < o->networks)
		text_printf(t, ", %u still do", o->still);
	text_put(t, "\n");
}

static void incident_text_put_origins(struct text *t, const struct incident_view *v, const struct incident *n)
{
	for (size_t i = 0; i < n->story.origin_count; i++) {
		const struct incident_origin *o = &n->story.origins[i];
		text_printf(t, "  %-12s", o->more_specific ? "new part" : "new origin");
		text_prefix(t, &o->prefix);
		text_printf(t, " announced by AS%u, %s of AS%u, from ", o->origin,
			    o->more_specific ? "inside a prefix" : "in place", o->expected);
		words_clock(t, v->zone, o->first);
		if (instant_known(o->gone)) {
			text_put(t, " for ");
			words_span(t, instant_gap_s(o->first, o->gone));
		} else if (instant_known(o->unheard)) {
			text_put(t, ", unknown since ");
			words_clock(t, v->zone, o->unheard);
		}
		incident_text_put_carried(t, o);
	}
}

// What the headline rests on: no kind of evidence passes for another.
static void incident_text_put_evidence(struct text *t, const struct incident *n)
{
	bool routes = false, probes = false, series = false;
	for (size_t i = 0; i < n->story.signal_count; i++) {
		routes |= n->story.signals[i].signal < SIGNAL_ROUTING_COUNT;
		probes |= n->story.signals[i].signal >= SIGNAL_LOSS && n->story.signals[i].signal <= SIGNAL_BLOCKS;
		series |= n->story.signals[i].signal == SIGNAL_SERIES;
	}
	routes |= n->story.by_origins;
	text_printf(t, "  %-12s", "rests on");
	if (routes + probes + series > 1)
		text_printf(t, "%s%s%s\n", routes ? "routes" : "", probes ? routes ? " and probes" : "probes" : "",
			    series ? " and published series" : "");
	else
		text_printf(t, "%s only\n", routes ? "routes" : probes ? "probes" : "published series");
}

void incident_headline(struct text *t, const struct incident_view *v, const struct incident *n)
{
	incident_text_put_headline(t, v, n);
	incident_text_put_moment(t, v, "start", &n->story.start);
	text_printf(t, "  %-12s%s\n", "id", n->id);
}

static void incident_text_put_contradictions(struct text *t, const struct incident_view *v, const struct incident *n)
{
	const char *names[CONTRADICTIONS_MAX];
	struct consistent_input in = {n, v->last, v};
	size_t count = consistent_look(&in, names);
	for (size_t i = 0; i < count; i++)
		text_printf(t, "  %-12s%s%s\n", i ? "" : "contradicts", names[i],
			    i ? "" : " (a fault of ours: please report it)");
}

void incident_text(struct text *t, const struct incident_view *v, const struct incident *n)
{
	incident_text_put_headline(t, v, n);
	cause_headline(t, n);
	incident_text_put_moment(t, v, "start", &n->story.start);
	if (instant_known(n->story.end.best))
		incident_text_put_moment(t, v, "end", &n->story.end);
	incident_text_put_order(t, v, n);
	incident_text_put_early(t, n);
	incident_text_put_phases(t, v, n);
	for (size_t i = 0; i < n->story.signal_count; i++)
		if (n->story.signals[i].signal < SIGNAL_ROUTING_COUNT)
			incident_text_put_routes(t, v, &n->story.signals[i]);
	incident_text_put_recovery(t, n);
	services_text(t, v, n);
	incident_text_put_upstreams(t, n);
	incident_text_put_origins(t, v, n);
	words_concurrency(t, n);
	words_precedence(t, n);
	incident_text_put_evidence(t, n);
	cause_text(t, n);
	for (size_t i = 0; i < n->ties.similar_count; i++)
		text_printf(t, "  %-12s%s (%.2f)\n", i ? "" : "similar", n->ties.similar[i].id,
			    n->ties.similar[i].similarity);
	if (n->ties.campaign[0])
		text_printf(t, "  %-12s%s\n", "campaign", n->ties.campaign);
	incident_text_put_contradictions(t, v, n);
	text_printf(t, "  %-12s%s\n", "id", n->id);
}

void world_text(struct text *t, const struct world_digest *w)
{
	if (!w->sha256[0])
		return;
	text_put(t, "Who is where is by world data");
	if (instant_known(w->date)) {
		text_put(t, " of ");
		words_clock(t, NULL, w->date);
	}
	text_put(t, ": ");
	text_put(t, w->attribution[0] ? w->attribution : "whose they are they do not say");
	text_put(t, "\n");
}
