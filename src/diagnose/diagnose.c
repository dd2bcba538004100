// SPDX-License-Identifier: ISC
// DOC: the sum. Each answer gives every cause a ratio: how probable it is under the cause, against how probable it is under all causes
// together, weighted by their priors. Answers of one family are not independent: the largest logarithm counts whole, the rest half. A
// single answer is clipped, and a family: no rate is known well enough for more. Not known is neutral.
#include "diagnose/diagnose.h"

#include "base/must.h"

#include "diagnose/evidence.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct sums {			  // log ratios
	double clip, family_clip; // no more than these
	const struct decisions *decisions;
	double evidence[CAUSE_COUNT][EVIDENCE_COUNT];
	double family[CAUSE_COUNT][FAMILY_COUNT];
	double total[CAUSE_COUNT];
};

static double diagnose_clipped(double x, double most)
{
	return x > most ? most : x < -most ? -most : x;
}

static double diagnose_answer_p(const struct ratios *r, uint8_t cause, uint8_t evidence, uint8_t answer)
{
	double yes = ratios_yes(r, cause, evidence);
	return answer == ANSWER_YES ? yes : 1 - yes;
}

// Log ratios of one answer, by cause.
static void diagnose_evidence_sum(const struct ratios *r, const double *prior, uint8_t evidence,
				  const struct finding *f, struct sums *s)
{
	double all = 0, weight = 0;
	for (int c = 0; c < CAUSE_COUNT; c++) {
		s->evidence[c][evidence] = 0;
		weight += prior[c];
		all += f->answer == ANSWER_UNKNOWN ? 0
						   : prior[c] * diagnose_answer_p(r, (uint8_t)c, evidence, f->answer);
	}
	if (f->answer == ANSWER_UNKNOWN || !(all > 0))
		return;
	for (int c = 0; c < CAUSE_COUNT; c++) {
		double ratio = log(diagnose_answer_p(r, (uint8_t)c, evidence, f->answer) * weight / all) * f->strength;
		s->evidence[c][evidence] = diagnose_clipped(ratio, s->clip);
	}
}

static double diagnose_family_sum(const struct sums *s, const double *of_evidence, uint8_t family, double sharpness)
{
	double largest = 0, sum = 0;
	for (uint8_t e = 0; e < EVIDENCE_COUNT; e++) {
		if (evidence_row(e)->family != family)
			continue;
		sum += of_evidence[e];
		if (fabs(of_evidence[e]) > fabs(largest))
			largest = of_evidence[e];
	}
	double whole = sharpness * (largest + (sum - largest) * diagnose_value(s->decisions, DIAGNOSE_FAMILY_REST));
	return diagnose_clipped(whole, s->family_clip); // last: no sharpness gets around it
}

static void diagnose_sums_make(const struct finding *findings, const double *prior, const struct ratios *r,
			       struct sums *s)
{
	for (uint8_t e = 0; e < EVIDENCE_COUNT; e++)
		diagnose_evidence_sum(r, prior, e, &findings[e], s);
	for (int c = 0; c < CAUSE_COUNT; c++) {
		s->total[c] = 0;
		for (uint8_t f = 0; f < FAMILY_COUNT; f++)
			s->total[c] += s->family[c][f] = diagnose_family_sum(s, s->evidence[c], f, r->sharpness);
	}
}

static void diagnose_posterior(const struct sums *s, const double *prior, double *ret)
{
	double most = -INFINITY, sum = 0;
	for (int c = 0; c < CAUSE_COUNT; c++) {
		ret[c] = s->total[c] + log(prior[c]);
		most = fmax(most, ret[c]);
	}
	for (int c = 0; c < CAUSE_COUNT; c++)
		sum += ret[c] = exp(ret[c] - most);
	double whole = 0, misled = diagnose_value(s->decisions, DIAGNOSE_MISLED);
	for (int c = 0; c < CAUSE_COUNT; c++)
		whole += prior[c];
	for (int c = 0; c < CAUSE_COUNT; c++)
		ret[c] = (1 - misled) * ret[c] / sum + misled * prior[c] / whole;
}

