// SPDX-License-Identifier: ISC
// DOC: level detector
// The baseline is the median of the last day, weighted by how long each value stood. A value below LEVEL_DEPART of it
// marks a possible start; if the value goes on to LEVEL_OPEN and stays below LEVEL_CLOSE for LEVEL_HOLD_S an event
// opens, dated back to that start. A small loss that goes no further for LEVEL_PAUSE_S is no start: it is learned, and
// departures are measured from it. An event ends when the value has stayed at or above LEVEL_CLOSE for LEVEL_HOLD_S, dated
// back to the moment it got there. Unknown values (too few healthy networks) freeze everything: no start, no end.
// DOC: silence
// That a network is silent is noticed late; until then its old table hides what the others saw. A start or an end that is
// seen in that moment lies anywhere since its last word, or, if the share of networks that see fell meanwhile, where it fell.
#include "detect/level.h"

#include "base/alloc.h"
#include "base/must.h"
#include "detect/weighted.h"
#include "model/carried.h"

#include <stdlib.h>
#include <string.h>

#define SEGMENTS_MAX   1024			// memory of a history; beyond it pairs become one
#define CONFIDENCE     0.9			// what the intervals are made for; stated with each
#define SEGMENT_NS_MAX (366 * 86400 * NS_PER_S) // of a carried history

struct segment {
	uint64_t value;
	int64_t ns;
};

struct level {
	uint32_t entity;
	uint8_t signal;
	struct detection_sink out;
	const struct decisions *decisions;
	struct segment *history;
	size_t segments, segment_capacity;
	int64_t history_ns;
	struct weighted stood_for; // how long each value of the history stood
	double baseline, sight_baseline;
	double stood; // a small loss that has lasted; 0 none
	struct instant lowest_at;
	struct sample last; // newest known value
	bool any, blind, judged;
	bool departed, open;		// below depart since d.start; event confirmed
	struct instant below;		// since when below close, while departed and not open; unknown: is not
	bool deep;			// has been at or below open since then
	struct instant seen;		// the newest value's time; the view was lost before it: the time of that
	struct instant before_back;	// `seen` at `back`
	struct instant fell, fell_last; // since when the share of networks that see has been falling; its newest fall
	struct instant back;		// since when at or above close, while open; unknown: is below
	struct detection d;
};

static double level_share(const struct level *l, enum detect_decision which)
{
	return detect_value(l->decisions, which);
}

static int64_t level_span_ns(const struct level *l, enum detect_decision which)
{
	return detect_ns(l->decisions, which);
}

struct level *level_create(const struct decisions *decisions, uint32_t entity, uint8_t signal,
			   struct detection_sink out)
{
	struct level *l = alloc_zero(1, sizeof(*l));
	l->decisions = decisions;
	l->entity = entity;
	l->signal = signal;
	l->out = out;
	l->back = l->fell = l->fell_last = INSTANT_NONE;
	return l;
}

void level_free(struct level *l)
{
	if (!l)
		return;
	free(l->history);
	weighted_free(&l->stood_for);
	free(l);
}

// Halves the number of segments: each pair keeps the value that stood longer.
static void level_history_coarsen(struct level *l)
{
	size_t kept = 0;
	for (size_t i = 0; i + 1 < l->segments; i += 2) {
		struct segment a = l->history[i], b = l->history[i + 1];
		l->history[kept].value = a.ns >= b.ns ? a.value : b.value;
		l->history[kept++].ns = a.ns + b.ns;
	}
	l->segments = kept;
	weighted_clear(&l->stood_for);
	for (size_t i = 0; i < kept; i++)
		weighted_add(&l->stood_for, l->history[i].value, l->history[i].ns);
}

static void level_baseline_refresh(struct level *l)
{
	uint64_t value;
	if (weighted_median(&l->stood_for, &value))
		l->baseline = (double)value;
}

// Forgets what is older than the history is long.
static void level_history_trim(struct level *l)
{
	int64_t excess = l->history_ns - level_span_ns(l, LEVEL_HISTORY_S);
	while (excess > 0) {
		int64_t ns = l->history[0].ns < excess ? l->history[0].ns : excess;
		excess -= ns;
		l->history_ns -= ns;
		l->history[0].ns -= ns;
		weighted_add(&l->stood_for, l->history[0].value, -ns);
		if (!l->history[0].ns)
			memmove(l->history, l->history + 1, --l->segments * sizeof(*l->history));
	}
}

