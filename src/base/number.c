// SPDX-License-Identifier: ISC
// Decimal numbers.
//
// DOC: the nearest double
// Up to 2^53 a whole number is a double exactly, and so is a power of ten up to 10^22; a product or quotient of two such is
// rounded once, which is right (W. D. Clinger, How to read floating point numbers accurately, 1990). All others go
// through the C library, told to use the locale "C".
#include "base/number.h"

#include "base/must.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>

#define EXACT_WHOLE   (1ULL << 53)
#define EXACT_TENS    22
#define EXPONENT_MOST 9999 // of ten; beyond it every number is 0 or too large

static bool number_is_digit(uint8_t byte)
{
	return byte >= '0' && byte <= '9';
}

bool number_u64(struct cursor *c, uint64_t most, uint64_t *ret)
{
	uint64_t value = 0;
	const uint8_t *at = c->at;
	for (; at < c->end && number_is_digit(*at); at++) {
		if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, *at - '0', &value) ||
		    value > most)
			return false;
	}
	if (at == c->at)
		return false;
	c->at = at;
	*ret = value;
	return true;
}

bool number_i64(struct cursor *c, int64_t least, int64_t most, int64_t *ret)
{
	struct cursor rest = *c;
	bool minus = rest.at < rest.end && *rest.at == '-';
	uint64_t size;
	rest.at += minus;
	if (!number_u64(&rest, minus ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX, &size))
		return false;
	int64_t value = (int64_t)(minus ? 0 - size : size);
	if (value < least || value > most)
		return false;
	*c = rest;
	*ret = value;
	return true;
}

bool number_digits(struct cursor *c, unsigned n, uint64_t *ret)
{
	uint64_t value = 0;
	if (!n || n > 18 || cursor_left(c) < n)
		return false;
	for (unsigned i = 0; i < n; i++) {
		if (!number_is_digit(c->at[i]))
			return false;
		value = value * 10 + (uint64_t)(c->at[i] - '0');
	}
	c->at += n;
	*ret = value;
	return true;
}

// A number taken apart: digits x 10^tens.
struct number_parts {
	uint64_t digits; // the first that are not leading zeros, as many as fit
	int tens, count; // count: of all digits seen
	bool minus, cut; // cut: not all digits are in `digits`
};

static const uint8_t *number_take_digits(struct number_parts *p, const uint8_t *at, const uint8_t *end,
					 bool behind_point)
{
	for (; at < end && number_is_digit(*at); at++) {
		uint64_t longer;
		bool room = !p->cut && !__builtin_mul_overflow(p->digits, 10, &longer) &&
			    !__builtin_add_overflow(longer, *at - '0', &longer);
		p->count++;
		p->cut |= !room;
		p->digits = room ? longer : p->digits;
		p->tens += behind_point ? -room : !room;
	}
	return at;
}

// Behind 'e': what stands there is no exponent unless digits follow.
static const uint8_t *number_take_exponent(struct number_parts *p, const uint8_t *at, const uint8_t *end)
{
	const uint8_t *from = at;
	int exponent = 0;
	if (at == end || (*at | 0x20) != 'e')
		return from;
	at++;
	bool minus = at < end && *at == '-';
	at += at < end && (*at == '-' || *at == '+');
	if (at == end || !number_is_digit(*at))
		return from;
	for (; at < end && number_is_digit(*at); at++)
		exponent = exponent < EXPONENT_MOST ? exponent * 10 + (*at - '0') : exponent;
	p->tens += minus ? -exponent : exponent;
	return at;
}

// Behind the number, or null.
static const uint8_t *number_take(struct number_parts *p, struct cursor c)
{
	const uint8_t *at = c.at;
	if (at == c.end) // there may be no memory at all
		return NULL;
	p->minus = at < c.end && *at == '-';
	at += at < c.end && (*at == '-' || *at == '+');
	at = number_take_digits(p, at, c.end, false);
	if (at < c.end && *at == '.' && (p->count || (at + 1 < c.end && number_is_digit(at[1]))))
		at = number_take_digits(p, at + 1, c.end, true);
	return p->count ? number_take_exponent(p, at, c.end) : NULL;
}

