// SPDX-License-Identifier: ISC
// Feeds the tests of an incident from its dossier and copies what they say.
#include "incident/describe.h"

#include "base/alloc.h"
#include "incident/assemble.h"
#include "incident/concurrency.h"
#include "incident/onset.h"
#include "incident/phases.h"
#include "incident/precedence.h"
#include "incident/recovery.h"
#include "incident/returns.h"

#include <stdlib.h>

#define QUIET_BINS 32 // intervals before a start that tell what is lost anyway

static int64_t describe_intervals_ns(const struct story_input *in, enum incident_decision which)
{
	return (int64_t)(incident_value(in->decisions, which) * (double)in->dossier->width_ns);
}

static double describe_width_s(const struct dossier *d)
{
	return (double)d->width_ns / (double)NS_PER_S;
}

// Belief per block is read off the same pings as loss: it has no place of its own in the order.
static void describe_order_fill(const struct story_input *in, struct story *n)
{
	struct moment starts[INCIDENT_SIGNALS_MAX];
	size_t group[INCIDENT_SIGNALS_MAX], order[INCIDENT_SIGNALS_MAX];
	bool loss = story_signal(n, SIGNAL_LOSS) != NULL;
	for (size_t i = 0; i < n->signal_count; i++) {
		starts[i] = n->signals[i].start;
		if (loss && n->signals[i].signal == SIGNAL_BLOCKS)
			starts[i].best = INSTANT_NONE;
	}
	recovery_order(starts, n->signal_count, moment_margin_s(describe_width_s(in->dossier), MOMENT_STAMP_S), group,
		       order);
	for (size_t i = 0; i < n->signal_count; i++)
		n->order_group[i] = group[i] == ORDER_NONE ? UINT8_MAX : (uint8_t)group[i];
}

// ---- phases ----

struct routed { // walks the routing samples beside the intervals
	const struct dossier *d;
	size_t next;
	double share; // negative: not known
};

static double describe_routed_at(struct routed *r, int64_t until)
{
	while (r->next < r->d->route_count && r->d->routes[r->next].time.ns < until) {
		const struct sample *s = &r->d->routes[r->next++];
		r->share = s->of_networks ? s->sight : -1;
	}
	return r->share;
}

static size_t describe_points_of_bins(const struct story_input *in, const struct story *n, int64_t end,
				      struct phase_point *points)
{
	const struct dossier *d = in->dossier;
	int64_t after = describe_intervals_ns(in, STORY_AFTER_INTERVALS);
	struct routed routed = {.d = d, .share = -1};
	size_t count = 0;
	for (size_t i = 0; i < d->bin_count; i++) {
		const struct pulse_bin *b = &d->bins[i];
		double share = describe_routed_at(&routed, b->time.ns + d->width_ns);
		if (b->time.ns < n->start.from.ns - d->width_ns || b->time.ns > end + after)
			continue;
		double answering = b->units ? (double)b->units_up / b->units : -1;
		points[count++] = (struct phase_point){b->time, answering, share};
	}
	return count;
}

static size_t describe_points_of_routes(const struct dossier *d, const struct story *n, struct phase_point *points)
{
	size_t count = 0;
	for (size_t i = 0; i < d->route_count; i++) {
		const struct sample *s = &d->routes[i];
		if (s->time.ns < n->start.from.ns)
			continue;
		// A sample stands until the next one: said twice, it counts as lasting.
		double share = s->of_networks ? s->sight : -1;
		points[count++] = (struct phase_point){s->time, -1, share};
		points[count++] = (struct phase_point){instant_after(s->time, 1), -1, share};
	}
	return count;
}

static double describe_usual_sight(const struct story_input *in, const struct story *n)
{
	const struct dossier *d = in->dossier;
	double usual = 0;
	for (size_t i = 0; i < d->route_count && d->routes[i].time.ns < n->start.from.ns; i++)
		if (d->routes[i].of_networks)
			usual = d->routes[i].sight;
	return usual >= incident_value(in->decisions, STORY_SIGHT_MIN) ? usual : 0;
}

