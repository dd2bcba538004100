// SPDX-License-Identifier: ISC
// Features from what was known at the onset, rates of them, each country predicted without its own.
#include "evaluate/label_score.h"

#include "base/alloc.h"
#include "base/must.h"
#include "base/numbers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE_NS    (60 * NS_PER_S)
#define DAY_S	     86400.0
#define WITHIN_S     900.0
#define EXACT_S	     60.0
#define RECENT_DAYS  10
#define EXACT_DAYS   14
#define SERIES_LEAST 3
#define PRIOR_WEIGHT 4.0 // outages that the rate over all counts for in a rate under one class
#define ONE_CLIP     30.0
#define FAMILY_CLIP  100.0
#define COUNTRY_MOST 10.0 // outages of one country that count in fitting: three countries have most shutdowns

const double label_recalls[3] = {0.5, 0.7, 0.9};

enum { VALUE_NO, VALUE_YES, VALUE_UNKNOWN };
enum { FAMILY_CLOCK, FAMILY_PAST, FAMILY_SIGNALS, FAMILIES };

static const struct {
	const char *name;
	int family;
} label_score_features[FEATURE_COUNT] = {
	[FEATURE_HALF_HOUR] = {"began at :00 or :30", FAMILY_CLOCK},
	[FEATURE_SAME_CLOCK] = {"same clock time 1, 2, 3, 4 or 7 days before", FAMILY_PAST},
	[FEATURE_EXACT_CLOCK] = {"to the minute that of an outage of 14 days", FAMILY_PAST},
	[FEATURE_RECENT] = {"another outage in the ten days before", FAMILY_PAST},
	[FEATURE_SERIES] = {"three or more in the ten days before", FAMILY_PAST},
	[FEATURE_ALL_DROP] = {"all three signals drop", FAMILY_SIGNALS},
	[FEATURE_TELESCOPE] = {"the telescope sees it", FAMILY_SIGNALS},
	[FEATURE_ON_CLOCK_BEFORE] = {"earlier ones of the country began on the half hour", FAMILY_CLOCK},
};

struct sample_row {
	const struct label *label;
	uint8_t value[FEATURE_COUNT];
	size_t country; // number
	double p;
};

struct data {
	struct sample_row *at;
	size_t count, countries;
};

const char *label_feature_name(enum label_feature f)
{
	must((size_t)f < ARRAY_LEN(label_score_features));
	return label_score_features[f].name;
}

static bool label_score_on_half_hour(const struct label *l)
{
	return l->begin.ns % (30 * MINUTE_NS) == 0;
}

static bool label_score_near_days(double before_s, double days, double within_s)
{
	return fabs(before_s - days * DAY_S) <= within_s;
}

struct history { // of the same country, before this one
	size_t before, on_clock, recent, same, exact;
};

static void label_score_history_add(struct history *h, const struct label *one, double before_s)
{
	static const int days[] = {1, 2, 3, 4, 7};
	bool same = false, exact = false;
	h->before++;
	h->on_clock += label_score_on_half_hour(one);
	h->recent += before_s <= RECENT_DAYS * DAY_S;
	for (size_t i = 0; i < sizeof(days) / sizeof(*days); i++)
		same |= label_score_near_days(before_s, days[i], WITHIN_S);
	for (int d = 1; d <= EXACT_DAYS; d++)
		exact |= label_score_near_days(before_s, d, EXACT_S);
	h->same += same;
	h->exact += exact;
}

static uint8_t label_score_flag(bool yes)
{
	return yes ? VALUE_YES : VALUE_NO;
}

// Nothing of a label is looked at but its beginning, its country and which signals dropped, and of earlier ones the same.
static void label_score_features_fill(const struct data *d, size_t which, struct sample_row *row)
{
	struct history h = {0};
	const struct label *l = row->label;
	for (size_t i = 0; i < which; i++) {
		const struct label *one = d->at[i].label;
		double before_s = (double)(l->begin.ns - one->begin.ns) / (double)NS_PER_S;
		if (d->at[i].country == row->country && before_s > EXACT_S)
			label_score_history_add(&h, one, before_s);
	}
	size_t seen = 0, unknown = 0;
	for (int s = 0; s < LABEL_SIGNALS; s++) {
		seen += l->seen[s] == LABEL_SEEN;
		unknown += l->seen[s] == LABEL_SEEN_UNKNOWN;
	}
	row->value[FEATURE_HALF_HOUR] = label_score_flag(label_score_on_half_hour(l));
	row->value[FEATURE_SAME_CLOCK] = label_score_flag(h.same > 0);
	row->value[FEATURE_EXACT_CLOCK] = label_score_flag(h.exact > 0);
	row->value[FEATURE_RECENT] = label_score_flag(h.recent > 0);
	row->value[FEATURE_SERIES] = label_score_flag(h.recent >= SERIES_LEAST);
	row->value[FEATURE_ALL_DROP] = unknown ? VALUE_UNKNOWN : label_score_flag(seen == LABEL_SIGNALS);
	row->value[FEATURE_TELESCOPE] = l->seen[LABEL_TELESCOPE] == LABEL_SEEN_UNKNOWN
						? VALUE_UNKNOWN
						: label_score_flag(l->seen[LABEL_TELESCOPE] == LABEL_SEEN);
	row->value[FEATURE_ON_CLOCK_BEFORE] =
		h.before < 2 ? VALUE_UNKNOWN : label_score_flag((double)h.on_clock >= 0.7 * (double)h.before);
}

