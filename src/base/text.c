// SPDX-License-Identifier: ISC
// Text building. Numbers are printed without the locale and without floating point.
#include "base/text.h"

#include "base/alloc.h"
#include "base/must.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define UNTRUSTED_MAX 256  // characters shown of any text that came from outside
#define MESSAGE_BYTES 5000 // of one message: a path, which has up to 4,096, and what is said of it

void text_free(struct text *t)
{
	free(t->bytes);
	*t = (struct text){0};
}

void text_reserve(struct text *t, size_t more)
{
	size_t wanted = t->capacity ? t->capacity * 2 : 256;
	while (wanted - t->length < more)
		wanted *= 2;
	t->bytes = alloc_resize(t->bytes, wanted, 1);
	t->capacity = wanted;
}

const char *text_string(struct text *t)
{
	text_char(t, '\0');
	t->length--;
	return t->bytes;
}

void text_printf(struct text *t, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n <= 0)
		return;
	if (t->capacity - t->length < (size_t)n + 1)
		text_reserve(t, (size_t)n + 1);
	va_start(args, format);
	vsnprintf(t->bytes + t->length, (size_t)n + 1, format, args);
	va_end(args);
	t->length += (size_t)n;
}

void text_u64(struct text *t, uint64_t value)
{
	char digits[20];
	size_t n = sizeof(digits);
	do {
		digits[--n] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	text_bytes(t, digits + n, sizeof(digits) - n);
}

void text_hex(struct text *t, const void *bytes, size_t n)
{
	must(bytes || !n);
	static const char digit[] = "0123456789abcdef";
	const uint8_t *p = bytes;
	for (size_t i = 0; i < n; i++) {
		text_char(t, digit[p[i] >> 4]);
		text_char(t, digit[p[i] & 15]);
	}
}

static void text_fraction(struct text *t, uint32_t ns, int digits)
{
	char all[9];
	for (int i = 8; i >= 0; i--, ns /= 10)
		all[i] = (char)('0' + ns % 10);
	text_char(t, '.');
	text_bytes(t, all, (size_t)digits);
}

void text_instant(struct text *t, struct instant when, int digits)
{
	must(instant_known(when));
	int64_t step = NS_PER_S; // nanoseconds of the last digit shown
	digits = digits < 0 ? 0 : digits > 9 ? 9 : digits;
	for (int i = 0; i < digits; i++)
		step /= 10;
	int64_t steps = when.ns / step - (when.ns % step < 0);
	if (steps < 0)
		text_char(t, '-');
	uint64_t size = steps < 0 ? 0 - (uint64_t)steps : (uint64_t)steps;
	uint64_t per_second = (uint64_t)(NS_PER_S / step);
	text_u64(t, size / per_second);
	if (digits)
		text_fraction(t, (uint32_t)(size % per_second * (uint64_t)step), digits);
}

void text_utc(struct text *t, struct instant when)
{
	must(instant_known(when));
	time_t s = (time_t)instant_seconds(when);
	struct tm tm;
	if (!gmtime_r(&s, &tm)) {
		text_put(t, "(time out of range)");
		return;
	}
	char buffer[32];
	size_t n = strftime(buffer, sizeof(buffer), "%Y-%m-%dT%H:%M:%S", &tm);
	text_bytes(t, buffer, n);
	uint32_t ns = (uint32_t)(when.ns % NS_PER_S + (when.ns % NS_PER_S < 0 ? NS_PER_S : 0));
	if (ns)
		text_fraction(t, ns, ns % 1000000 == 0 ? 3 : ns % 1000 == 0 ? 6 : 9);
	text_char(t, 'Z');
}

size_t text_showable(const uint8_t *p, size_t left)
{
	if (p[0] >= 0x20 && p[0] < 0x7f)
		return 1;
	size_t n = p[0] >= 0xf0 && p[0] < 0xf5 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc2 ? 2 : 0;
	if (p[0] >= 0xf5 || !n || n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if (p[0] == 0xe0 && p[1] < 0xa0)
		return 0; // overlong
	if (p[0] == 0xed && p[1] >= 0xa0)
		return 0; // surrogate
	if ((p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] >= 0x90))
		return 0;
	if (p[0] == 0xc2 && p[1] < 0xa0)
		return 0; // C1 controls
	if (p[0] == 0xc2 && p[1] == 0xad)
		return 0; // soft hyphen: mostly of no width
	if (p[0] == 0xd8 && p[1] == 0x9c)
		return 0; // Arabic letter mark: it turns direction too
	if (p[0] == 0xef && p[1] == 0xbb && p[2] == 0xbf)
		return 0; // byte order mark: of no width
	if (p[0] == 0xf3 && p[1] == 0xa0 && p[2] < 0x84)
		return 0; // tags and selectors: of no width
	if (p[0] == 0xe2 && p[1] == 0x80 && (p[2] >= 0x8b && p[2] <= 0x8f))
		return 0; // zero width, marks of direction
	if (p[0] == 0xe2 && p[1] == 0x80 && (p[2] >= 0xa8 && p[2] <= 0xae))
		return 0; // line separators, bidirectional overrides
	if (p[0] == 0xe2 && p[1] == 0x81 && (p[2] >= 0xa0 && p[2] <= 0xaf))
		return 0; // joiners, bidirectional isolates
	return n;
}

static void text_shown_up_to(struct text *t, const char *bytes, size_t n, size_t most)
{
	const uint8_t *p = (const uint8_t *)bytes;
	for (size_t shown = 0; n && shown < most; shown++) {
		size_t take = text_showable(p, n);
		if (take)
			text_bytes(t, p, take);
		else
			text_char(t, '?');
		take = take ? take : 1;
		p += take;
		n -= take;
	}
}

void text_untrusted(struct text *t, const char *bytes, size_t n)
{
	must(bytes || !n);
	text_shown_up_to(t, bytes, n, UNTRUSTED_MAX);
}

void text_message(struct text *t, const char *format, va_list args)
{
	char buffer[MESSAGE_BYTES];
	int n = vsnprintf(buffer, sizeof(buffer), format, args);
	if (n > 0)
		text_shown_up_to(t, buffer, (size_t)n < sizeof(buffer) ? (size_t)n : sizeof(buffer) - 1,
				 sizeof(buffer));
}
