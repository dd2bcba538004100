// SPDX-License-Identifier: ISC
// DOC: intervals
// The watch interval is the usual gap between two probes of one target by one observer, rounded to a round number of
// seconds. Probes wait in a queue until a few intervals later; by then it is known whether the observer's control
// targets answered around them (standing.c), which is judged once their interval is
// over. A queue is in order of time, then of what was asked by whom: in which order probes of one time came, and out of
// how many files, changes nothing. There is one for each interval that is open, and one for all that came before the watch
// interval was known.
#include "signal/reach.h"

#include "base/alloc.h"
#include "base/carry.h"
#include "base/must.h"
#include "base/numbers.h"
#include "signal/standing.h"
#include "signal/target_track.h"
#include "signal/waiting.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH_PAIRS 64 // targets of an observer whose gaps tell the watch interval: the first that are asked

struct unit {		     // a distinct address
	uint32_t round : 31; // the interval it was last asked in, as these close; 0 never
	uint32_t up : 1;     // and answered
};

struct gather { // of one entity in the interval that closes
	struct pulse_view *views;
	size_t view_count, view_capacity;
	uint64_t *rtts; // (view, host or service) << 32 | microseconds: one sort for all
	size_t rtt_count, rtt_capacity;
	uint32_t units, units_up, services, services_up;
	bool used;
};

struct interval { // one that is open
	struct waiting_list probes;
	int64_t bin;
};

struct reach {
	const struct decisions *decisions;
	const struct target_table *targets;
	size_t entities;
	struct reach_sink out;
	int64_t width, gaps[REACH_WIDTH_GAPS];
	size_t gap_count, pair_count;
	struct waiting pairs[WIDTH_PAIRS]; // when each was asked last; until the width is known
	struct waiting_list early;	   // until the width is known; else empty
	struct interval *open;	   // in order of time: those less than `lag` old, and one while a probe is taken
	size_t open_count, queued; // probes in all queues
	int64_t lag;		   // intervals that a probe waits
	int64_t judged;		   // the controls of the intervals before this one were judged
	int64_t now;		   // newest probe or tick
	struct target_track_table *tracks;
	struct standing_table *standing; // of the observers
	struct gather *gather;		 // by entity
	uint32_t *used;			 // entities with probes in the interval that closes
	size_t used_count;
	struct unit *units; // by unit
	size_t unit_capacity;
	uint32_t round; // intervals closed, with the one that closes
	uint64_t ignored[PROBE_OUTCOME_COUNT];
	struct reach_limits limits;
};

struct reach *reach_create(const struct decisions *decisions, const struct target_table *targets, size_t entities,
			   struct reach_sink out)
{
	struct reach *r = alloc_zero(1, sizeof(*r));
	r->decisions = decisions;
	r->targets = targets;
	r->entities = entities;
	r->out = out;
	r->now = r->judged = INT64_MIN;
	r->lag = (int64_t)signal_value(decisions, OBSERVER_LAG_INTERVALS);
	r->open = alloc_zero((size_t)r->lag + 1, sizeof(*r->open));
	r->tracks = target_track_table_create(decisions);
	r->gather = alloc_zero(entities, sizeof(*r->gather));
	r->used = alloc_zero(entities, sizeof(*r->used));
	r->standing = standing_create(decisions, out.observer, out.context);
	return r;
}

void reach_free(struct reach *r)
{
	if (!r)
		return;
	for (size_t e = 0; e < r->entities; e++) {
		free(r->gather[e].views);
		free(r->gather[e].rtts);
	}
	standing_free(r->standing);
	target_track_table_free(r->tracks);
	free(r->gather);
	free(r->used);
	for (size_t i = 0; i <= (size_t)r->lag; i++)
		waiting_free(&r->open[i].probes);
	free(r->open);
	waiting_free(&r->early);
	free(r->units);
	free(r);
}

static int64_t reach_bin_of(const struct reach *r, int64_t t)
{
	int64_t bin = t / r->width;
	return t % r->width < 0 ? bin - 1 : bin;
}

