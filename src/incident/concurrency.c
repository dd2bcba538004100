// SPDX-License-Identifier: ISC
// Concurrency test: scan of the onset intervals, tail under independence and under over-dispersion, scan correction.
#include "incident/concurrency.h"

#include "base/alloc.h"
#include "base/must.h"
#include "base/numbers.h"
#include "incident/likelihood.h"

#include <float.h>
#include <stdlib.h>

// DOC: For each window length W: K = most onsets whose interval (last_ok, first_fail] meets one window of length W,
// wherever it lies. A unit fails in W with chance 1 - exp(-rate W), where its rate is estimated from its own past,
// (0.5 + onsets) / (24 h + hours up), and doubled for safety. The chance of K or more of N is the larger of the
// Poisson-binomial tail and a beta-binomial one whose correlation comes from how onsets cluster in quiet hours, at least
// 0.01. Times the windows in a year, twice for those that overlap, times the lengths tried = expected per year.

#define RHO_CEILING  0.99   // correlation: at one the tail has no density
#define HOURS_A_YEAR 8760.0 // the calendar
#define WINDOWS	     4	    // places

struct concurrency_span { // (after, until] in nanoseconds
	int64_t after, until;
	size_t unit;
};

struct concurrency_scan {
	const struct concurrency_input *in;
	struct concurrency_span *spans; // of the units that failed, by until
	int64_t *afters;		// of the same, sorted
	size_t failed;
	double *chance, *scratch;
	size_t units;
};

static bool concurrency_counted(const struct concurrency_unit *u)
{
	return u->up_hours > 0 || instant_known(u->last_ok);
}

static int concurrency_span_compare(const void *a, const void *b)
{
	const struct concurrency_span *x = a, *y = b;
	if (x->until != y->until)
		return x->until < y->until ? -1 : 1;
	return x->unit < y->unit ? -1 : x->unit > y->unit;
}

static void concurrency_scan_fill(struct concurrency_scan *s)
{
	for (size_t i = 0; i < s->in->count; i++) {
		const struct concurrency_unit *u = &s->in->units[i];
		if (!concurrency_counted(u))
			continue;
		s->units++;
		if (!instant_known(u->first_fail))
			continue;
		int64_t until = u->first_fail.ns;
		bool dated = instant_known(u->last_ok) && u->last_ok.ns < until;
		s->spans[s->failed++] = (struct concurrency_span){dated ? u->last_ok.ns : until - 1, until, i};
	}
	qsort(s->spans, s->failed, sizeof(*s->spans), concurrency_span_compare);
	for (size_t i = 0; i < s->failed; i++)
		s->afters[i] = s->spans[i].after;
	qsort(s->afters, s->failed, sizeof(*s->afters), numbers_by_int64);
}

// Most spans that meet one window [start, start + length]. The best start is the end of a span: those that ended before
// are out, those that begin before start + length are in.
static size_t concurrency_scan_most(const struct concurrency_scan *s, int64_t length, int64_t *ret_start)
{
	size_t most = 0, begun = 0;
	for (size_t i = 0; i < s->failed; i++) {
		if (i && s->spans[i].until == s->spans[i - 1].until)
			continue;
		int64_t start = s->spans[i].until;
		while (begun < s->failed && s->afters[begun] < start + length)
			begun++;
		if (begun - i > most) {
			most = begun - i;
			*ret_start = start;
		}
	}
	return most;
}

// Mean chance of a failure within the window; fills chance[] for every unit.
static double concurrency_chances(struct concurrency_scan *s, double window_s)
{
	const struct decisions *v = s->in->decisions;
	double safety = incident_value(v, CONCURRENCY_RATE_SAFETY), prior = incident_value(v, CONCURRENCY_PRIOR_ONSETS);
	double hours = incident_value(v, CONCURRENCY_PRIOR_HOURS), sum = 0;
	size_t n = 0;
	for (size_t i = 0; i < s->in->count; i++) {
		const struct concurrency_unit *u = &s->in->units[i];
		if (!concurrency_counted(u))
			continue;
		double up = u->up_hours > 0 ? fmin(u->up_hours, 1e6) : 0;
		double rate = safety * (prior + u->onsets) / (hours + up);
		s->chance[n] = -expm1(-rate * window_s / 3600);
		sum += s->chance[n++];
	}
	return n ? sum / (double)n : 0;
}

