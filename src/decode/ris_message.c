// SPDX-License-Identifier: ISC
// Fields of RIS Live → the bytes of BGP messages (RFC 4271, 4; RFC 4760), so that one decoder reads both. Each announcement, which has
// a next hop of its own, becomes an UPDATE; withdrawals become one before them. AS numbers are of four bytes.
#include "wire/aspath.h"
#include "wire/bgp.h"

#include "base/number.h"
#include "decode/ris_priv.h"

#define TEXT_MAX	96
#define SEGMENT_MOST	255
#define COMMUNITY_PARTS 3

enum { FLAG_WELL_KNOWN = 0x40, FLAG_OPTIONAL = 0x80, FLAG_BOTH = 0xc0, FLAG_LONG = 0x10 };

void ris_put(struct ris_room *room, const void *bytes, size_t n)
{
	if (RIS_ROOM - room->used < n) {
		room->over = true;
		return;
	}
	memcpy(room->bytes + room->used, bytes, n);
	room->used += n;
}

void ris_put_number(struct ris_room *room, uint64_t value, size_t bytes)
{
	uint8_t out[8];
	for (size_t i = 0; i < bytes; i++)
		out[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
	ris_put(room, out, bytes);
}

// A length of two bytes, known when what it tells of is written.
static size_t ris_message_length_begin(struct ris_room *room)
{
	size_t at = room->used;
	ris_put_number(room, 0, 2);
	return at;
}

static void ris_message_length_set(struct ris_room *room, size_t at, size_t length)
{
	if (length > UINT16_MAX)
		room->over = true;
	if (room->over)
		return;
	room->bytes[at] = (uint8_t)(length >> 8);
	room->bytes[at + 1] = (uint8_t)length;
}

static void ris_message_length_end(struct ris_room *room, size_t at)
{
	ris_message_length_set(room, at, room->used - at - 2);
}

static size_t ris_message_begin(struct ris_room *room, uint8_t type)
{
	static const uint64_t marker = UINT64_MAX;
	size_t at = room->used;
	ris_put(room, &marker, sizeof(marker));
	ris_put(room, &marker, sizeof(marker));
	(void)ris_message_length_begin(room);
	ris_put_number(room, type, 1);
	return at;
}

static void ris_message_end(struct ris_room *room, size_t at)
{
	ris_message_length_set(room, at + 16, room->used - at);
}

static size_t ris_message_attribute_begin(struct ris_room *room, uint8_t flags, uint8_t code)
{
	ris_put_number(room, flags | FLAG_LONG, 1);
	ris_put_number(room, code, 1);
	return ris_message_length_begin(room);
}

static bool ris_message_prefix_read(const struct scan_value *v, struct prefix *ret)
{
	char text[TEXT_MAX];
	return scan_string(v, text, sizeof(text)) && prefix_parse(text, ret) == 0;
}

// Those of one family. The number of them, or -1: one cannot be read.
static int ris_message_put_prefixes(struct ris_room *room, const struct scan_value *list, uint8_t family)
{
	struct cursor c;
	struct scan_value v;
	struct prefix p;
	int got, count = 0;
	if (!scan_array(list, &c))
		return list->type == SCAN_ABSENT ? 0 : -1;
	while ((got = scan_element(&c, &v)) == 1) {
		if (!ris_message_prefix_read(&v, &p))
			return -1;
		if (p.family != family)
			continue;
		ris_put_number(room, p.length, 1);
		ris_put(room, p.bytes, (p.length + 7u) / 8);
		count++;
	}
	return got == 0 ? count : -1;
}

static const char *ris_message_put_withdrawals(struct ris_room *room, const struct scan_value *list)
{
	static const char bad[] = "withdrawals with a prefix that cannot be read";
	size_t message = ris_message_begin(room, BGP_UPDATE), at = ris_message_length_begin(room);
	int v4 = ris_message_put_prefixes(room, list, FAMILY_V4);
	ris_message_length_end(room, at);
	size_t attributes = ris_message_length_begin(room);
	size_t before = room->used, attribute = ris_message_attribute_begin(room, FLAG_OPTIONAL, BGP_ATTR_MP_UNREACH);
	ris_put_number(room, BGP_AFI_IPV6, 2);
	ris_put_number(room, BGP_SAFI_UNICAST, 1);
	int v6 = v4 < 0 ? -1 : ris_message_put_prefixes(room, list, FAMILY_V6);
	ris_message_length_end(room, attribute);
	if (v6 <= 0)
		room->used = before;
	ris_message_length_end(room, attributes);
	ris_message_end(room, message);
	if (v4 + v6 == 0)
		room->used = message;
	return v6 < 0 ? bad : NULL;
}

// One run of AS numbers, in segments of at most 255; an AS_SET is an array within the array.
static bool ris_message_put_set(struct ris_room *room, struct cursor c)
{
	struct scan_value v;
	uint64_t asn;
	size_t at = room->used, count = 0;
	int got;
	ris_put_number(room, ASPATH_SET, 1);
	ris_put_number(room, 0, 1);
	while ((got = scan_element(&c, &v)) == 1) {
		if (!scan_scaled(&v, 0, UINT32_MAX, &asn) || ++count > SEGMENT_MOST)
			return false;
		ris_put_number(room, asn, 4);
	}
	if (!room->over)
		room->bytes[at + 1] = (uint8_t)count;
	if (!count)
		room->used = at;
	return got == 0;
}

static bool ris_message_put_path(struct ris_room *room, const struct scan_value *path)
{
	struct cursor c, set;
	struct scan_value v;
	uint64_t asn;
	size_t segment = 0; // of the sequence at work
	int got;
	if (!scan_array(path, &c))
		return false;
	while ((got = scan_element(&c, &v)) == 1) {
		if (scan_array(&v, &set)) {
			segment = 0;
			if (!ris_message_put_set(room, set))
				return false;
			continue;
		}
		if (!scan_scaled(&v, 0, UINT32_MAX, &asn))
			return false;
		if (!segment || (!room->over && room->bytes[segment + 1] == SEGMENT_MOST)) {
			segment = room->used;
			ris_put_number(room, ASPATH_SEQUENCE, 1);
			ris_put_number(room, 0, 1);
		}
		ris_put_number(room, asn, 4);
		if (!room->over)
			room->bytes[segment + 1]++;
	}
	return got == 0;
}

// The parts of [64500,1] or "64500:1"; their number, or 0.
static size_t ris_message_community_parts(const struct scan_value *v, uint32_t part[COMMUNITY_PARTS])
{
	char text[TEXT_MAX];
	struct cursor c;
	struct scan_value e;
	uint64_t number;
	size_t n = 0;
	int got = 0;
	if (scan_array(v, &c)) {
		for (; (got = scan_element(&c, &e)) == 1 && n < COMMUNITY_PARTS; n++) {
			if (!scan_scaled(&e, 0, UINT32_MAX, &number))
				return 0;
			part[n] = (uint32_t)number;
		}
		return got == 0 ? n : 0;
	}
	size_t length = scan_string(v, text, sizeof(text));
	c = cursor_of(text, length);
	while (length && n < COMMUNITY_PARTS && number_u64(&c, UINT32_MAX, &number)) {
		part[n++] = (uint32_t)number;
		if (!cursor_left(&c))
			return n;
		if (*c.at++ != ':')
			return 0;
	}
	return 0;
}

// Those of so many parts: two (RFC 1997) or three (RFC 8092). False: one is neither.
static bool ris_message_put_communities(struct ris_room *room, const struct scan_value *list, size_t parts)
{
	struct cursor c;
	struct scan_value v;
	uint32_t part[COMMUNITY_PARTS];
	int got;
	bool wide = parts == COMMUNITY_PARTS;
	size_t begin = room->used;
	if (!scan_array(list, &c))
		return list->type == SCAN_ABSENT;
	size_t at =
		ris_message_attribute_begin(room, FLAG_BOTH, wide ? BGP_ATTR_LARGE_COMMUNITIES : BGP_ATTR_COMMUNITIES);
	size_t first = room->used;
	while ((got = scan_element(&c, &v)) == 1) {
		size_t n = ris_message_community_parts(&v, part);
		if (n < 2 || (n == 2 && (part[0] > UINT16_MAX || part[1] > UINT16_MAX)))
			return false;
		for (size_t i = 0; n == parts && i < n; i++)
			ris_put_number(room, part[i], wide ? 4 : 2);
	}
	ris_message_length_end(room, at);
	if (room->used == first)
		room->used = begin;
	return got == 0;
}

static bool ris_message_put_origin(struct ris_room *room, const struct scan_value *v)
{
	static const char *const words[] = {"igp", "egp", "incomplete"};
	char word[16];
	if (!scan_string(v, word, sizeof(word)))
		return v->type == SCAN_ABSENT;
	for (char *c = word; *c; c++)
		*c = (char)(*c | 0x20);
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(word, words[i])) {
			size_t at = ris_message_attribute_begin(room, FLAG_WELL_KNOWN, BGP_ATTR_ORIGIN);
			ris_put_number(room, i, 1);
			ris_message_length_end(room, at);
			return true;
		}
	return false;
}

