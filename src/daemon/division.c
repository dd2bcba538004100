// SPDX-License-Identifier: ISC
// The rules of who may send are asked here, once, before any process starts; the caps themselves are kept by the senders.
#include "daemon/division.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/must.h"
#include "daemon/measure.h"
#include "daemon/own.h"
#include "schedule/gate.h"
#include "schedule/special.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define CHECK_SHARE                                                                                                    \
	4 // one packet in four is the check role's, where both have work (own choice: checks are few and slow)
#define NAMED_MAX 16

unsigned division_kind_of(const struct plan_target *t)
{
	return t->op == PROBE_ICMP_ECHO ? DIVISION_PROBE : DIVISION_CHECK;
}

static void division_count(struct division *s)
{
	const struct plan *p = s->o->plan;
	s->pings = s->o->range_count + p->block_count;
	for (size_t i = 0; i < p->target_count; i++) {
		s->pings += division_kind_of(&p->targets[i]) == DIVISION_PROBE;
		s->checks += division_kind_of(&p->targets[i]) == DIVISION_CHECK;
	}
}

static bool division_only_loopback(const struct measure_options *o)
{
	for (size_t i = 0; i < o->plan->target_count; i++)
		if (!special_loopback(&o->plan->targets[i].address))
			return false;
	return !o->range_count && !o->plan->block_count;
}

// What a sender needs before it may begin. Null: all is there.
static const char *division_refusal(const struct division *s)
{
	const struct plan *p = s->o->plan;
	if (!s->pings && !s->checks)
		return "there is nothing to measure: name targets, or a list of them";
	if (s->o->named && p->target_count > NAMED_MAX)
		return "at most 16 targets can be named on the command line; put more of them into a configuration";
	if (p->total_per_s > CAPS_TOTAL_HARD && !p->acknowledged)
		return "more than 10,000 packets a second need an explicit acknowledgement: set `acknowledge_rate: "
		       "yes` (--acknowledge-rate) when the networks that you ask have agreed";
	// What a configuration leaves off stays off, whatever else it says and whomever it would reach.
	if ((s->o->configured || s->o->probing_off) && !p->probing)
		return "probing is off: read doc/PROBING.md, settle what it lists, then set `probing: on`";
	if (p->lab || division_only_loopback(s->o))
		return NULL;
	if (s->checks && !p->identity)
		return "no identity: services are told who asks; set `identity:` (--identity) to the name of your host or site";
	if (s->o->named)
		return NULL;
	if (!p->probing)
		return "probing is off: read doc/PROBING.md, settle what it lists, then set `probing: on`";
	if (!p->contact || !*p->contact)
		return "no contact: set `contact:` to a mail address or a page, so that those who are asked can reach you";
	return NULL;
}

int division_create(struct division *s, const struct measure_options *o, char *message, size_t size)
{
	must(o->plan && size > 0);
	*s = (struct division){.o = o};
	division_count(s);
	const char *why = division_refusal(s);
	if (why) {
		snprintf(message, size, "%s", why);
		return -EPERM;
	}
	const struct plan *p = o->plan;
	struct caps whole = p->lab ? caps_lab() : caps_default();
	whole.total_per_s = p->total_per_s ? p->total_per_s : whole.total_per_s;
	whole.acknowledged = p->acknowledged;
	if (o->tighter)
		whole = *o->tighter;
	s->caps = caps_share(&whole, p->observers ? p->observers : 1);
	if (s->caps.block_burst < (s->pings ? 1u : 0u) + (s->checks ? 1u : 0u)) {
		snprintf(
			message, size,
			"too many observers share these targets: the limit per /24 leaves nothing for each; share out the targets instead");
		return -EPERM;
	}
	if (s->pings && s->checks && s->caps.total_per_s < 2) {
		snprintf(message, size,
			 "too few packets a second for pings and checks: raise the rate, or measure one of them");
		return -EPERM;
	}
	s->seed = o->seed;
	if (getrandom(s->key, sizeof(s->key), 0) != sizeof(s->key) ||
	    (!s->seed && getrandom(&s->seed, sizeof(s->seed), 0) != sizeof(s->seed))) {
		snprintf(message, size, "no random numbers: %s", err_text(-errno));
		return -EIO;
	}
	return 0;
}

