// SPDX-License-Identifier: ISC
// The data plane in numbers: what came before silence, what answered in it, how often it came and went, and its curve.
#include "facts/facts_priv.h"

#include "base/alloc.h"
#include "base/numbers.h"

#include <math.h>
#include <stdlib.h>

#define RAMP_BINS 16 // places for facts.ramp_intervals

// Latency that builds up: what a few intervals on end had, before silence. One that stays less is a moment's trouble.
static double plane_rtt_ramp(const struct decisions *v, const struct facts_span *s)
{
	size_t bins = (size_t)facts_value(v, FACTS_RAMP_BINS);
	double most = NAN, held[RAMP_BINS];
	size_t known = 0;
	for (size_t i = 0; i < s->silence; i++) {
		if (s->bins[i].rtt_ratio <= 0)
			continue;
		held[known++ % bins] = s->bins[i].rtt_ratio;
		double least = INFINITY;
		for (size_t k = 0; k < bins && k < known; k++)
			least = fmin(least, held[k]);
		if (known >= bins)
			most = fmax(most, least);
	}
	for (size_t k = 0; k < known && known < bins; k++) // silent so soon: what little there was before
		most = fmin(most, held[k]);
	return most;
}

// When it was silent, or where it never was, when loss began; ns. INT64_MAX: neither.
static int64_t plane_failure_of(const struct facts_span *s, const struct story *n)
{
	const struct detection *loss = story_signal(n, SIGNAL_LOSS);
	if (s->silence < s->count)
		return s->bins[s->silence].time.ns;
	return loss ? loss->start.best.ns : INT64_MAX;
}

// What was slow and well again before it failed did not lead to it.
static bool plane_lasted(const struct detection *one, int64_t failure, int64_t width_ns)
{
	return !instant_known(one->end.best) || one->end.best.ns >= failure - 2 * width_ns;
}

static double plane_connect_ramp(const struct facts_input *in, const struct facts_span *s, const struct story *n)
{
	static const uint8_t slower[] = {SIGNAL_CONNECT, SIGNAL_LATENCY};
	const struct dossier *d = in->dossier;
	bool services = false;
	int64_t first = INT64_MAX, failure = plane_failure_of(s, n);
	for (size_t i = 0; i < s->count; i++)
		services |= s->bins[i].services > 0;
	if (!services || failure == INT64_MAX)
		return NAN;
	for (size_t i = 0; i < sizeof(slower); i++) {
		const struct detection *one = story_signal(n, slower[i]);
		if (one && plane_lasted(one, failure, d->width_ns) && one->start.best.ns < first)
			first = one->start.best.ns;
	}
	double lead = first == INT64_MAX ? 0 : (double)(failure - first) / (double)NS_PER_S;
	return lead > moment_margin_s((double)d->width_ns / (double)NS_PER_S, MOMENT_STAMP_S) ? lead : 0;
}

static double plane_border_loss(const struct decisions *v, const struct facts_span *s)
{
	double silent = facts_value(v, FACTS_SILENT_SHARE);
	double sent = 0, lost = 0;
	for (size_t i = 0; i < s->count; i++) {
		const struct pulse_bin *b = &s->bins[i];
		if (!b->units || b->units_up > silent * b->units)
			continue;
		sent += b->border_sent;
		lost += b->border_lost;
	}
	return sent > 0 ? lost / sent : NAN;
}

static double plane_loss_peak(const struct decisions *v, const struct facts_span *s)
{
	size_t bins = (size_t)facts_value(v, FACTS_LOSS_BINS);
	double most = NAN;
	for (size_t i = 0; i + bins <= s->count; i++) {
		double sent = 0, lost = 0;
		for (size_t k = i; k < i + bins; k++) {
			sent += s->bins[k].sent;
			lost += s->bins[k].lost;
		}
		most = sent > 0 ? fmax(most, lost / sent) : most;
	}
	return most;
}

// Latency of what answers once the first shock is over: a longer way shows, a way that is gone does not.
static double plane_rtt_detour(const struct decisions *v, const struct facts_span *s)
{
	size_t margin = (size_t)facts_value(v, FACTS_MARGIN_INTERVALS);
	double *ratios = alloc_zero(s->count + 1, sizeof(*ratios));
	size_t n = 0;
	for (size_t i = margin + s->count / 10; i + 1 < s->count; i++) {
		double loss = facts_loss(&s->bins[i]);
		if (loss >= 0 && loss < facts_value(v, FACTS_PARTLY_ALIVE) && s->bins[i].rtt_ratio > 0)
			ratios[n++] = s->bins[i].rtt_ratio;
	}
	qsort(ratios, n, sizeof(*ratios), numbers_by_double);
	double median = (double)n >= facts_value(v, FACTS_DETOUR_BINS) && n ? ratios[n / 2] : NAN;
	free(ratios);
	return median;
}

