// SPDX-License-Identifier: ISC
// Reads data/precedents.json with jansson; every member is checked, an unknown one is refused.
#include "reference/precedents.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "base/err.h"
#include "model/entity.h"
#include "model/sample.h"
#include "recording/document.h"

#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX       1000   // bytes of one string
#define DURATION_MAX   4e8    // seconds; a dozen years
#define DURATION_SLACK 3600.0 // between duration and end, beyond the start's uncertainty

struct precedents_reader {
	const char *path, *id; // of the precedent being read
	struct file_error *error;
};

static const char *const MECHANISMS[] = {
	"network-stress",  "power",    "cable",	      "misconfiguration", "ordered-shutdown", "hijack-or-leak",
	"service-failure", "disaster", "maintenance", "prefix-migration", "undetermined"};

static const char *const MEMBERS[] = {"id",    "entity",     "name",	  "start",    "start_uncertainty_s",
				      "end",   "duration_s", "mechanism", "said_by",  "fraction_down",
				      "moved", "still",	     "order",	  "recovery", "source",
				      "note"};

static int precedents_wrong(const struct precedents_reader *r, const char *member, const char *why)
{
	return file_error_as(ERR_MALFORMED, r->error, file_at(r->path, 0), "%s: %s: %s", r->id, member, why);
}

static bool precedents_in_list(const char *word, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(word, list[i]) == 0)
			return true;
	return false;
}

static int precedents_read_string(const struct precedents_reader *r, const json_t *object, const char *key, char **ret)
{
	const json_t *v = json_object_get(object, key);
	if (!json_is_string(v) || !json_string_length(v) || json_string_length(v) > TEXT_MAX)
		return precedents_wrong(r, key, "not a text of 1 to 1000 bytes");
	if (memchr(json_string_value(v), 0, json_string_length(v)))
		return precedents_wrong(r, key, "holds a zero byte");
	*ret = alloc_copy(json_string_value(v));
	return 0;
}

// A number from 0 to `most`; left alone where there is none or it is null.
static int precedents_read_number(const struct precedents_reader *r, const json_t *object, const char *key, double most,
				  double *ret)
{
	return document_number(object, key, 0, most, ret) ? 0 : precedents_wrong(r, key, "not a number in its range");
}

// Null or missing: unknown.
static int precedents_read_time(const struct precedents_reader *r, const json_t *object, const char *key,
				struct instant *ret)
{
	*ret = INSTANT_NONE;
	return document_time(object, key, ret) ? 0
					       : precedents_wrong(r, key, "not a time such as 2022-01-25T20:30:00Z");
}

static int precedents_read_signals(const struct precedents_reader *r, const json_t *list, const char *key,
				   uint32_t *ret)
{
	size_t i;
	const json_t *v;
	if (list && !json_is_array(list))
		return precedents_wrong(r, key, "not a list of signals");
	json_array_foreach(list, i, v)
	{
		uint8_t s = 0;
		while (s < SIGNAL_COUNT && (!json_is_string(v) || strcmp(json_string_value(v), signal_name(s)) != 0))
			s++;
		if (s == SIGNAL_COUNT)
			return precedents_wrong(r, key, "not the name of a signal");
		if (*ret >> s & 1)
			return precedents_wrong(r, key, "names a signal twice");
		*ret |= 1u << s;
	}
	return 0;
}

// [["loss"],["routes"]]: no signal twice, all of them among those that moved.
static int precedents_read_steps(const struct precedents_reader *r, const json_t *object, const char *key,
				 uint32_t moved, uint32_t *ret)
{
	const json_t *list = json_object_get(object, key), *v;
	size_t i;
	uint32_t seen = 0;
	if (list && (!json_is_array(list) || json_array_size(list) > PRECEDENT_STEPS))
		return precedents_wrong(r, key, "not a list of at most 8 steps");
	json_array_foreach(list, i, v)
	{
		int code = precedents_read_signals(r, v, key, &ret[i]);
		if (code < 0)
			return code;
		if (!ret[i] || ret[i] & seen)
			return precedents_wrong(r, key, "a step is empty or repeats a signal");
		if (ret[i] & ~moved)
			return precedents_wrong(r, key, "a signal that is not among those moved");
		seen |= ret[i];
	}
	return 0;
}

static int precedents_read_times(const struct precedents_reader *r, const json_t *object, struct precedent *p)
{
	int code = precedents_read_time(r, object, "start", &p->facts.start);
	if (code == 0)
		code = precedents_read_time(r, object, "end", &p->end);
	p->facts.start_uncertainty_s = -1;
	if (code == 0)
		code = precedents_read_number(r, object, "start_uncertainty_s", DURATION_MAX,
					      &p->facts.start_uncertainty_s);
	if (code == 0)
		code = precedents_read_number(r, object, "duration_s", DURATION_MAX, &p->facts.duration_s);
	if (code < 0)
		return code;
	if (instant_known(p->facts.start) != (p->facts.start_uncertainty_s >= 0))
		return precedents_wrong(r, "start_uncertainty_s", "belongs to a start, and a start needs it");
	if (!instant_known(p->facts.start) || !instant_known(p->end))
		return 0;
	double length = instant_gap_s(p->facts.start, p->end);
	if (length <= 0)
		return precedents_wrong(r, "end", "not after the start");
	if (p->facts.duration_s > 0 &&
	    fabs(length - p->facts.duration_s) > p->facts.start_uncertainty_s + DURATION_SLACK)
		return precedents_wrong(r, "duration_s", "does not fit start and end");
	p->facts.duration_s = p->facts.duration_s > 0 ? p->facts.duration_s : length;
	return 0;
}

