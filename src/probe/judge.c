// SPDX-License-Identifier: ISC
// Decides what an answer is: the answer to a probe in flight, late, a second one, or forged. Every answer is counted exactly once.
// DOC: what must fit
// A reply: its payload's cookie under our key for the address it came from, its serial, index and stamp; its identity; its sequence
// number. Then the slot of that serial must still hold that stamp: what was answered or expired stays so, and what is older than the
// ring was decided long ago. So a replay, however old, is never an answer.
//
// An ICMP error: the same of the request that it quotes. A router that quotes only the eight bytes that RFC 792 demands shows no
// cookie; then identity, sequence, address, the checksum of the whole request and the IP identification, which holds 16 bits of the
// cookie, must be those of a probe in flight. Nobody off the path knows the last two.
#include "probe/failure.h"
#include "probe/prober_priv.h"

#include <errno.h>

static void judge_relax(struct prober *p, const struct addr *target)
{
	if (p->backed_off)
		gate_relax(p->options.gate, target);
}

static void judge_forged(struct prober *p, const struct echo_answer *a, const struct arrival *how)
{
	struct instant time = instant_of_ns(how->stamp + p->step_ns);
	struct attempt out = attempt_of(PROBE_ICMP_ECHO, &a->from, ATTEMPT_UNLISTED, time);
	out.failure = FAILURE_FORGED;
	out.mode = (uint8_t)p->mode;
	out.ttl = how->ttl;
	p->counts.forged++;
	prober_give(p, &out);
}

static void judge_note_error(struct attempt *out, const struct echo_answer *a)
{
	out->icmp_from = a->from;
	out->icmp_type = a->type;
	out->icmp_code = a->code;
}

static void judge_late(struct prober *p, const struct echo_answer *a, const struct arrival *how)
{
	struct instant time = instant_of_ns(a->body.stamp + p->step_ns);
	struct attempt out = attempt_of(PROBE_ICMP_ECHO, &a->target, a->body.index, time);
	out.failure = FAILURE_LATE_OR_DUP;
	out.mode = (uint8_t)p->mode;
	out.ttl = how->ttl;
	if (how->stamp > a->body.stamp)
		out.rtt_ns = how->stamp - a->body.stamp;
	if (a->kind == ECHO_ERROR)
		judge_note_error(&out, a);
	prober_give(p, &out);
}

// The serial that a request had: its lower half was sent, the upper is of the last wrap.
static bool judge_whole_serial(const struct prober *p, uint32_t low, uint64_t *ret)
{
	uint64_t serial = (p->pending.tail & ~(uint64_t)UINT32_MAX) | low;
	if (serial >= p->pending.tail) {
		if (serial <= UINT32_MAX)
			return false;
		serial -= (uint64_t)UINT32_MAX + 1;
	}
	*ret = serial;
	return true;
}

static bool judge_cookie_fits(const struct prober *p, const struct echo_answer *a, uint64_t serial)
{
	struct cookie_claim claim = {.target = a->target, .stamp = a->body.stamp, .index = a->body.index};
	claim.serial = (uint32_t)serial;
	claim.epoch = (uint32_t)(serial >> 32);
	return cookie_of(&p->key, &claim) == a->body.cookie && a->seq == (uint16_t)serial;
}

// The request of a slot, as it was sent.
static struct echo_request judge_sent_request(const struct prober *p, uint64_t serial)
{
	const struct pending_slot *s = pending_slot(&p->pending, serial);
	struct cookie_claim claim = {
		.target = pending_target(&p->pending, serial), .stamp = s->stamp, .index = s->index};
	claim.serial = (uint32_t)serial;
	claim.epoch = (uint32_t)(serial >> 32);
	struct echo_request r = {.target = claim.target, .seq = (uint16_t)serial};
	r.body = (struct echo_body){s->stamp, claim.serial, s->index, cookie_of(&p->key, &claim)};
	return r;
}

// A short quotation of an IPv4 request: which probe in flight can it be? At most 64 candidates share a sequence number.
static bool judge_short_quote(const struct prober *p, struct echo_answer *a, uint64_t *ret_serial)
{
	const struct pending *in = &p->pending;
	if (a->target.family != FAMILY_V4 || in->tail == 0)
		return false;
	uint64_t back = (uint16_t)(in->tail - 1 - a->seq), serial = in->tail - 1 - back;
	for (; back < in->capacity && back < in->tail; back += 65536, serial -= 65536) {
		const struct pending_slot *s = pending_slot(in, serial);
		if (s->state != SLOT_PENDING || s->v6 || s->op != PROBE_ICMP_ECHO ||
		    s->v4 != v4_number(a->target.bytes))
			continue;
		struct echo_request r = judge_sent_request(p, serial);
		bool own_header = s->mode == ATTEMPT_PACKET || s->mode == ATTEMPT_RAW;
		if (echo_checksum(&p->request4, &r) != a->checksum ||
		    (own_header && a->ip_id != ((uint16_t)r.body.cookie | 1)))
			continue;
		a->body = r.body;
		*ret_serial = serial;
		return true;
	}
	return false;
}

