// SPDX-License-Identifier: ISC
// Times.
#include "base/when.h"

#include "base/must.h"
#include "base/number.h"

#define DAY_S 86400

struct when_parts {
	uint64_t year, month, day, hour, minute, second;
	uint32_t nanoseconds;
	int64_t east; // seconds of its zone
};

static bool when_mark(struct cursor *c, char mark)
{
	if (c->at == c->end || *c->at != (uint8_t)mark)
		return false;
	c->at++;
	return true;
}

// Behind '.': nanoseconds. False: no digit.
static bool when_fraction(struct cursor *c, uint32_t *ret)
{
	uint32_t nanoseconds = 0, unit = NS_PER_S / 10;
	const uint8_t *from = c->at;
	for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++, unit /= 10)
		nanoseconds += (uint32_t)(*c->at - '0') * unit;
	*ret = nanoseconds;
	return c->at > from;
}

bool when_seconds(struct cursor *c, struct instant *ret)
{
	struct cursor rest = *c;
	uint64_t seconds;
	uint32_t nanoseconds = 0;
	if (!number_u64(&rest, WHEN_SECONDS_MAX, &seconds))
		return false;
	if (when_mark(&rest, '.') && !when_fraction(&rest, &nanoseconds))
		return false;
	*c = rest;
	*ret = instant_of((int64_t)seconds, nanoseconds);
	return true;
}

bool when_number(struct cursor c, struct instant *ret)
{
	struct instant time;
	if (!when_seconds(&c, &time) || cursor_left(&c))
		return false;
	*ret = time;
	return true;
}

// Days since 1970-01-01 in the Gregorian calendar, counting years from March so that leap days come last.
static int64_t when_days(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month > 2 ? year : year - 1, m = month > 2 ? month - 3 : month + 9;
	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
}

static bool when_date_valid(int64_t year, int64_t month, int64_t day)
{
	static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	if (year < 1970 || year > 2222 || month < 1 || month > 12)
		return false;
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return day >= 1 && day <= days[month - 1] + (month == 2 && leap);
}

bool when_civil(int64_t year, int64_t month, int64_t day, int64_t second, struct instant *ret)
{
	if (!when_date_valid(year, month, day) || second < 0 || second > DAY_S)
		return false;
	*ret = instant_of(when_days(year, month, day) * DAY_S + second, 0);
	return true;
}

static bool when_date(struct cursor *c, struct when_parts *p)
{
	return number_digits(c, 4, &p->year) && when_mark(c, '-') && number_digits(c, 2, &p->month) &&
	       when_mark(c, '-') && number_digits(c, 2, &p->day);
}

static bool when_minutes(struct cursor *c, struct when_parts *p)
{
	return (when_mark(c, 'T') || when_mark(c, 't') || when_mark(c, ' ')) && number_digits(c, 2, &p->hour) &&
	       when_mark(c, ':') && number_digits(c, 2, &p->minute);
}

// "Z", "+03:30", "+0330", or nothing: UTC.
static bool when_zone(struct cursor *c, struct when_parts *p)
{
	uint64_t hours, minutes;
	p->east = 0;
	if (!cursor_left(c) || when_mark(c, 'Z') || when_mark(c, 'z'))
		return true;
	bool west = when_mark(c, '-');
	if ((!west && !when_mark(c, '+')) || !number_digits(c, 2, &hours))
		return false;
	(void)when_mark(c, ':');
	if (!number_digits(c, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	p->east = (west ? -60 : 60) * (int64_t)(hours * 60 + minutes);
	return true;
}

static bool when_instant(const struct when_parts *p, struct instant *ret)
{
	if (!when_date_valid((int64_t)p->year, (int64_t)p->month, (int64_t)p->day) || p->hour > 23 || p->minute > 59 ||
	    p->second > 60)
		return false;
	int64_t seconds = when_days((int64_t)p->year, (int64_t)p->month, (int64_t)p->day) * DAY_S +
			  (int64_t)(p->hour * 3600 + p->minute * 60 + p->second) - p->east;
	if (seconds < 0)
		return false;
	*ret = instant_of(seconds, p->nanoseconds);
	return true;
}

bool when_rfc3339(struct cursor c, struct instant *ret)
{
	struct when_parts p = {0};
	if (!when_date(&c, &p) || !when_minutes(&c, &p) || !when_mark(&c, ':') || !number_digits(&c, 2, &p.second))
		return false;
	if (when_mark(&c, '.') && !when_fraction(&c, &p.nanoseconds))
		return false;
	return when_zone(&c, &p) && !cursor_left(&c) && when_instant(&p, ret);
}

bool when_either(struct cursor c, struct instant *ret)
{
	return when_number(c, ret) || when_rfc3339(c, ret);
}

bool when_typed(struct cursor c, struct instant *ret)
{
	struct when_parts p = {0};
	if (when_either(c, ret))
		return true;
	if (!when_date(&c, &p))
		return false;
	if (cursor_left(&c) && (!when_minutes(&c, &p) || (cursor_left(&c) && !when_mark(&c, 'Z'))))
		return false;
	return !cursor_left(&c) && when_instant(&p, ret);
}

bool when_typed_text(const char *text, struct instant *ret)
{
	must(text);
	return when_typed(cursor_of(text, strlen(text)), ret);
}

bool when_real(double seconds, struct instant *ret)
{
	if (!(seconds > -WHEN_REAL_MAX && seconds < WHEN_REAL_MAX))
		return false;
	int64_t whole = (int64_t)seconds;
	*ret = instant_after(instant_of(whole, 0), (int64_t)((seconds - (double)whole) * 1e9));
	return true;
}
