// SPDX-License-Identifier: ISC
// A service is back at its last return within the incident. Order is claimed only where the intervals between the last bad and the
// first good check do not meet, and by more than the margin (recovery.h).
#include "incident/returns.h"

#include "base/alloc.h"
#include "incident/assemble.h"
#include "incident/recovery.h"

#include <stdlib.h>
#include <string.h>

struct returns_one {
	struct incident_service s;
	const struct target *of;
};

// What tells two targets apart: their numbers do not, which depend on the order of files.
static int returns_compare_targets(const struct target *x, const struct target *y)
{
	int order = memcmp(x->address.bytes, y->address.bytes, sizeof(x->address.bytes));
	if (order || x->op != y->op)
		return order ? order : x->op < y->op ? -1 : 1;
	return strcmp(x->name ? x->name : "", y->name ? y->name : "");
}

// By return, those that are not back last; then by failure, then by address.
static int returns_compare(const void *a, const void *b)
{
	const struct returns_one *p = a, *q = b;
	const struct incident_service *x = &p->s, *y = &q->s;
	if (instant_known(x->back) != instant_known(y->back))
		return instant_known(x->back) ? -1 : 1;
	if (instant_known(x->back) && x->back.ns != y->back.ns)
		return x->back.ns < y->back.ns ? -1 : 1;
	if (x->failed.ns != y->failed.ns)
		return x->failed.ns < y->failed.ns ? -1 : 1;
	return returns_compare_targets(p->of, q->of);
}

static void returns_take(struct incident_service *s, const struct target_change *c)
{
	if (c->down) {
		if (!s->failures) {
			s->target = c->target;
			s->outcome = c->outcome;
			s->last_ok = c->last_ok;
			s->failed = c->first_fail;
		}
		s->failures++;
		s->back = s->last_bad = INSTANT_NONE;
	} else if (s->failures && !instant_known(s->back)) {
		s->back = c->recovered;
		s->last_bad = c->last_bad;
	}
}

// A service, or a host that somebody has a name for.
static bool returns_named(const struct target *t)
{
	return t->kind == TARGET_SERVICE || (t->kind == TARGET_HOST && t->institution);
}

// All services of the entity that failed in the incident.
static size_t returns_gather(const struct story_input *in, const struct story *n, struct returns_one *all)
{
	const struct dossier *d = in->dossier;
	int64_t first = n->start.from.ns - 2 * d->width_ns, end = story_last(n, d->last);
	size_t count = 0;
	for (size_t i = 0; i < d->change_count; i++) {
		const struct target_change *c = &d->changes[i];
		const struct target *t = target_at(in->targets, c->target);
		bool within = !c->down || (c->first_fail.ns >= first && c->first_fail.ns <= end);
		if (returns_named(t) && t->entity == n->entity && within)
			returns_take(&all[c->target].s, c);
	}
	for (uint32_t i = 0; i < target_count(in->targets); i++)
		if (all[i].s.failures)
			all[count++] = (struct returns_one){all[i].s, target_at(in->targets, i)};
	return count;
}

static void returns_rank(const struct story_input *in, struct returns_one *all, size_t count)
{
	struct moment *at = alloc_zero(count, sizeof(*at));
	size_t *group = alloc_zero(count, sizeof(*group)), *order = alloc_zero(count, sizeof(*order));
	double margin = moment_margin_s((double)in->dossier->width_ns / (double)NS_PER_S, MOMENT_STAMP_S);
	for (size_t i = 0; i < count; i++)
		at[i] = (struct moment){all[i].s.back, all[i].s.last_bad, all[i].s.back, 0.9};
	(void)recovery_order(at, count, margin, group, order);
	for (size_t i = 0; i < count; i++)
		all[i].s.rank =
			group[i] == ORDER_NONE ? UINT8_MAX : (uint8_t)(group[i] < UINT8_MAX ? group[i] : UINT8_MAX - 1);
	free(at);
	free(group);
	free(order);
}

void returns_fill(const struct story_input *in, struct story *n)
{
	if (!in->targets || !in->dossier->change_count)
		return;
	struct returns_one *all = alloc_zero(target_count(in->targets), sizeof(*all));
	size_t count = returns_gather(in, n, all);
	qsort(all, count, sizeof(*all), returns_compare);
	if (count > INCIDENT_SERVICES_MAX) {
		limits_reach(in->limits, LIMIT_SERVICES);
		count = INCIDENT_SERVICES_MAX;
	}
	returns_rank(in, all, count);
	for (size_t i = 0; i < count; i++)
		n->services[n->service_count++] = all[i].s;
	free(all);
}