static bool describe_has_routing(const struct story *n)
{
	for (size_t i = 0; i < n->signal_count; i++)
		if (n->signals[i].signal < SIGNAL_ROUTING_COUNT)
			return true;
	return false;
}

// A phase belongs to its incident: what is still not as usual when it is over is another affair.
static void describe_phases_trim(struct story *n, struct instant last)
{
	if (n->state != INCIDENT_CLOSED)
		return;
	while (n->phase_count && n->phases[n->phase_count - 1].from.ns > last.ns &&
	       strcmp(n->phases[n->phase_count - 1].phase, phase_name(PHASE_BACK)) != 0)
		n->phase_count--;
	struct incident_phase *end = n->phase_count ? &n->phases[n->phase_count - 1] : NULL;
	if (end && strcmp(end->phase, phase_name(PHASE_BACK)) != 0 && (!instant_known(end->to) || end->to.ns > last.ns))
		end->to = last;
}

static void describe_phases_fill(const struct story_input *in, struct story *n)
{
	const struct dossier *d = in->dossier;
	if (!n->signal_count) // another origin beside it: nothing of its own left the table or fell silent
		return;
	size_t room = d->bin_count ? d->bin_count : 2 * d->route_count;
	struct phase_point *points = alloc_zero(room, sizeof(*points));
	size_t count = d->bin_count ? describe_points_of_bins(in, n, story_last(n, d->last), points)
				    : describe_points_of_routes(d, n, points);
	for (size_t i = 0; i < count && !describe_has_routing(n); i++)
		points[i].routed = -1; // routes took no part: what they did is no phase of it
	struct phase_input input = {
		.points = points,
		.count = count,
		.usual_routed = describe_usual_sight(in, n),
		.visibility = in->visibility,
		.decisions = in->decisions,
	};
	struct phases found;
	phases_find(&input, &found);
	if (found.dropped)
		limits_reach(in->limits, LIMIT_PHASES);
	for (size_t i = 0; i < found.count && i < INCIDENT_PHASES_MAX; i++)
		n->phases[n->phase_count++] =
			(struct incident_phase){phase_name(found.at[i].kind), found.at[i].from, found.at[i].to};
	describe_phases_trim(n, instant_of_ns(story_last(n, d->last)));
	free(points);
}

// ---- concurrency ----

static uint32_t describe_text_key(const char *text)
{
	return text ? (uint32_t)hash_bytes(text, strlen(text)) | 1 : 0;
}

static void describe_unit_keys(struct concurrency_unit *u, const struct target *t)
{
	uint64_t half;
	memcpy(&half, t->address.bytes, sizeof(half));
	u->slash24 =
		t->address.family == FAMILY_V4 ? (v4_number(t->address.bytes) >> 8) + 1 : (uint32_t)hash_mix(half) | 1;
	if (!u->institution)
		u->institution = describe_text_key(t->institution);
}

// One unit per distinct address of the entity; *ret_place: by unit number, place in the list + 1.
static struct concurrency_unit *describe_units_of(const struct story_input *in, const struct story *n,
						  size_t *ret_count, uint32_t *place)
{
	const struct dossier *d = in->dossier;
	struct concurrency_unit *units = alloc_zero(target_units(in->targets), sizeof(*units));
	struct instant since = instant_known(in->since) || !d->bin_count ? in->since : d->bins[0].time;
	double hours = instant_known(since) ? instant_gap_s(since, n->start.best) / 3600 : 0;
	*ret_count = 0;
	for (uint32_t i = 0; i < target_count(in->targets); i++) {
		const struct target *t = target_at(in->targets, i);
		if (t->entity != n->entity || t->kind == TARGET_BORDER || t->kind == TARGET_CONTROL)
			continue;
		if (!place[t->unit]) {
			units[*ret_count] = (struct concurrency_unit){
				.up_hours = hours > 0 ? hours : 0,
				.last_ok = n->start.from,
				.first_fail = INSTANT_NONE,
			};
			place[t->unit] = (uint32_t)++ * ret_count;
		}
		describe_unit_keys(&units[place[t->unit] - 1], t);
	}
	return units;
}

