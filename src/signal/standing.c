// SPDX-License-Identifier: ISC
// DOC: controls
// Controls are judged by a Bernoulli CUSUM. One that never answered an observer says nothing of it once anything has answered it: it
// stands in the list by mistake. One that answered and has failed for long, while most others have not, is itself down.
// DOC: pace
// An observer is absent by its own pace. A round lies between two probes of one of its targets; its pace is the longest gap between
// probes that is usual within a round, so that neither few targets nor bursts of many look like an absence.
#include "signal/standing.h"

#include "base/alloc.h"
#include "base/carry.h"

#include <math.h>
#include <stdlib.h>

#define ROUND_PROBES 65536 // in so many the target was asked no more: another one makes the rounds

struct standing_table *standing_create(const struct decisions *decisions,
				       void (*tell)(void *context, const struct observer_change *c), void *context)
{
	struct standing_table *s = alloc_zero(1, sizeof(*s));
	double p0 = signal_value(decisions, OBSERVER_CONTROL_P0), p1 = signal_value(decisions, OBSERVER_CONTROL_P1);
	s->decisions = decisions;
	s->lost = log(p1 / p0);
	s->good = log((1 - p1) / (1 - p0));
	s->tell = tell;
	s->context = context;
	for (size_t i = 0; i < OBSERVERS_MAX; i++) {
		s->of[i] = (struct standing){.last_good = INT64_MIN,
					     .first_bad = INT64_MIN,
					     .alarm_until = INT64_MIN,
					     .sighted = INT64_MIN,
					     .last_probe = INT64_MIN,
					     .returned = INT64_MIN,
					     .good_again = INT64_MIN,
					     .round_of = UINT32_MAX};
		statement_init(decisions, &s->of[i].told);
	}
	return s;
}

void standing_free(struct standing_table *s)
{
	for (size_t i = 0; s && i < OBSERVERS_MAX; i++) {
		free(s->of[i].controls);
		free(s->of[i].answered.bits);
		free(s->of[i].refused.bits);
	}
	free(s);
}

// Made if new. Borrowed until the next new one.
static struct standing_control *standing_control_of(struct standing *o, uint32_t target)
{
	size_t low = 0, high = o->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (o->controls[middle].target < target)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < o->count && o->controls[low].target == target)
		return &o->controls[low];
	alloc_grow((void **)&o->controls, o->count, &o->capacity, sizeof(*o->controls));
	memmove(o->controls + low + 1, o->controls + low, (o->count - low) * sizeof(*o->controls));
	o->count++;
	o->useless++;
	o->controls[low] = (struct standing_control){.target = target};
	return &o->controls[low];
}

static uint32_t standing_dead_fails(const struct standing_table *s)
{
	return (uint32_t)signal_value(s->decisions, OBSERVER_CONTROL_DEAD);
}

static void standing_count(const struct standing_table *s, struct standing *o, struct standing_control *one, bool good)
{
	uint32_t dead = standing_dead_fails(s);
	if (good && !one->answered) {
		one->answered = true;
		o->useless--;
	} else if (good) {
		o->dead -= one->fails >= dead;
	} else if (one->answered) {
		o->dead += one->fails == dead - 1;
	}
	one->fails = good ? 0 : one->fails + (one->fails < UINT32_MAX);
}

// A control that has failed for long while most others of the observer have not is itself down.
static bool standing_dead(const struct standing_table *s, const struct standing *o, const struct standing_control *one)
{
	double others = signal_value(s->decisions, OBSERVER_CONTROL_OTHERS) * (double)(o->count - o->useless);
	return one->answered && one->fails >= standing_dead_fails(s) && (double)o->dead < others;
}

static const char standing_absent[] = "it sent no probes";

static void standing_tell(struct standing_table *s, uint16_t observer, bool impaired, int64_t from, const char *why)
{
	struct observer_change change = {observer, impaired, {from}, why, false, why == standing_absent};
	s->tell(s->context, &change);
}

static void standing_control_tell(struct standing_table *s, uint16_t observer, bool impaired, int64_t from)
{
	struct standing *o = &s->of[observer];
	if (o->impaired == impaired)
		return;
	o->impaired = impaired;
	standing_tell(s, observer, impaired, from, "its control targets did not answer");
}

