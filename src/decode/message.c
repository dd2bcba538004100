// SPDX-License-Identifier: ISC
// BGP messages → observations. An UPDATE that RFC 7606 would treat as withdrawn or answer with a reset changes no
// route here: it becomes one OBS_MALFORMED, since an observatory must not take a parser's trouble for an outage.
#include "base/err.h"
#include "decode/decode_priv.h"

struct message_field { // one run of NLRI
	struct cursor nlri;
	uint16_t afi;
	uint8_t kind; // OBS_ANNOUNCE or OBS_WITHDRAW
	bool add_path;
	const struct bgp_route *route;
};

// Removes the router's own AS from the front of the path (FRR puts it there, RFC 7854 does not want it).
static void message_strip_own(struct decoder *d, const struct decode_envelope *e, struct bgp_attributes *a)
{
	size_t width = a->as_bytes, left = cursor_left(&a->as_path);
	const uint8_t *at = a->as_path.at;
	if (left < 2 + 2 * width || at[0] != ASPATH_SEQUENCE || at[1] < 2 || left > UINT16_MAX)
		return;
	struct cursor c = {at + 2, a->as_path.end};
	uint32_t first = 0, second = 0;
	if (width == 4) {
		if (!cursor_u32(&c, &first) || !cursor_u32(&c, &second))
			return;
	} else {
		uint16_t v[2];
		if (!cursor_u16(&c, &v[0]) || !cursor_u16(&c, &v[1]))
			return;
		first = v[0];
		second = v[1];
	}
	if (first != e->own_asn || second != e->peer_asn)
		return;
	d->stripped[0] = at[0];
	d->stripped[1] = (uint8_t)(at[1] - 1);
	memcpy(d->stripped + 2, at + 2 + width, left - 2 - width);
	a->as_path = cursor_of(d->stripped, left - width);
}

// Multicast only where bgpdump's form is asked for, which has it; that is counted, since no other output does.
static bool message_family_read(struct decoder *d, const struct bgp_mp *mp)
{
	if (mp->afi != BGP_AFI_IPV4 && mp->afi != BGP_AFI_IPV6)
		return false;
	bool multicast = mp->safi == BGP_SAFI_MULTICAST && d->options.as_bgpdump;
	d->counts.of[DECODE_MULTICAST] += multicast;
	return multicast || mp->safi == BGP_SAFI_UNICAST;
}

// Lists the fields in the order in which bgpdump prints them.
static size_t message_fields_of(struct decoder *d, const struct bgp_update *u, const struct decode_slot *slot,
				struct message_field fields[4])
{
	const struct bgp_attributes *a = &slot->attributes;
	size_t n = 0;
	if (cursor_left(&u->withdrawn))
		fields[n++] = (struct message_field){u->withdrawn, BGP_AFI_IPV4, OBS_WITHDRAW, false, &slot->withdrawn};
	if (bgp_has(a, BGP_ATTR_MP_UNREACH)) {
		if (message_family_read(d, &a->unreach))
			fields[n++] =
				(struct message_field){a->unreach.nlri, a->unreach.afi, OBS_WITHDRAW, false, &slot->mp};
		else
			d->counts.of[DECODE_OTHER_FAMILY]++;
	}
	if (cursor_left(&u->announced))
		fields[n++] = (struct message_field){u->announced, BGP_AFI_IPV4, OBS_ANNOUNCE, false, &slot->plain};
	if (bgp_has(a, BGP_ATTR_MP_REACH)) {
		if (message_family_read(d, &a->reach))
			fields[n++] =
				(struct message_field){a->reach.nlri, a->reach.afi, OBS_ANNOUNCE, false, &slot->mp};
		else
			d->counts.of[DECODE_OTHER_FAMILY]++;
	}
	return n;
}

// Keeps the prefixes before the break, as bgpdump does; none where the field reads as a whole with path identifiers, for those
// prefixes are made of them.
static void message_field_cut(const struct decoder *d, struct message_field *f)
{
	struct cursor rest = f->nlri;
	if (!d->options.trust_subtypes && bgp_nlri_valid(f->nlri, f->afi, !f->add_path)) {
		f->nlri.end = f->nlri.at;
		return;
	}
	struct prefix prefix;
	uint32_t path_id;
	while (bgp_nlri_next(&rest, f->afi, f->add_path, &prefix, &path_id) == 1)
		;
	f->nlri.end = rest.at;
}

static bool message_fields_readable(struct decoder *d, const struct decode_envelope *e, struct message_field *fields,
				    size_t n)
{
	bool readable = true;
	for (size_t i = 0; i < n; i++) {
		int add_path = decode_add_path(d, e, fields[i].afi, fields[i].nlri);
		fields[i].add_path = add_path < 0 ? e->add_path[fields[i].afi == BGP_AFI_IPV6] : add_path;
		if (add_path < 0)
			message_field_cut(d, &fields[i]);
		readable = readable && add_path >= 0;
	}
	return readable;
}

