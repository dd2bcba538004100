// SPDX-License-Identifier: ISC
// Detections and changes of one entity, bounded by time.
#include "model/dossier.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

static bool dossier_same(const struct detection *a, const struct detection *b)
{
	return a->signal == b->signal && a->series == b->series && a->start.best.ns == b->start.best.ns;
}

void dossier_detection(struct dossier *d, const struct detection *one)
{
	for (size_t i = d->detection_count; i-- > 0;)
		if (dossier_same(&d->detections[i], one)) {
			uint32_t serial = d->detections[i].serial;
			d->detections[i] = *one;
			d->detections[i].serial = serial;
			return;
		}
	alloc_grow((void **)&d->detections, d->detection_count, &d->detection_capacity, sizeof(*d->detections));
	alloc_grow((void **)&d->group, d->detection_count, &d->group_capacity, sizeof(*d->group));
	d->group[d->detection_count] = 0;
	d->detections[d->detection_count] = *one;
	d->detections[d->detection_count++].serial = ++d->serials;
}

size_t dossier_find(const struct dossier *d, uint32_t serial)
{
	for (size_t i = d->detection_count; i-- > 0;)
		if (d->detections[i].serial == serial)
			return i;
	return SIZE_MAX;
}

// The newest old change of each target stays: it says how it stands since, and how often it failed before.
static void dossier_retire_changes(struct dossier *d, struct instant horizon)
{
	size_t old = 0, kept = 0;
	uint32_t most = 0;
	for (; old < d->change_count && d->changes[old].decided.ns < horizon.ns; old++)
		most = d->changes[old].target > most ? d->changes[old].target : most;
	if (!old)
		return;
	bool *later = alloc_zero((size_t)most + 1, sizeof(*later)), *keep = alloc_zero(old, sizeof(*keep));
	for (size_t i = old; i-- > 0;) {
		keep[i] = !later[d->changes[i].target];
		later[d->changes[i].target] = true;
	}
	for (size_t i = 0; i < d->change_count; i++)
		if (i >= old || keep[i])
			d->changes[kept++] = d->changes[i];
	d->change_count = kept;
	alloc_shrink((void **)&d->changes, kept, &d->change_capacity, sizeof(*d->changes));
	free(later);
	free(keep);
}

void dossier_retire(struct dossier *d, const bool *done, struct instant before, struct instant horizon)
{
	size_t kept = 0;
	for (size_t i = 0; i < d->detection_count; i++) {
		const struct detection *one = &d->detections[i];
		if (done[d->group[i]] && instant_known(one->end.best) && one->end.best.ns < before.ns)
			continue;
		d->group[kept] = d->group[i];
		d->detections[kept++] = *one;
	}
	d->detection_count = kept;
	alloc_shrink((void **)&d->detections, kept, &d->detection_capacity, sizeof(*d->detections));
	alloc_shrink((void **)&d->group, kept, &d->group_capacity, sizeof(*d->group));
	dossier_retire_changes(d, horizon);
}

void dossier_change(struct dossier *d, const struct target_change *one)
{
	alloc_grow((void **)&d->changes, d->change_count, &d->change_capacity, sizeof(*d->changes));
	d->changes[d->change_count++] = *one;
}

void dossier_sample(struct dossier *d, const struct sample *one)
{
	alloc_grow((void **)&d->routes, d->route_count, &d->route_capacity, sizeof(*d->routes));
	d->routes[d->route_count++] = *one;
}

#define DOSSIER_KNOWN 3 // networks from which on a sample says something

static bool dossier_stands(const struct sample *before, const struct sample *one)
{
	return before->value == one->value && before->sight == one->sight && before->own == one->own &&
	       (before->of_networks >= DOSSIER_KNOWN) == (one->of_networks >= DOSSIER_KNOWN);
}

// Of each stretch the last sample stays: it is the one that stood longest into what follows. Of very old ones only those that
// say something new.
void dossier_coarsen(struct dossier *d, struct instant fine, struct instant coarse)
{
	size_t kept = 0;
	for (size_t i = 0; i < d->route_count; i++) {
		int64_t at = d->routes[i].time.ns, step = at < coarse.ns ? DOSSIER_OLD_NS : DOSSIER_COARSE_NS;
		bool last = i + 1 == d->route_count || d->routes[i + 1].time.ns / step != at / step;
		bool old =
			at < coarse.ns && at < fine.ns && kept && dossier_stands(&d->routes[kept - 1], &d->routes[i]);
		if ((at >= fine.ns || last) && !old)
			d->routes[kept++] = d->routes[i];
	}
	d->route_count = kept;
	alloc_shrink((void **)&d->routes, kept, &d->route_capacity, sizeof(*d->routes));
}

void dossier_value(struct dossier *d, const struct dossier_value *one)
{
	if (d->value_count == DOSSIER_VALUES_MAX) {
		d->value_count /= 2;
		memmove(d->values, d->values + d->value_count, d->value_count * sizeof(*d->values));
	}
	alloc_grow((void **)&d->values, d->value_count, &d->value_capacity, sizeof(*d->values));
	d->values[d->value_count++] = *one;
}

static bool dossier_within(struct instant t, const struct dossier_span *spans, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (t.ns >= spans[i].from.ns && t.ns <= spans[i].to.ns)
			return true;
	return false;
}

void dossier_retire_values(struct dossier *d, struct instant horizon, const struct dossier_span *kept, size_t n)
{
	size_t old = 0, stay = 0;
	while (old + DOSSIER_VALUES_LEAST < d->value_count && d->values[old].time.ns < horizon.ns)
		old++;
	for (size_t i = 0; i < old; i++)
		if (dossier_within(d->values[i].time, kept, n))
			d->values[stay++] = d->values[i];
	if (stay == old)
		return;
	memmove(d->values + stay, d->values + old, (d->value_count - old) * sizeof(*d->values));
	d->value_count -= old - stay;
	alloc_shrink((void **)&d->values, d->value_count, &d->value_capacity, sizeof(*d->values));
}

const struct skyline *dossier_strip(const struct dossier *d, uint32_t of)
{
	for (size_t i = 0; i < d->strip_count; i++)
		if (d->strips[i].of == of)
			return &d->strips[i].line;
	return NULL;
}

void dossier_strip_add(struct dossier *d, uint32_t of, struct dossier_span when, double share)
{
	size_t i = 0;
	while (i < d->strip_count && d->strips[i].of != of)
		i++;
	if (i == DOSSIER_STRIPS_MAX)
		return;
	if (i == d->strip_count) {
		alloc_grow((void **)&d->strips, d->strip_count, &d->strip_capacity, sizeof(*d->strips));
		d->strips[d->strip_count++] = (struct dossier_strip){.of = of};
	}
	skyline_add(&d->strips[i].line, when.from, when.to, share);
}

void dossier_bin(struct dossier *d, const struct pulse_bin *b)
{
	struct dossier_span when = {b->time, instant_after(b->time, d->width_ns)};
	if (b->sent)
		dossier_strip_add(d, DOSSIER_HOSTS, when, 1 - (double)b->lost / b->sent);
	if (b->services)
		dossier_strip_add(d, DOSSIER_SERVICES, when, (double)b->services_up / b->services);
	if (b->rtt_ratio > 0)
		dossier_strip_add(d, DOSSIER_SPEED, when, 1 / (double)b->rtt_ratio);
}

void dossier_free(struct dossier *d)
{
	free(d->strips);
	free(d->values);
	free(d->detections);
	free(d->group);
	free(d->changes);
	free(d->routes);
	coverage_free(&d->coverage);
	*d = (struct dossier){0};
}
