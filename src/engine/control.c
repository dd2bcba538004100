// SPDX-License-Identifier: ISC
// Sessions of the watched networks: each change of state is kept, with what the end was told of. A collector or router
// that lost all its peers at once tells of its own trouble: what it lost then is not counted.
#include "engine/control_priv.h"

#include "base/alloc.h"
#include "model/carried.h"

#include <math.h>
#include <stdlib.h>

#define CHANGES_MAX 65536 // of sessions of watched networks; the oldest half goes first
#define DARK_MAX    1024  // moments in which a reporter lost all its peers; the oldest half goes first
#define DARK_ASNS   8	  // networks named of each

#define DARK_NS	      (2 * NS_PER_S)  // peers that go for one reason go within this; by hold timers within …
#define DARK_HOLDS    3		      // … a third of a hold time: keepalives are sent that often (RFC 4271, 10)
#define LOST_EARLY_NS (60 * NS_PER_S) // a session may go so long before the loss is seen …
#define LOST_HOLDS    2		      // … or so many hold times: the far end of it was mute before its timer ran out

enum { // RFC 4271 8.1 and 6.1, RFC 4486, RFC 9384, RFC 9687
	EVENT_HOLD_TIMER = 10,
	CODE_HOLD_TIMER = 4,
	CODE_CEASE = 6,
	CODE_SEND_HOLD = 8,
	CEASE_PREFIXES = 1,
	CEASE_BFD = 10,
};

enum change_kind {
	CHANGE_UP,
	CHANGE_UNSAID, // the reporter stopped telling of it: says nothing of the session
	CHANGE_HOLD_RECEIVED,
	CHANGE_HOLD_SENT,
	CHANGE_BY_ENTITY,
	CHANGE_BY_UPSTREAM,
	CHANGE_PREFIX_LIMIT,
	CHANGE_SILENT,
	CHANGE_ERROR,
	CHANGE_KIND_COUNT
};

struct change {
	struct instant time;
	uint32_t session;
	uint8_t kind; // enum change_kind
	bool with_text;
};

struct session { // with a watched network; the views of a BMP peer are one session
	struct peer peer;
	bool began_up; // before the changes that are kept
};

struct reporter_peer { // any peer
	bool known;    // looked up
	bool heard, up;
	bool told;	  // of by a record of its state
	uint32_t session; // + 1; 0: not of a watched network
	struct instant downed;
};

struct dark { // a reporter lost the last of its peers
	struct instant from, to;
	uint16_t collector;
	uint32_t asns[DARK_ASNS];
	size_t asn_count;
};

struct control {
	const struct peer_table *peers;
	const struct entity_list *entities;
	uint32_t *asns; // of watched entities, sorted
	size_t asn_count;
	struct reporter_peer *of; // by peer
	size_t of_count;
	uint16_t up[COLLECTORS_MAX]; // peers that are up, by collector
	struct session *sessions;
	size_t session_count, session_capacity;
	struct change *changes;
	size_t change_count, change_capacity;
	struct dark *dark;
	size_t dark_count, dark_capacity;
	uint32_t hold_s; // longest seen
};

static int by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

struct control *control_create(const struct peer_table *peers, const struct entity_list *entities)
{
	struct control *c = alloc_zero(1, sizeof(*c));
	c->peers = peers;
	c->entities = entities;
	size_t capacity = 0;
	for (size_t e = 0; e < entities->count; e++)
		for (size_t i = 0; entities->at[e].watched && i < entities->at[e].asn_count; i++) {
			alloc_grow((void **)&c->asns, c->asn_count, &capacity, sizeof(*c->asns));
			c->asns[c->asn_count++] = entities->at[e].asns[i];
		}
	if (c->asn_count)
		qsort(c->asns, c->asn_count, sizeof(*c->asns), by_number);
	return c;
}

void control_free(struct control *c)
{
	if (!c)
		return;
	free(c->asns);
	free(c->of);
	free(c->sessions);
	free(c->changes);
	free(c->dark);
	free(c);
}

static bool watched_peer(const struct control *c, const struct peer *p)
{
	return p->view != PEER_VIEW_LOC_RIB && p->view != PEER_VIEW_OUT && c->asn_count &&
	       bsearch(&p->asn, c->asns, c->asn_count, sizeof(*c->asns), by_number);
}

static uint32_t session_of(struct control *c, const struct peer *p)
{
	for (size_t i = 0; i < c->session_count; i++) {
		const struct peer *q = &c->sessions[i].peer;
		if (q->asn == p->asn && q->collector == p->collector && addr_equal(&q->address, &p->address))
			return (uint32_t)i + 1;
	}
	alloc_grow((void **)&c->sessions, c->session_count, &c->session_capacity, sizeof(*c->sessions));
	c->sessions[c->session_count++] = (struct session){.peer = *p};
	return (uint32_t)c->session_count;
}

