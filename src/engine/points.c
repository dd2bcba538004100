// SPDX-License-Identifier: ISC
// Routes, intervals of probing and series → points. Of an interval in which nobody probed there is one point without a value, so that
// whoever draws a line does not draw it through what nobody saw.
#include "engine/points.h"

#include <math.h>

static bool points_wanted(const struct pipeline *p, uint32_t entity)
{
	return p->points.take && entity < p->entities->count && p->entities->at[entity].watched;
}

static void points_tell(const struct pipeline *p, const struct point *one)
{
	p->points.take(p->points.context, one);
}

void points_sample(const struct pipeline *p, const struct sample *s)
{
	if (!points_wanted(p, s->entity))
		return;
	bool known = s->of_networks >= detect_value(p->decisions, LEVEL_NETWORKS_MIN);
	double usual = level_baseline(p->levels[s->entity * SIGNAL_ROUTING_COUNT + s->signal]);
	if (!known && !s->own && usual <= 0)
		return; // it has no space of this family
	struct point one = {
		.time = known ? s->time : instant_after(s->time, -s->silent_ns),
		.entity = s->entity,
		.signal = signal_name(s->signal),
		.unit = s->signal == SIGNAL_ROUTES6 ? "/48" : "/24",
		.value = known ? (double)s->value : NAN,
		.expected = usual > 0 ? usual : NAN,
		.state = !known								     ? POINT_UNKNOWN
			 : usual <= 0							     ? POINT_LEARNING
			 : (double)s->value < detect_value(p->decisions, LEVEL_OPEN) * usual ? POINT_WORSE
											     : POINT_USUAL,
		.blind = !known,
		.witnesses = s->of_networks,
	};
	points_tell(p, &one);
}

static struct point points_of_bin(uint32_t entity, const struct pulse_bin *b)
{
	return (struct point){.time = b->time,
			      .entity = entity,
			      .value = NAN,
			      .expected = NAN,
			      .state = POINT_UNKNOWN,
			      .blind = b->observers == b->impaired,
			      .witnesses = (uint32_t)(b->observers - b->impaired)};
}

static void points_share(const struct pipeline *p, const struct point *like, const char *signal, uint32_t asked,
			 uint32_t good)
{
	struct point one = *like;
	one.signal = signal;
	one.unit = "answers";
	if (asked) {
		one.value = good;
		one.expected = asked;
		one.state =
			asked - good >= detect_value(p->decisions, REACH_LOSS_P1) * asked ? POINT_WORSE : POINT_USUAL;
	}
	points_tell(p, &one);
}

static void points_bin(const struct pipeline *p, uint32_t entity, const struct pulse_bin *b)
{
	const struct dossier_witness *seen = &p->dossiers[entity].witness; // signals that it never had are not told of
	struct point like = points_of_bin(entity, b), one = like;
	if (seen->hosts)
		points_share(p, &like, "hosts", b->sent, b->sent - b->lost);
	if (seen->services)
		points_share(p, &like, "services", b->services, b->services_up);
	if (!seen->hosts)
		return;
	one.signal = "latency";
	one.unit = "of the usual";
	one.expected = 1;
	if (b->rtt_ratio > 0) {
		one.value = (double)b->rtt_ratio;
		one.state = one.value >= detect_value(p->decisions, REACH_LATENCY_RATIO) ? POINT_WORSE : POINT_USUAL;
	}
	points_tell(p, &one);
}

// From the end of the interval on nobody looked.
static void points_hole(const struct pipeline *p, uint32_t entity, const struct pulse_bin *before)
{
	struct pulse_bin none = {.time = instant_after(before->time, p->dossiers[entity].width_ns)};
	points_bin(p, entity, &none);
}

void points_pulse(const struct pipeline *p, uint32_t entity)
{
	size_t n;
	if (!points_wanted(p, entity))
		return;
	const struct pulse_bin *bins = reachability_bins(p->reachability[entity], &n);
	if (!n)
		return;
	int64_t width = p->dossiers[entity].width_ns;
	if (n > 1 && bins[n - 1].time.ns - bins[n - 2].time.ns >= 2 * width)
		points_hole(p, entity, &bins[n - 2]);
	points_bin(p, entity, &bins[n - 1]);
}

void points_value(const struct pipeline *p, const struct obs *o, const struct series_watch *w)
{
	static const uint8_t states[] = {[SERIES_NO_VALUE] = POINT_UNKNOWN,
					 [SERIES_WARMING_UP] = POINT_LEARNING,
					 [SERIES_UNOBSERVABLE] = POINT_UNJUDGED,
					 [SERIES_USUAL] = POINT_USUAL,
					 [SERIES_LOW] = POINT_WORSE};
	const struct series *s = series_at(p->targets, o->path_id);
	if (!points_wanted(p, s->entity))
		return;
	double usual = series_baseline(w);
	enum detect_decision open = series_source_find(s->signal)->open;
	struct point one = {.time = o->time,
			    .entity = s->entity,
			    .signal = s->signal,
			    .unit = "",
			    .value = o->number,
			    .expected = usual > 0 ? usual : NAN,
			    .state = states[series_state(w)]};
	if (one.state == POINT_USUAL && one.value < detect_value(p->decisions, open) * usual)
		one.state = POINT_WORSE;
	points_tell(p, &one);
}

void points_finish(const struct pipeline *p)
{
	for (uint32_t e = 0; e < p->entities->count && instant_known(p->last); e++) {
		size_t n;
		if (!points_wanted(p, e))
			continue;
		const struct pulse_bin *bins = reachability_bins(p->reachability[e], &n);
		int64_t width = p->dossiers[e].width_ns;
		if (n && p->last.ns - bins[n - 1].time.ns >= 2 * width)
			points_hole(p, e, &bins[n - 1]);
	}
}
