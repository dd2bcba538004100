// SPDX-License-Identifier: ISC
// MRT records: the common header, the BGP4MP family (RFC 6396, 4.4; RFC 8050, 3), and the type BGP before it (appendix B.2). Refuses
// BGP4MP_SNAPSHOT and other types below 11 as unsupported. Table dumps: wire/mrt_table.c.
#include "wire/mrt.h"

#include "base/err.h"
#include "wire/mrt_priv.h"

enum { LEGACY_UPDATE = 1, LEGACY_STATE_CHANGE = 3, LEGACY_OPEN = 5, LEGACY_NOTIFY = 6, LEGACY_KEEPALIVE = 7 };

enum {
	BGP4MP_STATE_CHANGE = 0,
	BGP4MP_MESSAGE = 1,
	BGP4MP_ENTRY = 2,
	BGP4MP_MESSAGE_AS4 = 4,
	BGP4MP_STATE_CHANGE_AS4 = 5,
	BGP4MP_MESSAGE_LOCAL = 6,
	BGP4MP_MESSAGE_AS4_LOCAL = 7,
	BGP4MP_MESSAGE_ADDPATH = 8,
	BGP4MP_MESSAGE_AS4_ADDPATH = 9,
	BGP4MP_MESSAGE_LOCAL_ADDPATH = 10,
	BGP4MP_MESSAGE_AS4_LOCAL_ADDPATH = 11,
};

// Subtypes as bits.
#define BIT(n)		    (1u << (n))
#define BGP4MP_STATES	    (BIT(BGP4MP_STATE_CHANGE) | BIT(BGP4MP_STATE_CHANGE_AS4))
#define BGP4MP_AS4	    (BIT(4) | BIT(5) | BIT(7) | BIT(9) | BIT(11))
#define BGP4MP_LOCAL	    (BIT(6) | BIT(7) | BIT(10) | BIT(11))
#define BGP4MP_ADDPATH	    (BIT(8) | BIT(9) | BIT(10) | BIT(11))
#define BGP4MP_READ	    (BIT(0) | BIT(1) | 0xff0u)
#define BGP4MP_DEPRECATED   (BIT(2) | BIT(3))
#define BGP4MP_SUBTYPE_LAST 11

// The least a legacy record of type 5 or 9 can be: an AS number and an IPv4 address.
#define LEGACY_LEAST 6

int mrt_header(struct cursor *c, struct mrt_header *ret)
{
	struct cursor at = *c;
	struct mrt_header h;
	if (!cursor_u32(&at, &h.seconds) || !cursor_u16(&at, &h.type) || !cursor_u16(&at, &h.subtype) ||
	    !cursor_u32(&at, &h.length))
		return 0;
	*c = at;
	*ret = h;
	return 1;
}

// The shortest body of a BGP4MP record: both AS numbers, interface, family, two IPv4 addresses, then two
// states or the header of a message.
static uint32_t mrt_bgp4mp_least(uint16_t subtype)
{
	uint32_t least = BIT(subtype) & BGP4MP_AS4 ? 20 : 16;
	return least + (BIT(subtype) & BGP4MP_STATES ? 4 : BGP_HEADER_BYTES);
}

static bool mrt_bgp4mp_plausible(const struct mrt_header *h, uint32_t extra)
{
	if (h->subtype > BGP4MP_SUBTYPE_LAST)
		return false;
	if (BIT(h->subtype) & BGP4MP_DEPRECATED)
		return true;
	if ((h->subtype == BGP4MP_STATE_CHANGE && h->length == 8 + extra) ||
	    (h->subtype == BGP4MP_STATE_CHANGE_AS4 && h->length == 12 + extra))
		return true; // see mrt_bgp4mp_bare
	if (h->subtype == BGP4MP_MESSAGE)
		return h->length >= 4 + BGP_HEADER_BYTES + extra;
	return h->length >= mrt_bgp4mp_least(h->subtype) + extra;
}

