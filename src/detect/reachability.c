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
#include "base/must.h"
#include "base/numbers.h"
#include "detect/changepoint.h"
#include "detect/reachability_priv.h"
#include "model/carried.h"

#include <math.h>
#include <stdlib.h>

#define WINDOW	   64	// places for reach.onset_intervals
#define LOSSY_MOST 0.95 // of the quiet loss, so that more can be lost
#define LOSSY_PART 0.5	// of what usually answers, that must be lost where much is lost anyway
#define STALE	   2	// paces for which what an observer saw last still holds

struct reachability *reachability_create(const struct decisions *decisions, uint32_t entity,
					 const struct target_table *targets, struct detection_sink out)
{
	struct reachability *r = alloc_zero(1, sizeof(*r));
	r->decisions = decisions;
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
	must(pins || !n);
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
	alloc_shrink((void **)&r->bins, r->bin_count, &r->bin_capacity, sizeof(*r->bins));
}

static struct reachability_observer *reachability_look_of(struct reachability *r, uint16_t observer)
{
	for (size_t i = 0; i < r->look_count; i++)
		if (r->looks[i].observer == observer)
			return &r->looks[i];
	if (r->look_count == LOOKS_MAX)
		return NULL;
	if (r->look_count == r->look_capacity) // a kilobyte each, and few
		r->looks = alloc_resize(r->looks, ++r->look_capacity, sizeof(*r->looks));
	r->looks[r->look_count] = (struct reachability_observer){.observer = observer,
								 .decisions = r->decisions,
								 .pinged = INSTANT_NONE,
								 .looked = INSTANT_NONE,
								 .calm = INSTANT_NONE};
	return &r->looks[r->look_count++];
}

// Upper end of the quiet loss: mean plus some standard errors of its count. Where much is always lost, that is its usual state.
static double reachability_quiet_loss(const struct reachability_observer *l)
{
	double above = detect_value(l->decisions, REACH_QUIET_Z) * sqrt(l->quiet_lost + 1);
	double p = (l->quiet_lost + above) / (l->quiet_sent + detect_value(l->decisions, REACH_QUIET_SENT));
	double least = detect_value(l->decisions, REACH_LOSS_P0_MIN),
	       most = detect_value(l->decisions, REACH_LOSS_P1) / 2;
	double usual = l->quiet_sent > 0 ? (l->quiet_lost + above) / l->quiet_sent : 0;
	if (l->quiet_lost > most * l->quiet_sent)
		return usual < LOSSY_MOST ? usual : LOSSY_MOST;
	return p < least ? least : p > most ? most : p;
}

// What is looked for. The more is lost anyway the more must be lost beyond it: up to half of what usually answers.
static double reachability_loss_sought(const struct reachability_observer *l, double p0)
{
	double p1 = detect_value(l->decisions, REACH_LOSS_P1), most = p1 / 2, times = p0 / most;
	double part = (p1 - most) / (1 - most) * times * times;
	return p0 <= most ? p1 : p0 + (1 - p0) * (part < LOSSY_PART ? part : LOSSY_PART);
}

static void reachability_quiet_learn(struct reachability_observer *l, const struct pulse_view *v)
{
	l->quiet_sent += v->sent;
	l->quiet_lost += v->lost;
	if (l->quiet_sent > detect_value(l->decisions, REACH_QUIET_MOST)) {
		l->quiet_sent /= 2;
		l->quiet_lost /= 2;
	}
}

static void reachability_look_pinged(struct reachability_observer *l, const struct pulse_view *v, struct instant now)
{
	if (instant_known(l->pinged) && now.ns > l->pinged.ns)
		pace_note(&l->pings, now.ns - l->pinged.ns);
	l->pinged = now;
	l->sent = v->sent;
	l->lost = v->lost;
}

