// SPDX-License-Identifier: ISC
// --watch → entities.
#include "intake/watch_list.h"

#include "base/err.h"
#include "base/number.h"

#include <stdlib.h>
#include <strings.h>

static int watch_list_add_range(void *context, const struct world_range *r)
{
	entity_range_add(context, &r->first, &r->last);
	return 0;
}

static int watch_list_countries(struct entity_list *entities, const struct world *w, const struct notice_sink *notices)
{
	const char *codes = world_countries(w);
	if (!codes || !*codes) {
		notice_line(notices, "lacuna: --watch 'country/*' needs world data; 'lacuna world build' makes it");
		return ERR_NOT_FOUND;
	}
	for (; codes[0] && codes[1]; codes += 2) {
		char id[] = {'c', 'o', 'u', 'n', 't', 'r', 'y', '/', codes[0], codes[1], '\0'};
		int code = watch_list_add(entities, w, id, notices);
		if (code < 0)
			return code;
	}
	return 0;
}

int watch_list_add(struct entity_list *entities, const struct world *w, const char *id,
		   const struct notice_sink *notices)
{
	if (strcmp(id, "country/*") == 0)
		return watch_list_countries(entities, w, notices);
	struct entity *e = entity_add(entities, id);
	if (!e) {
		if (entities->count >= ENTITIES_MAX)
			notice_line(notices, "lacuna: --watch %s: %d are watched already, and no more can be", id,
				    ENTITIES_MAX);
		else
			notice_line(notices, "lacuna: --watch %s: not of the form country/KP or asn/131279", id);
		return ERR_USAGE;
	}
	e->watched = true;
	if (e->range_count)
		return 0;
	uint64_t asn = 0;
	if (strncmp(id, "asn/", 4) == 0 && number_of_text(id + 4, UINT32_MAX, &asn) && asn)
		entity_asn_add(e, (uint32_t)asn);
	int code = w ? world_ranges(w, id, watch_list_add_range, e) : ERR_NOT_FOUND;
	if (code < 0)
		notice_line(notices, "lacuna: --watch %s: no recording names its prefixes and the world data %s", id,
			    w ? "has no such entity" : "is not there ('lacuna world build' makes it)");
	return code;
}

static int watch_list_ignore_range(void *context, const struct world_range *r)
{
	(void)context;
	(void)r;
	return 0;
}

bool watch_list_placed(const struct entity_list *entities, const struct world *w, const char *id)
{
	const struct entity *e = entity_find(entities, id);
	if ((e && (e->range_count || e->asn_count)) || strchr(id, '*'))
		return true;
	return w && world_ranges(w, id, watch_list_ignore_range, NULL) >= 0;
}

const struct entity *watch_list_nearest(const struct entity_list *entities, const char *word)
{
	for (size_t i = 0; i < entities->count; i++) {
		const struct entity *e = &entities->at[i];
		const char *slash = strchr(e->id, '/');
		bool alike = !strcasecmp(e->id, word) || (slash && !strcasecmp(slash + 1, word)) ||
			     (e->name && !strcasecmp(e->name, word)) ||
			     (slash && !strncasecmp(word, "AS", 2) && !strcmp(slash + 1, word + 2));
		if (e->watched && alike)
			return e;
	}
	return NULL;
}
