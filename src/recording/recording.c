// SPDX-License-Identifier: ISC
// Reads recording.json with jansson and checks every member it takes.
#include "recording/recording.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/must.h"
#include "recording/document.h"

#include <fnmatch.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct recording_reader {
	const char *file;
	struct file_error *error;
	struct entity_list *entities;
};

static int recording_wrong(const struct recording_reader *r, const char *member, const char *why)
{
	return file_error_as(ERR_MALFORMED, r->error, file_at(r->file, 0), "%s: %s", member, why);
}

// An entity that could not be added.
static int recording_wrong_id(const struct recording_reader *r, const char *member)
{
	bool full = r->entities->count >= ENTITIES_MAX;
	return recording_wrong(r, member,
			       full ? "more than 65000 entities" : "not of the form \"country/KX\" or \"asn/64512\"");
}

enum member_type { MEMBER_TEXT, MEMBER_NUMBER, MEMBER_COUNT, MEMBER_LIST };

struct member {
	const char *name; // as messages say it; the key stands after the last '.'
	enum member_type type;
};

static const struct member recording_root_members[] = {
	{"name", MEMBER_TEXT},	    {"from", MEMBER_NUMBER},
	{"to", MEMBER_NUMBER},	    {"full_feed_floor", MEMBER_COUNT},
	{"entities", MEMBER_LIST},  {"watch", MEMBER_LIST},
	{"observers", MEMBER_LIST}, {"collectors", MEMBER_LIST},
	{"targets", MEMBER_LIST},
};

static const struct member recording_entity_members[] = {
	{"entities[].id", MEMBER_TEXT},
	{"entities[].name", MEMBER_TEXT},
	{"entities[].population", MEMBER_NUMBER},
	{"entities[].asns", MEMBER_LIST},
	{"entities[].utc_offset_min", MEMBER_NUMBER},
	{"entities[].prefixes", MEMBER_LIST},
};

static const struct member recording_collector_members[] = {
	{"collectors[].id", MEMBER_TEXT},
	{"collectors[].files", MEMBER_LIST},
};

static const struct member recording_observer_members[] = {
	{"observers[].id", MEMBER_TEXT},
	{"observers[].asn", MEMBER_COUNT},
};

static const struct member recording_target_members[] = {
	{"targets[].address", MEMBER_TEXT}, {"targets[].entity", MEMBER_TEXT},	    {"targets[].kind", MEMBER_TEXT},
	{"targets[].name", MEMBER_TEXT},    {"targets[].institution", MEMBER_TEXT},
};

static bool recording_member_fits(const json_t *value, enum member_type type)
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
static int recording_check_members(const struct recording_reader *r, const json_t *object, const struct member *members,
				   size_t n)
{
	static const char *const types[] = {"not a string", "not a number", "not a whole number", "not a list"};
	for (size_t i = 0; i < n; i++) {
		const char *dot = strrchr(members[i].name, '.');
		const json_t *value = json_object_get(object, dot ? dot + 1 : members[i].name);
		if (value && !json_is_null(value) && !recording_member_fits(value, members[i].type))
			return recording_wrong(r, members[i].name, types[members[i].type]);
	}
	return 0;
}

static int recording_read_prefixes(const struct recording_reader *r, struct entity *e, const json_t *list)
{
	size_t i;
	const json_t *v;
	json_array_foreach(list, i, v)
	{
		struct prefix p;
		if (!json_is_string(v) || prefix_parse(json_string_value(v), &p) < 0)
			return recording_wrong(r, "entities[].prefixes", "not a prefix such as \"198.18.0.0/22\"");
		entity_prefix_add(e, &p);
	}
	return 0;
}

static int recording_read_entity(const struct recording_reader *r, const json_t *object)
{
	int code = recording_check_members(r, object, recording_entity_members, ARRAY_LEN(recording_entity_members));
	if (code < 0)
		return code;
	const char *id = json_string_value(json_object_get(object, "id"));
	struct entity *e = id ? entity_add(r->entities, id) : NULL;
	if (!e)
		return recording_wrong_id(r, "entities[].id");
	const char *name = json_string_value(json_object_get(object, "name"));
	if (name && !e->name)
		e->name = alloc_copy(name);
	const json_t *population = json_object_get(object, "population"), *asn;
	if (json_number_value(population) < 0)
		return recording_wrong(r, "entities[].population", "less than nobody");
	if (json_is_number(population))
		e->population = json_number_value(population);
	const json_t *offset = json_object_get(object, "utc_offset_min");
	if (json_is_number(offset) && fabs(json_number_value(offset)) > UTC_OFFSET_MOST)
		return recording_wrong(r, "entities[].utc_offset_min", "no clock is more than 15 hours from UTC");
	if (json_is_number(offset))
		e->utc_offset_min = (int16_t)json_number_value(offset);
	size_t i;
	json_array_foreach(json_object_get(object, "asns"), i, asn)
	{
		json_int_t value = json_integer_value(asn);
		if (!json_is_integer(asn) || value < 1 || value > UINT32_MAX)
			return recording_wrong(r, "entities[].asns", "not an AS number");
		entity_asn_add(e, (uint32_t)value);
	}
	return recording_read_prefixes(r, e, json_object_get(object, "prefixes"));
}

