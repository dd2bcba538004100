// SPDX-License-Identifier: ISC
// Times as users type them.
#pragma once

#include "base/attr.h"
#include "base/instant.h"

// Unix seconds (with a fraction), or RFC 3339: 2022-01-26, 2022-01-26T04:00, 2022-01-26T04:00:00Z (always UTC). 0 or ERR_USAGE.
int MUST_USE moment_parse(const char *text, struct instant *ret);