// The open interval with this number, opened if it is not.
static struct interval *reach_interval_of(struct reach *r, int64_t bin)
{
	size_t at = r->open_count;
	while (at && r->open[at - 1].bin > bin)
		at--;
	if (at && r->open[at - 1].bin == bin)
		return &r->open[at - 1];
	must(r->open_count <= (size_t)r->lag);
	struct interval fresh = r->open[r->open_count++];
	memmove(&r->open[at + 1], &r->open[at], (r->open_count - 1 - at) * sizeof(*r->open));
	r->open[at] = fresh;
	r->open[at].bin = bin;
	return &r->open[at];
}

static void reach_queue_add(struct reach *r, const struct waiting *w)
{
	r->queued++;
	waiting_add(r->width ? &reach_interval_of(r, reach_bin_of(r, w->t))->probes : &r->early, r->targets, w);
}

// When the oldest probe that waits was sent; some must wait.
static int64_t reach_queue_oldest(const struct reach *r)
{
	const struct waiting_list *l = r->open_count ? &r->open[0].probes : &r->early;
	must(l->count);
	return l->oldest;
}

static void reach_width_decide(struct reach *r)
{
	static const int64_t round[] = {1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600};
	qsort(r->gaps, r->gap_count, sizeof(*r->gaps), numbers_by_int64);
	int64_t usual = r->gap_count ? r->gaps[r->gap_count / 2] : NS_PER_S;
	r->width = round[0] * NS_PER_S;
	for (size_t i = 0; i < ARRAY_LEN(round); i++)
		if (llabs(round[i] * NS_PER_S - usual) < llabs(r->width - usual))
			r->width = round[i] * NS_PER_S;
	r->standing->width = r->width;
}

static struct standing_probe reach_probe_of(const struct waiting *w)
{
	return (struct standing_probe){w->observer, w->outcome == PROBE_OK, w->target, w->t};
}

static void reach_control_result(struct reach *r, const struct waiting *w)
{
	struct standing_probe p = reach_probe_of(w);
	if (target_at(r->targets, w->target)->kind == TARGET_CONTROL)
		standing_judge(r->standing, &p);
}

bool reach_mute(const struct reach *r, struct observer_change *ret, struct instant now, int64_t least_ns)
{
	return standing_mute(r->standing, ret, now, least_ns);
}

size_t reach_useless_controls(const struct reach *r, uint16_t observer, size_t *ret_all)
{
	const struct standing *o = &r->standing->of[observer];
	*ret_all = o->count;
	return o->sighted == INT64_MIN ? 0 : o->useless;
}

static struct pulse_view *reach_view_of(struct gather *g, uint16_t observer)
{
	for (size_t i = 0; i < g->view_count; i++)
		if (g->views[i].observer == observer)
			return &g->views[i];
	alloc_grow((void **)&g->views, g->view_count, &g->view_capacity, sizeof(*g->views));
	g->views[g->view_count] = (struct pulse_view){.observer = observer};
	return &g->views[g->view_count++];
}

static void reach_count_unit(struct reach *r, struct gather *g, uint32_t unit, bool good)
{
	while (r->unit_capacity <= unit) {
		size_t before = r->unit_capacity, grown = before ? before * 2 : 1024;
		r->units = alloc_resize(r->units, grown, sizeof(*r->units));
		memset(r->units + before, 0, (grown - before) * sizeof(*r->units));
		r->unit_capacity = grown;
	}
	struct unit *u = &r->units[unit];
	if (u->round != r->round) {
		*u = (struct unit){.round = r->round & INT32_MAX};
		g->units++;
	}
	g->units_up += good && !u->up;
	u->up |= good ? 1u : 0u;
}

static void reach_gather_rtt(struct reach *r, struct gather *g, uint64_t of, uint32_t rtt_us)
{
	if (g->rtt_count >= REACH_RTTS_MAX) {
		r->limits.rtts++;
		return;
	}
	alloc_grow((void **)&g->rtts, g->rtt_count, &g->rtt_capacity, sizeof(*g->rtts));
	g->rtts[g->rtt_count++] = of << 32 | rtt_us;
}

