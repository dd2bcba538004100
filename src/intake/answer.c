// SPDX-License-Identifier: ISC
// All that a run says when it is over, for people and as JSON: its incidents, its strip of time, the quality of its data.
#include "intake/answer_priv.h"

#include "base/json.h"
#include "detect/decisions.h"
#include "intake/account.h"
#include "intake/witness.h"
#include "report/consistent.h"
#include "report/strip.h"
#include "report/words.h"

#include <stdlib.h>

#define STRIPS_SHOWN 20
#define UNSEEN_SHOWN 20 // stretches of one entity

// Limits that were reached, by their names; no member where none was.
static void answer_put_limits(struct json *j, const struct intake_run *s)
{
	struct limits l = pipeline_limits(s->pipeline);
	bool any = false;
	for (int i = 0; i < LIMIT_COUNT; i++) {
		if (!l.reached[i])
			continue;
		if (!any) {
			json_key(j, "limits_reached");
			json_open(j, '{');
		}
		any = true;
		json_key(j, limit_name((enum limit)i));
		json_int(j, (int64_t)l.reached[i]);
	}
	if (any)
		json_close(j, '}');
}

static size_t answer_count_contradictions(const struct incident_view *v)
{
	const char *names[CONTRADICTIONS_MAX];
	size_t n = 0;
	for (size_t i = 0; i < v->incidents->count; i++)
		n += consistent_look(&(struct consistent_input){&v->incidents->at[i], v->last, v}, names);
	return n;
}

// Where nothing can be said of what is watched, for nothing looked at it.
static void answer_put_unseen(struct json *j, const struct account *a, const struct incident_view *v)
{
	static const char *const evidence[] = {
		[COVERAGE_ROUTES] = "routes", [COVERAGE_PROBES] = "probes", [COVERAGE_SERIES] = "series"};
	json_key(j, "unseen");
	json_open(j, '[');
	for (size_t i = 0; i < a->unseen_count; i++) {
		json_open(j, '{');
		json_key(j, "entity");
		json_string(j, v->entities->at[a->unseen[i].entity].id);
		json_key(j, "evidence");
		json_string(j, evidence[a->unseen[i].kind]);
		json_key(j, "from");
		json_instant(j, a->unseen[i].from, 3);
		json_key(j, "to");
		json_instant(j, a->unseen[i].to, 3);
		json_close(j, '}');
	}
	json_close(j, ']');
}

// Whose input is not in the data; no member where all is there.
static void answer_put_missing(struct json *j, const struct account *a, const struct incident_view *v)
{
	if (!a->missing_count)
		return;
	json_key(j, "missing");
	json_open(j, '[');
	for (size_t i = 0; i < a->missing_count; i++) {
		const struct blind_span *b = a->missing[i];
		struct text name = {0};
		blind_name(&name, v, b);
		json_open(j, '{');
		json_key(j, "kind");
		json_string(j, blind_kind_name(b->kind));
		json_key(j, "who");
		json_string_n(j, name.bytes, name.length);
		json_key(j, "from");
		json_instant(j, b->from, 3);
		json_key(j, "to");
		json_instant(j, b->to, 3);
		json_key(j, "why");
		json_string(j, b->why);
		json_close(j, '}');
		text_free(&name);
	}
	json_close(j, ']');
}

// Until when the series of an entity that nothing else looks at were no more than learned; unknown: others looked, or nothing was learned.
static struct instant answer_learned(const struct intake_run *s, uint32_t entity)
{
	const struct coverage *c = &pipeline_dossier(s->pipeline, entity)->coverage;
	bool alone = !c->of[COVERAGE_ROUTES].known && !c->of[COVERAGE_PROBES].known;
	return alone && s->in.entities.at[entity].watched ? c->of[COVERAGE_SERIES].up : INSTANT_NONE;
}

