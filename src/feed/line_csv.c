// SPDX-License-Identifier: ISC
// Comma-separated series.
#include "feed/line_csv.h"

#include "base/when.h"

#include <strings.h>

#define COLUMNS_MAX 64

const struct line_csv line_csv_default = {{0, 1, 2, 3}};

static bool line_csv_field_put(struct line_field *f, uint8_t byte)
{
	if (f->length == LINE_FIELD_MAX || byte < 0x20 || byte == 0x7f)
		return false;
	f->bytes[f->length++] = (char)byte;
	return true;
}

// Behind the opening quote; c moves behind the closing one.
static bool line_csv_take_quoted(struct cursor *c, struct line_field *f)
{
	uint8_t byte;
	while (cursor_u8(c, &byte)) {
		bool doubled = byte == '"' && c->at < c->end && *c->at == '"';
		if (byte == '"' && !doubled)
			return true;
		c->at += doubled;
		if (!line_csv_field_put(f, byte))
			return false;
	}
	return false;
}

static void line_csv_skip_blanks(struct cursor *c)
{
	while (c->at < c->end && (*c->at == ' ' || *c->at == '\t'))
		c->at++;
}

int line_csv_field(struct cursor *c, bool *more, struct line_field *f)
{
	if (!*more)
		return 0;
	f->length = 0;
	line_csv_skip_blanks(c);
	if (c->at < c->end && *c->at == '"') {
		c->at++;
		if (!line_csv_take_quoted(c, f))
			return -1;
		line_csv_skip_blanks(c);
	} else {
		for (; c->at < c->end && *c->at != ','; c->at++)
			if (!line_csv_field_put(f, *c->at))
				return -1;
		while (f->length && f->bytes[f->length - 1] == ' ')
			f->length--;
	}
	*more = c->at < c->end;
	uint8_t comma;
	return !*more || (cursor_u8(c, &comma) && comma == ',') ? 1 : -1;
}

static int line_csv_column_named(const struct line_field *f)
{
	static const struct {
		const char *name;
		int which;
	} names[] = {{"time", CSV_TIME},     {"timestamp", CSV_TIME},	 {"entity", CSV_ENTITY},
		     {"signal", CSV_SIGNAL}, {"datasource", CSV_SIGNAL}, {"value", CSV_VALUE}};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strlen(names[i].name) == f->length && !strncasecmp(names[i].name, f->bytes, f->length))
			return names[i].which;
	return -1;
}

bool line_csv_header(struct cursor line, struct line_csv *ret)
{
	struct line_csv found = line_csv_default;
	struct line_field f;
	bool more = true;
	unsigned seen = 0;
	for (uint8_t i = 0; i < COLUMNS_MAX && line_csv_field(&line, &more, &f) == 1; i++) {
		int which = line_csv_column_named(&f);
		if (which < 0 || seen & 1u << which)
			continue;
		found.column[which] = i;
		seen |= 1u << which;
	}
	if (seen != (1u << CSV_WANTED) - 1)
		return false;
	*ret = found;
	return true;
}

bool line_csv_take(const struct line_csv *csv, struct cursor line, struct text *out, struct instant *ret)
{
	struct line_field of[CSV_WANTED], other;
	bool more = true;
	unsigned seen = 0;
	for (uint8_t i = 0; i < COLUMNS_MAX && more; i++) {
		int which = CSV_WANTED - 1;
		while (which >= 0 && csv->column[which] != i)
			which--;
		if (line_csv_field(&line, &more, which < 0 ? &other : &of[which]) != 1)
			return false;
		seen |= which < 0 ? 0 : 1u << which;
	}
	if (seen != (1u << CSV_WANTED) - 1 || !of[CSV_ENTITY].length || !of[CSV_SIGNAL].length)
		return false;
	if (!when_either(cursor_of(of[CSV_TIME].bytes, of[CSV_TIME].length), ret))
		return false;
	text_clear(out);
	text_bytes(out, of[CSV_ENTITY].bytes, of[CSV_ENTITY].length);
	text_char(out, '\t');
	text_bytes(out, of[CSV_SIGNAL].bytes, of[CSV_SIGNAL].length);
	text_char(out, '\t');
	text_bytes(out, of[CSV_VALUE].bytes, of[CSV_VALUE].length);
	return true;
}