// What happened to the unit before the incident, and its failure in it. Of a machine with several services the one that
// failed most often counts.
static void describe_change_mark(struct concurrency_unit *u, const struct target_change *c, int64_t first, int64_t end)
{
	if (c->first_fail.ns < first) {
		uint32_t onsets = c->onsets + c->down; // of one that is back its failure is counted
		u->onsets = onsets > u->onsets ? onsets : u->onsets;
		return;
	}
	bool earlier = instant_known(u->first_fail) && u->first_fail.ns <= c->first_fail.ns;
	if (!c->down || c->first_fail.ns > end || earlier)
		return;
	u->first_fail = c->first_fail;
	u->last_ok = c->last_ok;
}

static void describe_failures_mark(const struct story_input *in, const struct story *n, struct concurrency_unit *units,
				   const uint32_t *place)
{
	const struct dossier *d = in->dossier;
	int64_t first = n->start.from.ns - 2 * d->width_ns, end = story_last(n, d->last);
	for (size_t i = 0; i < d->change_count; i++) {
		const struct target *t = target_at(in->targets, d->changes[i].target);
		if (place[t->unit])
			describe_change_mark(&units[place[t->unit] - 1], &d->changes[i], first, end);
	}
}

static bool describe_routes_all_gone(const struct story *n)
{
	const struct detection *routes = story_signal(n, SIGNAL_ROUTES);
	return routes && routes->lowest == 0;
}

static void describe_concurrency_copy(struct story *n, const struct concurrency *found)
{
	n->concurrency = (struct incident_concurrency){
		.known = true,
		.units = (uint32_t)found->units,
		.failed = (uint32_t)found->failed,
		.window_s = found->window_s,
		.expected_per_year = found->expected_per_year,
		.synchrony_s = found->synchrony_s,
		.verdict = concurrency_verdict_name(found->verdict),
		.level = concurrency_common_name(found->common),
	};
}

// If the failed ones are the whole of a /24, chance has to find just these: they are tested alone, for each /24 there is.
static void describe_concurrency_of_group(struct concurrency_unit *units, const struct concurrency_input *all,
					  struct story *n, const struct concurrency *found)
{
	uint32_t key = units[found->common_unit].slash24;
	size_t own = 0, groups = 0;
	for (size_t i = 0; i < all->count; i++) {
		bool first = true;
		for (size_t k = 0; k < i && first; k++)
			first = units[k].slash24 != units[i].slash24;
		groups += first;
	}
	for (size_t i = 0; i < all->count; i++) // those of the group to the front
		if (units[i].slash24 == key) {
			struct concurrency_unit swap = units[own];
			units[own++] = units[i];
			units[i] = swap;
		}
	struct concurrency_input input = *all;
	struct concurrency alone;
	input.count = own;
	concurrency_test(&input, &alone);
	alone.expected_per_year *= (double)groups;
	if (alone.verdict != CONCURRENT || alone.failed < alone.units ||
	    alone.expected_per_year > incident_value(all->decisions, CONCURRENCY_RARE))
		return;
	n->concurrency.expected_per_year = alone.expected_per_year;
	n->concurrency.window_s = alone.window_s;
	n->concurrency.verdict = concurrency_verdict_name(CONCURRENT_PARTLY);
}

static bool describe_verdict_is(const struct story *n, enum concurrency_verdict v)
{
	return n->concurrency.known && strcmp(n->concurrency.verdict, concurrency_verdict_name(v)) == 0;
}

