// SPDX-License-Identifier: ISC
// Reads back with jansson what base/json.h wrote.
#include "unit_json_read.h"

#include <jansson.h>

bool json_reads_back(const char *written, size_t length, const char *value, size_t n)
{
	json_error_t error;
	json_t *read = json_loadb(written, length, JSON_ALLOW_NUL, &error);
	json_t *string = json_array_get(read, 0), *same = json_stringn(value, n);
	bool good = json_array_size(read) == 1 && json_is_string(string) && (!same || json_equal(same, string));
	json_decref(same);
	json_decref(read);
	return good;
}