static void label_score_data_make(const struct labels *l, struct data *d)
{
	*d = (struct data){.at = alloc_zero(l->count + 1, sizeof(*d->at))};
	for (size_t i = 0; i < l->count; i++) {
		if (!l->at[i].national)
			continue;
		struct sample_row *row = &d->at[d->count];
		*row = (struct sample_row){.label = &l->at[i], .country = d->countries};
		for (size_t k = 0; k < d->count; k++)
			if (strcmp(d->at[k].label->country, l->at[i].country) == 0)
				row->country = d->at[k].country;
		d->countries += row->country == d->countries;
		d->count++;
	}
	for (size_t i = 0; i < d->count; i++)
		label_score_features_fill(d, i, &d->at[i]);
}

// An outage's weight in fitting: those of one country count for COUNTRY_MOST in all.
static double *label_score_weights_of(const struct data *d)
{
	double *weights = alloc_zero(d->count + 1, sizeof(*weights));
	for (size_t i = 0; i < d->count; i++) {
		size_t same = 0;
		for (size_t k = 0; k < d->count; k++)
			same += d->at[k].country == d->at[i].country;
		weights[i] = fmin(1, COUNTRY_MOST / (double)same);
	}
	return weights;
}

// ---- sum of clipped ratios ----

static double label_score_clipped(double x, double most)
{
	return fmax(-log(most), fmin(log(most), x));
}

struct rates {
	double prior;		      // of ordered
	double yes[FEATURE_COUNT][2]; // by class
};

static void label_score_rates_fit(const struct data *d, const double *weights, size_t left_out, struct rates *r)
{
	double all[2] = {0}, yes[FEATURE_COUNT][2] = {{0}}, known[FEATURE_COUNT][2] = {{0}};
	for (size_t i = 0; i < d->count; i++) {
		const struct sample_row *row = &d->at[i];
		int class = row->label->ordered;
		if (row->country == left_out)
			continue;
		all[class] += weights[i];
		for (int f = 0; f < FEATURE_COUNT; f++) {
			known[f][class] += row->value[f] != VALUE_UNKNOWN ? weights[i] : 0;
			yes[f][class] += row->value[f] == VALUE_YES ? weights[i] : 0;
		}
	}
	r->prior = all[1] / (all[0] + all[1]);
	for (int f = 0; f < FEATURE_COUNT; f++) {
		double usual = (yes[f][0] + yes[f][1] + 1) / (known[f][0] + known[f][1] + 2);
		for (int c = 0; c < 2; c++)
			r->yes[f][c] = (yes[f][c] + PRIOR_WEIGHT * usual) / (known[f][c] + PRIOR_WEIGHT);
	}
}

static double label_score_bayes_odds(const struct rates *r, const struct sample_row *row)
{
	double odds = log(r->prior / (1 - r->prior));
	for (int family = 0; family < FAMILIES; family++) {
		double largest = 0, sum = 0;
		for (int f = 0; f < FEATURE_COUNT; f++) {
			if (label_score_features[f].family != family || row->value[f] == VALUE_UNKNOWN)
				continue;
			double one = row->value[f] == VALUE_YES ? log(r->yes[f][1] / r->yes[f][0])
								: log((1 - r->yes[f][1]) / (1 - r->yes[f][0]));
			one = label_score_clipped(one, ONE_CLIP);
			sum += one;
			largest = fabs(one) > fabs(largest) ? one : largest;
		}
		odds += label_score_clipped(largest + (sum - largest) / 2, FAMILY_CLIP);
	}
	return odds;
}

static double label_score_sigmoid(double x)
{
	return 1 / (1 + exp(-x));
}

static void label_score_predict(struct data *d)
{
	double *weights = label_score_weights_of(d);
	for (size_t c = 0; c < d->countries; c++) {
		struct rates r;
		label_score_rates_fit(d, weights, c, &r);
		for (size_t i = 0; i < d->count; i++)
			if (d->at[i].country == c)
				d->at[i].p = label_score_sigmoid(label_score_bayes_odds(&r, &d->at[i]));
	}
	free(weights);
}

// ---- scores ----

