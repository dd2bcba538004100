// SPDX-License-Identifier: ISC
// Values as objects.
#include "feed/line_point.h"

#include "base/scan.h"
#include "feed/line_time.h"

#define WORD_MAX 198 // bytes of a name

enum { ENTITY, TYPE, CODE, SIGNAL, SUBTYPE, TIME, VALUE, MEMBERS };

static bool line_point_plain(const struct scan_value *v)
{
	if (v->type != SCAN_STRING || !cursor_left(&v->text) || cursor_left(&v->text) > WORD_MAX)
		return false;
	for (const uint8_t *at = v->text.at; at < v->text.end; at++)
		if (*at < 0x20 || *at == '\\' || *at == 0x7f)
			return false;
	return true;
}

static void line_point_put(struct text *out, const struct scan_value *v, char behind)
{
	text_bytes(out, v->text.at, cursor_left(&v->text));
	if (behind)
		text_char(out, behind);
}

bool line_point_take(struct cursor line, struct text *out, struct instant *ret)
{
	static const struct {
		const char *name;
		int which;
	} names[] = {{"entity", ENTITY},     {"entityType", TYPE}, {"entityCode", CODE}, {"signal", SIGNAL},
		     {"datasource", SIGNAL}, {"subtype", SUBTYPE}, {"time", TIME},	 {"ts", TIME},
		     {"timestamp", TIME},    {"value", VALUE}};
	struct scan_value of[MEMBERS] = {0}, key, value;
	bool seen = false;
	int got;
	if (!scan_enter(&line, '{'))
		return false;
	while ((got = scan_member(&line, &key, &value)) == 1)
		for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
			if (scan_is(&key, names[i].name)) {
				of[names[i].which] = value;
				seen |= names[i].which == VALUE;
			}
	bool pair = line_point_plain(&of[TYPE]) && line_point_plain(&of[CODE]);
	bool number = of[VALUE].type == SCAN_NUMBER || of[VALUE].type == SCAN_ABSENT;
	if (got < 0 || !seen || !number || (!pair && !line_point_plain(&of[ENTITY])) ||
	    !line_point_plain(&of[SIGNAL]) || (of[TIME].type != SCAN_NUMBER && of[TIME].type != SCAN_STRING) ||
	    !line_time_text(of[TIME].text, ret))
		return false;
	text_clear(out);
	if (pair)
		line_point_put(out, &of[TYPE], '/');
	line_point_put(out, pair ? &of[CODE] : &of[ENTITY], '\t');
	line_point_put(out, &of[SIGNAL], line_point_plain(&of[SUBTYPE]) ? '.' : '\t');
	if (line_point_plain(&of[SUBTYPE]))
		line_point_put(out, &of[SUBTYPE], '\t');
	if (of[VALUE].type == SCAN_NUMBER)
		line_point_put(out, &of[VALUE], '\0');
	return true;
}
