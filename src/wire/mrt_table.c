// SPDX-License-Identifier: ISC
// MRT table dumps: TABLE_DUMP (RFC 6396, 4.2), TABLE_DUMP_V2 (4.3; RFC 8050, 4; RFC 6397 is skipped).
// The batched TABLE_DUMP of 2000 has several entries behind one view and sequence. BGP4MP_ENTRY (6396, appendix B; OpenBGPD's
// `dump table-mp`) is one entry a record.
#include "base/err.h"
#include "wire/mrt_priv.h"

enum {
	V2_PEER_INDEX_TABLE = 1,
	V2_IPV4_UNICAST = 2,
	V2_IPV4_MULTICAST = 3,
	V2_IPV6_UNICAST = 4,
	V2_IPV6_MULTICAST = 5,
	V2_GENERIC = 6,
	V2_GEO_PEER_TABLE = 7,
	V2_IPV4_UNICAST_ADDPATH = 8,
	V2_IPV4_MULTICAST_ADDPATH = 9,
	V2_IPV6_UNICAST_ADDPATH = 10,
	V2_IPV6_MULTICAST_ADDPATH = 11,
	V2_GENERIC_ADDPATH = 12,
};

#define PEER_IPV6 0x01 // peer type bits of the index table
#define PEER_AS4  0x02

bool mrt_addr(struct cursor *c, uint16_t afi, struct addr *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (afi == BGP_AFI_IPV4) {
		ret->family = FAMILY_V4;
		return cursor_bytes(c, ret->bytes, 4);
	}
	ret->family = FAMILY_V6;
	return afi == BGP_AFI_IPV6 && cursor_bytes(c, ret->bytes, 16);
}

bool mrt_table_v2_plausible(const struct mrt_header *h)
{
	switch (h->subtype) {
	case V2_PEER_INDEX_TABLE:
		return h->length >= 8;
	case V2_GEO_PEER_TABLE:
		return h->length >= 16;
	case V2_GENERIC:
	case V2_GENERIC_ADDPATH:
		return h->length >= 10;
	default:
		return h->subtype >= V2_IPV4_UNICAST && h->subtype < V2_GENERIC_ADDPATH && h->length >= 7;
	}
}

bool mrt_table_dump_plausible(const struct mrt_header *h)
{
	return (h->subtype == BGP_AFI_IPV4 && h->length >= 22) || (h->subtype == BGP_AFI_IPV6 && h->length >= 46);
}

static int mrt_table_peer_index(struct cursor body, struct mrt_peer_index *index)
{
	uint16_t name;
	if (!cursor_bytes(&body, index->collector_id, 4) || !cursor_u16(&body, &name) ||
	    !cursor_sub(&body, name, &index->view_name) || !cursor_u16(&body, &index->count))
		return ERR_MALFORMED;
	index->peers = body;
	return 1;
}

int mrt_peer_next(struct mrt_peer_index *index, struct mrt_peer *ret)
{
	struct cursor c = index->peers;
	struct mrt_peer peer;
	uint8_t type;
	uint16_t narrow;
	if (!index->count)
		return 0;
	if (!cursor_u8(&c, &type) || !cursor_bytes(&c, peer.bgp_id, 4) ||
	    !mrt_addr(&c, type & PEER_IPV6 ? BGP_AFI_IPV6 : BGP_AFI_IPV4, &peer.address))
		return ERR_MALFORMED;
	if (type & PEER_AS4) {
		if (!cursor_u32(&c, &peer.asn))
			return ERR_MALFORMED;
	} else {
		if (!cursor_u16(&c, &narrow))
			return ERR_MALFORMED;
		peer.asn = narrow;
	}
	index->peers = c;
	index->count--;
	*ret = peer;
	return 1;
}

// AFI, SAFI and one NLRI; of families other than IPv4 and IPv6 unicast and multicast the NLRI's form is not
// known here, so that its end, and the entries behind it, cannot be found either.
static int mrt_table_rib_generic(struct cursor *body, struct mrt_rib *rib, bool *ret_known)
{
	if (!cursor_u16(body, &rib->afi) || !cursor_u8(body, &rib->safi))
		return ERR_MALFORMED;
	*ret_known = (rib->afi == BGP_AFI_IPV4 || rib->afi == BGP_AFI_IPV6) &&
		     (rib->safi == BGP_SAFI_UNICAST || rib->safi == BGP_SAFI_MULTICAST);
	return 1;
}

// Whether the entries end where the record does.
static bool mrt_table_entries_fit(struct mrt_rib rib)
{
	struct mrt_rib_entry entry;
	int got;
	while ((got = mrt_rib_entry_next(&rib, &entry)) == 1)
		;
	return got == 0 && !cursor_left(&rib.entries);
}

