// SPDX-License-Identifier: ISC
// Communities and rarer attributes of a route for people: extended communities (RFC 4360, 5668, 5701, 8097, 8955, 9012 …) as
// "kind:value", what is not known of them and other attributes in hexadecimal.
#include "base/json.h"
#include "report/bgp_text_priv.h"

#define WELL_KNOWN_FIRST 0xffff0000

#define AIGP_TLV   1
#define AIGP_BYTES 11 // type, length, eight bytes of metric (RFC 7311, 3)

enum { EXT_AS2 = 0x00, EXT_ADDRESS = 0x01, EXT_AS4 = 0x02, EXT_OPAQUE = 0x03, EXT_EVPN = 0x06, EXT_FLOW = 0x80 };

#define EXT_LOCAL 0x40 // not transitive

struct ext_kind {
	uint8_t subtype;
	const char *word;
};

// Of the types 0, 1 and 2: an AS number or an address, and a number (RFC 4360, 5668, 7153).
static const char *bgp_communities_administered(uint8_t subtype)
{
	static const struct ext_kind kinds[] = {
		{0x02, "rt"},	       {0x03, "soo"},	     {0x04, "generic"},	  {0x05, "ospf-domain"},
		{0x07, "ospf-router"}, {0x08, "collection"}, {0x09, "source-as"}, {0x0a, "l2vpn"},
		{0x0b, "vrf-import"},  {0x10, "cisco-vpn"},
	};
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].subtype == subtype)
			return kinds[i].word;
	return NULL;
}

static uint32_t bgp_communities_number(const uint8_t *at, size_t bytes)
{
	uint32_t v = 0;
	for (size_t i = 0; i < bytes; i++)
		v = v << 8 | at[i];
	return v;
}

static void bgp_communities_put_address(struct text *t, const uint8_t *at)
{
	text_printf(t, "%u.%u.%u.%u", at[0], at[1], at[2], at[3]);
}

static double bgp_communities_real(const uint8_t *at)
{
	uint32_t bits = bgp_communities_number(at, 4);
	float real;
	memcpy(&real, &bits, sizeof(real));
	return (double)real;
}

static bool bgp_communities_put_administered(struct text *t, const uint8_t b[8])
{
	uint8_t type = b[0] & (uint8_t)~EXT_LOCAL;
	const char *word = bgp_communities_administered(b[1]);
	if (type == EXT_AS2 && (b[0] & EXT_LOCAL) && b[1] == 0x04) { // draft-ietf-idr-link-bandwidth: bytes a second
		text_printf(t, "lb:%u:%.0f", bgp_communities_number(b + 2, 2), bgp_communities_real(b + 4));
		return true;
	}
	if (!word)
		return false;
	text_printf(t, "%s:", word);
	if (type == EXT_AS2)
		text_printf(t, "%u:%u", bgp_communities_number(b + 2, 2), bgp_communities_number(b + 4, 4));
	else if (type == EXT_AS4)
		text_printf(t, "%u:%u", bgp_communities_number(b + 2, 4), bgp_communities_number(b + 6, 2));
	else
		bgp_communities_put_address(t, b + 2);
	if (type == EXT_ADDRESS)
		text_printf(t, ":%u", bgp_communities_number(b + 6, 2));
	return true;
}

// RFC 9012 (colour, encapsulation), RFC 8097 (what the neighbour's origin validation said).
static bool bgp_communities_put_opaque(struct text *t, const uint8_t b[8])
{
	static const char *const states[] = {"valid", "not-found", "invalid"};
	if ((b[0] & EXT_LOCAL) && b[1] == 0x00 && b[7] < ARRAY_LEN(states))
		text_printf(t, "rov:%s", states[b[7]]);
	else if (b[0] & EXT_LOCAL)
		return false;
	else if (b[1] == 0x0b)
		text_printf(t, "color:%u", bgp_communities_number(b + 4, 4));
	else if (b[1] == 0x0c)
		text_printf(t, "encapsulation:%u", bgp_communities_number(b + 6, 2));
	else if (b[1] == 0x0d)
		text_put(t, "default-gateway");
	else
		return false;
	return true;
}