static void message_push_announced(struct decoder *d, const struct decode_envelope *e, const struct message_field *f)
{
	struct cursor nlri = f->nlri;
	struct prefix prefix;
	uint32_t path_id = 0;
	uint8_t flags = e->flags | (f->add_path ? OBS_ADD_PATH : 0);
	while (bgp_nlri_next(&nlri, f->afi, f->add_path, &prefix, &path_id) == 1) {
		struct obs *o = decode_push(d, OBS_ANNOUNCE, e);
		o->flags = flags | d->path_flags;
		o->prefix = prefix;
		o->path_id = path_id;
		o->path_at = d->path_at;
		o->path_count = d->path_count;
		o->origin = d->origin;
		decode_route(d, f->route);
		d->counts.of[DECODE_ANNOUNCED]++;
		if (e->tally)
			e->tally->announced[prefix.family == FAMILY_V6]++;
	}
}

static void message_push_withdrawn(struct decoder *d, const struct decode_envelope *e, const struct message_field *f)
{
	struct cursor nlri = f->nlri;
	struct prefix prefix;
	uint32_t path_id = 0;
	uint8_t flags = e->flags | (f->add_path ? OBS_ADD_PATH : 0);
	while (bgp_nlri_next(&nlri, f->afi, f->add_path, &prefix, &path_id) == 1) {
		bool v6 = prefix.family == FAMILY_V6;
		d->counts.of[DECODE_WITHDRAWN]++;
		if (e->tally && !e->tally->announced[v6]) {
			if (!e->tally->held[v6]++)
				d->counts.of[DECODE_BMP_UNUSABLE]++;
			continue;
		}
		struct obs *o = decode_push(d, OBS_WITHDRAW, e);
		o->flags = flags;
		o->prefix = prefix;
		o->path_id = path_id;
		decode_route(d, f->route);
	}
}

static void message_take_fault(struct decoder *d, const struct decode_envelope *e, enum bgp_fault fault)
{
	d->counts.of[DECODE_MALFORMED_UPDATE]++;
	decode_push_malformed(d, e, fault);
}

// Reads the attributes. MP fields that break without path identifiers are tried with them before giving up; of a
// router's BMP also AS numbers of the other width, since some set the flag for it wrongly, and of RIS Live, which does not say.
static void message_read_attributes(const struct decoder *d, const struct decode_envelope *e,
				    const struct bgp_update *u, struct bgp_attributes *a)
{
	struct bgp_context context = {.as_bytes = e->as_bytes,
				      .add_path = e->add_path[0] || e->add_path[1],
				      .as_zero = d->options.as_bgpdump};
	bgp_attributes(u->attributes, &context, a);
	if (LIKELY(a->action < BGP_WITHDRAW))
		return;
	struct bgp_attributes other;
	if (a->fault == BGP_FAULT_MP_REACH || a->fault == BGP_FAULT_MP_UNREACH)
		context.add_path = !context.add_path;
	else if (a->fault == BGP_FAULT_AS_PATH && e->as_bytes_open)
		context.as_bytes = context.as_bytes == 4 ? 2 : 4;
	else
		return;
	bgp_attributes(u->attributes, &context, &other);
	if (other.action < BGP_WITHDRAW)
		*a = other;
}

static void message_set_routes(struct decoder *d, const struct decode_envelope *e, struct decode_slot *slot)
{
	if (!d->options.routes)
		return;
	slot->plain = e->route;
	slot->plain.attributes = &slot->attributes;
	slot->mp = slot->plain;
	slot->mp.from_mp = true;
	slot->withdrawn = e->route;
}

static void message_push_fields(struct decoder *d, const struct decode_envelope *e, struct decode_slot *slot,
				const struct message_field *fields, size_t n)
{
	bool path_read = false;
	for (size_t i = 0; i < n; i++) {
		if (fields[i].kind == OBS_WITHDRAW) {
			message_push_withdrawn(d, e, &fields[i]);
			continue;
		}
		if (!path_read)
			decode_path(d, &slot->attributes);
		path_read = true;
		message_push_announced(d, e, &fields[i]);
	}
	decode_no_path(d);
}

// What a router shows by BMP it has accepted: some of them leave out the NEXT_HOP, which says nothing of
// whether there is a route.
static void message_check_mandatory(const struct decode_envelope *e, const struct bgp_update *u,
				    struct bgp_attributes *a)
{
	bool reach = bgp_has(a, BGP_ATTR_MP_REACH) && cursor_left(&a->reach.nlri) &&
		     bgp_family_read(a->reach.afi, a->reach.safi);
	bool only_hop = !bgp_has(a, BGP_ATTR_NEXT_HOP) && bgp_has(a, BGP_ATTR_ORIGIN) && bgp_has(a, BGP_ATTR_AS_PATH);
	bool excused = e->route.envelope == ENVELOPE_BMP && only_hop;
	bgp_mandatory(a, cursor_left(&u->announced) > 0 && !excused, reach);
}

// A speaker of BGPsec sends its path in another attribute, in place of AS_PATH (RFC 8205, 3).
static void message_take_secure_path(struct decoder *d, struct bgp_attributes *a)
{
	if (LIKELY(!cursor_left(&a->secure_path)) || bgp_has(a, BGP_ATTR_AS_PATH))
		return;
	size_t n = aspath_of_secure(a->secure_path, d->secured, UINT16_MAX);
	a->as_path = cursor_of(d->secured, n);
	a->as_bytes = 4;
	a->present |= 1ULL << BGP_ATTR_AS_PATH;
}

