// SPDX-License-Identifier: ISC
// Path attributes of an UPDATE or a RIB entry, and what a malformed one costs: RFC 7606, sections 3, 4 and 7,
// with the class of each attribute. Where the RFC's answer depends on whether the session is internal
// (LOCAL_PREF), the milder one is taken. Runs once per RIB entry: keep it short and without calls by pointer.
#include "wire/aspath.h"
#include "wire/bgp.h"

#define BIT(code) (UINT64_C(1) << (code))

#define WELL_KNOWN                                                                                                     \
	(BIT(BGP_ATTR_ORIGIN) | BIT(BGP_ATTR_AS_PATH) | BIT(BGP_ATTR_NEXT_HOP) | BIT(BGP_ATTR_LOCAL_PREF) |            \
	 BIT(BGP_ATTR_ATOMIC_AGGREGATE))
#define OPTIONAL_LOCAL                                                                                                 \
	(BIT(BGP_ATTR_MED) | BIT(BGP_ATTR_MP_REACH) | BIT(BGP_ATTR_MP_UNREACH) | BIT(BGP_ATTR_BGPSEC_PATH))
#define AS4_ONLY (BIT(BGP_ATTR_AS4_PATH) | BIT(BGP_ATTR_AS4_AGGREGATOR))
#define OPTIONAL_TRANSITIVE                                                                                            \
	(BIT(BGP_ATTR_AGGREGATOR) | BIT(BGP_ATTR_COMMUNITIES) | BIT(BGP_ATTR_EXT_COMMUNITIES) | AS4_ONLY |             \
	 BIT(BGP_ATTR_LARGE_COMMUNITIES) | BIT(BGP_ATTR_OTC))
#define KNOWN (WELL_KNOWN | OPTIONAL_LOCAL | OPTIONAL_TRANSITIVE)

#define MULTIPROTOCOL (BIT(BGP_ATTR_MP_REACH) | BIT(BGP_ATTR_MP_UNREACH))
// A malformed one is dropped and the routes stand.
#define DISCARDED (BIT(BGP_ATTR_LOCAL_PREF) | BIT(BGP_ATTR_ATOMIC_AGGREGATE) | BIT(BGP_ATTR_AGGREGATOR) | AS4_ONLY)

#define SECURE_SEGMENT_BYTES 6 // pCount, flags, AS

#define FLAG_OPTIONAL	0x80
#define FLAG_TRANSITIVE 0x40
#define FLAG_EXTENDED	0x10

static void bgp_attributes_note(struct bgp_attributes *a, enum bgp_action action, enum bgp_fault fault, uint8_t code)
{
	if (action > a->action)
		a->action = action;
	if (a->fault != BGP_FAULT_NONE)
		return;
	a->fault = fault;
	a->fault_attribute = code;
}

static enum bgp_fault bgp_attributes_origin_read(struct bgp_attributes *a, struct cursor value)
{
	uint8_t origin;
	if (cursor_left(&value) != 1 || !cursor_u8(&value, &origin))
		return BGP_FAULT_ATTRIBUTE_LENGTH;
	if (origin > 2)
		return BGP_FAULT_ATTRIBUTE_VALUE;
	a->origin = origin;
	return BGP_FAULT_NONE;
}

static enum bgp_fault bgp_attributes_number_read(struct cursor value, uint32_t *ret)
{
	return cursor_left(&value) == 4 && cursor_u32(&value, ret) ? BGP_FAULT_NONE : BGP_FAULT_ATTRIBUTE_LENGTH;
}

static enum bgp_fault bgp_attributes_next_hop_read(struct bgp_attributes *a, struct cursor value)
{
	return cursor_left(&value) == 4 && cursor_bytes(&value, a->next_hop, 4) ? BGP_FAULT_NONE
										: BGP_FAULT_ATTRIBUTE_LENGTH;
}

static enum bgp_fault bgp_attributes_aggregator_read(struct bgp_attributes *a, struct cursor value)
{
	uint16_t narrow;
	if (cursor_left(&value) != a->as_bytes + 4u)
		return BGP_FAULT_ATTRIBUTE_LENGTH;
	if (a->as_bytes == 4) {
		if (!cursor_u32(&value, &a->aggregator_asn))
			return BGP_FAULT_ATTRIBUTE_LENGTH;
	} else {
		if (!cursor_u16(&value, &narrow))
			return BGP_FAULT_ATTRIBUTE_LENGTH;
		a->aggregator_asn = narrow;
	}
	return cursor_bytes(&value, a->aggregator_address, 4) ? BGP_FAULT_NONE : BGP_FAULT_ATTRIBUTE_LENGTH;
}