static int recording_read_watch(const struct recording_reader *r, const json_t *list)
{
	size_t i;
	const json_t *v;
	json_array_foreach(list, i, v)
	{
		struct entity *e = json_is_string(v) ? entity_add(r->entities, json_string_value(v)) : NULL;
		if (!e)
			return recording_wrong_id(r, "watch");
		e->watched = true;
	}
	return 0;
}

static int recording_read_collectors(const struct recording_reader *r, struct recording *rec, const json_t *list)
{
	size_t i, k;
	const json_t *v, *glob;
	rec->collectors = alloc_zero(json_array_size(list), sizeof(*rec->collectors));
	json_array_foreach(list, i, v)
	{
		const char *id = json_string_value(json_object_get(v, "id"));
		const json_t *files = json_object_get(v, "files");
		int code = recording_check_members(r, v, recording_collector_members,
						   ARRAY_LEN(recording_collector_members));
		if (code < 0)
			return code;
		if (!id)
			return recording_wrong(r, "collectors[].id", "missing");
		struct recording_collector *c = &rec->collectors[rec->collector_count++];
		c->id = alloc_copy(id);
		c->globs = alloc_zero(json_array_size(files), sizeof(*c->globs));
		json_array_foreach(files, k, glob)
		{
			if (!json_is_string(glob))
				return recording_wrong(r, "collectors[].files", "not a list of file patterns");
			c->globs[c->glob_count++] = alloc_copy(json_string_value(glob));
		}
	}
	return 0;
}

static int recording_read_members(const struct recording_reader *r, struct recording *rec, const json_t *root)
{
	size_t i;
	const json_t *v;
	int code = recording_check_members(r, root, recording_root_members, ARRAY_LEN(recording_root_members));
	if (code < 0)
		return code;
	const char *name = json_string_value(json_object_get(root, "name"));
	rec->name = name ? alloc_copy(name) : NULL;
	if (!document_seconds(root, "from", &rec->from))
		return recording_wrong(r, "from", "not a time");
	if (!document_seconds(root, "to", &rec->to))
		return recording_wrong(r, "to", "not a time");
	rec->observers = json_array_size(json_object_get(root, "observers"));
	json_int_t floor = json_integer_value(json_object_get(root, "full_feed_floor"));
	if (floor < 0 || floor > UINT32_MAX)
		return recording_wrong(r, "full_feed_floor", "not a number of prefixes");
	rec->full_feed_floor = (uint32_t)floor;
	json_array_foreach(json_object_get(root, "entities"), i, v)
	{
		code = recording_read_entity(r, v);
		if (code < 0)
			return code;
	}
	code = recording_read_watch(r, json_object_get(root, "watch"));
	return code < 0 ? code : recording_read_collectors(r, rec, json_object_get(root, "collectors"));
}

// Reads the file of that name as one JSON object of our format.
static int recording_load(const struct recording_reader *r, json_t **ret)
{
	json_t *root = NULL;
	int code = document_load(r->file, RECORDING_JSON_MAX, r->error, &root);
	if (code < 0)
		return code;
	const char *format = json_string_value(json_object_get(root, "format"));
	if (!format || strcmp(format, "lacuna-recording/1") != 0) {
		json_decref(root);
		return recording_wrong(r, "format", "is not \"lacuna-recording/1\"");
	}
	*ret = root;
	return 0;
}

int recording_read(const char *dir, struct recording *ret, struct entity_list *entities, struct file_error *e)
{
	struct text path = {0};
	text_printf(&path, "%s/recording.json", dir);
	struct recording_reader r = {text_string(&path), e, entities};
	struct recording rec = {.from = INSTANT_NONE, .to = INSTANT_NONE};
	json_t *root = NULL;
	int code = recording_load(&r, &root);
	if (code == 0)
		code = recording_read_members(&r, &rec, root);
	json_decref(root);
	text_free(&path);
	if (code < 0)
		recording_free(&rec);
	else
		*ret = rec;
	return code;
}

static int recording_read_observer(const struct recording_reader *r, const json_t *object,
				   const struct recording_sink *to)
{
	int code =
		recording_check_members(r, object, recording_observer_members, ARRAY_LEN(recording_observer_members));
	if (code < 0)
		return code;
	const char *id = json_string_value(json_object_get(object, "id"));
	json_int_t asn = json_integer_value(json_object_get(object, "asn"));
	if (!id || !*id)
		return recording_wrong(r, "observers[].id", "missing");
	if (asn < 0 || asn > UINT32_MAX)
		return recording_wrong(r, "observers[].asn", "not an AS number");
	to->observer(to->context, id, (uint32_t)asn);
	return 0;
}