static void message_take_update(struct decoder *d, const struct decode_envelope *e, struct cursor body)
{
	struct bgp_update u;
	if (bgp_update(body, &u) != 1) {
		message_take_fault(d, e, BGP_FAULT_MESSAGE);
		return;
	}
	struct decode_slot *slot = decode_make_room(d);
	struct bgp_attributes *a = &slot->attributes;
	message_read_attributes(d, e, &u, a);
	d->counts.of[DECODE_UNKNOWN_ATTRIBUTE] += a->unknown;
	uint16_t ended = bgp_end_of_rib(&u, a);
	if (ended) {
		struct obs *o = decode_push(d, OBS_END_OF_RIB, e);
		o->prefix.family = ended == BGP_AFI_IPV6 ? FAMILY_V6 : FAMILY_V4;
		d->counts.of[DECODE_END_OF_RIB]++;
		return;
	}
	message_take_secure_path(d, a);
	message_check_mandatory(e, &u, a);
	if (a->action >= BGP_WITHDRAW) {
		message_take_fault(d, e, a->fault);
		return;
	}
	if (d->options.as_bgpdump && !aspath_valid_without_zero(a->as_path, a->as_bytes))
		message_take_fault(d, e, BGP_FAULT_AS_PATH); // printed, but for no other output a route (RFC 7607, 2)
	struct message_field fields[4];
	size_t n = message_fields_of(d, &u, slot, fields);
	if (!message_fields_readable(d, e, fields, n)) {
		message_take_fault(d, e, BGP_FAULT_NLRI);
		if (!d->options.as_bgpdump)
			return;
	}
	if (a->action == BGP_DISCARD) {
		d->counts.of[DECODE_DISCARDED]++;
		d->counts.faults[a->fault]++;
	}
	if (e->own_asn)
		message_strip_own(d, e, a);
	message_set_routes(d, e, slot);
	message_push_fields(d, e, slot, fields, n);
	if (!n)
		decode_push(d, OBS_ALIVE, e);
}

// Keeps what the NOTIFICATION says for the state change that follows it; an OPEN begins a new session, whose
// capabilities may differ.
static void message_take_session(struct decoder *d, const struct decode_envelope *e, const struct bgp_message *m)
{
	struct decode_peer *known = decode_peer_at(d, e->peer);
	struct bgp_notification n;
	uint32_t hold_s = 0;
	if (m->type == BGP_OPEN) {
		d->counts.of[DECODE_OPENS]++;
		struct bgp_open open;
		if (known)
			*known = (struct decode_peer){0};
		if (bgp_open(m->body, &open) >= 0)
			hold_s = open.hold_time;
	} else {
		d->counts.of[DECODE_NOTIFICATIONS]++;
		if (known && bgp_notification(m->body, &n) >= 0) {
			known->notification = n.code;
			known->subcode = n.subcode;
			known->with_text = cursor_left(&n.shutdown_text) > 0;
			known->cause = e->flags & OBS_OUTGOING ? SESSION_CAUSE_LOCAL_NOTIFICATION
							       : SESSION_CAUSE_REMOTE_NOTIFICATION;
		}
	}
	decode_push(d, OBS_ALIVE, e)->hold_s = hold_s;
}

static inline void message_take(struct decoder *d, const struct decode_envelope *e, const struct bgp_message *m)
{
	d->counts.of[DECODE_MESSAGES]++;
	switch (m->type) {
	case BGP_UPDATE:
		message_take_update(d, e, m->body);
		break;
	case BGP_OPEN:
	case BGP_NOTIFICATION:
		message_take_session(d, e, m);
		break;
	case BGP_KEEPALIVE:
		d->counts.of[DECODE_KEEPALIVES]++;
		decode_push(d, OBS_ALIVE, e);
		break;
	default:
		decode_push(d, OBS_ALIVE, e);
	}
}

void decode_bare_message(struct decoder *d, const struct decode_envelope *e, uint8_t type, struct cursor body)
{
	const struct bgp_message m = {.type = type, .body = body};
	message_take(d, e, &m);
}

// Routers put TLVs of later BMP drafts behind the message of a Route Monitoring; a second message begins with a
// marker.
static bool message_trailer(const struct decode_envelope *e, const struct cursor *rest)
{
	return e->route.envelope == ENVELOPE_BMP && (cursor_left(rest) < BGP_HEADER_BYTES || rest->at[0] != 0xff);
}

void decode_messages(struct decoder *d, const struct decode_envelope *e, struct cursor bgp)
{
	do {
		struct bgp_message m;
		if (bgp_message(&bgp, &m) != 1) {
			d->counts.of[DECODE_MALFORMED]++;
			decode_push_malformed(d, e, BGP_FAULT_MESSAGE);
			return;
		}
		message_take(d, e, &m);
	} while (cursor_left(&bgp) && !message_trailer(e, &bgp));
}
