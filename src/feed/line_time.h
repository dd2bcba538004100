// SPDX-License-Identifier: ISC
// The time of a line that is a JSON object.
#pragma once

#include "base/attr.h"
#include "base/cursor.h"
#include "base/instant.h"

// Its first member "t" or "timestamp": Unix seconds (base/when.h). Returns its enum line_form; LINE_NONE: none readable.
uint8_t MUST_USE line_time_object(struct cursor c, struct instant *ret);

// A time as people and other programs write it: whatever base/when.h reads, Unix milliseconds, microseconds and nanoseconds (told by
// their size), "UTC" or "GMT" behind it. Without a zone it is UTC.
bool MUST_USE line_time_text(struct cursor c, struct instant *ret);