// Routes that left for more than a moment, series, news of origins: evidence of the whole beside the machines.
static bool describe_own_evidence(const struct story_input *in, const struct story *n)
{
	const struct dossier *d = in->dossier;
	int64_t end = story_last(n, d->last);
	bool own = n->by_origins;
	for (size_t i = 0; i < d->detection_count; i++) {
		const struct detection *one = &d->detections[i];
		bool within = one->start.best.ns >= n->start.best.ns && one->start.best.ns <= end;
		own |= within && one->signal < SIGNAL_ROUTING_COUNT && !assemble_flap(in->decisions, d, one);
		own |= within && one->signal == SIGNAL_SERIES;
	}
	return own;
}

// Whether all that was lost in the intervals [from, to) were machines that were down.
static bool describe_only_machines(const struct story_input *in, int64_t from, int64_t to)
{
	const struct dossier *d = in->dossier;
	double lost = 0, sent = 0, down = 0, units = 0;
	for (size_t i = 0; i < d->bin_count; i++) {
		const struct pulse_bin *b = &d->bins[i];
		if (b->time.ns < from || b->time.ns >= to)
			continue;
		lost += b->lost;
		sent += b->sent;
		down += b->units - b->units_up;
		units += b->units;
	}
	return sent > 0 && units > 0 && lost / sent - down / units < incident_value(in->decisions, STORY_EXCESS);
}

// Where no service was asked, whether single machines are all that is lost: some were down, no few of them in one moment, and nothing
// but those was lost.
static bool describe_machines_alone(const struct story_input *in, const struct story *n)
{
	int64_t end = instant_known(n->end.from) ? n->end.from.ns : INT64_MAX;
	double moment_s = 2 * (double)in->dossier->width_ns / (double)NS_PER_S;
	bool together = (double)n->concurrency.failed >= incident_value(in->decisions, CONCURRENCY_FAILED) &&
			n->concurrency.synchrony_s <= moment_s;
	return n->units_down && !together && describe_only_machines(in, n->start.to.ns, end);
}

// Machines that fail one by one, as machines do, are no outage of the whole: what rests on them alone is a matter of
// services.
static void describe_scope_judge(const struct story_input *in, struct story *n)
{
	double down = n->units ? (double)n->units_down / (double)n->units : 0;
	if (!describe_verdict_is(n, CONCURRENT_NOT) || down >= incident_value(in->decisions, STORY_COMMON_SHARE) ||
	    describe_own_evidence(in, n) || (!in->dossier->witness.services && !describe_machines_alone(in, n)))
		return;
	n->scope = SCOPE_SERVICE;
	n->fraction_down = down;
}

static int describe_by_instant(const void *a, const void *b)
{
	const struct instant *x = a, *y = b;
	return x->ns < y->ns ? -1 : x->ns > y->ns;
}

// First failure of the earliest few intervals in which half of all that failed did; unknown: there are none.
static struct instant describe_common_onset(const struct story_input *in, const struct concurrency_unit *units,
					    size_t count)
{
	struct instant *at = alloc_zero(count, sizeof(*at)), found = INSTANT_NONE;
	int64_t within = describe_intervals_ns(in, STORY_COMMON_INTERVALS);
	double half = incident_value(in->decisions, STORY_COMMON_HALF);
	size_t failed = 0;
	for (size_t i = 0; i < count; i++)
		if (instant_known(units[i].first_fail))
			at[failed++] = units[i].first_fail;
	if (failed)
		qsort(at, failed, sizeof(*at), describe_by_instant);
	for (size_t i = 0, end = 0; i < failed && !instant_known(found); i++) {
		while (end < failed && at[end].ns - at[i].ns <= within)
			end++;
		if ((double)(end - i) >= half * (double)failed)
			found = at[i];
	}
	free(at);
	return found;
}