static void reach_gather_probe(struct reach *r, const struct waiting *w, const struct target *target)
{
	struct gather *g = &r->gather[target->entity];
	if (!g->used)
		r->used[r->used_count++] = target->entity;
	struct pulse_view *v = reach_view_of(g, w->observer);
	const struct target_track *track = target_track_of(r->tracks, w->target);
	bool good = w->outcome == PROBE_OK, fault = standing_impaired(r->standing, w->observer, w->t);
	g->used = true;
	v->impaired |= fault;
	if (target->kind == TARGET_BORDER) {
		v->border_sent++;
		v->border_lost += !good;
		return;
	}
	if (!track->ever_up)
		return;
	struct standing_probe p = reach_probe_of(w);
	if (!standing_counts(r->standing, &p, track->down))
		return; // by this observer it was never seen up
	if (good || !fault)
		reach_count_unit(r, g, target->unit, good);
	bool service = target->kind == TARGET_SERVICE;
	if (service) {
		g->services += good || !fault;
		g->services_up += good;
		v->checks++;
		v->timeouts += w->outcome == PROBE_TIMEOUT;
	} else {
		v->sent++;
		v->lost += !good;
	}
	if (good && w->rtt_us)
		reach_gather_rtt(r, g, (uint64_t)(v - g->views) * 2 + service, w->rtt_us);
}

static void reach_track_probe(struct reach *r, const struct waiting *w, const struct target *target)
{
	struct target_change change;
	bool good = w->outcome == PROBE_OK, fault = standing_impaired(r->standing, w->observer, w->t);
	struct standing_probe p = reach_probe_of(w);
	bool down = target_track_of(r->tracks, w->target)->down;
	if (target->kind != TARGET_BORDER && !standing_counts(r->standing, &p, down))
		return; // it never answered this observer, which says nothing
	if (target->kind == TARGET_HOST && r->out.host) {
		struct reach_host host = {w->target, w->observer, good, fault, {w->t}};
		r->out.host(r->out.context, &host);
	}
	if (!good && fault)
		return;
	struct target_track_outcome outcome = {w->t, w->observer, w->outcome};
	if (!target_track_result(r->tracks, w->target, &outcome, &change))
		return;
	change.target = w->target;
	if (target->entity != ENTITY_NONE && target->kind != TARGET_BORDER)
		r->out.change(r->out.context, &change);
}

static void reach_medians(struct gather *g)
{
	if (g->rtt_count)
		qsort(g->rtts, g->rtt_count, sizeof(*g->rtts), numbers_by_uint64);
	for (size_t i = 0; i < g->rtt_count;) {
		size_t of = g->rtts[i] >> 32, end = i;
		while (end < g->rtt_count && g->rtts[end] >> 32 == of)
			end++;
		uint32_t *median = of & 1 ? &g->views[of / 2].check_us : &g->views[of / 2].rtt_us;
		*median = (uint32_t)g->rtts[i + (end - i) / 2];
		i = end;
	}
}

static void reach_pulse_put(struct reach *r, uint32_t entity, int64_t bin)
{
	struct gather *g = &r->gather[entity];
	reach_medians(g);
	struct pulse p = {
		.time = instant_of_ns(bin * r->width),
		.width_ns = r->width,
		.entity = entity,
		.views = g->views,
		.view_count = g->view_count,
		.units = g->units,
		.units_up = g->units_up,
		.services = g->services,
		.services_up = g->services_up,
	};
	r->out.pulse(r->out.context, &p);
	g->view_count = g->rtt_count = 0;
	g->units = g->units_up = g->services = g->services_up = 0;
	g->used = false;
}

// Judges the controls of all intervals before `bin` that were not judged: ahead of those that close.
static void reach_judge(struct reach *r, int64_t bin)
{
	for (size_t i = 0; i < r->open_count && r->open[i].bin < bin; i++) {
		struct waiting_list *l = &r->open[i].probes;
		if (r->open[i].bin < r->judged)
			continue;
		waiting_order(l, r->targets);
		for (size_t k = 0; k < l->count; k++)
			reach_control_result(r, &l->items[k]);
	}
}

static bool reach_view_bad(const struct reach *r, const struct pulse_view *v)
{
	return v->sent && v->lost >= signal_value(r->decisions, OBSERVER_UNRELATED_BAD) * v->sent;
}

