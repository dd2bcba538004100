// SPDX-License-Identifier: ISC
// Drivers of the decoders for fuzzing, truncations and mutations; see drive.h.
#include "drive.h"

#include "base/err.h"
#include "wire/aspath.h"
#include "wire/bgp.h"
#include "wire/bmp.h"
#include "wire/mrt.h"

#include <stdio.h>
#include <stdlib.h>

#define REQUIRE(what) ((what) ? (void)0 : fail(__func__, __LINE__, #what))

static _Noreturn void fail(const char *function, int line, const char *what)
{
	fprintf(stderr, "%s, line %d: not so: %s\n", function, line, what);
	abort();
}

// Whether a cursor the decoder made lies in the bytes it was given; an empty one may lie nowhere.
static bool inside(const struct cursor *part, const struct cursor *whole)
{
	if (!part->at)
		return !part->end;
	return whole->at <= part->at && part->at <= part->end && part->end <= whole->end;
}

static void drive_nlri(struct cursor c, uint16_t afi, bool add_path)
{
	bool valid = bgp_nlri_valid(c, afi, add_path);
	struct prefix prefix, masked;
	uint32_t path_id;
	int got;
	for (;;) {
		const uint8_t *before = c.at;
		got = bgp_nlri_next(&c, afi, add_path, &prefix, &path_id);
		if (got != 1)
			break;
		REQUIRE(c.at > before && c.at <= c.end);
		REQUIRE(prefix.length <= family_bits(prefix.family) && (add_path || !path_id));
		masked = prefix;
		prefix_mask(&masked);
		REQUIRE(prefix_equal(&masked, &prefix));
	}
	REQUIRE(got == 0 || got == ERR_MALFORMED);
	REQUIRE(afi == BGP_AFI_IPV4 || afi == BGP_AFI_IPV6 ? valid == (got == 0) : !valid);
}

// The flat path, the walk and the origin must tell the same story.
static void drive_path(const struct bgp_attributes *a)
{
	static struct aspath flat;
	struct aspath_walk walk;
	struct aspath_segment segment;
	unsigned seen = 0;
	uint32_t asn;
	aspath_flatten(a, &flat);
	REQUIRE(flat.count <= ASPATH_MAX);
	aspath_walk_begin(a, &walk);
	while (aspath_walk_next(&walk, &segment)) {
		REQUIRE(segment.count && cursor_left(&segment.asns) == (size_t)segment.count * segment.as_bytes);
		while (aspath_asn(&segment, &asn)) {
			REQUIRE(seen >= ASPATH_MAX || (seen < flat.count && flat.asns[seen] == asn));
			seen++;
		}
	}
	REQUIRE(flat.truncated == (seen > ASPATH_MAX) && (flat.truncated || seen == flat.count));
	if (!flat.count || flat.ends_in_set)
		REQUIRE(aspath_origin(a) == 0);
	else if (!flat.truncated)
		REQUIRE(aspath_origin(a) == flat.asns[flat.count - 1]);
}

static void drive_mp(const struct bgp_mp *mp, const struct cursor *block)
{
	REQUIRE(inside(&mp->nlri, block) && mp->next_hop_length <= sizeof(mp->next_hop));
	drive_nlri(mp->nlri, mp->afi, false);
	drive_nlri(mp->nlri, mp->afi, true);
}

static void drive_attributes(struct cursor block, const struct bgp_context *context, struct bgp_attributes *a)
{
	bgp_attributes(block, context, a);
	REQUIRE((a->action == BGP_FINE) == (a->fault == BGP_FAULT_NONE));
	REQUIRE(a->action <= BGP_RESET && (unsigned)a->fault < BGP_FAULT_COUNT && bgp_fault_name(a->fault));
	REQUIRE(inside(&a->as_path, &block) && inside(&a->as4_path, &block) && inside(&a->communities, &block));
	REQUIRE(inside(&a->ext_communities, &block) && inside(&a->large_communities, &block));
	REQUIRE(cursor_left(&a->communities) % 4 == 0 && cursor_left(&a->large_communities) % 12 == 0);
	REQUIRE(cursor_left(&a->ext_communities) % 8 == 0 && a->origin <= 2);
	REQUIRE(a->as_bytes == context->as_bytes);
	drive_mp(&a->reach, &block);
	drive_mp(&a->unreach, &block);
	drive_path(a);
	struct bgp_attributes copy = *a;
	bgp_mandatory(&copy, true, true);
	REQUIRE(copy.action >= a->action && (a->fault == BGP_FAULT_NONE || copy.fault == a->fault));
}