// If only single machines had been down until half of all went at a time, it began when they went.
static void describe_start_judge(const struct story_input *in, struct story *n, struct instant common)
{
	const struct dossier *d = in->dossier;
	if (!describe_verdict_is(n, CONCURRENT) || !instant_known(common) ||
	    common.ns - n->start.to.ns < describe_intervals_ns(in, STORY_LONG_INTERVALS))
		return;
	int64_t before = common.ns - 2 * d->width_ns;
	for (size_t i = 0; i < n->signal_count; i++) {
		uint8_t s = n->signals[i].signal;
		bool counts = s < SIGNAL_ROUTING_COUNT || s == SIGNAL_SERIES || s == SIGNAL_LATENCY;
		if (counts && n->signals[i].start.best.ns < before)
			return;
	}
	if (!describe_only_machines(in, n->start.from.ns, before))
		return;
	n->start = (struct moment){common, instant_after(common, -d->width_ns), common, 0.9};
}

static void describe_concurrency_fill(const struct story_input *in, struct story *n)
{
	if (!in->targets || !in->dossier->bin_count)
		return;
	size_t count;
	uint32_t *place = alloc_zero(target_units(in->targets), sizeof(*place));
	struct concurrency_unit *units = describe_units_of(in, n, &count, place);
	describe_failures_mark(in, n, units, place);
	struct concurrency_input input = {
		.units = units,
		.count = count,
		.watch_interval_s = describe_width_s(in->dossier),
		.routes_all_gone = describe_routes_all_gone(n),
		.decisions = in->decisions,
	};
	struct concurrency found;
	concurrency_test(&input, &found);
	describe_concurrency_copy(n, &found);
	if (found.verdict == CONCURRENT_NOT && found.common == COMMON_SLASH24 && found.common_units == found.failed)
		describe_concurrency_of_group(units, &input, n, &found);
	describe_start_judge(in, n, describe_common_onset(in, units, count));
	free(units);
	free(place);
}

// ---- precedence ----

// The end of the last loss that was over before this incident began: what was lost then is another story.
static int64_t describe_loss_before(const struct story_input *in, const struct story *n)
{
	const struct dossier *d = in->dossier;
	int64_t last = n->start.best.ns - incident_ns(in->decisions, STORY_BEFORE_S);
	for (size_t i = 0; i < d->detection_count; i++) {
		const struct detection *one = &d->detections[i];
		bool over = instant_known(one->end.best) && one->end.to.ns < n->start.from.ns;
		if (one->signal == SIGNAL_LOSS && over && one->end.to.ns > last)
			last = one->end.to.ns;
	}
	return last;
}

static size_t describe_loss_bins(const struct story_input *in, const struct story *n, struct precedence_bin *bins)
{
	const struct dossier *d = in->dossier;
	size_t count = 0;
	int64_t begin = describe_loss_before(in, n),
		end = story_last(n, d->last) + describe_intervals_ns(in, STORY_AFTER_INTERVALS);
	for (size_t i = 0; i < d->bin_count; i++) {
		const struct pulse_bin *b = &d->bins[i];
		if (b->time.ns >= begin && b->time.ns <= end)
			bins[count++] = (struct precedence_bin){b->time, b->sent, b->lost};
	}
	return count;
}

static void describe_precedence_fill(const struct story_input *in, struct story *n)
{
	const struct dossier *d = in->dossier;
	const struct detection *routes = story_signal(n, SIGNAL_ROUTES);
	if (!d->bin_count)
		return;
	struct precedence_bin *bins = alloc_zero(d->bin_count, sizeof(*bins));
	struct precedence_input input = {
		.bins = bins,
		.bin_count = describe_loss_bins(in, n, bins),
		.watch_interval_s = describe_width_s(d),
		.resolution_s = MOMENT_STAMP_S,
		.decisions = in->decisions,
		.routes = {INSTANT_NONE, INSTANT_NONE, INSTANT_NONE},
		.memo = in->memo,
	};
	for (size_t i = 0; i < in->hold_time_count && i < PRECEDENCE_HOLDS_MAX; i++)
		input.hold_times_s[i] = in->hold_times[i];
	if (routes)
		input.routes = (struct precedence_routes){routes->start.best, routes->fall[PROFILE_50],
							  routes->fall[PROFILE_10]};
	struct precedence found;
	precedence_test(&input, &found);
	n->precedence = (struct incident_precedence){
		.known = true,
		.has_lead = found.has_lead,
		.lead_best = found.lead_s.best,
		.lead_from = found.lead_s.from,
		.lead_to = found.lead_s.to,
		.p_loss_first = found.p_loss_first,
		.has_shape = found.shape_bins > 0,
		.log10_shape_bf = found.log10_shape_bf,
		.reading = found.reading == READING_NO_WITHDRAWAL && !d->route_count
				   ? READING_UNSEEN
				   : precedence_reading_name(found.reading),
		.partial_loss_s = found.partial_loss_s,
	};
	free(bins);
}

