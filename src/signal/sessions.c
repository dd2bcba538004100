// SPDX-License-Identifier: ISC
// Sessions of the watched networks: each change of state is kept, with what the end was told of. A collector or router
// that lost all its peers at once tells of its own trouble: what it lost then is not counted.
#include "signal/sessions.h"

#include "base/alloc.h"
#include "model/carried.h"

#include <stdlib.h>

#define CHANGES_MAX 65536 // of sessions of watched networks; the oldest half goes first
#define DARK_MAX    1024  // moments in which a reporter lost all its peers; the oldest half goes first

enum { // RFC 4271 8.1 and 6.1, RFC 4486, RFC 9384, RFC 9687
	EVENT_HOLD_TIMER = 10,
	CODE_HOLD_TIMER = 4,
	CODE_CEASE = 6,
	CODE_SEND_HOLD = 8,
	CEASE_PREFIXES = 1,
	CEASE_BFD = 10,
};

struct session_peer { // any peer
	bool known;   // looked up
	bool heard, up;
	bool told;	  // of by a record of its state
	uint32_t session; // + 1; 0: not of a watched network
	struct instant downed;
};

struct sessions {
	const struct decisions *decisions;
	const struct peer_table *peers;
	uint32_t *asns; // of watched entities, sorted
	size_t asn_count;
	struct session_peer *of; // by peer
	size_t of_count;
	uint16_t up[COLLECTORS_MAX]; // peers that are up, by collector
	struct routing_session_log log;
	struct limits limits;
};

static int sessions_by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

struct sessions *sessions_create(const struct decisions *decisions, const struct peer_table *peers,
				 const struct entity_list *entities)
{
	struct sessions *c = alloc_zero(1, sizeof(*c));
	c->decisions = decisions;
	c->peers = peers;
	size_t capacity = 0;
	for (size_t e = 0; e < entities->count; e++)
		for (size_t i = 0; entities->at[e].watched && i < entities->at[e].asn_count; i++) {
			alloc_grow((void **)&c->asns, c->asn_count, &capacity, sizeof(*c->asns));
			c->asns[c->asn_count++] = entities->at[e].asns[i];
		}
	if (c->asn_count)
		qsort(c->asns, c->asn_count, sizeof(*c->asns), sessions_by_number);
	return c;
}

void sessions_free(struct sessions *c)
{
	if (!c)
		return;
	free(c->asns);
	free(c->of);
	free(c->log.sessions);
	free(c->log.changes);
	free(c->log.blackouts);
	free(c);
}

static bool sessions_watched(const struct sessions *c, const struct peer *p)
{
	return p->view != PEER_VIEW_LOC_RIB && p->view != PEER_VIEW_OUT && c->asn_count &&
	       bsearch(&p->asn, c->asns, c->asn_count, sizeof(*c->asns), sessions_by_number);
}

static uint32_t sessions_place(struct sessions *c, const struct peer *p)
{
	for (size_t i = 0; i < c->log.session_count; i++) {
		const struct peer *q = &c->log.sessions[i].peer;
		if (q->asn == p->asn && q->collector == p->collector && q->instance == p->instance &&
		    q->router == p->router && addr_equal(&q->address, &p->address))
			return (uint32_t)i + 1;
	}
	alloc_grow((void **)&c->log.sessions, c->log.session_count, &c->log.session_capacity, sizeof(*c->log.sessions));
	c->log.sessions[c->log.session_count++] = (struct bgp_session){.peer = *p};
	return (uint32_t)c->log.session_count;
}

static struct session_peer *sessions_peer(struct sessions *c, uint32_t id)
{
	if (id >= c->of_count) {
		size_t grown = (size_t)id * 2 + 64;
		c->of = alloc_resize(c->of, grown, sizeof(*c->of));
		memset(c->of + c->of_count, 0, (grown - c->of_count) * sizeof(*c->of));
		c->of_count = grown;
	}
	struct session_peer *s = &c->of[id];
	if (!s->known) {
		const struct peer *p = peer_at(c->peers, id);
		s->known = true;
		s->session = sessions_watched(c, p) ? sessions_place(c, p) : 0;
	}
	return s;
}

static void sessions_change_add(struct sessions *c, const struct session_change *change)
{
	if (c->log.change_count == CHANGES_MAX) {
		limits_reach(&c->limits, LIMIT_SESSION_CHANGES);
		size_t gone = c->log.change_count / 2;
		for (size_t i = 0; i < gone; i++)
			c->log.sessions[c->log.changes[i].session].began_up =
				c->log.changes[i].event == SESSION_EVENT_UP;
		c->log.change_count -= gone;
		memmove(c->log.changes, c->log.changes + gone, c->log.change_count * sizeof(*c->log.changes));
	}
	alloc_grow((void **)&c->log.changes, c->log.change_count, &c->log.change_capacity, sizeof(*c->log.changes));
	c->log.changes[c->log.change_count++] = *change;
}

