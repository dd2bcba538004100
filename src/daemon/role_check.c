// SPDX-License-Identifier: ISC
// The check role: asks services when they are due. May make internet sockets and nothing else.
#include "daemon/roles.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/text.h"
#include "daemon/agenda.h"
#include "daemon/role.h"
#include "daemon/zones.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LISTEN_NS   (50 * 1000000LL) // the parent is heard at least so often
#define NAMES_NS    (2 * 1000000LL)  // so often a name that is asked for is looked after
#define COUNTS_NS   NS_PER_S
#define TURN_NS	    (20 * 1000000LL)
#define PUT_OFF_MAX 4096 // several services of as many machines

struct role_check_found { // a name that a redirect led to
	uint32_t ticket;
	struct names_answer answer;
};

struct checking {
	struct role *role;
	struct check *check;
	struct agenda due;
	struct zones *zones;
	struct agenda_item waiting; // the gate held it back
	bool waits;
	bool tcp; // and is to be asked over TCP
	struct put_off {
		struct agenda_item item;
		int64_t until_ns;
	} put_off[PUT_OFF_MAX]; // turns of a run for ever that the target's own caps held back
	size_t put_off_count;
	int64_t put_off_ns;   // when the first of them may be tried
	bool *is_put_off;     // by target
	int64_t *waits_since; // by target: when its turn was put off first; 0: it was asked since
	int64_t turn_ns;      // the total lets one packet through in this time
	uint64_t skipped;     // turns that a target's own caps did not allow
	bool *unfit;	      // by target: said that it cannot be asked
	int64_t counted_ns;
	struct role_check_found *found; // to be told when nobody is at work
	size_t found_count, found_capacity;
};

static struct check_spec role_check_spec_of(const struct checking *c, const struct agenda_item *d)
{
	const struct role_target *t = &c->role->targets[d->item];
	return (struct check_spec){
		.op = t->ask.op,
		.kind = t->ask.kind,
		.flags = t->ask.flags,
		.address = t->ask.address,
		.port = t->ask.port,
		.index = t->ask.index,
		.network = t->ask.network,
		.number = d->number,
		.qtype = t->ask.qtype,
		.timeout_ms = t->ask.timeout_ms,
		.name = t->name,
		.path = t->path,
		.manner = t->ask.manner && t->ask.manner <= c->role->manner_count ? c->role->manners[t->ask.manner - 1]
										  : NULL,
	};
}

// What no check can be made of costs that target, not the role. Said once.
static void role_check_say_unfit(struct checking *c, size_t item, int code)
{
	const struct role_target *t = &c->role->targets[item];
	struct text line = {0};
	if (c->unfit[item])
		return;
	c->unfit[item] = true;
	text_addr(&line, &t->ask.address);
	bool nameless = t->ask.op == PROBE_DNS && !t->name;
	text_printf(&line, " %s '%.80s' cannot be asked: %s", probe_op_name(t->ask.op), t->name ? t->name : "",
		    nameless	      ? "no name to ask it for is configured"
		    : code == -EACCES ? "paths other than / and headers are for addresses of your own allow list"
				      : err_text(code));
	if (role_say(c->role, MESSAGE_ERROR, line.bytes, line.length) < 0)
		c->role->stopping = true;
	text_free(&line);
}

// Services that share an address share its caps. Whose turn comes when another has just been asked would never be asked: its turn is
// put off until it may, which is before the other's next one, so they alternate.
static void role_check_put_off(struct checking *c, int64_t until_ns)
{
	size_t item = c->waiting.item;
	if (c->is_put_off[item] || c->put_off_count == PUT_OFF_MAX) {
		c->skipped++;
		return;
	}
	c->is_put_off[item] = true;
	c->waits_since[item] = c->waits_since[item] ? c->waits_since[item] : clock_boot_ns();
	if (!c->put_off_count || until_ns < c->put_off_ns)
		c->put_off_ns = until_ns;
	c->put_off[c->put_off_count++] = (struct put_off){c->waiting, until_ns};
}

