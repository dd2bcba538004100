// SPDX-License-Identifier: ISC
// A second observer, or the same one with more to watch, joins a recording that is there.
#include "base/err.h"
#include "recording/record_text.h"

#include <jansson.h>
#include <stdlib.h>

static const struct {
	const char *list;
	const char *keys[3]; // two members of a list are the same when these are; none: when they are equal
} record_join_joined[] = {
	{"entities", {"id"}},
	{"watch", {NULL}},
	{"observers", {"id"}},
	{"targets", {"address", "kind", "name"}},
};

static bool record_join_same(const json_t *a, const json_t *b, const char *const keys[3])
{
	if (!keys[0])
		return json_equal(a, b);
	for (size_t i = 0; i < 3 && keys[i]; i++) {
		const json_t *x = json_object_get(a, keys[i]), *y = json_object_get(b, keys[i]);
		if ((x || y) && !(x && y && json_equal(x, y)))
			return false;
	}
	return true;
}

// Appends what is not in the list yet. How many that were.
static size_t record_join_list(json_t *list, json_t *more, const char *const keys[3])
{
	size_t had = json_array_size(list), added = 0, i, k;
	json_t *item;
	json_array_foreach(more, i, item)
	{
		bool found = false;
		for (k = 0; k < had && !found; k++)
			found = record_join_same(json_array_get(list, k), item, keys);
		added += !found && json_array_append(list, item) == 0;
	}
	return added;
}

int record_join(struct text *out, const void *existing, size_t length, const struct record_scope *s)
{
	struct text own = {0};
	size_t added = 0;
	record_text(&own, s, instant_of(0, 0));
	json_t *ours = json_loadb(own.bytes, own.length, 0, NULL), *there = json_loadb(existing, length, 0, NULL);
	bool fine = json_is_object(ours) && json_is_object(there) &&
		    json_equal(json_object_get(there, "format"), json_object_get(ours, "format"));
	for (size_t i = 0; fine && i < ARRAY_LEN(record_join_joined); i++) {
		json_t *list = json_object_get(there, record_join_joined[i].list);
		if (!list && json_object_set_new(there, record_join_joined[i].list, json_array()) == 0)
			list = json_object_get(there, record_join_joined[i].list);
		fine = json_is_array(list);
		added += fine ? record_join_list(list, json_object_get(ours, record_join_joined[i].list),
						 record_join_joined[i].keys)
			      : 0;
	}
	char *text = fine && added ? json_dumps(there, JSON_COMPACT | JSON_PRESERVE_ORDER) : NULL;
	if (text) {
		text_put(out, text);
		text_char(out, '\n');
	}
	free(text);
	json_decref(ours);
	json_decref(there);
	text_free(&own);
	return !fine ? ERR_MALFORMED : added ? 1 : 0;
}