static double concurrency_rho_of(const struct concurrency_input *in, size_t units)
{
	double sum = 0, squares = 0, least = incident_value(in->decisions, CONCURRENCY_RHO);
	for (size_t i = 0; i < in->hours; i++) {
		sum += in->hourly[i];
		squares += (double)in->hourly[i] * in->hourly[i];
	}
	if (in->hours < 2 || sum <= 0 || units < 2)
		return least;
	double n = (double)in->hours, mean = sum / n;
	double variance = (squares - n * mean * mean) / (n - 1);
	double rho = (variance / mean - 1) / ((double)units - 1);
	return fmin(fmax(rho, least), RHO_CEILING);
}

static size_t concurrency_windows_of(const struct concurrency_input *in, double *windows)
{
	const struct decisions *v = in->decisions;
	const double usual[] = {incident_value(v, CONCURRENCY_SHORT_S), incident_value(v, CONCURRENCY_MIDDLE_S),
				incident_value(v, CONCURRENCY_LONG_S)};
	size_t n = 0;
	double watch = incident_value(v, CONCURRENCY_WATCH) * in->watch_interval_s;
	if (watch > 0 && watch < usual[0])
		windows[n++] = watch;
	for (size_t i = 0; i < 3; i++)
		windows[n++] = usual[i];
	return n;
}

// The four groups that have a key; 0 where it is unknown.
static uint32_t concurrency_key_of(const struct concurrency_unit *u, enum concurrency_common l)
{
	const uint32_t keys[] = {[COMMON_SLASH24] = u->slash24,
				 [COMMON_INSTITUTION] = u->institution,
				 [COMMON_NETWORK] = u->asn,
				 [COMMON_UPSTREAM] = u->upstream};
	return keys[l];
}

static bool concurrency_in_window(const struct concurrency_span *p, const struct concurrency *c)
{
	int64_t start = c->window_start.ns;
	return p->until >= start && p->after < start + (int64_t)(c->window_s * NS_PER_S);
}

// Units that share the key, if all failed ones do; else 0.
static size_t concurrency_group_size(const struct concurrency_scan *s, const struct concurrency *c,
				     enum concurrency_common l)
{
	uint32_t key = concurrency_key_of(&s->in->units[c->common_unit], l);
	size_t size = 0;
	for (size_t i = 0; i < s->failed; i++)
		if (concurrency_in_window(&s->spans[i], c) &&
		    concurrency_key_of(&s->in->units[s->spans[i].unit], l) != key)
			return 0;
	for (size_t i = 0; key && i < s->in->count; i++)
		size += concurrency_counted(&s->in->units[i]) && concurrency_key_of(&s->in->units[i], l) == key;
	return size;
}

static void concurrency_common_find(const struct concurrency_scan *s, struct concurrency *c)
{
	for (size_t i = s->failed; i-- > 0;)
		if (concurrency_in_window(&s->spans[i], c))
			c->common_unit = s->spans[i].unit;
	c->common = c->failed == 1 ? COMMON_ADDRESS : COMMON_ENTITY;
	c->common_units = c->failed == 1 ? 1 : s->units;
	for (enum concurrency_common l = COMMON_SLASH24; c->failed > 1 && l < COMMON_ENTITY; l++) {
		size_t size = concurrency_group_size(s, c, l);
		bool smaller = size < c->common_units || (size == c->common_units && c->common == COMMON_ENTITY);
		if (size && smaller) {
			c->common = l;
			c->common_units = size;
		}
	}
}

// The onsets' middles, 10 % to 90 % of them (nearest rank).
static double concurrency_synchrony(const struct concurrency_scan *s, const struct concurrency *c)
{
	size_t n = 0;
	for (size_t i = 0; i < s->failed; i++)
		if (concurrency_in_window(&s->spans[i], c))
			s->afters[n++] = s->spans[i].after + (s->spans[i].until - s->spans[i].after) / 2;
	qsort(s->afters, n, sizeof(*s->afters), numbers_by_int64);
	size_t early = (n + 9) / 10, late = (9 * n + 9) / 10;
	return n ? (double)(s->afters[late - 1] - s->afters[early - 1]) / NS_PER_S : 0;
}

