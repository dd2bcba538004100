// SPDX-License-Identifier: ISC
// BMP → observations (RFC 7854, 8671, 9069), with the rules that real routers make necessary: Peer Down is
// idempotent and legal without Peer Up, one view per peer is followed, the router's own AS in front of a path is
// taken off, withdrawals of what was never announced are held back.
#include "wire/bmp.h"
#include "base/alloc.h"
#include "base/err.h"
#include "decode/decode_priv.h"

#include <stdlib.h>

#define BMP_PEERS_MAX 4096	     // behind one router; a large route reflector has some hundreds
#define VIEW_OPEN     BMP_VIEW_COUNT // no view chosen yet
#define NULL_LOC_RIB  SIZE_MAX

struct bmp_view_state {
	uint32_t id; // PEER_NONE: not registered yet
	bool up;     // OBS_SESSION up was handed on
	bool began;  // a Peer Up of this view was seen, of that time; none of its end since
	int64_t began_us;
	struct decode_tally tally;
};

struct monitored { // one peer of the router
	struct addr address;
	uint32_t asn;
	uint8_t distinguisher[8];
	uint8_t type;
	bool up_seen; // a Peer Up of this session was seen: what it announces is known from the start
	bool add_path[2];
	uint32_t own_asn;
	enum bmp_view followed; // VIEW_OPEN until the first route
	struct bmp_view_state views[BMP_VIEW_COUNT];
};

struct decode_bmp {
	struct monitored *peers;
	size_t count, capacity;
	struct index by_peer;
	uint16_t router;  // its name's number; 0: it has not said
	bool adjacencies; // a view of a peer other than the Loc-RIB is followed
	size_t loc_rib;	  // place of the Loc-RIB that is followed; NULL_LOC_RIB: none
};

void decode_bmp_free(struct decode_bmp *b)
{
	if (!b)
		return;
	free(b->peers);
	index_free(&b->by_peer);
	free(b);
}

static bool bmp_same_monitored(const struct monitored *p, const struct bmp_peer *h)
{
	return p->asn == h->asn && p->type == h->type && addr_equal(&p->address, &h->address) &&
	       memcmp(p->distinguisher, h->distinguisher, sizeof(p->distinguisher)) == 0;
}

static struct monitored *bmp_monitored_at(struct decode_bmp *b, const struct bmp_peer *h)
{
	uint64_t rd;
	memcpy(&rd, h->distinguisher, sizeof(rd));
	uint64_t hash = hash_pair(addr_hash(&h->address), rd ^ (uint64_t)h->asn << 8 ^ h->type);
	struct index_walk walk = index_begin(hash);
	uint32_t held;
	while (index_next(&b->by_peer, &walk, &held))
		if (bmp_same_monitored(&b->peers[held], h))
			return &b->peers[held];
	if (b->count == BMP_PEERS_MAX)
		return NULL;
	alloc_grow((void **)&b->peers, b->count, &b->capacity, sizeof(*b->peers));
	struct monitored *p = &b->peers[b->count++];
	*p = (struct monitored){.address = h->address, .asn = h->asn, .type = h->type, .followed = VIEW_OPEN};
	memcpy(p->distinguisher, h->distinguisher, sizeof(p->distinguisher));
	for (size_t i = 0; i < BMP_VIEW_COUNT; i++)
		p->views[i].id = PEER_NONE;
	index_add(&b->by_peer, hash, (uint32_t)b->count - 1);
	return p;
}

static uint8_t bmp_peer_view_of(enum bmp_view view)
{
	static const uint8_t views[BMP_VIEW_COUNT] = {
		[BMP_VIEW_PRE_POLICY] = PEER_VIEW_PRE_POLICY, [BMP_VIEW_POST_POLICY] = PEER_VIEW_POST_POLICY,
		[BMP_VIEW_OUT_PRE] = PEER_VIEW_OUT,	      [BMP_VIEW_OUT_POST] = PEER_VIEW_OUT,
		[BMP_VIEW_LOC_RIB] = PEER_VIEW_LOC_RIB,
	};
	return views[view];
}