// "64500:192.0.2.1"; one that cannot be read is left out, as RFC 7606 has it of a malformed one.
static void ris_message_put_aggregator(struct ris_room *room, const struct scan_value *v)
{
	char text[TEXT_MAX];
	size_t n = scan_string(v, text, sizeof(text));
	struct cursor c = cursor_of(text, n);
	struct addr address;
	uint64_t asn;
	if (!n || !number_u64(&c, UINT32_MAX, &asn) || !cursor_left(&c) || (*c.at != ':' && *c.at != ' ') ||
	    addr_parse((const char *)c.at + 1, &address) < 0 || address.family != FAMILY_V4)
		return;
	size_t at = ris_message_attribute_begin(room, FLAG_BOTH, BGP_ATTR_AGGREGATOR);
	ris_put_number(room, asn, 4);
	ris_put(room, address.bytes, 4);
	ris_message_length_end(room, at);
}

// All but the next hop. Null, or what is wrong.
static const char *ris_message_put_attributes(struct ris_room *room, const struct scan_value of[RIS_MEMBERS])
{
	uint64_t med;
	if (!ris_message_put_origin(room, &of[RIS_ORIGIN]))
		return "an origin that is none of igp, egp and incomplete";
	if (of[RIS_PATH].type != SCAN_ABSENT) {
		size_t at = ris_message_attribute_begin(room, FLAG_WELL_KNOWN, BGP_ATTR_AS_PATH);
		if (!ris_message_put_path(room, &of[RIS_PATH]))
			return "a path that is no list of AS numbers and sets of them";
		ris_message_length_end(room, at);
	}
	if (scan_scaled(&of[RIS_MED], 0, UINT32_MAX, &med)) {
		size_t at = ris_message_attribute_begin(room, FLAG_OPTIONAL, BGP_ATTR_MED);
		ris_put_number(room, med, 4);
		ris_message_length_end(room, at);
	}
	ris_message_put_aggregator(room, &of[RIS_AGGREGATOR]);
	if (!ris_message_put_communities(room, &of[RIS_COMMUNITY], 2) ||
	    !ris_message_put_communities(room, &of[RIS_COMMUNITY], 3))
		return "communities that are no pairs of numbers";
	return NULL;
}

