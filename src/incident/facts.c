// SPDX-License-Identifier: ISC
// Clock and witnesses; the rest is put together from its parts.
#include "incident/facts_priv.h"

#include <math.h>

#define TOTAL_LOSS    0.95
#define HALF_HOUR_S   1800
#define GAP_INTERVALS 3 // behind a hole in the data or an observer's return: then it is first of all about us
#define DAY_NS	      (86400 * NS_PER_S)
#define HOLE	      1.5 // watch intervals between two bins: one is missing

static void clock_fill(const struct describe_input *in, struct incident *n)
{
	struct facts *f = &n->facts;
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

static bool lasting_silence(const struct pulse_bin *bins, size_t count, size_t i)
{
	return facts_loss(&bins[i]) >= TOTAL_LOSS && i + 1 < count && facts_loss(&bins[i + 1]) >= TOTAL_LOSS;
}

static struct facts_span span_of(const struct dossier *d, const struct incident *n)
{
	int64_t from = n->start.from.ns - FACTS_MARGIN_INTERVALS * d->width_ns, to = describe_end(n, d) + d->width_ns;
	size_t first = 0, last;
	while (first < d->bin_count && d->bins[first].time.ns < from)
		first++;
	for (last = first; last < d->bin_count && d->bins[last].time.ns <= to;)
		last++;
	struct facts_span span = {d->bins + first, last - first, 0};
	while (span.silence < span.count && !lasting_silence(span.bins, span.count, span.silence))
		span.silence++;
	return span;
}

static bool after_hole(const struct dossier *d, const struct incident *n)
{
	int64_t least = n->start.from.ns - GAP_INTERVALS * d->width_ns;
	for (size_t i = 1; i < d->bin_count && d->bins[i].time.ns <= n->start.to.ns; i++) {
		double gap = instant_gap_s(d->bins[i - 1].time, d->bins[i].time) * (double)NS_PER_S;
		if (d->bins[i].time.ns >= least && gap > HOLE * (double)d->width_ns)
			return true;
	}
	return false;
}

static bool after_blindness(const struct observer_list *l, const struct dossier *d, const struct incident *n)
{
	int64_t least = n->start.from.ns - GAP_INTERVALS * d->width_ns;
	for (size_t i = 0; i < l->count; i++)
		if (!l->at[i].impaired && !l->at[i].degraded && l->at[i].from.ns >= least &&
		    l->at[i].from.ns <= n->start.to.ns)
			return true;
	return false;
}

static void witness_fill(const struct dossier *d, const struct observer_list *observers, struct incident *n)
{
	struct facts_witness *w = &n->facts.witness;
	int64_t from = n->start.from.ns - d->width_ns, to = n->start.to.ns + 2 * d->width_ns;
	int64_t end = describe_end(n, d);
	for (size_t i = 0; i < d->bin_count; i++) {
		const struct pulse_bin *b = &d->bins[i];
		bool at_start = b->time.ns >= from && b->time.ns <= to;
		if (at_start && b->observers > w->observers)
			w->observers = b->observers;
		if (at_start && b->impaired > w->observers_impaired)
			w->observers_impaired = b->impaired;
		if (b->time.ns >= from && b->time.ns <= end && b->seeing > w->observers_seeing)
			w->observers_seeing = b->seeing;
	}
	w->gap = d->width_ns && (after_hole(d, n) || after_blindness(observers, d, n));
}

// Losses that were over within the day before: also those that were too short for an incident.
static void losses_before(const struct dossier *d, struct incident *n)
{
	double found = 0;
	for (size_t i = 0; i < d->detection_count; i++) {
		const struct detection *one = &d->detections[i];
		bool over = instant_known(one->end.best) && one->end.best.ns < n->start.from.ns;
		found += one->signal == SIGNAL_LOSS && over && one->end.best.ns >= n->start.from.ns - DAY_NS;
	}
	if (d->width_ns)
		n->facts.past.short_losses = found;
}

void facts_incident(const struct describe_input *in, const struct observer_list *observers, struct incident *n)
{
	facts_unknown(&n->facts);
	if (!instant_known(n->start.best))
		return;
	struct facts_span span = span_of(in->dossier, n);
	clock_fill(in, n);
	facts_plane_fill(in, &span, n);
	facts_services_fill(in, n);
	witness_fill(in->dossier, observers, n);
	losses_before(in->dossier, n);
}