// The Loc-RIB has no peer address: the router's BGP identifier stands for it.
static uint32_t bmp_view_id(struct decoder *d, const struct decode_bmp *b, struct monitored *p,
			    const struct bmp_peer *h, uint16_t collector)
{
	struct bmp_view_state *v = &p->views[h->view];
	if (v->id == PEER_NONE) {
		struct peer key = {.address = p->address, .collector = collector, .asn = p->asn, .router = b->router};
		key.view = bmp_peer_view_of(h->view);
		memcpy(&key.instance, h->distinguisher, sizeof(key.instance));
		key.instance = __builtin_bswap64(key.instance);
		if (h->view == BMP_VIEW_LOC_RIB)
			key.address = addr_v4(v4_number(h->bgp_id));
		v->id = decode_peer_id(d, &key);
	}
	return v->id;
}

static bool bmp_outgoing(enum bmp_view view)
{
	return view == BMP_VIEW_OUT_PRE || view == BMP_VIEW_OUT_POST;
}

// How a session ended: what its NOTIFICATION says; null: there was none.
static void bmp_put_closing(struct obs *o, const struct bgp_notification *n)
{
	o->session.notification = n ? n->code : 0;
	o->closing.subcode = n ? n->subcode : 0;
	o->closing.with_text = n && cursor_left(&n->shutdown_text) > 0;
}

static void bmp_push_session(struct decoder *d, const struct decode_envelope *e, bool up,
			     const struct bmp_peer_down *down)
{
	struct decode_slot *slot = decode_make_room(d);
	struct obs *o = decode_push(d, OBS_SESSION, e);
	d->counts.of[DECODE_STATES]++;
	o->session.old_state = up ? SESSION_IDLE : SESSION_ESTABLISHED;
	o->session.new_state = up ? SESSION_ESTABLISHED : SESSION_IDLE;
	if (down) {
		o->session.cause = down->reason <= SESSION_CAUSE_LOCAL_SYSTEM ? down->reason : SESSION_CAUSE_UNKNOWN;
		bmp_put_closing(o, down->has_notification ? &down->notification : NULL);
		if (down->reason == BMP_DOWN_LOCAL_FSM && down->fsm_event <= UINT8_MAX)
			o->closing.subcode = (uint8_t)down->fsm_event;
	}
	if (d->options.routes) {
		slot->plain = e->route;
		decode_route(d, &slot->plain);
	}
}

// Whether the message brings or takes a route: what is chosen is a view with routes. An End-of-RIB says nothing of that.
static bool bmp_brings_route(const struct bmp_message *m)
{
	struct cursor c = m->body;
	struct bgp_message bgp;
	struct bgp_update u;
	struct bgp_attributes a;
	const struct bgp_context context = {.as_bytes = m->peer.as_bytes};
	if (bgp_message(&c, &bgp) != 1 || bgp.type != BGP_UPDATE || bgp_update(bgp.body, &u) != 1)
		return false;
	bgp_attributes(u.attributes, &context, &a);
	return !bgp_end_of_rib(&u, &a);
}

// The Loc-RIB that was followed is left for what is better: its session ends, so that it is no witness any more.
static void bmp_leave_loc_rib(struct decoder *d, struct decode_bmp *b, const struct decode_envelope *e)
{
	static const struct bmp_peer_down down = {.reason = BMP_DOWN_DECONFIGURED};
	for (size_t i = 0; i < b->count; i++) {
		struct bmp_view_state *v = &b->peers[i].views[BMP_VIEW_LOC_RIB];
		if (!v->up)
			continue;
		struct decode_envelope one = *e;
		one.peer = v->id;
		one.flags = 0;
		bmp_push_session(d, &one, false, &down);
		v->up = false;
	}
	b->loc_rib = NULL_LOC_RIB;
}

static bool bmp_loc_rib_chosen(struct decoder *d, struct decode_bmp *b, const struct monitored *p,
			       const struct decode_envelope *e)
{
	static const uint8_t global[sizeof(p->distinguisher)];
	size_t place = (size_t)(p - b->peers);
	if (b->adjacencies)
		return false;
	if (b->loc_rib == NULL_LOC_RIB) {
		b->loc_rib = place;
	} else if (b->loc_rib != place && memcmp(p->distinguisher, global, sizeof(global)) == 0 &&
		   memcmp(b->peers[b->loc_rib].distinguisher, global, sizeof(global)) != 0) {
		bmp_leave_loc_rib(d, b, e);
		b->loc_rib = place;
	}
	return b->loc_rib == place;
}

