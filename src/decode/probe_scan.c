// SPDX-License-Identifier: ISC
// One pass over JSON text (RFC 8259). Tolerant of what nobody asked for: values that are stepped over are not looked
// into.
#include "decode/probe_scan.h"

#include "base/err.h"

#include <math.h>
#include <stdlib.h>

#define NUMBER_MAX 64 // bytes

static inline void skip_blanks(struct cursor *c)
{
	while (c->at < c->end && (*c->at == ' ' || *c->at == '\t' || *c->at == '\n' || *c->at == '\r'))
		c->at++;
}

// Behind the opening quote; moves c behind the closing one.
static inline bool take_string(struct cursor *c, struct scan_value *ret)
{
	const uint8_t *from = c->at;
	bool escaped = false;
	for (const uint8_t *at = from; at < c->end; at++) {
		if (*at == '"') {
			*ret = (struct scan_value){SCAN_STRING, escaped, {from, at}};
			c->at = at + 1;
			return true;
		}
		if (*at == '\\') {
			escaped = true;
			at++;
		}
	}
	return false;
}

// c stands at the '{' or '[' of a value; moves c behind it.
static bool take_nested(struct cursor *c, struct scan_value *ret)
{
	struct scan_value string;
	const uint8_t *from = c->at;
	uint8_t byte;
	int depth = 0;
	while (cursor_u8(c, &byte)) {
		if (byte == '"' && !take_string(c, &string))
			return false;
		depth += (byte == '{' || byte == '[') - (byte == '}' || byte == ']');
		if (depth >= SCAN_DEPTH)
			return false;
		if (depth == 0) {
			*ret = (struct scan_value){*from == '{' ? SCAN_OBJECT : SCAN_ARRAY, false, {from, c->at}};
			return true;
		}
	}
	return false;
}

static bool word_is(const struct cursor *c, const char *word)
{
	size_t n = strlen(word);
	return cursor_left(c) == n && !memcmp(c->at, word, n);
}

// true, false, null or a number; moves c behind it.
static bool take_word(struct cursor *c, struct scan_value *ret)
{
	const uint8_t *from = c->at;
	while (c->at < c->end && *c->at != ',' && *c->at != '}' && *c->at != ']' && *c->at > ' ')
		c->at++;
	struct cursor word = {from, c->at};
	*ret = (struct scan_value){.text = word};
	if (from < c->at && (*from == '-' || (*from >= '0' && *from <= '9')))
		ret->type = SCAN_NUMBER;
	else if (word_is(&word, "true"))
		ret->type = SCAN_TRUE;
	else if (word_is(&word, "false"))
		ret->type = SCAN_FALSE;
	else
		return word_is(&word, "null");
	return true;
}

static inline bool take_value(struct cursor *c, struct scan_value *ret)
{
	if (c->at == c->end)
		return false;
	if (*c->at == '"') {
		c->at++;
		return take_string(c, ret);
	}
	return *c->at == '{' || *c->at == '[' ? take_nested(c, ret) : take_word(c, ret);
}

static inline void keep(const struct scan_keys *keys, const struct scan_value *key, const struct scan_value *value,
			struct scan_value *ret)
{
	size_t n = cursor_left(&key->text);
	for (size_t i = 0; i < keys->count; i++)
		if (n && keys->names[i][0] == (char)*key->text.at && strlen(keys->names[i]) == n &&
		    !memcmp(keys->names[i], key->text.at, n)) {
			ret[i] = *value;
			return;
		}
}

// Moves c behind the byte, if it stands there.
static inline bool take_byte(struct cursor *c, uint8_t byte)
{
	skip_blanks(c);
	if (c->at == c->end || *c->at != byte)
		return false;
	c->at++;
	return true;
}

int scan_object(struct cursor text, const struct scan_keys *keys, struct scan_value *ret)
{
	struct cursor c = text;
	struct scan_value key, value;
	for (size_t i = 0; i < keys->count; i++)
		ret[i] = (struct scan_value){0};
	if (!take_byte(&c, '{'))
		return ERR_MALFORMED;
	bool ended = take_byte(&c, '}');
	while (!ended) {
		if (!take_byte(&c, '"') || !take_string(&c, &key) || !take_byte(&c, ':'))
			return ERR_MALFORMED;
		skip_blanks(&c);
		if (!take_value(&c, &value))
			return ERR_MALFORMED;
		keep(keys, &key, &value, ret);
		ended = !take_byte(&c, ',');
		if (ended && !take_byte(&c, '}'))
			return ERR_MALFORMED;
	}
	skip_blanks(&c);
	return c.at == c.end ? 0 : ERR_MALFORMED;
}

