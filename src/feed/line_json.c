// SPDX-License-Identifier: ISC
// Structure of JSON text.
#include "feed/line_json.h"

#include "base/err.h"

void line_json_blank(struct cursor *c)
{
	while (c->at < c->end && (*c->at == ' ' || *c->at == '\t' || *c->at == '\n' || *c->at == '\r'))
		c->at++;
}

// One byte outside of strings. False: the value ended before it.
static bool end_byte(struct line_json_end *e, uint8_t byte)
{
	if (byte == '"')
		e->quoted = true;
	else if (byte == '{' || byte == '[')
		e->deepest += e->deepest < ++e->depth;
	else if (byte == '}' || byte == ']')
		e->depth--;
	else if (e->depth == 0 && (byte == ',' || byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r'))
		return false;
	else if (e->depth == 0)
		e->scalar = true;
	return e->depth >= 0;
}

static void quoted_byte(struct line_json_end *e, uint8_t byte)
{
	if (e->escaped)
		e->escaped = false;
	else if (byte == '\\')
		e->escaped = true;
	else
		e->quoted = byte != '"';
}

int line_json_end(struct line_json_end *e, struct cursor *c)
{
	while (c->at < c->end) {
		uint8_t byte = *c->at;
		if (e->quoted)
			quoted_byte(e, byte);
		else if (!end_byte(e, byte))
			return 1;
		c->at++;
		if (!e->quoted && e->depth == 0 && !e->scalar)
			return 1;
	}
	return 0;
}

bool line_json_enter(struct cursor *c, uint8_t bracket)
{
	line_json_blank(c);
	if (c->at == c->end || *c->at != bracket)
		return false;
	c->at++;
	return true;
}

// The value c stands at, which must end within c, and the comma behind it.
static int take_value(struct cursor *c, struct cursor *ret)
{
	struct line_json_end e = {0};
	line_json_blank(c);
	const uint8_t *from = c->at;
	if (line_json_end(&e, c) != 1 || c->at == from || e.deepest > LINE_JSON_DEPTH)
		return ERR_MALFORMED;
	*ret = (struct cursor){from, c->at};
	line_json_blank(c);
	if (c->at < c->end && *c->at == ',')
		c->at++;
	else if (c->at == c->end || (*c->at != '}' && *c->at != ']'))
		return ERR_MALFORMED;
	return 1;
}

int line_json_element(struct cursor *c, struct cursor *ret_value)
{
	line_json_blank(c);
	if (c->at == c->end)
		return ERR_MALFORMED;
	if (*c->at != ']')
		return take_value(c, ret_value);
	c->at++;
	return 0;
}

int line_json_member(struct cursor *c, struct cursor *ret_key, struct cursor *ret_value)
{
	struct line_json_end e = {0};
	line_json_blank(c);
	if (c->at == c->end)
		return ERR_MALFORMED;
	if (*c->at == '}') {
		c->at++;
		return 0;
	}
	const uint8_t *from = c->at;
	if (*from != '"' || line_json_end(&e, c) != 1)
		return ERR_MALFORMED;
	struct cursor key = {from + 1, c->at - 1};
	line_json_blank(c);
	if (c->at == c->end || *c->at != ':')
		return ERR_MALFORMED;
	c->at++;
	int got = take_value(c, ret_value);
	if (got == 1)
		*ret_key = key;
	return got;
}
