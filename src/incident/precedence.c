// SPDX-License-Identifier: ISC
// Onset of loss by a single change point, its lead over the withdrawal, and the Bayes factor of its shape.
#include "incident/precedence.h"

#include "base/alloc.h"
#include "base/hash.h"
#include "base/must.h"
#include "incident/likelihood.h"

#include <stdlib.h>

// DOC: Before the change every bin shares one loss p0 with a Beta prior from the usual loss. The bin of the change itself
// may be hit partly and has a uniform loss under every model, so that a cut inside a bin is no ramp. Afterwards:
//   onset:  each bin its own p ~ Beta(1, 0.5)
//   stress: each bin its own p ~ Beta(1.5, 1.5)
//   step:   one p for all bins   ~ Beta(40, 0.4)
// The two shapes see only the bins before the first withdrawal, with the place of the change (and "none") summed out. Only
// the stretch up to the first recovery is looked at: three bins in a row at a quarter of the worst loss or less.

#define P0_FLOOR	0.005	// of a known usual loss; nobody gives one yet
#define P0_WEIGHT_KNOWN 200.0	// pings that a known usual loss counts for; nobody gives one yet
#define LENGTH_MAX_S	86400.0 // what is longer is absurd
#define SHAPE_LOG10_MAX 999.0	// what is told
#define ANSWERED	256	// memory: tests remembered, those of incidents that are over
#define RUNS		8192 // memory: terms remembered: the three scans ask for the same ones, and quiet bins are alike

#define DURING                                                                                                         \
	1e6 // a mark: instead of `a` what the bin of the change itself says, its loss being late; `b` is then prior_lost

struct run { // log_beta_run() of these four
	double lost, sent, a, b, value;
};

struct answered { // a whole test, by the hash of all that went into it
	uint64_t key;
	struct precedence said;
};

struct precedence_memo { // by hash; a place is taken over by the next that falls on it
	struct run runs[RUNS];
	struct answered answered[ANSWERED];
};

struct precedence_change {
	const struct precedence_input *in;
	size_t end; // bins looked at
	double prior_lost, prior_ok;
	double log_late, log_in_time; // of the shares of changes after the last probe of their bin, and before
	double *weight;		      // posterior that the change is in bin i
	size_t best;
	struct run *runs;
};

static int64_t precedence_ns_of(double seconds)
{
	return (int64_t)(seconds * (double)NS_PER_S);
}

static double precedence_clamp(double x, double low, double high)
{
	return x > low ? (x < high ? x : high) : low; // a NaN becomes `low`
}

static double precedence_loss_of(const struct precedence_bin *b)
{
	return b->sent ? (double)(b->lost < b->sent ? b->lost : b->sent) / b->sent : 0;
}

static double precedence_lost_of(const struct precedence_bin *b)
{
	return b->lost < b->sent ? b->lost : b->sent;
}

// Bins up to the first recovery after the worst loss (or what is nearly as bad).
static size_t precedence_stretch_end(const struct precedence_input *in)
{
	double bad = incident_value(in->decisions, PRECEDENCE_WORST),
	       calm = incident_value(in->decisions, PRECEDENCE_CALM), worst = 0;
	for (size_t i = 0; i < in->bin_count; i++)
		worst = fmax(worst, precedence_loss_of(&in->bins[i]));
	size_t quiet = 0, begin = 0;
	bool reached = false;
	for (size_t i = 0; i < in->bin_count; i++) {
		if (!in->bins[i].sent)
			continue;
		double loss = precedence_loss_of(&in->bins[i]);
		reached |= worst > 0 && loss >= bad * worst;
		if (!reached || loss > calm * worst) {
			quiet = 0;
			continue;
		}
		begin = quiet++ ? begin : i;
		if (quiet == (size_t)incident_value(in->decisions, PRECEDENCE_CALM_BINS))
			return begin;
	}
	return in->bin_count;
}

