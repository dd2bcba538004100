// SPDX-License-Identifier: ISC
// The probe role: pings the watch list, named targets, ranges and the census. Opens its sockets, drops what it may, then only
// sends and receives. Watches itself: what it lost or sent late, its clock, its way out, its controls.
#include "daemon/roles.h"

#include "base/alloc.h"
#include "base/err.h"
#include "daemon/agenda.h"
#include "daemon/census_run.h"
#include "daemon/role.h"
#include "daemon/self_check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LISTEN_NS (50 * 1000000LL) // the parent is heard at least so often
#define COUNTS_NS NS_PER_S
#define NAP_NS	  1000000LL // shorter pauses are waited for with an eye on what comes
#define LOT	  256	    // items handed to the engine at a time
#define ASIDE_MAX 4096	    // those of some thousand /24s that must wait
#define TURN_NS	  (20 * 1000000LL)
// Above so many a second several leave at a time: a wake-up costs ten times what a packet does. The gate lets a millisecond's
// worth through at once, so half of that leaves room for being late.
#define TICK_RATE 2000
#define TICK_NS	  500000LL
#define FAST_RATE 20000
#define FAST_NS	  200000LL

#define KEPT_AT_ONCE 1000 // of forged, late and second replies: an attack shows in some, a duplicating network too
#define KEPT_STEP_NS (NS_PER_S / 20) // and then so often: 3 KB a second, 250 MB a day at most

enum { FROM_LIST, FROM_CENSUS, FROM_COUNT }; // a probe that must wait holds up its own kind only

struct lot {
	struct prober_item items[LOT];
	size_t count, from;
};

struct aside { // of a one-shot run: must wait for itself
	struct prober_item item;
	int64_t until_ns;
};

struct probing {
	struct role *role;
	struct prober *prober;
	struct agenda due;
	struct census_run *census; // the role's; null: none
	struct lot lots[FROM_COUNT];
	struct self_check self;
	struct aside aside[ASIDE_MAX];
	size_t aside_count;
	int64_t turn_ns;	    // the total lets one packet through in this time
	int64_t tick_ns;	    // who waits for the total waits at least so long
	uint64_t skipped;	    // turns that a target's own caps did not allow
	int64_t may_keep, kept_ns;  // of replies that are no answers: so many more, as of then
	uint64_t left_out;	    // of them
	int64_t counted_ns, lag_ns; // latest turn of the loop since the last account
};

// Anybody can send forgeries, as many as the line takes: all are counted, and so many are kept that they can be looked at.
static bool role_probe_keeps(struct probing *p, const struct attempt *a)
{
	if (LIKELY(a->failure != FAILURE_FORGED && a->failure != FAILURE_LATE_OR_DUP))
		return true;
	int64_t now = clock_boot_ns(), earned = (now - p->kept_ns) / KEPT_STEP_NS;
	if (earned > 0) {
		p->may_keep = earned < KEPT_AT_ONCE - p->may_keep ? p->may_keep + earned : KEPT_AT_ONCE;
		p->kept_ns = now;
	}
	bool keeps = p->may_keep > 0;
	p->may_keep -= keeps;
	p->left_out += !keeps;
	return keeps;
}

static void role_probe_take(void *context, const struct attempt *batch, size_t n)
{
	struct probing *p = context;
	size_t from = 0; // of those that go on together
	for (size_t i = 0; i < n; i++) {
		if (!role_probe_keeps(p, &batch[i])) {
			role_take(p->role, batch + from, i - from);
			from = i + 1;
			continue;
		}
		if (p->census)
			census_run_answer(p->census, &batch[i]);
		self_check_take(&p->self, &batch[i]);
	}
	role_take(p->role, batch + from, n - from);
}

static struct prober_item role_probe_item_of(const struct probing *p, const struct agenda_item *d)
{
	const struct role *r = p->role;
	struct prober_item i = {.op = PROBE_ICMP_ECHO, .kind = GATE_CENSUS, .index = (uint32_t)d->item};
	i.number = d->number;
	i.address = agenda_address(&p->due, d->item);
	if (d->item < r->target_count) {
		const struct message_target *t = &r->targets[d->item].ask;
		i.index = t->index;
		i.network = t->network;
		i.kind = t->kind;
	}
	return i;
}

// Fills the lot with what is due; *ret_wait_ns: when there will be more, if none is.
static void role_probe_fill_list(struct probing *p, struct lot *l, int64_t now, int64_t *ret_wait_ns)
{
	struct agenda_item d;
	int64_t until = 0;
	while (l->count < LOT) {
		int got = agenda_next(&p->due, now, &d, &until);
		if (got <= 0) {
			if (got == 0 && until - now < *ret_wait_ns)
				*ret_wait_ns = until - now;
			return;
		}
		struct prober_item item = role_probe_item_of(p, &d);
		if (item.address.family != FAMILY_NONE) // else its name leads nowhere yet
			l->items[l->count++] = item;
	}
}