// Whether another observer of the same entity sees it fine.
static bool reach_fine_elsewhere(const struct reach *r, const struct gather *g, uint16_t observer)
{
	double fine = signal_value(r->decisions, OBSERVER_UNRELATED_FINE);
	for (size_t i = 0; i < g->view_count; i++) {
		const struct pulse_view *v = &g->views[i];
		if (v->observer != observer && v->sent && v->lost <= fine * v->sent)
			return true;
	}
	return false;
}

// Entities that have nothing in common fail at one observer and nowhere else: the observer fails (detection of one's own
// blindness without control targets).
static void reach_unrelated_judge(struct reach *r, uint16_t observer)
{
	uint32_t looked = 0, bad = 0;
	for (size_t i = 0; i < r->used_count; i++) {
		const struct gather *g = &r->gather[r->used[i]];
		for (size_t k = 0; k < g->view_count; k++) {
			if (g->views[k].observer != observer || !g->views[k].sent)
				continue;
			looked++;
			bad += reach_view_bad(r, &g->views[k]) && reach_fine_elsewhere(r, g, observer);
		}
	}
	if (bad < signal_value(r->decisions, OBSERVER_UNRELATED_MIN) ||
	    bad <= signal_value(r->decisions, OBSERVER_UNRELATED_SHARE) * looked)
		return;
	for (size_t i = 0; i < r->used_count; i++) {
		struct gather *g = &r->gather[r->used[i]];
		for (size_t k = 0; k < g->view_count; k++)
			g->views[k].impaired |= g->views[k].observer == observer;
	}
}

// These are the probes of one interval, in order; no earlier one is open.
static void reach_bin_close(struct reach *r, int64_t bin, const struct waiting *probes, size_t n)
{
	r->round = (r->round + 1) & INT32_MAX;
	r->queued -= n;
	for (size_t i = 0; i < n; i++) {
		const struct target *target = target_at(r->targets, probes[i].target);
		reach_track_probe(r, &probes[i], target);
		if (target->entity != ENTITY_NONE && target->entity < r->entities)
			reach_gather_probe(r, &probes[i], target);
	}
	bool enough = (double)r->used_count >= signal_value(r->decisions, OBSERVER_UNRELATED_MIN);
	for (uint16_t o = 0; enough && o < observer_count(r->targets); o++)
		reach_unrelated_judge(r, o);
	for (size_t i = 0; i < r->used_count; i++)
		reach_pulse_put(r, r->used[i], bin);
	r->used_count = 0;
}

static void reach_first_close(struct reach *r)
{
	struct interval first = r->open[0];
	waiting_order(&first.probes, r->targets);
	memmove(&r->open[0], &r->open[1], --r->open_count * sizeof(*r->open));
	reach_bin_close(r, first.bin, first.probes.items, first.probes.count);
	waiting_clear(&first.probes);
	r->open[r->open_count] = first; // its memory serves the next one
}

// Closes every interval up to `upto`; empty ones are stepped over.
static void reach_advance(struct reach *r, int64_t upto)
{
	while (r->open_count && r->open[0].bin <= upto)
		reach_first_close(r);
}

// The width is known: what came before is judged before `judged`, closed up to `upto`, and stands in its intervals from there on.
static void reach_early_settle(struct reach *r, int64_t judged, int64_t upto)
{
	struct waiting_list early = r->early;
	r->early = (struct waiting_list){0};
	waiting_order(&early, r->targets);
	for (size_t i = 0; i < early.count && reach_bin_of(r, early.items[i].t) < judged; i++)
		reach_control_result(r, &early.items[i]);
	size_t at = 0;
	while (at < early.count && reach_bin_of(r, early.items[at].t) <= upto) {
		int64_t bin = reach_bin_of(r, early.items[at].t);
		size_t from = at;
		while (at < early.count && reach_bin_of(r, early.items[at].t) == bin)
			at++;
		reach_bin_close(r, bin, early.items + from, at - from);
	}
	for (size_t i = at; i < early.count; i++)
		waiting_add(&reach_interval_of(r, reach_bin_of(r, early.items[i].t))->probes, r->targets,
			    &early.items[i]);
	r->judged = judged;
	waiting_free(&early);
}