// What is so from the beginning on is how it is: the first intervals are learnt from, and judge nothing.
static void reachability_look_loss(struct reachability_observer *l, const struct pulse_view *v, struct instant now)
{
	double p0 = reachability_quiet_loss(l), p1 = reachability_loss_sought(l, p0),
	       alarm = detect_value(l->decisions, REACH_LOSS_ALARM);
	if (!v->sent)
		return;
	reachability_look_pinged(l, v, now);
	double warm_up = detect_value(l->decisions, REACH_WARM_UP_BINS);
	if (!l->learned && v->lost == v->sent) // it began to look when all was down for others
		l->learned = (uint32_t)warm_up;
	bool steady = l->learned < 2 || l->quiet_lost > 0; // nothing lost at first: a loss is news
	if (steady && l->learned < warm_up && l->quiet_sent < detect_value(l->decisions, REACH_QUIET_SENT)) {
		l->learned++;
		l->calm = now;
		reachability_quiet_learn(l, v);
		return;
	}
	l->score += v->lost * log(p1 / p0) + (v->sent - v->lost) * log((1 - p1) / (1 - p0));
	double most = detect_value(l->decisions, REACH_LOSS_CAP) * alarm;
	l->score = l->score < 0 ? 0 : l->score > most ? most : l->score;
	if (l->score >= alarm)
		l->alarm = true;
	else if (l->score <= 0)
		l->alarm = false;
	if (l->score > 0)
		return;
	l->calm = now;
	reachability_quiet_learn(l, v);
}

static float reachability_median_of(float *values, size_t n)
{
	if (!n)
		return 0;
	qsort(values, n, sizeof(*values), numbers_by_float);
	return values[n / 2];
}

// Puts one value into the ascending window, in the place of another where it is full.
static void reachability_window_put(struct reachability_observer *l, float value)
{
	size_t n = l->rtt_count, at = 0, most = (size_t)detect_value(l->decisions, REACH_LATENCY_HISTORY);
	if (n == most) {
		while (l->sorted[at] < l->rtt[l->rtt_next % most])
			at++;
		memmove(l->sorted + at, l->sorted + at + 1, (--n - at) * sizeof(float));
	}
	for (at = n; at > 0 && l->sorted[at - 1] > value; at--)
		l->sorted[at] = l->sorted[at - 1];
	l->sorted[at] = value;
	l->rtt[l->rtt_next++ % most] = value;
	l->rtt_count = n + 1;
}

// The median distance from the median: distances ascend on either side of it.
static float reachability_window_spread(const struct reachability_observer *l)
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

static void reachability_look_latency(struct reachability_observer *l, const struct pulse_view *v, bool quiet)
{
	l->ratio = l->median > 0 && v->rtt_us ? (float)v->rtt_us / l->median : 0;
	if (!v->rtt_us || !quiet)
		return;
	reachability_window_put(l, (float)v->rtt_us);
	l->median = l->sorted[l->rtt_count / 2];
	l->spread = 1.4826F * reachability_window_spread(l);
}

// Whether the observer's round-trip time is clearly above its usual one; `share` loosens the ratio for dating back.
static bool reachability_inflated(const struct reachability_observer *l, double ratio)
{
	double above = (l->ratio - 1) * l->median;
	return (double)l->rtt_count >= detect_value(l->decisions, REACH_WARM_UP_BINS) && l->ratio >= ratio &&
	       above >= detect_value(l->decisions, REACH_LATENCY_MAD) * l->spread;
}

static void reachability_bin_add(struct reachability *r, const struct pulse_bin *b)
{
	alloc_grow((void **)&r->bins, r->bin_count, &r->bin_capacity, sizeof(*r->bins));
	r->bins[r->bin_count++] = *b;
}

static struct moment reachability_moment_between(struct instant from, struct instant best, struct instant to)
{
	return (struct moment){best, from, to, 0.9};
}

static void reachability_detection_begin(struct detection *d, const struct reachability *r, uint8_t signal,
					 struct moment start)
{
	*d = (struct detection){.entity = r->entity, .signal = signal, .start = start};
	d->end = reachability_moment_between(INSTANT_NONE, INSTANT_NONE, INSTANT_NONE);
	for (int i = 0; i < PROFILE_COUNT; i++)
		d->fall[i] = d->rise[i] = INSTANT_NONE;
}