static double diagnose_with_odds(double p, double factor)
{
	return p * factor / (p * factor + 1 - p);
}

// Those of one hypothesis and side; `log_lr` beside the list.
struct ranking {
	struct argument *list;
	uint8_t *count;
	double log_lr[ARGUMENTS_MAX];
};

static void diagnose_argument_put(struct ranking *r, uint8_t evidence, double lr)
{
	struct argument *list = r->list;
	uint8_t *count = r->count, at = *count;
	double log_lr = fabs(log(lr));
	while (at > 0 && r->log_lr[at - 1] < log_lr)
		at--;
	if (at >= ARGUMENTS_MAX)
		return;
	if (*count < ARGUMENTS_MAX)
		++*count;
	memmove(&list[at + 1], &list[at], (size_t)(*count - at - 1) * sizeof(*list));
	memmove(&r->log_lr[at + 1], &r->log_lr[at], (size_t)(*count - at - 1) * sizeof(*r->log_lr));
	r->log_lr[at] = log_lr;
	list[at] = (struct argument){evidence, lr};
}

static void diagnose_arguments(const struct sums *s, struct hypothesis *h)
{
	double least = diagnose_value(s->decisions, DIAGNOSE_ARGUMENT_LEAST);
	struct ranking favour = {.list = h->in_favour, .count = &h->favour_count};
	struct ranking against = {.list = h->against, .count = &h->against_count};
	for (uint8_t e = 0; e < EVIDENCE_COUNT; e++) {
		double ratio = s->evidence[h->cause][e];
		if (ratio > least)
			diagnose_argument_put(&favour, e, exp(ratio));
		else if (ratio < -least)
			diagnose_argument_put(&against, e, exp(ratio));
	}
}

static int diagnose_by_p(const void *a, const void *b)
{
	const struct hypothesis *x = a, *y = b;
	return x->p > y->p ? -1 : x->p < y->p ? 1 : (int)x->cause - (int)y->cause;
}

static void diagnose_rank_causes(const struct sums *s, const double *p, struct verdict *ret)
{
	for (int c = 0; c < CAUSE_COUNT; c++) {
		struct hypothesis *h = &ret->ranked[c];
		*h = (struct hypothesis){.cause = (uint8_t)c, .p = p[c]};
		h->p_low = diagnose_with_odds(p[c], diagnose_value(s->decisions, DIAGNOSE_PRIOR_LESS));
		h->p_high = diagnose_with_odds(p[c], diagnose_value(s->decisions, DIAGNOSE_PRIOR_MORE));
		diagnose_arguments(s, h);
	}
	qsort(ret->ranked, CAUSE_COUNT, sizeof(*ret->ranked), diagnose_by_p);
}

static void diagnose_abstain(const struct sums *s, struct verdict *d)
{
	const struct hypothesis *first = &d->ranked[0], *second = &d->ranked[1];
	unsigned families = 0;
	double speaks = log(diagnose_value(s->decisions, DIAGNOSE_FAMILY_SPEAKS));
	for (uint8_t f = 0; f < FAMILY_COUNT; f++)
		families += s->family[first->cause][f] >= speaks;
	d->families = (uint8_t)families;
	d->least_p = diagnose_value(s->decisions, DIAGNOSE_ABSTAIN_P);
	d->least_ratio = diagnose_value(s->decisions, DIAGNOSE_ABSTAIN_RATIO);
	d->least_families = (uint8_t)ceil(diagnose_value(s->decisions, DIAGNOSE_ABSTAIN_FAMILIES));
	bool why[] = {first->p < d->least_p, first->p < d->least_ratio * second->p, families < d->least_families,
		      d->coverage < diagnose_value(s->decisions, DIAGNOSE_ABSTAIN_SEEN)};
	unsigned abstained = (why[0] ? ABSTAIN_WEAK : 0) | (why[1] ? ABSTAIN_CLOSE : 0) |
			     (why[2] ? ABSTAIN_ONE_FAMILY : 0) | (why[3] ? ABSTAIN_COVERAGE : 0);
	d->abstained = (uint8_t)abstained;
}