bool scan_array(const struct scan_value *array, struct cursor *ret)
{
	*ret = array->text;
	return array->type == SCAN_ARRAY && take_byte(ret, '[');
}

int scan_element(struct cursor *c, struct scan_value *ret)
{
	if (take_byte(c, ']'))
		return 0;
	skip_blanks(c);
	if (!take_value(c, ret))
		return ERR_MALFORMED;
	if (!take_byte(c, ',') && (c->at == c->end || *c->at != ']'))
		return ERR_MALFORMED;
	return 1;
}

// Four hexadecimal digits; more than 0xffff: none.
static uint32_t take_hex4(struct cursor *c)
{
	uint32_t value = 0;
	if (cursor_left(c) < 4)
		return UINT32_MAX;
	for (int i = 0; i < 4; i++) {
		uint8_t byte = *c->at++, low = byte | 0x20;
		if (byte >= '0' && byte <= '9')
			value = value << 4 | (uint32_t)(byte - '0');
		else if (low >= 'a' && low <= 'f')
			value = value << 4 | (uint32_t)(low - 'a' + 10);
		else
			return UINT32_MAX;
	}
	return value;
}

// Behind "\u": the character, half surrogates as U+FFFD.
static uint32_t take_unicode(struct cursor *c)
{
	uint32_t high = take_hex4(c);
	if (high < 0xd800 || high > 0xdfff)
		return high > 0xffff ? 0xfffd : high;
	struct cursor next = *c;
	if (high > 0xdbff || cursor_left(&next) < 6 || next.at[0] != '\\' || next.at[1] != 'u')
		return 0xfffd;
	next.at += 2;
	uint32_t low = take_hex4(&next);
	if (low < 0xdc00 || low > 0xdfff)
		return 0xfffd;
	*c = next;
	return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

static size_t put_utf8(uint32_t character, char bytes[4])
{
	if (character < 0x80) {
		bytes[0] = (char)character;
		return 1;
	}
	size_t more = character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
	static const uint8_t lead[] = {0, 0xc0, 0xe0, 0xf0};
	for (size_t i = more; i > 0; i--, character >>= 6)
		bytes[i] = (char)(0x80 | (character & 0x3f));
	bytes[0] = (char)(lead[more] | character);
	return more + 1;
}

// Behind the backslash.
static size_t take_escape(struct cursor *c, char bytes[4])
{
	static const char plain[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	uint8_t byte;
	if (!cursor_u8(c, &byte))
		return 0;
	if (byte == 'u')
		return put_utf8(take_unicode(c), bytes);
	const char *at = byte ? strchr(plain, byte) : NULL;
	bytes[0] = at ? meant[at - plain] : (char)byte;
	return 1;
}

size_t scan_string(const struct scan_value *v, char *ret, size_t size)
{
	struct cursor c = v->text;
	size_t used = 0;
	uint8_t byte;
	ret[0] = '\0';
	if (v->type != SCAN_STRING)
		return 0;
	while (cursor_u8(&c, &byte)) {
		char bytes[4] = {(char)byte};
		size_t n = byte == '\\' ? take_escape(&c, bytes) : 1;
		if (used + n >= size)
			break;
		memcpy(ret + used, bytes, n);
		used += n;
	}
	ret[used] = '\0';
	return used;
}

bool scan_real(struct cursor text, double *ret)
{
	char copy[NUMBER_MAX + 1] = {0}, *end;
	size_t n = cursor_left(&text);
	if (!n || n > NUMBER_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!strchr("0123456789+-.eE", text.at[i]) || !text.at[i])
			return false;
	memcpy(copy, text.at, n);
	double value = strtod(copy, &end);
	if (end != copy + n || !isfinite(value))
		return false;
	*ret = value;
	return true;
}

// Digits and a point, so few that nothing overflows: the way of nearly all numbers, and exact where a double would round a half down.
static bool scaled_plain(struct cursor c, int digits, uint64_t *ret)
{
	uint64_t value = 0;
	int after = -1, seen = 0;
	for (; c.at < c.end; c.at++) {
		bool point = *c.at == '.' && after < 0;
		if ((!point && (*c.at < '0' || *c.at > '9')) || (seen += !point) > 18 - digits)
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

bool scan_scaled(const struct scan_value *v, int digits, uint64_t most, uint64_t *ret)
{
	uint64_t value;
	double real;
	if (v->type != SCAN_NUMBER && v->type != SCAN_STRING)
		return false;
	if (!scaled_plain(v->text, digits, &value)) {
		if (!scan_real(v->text, &real))
			return false;
		real = round(real * pow(10, digits));
		if (real < 0 || real >= 18446744073709551616.0)
			return false;
		value = (uint64_t)real;
	}
	if (value > most)
		return false;
	*ret = value;
	return true;
}