// The first of the intervals in which a loss seen now may have begun: so many of them, none from before a pause in the data
// or from the loss before. Late probes can give an interval twice: never more than there is room for all the same.
static size_t reachability_window_first(const struct reachability *r, int64_t width, struct instant after)
{
	int64_t most = (int64_t)detect_value(r->decisions, REACH_ONSET_BINS);
	int64_t least = r->bins[r->bin_count - 1].time.ns - (most - 1) * width;
	if (instant_known(r->loss.end.best) && r->loss.end.best.ns > least)
		least = r->loss.end.best.ns;
	if (instant_known(after) && after.ns >= least)
		least = after.ns + 1;
	size_t first = r->bin_count - 1;
	while (first > 0 && r->bin_count - first < (size_t)most && r->bins[first - 1].time.ns >= least)
		first--;
	return first;
}

// The begin of the interval before this one in which it was asked: no change is known better than by the pace of asking.
static struct instant reachability_asked_before(const struct reachability *r, size_t bin, int64_t width)
{
	struct instant before = instant_after(r->bins[bin].time, -width);
	return bin && r->bins[bin - 1].time.ns < before.ns ? r->bins[bin - 1].time : before;
}

// The loss began in the interval the change point names, or just before: the last good answer stands in the one before.
static struct moment reachability_loss_since(const struct reachability *r, int64_t width, struct instant after)
{
	struct changepoint_bin window[WINDOW];
	double scratch[WINDOW], sent = 0, lost = 0;
	size_t first = reachability_window_first(r, width, after), n = r->bin_count - first;
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
	struct instant from = reachability_asked_before(r, first + at.from, width);
	struct instant to = instant_after(r->bins[first + at.to].time, width);
	return reachability_moment_between(from, best, to);
}

// Whether what it saw last holds now: it looked in this interval, or by its own pace could not have looked since.
static bool reachability_look_holds(const struct reachability_observer *l, struct instant now)
{
	if (!l->sound || !instant_known(l->pinged))
		return false;
	return l->pinged.ns == now.ns || now.ns - l->pinged.ns <= STALE * pace_ns(&l->pings);
}

// Until when fewer observers than must agree had left their steady state: a loss of all cannot have begun before. What one of them
// alone has lost for long is its own affair.
static struct instant reachability_steady_until(const struct reachability *r, struct instant now, uint32_t networks)
{
	int64_t calm[LOOKS_MAX];
	size_t alarmed = 0, held = 0;
	for (size_t i = 0; i < r->look_count; i++) {
		const struct reachability_observer *l = &r->looks[i];
		bool holds = reachability_look_holds(l, now);
		held += holds;
		if (holds && l->alarm && instant_known(l->calm))
			calm[alarmed++] = l->calm.ns;
	}
	if (!alarmed)
		return INSTANT_NONE;
	qsort(calm, alarmed, sizeof(*calm), numbers_by_int64);
	size_t needed = networks < 2 ? 1 : held > 3 ? (held + 1) / 2 : 2;
	return instant_of_ns(calm[(needed < alarmed ? needed : alarmed) - 1]);
}

// Whether most of what was lost in the intervals from `from` to `to` was lost by one observer alone: a loss that grows slowly is seen by
// several long before all of them are in alarm.
static bool reachability_lonely(const struct reachability *r, struct instant from, struct instant to)
{
	size_t lost = 0, lonely = 0;
	for (size_t i = r->bin_count; i-- > 0 && r->bins[i].time.ns >= from.ns;) {
		const struct pulse_bin *b = &r->bins[i];
		bool within = b->time.ns <= to.ns && b->lost;
		lost += within;
		lonely += within && b->seeing < detect_value(r->decisions, REACH_NETWORKS_MIN);
	}
	return 2 * lonely > lost;
}

static struct moment reachability_loss_onset(const struct reachability *r, const struct pulse *p, uint32_t networks)
{
	struct moment at = reachability_loss_since(r, p->width_ns, INSTANT_NONE);
	struct instant steady = reachability_steady_until(r, p->time, networks);
	if (!instant_known(steady) || at.to.ns > steady.ns || steady.ns >= p->time.ns ||
	    !reachability_lonely(r, at.best, steady))
		return at;
	return reachability_loss_since(r, p->width_ns, steady);
}

// What was lost just before the onset: it is over when no more than that is lost.
static double reachability_loss_before(const struct reachability *r, const struct moment *onset, int64_t width)
{
	double sent = 0, lost = 0;
	for (size_t i = reachability_window_first(r, width, INSTANT_NONE);
	     i < r->bin_count && r->bins[i].time.ns < onset->from.ns; i++) {
		sent += r->bins[i].sent;
		lost += r->bins[i].lost;
	}
	return sent > 0 ? lost / sent : 0;
}

