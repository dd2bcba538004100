// SPDX-License-Identifier: ISC
// DOC: loss
// Each observer runs a CUSUM of its pings (Page 1954; p0 the quiet loss, p1 0.2, alarm at 12). An alarm of one
// observer is its own affair; the entity's loss opens when two observers of different networks are in alarm, or when the
// only unimpaired one is (then the detection says one observer, and what may come of it is the assembler's business).
// The onset is refined by a Bayesian change point over the intervals before the alarm. It ends when the pooled loss has
// been low for a few intervals, dated to the first of them.
// DOC: latency
// The median round-trip time of each observer against the median of its quiet intervals; the entity's ratio is the
// median over observers.
#include "detect/reachability.h"

#include "base/alloc.h"
#include "detect/changepoint.h"
#include "detect/reachability_priv.h"

#include <math.h>
#include <stdlib.h>

#define WINDOW 64 // intervals before the alarm in which the onset is looked for

static const struct level_threshold thresholds[REACH_PARAMETER_COUNT] = {
	[REACH_LOSS_P0_MIN] = {"loss_p0_min", 0.005, "own choice: floor of the quiet loss"},
	[REACH_LOSS_P1] = {"loss_p1", 0.2, "own choice: below it services work"},
	[REACH_LOSS_ALARM] = {"loss_alarm", 12, "simulated: one false alarm in 2.5 million probes at 2 % loss"},
	[REACH_LOSS_CLOSE] = {"loss_close", 0.05, "own choice"},
	[REACH_LOSS_CLOSE_BINS] = {"loss_close_intervals", 3, "own choice"},
	[REACH_LATENCY_RATIO] = {"latency_ratio", 1.5, "own choice: half as long again"},
	[REACH_LATENCY_MAD] = {"latency_mad", 3, "own choice: robust standard deviations"},
	[REACH_LATENCY_BINS] = {"latency_intervals", 3, "own choice: one slow answer is no inflation"},
	[REACH_LATENCY_CLOSE] = {"latency_close", 1.2, "own choice"},
	[REACH_WARM_UP_BINS] = {"warm_up_intervals", 5, "own choice: lab recordings have 15 quiet intervals"},
};

const struct level_threshold *reachability_threshold(enum reachability_parameter which)
{
	return &thresholds[which];
}

static double value_of(const double *values, enum reachability_parameter which)
{
	return values ? values[which] : thresholds[which].value;
}

void reachability_use(struct reachability *r, const double values[REACH_PARAMETER_COUNT])
{
	r->values = values;
}

struct reachability *reachability_create(uint32_t entity, const struct target_table *targets, struct detection_sink out)
{
	struct reachability *r = alloc_zero(1, sizeof(*r));
	r->entity = entity;
	r->targets = targets;
	r->out = out;
	r->loss.end.best = INSTANT_NONE;
	return r;
}

void reachability_free(struct reachability *r)
{
	if (!r)
		return;
	free(r->looks);
	free(r->bins);
	free(r);
}

const struct pulse_bin *reachability_bins(const struct reachability *r, size_t *ret_n)
{
	*ret_n = r->bin_count;
	return r->bins;
}

static bool reachability_pinned(struct instant t, const struct instant *pins, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (t.ns >= pins[i].ns - REACHABILITY_AROUND_NS && t.ns <= pins[i].ns + REACHABILITY_AROUND_NS)
			return true;
	return false;
}

void reachability_retire(struct reachability *r, struct instant horizon, const struct instant *pins, size_t n)
{
	size_t old = 0, kept = 0;
	while (old < r->bin_count && r->bins[old].time.ns < horizon.ns)
		old++;
	for (size_t i = 0; i < old; i++)
		if (reachability_pinned(r->bins[i].time, pins, n))
			r->bins[kept++] = r->bins[i];
	if (kept == old)
		return;
	memmove(r->bins + kept, r->bins + old, (r->bin_count - old) * sizeof(*r->bins));
	r->bin_count -= old - kept;
}

static struct look *look_of(struct reachability *r, uint16_t observer)
{
	for (size_t i = 0; i < r->look_count; i++)
		if (r->looks[i].observer == observer)
			return &r->looks[i];
	if (r->look_count == LOOKS_MAX)
		return NULL;
	alloc_grow((void **)&r->looks, r->look_count, &r->look_capacity, sizeof(*r->looks));
	r->looks[r->look_count] = (struct look){.observer = observer, .values = r->values};
	return &r->looks[r->look_count++];
}