static struct reporter_peer *peer_state(struct control *c, uint32_t id)
{
	if (id >= c->of_count) {
		size_t grown = (size_t)id * 2 + 64;
		c->of = alloc_resize(c->of, grown, sizeof(*c->of));
		memset(c->of + c->of_count, 0, (grown - c->of_count) * sizeof(*c->of));
		c->of_count = grown;
	}
	struct reporter_peer *s = &c->of[id];
	if (!s->known) {
		const struct peer *p = peer_at(c->peers, id);
		s->known = true;
		s->session = watched_peer(c, p) ? session_of(c, p) : 0;
	}
	return s;
}

static void change_add(struct control *c, const struct change *change)
{
	if (c->change_count == CHANGES_MAX) {
		size_t gone = c->change_count / 2;
		for (size_t i = 0; i < gone; i++)
			c->sessions[c->changes[i].session].began_up = c->changes[i].kind == CHANGE_UP;
		c->change_count -= gone;
		memmove(c->changes, c->changes + gone, c->change_count * sizeof(*c->changes));
	}
	alloc_grow((void **)&c->changes, c->change_count, &c->change_capacity, sizeof(*c->changes));
	c->changes[c->change_count++] = *change;
}

// The reporter is the upstream's side: what it sent is "local". FRR (to 10) tells of nearly all that it ends itself as of an
// event of its state machine without a number: its hold timer, an interface, a shutdown. That too is silent here.
static enum change_kind kind_of(const struct obs *o)
{
	bool remote = o->session.cause == SESSION_CAUSE_REMOTE_NOTIFICATION;
	switch ((enum session_cause)o->session.cause) {
	case SESSION_CAUSE_DECONFIGURED:
	case SESSION_CAUSE_LOCAL_SYSTEM:
		return CHANGE_UNSAID;
	case SESSION_CAUSE_LOCAL_FSM:
		return o->closing.subcode == EVENT_HOLD_TIMER ? CHANGE_HOLD_SENT : CHANGE_SILENT;
	case SESSION_CAUSE_UNKNOWN:
	case SESSION_CAUSE_REMOTE_SILENT:
		return CHANGE_SILENT;
	case SESSION_CAUSE_LOCAL_NOTIFICATION:
	case SESSION_CAUSE_REMOTE_NOTIFICATION:
		break;
	}
	switch (o->session.notification) {
	case 0:
		return CHANGE_SILENT;
	case CODE_HOLD_TIMER:
	case CODE_SEND_HOLD:
		return remote ? CHANGE_HOLD_RECEIVED : CHANGE_HOLD_SENT;
	case CODE_CEASE:
		if (o->closing.subcode == CEASE_PREFIXES)
			return CHANGE_PREFIX_LIMIT;
		if (o->closing.subcode == CEASE_BFD)
			return CHANGE_SILENT;
		return remote ? CHANGE_BY_ENTITY : CHANGE_BY_UPSTREAM;
	default:
		return CHANGE_ERROR;
	}
}

static void dark_name(struct dark *d, uint32_t asn)
{
	for (size_t i = 0; i < d->asn_count; i++)
		if (d->asns[i] == asn)
			return;
	if (d->asn_count < DARK_ASNS)
		d->asns[d->asn_count++] = asn;
}

// The last peer of a reporter went: which went with it?
static void dark_add(struct control *c, uint16_t collector, struct instant now)
{
	int64_t holds = (int64_t)c->hold_s * NS_PER_S / DARK_HOLDS;
	struct dark d = {.to = now, .collector = collector};
	d.from = instant_after(now, -(holds > DARK_NS ? holds : DARK_NS));
	for (uint32_t i = 0; i < c->of_count; i++) {
		if (!c->of[i].known || peer_at(c->peers, i)->collector != collector)
			continue;
		if (c->of[i].heard && c->of[i].downed.ns >= d.from.ns)
			dark_name(&d, peer_at(c->peers, i)->asn);
	}
	if (c->dark_count == DARK_MAX) {
		c->dark_count /= 2;
		memmove(c->dark, c->dark + c->dark_count, c->dark_count * sizeof(*c->dark));
	}
	alloc_grow((void **)&c->dark, c->dark_count, &c->dark_capacity, sizeof(*c->dark));
	c->dark[c->dark_count++] = d;
}

static void went_up(struct control *c, struct reporter_peer *p, const struct obs *o)
{
	if (!p->up)
		c->up[o->collector % COLLECTORS_MAX]++;
	if (!p->up && p->session)
		change_add(c, &(struct change){o->time, p->session - 1, CHANGE_UP, false});
	p->up = p->heard = true;
}