static enum bgp_fault bgp_attributes_as4_aggregator_read(struct bgp_attributes *a, struct cursor value)
{
	if (cursor_left(&value) != 8 || !cursor_u32(&value, &a->as4_aggregator_asn) ||
	    !cursor_bytes(&value, a->as4_aggregator_address, 4))
		return BGP_FAULT_ATTRIBUTE_LENGTH;
	return BGP_FAULT_NONE;
}

// A path with AS 0 in it is malformed (RFC 7607, 2); what a collector holds in its table it holds.
static enum bgp_fault bgp_attributes_path_read(struct cursor value, uint8_t as_bytes, const struct bgp_context *context,
					       struct cursor *ret)
{
	bool zero_too = context->rib_entry || context->as_zero;
	if (!(zero_too ? aspath_valid(value, as_bytes) : aspath_valid_without_zero(value, as_bytes)))
		return BGP_FAULT_AS_PATH;
	*ret = value;
	return BGP_FAULT_NONE;
}

// RFC 8205, 3.1: the length of the Secure_Path with itself, then its segments; signatures follow, which are not looked at.
static enum bgp_fault bgp_attributes_secure_read(struct cursor value, struct cursor *ret)
{
	uint16_t length;
	if (!cursor_u16(&value, &length) || length < 2 + SECURE_SEGMENT_BYTES || (length - 2) % SECURE_SEGMENT_BYTES ||
	    !cursor_sub(&value, length - 2u, ret))
		return BGP_FAULT_ATTRIBUTE_LENGTH;
	return BGP_FAULT_NONE;
}

// Communities of any kind: one or more of a fixed size.
static enum bgp_fault bgp_attributes_list_read(struct cursor value, size_t size, struct cursor *ret)
{
	if (!cursor_left(&value) || cursor_left(&value) % size)
		return BGP_FAULT_ATTRIBUTE_LENGTH;
	*ret = value;
	return BGP_FAULT_NONE;
}

bool bgp_family_read(uint16_t afi, uint8_t safi)
{
	return (afi == BGP_AFI_IPV4 || afi == BGP_AFI_IPV6) && safi == BGP_SAFI_UNICAST;
}

// 4 bytes for IPv4, else (RFC 8950 too) one or two IPv6 addresses. Other families: any length.
static bool bgp_attributes_next_hop_fits(const struct bgp_mp *mp, uint8_t length)
{
	if (!bgp_family_read(mp->afi, mp->safi))
		return true;
	return length == 16 || length == 32 || (length == 4 && mp->afi == BGP_AFI_IPV4);
}

static bool bgp_attributes_mp_next_hop(struct cursor *c, struct bgp_mp *mp)
{
	uint8_t length;
	struct cursor bytes;
	if (!cursor_u8(c, &length) || !cursor_sub(c, length, &bytes))
		return false;
	mp->next_hop_length = length < sizeof(mp->next_hop) ? length : (uint8_t)sizeof(mp->next_hop);
	return cursor_bytes(&bytes, mp->next_hop, mp->next_hop_length) && bgp_attributes_next_hop_fits(mp, length);
}

// RFC 6396, 4.3.4: a RIB entry has only the next hop and its length, so that the first byte is never the zero
// that any full form begins with. Some writers leave stray bytes behind it.
static bool bgp_attributes_mp_abbreviated(const struct cursor *value)
{
	struct cursor c = *value;
	uint8_t length;
	return cursor_u8(&c, &length) && length && cursor_left(&c) >= length;
}

static enum bgp_fault bgp_attributes_reach_read(struct bgp_attributes *a, struct cursor value,
						const struct bgp_context *context)
{
	struct bgp_mp *mp = &a->reach;
	uint8_t reserved;
	if (context->rib_entry && bgp_attributes_mp_abbreviated(&value))
		return bgp_attributes_mp_next_hop(&value, mp) ? BGP_FAULT_NONE : BGP_FAULT_MP_REACH;
	if (!cursor_u16(&value, &mp->afi) || !cursor_u8(&value, &mp->safi) || !bgp_attributes_mp_next_hop(&value, mp))
		return BGP_FAULT_MP_REACH;
	if (context->rib_entry && !cursor_left(&value))
		return BGP_FAULT_NONE; // as Zebra wrote it: no reserved byte, no NLRI
	if (!cursor_u8(&value, &reserved))
		return BGP_FAULT_MP_REACH;
	mp->nlri = value;
	if (bgp_family_read(mp->afi, mp->safi) && !bgp_nlri_valid(value, mp->afi, context->add_path))
		return BGP_FAULT_MP_REACH;
	return BGP_FAULT_NONE;
}