// All that is due when the time is in the interval `bin`.
static void reach_settle(struct reach *r, int64_t bin)
{
	if (r->early.count)
		reach_early_settle(r, bin, bin - r->lag);
	reach_judge(r, bin);
	r->judged = bin > r->judged ? bin : r->judged;
	reach_advance(r, bin - r->lag);
}

// The gap since this observer last asked this target.
static void reach_width_learn(struct reach *r, const struct waiting *w)
{
	size_t i = 0;
	while (i < r->pair_count && (r->pairs[i].target != w->target || r->pairs[i].observer != w->observer))
		i++;
	if (i < r->pair_count && w->t > r->pairs[i].t)
		r->gaps[r->gap_count++] = w->t - r->pairs[i].t;
	if (i == r->pair_count && i < WIDTH_PAIRS)
		r->pairs[r->pair_count++] = *w;
	else if (i < r->pair_count && w->t > r->pairs[i].t)
		r->pairs[i].t = w->t;
	if (r->gap_count == (size_t)signal_value(r->decisions, OBSERVER_WIDTH_GAPS))
		reach_width_decide(r);
}

// Too much waits: the oldest interval closes early.
static void reach_relieve(struct reach *r)
{
	if (!r->width)
		reach_width_decide(r);
	reach_settle(r, reach_bin_of(r, r->now));
	if (r->queued < REACH_PENDING_MAX)
		return;
	r->limits.early++;
	reach_judge(r, r->open[0].bin + 1);
	reach_first_close(r);
}

void reach_take(struct reach *r, const struct obs *o)
{
	const struct target *target = target_at(r->targets, o->path_id);
	if (!target || !probe_counts(o->probe.outcome)) {
		r->ignored[o->probe.outcome < PROBE_OUTCOME_COUNT ? o->probe.outcome : PROBE_OTHER_FAILURE]++;
		return;
	}
	struct waiting w = {
		.t = o->time.ns,
		.target = o->path_id & WAITING_TARGET,
		.observer = o->collector & WAITING_OBSERVER,
		.rtt_us = (o->rtt_us < WAITING_RTT ? o->rtt_us : WAITING_RTT) & WAITING_RTT,
		.outcome = o->probe.outcome & WAITING_OUTCOME,
	};
	struct standing_probe p = reach_probe_of(&w);
	standing_arrived(r->standing, &p);
	reach_queue_add(r, &w);
	if (!r->width)
		reach_width_learn(r, &w);
	else if (reach_bin_of(r, w.t) < r->judged) // late
		reach_control_result(r, &w);
	reach_tick(r, o->time);
	if (r->queued >= REACH_PENDING_MAX)
		reach_relieve(r);
}

// Spans reach back as far as probes still wait; what has been judged stays judged.
void reach_health(struct reach *r, const struct obs *o)
{
	struct observer_change changes[2];
	int64_t oldest = r->queued ? reach_queue_oldest(r) : o->from.ns;
	size_t n = statement_take(&r->standing->of[o->collector].told, o, oldest, changes);
	for (size_t i = 0; i < n; i++)
		r->out.observer(r->out.context, &changes[i]);
}

void reach_tick(struct reach *r, struct instant now)
{
	r->now = now.ns > r->now ? now.ns : r->now;
	if (!r->width)
		return;
	reach_settle(r, reach_bin_of(r, r->now));
}

void reach_finish(struct reach *r)
{
	if (!r->width)
		reach_width_decide(r);
	reach_settle(r, INT64_MAX / 2);
	r->judged = INT64_MIN;
}

int64_t reach_width_ns(const struct reach *r)
{
	return r->width;
}

uint64_t reach_ignored(const struct reach *r, uint8_t outcome)
{
	must(outcome < PROBE_OUTCOME_COUNT);
	return outcome < PROBE_OUTCOME_COUNT ? r->ignored[outcome] : 0;
}

struct reach_limits reach_limits(const struct reach *r)
{
	return r->limits;
}

