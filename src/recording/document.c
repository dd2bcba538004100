// SPDX-License-Identifier: ISC
// Documents of our own, with jansson.
#include "recording/document.h"

#include "base/err.h"
#include "base/must.h"
#include "base/when.h"

#include <errno.h>
#include <jansson.h>
#include <sys/stat.h>
#include <unistd.h>

int document_load(const char *path, size_t most, struct file_error *e, json_t **ret)
{
	must(most > 0);
	must(path && most && e);
	struct stat st;
	json_error_t error;
	if (stat(path, &st) < 0) {
		int code = errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND : -errno;
		return file_error_as(code, e, file_at(path, 0), "%s", err_text(code));
	}
	if (!S_ISREG(st.st_mode))
		return file_error_as(ERR_MALFORMED, e, file_at(path, 0), "the file is not a plain file");
	if ((uint64_t)st.st_size > most)
		return file_error_as(ERR_MALFORMED, e, file_at(path, 0), "the file is larger than it can be (%zu MiB)",
				     most >> 20);
	if (access(path, R_OK) != 0)
		return file_error_as(-errno, e, file_at(path, 0), "cannot be read: %s", err_text(-errno));
	json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	if (!root)
		return file_error_as(ERR_MALFORMED, e, file_at(path, error.line > 0 ? (uint32_t)error.line : 0),
				     "not valid JSON: %s", error.text);
	*ret = root;
	return 0;
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
