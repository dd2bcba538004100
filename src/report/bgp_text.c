// SPDX-License-Identifier: ISC
// The writer of routes: what all formats share. Formats numbers and addresses itself, since a table of a million
// prefixes and ten peers is nine million lines.
#include "report/bgp_text.h"

#include "base/alloc.h"
#include "report/bgp_text_priv.h"

#include <stdlib.h>

struct bgp_writer *bgp_writer_create(enum bgp_format format, const struct peer_table *peers)
{
	struct bgp_writer *w = alloc_zero(1, sizeof(*w));
	w->format = format;
	w->peers = peers;
	return w;
}

void bgp_writer_free(struct bgp_writer *w)
{
	if (!w)
		return;
	text_free(&w->out);
	free(w->known);
	free(w);
}

struct text *bgp_writer_text(struct bgp_writer *w)
{
	return &w->out;
}

void bgp_writer_batch(struct bgp_writer *w)
{
	w->route = NULL;
}

void bgp_writer_put(struct bgp_writer *w, const struct batch *b, size_t i)
{
	const struct obs *o = &b->obs[i];
	w->of = batch_route(b, i);
	w->path = batch_path(b, o);
	switch (w->format) {
	case BGP_FORMAT_DUMP:
		bgp_dump_put(w, o);
		break;
	case BGP_FORMAT_READER:
		bgp_reader_put(w, o);
		break;
	case BGP_FORMAT_JSON:
		bgp_json_put(w, o);
		break;
	}
}

static const char bgp_text_pairs[] =
	"00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

static unsigned bgp_text_digits_of(uint32_t v)
{
	if (v < 10000)
		return v < 100 ? (v < 10 ? 1 : 2) : (v < 1000 ? 3 : 4);
	if (v < 1000000)
		return v < 100000 ? 5 : 6;
	return v < 100000000 ? (v < 10000000 ? 7 : 8) : (v < 1000000000 ? 9 : 10);
}

char *bgp_put_number(char *at, uint32_t value)
{
	char *end = at + bgp_text_digits_of(value), *to = end;
	while (value >= 100) {
		to -= 2;
		memcpy(to, bgp_text_pairs + 2 * (value % 100), 2);
		value /= 100;
	}
	if (value >= 10)
		memcpy(at, bgp_text_pairs + 2 * value, 2);
	else
		*at = (char)('0' + value);
	return end;
}

char *bgp_put_six(char *at, uint32_t microseconds)
{
	memcpy(at, bgp_text_pairs + 2 * (microseconds / 10000 % 100), 2);
	memcpy(at + 2, bgp_text_pairs + 2 * (microseconds / 100 % 100), 2);
	memcpy(at + 4, bgp_text_pairs + 2 * (microseconds % 100), 2);
	return at + 6;
}

char *bgp_put_v4(char *at, const uint8_t bytes[4])
{
	for (int i = 0; i < 4; i++) {
		if (i)
			*at++ = '.';
		at = bgp_put_number(at, bytes[i]);
	}
	return at;
}

static char *bgp_text_put_hex(char *at, unsigned group)
{
	static const char digit[] = "0123456789abcdef";
	bool begun = false;
	for (int shift = 12; shift >= 0; shift -= 4) {
		unsigned nibble = group >> shift & 15;
		begun = begun || nibble || !shift;
		if (begun)
			*at++ = digit[nibble];
	}
	return at;
}

// The longest run of at least `least` zero groups, the first of equals; its length is 0 when there is none.
static unsigned bgp_text_zero_run(const unsigned groups[8], unsigned least, unsigned *ret_start)
{
	unsigned best = least - 1, start = 8, run = 0;
	for (unsigned i = 0; i < 8; i++) {
		run = groups[i] ? 0 : run + 1;
		if (run > best) {
			best = run;
			start = i + 1 - run;
		}
	}
	*ret_start = start;
	return start < 8 ? best : 0;
}

// ::1.2.3.4 and ::ffff:1.2.3.4 end in the dotted form; with bgpdump all below ::/96 but ::1 does.
static bool bgp_text_dotted(const unsigned groups[8], unsigned run, bool bgpdump)
{
	return run == 6 || (run == 5 && groups[5] == 0xffff) || (bgpdump && run == 7 && groups[7] != 1);
}

