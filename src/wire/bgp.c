// SPDX-License-Identifier: ISC
// BGP messages: framing, the three parts of an UPDATE, NLRI with and without path identifiers (RFC 4271, 4.1
// and 4.3; RFC 7911, 3), End-of-RIB (RFC 4724, 2). Attributes: wire/bgp_attributes.c; OPEN and NOTIFICATION:
// wire/bgp_session.c.
#include "wire/bgp.h"

#include "base/err.h"

int bgp_message(struct cursor *c, struct bgp_message *ret)
{
	struct cursor at = *c, message;
	struct bgp_message m;
	uint64_t marker[2];
	if (!cursor_bytes(&at, marker, sizeof(marker)) || !cursor_u16(&at, &m.length) || !cursor_u8(&at, &m.type))
		return 0;
	if (~(marker[0] & marker[1]) || m.length < BGP_HEADER_BYTES)
		return ERR_MALFORMED;
	at = *c;
	if (!cursor_sub(&at, m.length, &message))
		return 0;
	m.body = (struct cursor){message.at + BGP_HEADER_BYTES, message.end};
	*c = at;
	*ret = m;
	return 1;
}

int bgp_update(struct cursor body, struct bgp_update *ret)
{
	struct bgp_update u;
	uint16_t withdrawn, attributes;
	if (!cursor_u16(&body, &withdrawn) || !cursor_sub(&body, withdrawn, &u.withdrawn) ||
	    !cursor_u16(&body, &attributes) || !cursor_sub(&body, attributes, &u.attributes))
		return ERR_MALFORMED;
	u.announced = body;
	*ret = u;
	return 1;
}

uint16_t bgp_end_of_rib(const struct bgp_update *u, const struct bgp_attributes *a)
{
	if (cursor_left(&u->withdrawn) || cursor_left(&u->announced))
		return 0;
	if (!cursor_left(&u->attributes))
		return BGP_AFI_IPV4;
	if (a->present != UINT64_C(1) << BGP_ATTR_MP_UNREACH || a->unknown || a->action != BGP_FINE)
		return 0;
	return a->unreach.safi == BGP_SAFI_UNICAST && !cursor_left(&a->unreach.nlri) ? a->unreach.afi : 0;
}

// The next `bits` bits of c as an IPv4 prefix; the caller has seen that they are there.
static inline void bgp_prefix_v4(const struct cursor *c, uint8_t bits, struct prefix *ret)
{
	uint32_t net = 0;
	if (LIKELY(cursor_left(c) >= sizeof(net)))
		memcpy(&net, c->at, sizeof(net));
	else
		memcpy(&net, c->at, (bits + 7u) / 8);
	net &= bits ? __builtin_bswap32(UINT32_MAX << (32 - bits)) : 0;
	memset(ret, 0, sizeof(*ret));
	memcpy(ret->bytes, &net, sizeof(net));
	ret->family = FAMILY_V4;
	ret->length = bits;
}

static inline void bgp_prefix_v6(const struct cursor *c, uint8_t bits, struct prefix *ret)
{
	memset(ret, 0, sizeof(*ret));
	memcpy(ret->bytes, c->at, (bits + 7u) / 8);
	ret->family = FAMILY_V6;
	ret->length = bits;
	prefix_mask(ret);
}

static inline unsigned bgp_afi_bits(uint16_t afi)
{
	return afi == BGP_AFI_IPV4 ? 32 : afi == BGP_AFI_IPV6 ? 128 : 0;
}

int bgp_nlri_next(struct cursor *c, uint16_t afi, bool add_path, struct prefix *ret_prefix, uint32_t *ret_path_id)
{
	struct cursor at = *c, bytes;
	uint32_t path_id = 0;
	uint8_t bits;
	if (!cursor_left(&at))
		return 0;
	if (add_path && !cursor_u32(&at, &path_id))
		return ERR_MALFORMED;
	if (!cursor_u8(&at, &bits) || bits > bgp_afi_bits(afi))
		return ERR_MALFORMED;
	bytes = at;
	if (!cursor_skip(&at, (bits + 7u) / 8))
		return ERR_MALFORMED;
	if (afi == BGP_AFI_IPV4)
		bgp_prefix_v4(&bytes, bits, ret_prefix);
	else if (afi == BGP_AFI_IPV6)
		bgp_prefix_v6(&bytes, bits, ret_prefix);
	else
		return ERR_MALFORMED;
	*ret_path_id = path_id;
	*c = at;
	return 1;
}

bool bgp_nlri_valid(struct cursor c, uint16_t afi, bool add_path)
{
	unsigned most = bgp_afi_bits(afi);
	uint8_t bits;
	if (!most)
		return false;
	while (cursor_left(&c)) {
		if (add_path && !cursor_skip(&c, 4))
			return false;
		if (!cursor_u8(&c, &bits) || bits > most || !cursor_skip(&c, (bits + 7u) / 8))
			return false;
	}
	return true;
}
