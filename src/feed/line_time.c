// SPDX-License-Identifier: ISC
// Times of lines.
#include "feed/line_time.h"

#include "base/scan.h"
#include "base/when.h"
#include "model/record.h"

// The way of nearly all lines: the time is the first member. The text before the number is passed over.
static bool line_time_first(struct cursor c, struct instant *ret)
{
	static const char head[] = "{\"t\":";
	struct instant time;
	if (cursor_left(&c) < sizeof(head) || memcmp(c.at, head, sizeof(head) - 1) != 0)
		return false;
	c.at += sizeof(head) - 1;
	if (!when_seconds(&c, &time) || c.at == c.end || *c.at != ',')
		return false;
	*ret = time;
	return true;
}

uint8_t line_time_object(struct cursor c, struct instant *ret)
{
	struct scan_value key, value;
	if (LIKELY(line_time_first(c, ret)))
		return LINE_PROBE;
	if (!scan_enter(&c, '{'))
		return LINE_NONE;
	while (scan_member(&c, &key, &value) == 1) {
		bool probe = scan_is(&key, "t"), atlas = scan_is(&key, "timestamp");
		if (probe || atlas)
			return value.type != SCAN_NUMBER || !when_number(value.text, ret) ? LINE_NONE
			       : probe							  ? LINE_PROBE
											  : LINE_ATLAS;
	}
	return LINE_NONE;
}
