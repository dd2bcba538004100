// SPDX-License-Identifier: ISC
// Facts to numbers, numbers to distances.
#include "incident/precedent.h"

#include <math.h>
#include <stdbool.h>

// DOC: Features: which kinds of signal moved, in which order pairs of kinds went and came back, the logarithm of the
// duration, the share that was down, whether it began on the hour or half hour. Each is divided by its spread over the
// known incidents and the subject (at least precedent.spread_min). The distance is the root of the mean square difference; a feature
// known of one side only counts precedent.missing_cost squared spreads, one known of neither nothing. Similarity = exp(-distance).

#define BIT(signal) (1u << (signal))

static const uint32_t KINDS[] = {BIT(SIGNAL_ROUTES) | BIT(SIGNAL_ROUTES6),
				 BIT(SIGNAL_LOSS) | BIT(SIGNAL_BLOCKS),
				 BIT(SIGNAL_LATENCY),
				 BIT(SIGNAL_SERVICE_DNS),
				 BIT(SIGNAL_SERVICE_HTTP) | BIT(SIGNAL_SERVICE_TLS) | BIT(SIGNAL_SERVICE_TCP),
				 BIT(SIGNAL_SERVICE_SMTP),
				 BIT(SIGNAL_SERIES)};

enum precedent_kind { KIND_ROUTES, KIND_LOSS, KIND_LATENCY, KIND_DNS, KIND_WEB, KIND_MAIL, KIND_TRAFFIC, KIND_COUNT };

static const uint8_t PAIRS[][2] = {{KIND_LOSS, KIND_ROUTES},	{KIND_DNS, KIND_ROUTES}, {KIND_WEB, KIND_ROUTES},
				   {KIND_TRAFFIC, KIND_ROUTES}, {KIND_LOSS, KIND_WEB},	 {KIND_DNS, KIND_WEB},
				   {KIND_MAIL, KIND_WEB}};

#define PAIR_COUNT (sizeof(PAIRS) / sizeof(*PAIRS))

enum {
	FEATURE_ORDER = KIND_COUNT,
	FEATURE_RECOVERY = FEATURE_ORDER + PAIR_COUNT,
	FEATURE_DURATION = FEATURE_RECOVERY + PAIR_COUNT,
	FEATURE_SCOPE,
	FEATURE_CLOCK,
	FEATURE_COUNT
};

struct features {
	double value[FEATURE_COUNT];
	uint32_t known;
};

static void precedent_set(struct features *f, size_t feature, double value)
{
	if (!isfinite(value))
		return;
	f->value[feature] = value;
	f->known |= 1u << feature;
}

static int precedent_step_of(const uint32_t *steps, uint32_t kind)
{
	for (int i = 0; i < PRECEDENT_STEPS; i++)
		if (steps[i] & kind)
			return i;
	return -1;
}

static void precedent_order_set(struct features *f, size_t first, const uint32_t *steps)
{
	for (size_t i = 0; i < PAIR_COUNT; i++) {
		int a = precedent_step_of(steps, KINDS[PAIRS[i][0]]), b = precedent_step_of(steps, KINDS[PAIRS[i][1]]);
		if (a >= 0 && b >= 0)
			precedent_set(f, first + i, a < b ? -1 : a > b);
	}
}

static struct features precedent_features_of(const struct decisions *v, const struct precedent_facts *facts)
{
	double clock = incident_value(v, PRECEDENT_CLOCK_S);
	struct features f = {0};
	for (size_t k = 0; k < KIND_COUNT; k++) {
		if (facts->moved & KINDS[k])
			precedent_set(&f, k, 1);
		else if (facts->still & KINDS[k])
			precedent_set(&f, k, -1);
	}
	precedent_order_set(&f, FEATURE_ORDER, facts->order);
	precedent_order_set(&f, FEATURE_RECOVERY, facts->recovery);
	if (facts->duration_s > 0)
		precedent_set(&f, FEATURE_DURATION, log10(facts->duration_s));
	if (facts->fraction_down >= 0)
		precedent_set(&f, FEATURE_SCOPE, facts->fraction_down);
	if (instant_known(facts->start) && facts->start_uncertainty_s >= 0 && facts->start_uncertainty_s <= clock) {
		int64_t within = (instant_seconds(facts->start) % 1800 + 1800) % 1800;
		precedent_set(&f, FEATURE_CLOCK, (double)within <= clock || (double)within >= 1800 - clock ? 1 : -1);
	}
	return f;
}

struct spread {
	const struct decisions *v;
	double sum[FEATURE_COUNT], squares[FEATURE_COUNT], n[FEATURE_COUNT];
};

static void precedent_spread_take(struct spread *s, const struct features *f)
{
	for (size_t i = 0; i < FEATURE_COUNT; i++) {
		if (!(f->known >> i & 1))
			continue;
		s->sum[i] += f->value[i];
		s->squares[i] += f->value[i] * f->value[i];
		s->n[i]++;
	}
}

static double precedent_spread_of(const struct spread *s, size_t i)
{
	double n = s->n[i] > 0 ? s->n[i] : 1, mean = s->sum[i] / n;
	double variance = s->squares[i] / n - mean * mean;
	return fmax(variance > 0 ? sqrt(variance) : 0, incident_value(s->v, PRECEDENT_SPREAD));
}

// Negative: too little is known of both.
static double precedent_distance(const struct features *a, const struct features *b, const struct spread *s)
{
	double sum = 0;
	size_t counted = 0, both = 0;
	for (size_t i = 0; i < FEATURE_COUNT; i++) {
		bool in_a = a->known >> i & 1, in_b = b->known >> i & 1;
		if (in_a && in_b) {
			double z = (a->value[i] - b->value[i]) / precedent_spread_of(s, i);
			sum += z * z;
			both++;
		} else if (in_a || in_b) {
			sum += incident_value(s->v, PRECEDENT_MISSING);
		}
		counted += in_a || in_b;
	}
	return (double)both < incident_value(s->v, PRECEDENT_KNOWN) ? -1 : sqrt(sum / (double)counted);
}

static size_t precedent_match_insert(struct precedent_match *at, size_t used, struct precedent_match m)
{
	size_t k = used < PRECEDENT_NEAREST ? used : PRECEDENT_NEAREST;
	for (; k > 0 && at[k - 1].similarity < m.similarity; k--)
		if (k < PRECEDENT_NEAREST)
			at[k] = at[k - 1];
	if (k < PRECEDENT_NEAREST)
		at[k] = m;
	return used < PRECEDENT_NEAREST ? used + 1 : used;
}

size_t precedent_similar(const struct decisions *v, const struct precedent_facts *subject,
			 const struct precedent_facts *known, size_t count,
			 struct precedent_match ret[PRECEDENT_NEAREST])
{
	struct features own = precedent_features_of(v, subject);
	struct spread spread = {.v = v};
	size_t used = 0;
	precedent_spread_take(&spread, &own);
	for (size_t i = 0; i < count; i++) {
		struct features f = precedent_features_of(v, &known[i]);
		precedent_spread_take(&spread, &f);
	}
	for (size_t i = 0; i < count; i++) {
		struct features f = precedent_features_of(v, &known[i]);
		double d = precedent_distance(&own, &f, &spread);
		if (d >= 0)
			used = precedent_match_insert(ret, used, (struct precedent_match){i, exp(-d)});
	}
	return used;
}
