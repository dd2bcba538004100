// SPDX-License-Identifier: ISC
// Drivers of the readers of base; see drive_base.h.
#include "drive_base.h"

#include "base/err.h"
#include "base/number.h"
#include "base/scan.h"
#include "base/when.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define REQUIRE(what) ((what) ? (void)0 : fail(__func__, __LINE__, #what))

static _Noreturn void fail(const char *function, int line, const char *what)
{
	fprintf(stderr, "%s, line %d: not so: %s\n", function, line, what);
	abort();
}

static void value_read(const struct scan_value *v, struct cursor whole)
{
	char word[16];
	uint64_t scaled = 0;
	int64_t number = 0;
	double real = 0;
	if (v->text.at)
		REQUIRE(v->text.at >= whole.at && v->text.at <= v->text.end && v->text.end <= whole.end);
	size_t n = scan_string(v, word, sizeof(word));
	REQUIRE(n < sizeof(word) && !word[n] && (v->type == SCAN_STRING || !n));
	REQUIRE(!scan_scaled(v, 3, 1000000, &scaled) || scaled <= 1000000);
	REQUIRE(!scan_i64(v, -9, 9, &number) || (number >= -9 && number <= 9));
	REQUIRE(!scan_real(v, &real) || isfinite(real));
}

// How many values a walk over the object or array comes by; whether it came to the end.
static size_t walk(struct cursor c, uint8_t bracket, struct cursor whole, int *ret_code)
{
	struct scan_value key = {0}, value = {0};
	size_t n = 0;
	*ret_code = scan_enter(&c, bracket) ? 1 : ERR_MALFORMED;
	while (*ret_code == 1) {
		*ret_code = bracket == '{' ? scan_member(&c, &key, &value) : scan_element(&c, &value);
		REQUIRE(*ret_code == 1 || *ret_code == 0 || *ret_code == ERR_MALFORMED);
		n += *ret_code == 1;
		value_read(&value, whole);
		value_read(&key, whole);
	}
	return n;
}

// Cut in any way, a value ends at the same byte.
static size_t end_of(struct cursor c, size_t piece)
{
	struct scan_end e = {0};
	size_t at = 0;
	int got = 0;
	while (got == 0 && cursor_left(&c)) {
		struct cursor part;
		REQUIRE(cursor_sub(&c, cursor_left(&c) < piece ? cursor_left(&c) : piece, &part));
		size_t length = cursor_left(&part);
		got = scan_end(&e, &part);
		REQUIRE(got == 1 || !cursor_left(&part));
		at += length - cursor_left(&part);
	}
	return got == 1 ? at : SIZE_MAX;
}

void drive_scan(struct cursor c)
{
	static const char *const names[] = {"t", "ok", "name", "list"};
	static const struct scan_keys keys = {names, ARRAY_LEN(names)};
	struct scan_value of[ARRAY_LEN(names)];
	int code = scan_object(c, &keys, of), walked;
	REQUIRE(code == 0 || code == ERR_MALFORMED);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		value_read(&of[i], c);
	walk(c, '{', c, &walked);
	REQUIRE(code < 0 || walked == 0);
	struct cursor list;
	if (code == 0 && scan_array(&of[3], &list))
		walk(of[3].text, '[', c, &walked);
	walk(c, '[', c, &walked);
	size_t whole = end_of(c, SIZE_MAX);
	for (size_t piece = 1; piece < 8; piece++)
		REQUIRE(end_of(c, piece) == whole);
}

void drive_number(struct cursor c)
{
	uint64_t whole = 7;
	int64_t number = 7;
	double real = 7;
	struct cursor at = c;
	bool got = number_u64(&at, 100000, &whole);
	REQUIRE(got ? at.at > c.at && at.at <= c.end && whole <= 100000 : at.at == c.at && whole == 7);
	at = c;
	got = number_i64(&at, -5, 100000, &number);
	REQUIRE(got ? at.at > c.at && number >= -5 && number <= 100000 : at.at == c.at && number == 7);
	at = c;
	got = number_real(&at, &real);
	REQUIRE(got ? at.at > c.at && at.at <= c.end && isfinite(real) : at.at == c.at);
	char text[NUMBER_BYTES_MAX + 1] = "";
	if (got) { // as the C library has it
		memcpy(text, c.at, (size_t)(at.at - c.at));
		double theirs = strtod(text, NULL);
		REQUIRE(memcmp(&theirs, &real, sizeof(real)) == 0);
	}
	whole = 7;
	REQUIRE(number_scaled(c, 3, 1000000, &whole) ? whole <= 1000000 : whole == 7);
}

static bool instant_fine(struct instant t)
{
	return t.ns >= 0 && t.ns < (WHEN_SECONDS_MAX + 1) * NS_PER_S;
}

void drive_when(struct cursor c)
{
	struct cursor at = c;
	struct instant seconds = {0}, number = {0}, rfc3339 = {0}, either = {0}, typed = {0};
	bool got = when_seconds(&at, &seconds);
	REQUIRE(got ? at.at > c.at && at.at <= c.end && instant_fine(seconds) : at.at == c.at);
	bool is_number = when_number(c, &number), is_rfc3339 = when_rfc3339(c, &rfc3339);
	REQUIRE(!is_number || (got && at.at == c.end && number.ns == seconds.ns));
	REQUIRE(!is_rfc3339 || (!is_number && instant_fine(rfc3339)));
	REQUIRE(when_either(c, &either) == (is_number || is_rfc3339));
	REQUIRE(when_typed(c, &typed) || !(is_number || is_rfc3339));
	REQUIRE(instant_fine(typed) && (!either.ns || typed.ns == either.ns));
}