// How many networks' observers are in alarm, and whether enough of those that look are. A slow one that is in alarm is so until it looks
// again.
static bool reachability_agreed(const struct reachability *r, const struct pulse *p, uint32_t *ret_networks)
{
	uint32_t alarmed = 0, calm = 0, networks = 0;
	uint32_t asns[LOOKS_MAX];
	for (size_t i = 0; i < r->look_count; i++) {
		const struct reachability_observer *l = &r->looks[i];
		if (!reachability_look_holds(l, p->time))
			continue;
		alarmed += l->alarm;
		calm += !l->alarm && l->pinged.ns == p->time.ns;
		const struct observer *o = observer_at(r->targets, l->observer);
		uint32_t asn = o && o->asn ? o->asn : UINT32_MAX - l->observer;
		bool twin = false;
		for (uint32_t k = 0; k < networks; k++)
			twin |= asns[k] == asn;
		if (l->alarm && !twin)
			asns[networks++] = asn;
	}
	*ret_networks = networks;
	return networks >= detect_value(r->decisions, REACH_NETWORKS_MIN) ? alarmed >= calm : networks && calm == 0;
}

// Notes who is in this loss. Whether any of those who look now is or was.
static bool reachability_joined(struct reachability *r, struct instant now)
{
	bool any = false;
	for (size_t i = 0; i < r->look_count; i++) {
		struct reachability_observer *l = &r->looks[i];
		l->joined = r->loss_open && (l->joined || l->alarm);
		any |= l->joined && l->sound && l->pinged.ns == now.ns;
	}
	return any;
}

// The share that is lost as far as is known now, and how many pings say so. What slow observers saw last counts beside those who never
// were in the loss; of one that was, an answer is newer than they are. Negative: nobody pinged.
static double reachability_share_now(struct reachability *r, const struct pulse_bin *b, double *ret_sent)
{
	double sent = b->sent, lost = b->lost;
	bool newer = reachability_joined(r, b->time);
	for (size_t i = 0; i < r->look_count && b->sent && !newer; i++) {
		const struct reachability_observer *l = &r->looks[i];
		bool before = l->pinged.ns != b->time.ns && reachability_look_holds(l, b->time);
		sent += before ? l->sent : 0;
		lost += before ? l->lost : 0;
	}
	*ret_sent = sent;
	return sent > 0 ? lost / sent : -1;
}

// Up to which share it is over: what was lost before, and as much more as chance makes of it.
static double reachability_over_at(const struct reachability *r, double sent)
{
	double chance = r->loss_before * (1 - r->loss_before) / (sent > 1 ? sent : 1);
	return r->loss_before + detect_value(r->decisions, REACH_LOSS_CLOSE) +
	       detect_value(r->decisions, REACH_QUIET_Z) * sqrt(chance);
}

