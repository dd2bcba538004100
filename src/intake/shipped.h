// SPDX-License-Identifier: ISC
// Files that travel with the program: named by the environment, beside the sources, or where it was installed.
#pragma once

#include "base/text.h"

#include <stdbool.h>

// Finds `name` (relative to the project, such as "data/precedents.json"); the variable, where set, names it alone.
bool shipped_find(const char *name, const char *variable, struct text *ret_path);
