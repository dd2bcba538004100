// SPDX-License-Identifier: ISC
// Documents of our own, with jansson.
#include "conf/document.h"

#include "base/err.h"
#include "base/must.h"
#include "base/when.h"
#include "conf/file.h"

#include <jansson.h>
#include <stdio.h>

int document_load(const char *path, size_t most, char *message, size_t message_size, json_t **ret)
{
	must(path && most && message_size);
	struct plan_error e = {.text = ""};
	struct cursor bytes;
	int code = file_read(path, most, &bytes, &e);
	if (code == 0) {
		json_t *root = json_file_parse(bytes, path, 0, &e);
		file_drop(&bytes);
		code = root ? 0 : ERR_MALFORMED;
		*ret = root ? root : *ret;
	}
	if (code < 0)
		snprintf(message, message_size, "%s", e.text);
	return code == ERR_TOO_LARGE ? ERR_MALFORMED : code;
}

bool document_seconds(const json_t *object, const char *key, struct instant *ret)
{
	const json_t *v = json_object_get(object, key);
	return !json_is_number(v) || when_real(json_number_value(v), ret);
}

bool document_time(const json_t *object, const char *key, struct instant *ret)
{
	const json_t *v = json_object_get(object, key);
	if (!v || json_is_null(v))
		return true;
	return json_is_string(v) && when_rfc3339(cursor_of(json_string_value(v), json_string_length(v)), ret);
}

bool document_number(const json_t *object, const char *key, double least, double most, double *ret)
{
	must(least <= most);
	const json_t *v = json_object_get(object, key);
	if (!v || json_is_null(v))
		return true;
	double x = json_number_value(v);
	if (!json_is_number(v) || !(x >= least && x <= most))
		return false;
	*ret = x;
	return true;
}
