// SPDX-License-Identifier: ISC
// Times of lines.
#include "feed/line_time.h"

#include "feed/line_json.h"
#include "model/record.h"

#define SECONDS_MAX 8000000000ull // year 2223

static bool is_digit(uint8_t byte)
{
	return byte >= '0' && byte <= '9';
}

// Behind '.': nanoseconds. False: no digit.
static bool take_fraction(struct cursor *c, uint32_t *ret)
{
	uint32_t nanoseconds = 0, unit = NS_PER_S / 10;
	const uint8_t *from = c->at;
	for (; c->at < c->end && is_digit(*c->at); c->at++, unit /= 10)
		nanoseconds += (uint32_t)(*c->at - '0') * unit;
	*ret = nanoseconds;
	return c->at > from;
}

// Seconds with decimals, up to the first byte that is no part of them.
static bool take_seconds(struct cursor *c, struct instant *ret)
{
	uint64_t seconds = 0;
	uint32_t nanoseconds = 0;
	const uint8_t *from = c->at;
	for (; c->at < c->end && is_digit(*c->at); c->at++) {
		seconds = seconds * 10 + (uint64_t)(*c->at - '0');
		if (seconds > SECONDS_MAX)
			return false;
	}
	if (c->at == from)
		return false;
	if (c->at < c->end && *c->at == '.') {
		c->at++;
		if (!take_fraction(c, &nanoseconds))
			return false;
	}
	*ret = instant_of((int64_t)seconds, nanoseconds);
	return true;
}

bool line_time_number(struct cursor c, struct instant *ret)
{
	struct instant time;
	if (!take_seconds(&c, &time) || c.at != c.end)
		return false;
	*ret = time;
	return true;
}

// n digits, then `mark` unless that is 0.
static bool take_digits(struct cursor *c, int n, char mark, int64_t *ret)
{
	int64_t value = 0;
	for (; n; n--) {
		uint8_t byte;
		if (!cursor_u8(c, &byte) || !is_digit(byte))
			return false;
		value = value * 10 + (byte - '0');
	}
	*ret = value;
	uint8_t byte;
	return !mark || (cursor_u8(c, &byte) && byte == (uint8_t)mark);
}

// Days since 1970-01-01 in the Gregorian calendar, counting years from March so that leap days come last.
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month > 2 ? year : year - 1, m = month > 2 ? month - 3 : month + 9;
	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
}

static bool date_valid(int64_t year, int64_t month, int64_t day)
{
	static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	if (year < 1970 || year > 2222 || month < 1 || month > 12)
		return false;
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return day >= 1 && day <= days[month - 1] + (month == 2 && leap);
}

// "Z", "+03:30", or nothing: UTC. Seconds east of it.
static bool take_zone(struct cursor *c, int64_t *ret)
{
	uint8_t sign;
	int64_t hours, minutes;
	*ret = 0;
	if (!cursor_u8(c, &sign))
		return true;
	if (sign == 'Z' || sign == 'z')
		return c->at == c->end;
	if ((sign != '+' && sign != '-') || !take_digits(c, 2, ':', &hours) || !take_digits(c, 2, 0, &minutes) ||
	    hours > 23 || minutes > 59)
		return false;
	*ret = (sign == '-' ? -60 : 60) * (hours * 60 + minutes);
	return c->at == c->end;
}

static bool time_rfc3339(struct cursor c, struct instant *ret)
{
	int64_t year, month, day, hour, minute, second, east;
	uint32_t nanoseconds = 0;
	uint8_t between;
	if (!take_digits(&c, 4, '-', &year) || !take_digits(&c, 2, '-', &month) || !take_digits(&c, 2, 0, &day) ||
	    !cursor_u8(&c, &between) || (between != 'T' && between != 't' && between != ' '))
		return false;
	if (!take_digits(&c, 2, ':', &hour) || !take_digits(&c, 2, ':', &minute) || !take_digits(&c, 2, 0, &second))
		return false;
	if (!date_valid(year, month, day) || hour > 23 || minute > 59 || second > 60)
		return false;
	if (c.at < c.end && *c.at == '.') {
		c.at++;
		if (!take_fraction(&c, &nanoseconds))
			return false;
	}
	if (!take_zone(&c, &east))
		return false;
	int64_t seconds = days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - east;
	*ret = instant_of(seconds, nanoseconds);
	return seconds >= 0;
}

bool line_time_text(struct cursor c, struct instant *ret)
{
	return line_time_number(c, ret) || time_rfc3339(c, ret);
}

// The way of nearly all lines: the time is the first member. The text before the number is passed over.
static bool time_first(struct cursor c, struct instant *ret)
{
	static const char head[] = "{\"t\":";
	struct instant time;
	if (cursor_left(&c) < sizeof(head) || memcmp(c.at, head, sizeof(head) - 1) != 0)
		return false;
	c.at += sizeof(head) - 1;
	if (!take_seconds(&c, &time) || c.at == c.end || *c.at != ',')
		return false;
	*ret = time;
	return true;
}

uint8_t line_time_object(struct cursor c, struct instant *ret)
{
	struct cursor key, value;
	if (LIKELY(time_first(c, ret)))
		return LINE_PROBE;
	if (!line_json_enter(&c, '{'))
		return LINE_NONE;
	while (line_json_member(&c, &key, &value) == 1) {
		bool probe = line_json_is(&key, "t"), atlas = line_json_is(&key, "timestamp");
		if (probe || atlas)
			return !line_time_number(value, ret) ? LINE_NONE : probe ? LINE_PROBE : LINE_ATLAS;
	}
	return LINE_NONE;
}