// RFC 7432, 7.7; RFC 9135, 8.1: what stands in the routes of EVPN.
static bool bgp_communities_put_evpn(struct text *t, const uint8_t b[8])
{
	if (b[1] == 0x00)
		text_printf(t, "mac-mobility:%u", bgp_communities_number(b + 4, 4));
	else if (b[1] == 0x01)
		text_printf(t, "esi-label:%u", bgp_communities_number(b + 5, 3));
	else if (b[1] == 0x02 || b[1] == 0x03)
		text_printf(t, "%s:%02x:%02x:%02x:%02x:%02x:%02x", b[1] == 0x02 ? "es-import" : "router-mac", b[2],
			    b[3], b[4], b[5], b[6], b[7]);
	else
		return false;
	return true;
}

// RFC 8955, 7: what is to be done with the packets of a flow.
static bool bgp_communities_put_flow(struct text *t, const uint8_t b[8])
{
	if (b[1] == 0x08 && b[0] == 0x80)
		text_printf(t, "redirect:%u:%u", bgp_communities_number(b + 2, 2), bgp_communities_number(b + 4, 4));
	else if (b[1] == 0x08 && b[0] == 0x82)
		text_printf(t, "redirect:%u:%u", bgp_communities_number(b + 2, 4), bgp_communities_number(b + 6, 2));
	else if (b[1] == 0x08) {
		text_put(t, "redirect:");
		bgp_communities_put_address(t, b + 2);
		text_printf(t, ":%u", bgp_communities_number(b + 6, 2));
	} else if (b[0] != 0x80)
		return false;
	else if (b[1] == 0x06 || b[1] == 0x0c)
		text_printf(t, "%s:%u:%.0f", b[1] == 0x06 ? "traffic-rate" : "traffic-packets",
			    bgp_communities_number(b + 2, 2), bgp_communities_real(b + 4));
	else if (b[1] == 0x07)
		text_printf(t, "traffic-action:%u", b[7] & 3u);
	else if (b[1] == 0x09)
		text_printf(t, "traffic-marking:%u", b[7] & 63u);
	else
		return false;
	return true;
}

void bgp_ext_community_text(struct text *t, const uint8_t b[8])
{
	uint8_t type = b[0] & (uint8_t)~EXT_LOCAL;
	bool put = false;
	if (type <= EXT_AS4)
		put = bgp_communities_put_administered(t, b);
	else if (type == EXT_OPAQUE)
		put = bgp_communities_put_opaque(t, b);
	else if (b[0] == EXT_EVPN)
		put = bgp_communities_put_evpn(t, b);
	else if (b[0] >= EXT_FLOW && b[0] <= EXT_FLOW + 2)
		put = bgp_communities_put_flow(t, b);
	if (put)
		return;
	text_put(t, "0x");
	text_hex(t, b, 8);
}

static bool bgp_communities_well_known(const struct bgp_attributes *a)
{
	struct cursor c = a->communities;
	uint32_t value;
	while (cursor_u32(&c, &value))
		if (value >= WELL_KNOWN_FIRST && bgp_community_name(value))
			return true;
	return false;
}

void bgp_json_put_well_known(struct json *j, const struct bgp_attributes *a)
{
	struct cursor c = a->communities;
	uint32_t value;
	if (!bgp_has(a, BGP_ATTR_COMMUNITIES) || !bgp_communities_well_known(a))
		return;
	json_key(j, "well_known_communities");
	json_open(j, '[');
	while (cursor_u32(&c, &value))
		if (bgp_community_name(value))
			json_string(j, bgp_community_name(value));
	json_close(j, ']');
}