bool mrt_header_plausible(const struct mrt_header *h)
{
	if (h->length > MRT_RECORD_MAX)
		return false;
	switch (h->type) {
	case MRT_TYPE_BGP4MP:
		return mrt_bgp4mp_plausible(h, 0);
	case MRT_TYPE_BGP4MP_ET:
		return mrt_bgp4mp_plausible(h, 4);
	case MRT_TYPE_TABLE_DUMP_V2:
		return mrt_table_v2_plausible(h);
	case MRT_TYPE_TABLE_DUMP:
		return mrt_table_dump_plausible(h);
	case MRT_TYPE_OSPFV2:
		return h->subtype == 0 && h->length >= 8;
	case MRT_TYPE_LEGACY_BGP:
	case MRT_TYPE_LEGACY_BGP4PLUS:
	case MRT_TYPE_LEGACY_BGP4PLUS_01:
		return h->subtype <= 7 && h->length >= LEGACY_LEAST && h->length <= UINT16_MAX;
	case MRT_TYPE_ISIS:
	case MRT_TYPE_OSPFV3:
		return h->subtype == 0 && h->length >= 8 && h->length <= UINT16_MAX;
	case MRT_TYPE_ISIS_ET:
	case MRT_TYPE_OSPFV3_ET:
		return h->subtype == 0 && h->length >= 12 && h->length <= UINT16_MAX;
	default:
		return false;
	}
}

static bool mrt_asn_read(struct cursor *c, bool as4, uint32_t *ret)
{
	uint16_t narrow;
	if (as4)
		return cursor_u32(c, ret);
	if (!cursor_u16(c, &narrow))
		return false;
	*ret = narrow;
	return true;
}

// What GNU Zebra wrote until about 2001: neither interface, family nor addresses; both AS numbers are zero. A
// state change of eight bytes, or a message whose marker stands where interface and family belong. FRR writes such a
// state change, also with AS numbers of four bytes, of the router itself when it stops.
static bool mrt_bgp4mp_bare(const struct cursor *body, uint16_t subtype)
{
	struct cursor c = *body;
	uint32_t asns, next;
	if (subtype == BGP4MP_STATE_CHANGE)
		return cursor_left(&c) == 8;
	if (subtype == BGP4MP_STATE_CHANGE_AS4)
		return cursor_left(&c) == 12;
	return subtype == BGP4MP_MESSAGE && cursor_u32(&c, &asns) && cursor_u32(&c, &next) && next == UINT32_MAX;
}

static bool mrt_bgp4mp_bare_session(struct cursor *c, struct mrt_session *s)
{
	*s = (struct mrt_session){.peer.family = FAMILY_V4, .local.family = FAMILY_V4, .as4 = s->as4};
	return mrt_asn_read(c, s->as4, &s->peer_asn) && mrt_asn_read(c, s->as4, &s->local_asn);
}

static int mrt_bgp4mp_session(struct cursor *c, uint16_t subtype, struct mrt_session *s)
{
	uint32_t bit = BIT(subtype);
	s->as4 = bit & BGP4MP_AS4;
	s->add_path = bit & BGP4MP_ADDPATH;
	s->outgoing = bit & BGP4MP_LOCAL;
	if (UNLIKELY(mrt_bgp4mp_bare(c, subtype)))
		return mrt_bgp4mp_bare_session(c, s) ? 1 : ERR_MALFORMED;
	if (!mrt_asn_read(c, s->as4, &s->peer_asn) || !mrt_asn_read(c, s->as4, &s->local_asn) ||
	    !cursor_u16(c, &s->interface) || !cursor_u16(c, &s->afi))
		return ERR_MALFORMED;
	if (!mrt_addr(c, s->afi, &s->peer) || !mrt_addr(c, s->afi, &s->local))
		return ERR_MALFORMED;
	return 1;
}

static int mrt_bgp4mp_record(struct cursor body, struct mrt_record *r)
{
	uint16_t subtype = r->header.subtype;
	if (subtype == BGP4MP_ENTRY)
		return mrt_table_entry(body, r);
	if (subtype > BGP4MP_SUBTYPE_LAST || !(BIT(subtype) & BGP4MP_READ))
		return ERR_UNSUPPORTED;
	if (BIT(subtype) & BGP4MP_STATES) {
		struct mrt_state *state = &r->state;
		r->kind = MRT_STATE;
		if (mrt_bgp4mp_session(&body, subtype, &state->session) < 0 || !cursor_u16(&body, &state->old_state) ||
		    !cursor_u16(&body, &state->new_state))
			return ERR_MALFORMED;
		return 1;
	}
	r->kind = MRT_MESSAGE;
	if (mrt_bgp4mp_session(&body, subtype, &r->message.session) < 0)
		return ERR_MALFORMED;
	r->message.bgp = body;
	r->message.bare_type = 0;
	return 1;
}