static enum bgp_fault bgp_attributes_unreach_read(struct bgp_attributes *a, struct cursor value,
						  const struct bgp_context *context)
{
	struct bgp_mp *mp = &a->unreach;
	if (!cursor_u16(&value, &mp->afi) || !cursor_u8(&value, &mp->safi))
		return BGP_FAULT_MP_UNREACH;
	mp->nlri = value;
	if (bgp_family_read(mp->afi, mp->safi) && !bgp_nlri_valid(value, mp->afi, context->add_path))
		return BGP_FAULT_MP_UNREACH;
	return BGP_FAULT_NONE;
}

static inline enum bgp_fault bgp_attributes_value_read(struct bgp_attributes *a, uint8_t code, struct cursor value,
						       const struct bgp_context *context)
{
	switch (code) {
	case BGP_ATTR_ORIGIN:
		return bgp_attributes_origin_read(a, value);
	case BGP_ATTR_AS_PATH:
		return bgp_attributes_path_read(value, a->as_bytes, context, &a->as_path);
	case BGP_ATTR_NEXT_HOP:
		return bgp_attributes_next_hop_read(a, value);
	case BGP_ATTR_MED:
		return bgp_attributes_number_read(value, &a->med);
	case BGP_ATTR_LOCAL_PREF:
		return bgp_attributes_number_read(value, &a->local_pref);
	case BGP_ATTR_ATOMIC_AGGREGATE:
		a->atomic_aggregate = !cursor_left(&value);
		return a->atomic_aggregate ? BGP_FAULT_NONE : BGP_FAULT_ATTRIBUTE_LENGTH;
	case BGP_ATTR_AGGREGATOR:
		return bgp_attributes_aggregator_read(a, value);
	case BGP_ATTR_COMMUNITIES:
		return bgp_attributes_list_read(value, 4, &a->communities);
	case BGP_ATTR_MP_REACH:
		return bgp_attributes_reach_read(a, value, context);
	case BGP_ATTR_MP_UNREACH:
		return bgp_attributes_unreach_read(a, value, context);
	case BGP_ATTR_EXT_COMMUNITIES:
		return bgp_attributes_list_read(value, 8, &a->ext_communities);
	case BGP_ATTR_AS4_PATH:
		return bgp_attributes_path_read(value, 4, context, &a->as4_path);
	case BGP_ATTR_AS4_AGGREGATOR:
		return bgp_attributes_as4_aggregator_read(a, value);
	case BGP_ATTR_LARGE_COMMUNITIES:
		return bgp_attributes_list_read(value, 12, &a->large_communities);
	case BGP_ATTR_BGPSEC_PATH:
		return bgp_attributes_secure_read(value, &a->secure_path);
	case BGP_ATTR_OTC:
		return cursor_left(&value) == 4 ? BGP_FAULT_NONE : BGP_FAULT_ATTRIBUTE_LENGTH;
	default:
		return BGP_FAULT_NONE;
	}
}

static enum bgp_action bgp_attributes_cost_of(uint64_t bit)
{
	if (bit & MULTIPROTOCOL)
		return BGP_RESET;
	return bit & DISCARDED ? BGP_DISCARD : BGP_WITHDRAW;
}

static inline bool bgp_attributes_flags_fit(uint8_t flags, uint64_t bit)
{
	bool optional = flags & FLAG_OPTIONAL, transitive = flags & FLAG_TRANSITIVE;
	return optional == !(bit & WELL_KNOWN) && transitive == !(bit & OPTIONAL_LOCAL);
}

static inline void bgp_attributes_read(struct bgp_attributes *a, uint8_t flags, uint8_t code, struct cursor value,
				       const struct bgp_context *context)
{
	uint64_t bit = BIT(code);
	// In a RIB dump the flags are the collector's own (BIRD writes 0 for NEXT_HOP and LOCAL_PREF): they say nothing.
	if (UNLIKELY(!bgp_attributes_flags_fit(flags, bit)) && !context->rib_entry) {
		bgp_attributes_note(a, BGP_WITHDRAW, BGP_FAULT_ATTRIBUTE_FLAGS, code);
		return;
	}
	enum bgp_fault fault = bgp_attributes_value_read(a, code, value, context);
	if (LIKELY(fault == BGP_FAULT_NONE))
		a->present |= bit;
	else
		bgp_attributes_note(a, bgp_attributes_cost_of(bit), fault, code);
}

// RFC 6793, 4.2.3: an AGGREGATOR that does not say AS_TRANS is newer than both AS4 attributes.
static void bgp_attributes_as4_settle(struct bgp_attributes *a)
{
	if (!bgp_has(a, BGP_ATTR_AGGREGATOR) || !bgp_has(a, BGP_ATTR_AS4_AGGREGATOR) ||
	    a->aggregator_asn == BGP_AS_TRANS)
		return;
	a->present &= ~AS4_ONLY;
	a->as4_path = (struct cursor){0};
	a->as4_aggregator_asn = 0;
	memset(a->as4_aggregator_address, 0, sizeof(a->as4_aggregator_address));
}