// The last value stood from its time until `now`.
static void level_history_add(struct level *l, struct instant now)
{
	int64_t ns = now.ns - l->last.time.ns;
	if (ns <= 0 || l->departed)
		return;
	if (l->segments && l->history[l->segments - 1].value == l->last.value) {
		l->history[l->segments - 1].ns += ns;
	} else {
		if (l->segments == SEGMENTS_MAX)
			level_history_coarsen(l);
		alloc_grow((void **)&l->history, l->segments, &l->segment_capacity, sizeof(*l->history));
		l->history[l->segments++] = (struct segment){l->last.value, ns};
	}
	l->history_ns += ns;
	weighted_add(&l->stood_for, l->last.value, ns);
	level_history_trim(l);
	level_baseline_refresh(l);
	if ((double)l->last.value >= level_share(l, LEVEL_CLOSE) * l->baseline)
		l->sight_baseline = l->last.sight;
}

static bool level_warm(const struct level *l)
{
	double known =
		level_share(l, l->signal == SIGNAL_ROUTES6 ? LEVEL_KNOWN6_MIN : LEVEL_KNOWN4_MIN) * (double)l->last.own;
	return l->history_ns >= level_span_ns(l, LEVEL_WARM_UP_S) && l->baseline > 0 && l->baseline >= known;
}

// It was so at `best`; until `before` it was not.
static struct moment level_moment_between(const struct level *l, struct instant before, struct instant best)
{
	int64_t stamp = level_span_ns(l, LEVEL_STAMP_S);
	return (struct moment){best, instant_after(before, -stamp), instant_after(best, stamp), CONFIDENCE};
}

static void level_profile_fall(struct level *l, const struct sample *s)
{
	static const double levels[PROFILE_COUNT] = {0.9, 0.5, 0.1};
	for (int i = 0; i < PROFILE_COUNT; i++) {
		bool below = s->sight <= levels[i] * l->sight_baseline;
		if (below && !instant_known(l->d.fall[i]))
			l->d.fall[i] = s->time;
		if (below)
			l->d.rise[i] = INSTANT_NONE;
		else if (instant_known(l->d.fall[i]) && !instant_known(l->d.rise[i]))
			l->d.rise[i] = s->time;
	}
}

// What silent networks hid until now is dated by what those that spoke have seen since.
static struct moment level_start_of(const struct level *l, const struct sample *s)
{
	if (!s->silent_ns || !instant_known(l->fell) || l->fell.ns < l->seen.ns)
		return level_moment_between(l, l->seen, s->time);
	return level_moment_between(l, l->fell, l->fell_last);
}

static void level_fall_note(struct level *l, const struct sample *s)
{
	if (!l->any || l->blind || s->of_networks != l->last.of_networks)
		return;
	if (s->sight > l->last.sight)
		l->fell = INSTANT_NONE;
	if (s->sight >= l->last.sight)
		return;
	l->fell = instant_known(l->fell) ? l->fell : s->time;
	l->fell_last = s->time;
}

static void level_depart(struct level *l, const struct sample *s)
{
	l->departed = true;
	l->deep = false;
	l->below = INSTANT_NONE;
	l->lowest_at = s->time;
	l->d = (struct detection){
		.entity = l->entity,
		.signal = l->signal,
		.start = level_start_of(l, s),
		.end = {INSTANT_NONE, INSTANT_NONE, INSTANT_NONE, 0},
		.baseline = (uint64_t)l->baseline,
		.lowest = s->value,
		.of_networks = s->of_networks,
		.of_collectors = s->of_collectors,
	};
	for (int i = 0; i < PROFILE_COUNT; i++)
		l->d.fall[i] = l->d.rise[i] = INSTANT_NONE;
}

static void level_close_event(struct level *l)
{
	l->d.end = level_moment_between(l, l->before_back, l->back);
	if (l->open)
		l->out.take(l->out.context, &l->d, false);
	l->open = l->departed = false;
	l->back = INSTANT_NONE;
}

struct instant level_deadline(const struct level *l)
{
	if (!l->departed || l->blind)
		return INSTANT_NONE;
	if (instant_known(l->back))
		return instant_after(l->back, level_span_ns(l, LEVEL_HOLD_S));
	if (l->open)
		return INSTANT_NONE;
	return l->deep ? instant_after(l->below, level_span_ns(l, LEVEL_HOLD_S))
		       : instant_after(l->lowest_at, level_span_ns(l, LEVEL_PAUSE_S));
}

void level_tick(struct level *l, struct instant now)
{
	if (!l->departed || l->blind)
		return;
	if (instant_known(l->back)) {
		if (now.ns - l->back.ns >= level_span_ns(l, LEVEL_HOLD_S))
			level_close_event(l);
		return;
	}
	if (!l->open && l->deep && now.ns - l->below.ns >= level_span_ns(l, LEVEL_HOLD_S)) {
		l->open = true;
		l->out.take(l->out.context, &l->d, true);
	}
	if (!l->open && !l->deep && now.ns - l->lowest_at.ns >= level_span_ns(l, LEVEL_PAUSE_S)) {
		l->departed = false;
		l->stood = (double)l->last.value;
	}
}

// Where departures are measured from: the baseline, or a small loss that has lasted.
static double level_usual(const struct level *l)
{
	return l->stood > 0 ? l->stood : l->baseline;
}