// Upper end of the quiet loss: mean plus 1.64 standard errors of its count.
static double quiet_loss(const struct look *l)
{
	double p = (l->quiet_lost + 1.64 * sqrt(l->quiet_lost + 1)) / (l->quiet_sent + 50);
	double least = value_of(l->values, REACH_LOSS_P0_MIN), most = value_of(l->values, REACH_LOSS_P1) / 2;
	return p < least ? least : p > most ? most : p;
}

static void look_loss(struct look *l, const struct pulse_view *v)
{
	double p0 = quiet_loss(l), p1 = value_of(l->values, REACH_LOSS_P1),
	       alarm = value_of(l->values, REACH_LOSS_ALARM);
	if (!v->sent)
		return;
	l->score += v->lost * log(p1 / p0) + (v->sent - v->lost) * log((1 - p1) / (1 - p0));
	l->score = l->score < 0 ? 0 : l->score > 2 * alarm ? 2 * alarm : l->score;
	if (l->score >= alarm)
		l->alarm = true;
	else if (l->score <= 0)
		l->alarm = false;
	if (l->score > 0)
		return;
	l->quiet_sent += v->sent;
	l->quiet_lost += v->lost;
	if (l->quiet_sent > QUIET_PROBES_MAX) {
		l->quiet_sent /= 2;
		l->quiet_lost /= 2;
	}
}

static int by_float(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;
	return x < y ? -1 : x > y;
}

static float median_of(float *values, size_t n)
{
	if (!n)
		return 0;
	qsort(values, n, sizeof(*values), by_float);
	return values[n / 2];
}

// Puts one value into the ascending window, in the place of another where it is full.
static void window_put(struct look *l, float value)
{
	size_t n = l->rtt_count, at = 0;
	if (n == RTT_HISTORY) {
		while (l->sorted[at] < l->rtt[l->rtt_next % RTT_HISTORY])
			at++;
		memmove(l->sorted + at, l->sorted + at + 1, (--n - at) * sizeof(float));
	}
	for (at = n; at > 0 && l->sorted[at - 1] > value; at--)
		l->sorted[at] = l->sorted[at - 1];
	l->sorted[at] = value;
	l->rtt[l->rtt_next++ % RTT_HISTORY] = value;
	l->rtt_count = n + 1;
}

// The median distance from the median: distances ascend on either side of it.
static float window_spread(const struct look *l)
{
	size_t above = l->rtt_count / 2, below = above;
	float distance = 0;
	for (size_t i = 0; i <= l->rtt_count / 2; i++) {
		bool up = below == 0 ||
			  (above < l->rtt_count && l->sorted[above] - l->median <= l->median - l->sorted[below - 1]);
		distance = up ? l->sorted[above++] - l->median : l->median - l->sorted[--below];
	}
	return distance;
}

static void look_latency(struct look *l, const struct pulse_view *v, bool quiet)
{
	l->ratio = l->median > 0 && v->rtt_us ? (float)v->rtt_us / l->median : 0;
	if (!v->rtt_us || !quiet)
		return;
	window_put(l, (float)v->rtt_us);
	l->median = l->sorted[l->rtt_count / 2];
	l->spread = 1.4826F * window_spread(l);
}

// Whether the observer's round-trip time is clearly above its usual one; `share` loosens the ratio for dating back.
static bool inflated(const struct look *l, double ratio)
{
	double above = (l->ratio - 1) * l->median;
	return (double)l->rtt_count >= value_of(l->values, REACH_WARM_UP_BINS) && l->ratio >= ratio &&
	       above >= value_of(l->values, REACH_LATENCY_MAD) * l->spread;
}

static void bin_add(struct reachability *r, const struct pulse_bin *b)
{
	alloc_grow((void **)&r->bins, r->bin_count, &r->bin_capacity, sizeof(*r->bins));
	r->bins[r->bin_count++] = *b;
}

static struct moment moment_between(struct instant from, struct instant best, struct instant to)
{
	return (struct moment){best, from, to, 0.9};
}

static void detection_begin(struct detection *d, const struct reachability *r, uint8_t signal, struct moment start)
{
	*d = (struct detection){.entity = r->entity, .signal = signal, .start = start};
	d->end = moment_between(INSTANT_NONE, INSTANT_NONE, INSTANT_NONE);
	for (int i = 0; i < PROFILE_COUNT; i++)
		d->fall[i] = d->rise[i] = INSTANT_NONE;
}

