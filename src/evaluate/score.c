// SPDX-License-Identifier: ISC
// Matching is one-to-one, by the smallest start error: same entity, overlapping in time, start within the tolerance.
#include "evaluate/score.h"

#include "base/alloc.h"
#include "base/must.h"
#include "diagnose/calibrate.h"
#include "diagnose/causes.h"

#include <math.h>
#include <stdlib.h>

static const char *score_scope_word(const struct incident *n)
{
	return n->story.scope == SCOPE_TOTAL ? "total" : n->story.scope == SCOPE_PARTIAL ? "partial" : "service";
}

static bool score_is_outage(const struct truth_outage *t)
{
	return t->scope && (strcmp(t->scope, "total") == 0 || strcmp(t->scope, "partial") == 0);
}

static double score_tolerance(const struct truth_outage *t)
{
	return t->start_tolerance_s;
}

static bool score_overlaps(const struct incident *n, const struct truth_outage *t)
{
	int64_t from = n->story.start.from.ns, to = instant_known(n->story.end.best) ? n->story.end.best.ns : INT64_MAX;
	int64_t begin = t->start.ns, end = instant_known(t->end) && !t->ongoing ? t->end.ns : INT64_MAX;
	return from <= end && to >= begin;
}

static bool score_listed(const struct truth_words *w, const char *word)
{
	for (size_t i = 0; i < w->n; i++)
		if (strcmp(w->at[i], word) == 0)
			return true;
	return false;
}

// A word of the truth names a signal, or "services" for any of them.
static bool score_names(const char *word, uint8_t signal)
{
	const char *own = signal_name(signal);
	bool service = strncmp(own, "service/", 8) == 0;
	if (strcmp(word, "services") == 0)
		return service;
	return strcmp(word, own) == 0 || (service && strcmp(word, own + 8) == 0) ||
	       (strcmp(word, "hosts") == 0 && signal == SIGNAL_LOSS);
}

static int score_place_in_order(const struct incident *n, const char *word)
{
	int best = -1;
	for (size_t i = 0; i < n->story.signal_count; i++)
		if (score_names(word, n->story.signals[i].signal) && (best < 0 || n->story.order_group[i] < best))
			best = n->story.order_group[i];
	return best;
}

static int score_place_in_recovery(const struct incident *n, const char *word)
{
	for (size_t i = 0; i < n->story.recovery_count; i++)
		if (score_names(word, n->story.recovery[i].signal) && n->story.recovery[i].rank != UINT8_MAX)
			return n->story.recovery[i].rank;
	return -1;
}

// Each word must stand where the truth has it; ties are neutral.
static int score_in_order(const struct incident *n, const struct truth_words *words,
			  int (*place)(const struct incident *n, const char *word))
{
	int before = -1;
	if (!words->n)
		return SCORE_NOT_ASKED;
	for (size_t i = 0; i < words->n; i++) {
		int at = place(n, words->at[i]);
		if (at < before || at < 0)
			return SCORE_NO;
		before = at;
	}
	return SCORE_YES;
}

#define SCORE_WEIGHT 20 // 2 over the tenth that may lie outside

static double score_of(double width_s, double beyond_s)
{
	return width_s + SCORE_WEIGHT * (beyond_s > 0 ? beyond_s : 0);
}

double score_plain(const struct score_outage *o, double half_s)
{
	must(half_s >= 0);
	return score_of(2 * half_s, fabs(o->start_error_s) - half_s);
}

static void score_cause_fill(struct score_outage *s)
{
	const struct truth_outage *t = s->truth;
	const struct verdict *d = &s->found->verdict;
	s->cause_ok = SCORE_NOT_ASKED;
	if (!d->known || !t->cause)
		return;
	const char *leading = cause_row(d->ranked[0].cause)->word;
	s->strict = strcmp(leading, t->cause) == 0;
	s->cause_ok = s->strict || score_listed(&t->acceptable, leading);
	for (size_t i = 0; i < CAUSE_COUNT; i++)
		if (d->ranked[i].p > CALIBRATE_NOT && score_listed(&t->not, cause_row(d->ranked[i].cause)->word))
			s->ruled_out |= 1u << d->ranked[i].cause;
}