struct ris_announcement {
	struct scan_value prefixes;
	struct addr hop, link_local; // family 0: none
};

static bool ris_message_link_local(const struct addr *a)
{
	return a->family == FAMILY_V6 && a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80;
}

// One address, or two with a comma between: the global one, then the link-local one (RFC 2545, 3).
static bool ris_message_hop_read(const struct scan_value *v, struct ris_announcement *a)
{
	char text[TEXT_MAX];
	if (!scan_string(v, text, sizeof(text)))
		return false;
	char *comma = strchr(text, ',');
	if (comma)
		*comma++ = '\0';
	while (comma && *comma == ' ')
		comma++;
	return addr_parse(text, &a->hop) == 0 && (!comma || addr_parse(comma, &a->link_local) == 0);
}

static bool ris_message_announcement_read(const struct scan_value *v, struct ris_announcement *ret)
{
	static const char *const names[] = {"next_hop", "prefixes"};
	static const struct scan_keys keys = {names, 2};
	struct scan_value of[2];
	*ret = (struct ris_announcement){0};
	if (v->type != SCAN_OBJECT || scan_object(v->text, &keys, of) < 0 || of[1].type != SCAN_ARRAY)
		return false;
	ret->prefixes = of[1];
	return ris_message_hop_read(&of[0], ret);
}