static void precedence_prior_set(struct precedence_change *c)
{
	const struct precedence_input *in = c->in;
	double p0 = incident_value(in->decisions, PRECEDENCE_P0_UNKNOWN),
	       weight = incident_value(in->decisions, PRECEDENCE_P0_WEIGHT);
	if (in->usual_sent && in->usual_lost <= in->usual_sent) {
		p0 = precedence_clamp((double)in->usual_lost / (double)in->usual_sent, P0_FLOOR, 0.9);
		weight = P0_WEIGHT_KNOWN;
	}
	c->prior_lost = p0 * weight;
	c->prior_ok = (1 - p0) * weight;
	double late = incident_value(in->decisions, PRECEDENCE_LATE);
	c->log_late = log(late);
	c->log_in_time = log(1 - late);
}

enum precedence_shape { SHAPE_ONSET, SHAPE_STRESS, SHAPE_STEP };

// What the bins after bin i say, given their totals and the sum of their own terms.
struct after {
	double sum, lost, sent;
};

static struct run *precedence_run_place(const struct precedence_change *c, double lost, double sent, double a, double b)
{
	uint64_t first = (uint64_t)lost * 7 + (uint64_t)(a * 64), second = (uint64_t)sent * 5 + (uint64_t)(b * 64);
	return &c->runs[hash_pair(first, second) % RUNS];
}

static double precedence_run_term(const struct precedence_change *c, double lost, double sent, double a, double b)
{
	struct run *r = precedence_run_place(c, lost, sent, a, b);
	if (r->lost != lost || r->sent != sent || r->a != a || r->b != b)
		*r = (struct run){lost, sent, a, b, log_beta_run(lost, sent, a, b)};
	return r->value;
}

static double precedence_bin_term(const struct precedence_change *c, const struct precedence_bin *b,
				  enum precedence_shape shape)
{
	double ramp = incident_value(c->in->decisions, PRECEDENCE_RAMP_PRIOR);
	return shape == SHAPE_STRESS ? precedence_run_term(c, precedence_lost_of(b), b->sent, ramp, ramp)
				     : precedence_run_term(c, precedence_lost_of(b), b->sent, 1, 0.5);
}

static double precedence_before_term(const struct precedence_change *c, double lost, double sent)
{
	return precedence_run_term(c, lost, sent, c->prior_lost, c->prior_ok);
}

static double precedence_during_term(const struct precedence_change *c, const struct precedence_bin *b,
				     enum precedence_shape shape)
{
	if (shape != SHAPE_ONSET)
		return precedence_run_term(c, precedence_lost_of(b), b->sent, 1, 1);
	double of = DURING + c->prior_ok;
	struct run *r = precedence_run_place(c, precedence_lost_of(b), b->sent, of, c->prior_lost);
	if (r->lost == precedence_lost_of(b) && r->sent == b->sent && r->a == of && r->b == c->prior_lost)
		return r->value;
	double all = c->prior_lost + c->prior_ok, share = incident_value(c->in->decisions, PRECEDENCE_LATE);
	double late = precedence_lost_of(b) * log(c->prior_lost / all) +
		      (b->sent - precedence_lost_of(b)) * log(c->prior_ok / all);
	double value = log_plus(log(share) + late, log(1 - share) + precedence_bin_term(c, b, shape));
	*r = (struct run){precedence_lost_of(b), b->sent, of, c->prior_lost, value};
	return value;
}

static double precedence_after_term(const struct precedence_change *c, const struct after *a,
				    enum precedence_shape shape)
{
	double step_a = incident_value(c->in->decisions, PRECEDENCE_STEP_A),
	       step_b = incident_value(c->in->decisions, PRECEDENCE_STEP_B);
	return shape == SHAPE_STEP ? precedence_run_term(c, a->lost, a->sent, step_a, step_b) : a->sum;
}

// log of the chance of bins [0, end) with the change in bin i, for each i with data (into weight[], else LOG_NEVER).
// Returns the same without any change.
static double precedence_change_scan(const struct precedence_change *c, size_t end, enum precedence_shape shape)
{
	struct after after = {0};
	double lost = 0, sent = 0;
	for (size_t i = 0; i < end; i++) {
		lost += precedence_lost_of(&c->in->bins[i]);
		sent += c->in->bins[i].sent;
	}
	double none = precedence_before_term(c, lost, sent);
	for (size_t i = end; i-- > 0;) {
		const struct precedence_bin *b = &c->in->bins[i];
		c->weight[i] = LOG_NEVER;
		if (!b->sent)
			continue;
		lost -= precedence_lost_of(b);
		sent -= b->sent;
		c->weight[i] = precedence_before_term(c, lost, sent) + precedence_during_term(c, b, shape) +
			       precedence_after_term(c, &after, shape);
		after.sum += shape == SHAPE_STEP ? 0 : precedence_bin_term(c, b, shape);
		after.lost += precedence_lost_of(b);
		after.sent += b->sent;
	}
	return none;
}

