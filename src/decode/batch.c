// SPDX-License-Identifier: ISC
// The batch at work, the AS paths in its words, and the way to the sink.
#include "base/alloc.h"
#include "base/must.h"
#include "decode/decode_priv.h"

// Hands the batch on. The path at work moves to the front of the words, since more observations may share it.
static void batch_deliver(struct decoder *d)
{
	struct batch_room *b = &d->batch;
	if ((b->count || b->name_count) && !d->error) {
		struct batch view = batch_room_view(b);
		int answer = d->out.take(d->out.context, &view);
		d->error = answer < 0 ? answer : 0;
	}
	batch_room_clear(b);
	if (d->path_count)
		memmove(b->words, b->words + d->path_at, d->path_count * sizeof(*b->words));
	d->path_at = 0;
	b->word_count = d->path_count;
}

int decoder_flush(struct decoder *d)
{
	decode_no_path(d);
	batch_deliver(d);
	d->slot_count = 0;
	return d->error;
}

void decode_record_end(struct decoder *d)
{
	if (d->options.routes)
		(void)decoder_flush(d);
}

struct decode_slot *decode_make_room(struct decoder *d)
{
	if (UNLIKELY(d->batch.count == BATCH_MAX || ARENA_ASNS - d->batch.word_count < ASPATH_MAX ||
		     d->slot_count == SLOTS_MAX))
		(void)decoder_flush(d);
	return d->options.routes ? &d->slots[d->slot_count++] : &d->slots[0];
}

struct obs *decode_push(struct decoder *d, uint8_t kind, const struct decode_envelope *e)
{
	must(kind < OBS_KIND_COUNT);
	if (UNLIKELY(d->batch.count == BATCH_MAX))
		batch_deliver(d);
	if (UNLIKELY(d->batch.routes != NULL))
		d->batch.routes[d->batch.count] = NULL;
	struct obs *o = &d->batch.obs[d->batch.count++];
	*o = (struct obs){.time = e->time, .peer = e->peer, .kind = kind, .flags = e->flags, .collector = e->collector};
	return o;
}

void decode_push_malformed(struct decoder *d, const struct decode_envelope *e, uint32_t fault)
{
	if (fault < BGP_FAULT_COUNT)
		d->counts.faults[fault]++;
	decode_push(d, OBS_MALFORMED, e)->fault = fault;
}

void decode_no_path(struct decoder *d)
{
	d->path_at = 0;
	d->path_count = 0;
	d->path_flags = 0;
	d->origin = 0;
}

// Sets, confederations, AS4_PATH and AS_TRANS: the general way.
static void batch_path_flatten(struct decoder *d, const struct bgp_attributes *a)
{
	aspath_flatten(a, &d->flat);
	memcpy(d->batch.words + d->path_at, d->flat.asns, d->flat.count * sizeof(*d->flat.asns));
	d->path_count = d->flat.count;
	d->path_flags = d->flat.ends_in_set ? OBS_ORIGIN_SET : 0;
	d->origin = aspath_origin(a);
}

// DOC: nearly every path is one AS_SEQUENCE of 4-byte numbers: those are turned round in place, without the
// detour over struct aspath. decode_make_room has been called before.
void decode_path(struct decoder *d, const struct bgp_attributes *a)
{
	const uint8_t *at = a->as_path.at;
	size_t left = cursor_left(&a->as_path);
	decode_no_path(d);
	d->path_at = (uint32_t)d->batch.word_count;
	if (left < 2)
		return;
	size_t n = at[1];
	if (at[0] != ASPATH_SEQUENCE || a->as_bytes != 4 || left != 2 + 4 * n || cursor_left(&a->as4_path)) {
		batch_path_flatten(d, a);
	} else {
		uint32_t *to = d->batch.words + d->path_at;
		for (size_t i = 0; i < n; i++) {
			uint32_t v;
			memcpy(&v, at + 2 + 4 * i, sizeof(v));
			to[i] = __builtin_bswap32(v);
		}
		d->path_count = (uint16_t)n;
		d->origin = n ? to[n - 1] : 0;
	}
	d->batch.word_count += d->path_count;
}

static bool batch_same_peer(const struct peer *a, const struct peer *b)
{
	return a->asn == b->asn && a->collector == b->collector && a->view == b->view && a->instance == b->instance &&
	       a->router == b->router && addr_equal(&a->address, &b->address);
}

// A route server is not in its paths: then its AS stays open.
static uint32_t __attribute__((noinline))
batch_open_speaker_id(struct decoder *d, const struct peer *peer, const struct bgp_attributes *a)
{
	struct peer named = *peer;
	uint32_t known = decode_find_speaker(d->names, peer);
	if (known != PEER_NONE)
		return known;
	if (a) {
		aspath_flatten(a, &d->flat);
		if (d->flat.count && !decode_asn_open(d->flat.asns[0]))
			named.asn = d->flat.asns[0];
	}
	return decode_peer_id(d, &named);
}

uint32_t decode_speaker_id(struct decoder *d, const struct peer *peer, const struct bgp_attributes *a)
{
	if (LIKELY(!decode_speaker_open(d, peer->asn)))
		return decode_peer_id(d, peer);
	return batch_open_speaker_id(d, peer, a);
}

uint32_t decode_peer_id(struct decoder *d, const struct peer *peer)
{
	must(peer);
	uint64_t words[2];
	memcpy(words, peer->address.bytes, sizeof(words));
	uint64_t h = (words[0] ^ words[1] * 0x9e3779b97f4a7c15ULL ^ peer->asn ^ (uint64_t)peer->collector << 32 ^
		      peer->instance ^ (uint64_t)peer->router << 48) *
		     0xff51afd7ed558ccdULL;
	struct decode_cached *slot = &d->cache[h >> 56];
	if (LIKELY(slot->used && batch_same_peer(&slot->peer, peer)))
		return slot->id;
	uint32_t id = decode_name_peer(d->names, peer);
	*slot = (struct decode_cached){*peer, id, true};
	d->counts.of[DECODE_PEERS_OVER] += id == PEER_NONE;
	if (id != PEER_NONE && id >= d->known_count) {
		size_t wanted = (id + 64u) & ~63u;
		wanted = wanted > id ? wanted : id + 1u;
		d->known = alloc_resize(d->known, wanted, sizeof(*d->known));
		memset(d->known + d->known_count, 0, (wanted - d->known_count) * sizeof(*d->known));
		d->known_count = wanted;
	}
	return id;
}
