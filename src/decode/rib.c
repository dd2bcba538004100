// SPDX-License-Identifier: ISC
// RIB dumps → observations: TABLE_DUMP_V2 with its index of peers, TABLE_DUMP whose peers show up as they come.
#include "base/alloc.h"
#include "base/err.h"
#include "decode/decode_priv.h"

#include <stdlib.h>

// Two index tables in one file belong to one dump (BIRD writes one per table) when they are this close and what
// follows the second is of a family the first had none of.
#define DUMP_JOIN_NS (600 * NS_PER_S)

static struct decode_envelope rib_dump_envelope(const struct decode_source *s, struct instant now)
{
	return (struct decode_envelope){.peer = PEER_NONE, .collector = s->collector, .time = now};
}

static void rib_open(struct decoder *d, struct decode_source *s, const struct decode_envelope *e)
{
	struct decode_envelope none = rib_dump_envelope(s, e->time);
	decode_push(d, OBS_RIB_BEGIN, &none);
	s->rib_open = true;
	s->rib_damaged = false;
	s->index_waits = false;
	s->families = 0;
	s->rib_time = e->time;
	if (s->listed)
		memset(s->listed, 0, s->listed_words * sizeof(*s->listed));
}

void decode_rib_close(struct decoder *d, struct decode_source *s, struct instant now)
{
	if (!s->rib_open)
		return;
	struct decode_envelope none = rib_dump_envelope(s, now);
	decode_push(d, OBS_RIB_END, &none)->flags = s->rib_damaged ? OBS_DAMAGED : 0;
	s->rib_open = false;
	s->index_waits = false;
}

static void rib_push_peers(struct decoder *d, const struct decode_source *s, const struct decode_envelope *e)
{
	struct decode_envelope one = *e;
	for (size_t i = 0; i < s->index_count; i++) {
		one.peer = s->index[i];
		if (one.peer != PEER_NONE)
			decode_push(d, OBS_RIB_PEER, &one);
	}
}

void decode_index(struct decoder *d, struct decode_source *s, struct mrt_record *m, struct decode_envelope *e)
{
	struct mrt_peer_index *index = &m->index;
	struct mrt_peer peer;
	int got = 0;
	free(s->speakers);
	s->speakers = NULL;
	s->index = alloc_resize(s->index, index->count, sizeof(*s->index));
	s->index_count = 0;
	s->has_index = true;
	while ((got = mrt_peer_next(index, &peer)) == 1) {
		struct peer key = {.address = peer.address, .collector = e->collector, .asn = peer.asn};
		bool open = decode_speaker_open(d, peer.asn);
		if (UNLIKELY(open)) {
			if (!s->speakers)
				s->speakers = alloc_zero(index->count + s->index_count + 1u, sizeof(*s->speakers));
			s->speakers[s->index_count] = key;
		}
		s->index[s->index_count++] = open ? PEER_NONE : decode_peer_id(d, &key);
	}
	bool joins = s->rib_open && e->time.ns - s->rib_time.ns <= DUMP_JOIN_NS;
	if (!joins) {
		decode_rib_close(d, s, e->time);
		rib_open(d, s, e);
		rib_push_peers(d, s, e);
	}
	s->index_waits = joins;
	if (got < 0) {
		d->counts.of[DECODE_MALFORMED]++;
		s->rib_damaged = true;
		decode_push_malformed(d, e, (uint32_t)-ERR_MALFORMED);
	}
}

static void rib_index_decide(struct decoder *d, struct decode_source *s, const struct decode_envelope *e,
			     uint8_t family)
{
	if (s->families & family) {
		decode_rib_close(d, s, e->time);
		rib_open(d, s, e);
	}
	s->index_waits = false;
	rib_push_peers(d, s, e);
}

// DOC: an entry whose attributes are bad still says that the peer has the prefix. It is kept, marked damaged:
// a dump must not lose routes to a fault that is only in their attributes.
static void rib_push_entry(struct decoder *d, const struct decode_envelope *e, struct decode_slot *slot,
			   const struct prefix *prefix)
{
	struct bgp_attributes *a = &slot->attributes;
	d->counts.of[DECODE_UNKNOWN_ATTRIBUTE] += a->unknown;
	uint8_t damaged = 0;
	if (UNLIKELY(a->action != BGP_FINE)) {
		if (a->action == BGP_DISCARD)
			d->counts.faults[a->fault]++;
		else
			decode_push_malformed(d, e, a->fault);
		d->counts.of[a->action == BGP_DISCARD ? DECODE_DISCARDED : DECODE_MALFORMED_UPDATE]++;
		damaged = a->action >= BGP_WITHDRAW ? OBS_DAMAGED : 0;
	}
	decode_path(d, a);
	struct obs *o = decode_push(d, OBS_RIB, e);
	o->flags |= d->path_flags | damaged;
	o->prefix = *prefix;
	o->path_id = e->path_id;
	o->path_at = d->path_at;
	o->path_count = d->path_count;
	o->origin = d->origin;
	d->counts.of[DECODE_RIB_ENTRIES]++;
	if (d->options.routes) {
		slot->plain = e->route;
		slot->plain.attributes = a;
		decode_route(d, &slot->plain);
	}
	decode_no_path(d);
}

// The first entry of a speaker whose AS the table left open tells who it is.
static void rib_speaker_settle(struct decoder *d, const struct decode_source *s, const struct mrt_rib_entry *entry,
			       const struct decode_envelope *e)
{
	static const struct bgp_context context = {.as_bytes = 4, .rib_entry = true};
	const struct peer *speaker = &s->speakers[entry->peer];
	struct bgp_attributes a;
	if (!speaker->address.family)
		return;
	bgp_attributes(entry->attributes, &context, &a);
	s->index[entry->peer] = decode_speaker_id(d, speaker, &a);
	struct decode_envelope one = {.peer = s->index[entry->peer], .collector = e->collector, .time = e->time};
	if (one.peer != PEER_NONE)
		decode_push(d, OBS_RIB_PEER, &one);
}