// `ret_sum`: without the prior of each bin.
static double precedence_weights_sum(const struct precedence_change *c, size_t end, double *ret_sum)
{
	double sum = LOG_NEVER;
	size_t n = 0;
	for (size_t i = 0; i < end; i++) {
		sum = log_plus(sum, c->weight[i]);
		n += c->in->bins[i].sent > 0;
	}
	*ret_sum = sum;
	return n ? sum - log((double)n) : LOG_NEVER;
}

// Turns weights into a posterior and finds the bins that hold its quantiles.
static size_t precedence_quantile(const struct precedence_change *c, double share)
{
	double sum = 0;
	size_t last = 0;
	for (size_t i = 0; i < c->end; i++) {
		sum += c->weight[i];
		last = c->weight[i] > 0 ? i : last;
		if (sum >= share)
			return i;
	}
	return last;
}

static bool precedence_onset_find(struct precedence_change *c, struct precedence *p)
{
	double none = precedence_change_scan(c, c->end, SHAPE_ONSET);
	double all, some = precedence_weights_sum(c, c->end, &all);
	if (some <= LOG_NEVER / 2 || some - none < incident_value(c->in->decisions, PRECEDENCE_ONSET_BF))
		return false;
	for (size_t i = 0; i < c->end; i++) {
		c->weight[i] = exp(c->weight[i] - all);
		c->best = c->weight[i] > c->weight[c->best] ? i : c->best;
	}
	int64_t w = precedence_ns_of(c->in->watch_interval_s);
	double tail = incident_value(c->in->decisions, PRECEDENCE_TAIL);
	const struct precedence_bin *bins = c->in->bins;
	size_t early = precedence_quantile(c, tail), before = early;
	while (before > 0 && !bins[before - 1].sent)
		before--; // where nothing is known, it may have begun
	p->onset = (struct moment){bins[c->best].time, bins[before].time,
				   instant_after(bins[precedence_quantile(c, 1 - tail)].time, w), 1 - 2 * tail};
	return true;
}

static void precedence_lead_find(const struct precedence_change *c, struct precedence *p)
{
	struct instant first = c->in->routes.first;
	p->has_lead = true;
	p->lead_s.best = instant_gap_s(p->onset.best, first);
	p->lead_s.from = instant_gap_s(p->onset.to, first);
	p->lead_s.to = instant_gap_s(p->onset.from, first) + c->in->resolution_s;
	double sum = 0, width = fmax(c->in->watch_interval_s, 1e-9);
	for (size_t i = 0; i < c->end; i++) { // anywhere in its bin
		double early = instant_gap_s(c->in->bins[i].time, first) - p->margin_s;
		sum += c->weight[i] * precedence_clamp(early / width, 0, 1);
	}
	p->p_loss_first = precedence_clamp(sum, 0, 1);
}

// Bins that are over before the first withdrawal.
static size_t precedence_shape_end(const struct precedence_change *c)
{
	struct instant first = c->in->routes.first;
	size_t end = c->end;
	int64_t w = precedence_ns_of(c->in->watch_interval_s);
	while (instant_known(first) && end > 0 && c->in->bins[end - 1].time.ns + w > first.ns)
		end--;
	return end;
}

static void precedence_partial_count(const struct precedence_change *c, size_t end, struct precedence *p)
{
	double partial = incident_value(c->in->decisions, PRECEDENCE_PARTIAL),
	       total = incident_value(c->in->decisions, PRECEDENCE_TOTAL);
	for (size_t i = c->best; i < end; i++) {
		const struct precedence_bin *b = &c->in->bins[i];
		double loss = precedence_loss_of(b);
		p->shape_bins += b->sent > 0;
		if (b->sent && loss >= partial && loss < total)
			p->partial_loss_s += c->in->watch_interval_s;
	}
}