static void reachability_loss_step(struct reachability *r, const struct pulse *p, const struct pulse_bin *b)
{
	uint32_t networks;
	bool alarm = reachability_agreed(r, p, &networks);
	double sent, share = reachability_share_now(r, b, &sent);
	struct detection *d = &r->loss;
	if (!r->loss_open && alarm && (double)r->bin_count > detect_value(r->decisions, REACH_WARM_UP_BINS)) {
		reachability_detection_begin(d, r, SIGNAL_LOSS, reachability_loss_onset(r, p, networks));
		r->loss_before = reachability_loss_before(r, &d->start, p->width_ns);
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
	if (share > reachability_over_at(r, sent)) {
		r->low_bins = 0;
		return;
	}
	if (r->low_bins++ == 0) {
		r->low_since = b->time;
		r->low_before = reachability_asked_before(r, r->bin_count - 1, p->width_ns);
	}
	if (r->low_bins < detect_value(r->decisions, REACH_LOSS_CLOSE_BINS))
		return;
	d->end = reachability_moment_between(r->low_before, r->low_since, instant_after(r->low_since, p->width_ns));
	r->loss_open = false;
	for (size_t i = 0; i < r->look_count; i++) {
		r->looks[i].alarm = false;
		r->looks[i].score = 0;
	}
	r->out.take(r->out.context, d, false);
}

static void reachability_latency_open(struct reachability *r, const struct pulse *p)
{
	struct detection *d = &r->latency;
	struct moment start = reachability_moment_between(instant_after(r->high_since, -p->width_ns), r->high_since,
							  instant_after(r->high_since, p->width_ns));
	reachability_detection_begin(d, r, SIGNAL_LATENCY, start);
	d->baseline = 1000;
	d->lowest = 1000;
	r->latency_open = true;
	r->out.take(r->out.context, d, true);
}

static void reachability_latency_step(struct reachability *r, const struct pulse *p, const struct pulse_bin *b,
				      bool high, bool raised)
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
	if (!r->latency_open && r->high_bins >= detect_value(r->decisions, REACH_LATENCY_BINS))
		reachability_latency_open(r, p);
	if (!r->latency_open)
		return;
	uint64_t ratio = (uint64_t)(b->rtt_ratio * 1000);
	d->lowest = ratio > d->lowest ? ratio : d->lowest; // of latency the worst is the highest
	if (b->rtt_ratio > detect_value(r->decisions, REACH_LATENCY_CLOSE)) {
		r->calm_bins = 0;
		return;
	}
	if (r->calm_bins++ == 0)
		r->calm_since = b->time;
	if (r->calm_bins < detect_value(r->decisions, REACH_LATENCY_BINS))
		return;
	d->end = reachability_moment_between(instant_after(r->calm_since, -p->width_ns), r->calm_since,
					     instant_after(r->calm_since, p->width_ns));
	r->latency_open = false;
	r->out.take(r->out.context, d, false);
}

static void reachability_bin_fill(struct pulse_bin *b, const struct pulse *p)
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

static uint16_t reachability_observers_seeing(const struct reachability *r, const struct pulse *p,
					      const struct pulse_bin *b)
{
	double least = detect_value(r->decisions, REACH_SEEING);
	unsigned seeing = 0;
	for (size_t i = 0; i < p->view_count; i++) {
		const struct pulse_view *v = &p->views[i];
		bool asked = !v->impaired && v->sent && b->lost;
		seeing += asked && (double)v->lost * b->sent >= least * b->lost * v->sent;
	}
	return (uint16_t)seeing;
}

static void reachability_look_note(struct reachability_observer *l, const struct pulse_view *v, struct instant now)
{
	if (!v->sent && !v->checks && !v->border_sent)
		return;
	if (instant_known(l->looked) && now.ns > l->looked.ns)
		pace_note(&l->looks, now.ns - l->looked.ns);
	l->looked = now;
}

int64_t reachability_pause_ns(const struct reachability *r, uint16_t observer, struct instant now, double paces)
{
	for (size_t i = 0; i < r->look_count; i++) {
		const struct reachability_observer *l = &r->looks[i];
		if (l->observer != observer || !l->sound || !instant_known(l->looked))
			continue;
		int64_t pause = now.ns - l->looked.ns;
		return (double)pause <= paces * (double)pace_ns(&l->looks) ? pause : 0;
	}
	return 0;
}