static void bgp_communities_put_identifier(struct json *j, struct cursor *c)
{
	char buffer[16];
	uint8_t bytes[4];
	if (cursor_bytes(c, bytes, 4))
		json_string_n(j, buffer, (size_t)(bgp_put_v4(buffer, bytes) - buffer));
}

// The metric of AIGP: the first TLV of type 1 (RFC 7311, 3). False: there is none.
static bool bgp_communities_aigp_metric(struct cursor value, uint64_t *ret)
{
	uint8_t type;
	uint16_t length;
	struct cursor tlv;
	while (cursor_u8(&value, &type) && cursor_u16(&value, &length) && length >= 3 &&
	       cursor_sub(&value, length - 3u, &tlv)) {
		uint32_t high, low;
		if (type != AIGP_TLV)
			continue;
		if (length != AIGP_BYTES || !cursor_u32(&tlv, &high) || !cursor_u32(&tlv, &low))
			return false;
		*ret = (uint64_t)high << 32 | low;
		return true;
	}
	return false;
}

static void bgp_communities_put_raw(struct json *j, const struct bgp_raw_attribute *raw)
{
	struct text hex = {0};
	text_hex(&hex, raw->value.at, cursor_left(&raw->value));
	json_open(j, '{');
	json_key(j, "type");
	json_int(j, raw->code);
	json_key(j, "flags");
	json_int(j, raw->flags);
	json_key(j, "value");
	json_string_n(j, hex.bytes, hex.length);
	json_close(j, '}');
	text_free(&hex);
}

// False: not of this kind, or not as its RFC has it, so that its bytes are shown.
static bool bgp_communities_put_rare(struct json *j, const struct bgp_raw_attribute *raw)
{
	struct cursor c = raw->value;
	uint32_t number;
	uint64_t metric;
	if (raw->code == BGP_ATTR_OTC && cursor_left(&c) == 4 && cursor_u32(&c, &number)) {
		json_key(j, "otc");
		json_int(j, number);
	} else if (raw->code == BGP_ATTR_AIGP && bgp_communities_aigp_metric(c, &metric)) {
		json_key(j, "aigp");
		json_int(j, metric < INT64_MAX ? (int64_t)metric : INT64_MAX);
	} else if (raw->code == BGP_ATTR_ORIGINATOR_ID && cursor_left(&c) == 4) {
		json_key(j, "originator_id");
		bgp_communities_put_identifier(j, &c);
	} else if (raw->code == BGP_ATTR_CLUSTER_LIST && cursor_left(&c) && cursor_left(&c) % 4 == 0) {
		json_key(j, "cluster_list");
		json_open(j, '[');
		while (cursor_left(&c))
			bgp_communities_put_identifier(j, &c);
		json_close(j, ']');
	} else {
		return false;
	}
	return true;
}

// Those that no member of its own told of: known ones by their names, once each; the others as they are.
void bgp_json_put_apart(struct json *j, const struct bgp_attributes *a)
{
	struct cursor c = a->block;
	struct bgp_raw_attribute raw, others[BGP_OTHERS_SHOWN];
	uint64_t seen = 0;
	size_t count = 0;
	if (LIKELY(!a->unknown && !bgp_has(a, BGP_ATTR_OTC)))
		return;
	while (bgp_attribute_next(&c, &raw) == 1) {
		uint64_t bit = raw.code < 64 ? 1ULL << raw.code : 0;
		if (!bgp_attribute_apart(raw.code))
			continue;
		bool put = !(seen & bit) && bgp_communities_put_rare(j, &raw);
		seen |= put ? bit : 0;
		if (!put && count < ARRAY_LEN(others))
			others[count++] = raw;
	}
	if (!count)
		return;
	json_key(j, "other_attributes");
	json_open(j, '[');
	for (size_t i = 0; i < count; i++)
		bgp_communities_put_raw(j, &others[i]);
	json_close(j, ']');
}
