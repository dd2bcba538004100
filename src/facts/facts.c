// SPDX-License-Identifier: ISC
// Clock and witnesses; the rest is put together from its parts.
#include "facts/facts_priv.h"

#include "base/alloc.h"
#include "base/must.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HALF_HOUR_S 1800 // of the clock

static void facts_clock_fill(const struct facts_input *in, const struct story *n, struct facts *f)
{
	const struct entity *e = &in->entities->at[n->entity];
	f->clock_width_s = instant_gap_s(n->start.from, n->start.to);
	f->lasted_s = instant_gap_s(n->start.best, instant_known(n->end.best) ? n->end.best : in->dossier->last);
	bool known = e->utc_offset_min != UTC_OFFSET_UNKNOWN;
	double local = (double)n->start.best.ns / (double)NS_PER_S + (known ? e->utc_offset_min * 60.0 : 0);
	double into = fmod(local, HALF_HOUR_S);
	f->to_half_hour_s = fmin(into, HALF_HOUR_S - into);
	if (known)
		f->local_hour = fmod(local / 3600, 24);
	if (in->dossier->width_ns)
		f->width_s = (double)in->dossier->width_ns / (double)NS_PER_S;
	for (size_t i = 0; i < in->hold_time_count; i++)
		f->hold_s = isnan(f->hold_s) ? in->hold_times[i] : fmax(f->hold_s, in->hold_times[i]);
}

static bool facts_lasting_silence(const struct decisions *v, const struct facts_span *s, size_t i)
{
	double total = facts_value(v, FACTS_TOTAL_LOSS);
	return facts_loss(&s->bins[i]) >= total && i + 1 < s->count && facts_loss(&s->bins[i + 1]) >= total;
}

static int64_t facts_intervals_ns(const struct facts_input *in, enum facts_decision which)
{
	return (int64_t)(facts_value(in->decisions, which) * (double)in->dossier->width_ns);
}

static struct facts_span facts_span_of(const struct facts_input *in, const struct story *n)
{
	const struct dossier *d = in->dossier;
	int64_t from = n->start.from.ns - facts_intervals_ns(in, FACTS_MARGIN_INTERVALS),
		to = story_last(n, d->last) + d->width_ns;
	size_t first = 0, last;
	while (first < d->bin_count && d->bins[first].time.ns < from)
		first++;
	for (last = first; last < d->bin_count && d->bins[last].time.ns <= to;)
		last++;
	struct facts_span span = {d->bins ? d->bins + first : NULL, last - first, 0};
	while (span.silence < span.count && !facts_lasting_silence(in->decisions, &span, span.silence))
		span.silence++;
	return span;
}

static bool facts_after_hole(const struct facts_input *in, const struct story *n)
{
	const struct dossier *d = in->dossier;
	int64_t least = n->start.from.ns - facts_intervals_ns(in, FACTS_GAP_INTERVALS);
	double hole = facts_value(in->decisions, FACTS_HOLE) * (double)d->width_ns;
	for (size_t i = 1; i < d->bin_count && d->bins[i].time.ns <= n->start.to.ns; i++) {
		double gap = instant_gap_s(d->bins[i - 1].time, d->bins[i].time) * (double)NS_PER_S;
		if (d->bins[i].time.ns >= least && gap > hole)
			return true;
	}
	return false;
}

static bool facts_after_blindness(const struct facts_input *in, const struct story *n)
{
	const struct observer_list *l = in->observers;
	int64_t least = n->start.from.ns - facts_intervals_ns(in, FACTS_GAP_INTERVALS);
	for (size_t i = 0; i < l->count; i++)
		if (!l->at[i].impaired && !l->at[i].degraded && l->at[i].from.ns >= least &&
		    l->at[i].from.ns <= n->start.to.ns)
			return true;
	return false;
}

// Whether entry i, of an observer that went blind, still stood in that time.
static bool facts_blind_in(const struct observer_list *l, size_t i, int64_t from, int64_t to)
{
	const struct observer_change *c = &l->at[i];
	if (!c->impaired || c->degraded || c->from.ns > to)
		return false;
	for (size_t k = i + 1; k < l->count; k++) {
		const struct observer_change *end = &l->at[k];
		if (end->observer == c->observer && !end->impaired && strcmp(end->why, c->why) == 0)
			return end->from.ns >= from;
	}
	return true;
}

// Observers that were blind then, whether they still sent anything or not; one may be so for two reasons.
static uint32_t facts_observers_blind(const struct observer_list *l, int64_t from, int64_t to)
{
	uint32_t blind = 0;
	for (size_t i = 0; i < l->count; i++) {
		bool counted = !facts_blind_in(l, i, from, to);
		for (size_t k = 0; k < i && !counted; k++)
			counted = l->at[k].observer == l->at[i].observer && facts_blind_in(l, k, from, to);
		blind += !counted;
	}
	return blind;
}

