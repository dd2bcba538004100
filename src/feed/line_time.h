// SPDX-License-Identifier: ISC
// The time of a line that is a JSON object.
#pragma once

#include "base/cursor.h"
#include "base/instant.h"

// Its first member "t" or "timestamp": Unix seconds (base/when.h). Returns its enum line_form; LINE_NONE: none readable.
uint8_t MUST_USE line_time_object(struct cursor c, struct instant *ret);
