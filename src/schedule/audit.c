// SPDX-License-Identifier: ISC
// DOC: local faults
// Layers 1 to 3 of five: evidence of the socket and interface, the reference set, and our own counters against the kernel's.
// Blind: no carrier, fewer than half of at least four controls answer, or nobody looked. Degraded, so that a verdict needs a
// second observer: more than 1 in 1,000 lost on our own side, more than 50 ms late, a clock that jumped more than 100 ms.
// Fewer than four controls cannot tell our fault from theirs, and are not judged.
//
// The fault began some time in the window that showed it, so the good second is taken from before the last window that showed
// none: a second too many is void rather than one too few.
#include "schedule/audit.h"

#include "model/observer.h"

#include <string.h>

#define CONTROLS_LEAST 4
#define LOSS_LEAST     0.001
#define LOSS_SENT_MIN  2	       // a single packet on its way while the counters were read is none
#define LAG_MOST       (NS_PER_S / 20) // 50 ms
#define STEP_MOST      (NS_PER_S / 10) // 100 ms
#define GAP_SAMPLES    3

void audit_begin(struct audit *a, const struct audit_options *o)
{
	*a = (struct audit){.options = *o, .good = INSTANT_NONE};
}

static uint64_t audit_since(uint64_t now, uint64_t before)
{
	return now > before ? now - before : 0; // a counter that began anew counts from there
}

// Lost on our own side since the last sample: not sent though handed over, or dropped before we read it.
static bool audit_loses(const struct audit_sample *s, const struct audit_sample *last)
{
	uint64_t dropped = audit_since(s->kernel_dropped, last->kernel_dropped),
		 replies = audit_since(s->received, last->received);
	if (dropped && (double)dropped > LOSS_LEAST * (double)(replies + dropped))
		return true;
	if (s->kernel_sent == AUDIT_UNKNOWN || last->kernel_sent == AUDIT_UNKNOWN)
		return false;
	uint64_t sent = audit_since(s->sent, last->sent), left = audit_since(s->kernel_sent, last->kernel_sent);
	uint64_t lost = audit_since(sent, left);
	return lost >= LOSS_SENT_MIN && (double)lost > LOSS_LEAST * (double)sent;
}

static bool audit_stepped(const struct audit_sample *s, const struct audit_sample *last)
{
	int64_t apart = (s->wall.ns - s->now_ns) - (last->wall.ns - last->now_ns);
	return apart > STEP_MOST || apart < -STEP_MOST;
}

static uint8_t audit_blinds(const struct audit *a, const struct audit_sample *s)
{
	uint8_t reasons = 0;
	if (!s->carrier)
		reasons |= AUDIT_CARRIER;
	if (s->controls_asked >= CONTROLS_LEAST && 2 * (uint64_t)s->controls_answered < s->controls_asked)
		reasons |= AUDIT_CONTROLS;
	if (a->begun && s->now_ns - a->last.now_ns > GAP_SAMPLES * a->options.every_ns)
		reasons |= AUDIT_GAP;
	return reasons;
}

static uint8_t audit_degrades(const struct audit *a, const struct audit_sample *s)
{
	uint8_t reasons = s->lag_ns > LAG_MOST ? AUDIT_LAG : 0;
	if (a->begun && audit_loses(s, &a->last))
		reasons |= AUDIT_LOSS;
	if (a->begun && audit_stepped(s, &a->last))
		reasons |= AUDIT_CLOCK;
	return reasons;
}

static struct instant audit_whole_second(struct instant t)
{
	return instant_of(instant_seconds(t), 0);
}

struct audit_verdict audit_take(struct audit *a, const struct audit_sample *s)
{
	uint8_t blind = audit_blinds(a, s), degraded = audit_degrades(a, s);
	struct audit_verdict v = {
		.state = blind	    ? AUDIT_BLIND
			 : degraded ? AUDIT_DEGRADED
				    : AUDIT_OK,
		.reasons = blind | degraded,
		.good = a->good,
	};
	if (!blind) {
		a->good_ns = s->now_ns - a->options.window_ns;
		a->good = v.good = audit_whole_second(instant_after(s->wall, -a->options.window_ns));
	} else if (instant_known(a->good)) { // the wall clock may have been set meanwhile: the earlier reading counts
		struct instant again = audit_whole_second(instant_after(s->wall, a->good_ns - s->now_ns));
		v.good = again.ns < a->good.ns ? again : a->good;
	}
	a->last = *s;
	a->begun = true;
	return v;
}

uint8_t audit_why(uint8_t reasons)
{
	// The foremost first: what explains the others.
	static const struct {
		uint8_t reason, why;
	} rows[AUDIT_REASONS] = {
		{AUDIT_CARRIER, OBSERVER_CARRIER},   {AUDIT_GAP, OBSERVER_GAP},
		{AUDIT_CONTROLS, OBSERVER_CONTROLS}, {AUDIT_CLOCK, OBSERVER_CLOCK_STEP},
		{AUDIT_LOSS, OBSERVER_OWN_LOSS},     {AUDIT_LAG, OBSERVER_LAG},
	};
	for (unsigned i = 0; i < AUDIT_REASONS; i++)
		if (reasons & rows[i].reason)
			return rows[i].why;
	return OBSERVER_OTHER;
}