static void went_down(struct control *c, struct reporter_peer *p, const struct obs *o)
{
	bool first = !p->heard;
	if (first ? o->session.old_state != SESSION_ESTABLISHED : !p->up)
		return;
	if (p->up)
		c->up[o->collector % COLLECTORS_MAX]--;
	if (p->session && first)
		c->sessions[p->session - 1].began_up = true;
	if (p->session)
		change_add(c, &(struct change){o->time, p->session - 1, (uint8_t)kind_of(o), o->closing.with_text});
	p->up = false;
	p->heard = true;
	p->downed = o->time;
	if (!c->up[o->collector % COLLECTORS_MAX])
		dark_add(c, o->collector, o->time);
}

void control_take(struct control *c, const struct obs *o)
{
	if ((o->kind == OBS_SESSION || o->kind == OBS_ALIVE) && o->hold_s > c->hold_s)
		c->hold_s = o->hold_s;
	if (o->peer == PEER_NONE || o->flags & OBS_OUTGOING)
		return;
	struct reporter_peer *p = peer_state(c, o->peer);
	if (o->kind == OBS_SESSION) {
		p->told = true;
		if (o->session.new_state == SESSION_ESTABLISHED)
			went_up(c, p, o);
		else
			went_down(c, p, o);
	} else if (o->kind == OBS_ANNOUNCE || o->kind == OBS_WITHDRAW || o->kind == OBS_END_OF_RIB) {
		went_up(c, p, o);
	} else if ((o->kind == OBS_ALIVE && !o->hold_s) || o->kind == OBS_RIB) {
		if (!p->told) // else what is not an UPDATE may come of a session that is closing or opening
			went_up(c, p, o);
	}
}

// Whether the reporter lost all its peers then, and not only those of the entity.
static bool own_trouble(const struct control *c, const struct entity *e, const struct change *change)
{
	uint16_t collector = c->sessions[change->session].peer.collector;
	for (size_t i = 0; i < c->dark_count; i++) {
		const struct dark *d = &c->dark[i];
		if (d->collector != collector || change->time.ns < d->from.ns || change->time.ns > d->to.ns)
			continue;
		for (size_t k = 0; k < d->asn_count; k++)
			if (!control_owns(e, d->asns[k]))
				return true;
	}
	return false;
}

struct verdict {		   // on one session
	bool up, seen;		   // up now; up at some time between the window's begin and the start
	struct instant since;	   // last change
	const struct change *lost; // the end that counts
	bool lasting;		   // it was still down at the start, or went after it
};

struct window {
	struct instant begin, start, end;
};

// It was as it is from its last change until now.
static void verdict_until(struct verdict *v, const struct window *w, struct instant now)
{
	v->seen |= v->up && now.ns >= w->begin.ns && v->since.ns <= w->start.ns;
	v->since = now;
}

// Which end counts: the first that reached into the incident; if none did, the last before.
static void verdict_change(struct verdict *v, const struct window *w, const struct change *change, bool trouble)
{
	verdict_until(v, w, change->time);
	bool inside = change->time.ns >= w->begin.ns && change->time.ns <= w->end.ns;
	if (change->kind == CHANGE_UP && change->time.ns < w->start.ns) {
		v->lasting = false;
	} else if (v->up && change->kind > CHANGE_UNSAID && inside && !trouble && !v->lasting) {
		v->lost = change;
		v->lasting = true;
	}
	v->up = change->kind == CHANGE_UP;
}

static void count_lost(struct facts_sessions *f, const struct change *lost, struct instant start)
{
	uint32_t *count[CHANGE_KIND_COUNT] = {
		[CHANGE_HOLD_RECEIVED] = &f->hold_received,
		[CHANGE_HOLD_SENT] = &f->hold_sent,
		[CHANGE_BY_ENTITY] = &f->closed_by_entity,
		[CHANGE_BY_UPSTREAM] = &f->closed_by_upstream,
		[CHANGE_PREFIX_LIMIT] = &f->prefix_limit,
		[CHANGE_SILENT] = &f->silent,
		[CHANGE_ERROR] = &f->error,
	};
	double after = instant_gap_s(start, lost->time);
	f->lost++;
	f->with_text += lost->with_text;
	if (count[lost->kind])
		++*count[lost->kind];
	if (isnan(f->first_s) || after < f->first_s)
		f->first_s = after;
}

static struct window window_of(const struct control *c, const struct incident *n)
{
	int64_t early = LOST_HOLDS * (int64_t)c->hold_s * NS_PER_S;
	early = early > LOST_EARLY_NS ? early : LOST_EARLY_NS;
	return (struct window){instant_after(control_start(n), -early), control_start(n), control_end(n)};
}