static void reach_waiting_carry(struct carry *c, struct waiting *w)
{
	uint32_t target = w->target, observer = w->observer, rtt_us = w->rtt_us, outcome = w->outcome;
	carry_ns(c, &w->t);
	CARRY(c, target);
	CARRY(c, observer);
	CARRY(c, rtt_us);
	CARRY(c, outcome);
	carry_within(c, CARRY_TARGETS, target);
	carry_within(c, CARRY_OBSERVERS, observer);
	carry_check(c, outcome < PROBE_OUTCOME_COUNT && rtt_us <= WAITING_RTT && w->t != INT64_MIN);
	w->target = target & WAITING_TARGET;
	w->observer = observer & WAITING_OBSERVER;
	w->rtt_us = rtt_us & WAITING_RTT;
	w->outcome = outcome & WAITING_OUTCOME;
}

static void reach_list_carry(struct carry *c, struct reach *r, struct waiting_list *l)
{
	if (!carry_loads(c))
		waiting_order(l, r->targets);
	carry_room(c, CARRY_ARRAY(l->items, l->count, l->capacity), 24);
	for (size_t i = 0; i < l->count && carry_good(c); i++) {
		reach_waiting_carry(c, &l->items[i]);
		carry_check(c, !i || l->items[i - 1].t <= l->items[i].t);
	}
	if (!carry_loads(c))
		return;
	l->oldest = l->count ? l->items[0].t : 0;
	l->unordered = l->count > 1; // what order those of one time had is not checked
	r->queued += l->count;
}

// The interval is one of those that can be open now, and its probes are its own.
static bool reach_interval_sound(const struct reach *r, size_t at)
{
	const struct interval *one = &r->open[at];
	const struct waiting_list *l = &one->probes;
	int64_t now = reach_bin_of(r, r->now);
	return (!at || r->open[at - 1].bin < one->bin) && one->bin > now - r->lag && one->bin <= now && l->count &&
	       reach_bin_of(r, l->items[0].t) == one->bin && reach_bin_of(r, l->items[l->count - 1].t) == one->bin;
}

static void reach_queue_carry(struct carry *c, struct reach *r)
{
	size_t n = r->open_count;
	carry_ns(c, &r->now);
	CARRY(c, r->judged);
	carry_check(c, r->judged == INT64_MIN ||
			       (r->width && r->now != INT64_MIN && r->judged <= reach_bin_of(r, r->now)));
	reach_list_carry(c, r, &r->early);
	carry_check(c, !r->width || !r->early.count);
	carry_count(c, &n, 32);
	carry_check(c, n <= (size_t)r->lag && (!n || (r->width && r->now != INT64_MIN)));
	for (size_t i = 0; i < n && carry_good(c); i++) {
		CARRY(c, r->open[i].bin);
		reach_list_carry(c, r, &r->open[i].probes);
		if (carry_good(c))
			carry_check(c, !carry_loads(c) || reach_interval_sound(r, i));
		r->open_count = i + 1;
	}
}

// What a closing interval gathers is empty between two calls.
void reach_carry(struct carry *c, struct reach *r)
{
	CARRY(c, r->width);
	CARRY(c, r->gaps);
	CARRY(c, r->gap_count);
	carry_check(c, (!r->width || r->width >= NS_PER_S) && r->width <= 3600 * NS_PER_S &&
			       r->gap_count <= REACH_WIDTH_GAPS);
	carry_count(c, &r->pair_count, 24);
	carry_check(c, r->pair_count <= WIDTH_PAIRS);
	for (size_t i = 0; i < r->pair_count && carry_good(c); i++)
		reach_waiting_carry(c, &r->pairs[i]);
	reach_queue_carry(c, r);
	target_track_table_carry(c, r->tracks);
	size_t observers = observer_count(r->targets);
	carry_count(c, &observers, 100);
	carry_check(c, observers <= OBSERVERS_MAX);
	r->standing->width = r->width;
	standing_carry(c, r->standing, observers);
	CARRY(c, r->round);
	CARRY(c, r->ignored);
	CARRY(c, r->limits.early);
	CARRY(c, r->limits.rtts);
}
