// SPDX-License-Identifier: ISC
// DOC: profile
// One ring holds the medians of the last 672 hours in 16 bits each (11 significant bits), by hour of week. The last
// `history` of them are also kept sorted, so that their median costs a look; one goes in and one comes out an hour. The
// spread is not taken from the few weeks behind an hour but from a histogram of how far each value was from what was usual
// then: it is the spread of exactly the figure that is tested, and covers what the profile cannot follow.
#include "detect/profile.h"

#include "base/carry.h"
#include "base/must.h"

#include <math.h>
#include <string.h>

#define NS_PER_HOUR (3600 * NS_PER_S) // the calendar
#define HOUR_LAST   1200000	      // in 2106
#define RING_HOURS  (PROFILE_HOURS * PROFILE_WEEKS)
#define MISSING	    0		 // code of a cell
#define ZERO	    1		 // code of a cell
#define SMALLEST    (107u << 10) // 2^-20 as (float bits >> 13): anything less is zero
#define GREATEST    1e12	 // more is taken as this much
#define AWAY_LOWEST (119u << 3)	 // 2^-8 as (float bits >> 20)
#define MAD_TO_SD   1.4826	 // of a normal distribution
#define P10_TO_SD   1.2816	 // of a normal distribution

_Static_assert(sizeof(struct profile) <= PROFILE_BYTES, "memory of a series is bounded");

static uint16_t profile_cell_code(float value)
{
	uint32_t bits;
	memcpy(&bits, &value, sizeof(bits));
	if (value <= 0)
		return ZERO;
	uint32_t code = ((bits + (1u << 12)) >> 13);
	if (code < SMALLEST)
		return ZERO;
	code -= SMALLEST - 2;
	return (uint16_t)(code > UINT16_MAX ? UINT16_MAX : code);
}

static float profile_cell_value(uint16_t code)
{
	if (code <= ZERO)
		return 0;
	uint32_t bits = (code - 2u + SMALLEST) << 13;
	float value;
	memcpy(&value, &bits, sizeof(value));
	return value;
}

void profile_begin(struct profile *p, unsigned history_hours)
{
	must(history_hours > 0);
	memset(p, 0, sizeof(*p));
	p->history = (uint16_t)(history_hours == 0 || history_hours > PROFILE_HOURS ? PROFILE_HOURS : history_hours);
	p->hour = p->first = -1;
	p->bin_stride = 1;
	p->days = p->days_low = p->week[0] = p->week[1] = p->week[2] = NAN;
	p->away_median[PROFILE_BY_DAYS] = p->away_median[PROFILE_BY_WEEKS] = NAN;
}

static uint16_t *profile_cell_of(struct profile *p, int32_t hour)
{
	return &p->cells[hour % PROFILE_HOURS][hour / PROFILE_HOURS % PROFILE_WEEKS];
}

static float profile_sort_median(float *x, unsigned n)
{
	for (unsigned i = 1; i < n; i++) {
		float value = x[i];
		unsigned j = i;
		for (; j > 0 && x[j - 1] > value; j--)
			x[j] = x[j - 1];
		x[j] = value;
	}
	return n % 2 ? x[n / 2] : (x[n / 2 - 1] + x[n / 2]) / 2;
}