// DOC: which view of a peer is followed. The first view that brings a route is, for good: a later change would have
// to withdraw a whole table. Routers send what they are told to, pre-policy first where it is on (FRR sends
// post-policy first). Adj-RIB-Out says nothing of the peer. The Loc-RIB holds the routes of the other peers again:
// it is followed where none of them has brought a route before, and then no other peer is; Peer Ups of neighbours say
// nothing (RFC 9069: a router may monitor its Loc-RIB alone). That of a VRF is followed until the global one brings a route.
static bool bmp_follows(struct decoder *d, struct decode_bmp *b, struct monitored *p, const struct bmp_message *m,
			const struct decode_envelope *e)
{
	enum bmp_view view = m->peer.view;
	bool loc_rib = view == BMP_VIEW_LOC_RIB;
	if (bmp_outgoing(view) || (!loc_rib && b->loc_rib != NULL_LOC_RIB))
		return false;
	if (loc_rib && (!(b->loc_rib != NULL_LOC_RIB || bmp_brings_route(m)) || !bmp_loc_rib_chosen(d, b, p, e)))
		return false;
	if (!loc_rib && !b->adjacencies)
		b->adjacencies = bmp_brings_route(m);
	if (p->followed == VIEW_OPEN)
		p->followed = view;
	return p->followed == view;
}

static void bmp_take_routes(struct decoder *d, struct decode_bmp *b, struct bmp_message *m, struct decode_envelope *e)
{
	struct monitored *p = bmp_monitored_at(b, &m->peer);
	if (!p)
		return;
	enum bmp_view view = m->peer.view;
	if (!d->options.bmp_all_views && !bmp_follows(d, b, p, m, e)) {
		bool other = p->followed != VIEW_OPEN || (view == BMP_VIEW_LOC_RIB && b->adjacencies);
		d->counts.of[other ? DECODE_BMP_OTHER_VIEW : DECODE_BMP_LEFT_OUT] += bmp_brings_route(m);
		return;
	}
	struct bmp_view_state *v = &p->views[view];
	e->peer = bmp_view_id(d, b, p, &m->peer, e->collector);
	e->flags = bmp_outgoing(view) ? OBS_OUTGOING : 0;
	e->as_bytes = m->peer.as_bytes;
	e->as_bytes_open = true;
	e->add_path[0] = p->add_path[0];
	e->add_path[1] = p->add_path[1];
	if (p->own_asn != p->asn && view != BMP_VIEW_LOC_RIB) {
		e->own_asn = p->own_asn;
		e->peer_asn = p->asn;
	}
	e->tally = p->up_seen ? &v->tally : NULL;
	if (!v->up)
		bmp_push_session(d, e, true, NULL);
	v->up = true;
	decode_messages(d, e, m->body);
}

// An OPEN pair tells ADD-PATH: the peer may send (bit 1) what the router can receive (bit 0). Routers put path identifiers into their
// BMP all the same, or leave them out: the NLRI themselves have the last word (add_path.c).
static void bmp_take_opens(struct monitored *p, const struct bmp_peer_up *up)
{
	bool both = up->sent_valid && up->received_valid;
	p->own_asn = up->sent_valid ? up->sent.asn : 0;
	p->add_path[0] = both && (up->received.add_path_v4 & 2) && (up->sent.add_path_v4 & 1);
	p->add_path[1] = both && (up->received.add_path_v6 & 2) && (up->sent.add_path_v6 & 1);
}

// Whether a session begins that was taken for one that goes on: whoever reports it began anew, or its end was lost. A Peer Up that is only
// told twice is of one time (RFC 7854, 4.2: when the message was made).
static bool bmp_begins_again(struct monitored *p, const struct bmp_message *m, const struct decode_envelope *e)
{
	struct bmp_view_state *v = &p->views[m->peer.view];
	int64_t at = m->peer.seconds ? (int64_t)m->peer.seconds * 1000000 + m->peer.microseconds : e->time.ns / 1000;
	bool again = v->began && v->began_us != at;
	v->began = true;
	v->began_us = at;
	return again;
}

// The session's observation waits for the first route, which tells the view; text output has it at once.
static void bmp_take_up(struct decoder *d, struct decode_bmp *b, struct bmp_message *m, struct decode_envelope *e)
{
	struct bmp_peer_up up;
	struct monitored *p = bmp_monitored_at(b, &m->peer);
	if (!p)
		return;
	if (bmp_peer_up(m, &up) >= 0)
		bmp_take_opens(p, &up);
	else
		d->counts.of[DECODE_MALFORMED]++;
	bool again = bmp_begins_again(p, m, e);
	if (!p->up_seen)
		for (size_t i = 0; i < BMP_VIEW_COUNT; i++)
			p->views[i].tally = (struct decode_tally){0};
	p->up_seen = true;
	enum bmp_view view = p->followed == VIEW_OPEN ? m->peer.view : p->followed;
	bool known = p->followed != VIEW_OPEN || d->options.bmp_all_views;
	if (!known || (p->views[view].up && !again))
		return;
	m->peer.view = view;
	e->peer = bmp_view_id(d, b, p, &m->peer, e->collector);
	bmp_push_session(d, e, true, NULL);
	p->views[view].up = true;
}

