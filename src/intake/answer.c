// SPDX-License-Identifier: ISC
// All that a run says when it is over, for people and as JSON: its incidents, its strip of time, the quality of its data.
#include "intake/answer_priv.h"

#include "base/json.h"
#include "detect/decisions.h"
#include "intake/witness.h"
#include "report/consistent.h"
#include "report/strip.h"
#include "report/words.h"

#include <stdlib.h>

#define STRIPS_SHOWN 20
#define UNSEEN_SHOWN 20 // stretches of one entity

// Watched entities; or only those of which nothing can be said.
static size_t answer_count_watched(const struct intake_run *s, bool unobservable)
{
	size_t n = 0;
	for (uint32_t e = 0; e < s->in.entities.count; e++)
		n += s->in.entities.at[e].watched && !(unobservable && pipeline_judged(s->pipeline, e));
	return n;
}

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
static void answer_put_unseen(struct json *j, const struct intake_run *s, const struct incident_view *v)
{
	json_key(j, "unseen");
	json_open(j, '[');
	for (uint32_t e = 0; e < v->entities->count; e++) {
		struct coverage_span *spans = NULL;
		size_t n = v->entities->at[e].watched ? pipeline_unseen(s->pipeline, e, &spans) : 0;
		for (size_t i = 0; i < n; i++) {
			json_open(j, '{');
			json_key(j, "entity");
			json_string(j, v->entities->at[e].id);
			json_key(j, "from");
			json_instant(j, spans[i].from, 3);
			json_key(j, "to");
			json_instant(j, spans[i].to, 3);
			json_close(j, '}');
		}
		free(spans);
	}
	json_close(j, ']');
}

static bool answer_text_unseen(struct text *t, const struct intake_run *s, const struct incident_view *v)
{
	bool any = false;
	for (uint32_t e = 0; e < v->entities->count; e++) {
		struct coverage_span *spans = NULL;
		size_t n = v->entities->at[e].watched ? pipeline_unseen(s->pipeline, e, &spans) : 0;
		any |= n > 0;
		for (size_t i = 0; i < n && i < UNSEEN_SHOWN; i++) {
			const struct coverage *c = &pipeline_dossier(s->pipeline, e)->coverage;
			bool both = c->of[COVERAGE_PROBES].known && c->of[COVERAGE_ROUTES].known;
			text_printf(t, "Nothing can be said of %s", both ? "hosts and services of " : "");
			words_entity(t, &v->entities->at[e]);
			text_put(t, " from ");
			words_clock(t, v->zone, spans[i].from);
			text_put(t, " to ");
			words_clock(t, v->zone, spans[i].to);
			text_put(t, ": nothing looked at it for ");
			words_span(t, instant_gap_s(spans[i].from, spans[i].to));
			text_put(t, ".\n");
		}
		if (n > UNSEEN_SHOWN)
			text_printf(t, "And %zu more such stretches.\n", n - UNSEEN_SHOWN);
		free(spans);
	}
	return any;
}

static void answer_put_quality(struct json *j, const struct intake_run *s, const struct incident_view *v)
{
	json_key(j, "quality");
	json_open(j, '{');
	json_key(j, "sources");
	json_int(j, (int64_t)feed_source_count(s->in.feed));
	json_key(j, "watched");
	json_int(j, (int64_t)answer_count_watched(s, false));
	json_key(j, "unobservable");
	json_int(j, (int64_t)answer_count_watched(s, true));
	json_key(j, "unconfirmed");
	json_int(j, (int64_t)pipeline_incidents(s->pipeline)->unconfirmed);
	witness_json(j, s);
	json_key(j, "contradictions");
	json_int(j, (int64_t)answer_count_contradictions(v));
	json_key(j, "gaps");
	json_int(j, (int64_t)s->gaps);
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
	answer_put_unseen(j, s, v);
	answer_put_limits(j, s);
	json_close(j, '}');
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
	size_t watched = answer_count_watched(s, false), unobservable = answer_count_watched(s, true);
	bool unseen = answer_text_unseen(t, s, v);
	if (!v->incidents->count && unobservable < watched && !witness_unraised(s))
		text_printf(t, "No watched country or network fell off the Internet%s.\n",
			    unseen ? " while it was looked at" : "");
	if (unobservable) {
		text_printf(t, "Nothing can be said of %zu of the %zu watched: ", unobservable, watched);
		answer_text_why_nothing(t, s);
	}
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
