// SPDX-License-Identifier: ISC
// DOC: series detector
// Two tests must agree before an event opens: the share of the usual level (each source has its own threshold) and the
// distance in spreads (3.5), for two values in a row that make 10.5 together, or more values. The share alone would call every night of a diurnal series an
// outage, the spreads alone every blink of a series that never moves. The start is the first value of the run below
// `series_depart`; the interval reaches from the value before it to the end of its bin. A long shallow run before a sudden deep
// fall is not part of it.
#include "detect/series.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "base/must.h"
#include "detect/profile.h"
#include "model/carried.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SERIES_BYTES   2048		   // memory of a series
#define CONFIDENCE     0.9		   // what the intervals are made for; stated with each
#define NS_PER_HOUR    (3600 * NS_PER_S)   // the calendar
#define TIME_LAST_NS   4000000000000000000 // in 2096: sums with it do not overflow
#define GREATEST_UNITS 1e18		   // fits 64 bits
#define COARSE_BELOW   100 // a usual level below that is told in thousandths of itself: whole units would be too coarse
#define THOUSANDTHS    1000 // a unit

// The first row whose name the series' name is, or begins with before a character that is no letter or digit.
#define SOURCE(which) SERIES_##which##_DEPART, SERIES_##which##_OPEN, SERIES_##which##_CLOSE, SERIES_##which##_HISTORY
#define UNJUDGED      SERIES_NEVER, SERIES_NEVER, SERIES_NEVER, SERIES_OTHER_HISTORY
static const struct series_source series_sources[] = {
	{"ping-slash24-loss", UNJUDGED, SERIES_NEVER, 0}, // these rise when things go wrong
	{"ping-slash24-latency", UNJUDGED, SERIES_NEVER, 0},
	{"upstream-delay", UNJUDGED, SERIES_NEVER, 0},
	{"bgp", SOURCE(BGP), SERIES_NEVER, 1},
	{"ping-slash24", SOURCE(PING), SERIES_NEVER, 1},
	{"active-probing", SOURCE(ACTIVE), SERIES_NEVER, 1},
	{"merit-nt", SOURCE(MERIT), SERIES_MERIT_LEAST, 0},
	{"ucsd-nt", SOURCE(UCSD), SERIES_UCSD_LEAST, 0},
	{"gtr", SOURCE(GTR), SERIES_NEVER, 0},
};
static const struct series_source series_other = {"", SOURCE(OTHER), SERIES_NEVER, 0};

struct series_watch {
	const struct decisions *decisions;
	const struct series_source *source;
	struct detection_sink out;
	struct detection *d;	 // of the running departure or event; null: none
	struct instant last;	 // newest time, missing values too
	struct instant previous; // newest known value
	struct instant back, back_from;
	int64_t step_ns; // least gap so far; 0 unknown
	uint32_t entity, series;
	float baseline, reference; // newest usual level; that of the opening
	float run_sum;
	uint32_t run_bins; // values in the departure
	float low_spreads; // of the low bins
	uint8_t low_bins, back_bins;
	uint8_t state;
	bool open, judged;
	bool fractional; // values that are no whole numbers came: it counts nothing
	struct profile profile;
};

_Static_assert(sizeof(struct series_watch) <= SERIES_BYTES, "memory of a series is bounded");