static const struct bgp_context contexts[] = {
	{.as_bytes = 4},
	{.as_bytes = 2},
	{.as_bytes = 4, .add_path = true},
	{.as_bytes = 2, .add_path = true},
	{.as_bytes = 4, .rib_entry = true},
	{.as_bytes = 2, .rib_entry = true},
};

static void drive_block(struct cursor block)
{
	struct bgp_attributes a;
	for (size_t i = 0; i < ARRAY_LEN(contexts); i++)
		drive_attributes(block, &contexts[i], &a);
}

void drive_update(struct cursor c)
{
	struct bgp_update u;
	struct bgp_attributes a;
	int got = bgp_update(c, &u);
	REQUIRE(got == 1 || got == ERR_MALFORMED);
	drive_block(c); // the bytes as attributes of their own: the deeper part
	if (got != 1)
		return;
	REQUIRE(inside(&u.withdrawn, &c) && inside(&u.attributes, &c) && inside(&u.announced, &c));
	REQUIRE(cursor_left(&u.withdrawn) + cursor_left(&u.attributes) + cursor_left(&u.announced) + 4 ==
		cursor_left(&c));
	for (int add_path = 0; add_path < 2; add_path++) {
		drive_nlri(u.withdrawn, BGP_AFI_IPV4, add_path);
		drive_nlri(u.announced, BGP_AFI_IPV4, add_path);
	}
	for (size_t i = 0; i < ARRAY_LEN(contexts); i++) {
		drive_attributes(u.attributes, &contexts[i], &a);
		if (bgp_end_of_rib(&u, &a))
			REQUIRE(!cursor_left(&u.withdrawn) && !cursor_left(&u.announced) &&
				!cursor_left(&a.unreach.nlri));
	}
}

static void drive_notification(struct cursor c)
{
	struct bgp_notification n;
	int got = bgp_notification(c, &n);
	REQUIRE(got == 1 || (got == ERR_MALFORMED && cursor_left(&c) < 2));
	if (got != 1)
		return;
	REQUIRE(inside(&n.data, &c) && inside(&n.shutdown_text, &c) && cursor_left(&n.shutdown_text) < 256);
	REQUIRE(bgp_notification_name(n.code) && bgp_notification_subcode_name(n.code, n.subcode));
}

void drive_session(struct cursor c)
{
	struct bgp_open o;
	int got = bgp_open(c, &o);
	REQUIRE(got == 1 || got == ERR_MALFORMED);
	if (got == 1)
		REQUIRE(o.add_path_v4 < 4 && o.add_path_v6 < 4);
	drive_notification(c);
}

// First byte: bit 0 the width of AS_PATH, the rest how many bytes of the input are AS4_PATH.
void drive_aspath(struct cursor c)
{
	struct bgp_attributes a = {0};
	uint8_t choice;
	if (!cursor_u8(&c, &choice))
		return;
	a.as_bytes = choice & 1 ? 4 : 2;
	if (!cursor_sub(&c, choice >> 1, &a.as4_path))
		a.as4_path = (struct cursor){0};
	a.as_path = c;
	drive_path(&a);
	struct aspath_segment segment;
	int got;
	while ((got = aspath_next(&c, a.as_bytes, &segment)) == 1)
		REQUIRE(segment.count && inside(&segment.asns, &a.as_path));
	REQUIRE(aspath_valid(a.as_path, a.as_bytes) == (got == 0));
}

void drive_message(struct cursor c)
{
	struct bgp_message m;
	struct cursor at = c;
	while (bgp_message(&at, &m) == 1) {
		REQUIRE(inside(&m.body, &c) && m.body.end == at.at && m.length >= BGP_HEADER_BYTES);
		if (m.type == BGP_UPDATE)
			drive_update(m.body);
		else
			drive_session(m.body);
	}
}

static void drive_index(struct mrt_peer_index index)
{
	struct mrt_peer peer;
	unsigned count = index.count, seen = 0;
	int got;
	while ((got = mrt_peer_next(&index, &peer)) == 1) {
		REQUIRE(peer.address.family == FAMILY_V4 || peer.address.family == FAMILY_V6);
		seen++;
	}
	REQUIRE(got < 0 ? seen < count : seen == count);
}

