// SPDX-License-Identifier: ISC
// See heard.h.
#include "heard.h"

#include "base/alloc.h"

static int keep(void *context, const struct batch *b)
{
	struct heard *h = context;
	h->batches++;
	for (size_t i = 0; i < b->count; i++) {
		assert_true(h->count < HEARD_MAX);
		struct obs *o = &h->of[h->count];
		*o = b->obs[i];
		size_t kept = o->path_count < HEARD_PATH ? o->path_count : HEARD_PATH;
		assert_true((size_t)o->path_at + o->path_count <= b->word_count);
		if (kept)
			memcpy(h->paths[h->count], batch_path(b, o), kept * sizeof(*b->words));
		h->routed[h->count] = batch_route(b, i) != NULL;
		h->count++;
	}
	return h->answer;
}

struct heard *heard_begin(const struct decode_options *options)
{
	struct heard *h = alloc_zero(1, sizeof(*h));
	h->peers = peer_table_create();
	h->registry = registry_create(&(struct registry_options){.peers = h->peers, .out = {keep, h}});
	h->decoder = decoder_create(options, registry_sender(h->registry));
	return h;
}

void heard_end(struct heard *h)
{
	decoder_free(h->decoder);
	registry_free(h->registry);
	peer_table_free(h->peers);
	free(h);
}

void heard_record(struct heard *h, const struct record *r)
{
	h->count = 0;
	assert_int_equal(decoder_take(h->decoder, r), 0);
	assert_int_equal(decoder_flush(h->decoder), 0);
}

void heard_mrt(struct heard *h, uint32_t source, unsigned type, unsigned subtype, const char *body)
{
	static struct packet whole, inner;
	inner.length = whole.length = 0;
	packet_hex(&inner, body);
	packet_u32(&whole, 1000);
	packet_u16(&whole, type);
	packet_u16(&whole, subtype);
	packet_u32(&whole, (uint32_t)inner.length);
	packet_bytes(&whole, &inner);
	struct record r = {.kind = RECORD_MRT, .source = source, .time = instant_of(1000, 0)};
	r.bytes = packet_guarded(whole.bytes, whole.length);
	heard_record(h, &r);
}

void heard_end_source(struct heard *h, uint32_t source)
{
	heard_record(h, &(struct record){.kind = RECORD_SOURCE_END, .source = source, .time = instant_of(2000, 0)});
}

const char *heard_kinds(const struct heard *h)
{
	static const char letters[OBS_KIND_COUNT] = {
		[OBS_ANNOUNCE] = 'A',  [OBS_WITHDRAW] = 'W',  [OBS_RIB] = 'B',	   [OBS_SESSION] = 'S',
		[OBS_RIB_BEGIN] = '(', [OBS_RIB_PEER] = 'p',  [OBS_RIB_END] = ')', [OBS_END_OF_RIB] = 'E',
		[OBS_ALIVE] = 'k',     [OBS_MALFORMED] = '!', [OBS_GAP] = 'g',	   [OBS_FEED_END] = 'f',
	};
	static char text[HEARD_MAX + 1];
	for (size_t i = 0; i < h->count; i++)
		text[i] = letters[h->of[i].kind];
	text[h->count] = '\0';
	return text;
}

const char *heard_prefix(const struct heard *h, size_t i)
{
	static struct text t;
	text_clear(&t);
	assert_true(i < h->count);
	text_prefix(&t, &h->of[i].prefix);
	return text_string(&t);
}

uint64_t heard_counted(const struct heard *h, enum decode_count which)
{
	return decoder_counts(h->decoder)->of[which];
}