// The first of the intervals in which a loss seen now may have begun: WINDOW of them, none from before a pause in the data
// or from the loss before. Late probes can give an interval twice: never more than WINDOW all the same.
static size_t window_first(const struct reachability *r, int64_t width)
{
	int64_t least = r->bins[r->bin_count - 1].time.ns - (WINDOW - 1) * width;
	if (instant_known(r->loss.end.best) && r->loss.end.best.ns > least)
		least = r->loss.end.best.ns;
	size_t first = r->bin_count - 1;
	while (first > 0 && r->bin_count - first < WINDOW && r->bins[first - 1].time.ns >= least)
		first--;
	return first;
}

// The loss began in the interval the change point names, or just before: the last good answer stands in the one before.
static struct moment loss_onset(const struct reachability *r, int64_t width)
{
	struct changepoint_bin window[WINDOW];
	double scratch[WINDOW], sent = 0, lost = 0;
	size_t first = window_first(r, width), n = r->bin_count - first;
	for (size_t i = 0; i < n; i++)
		window[i] = (struct changepoint_bin){r->bins[first + i].sent, r->bins[first + i].lost};
	for (size_t i = 0; i < r->look_count; i++) {
		sent += r->looks[i].quiet_sent;
		lost += r->looks[i].quiet_lost;
	}
	struct changepoint_loss quiet = {(uint64_t)sent, (uint64_t)lost, CHANGEPOINT_FREE};
	struct changepoint at = {.best = (uint32_t)n - 1, .from = (uint32_t)n - 1, .to = (uint32_t)n - 1};
	if (!changepoint_in_loss(window, n, &quiet, scratch, &at))
		at.from = at.to = at.best;
	struct instant best = r->bins[first + at.best].time;
	struct instant from = instant_after(r->bins[first + at.from].time, -width);
	struct instant to = instant_after(r->bins[first + at.to].time, width);
	return moment_between(from, best, to);
}

// What was lost just before the onset: it is over when no more than that is lost.
static double loss_before(const struct reachability *r, const struct moment *onset, int64_t width)
{
	double sent = 0, lost = 0;
	for (size_t i = window_first(r, width); i < r->bin_count && r->bins[i].time.ns < onset->from.ns; i++) {
		sent += r->bins[i].sent;
		lost += r->bins[i].lost;
	}
	return sent > 0 ? lost / sent : 0;
}

// How many networks' observers are in alarm, and whether enough of those that look are.
static bool agreed(const struct reachability *r, const struct pulse *p, uint32_t *ret_networks)
{
	uint32_t alarmed = 0, calm = 0, networks = 0;
	uint32_t asns[LOOKS_MAX];
	for (size_t i = 0; i < p->view_count; i++) {
		const struct pulse_view *v = &p->views[i];
		const struct look *l = look_of((struct reachability *)r, v->observer);
		if (!l || v->impaired || !v->sent)
			continue;
		alarmed += l->alarm;
		calm += !l->alarm;
		const struct observer *o = observer_at(r->targets, v->observer);
		uint32_t asn = o && o->asn ? o->asn : UINT32_MAX - v->observer;
		bool twin = false;
		for (uint32_t k = 0; k < networks; k++)
			twin |= asns[k] == asn;
		if (l->alarm && !twin)
			asns[networks++] = asn;
	}
	*ret_networks = networks;
	return networks >= 2 ? alarmed >= calm : networks == 1 && calm == 0;
}

static void loss_step(struct reachability *r, const struct pulse *p, const struct pulse_bin *b)
{
	uint32_t networks;
	bool alarm = agreed(r, p, &networks);
	double share = b->sent ? (double)b->lost / b->sent : -1;
	struct detection *d = &r->loss;
	if (!r->loss_open && alarm && (double)r->bin_count > value_of(r->values, REACH_WARM_UP_BINS)) {
		detection_begin(d, r, SIGNAL_LOSS, loss_onset(r, p->width_ns));
		r->loss_before = loss_before(r, &d->start, p->width_ns);
		d->baseline = 1000;
		d->lowest = 1000;
		d->of_networks = networks;
		r->loss_open = true;
		r->low_bins = 0;
		r->out.take(r->out.context, d, true);
	}
	if (!r->loss_open || share < 0)
		return;
	uint64_t up = (uint64_t)((1 - share) * 1000 + 0.5);
	d->lowest = up < d->lowest ? up : d->lowest;
	d->of_networks = networks > d->of_networks ? networks : d->of_networks;
	if (share > r->loss_before + value_of(r->values, REACH_LOSS_CLOSE)) {
		r->low_bins = 0;
		return;
	}
	if (r->low_bins++ == 0)
		r->low_since = b->time;
	if (r->low_bins < value_of(r->values, REACH_LOSS_CLOSE_BINS))
		return;
	d->end = moment_between(instant_after(r->low_since, -p->width_ns), r->low_since,
				instant_after(r->low_since, p->width_ns));
	r->loss_open = false;
	for (size_t i = 0; i < r->look_count; i++) {
		r->looks[i].alarm = false;
		r->looks[i].score = 0;
	}
	r->out.take(r->out.context, d, false);
}

