// SPDX-License-Identifier: ISC
// The time of a line: Unix seconds with decimals, or RFC 3339. Years 1970 to 2223. More than nine decimals
// are left away.
#pragma once

#include "base/cursor.h"
#include "base/instant.h"

// The whole of c is a time. False otherwise.
bool MUST_USE line_time_number(struct cursor c, struct instant *ret);
bool MUST_USE line_time_text(struct cursor c, struct instant *ret); // either form

// The time of a JSON object: its first member "t" or "timestamp". Returns its enum line_form; LINE_NONE: none readable.
uint8_t MUST_USE line_time_object(struct cursor c, struct instant *ret);
