// SPDX-License-Identifier: ISC
// Two signals that rise when things go wrong, each with the same rule: so many intervals in a row above a limit open it,
// dated to the first of them; as many below another close it.
#include "detect/checks.h"

#include "base/alloc.h"
#include "base/numbers.h"
#include "model/carried.h"
#include "model/target.h"

#include <stdlib.h>
#include <string.h>

#define OBSERVERS_LOOKED OBSERVERS_MAX // all there can be
#define HISTORY		 120	       // places for checks.history
#define CONFIDENCE	 0.9	       // what the intervals are made for; stated with each

struct riser { // one signal
	uint8_t signal;
	enum detect_decision open_at, close_at;
	bool open;
	unsigned high, calm;
	struct instant high_since, calm_since;
	struct detection d;
};

struct checks {
	const struct decisions *decisions;
	uint32_t entity;
	struct detection_sink out;
	struct riser timeouts, connect;
	double history[HISTORY]; // medians of quiet intervals, microseconds
	size_t count, next;
	double usual;
};

struct checks *checks_create(const struct decisions *decisions, uint32_t entity, struct detection_sink out)
{
	struct checks *c = alloc_zero(1, sizeof(*c));
	c->decisions = decisions;
	c->entity = entity;
	c->out = out;
	c->timeouts =
		(struct riser){SIGNAL_TIMEOUTS, .open_at = CHECKS_TIMEOUTS_OPEN, .close_at = CHECKS_TIMEOUTS_CLOSE};
	c->connect = (struct riser){SIGNAL_CONNECT, .open_at = CHECKS_CONNECT_OPEN, .close_at = CHECKS_CONNECT_CLOSE};
	return c;
}

void checks_free(struct checks *c)
{
	free(c);
}

static double checks_median_of(double *values, size_t n)
{
	if (!n)
		return 0;
	qsort(values, n, sizeof(*values), numbers_by_double);
	return values[n / 2];
}

static struct moment checks_moment_of(const struct pulse *p, struct instant at)
{
	return (struct moment){at, instant_after(at, -p->width_ns), instant_after(at, p->width_ns), CONFIDENCE};
}

static void checks_open_event(struct checks *c, struct riser *r, const struct pulse *p)
{
	r->open = true;
	r->calm = 0;
	r->d = (struct detection){
		.entity = c->entity, .signal = r->signal, .start = checks_moment_of(p, r->high_since)};
	r->d.end = (struct moment){INSTANT_NONE, INSTANT_NONE, INSTANT_NONE, 0};
	for (int i = 0; i < PROFILE_COUNT; i++)
		r->d.fall[i] = r->d.rise[i] = INSTANT_NONE;
	r->d.baseline = r->d.lowest = 1000;
	c->out.take(c->out.context, &r->d, true);
}

// In thousandths, the worst: of the checks that still work, or of the usual time.
static void checks_worst_keep(struct riser *r, double value)
{
	uint64_t now = (uint64_t)((r->signal == SIGNAL_TIMEOUTS ? 1 - value : value) * 1000 + 0.5);
	bool worse = r->signal == SIGNAL_TIMEOUTS ? now < r->d.lowest : now > r->d.lowest;
	r->d.lowest = worse ? now : r->d.lowest;
}

static void checks_step(struct checks *c, struct riser *r, const struct pulse *p, double value)
{
	bool high = value >= detect_value(c->decisions, r->open_at),
	     calm = value <= detect_value(c->decisions, r->close_at);
	if (high && r->high++ == 0)
		r->high_since = p->time;
	if (!high)
		r->high = 0;
	if (!r->open && r->high >= detect_value(c->decisions, CHECKS_OPEN_BINS))
		checks_open_event(c, r, p);
	if (!r->open)
		return;
	checks_worst_keep(r, value);
	if (calm && r->calm++ == 0)
		r->calm_since = p->time;
	if (!calm)
		r->calm = 0;
	if (r->calm < detect_value(c->decisions, CHECKS_CLOSE_BINS))
		return;
	r->d.end = checks_moment_of(p, r->calm_since);
	r->open = false;
	r->high = 0;
	c->out.take(c->out.context, &r->d, false);
}

static void checks_learn(struct checks *c, double median)
{
	double sorted[HISTORY];
	size_t most = (size_t)detect_value(c->decisions, CHECKS_HISTORY);
	c->history[c->next++ % most] = median;
	if (c->count < most)
		c->count++;
	memcpy(sorted, c->history, c->count * sizeof(*sorted));
	c->usual = checks_median_of(sorted, c->count);
}

void checks_pulse(struct checks *c, const struct pulse *p)
{
	double times[OBSERVERS_LOOKED];
	size_t known = 0;
	uint32_t asked = 0, late = 0;
	for (size_t i = 0; i < p->view_count && i < OBSERVERS_LOOKED; i++) {
		const struct pulse_view *v = &p->views[i];
		if (v->impaired)
			continue;
		asked += v->checks;
		late += v->timeouts;
		if (v->check_us)
			times[known++] = v->check_us;
	}
	if (asked)
		checks_step(c, &c->timeouts, p, (double)late / asked);
	double median = checks_median_of(times, known);
	if (known && (double)c->count >= detect_value(c->decisions, CHECKS_WARM_UP_BINS))
		checks_step(c, &c->connect, p, median / c->usual);
	if (known && !late && !c->connect.open && !c->connect.high)
		checks_learn(c, median);
}

void checks_now(struct checks *c)
{
	if (c->timeouts.open)
		c->out.take(c->out.context, &c->timeouts.d, false);
	if (c->connect.open)
		c->out.take(c->out.context, &c->connect.d, false);
}

static void checks_riser_carry(struct carry *c, struct riser *r, uint32_t entity)
{
	CARRY(c, r->open);
	CARRY(c, r->high);
	CARRY(c, r->calm);
	CARRY(c, r->high_since);
	CARRY(c, r->calm_since);
	detection_carry(c, &r->d);
	carry_check(c, !r->open || (r->d.entity == entity && r->d.signal == r->signal));
}

void checks_carry(struct carry *c, struct checks *s)
{
	checks_riser_carry(c, &s->timeouts, s->entity);
	checks_riser_carry(c, &s->connect, s->entity);
	CARRY(c, s->history);
	CARRY(c, s->count);
	CARRY(c, s->next);
	CARRY(c, s->usual);
	carry_check(c, s->count <= HISTORY);
}