static void level_stood_refresh(struct level *l)
{
	double value = (double)l->last.value;
	if (value >= level_share(l, LEVEL_DEPART) * l->baseline)
		l->stood = 0;
	else if (l->stood > 0 && value > l->stood)
		l->stood = value;
}

// An event opens when the value is held below close and was at or below open meanwhile.
static void level_before_opening(struct level *l, struct instant now, double ratio)
{
	if (ratio >= level_share(l, LEVEL_CLOSE)) {
		l->deep = false;
		l->below = INSTANT_NONE;
		return;
	}
	if (!instant_known(l->below))
		l->below = now;
	l->deep |= ratio <= level_share(l, LEVEL_OPEN);
}

static void level_in_departure(struct level *l, const struct sample *s)
{
	double ratio = (double)s->value / l->baseline;
	if (s->value < l->d.lowest) {
		l->d.lowest = s->value;
		l->lowest_at = s->time;
	}
	level_profile_fall(l, s);
	if (!l->open && (double)s->value >= level_share(l, LEVEL_DEPART) * level_usual(l)) {
		l->departed = false; // a flap: it never became an event
		return;
	}
	if (!l->open)
		level_before_opening(l, s->time, ratio);
	else if (ratio < level_share(l, LEVEL_CLOSE))
		l->back = INSTANT_NONE;
	else if (!instant_known(l->back)) {
		l->back = s->time;
		l->before_back = l->seen;
	}
}

// The last value stood until now. What ends by that is said first, so that the same is learned however often time was told.
static void level_until(struct level *l, struct instant now)
{
	level_tick(l, now);
	level_history_add(l, now);
}

void level_take(struct level *l, const struct sample *s)
{
	must(instant_known(s->time));
	if (s->of_networks < level_share(l, LEVEL_NETWORKS_MIN)) {
		if (l->any && !l->blind) {
			level_until(l, s->time);
			l->seen = instant_after(s->time, -s->silent_ns);
		}
		l->blind = true;
		return;
	}
	if (l->any && !l->blind)
		level_until(l, s->time);
	if (!l->any || !l->blind)
		l->seen = instant_after(s->time, -s->silent_ns);
	level_fall_note(l, s);
	l->blind = false;
	l->any = true;
	l->last = *s;
	if (!level_warm(l))
		return;
	l->judged = true;
	if (!l->departed)
		level_stood_refresh(l);
	if (!l->departed && (double)s->value < level_share(l, LEVEL_DEPART) * level_usual(l))
		level_depart(l, s);
	if (l->departed)
		level_in_departure(l, s);
}

void level_now(struct level *l)
{
	if (l->departed && l->open)
		l->out.take(l->out.context, &l->d, false);
}

void level_finish(struct level *l, struct instant now)
{
	must(l);
	if (l->any && !l->blind)
		level_history_add(l, now);
	if (!l->departed)
		return;
	level_tick(l, now);
	if (l->open && instant_known(l->back))
		level_close_event(l); // it got back just before the data ended
	else if (l->open)
		l->out.take(l->out.context, &l->d, false);
}

bool level_blind(const struct level *l)
{
	return l->blind || !l->any;
}

bool level_judged(const struct level *l)
{
	return l->judged || (l->any && !l->blind && level_warm(l));
}

double level_baseline(const struct level *l)
{
	return l->baseline;
}

static void level_history_carry(struct carry *c, struct level *l)
{
	carry_list(c, CARRY_ARRAY(l->history, l->segments, l->segment_capacity));
	carry_check(c, l->segments <= SEGMENTS_MAX);
	if (!carry_loads(c) || !carry_good(c))
		return;
	l->history_ns = 0;
	for (size_t i = 0; i < l->segments && carry_good(c); i++) {
		carry_check(c, l->history[i].ns > 0 && l->history[i].ns <= SEGMENT_NS_MAX);
		l->history_ns += l->history[i].ns;
		weighted_add(&l->stood_for, l->history[i].value, l->history[i].ns);
	}
}

void level_carry(struct carry *c, struct level *l)
{
	level_history_carry(c, l);
	CARRY(c, l->baseline);
	CARRY(c, l->sight_baseline);
	CARRY(c, l->stood);
	CARRY(c, l->lowest_at);
	sample_carry(c, &l->last);
	CARRY(c, l->any);
	CARRY(c, l->blind);
	CARRY(c, l->judged);
	CARRY(c, l->departed);
	CARRY(c, l->open);
	CARRY(c, l->below);
	CARRY(c, l->deep);
	CARRY(c, l->seen);
	CARRY(c, l->before_back);
	CARRY(c, l->fell);
	CARRY(c, l->fell_last);
	CARRY(c, l->back);
	detection_carry(c, &l->d);
	carry_check(c, !l->departed || (l->d.entity == l->entity && l->d.signal == l->signal));
}