static void answer_put_learned(struct json *j, const struct intake_run *s)
{
	bool any = false;
	for (uint32_t e = 0; e < s->in.entities.count; e++) {
		struct instant until = answer_learned(s, e);
		if (!instant_known(until))
			continue;
		if (!any) {
			json_key(j, "learned");
			json_open(j, '[');
		}
		any = true;
		json_open(j, '{');
		json_key(j, "entity");
		json_string(j, s->in.entities.at[e].id);
		json_key(j, "until");
		json_instant(j, until, 3);
		json_close(j, '}');
	}
	if (any)
		json_close(j, ']');
}

static void answer_text_learned(struct text *t, const struct intake_run *s, const struct incident_view *v)
{
	size_t told = 0;
	for (uint32_t e = 0; e < s->in.entities.count; e++) {
		struct instant until = answer_learned(s, e);
		if (!instant_known(until) || ++told > UNSEEN_SHOWN)
			continue;
		text_put(t, "Of ");
		words_entity(t, &v->entities->at[e]);
		text_put(t, " nothing is said before ");
		words_clock(t, v->zone, until);
		text_put(t, ": until then its series were learned.\n");
	}
	if (told > UNSEEN_SHOWN)
		text_printf(t, "And of %zu more so.\n", told - UNSEEN_SHOWN);
}

static void answer_text_unseen(struct text *t, const struct account *a, const struct incident_view *v)
{
	static const char *const of[] = {[COVERAGE_ROUTES] = "the routes of ",
					 [COVERAGE_PROBES] = "hosts and services of ",
					 [COVERAGE_SERIES] = "the series of "};
	uint32_t entity = UINT32_MAX;
	size_t told = 0, more = 0;
	for (size_t i = 0; i < a->unseen_count; i++) {
		const struct account_unseen *u = &a->unseen[i];
		told = u->entity == entity ? told + 1 : 0;
		entity = u->entity;
		if (told >= UNSEEN_SHOWN) {
			more++;
			continue;
		}
		text_printf(t, "Nothing can be said of %s", u->alone ? "" : of[u->kind]);
		words_entity(t, &v->entities->at[u->entity]);
		text_put(t, " from ");
		words_clock(t, v->zone, u->from);
		text_put(t, " to ");
		words_clock(t, v->zone, u->to);
		if (u->never) {
			text_put(t, ": it had not been seen up before, and what is usual of it is not known.\n");
			continue;
		}
		text_put(t, ": nothing looked at it for ");
		words_span(t, instant_gap_s(u->from, u->to));
		text_put(t, ".\n");
	}
	if (more)
		text_printf(t, "And %zu more such stretches.\n", more);
}

static void answer_put_quality(struct json *j, const struct intake_run *s, const struct incident_view *v)
{
	struct account a;
	account_make(s, &a);
	json_key(j, "quality");
	json_open(j, '{');
	json_key(j, "sources");
	json_int(j, (int64_t)feed_source_count(s->in.feed));
	json_key(j, "watched");
	json_int(j, (int64_t)a.watched);
	json_key(j, "unobservable");
	json_int(j, (int64_t)a.unobservable);
	json_key(j, "unconfirmed");
	json_int(j, (int64_t)pipeline_incidents(s->pipeline)->unconfirmed);
	witness_json(j, s);
	json_key(j, "contradictions");
	json_int(j, (int64_t)answer_count_contradictions(v));
	json_key(j, "gaps");
	json_int(j, (int64_t)account_gaps(&a));
	for (int i = 0; i < DECODE_COUNT; i++) {
		if (!decode_count_told(&s->counts, i))
			continue;
		json_key(j, decode_count_name((enum decode_count)i));
		json_int(j, (int64_t)s->counts.of[i]);
	}
	if (exclude_any(&s->exclude)) {
		json_key(j, "excluded");
		json_int(j, (int64_t)s->exclude.left_out);
	}
	answer_put_views(j, s);
	answer_put_missing(j, &a, v);
	answer_put_unseen(j, &a, v);
	answer_put_learned(j, s);
	answer_put_limits(j, s);
	json_close(j, '}');
	account_free(&a);
}

void answer_json(struct text *t, const struct intake_run *s, const struct incident_view *v)
{
	struct json j = {.out = t};
	json_open(&j, '{');
	json_key(&j, "incidents");
	json_open(&j, '[');
	for (size_t i = 0; i < v->incidents->count; i++) {
		if (i)
			text_char(t, ',');
		incident_json(t, v, &v->incidents->at[i]);
	}
	json_close(&j, ']');
	answer_put_quality(&j, s, v);
	json_close(&j, '}');
	text_char(t, '\n');
}