// The one that has waited longest of those that may be tried now.
static bool role_check_take_put_off(struct checking *c, int64_t now)
{
	size_t first = c->put_off_count;
	if (!c->put_off_count || now < c->put_off_ns)
		return false;
	for (size_t i = 0; i < c->put_off_count; i++) {
		const struct put_off *p = &c->put_off[i];
		bool longer = first == c->put_off_count ||
			      c->waits_since[p->item.item] < c->waits_since[c->put_off[first].item.item];
		first = p->until_ns <= now && longer ? i : first;
	}
	if (first == c->put_off_count)
		return false;
	c->waiting = c->put_off[first].item;
	c->is_put_off[c->waiting.item] = false;
	c->put_off[first] = c->put_off[--c->put_off_count];
	c->put_off_ns = INT64_MAX;
	for (size_t i = 0; i < c->put_off_count; i++)
		if (c->put_off[i].until_ns < c->put_off_ns)
			c->put_off_ns = c->put_off[i].until_ns;
	return true;
}

// 1: `waiting` is whose turn it is; 0: nobody's until *ret_until_ns; below 0: all is done.
static int role_check_next(struct checking *c, int64_t now, int64_t *ret_until_ns)
{
	for (;;) {
		int got = role_check_take_put_off(c, now) ? 1 : agenda_next(&c->due, now, &c->waiting, ret_until_ns);
		if (got <= 0 || c->role->targets[c->waiting.item].ask.address.family != FAMILY_NONE)
			return got;
		// else its name leads nowhere yet
	}
}

// Begins what is due. How long until there is more to begin.
static int64_t role_check_begin(struct checking *c)
{
	int64_t wait = LISTEN_NS;
	while (role_may_begin(c->role) && check_pending(c->check) < CHECK_PENDING_MAX) {
		if (!c->waits) {
			int64_t until = 0, now = clock_boot_ns();
			int got = role_check_next(c, now, &until);
			if (got <= 0)
				return got < 0 ? LISTEN_NS : until - now < wait ? until - now : wait;
			c->waits = true;
			c->tcp = zones_wants_tcp(c->zones, c->waiting.item);
		}
		struct check_spec s = role_check_spec_of(c, &c->waiting);
		s.flags |= c->tcp ? CHECK_DNS_TCP : 0;
		int code = check_start(c->check, &s, &wait);
		if (code < 0)
			role_check_say_unfit(c, c->waiting.item, code);
		bool alone = code == 0 && wait > c->turn_ns && c->role->setup.persist;
		if (code > 0)
			c->waits_since[c->waiting.item] = 0;
		if (alone)
			role_check_put_off(c, clock_boot_ns() + wait);
		else if (code == 0)
			return wait < LISTEN_NS ? wait : LISTEN_NS;
		c->waits = false;
		wait = LISTEN_NS;
	}
	return wait;
}

static void role_check_counts(const struct checking *c, struct message_counts *ret)
{
	*ret = (struct message_counts){.rounds = agenda_rounds(&c->due), .skipped = c->skipped};
	check_counts(c->check, &ret->check);
	ret->refused_unlisted = gate_count(c->role->gate, GATE_UNLISTED);
	ret->refused_opted_out = gate_count(c->role->gate, GATE_OPTED_OUT);
	ret->refused_special = gate_count(c->role->gate, GATE_SPECIAL);
}

static int role_check_tell_counts(struct checking *c, enum message kind)
{
	struct message_counts m;
	role_check_counts(c, &m);
	c->counted_ns = clock_boot_ns();
	return role_say(c->role, kind, &m, sizeof(m));
}

static bool role_check_over(const struct checking *c)
{
	bool none_left = c->role->stopping || (agenda_over(&c->due) && !c->waits);
	return none_left && !check_pending(c->check);
}

static struct role_check_found *role_check_found_add(struct checking *c, uint32_t ticket)
{
	alloc_grow((void **)&c->found, c->found_count, &c->found_capacity, sizeof(*c->found));
	struct role_check_found *f = &c->found[c->found_count++];
	*f = (struct role_check_found){.ticket = ticket};
	return f;
}

static void role_check_name_found(void *context, const struct names_answer *a)
{
	role_check_found_add(context, a->attempt.index)->answer = *a;
}

