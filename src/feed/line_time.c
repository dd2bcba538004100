// SPDX-License-Identifier: ISC
// Times of lines.
#include "feed/line_time.h"

#include "base/number.h"
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

// Unix seconds of 2001 to 2223 times 10^3, 10^6 or 10^9: their sizes do not overlap.
static bool line_time_scaled(struct cursor c, struct instant *ret)
{
	static const uint64_t units[] = {1000000, 1000, 1}; // nanoseconds
	uint64_t number;
	if (!number_u64(&c, INT64_MAX, &number) || cursor_left(&c))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		uint64_t second = NS_PER_S / units[i];
		if (number / second < 1000000000 || number / second > WHEN_SECONDS_MAX)
			continue;
		*ret = instant_of((int64_t)(number / second), (uint32_t)(number % second * units[i]));
		return true;
	}
	return false;
}

bool line_time_text(struct cursor c, struct instant *ret)
{
	static const char *const zones[] = {"UTC", "GMT", "utc"};
	for (size_t i = 0; i < sizeof(zones) / sizeof(*zones); i++)
		if (cursor_left(&c) > 3 && !memcmp(c.end - 3, zones[i], 3)) {
			c.end -= 3;
			while (c.end > c.at && c.end[-1] == ' ')
				c.end--;
			break;
		}
	return when_typed(c, ret) || line_time_scaled(c, ret);
}