void division_free(struct division *s)
{
	explicit_bzero(s->key, sizeof(s->key));
	free(s->resume);
	s->resume = NULL;
}

void division_resume(struct division *s, const void *bytes, size_t n)
{
	must(bytes || !n);
	if (!n)
		return;
	s->resume = alloc_resize(s->resume, n, 1);
	memcpy(s->resume, bytes, n);
	s->resume_length = n;
}

bool division_has_work(const struct division *s, unsigned kinds)
{
	return (kinds & DIVISION_PROBE && s->pings) || (kinds & DIVISION_CHECK && s->checks);
}

// The address whose route decides how packets leave.
static struct addr division_toward(const struct division *s)
{
	const struct plan *p = s->o->plan;
	struct addr a = {.family = FAMILY_NONE};
	if (s->o->range_count) {
		memcpy(a.bytes, s->o->ranges[0].bytes, sizeof(a.bytes));
		a.family = s->o->ranges[0].family;
		return a;
	}
	for (size_t i = 0; i < p->target_count; i++)
		if (p->targets[i].address.family == FAMILY_V4 && !special_loopback(&p->targets[i].address))
			return p->targets[i].address;
	return p->block_count ? addr_v4(p->blocks[0].block << 8 | 1) : a;
}

// A quarter for the checks and the rest for the probes, whole where only one has work. Never more than the whole in all.
static struct caps division_caps_of(const struct division *s, unsigned kinds)
{
	struct caps c = s->caps;
	if (!s->pings || !s->checks)
		return c;
	struct caps small = caps_share(&c, CHECK_SHARE);
	// Each has something: a cap of none would wait for ever.
	small.block_burst = small.block_burst ? small.block_burst : 1;
	small.total_per_s = small.total_per_s ? small.total_per_s : 1;
	bool check = kinds & DIVISION_CHECK;
	// The gaps of an address are by operation, and no operation is of both roles.
	c.total_per_s = check ? small.total_per_s : c.total_per_s - small.total_per_s;
	c.network_per_s = check ? small.network_per_s : c.network_per_s - small.network_per_s;
	c.block_burst = check ? small.block_burst : c.block_burst - small.block_burst;
	c.block_per_round = check ? small.block_per_round : c.block_per_round - small.block_per_round;
	return c;
}

bool division_follows(const struct division *s)
{
	const struct plan *p = s->o->plan;
	for (size_t i = 0; i < p->manner_count; i++)
		if (p->manners[i].flags & MANNER_FOLLOW)
			return true;
	return false;
}

int division_setup(const struct division *s, unsigned kinds, bool again, struct message_sink out)
{
	const struct plan *p = s->o->plan;
	const struct addr none = {.family = FAMILY_NONE};
	struct setup m = {
		.caps = division_caps_of(s, kinds),
		.seed = s->seed,
		.source = s->o->source.family == FAMILY_V4 ? s->o->source : none,
		.source6 = s->o->source.family == FAMILY_V6 ? s->o->source : none,
		.toward = division_toward(s),
		.rate = s->o->rate,
		.rounds = s->o->persist ? 0 : s->o->rounds,
		.interval_ms = s->o->interval_ms,
		.timeout_ms = s->o->timeout_ms,
		.blocks = kinds & DIVISION_PROBE ? (uint32_t)p->block_count : 0,
		.persist = s->o->persist,
		.again = again,
		.follows = kinds & DIVISION_CHECK && division_follows(s),
		.best = s->o->best,
	};
	if (s->o->persist && !m.interval_ms && kinds & DIVISION_PROBE)
		m.interval_ms = p->watch_interval_ms; // of pings; checks have their own
	memcpy(m.key, s->key, sizeof(m.key));
	snprintf(m.observer, sizeof(m.observer), "%s", p->observer ? p->observer : "local");
	snprintf(m.contact, sizeof(m.contact), "%s", p->contact ? p->contact : "");
	snprintf(m.identity, sizeof(m.identity), "%s", p->identity ? p->identity : "");
	snprintf(m.version, sizeof(m.version), "%s", s->o->version);
	snprintf(m.interface, sizeof(m.interface), "%s", p->interface ? p->interface : "");
	return out.put(out.context, MESSAGE_SETUP, &m, sizeof(m));
}