// Information that the answer to an unknown question is expected to bring: bits between causes and answer.
static double diagnose_bits_of(const struct ratios *r, const double *p, uint8_t evidence)
{
	double bits = 0;
	for (uint8_t answer = ANSWER_NO; answer <= ANSWER_YES; answer++) {
		double all = 0;
		for (int c = 0; c < CAUSE_COUNT; c++)
			all += p[c] * diagnose_answer_p(r, (uint8_t)c, evidence, answer);
		for (int c = 0; c < CAUSE_COUNT; c++) {
			double own = diagnose_answer_p(r, (uint8_t)c, evidence, answer);
			bits += p[c] > 0 ? p[c] * own * log2(own / all) : 0;
		}
	}
	return bits;
}

static void diagnose_ask(const struct ratios *r, const double *p, struct verdict *d)
{
	d->ask = EVIDENCE_COUNT;
	d->ask_bits = 0;
	for (uint8_t e = 0; e < EVIDENCE_COUNT; e++) {
		if (d->findings[e].answer != ANSWER_UNKNOWN || !evidence_row(e)->ask)
			continue;
		double bits = diagnose_bits_of(r, p, e);
		if (bits > d->ask_bits) {
			d->ask = e;
			d->ask_bits = bits;
		}
	}
}

void diagnose_rank(const struct diagnose_answers *in, struct verdict *ret)
{
	struct sums s = {.decisions = in->decisions};
	s.clip = log(diagnose_value(s.decisions, DIAGNOSE_RATIO_CLIP));
	s.family_clip = log(diagnose_value(s.decisions, DIAGNOSE_FAMILY_CLIP));
	double p[CAUSE_COUNT];
	*ret = (struct verdict){.known = true, .coverage = in->coverage};
	memcpy(ret->findings, in->findings, sizeof(ret->findings));
	memcpy(ret->prior, in->prior, sizeof(ret->prior));
	diagnose_sums_make(in->findings, in->prior, in->ratios, &s);
	diagnose_posterior(&s, in->prior, p);
	diagnose_rank_causes(&s, p, ret);
	diagnose_abstain(&s, ret);
	diagnose_ask(in->ratios, p, ret);
}

// Whether the ranking would be the same: it rests on answers, their strength, prior and coverage, not on the numbers that are
// told beside them.
static bool diagnose_same(const struct verdict *v, const struct finding *findings, const double *prior, double coverage)
{
	bool same = v && v->known && memcmp(v->prior, prior, sizeof(v->prior)) == 0 &&
		    memcmp(&v->coverage, &coverage, sizeof(coverage)) == 0;
	for (int e = 0; e < EVIDENCE_COUNT && same; e++)
		same = v->findings[e].answer == findings[e].answer && v->findings[e].strength == findings[e].strength;
	return same;
}

void diagnose_incident(const struct diagnose_input *in, struct verdict *ret)
{
	must(in->incident);
	struct finding findings[EVIDENCE_COUNT];
	double prior[CAUSE_COUNT];
	for (uint8_t e = 0; e < EVIDENCE_COUNT; e++)
		findings[e] = evidence_row(e)->look(in->incident, in->decisions);
	diagnose_prior(in, prior);
	double coverage = in->incident->facts.witness.coverage;
	if (diagnose_same(in->earlier, findings, prior, coverage)) {
		if (ret != in->earlier)
			*ret = *in->earlier;
		memcpy(ret->findings, findings, sizeof(ret->findings));
		return;
	}
	const struct diagnose_answers answers = {
		.findings = findings,
		.prior = prior,
		.ratios = in->ratios ? in->ratios : ratios_shipped(),
		.coverage = coverage,
		.decisions = in->decisions,
	};
	diagnose_rank(&answers, ret);
}