static void precedence_shape_find(struct precedence_change *c, struct precedence *p)
{
	size_t end = precedence_shape_end(c);
	precedence_partial_count(c, end, p);
	if (!p->shape_bins)
		return;
	double none = precedence_change_scan(c, end, SHAPE_STRESS), sum;
	double stress = log_plus(precedence_weights_sum(c, end, &sum), none);
	none = precedence_change_scan(c, end, SHAPE_STEP);
	double step = log_plus(precedence_weights_sum(c, end, &sum), none);
	p->log10_shape_bf = precedence_clamp((stress - step) / log(10), -SHAPE_LOG10_MAX, SHAPE_LOG10_MAX);
}

// The first bin from the onset on with total loss that the next bin with data confirms (or that is the last).
static void precedence_total_find(const struct precedence_change *c, struct precedence *p)
{
	size_t since = c->end;
	for (size_t i = c->best; i < c->end; i++) {
		if (!c->in->bins[i].sent)
			continue;
		bool total = precedence_loss_of(&c->in->bins[i]) >= incident_value(c->in->decisions, PRECEDENCE_TOTAL);
		if (total && since < c->end)
			break;
		since = total ? i : c->end;
	}
	if (since < c->end)
		p->total_loss_at = c->in->bins[since].time;
}

// Whether the routes went when a hold timer ends after the last packet: [2H/3, H + two intervals], give or take what the
// two clocks resolve. The hold time, or 0.
static double precedence_hold_fits(const struct precedence_input *in, const struct precedence *p)
{
	const double usual[PRECEDENCE_HOLDS_MAX] = {incident_value(in->decisions, PRECEDENCE_HOLD_SHORT),
						    incident_value(in->decisions, PRECEDENCE_HOLD_MIDDLE),
						    incident_value(in->decisions, PRECEDENCE_HOLD_LONG)};
	double first = incident_value(in->decisions, PRECEDENCE_HOLD_FROM);
	bool known = false;
	for (size_t i = 0; i < PRECEDENCE_HOLDS_MAX; i++)
		known |= in->hold_times_s[i] > 0;
	if (!instant_known(p->total_loss_at))
		return 0;
	double gap = instant_gap_s(p->total_loss_at, in->routes.first);
	double slack = in->watch_interval_s + in->resolution_s;
	for (size_t i = 0; i < PRECEDENCE_HOLDS_MAX; i++) {
		double hold = known ? in->hold_times_s[i] : usual[i];
		if (hold > 0 && gap >= first * hold - slack &&
		    gap <= hold + 2 * in->watch_interval_s + in->resolution_s)
			return hold;
	}
	return 0;
}

static double precedence_hold_longest(const struct precedence_input *in)
{
	double longest = 0;
	for (size_t i = 0; i < PRECEDENCE_HOLDS_MAX; i++)
		longest = fmax(longest, in->hold_times_s[i]);
	return longest > 0 ? longest : incident_value(in->decisions, PRECEDENCE_HOLD_LONG);
}

static enum precedence_reading precedence_reading_of(const struct precedence_input *in, struct precedence *p)
{
	if (!instant_known(in->routes.first))
		return READING_NO_WITHDRAWAL;
	if (p->lead_s.best < -p->margin_s)
		return READING_CONTROL_FIRST;
	if (p->lead_s.best <= p->margin_s)
		return READING_TIE;
	double clear = incident_value(in->decisions, PRECEDENCE_SHAPE_CLEAR);
	if (p->log10_shape_bf >= clear)
		return READING_STRESS_SHAPED;
	double hold = precedence_hold_fits(in, p);
	if (hold > 0 && p->log10_shape_bf <= 0) {
		p->hold_time_s = hold;
		return READING_SESSION_EXPIRED;
	}
	// Longer than any timer, and lossy for half of it: no cut does that.
	bool longer = p->lead_s.best > precedence_hold_longest(in) + p->margin_s;
	if (longer && p->log10_shape_bf > -clear && 2 * p->partial_loss_s >= p->lead_s.best)
		return READING_STRESS_SHAPED;
	return READING_AMBIGUOUS;
}

// What cannot be a length of time becomes 0, what is absurd a day.
static struct precedence_input precedence_checked(const struct precedence_input *in)
{
	struct precedence_input own = *in;
	own.watch_interval_s = precedence_clamp(in->watch_interval_s, 0, LENGTH_MAX_S);
	own.resolution_s = precedence_clamp(in->resolution_s, 0, LENGTH_MAX_S);
	own.margin_s = precedence_clamp(in->margin_s, 0, LENGTH_MAX_S);
	return own;
}

