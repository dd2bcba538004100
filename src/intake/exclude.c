// SPDX-License-Identifier: ISC
// Batches without the observations of some peers and collectors. What their names announce stays: numbers keep their meaning.
#include "intake/exclude.h"

#include "base/alloc.h"
#include "base/must.h"

#include <stdlib.h>

void exclude_free(struct exclude *e)
{
	bgp_filter_free(&e->filter);
	free(e->kept);
	*e = (struct exclude){0};
}

int exclude_peer(struct exclude *e, const char *text)
{
	return bgp_filter_not_peer(&e->filter, text);
}

void exclude_collector(struct exclude *e, const char *name)
{
	must(e && name);
	bgp_filter_not_collector(&e->filter, name);
}

bool exclude_any(const struct exclude *e)
{
	return bgp_filter_excluding(&e->filter);
}

void exclude_batch(struct exclude *e, const struct peer_table *peers, const struct batch *b, struct batch *ret)
{
	must(e && peers && b && ret);
	*ret = *b;
	if (e->capacity < b->count) {
		e->kept = alloc_resize(e->kept, b->count, sizeof(*e->kept));
		e->capacity = b->count;
	}
	ret->obs = e->kept;
	ret->routes = NULL;
	ret->count = 0;
	for (size_t i = 0; i < b->count; i++)
		if (!bgp_filter_excludes(&e->filter, peers, &b->obs[i]))
			e->kept[ret->count++] = b->obs[i];
	e->left_out += b->count - ret->count;
}