void reachability_pulse(struct reachability *r, const struct pulse *p)
{
	must(r && p);
	struct pulse_bin b;
	float ratios[LOOKS_MAX];
	size_t known = 0, high = 0, raised = 0;
	double opens = detect_value(r->decisions, REACH_LATENCY_RATIO);
	double raises = detect_value(r->decisions, REACH_LATENCY_RAISED);
	reachability_bin_fill(&b, p);
	b.seeing = reachability_observers_seeing(r, p, &b);
	for (size_t i = 0; i < p->view_count; i++) {
		const struct pulse_view *v = &p->views[i];
		struct reachability_observer *l = reachability_look_of(r, v->observer);
		if (l)
			l->sound = !v->impaired;
		if (!l || v->impaired)
			continue;
		reachability_look_note(l, v, p->time);
		reachability_look_loss(l, v, p->time);
		reachability_look_latency(l, v, !r->latency_open && !r->raised && !r->loss_open && l->score <= 0);
		if (l->ratio <= 0)
			continue;
		high += reachability_inflated(l, opens);
		raised += reachability_inflated(l, raises < opens ? raises : opens); // what opens is raised
		ratios[known++] = l->ratio;
	}
	b.rtt_ratio = reachability_median_of(ratios, known);
	reachability_bin_add(r, &b);
	reachability_loss_step(r, p, &b);
	double enough = detect_value(r->decisions, REACH_LATENCY_SHARE) * (double)known;
	reachability_latency_step(r, p, &b, known && (double)high >= enough, known && (double)raised >= enough);
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

static void reachability_look_carry(struct carry *c, struct reachability_observer *l)
{
	CARRY(c, l->observer);
	CARRY(c, l->alarm);
	CARRY(c, l->score);
	CARRY(c, l->quiet_sent);
	CARRY(c, l->quiet_lost);
	CARRY(c, l->learned);
	CARRY(c, l->sent);
	CARRY(c, l->lost);
	CARRY(c, l->sound);
	CARRY(c, l->joined);
	CARRY(c, l->pinged);
	CARRY(c, l->looked);
	CARRY(c, l->calm);
	CARRY(c, l->pings);
	CARRY(c, l->looks);
	CARRY(c, l->rtt);
	CARRY(c, l->sorted);
	CARRY(c, l->rtt_count);
	CARRY(c, l->rtt_next);
	CARRY(c, l->median);
	CARRY(c, l->spread);
	CARRY(c, l->ratio);
	carry_within(c, CARRY_OBSERVERS, l->observer);
	carry_check(c, l->rtt_count <= RTT_HISTORY);
}

// What is replaced must be in the window, in order: else its place would be looked for beyond the end.
static bool reachability_look_whole(const struct reachability_observer *l)
{
	for (size_t i = 0; i < l->rtt_count; i++) {
		bool found = false;
		for (size_t k = 0; k < l->rtt_count && !found; k++)
			found = l->sorted[k] == l->rtt[i];
		if (!found || (i && l->sorted[i] < l->sorted[i - 1]))
			return false;
	}
	return true;
}

static void reachability_class_carry(struct carry *c, struct reachability *r, uint8_t which)
{
	struct service_class *s = &r->services[which];
	detection_carry(c, &s->d);
	CARRY(c, s->down);
	CARRY(c, s->most);
	CARRY(c, s->known);
	CARRY(c, s->open);
	CARRY(c, s->last_recovered);
	carry_check(c, !s->open || (s->d.entity == r->entity && s->d.signal == SIGNAL_SERVICE_DNS + which));
}

static void reachability_looks_carry(struct carry *c, struct reachability *r)
{
	carry_room(c, CARRY_ARRAY(r->looks, r->look_count, r->look_capacity), 900);
	carry_check(c, r->look_count <= LOOKS_MAX);
	for (size_t i = 0; i < r->look_count && carry_good(c); i++) {
		reachability_look_carry(c, &r->looks[i]);
		r->looks[i].decisions = r->decisions;
		if (carry_loads(c))
			carry_check(c, reachability_look_whole(&r->looks[i]));
	}
}

void reachability_carry(struct carry *c, struct reachability *r)
{
	reachability_looks_carry(c, r);
	carry_list(c, CARRY_ARRAY(r->bins, r->bin_count, r->bin_capacity));
	CARRY(c, r->width_ns);
	carry_check(c, r->width_ns >= 0 && r->width_ns <= 86400 * NS_PER_S);
	detection_carry(c, &r->loss);
	detection_carry(c, &r->latency);
	CARRY(c, r->loss_open);
	CARRY(c, r->latency_open);
	CARRY(c, r->raised);
	CARRY(c, r->loss_before);
	CARRY(c, r->low_bins);
	CARRY(c, r->high_bins);
	CARRY(c, r->calm_bins);
	CARRY(c, r->low_since);
	CARRY(c, r->low_before);
	CARRY(c, r->high_since);
	CARRY(c, r->calm_since);
	for (uint8_t i = 0; i < SERVICE_CLASSES; i++)
		reachability_class_carry(c, r, i);
	carry_check(c, !r->loss_open || (r->loss.entity == r->entity && r->bin_count));
	carry_check(c, !r->latency_open || r->latency.entity == r->entity);
}