char *bgp_put_v6(const struct bgp_writer *w, char *at, const uint8_t bytes[16])
{
	unsigned groups[8], start;
	bool bgpdump = w->format == BGP_FORMAT_DUMP;
	for (int i = 0; i < 8; i++)
		groups[i] = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
	unsigned run = bgp_text_zero_run(groups, bgpdump ? 1 : 2, &start);
	unsigned end = start == 0 && bgp_text_dotted(groups, run, bgpdump) ? 6 : 8;
	for (unsigned i = 0; i < end; i++) {
		if (i == start) {
			*at++ = ':';
			i += run - 1;
			if (i + 1 >= end)
				*at++ = ':';
			continue;
		}
		if (i)
			*at++ = ':';
		at = bgp_text_put_hex(at, groups[i]);
	}
	if (end == 8)
		return at;
	if (at[-1] != ':')
		*at++ = ':';
	return bgp_put_v4(at, bytes + 12);
}

char *bgp_put_addr(const struct bgp_writer *w, char *at, const struct addr *a)
{
	return a->family == FAMILY_V6 ? bgp_put_v6(w, at, a->bytes) : bgp_put_v4(at, a->bytes);
}

char *bgp_put_prefix(struct bgp_writer *w, char *at, const struct prefix *p)
{
	if (!w->prefix_length || !prefix_equal(p, &w->prefix)) {
		char *to = w->prefix_text;
		to = p->family == FAMILY_V6 ? bgp_put_v6(w, to, p->bytes) : bgp_put_v4(to, p->bytes);
		*to++ = '/';
		to = bgp_put_number(to, p->length);
		w->prefix_length = (uint8_t)(to - w->prefix_text);
		w->prefix = *p;
	}
	memcpy(at, w->prefix_text, PREFIX_TEXT);
	return at + w->prefix_length;
}

static void bgp_text_peer_make(const struct bgp_writer *w, struct peer_text *text, uint32_t id)
{
	static const struct peer nobody = {.address = {.family = FAMILY_V4}};
	const struct peer *peer = peer_at(w->peers, id);
	char *to = text->bytes;
	peer = peer ? peer : &nobody;
	if (w->format == BGP_FORMAT_READER) {
		to = bgp_put_number(to, peer->asn);
		*to++ = '|';
		to = bgp_put_addr(w, to, &peer->address);
	} else {
		to = bgp_put_addr(w, to, &peer->address);
		*to++ = '|';
		to = bgp_put_number(to, peer->asn);
	}
	*to++ = '|';
	text->length = (uint8_t)(to - text->bytes);
}

char *bgp_put_peer(struct bgp_writer *w, char *at, uint32_t id)
{
	struct peer_text none = {0}, *text = &none;
	if (id < PEERS_MAX) {
		if (UNLIKELY(id >= w->known_count)) {
			size_t wanted = (size_t)id + 64;
			w->known = alloc_resize(w->known, wanted, sizeof(*w->known));
			memset(w->known + w->known_count, 0, (wanted - w->known_count) * sizeof(*w->known));
			w->known_count = wanted;
		}
		text = &w->known[id];
	}
	if (UNLIKELY(!text->length))
		bgp_text_peer_make(w, text, id);
	memcpy(at, text->bytes, PEER_TEXT);
	return at + text->length;
}

char *bgp_put_seconds(struct bgp_writer *w, char *at, uint32_t seconds)
{
	if (!w->seconds_length || w->seconds != seconds) {
		w->seconds = seconds;
		w->seconds_length = (uint8_t)(bgp_put_number(w->seconds_text, seconds) - w->seconds_text);
	}
	memcpy(at, w->seconds_text, sizeof(w->seconds_text));
	return at + w->seconds_length;
}

static char *bgp_text_put_segment(char *at, struct aspath_segment *segment)
{
	static const char open[] = {0, '{', 0, '(', '['}, close[] = {0, '}', 0, ')', ']'};
	bool set = segment->type == ASPATH_SET || segment->type == ASPATH_CONFED_SET;
	uint32_t asn;
	if (open[segment->type])
		*at++ = open[segment->type];
	for (bool first = true; aspath_asn(segment, &asn); first = false) {
		if (!first)
			*at++ = set ? ',' : ' ';
		at = bgp_put_number(at, asn);
	}
	if (close[segment->type])
		*at++ = close[segment->type];
	return at;
}

