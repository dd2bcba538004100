// SPDX-License-Identifier: ISC
// Redirects: where they lead, whether that may be asked, and the connection there. The address of every hop passes the gate anew as one
// that a name led to, unless it is the target's own, which the operator named. What is refused there is our side's doing, and says
// nothing about the target.
#include "check/engine.h"

#include "base/err.h"
#include "os/clock.h"
#include "wire/location.h"

#include <errno.h>
#include <stdio.h>
#include <strings.h>
#include <unistd.h>

void hop_name_set(struct check_slot *s, const char *name)
{
	struct addr address;
	s->named = addr_parse(name, &address) != 0;
	snprintf(s->name, sizeof(s->name), "%s", name);
}

static int hop_local(struct check_slot *s, int error)
{
	fault_local(&s->attempt, error);
	return STEP_END;
}

// Back to a slot without a connection, with the time of the hops so far.
static void hop_close(struct check_slot *s)
{
	for (int i = 0; i < PHASE_COUNT; i++) {
		int32_t took = s->attempt.phase_us[i] > 0 ? s->attempt.phase_us[i] : 0;
		s->spent_us[i] = s->spent_us[i] < INT32_MAX - took ? s->spent_us[i] + took : INT32_MAX;
		s->attempt.phase_us[i] = ATTEMPT_UNKNOWN;
	}
	SSL_free(s->tls);
	s->tls = NULL;
	if (s->descriptor >= 0)
		close(s->descriptor); // leaves the set of events too
	s->descriptor = -1;
	s->readable = s->hung_up = s->connected = false;
	s->sent = s->kept_count = 0;
	s->body_bytes = 0;
	s->attempt.status = 0;
	s->generation += s->generation == UINT32_MAX ? 2 : 1; // events of the connection before are stale
}

int step_hop_connect(struct check *c, struct check_slot *s)
{
	bool own = addr_equal(&s->attempt.target, &s->asked);
	struct gate_ask ask = {.address = s->attempt.target,
			       .network = own ? s->network : 0,
			       .kind = own ? s->kind : gate_kind_found(s->kind),
			       .op = s->attempt.op,
			       .onward = true};
	int64_t now = clock_boot_ns(), until = now;
	if (!check_identity_admits(c, &s->attempt.target))
		return hop_local(s, EACCES);
	enum gate_answer answer = gate_ask(c->gate, &ask, now, &until);
	if (answer == GATE_WAIT) {
		c->counts.held++;
		s->state = CHECK_HOP;
		check_deadline(c, s, until < s->end_ns ? until : s->end_ns);
		return STEP_WAIT;
	}
	if (answer != GATE_GO) {
		c->counts.refused++;
		return hop_local(s, EACCES);
	}
	check_deadline(c, s, s->end_ns);
	s->state = CHECK_CONNECT;
	return step_connect_begin(c, s);
}

static int hop_to(struct check *c, struct check_slot *s, const struct addr *to)
{
	s->attempt.target = *to;
	return step_hop_connect(c, s);
}

// The address that a name led to: what the gate admits of them, IPv6 first as elsewhere, the target's own before all.
static bool hop_choose(const struct check *c, const struct check_slot *s, const struct names_answer *a,
		       struct addr *ret)
{
	bool any = false;
	for (uint32_t i = 0; i < a->count; i++) {
		const struct addr *at = &a->addresses[i];
		bool own = addr_equal(at, &s->asked), six = at->family == FAMILY_V6;
		if (gate_admits(c->gate, at, own ? s->kind : gate_kind_found(s->kind)) != GATE_GO)
			continue;
		if (!any || own || (six && ret->family != FAMILY_V6 && s->asked.family == FAMILY_V6))
			*ret = *at;
		any = true;
		if (own)
			break;
	}
	return any;
}

void hop_looked_up(struct check *c, struct check_slot *s, const struct names_answer *a)
{
	struct addr to;
	int answer = STEP_END;
	if (!a->count && (a->attempt.failure == FAILURE_DNS_NXDOMAIN || a->attempt.failure == FAILURE_DNS_NO_ANSWER))
		s->attempt.failure = a->attempt.failure; // the redirect leads nowhere, for everybody
	else if (!a->count)
		fault_local(&s->attempt, a->attempt.local_error ? a->attempt.local_error : EAGAIN);
	else if (hop_choose(c, s, a, &to))
		answer = hop_to(c, s, &to);
	else
		fault_local(&s->attempt, EACCES);
	if (answer == STEP_END)
		check_slot_end(c, s);
}

static int hop_find(struct check *c, struct check_slot *s)
{
	if (!c->finder.find)
		return hop_local(s, ENOSYS);
	s->state = CHECK_LOOKUP;
	c->finder.find(c->finder.context, check_ticket(c, s), s->name);
	return STEP_WAIT;
}

// TLS where there was none: one more of those that may be under way.
static bool hop_tls(struct check *c, struct check_slot *s, bool tls)
{
	s->flags = (uint16_t)(tls ? s->flags | CHECK_HTTPS : s->flags & ~CHECK_HTTPS);
	if (!tls || s->wants_tls)
		return true;
	if (c->tls_pending == CHECK_TLS_MAX)
		return false;
	s->wants_tls = true;
	c->tls_pending++;
	return true;
}

int step_hop(struct check *c, struct check_slot *s, const char *text)
{
	struct location here = {.tls = s->flags & CHECK_HTTPS, .port = s->attempt.port}, there;
	struct addr address;
	snprintf(here.host, sizeof(here.host), "%s", s->name);
	snprintf(here.path, sizeof(here.path), "%s", *s->path ? s->path : "/");
	if (location_follow(&here, text, &there) < 0)
		return step_fail(s, FAILURE_HTTP_INVALID);
	bool same = strcasecmp(there.host, here.host) == 0;
	hop_close(s);
	s->hops++;
	if (!hop_tls(c, s, there.tls))
		return hop_local(s, EBUSY);
	s->attempt.port = there.port ? there.port : there.tls ? 443 : 80;
	snprintf(s->path, sizeof(s->path), "%s", there.path);
	s->onward |= !same;
	s->own_host &= location_relative(text);
	if (same)
		return step_hop_connect(c, s);
	hop_name_set(s, there.host);
	return addr_parse(there.host, &address) == 0 ? hop_to(c, s, &address) : hop_find(c, s);
}