static void sessions_facts(const struct control *c, struct incident *n)
{
	const struct entity *e = &c->entities->at[n->entity];
	struct facts_sessions *f = &n->facts.sessions;
	struct window w = window_of(c, n);
	struct verdict *of = alloc_zero(c->session_count, sizeof(*of));
	*f = (struct facts_sessions){.first_s = NAN};
	for (size_t i = 0; i < c->session_count; i++)
		of[i] = (struct verdict){.up = c->sessions[i].began_up, .since = INSTANT_NONE};
	for (size_t i = 0; i < c->change_count; i++) {
		const struct change *change = &c->changes[i];
		if (!control_owns(e, c->sessions[change->session].peer.asn))
			continue;
		bool trouble = change->time.ns >= w.begin.ns && own_trouble(c, e, change);
		verdict_change(&of[change->session], &w, change, trouble);
	}
	for (size_t i = 0; i < c->session_count; i++) {
		verdict_until(&of[i], &w, w.end.ns > w.start.ns ? w.end : w.start);
		f->seen += of[i].seen;
		if (of[i].seen && of[i].lost)
			count_lost(f, of[i].lost, n->start.best);
	}
	free(of);
}

void control_facts(const struct control *c, const struct routes *r, struct incident *n)
{
	const struct entity *e = &c->entities->at[n->entity];
	if (!instant_known(n->start.best))
		return;
	if (c->session_count)
		sessions_facts(c, n);
	if (routes_evidence(r))
		control_routes(r, e, n);
	control_witness(c->peers, r, n);
}

static void control_session_carry(struct carry *c, struct session *s)
{
	addr_carry(c, &s->peer.address);
	CARRY(c, s->peer.view);
	CARRY(c, s->peer.collector);
	CARRY(c, s->peer.asn);
	CARRY(c, s->began_up);
	carry_within(c, CARRY_COLLECTORS, s->peer.collector);
}

static void control_change_carry(struct carry *c, struct change *x, size_t sessions)
{
	CARRY(c, x->time);
	CARRY(c, x->session);
	CARRY(c, x->kind);
	CARRY(c, x->with_text);
	carry_check(c, x->session < sessions && x->kind < CHANGE_KIND_COUNT);
}

static void control_reporter_peer_carry(struct carry *c, struct reporter_peer *p, size_t sessions)
{
	CARRY(c, p->known);
	CARRY(c, p->heard);
	CARRY(c, p->up);
	CARRY(c, p->told);
	CARRY(c, p->session);
	CARRY(c, p->downed);
	carry_check(c, p->session <= sessions);
}

static void control_dark_carry(struct carry *c, struct dark *d)
{
	CARRY(c, d->from);
	CARRY(c, d->to);
	CARRY(c, d->collector);
	CARRY(c, d->asns);
	CARRY(c, d->asn_count);
	carry_check(c, d->asn_count <= DARK_ASNS);
}

// Peers whose network was not watched then may be sessions now: of them nothing is known before now.
static void control_peers_look_up(struct control *c)
{
	for (uint32_t i = 0; i < c->of_count; i++) {
		const struct peer *p = peer_at(c->peers, i);
		if (c->of[i].known && !c->of[i].session && p && watched_peer(c, p)) {
			c->of[i].session = session_of(c, p);
			c->sessions[c->of[i].session - 1].began_up |= c->of[i].up;
		}
	}
}

void control_carry(struct carry *c, struct control *x)
{
	size_t capacity = x->of_count;
	carry_room(c, CARRY_ARRAY(x->sessions, x->session_count, x->session_capacity), 24);
	for (size_t i = 0; i < x->session_count && carry_good(c); i++)
		control_session_carry(c, &x->sessions[i]);
	carry_room(c, CARRY_ARRAY(x->of, x->of_count, capacity), 16);
	for (size_t i = 0; i < x->of_count && carry_good(c); i++) {
		control_reporter_peer_carry(c, &x->of[i], x->session_count);
		if (x->of[i].known)
			carry_within(c, CARRY_PEERS, i);
	}
	carry_bytes(c, x->up, sizeof(x->up));
	carry_room(c, CARRY_ARRAY(x->changes, x->change_count, x->change_capacity), 14);
	for (size_t i = 0; i < x->change_count && carry_good(c); i++)
		control_change_carry(c, &x->changes[i], x->session_count);
	carry_check(c, x->change_count <= CHANGES_MAX);
	carry_room(c, CARRY_ARRAY(x->dark, x->dark_count, x->dark_capacity), 50);
	for (size_t i = 0; i < x->dark_count && carry_good(c); i++)
		control_dark_carry(c, &x->dark[i]);
	carry_check(c, x->dark_count <= DARK_MAX);
	CARRY(c, x->hold_s);
	if (carry_loads(c) && carry_good(c))
		control_peers_look_up(x);
}