// The prefixes of one family that are not told in the NLRI field of the message.
static int ris_message_put_reach(struct ris_room *room, const struct ris_announcement *a, uint8_t family)
{
	size_t before = room->used, bytes = a->hop.family == FAMILY_V6 ? 16 : 4;
	size_t at = ris_message_attribute_begin(room, FLAG_OPTIONAL, BGP_ATTR_MP_REACH);
	bool two = bytes == 16 && a->link_local.family == FAMILY_V6;
	ris_put_number(room, family == FAMILY_V6 ? BGP_AFI_IPV6 : BGP_AFI_IPV4, 2);
	ris_put_number(room, BGP_SAFI_UNICAST, 1);
	ris_put_number(room, two ? 32 : bytes, 1);
	ris_put(room, a->hop.bytes, bytes);
	if (two)
		ris_put(room, a->link_local.bytes, 16);
	ris_put_number(room, 0, 1);
	int count = ris_message_put_prefixes(room, &a->prefixes, family);
	ris_message_length_end(room, at);
	if (count <= 0)
		room->used = before;
	return count;
}

// An UPDATE of one family of the announcement; none where it has none.
static const char *ris_message_put_announced(struct ris_room *room, const struct scan_value of[RIS_MEMBERS],
					     const struct ris_announcement *a, uint8_t family)
{
	bool plain = family == FAMILY_V4 && a->hop.family == FAMILY_V4;
	size_t message = ris_message_begin(room, BGP_UPDATE);
	ris_put_number(room, 0, 2);
	size_t attributes = ris_message_length_begin(room);
	const char *why = ris_message_put_attributes(room, of);
	if (why)
		return why;
	int count = plain ? 0 : ris_message_put_reach(room, a, family);
	if (plain) {
		size_t at = ris_message_attribute_begin(room, FLAG_WELL_KNOWN, BGP_ATTR_NEXT_HOP);
		ris_put(room, a->hop.bytes, 4);
		ris_message_length_end(room, at);
	}
	ris_message_length_end(room, attributes);
	if (plain)
		count = ris_message_put_prefixes(room, &a->prefixes, family);
	ris_message_end(room, message);
	if (count <= 0)
		room->used = message;
	return count < 0 ? "announcements with a prefix that cannot be read" : NULL;
}

// Two announcements of the same prefixes, the second by a link-local next hop, are one with two.
static bool ris_message_same_prefixes(const struct ris_announcement *a, const struct ris_announcement *b)
{
	size_t n = cursor_left(&a->prefixes.text);
	return ris_message_link_local(&b->hop) && n == cursor_left(&b->prefixes.text) &&
	       !memcmp(a->prefixes.text.at, b->prefixes.text.at, n);
}