// Observers that became blind then, or could see again.
static uint32_t facts_observers_turned(const struct observer_list *l, int64_t from, int64_t to)
{
	uint32_t turned = 0;
	for (size_t i = 0; i < l->count; i++) {
		bool now = !l->at[i].degraded && l->at[i].from.ns >= from && l->at[i].from.ns <= to;
		for (size_t k = 0; k < i && now; k++)
			now = l->at[k].observer != l->at[i].observer || l->at[k].degraded || l->at[k].from.ns < from ||
			      l->at[k].from.ns > to;
		turned += now;
	}
	return turned;
}

static void facts_observers_fill(const struct facts_input *in, const struct story *n, struct facts_witness *w)
{
	const struct dossier *d = in->dossier;
	int64_t from = n->start.from.ns - d->width_ns, to = n->start.to.ns + 2 * d->width_ns;
	w->observers_turned =
		facts_observers_turned(in->observers, from - facts_intervals_ns(in, FACTS_GAP_INTERVALS), to);
	uint32_t fit = UINT32_MAX, blind = facts_observers_blind(in->observers, from, to);
	for (size_t i = 0; i < d->bin_count; i++) {
		const struct pulse_bin *b = &d->bins[i];
		if (b->time.ns < from || b->time.ns > to)
			continue;
		uint32_t own = b->observers - b->impaired;
		fit = own < fit ? own : fit;
		w->observers = b->observers > w->observers ? b->observers : w->observers;
		w->observers_impaired = b->impaired > w->observers_impaired ? b->impaired : w->observers_impaired;
	}
	w->observers_impaired = blind > w->observers_impaired ? blind : w->observers_impaired;
	uint32_t all = (fit == UINT32_MAX ? 0 : fit) + w->observers_impaired; // one that is mute is in no bin
	w->observers = all > w->observers ? all : w->observers;
}

// How many saw it: in intervals that lost at least half of the worst, elsewhere one lost ping would be a sight.
static void facts_seeing_fill(const struct decisions *v, const struct facts_span *s, struct facts_witness *w)
{
	double share = facts_value(v, FACTS_SEEING);
	double worst = 0;
	for (size_t i = 0; i < s->count; i++)
		worst = fmax(worst, facts_loss(&s->bins[i]));
	for (size_t i = 0; i < s->count; i++) {
		const struct pulse_bin *b = &s->bins[i];
		if (worst > 0 && facts_loss(b) >= share * worst && b->seeing > w->observers_seeing)
			w->observers_seeing = b->seeing;
	}
}

// Losses and degradations that were over within the day before: also those that were too short for an incident. What
// overlaps is one.
static double facts_losses_before(const struct facts_input *in, const struct story *n)
{
	const struct dossier *d = in->dossier;
	struct facts_stretch *found = alloc_zero(d->detection_count + 1, sizeof(*found));
	size_t count = 0;
	for (size_t i = 0; i < d->detection_count; i++)
		if (facts_short_loss(in->decisions, &d->detections[i], &n->start))
			found[count++] = facts_stretch_of(&d->detections[i]);
	double losses = d->width_ns ? (double)facts_stretches(found, count, 2 * d->width_ns) : NAN;
	free(found);
	return losses;
}

// What collectors and sessions tell of.
static void facts_control_plane(const struct facts_input *in, const struct story *n, struct facts *f)
{
	if (in->sessions && in->sessions->session_count)
		facts_sessions(in, &in->entities->at[n->entity], n, &f->sessions);
	if (!in->routes)
		return;
	if (routing_logged(in->routes))
		facts_routes(in, n, f);
	facts_witness(in, n, f);
}

// Tables and logs go on; what they said of the beginning stays.
static void facts_take_over(const struct facts *earlier, struct facts *f)
{
	f->routes = earlier->routes;
	f->sessions = earlier->sessions;
	f->witness = earlier->witness;
	f->short_losses = earlier->short_losses;
	f->settled = true;
}

struct facts facts_of(const struct facts_input *in, const struct story *n)
{
	must(in->dossier && in->entities && n->entity < in->entities->count);
	struct facts f;
	facts_unknown(&f);
	if (!instant_known(n->start.best))
		return f;
	struct facts_span span = facts_span_of(in, n);
	facts_clock_fill(in, n, &f);
	facts_plane_fill(in, &span, n, &f.plane);
	facts_services_fill(in, n, &f.services);
	facts_observers_fill(in, n, &f.witness);
	facts_seeing_fill(in->decisions, &span, &f.witness);
	f.witness.gap = in->dossier->width_ns && (facts_after_hole(in, n) || facts_after_blindness(in, n));
	if (story_is_settled(n, in->earlier)) {
		facts_take_over(&in->earlier->facts, &f);
		return f;
	}
	f.short_losses = facts_losses_before(in, n);
	facts_control_plane(in, n, &f);
	f.settled = in->settle && in->dossier->last.ns - n->start.best.ns > INCIDENT_ONSET_NS;
	return f;
}
