// SPDX-License-Identifier: ISC
// Reads truth.json with jansson.
#include "recording/truth.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/text.h"
#include "recording/document.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#define TRUTH_BYTES	  (16 << 20)
#define START_TOLERANCE_S 600 // field data without a tolerance of its own: ten minutes

static struct instant truth_time_of(const json_t *object, const char *key)
{
	struct instant time = INSTANT_NONE;
	return document_seconds(object, key, &time) ? time : INSTANT_NONE;
}

static double truth_tolerance_of(const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);
	return json_is_number(v) ? json_number_value(v) : START_TOLERANCE_S;
}

static char *truth_text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text ? alloc_copy(text) : NULL;
}

static void truth_words_of(const json_t *object, const char *key, struct truth_words *ret)
{
	size_t i;
	const json_t *v;
	json_array_foreach(json_object_get(object, key), i, v)
	{
		if (json_is_string(v) && ret->n < TRUTH_WORDS_MAX)
			ret->at[ret->n++] = alloc_copy(json_string_value(v));
	}
}

static bool truth_outage_read(const json_t *object, struct truth_outage *ret)
{
	const char *entity = json_string_value(json_object_get(object, "entity"));
	if (!entity || strlen(entity) > ENTITY_ID_MAX)
		return false;
	*ret = (struct truth_outage){
		.start = truth_time_of(object, "start"),
		.end = truth_time_of(object, "end"),
		.routes_start = truth_time_of(object, "routes_start"),
		.routes_end = truth_time_of(object, "routes_end"),
		.start_tolerance_s = truth_tolerance_of(object, "start_tolerance_s"),
		.end_tolerance_s = truth_tolerance_of(object, "end_tolerance_s"),
		.ongoing = json_is_true(json_object_get(object, "ongoing")),
		.scope = truth_text_of(object, "scope"),
		.cause = truth_text_of(object, "cause"),
	};
	memcpy(ret->entity, entity, strlen(entity) + 1);
	truth_words_of(object, "also_acceptable_scope", &ret->scopes);
	truth_words_of(object, "also_acceptable", &ret->acceptable);
	truth_words_of(object, "not", &ret->not );
	truth_words_of(object, "order", &ret->order);
	truth_words_of(object, "recovery", &ret->recovery);
	return instant_known(ret->start);
}

int truth_read(const char *dir, struct truth *ret, struct file_error *e)
{
	struct text path = {0};
	text_printf(&path, "%s/truth.json", dir);
	json_t *root = NULL;
	struct truth truth = {0};
	int code = document_load(text_string(&path), TRUTH_BYTES, e, &root);
	size_t i;
	const json_t *v, *outages = json_object_get(root, "outages");
	if (code == 0 && !json_is_array(outages))
		code = file_error_as(ERR_MALFORMED, e, file_at(text_string(&path), 0),
				     "outages: missing, or not a list");
	truth.outages = alloc_zero(json_array_size(outages), sizeof(*truth.outages));
	json_array_foreach(outages, i, v)
	{
		if (truth_outage_read(v, &truth.outages[truth.count++]))
			continue;
		code = file_error_as(ERR_MALFORMED, e, file_at(text_string(&path), 0),
				     "outages[%zu]: entity or start is missing or out of range", i);
	}
	const json_t *lab = json_object_get(root, "lab");
	truth.scenario = truth_text_of(lab, "scenario");
	truth.variation = truth_text_of(lab, "variation");
	json_decref(root);
	text_free(&path);
	if (code < 0)
		truth_free(&truth);
	else
		*ret = truth;
	return code;
}

static void truth_words_free(struct truth_words *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->at[i]);
}

void truth_free(struct truth *t)
{
	for (size_t i = 0; i < t->count; i++) {
		struct truth_outage *o = &t->outages[i];
		free(o->scope);
		free(o->cause);
		truth_words_free(&o->scopes);
		truth_words_free(&o->acceptable);
		truth_words_free(&o->not );
		truth_words_free(&o->order);
		truth_words_free(&o->recovery);
	}
	free(t->outages);
	free(t->scenario);
	free(t->variation);
	*t = (struct truth){0};
}
