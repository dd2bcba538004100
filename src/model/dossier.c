// SPDX-License-Identifier: ISC
// Detections and changes of one entity, bounded.
#include "model/dossier.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

static bool same(const struct detection *a, const struct detection *b)
{
	return a->signal == b->signal && a->series == b->series && a->start.best.ns == b->start.best.ns;
}

void dossier_detection(struct dossier *d, const struct detection *one)
{
	for (size_t i = d->detection_count; i-- > 0;)
		if (same(&d->detections[i], one)) {
			d->detections[i] = *one;
			return;
		}
	if (d->detection_count >= DOSSIER_DETECTIONS_MAX)
		return;
	alloc_grow((void **)&d->detections, d->detection_count, &d->detection_capacity, sizeof(*d->detections));
	d->detections[d->detection_count++] = *one;
}

void dossier_change(struct dossier *d, const struct target_change *one)
{
	if (d->change_count >= DOSSIER_CHANGES_MAX)
		return;
	alloc_grow((void **)&d->changes, d->change_count, &d->change_capacity, sizeof(*d->changes));
	d->changes[d->change_count++] = *one;
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

void dossier_free(struct dossier *d)
{
	free(d->values);
	free(d->detections);
	free(d->changes);
	*d = (struct dossier){0};
}
