// SPDX-License-Identifier: ISC
// Reads recording.json with jansson and checks every member it takes.
#include "recording/recording.h"

#include "base/alloc.h"
#include "base/err.h"
#include "recording/document.h"

#include <fnmatch.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
	const char *file;
	struct file_error *error;
	struct entity_list *entities;
};

static int wrong(const struct reader *r, const char *member, const char *why)
{
	return file_error_as(ERR_MALFORMED, r->error, file_at(r->file, 0), "%s: %s", member, why);
}

// An entity that could not be added.
static int wrong_id(const struct reader *r, const char *member)
{
	bool full = r->entities->count >= ENTITIES_MAX;
	return wrong(r, member, full ? "more than 65000 entities" : "not of the form \"country/KX\" or \"asn/64512\"");
}

enum member_type { MEMBER_TEXT, MEMBER_NUMBER, MEMBER_COUNT, MEMBER_LIST };

struct member {
	const char *name; // as messages say it; the key stands after the last '.'
	enum member_type type;
};

static const struct member root_members[] = {
	{"name", MEMBER_TEXT},	    {"from", MEMBER_NUMBER},
	{"to", MEMBER_NUMBER},	    {"full_feed_floor", MEMBER_COUNT},
	{"entities", MEMBER_LIST},  {"watch", MEMBER_LIST},
	{"observers", MEMBER_LIST}, {"collectors", MEMBER_LIST},
	{"targets", MEMBER_LIST},
};

static const struct member entity_members[] = {
	{"entities[].id", MEMBER_TEXT},
	{"entities[].name", MEMBER_TEXT},
	{"entities[].population", MEMBER_NUMBER},
	{"entities[].asns", MEMBER_LIST},
	{"entities[].utc_offset_min", MEMBER_NUMBER},
	{"entities[].prefixes", MEMBER_LIST},
};

static const struct member collector_members[] = {
	{"collectors[].id", MEMBER_TEXT},
	{"collectors[].files", MEMBER_LIST},
};

static const struct member observer_members[] = {
	{"observers[].id", MEMBER_TEXT},
	{"observers[].asn", MEMBER_COUNT},
};

static const struct member target_members[] = {
	{"targets[].address", MEMBER_TEXT}, {"targets[].entity", MEMBER_TEXT},	    {"targets[].kind", MEMBER_TEXT},
	{"targets[].name", MEMBER_TEXT},    {"targets[].institution", MEMBER_TEXT},
};

static bool member_fits(const json_t *value, enum member_type type)
{
	switch (type) {
	case MEMBER_TEXT:
		return json_is_string(value);
	case MEMBER_NUMBER:
		return json_is_number(value);
	case MEMBER_COUNT:
		return json_is_integer(value);
	case MEMBER_LIST:
		return json_is_array(value);
	}
	return false;
}

// Members that are there, and not null, must be of their type.
static int check_members(const struct reader *r, const json_t *object, const struct member *members, size_t n)
{
	static const char *const types[] = {"not a string", "not a number", "not a whole number", "not a list"};
	for (size_t i = 0; i < n; i++) {
		const char *dot = strrchr(members[i].name, '.');
		const json_t *value = json_object_get(object, dot ? dot + 1 : members[i].name);
		if (value && !json_is_null(value) && !member_fits(value, members[i].type))
			return wrong(r, members[i].name, types[members[i].type]);
	}
	return 0;
}

static int read_prefixes(const struct reader *r, struct entity *e, const json_t *list)
{
	size_t i;
	const json_t *v;
	json_array_foreach(list, i, v)
	{
		struct prefix p;
		if (!json_is_string(v) || prefix_parse(json_string_value(v), &p) < 0)
			return wrong(r, "entities[].prefixes", "not a prefix such as \"198.18.0.0/22\"");
		entity_prefix_add(e, &p);
	}
	return 0;
}

static int read_entity(const struct reader *r, const json_t *object)
{
	int code = check_members(r, object, entity_members, ARRAY_LEN(entity_members));
	if (code < 0)
		return code;
	const char *id = json_string_value(json_object_get(object, "id"));
	struct entity *e = id ? entity_add(r->entities, id) : NULL;
	if (!e)
		return wrong_id(r, "entities[].id");
	const char *name = json_string_value(json_object_get(object, "name"));
	if (name && !e->name)
		e->name = alloc_copy(name);
	const json_t *population = json_object_get(object, "population"), *asn;
	if (json_number_value(population) < 0)
		return wrong(r, "entities[].population", "less than nobody");
	if (json_is_number(population))
		e->population = json_number_value(population);
	const json_t *offset = json_object_get(object, "utc_offset_min");
	if (json_is_number(offset) && fabs(json_number_value(offset)) > UTC_OFFSET_MOST)
		return wrong(r, "entities[].utc_offset_min", "no clock is more than 15 hours from UTC");
	if (json_is_number(offset))
		e->utc_offset_min = (int16_t)json_number_value(offset);
	size_t i;
	json_array_foreach(json_object_get(object, "asns"), i, asn)
	{
		json_int_t value = json_integer_value(asn);
		if (!json_is_integer(asn) || value < 1 || value > UINT32_MAX)
			return wrong(r, "entities[].asns", "not an AS number");
		entity_asn_add(e, (uint32_t)value);
	}
	return read_prefixes(r, e, json_object_get(object, "prefixes"));
}

