// SPDX-License-Identifier: ISC
// Fields and rows. Names come from outside: control characters are shown as '?', and one that a spreadsheet would take for a formula
// begins with an apostrophe.
#include "report/csv.h"

#include "base/attr.h"
#include "diagnose/causes.h"
#include "report/consistent.h"
#include "report/words.h"

#include <math.h>
#include <string.h>

struct csv_row {
	struct text *out;
	bool any;
};

static void csv_begin(struct csv_row *r)
{
	if (r->any)
		text_char(r->out, ',');
	r->any = true;
}

static void csv_field(struct csv_row *r, const char *bytes, size_t n)
{
	bool quoted = memchr(bytes, ',', n) || memchr(bytes, '"', n) || memchr(bytes, ';', n);
	csv_begin(r);
	if (quoted)
		text_char(r->out, '"');
	for (size_t i = 0; i < n; i++) {
		if (bytes[i] == '"')
			text_char(r->out, '"');
		text_char(r->out, bytes[i]);
	}
	if (quoted)
		text_char(r->out, '"');
}

// Of a text that is fit to be shown.
static void csv_guarded(struct csv_row *r, const struct text *shown)
{
	struct text t = {0};
	if (shown->length && strchr("=+-@", shown->bytes[0]))
		text_char(&t, '\'');
	text_bytes(&t, shown->bytes, shown->length);
	csv_field(r, text_string(&t), t.length);
	text_free(&t);
}

static void csv_name(struct csv_row *r, const char *name)
{
	struct text shown = {0};
	if (name)
		text_untrusted(&shown, name, strlen(name));
	csv_guarded(r, &shown);
	text_free(&shown);
}

static void csv_real(struct csv_row *r, double value, int digits)
{
	csv_begin(r);
	if (isfinite(value))
		text_printf(r->out, "%.*f", digits, value);
}

// As many digits as tell it from its neighbours, and none that say nothing.
static void csv_value(struct csv_row *r, double value)
{
	csv_begin(r);
	if (isfinite(value))
		text_printf(r->out, "%.9g", value);
}

static void csv_whole(struct csv_row *r, uint64_t value)
{
	csv_begin(r);
	text_u64(r->out, value);
}

// Milliseconds at most, as Unix seconds beside it have.
static void csv_utc(struct text *t, struct instant when)
{
	if (instant_known(when))
		text_utc(t, instant_of_ns(when.ns - when.ns % 1000000));
}

static void csv_clock(struct csv_row *r, struct instant when)
{
	csv_begin(r);
	csv_utc(r->out, when);
}

static void csv_seconds(struct csv_row *r, struct instant when)
{
	csv_begin(r);
	if (instant_known(when))
		text_instant(r->out, when, 3);
}

static void csv_end(struct csv_row *r)
{
	text_put(r->out, "\r\n");
}

void csv_series_head(struct text *t)
{
	text_put(t, CSV_SERIES_HEAD);
}

void csv_series_row(struct text *t, const struct entity_list *entities, const struct point *one)
{
	static const char *const states[POINT_STATES] = {[POINT_USUAL] = "usual",
							 [POINT_WORSE] = "worse",
							 [POINT_LEARNING] = "learning",
							 [POINT_UNJUDGED] = "unjudged",
							 [POINT_UNKNOWN] = "unknown"};
	struct csv_row r = {.out = t};
	csv_clock(&r, one->time);
	csv_seconds(&r, one->time);
	csv_name(&r, entities->at[one->entity].id);
	csv_name(&r, one->signal);
	csv_name(&r, one->unit);
	csv_value(&r, one->value);
	csv_value(&r, one->expected);
	csv_name(&r, states[one->state]);
	csv_whole(&r, one->blind);
	csv_whole(&r, one->witnesses);
	csv_end(&r);
}

// ---- incidents ----

static const char *const csv_columns[] = {
	"id",	       "revision",     "entity",    "name",	  "state",	"scope",    "fraction_down",
	"units_down",  "units",	       "start_utc", "start",	  "start_from", "start_to", "end_utc",
	"end",	       "end_from",     "end_to",    "duration_s", "degraded_s", "silent_s", "unrouted_s",
	"returning_s", "phases",       "signals",   "order",	  "recovery",	"cause",    "leading",
	"leading_p",   "abstained",    "addresses", "networks",	  "population", "campaign", "contradictions",
	"parameters",  "world_sha256", "version"};

void csv_incidents_head(struct text *t)
{
	struct csv_row r = {.out = t};
	for (size_t i = 0; i < ARRAY_LEN(csv_columns); i++)
		csv_field(&r, csv_columns[i], strlen(csv_columns[i]));
	csv_end(&r);
}

static void csv_moment(struct csv_row *r, const struct moment *m)
{
	csv_clock(r, m->best);
	csv_seconds(r, m->best);
	csv_seconds(r, m->from);
	csv_seconds(r, m->to);
}

// Time spent in a phase, all its stretches together; of one that still goes on up to the end of the data.
static void csv_phase_sum(struct csv_row *r, const struct incident_view *v, const struct incident *n, const char *phase)
{
	double seconds = 0;
	for (size_t i = 0; i < n->story.phase_count; i++) {
		const struct incident_phase *p = &n->story.phases[i];
		if (strcmp(p->phase, phase) == 0)
			seconds += instant_gap_s(p->from, instant_known(p->to) ? p->to : v->last);
	}
	csv_real(r, seconds, 3);
}

// "silent 2026-11-23T07:29:41Z/2026-11-23T07:30:02Z; unrouted …": as intervals of ISO 8601, an open one without its end.
static void csv_span(struct text *t, const char *what, struct instant from, struct instant to)
{
	text_put(t, t->length ? "; " : "");
	text_untrusted(t, what, strlen(what));
	text_char(t, ' ');
	csv_utc(t, from);
	text_char(t, '/');
	csv_utc(t, to);
}

