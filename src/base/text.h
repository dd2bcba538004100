// SPDX-License-Identifier: ISC
// A growing run of text for output, with the number formats the project prints. Free with text_free.
#pragma once

#include "base/attr.h"
#include "base/instant.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct text {
	char *bytes; // not terminated; text_string() terminates
	size_t length;
	size_t capacity;
};

void text_free(struct text *t);
void text_reserve(struct text *t, size_t more);
const char *text_string(struct text *t); // terminated; borrowed until the next change
void text_printf(struct text *t, const char *format, ...) PRINTF_LIKE(2, 3);

static inline void text_clear(struct text *t)
{
	t->length = 0;
}

static inline void text_bytes(struct text *t, const void *bytes, size_t n)
{
	if (UNLIKELY(t->capacity - t->length < n))
		text_reserve(t, n);
	if (n)
		memcpy(t->bytes + t->length, bytes, n);
	t->length += n;
}

static inline void text_char(struct text *t, char c)
{
	if (UNLIKELY(t->length == t->capacity))
		text_reserve(t, 1);
	t->bytes[t->length++] = c;
}

static inline void text_put(struct text *t, const char *string)
{
	text_bytes(t, string, strlen(string));
}

void text_u64(struct text *t, uint64_t value);
void text_hex(struct text *t, const void *bytes, size_t n); // lower case

// Seconds since the epoch with `digits` (0 to 9) decimals, rounded down (before 1970 towards the past): 1795418965.898
void text_instant(struct text *t, struct instant when, int digits);

// 2022-01-25T20:50:00Z; with a fraction (3, 6 or 9 digits, none lost) only where the instant has one.
void text_utc(struct text *t, struct instant when);

// Length of the UTF-8 sequence at p that may be shown to people (none of the below), or 0. `left`: bytes there are, at least 1.
size_t text_showable(const uint8_t *p, size_t left);

// Text from outside, for a terminal or a log: control characters, invalid UTF-8, bidirectional overrides
// and characters without width become '?', at most 256 characters.
void text_untrusted(struct text *t, const char *bytes, size_t n);

// One line for a terminal or a log that may hold text from outside, which is shown as text_untrusted() shows it.
// What is longer than the longest path and some words is cut.
void text_message(struct text *t, const char *format, va_list args) PRINTF_LIKE(2, 0);