// The peer, its AS first, then the same of the collector where it is no change of state; behind them a message without its header.
static SELDOM int mrt_legacy_record(struct cursor body, struct mrt_record *r)
{
	static const uint8_t types[] = {[LEGACY_UPDATE] = BGP_UPDATE,
					[LEGACY_OPEN] = BGP_OPEN,
					[LEGACY_NOTIFY] = BGP_NOTIFICATION,
					[LEGACY_KEEPALIVE] = BGP_KEEPALIVE};
	uint16_t subtype = r->header.subtype;
	uint16_t afi = r->header.type == MRT_TYPE_LEGACY_BGP ? BGP_AFI_IPV4 : BGP_AFI_IPV6;
	bool state = subtype == LEGACY_STATE_CHANGE;
	struct mrt_session *s = state ? &r->state.session : &r->message.session;
	if (!state && (subtype >= ARRAY_LEN(types) || !types[subtype]))
		return ERR_UNSUPPORTED;
	*s = (struct mrt_session){.afi = afi, .local.family = afi == BGP_AFI_IPV4 ? FAMILY_V4 : FAMILY_V6};
	if (!mrt_asn_read(&body, false, &s->peer_asn) || !mrt_addr(&body, afi, &s->peer))
		return ERR_MALFORMED;
	if (state) {
		r->kind = MRT_STATE;
		return cursor_u16(&body, &r->state.old_state) && cursor_u16(&body, &r->state.new_state) ? 1
													: ERR_MALFORMED;
	}
	if (!mrt_asn_read(&body, false, &s->local_asn) || !mrt_addr(&body, afi, &s->local))
		return ERR_MALFORMED;
	r->kind = MRT_MESSAGE;
	r->message.bgp = body;
	r->message.bare_type = types[subtype];
	return 1;
}

// A million microseconds or more is damage of the fraction alone: the record stands, within its second.
static int mrt_bgp4mp_et_record(struct cursor body, struct mrt_record *r)
{
	uint32_t microseconds;
	if (!cursor_u32(&body, &microseconds))
		return ERR_MALFORMED;
	r->microseconds = microseconds < 1000000 ? microseconds : 999999;
	return mrt_bgp4mp_record(body, r);
}

int mrt_record(const struct mrt_header *header, struct cursor body, struct mrt_record *ret)
{
	ret->header = *header;
	ret->microseconds = 0;
	switch (header->type) {
	case MRT_TYPE_BGP4MP:
		return mrt_bgp4mp_record(body, ret);
	case MRT_TYPE_BGP4MP_ET:
		return mrt_bgp4mp_et_record(body, ret);
	case MRT_TYPE_TABLE_DUMP_V2:
		return mrt_table_v2(body, ret);
	case MRT_TYPE_TABLE_DUMP:
		return mrt_table_dump(body, ret);
	case MRT_TYPE_LEGACY_BGP:
	case MRT_TYPE_LEGACY_BGP4PLUS:
	case MRT_TYPE_LEGACY_BGP4PLUS_01:
		return mrt_legacy_record(body, ret);
	default:
		return ERR_UNSUPPORTED;
	}
}

const char *mrt_type_name(uint16_t type)
{
	switch (type) {
	case MRT_TYPE_LEGACY_BGP:
		return "BGP";
	case MRT_TYPE_LEGACY_BGP4PLUS:
		return "BGP4PLUS";
	case MRT_TYPE_LEGACY_BGP4PLUS_01:
		return "BGP4PLUS_01";
	case MRT_TYPE_OSPFV2:
		return "OSPFv2";
	case MRT_TYPE_TABLE_DUMP:
		return "TABLE_DUMP";
	case MRT_TYPE_TABLE_DUMP_V2:
		return "TABLE_DUMP_V2";
	case MRT_TYPE_BGP4MP:
		return "BGP4MP";
	case MRT_TYPE_BGP4MP_ET:
		return "BGP4MP_ET";
	case MRT_TYPE_ISIS:
		return "ISIS";
	case MRT_TYPE_ISIS_ET:
		return "ISIS_ET";
	case MRT_TYPE_OSPFV3:
		return "OSPFv3";
	case MRT_TYPE_OSPFV3_ET:
		return "OSPFv3_ET";
	default:
		return "other";
	}
}