// What never answered was all there was to judge by, until something answered.
static void standing_sighted(struct standing_table *s, uint16_t observer, int64_t t)
{
	struct standing *o = &s->of[observer];
	if (o->last_good != INT64_MIN || o->useless < o->count || o->sighted == INT64_MIN || t < o->sighted)
		return;
	o->score = 0;
	o->first_bad = INT64_MIN;
	standing_control_tell(s, observer, false, o->sighted);
}

void standing_judge(struct standing_table *s, const struct standing_probe *p)
{
	struct standing *o = &s->of[p->observer];
	int64_t t = p->t;
	struct standing_control *one = standing_control_of(o, p->target);
	standing_sighted(s, p->observer, t);
	standing_count(s, o, one, p->good);
	bool useless = !one->answered && o->sighted != INT64_MIN && o->sighted <= t;
	if (!p->good && (useless || standing_dead(s, o, one)))
		return;
	if (!p->good && o->first_bad == INT64_MIN)
		o->first_bad = t;
	double alarm = signal_value(s->decisions, OBSERVER_CONTROL_ALARM);
	double cap = signal_value(s->decisions, OBSERVER_CONTROL_CAP);
	o->score += p->good ? s->good : s->lost;
	o->score = o->score < 0 ? 0 : o->score > cap ? cap : o->score;
	if (o->score >= alarm) {
		if (!o->impaired)
			o->alarm_from = o->last_good == INT64_MIN ? o->first_bad : o->last_good;
		o->alarm_until = t + s->width;
		standing_control_tell(s, p->observer, true, o->alarm_from);
	} else if (o->score <= 0) {
		o->first_bad = INT64_MIN;
		standing_control_tell(s, p->observer, false, t);
	}
	if (p->good && o->score < alarm)
		o->last_good = t;
}

// The alarm is dated back to the last good control.
bool standing_impaired(const struct standing_table *s, uint16_t observer, int64_t t)
{
	const struct standing *o = &s->of[observer];
	// A monitor that starts again may see everything down until its network is there: its first answer ends that.
	bool starting =
		o->returned != INT64_MIN && t >= o->returned && (o->good_again == INT64_MIN || t < o->good_again);
	return starting || statement_impaired(&o->told, t) ||
	       (o->alarm_until != INT64_MIN && t >= o->alarm_from - s->width && t <= o->alarm_until);
}

// Longer than this it never paused, and its pace does not explain it.
static double standing_absent_ns(const struct standing_table *s, const struct standing *o)
{
	int64_t pace = pace_ns(&o->pace);
	return signal_value(s->decisions, OBSERVER_ABSENT_INTERVALS) * (double)(pace > s->width ? pace : s->width) +
	       signal_value(s->decisions, OBSERVER_ABSENT_PAUSES) * (double)o->longest_gap;
}

static bool standing_paced(const struct standing *o)
{
	return o->pace.count > 1;
}

static void standing_round_note(struct standing *o, uint32_t target, int64_t gap)
{
	o->round_gap = gap > o->round_gap ? gap : o->round_gap;
	bool again = o->round_of == target;
	if (again && o->round_gap > 0)
		pace_note(&o->pace, o->round_gap);
	o->round_probes = again ? 0 : o->round_probes + 1;
	o->round_gap = again ? 0 : o->round_gap;
	if (o->round_of != UINT32_MAX && o->round_probes < ROUND_PROBES)
		return;
	o->round_of = target;
	o->round_probes = 0;
	o->round_gap = 0;
}

// An observer that sent nothing for far longer than it ever paused was not there: told when it is back.
static void standing_presence_note(struct standing_table *s, const struct standing_probe *p)
{
	struct standing *o = &s->of[p->observer];
	int64_t t = p->t, gap = o->last_probe == INT64_MIN ? 0 : t - o->last_probe;
	bool quiet = o->impaired || o->told.impaired, away = (double)gap > standing_absent_ns(s, o);
	if (s->width && away && !quiet && standing_paced(o)) {
		standing_tell(s, p->observer, true, o->last_probe, standing_absent);
		standing_tell(s, p->observer, false, t, standing_absent);
		o->returned = t;
		o->good_again = INT64_MIN;
	} else if (gap > o->longest_gap && !o->told.impaired && !(s->width && away)) {
		o->longest_gap = gap;
	}
	standing_round_note(o, p->target, gap);
	o->last_probe = t > o->last_probe ? t : o->last_probe;
}

