// SPDX-License-Identifier: ISC
// One pass over JSON text.
#include "base/scan.h"

#include "base/err.h"
#include "base/must.h"
#include "base/number.h"

// Behind the opening quote; moves c behind the closing one.
static inline bool scan_take_string(struct cursor *c, struct scan_value *ret)
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
static bool scan_take_nested(struct cursor *c, struct scan_value *ret)
{
	struct scan_value string;
	const uint8_t *from = c->at;
	uint8_t byte;
	int depth = 0;
	while (cursor_u8(c, &byte)) {
		if (byte == '"' && !scan_take_string(c, &string))
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

static bool scan_word_is(const struct cursor *c, const char *word)
{
	size_t n = strlen(word);
	return cursor_left(c) == n && !memcmp(c->at, word, n);
}

// true, false, null, a number or some other word; moves c behind it. False: nothing.
static bool scan_take_word(struct cursor *c, struct scan_value *ret)
{
	const uint8_t *from = c->at;
	while (c->at < c->end && *c->at != ',' && *c->at != '}' && *c->at != ']' && *c->at > ' ')
		c->at++;
	struct cursor word = {from, c->at};
	*ret = (struct scan_value){.type = SCAN_WORD, .text = word};
	if (from < c->at && (*from == '-' || (*from >= '0' && *from <= '9')))
		ret->type = SCAN_NUMBER;
	else if (scan_word_is(&word, "true"))
		ret->type = SCAN_TRUE;
	else if (scan_word_is(&word, "false"))
		ret->type = SCAN_FALSE;
	else if (scan_word_is(&word, "null"))
		ret->type = SCAN_ABSENT;
	return from < c->at;
}

static inline bool scan_take_value(struct cursor *c, struct scan_value *ret)
{
	if (c->at == c->end)
		return false;
	if (*c->at == '"') {
		c->at++;
		return scan_take_string(c, ret);
	}
	return *c->at == '{' || *c->at == '[' ? scan_take_nested(c, ret) : scan_take_word(c, ret);
}

// Whether the key was there already.
static inline bool scan_keep(const struct scan_keys *keys, const struct scan_value *key, const struct scan_value *value,
			     struct scan_value *ret)
{
	size_t n = cursor_left(&key->text);
	for (size_t i = 0; i < keys->count; i++)
		if (n && keys->names[i][0] == (char)*key->text.at && strlen(keys->names[i]) == n &&
		    !memcmp(keys->names[i], key->text.at, n)) {
			bool twice = ret[i].text.at;
			ret[i] = *value;
			return twice;
		}
	return false;
}

// Moves c behind the byte, if it stands there, blanks aside.
static inline bool scan_take_byte(struct cursor *c, uint8_t byte)
{
	scan_blank(c);
	if (c->at == c->end || *c->at != byte)
		return false;
	c->at++;
	return true;
}

// The key and its value, without what follows.
static inline bool scan_take_member(struct cursor *c, struct scan_value *key, struct scan_value *value)
{
	if (!scan_take_byte(c, '"') || !scan_take_string(c, key) || !scan_take_byte(c, ':'))
		return false;
	scan_blank(c);
	return scan_take_value(c, value);
}

static inline int scan_object_of(struct cursor text, const struct scan_keys *keys, bool once, struct scan_value *ret)
{
	struct cursor c = text;
	struct scan_value key, value;
	for (size_t i = 0; i < keys->count; i++)
		ret[i] = (struct scan_value){0};
	if (!scan_take_byte(&c, '{'))
		return ERR_MALFORMED;
	bool ended = scan_take_byte(&c, '}');
	while (!ended) {
		if (!scan_take_member(&c, &key, &value) || value.type == SCAN_WORD)
			return ERR_MALFORMED;
		if (UNLIKELY(scan_keep(keys, &key, &value, ret)) && once)
			return ERR_MALFORMED;
		ended = !scan_take_byte(&c, ',');
		if (ended && !scan_take_byte(&c, '}'))
			return ERR_MALFORMED;
	}
	scan_blank(&c);
	return c.at == c.end ? 0 : ERR_MALFORMED;
}

int scan_object(struct cursor text, const struct scan_keys *keys, struct scan_value *ret)
{
	return scan_object_of(text, keys, false, ret);
}

int scan_object_once(struct cursor text, const struct scan_keys *keys, struct scan_value *ret)
{
	return scan_object_of(text, keys, true, ret);
}

bool scan_enter(struct cursor *c, uint8_t bracket)
{
	must(bracket == '{' || bracket == '[');
	return scan_take_byte(c, bracket);
}

// Behind a value: its comma, or the closing bracket, which stays.
static bool scan_take_comma(struct cursor *c)
{
	return scan_take_byte(c, ',') || (c->at < c->end && (*c->at == '}' || *c->at == ']'));
}

int scan_member(struct cursor *c, struct scan_value *ret_key, struct scan_value *ret_value)
{
	struct scan_value key, value;
	if (scan_take_byte(c, '}'))
		return 0;
	if (!scan_take_member(c, &key, &value) || !scan_take_comma(c))
		return ERR_MALFORMED;
	*ret_key = key;
	*ret_value = value;
	return 1;
}

int scan_element(struct cursor *c, struct scan_value *ret_value)
{
	struct scan_value value;
	if (scan_take_byte(c, ']'))
		return 0;
	scan_blank(c);
	if (!scan_take_value(c, &value) || !scan_take_comma(c))
		return ERR_MALFORMED;
	*ret_value = value;
	return 1;
}

bool scan_array(const struct scan_value *array, struct cursor *ret)
{
	struct cursor c = array->text;
	if (array->type != SCAN_ARRAY || !scan_take_byte(&c, '['))
		return false;
	*ret = c;
	return true;
}

// One byte outside of strings. False: the value ended before it.
static bool scan_end_byte(struct scan_end *e, uint8_t byte)
{
	if (byte == '"')
		e->quoted = true;
	else if (byte == '{' || byte == '[')
		e->depth++;
	else if (byte == '}' || byte == ']')
		e->depth--;
	else if (e->depth == 0 && (byte == ',' || byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r'))
		return false;
	else if (e->depth == 0)
		e->scalar = true;
	return e->depth >= 0;
}

static void scan_end_quoted(struct scan_end *e, uint8_t byte)
{
	if (e->escaped)
		e->escaped = false;
	else if (byte == '\\')
		e->escaped = true;
	else
		e->quoted = byte != '"';
}

int scan_end(struct scan_end *e, struct cursor *c)
{
	while (c->at < c->end) {
		uint8_t byte = *c->at;
		if (e->quoted)
			scan_end_quoted(e, byte);
		else if (!scan_end_byte(e, byte))
			return 1;
		c->at++;
		if (!e->quoted && e->depth == 0 && !e->scalar)
			return 1;
	}
	return 0;
}

// Four hexadecimal digits; more than 0xffff: none.
static uint32_t scan_take_hex4(struct cursor *c)
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
static uint32_t scan_take_unicode(struct cursor *c)
{
	uint32_t high = scan_take_hex4(c);
	if (high < 0xd800 || high > 0xdfff)
		return high > 0xffff ? 0xfffd : high;
	struct cursor next = *c;
	if (high > 0xdbff || cursor_left(&next) < 6 || next.at[0] != '\\' || next.at[1] != 'u')
		return 0xfffd;
	next.at += 2;
	uint32_t low = scan_take_hex4(&next);
	if (low < 0xdc00 || low > 0xdfff)
		return 0xfffd;
	*c = next;
	return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

static size_t scan_put_utf8(uint32_t character, char bytes[4])
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
static size_t scan_take_escape(struct cursor *c, char bytes[4])
{
	static const char plain[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	uint8_t byte;
	if (!cursor_u8(c, &byte))
		return 0;
	if (byte == 'u')
		return scan_put_utf8(scan_take_unicode(c), bytes);
	const char *at = byte ? strchr(plain, byte) : NULL;
	bytes[0] = at ? meant[at - plain] : (char)byte;
	return 1;
}

// Bytes of the character at c, or 0: none of UTF-8. The second byte rules out long forms, surrogates and what is beyond U+10FFFF.
static size_t scan_character(struct cursor c)
{
	uint8_t a = *c.at, low = 0x80, high = 0xbf;
	size_t n = a < 0x80 ? 1 : a >= 0xc2 && a < 0xe0 ? 2 : a >= 0xe0 && a < 0xf0 ? 3 : a >= 0xf0 && a < 0xf5 ? 4 : 0;
	if (n < 2 || cursor_left(&c) < n)
		return n < 2 ? n : 0;
	low = a == 0xe0 ? 0xa0 : a == 0xf0 ? 0x90 : low;
	high = a == 0xed ? 0x9f : a == 0xf4 ? 0x8f : high;
	if (c.at[1] < low || c.at[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if ((c.at[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

// Whether no byte is above 0x7f: eight at a time, for every line of a recording is asked this.
static bool scan_ascii(struct cursor text)
{
	uint64_t all = 0, eight;
	for (; (size_t)(text.end - text.at) >= sizeof(eight); text.at += sizeof(eight)) {
		memcpy(&eight, text.at, sizeof(eight));
		all |= eight;
	}
	for (; text.at < text.end; text.at++)
		all |= *text.at;
	return !(all & 0x8080808080808080);
}

bool scan_utf8(struct cursor text)
{
	if (cursor_left(&text) && memchr(text.at, 0, cursor_left(&text)))
		return false;
	if (LIKELY(scan_ascii(text)))
		return true;
	while (text.at < text.end) {
		size_t n = scan_character(text);
		if (!n)
			return false;
		text.at += n;
	}
	return true;
}

size_t scan_string(const struct scan_value *v, char *ret, size_t size)
{
	must(size > 0);
	struct cursor c = v->text;
	size_t used = 0;
	uint8_t byte;
	ret[0] = '\0';
	if (v->type != SCAN_STRING)
		return 0;
	while (cursor_u8(&c, &byte)) {
		char bytes[4] = {(char)byte};
		size_t n = byte == '\\' ? scan_take_escape(&c, bytes) : 1;
		if (used + n >= size)
			break;
		memcpy(ret + used, bytes, n);
		used += n;
	}
	ret[used] = '\0';
	return used;
}

bool scan_scaled(const struct scan_value *v, int digits, uint64_t most, uint64_t *ret)
{
	if (v->type != SCAN_NUMBER && v->type != SCAN_STRING)
		return false;
	return number_scaled(v->text, digits, most, ret);
}

bool scan_real(const struct scan_value *v, double *ret)
{
	struct cursor c = v->text;
	double value;
	if (v->type != SCAN_NUMBER || !number_real(&c, &value) || cursor_left(&c))
		return false;
	*ret = value;
	return true;
}

bool scan_i64(const struct scan_value *v, int64_t least, int64_t most, int64_t *ret)
{
	struct cursor c = v->text;
	int64_t value;
	if (v->type != SCAN_NUMBER || !number_i64(&c, least, most, &value) || cursor_left(&c))
		return false;
	*ret = value;
	return true;
}