static void latency_open(struct reachability *r, const struct pulse *p)
{
	struct detection *d = &r->latency;
	struct moment start = moment_between(instant_after(r->high_since, -p->width_ns), r->high_since,
					     instant_after(r->high_since, p->width_ns));
	detection_begin(d, r, SIGNAL_LATENCY, start);
	d->baseline = 1000;
	d->lowest = 1000;
	r->latency_open = true;
	r->out.take(r->out.context, d, true);
}

static void latency_step(struct reachability *r, const struct pulse *p, const struct pulse_bin *b, bool high,
			 bool raised)
{
	if (b->rtt_ratio <= 0)
		return; // nobody answered: says nothing of how long an answer takes
	r->high_bins = high ? r->high_bins + 1 : 0;
	if (!raised)
		r->raised = false;
	else if (!r->raised)
		r->high_since = b->time;
	r->raised = raised;
	struct detection *d = &r->latency;
	if (!r->latency_open && r->high_bins >= value_of(r->values, REACH_LATENCY_BINS))
		latency_open(r, p);
	if (!r->latency_open)
		return;
	uint64_t ratio = (uint64_t)(b->rtt_ratio * 1000);
	d->lowest = ratio > d->lowest ? ratio : d->lowest; // of latency the worst is the highest
	if (b->rtt_ratio > value_of(r->values, REACH_LATENCY_CLOSE)) {
		r->calm_bins = 0;
		return;
	}
	if (r->calm_bins++ == 0)
		r->calm_since = b->time;
	if (r->calm_bins < value_of(r->values, REACH_LATENCY_BINS))
		return;
	d->end = moment_between(instant_after(r->calm_since, -p->width_ns), r->calm_since,
				instant_after(r->calm_since, p->width_ns));
	r->latency_open = false;
	r->out.take(r->out.context, d, false);
}

static void bin_fill(struct pulse_bin *b, const struct pulse *p)
{
	*b = (struct pulse_bin){
		.time = p->time,
		.units = p->units,
		.units_up = p->units_up,
		.services = p->services,
		.services_up = p->services_up,
	};
	for (size_t i = 0; i < p->view_count; i++) {
		const struct pulse_view *v = &p->views[i];
		b->observers++;
		b->impaired = (uint16_t)(b->impaired + v->impaired);
		if (v->impaired)
			continue;
		b->sent += v->sent;
		b->lost += v->lost;
		b->border_sent += v->border_sent;
		b->border_lost += v->border_lost;
	}
}

static uint16_t observers_seeing(const struct pulse *p, const struct pulse_bin *b)
{
	unsigned seeing = 0;
	for (size_t i = 0; i < p->view_count; i++) {
		const struct pulse_view *v = &p->views[i];
		bool asked = !v->impaired && v->sent && b->lost;
		seeing += asked && 2.0 * v->lost * b->sent >= (double)b->lost * v->sent;
	}
	return (uint16_t)seeing;
}

void reachability_pulse(struct reachability *r, const struct pulse *p)
{
	struct pulse_bin b;
	float ratios[LOOKS_MAX];
	size_t known = 0, high = 0, raised = 0;
	bin_fill(&b, p);
	b.seeing = observers_seeing(p, &b);
	for (size_t i = 0; i < p->view_count; i++) {
		const struct pulse_view *v = &p->views[i];
		struct look *l = look_of(r, v->observer);
		if (!l || v->impaired)
			continue;
		look_loss(l, v);
		look_latency(l, v, !r->latency_open && !r->raised && !r->loss_open && l->score <= 0);
		if (l->ratio <= 0)
			continue;
		high += inflated(l, value_of(r->values, REACH_LATENCY_RATIO));
		raised += inflated(l, RAISED_RATIO);
		ratios[known++] = l->ratio;
	}
	b.rtt_ratio = median_of(ratios, known);
	bin_add(r, &b);
	loss_step(r, p, &b);
	latency_step(r, p, &b, known && high * 2 >= known, known && raised * 2 >= known);
	r->width_ns = p->width_ns;
}

void reachability_now(struct reachability *r)
{
	if (r->loss_open)
		r->out.take(r->out.context, &r->loss, false);
	if (r->latency_open)
		r->out.take(r->out.context, &r->latency, false);
	services_now(r);
}
