// SPDX-License-Identifier: ISC
// BMP version 3: framing, the per-peer header, Peer Up, Peer Down, statistics (RFC 7854, 8671, 9069). Refuses
// other versions and unknown message types; what cannot be read inside a Peer Up or Down costs that part only,
// for the session's rise or fall is the news.
#include "wire/bmp.h"

#include "base/err.h"

#define BMP_VERSION	  3
#define BMP_VERSION_LATER 4 // draft-ietf-grow-bmp-tlv

#define PEER_LOC_RIB 3

#define FLAG_IPV6	 0x80
#define FLAG_POST_POLICY 0x40
#define FLAG_AS2	 0x20
#define FLAG_OUT	 0x10

static bool bmp_type_has_peer(uint8_t type)
{
	return type != BMP_INITIATION && type != BMP_TERMINATION;
}

// Version, length and type as they must be. `c` has six bytes.
static bool bmp_header_read(struct cursor *c, uint8_t *ret_version, uint32_t *ret_length, uint8_t *ret_type)
{
	if (!cursor_u8(c, ret_version) || !cursor_u32(c, ret_length) || !cursor_u8(c, ret_type))
		return false;
	if ((*ret_version != BMP_VERSION && *ret_version != BMP_VERSION_LATER) || *ret_type >= BMP_TYPE_COUNT ||
	    *ret_length > BMP_MESSAGE_MAX)
		return false;
	return *ret_length >= BMP_HEADER_BYTES + (bmp_type_has_peer(*ret_type) ? BMP_PEER_HEADER_BYTES : 0u);
}

bool bmp_header_plausible(struct cursor c)
{
	uint32_t length;
	uint8_t version, type;
	return bmp_header_read(&c, &version, &length, &type);
}

// 16 bytes; an IPv4 address stands in the last four.
static bool bmp_address_read(struct cursor *c, bool v6, struct addr *ret)
{
	uint8_t bytes[16];
	if (!cursor_bytes(c, bytes, sizeof(bytes)))
		return false;
	*ret = v6 ? addr_v6(bytes) : addr_v4(v4_number(bytes + 12));
	return true;
}

static enum bmp_view bmp_view_of(const struct bmp_peer *p)
{
	bool post = p->flags & FLAG_POST_POLICY;
	if (p->type == PEER_LOC_RIB)
		return BMP_VIEW_LOC_RIB;
	if (p->flags & FLAG_OUT)
		return post ? BMP_VIEW_OUT_POST : BMP_VIEW_OUT_PRE;
	return post ? BMP_VIEW_POST_POLICY : BMP_VIEW_PRE_POLICY;
}

// RFC 9069, 4.2: the flags of a Loc-RIB peer mean other things; it has no address and always 4-byte AS numbers.
static bool bmp_peer_read(struct cursor *c, struct bmp_peer *p)
{
	if (!cursor_u8(c, &p->type) || !cursor_u8(c, &p->flags) || !cursor_bytes(c, p->distinguisher, 8))
		return false;
	bool local = p->type == PEER_LOC_RIB;
	if (!bmp_address_read(c, !local && p->flags & FLAG_IPV6, &p->address) || !cursor_u32(c, &p->asn) ||
	    !cursor_bytes(c, p->bgp_id, 4) || !cursor_u32(c, &p->seconds) || !cursor_u32(c, &p->microseconds))
		return false;
	p->view = bmp_view_of(p);
	p->as_bytes = !local && p->flags & FLAG_AS2 ? 2 : 4;
	return true;
}

int bmp_message(struct cursor *c, struct bmp_message *ret)
{
	struct cursor at = *c;
	struct bmp_message m = {0};
	uint8_t version;
	if (cursor_left(&at) < BMP_HEADER_BYTES)
		return 0;
	if (!bmp_header_read(&at, &version, &m.length, &m.type))
		return ERR_MALFORMED;
	if (!cursor_sub(&at, m.length - BMP_HEADER_BYTES, &m.body))
		return 0;
	if (version != BMP_VERSION)
		return ERR_UNSUPPORTED;
	m.has_peer = bmp_type_has_peer(m.type);
	if (m.has_peer && !bmp_peer_read(&m.body, &m.peer))
		return ERR_MALFORMED;
	*c = at;
	*ret = m;
	return 1;
}

// False: the message itself cannot be framed, so nothing behind it can be found.
static bool bmp_open_read(struct cursor *c, struct bgp_open *ret, bool *ret_valid)
{
	struct bgp_message m;
	if (bgp_message(c, &m) != 1)
		return false;
	*ret_valid = m.type == BGP_OPEN && bgp_open(m.body, ret) == 1;
	return true;
}