// Type, flags and value of the next attribute. False: it or its length leaves the block.
static inline bool bgp_attributes_next(struct cursor *block, uint8_t *ret_flags, uint8_t *ret_code,
				       struct cursor *ret_value)
{
	uint16_t length;
	uint8_t narrow;
	if (!cursor_u8(block, ret_flags) || !cursor_u8(block, ret_code))
		return false;
	if (UNLIKELY(*ret_flags & FLAG_EXTENDED)) {
		if (!cursor_u16(block, &length))
			return false;
	} else {
		if (!cursor_u8(block, &narrow))
			return false;
		length = narrow;
	}
	return cursor_sub(block, length, ret_value);
}

int bgp_attribute_next(struct cursor *block, struct bgp_raw_attribute *ret)
{
	struct cursor at = *block;
	struct bgp_raw_attribute raw = {0};
	if (!bgp_attributes_next(&at, &raw.flags, &raw.code, &raw.value))
		return 0;
	*block = at;
	*ret = raw;
	return 1;
}

bool bgp_attribute_apart(uint8_t code)
{
	return code >= 64 || !(BIT(code) & KNOWN & ~BIT(BGP_ATTR_OTC));
}

static inline void bgp_attributes_mp_clear(struct bgp_mp *mp)
{
	mp->afi = 0;
	mp->safi = 0;
	mp->next_hop_length = 0;
	mp->nlri = (struct cursor){0};
}

// In pieces that become plain stores: one memset of it all becomes a string instruction, a quarter of the time
// of a whole block. next_hop stays as it is, for next_hop_length says how much of it counts.
static inline void bgp_attributes_clear(struct bgp_attributes *a)
{
	const size_t paths = offsetof(struct bgp_attributes, as_path),
		     end = offsetof(struct bgp_attributes, secure_path);
	memset(a, 0, paths);
	memset((uint8_t *)a + paths, 0, end - paths);
	a->secure_path = (struct cursor){0};
	bgp_attributes_mp_clear(&a->reach);
	bgp_attributes_mp_clear(&a->unreach);
}

void bgp_attributes(struct cursor block, const struct bgp_context *context, struct bgp_attributes *a)
{
	uint64_t seen = 0, wanted = context->as_bytes == 4 ? KNOWN & ~AS4_ONLY : KNOWN;
	bgp_attributes_clear(a);
	a->block = block;
	a->as_bytes = context->as_bytes == 4 ? 4 : 2;
	while (cursor_left(&block)) {
		uint8_t flags, code = 0;
		struct cursor value;
		if (UNLIKELY(!bgp_attributes_next(&block, &flags, &code, &value))) {
			bgp_attributes_note(a, BGP_WITHDRAW, BGP_FAULT_ATTRIBUTE_OVERRUN, code);
			break;
		}
		uint64_t bit = code < 64 ? BIT(code) : 0;
		if (UNLIKELY(!(bit & wanted))) {
			if (bit & KNOWN) // an AS4 attribute of a 4-byte speaker: dropped
				continue;
			a->unknown++;
			if (!(flags & FLAG_OPTIONAL) && !context->rib_entry) // RFC 4271, 6.3: well-known, and not known
				bgp_attributes_note(a, BGP_WITHDRAW, BGP_FAULT_ATTRIBUTE_FLAGS, code);
			continue;
		}
		if (UNLIKELY(seen & bit)) {
			bgp_attributes_note(a, bit & MULTIPROTOCOL ? BGP_RESET : BGP_DISCARD, BGP_FAULT_ATTRIBUTE_TWICE,
					    code);
			continue;
		}
		seen |= bit;
		bgp_attributes_read(a, flags, code, value, context);
	}
	if (a->present & AS4_ONLY)
		bgp_attributes_as4_settle(a);
}

void bgp_mandatory(struct bgp_attributes *a, bool announces_v4, bool announces_mp)
{
	if (!announces_v4 && !announces_mp)
		return;
	uint8_t missing = 0;
	if (announces_mp && !a->reach.next_hop_length)
		missing = BGP_ATTR_MP_REACH;
	if (announces_v4 && !bgp_has(a, BGP_ATTR_NEXT_HOP))
		missing = BGP_ATTR_NEXT_HOP;
	if (!bgp_has(a, BGP_ATTR_AS_PATH) && !bgp_has(a, BGP_ATTR_BGPSEC_PATH))
		missing = BGP_ATTR_AS_PATH;
	if (!bgp_has(a, BGP_ATTR_ORIGIN))
		missing = BGP_ATTR_ORIGIN;
	if (missing)
		bgp_attributes_note(a, BGP_WITHDRAW, BGP_FAULT_MISSING_MANDATORY, missing);
}