static void answer_put_strips(struct text *t, const struct intake_run *s, const struct incident_view *v)
{
	size_t shown = 0;
	if (!instant_known(v->first)) // nothing that came had a time
		return;
	for (uint32_t e = 0; e < v->entities->count && shown < STRIPS_SHOWN; e++)
		if (v->entities->at[e].watched)
			shown += strip_entity(t, v, pipeline_dossier(s->pipeline, e));
	if (shown)
		strip_legend(t, v);
}

// Reason and cure fit the data at hand.
static void answer_text_why_nothing(struct text *t, const struct intake_run *s)
{
	const uint64_t *of = s->counts.of;
	bool routes = of[DECODE_MESSAGES] || of[DECODE_RIB_ENTRIES] || of[DECODE_STATES];
	if (routes)
		text_printf(
			t,
			"the data never held the tables of %.0f full-feed networks, or almost none of their space. Add a RIB dump, or lower --full-feed-floor for a small network.\n",
			detect_value(&s->decisions, LEVEL_NETWORKS_MIN));
	else if (of[DECODE_PROBES])
		text_put(
			t,
			"no probe of them came often enough to say what is usual. Probe several of their hosts for longer.\n");
	else if (of[DECODE_SERIES_VALUES] || of[DECODE_SERIES_UNKNOWN])
		text_put(
			t,
			"no series of them is long enough to say what is usual. Add the weeks before, or a series of what is watched.\n");
	else
		text_put(t, "nothing that was read speaks of them.\n");
}

void answer_text(struct text *t, const struct intake_run *s, const struct incident_view *v)
{
	struct table_totals totals;
	table_totals(routes_table(pipeline_routes(s->pipeline)), &totals);
	if (s->in.name) {
		text_untrusted(t, s->in.name, strlen(s->in.name));
		text_char(t, '\n');
	}
	text_printf(t, "%zu files, %llu records, %u peers at %u collectors, %u full-feed networks at the end\n\n",
		    feed_source_count(s->in.feed), (unsigned long long)s->records, totals.peers,
		    collector_count(s->in.peers),
		    totals.networks[0] > totals.networks[1] ? totals.networks[0] : totals.networks[1]);
	if (exclude_any(&s->exclude))
		text_printf(t, "Left out as asked: %llu observations of peers or collectors.\n\n",
			    (unsigned long long)s->exclude.left_out);
	answer_text_views(t, s);
	answer_put_strips(t, s, v);
	for (size_t i = 0; i < v->incidents->count; i++) {
		incident_text(t, v, &v->incidents->at[i]);
		text_char(t, '\n');
	}
	struct account a;
	account_make(s, &a);
	answer_text_unseen(t, &a, v);
	answer_text_learned(t, s, v);
	if (!v->incidents->count && a.doubted)
		text_put(
			t,
			"Whether a watched country or network fell off the Internet is not known: one observer alone lost it, and others were blind.\n");
	else if (!v->incidents->count && a.unobservable < a.watched && !witness_unraised(s))
		text_printf(t, "No watched country or network fell off the Internet%s.\n",
			    a.unseen_count    ? " while it was looked at"
			    : a.missing_count ? ", by what the others saw while some were blind"
					      : "");
	if (a.unobservable) {
		text_printf(t, "Nothing can be said of %zu of the %zu watched: ", a.unobservable, a.watched);
		answer_text_why_nothing(t, s);
	}
	account_free(&a);
	size_t of_lone = witness_unraised(s), one_of_several = v->incidents->unconfirmed - of_lone;
	witness_text(t, s);
	if (one_of_several)
		text_printf(
			t,
			"%zu time%s one observer alone lost what is watched, and no other kind of evidence agreed: nothing was raised.\n",
			one_of_several, one_of_several == 1 ? "" : "s");
	blind_text(t, v);
	world_text(t, &v->world);
}
