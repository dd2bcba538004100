// SPDX-License-Identifier: ISC
// --watch → entities.
#include "intake/watch_list.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/number.h"
#include "model/country.h"
#include "world/answer.h"

#include <stdlib.h>
#include <strings.h>

#define ALIKE_SHOWN 5 // countries that somebody may have meant

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

// What is not known, and whom somebody may have meant by it.
static void watch_list_say_unknown(const char *word, const struct notice_sink *notices)
{
	char codes[ALIKE_SHOWN][COUNTRY_CODE_SIZE];
	size_t n = country_like(word, codes, ALIKE_SHOWN);
	struct text line = {0};
	text_put(&line, "lacuna: --watch ");
	text_untrusted(&line, word, strlen(word));
	text_put(&line,
		 ": no name of a country or network that is known here (country/KP, KP, \"North Korea\", AS131279)");
	for (size_t i = 0; i < n; i++)
		text_printf(&line, "%s%s (%s)",
			    i == 0	? "; did you mean "
			    : i + 1 < n ? ", "
					: " or ",
			    country_name(codes[i]), codes[i]);
	text_put(&line, n ? "?" : "");
	notice_line(notices, "%s", text_string(&line));
	text_free(&line);
}

// A network is called what the world data call it, unless a recording has a name for it.
static void watch_list_name(struct entity *e, const struct world *w)
{
	const char *name = w && e->asn_count == 1 ? world_network_name(w, e->asns[0]) : NULL;
	if (!e->name && name && *name)
		e->name = alloc_copy(name);
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
			watch_list_say_unknown(id, notices);
		return ERR_USAGE;
	}
	e->watched = true;
	if (e->range_count)
		return 0;
	uint64_t asn = 0;
	if (strncmp(id, "asn/", 4) == 0 && number_of_text(id + 4, UINT32_MAX, &asn) && asn)
		entity_asn_add(e, (uint32_t)asn);
	watch_list_name(e, w);
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