static int recording_read_target(const struct recording_reader *r, const json_t *object,
				 const struct recording_sink *to)
{
	int code = recording_check_members(r, object, recording_target_members, ARRAY_LEN(recording_target_members));
	if (code < 0)
		return code;
	const char *address = json_string_value(json_object_get(object, "address"));
	const char *word = json_string_value(json_object_get(object, "kind"));
	const char *entity = json_string_value(json_object_get(object, "entity"));
	const struct kind_row *kind = kind_of(word ? word : "host");
	struct target listed = {.entity = ENTITY_NONE};
	if (!address || addr_parse(address, &listed.address) < 0)
		return recording_wrong(r, "targets[].address", "not an address such as \"198.18.0.10\"");
	if (!kind)
		return recording_wrong(r, "targets[].kind", "not one of " KIND_WORDS);
	listed.kind = kind->role;
	struct entity *held = entity ? entity_add(r->entities, entity) : NULL;
	if (entity && !held)
		return recording_wrong_id(r, "targets[].entity");
	if (held)
		listed.entity = (uint32_t)(held - r->entities->at);
	listed.name = json_string_value(json_object_get(object, "name"));
	listed.institution = json_string_value(json_object_get(object, "institution"));
	const char *why = to->target(to->context, &listed, word ? kind : NULL);
	return why ? recording_wrong(r, "targets[]", why) : 0;
}

static int recording_read_listed(const struct recording_reader *r, const json_t *root, const struct recording_sink *to)
{
	size_t i;
	const json_t *v;
	int code = recording_check_members(r, root, recording_root_members, ARRAY_LEN(recording_root_members));
	json_array_foreach(json_object_get(root, "observers"), i, v)
	{
		if (code == 0)
			code = recording_read_observer(r, v, to);
	}
	json_array_foreach(json_object_get(root, "targets"), i, v)
	{
		if (code == 0)
			code = recording_read_target(r, v, to);
	}
	return code;
}

int recording_each(const char *file, const struct recording_sink *to, struct entity_list *entities,
		   struct file_error *e)
{
	struct recording_reader r = {file, e, entities};
	json_t *root = NULL;
	size_t i;
	const json_t *v;
	int code = recording_load(&r, &root);
	json_array_foreach(to->entities ? json_object_get(root, "entities") : NULL, i, v)
	{
		if (code == 0)
			code = recording_read_entity(&r, v);
	}
	if (code == 0 && to->entities)
		code = recording_read_watch(&r, json_object_get(root, "watch"));
	if (code == 0)
		code = recording_read_listed(&r, root, to);
	json_decref(root);
	return code;
}

static void recording_observer_into(void *context, const char *id, uint32_t asn)
{
	uint16_t observer = observer_id(context, id, strlen(id));
	if (observer < observer_count(context))
		observer_asn(context, observer, asn);
}

static const char *recording_target_into(void *context, const struct target *listed, const struct kind_row *kind)
{
	target_list(context, listed, kind ? kind->word : NULL);
	return NULL;
}

int recording_targets(const char *dir, struct target_table *targets, struct entity_list *entities, struct file_error *e)
{
	struct text path = {0};
	text_printf(&path, "%s/recording.json", dir);
	const struct recording_sink to = {
		.context = targets, .observer = recording_observer_into, .target = recording_target_into};
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

static void recording_copy_name(char *ret, size_t size, const char *from, size_t n)
{
	if (!size)
		return;
	n = n < size - 1 ? n : size - 1;
	memcpy(ret, from, n);
	ret[n] = '\0';
}

static bool recording_starts_with(const char *text, const char *start)
{
	while (*start && *text == *start) {
		text++;
		start++;
	}
	return !*start;
}

void recording_collector_of(const struct recording *r, const char *relative, char *ret, size_t size)
{
	must(relative);
	for (size_t i = 0; r && i < r->collector_count; i++)
		for (size_t k = 0; k < r->collectors[i].glob_count; k++)
			if (fnmatch(r->collectors[i].globs[k], relative, FNM_PATHNAME) == 0) {
				recording_copy_name(ret, size, r->collectors[i].id, strlen(r->collectors[i].id));
				return;
			}
	const char *below =
		recording_starts_with(relative, "bgp/") || recording_starts_with(relative, "bmp/") ? relative + 4 : "";
	const char *slash = strchr(below, '/');
	if (slash) {
		recording_copy_name(ret, size, below, (size_t)(slash - below));
		return;
	}
	const char *base = strrchr(relative, '/');
	base = base ? base + 1 : relative;
	recording_copy_name(ret, size, base, strcspn(base, "-."));
}