void standing_arrived(struct standing_table *s, const struct standing_probe *p)
{
	struct standing *o = &s->of[p->observer];
	standing_presence_note(s, p);
	if (p->good && o->returned != INT64_MIN && o->good_again == INT64_MIN)
		o->good_again = p->t;
	if (p->good && (o->sighted == INT64_MIN || p->t < o->sighted))
		o->sighted = p->t;
}

bool standing_mute(const struct standing_table *s, struct observer_change *ret, struct instant now, int64_t least_ns)
{
	uint16_t observer = ret->observer;
	const struct standing *o = &s->of[observer];
	int64_t last = o->last_probe, gap = last == INT64_MIN ? 0 : now.ns - last;
	if (!s->width || !standing_paced(o) || gap <= least_ns || (double)gap <= standing_absent_ns(s, o) ||
	    o->impaired || o->told.impaired)
		return false;
	*ret = (struct observer_change){observer, true, {last}, standing_absent, false, true};
	return true;
}

static bool standing_has(const struct standing_set *set, uint32_t target)
{
	return target / 64 < set->words && set->bits[target / 64] >> target % 64 & 1;
}

static void standing_put(struct standing_set *set, uint32_t target)
{
	while (set->words <= target / 64) {
		alloc_grow((void **)&set->bits, set->words, &set->capacity, sizeof(*set->bits));
		set->bits[set->words++] = 0;
	}
	set->bits[target / 64] |= 1ull << target % 64;
}

bool standing_counts(struct standing_table *s, const struct standing_probe *p, bool down)
{
	struct standing *o = &s->of[p->observer];
	if (standing_has(&o->answered, p->target))
		return true;
	if (p->good)
		standing_put(&o->answered, p->target);
	else if (!down && !standing_has(&o->refused, p->target))
		standing_put(&o->refused, p->target);
	return p->good || !standing_has(&o->refused, p->target);
}

static void standing_controls_carry(struct carry *c, struct standing *o, uint32_t dead)
{
	carry_room(c, CARRY_ARRAY(o->controls, o->count, o->capacity), 9);
	if (carry_loads(c))
		o->dead = o->useless = 0;
	for (size_t i = 0; i < o->count && carry_good(c); i++) {
		struct standing_control *one = &o->controls[i];
		CARRY(c, one->target);
		CARRY(c, one->fails);
		CARRY(c, one->answered);
		carry_check(c, !i || one[-1].target < one->target);
		o->useless += carry_loads(c) && !one->answered;
		o->dead += carry_loads(c) && one->answered && one->fails >= dead;
	}
}

static void standing_one_carry(struct carry *c, struct standing *o)
{
	CARRY(c, o->score);
	carry_ns(c, &o->alarm_until);
	carry_ns(c, &o->alarm_from);
	carry_ns(c, &o->last_good);
	carry_ns(c, &o->first_bad);
	carry_ns(c, &o->sighted);
	CARRY(c, o->impaired);
	carry_ns(c, &o->last_probe);
	carry_ns(c, &o->longest_gap);
	carry_ns(c, &o->returned);
	carry_ns(c, &o->good_again);
	CARRY(c, o->round_of);
	CARRY(c, o->round_probes);
	carry_ns(c, &o->round_gap);
	CARRY(c, o->pace);
	carry_list(c, CARRY_ARRAY(o->answered.bits, o->answered.words, o->answered.capacity));
	carry_list(c, CARRY_ARRAY(o->refused.bits, o->refused.words, o->refused.capacity));
	statement_carry(c, &o->told);
}

void standing_carry(struct carry *c, struct standing_table *s, size_t observers)
{
	for (size_t i = 0; i < observers && carry_good(c); i++) {
		standing_controls_carry(c, &s->of[i], standing_dead_fails(s));
		standing_one_carry(c, &s->of[i]);
	}
}
