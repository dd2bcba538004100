// SPDX-License-Identifier: ISC
// A file of entities → another list for the engine.
#include "intake/watching.h"

#include "base/alloc.h"
#include "base/err.h"
#include "engine/watch.h"
#include "intake/run.h"
#include "intake/watch_list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define WATCHING_BYTES_MAX (4u << 20) // of the file: every entity there can be, four times

static int watching_bytes(const char *path, char **ret)
{
	FILE *f = fopen(path, "re");
	if (!f)
		return -errno;
	char *bytes = alloc_zero(WATCHING_BYTES_MAX + 1, 1);
	size_t n = fread(bytes, 1, WATCHING_BYTES_MAX + 1, f);
	int code = ferror(f) ? -EIO : n > WATCHING_BYTES_MAX || memchr(bytes, 0, n) ? ERR_TOO_LARGE : 0;
	fclose(f);
	if (code < 0) {
		free(bytes);
		return code;
	}
	bytes[n] = '\0';
	*ret = bytes;
	return 0;
}

static void watching_mark(struct entity_list *wanted, const struct entity *like)
{
	struct entity *e = entity_add(wanted, like->id);
	if (e)
		e->watched = true;
}

// What the run knows keeps its space; the space of others comes from the world data.
static int watching_one(struct intake_run *s, struct entity_list *wanted, const char *id)
{
	const struct entity *held = entity_find(&s->in.entities, id);
	if (!held || !held->range_count)
		return watch_list_add(wanted, s->world, id, s->notices);
	watching_mark(wanted, held);
	return 0;
}

// A line of the file: an entity by any of its names, which may be of several words, and a remark behind '#'.
static int watching_line(struct intake_run *s, struct entity_list *wanted, char *line)
{
	struct text meant = {0};
	line[strcspn(line, "#\r")] = '\0';
	char *word = line + strspn(line, " \t\"");
	size_t n = strlen(word);
	while (n && strchr(" \t\"", word[n - 1]))
		word[--n] = '\0';
	if (n)
		watch_list_meant(&s->in.entities, word, &meant);
	int code = n ? watching_one(s, wanted, text_string(&meant)) : 0;
	text_free(&meant);
	return code;
}

static int watching_read(struct intake_run *s, struct entity_list *wanted)
{
	char *bytes = NULL;
	int code = watching_bytes(s->watching.path, &bytes);
	if (code < 0)
		notice_line(s->notices, "%s: %s: %s", s->command, s->watching.path, err_text(code));
	for (char *line = bytes; line && code >= 0;) {
		char *end = strchr(line, '\n');
		if (end)
			*end = '\0';
		code = watching_line(s, wanted, line);
		line = end ? end + 1 : NULL;
	}
	free(bytes);
	return code;
}

static void watching_entity_copy(struct entity_list *to, const struct entity *from)
{
	struct entity *e = entity_find(to, from->id);
	if (!e) {
		e = entity_add(to, from->id);
		if (!e)
			return; // the list is full, which was told when it was read
		e->population = from->population;
		e->utc_offset_min = from->utc_offset_min;
		e->name = from->name ? alloc_copy(from->name) : NULL;
		for (size_t i = 0; i < from->asn_count; i++)
			entity_asn_add(e, from->asns[i]);
	}
	bool nowhere = !e->range_count;
	for (size_t i = 0; nowhere && i < from->range_count; i++)
		entity_range_add(e, &from->ranges[i].first, &from->ranges[i].last);
	e->watched = from->watched;
}

// What was watched without the file, and what it names.
static void watching_always(const struct intake_run *s, struct entity_list *wanted)
{
	for (size_t i = 0; i < s->watching.always_count; i++)
		if (s->watching.always[i])
			watching_mark(wanted, &s->in.entities.at[i]);
}

int watching_open(struct intake_run *s)
{
	struct watching *w = &s->watching;
	struct entity_list wanted = {0};
	if (!w->path)
		return 0;
	w->always_count = s->in.entities.count;
	w->always = alloc_zero(w->always_count, sizeof(*w->always));
	for (size_t i = 0; i < w->always_count; i++)
		w->always[i] = s->in.entities.at[i].watched;
	if (stat(w->path, &w->stamp) < 0)
		w->stamp = (struct stat){0};
	int code = watching_read(s, &wanted);
	for (size_t i = 0; i < wanted.count && code >= 0; i++)
		watching_entity_copy(&s->in.entities, &wanted.at[i]);
	entity_list_free(&wanted);
	return code >= 0 ? 0 : code == ERR_USAGE ? 2 : 3;
}

static bool watching_stamp_moved(struct watching *w)
{
	struct stat now;
	if (stat(w->path, &now) < 0)
		return false; // it may be on its way
	bool same = now.st_ino == w->stamp.st_ino && now.st_size == w->stamp.st_size &&
		    now.st_mtim.tv_sec == w->stamp.st_mtim.tv_sec && now.st_mtim.tv_nsec == w->stamp.st_mtim.tv_nsec;
	w->stamp = now;
	return !same;
}

int watching_look(struct intake_run *s, bool told)
{
	struct entity_list wanted = {0};
	if (!s->watching.path || (!watching_stamp_moved(&s->watching) && !told))
		return 0;
	watching_always(s, &wanted);
	int code = watching_read(s, &wanted);
	if (code < 0) {
		notice_line(s->notices, "%s: %s: what is watched stays as it was", s->command, s->watching.path);
		code = 0;
	} else {
		code = watching_change(s, &wanted);
	}
	entity_list_free(&wanted);
	return code;
}

struct watching_list { // what the engine's change works on
	struct intake_run *s;
	const struct entity_list *wanted;
};

static bool watching_wanted(const struct entity_list *wanted, const char *id)
{
	const struct entity *e = entity_find(wanted, id);
	return e && e->watched;
}

static void watching_list_change(void *context)
{
	const struct watching_list *l = context;
	struct entity_list *list = &l->s->in.entities;
	for (size_t i = 0; i < list->count; i++)
		list->at[i].watched = watching_wanted(l->wanted, list->at[i].id);
	for (size_t i = 0; i < l->wanted->count; i++)
		watching_entity_copy(list, &l->wanted->at[i]);
	target_refresh(l->s->in.targets);
}

int watching_change(struct intake_run *s, const struct entity_list *wanted)
{
	const struct entity_list *list = &s->in.entities;
	struct watching_list l = {s, wanted};
	struct watch_change change = {
		.change = watching_list_change, .context = &l, .peers = s->in.peers, .targets = s->in.targets};
	uint32_t *gone = alloc_zero(list->count, sizeof(*gone));
	bool any = false;
	for (uint32_t e = 0; e < list->count; e++)
		if (list->at[e].watched && !watching_wanted(wanted, list->at[e].id))
			gone[change.gone_count++] = e;
	for (size_t i = 0; i < wanted->count && !any; i++) {
		const struct entity *held = entity_find(list, wanted->at[i].id);
		any = !held || held->watched < wanted->at[i].watched;
	}
	change.gone = gone;
	int code = any || change.gone_count ? run_watch_change(s, &change) : 0;
	free(gone);
	return code;
}

void watching_free(struct watching *w)
{
	free(w->always);
	*w = (struct watching){0};
}