static const char *csv_signal_name(const struct incident_view *v, const struct detection *d)
{
	const struct series *s = d->signal == SIGNAL_SERIES && v->targets ? series_at(v->targets, d->series) : NULL;
	return s ? s->signal : signal_name(d->signal);
}

static void csv_phases(struct csv_row *r, const struct incident *n)
{
	struct text t = {0};
	for (size_t i = 0; i < n->story.phase_count; i++)
		csv_span(&t, n->story.phases[i].phase, n->story.phases[i].from, n->story.phases[i].to);
	csv_field(r, text_string(&t), t.length);
	text_free(&t);
}

// Each signal with when it failed and when it came back: services are among them, by class.
static void csv_signals(struct csv_row *r, const struct incident_view *v, const struct incident *n)
{
	struct text t = {0};
	for (size_t i = 0; i < n->story.signal_count; i++) {
		const struct detection *d = &n->story.signals[i];
		csv_span(&t, csv_signal_name(v, d), d->start.best, d->end.best);
	}
	for (size_t i = 0; i < n->story.origin_count && n->story.by_origins; i++)
		csv_span(&t, "origin", n->story.origins[i].first, n->story.origins[i].gone);
	csv_guarded(r, &t);
	text_free(&t);
}

static void csv_order(struct csv_row *r, const struct incident_view *v, const struct incident *n)
{
	struct text t = {0};
	for (unsigned group = 0; group < INCIDENT_SIGNALS_MAX; group++) {
		bool first = true;
		for (size_t i = 0; i < n->story.signal_count; i++) {
			if (n->story.order_group[i] != group)
				continue;
			text_put(&t, !first ? " + " : t.length ? " > " : "");
			const char *name = csv_signal_name(v, &n->story.signals[i]);
			text_untrusted(&t, name, strlen(name));
			first = false;
		}
	}
	csv_guarded(r, &t);
	text_free(&t);
}

static void csv_recovery(struct csv_row *r, const struct incident *n)
{
	struct text t = {0};
	for (size_t i = 0; i < n->story.recovery_count; i++) {
		const struct incident_recovery *one = &n->story.recovery[i];
		text_put(&t, t.length ? "; " : "");
		text_put(&t, one->signal == SIGNAL_LOSS ? "hosts" : signal_name(one->signal));
		text_char(&t, ' ');
		csv_utc(&t, one->t50);
	}
	csv_field(r, text_string(&t), t.length);
	text_free(&t);
}

static void csv_cause(struct csv_row *r, const struct verdict *d)
{
	const char *first = d->known ? cause_row(d->ranked[0].cause)->word : "";
	csv_name(r, d->known && d->abstained ? "undetermined" : first);
	csv_name(r, first);
	csv_real(r, d->known ? d->ranked[0].p : NAN, 4);
	csv_name(r, !d->known ? "" : d->abstained ? "1" : "0");
}

static void csv_impact(struct csv_row *r, const struct incident_view *v, const struct incident *n)
{
	const struct entity *e = &v->entities->at[n->story.entity];
	csv_real(r, n->story.addresses_down ? (double)n->story.addresses_down : NAN, 0);
	csv_real(r, e->asn_count ? (double)e->asn_count : NAN, 0);
	csv_real(r, e->population > 0 ? e->population : NAN, 0);
	csv_name(r, n->ties.campaign);
}

static void csv_origin_of_answer(struct csv_row *r, const struct incident_view *v, const struct incident *n)
{
	const char *names[CONTRADICTIONS_MAX];
	struct consistent_input in = {n, v->last, v};
	csv_whole(r, consistent_look(&in, names));
	csv_name(r, v->parameters);
	csv_name(r, v->world.sha256);
	csv_name(r, v->version);
}

void csv_incidents_row(struct text *t, const struct incident_view *v, const struct incident *n)
{
	static const char *const states[] = {[INCIDENT_OPEN] = "open",
					     [INCIDENT_RECOVERING] = "recovering",
					     [INCIDENT_CLOSED] = "closed",
					     [INCIDENT_WITHDRAWN] = "withdrawn"};
	static const char *const scopes[] = {
		[SCOPE_TOTAL] = "total", [SCOPE_PARTIAL] = "partial", [SCOPE_SERVICE] = "service"};
	static const char *const phases[] = {"degraded", "silent", "unrouted", "returning"};
	const struct story *s = &n->story;
	const struct entity *e = &v->entities->at[s->entity];
	struct csv_row r = {.out = t};
	csv_name(&r, n->id);
	csv_whole(&r, n->revision);
	csv_name(&r, e->id);
	csv_name(&r, e->name);
	csv_name(&r, states[incident_state(n)]);
	csv_name(&r, scopes[s->scope]);
	csv_real(&r, s->fraction_down, 4);
	csv_whole(&r, s->units_down);
	csv_whole(&r, s->units);
	csv_moment(&r, &s->start);
	csv_moment(&r, &s->end);
	bool over = instant_known(s->start.best) && instant_known(s->end.best);
	csv_real(&r, over ? instant_gap_s(s->start.best, s->end.best) : NAN, 3);
	for (size_t i = 0; i < ARRAY_LEN(phases); i++)
		csv_phase_sum(&r, v, n, phases[i]);
	csv_phases(&r, n);
	csv_signals(&r, v, n);
	csv_order(&r, v, n);
	csv_recovery(&r, n);
	csv_cause(&r, &n->verdict);
	csv_impact(&r, v, n);
	csv_origin_of_answer(&r, v, n);
	csv_end(&r);
}
