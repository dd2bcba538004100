// SPDX-License-Identifier: ISC
// Gathers one sample a second for schedule/audit.h, which decides; here it is only put into words and sent on.
#include "daemon/self_check.h"

#include "model/observer.h"

#include <stdio.h>
#include <string.h>

#define LINKS_CONTROL_S 3 // a control's answer counts for three of its intervals, a time-out included

void self_check_open(struct self_check *s)
{
	// Without it the carrier is "not known": the other signs remain.
	(void)!uplink_watch_open(&s->link, NULL);
}

void self_check_leaves_by(struct self_check *s, int interface)
{
	if (interface == s->interface)
		return;
	s->interface = s->link.interface = interface;
	s->carrier_lost = false; // that was another's
}

void self_check_begin(struct self_check *s, const struct role *r)
{
	uint32_t slowest_ms = 1000;
	for (size_t i = 0; i < r->target_count && s->control_count < SELF_CHECK_CONTROLS_MAX; i++) {
		const struct message_target *t = &r->targets[i].ask;
		if ((t->kind != GATE_CONTROL && t->kind != GATE_CONTROL_FOUND) || t->op != PROBE_ICMP_ECHO)
			continue;
		s->controls[s->control_count++] = t->index;
		uint32_t every = t->interval_ms ? t->interval_ms : r->setup.interval_ms;
		slowest_ms = every > slowest_ms ? every : slowest_ms;
	}
	s->window = slowest_ms * LINKS_CONTROL_S / 1000;
	s->window = s->window < 5 ? 5 : s->window > SELF_CHECK_WINDOW ? SELF_CHECK_WINDOW : s->window;
	struct audit_options o = {.every_ns = NS_PER_S, .window_ns = s->window * NS_PER_S};
	audit_begin(&s->audit, &o);
}

void self_check_take(struct self_check *s, const struct attempt *a)
{
	if (a->failure == FAILURE_LATE_OR_DUP || a->failure == FAILURE_FORGED)
		return;
	for (size_t i = 0; i < s->control_count; i++) {
		if (s->controls[i] != a->index)
			continue;
		s->asked[s->second % SELF_CHECK_WINDOW]++;
		s->answered[s->second % SELF_CHECK_WINDOW] += a->failure == FAILURE_NONE;
		return;
	}
}

static void self_check_look_at_link(struct self_check *s)
{
	unsigned events = uplink_watch_look(&s->link);
	if (!s->interface)
		return;
	if (events & UPLINK_CARRIER_BACK)
		s->carrier_lost = false;
	else if (events & UPLINK_CARRIER_LOST)
		s->carrier_lost = true;
}

static struct audit_sample self_check_sample_of(struct self_check *s, const struct prober_counts *now, int64_t lag_ns)
{
	struct audit_sample a = {
		.now_ns = clock_boot_ns(),
		.wall = clock_utc(),
		.sent = now->sent,
		.kernel_sent = AUDIT_UNKNOWN,
		.received = now->arrived,
		.kernel_dropped = now->kernel_drops,
		.lag_ns = lag_ns,
		.carrier = !s->carrier_lost,
	};
	for (uint32_t i = 0; i < s->window; i++) {
		a.controls_asked += s->asked[(s->second + SELF_CHECK_WINDOW - i) % SELF_CHECK_WINDOW];
		a.controls_answered += s->answered[(s->second + SELF_CHECK_WINDOW - i) % SELF_CHECK_WINDOW];
	}
	return a;
}

// Of the replies since the last look, those that the kernel dropped before us.
static double self_check_share_lost(const struct prober_counts *before, const struct prober_counts *now)
{
	uint64_t dropped = now->kernel_drops - before->kernel_drops, arrived = now->arrived - before->arrived;
	return dropped ? (double)dropped / (double)(dropped + arrived) : 0;
}

void self_check_look(struct self_check *s, struct role *r, const struct prober_counts *now, int64_t lag_ns)
{
	_Static_assert((int)AUDIT_OK == (int)OBSERVER_OK && (int)AUDIT_DEGRADED == (int)OBSERVER_DEGRADED &&
			       (int)AUDIT_BLIND == (int)OBSERVER_BLIND,
		       "states have one numbering");
	self_check_look_at_link(s);
	struct audit_sample a = self_check_sample_of(s, now, lag_ns);
	struct audit_verdict v = audit_take(&s->audit, &a);
	double lost = self_check_share_lost(&s->before, now);
	s->before = *now;
	s->second++;
	s->asked[s->second % SELF_CHECK_WINDOW] = s->answered[s->second % SELF_CHECK_WINDOW] = 0;
	if (v.state == s->state && (v.state == AUDIT_OK || v.reasons == s->reasons))
		return;
	bool fine = v.state == AUDIT_OK;
	struct message_health h = {.from = fine ? a.wall : v.good, .loss = lost};
	snprintf(h.state, sizeof(h.state), "%s", observer_state_name(v.state));
	snprintf(h.why, sizeof(h.why), "%s", fine ? "" : observer_why_name(audit_why(v.reasons)));
	role_health(r, &h);
	s->state = v.state;
	s->reasons = v.reasons;
}

bool self_check_blind(const struct self_check *s)
{
	return s->state == AUDIT_BLIND;
}

void self_check_close(struct self_check *s)
{
	uplink_watch_close(&s->link);
}
