// SPDX-License-Identifier: ISC
// --watch → entities.
#include "intake/watch_list.h"

#include "base/err.h"
#include "base/number.h"
#include "world/answer.h"

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
			notice_line(
				notices,
				"lacuna: --watch %s: no name of a country or network that is known here (country/KP, KP, AS131279)",
				id);
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

// Whether somebody may mean this entity by the word, in any spelling.
static bool watch_list_alike(const struct entity *e, const char *word)
{
	const char *slash = strchr(e->id, '/');
	return !strcasecmp(e->id, word) || (slash && !strcasecmp(slash + 1, word)) ||
	       (e->name && !strcasecmp(e->name, word)) ||
	       (slash && !strncasecmp(word, "AS", 2) && !strcmp(slash + 1, word + 2));
}

const struct entity *watch_list_nearest(const struct entity_list *entities, const char *word)
{
	for (size_t i = 0; i < entities->count; i++)
		if (entities->at[i].watched && watch_list_alike(&entities->at[i], word))
			return &entities->at[i];
	return NULL;
}

void watch_list_meant(const struct entity_list *entities, const char *word, struct text *ret)
{
	struct text means = {0};
	const struct entity *found = entity_find(entities, word);
	for (size_t i = 0; i < entities->count && !found && !strchr(word, '*'); i++)
		if (watch_list_alike(&entities->at[i], word))
			found = &entities->at[i];
	bool known = !found && !strchr(word, '*') && world_answer_means(word, &means) &&
		     strchr(text_string(&means), '/'); // no address
	text_put(ret, found ? found->id : known ? text_string(&means) : word);
	text_free(&means);
}
