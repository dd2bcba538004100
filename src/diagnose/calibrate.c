// SPDX-License-Identifier: ISC
// Fitting and cross-validation.
#include "diagnose/calibrate.h"

#include "base/alloc.h"
#include "diagnose/diagnose.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SHARP_FROM 0.30 // of the fit, which writes data/ratios.csv
#define SHARP_STEP 0.05 // of the fit
#define SHARP_MANY 19	// up to 1.2
#define P_LEAST	   1e-6 // of the fit: a logarithm stays finite

const double calibrate_coverage[CALIBRATE_COVERAGE] = {0.5, 0.8, 1.0};

struct subset { // cases that may be learnt from
	const struct calibrate_case *cases;
	const double *weights;
	const bool *in;
	size_t count;
};

// A variation counts for CALIBRATE_WEIGHT recordings at most, a way for CALIBRATE_WAY.
static double *calibrate_weights_of(const struct calibrate_case *cases, size_t count)
{
	double *weights = alloc_zero(count + 1, sizeof(*weights));
	for (size_t i = 0; i < count; i++) {
		size_t same = 0, ways = 0;
		for (size_t k = 0; k < count; k++) {
			same += cases[k].group[GROUP_VARIATION] == cases[i].group[GROUP_VARIATION];
			ways += cases[k].group[GROUP_WAY] == cases[i].group[GROUP_WAY];
		}
		weights[i] = fmin(fmin(1, CALIBRATE_WEIGHT / (double)same), CALIBRATE_WAY / (double)ways);
	}
	return weights;
}

static void calibrate_count_case(struct ratios *r, const struct calibrate_case *c, double weight)
{
	for (int e = 0; e < EVIDENCE_COUNT; e++) {
		if (r->fixed[e] || c->findings[e].answer == ANSWER_UNKNOWN)
			continue;
		struct ratio *one = &r->at[c->truth][e];
		one->answered += weight;
		one->yes += c->findings[e].answer == ANSWER_YES ? weight : 0;
	}
}

static void calibrate_counts_clear(struct ratios *r)
{
	for (int c = 0; c < CAUSE_COUNT; c++)
		for (int e = 0; e < EVIDENCE_COUNT; e++)
			r->at[c][e].yes = r->at[c][e].answered = 0;
}

static void calibrate_counts_make(const struct subset *s, struct ratios *r)
{
	calibrate_counts_clear(r);
	for (size_t i = 0; i < s->count; i++)
		if (s->in[i])
			calibrate_count_case(r, &s->cases[i], s->weights[i]);
}

static double calibrate_p_of(const struct verdict *d, uint8_t cause)
{
	for (int i = 0; i < CAUSE_COUNT; i++)
		if (d->ranked[i].cause == cause)
			return d->ranked[i].p;
	return 0;
}

static bool calibrate_fits(const struct calibrate_case *c, uint8_t cause)
{
	return cause == c->truth || (c->acceptable >> cause & 1);
}

// What acceptable causes have together is right: the truth says that the data cannot tell them apart.
static double calibrate_p_acceptable(const struct calibrate_case *c, const struct verdict *d)
{
	double sum = 0;
	for (int i = 0; i < CAUSE_COUNT; i++)
		sum += calibrate_fits(c, d->ranked[i].cause) ? d->ranked[i].p : 0;
	return fmin(1, sum);
}

// Log loss by sharpness when each variation is left out of the subset in turn.
static void calibrate_losses_by_sharpness(const struct subset *s, const struct ratios *base, double losses[SHARP_MANY])
{
	bool *in = alloc_zero(s->count + 1, sizeof(*in)), *done = alloc_zero(s->count + 1, sizeof(*done));
	struct ratios r = *base;
	for (size_t i = 0; i < s->count; i++) {
		if (!s->in[i] || done[i])
			continue;
		uint32_t group = s->cases[i].group[GROUP_VARIATION];
		for (size_t k = 0; k < s->count; k++)
			in[k] = s->in[k] && s->cases[k].group[GROUP_VARIATION] != group;
		calibrate_counts_make(&(struct subset){s->cases, s->weights, in, s->count}, &r);
		for (size_t k = i; k < s->count; k++) {
			const struct calibrate_case *c = &s->cases[k];
			if (!s->in[k] || c->group[GROUP_VARIATION] != group)
				continue;
			done[k] = true;
			for (int at = 0; at < SHARP_MANY; at++) {
				struct verdict d;
				r.sharpness = SHARP_FROM + SHARP_STEP * at;
				diagnose_rank(&(struct diagnose_answers){c->findings, c->prior, &r, c->coverage, NULL},
					      &d);
				losses[at] -= s->weights[k] * log(fmax(P_LEAST, calibrate_p_acceptable(c, &d)));
			}
		}
	}
	free(in);
	free(done);
}

static void calibrate_fit_subset(const struct subset *s, struct ratios *r)
{
	double losses[SHARP_MANY] = {0};
	int best = 0;
	calibrate_losses_by_sharpness(s, r, losses);
	for (int at = 1; at < SHARP_MANY; at++)
		if (losses[at] < losses[best])
			best = at;
	calibrate_counts_make(s, r);
	r->sharpness = SHARP_FROM + SHARP_STEP * best;
}