// Those put aside whose time has come go first.
static void role_probe_take_aside(struct probing *p, struct lot *l, int64_t now, int64_t *ret_wait_ns)
{
	size_t kept = 0;
	for (size_t i = 0; i < p->aside_count; i++) {
		struct aside a = p->aside[i];
		if (a.until_ns <= now && l->count < LOT) {
			l->items[l->count++] = a.item;
			continue;
		}
		*ret_wait_ns = a.until_ns - now < *ret_wait_ns ? a.until_ns - now : *ret_wait_ns;
		p->aside[kept++] = a;
	}
	p->aside_count = kept;
}

static void role_probe_fill(struct probing *p, unsigned from, int64_t now, int64_t *ret_wait_ns)
{
	struct lot *l = &p->lots[from];
	if (l->from < l->count || !role_may_begin(p->role))
		return;
	l->from = l->count = 0;
	if (from == FROM_LIST) {
		role_probe_take_aside(p, l, now, ret_wait_ns);
		role_probe_fill_list(p, l, now, ret_wait_ns);
	}
	if (from == FROM_CENSUS && p->census)
		l->count = census_run_next(p->census, now, l->items, LOT, ret_wait_ns);
}

// A wait that long is not the total's, which lets one packet through in this time: it is this target's own.
static bool role_probe_waits_alone(const struct probing *p, int64_t wait)
{
	return wait > p->turn_ns;
}

// One item that must wait for itself does not hold up the others: in a run for ever its turn comes again; else it is put aside.
// False: there is no room to put it.
static bool role_probe_put_aside(struct probing *p, struct prober_item item, int64_t until_ns)
{
	if (p->role->setup.persist) {
		p->skipped++;
		return true;
	}
	if (p->aside_count == ASIDE_MAX)
		return false;
	p->aside[p->aside_count++] = (struct aside){item, until_ns};
	return true;
}

// Sends a lot until one must wait for the total. How long.
static int64_t role_probe_send_lot(struct probing *p, struct lot *l, int64_t now)
{
	int64_t held = 0;
	while (l->from < l->count) {
		l->from += prober_send(p->prober, l->items + l->from, l->count - l->from, &held);
		if (l->from == l->count)
			return 0;
		if (!role_probe_waits_alone(p, held) || !role_probe_put_aside(p, l->items[l->from], now + held))
			return held;
		l->from++;
	}
	return 0;
}

// Sends what is due and may go. How long until more may.
static int64_t role_probe_begin(struct probing *p)
{
	int64_t wait = LISTEN_NS, now = clock_boot_ns();
	for (unsigned from = 0; from < FROM_COUNT; from++) {
		struct lot *l = &p->lots[from];
		role_probe_fill(p, from, now, &wait);
		if (l->from == l->count)
			continue;
		int64_t held = role_probe_send_lot(p, l, now);
		held = held > 0 && held < p->tick_ns ? p->tick_ns : held;
		wait = held < wait ? held : wait;
	}
	return wait < 0 ? 0 : wait;
}

static int role_probe_tell_counts(struct probing *p, enum message kind)
{
	struct message_counts m = {.rounds = agenda_rounds(&p->due), .skipped = p->skipped, .left_out = p->left_out};
	prober_counts(p->prober, &m.probe);
	m.refused_unlisted = gate_count(p->role->gate, GATE_UNLISTED);
	m.refused_opted_out = gate_count(p->role->gate, GATE_OPTED_OUT);
	m.refused_special = gate_count(p->role->gate, GATE_SPECIAL);
	return role_say(p->role, kind, &m, sizeof(m));
}

// Once a second: the sums, our own health, and where the census is.
static int role_probe_account(struct probing *p)
{
	int64_t now = clock_boot_ns();
	if (now - p->counted_ns < COUNTS_NS)
		return 0;
	p->counted_ns = now;
	struct prober_counts counts;
	prober_counts(p->prober, &counts);
	self_check_leaves_by(&p->self, prober_interface(p->prober));
	self_check_look(&p->self, p->role, &counts, p->lag_ns);
	p->lag_ns = 0;
	if (p->census) {
		census_run_controls(p->census, !self_check_blind(&p->self));
		census_run_save(p->census, p->role, now);
	}
	return role_probe_tell_counts(p, MESSAGE_COUNTS);
}

static bool role_probe_over(const struct probing *p)
{
	if (p->role->stopping)
		return !prober_pending(p->prober);
	bool idle = p->lots[FROM_LIST].from == p->lots[FROM_LIST].count && !p->aside_count && !p->census;
	return idle && agenda_over(&p->due) && !prober_pending(p->prober);
}

