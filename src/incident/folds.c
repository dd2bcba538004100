// SPDX-License-Identifier: ISC
// Incidents that are over, by entity, packed.
#include "incident/folds.h"

#include "base/alloc.h"
#include "base/must.h"
#include "base/sparse.h"

#include <stdlib.h>
#include <string.h>

void folds_init(struct folds *f)
{
	*f = (struct folds){.scratch = alloc_zero(sparse_room(sizeof(struct incident)), 1), .oldest = INSTANT_NONE};
}

void folds_free(struct folds *f)
{
	for (size_t e = 0; e < f->count; e++) {
		for (size_t i = 0; i < f->of[e].count; i++)
			free(f->of[e].at[i].bytes);
		free(f->of[e].at);
	}
	free(f->of);
	free(f->scratch);
}

struct fold *folds_of(const struct folds *f, uint32_t entity)
{
	return entity < f->count ? &f->of[entity] : NULL;
}

void folds_open(const struct folded *one, struct incident *ret)
{
	must(one->bytes);
	sparse_unpack(one->bytes, ret, sizeof(*ret));
}

void folds_change(struct folds *f, struct folded *one, const struct incident *n)
{
	size_t length = sparse_pack(n, sizeof(*n), f->scratch);
	free(one->bytes);
	one->bytes = alloc_zero(length, 1);
	memcpy(one->bytes, f->scratch, length);
	one->length = (uint32_t)length;
}

void folds_add(struct folds *f, const struct incident *n, const struct mark *m)
{
	must(m->told && n->story.entity == m->entity);
	if (m->entity >= f->count) {
		size_t grown = (size_t)m->entity * 2 + 16;
		f->of = alloc_resize(f->of, grown, sizeof(*f->of));
		memset(f->of + f->count, 0, (grown - f->count) * sizeof(*f->of));
		f->count = grown;
	}
	struct fold *of = &f->of[m->entity];
	struct folded one = {*m, n->story.start.best, n->story.end.best, n->story.by_origins, 0, NULL};
	folds_change(f, &one, n);
	alloc_grow((void **)&of->at, of->count, &of->capacity, sizeof(*of->at));
	size_t to = of->count++;
	for (; to > 0 && of->at[to - 1].start.ns > one.start.ns; to--)
		of->at[to] = of->at[to - 1];
	of->at[to] = one;
	if (m->sealed && (!instant_known(f->oldest) || one.end.ns < f->oldest.ns))
		f->oldest = one.end;
}

size_t folds_total(const struct folds *f)
{
	size_t n = 0;
	for (size_t e = 0; e < f->count; e++)
		n += f->of[e].count;
	return n;
}

static void folds_of_one_retire(struct fold *f, struct instant before,
				void (*gone)(void *context, const struct incident *n), void *context)
{
	struct incident n;
	size_t kept = 0;
	for (size_t i = 0; i < f->count; i++) {
		if (f->at[i].end.ns >= before.ns || !f->at[i].mark.sealed) {
			f->at[kept++] = f->at[i];
			continue;
		}
		folds_open(&f->at[i], &n);
		if (gone)
			gone(context, &n);
		free(f->at[i].bytes);
	}
	f->count = kept;
}

static struct instant folds_oldest_of(const struct folds *f)
{
	struct instant oldest = INSTANT_NONE;
	for (size_t e = 0; e < f->count; e++)
		for (size_t i = 0; i < f->of[e].count; i++) {
			const struct folded *one = &f->of[e].at[i];
			if (one->mark.sealed && (!instant_known(oldest) || one->end.ns < oldest.ns))
				oldest = one->end;
		}
	return oldest;
}

void folds_retire(struct folds *f, struct instant before, void (*gone)(void *context, const struct incident *n),
		  void *context)
{
	if (!instant_known(f->oldest) || f->oldest.ns >= before.ns)
		return;
	for (size_t e = 0; e < f->count; e++)
		folds_of_one_retire(&f->of[e], before, gone, context);
	f->oldest = folds_oldest_of(f);
}
