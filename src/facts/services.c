// SPDX-License-Identifier: ISC
// Services and hosts of an incident: how many failed, how, in which time, and whether their machines answered below.
#include "facts/facts_priv.h"

#include "base/alloc.h"
#include "base/numbers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct failures { // by target
	bool *failed;
	bool *down; // since before, and not back when it began
	uint8_t *outcome;
	int64_t *when; // first failure, ns
};

static void services_failures_find(const struct facts_input *in, const struct story *n, struct failures *f)
{
	const struct dossier *d = in->dossier;
	int64_t first =
		n->start.from.ns - (int64_t)(facts_value(in->decisions, FACTS_MARGIN_INTERVALS) * (double)d->width_ns);
	int64_t end = story_last(n, d->last);
	for (size_t i = 0; i < d->change_count; i++) {
		const struct target_change *c = &d->changes[i];
		if (c->down ? c->first_fail.ns < first : c->recovered.ns < first)
			f->down[c->target] = c->down;
		if (!c->down || c->first_fail.ns < first || c->first_fail.ns > end || f->failed[c->target])
			continue;
		f->failed[c->target] = true;
		f->outcome[c->target] = c->outcome;
		f->when[c->target] = c->first_fail.ns;
	}
}

// From the first to the last, a tenth left out at each end where there are enough.
static double services_spread(int64_t *times, size_t n)
{
	if (n < 2)
		return NAN;
	qsort(times, n, sizeof(*times), numbers_by_int64);
	size_t out = n / 10;
	return (double)(times[n - 1 - out] - times[out]) / (double)NS_PER_S;
}

static void services_count(struct facts_services *s, const struct target *t, bool failed, uint8_t outcome)
{
	bool dns = t->op == PROBE_DNS;
	s->watched++;
	s->dns += dns;
	if (!failed)
		return;
	s->failed++;
	s->dns_failed += dns;
	s->refused += outcome == PROBE_REFUSED || outcome == PROBE_RESET || outcome == PROBE_EOF;
	s->http_errors += outcome == PROBE_HTTP_ERROR;
}

struct facts_services_host { // a host
	uint32_t number;     // of its /24
	bool failed;
	int64_t time;
};

static int services_by_block(const void *a, const void *b)
{
	const struct facts_services_host *x = a, *y = b;
	return (x->number > y->number) - (x->number < y->number);
}

static size_t services_hosts_of(const struct facts_input *in, const struct story *n, const struct failures *f,
				struct facts_services_host *list)
{
	size_t hosts = 0;
	for (uint32_t i = 0; i < target_count(in->targets); i++) {
		const struct target *t = target_at(in->targets, i);
		bool host = t->entity == n->entity && t->kind == TARGET_HOST && t->op == PROBE_ICMP_ECHO;
		if (host && t->address.family == FAMILY_V4)
			list[hosts++] = (struct facts_services_host){v4_number(t->address.bytes) >> 8, f->failed[i],
								     f->when[i]};
	}
	if (hosts)
		qsort(list, hosts, sizeof(*list), services_by_block);
	return hosts;
}

// How many /24s went, and the median over them of the time in which their hosts did.
static void services_blocks_fill(const struct decisions *v, const struct facts_services_host *list, size_t hosts,
				 struct facts_services *ret)
{
	size_t several = (size_t)facts_value(v, FACTS_BLOCK_HOSTS);
	double *spreads = alloc_zero(hosts + 1, sizeof(*spreads));
	size_t known = 0;
	for (size_t i = 0; i < hosts;) {
		size_t first = i, failed = 0;
		int64_t least = INT64_MAX, most = INT64_MIN;
		for (; i < hosts && list[i].number == list[first].number; i++) {
			failed += list[i].failed;
			least = list[i].failed && list[i].time < least ? list[i].time : least;
			most = list[i].failed && list[i].time > most ? list[i].time : most;
		}
		ret->blocks += i - first >= several;
		ret->blocks_failed += i - first >= several && 2 * failed >= i - first;
		if (failed >= several)
			spreads[known++] = (double)(most - least) / (double)NS_PER_S;
	}
	qsort(spreads, known, sizeof(*spreads), numbers_by_double);
	if (known && (double)known >= facts_value(v, FACTS_BLOCKS_LEAST))
		ret->block_spread_s = spreads[known / 2];
	free(spreads);
}