static void bgp_text_path_walk(struct text *t, const struct bgp_attributes *a)
{
	struct aspath_walk walk;
	struct aspath_segment segment;
	bool first = true;
	aspath_walk_begin(a, &walk);
	while (aspath_walk_next(&walk, &segment)) {
		char *at = bgp_text_room(t, segment.count * 11u + 3);
		if (!first)
			*at++ = ' ';
		bgp_text_end(t, bgp_text_put_segment(at, &segment));
		first = false;
	}
}

// One plain sequence is what the observation's own list holds already.
void bgp_text_path(struct bgp_writer *w, const struct obs *o)
{
	struct text *t = &w->out;
	const struct bgp_attributes *a = w->of->attributes;
	size_t left = cursor_left(&a->as_path);
	bool plain = left >= 2 && a->as_path.at[0] == ASPATH_SEQUENCE &&
		     left == 2 + (size_t)a->as_path.at[1] * a->as_bytes && !cursor_left(&a->as4_path) &&
		     a->as_path.at[1] == o->path_count;
	if (!plain) {
		bgp_text_path_walk(t, a);
		return;
	}
	char *at = bgp_text_room(t, o->path_count * 11u + 1);
	for (size_t i = 0; i < o->path_count; i++) {
		if (i)
			*at++ = ' ';
		at = bgp_put_number(at, w->path[i]);
	}
	bgp_text_end(t, at);
}

static const char *bgp_text_community_name(uint32_t value)
{
	switch (value) {
	case 0xffffff01:
		return "no-export";
	case 0xffffff02:
		return "no-advertise";
	case 0xffffff03:
		return "local-AS";
	default:
		return NULL;
	}
}

void bgp_text_communities(struct text *t, struct cursor list, bool names)
{
	char *at = bgp_text_room(t, cursor_left(&list) / 4 * 13 + 1);
	uint32_t value;
	for (bool first = true; cursor_u32(&list, &value); first = false) {
		if (!first)
			*at++ = ' ';
		const char *name = names && value >= 0xffffff01 ? bgp_text_community_name(value) : NULL;
		if (name) {
			at = bgp_put(at, name);
			continue;
		}
		at = bgp_put_number(at, value >> 16);
		*at++ = ':';
		at = bgp_put_number(at, value & 0xffff);
	}
	bgp_text_end(t, at);
}

struct bgp_next_hop bgp_route_next_hop(const struct bgp_writer *w, const struct obs *o)
{
	const struct bgp_attributes *a = w->of->attributes;
	struct bgp_next_hop hop = {0};
	bool mp = w->of->from_mp || o->kind == OBS_RIB;
	if (mp && bgp_has(a, BGP_ATTR_MP_REACH) && a->reach.next_hop_length >= 4) {
		hop.length = a->reach.next_hop_length >= 16 ? 16 : 4;
		memcpy(hop.bytes, a->reach.next_hop, hop.length);
	} else if (bgp_has(a, BGP_ATTR_NEXT_HOP)) {
		hop.length = 4;
		memcpy(hop.bytes, a->next_hop, 4);
	}
	return hop;
}

char *bgp_put_next_hop(const struct bgp_writer *w, char *at, const struct bgp_next_hop *hop)
{
	return hop->length == 16 ? bgp_put_v6(w, at, hop->bytes) : bgp_put_v4(at, hop->bytes);
}

bool bgp_route_aggregator(const struct bgp_attributes *a, uint32_t *ret_asn, const uint8_t **ret_address)
{
	if (!bgp_has(a, BGP_ATTR_AGGREGATOR))
		return false;
	bool wide = bgp_has(a, BGP_ATTR_AS4_AGGREGATOR) && a->aggregator_asn == BGP_AS_TRANS;
	*ret_asn = wide ? a->as4_aggregator_asn : a->aggregator_asn;
	*ret_address = wide ? a->as4_aggregator_address : a->aggregator_address;
	return true;
}

// What stands behind the prefix is the same for all routes of a message: made once, then copied.
void bgp_text_tail(struct bgp_writer *w, const struct obs *o, void (*make)(struct bgp_writer *w, const struct obs *o))
{
	struct text *t = &w->out;
	if (w->route == w->of) {
		char *at = bgp_text_room(t, w->tail_length);
		memcpy(at, t->bytes + w->tail_at, w->tail_length);
		bgp_text_end(t, at + w->tail_length);
		return;
	}
	w->tail_at = t->length;
	make(w, o);
	w->tail_length = t->length - w->tail_at;
	w->route = w->of;
}