// The reporter is the upstream's side: what it sent is "local". FRR (to 10) tells of nearly all that it ends itself as of an
// event of its state machine without a number: its hold timer, an interface, a shutdown. That too is silent here.
static enum session_event sessions_event_of(const struct obs *o)
{
	bool remote = o->session.cause == SESSION_CAUSE_REMOTE_NOTIFICATION;
	switch ((enum session_cause)o->session.cause) {
	case SESSION_CAUSE_DECONFIGURED:
	case SESSION_CAUSE_LOCAL_SYSTEM:
		return SESSION_EVENT_UNSAID;
	case SESSION_CAUSE_LOCAL_FSM:
		return o->closing.subcode == EVENT_HOLD_TIMER ? SESSION_EVENT_HOLD_SENT : SESSION_EVENT_SILENT;
	case SESSION_CAUSE_UNKNOWN:
	case SESSION_CAUSE_REMOTE_SILENT:
		return SESSION_EVENT_SILENT;
	case SESSION_CAUSE_LOCAL_NOTIFICATION:
	case SESSION_CAUSE_REMOTE_NOTIFICATION:
		break;
	}
	switch (o->session.notification) {
	case 0:
		return SESSION_EVENT_SILENT;
	case CODE_HOLD_TIMER:
	case CODE_SEND_HOLD:
		return remote ? SESSION_EVENT_HOLD_RECEIVED : SESSION_EVENT_HOLD_SENT;
	case CODE_CEASE:
		if (o->closing.subcode == CEASE_PREFIXES)
			return SESSION_EVENT_PREFIX_LIMIT;
		if (o->closing.subcode == CEASE_BFD)
			return SESSION_EVENT_SILENT;
		return remote ? SESSION_EVENT_BY_ENTITY : SESSION_EVENT_BY_UPSTREAM;
	default:
		return SESSION_EVENT_ERROR;
	}
}

static void sessions_blackout_name(struct session_blackout *d, uint32_t asn)
{
	for (size_t i = 0; i < d->asn_count; i++)
		if (d->asns[i] == asn)
			return;
	if (d->asn_count < SESSION_BLACKOUT_ASNS)
		d->asns[d->asn_count++] = asn;
}

// The last peer of a reporter went: which went with it?
static void sessions_blackout_add(struct sessions *c, uint16_t collector, struct instant now)
{
	if (!instant_known(now))
		return;
	int64_t holds = (int64_t)((double)(c->log.hold_s * NS_PER_S) / signal_value(c->decisions, SESSIONS_DARK_PART));
	int64_t least = signal_ns(c->decisions, SESSIONS_DARK_S);
	struct session_blackout d = {.to = now, .collector = collector};
	d.from = instant_after(now, -(holds > least ? holds : least));
	for (uint32_t i = 0; i < c->of_count; i++) {
		if (!c->of[i].known || peer_at(c->peers, i)->collector != collector)
			continue;
		if (c->of[i].heard && c->of[i].downed.ns >= d.from.ns)
			sessions_blackout_name(&d, peer_at(c->peers, i)->asn);
	}
	if (c->log.blackout_count == DARK_MAX) {
		limits_reach(&c->limits, LIMIT_BLACKOUTS);
		c->log.blackout_count /= 2;
		memmove(c->log.blackouts, c->log.blackouts + c->log.blackout_count,
			c->log.blackout_count * sizeof(*c->log.blackouts));
	}
	alloc_grow((void **)&c->log.blackouts, c->log.blackout_count, &c->log.blackout_capacity,
		   sizeof(*c->log.blackouts));
	c->log.blackouts[c->log.blackout_count++] = d;
}

static void sessions_went_up(struct sessions *c, struct session_peer *p, const struct obs *o)
{
	if (!p->up)
		c->up[o->collector % COLLECTORS_MAX]++;
	if (!p->up && p->session)
		sessions_change_add(c, &(struct session_change){o->time, p->session - 1, SESSION_EVENT_UP, false});
	p->up = p->heard = true;
}

static void sessions_went_down(struct sessions *c, struct session_peer *p, const struct obs *o)
{
	bool first = !p->heard;
	if (first ? o->session.old_state != SESSION_ESTABLISHED : !p->up)
		return;
	if (p->up)
		c->up[o->collector % COLLECTORS_MAX]--;
	if (p->session && first)
		c->log.sessions[p->session - 1].began_up = true;
	if (p->session)
		sessions_change_add(c, &(struct session_change){o->time, p->session - 1, (uint8_t)sessions_event_of(o),
								o->closing.with_text});
	p->up = false;
	p->heard = true;
	p->downed = o->time;
	if (!c->up[o->collector % COLLECTORS_MAX])
		sessions_blackout_add(c, o->collector, o->time);
}

