// SPDX-License-Identifier: ISC
// Comma-separated series.
#include "feed/line_csv.h"

#include "feed/line_foreign.h"
#include "feed/line_time.h"

#include <strings.h>

#define COLUMNS_MAX 64

#define SHOWN 40 // bytes of a field in a message

const struct line_csv line_csv_default = {{0, 1, 2, 3}, ','};

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
	while (c->at < c->end && *c->at == ' ')
		c->at++;
}

static int line_csv_field_to(struct cursor *c, char mark, bool *more, struct line_field *f)
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
		for (; c->at < c->end && *c->at != (uint8_t)mark; c->at++)
			if (!line_csv_field_put(f, *c->at))
				return -1;
		while (f->length && f->bytes[f->length - 1] == ' ')
			f->length--;
	}
	*more = c->at < c->end;
	uint8_t comma;
	return !*more || (cursor_u8(c, &comma) && comma == (uint8_t)mark) ? 1 : -1;
}

int line_csv_field(struct cursor *c, bool *more, struct line_field *f)
{
	return line_csv_field_to(c, ',', more, f);
}

// Whether and which.
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

static bool line_csv_header_by(struct cursor line, char comma, struct line_csv *ret)
{
	struct line_csv found = line_csv_default;
	struct line_field f;
	bool more = true;
	unsigned seen = 0;
	found.comma = comma;
	for (uint8_t i = 0; i < COLUMNS_MAX && line_csv_field_to(&line, comma, &more, &f) == 1; i++) {
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

bool line_csv_header(struct cursor line, struct line_csv *ret)
{
	return line_csv_header_by(line, ',', ret) || line_csv_header_by(line, ';', ret) ||
	       line_csv_header_by(line, '\t', ret);
}

static size_t line_csv_count(struct cursor line, char mark)
{
	size_t n = 0;
	for (const uint8_t *at = line.at; at < line.end; at++)
		n += *at == (uint8_t)mark;
	return n;
}

bool line_csv_guess(struct cursor line, struct line_csv *ret, struct text *why)
{
	struct line_csv csv = line_csv_default;
	struct line_field first, f;
	struct cursor c = line;
	bool more = true;
	size_t commas = line_csv_count(line, ','), semicolons = line_csv_count(line, ';'),
	       tabs = line_csv_count(line, '\t');
	csv.comma = tabs >= CSV_WANTED - 1 && tabs > commas ? '\t' : semicolons >= CSV_WANTED - 1 ? ';' : ',';
	if (commas < CSV_WANTED - 1 && tabs > commas && tabs > semicolons)
		csv.comma = '\t';
	*ret = csv;
	first.length = 0;
	for (size_t i = 0; i < COLUMNS_MAX && line_csv_field_to(&c, csv.comma, &more, &f) == 1; i++) {
		first = i ? first : f;
		// A line with a number names no columns, be it as broken as it may.
		size_t sign = f.length && f.bytes[0] == '-';
		if (f.length > sign && f.bytes[sign] >= '0' && f.bytes[sign] <= '9')
			return true;
	}
	text_clear(why);
	text_put(
		why,
		"the first line does not name the columns that are wanted, time, entity, signal and value (in any order): ");
	line_foreign_columns(line, csv.comma, why);
	if (first.length && line_csv_column_named(&first) == CSV_TIME)
		text_put(why, ". A table with a column for each series is to be written as one value a line");
	return false;
}

// What is wrong with a field, and what it holds. Always false.
static bool line_csv_wrong(struct text *out, const char *what, const struct line_field *f)
{
	text_clear(out);
	text_put(out, what);
	if (!f)
		return false;
	text_put(out, ": \"");
	text_bytes(out, f->bytes, f->length < SHOWN ? f->length : SHOWN);
	text_char(out, '"');
	return false;
}

// The comma that many write in place of a point.
static void line_csv_put_value(const struct line_csv *csv, const struct line_field *f, struct text *out)
{
	const char *comma = csv->comma == ',' || !f->length ? NULL : memchr(f->bytes, ',', f->length);
	bool decimal = comma && !memchr(f->bytes, '.', f->length) &&
		       !memchr(comma + 1, ',', f->length - (size_t)(comma + 1 - f->bytes));
	for (size_t i = 0; i < f->length; i++)
		text_char(out, decimal && f->bytes + i == comma ? '.' : f->bytes[i]);
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
		if (line_csv_field_to(&line, csv->comma, &more, which < 0 ? &other : &of[which]) != 1)
			return line_csv_wrong(
				out, "a field that is longer than 256 bytes, or whose quotes do not close", NULL);
		seen |= which < 0 ? 0 : 1u << which;
	}
	if (seen != (1u << CSV_WANTED) - 1)
		return line_csv_wrong(out, "fewer columns than the four that are wanted (time, entity, signal, value)",
				      NULL);
	if (!of[CSV_ENTITY].length || !of[CSV_SIGNAL].length)
		return line_csv_wrong(out, "no entity or no signal", NULL);
	if (!line_time_text(cursor_of(of[CSV_TIME].bytes, of[CSV_TIME].length), ret))
		return line_csv_wrong(out,
				      "no readable time (wanted is one such as 2022-01-26T04:00:00Z or Unix seconds)",
				      &of[CSV_TIME]);
	text_clear(out);
	text_bytes(out, of[CSV_ENTITY].bytes, of[CSV_ENTITY].length);
	text_char(out, '\t');
	text_bytes(out, of[CSV_SIGNAL].bytes, of[CSV_SIGNAL].length);
	text_char(out, '\t');
	line_csv_put_value(csv, &of[CSV_VALUE], out);
	return true;
}
