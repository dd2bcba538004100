// SPDX-License-Identifier: ISC
// Which files or witnesses a kind of evidence is read off. Files are named where they are known and whole; a revision, whose files may
// still grow, and the replay of a log, which has none, name the witnesses, sorted: who was heard first does not matter.
#include "report/refs.h"

#include "base/must.h"

#include <stdlib.h>
#include <string.h>

#define REFS_MAX 8 // names; the whole list of files is the incident's `evidence`

#define REFS_ALL (SOURCE_PROBES | SOURCE_ROUTES | SOURCE_BMP | SOURCE_SERIES)

struct refs_name {
	const char *kind, *name;
};

struct refs_list { // the first REFS_MAX by name
	struct refs_name at[REFS_MAX + 1];
	size_t count;
};

static int refs_by_name(const void *a, const void *b)
{
	const struct refs_name *x = a, *y = b;
	int kinds = strcmp(x->kind, y->kind);
	return kinds ? kinds : strcmp(x->name, y->name);
}

static void refs_add(struct refs_list *l, const char *kind, const char *name)
{
	struct refs_name one = {kind, name};
	if (!name || !*name)
		return;
	for (size_t i = 0; i < l->count; i++)
		if (refs_by_name(&l->at[i], &one) == 0)
			return;
	l->at[l->count++] = one;
	qsort(l->at, l->count, sizeof(*l->at), refs_by_name);
	l->count = l->count > REFS_MAX ? REFS_MAX : l->count;
}

static void refs_witnesses(struct refs_list *l, const struct incident_view *v, const struct incident *n, uint8_t source)
{
	bool routes = source & (SOURCE_ROUTES | SOURCE_BMP);
	for (uint16_t i = 0; routes && i < collector_count(v->peers); i++)
		refs_add(l, "collector/", collector_name(v->peers, i));
	for (uint16_t i = 0; v->targets && (source & SOURCE_PROBES) && i < observer_count(v->targets); i++)
		refs_add(l, "observer/", observer_at(v->targets, i)->id);
	for (size_t i = 0; v->targets && (source & SOURCE_SERIES) && i < n->story.signal_count; i++) {
		const struct detection *d = &n->story.signals[i];
		const struct series *s = d->signal == SIGNAL_SERIES ? series_at(v->targets, d->series) : NULL;
		refs_add(l, "series/", s ? s->signal : NULL);
	}
}

static size_t refs_put_files(struct json *j, const struct incident_view *v, uint8_t source)
{
	size_t put = 0;
	for (size_t i = 0; i < v->evidence_count && put < REFS_MAX; i++)
		if (v->evidence[i].holds & source) {
			json_string(j, v->evidence[i].file);
			put++;
		}
	return put;
}

static size_t refs_put_witnesses(struct json *j, const struct refs *r, uint8_t source)
{
	struct refs_list found = {0};
	refs_witnesses(&found, r->view, r->incident, source);
	for (size_t i = 0; i < found.count; i++) {
		struct text name = {0};
		text_put(&name, found.at[i].kind);
		text_put(&name, found.at[i].name);
		json_string_n(j, name.bytes, name.length);
		text_free(&name);
	}
	return found.count;
}

// What answers may rest on the absence of a kind: then all that there was is what was looked at.
static void refs_make(struct text *t, const struct refs *r, uint8_t source)
{
	struct json j = {.out = t};
	json_open(&j, '[');
	size_t put = refs_put_files(&j, r->view, source);
	put = put ? put : refs_put_files(&j, r->view, REFS_ALL);
	put = put ? put : refs_put_witnesses(&j, r, source);
	if (!put)
		refs_put_witnesses(&j, r, REFS_ALL);
	json_close(&j, ']');
}

void refs_json(struct json *j, struct refs *r, uint8_t source)
{
	must(source < REFS_KINDS);
	struct text *t = &r->of[source];
	if (!t->length)
		refs_make(t, r, source);
	json_key(j, "refs");
	text_bytes(j->out, t->bytes, t->length);
	j->comma = true;
}

bool refs_any(const struct incident_view *v, const struct incident *n)
{
	struct refs_list found = {0};
	refs_witnesses(&found, v, n, REFS_ALL);
	return v->evidence_count || found.count;
}

void refs_free(struct refs *r)
{
	for (size_t i = 0; i < REFS_KINDS; i++)
		text_free(&r->of[i]);
}