static void bmp_take_down(struct decoder *d, struct decode_bmp *b, struct bmp_message *m, struct decode_envelope *e)
{
	struct bmp_peer_down down;
	struct monitored *p = bmp_monitored_at(b, &m->peer);
	if (!p)
		return;
	if (bmp_peer_down(m, &down) < 0) {
		d->counts.of[DECODE_MALFORMED]++;
		down = (struct bmp_peer_down){0};
	}
	bool handed = false;
	for (size_t i = 0; i < BMP_VIEW_COUNT; i++) {
		struct bmp_view_state *v = &p->views[i];
		v->began = false;
		if (!v->up)
			continue;
		e->peer = v->id;
		bmp_push_session(d, e, false, &down);
		v->up = false;
		handed = true;
	}
	if (!handed && p->up_seen) { // went down before it brought a route
		e->peer = bmp_view_id(d, b, p, &m->peer, e->collector);
		bmp_push_session(d, e, false, &down);
	}
	p->up_seen = false;
}

static void bmp_take_alive(struct decoder *d, struct decode_bmp *b, struct bmp_message *m, struct decode_envelope *e)
{
	struct monitored *p = m->has_peer ? bmp_monitored_at(b, &m->peer) : NULL;
	if (m->type == BMP_STATISTICS)
		d->counts.of[DECODE_BMP_STATISTICS]++;
	if (!p || p->followed == VIEW_OPEN)
		return;
	e->peer = p->views[p->followed].id;
	decode_push(d, OBS_ALIVE, e);
}

// The name of the router tells its peers from those of another router at the same collector, and survives its next session.
static void bmp_take_initiation(struct decoder *d, struct decode_bmp *b, const struct bmp_message *m)
{
	struct cursor c = m->body, value;
	uint16_t type, length;
	while (cursor_u16(&c, &type) && cursor_u16(&c, &length) && cursor_sub(&c, length, &value))
		if (type == BMP_INFORMATION_NAME)
			b->router = decode_name_router(d->names, value);
}

static void bmp_take_type(struct decoder *d, struct decode_bmp *b, struct bmp_message *m, struct decode_envelope *e)
{
	switch (m->type) {
	case BMP_ROUTE_MONITORING:
		bmp_take_routes(d, b, m, e);
		break;
	case BMP_PEER_UP:
		bmp_take_up(d, b, m, e);
		break;
	case BMP_PEER_DOWN:
		bmp_take_down(d, b, m, e);
		break;
	case BMP_INITIATION:
		bmp_take_initiation(d, b, m);
		break;
	case BMP_STATISTICS:
	case BMP_ROUTE_MIRRORING:
		bmp_take_alive(d, b, m, e);
		break;
	default:
		break;
	}
}

void decode_bmp_take(struct decoder *d, struct decode_source *s, const struct record *r)
{
	struct bmp_message m;
	struct cursor c = r->bytes;
	struct decode_envelope e = {.peer = PEER_NONE, .collector = r->collector, .time = r->time};
	int got = bmp_message(&c, &m);
	if (got == ERR_UNSUPPORTED) {
		d->counts.of[DECODE_BMP_VERSION]++;
		return;
	}
	if (got != 1) {
		d->counts.of[DECODE_MALFORMED]++;
		decode_push_malformed(d, &e, (uint32_t)-ERR_MALFORMED);
		return;
	}
	if (!s->bmp) {
		s->bmp = alloc_zero(1, sizeof(*s->bmp));
		s->bmp->loc_rib = NULL_LOC_RIB;
	}
	int64_t seconds = instant_known(r->time) ? instant_seconds(r->time) : 0;
	e.route = (struct bgp_route){.envelope = ENVELOPE_BMP,
				     .subtype = m.type,
				     .header_seconds = (uint32_t)seconds,
				     .microseconds = (uint32_t)((r->time.ns - seconds * NS_PER_S) / 1000)};
	bmp_take_type(d, s->bmp, &m, &e);
}