static bool series_is_alphanumeric(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

const struct series_source *series_source_find(const char *name)
{
	must(name);
	for (size_t i = 0; i < ARRAY_LEN(series_sources); i++) {
		size_t n = strlen(series_sources[i].name);
		if (strncmp(name, series_sources[i].name, n) == 0 && !series_is_alphanumeric(name[n]))
			return &series_sources[i];
	}
	return &series_other;
}

struct series_watch *series_create(const struct decisions *decisions, uint32_t entity, uint32_t series,
				   const char *name, struct detection_sink out)
{
	struct series_watch *s = alloc_zero(1, sizeof(*s));
	s->source = series_source_find(name);
	s->decisions = decisions;
	s->out = out;
	s->entity = entity;
	s->series = series;
	s->last = s->previous = s->back = s->back_from = INSTANT_NONE;
	profile_begin(&s->profile, (unsigned)detect_value(decisions, s->source->history_hours));
	return s;
}

void series_free(struct series_watch *s)
{
	if (s)
		free(s->d);
	free(s);
}

static double series_value_of(const struct series_watch *s, enum detect_decision which)
{
	return detect_value(s->decisions, which);
}

static int64_t series_hours_ns(const struct series_watch *s, enum detect_decision which)
{
	return (int64_t)series_value_of(s, which) * NS_PER_HOUR;
}

// Whether a gap is longer than a few steps.
static bool series_silent(const struct series_watch *s, int64_t gap)
{
	return gap / (int64_t)series_value_of(s, SERIES_SILENT_STEPS) > s->step_ns;
}

static uint64_t series_units(double value)
{
	return value > 0 ? (uint64_t)(value < GREATEST_UNITS ? value + 0.5 : GREATEST_UNITS) : 0;
}

// What a detection holds of a value.
static uint64_t series_units_of(double value, double level)
{
	return level < COARSE_BELOW ? series_units(value / level * THOUSANDTHS) : series_units(value);
}

static void series_forget(struct series_watch *s)
{
	free(s->d);
	s->d = NULL;
	s->open = false;
	s->back = INSTANT_NONE;
	s->low_bins = s->back_bins = 0;
	s->low_spreads = 0;
	s->run_bins = 0;
	s->run_sum = 0;
	profile_pin(&s->profile, false);
}

static struct moment series_moment_in(const struct series_watch *s, struct instant from, struct instant best)
{
	return (struct moment){best, from, instant_after(best, s->step_ns), CONFIDENCE};
}

static void series_depart(struct series_watch *s, struct instant time, double level)
{
	series_forget(s);
	s->d = alloc_zero(1, sizeof(*s->d));
	*s->d = (struct detection){
		.entity = s->entity,
		.signal = SIGNAL_SERIES,
		.series = s->series,
		.start = series_moment_in(s, s->previous, time),
		.end = {INSTANT_NONE, INSTANT_NONE, INSTANT_NONE, 0},
		.baseline = series_units_of(level, level),
		.lowest = UINT64_MAX,
	};
	for (int i = 0; i < PROFILE_COUNT; i++)
		s->d->fall[i] = s->d->rise[i] = INSTANT_NONE;
}

static void series_trace(struct series_watch *s, struct instant time, double value, double share)
{
	static const double levels[PROFILE_COUNT] = {0.9, 0.5, 0.1};
	struct detection *d = s->d;
	uint64_t units = series_units_of(value, value > 0 && share > 0 ? value / share : COARSE_BELOW);
	d->lowest = units < d->lowest ? units : d->lowest;
	for (int i = 0; i < PROFILE_COUNT; i++) {
		bool below = share <= levels[i];
		if (below && !instant_known(d->fall[i]))
			d->fall[i] = time;
		if (below)
			d->rise[i] = INSTANT_NONE;
		else if (instant_known(d->fall[i]) && !instant_known(d->rise[i]))
			d->rise[i] = time;
	}
}

struct series_reading { // one value against what is usual
	struct instant time;
	double value, level, share, spreads, spread;
};

static void series_judge_quiet(struct series_watch *s, const struct series_reading *r)
{
	if (r->share >= series_value_of(s, s->source->depart)) {
		if (s->d)
			series_forget(s);
		return;
	}
	double mean = s->run_bins ? (double)s->run_sum / s->run_bins : 0,
	       drop = series_value_of(s, SERIES_RAMP_DROP) * r->level;
	double far = series_value_of(s, SERIES_SPREADS) * r->spread;
	bool deeper =
		s->run_bins >= series_value_of(s, SERIES_RAMP_BINS) && mean - r->value > (far > drop ? far : drop);
	int64_t gap = r->time.ns - s->previous.ns;
	bool hole = s->d && gap > series_hours_ns(s, SERIES_HOLE_HOURS) && series_silent(s, gap);
	if (!s->d || (deeper && s->low_bins == 0) || hole)
		series_depart(s, r->time, r->level);
	s->run_bins++;
	s->run_sum += (float)r->value;
	series_trace(s, r->time, r->value, r->share);
	bool low = r->share < series_value_of(s, s->source->open) && r->spreads > series_value_of(s, SERIES_SPREADS);
	s->low_bins = low ? (uint8_t)(s->low_bins + 1) : 0;
	s->low_spreads = low ? s->low_spreads + (float)r->spreads : 0;
	if (s->low_bins < series_value_of(s, SERIES_BINS) ||
	    (double)s->low_spreads < series_value_of(s, SERIES_SPREADS_IN_ALL))
		return;
	s->open = true;
	s->reference = (float)r->level;
	profile_pin(&s->profile, true);
	s->out.take(s->out.context, s->d, true);
}

static void series_judge_open(struct series_watch *s, const struct series_reading *r)
{
	series_trace(s, r->time, r->value, r->share);
	if (r->share <= series_value_of(s, s->source->close)) {
		s->back = INSTANT_NONE;
		s->back_bins = 0;
		if (r->time.ns - s->d->start.best.ns <= series_hours_ns(s, SERIES_ABSORB_HOURS))
			return;
		s->out.take(s->out.context, s->d,
			    false); // the low level is the usual one now; when it ended nobody can say
		series_forget(s);
		return;
	}
	if (!instant_known(s->back)) {
		s->back = r->time;
		s->back_from = s->previous;
	}
	if (++s->back_bins < series_value_of(s, SERIES_BINS))
		return;
	s->d->end = series_moment_in(s, s->back_from, s->back);
	s->out.take(s->out.context, s->d, false);
	series_forget(s);
}

static bool series_warm(const struct series_watch *s, const struct profile_usual *usual)
{
	bool coarse = s->step_ns >= series_hours_ns(s, SERIES_COARSE_HOURS);
	double cells = series_value_of(s, coarse ? SERIES_CELLS_COARSE : SERIES_CELLS_MIN);
	return usual->age_hours >= series_value_of(s, SERIES_WARM_UP_HOURS) && usual->cells >= cells;
}

// True while the open event is young enough to teach nothing.
static bool series_inpaints(const struct series_watch *s, struct instant time)
{
	return s->open && time.ns - s->d->start.best.ns <= series_hours_ns(s, SERIES_INPAINT_HOURS);
}

// A count is not known better than to half of its unit (a usual level of 1 and less is no count). Before the first week is
// over nobody knows what a weekend looks like.
static double series_spread_least(const struct series_watch *s, const struct profile_usual *usual, double level)
{
	double half = s->profile.days > 1 && !s->fractional ? s->source->unit / 2 : 0,
	       spread = usual->spread > half ? usual->spread : half;
	bool rhythm = s->profile.history == PROFILE_HOURS && usual->age_hours < PROFILE_HOURS;
	double first = rhythm ? series_value_of(s, SERIES_FIRST_WEEK) * level : 0;
	return spread > first ? spread : first;
}

static void series_judge(struct series_watch *s, struct instant time, double value)
{
	struct profile_usual usual;
	if (!profile_at(s->decisions, &s->profile, time, &usual)) {
		s->state = SERIES_WARMING_UP;
		return;
	}
	bool old = s->open && !series_inpaints(s, time);
	double level = old ? (double)s->reference : usual.level;
	s->baseline = (float)usual.level;
	if (!s->open && !series_warm(s, &usual)) {
		s->state = SERIES_WARMING_UP;
		return;
	}
	double least = s->source->least == SERIES_NEVER ? 0 : series_value_of(s, s->source->least);
	if (!(level > 0) || (!s->open && level < least) || s->source->open == SERIES_NEVER) {
		s->state = s->open ? SERIES_LOW : SERIES_UNOBSERVABLE;
		return;
	}
	double spread = series_spread_least(s, &usual, level), low = old || usual.low > level ? level : usual.low;
	struct series_reading r = {time, value, level, value / level, (low - value) / spread, spread};
	s->judged = true;
	if (s->open)
		series_judge_open(s, &r);
	else
		series_judge_quiet(s, &r);
	s->state = s->open ? SERIES_LOW : SERIES_USUAL;
}

void series_take(struct series_watch *s, struct instant time, double value)
{
	must(instant_known(time));
	if (time.ns <= 0 || time.ns > TIME_LAST_NS || (instant_known(s->last) && time.ns <= s->last.ns))
		return;
	int64_t gap = instant_known(s->last) ? time.ns - s->last.ns : 0;
	if (gap && (!s->step_ns || gap < s->step_ns))
		s->step_ns = gap;
	s->last = time;
	if (!isfinite(value) || value < 0) { // nothing that is published is below nothing: it marks what is missing
		s->state = SERIES_NO_VALUE;
		return;
	}
	s->fractional |= value != floor(value);
	series_judge(s, time, value);
	profile_learn(&s->profile, time, value, series_inpaints(s, time));
	s->previous = time;
}

void series_tick(struct series_watch *s, struct instant now)
{
	if (s->step_ns && now.ns > s->last.ns && series_silent(s, now.ns - s->last.ns))
		s->state = SERIES_NO_VALUE;
}

void series_now(struct series_watch *s)
{
	if (s->open)
		s->out.take(s->out.context, s->d, false);
}

void series_finish(struct series_watch *s, struct instant now)
{
	series_tick(s, now);
	if (s->open)
		s->out.take(s->out.context, s->d, false);
	series_forget(s);
}

enum series_state series_state(const struct series_watch *s)
{
	return (enum series_state)s->state;
}

bool series_judged(const struct series_watch *s)
{
	return s->judged;
}

double series_baseline(const struct series_watch *s)
{
	return (double)s->baseline;
}

int64_t series_hole_ns(const struct series_watch *s)
{
	return (int64_t)series_value_of(s, SERIES_SILENT_STEPS) * s->step_ns;
}

size_t series_bytes(void)
{
	return sizeof(struct series_watch);
}

void series_carry(struct carry *c, struct series_watch *s)
{
	bool departed = s->d;
	CARRY(c, departed);
	if (carry_loads(c) && departed && !s->d)
		s->d = alloc_zero(1, sizeof(*s->d));
	if (departed) {
		detection_carry(c, s->d);
		carry_check(c, s->d->entity == s->entity && s->d->series == s->series && s->d->signal == SIGNAL_SERIES);
	}
	CARRY(c, s->last);
	CARRY(c, s->previous);
	CARRY(c, s->back);
	CARRY(c, s->back_from);
	CARRY(c, s->step_ns);
	CARRY(c, s->baseline);
	CARRY(c, s->reference);
	CARRY(c, s->run_sum);
	CARRY(c, s->run_bins);
	CARRY(c, s->low_spreads);
	CARRY(c, s->low_bins);
	CARRY(c, s->back_bins);
	CARRY(c, s->state);
	CARRY(c, s->open);
	CARRY(c, s->judged);
	CARRY(c, s->fractional);
	profile_carry(c, &s->profile);
	carry_check(c,
		    s->state <= SERIES_LOW && (!s->open || departed) && s->step_ns >= 0 && s->step_ns <= TIME_LAST_NS);
}
