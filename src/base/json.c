// SPDX-License-Identifier: ISC
// JSON writer: escaping as RFC 8259 section 7 asks, numbers with fixed digits.
#include "base/json.h"

#include "base/must.h"

#include <math.h>

static void json_value_begins(struct json *j)
{
	if (j->comma)
		text_char(j->out, ',');
	j->comma = true;
}

void json_open(struct json *j, char bracket)
{
	must(bracket == '{' || bracket == '[');
	json_value_begins(j);
	text_char(j->out, bracket);
	j->comma = false;
}

void json_close(struct json *j, char bracket)
{
	must(bracket == '}' || bracket == ']');
	text_char(j->out, bracket);
	j->comma = true;
}

// Length of the well-formed UTF-8 sequence at p (RFC 3629), or 0.
static size_t json_utf8_length(const uint8_t *p, size_t left)
{
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
	if (!n || n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	bool overlong = (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xf0 && p[1] < 0x90);
	bool beyond = (p[0] == 0xed && p[1] >= 0xa0) || (p[0] == 0xf4 && p[1] >= 0x90);
	return overlong || beyond ? 0 : n;
}

// What a terminal would obey or not show (controls, marks of direction, zero width, tags) is written as its number.
static void json_hidden(struct text *t, const uint8_t *p, size_t n)
{
	static const uint8_t lead[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	uint32_t rune = p[0] & lead[n];
	for (size_t i = 1; i < n; i++)
		rune = rune << 6 | (p[i] & 0x3f);
	if (rune < 0x10000)
		text_printf(t, "\\u%04x", rune);
	else
		text_printf(t, "\\u%04x\\u%04x", 0xd800 + ((rune - 0x10000) >> 10),
			    0xdc00 + ((rune - 0x10000) & 0x3ff));
}

// How many bytes from p on go out as they are, each a character of its own.
static size_t json_plain_length(const uint8_t *p, size_t left)
{
	size_t n = 0;
	while (n < left && p[n] >= 0x20 && p[n] < 0x7f && p[n] != '"' && p[n] != '\\')
		n++;
	return n;
}

static void json_escaped(struct text *t, const char *value, size_t n)
{
	const uint8_t *p = (const uint8_t *)value;
	text_char(t, '"');
	for (size_t i = 0; i < n;) {
		size_t plain = json_plain_length(p + i, n - i);
		if (plain) {
			text_bytes(t, p + i, plain);
			i += plain;
			continue;
		}
		size_t take = json_utf8_length(p + i, n - i);
		if (!take) {
			text_put(t, "\xef\xbf\xbd");
			i++;
			continue;
		}
		if (p[i] == '"' || p[i] == '\\')
			text_char(t, '\\');
		if (text_showable(p + i, n - i))
			text_bytes(t, p + i, take);
		else
			json_hidden(t, p + i, take);
		i += take;
	}
	text_char(t, '"');
}

void json_key(struct json *j, const char *key)
{
	must(key);
	json_value_begins(j);
	json_escaped(j->out, key, strlen(key));
	text_char(j->out, ':');
	j->comma = false;
}

void json_string_n(struct json *j, const char *value, size_t n)
{
	must(value || !n);
	json_value_begins(j);
	json_escaped(j->out, value, n);
}

void json_string(struct json *j, const char *value)
{
	if (value)
		json_string_n(j, value, strlen(value));
	else
		json_null(j);
}

void json_int(struct json *j, int64_t value)
{
	json_value_begins(j);
	if (value < 0)
		text_char(j->out, '-');
	text_u64(j->out, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void json_real(struct json *j, double value, int digits)
{
	must(digits >= 0 && digits <= 17);
	if (!isfinite(value)) {
		json_null(j);
		return;
	}
	json_value_begins(j);
	text_printf(j->out, "%.*f", digits, value);
}

void json_instant(struct json *j, struct instant when, int digits)
{
	if (!instant_known(when)) {
		json_null(j);
		return;
	}
	json_value_begins(j);
	text_instant(j->out, when, digits);
}

void json_bool(struct json *j, bool value)
{
	json_value_begins(j);
	text_put(j->out, value ? "true" : "false");
}

void json_null(struct json *j)
{
	json_value_begins(j);
	text_put(j->out, "null");
}