static int read_watch(const struct reader *r, const json_t *list)
{
	size_t i;
	const json_t *v;
	json_array_foreach(list, i, v)
	{
		struct entity *e = json_is_string(v) ? entity_add(r->entities, json_string_value(v)) : NULL;
		if (!e)
			return wrong_id(r, "watch");
		e->watched = true;
	}
	return 0;
}

static int read_collectors(const struct reader *r, struct recording *rec, const json_t *list)
{
	size_t i, k;
	const json_t *v, *glob;
	rec->collectors = alloc_zero(json_array_size(list), sizeof(*rec->collectors));
	json_array_foreach(list, i, v)
	{
		const char *id = json_string_value(json_object_get(v, "id"));
		const json_t *files = json_object_get(v, "files");
		int code = check_members(r, v, collector_members, ARRAY_LEN(collector_members));
		if (code < 0)
			return code;
		if (!id)
			return wrong(r, "collectors[].id", "missing");
		struct recording_collector *c = &rec->collectors[rec->collector_count++];
		c->id = alloc_copy(id);
		c->globs = alloc_zero(json_array_size(files), sizeof(*c->globs));
		json_array_foreach(files, k, glob)
		{
			if (!json_is_string(glob))
				return wrong(r, "collectors[].files", "not a list of file patterns");
			c->globs[c->glob_count++] = alloc_copy(json_string_value(glob));
		}
	}
	return 0;
}

static int read_members(const struct reader *r, struct recording *rec, const json_t *root)
{
	size_t i;
	const json_t *v;
	int code = check_members(r, root, root_members, ARRAY_LEN(root_members));
	if (code < 0)
		return code;
	const char *name = json_string_value(json_object_get(root, "name"));
	rec->name = name ? alloc_copy(name) : NULL;
	if (!document_seconds(root, "from", &rec->from))
		return wrong(r, "from", "not a time");
	if (!document_seconds(root, "to", &rec->to))
		return wrong(r, "to", "not a time");
	rec->observers = json_array_size(json_object_get(root, "observers"));
	json_int_t floor = json_integer_value(json_object_get(root, "full_feed_floor"));
	if (floor < 0 || floor > UINT32_MAX)
		return wrong(r, "full_feed_floor", "not a number of prefixes");
	rec->full_feed_floor = (uint32_t)floor;
	json_array_foreach(json_object_get(root, "entities"), i, v)
	{
		code = read_entity(r, v);
		if (code < 0)
			return code;
	}
	code = read_watch(r, json_object_get(root, "watch"));
	return code < 0 ? code : read_collectors(r, rec, json_object_get(root, "collectors"));
}

// Reads the file of that name as one JSON object of our format.
static int load(const struct reader *r, json_t **ret)
{
	json_t *root = NULL;
	int code = document_load(r->file, RECORDING_JSON_MAX, r->error, &root);
	if (code < 0)
		return code;
	const char *format = json_string_value(json_object_get(root, "format"));
	if (!format || strcmp(format, "lacuna-recording/1") != 0) {
		json_decref(root);
		return wrong(r, "format", "is not \"lacuna-recording/1\"");
	}
	*ret = root;
	return 0;
}

int recording_read(const char *dir, struct recording *ret, struct entity_list *entities, struct file_error *e)
{
	struct text path = {0};
	text_printf(&path, "%s/recording.json", dir);
	struct reader r = {text_string(&path), e, entities};
	struct recording rec = {.from = INSTANT_NONE, .to = INSTANT_NONE};
	json_t *root = NULL;
	int code = load(&r, &root);
	if (code == 0)
		code = read_members(&r, &rec, root);
	json_decref(root);
	text_free(&path);
	if (code < 0)
		recording_free(&rec);
	else
		*ret = rec;
	return code;
}

static int read_observer(const struct reader *r, const json_t *object, const struct recording_sink *to)
{
	int code = check_members(r, object, observer_members, ARRAY_LEN(observer_members));
	if (code < 0)
		return code;
	const char *id = json_string_value(json_object_get(object, "id"));
	json_int_t asn = json_integer_value(json_object_get(object, "asn"));
	if (!id || !*id)
		return wrong(r, "observers[].id", "missing");
	if (asn < 0 || asn > UINT32_MAX)
		return wrong(r, "observers[].asn", "not an AS number");
	to->observer(to->context, id, (uint32_t)asn);
	return 0;
}