static void rib_take_entry(struct decoder *d, const struct decode_source *s, const struct mrt_rib_entry *entry,
			   const struct mrt_rib *rib, struct decode_envelope *e)
{
	static const struct bgp_context context = {.as_bytes = 4, .rib_entry = true};
	if (UNLIKELY(entry->peer < s->index_count && s->index[entry->peer] == PEER_NONE && s->speakers))
		rib_speaker_settle(d, s, entry, e);
	if (UNLIKELY(entry->peer >= s->index_count || s->index[entry->peer] == PEER_NONE)) {
		d->counts.of[DECODE_BAD_PEER_INDEX]++;
		return;
	}
	e->peer = s->index[entry->peer];
	e->path_id = entry->path_id;
	e->route.originated = entry->originated;
	struct decode_slot *slot = decode_make_room(d);
	bgp_attributes(entry->attributes, &context, &slot->attributes);
	rib_push_entry(d, e, slot, &rib->prefix);
}

void decode_rib(struct decoder *d, struct decode_source *s, struct mrt_record *m, struct decode_envelope *e)
{
	struct mrt_rib *rib = &m->rib;
	uint8_t family = rib->prefix.family == FAMILY_V6 ? 2 : 1;
	if (UNLIKELY(s->index_waits))
		rib_index_decide(d, s, e, family);
	s->families |= family;
	e->flags = rib->add_path ? OBS_ADD_PATH : 0;
	struct mrt_rib_entry entry;
	int got;
	while ((got = mrt_rib_entry_next(rib, &entry)) == 1)
		rib_take_entry(d, s, &entry, rib, e);
	if (UNLIKELY(got < 0)) {
		d->counts.of[DECODE_MALFORMED]++;
		s->rib_damaged = true;
		e->peer = PEER_NONE;
		decode_push_malformed(d, e, (uint32_t)-ERR_MALFORMED);
	}
}

static void rib_list_peer(struct decoder *d, struct decode_source *s, const struct decode_envelope *e)
{
	size_t word = e->peer / 64;
	uint64_t bit = 1ULL << e->peer % 64;
	if (word >= s->listed_words) {
		size_t wanted = word + 16;
		s->listed = alloc_resize(s->listed, wanted, sizeof(*s->listed));
		memset(s->listed + s->listed_words, 0, (wanted - s->listed_words) * sizeof(*s->listed));
		s->listed_words = wanted;
	}
	if (s->listed[word] & bit)
		return;
	s->listed[word] |= bit;
	decode_push(d, OBS_RIB_PEER, e);
}

// BGP4MP_ENTRY tells the next hop beside the attributes, which may leave it out.
static void rib_next_hop(const struct mrt_table_dump *dump, struct bgp_attributes *a)
{
	if (bgp_has(a, BGP_ATTR_NEXT_HOP) || bgp_has(a, BGP_ATTR_MP_REACH))
		return;
	if (dump->next_hop_length == 4) {
		memcpy(a->next_hop, dump->next_hop, 4);
		a->present |= 1ULL << BGP_ATTR_NEXT_HOP;
		return;
	}
	memcpy(a->reach.next_hop, dump->next_hop, sizeof(dump->next_hop));
	a->reach.next_hop_length = sizeof(dump->next_hop);
	a->present |= 1ULL << BGP_ATTR_MP_REACH;
}

static void rib_take_dump(struct decoder *d, struct decode_source *s, const struct mrt_table_dump *dump,
			  struct decode_envelope *e)
{
	static const struct bgp_context context = {.as_bytes = 2, .rib_entry = true};
	static const struct bgp_context wide = {.as_bytes = 4, .rib_entry = true};
	struct peer key = {.address = dump->peer, .collector = e->collector, .asn = dump->peer_asn};
	struct decode_slot *slot = decode_make_room(d);
	bgp_attributes(dump->attributes, &context, &slot->attributes);
	if (UNLIKELY(slot->attributes.fault == BGP_FAULT_AS_PATH)) { // a writer of AS numbers of four bytes
		struct bgp_attributes other;
		bgp_attributes(dump->attributes, &wide, &other);
		if (other.action < BGP_WITHDRAW)
			slot->attributes = other;
	}
	if (UNLIKELY(dump->next_hop_length))
		rib_next_hop(dump, &slot->attributes);
	e->peer = decode_speaker_id(d, &key, &slot->attributes);
	if (e->peer == PEER_NONE) {
		d->counts.of[DECODE_BAD_PEER_INDEX]++;
		return;
	}
	if (!s->rib_open)
		rib_open(d, s, e);
	rib_list_peer(d, s, e);
	e->route.originated = dump->originated;
	rib_push_entry(d, e, slot, &dump->prefix);
}

void decode_table_dump(struct decoder *d, struct decode_source *s, struct mrt_record *m, struct decode_envelope *e)
{
	int got = 1;
	for (; got == 1; got = mrt_table_dump_next(&m->dump))
		rib_take_dump(d, s, &m->dump, e);
	if (UNLIKELY(got < 0)) {
		d->counts.of[DECODE_MALFORMED]++;
		s->rib_damaged = true;
		e->peer = PEER_NONE;
		decode_push_malformed(d, e, (uint32_t)-ERR_MALFORMED);
	}
}