// First place in sorted[] whose code is not less than `code`.
static unsigned profile_sorted_place(const struct profile *p, uint16_t code)
{
	unsigned low = 0, high = p->sorted_count;
	while (low < high) {
		unsigned middle = (low + high) / 2;
		if (p->sorted[middle] < code)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void profile_sorted_remove(struct profile *p, uint16_t code)
{
	unsigned at = profile_sorted_place(p, code);
	if (code == MISSING || at == p->sorted_count || p->sorted[at] != code)
		return;
	p->sorted_count--;
	memmove(p->sorted + at, p->sorted + at + 1, (p->sorted_count - at) * sizeof(*p->sorted));
}

static void profile_sorted_add(struct profile *p, uint16_t code)
{
	if (code == MISSING || p->sorted_count == PROFILE_HOURS)
		return;
	unsigned at = profile_sorted_place(p, code);
	memmove(p->sorted + at + 1, p->sorted + at, (p->sorted_count - at) * sizeof(*p->sorted));
	p->sorted[at] = code;
	p->sorted_count++;
}

// The running hour is over: its median becomes a cell, and the next hour begins.
static void profile_hour_close(struct profile *p)
{
	uint16_t code = p->bin_count ? profile_cell_code(profile_sort_median(p->bins, p->bin_count)) : MISSING;
	*profile_cell_of(p, p->hour) = code;
	if (p->offsets)
		p->centre = p->offset_sum / p->offsets;
	p->bin_count = p->bin_phase = 0;
	p->bin_stride = 1;
	p->offset_sum = p->bin_sum = 0;
	p->offsets = 0;
	if (p->hour >= p->history)
		profile_sorted_remove(p, *profile_cell_of(p, p->hour - p->history));
	profile_sorted_add(p, code);
	p->hour++;
}

// Median of an hour of week over past weeks; *weeks: how many.
static float profile_week_median(const struct profile *p, int32_t hour, int32_t without, uint8_t *weeks)
{
	float x[PROFILE_WEEKS];
	unsigned n = 0;
	const uint16_t *codes = p->cells[hour % PROFILE_HOURS];
	for (int i = 0; i < PROFILE_WEEKS; i++)
		if (codes[i] != MISSING && i != without)
			x[n++] = profile_cell_value(codes[i]);
	*weeks = (uint8_t)n;
	return n ? profile_sort_median(x, n) : NAN;
}

static float profile_away_find(const struct profile *p, int kind)
{
	unsigned half = (p->away_count[kind] + 1u) / 2, seen = 0;
	for (unsigned i = 0; i < PROFILE_AWAY; i++) {
		unsigned here = p->away[kind][i];
		if (here && seen + here >= half) { // upper edge of the share of the class that is below the median
			float place = (float)(half - seen) / (float)here;
			float octave = ldexpf(1, (int)(i >> 3) - 8);
			return octave * (1 + ((float)(i & 7) + place) / 8);
		}
		seen += here;
	}
	return NAN;
}

// As a standard deviation. By days, a habit of the day or of the weekend is part of the spread.
static double profile_spread_of(const struct decisions *d, const struct profile *p, int kind, double level)
{
	double spread = MAD_TO_SD * (double)p->away_median[kind] * level,
	       least = detect_value(d, SERIES_SPREAD_MIN) * level;
	double low = kind == PROFILE_BY_DAYS ? (double)(p->days - p->days_low) / P10_TO_SD : 0;
	spread = spread > low ? spread : low;
	return spread > least ? spread : least;
}

static void profile_kind_choose(const struct decisions *d, struct profile *p)
{
	for (int kind = 0; kind < PROFILE_KINDS; kind++)
		p->away_median[kind] = p->away_count[kind] ? profile_away_find(p, kind) : NAN;
	if (p->pinned)
		return;
	double days = (double)p->days;
	bool weeks = p->weeks >= detect_value(d, SERIES_WEEKS_MIN) &&
		     p->away_count[PROFILE_BY_WEEKS] >= detect_value(d, SERIES_AWAY_MIN) &&
		     profile_spread_of(d, p, PROFILE_BY_WEEKS, days) <
			     detect_value(d, SERIES_WEEKS_BETTER) * profile_spread_of(d, p, PROFILE_BY_DAYS, days);
	p->kind = weeks ? PROFILE_BY_WEEKS : PROFILE_BY_DAYS;
}

// Once an hour: all that does not change within it.
static void profile_refresh(const struct decisions *d, struct profile *p)
{
	unsigned n = p->sorted_count;
	p->days = n ? (profile_cell_value(p->sorted[(n - 1) / 2]) + profile_cell_value(p->sorted[n / 2])) / 2 : NAN;
	p->days_low = n ? profile_cell_value(p->sorted[n / 10]) : NAN;
	uint8_t before, now, next;
	p->week[0] =
		p->hour ? profile_week_median(p, p->hour - 1, (p->hour - 1) / PROFILE_HOURS % PROFILE_WEEKS, &before)
			: NAN;
	p->week[1] = profile_week_median(p, p->hour, p->hour / PROFILE_HOURS % PROFILE_WEEKS, &now);
	p->week[2] = profile_week_median(p, p->hour + 1, -1, &next);
	p->weeks = now;
	profile_kind_choose(d, p);
}

// False: the time is not usable.
static bool profile_advance(const struct decisions *d, struct profile *p, struct instant t)
{
	if (t.ns <= 0)
		return false;
	int32_t hour = (int32_t)(t.ns / NS_PER_HOUR);
	if (p->hour < 0 || hour - p->hour > RING_HOURS) { // nothing remembered is of use
		unsigned history = p->history;
		bool pinned = p->pinned;
		profile_begin(p, history);
		p->hour = p->first = hour;
		p->pinned = pinned;
		return true;
	}
	if (hour < p->hour)
		return false;
	if (hour == p->hour)
		return true;
	while (p->hour < hour)
		profile_hour_close(p);
	profile_refresh(d, p);
	return true;
}

static float profile_hour_part(struct instant t)
{
	return (float)(t.ns % NS_PER_HOUR) / (float)NS_PER_HOUR;
}

// The neighbouring hour on the side of t.
static float profile_week_side(const struct profile *p, struct instant t)
{
	float side = profile_hour_part(t) < p->centre ? p->week[0] : p->week[2];
	return isnan(side) ? p->week[1] : side;
}

// Between the medians of neighbouring hours, so that a slope inside an hour is no deviation.
static float profile_week_level(const struct profile *p, struct instant t)
{
	return p->week[1] + fabsf(profile_hour_part(t) - p->centre) * (profile_week_side(p, t) - p->week[1]);
}

bool profile_at(const struct decisions *d, struct profile *p, struct instant t, struct profile_usual *ret)
{
	must(instant_known(t));
	if (!profile_advance(d, p, t))
		return false;
	bool weeks = p->kind == PROFILE_BY_WEEKS && !isnan(p->week[1]);
	int kind = weeks ? PROFILE_BY_WEEKS : PROFILE_BY_DAYS;
	float level = weeks ? profile_week_level(p, t) : p->days;
	if (isnan(level) || (level > 0 && isnan(p->away_median[kind])))
		return false;
	*ret = (struct profile_usual){
		.level = (double)level,
		.low = weeks ? (double)fminf(p->week[1], profile_week_side(p, t)) : (double)level,
		.spread = level > 0 ? profile_spread_of(d, p, kind, (double)level) : 0,
		.cells = p->sorted_count,
		.age_hours = (uint32_t)(p->hour - p->first),
		.kind = (uint8_t)kind,
	};
	return true;
}

static void profile_away_add(struct profile *p, int kind, float usual, float value)
{
	if (!(usual > 0))
		return;
	float away = fabsf(value / usual - 1);
	uint32_t bits;
	memcpy(&bits, &away, sizeof(bits));
	bits >>= 20;
	unsigned at = bits < AWAY_LOWEST ? 0 : bits - AWAY_LOWEST;
	at = at < PROFILE_AWAY ? at : PROFILE_AWAY - 1;
	p->away_count[kind]++;
	if (++p->away[kind][at] < UINT8_MAX)
		return;
	p->away_count[kind] = 0;
	for (unsigned i = 0; i < PROFILE_AWAY; i++) {
		p->away[kind][i] /= 2;
		p->away_count[kind] = (uint16_t)(p->away_count[kind] + p->away[kind][i]);
	}
}

static void profile_bin_add(struct profile *p, float value)
{
	p->bin_sum += value;
	if (++p->bin_phase < p->bin_stride)
		return;
	if (p->bin_count == PROFILE_BINS && p->bin_stride <= UINT8_MAX / 2) {
		for (unsigned i = 0; i < PROFILE_BINS / 2; i++)
			p->bins[i] = (p->bins[2 * i] + p->bins[2 * i + 1]) / 2;
		p->bin_count = PROFILE_BINS / 2;
		p->bin_stride = (uint8_t)(2 * p->bin_stride);
		return; // this value is the first of a wider bin
	}
	if (p->bin_count < PROFILE_BINS)
		p->bins[p->bin_count++] = p->bin_sum / (float)p->bin_phase;
	p->bin_sum = 0;
	p->bin_phase = 0;
}

void profile_learn(struct profile *p, struct instant t, double value, bool event)
{
	must(instant_known(t));
	if (!isfinite(value) || p->hour < 0 || t.ns <= 0 || t.ns / NS_PER_HOUR != p->hour)
		return;
	float x = value > 0 ? (float)(value < GREATEST ? value : GREATEST) : 0;
	float week = isnan(p->week[1]) ? NAN : profile_week_level(p, t);
	if (event && !isnan(week))
		x = week;
	else if (event && !isnan(p->days))
		x = p->days;
	if (!event) {
		profile_away_add(p, PROFILE_BY_DAYS, p->days, x);
		profile_away_add(p, PROFILE_BY_WEEKS, week, x);
	}
	if (p->offsets < UINT16_MAX) {
		p->offset_sum += profile_hour_part(t);
		p->offsets++;
	}
	profile_bin_add(p, x);
}

void profile_pin(struct profile *p, bool pinned)
{
	p->pinned = pinned;
}

void profile_carry(struct carry *c, struct profile *p)
{
	CARRY(c, p->cells);
	CARRY(c, p->sorted);
	CARRY(c, p->away);
	CARRY(c, p->bins);
	CARRY(c, p->offset_sum);
	CARRY(c, p->bin_sum);
	CARRY(c, p->days);
	CARRY(c, p->days_low);
	CARRY(c, p->week);
	CARRY(c, p->away_median);
	CARRY(c, p->centre);
	CARRY(c, p->hour);
	CARRY(c, p->first);
	CARRY(c, p->sorted_count);
	CARRY(c, p->history);
	CARRY(c, p->away_count);
	CARRY(c, p->offsets);
	CARRY(c, p->bin_count);
	CARRY(c, p->bin_stride);
	CARRY(c, p->bin_phase);
	CARRY(c, p->weeks);
	CARRY(c, p->kind);
	CARRY(c, p->pinned);
	carry_check(c, p->sorted_count <= PROFILE_HOURS && p->history >= 1 && p->history <= PROFILE_HOURS);
	carry_check(c, p->bin_count <= PROFILE_BINS && p->bin_phase < p->bin_stride && p->kind < PROFILE_KINDS);
	carry_check(c, p->hour >= -1 && p->hour <= HOUR_LAST && p->first >= -1 && p->first <= p->hour);
}