static enum concurrency_verdict concurrency_verdict_of(const struct concurrency *c, const struct concurrency_input *in)
{
	const struct decisions *v = in->decisions;
	if ((double)c->units < incident_value(v, CONCURRENCY_UNITS)) {
		bool all = c->units > 0 && c->failed == c->units && in->routes_all_gone;
		return all ? CONCURRENT : CONCURRENT_UNKNOWN;
	}
	bool rare = c->failed > 1 && c->expected_per_year <= incident_value(v, CONCURRENCY_RARE);
	bool half = (double)c->failed >= incident_value(v, CONCURRENCY_HALF) * (double)c->units;
	if (rare && half && (double)c->failed >= incident_value(v, CONCURRENCY_FAILED))
		return CONCURRENT;
	return rare && !half ? CONCURRENT_PARTLY : CONCURRENT_NOT;
}

static void concurrency_window_try(struct concurrency_scan *s, double window_s, size_t windows, struct concurrency *c)
{
	struct instant start = INSTANT_NONE;
	size_t failed = concurrency_scan_most(s, (int64_t)(window_s * NS_PER_S), &start.ns);
	double mean = concurrency_chances(s, window_s);
	double tail = fmax(log_tail_independent(s->chance, s->units, failed, s->scratch),
			   log_tail_overdispersed(mean, c->rho, s->units, failed));
	tail = fmax(exp(tail), DBL_MIN);
	double expected = tail * (HOURS_A_YEAR * 3600 / window_s) *
			  incident_value(s->in->decisions, CONCURRENCY_OVERLAP) * (double)windows;
	if (instant_known(c->window_start) && expected >= c->expected_per_year)
		return;
	c->failed = failed;
	c->window_s = window_s;
	c->window_start = start;
	c->expected_per_year = expected;
	c->tail = tail;
}

void concurrency_test(const struct concurrency_input *in, struct concurrency *ret)
{
	must(in->units || !in->count);
	struct concurrency_scan s = {.in = in};
	size_t room = in->count + 1;
	s.spans = alloc_zero(room, sizeof(*s.spans));
	s.afters = alloc_zero(room, sizeof(*s.afters));
	s.chance = alloc_zero(room, sizeof(*s.chance));
	s.scratch = alloc_zero(room, sizeof(*s.scratch));
	concurrency_scan_fill(&s);
	double windows[WINDOWS];
	size_t n = concurrency_windows_of(in, windows);
	*ret = (struct concurrency){
		.units = s.units, .window_start = INSTANT_NONE, .rho = concurrency_rho_of(in, s.units)};
	for (size_t i = 0; i < n; i++)
		concurrency_window_try(&s, windows[i], n, ret);
	ret->verdict = concurrency_verdict_of(ret, in);
	if (ret->failed) {
		concurrency_common_find(&s, ret);
		ret->synchrony_s = concurrency_synchrony(&s, ret);
	}
	free(s.spans);
	free(s.afters);
	free(s.chance);
	free(s.scratch);
}

const char *concurrency_verdict_name(enum concurrency_verdict v)
{
	static const char *const names[] = {[CONCURRENT] = "concurrent",
					    [CONCURRENT_PARTLY] = "partial-concurrent",
					    [CONCURRENT_NOT] = "independent",
					    [CONCURRENT_UNKNOWN] = "insufficient"};
	must((size_t)v < ARRAY_LEN(names));
	return names[v];
}

const char *concurrency_common_name(enum concurrency_common l)
{
	static const char *const names[] = {[COMMON_NONE] = "none",	  [COMMON_ADDRESS] = "address",
					    [COMMON_SLASH24] = "/24",	  [COMMON_INSTITUTION] = "institution",
					    [COMMON_NETWORK] = "network", [COMMON_UPSTREAM] = "upstream",
					    [COMMON_ENTITY] = "entity"};
	must((size_t)l < ARRAY_LEN(names));
	return names[l];
}
