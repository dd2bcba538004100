// SPDX-License-Identifier: ISC
// Single values of series as objects, a line each: {"time", "entity", "signal", "value"}, or with IODA's words {"entityType",
// "entityCode", "datasource", "subtype", "ts", "value"}, as LINE_SERIES records have them.
#pragma once

#include "base/attr.h"
#include "base/cursor.h"
#include "base/instant.h"
#include "base/text.h"

// Puts entity, tab, signal, tab, value into `out`, which is cleared. False: a member is missing, or no readable time.
bool MUST_USE line_point_take(struct cursor line, struct text *out, struct instant *ret);