static int precedents_read_words(const struct precedents_reader *r, const json_t *object, struct precedent *p)
{
	const struct {
		const char *key;
		char **to;
	} words[] = {{"entity", &p->entity},   {"name", &p->name},     {"mechanism", &p->mechanism},
		     {"said_by", &p->said_by}, {"source", &p->source}, {"note", &p->note}};
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (words[i].to == &p->note && !json_object_get(object, "note"))
			continue;
		int code = precedents_read_string(r, object, words[i].key, words[i].to);
		if (code < 0)
			return code;
	}
	struct entity_list scratch = {0};
	bool named = entity_add(&scratch, p->entity) != NULL;
	entity_list_free(&scratch);
	if (!named)
		return precedents_wrong(r, "entity", "not of the form \"country/KX\" or \"asn/64512\"");
	if (!precedents_in_list(p->mechanism, MECHANISMS, ARRAY_LEN(MECHANISMS)))
		return precedents_wrong(r, "mechanism", "not one of the causes, nor \"undetermined\"");
	return 0;
}

static int precedents_read_shape(const struct precedents_reader *r, const json_t *object, struct precedent *p)
{
	int code = precedents_read_signals(r, json_object_get(object, "moved"), "moved", &p->facts.moved);
	if (code == 0)
		code = precedents_read_signals(r, json_object_get(object, "still"), "still", &p->facts.still);
	if (code == 0 && p->facts.moved & p->facts.still)
		return precedents_wrong(r, "still", "names a signal that moved");
	if (code == 0)
		code = precedents_read_steps(r, object, "order", p->facts.moved, p->facts.order);
	if (code == 0)
		code = precedents_read_steps(r, object, "recovery", p->facts.moved, p->facts.recovery);
	p->facts.fraction_down = -1;
	return code < 0 ? code : precedents_read_number(r, object, "fraction_down", 1, &p->facts.fraction_down);
}

static int precedents_read_precedent(struct precedents_reader *r, json_t *object, struct precedents *list)
{
	struct precedent *p = &list->at[list->count++];
	r->id = "precedents[]";
	int code = json_is_object(object) ? precedents_read_string(r, object, "id", &p->id)
					  : precedents_wrong(r, "", "not an object");
	if (code < 0)
		return code;
	if (p->id[strspn(p->id, "abcdefghijklmnopqrstuvwxyz0123456789-")] || strlen(p->id) > 80)
		return precedents_wrong(r, "id", "not of at most 80 lower-case letters, digits and -");
	r->id = p->id;
	for (size_t i = 0; i + 1 < list->count; i++)
		if (strcmp(list->at[i].id, p->id) == 0)
			return precedents_wrong(r, "id", "is there twice");
	for (void *at = json_object_iter(object); at; at = json_object_iter_next(object, at))
		if (!precedents_in_list(json_object_iter_key(at), MEMBERS, ARRAY_LEN(MEMBERS)))
			return precedents_wrong(r, json_object_iter_key(at), "not a member of a precedent");
	code = precedents_read_words(r, object, p);
	if (code == 0)
		code = precedents_read_times(r, object, p);
	return code < 0 ? code : precedents_read_shape(r, object, p);
}

static int precedents_read_list(struct precedents_reader *r, const json_t *root, struct precedents *list)
{
	const char *format = json_string_value(json_object_get(root, "format"));
	const json_t *all = json_object_get(root, "precedents");
	size_t i;
	json_t *v;
	r->id = "file";
	if (!format || strcmp(format, "lacuna-precedents/1") != 0)
		return precedents_wrong(r, "format", "not \"lacuna-precedents/1\"");
	if (!json_is_array(all) || json_array_size(all) > PRECEDENTS_MAX)
		return precedents_wrong(r, "precedents", "not a list, or too long");
	list->at = alloc_zero(json_array_size(all) + 1, sizeof(*list->at));
	json_array_foreach(all, i, v)
	{
		int code = precedents_read_precedent(r, v, list);
		if (code < 0)
			return code;
	}
	return 0;
}

int precedents_read(const char *path, struct precedents *ret, struct file_error *e)
{
	struct precedents_reader r = {.path = path, .id = "file", .error = e};
	struct precedents list = {0};
	json_t *root = NULL;
	int code = document_load(path, PRECEDENTS_JSON_MAX, e, &root);
	if (code == 0)
		code = precedents_read_list(&r, root, &list);
	json_decref(root);
	if (code < 0)
		precedents_free(&list);
	else
		*ret = list;
	return code;
}

void precedents_free(struct precedents *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct precedent *p = &list->at[i];
		char *strings[] = {p->id, p->entity, p->name, p->mechanism, p->said_by, p->source, p->note};
		for (size_t k = 0; k < ARRAY_LEN(strings); k++)
			free(strings[k]);
	}
	free(list->at);
	*list = (struct precedents){0};
}