struct ranked {
	double p;
	int y;
};

static int label_score_by_p(const void *a, const void *b)
{
	return numbers_order_real(((const struct ranked *)b)->p, ((const struct ranked *)a)->p);
}

static struct ranked *label_score_ranking(const double *p, const int *y, size_t n)
{
	struct ranked *list = alloc_zero(n + 1, sizeof(*list));
	for (size_t i = 0; i < n; i++)
		list[i] = (struct ranked){p[i], y[i]};
	if (n)
		qsort(list, n, sizeof(*list), label_score_by_p);
	return list;
}

double label_auc(const double *p, const int *y, size_t n)
{
	must((p && y) || !n);
	struct ranked *list = label_score_ranking(p, y, n);
	double above = 0, won = 0, others = 0;
	for (size_t i = 0; i < n;) {
		double ones = 0, zeros = 0;
		for (double at = list[i].p; i < n && list[i].p == at; i++) {
			ones += list[i].y;
			zeros += !list[i].y;
		}
		won += zeros * (above + ones / 2);
		above += ones;
		others += zeros;
	}
	free(list);
	return above > 0 && others > 0 ? won / (above * others) : NAN;
}

static void label_score_precision_fill(const double *p, const int *y, size_t n, struct label_report *ret)
{
	struct ranked *list = label_score_ranking(p, y, n);
	double all = 0;
	for (size_t i = 0; i < n; i++)
		all += y[i];
	for (int k = 0; k < 3; k++) {
		double found = 0;
		size_t i = 0;
		while (i < n && found < label_recalls[k] * all)
			found += list[i++].y;
		ret->precision[k] = i ? found / (double)i : NAN;
	}
	free(list);
}

static void label_score_report_fill(const double *p, const int *y, size_t n, struct label_report *ret)
{
	double ones = 0, count = (double)n;
	*ret = (struct label_report){.auc = label_auc(p, y, n)};
	for (size_t i = 0; i < n; i++) {
		int bin = (int)(p[i] * LABEL_BINS);
		struct label_bin *b = &ret->bins[bin >= LABEL_BINS ? LABEL_BINS - 1 : bin];
		b->count++;
		b->p += p[i];
		b->ordered += y[i];
		ones += y[i];
		ret->brier += (p[i] - y[i]) * (p[i] - y[i]) / count;
		ret->log_loss -= log(fmax(1e-6, y[i] ? p[i] : 1 - p[i])) / count;
	}
	for (int b = 0; b < LABEL_BINS; b++)
		ret->ece += fabs(ret->bins[b].p - ret->bins[b].ordered) / count;
	ret->climatology = ones / count * (1 - ones / count);
	ret->skill = 1 - ret->brier / ret->climatology;
	label_score_precision_fill(p, y, n, ret);
}

static void label_score_rates_tell(const struct data *d, struct label_scores *ret)
{
	for (size_t i = 0; i < d->count; i++)
		for (int f = 0; f < FEATURE_COUNT; f++) {
			int class = d->at[i].label->ordered;
			ret->known[f][class] += d->at[i].value[f] != VALUE_UNKNOWN;
			ret->rate[f][class] += d->at[i].value[f] == VALUE_YES;
		}
	for (int f = 0; f < FEATURE_COUNT; f++)
		for (int c = 0; c < 2; c++)
			ret->rate[f][c] = ret->known[f][c] ? ret->rate[f][c] / (double)ret->known[f][c] : NAN;
}

static size_t label_score_ordered_in(const struct data *d, size_t country)
{
	size_t found = 0;
	for (size_t i = 0; i < d->count; i++)
		found += d->at[i].country == country && d->at[i].label->ordered;
	return found;
}

void label_score(const struct labels *l, struct label_scores *ret)
{
	struct data d;
	label_score_data_make(l, &d);
	*ret = (struct label_scores){.count = d.count, .countries = d.countries};
	double *p = alloc_zero(d.count + 1, sizeof(*p));
	int *y = alloc_zero(d.count + 1, sizeof(*y));
	label_score_predict(&d);
	label_score_rates_tell(&d, ret);
	for (size_t i = 0; i < d.count; i++) {
		p[i] = d.at[i].p;
		y[i] = d.at[i].label->ordered;
		ret->ordered += (size_t)y[i];
	}
	label_score_report_fill(p, y, d.count, &ret->of);
	for (size_t i = 0; i < d.count; i++) {
		if (label_score_ordered_in(&d, d.at[i].country) >= LABEL_MANY)
			continue;
		p[ret->rest_count] = d.at[i].p;
		y[ret->rest_count++] = d.at[i].label->ordered;
		ret->rest_ordered += d.at[i].label->ordered;
	}
	label_score_report_fill(p, y, ret->rest_count, &ret->rest);
	free(p);
	free(y);
	free(d.at);
}