struct precedence_memo *precedence_memo_create(void)
{
	return alloc_zero(1, sizeof(struct precedence_memo));
}

void precedence_memo_free(struct precedence_memo *m)
{
	free(m);
}

static void precedence_run(const struct precedence_input *in, struct precedence *ret)
{
	struct precedence_input own = precedence_checked(in);
	*ret = (struct precedence){.total_loss_at = INSTANT_NONE};
	ret->onset = (struct moment){INSTANT_NONE, INSTANT_NONE, INSTANT_NONE, 0};
	ret->margin_s = own.margin_s > 0 ? own.margin_s : 2 * own.watch_interval_s + own.resolution_s;
	struct precedence_change c = {.in = &own, .end = precedence_stretch_end(in)};
	c.weight = alloc_zero(in->bin_count + 1, sizeof(*c.weight));
	struct precedence_memo *own_memo = in->memo ? NULL : precedence_memo_create();
	c.runs = in->memo ? in->memo->runs : own_memo->runs;
	precedence_prior_set(&c);
	if (precedence_onset_find(&c, ret)) {
		if (instant_known(own.routes.first))
			precedence_lead_find(&c, ret);
		precedence_shape_find(&c, ret);
		precedence_total_find(&c, ret);
		ret->reading = precedence_reading_of(&own, ret);
	}
	free(c.weight);
	precedence_memo_free(own_memo);
}

// Never 0.
static uint64_t precedence_key(const struct precedence_input *in)
{
	uint64_t key = hash_bytes(in->bins, in->bin_count * sizeof(*in->bins));
	const double lengths[] = {in->watch_interval_s, in->resolution_s,    in->margin_s,	 in->hold_times_s[0],
				  in->hold_times_s[1],	in->hold_times_s[2], in->hold_times_s[3]};
	const uint64_t numbers[] = {in->usual_sent, in->usual_lost, (uint64_t)in->routes.first.ns,
				    (uint64_t)in->routes.half.ns, (uint64_t)in->routes.most.ns};
	key = hash_pair(key, hash_bytes(lengths, sizeof(lengths)));
	return hash_pair(key, hash_bytes(numbers, sizeof(numbers))) | 1;
}

void precedence_test(const struct precedence_input *in, struct precedence *ret)
{
	must(in->bins || !in->bin_count);
	if (!in->memo) {
		precedence_run(in, ret);
		return;
	}
	uint64_t key = precedence_key(in);
	struct answered *a = &in->memo->answered[key / 2 % ANSWERED];
	if (a->key != key) {
		precedence_run(in, &a->said);
		a->key = key;
	}
	*ret = a->said;
}

static int precedence_instant_compare(const void *a, const void *b)
{
	const struct instant *x = a, *y = b;
	return x->ns < y->ns ? -1 : x->ns > y->ns;
}

struct precedence_routes precedence_routes_of(struct instant *withdrawals, size_t count, size_t networks)
{
	must(withdrawals || !count);
	struct precedence_routes r = {INSTANT_NONE, INSTANT_NONE, INSTANT_NONE};
	size_t half = (networks + 1) / 2, most = networks - networks / 100;
	qsort(withdrawals, count, sizeof(*withdrawals), precedence_instant_compare);
	if (count)
		r.first = withdrawals[0];
	if (half && count >= half)
		r.half = withdrawals[half - 1];
	if (most && count >= most)
		r.most = withdrawals[most - 1];
	return r;
}

const char *precedence_reading_name(enum precedence_reading r)
{
	static const char *const names[] = {[READING_NO_LOSS] = "no loss",
					    [READING_NO_WITHDRAWAL] = "no withdrawal",
					    [READING_CONTROL_FIRST] = "control plane first",
					    [READING_TIE] = "tie",
					    [READING_SESSION_EXPIRED] = "session expired after total loss",
					    [READING_STRESS_SHAPED] = "loss first, stress-shaped",
					    [READING_AMBIGUOUS] = "ambiguous"};
	must((size_t)r < ARRAY_LEN(names));
	return names[r];
}