void sessions_take(struct sessions *c, const struct obs *o)
{
	if ((o->kind == OBS_SESSION || o->kind == OBS_ALIVE) && o->hold_s > c->log.hold_s)
		c->log.hold_s = o->hold_s;
	if (o->peer == PEER_NONE || o->flags & OBS_OUTGOING)
		return;
	struct session_peer *p = sessions_peer(c, o->peer);
	if (o->kind == OBS_SESSION) {
		p->told = true;
		if (o->session.new_state == SESSION_ESTABLISHED)
			sessions_went_up(c, p, o);
		else
			sessions_went_down(c, p, o);
	} else if (o->kind == OBS_ANNOUNCE || o->kind == OBS_WITHDRAW || o->kind == OBS_END_OF_RIB) {
		sessions_went_up(c, p, o);
	} else if ((o->kind == OBS_ALIVE && !o->hold_s) || o->kind == OBS_RIB) {
		if (!p->told) // else what is not an UPDATE may come of a session that is closing or opening
			sessions_went_up(c, p, o);
	}
}

const struct routing_session_log *sessions_log(const struct sessions *c)
{
	return &c->log;
}

const struct limits *sessions_limits(const struct sessions *c)
{
	return &c->limits;
}

static void sessions_session_carry(struct carry *c, struct bgp_session *s)
{
	addr_carry(c, &s->peer.address);
	CARRY(c, s->peer.view);
	CARRY(c, s->peer.collector);
	CARRY(c, s->peer.asn);
	CARRY(c, s->peer.instance);
	CARRY(c, s->peer.router);
	CARRY(c, s->began_up);
	carry_within(c, CARRY_COLLECTORS, s->peer.collector);
}

static void sessions_change_carry(struct carry *c, struct session_change *x, size_t sessions)
{
	CARRY(c, x->time);
	CARRY(c, x->session);
	CARRY(c, x->event);
	CARRY(c, x->with_text);
	carry_check(c, x->session < sessions && x->event < SESSION_EVENT_COUNT);
}

static void sessions_peer_carry(struct carry *c, struct session_peer *p, size_t sessions)
{
	CARRY(c, p->known);
	CARRY(c, p->heard);
	CARRY(c, p->up);
	CARRY(c, p->told);
	CARRY(c, p->session);
	CARRY(c, p->downed);
	carry_check(c, p->session <= sessions);
}

static void sessions_blackout_carry(struct carry *c, struct session_blackout *b)
{
	CARRY(c, b->from);
	CARRY(c, b->to);
	CARRY(c, b->collector);
	CARRY(c, b->asns);
	CARRY(c, b->asn_count);
	carry_check(c, b->asn_count <= SESSION_BLACKOUT_ASNS);
}

static void sessions_log_carry(struct carry *c, struct routing_session_log *l)
{
	carry_room(c, CARRY_ARRAY(l->sessions, l->session_count, l->session_capacity), 24);
	for (size_t i = 0; i < l->session_count && carry_good(c); i++)
		sessions_session_carry(c, &l->sessions[i]);
	carry_room(c, CARRY_ARRAY(l->changes, l->change_count, l->change_capacity), 14);
	for (size_t i = 0; i < l->change_count && carry_good(c); i++)
		sessions_change_carry(c, &l->changes[i], l->session_count);
	carry_room(c, CARRY_ARRAY(l->blackouts, l->blackout_count, l->blackout_capacity), 50);
	for (size_t i = 0; i < l->blackout_count && carry_good(c); i++)
		sessions_blackout_carry(c, &l->blackouts[i]);
	CARRY(c, l->hold_s);
	carry_check(c, l->change_count <= CHANGES_MAX && l->blackout_count <= DARK_MAX);
}

// Peers whose network was not watched then may be sessions now: of them nothing is known before now.
static void sessions_look_up(struct sessions *s)
{
	for (uint32_t i = 0; i < s->of_count; i++) {
		const struct peer *p = peer_at(s->peers, i);
		if (s->of[i].known && !s->of[i].session && p && sessions_watched(s, p)) {
			s->of[i].session = sessions_place(s, p);
			s->log.sessions[s->of[i].session - 1].began_up |= s->of[i].up;
		}
	}
}

void sessions_carry(struct carry *c, struct sessions *s)
{
	size_t capacity = s->of_count;
	sessions_log_carry(c, &s->log);
	carry_room(c, CARRY_ARRAY(s->of, s->of_count, capacity), 16);
	for (size_t i = 0; i < s->of_count && carry_good(c); i++) {
		sessions_peer_carry(c, &s->of[i], s->log.session_count);
		if (s->of[i].known)
			carry_within(c, CARRY_PEERS, i);
	}
	carry_bytes(c, s->up, sizeof(s->up));
	CARRY(c, s->limits);
	if (carry_loads(c) && carry_good(c))
		sessions_look_up(s);
}