// Where a redirect's name leads: the file of hosts says it at once, else it is asked. Answers are told later (role_check_tell_found).
static void role_check_find(void *context, uint32_t ticket, const char *name)
{
	struct checking *c = context;
	struct names_answer a = {.attempt = {.failure = FAILURE_NONE}};
	for (size_t i = 0; i < c->role->host_count && a.count < NAMES_ADDRESSES_MAX; i++)
		if (strcasecmp(c->role->hosts[i].name, name) == 0)
			a.addresses[a.count++] = c->role->hosts[i].address;
	if (!a.count && c->role->names && names_once(c->role->names, ticket, name) == 0)
		return;
	if (!a.count) {
		a.attempt.failure = FAILURE_LOCAL;
		a.attempt.local_error = EINVAL;
	}
	role_check_found_add(c, ticket)->answer = a;
}

static void role_check_tell_found(struct checking *c)
{
	for (size_t i = 0; i < c->found_count; i++) { // a hop may lead to another name, which comes behind
		struct role_check_found f = c->found[i];
		check_found(c->check, f.ticket, &f.answer);
	}
	c->found_count = 0;
}

static int role_check_names(struct checking *c)
{
	int code = c->role->names ? names_poll(c->role->names, 0) : 0;
	role_check_tell_found(c);
	return code;
}

static int role_check_work(struct checking *c)
{
	while (!role_check_over(c)) {
		int code = role_listen(c->role);
		if (code < 0)
			return code;
		int64_t wait = role_check_begin(c);
		bool asks = c->role->names && names_waiting(c->role->names);
		code = check_poll(c->check, asks && wait > NAMES_NS ? NAMES_NS : wait);
		if (code >= 0)
			code = role_check_names(c);
		if (code < 0)
			return code;
		code = role_flush(c->role, false);
		if (code < 0 && code != -EAGAIN)
			return code;
		if (clock_boot_ns() - c->counted_ns >= COUNTS_NS &&
		    (code = role_check_tell_counts(c, MESSAGE_COUNTS)) < 0)
			return code;
	}
	return 0;
}

static int role_check_finish(struct checking *c)
{
	int code;
	while ((code = role_flush(c->role, true)) == -EAGAIN) {
		if (channel_wait(c->role->channel, 1000) < 0 || (code = role_listen(c->role)) < 0)
			break;
	}
	return code < 0 ? code : role_check_tell_counts(c, MESSAGE_DONE);
}

int role_check(struct role *r)
{
	struct checking c = {.role = r};
	struct sandbox_report report = {0};
	const struct setup *s = &r->setup;
	c.turn_ns = s->caps.total_per_s ? 3 * NS_PER_S / 2 / s->caps.total_per_s : 0;
	c.turn_ns = c.turn_ns < TURN_NS ? TURN_NS : c.turn_ns;
	struct check_options o = {
		.gate = r->gate,
		.out = {role_take, r},
		.finder = {role_check_find, &c},
		.identity = *s->identity ? s->identity : NULL,
		.contact = *s->contact ? s->contact : NULL,
		.version = s->version,
	};
	r->doing = ROLE_OPENS;
	struct names_options names = {.gate = r->gate, .found = role_check_name_found, .context = &c};
	int code = check_open(&o, &c.check);
	if (code == 0 && s->follows)
		code = names_open(&names, &r->names);
	r->doing = code < 0 ? r->doing : ROLE_DROPS;
	if (code == 0)
		code = sandbox_enter(role_profile("check"), &report);
	if (code < 0)
		goto out;
	r->doing = NULL;
	struct message_ready ready = {
		.mode = ATTEMPT_KERNEL,
		.user = report.user,
		.landlock = report.landlock,
		.seccomp = report.seccomp,
		.landlock_abi = report.landlock_abi,
	};
	code = role_ready(r, &ready);
	if (code < 0)
		goto out;
	agenda_create(&c.due, r);
	c.zones = zones_create(r);
	c.unfit = alloc_zero(r->target_count + 1, sizeof(*c.unfit));
	c.waits_since = alloc_zero(r->target_count + 1, sizeof(*c.waits_since));
	c.is_put_off = alloc_zero(r->target_count + 1, sizeof(*c.is_put_off));
	check_dns_listen(check_dns_of(c.check), (struct check_dns_listener){zones_take, c.zones});
	code = role_check_work(&c);
	if (code == 0)
		code = role_check_finish(&c);
out:
	agenda_free(&c.due);
	check_close(c.check);
	names_close(r->names);
	r->names = NULL;
	free(c.found);
	zones_free(c.zones);
	free(c.unfit);
	free(c.is_put_off);
	free(c.waits_since);
	return code;
}