static double number_by_library(const uint8_t *bytes, size_t n)
{
	char copy[NUMBER_BYTES_MAX + 1] = "";
	locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0); // a constant of the C library
	memcpy(copy, bytes, n);
	double value = plain ? strtod_l(copy, NULL, plain) : NAN;
	if (plain)
		freelocale(plain);
	return value;
}

bool number_real(struct cursor *c, double *ret)
{
	static const double tens[EXACT_TENS + 1] = {1e0,  1e1,	1e2,  1e3,  1e4,  1e5,	1e6,  1e7,
						    1e8,  1e9,	1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
						    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
	struct number_parts p = {0};
	size_t seen = cursor_left(c) <= NUMBER_BYTES_MAX ? cursor_left(c) : NUMBER_BYTES_MAX + 1;
	const uint8_t *end = number_take(&p, cursor_of(c->at, seen));
	if (!end || end - c->at > NUMBER_BYTES_MAX)
		return false;
	double value;
	if (!p.cut && p.digits <= EXACT_WHOLE && p.tens >= -EXACT_TENS && p.tens <= EXACT_TENS) {
		value = p.tens < 0 ? (double)p.digits / tens[-p.tens] : (double)p.digits * tens[p.tens];
		value = p.minus ? -value : value;
	} else {
		value = number_by_library(c->at, (size_t)(end - c->at));
	}
	if (!isfinite(value))
		return false;
	c->at = end;
	*ret = value;
	return true;
}

// Digits and a point, so few that nothing overflows: the way of nearly all numbers, and exact where a double rounds a half down.
static bool number_scaled_plain(struct cursor c, int digits, uint64_t *ret)
{
	uint64_t value = 0;
	int after = -1, seen = 0;
	for (; c.at < c.end; c.at++) {
		bool point = *c.at == '.' && after < 0;
		if ((!point && !number_is_digit(*c.at)) || (seen += !point) > 18 - digits)
			return false;
		after += point || after >= 0;
		if (!point && after <= digits)
			value = value * 10 + (uint64_t)(*c.at - '0');
		if (!point && after == digits + 1)
			value += *c.at >= '5';
	}
	for (int i = after < 0 ? 0 : after; i < digits; i++)
		value *= 10;
	*ret = value;
	return seen;
}

// The same for all others, in whole numbers too: a double times 1,000 is not always on the right side of a half.
static bool number_scaled_parts(struct cursor c, int digits, uint64_t *ret)
{
	struct number_parts p = {0};
	if (cursor_left(&c) > NUMBER_BYTES_MAX || number_take(&p, c) != c.end)
		return false;
	uint64_t value = p.digits, last = 0;
	int tens = p.tens + digits;
	if (p.cut && tens > 0)
		return false;
	for (; tens > 0 && value; tens--) {
		if (__builtin_mul_overflow(value, 10, &value))
			return false;
	}
	for (; tens < 0 && (value || last); tens++) {
		last = value % 10;
		value /= 10;
	}
	value += last >= 5;
	*ret = value;
	return !p.minus || !value;
}

bool number_scaled(struct cursor c, int digits, uint64_t most, uint64_t *ret)
{
	must(digits >= 0 && digits <= 9);
	uint64_t value;
	if (!number_scaled_plain(c, digits, &value) && !number_scaled_parts(c, digits, &value))
		return false;
	if (value > most)
		return false;
	*ret = value;
	return true;
}

bool number_of_text(const char *text, uint64_t most, uint64_t *ret)
{
	must(text);
	struct cursor c = cursor_of(text, strlen(text));
	uint64_t value;
	if (!number_u64(&c, most, &value) || cursor_left(&c))
		return false;
	*ret = value;
	return true;
}

bool number_real_of_text(const char *text, double least, double most, double *ret)
{
	must(text && least <= most);
	struct cursor c = cursor_of(text, strlen(text));
	double value;
	if (!number_real(&c, &value) || cursor_left(&c) || !(value >= least && value <= most))
		return false;
	*ret = value;
	return true;
}