// ---- recovery ----

static uint8_t describe_signal_of_op(uint8_t op)
{
	static const uint8_t signals[PROBE_OP_COUNT] = {
		[PROBE_ICMP_ECHO] = SIGNAL_LOSS,    [PROBE_TCP_CONNECT] = SIGNAL_SERVICE_TCP,
		[PROBE_DNS] = SIGNAL_SERVICE_DNS,   [PROBE_TLS] = SIGNAL_SERVICE_TLS,
		[PROBE_HTTP] = SIGNAL_SERVICE_HTTP, [PROBE_SMTP] = SIGNAL_SERVICE_SMTP,
	};
	return op < PROBE_OP_COUNT ? signals[op] : SIGNAL_COUNT;
}

// The last time each target of the class came back within the incident; unknown where it has not.
static size_t describe_returns_of(const struct story_input *in, const struct story *n, uint8_t signal,
				  struct instant *returns, uint32_t *place)
{
	const struct dossier *d = in->dossier;
	int64_t first = n->start.from.ns - 2 * d->width_ns, end = story_last(n, d->last);
	size_t count = 0;
	memset(place, 0, target_count(in->targets) * sizeof(*place));
	for (size_t i = 0; i < d->change_count; i++) {
		const struct target_change *c = &d->changes[i];
		const struct target *t = target_at(in->targets, c->target);
		uint8_t own = t->kind == TARGET_HOST ? SIGNAL_LOSS : describe_signal_of_op(t->op);
		if (own != signal)
			continue;
		if (c->down && c->first_fail.ns >= first && c->first_fail.ns <= end) {
			if (!place[c->target])
				place[c->target] = (uint32_t)++count;
			returns[place[c->target] - 1] = INSTANT_NONE;
		} else if (!c->down && place[c->target] && !instant_known(returns[place[c->target] - 1])) {
			returns[place[c->target] - 1] = c->recovered; // and not that of a later failure
		}
	}
	return count;
}

static void describe_recovery_add(struct story *n, uint8_t signal, const struct recovery *r)
{
	n->recovery[n->recovery_count++] = (struct incident_recovery){
		.signal = signal, .t10 = r->t10, .t50 = r->t50, .t90 = r->t90, .units = (uint32_t)r->units};
}

static void describe_recovery_rank(const struct story_input *in, struct story *n)
{
	struct moment at[SIGNAL_COUNT];
	size_t group[SIGNAL_COUNT], order[SIGNAL_COUNT];
	for (size_t i = 0; i < n->recovery_count; i++)
		at[i] = (struct moment){n->recovery[i].t50, n->recovery[i].t50, n->recovery[i].t50, 0.9};
	recovery_order(at, n->recovery_count, moment_margin_s(describe_width_s(in->dossier), MOMENT_STAMP_S), group,
		       order);
	for (size_t i = 0; i < n->recovery_count; i++)
		n->recovery[i].rank = group[i] == ORDER_NONE ? UINT8_MAX : (uint8_t)group[i];
}