static double plane_waves(const struct decisions *v, const struct facts_span *s)
{
	double begins = facts_value(v, FACTS_WAVE_HIGH), over = facts_value(v, FACTS_WAVE_LOW);
	bool high = false, known = false;
	double rises = 0;
	for (size_t i = 0; i < s->count; i++) {
		double loss = facts_loss(&s->bins[i]);
		known |= loss >= 0;
		if (!high && loss >= begins) {
			high = true;
			rises++;
		} else if (high && loss >= 0 && loss < over) {
			high = false;
		}
	}
	return known ? fmax(0, rises - 1) : NAN;
}

static void plane_curve_of_bins(const struct decisions *v, const struct facts_span *s, double width_s,
				struct facts_plane *ret)
{
	struct curve_point *points = alloc_zero(s->count, sizeof(*points));
	size_t n = 0;
	for (size_t i = 0; i < s->count; i++) {
		const struct pulse_bin *b = &s->bins[i];
		double at = instant_gap_s(s->bins[0].time, b->time); // there may be holes between them
		if (b->units)
			points[n++] = (struct curve_point){at, (double)b->units_up / b->units};
	}
	facts_curve(v, points, n, width_s, ret);
	free(points);
}

static void plane_curve_of_routes(const struct facts_input *in, const struct story *n, struct facts_plane *ret)
{
	const struct dossier *d = in->dossier;
	int64_t from = n->start.from.ns, to = story_last(n, d->last),
		step = (to - from) / (int64_t)facts_value(in->decisions, FACTS_CURVE_POINTS);
	step = step > NS_PER_S ? step : NS_PER_S;
	from -= 4 * step;
	to += 4 * step;
	struct curve_point *points = alloc_zero((size_t)((to - from) / step) + 1, sizeof(*points));
	size_t count = 0, next = 0;
	double share = NAN;
	for (int64_t at = from; at <= to; at += step) {
		for (; next < d->route_count && d->routes[next].time.ns <= at; next++)
			share = (double)d->routes[next].value / d->routes_baseline;
		if (!isnan(share))
			points[count++] = (struct curve_point){(double)(at - from) / (double)NS_PER_S, share};
	}
	facts_curve(in->decisions, points, count, (double)step / (double)NS_PER_S, ret);
	free(points);
}

// The deepest series of the incident.
static void plane_curve_of_series(const struct facts_input *in, const struct story *n, struct facts_plane *ret)
{
	const struct dossier *d = in->dossier;
	const struct detection *deepest = NULL;
	for (size_t i = 0; i < n->signal_count; i++) {
		const struct detection *one = &n->signals[i];
		if (one->signal != SIGNAL_SERIES || !one->baseline)
			continue;
		if (!deepest ||
		    (double)one->lowest / (double)one->baseline < (double)deepest->lowest / (double)deepest->baseline)
			deepest = one;
	}
	if (!deepest || !d->value_count)
		return;
	int64_t end = story_last(n, d->last), lead = (end - n->start.from.ns) / 10;
	struct curve_point *points = alloc_zero(d->value_count, sizeof(*points));
	size_t count = 0;
	double width_s = 0;
	for (size_t i = 0; i < d->value_count; i++) {
		const struct dossier_value *v = &d->values[i];
		if (v->series != deepest->series || v->time.ns < n->start.from.ns - lead || v->time.ns > end + lead)
			continue;
		points[count++] = (struct curve_point){(double)v->time.ns / (double)NS_PER_S, v->share};
	}
	if (count > 1)
		width_s = (points[count - 1].time_s - points[0].time_s) / (double)(count - 1);
	facts_curve(in->decisions, points, count, width_s, ret);
	free(points);
}

void facts_plane_fill(const struct facts_input *in, const struct facts_span *s, const struct story *n,
		      struct facts_plane *p)
{
	const struct dossier *d = in->dossier;
	const struct decisions *v = in->decisions;
	if (s->count) {
		p->rtt_ramp = plane_rtt_ramp(v, s);
		p->connect_ramp_s = plane_connect_ramp(in, s, n);
		p->border_loss = plane_border_loss(v, s);
		p->loss_peak = plane_loss_peak(v, s);
		p->rtt_detour = plane_rtt_detour(v, s);
		p->waves = plane_waves(v, s);
		plane_curve_of_bins(v, s, (double)d->width_ns / (double)NS_PER_S, p);
		return;
	}
	plane_curve_of_series(in, n, p);
	if (isnan(p->fall_s) && d->route_count && d->routes_baseline > 0)
		plane_curve_of_routes(in, n, p);
}