enum { UNIT_HOST = 1, UNIT_HOST_FAILED = 2, UNIT_FAILED = 4 };

// Per machine: is it pinged, did the ping fail, did anything of it fail.
static void services_units_mark(const struct facts_input *in, const struct story *n, const struct failures *f,
				uint8_t *units)
{
	for (uint32_t i = 0; i < target_count(in->targets); i++) {
		const struct target *t = target_at(in->targets, i);
		if (t->entity != n->entity || t->kind == TARGET_BORDER || t->kind == TARGET_CONTROL)
			continue;
		unsigned host = t->kind == TARGET_HOST || t->op == PROBE_ICMP_ECHO;
		unsigned mark = host ? UNIT_HOST | (f->failed[i] || f->down[i] ? UNIT_HOST_FAILED : 0u) : 0u;
		units[t->unit] = (uint8_t)(units[t->unit] | mark | (f->failed[i] ? UNIT_FAILED : 0u));
	}
}

static void services_returns_fill(const struct story *n, struct facts_services *ret)
{
	bool seen[UINT8_MAX + 1] = {false};
	double classes = 0;
	for (size_t i = 0; i < n->recovery_count; i++) {
		uint8_t rank = n->recovery[i].rank;
		classes += rank != UINT8_MAX && !seen[rank];
		seen[rank] = true;
	}
	if (classes > 0)
		ret->return_classes = classes;
}

static void services_targets_fill(const struct facts_input *in, const struct story *n, const struct failures *f,
				  struct facts_services *s)
{
	uint32_t count = target_count(in->targets);
	uint8_t *units = alloc_zero(target_units(in->targets), sizeof(*units));
	int64_t *services = alloc_zero(count, sizeof(*services)), *hosts = alloc_zero(count, sizeof(*hosts));
	size_t services_failed = 0, hosts_failed = 0;
	services_units_mark(in, n, f, units);
	for (uint32_t i = 0; i < count; i++) {
		const struct target *t = target_at(in->targets, i);
		if (t->entity != n->entity || t->kind == TARGET_BORDER || t->kind == TARGET_CONTROL)
			continue;
		if (t->kind == TARGET_HOST || t->op == PROBE_ICMP_ECHO) {
			s->hosts++;
			if (f->failed[i])
				hosts[hosts_failed++] = f->when[i];
			continue;
		}
		services_count(s, t, f->failed[i], f->outcome[i]);
		if (!f->failed[i])
			continue;
		services[services_failed++] = f->when[i];
		s->failed_alive += (units[t->unit] & UNIT_HOST) && !(units[t->unit] & UNIT_HOST_FAILED);
	}
	for (uint32_t u = 0; u < target_units(in->targets); u++)
		s->machines_failed += (units[u] & UNIT_FAILED) != 0;
	s->hosts_failed = (uint32_t)hosts_failed;
	s->spread_s = services_spread(services, services_failed);
	s->host_spread_s = services_spread(hosts, hosts_failed);
	struct facts_services_host *list = alloc_zero(count + 1, sizeof(*list));
	services_blocks_fill(in->decisions, list, services_hosts_of(in, n, f, list), s);
	free(list);
	free(units);
	free(services);
	free(hosts);
}

void facts_services_fill(const struct facts_input *in, const struct story *n, struct facts_services *ret)
{
	services_returns_fill(n, ret);
	if (!in->targets || !target_count(in->targets))
		return;
	uint32_t count = target_count(in->targets);
	struct failures f = {
		.failed = alloc_zero(count, sizeof(bool)),
		.down = alloc_zero(count, sizeof(bool)),
		.outcome = alloc_zero(count, sizeof(uint8_t)),
		.when = alloc_zero(count, sizeof(int64_t)),
	};
	services_failures_find(in, n, &f);
	services_targets_fill(in, n, &f, ret);
	free(f.failed);
	free(f.down);
	free(f.outcome);
	free(f.when);
}