// Targets of one entity and operation stand in for each other; those of none are one more.
static uint32_t division_group_of(const struct plan *p, const struct plan_target *t)
{
	const struct entity *e = t->entity ? entity_find(&p->entities, t->entity) : NULL;
	size_t at = e ? (size_t)(e - p->entities.at) + 1 : 0;
	return (uint32_t)(at * PROBE_OP_COUNT + t->op);
}

static struct message_target division_target_of(const struct division *s, size_t i)
{
	const struct plan_target *t = &s->o->plan->targets[i];
	uint8_t kind = s->o->named ? GATE_NAMED : t->kind == TARGET_CONTROL ? GATE_CONTROL : GATE_WATCH;
	kind = t->host ? gate_kind_found(kind) : kind;
	return (struct message_target){
		.address = t->address,
		.index = (uint32_t)i,
		.network = t->network,
		.group = division_group_of(s->o->plan, t),
		.interval_ms = t->interval_ms,
		.timeout_ms = t->timeout_ms ? t->timeout_ms : s->o->timeout_ms,
		.flags = t->flags,
		.port = t->port,
		.qtype = t->qtype,
		.manner = t->manner,
		.op = t->op,
		.kind = kind,
	};
}

static int division_add_all(struct message_writer *w, enum message kind, const void *items, size_t n, size_t size)
{
	int code = 0;
	for (size_t i = 0; i < n && code == 0; i++)
		code = message_add(w, kind, (const uint8_t *)items + i * size, size);
	return code;
}

int division_lists(const struct division *s, unsigned kinds, struct message_sink out)
{
	const struct plan *p = s->o->plan;
	struct message_writer *w = alloc_zero(1, sizeof(*w));
	w->out = out;
	int code = own_tell(out);
	if (code == 0)
		code = division_add_all(w, MESSAGE_ALLOW, p->allow.at, p->allow.count, sizeof(*p->allow.at));
	if (code == 0)
		code = division_add_all(w, MESSAGE_BLOCK, p->block.at, p->block.count, sizeof(*p->block.at));
	if (code == 0 && kinds & DIVISION_CHECK)
		code = division_add_all(w, MESSAGE_MANNERS, p->manners, p->manner_count, sizeof(*p->manners));
	for (size_t i = 0; i < p->target_count && code == 0; i++) {
		struct message_target t = division_target_of(s, i);
		if (division_kind_of(&p->targets[i]) & kinds)
			code = message_target_add(w, &t, p->targets[i].name, p->targets[i].path);
	}
	if (code == 0 && kinds & DIVISION_PROBE)
		code = division_add_all(w, MESSAGE_RANGES, s->o->ranges, s->o->range_count, sizeof(*s->o->ranges));
	if (code == 0 && kinds & DIVISION_PROBE)
		code = division_add_all(w, MESSAGE_BLOCKS, p->blocks, p->block_count, sizeof(*p->blocks));
	if (code == 0 && kinds & DIVISION_PROBE)
		code = division_add_all(w, MESSAGE_RESUME, s->resume ? s->resume : s->o->resume,
					s->resume ? s->resume_length : s->o->resume_length, 1);
	if (code == 0)
		code = message_flush(w);
	free(w);
	return code;
}
