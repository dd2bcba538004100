// SPDX-License-Identifier: ISC
// DOC: change point
// Every bin is either before the change (drawn from the baseline) or after it (drawn from a level that is integrated out),
// so that the posterior of "the first changed bin is i" is, under a flat prior, before(0 … i - 1) · after(i … n - 1). Both
// are kept as sums of logarithms: one pass from the end for `after`, one from the start for `before`.
#include "detect/changepoint.h"

#include <math.h>

#define MAD_TO_SD    1.4826 // of a normal distribution
#define OUTLIER	     0.02   // share of quiet values that are drawn from a normal ten times as wide
#define OUTLIER_WIDE 10.0   // of levels, which no run looks at yet
// Normal-inverse-gamma prior of level and spread after the change: one hundredth of an observation at the baseline's level,
// one at its spread.
#define PRIOR_KAPPA  0.01		    // of levels, which no run looks at yet
#define PRIOR_ALPHA  0.5		    // of levels, which no run looks at yet
#define FAR	     1e6		    // values this many spreads away count as this far: squares stay finite
#define HALF_LOG_2PI 0.91893853320467274178 // mathematics

static double changepoint_log_gamma(double x)
{
	int sign;
	return lgamma_r(x, &sign); // lgamma itself writes a global
}

static double changepoint_log_beta(double a, double b)
{
	return changepoint_log_gamma(a) + changepoint_log_gamma(b) - changepoint_log_gamma(a + b);
}

// The narrowest run of places with the credible mass; of equally narrow ones that with the most. It holds the median, as
// any run with more than half of the mass does.
static void changepoint_narrowest(const double *mass, size_t n, struct changepoint *c)
{
	size_t width = n + 1;
	double inside = 0;
	for (size_t from = 0, end = 0; from < n; inside -= mass[from++]) {
		while (end < n && inside < CHANGEPOINT_CREDIBLE)
			inside += mass[end++];
		bool enough = inside >= CHANGEPOINT_CREDIBLE || (from == 0 && end == n);
		if (!enough || end - from > width || (end - from == width && inside <= c->mass))
			continue;
		width = end - from;
		c->from = (uint32_t)from;
		c->to = (uint32_t)end - 1;
		c->mass = inside;
	}
}

// scratch: log-likelihood of each place up to a constant that `none` (no change) shares. Turned into probabilities.
static void changepoint_posterior(double *scratch, size_t n, double none, struct changepoint *ret)
{
	double top = scratch[0];
	for (size_t i = 1; i < n; i++)
		top = scratch[i] > top ? scratch[i] : top;
	double sum = 0;
	for (size_t i = 0; i < n; i++) {
		scratch[i] = exp(scratch[i] - top);
		sum += scratch[i];
	}
	struct changepoint c = {.best = (uint32_t)n - 1, .log_odds = top + log(sum / (double)n) - none};
	double seen = 0;
	for (size_t i = 0; i < n; i++) {
		c.best = seen < 0.5 ? (uint32_t)i : c.best;
		scratch[i] /= sum;
		seen += scratch[i];
	}
	changepoint_narrowest(scratch, n, &c);
	*ret = c;
}

static bool changepoint_loss_usable(const struct changepoint_bin *bins, size_t n, const struct changepoint_loss *model)
{
	if (n == 0 || n > CHANGEPOINT_BINS_MAX || model->lost > model->sent)
		return false;
	uint64_t sent = 0;
	for (size_t i = 0; i < n; i++) {
		if (bins[i].lost > bins[i].sent)
			return false;
		sent += bins[i].sent;
	}
	return sent > 0;
}

bool changepoint_in_loss(const struct changepoint_bin *bins, size_t n, const struct changepoint_loss *model,
			 double *scratch, struct changepoint *ret)
{
	if (!changepoint_loss_usable(bins, n, model))
		return false;
	double lost = 0, kept = 0, each = 0;
	for (size_t i = n; i-- > 0;) {
		double k = bins[i].lost, up = (double)bins[i].sent - k;
		lost += k;
		kept += up;
		each += bins[i].sent ? changepoint_log_beta(1 + k, 1 + up) : 0;
		scratch[i] = model->after == CHANGEPOINT_STEP ? changepoint_log_beta(1 + lost, 1 + kept) : each;
	}
	double a = (double)model->lost + 0.5, b = (double)(model->sent - model->lost) + 0.5;
	double base = changepoint_log_beta(a, b), before = 0;
	for (size_t i = 0; i < n; i++) {
		scratch[i] += before;
		a += bins[i].lost;
		b += (double)bins[i].sent - bins[i].lost;
		before = changepoint_log_beta(a, b) - base;
	}
	changepoint_posterior(scratch, n, before, ret);
	return true;
}

struct tail {			     // sufficient statistics of the values after the change
	double count, mean, squares; // squares: sum of squared distances from the mean
};

static void changepoint_tail_add(struct tail *t, double x)
{
	t->count++;
	double d = x - t->mean;
	t->mean += d / t->count;
	t->squares += d * (x - t->mean);
}

// Marginal likelihood of `t` with level and spread integrated out; the values are in units of the baseline's spread.
static double changepoint_tail_log(const struct tail *t)
{
	if (t->count == 0)
		return 0;
	double kappa = PRIOR_KAPPA + t->count, alpha = PRIOR_ALPHA + t->count / 2, beta = PRIOR_ALPHA;
	double scale = beta + t->squares / 2 + PRIOR_KAPPA * t->count * t->mean * t->mean / (2 * kappa);
	return changepoint_log_gamma(alpha) - changepoint_log_gamma(PRIOR_ALPHA) + PRIOR_ALPHA * log(beta) -
	       alpha * log(scale) + 0.5 * log(PRIOR_KAPPA / kappa) - t->count * HALF_LOG_2PI;
}

static double changepoint_standard(double value, const struct changepoint_level *model, double sd)
{
	double z = (value - model->mean) / sd;
	return z > FAR ? FAR : z < -FAR ? -FAR : z;
}

static double changepoint_quiet_log(double z)
{
	double narrow = -0.5 * z * z, wide = narrow / (OUTLIER_WIDE * OUTLIER_WIDE);
	double mixed = (1 - OUTLIER) * exp(narrow) + OUTLIER / OUTLIER_WIDE * exp(wide);
	double far = log(OUTLIER / OUTLIER_WIDE) + wide; // where both underflow
	return (mixed > 1e-300 ? log(mixed) : far) - HALF_LOG_2PI;
}

bool changepoint_in_level(const double *values, size_t n, const struct changepoint_level *model, double *scratch,
			  struct changepoint *ret)
{
	double sd = MAD_TO_SD * (model->mad > 0 ? model->mad : fabs(model->mean) / 100);
	if (n == 0 || n > CHANGEPOINT_BINS_MAX || !isfinite(model->mean) || !isfinite(sd) || sd <= 0)
		return false;
	struct tail after = {0};
	for (size_t i = n; i-- > 0;) {
		if (isfinite(values[i]))
			changepoint_tail_add(&after, changepoint_standard(values[i], model, sd));
		scratch[i] = changepoint_tail_log(&after);
	}
	if (after.count == 0)
		return false;
	double before = 0;
	for (size_t i = 0; i < n; i++) {
		scratch[i] += before;
		if (isfinite(values[i]))
			before += changepoint_quiet_log(changepoint_standard(values[i], model, sd));
	}
	changepoint_posterior(scratch, n, before, ret);
	return true;
}