// GoBGP (4.0 to 4.8) writes AFI and SAFI in front of the prefix of its IPv6 tables, as a GENERIC record has them. Read as what the subtype
// says it is a default route with hundreds of entries that do not fit.
static bool mrt_table_family_in_front(struct cursor body, const struct mrt_rib *rib, struct cursor *ret)
{
	uint32_t path_id;
	uint16_t afi;
	uint8_t safi;
	struct mrt_rib as_written = *rib, as_generic = *rib;
	struct cursor c = body;
	if (!cursor_u16(&c, &afi) || !cursor_u8(&c, &safi) || afi != rib->afi || safi != rib->safi)
		return false;
	if (bgp_nlri_next(&body, afi, false, &as_written.prefix, &path_id) == 1 &&
	    cursor_u16(&body, &as_written.count)) {
		as_written.entries = body;
		if (mrt_table_entries_fit(as_written))
			return false;
	}
	*ret = c;
	if (bgp_nlri_next(&c, afi, false, &as_generic.prefix, &path_id) != 1 || !cursor_u16(&c, &as_generic.count))
		return false;
	as_generic.entries = c;
	return mrt_table_entries_fit(as_generic);
}

static int mrt_table_rib_record(struct cursor body, struct mrt_record *r)
{
	struct mrt_rib *rib = &r->rib;
	uint32_t path_id;
	bool known = true;
	if (!cursor_u32(&body, &rib->sequence))
		return ERR_MALFORMED;
	if (!rib->afi && mrt_table_rib_generic(&body, rib, &known) < 0)
		return ERR_MALFORMED;
	struct cursor behind;
	if (UNLIKELY(cursor_left(&body) > 3 && !body.at[0] && r->header.subtype != V2_GENERIC &&
		     r->header.subtype != V2_GENERIC_ADDPATH && mrt_table_family_in_front(body, rib, &behind)))
		body = behind;
	r->kind = known && rib->safi == BGP_SAFI_UNICAST ? MRT_RIB : MRT_RIB_OTHER;
	rib->count = 0;
	if (!known) {
		rib->prefix = (struct prefix){0};
		rib->entries = (struct cursor){body.end, body.end};
		return 1;
	}
	// RFC 8050 puts a path identifier before a GENERIC_ADDPATH prefix; the writers that exist (GoBGP,
	// OpenBGPD) put one into each entry instead, as the other ADD-PATH subtypes do. Theirs is read.
	if (bgp_nlri_next(&body, rib->afi, false, &rib->prefix, &path_id) != 1 || !cursor_u16(&body, &rib->count))
		return ERR_MALFORMED;
	rib->entries = body;
	return 1;
}

static int mrt_table_rib_other(struct mrt_record *r)
{
	memset(&r->rib, 0, sizeof(r->rib));
	r->kind = MRT_RIB_OTHER;
	return 1;
}

int mrt_table_v2(struct cursor body, struct mrt_record *r)
{
	struct mrt_rib *rib = &r->rib;
	uint16_t subtype = r->header.subtype;
	if (subtype == V2_PEER_INDEX_TABLE) {
		r->kind = MRT_PEER_INDEX;
		return mrt_table_peer_index(body, &r->index);
	}
	if (subtype == V2_GEO_PEER_TABLE)
		return mrt_table_rib_other(r);
	rib->add_path = subtype >= V2_IPV4_UNICAST_ADDPATH;
	switch (subtype) {
	case V2_IPV4_UNICAST:
	case V2_IPV4_UNICAST_ADDPATH:
	case V2_IPV4_MULTICAST:
	case V2_IPV4_MULTICAST_ADDPATH:
		rib->afi = BGP_AFI_IPV4;
		break;
	case V2_IPV6_UNICAST:
	case V2_IPV6_UNICAST_ADDPATH:
	case V2_IPV6_MULTICAST:
	case V2_IPV6_MULTICAST_ADDPATH:
		rib->afi = BGP_AFI_IPV6;
		break;
	case V2_GENERIC:
	case V2_GENERIC_ADDPATH:
		rib->afi = 0; // the record names it
		break;
	default:
		return ERR_UNSUPPORTED;
	}
	bool multicast = subtype == V2_IPV4_MULTICAST || subtype == V2_IPV6_MULTICAST ||
			 subtype == V2_IPV4_MULTICAST_ADDPATH || subtype == V2_IPV6_MULTICAST_ADDPATH;
	rib->safi = multicast ? BGP_SAFI_MULTICAST : BGP_SAFI_UNICAST;
	return mrt_table_rib_record(body, r);
}