static void drive_rib(struct mrt_rib rib, const struct cursor *body)
{
	struct mrt_rib_entry entry;
	struct prefix masked = rib.prefix;
	unsigned count = rib.count, seen = 0;
	int got;
	if (masked.family) {
		prefix_mask(&masked);
		REQUIRE(prefix_equal(&masked, &rib.prefix) && rib.prefix.length <= family_bits(rib.prefix.family));
	}
	while ((got = mrt_rib_entry_next(&rib, &entry)) == 1) {
		REQUIRE(inside(&entry.attributes, body));
		drive_block(entry.attributes);
		seen++;
	}
	REQUIRE(got < 0 ? seen < count : seen == count);
}

static void drive_record(const struct mrt_header *h, struct cursor body)
{
	struct mrt_record r;
	int got = mrt_record(h, body, &r);
	REQUIRE(got == 1 || got == ERR_MALFORMED || got == ERR_UNSUPPORTED);
	REQUIRE(mrt_type_name(h->type));
	if (got != 1)
		return;
	REQUIRE(r.microseconds < 1000000 && r.header.length == h->length);
	switch (r.kind) {
	case MRT_PEER_INDEX:
		drive_index(r.index);
		break;
	case MRT_RIB:
		REQUIRE(r.rib.safi == BGP_SAFI_UNICAST);
		drive_rib(r.rib, &body);
		break;
	case MRT_RIB_OTHER:
		drive_rib(r.rib, &body);
		break;
	case MRT_TABLE_DUMP:
		REQUIRE(inside(&r.dump.attributes, &body));
		drive_block(r.dump.attributes);
		break;
	case MRT_MESSAGE:
		REQUIRE(inside(&r.message.bgp, &body));
		drive_message(r.message.bgp);
		break;
	case MRT_STATE:
		break;
	case MRT_KIND_COUNT:
	default:
		fail(__func__, __LINE__, "one of the kinds");
	}
}

void drive_mrt(struct cursor c)
{
	struct mrt_header h;
	struct cursor body;
	while (mrt_header(&c, &h) == 1) {
		(void)mrt_header_plausible(&h);
		// What is left of a record is decoded too, as if its length had said so.
		if (!cursor_sub(&c, h.length, &body)) {
			body = c;
			c.at = c.end;
		}
		drive_record(&h, body);
	}
}

static void drive_statistics(const struct bmp_message *m)
{
	struct bmp_statistic s;
	struct cursor c;
	uint32_t count;
	if (bmp_statistics_begin(m, &c, &count) == 1)
		while (bmp_statistic_next(&c, &s) == 1)
			REQUIRE(inside(&s.raw, &m->body) && inside(&c, &m->body));
}

static void drive_bmp_message(const struct bmp_message *m)
{
	struct bmp_peer_up up;
	struct bmp_peer_down down;
	REQUIRE(bmp_type_name(m->type) && (unsigned)m->peer.view < BMP_VIEW_COUNT && bmp_view_name(m->peer.view));
	if (bmp_peer_up(m, &up) == 1)
		REQUIRE(m->type == BMP_PEER_UP && inside(&up.information, &m->body));
	if (bmp_peer_down(m, &down) == 1) {
		REQUIRE(m->type == BMP_PEER_DOWN && inside(&down.information, &m->body));
		REQUIRE(inside(&down.notification.data, &m->body) && bmp_down_reason_name(down.reason));
	}
	drive_statistics(m);
	if (m->type == BMP_ROUTE_MONITORING || m->type == BMP_ROUTE_MIRRORING)
		drive_message(m->body);
}

void drive_bmp(struct cursor c)
{
	struct bmp_message m;
	struct cursor at = c;
	for (;;) {
		const uint8_t *before = at.at;
		if (cursor_left(&at) >= BMP_HEADER_BYTES)
			(void)bmp_header_plausible(at);
		int got = bmp_message(&at, &m);
		REQUIRE(got == 1 || got == 0 || got == ERR_MALFORMED || got == ERR_UNSUPPORTED);
		REQUIRE(got == 1 ? at.at == before + m.length && at.at <= c.end : at.at == before);
		if (got != 1)
			break;
		REQUIRE(inside(&m.body, &c) && m.body.end == at.at);
		drive_bmp_message(&m);
	}
}