static const char *ris_message_put_announcements(struct ris_room *room, const struct scan_value of[RIS_MEMBERS])
{
	struct cursor c;
	struct scan_value v;
	struct ris_announcement now, next;
	const char *why = NULL;
	if (!scan_array(&of[RIS_ANNOUNCEMENTS], &c))
		return of[RIS_ANNOUNCEMENTS].type == SCAN_ABSENT ? NULL : "announcements that are no list";
	int got = scan_element(&c, &v);
	bool held = got == 1 && ris_message_announcement_read(&v, &now);
	while (got == 1) {
		if (!held)
			return "an announcement without next_hop and prefixes, or with a next hop that is no address";
		got = scan_element(&c, &v);
		held = got == 1 && ris_message_announcement_read(&v, &next);
		if (held && ris_message_same_prefixes(&now, &next)) {
			now.link_local = next.hop;
			continue;
		}
		why = ris_message_put_announced(room, of, &now, FAMILY_V4);
		why = why ? why : ris_message_put_announced(room, of, &now, FAMILY_V6);
		if (why)
			return why;
		now = next;
	}
	return got == 0 ? NULL : "announcements that break off";
}

const char *ris_update(struct ris_room *room, const struct scan_value of[RIS_MEMBERS])
{
	const char *why = ris_message_put_withdrawals(room, &of[RIS_WITHDRAWALS]);
	return why ? why : ris_message_put_announcements(room, of);
}

const char *ris_notification(struct ris_room *room, const struct scan_value of[RIS_MEMBERS])
{
	static const char *const names[] = {"code", "subcode"};
	static const struct scan_keys keys = {names, 2};
	struct scan_value in[2];
	uint64_t code, subcode;
	if (of[RIS_NOTIFICATION].type != SCAN_OBJECT || scan_object(of[RIS_NOTIFICATION].text, &keys, in) < 0 ||
	    !scan_scaled(&in[0], 0, UINT8_MAX, &code))
		return "a NOTIFICATION without its code";
	if (!scan_scaled(&in[1], 0, UINT8_MAX, &subcode))
		subcode = 0;
	size_t message = ris_message_begin(room, BGP_NOTIFICATION);
	ris_put_number(room, code, 1);
	ris_put_number(room, subcode, 1);
	ris_message_end(room, message);
	return NULL;
}

const char *ris_open(struct ris_room *room, const struct scan_value of[RIS_MEMBERS])
{
	uint64_t asn, hold_s;
	if (!scan_scaled(&of[RIS_ASN], 0, UINT32_MAX, &asn))
		asn = 0;
	if (!scan_scaled(&of[RIS_HOLD_TIME], 0, UINT16_MAX, &hold_s))
		hold_s = 0;
	size_t message = ris_message_begin(room, BGP_OPEN);
	ris_put_number(room, 4, 1);
	ris_put_number(room, asn > UINT16_MAX ? BGP_AS_TRANS : asn, 2);
	ris_put_number(room, hold_s, 2);
	ris_put_number(room, 0, 4); // its identifier is not asked for
	ris_put_number(room, 0, 1);
	ris_message_end(room, message);
	return NULL;
}

const char *ris_keepalive(struct ris_room *room)
{
	ris_message_end(room, ris_message_begin(room, BGP_KEEPALIVE));
	return NULL;
}

static int ris_message_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool ris_raw(struct ris_room *room, const struct scan_value *raw)
{
	struct cursor c = raw->text;
	if (raw->type != SCAN_STRING || !cursor_left(&c) || cursor_left(&c) % 2 || cursor_left(&c) / 2 > RIS_ROOM)
		return false;
	for (; c.at < c.end; c.at += 2) {
		int high = ris_message_digit(c.at[0]), low = ris_message_digit(c.at[1]);
		if (high < 0 || low < 0) {
			room->used = 0;
			return false;
		}
		ris_put_number(room, (uint64_t)(high << 4 | low), 1);
	}
	return true;
}
