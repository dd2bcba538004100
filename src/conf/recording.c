// SPDX-License-Identifier: ISC
// Reads recording.json with jansson and checks every member it takes.
#include "conf/recording.h"

#include "base/alloc.h"
#include "base/err.h"

#include <errno.h>
#include <fnmatch.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct reader {
	const char *file;
	char *message;
	size_t message_size;
	struct entity_list *entities;
};

static int wrong(const struct reader *r, const char *member, const char *why)
{
	snprintf(r->message, r->message_size, "%s: %s: %s", r->file, member, why);
	return ERR_MALFORMED;
}

static struct instant instant_member(const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);
	if (!json_is_number(v))
		return INSTANT_NONE;
	double s = json_number_value(v);
	return s > -1e10 && s < 1e10 ? (struct instant){(int64_t)(s * 1e9)} : INSTANT_NONE;
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
	const char *id = json_string_value(json_object_get(object, "id"));
	struct entity *e = id ? entity_add(r->entities, id) : NULL;
	if (!e)
		return wrong(r, "entities[].id", "not of the form \"country/KX\" or \"asn/64512\"");
	const char *name = json_string_value(json_object_get(object, "name"));
	if (name && !e->name)
		e->name = alloc_copy(name);
	const json_t *population = json_object_get(object, "population"), *asn;
	if (json_is_number(population))
		e->population = json_number_value(population);
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
			return wrong(r, "watch", "not of the form \"country/KX\" or \"asn/64512\"");
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
		if (!id)
			return wrong(r, "collectors[].id", "missing or not a string");
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
	const char *name = json_string_value(json_object_get(root, "name"));
	rec->name = name ? alloc_copy(name) : NULL;
	rec->from = instant_member(root, "from");
	rec->to = instant_member(root, "to");
	rec->observers = json_array_size(json_object_get(root, "observers"));
	json_int_t floor = json_integer_value(json_object_get(root, "full_feed_floor"));
	if (floor < 0 || floor > UINT32_MAX)
		return wrong(r, "full_feed_floor", "not a number of prefixes");
	rec->full_feed_floor = (uint32_t)floor;
	json_array_foreach(json_object_get(root, "entities"), i, v)
	{
		int code = read_entity(r, v);
		if (code < 0)
			return code;
	}
	int code = read_watch(r, json_object_get(root, "watch"));
	return code < 0 ? code : read_collectors(r, rec, json_object_get(root, "collectors"));
}

int recording_read(const char *dir, struct recording *ret, struct entity_list *entities, char *message,
		   size_t message_size)
{
	struct text path = {0};
	text_printf(&path, "%s/recording.json", dir);
	struct reader r = {text_string(&path), message, message_size, entities};
	struct recording rec = {.from = INSTANT_NONE, .to = INSTANT_NONE};
	struct stat st;
	int code = 0;
	json_t *root = NULL;
	json_error_t error;
	if (stat(r.file, &st) < 0) {
		code = errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND : -errno;
		snprintf(message, message_size, "%s: %s", r.file, err_text(code));
		goto out;
	}
	if (st.st_size > RECORDING_JSON_MAX) {
		code = wrong(&r, "the file", "is larger than a recording.json can be (16 MiB)");
		goto out;
	}
	root = json_load_file(r.file, JSON_REJECT_DUPLICATES, &error);
	if (!root) {
		snprintf(message, message_size, "%s:%d: not valid JSON: %s", r.file, error.line, error.text);
		code = ERR_MALFORMED;
		goto out;
	}
	const char *format = json_string_value(json_object_get(root, "format"));
	if (!format || strcmp(format, "lacuna-recording/1") != 0)
		code = wrong(&r, "format", "is not \"lacuna-recording/1\"");
	else
		code = read_members(&r, &rec, root);
out:
	json_decref(root);
	text_free(&path);
	if (code < 0)
		recording_free(&rec);
	else
		*ret = rec;
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
	n = n < size - 1 ? n : size - 1;
	memcpy(ret, from, n);
	ret[n] = '\0';
}

void recording_collector_of(const struct recording *r, const char *relative, char *ret, size_t size)
{
	for (size_t i = 0; r && i < r->collector_count; i++)
		for (size_t k = 0; k < r->collectors[i].glob_count; k++)
			if (fnmatch(r->collectors[i].globs[k], relative, FNM_PATHNAME) == 0) {
				copy_name(ret, size, r->collectors[i].id, strlen(r->collectors[i].id));
				return;
			}
	const char *below =
		strncmp(relative, "bgp/", 4) == 0 || strncmp(relative, "bmp/", 4) == 0 ? relative + 4 : NULL;
	const char *slash = below ? strchr(below, '/') : NULL;
	if (slash) {
		copy_name(ret, size, below, (size_t)(slash - below));
		return;
	}
	const char *base = strrchr(relative, '/');
	base = base ? base + 1 : relative;
	copy_name(ret, size, base, strcspn(base, "-."));
}