int bmp_peer_up(const struct bmp_message *m, struct bmp_peer_up *ret)
{
	struct cursor c = m->body;
	struct bmp_peer_up up = {0};
	bool v6 = m->peer.type != PEER_LOC_RIB && m->peer.flags & FLAG_IPV6;
	if (m->type != BMP_PEER_UP || !bmp_address_read(&c, v6, &up.local) || !cursor_u16(&c, &up.local_port) ||
	    !cursor_u16(&c, &up.remote_port))
		return ERR_MALFORMED;
	if (bmp_open_read(&c, &up.sent, &up.sent_valid) && bmp_open_read(&c, &up.received, &up.received_valid))
		up.information = c;
	*ret = up;
	return 1;
}

int bmp_peer_down(const struct bmp_message *m, struct bmp_peer_down *ret)
{
	struct cursor c = m->body;
	struct bmp_peer_down down = {0};
	struct bgp_message message;
	if (m->type != BMP_PEER_DOWN || !cursor_u8(&c, &down.reason))
		return ERR_MALFORMED;
	switch (down.reason) {
	case BMP_DOWN_LOCAL_NOTIFICATION:
	case BMP_DOWN_REMOTE_NOTIFICATION:
		down.has_notification = bgp_message(&c, &message) == 1 && message.type == BGP_NOTIFICATION &&
					bgp_notification(message.body, &down.notification) == 1;
		break;
	case BMP_DOWN_LOCAL_FSM:
		if (!cursor_u16(&c, &down.fsm_event))
			down.fsm_event = 0;
		break;
	case BMP_DOWN_LOCAL_SYSTEM:
		down.information = c;
		break;
	default:
		break;
	}
	*ret = down;
	return 1;
}

int bmp_statistics_begin(const struct bmp_message *m, struct cursor *ret, uint32_t *ret_count)
{
	struct cursor c = m->body;
	if (m->type != BMP_STATISTICS || !cursor_u32(&c, ret_count))
		return ERR_MALFORMED;
	*ret = c;
	return 1;
}

int bmp_statistic_next(struct cursor *c, struct bmp_statistic *ret)
{
	struct cursor at = *c, value;
	struct bmp_statistic s = {0};
	uint16_t length;
	if (!cursor_left(&at))
		return 0;
	if (!cursor_u16(&at, &s.type) || !cursor_u16(&at, &length) || !cursor_sub(&at, length, &s.raw))
		return ERR_MALFORMED;
	value = s.raw;
	uint32_t high = 0, low = 0;
	if ((length != 8 || cursor_u32(&value, &high)) && (length == 4 || length == 8) && cursor_u32(&value, &low))
		s.value = (uint64_t)high << 32 | low;
	*c = at;
	*ret = s;
	return 1;
}

const char *bmp_type_name(uint8_t type)
{
	static const char *const names[BMP_TYPE_COUNT] = {
		[BMP_ROUTE_MONITORING] = "Route Monitoring",
		[BMP_STATISTICS] = "Statistics Report",
		[BMP_PEER_DOWN] = "Peer Down",
		[BMP_PEER_UP] = "Peer Up",
		[BMP_INITIATION] = "Initiation",
		[BMP_TERMINATION] = "Termination",
		[BMP_ROUTE_MIRRORING] = "Route Mirroring",
	};
	return type < BMP_TYPE_COUNT ? names[type] : "unknown";
}

const char *bmp_view_name(enum bmp_view view)
{
	static const char *const names[BMP_VIEW_COUNT] = {
		[BMP_VIEW_PRE_POLICY] = "pre-policy",  [BMP_VIEW_POST_POLICY] = "post-policy",
		[BMP_VIEW_OUT_PRE] = "out-pre-policy", [BMP_VIEW_OUT_POST] = "out-post-policy",
		[BMP_VIEW_LOC_RIB] = "loc-rib",
	};
	return (unsigned)view < BMP_VIEW_COUNT ? names[view] : "unknown";
}

const char *bmp_down_reason_name(uint8_t reason)
{
	static const char *const names[] = {
		[BMP_DOWN_LOCAL_NOTIFICATION] = "local notification",
		[BMP_DOWN_LOCAL_FSM] = "local state machine",
		[BMP_DOWN_REMOTE_NOTIFICATION] = "remote notification",
		[BMP_DOWN_REMOTE_NO_NOTIFICATION] = "remote, no notification",
		[BMP_DOWN_DECONFIGURED] = "no longer monitored",
		[BMP_DOWN_LOCAL_SYSTEM] = "local system",
	};
	return reason < ARRAY_LEN(names) && names[reason] ? names[reason] : "unknown";
}