int mrt_rib_entry_next(struct mrt_rib *rib, struct mrt_rib_entry *ret)
{
	struct cursor c = rib->entries;
	struct mrt_rib_entry entry;
	uint16_t length;
	if (!rib->count)
		return 0;
	entry.path_id = 0;
	if (!cursor_u16(&c, &entry.peer) || !cursor_u32(&c, &entry.originated))
		return ERR_MALFORMED;
	if (rib->add_path && !cursor_u32(&c, &entry.path_id))
		return ERR_MALFORMED;
	if (!cursor_u16(&c, &length) || !cursor_sub(&c, length, &entry.attributes))
		return ERR_MALFORMED;
	rib->entries = c;
	rib->count--;
	*ret = entry;
	return 1;
}

// Prefix, length, status, time, peer, its AS, attributes.
static bool mrt_table_dump_entry(struct cursor *c, uint16_t afi, struct mrt_table_dump *dump)
{
	struct addr address;
	uint16_t peer_asn, length;
	uint8_t bits, status;
	if (!mrt_addr(c, afi, &address) || !cursor_u8(c, &bits) || !cursor_u8(c, &status) ||
	    !cursor_u32(c, &dump->originated) || !mrt_addr(c, afi, &dump->peer) || !cursor_u16(c, &peer_asn) ||
	    !cursor_u16(c, &length) || !cursor_sub(c, length, &dump->attributes) || bits > family_bits(address.family))
		return false;
	dump->prefix = (struct prefix){.family = address.family, .length = bits};
	memcpy(dump->prefix.bytes, address.bytes, sizeof(address.bytes));
	prefix_mask(&dump->prefix);
	dump->peer_asn = peer_asn;
	return true;
}

// Both AS numbers, interface, family and addresses of the session, view, status, time, family, next hop, prefix, attributes.
int mrt_table_entry(struct cursor body, struct mrt_record *r)
{
	struct mrt_table_dump *dump = &r->dump;
	struct addr local;
	uint16_t peer_asn, local_asn, interface, session, status, length;
	uint8_t safi, hop_bytes;
	uint32_t path_id;
	struct cursor hop;
	*dump = (struct mrt_table_dump){0};
	if (!cursor_u16(&body, &peer_asn) || !cursor_u16(&body, &local_asn) || !cursor_u16(&body, &interface) ||
	    !cursor_u16(&body, &session) || !mrt_addr(&body, session, &dump->peer) ||
	    !mrt_addr(&body, session, &local) || !cursor_u16(&body, &dump->view) || !cursor_u16(&body, &status) ||
	    !cursor_u32(&body, &dump->originated) || !cursor_u16(&body, &dump->afi) || !cursor_u8(&body, &safi) ||
	    !cursor_u8(&body, &hop_bytes) || !cursor_sub(&body, hop_bytes, &hop))
		return ERR_MALFORMED;
	if (!bgp_family_read(dump->afi, safi)) {
		r->kind = MRT_RIB_OTHER;
		return 1;
	}
	if (bgp_nlri_next(&body, dump->afi, false, &dump->prefix, &path_id) != 1 || !cursor_u16(&body, &length) ||
	    !cursor_sub(&body, length, &dump->attributes))
		return ERR_MALFORMED;
	dump->next_hop_length = hop_bytes >= 16 ? 16 : hop_bytes >= 4 ? 4 : 0;
	if (!cursor_bytes(&hop, dump->next_hop, dump->next_hop_length))
		dump->next_hop_length = 0;
	dump->peer_asn = peer_asn;
	r->kind = MRT_TABLE_DUMP;
	return 1;
}

int mrt_table_dump(struct cursor body, struct mrt_record *r)
{
	struct mrt_table_dump *dump = &r->dump;
	uint16_t afi = r->header.subtype;
	if (afi != BGP_AFI_IPV4 && afi != BGP_AFI_IPV6)
		return ERR_UNSUPPORTED;
	if (!cursor_u16(&body, &dump->view) || !cursor_u16(&body, &dump->sequence) ||
	    !mrt_table_dump_entry(&body, afi, dump))
		return ERR_MALFORMED;
	dump->afi = afi;
	dump->next_hop_length = 0;
	dump->more = body;
	r->kind = MRT_TABLE_DUMP;
	return 1;
}

int mrt_table_dump_next(struct mrt_table_dump *dump)
{
	struct mrt_table_dump next = *dump;
	if (!cursor_left(&dump->more))
		return 0;
	if (!mrt_table_dump_entry(&next.more, dump->afi, &next))
		return ERR_MALFORMED;
	*dump = next;
	return 1;
}