static void score_outage_fill(struct score_outage *s, const struct incident *n)
{
	const struct truth_outage *t = s->truth;
	s->found = n;
	s->start_error_s = instant_gap_s(t->start, n->story.start.best);
	s->detected = true;
	s->start_in_interval = t->start.ns >= n->story.start.from.ns && t->start.ns <= n->story.start.to.ns;
	s->interval_s = instant_gap_s(n->story.start.from, n->story.start.to);
	double early = instant_gap_s(t->start, n->story.start.from), late = instant_gap_s(n->story.start.to, t->start);
	s->interval_score_s = score_of(s->interval_s, early > late ? early : late);
	if (instant_known(n->story.end.best) && instant_known(t->end) && !t->ongoing)
		s->end_error_s = instant_gap_s(t->end, n->story.end.best);
	bool scope = t->scope &&
		     (strcmp(t->scope, score_scope_word(n)) == 0 || score_listed(&t->scopes, score_scope_word(n)));
	s->scope_ok = t->scope ? scope : SCORE_NOT_ASKED;
	s->order_ok = score_in_order(n, &t->order, score_place_in_order);
	s->recovery_ok = score_in_order(n, &t->recovery, score_place_in_recovery);
	score_cause_fill(s);
}

static const struct incident *score_nearest(const struct score_outage *s, const struct incident_list *incidents,
					    const struct entity_list *entities, const bool *taken)
{
	const struct incident *best = NULL;
	double best_error = score_tolerance(s->truth);
	for (size_t i = 0; i < incidents->count; i++) {
		const struct incident *n = &incidents->at[i];
		double error = fabs(instant_gap_s(s->truth->start, n->story.start.best));
		if (taken[i] || strcmp(entities->at[n->story.entity].id, s->truth->entity) != 0 ||
		    !score_overlaps(n, s->truth))
			continue;
		if (error > best_error)
			continue;
		best = n;
		best_error = error;
	}
	return best;
}

struct score score_recording(const struct truth *truth, const struct incident_list *incidents,
			     const struct entity_list *entities)
{
	struct score s = {.count = truth->count, .detected = true, .quiet = true};
	bool *taken = alloc_zero(incidents->count, sizeof(*taken));
	s.outages = alloc_zero(truth->count, sizeof(*s.outages));
	for (size_t i = 0; i < truth->count; i++) {
		struct score_outage *o = &s.outages[i];
		*o = (struct score_outage){.truth = &truth->outages[i], .start_error_s = NAN, .end_error_s = NAN};
		o->interval_score_s = o->detect_s = NAN;
		o->asked = score_is_outage(o->truth);
		o->scope_ok = o->order_ok = o->recovery_ok = o->cause_ok = SCORE_NOT_ASKED;
		s.quiet &= !o->asked;
		bool nothing = o->truth->scope && strcmp(o->truth->scope, "none") == 0;
		const struct incident *n = nothing ? NULL : score_nearest(o, incidents, entities, taken);
		if (n) {
			taken[n - incidents->at] = true;
			score_outage_fill(o, n);
		}
		s.detected &= o->detected || !o->asked;
	}
	for (size_t i = 0; i < incidents->count; i++) {
		bool matched = false;
		for (size_t k = 0; k < s.count; k++)
			matched |= s.outages[k].found == &incidents->at[i] && s.outages[k].asked;
		s.false_outages += !matched && incidents->at[i].story.scope != SCOPE_SERVICE;
	}
	free(taken);
	return s;
}

void score_free(struct score *s)
{
	free(s->outages);
	*s = (struct score){0};
}