static void judge_record_error(struct prober *p, const struct echo_answer *a, struct attempt *out)
{
	out->failure = failure_of_icmp(a->target.family, a->type, a->code);
	judge_note_error(out, a);
	p->counts.unreachable++;
	// Our own kernel says so: of a neighbour it may know, of anything behind a gateway it can only mean the gateway.
	if (p->routes_known && route_is_own(&p->routes, &a->from) && !route_is_own(&p->routes, &a->target) &&
	    !route_is_near(&p->routes, &a->target)) {
		out->failure = FAILURE_LOCAL;
		out->local_error = EHOSTUNREACH;
	} else if (failure_prohibits(a->target.family, a->type, a->code)) {
		p->backed_off = true;
		gate_back_off(p->options.gate, &a->target, prober_now(p) - p->ahead_ns);
	}
}

static void judge_record(struct prober *p, const struct echo_answer *a, const struct arrival *how, uint64_t serial)
{
	struct pending_slot *s = pending_slot(&p->pending, serial);
	struct attempt out = prober_attempt(p, serial);
	out.rtt_ns = how->stamp - s->stamp;
	out.ttl = how->ttl;
	if (a->kind == ECHO_ERROR)
		judge_record_error(p, a, &out);
	else
		judge_relax(p, &out.target);
	pending_decide(&p->pending, s, SLOT_ANSWERED);
	p->counts.recorded++;
	prober_give(p, &out);
}

void judge_answer(struct prober *p, struct echo_answer *a, const struct arrival *how)
{
	uint64_t serial = 0;
	bool fits;
	if (a->id != how->id)
		return; // another program's
	p->counts.arrived++;
	if (a->has_body)
		fits = judge_whole_serial(p, a->body.serial, &serial) && judge_cookie_fits(p, a, serial);
	else
		fits = a->kind == ECHO_ERROR && judge_short_quote(p, a, &serial);
	if (!fits) {
		judge_forged(p, a, how);
		return;
	}
	const struct pending_slot *s = pending_slot(&p->pending, serial);
	bool held = s->stamp == a->body.stamp;
	struct arrival exact = *how;
	if (held && s->state == SLOT_PENDING && exact.stamp < s->stamp)
		exact.stamp = prober_now(p); // a clock stepped between the two stamps
	if (held && s->state == SLOT_PENDING && exact.stamp - s->stamp <= p->timeout_ns) {
		judge_record(p, a, &exact, serial);
		return;
	}
	bool second = held && s->state == SLOT_ANSWERED;
	p->counts.duplicate += second;
	p->counts.late += !second;
	judge_late(p, a, how);
}

void judge_damaged(struct prober *p, const struct arrival *how)
{
	struct echo_answer nothing = {0};
	p->counts.arrived++;
	judge_forged(p, &nothing, how);
}

void judge_local(struct prober *p, uint64_t serial, int error)
{
	struct attempt out = prober_attempt(p, serial);
	out.failure = FAILURE_LOCAL;
	out.local_error = (uint8_t)(error > 0 && error < 256 ? error : 255);
	pending_decide(&p->pending, pending_slot(&p->pending, serial), SLOT_FAILED);
	p->counts.send_failed++;
	prober_give(p, &out);
}

// The errno of a silence that is not the target's, or 0: since the probe left, our link had no carrier or the gateway did not answer
// the kernel.
static int judge_own_darkness(const struct prober *p, const struct addr *target, int64_t stamp)
{
	const struct route_table *t = &p->routes;
	// The kernel forgets neighbours that it asked in vain.
	bool failed = t->gateway_failed || stamp <= p->last_failed;
	if (!p->routes_known || target->family != FAMILY_V4 || (t->link.up && !failed && stamp > p->last_dark))
		return 0;
	const struct route *r = route_find(t, v4_number(target->bytes));
	if (!r || r->interface != t->link.interface || r->kind == ROUTE_OWN)
		return 0;
	if (!t->link.up || stamp <= p->last_dark)
		return ENETDOWN;
	return r->kind == ROUTE_GATEWAY && r->gateway == t->gateway ? EHOSTUNREACH : 0;
}

// In the order of sending: all have the same timeout.
void judge_expired(struct prober *p, int64_t now)
{
	uint64_t serial;
	for (;;) {
		struct pending_slot *s = pending_oldest(&p->pending, &serial);
		if (!s || now - s->stamp <= p->timeout_ns + GRACE_NS)
			return;
		struct attempt out = prober_attempt(p, serial);
		out.failure = FAILURE_TIMEOUT;
		out.local_error = (uint8_t)judge_own_darkness(p, &out.target, s->stamp);
		if (out.local_error)
			out.failure = FAILURE_LOCAL;
		if (s->mode == ATTEMPT_CONNECT || s->mode == ATTEMPT_KERNEL)
			connect_drop(p, s);
		pending_decide(&p->pending, s, SLOT_EXPIRED);
		p->counts.timed_out++;
		prober_give(p, &out);
	}
}
