// SPDX-License-Identifier: ISC
// ZMap's columns.
#include "feed/line_zmap.h"

#include "base/number.h"
#include "base/scan.h"
#include "base/when.h"
#include "feed/line_csv.h"

#define US_PER_S   1000000
#define LONGEST_NS (3600 * NS_PER_S) // from sending to answer; a stamp further off is none

static const char *const line_zmap_column_names[ZMAP_WANTED] = {
	[ZMAP_ADDRESS] = "saddr",
	[ZMAP_CLASS] = "classification",
	[ZMAP_REPEAT] = "repeat",
	[ZMAP_SENT_S] = "sent-timestamp-ts",
	[ZMAP_SENT_US] = "sent-timestamp-us",
	[ZMAP_CAME_S] = "timestamp-ts",
	[ZMAP_CAME_US] = "timestamp-us",
	[ZMAP_CAME_TEXT] = "timestamp-str",
};

static bool line_zmap_same_name(const struct line_field *f, const char *name)
{
	if (strlen(name) != f->length)
		return false;
	for (size_t i = 0; i < f->length; i++)
		if (f->bytes[i] != name[i] && !(f->bytes[i] == '_' && name[i] == '-'))
			return false;
	return true;
}

bool line_zmap_header(struct cursor line, struct line_zmap *ret)
{
	struct line_zmap found;
	struct line_field f;
	bool more = true;
	memset(found.column, ZMAP_COLUMNS_MAX, sizeof(found.column));
	for (uint8_t i = 0; i < ZMAP_COLUMNS_MAX && line_csv_field(&line, &more, &f) == 1; i++)
		for (int k = 0; k < ZMAP_WANTED; k++)
			if (found.column[k] == ZMAP_COLUMNS_MAX && line_zmap_same_name(&f, line_zmap_column_names[k]))
				found.column[k] = i;
	if (found.column[ZMAP_ADDRESS] == ZMAP_COLUMNS_MAX || found.column[ZMAP_CLASS] == ZMAP_COLUMNS_MAX)
		return false;
	*ret = found;
	return true;
}

static struct cursor line_zmap_field_cursor(const struct line_field *f)
{
	return cursor_of(f->bytes, f->length);
}

// Whole seconds and, where known, microseconds, which are not padded.
static bool line_zmap_time_of(const struct line_field *seconds, const struct line_field *us, struct instant *ret)
{
	uint64_t micro = 0;
	struct instant time;
	if (!when_number(line_zmap_field_cursor(seconds), &time))
		return false;
	struct cursor c = line_zmap_field_cursor(us);
	if (us->length && (!number_u64(&c, US_PER_S - 1, &micro) || cursor_left(&c)))
		return false;
	*ret = instant_after(time, (int64_t)micro * 1000);
	return true;
}

static bool line_zmap_take_time(const struct line_field of[ZMAP_WANTED], struct instant *ret)
{
	struct instant sent, came;
	bool knows_sent = of[ZMAP_SENT_S].length && line_zmap_time_of(&of[ZMAP_SENT_S], &of[ZMAP_SENT_US], &sent);
	bool knows_came =
		of[ZMAP_CAME_S].length
			? line_zmap_time_of(&of[ZMAP_CAME_S], &of[ZMAP_CAME_US], &came)
			: of[ZMAP_CAME_TEXT].length && when_either(line_zmap_field_cursor(&of[ZMAP_CAME_TEXT]), &came);
	// A stamp of arrival may lack its part of a second.
	if (knows_sent && knows_came && (sent.ns - came.ns > NS_PER_S || came.ns - sent.ns > LONGEST_NS))
		knows_sent = false;
	*ret = knows_sent ? sent : knows_came ? came : INSTANT_NONE;
	return knows_sent || knows_came;
}

static bool line_zmap_field_is(const struct line_field *f, const char *word)
{
	return strlen(word) == f->length && !memcmp(word, f->bytes, f->length);
}

static void line_zmap_put_field(struct text *out, const struct line_field *f)
{
	text_char(out, '\t');
	text_bytes(out, f->bytes, f->length);
}

static bool line_zmap_put(const struct line_field of[ZMAP_WANTED], struct text *out, struct instant *ret)
{
	if (!of[ZMAP_ADDRESS].length || !line_zmap_take_time(of, ret))
		return false;
	text_clear(out);
	text_put(out, "zmap");
	line_zmap_put_field(out, &of[ZMAP_ADDRESS]);
	line_zmap_put_field(out, &of[ZMAP_CLASS]);
	bool repeat = line_zmap_field_is(&of[ZMAP_REPEAT], "1") || line_zmap_field_is(&of[ZMAP_REPEAT], "true");
	text_put(out, repeat ? "\t\trepeat" : "\t\t");
	return true;
}

bool line_zmap_take(const struct line_zmap *z, struct cursor line, struct text *out, struct instant *ret)
{
	struct line_field of[ZMAP_WANTED], other;
	bool more = true;
	unsigned wanted = 0, seen = 0;
	for (int k = 0; k < ZMAP_WANTED; k++) {
		of[k].length = 0;
		wanted |= z->column[k] < ZMAP_COLUMNS_MAX ? 1u << k : 0;
	}
	for (uint8_t i = 0; i < ZMAP_COLUMNS_MAX && more; i++) {
		int k = ZMAP_WANTED - 1;
		while (k >= 0 && z->column[k] != i)
			k--;
		if (line_csv_field(&line, &more, k < 0 ? &other : &of[k]) != 1)
			return false;
		seen |= k < 0 ? 0 : 1u << k;
	}
	return seen == wanted && line_zmap_put(of, out, ret);
}

bool line_zmap_object(struct cursor line, struct text *out, struct instant *ret)
{
	struct line_field of[ZMAP_WANTED], name;
	struct scan_value key, value;
	int got;
	for (int k = 0; k < ZMAP_WANTED; k++)
		of[k].length = 0;
	if (!scan_enter(&line, '{'))
		return false;
	while ((got = scan_member(&line, &key, &value)) == 1) {
		size_t n = cursor_left(&value.text);
		name.length = cursor_left(&key.text) < LINE_FIELD_MAX ? cursor_left(&key.text) : LINE_FIELD_MAX;
		memcpy(name.bytes, key.text.at, name.length);
		for (int k = 0; k < ZMAP_WANTED; k++) {
			if (n > LINE_FIELD_MAX || value.escaped ||
			    !line_zmap_same_name(&name, line_zmap_column_names[k]))
				continue;
			of[k].length = n;
			memcpy(of[k].bytes, value.text.at, n);
			if (memchr(of[k].bytes, '\t', n))
				return false; // stands between the fields of what is given
		}
	}
	return got == 0 && of[ZMAP_CLASS].length && line_zmap_put(of, out, ret);
}