// Replies carry the kernel's stamps: nothing is gained by waking up for each, and at the rate of a census that would be most of what
// it costs. So a pause is slept through, and what came meanwhile is read behind it.
static int role_probe_rest(struct probing *p, int64_t wait_ns)
{
	if (wait_ns < NAP_NS)
		return prober_poll(p->prober, wait_ns);
	struct timespec nap = {wait_ns / NS_PER_S, wait_ns % NS_PER_S};
	clock_nanosleep(CLOCK_MONOTONIC, 0, &nap, NULL);
	return prober_poll(p->prober, 0);
}

static int role_probe_work(struct probing *p)
{
	while (!role_probe_over(p)) {
		int code = role_listen(p->role);
		if (code < 0)
			return code;
		if (p->role->stopping) {
			memset(p->lots, 0, sizeof(p->lots));
			p->aside_count = 0;
		}
		int64_t wait = role_probe_begin(p), before = clock_boot_ns();
		code = role_probe_rest(p, wait);
		int64_t late = clock_boot_ns() - before - wait;
		p->lag_ns = late > p->lag_ns ? late : p->lag_ns;
		if (code < 0)
			return code;
		code = role_flush(p->role, false);
		if (code < 0 && code != -EAGAIN)
			return code;
		code = role_probe_account(p);
		if (code < 0)
			return code;
	}
	return 0;
}

static int role_probe_finish(struct probing *p)
{
	int code;
	while ((code = role_flush(p->role, true)) == -EAGAIN) {
		if (channel_wait(p->role->channel, 1000) < 0 || (code = role_listen(p->role)) < 0)
			break;
	}
	if (p->census)
		census_run_save(p->census, p->role, INT64_MAX);
	return code < 0 ? code : role_probe_tell_counts(p, MESSAGE_DONE);
}

static int role_probe_open_all(struct probing *p, struct message_ready *ret)
{
	const struct setup *s = &p->role->setup;
	struct sandbox_report report = {0};
	struct prober_options o = {
		.best = s->best,
		.interface = *s->interface ? s->interface : NULL,
		.toward = s->toward,
		.source = s->source,
		.source6 = s->source6,
		.timeout_ms = s->timeout_ms,
		.rate = s->rate ? s->rate : s->caps.total_per_s,
		.gate = p->role->gate,
		.out = {role_probe_take, p},
	};
	memcpy(o.key, s->key, sizeof(o.key));
	snprintf(o.contact, sizeof(o.contact), "%.39s", s->contact);
	*ret = (struct message_ready){0};
	p->role->doing = o.source.family == FAMILY_NONE ? ROLE_OPENS : ROLE_OPENS ", with that source address";
	int code = prober_open(&o, &p->prober, ret->why, sizeof(ret->why));
	if (code < 0) {
		snprintf(p->role->why, sizeof(p->role->why), "%s", ret->why);
		return code;
	}
	p->role->doing = ROLE_DROPS;
	self_check_open(&p->self);
	ret->mode = (uint8_t)prober_mode(p->prober);
	code = sandbox_enter(role_profile(ret->mode == ATTEMPT_CONNECT ? "probe-connect" : "probe"), &report);
	ret->user = report.user;
	ret->landlock = report.landlock;
	ret->landlock_abi = report.landlock_abi;
	ret->seccomp = report.seccomp;
	return code;
}

static int64_t role_probe_tick_of(uint32_t rate)
{
	return rate > FAST_RATE ? FAST_NS : rate > TICK_RATE ? TICK_NS : 0;
}

int role_probe(struct role *r)
{
	struct probing *p = alloc_zero(1, sizeof(*p));
	struct message_ready ready;
	p->role = r;
	p->turn_ns = r->setup.caps.total_per_s ? 3 * NS_PER_S / 2 / r->setup.caps.total_per_s : 0;
	p->turn_ns = p->turn_ns < TURN_NS ? TURN_NS : p->turn_ns;
	p->may_keep = KEPT_AT_ONCE;
	p->kept_ns = clock_boot_ns();
	p->tick_ns = role_probe_tick_of(r->setup.caps.total_per_s);
	int code = role_probe_open_all(p, &ready);
	r->doing = code < 0 ? r->doing : NULL;
	if (code == 0)
		code = role_ready(r, &ready);
	if (code < 0)
		goto out;
	agenda_create(&p->due, r);
	self_check_begin(&p->self, r);
	p->census = r->census;
	if (p->census)
		census_run_resume(p->census, r);
	code = role_probe_work(p);
	if (code == 0)
		code = role_probe_finish(p);
out:
	agenda_free(&p->due);
	self_check_close(&p->self);
	prober_close(p->prober);
	free(p);
	return code;
}