static int read_target(const struct reader *r, const json_t *object, const struct recording_sink *to)
{
	int code = check_members(r, object, target_members, ARRAY_LEN(target_members));
	if (code < 0)
		return code;
	const char *address = json_string_value(json_object_get(object, "address"));
	const char *word = json_string_value(json_object_get(object, "kind"));
	const char *entity = json_string_value(json_object_get(object, "entity"));
	const struct kind *kind = kind_of(word ? word : "host");
	struct target listed = {.entity = ENTITY_NONE};
	if (!address || addr_parse(address, &listed.address) < 0)
		return wrong(r, "targets[].address", "not an address such as \"198.18.0.10\"");
	if (!kind)
		return wrong(r, "targets[].kind", "not one of " KIND_WORDS);
	listed.kind = kind->role;
	struct entity *held = entity ? entity_add(r->entities, entity) : NULL;
	if (entity && !held)
		return wrong_id(r, "targets[].entity");
	if (held)
		listed.entity = (uint32_t)(held - r->entities->at);
	listed.name = json_string_value(json_object_get(object, "name"));
	listed.institution = json_string_value(json_object_get(object, "institution"));
	const char *why = to->target(to->context, &listed, word ? kind : NULL);
	return why ? wrong(r, "targets[]", why) : 0;
}

static int read_listed(const struct reader *r, const json_t *root, const struct recording_sink *to)
{
	size_t i;
	const json_t *v;
	int code = check_members(r, root, root_members, ARRAY_LEN(root_members));
	json_array_foreach(json_object_get(root, "observers"), i, v)
	{
		if (code == 0)
			code = read_observer(r, v, to);
	}
	json_array_foreach(json_object_get(root, "targets"), i, v)
	{
		if (code == 0)
			code = read_target(r, v, to);
	}
	return code;
}

int recording_each(const char *file, const struct recording_sink *to, struct entity_list *entities,
		   struct file_error *e)
{
	struct reader r = {file, e, entities};
	json_t *root = NULL;
	size_t i;
	const json_t *v;
	int code = load(&r, &root);
	json_array_foreach(to->entities ? json_object_get(root, "entities") : NULL, i, v)
	{
		if (code == 0)
			code = read_entity(&r, v);
	}
	if (code == 0 && to->entities)
		code = read_watch(&r, json_object_get(root, "watch"));
	if (code == 0)
		code = read_listed(&r, root, to);
	json_decref(root);
	return code;
}

static void observer_into(void *context, const char *id, uint32_t asn)
{
	uint16_t observer = observer_id(context, id, strlen(id));
	if (observer < observer_count(context))
		observer_asn(context, observer, asn);
}

static const char *target_into(void *context, const struct target *listed, const struct kind *kind)
{
	target_list(context, listed, kind ? kind->word : NULL);
	return NULL;
}

int recording_targets(const char *dir, struct target_table *targets, struct entity_list *entities, struct file_error *e)
{
	struct text path = {0};
	text_printf(&path, "%s/recording.json", dir);
	const struct recording_sink to = {.context = targets, .observer = observer_into, .target = target_into};
	int code = recording_each(text_string(&path), &to, entities, e);
	text_free(&path);
	return code;
}

void recording_free(struct recording *r)
{
	for (size_t i = 0; i < r->collector_count; i++) {
		for (size_t k = 0; k < r->collectors[i].glob_count; k++)
			free(r->collectors[i].globs[k]);
		free(r->collectors[i].globs);
		free(r->collectors[i].id);
	}
	free(r->collectors);
	free(r->name);
	*r = (struct recording){0};
}

static void copy_name(char *ret, size_t size, const char *from, size_t n)
{
	if (!size)
		return;
	n = n < size - 1 ? n : size - 1;
	memcpy(ret, from, n);
	ret[n] = '\0';
}

static bool starts_with(const char *text, const char *start)
{
	while (*start && *text == *start) {
		text++;
		start++;
	}
	return !*start;
}

void recording_collector_of(const struct recording *r, const char *relative, char *ret, size_t size)
{
	for (size_t i = 0; r && i < r->collector_count; i++)
		for (size_t k = 0; k < r->collectors[i].glob_count; k++)
			if (fnmatch(r->collectors[i].globs[k], relative, FNM_PATHNAME) == 0) {
				copy_name(ret, size, r->collectors[i].id, strlen(r->collectors[i].id));
				return;
			}
	const char *below = starts_with(relative, "bgp/") || starts_with(relative, "bmp/") ? relative + 4 : "";
	const char *slash = strchr(below, '/');
	if (slash) {
		copy_name(ret, size, below, (size_t)(slash - below));
		return;
	}
	const char *base = strrchr(relative, '/');
	base = base ? base + 1 : relative;
	copy_name(ret, size, base, strcspn(base, "-."));
}
