// SPDX-License-Identifier: ISC
// The reading half of the JSON test, apart because the reading library and base/json.h share names.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// Whether `written` is an array of one string and, where `value` is valid UTF-8, that string is the value.
bool json_reads_back(const char *written, size_t length, const char *value, size_t n);
