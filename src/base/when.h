// SPDX-License-Identifier: ISC
// The one reader of times. Ranges are checked: no 31 February, no hour 24; a leap second is the second behind it. Unix
// seconds and dates reach from 1970 to the year 2223. More than nine decimals are left away.
#pragma once

#include "base/cursor.h"
#include "base/instant.h"

#define WHEN_SECONDS_MAX 8000000000 // since 1970: in the year 2223
#define WHEN_REAL_MAX	 9.2e9	    // likewise, in a double: the year 2261; an instant is 64 bits of nanoseconds

// Unix seconds with decimals or without; c stops behind them, and has not moved on failure.
bool MUST_USE when_seconds(struct cursor *c, struct instant *ret);

// All of c is Unix seconds; is a time by RFC 3339 (blank for 'T', no zone for 'Z', and "+0330" for "+03:30" will do); is
// either of them; is what people type too: "2022-01-26", "2022-01-26T04:00", "2022-01-26T04:00Z".
bool MUST_USE when_number(struct cursor c, struct instant *ret);
bool MUST_USE when_rfc3339(struct cursor c, struct instant *ret);
bool MUST_USE when_either(struct cursor c, struct instant *ret);
bool MUST_USE when_typed(struct cursor c, struct instant *ret);
bool MUST_USE when_typed_text(const char *text, struct instant *ret); // the same of a text that ends with a zero

// Unix seconds of a JSON number, before 1970 too: to the nanosecond where a double holds it. False: not within
// WHEN_REAL_MAX of 1970, or not a number.
bool MUST_USE when_real(double seconds, struct instant *ret);

// A day of the Gregorian calendar, of the years 1970 to 2222, and a second of that day (0 to 86400: a leap second).
bool MUST_USE when_civil(int64_t year, int64_t month, int64_t day, int64_t second, struct instant *ret);