void calibrate_fit(const struct calibrate_case *cases, size_t count, enum calibrate_group kind, uint32_t left_out,
		   struct ratios *ret)
{
	double *weights = calibrate_weights_of(cases, count);
	bool *in = alloc_zero(count + 1, sizeof(*in));
	for (size_t i = 0; i < count; i++)
		in[i] = kind == GROUP_COUNT || cases[i].group[kind] != left_out;
	calibrate_fit_subset(&(struct subset){cases, weights, in, count}, ret);
	free(weights);
	free(in);
}

void calibrate_cross(const struct calibrate_case *cases, size_t count, enum calibrate_group kind,
		     const struct ratios *base, struct calibrate_report *ret)
{
	struct verdict *of = alloc_zero(count + 1, sizeof(*of));
	bool *done = alloc_zero(count + 1, sizeof(*done));
	for (size_t i = 0; i < count; i++) {
		struct ratios r = *base;
		if (done[i])
			continue;
		calibrate_fit(cases, count, kind, cases[i].group[kind], &r);
		for (size_t k = i; k < count; k++) {
			if (cases[k].group[kind] != cases[i].group[kind])
				continue;
			done[k] = true;
			const struct calibrate_case *c = &cases[k];
			diagnose_rank(&(struct diagnose_answers){c->findings, c->prior, &r, c->coverage, NULL}, &of[k]);
		}
	}
	calibrate_score(cases, of, count, ret);
	free(of);
	free(done);
}

// ---- scores ----

// Sum over causes of (p − 1 if it is the right one)²; lenient: the most probable acceptable cause is the right one.
static double calibrate_brier_of(const struct calibrate_case *c, const struct verdict *d, bool lenient)
{
	uint8_t right = c->truth;
	double sum = 0;
	for (int i = 0; lenient && i < CAUSE_COUNT; i++)
		if (calibrate_fits(c, d->ranked[i].cause)) {
			right = d->ranked[i].cause;
			break;
		}
	for (int i = 0; i < CAUSE_COUNT; i++) {
		double off = d->ranked[i].p - (d->ranked[i].cause == right);
		sum += off * off;
	}
	return sum;
}

static void calibrate_score_one(const struct calibrate_case *c, const struct verdict *d, struct calibrate_report *ret)
{
	const struct hypothesis *first = &d->ranked[0];
	bool right = calibrate_fits(c, first->cause), forbidden = false;
	ret->strict += first->cause == c->truth;
	ret->lenient += right;
	ret->answered += !d->abstained;
	ret->answered_lenient += !d->abstained && right;
	ret->brier += calibrate_brier_of(c, d, false);
	ret->brier_lenient += calibrate_brier_of(c, d, true);
	ret->log_loss -= log(fmax(P_LEAST, calibrate_p_of(d, c->truth)));
	ret->log_loss_lenient -= log(fmax(P_LEAST, calibrate_p_acceptable(c, d)));
	ret->confusion[c->truth][first->cause]++;
	int bin = (int)(first->p * CALIBRATE_BINS);
	struct calibrate_bin *b = &ret->bins[bin >= CALIBRATE_BINS ? CALIBRATE_BINS - 1 : bin];
	b->count++;
	b->p += first->p;
	b->right += right;
	b->exact += first->cause == c->truth;
	for (int i = 0; i < CAUSE_COUNT; i++)
		forbidden |= (c->ruled_out >> d->ranked[i].cause & 1) && d->ranked[i].p > CALIBRATE_NOT;
	ret->ruled_out += forbidden;
}

struct sure { // for risk against coverage
	double p;
	bool right;
};

static int calibrate_by_sureness(const void *a, const void *b)
{
	const struct sure *x = a, *y = b;
	return x->p > y->p ? -1 : x->p < y->p ? 1 : (int)x->right - (int)y->right; // of equals the wrong one first
}

static void calibrate_coverage_fill(const struct calibrate_case *cases, const struct verdict *of, size_t count,
				    struct calibrate_report *ret)
{
	struct sure *list = alloc_zero(count + 1, sizeof(*list));
	for (size_t i = 0; i < count; i++)
		list[i] = (struct sure){of[i].ranked[0].p, calibrate_fits(&cases[i], of[i].ranked[0].cause)};
	qsort(list, count, sizeof(*list), calibrate_by_sureness);
	for (int k = 0; k < CALIBRATE_COVERAGE; k++) {
		size_t most = (size_t)ceil(calibrate_coverage[k] * (double)count), right = 0;
		for (size_t i = 0; i < most && i < count; i++)
			right += list[i].right;
		ret->at_coverage[k] = most ? (double)right / (double)most : NAN;
	}
	free(list);
}

void calibrate_score(const struct calibrate_case *cases, const struct verdict *of, size_t count,
		     struct calibrate_report *ret)
{
	*ret = (struct calibrate_report){.count = count};
	for (size_t i = 0; i < count; i++)
		calibrate_score_one(&cases[i], &of[i], ret);
	calibrate_coverage_fill(cases, of, count, ret);
	double n = count ? (double)count : NAN;
	for (int b = 0; b < CALIBRATE_BINS; b++) {
		ret->ece += fabs(ret->bins[b].p - ret->bins[b].right) / n;
		ret->ece_exact += fabs(ret->bins[b].p - ret->bins[b].exact) / n;
	}
	ret->brier /= n;
	ret->brier_lenient /= n;
	ret->log_loss /= n;
	ret->log_loss_lenient /= n;
}