static void describe_recovery_fill(const struct story_input *in, struct story *n)
{
	const struct detection *routes = story_signal(n, SIGNAL_ROUTES);
	if (routes) {
		struct recovery r = {routes->rise[PROFILE_10], routes->rise[PROFILE_50], routes->rise[PROFILE_90], 0,
				     0};
		if (!instant_known(r.t50))
			r.t50 = routes->end.best; // a part left: the profile never fell so deep
		r.units = routes->baseline - routes->lowest;
		describe_recovery_add(n, SIGNAL_ROUTES, &r);
	}
	if (in->targets && in->dossier->change_count) {
		struct instant *returns = alloc_zero(target_count(in->targets), sizeof(*returns));
		uint32_t *place = alloc_zero(target_count(in->targets), sizeof(*place));
		for (uint8_t s = SIGNAL_LOSS; s <= SIGNAL_SERVICE_TCP; s++) {
			size_t count = describe_returns_of(in, n, s, returns, place);
			struct recovery r = recovery_class(returns, count);
			if (count)
				describe_recovery_add(n, s, &r);
		}
		free(returns);
		free(place);
	}
	describe_recovery_rank(in, n);
}

// ---- start ----

// The hosts that failed with it.
static size_t describe_units_at_start(const struct story_input *in, const struct story *n, struct onset_unit *units)
{
	const struct dossier *d = in->dossier;
	int64_t first = n->start.from.ns - d->width_ns, last = n->start.to.ns + 2 * d->width_ns;
	size_t count = 0;
	for (size_t i = 0; i < d->change_count; i++) {
		const struct target_change *c = &d->changes[i];
		const struct target *t = target_at(in->targets, c->target);
		bool host = t->kind == TARGET_HOST && t->op == PROBE_ICMP_ECHO;
		if (host && c->down && instant_known(c->last_ok) && c->first_fail.ns >= first &&
		    c->first_fail.ns <= last)
			units[count++] = (struct onset_unit){c->last_ok, c->first_fail};
	}
	return count;
}

// The share of pings that was lost in the last intervals before it began.
static double describe_lost_before(const struct story_input *in, const struct story *n)
{
	const struct dossier *d = in->dossier;
	double sent = 0, lost = 0;
	for (size_t i = 0; i < d->bin_count && instant_known(n->start.from); i++) {
		const struct pulse_bin *b = &d->bins[i];
		bool before = b->time.ns + d->width_ns <= n->start.from.ns &&
			      b->time.ns >= n->start.from.ns - QUIET_BINS * d->width_ns;
		sent += before ? b->sent : 0;
		lost += before ? b->lost : 0;
	}
	return sent > 0 ? lost / sent : 0;
}

// Where much is lost anyway, the first failures are not of this loss, and only the intervals tell when it began.
static void describe_start_of_loss(const struct story_input *in, struct story *n)
{
	int64_t near = n->start.best.ns + 2 * in->dossier->width_ns;
	for (size_t i = 0; i < n->signal_count; i++) {
		const struct detection *d = &n->signals[i];
		if (d->signal == SIGNAL_LOSS && d->start.best.ns >= n->start.best.ns && d->start.best.ns <= near)
			n->start = d->start;
	}
}

// Whether early signs tell of a start before what failed.
static bool describe_start_is_wide(const struct story *n)
{
	const struct detection *failed = story_failed_first(n);
	return failed && n->start.from.ns < failed->start.from.ns;
}

static void describe_start_refine(const struct story_input *in, struct story *n)
{
	if (describe_lost_before(in, n) * incident_value(in->decisions, ONSET_SIDE) > 1) {
		describe_start_of_loss(in, n);
		return;
	}
	if (!in->targets || !in->dossier->change_count || !instant_known(n->start.best) || describe_start_is_wide(n))
		return;
	struct onset_unit *units = alloc_zero(in->dossier->change_count, sizeof(*units));
	onset_of_step(in->decisions, units, describe_units_at_start(in, n, units), in->dossier->width_ns, &n->start);
	free(units);
}

void describe_story(const struct story_input *in, struct story *n)
{
	describe_concurrency_fill(in, n);
	describe_scope_judge(in, n);
	describe_order_fill(in, n);
	describe_phases_fill(in, n);
	describe_precedence_fill(in, n);
	describe_recovery_fill(in, n);
	returns_fill(in, n);
	describe_start_refine(in, n); // last: see story.c
}
