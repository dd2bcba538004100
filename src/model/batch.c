// SPDX-License-Identifier: ISC
// Views, the making of batches, and the one run of bytes: what is written is what stands in memory, so that reading is checking.
#include "model/batch.h"

#include "base/alloc.h"
#include "base/crc32c.h"
#include "base/err.h"
#include "model/observer.h"
#include "model/peer.h"
#include "model/probe.h"

#include <stdio.h>
#include <stdlib.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the bytes of a batch are those in memory: little-endian");

#define BATCH_MAGIC   0x6348424cu // "LBHc"
#define BATCH_VERSION 1
#define ALIGNED(n)    (((n) + 7) & ~(size_t)7)

struct batch_head {
	uint32_t magic;
	uint32_t sum;	// CRC32C of all that follows
	uint32_t bytes; // of the whole
	uint32_t version;
	uint32_t names, observations, words, text_bytes;
};

_Static_assert(sizeof(struct batch_head) == BATCH_HEAD_BYTES, "the head has no gaps");

#define SUMMED_FROM offsetof(struct batch_head, bytes)

struct batch batch_part(const struct batch *b, size_t from, size_t n)
{
	struct batch part = {.obs = b->obs ? b->obs + from : NULL, .count = n, .foreign = b->foreign};
	part.words = b->words;
	part.word_count = b->word_count;
	part.routes = b->routes ? b->routes + from : NULL;
	return part;
}

// ---- making one ----

static void batch_room_grow(void *items, size_t wanted, size_t *capacity, size_t size)
{
	void **at = items;
	if (wanted <= *capacity)
		return;
	size_t grown = *capacity * 2 > wanted ? *capacity * 2 : wanted;
	*at = alloc_resize(*at, grown, size);
	*capacity = grown;
}

void batch_room_reserve(struct batch_room *r, size_t observations, size_t words)
{
	batch_room_grow(&r->obs, observations, &r->capacity, sizeof(*r->obs));
	batch_room_grow(&r->words, words, &r->word_capacity, sizeof(*r->words));
}

void batch_room_routes(struct batch_room *r)
{
	r->routes = alloc_resize(r->routes, r->capacity, sizeof(*r->routes));
}

void batch_room_free(struct batch_room *r)
{
	free(r->obs);
	free(r->routes);
	free(r->words);
	free(r->names);
	free(r->texts);
	*r = (struct batch_room){0};
}

struct obs *batch_room_add(struct batch_room *r, const struct obs *o, const uint32_t *path)
{
	size_t n = o->path_count;
	batch_room_grow(&r->obs, r->count + 1, &r->capacity, sizeof(*r->obs));
	batch_room_grow(&r->words, r->word_count + n, &r->word_capacity, sizeof(*r->words));
	struct obs *at = &r->obs[r->count++];
	*at = *o;
	at->path_at = n ? (uint32_t)r->word_count : 0;
	if (n)
		memcpy(r->words + r->word_count, path, n * sizeof(*path));
	r->word_count += n;
	return at;
}

static uint32_t batch_room_text(struct batch_room *r, const char *text, size_t n)
{
	if (!text)
		return 0;
	n = strnlen(text, n < BATCH_TEXT_MAX ? n : BATCH_TEXT_MAX);
	size_t at = r->text_bytes ? r->text_bytes : 1;
	batch_room_grow(&r->texts, at + n + 1, &r->text_capacity, 1);
	r->texts[0] = '\0';
	memcpy(r->texts + at, text, n);
	r->texts[at + n] = '\0';
	r->text_bytes = at + n + 1;
	return (uint32_t)at;
}

void batch_room_name(struct batch_room *r, const struct batch_name *name, const char *text, size_t n,
		     const char *entity)
{
	batch_room_grow(&r->names, r->name_count + 1, &r->name_capacity, sizeof(*r->names));
	struct batch_name *at = &r->names[r->name_count++];
	*at = *name;
	at->text = batch_room_text(r, text, n);
	at->entity = batch_room_text(r, entity, BATCH_TEXT_MAX);
}

void batch_room_peer(struct batch_room *r, const struct batch_name *name, uint64_t instance, const char *router)
{
	char text[24];
	snprintf(text, sizeof(text), "%llu", (unsigned long long)instance);
	batch_room_name(r, name, instance ? text : NULL, sizeof(text), router && *router ? router : NULL);
}

// ---- as bytes ----

struct batch_layout { // where each part begins
	size_t obs, words, texts, end;
};

static struct batch_layout batch_layout_of(const struct batch *b)
{
	struct batch_layout l;
	l.obs = BATCH_HEAD_BYTES + b->name_count * sizeof(*b->names);
	l.words = l.obs + b->count * sizeof(*b->obs);
	l.texts = l.words + ALIGNED(b->word_count * sizeof(*b->words));
	l.end = l.texts + ALIGNED(b->text_bytes);
	return l;
}

size_t batch_bytes(const struct batch *b)
{
	return batch_layout_of(b).end;
}

static void batch_put_part(uint8_t *at, const void *from, size_t bytes)
{
	if (bytes)
		memcpy(at, from, bytes);
	memset(at + bytes, 0, ALIGNED(bytes) - bytes);
}

void batch_write(const struct batch *b, void *ret)
{
	uint8_t *at = ret;
	struct batch_layout l = batch_layout_of(b);
	struct batch_head head = {
		.magic = BATCH_MAGIC,
		.bytes = (uint32_t)l.end,
		.version = BATCH_VERSION,
		.names = (uint32_t)b->name_count,
		.observations = (uint32_t)b->count,
		.words = (uint32_t)b->word_count,
		.text_bytes = (uint32_t)b->text_bytes,
	};
	batch_put_part(at + BATCH_HEAD_BYTES, b->names, b->name_count * sizeof(*b->names));
	batch_put_part(at + l.obs, b->obs, b->count * sizeof(*b->obs));
	batch_put_part(at + l.words, b->words, b->word_count * sizeof(*b->words));
	batch_put_part(at + l.texts, b->texts, b->text_bytes);
	memcpy(at, &head, sizeof(head));
	head.sum = crc32c(0, at + SUMMED_FROM, l.end - SUMMED_FROM);
	memcpy(at, &head, sizeof(head));
}

// Zero beyond the prefix's length, and a length that its family has.
static bool batch_prefix_sound(const struct prefix *p)
{
	uint64_t word[2], mask[2] = {0};
	unsigned length = p->length;
	memcpy(word, p->bytes, sizeof(word));
	if (p->family != FAMILY_V4 && p->family != FAMILY_V6)
		return !p->family && !length && !word[0] && !word[1];
	if (length > family_bits(p->family))
		return false;
	if (length)
		mask[0] = __builtin_bswap64(length >= 64 ? ~0ULL : ~(~0ULL >> length));
	if (length > 64)
		mask[1] = __builtin_bswap64(length == 128 ? ~0ULL : ~(~0ULL >> (length - 64)));
	return !(word[0] & ~mask[0]) && !(word[1] & ~mask[1]);
}

static bool batch_union_sound(const struct obs *o)
{
	switch ((enum obs_kind)o->kind) {
	case OBS_ANNOUNCE:
	case OBS_WITHDRAW:
	case OBS_RIB:
		return o->prefix.family != FAMILY_NONE;
	case OBS_SESSION:
		return o->session.cause <= SESSION_CAUSE_LOCAL_SYSTEM && o->closing.with_text <= 1;
	case OBS_PROBE:
		return o->probe.op < PROBE_OP_COUNT && o->probe.outcome < PROBE_OUTCOME_COUNT;
	case OBS_HEALTH:
		return o->health.state < OBSERVER_STATE_COUNT && o->health.why < OBSERVER_WHY_COUNT &&
		       o->from.ns <= o->time.ns && o->loss_ppm <= OBS_LOSS_WHOLE;
	case OBS_RIB_BEGIN:
	case OBS_RIB_PEER:
	case OBS_RIB_END:
	case OBS_END_OF_RIB:
	case OBS_ALIVE:
	case OBS_MALFORMED:
	case OBS_GAP:
	case OBS_FEED_END:
	case OBS_SERIES:
	case OBS_TIME:
		return true;
	case OBS_KEPT:
		return !instant_known(o->time) && instant_known(o->from);
	case OBS_KIND_COUNT:
		break;
	}
	return false;
}

static bool batch_obs_sound(const struct obs *o, const struct batch *b)
{
	bool routed = o->kind == OBS_ANNOUNCE || o->kind == OBS_RIB;
	bool path = routed ? o->path_at <= b->word_count && o->path_count <= b->word_count - o->path_at
			   : !o->path_count && !o->path_at;
	// END_OF_RIB has a family alone.
	bool prefix = o->kind == OBS_END_OF_RIB ? !o->prefix.length : batch_prefix_sound(&o->prefix);
	return path && prefix && !o->spare && batch_union_sound(o);
}

static bool batch_name_sound(const struct batch_name *n, const struct batch *b)
{
	if (n->spare[0] || n->spare[1] || n->text >= b->text_bytes + !n->text ||
	    n->entity >= b->text_bytes + !n->entity)
		return false;
	bool address = n->address.family == FAMILY_V4 || n->address.family == FAMILY_V6;
	switch ((enum batch_name_kind)n->kind) {
	case NAME_PEER:
		return n->view <= PEER_VIEW_LOC_RIB && (address || !n->address.family);
	case NAME_TARGET:
		return address && n->op < PROBE_OP_COUNT;
	case NAME_SERIES:
		return n->text && n->entity;
	case NAME_COLLECTOR:
	case NAME_OBSERVER:
		return n->text;
	case NAME_SOURCE:
		return true;
	case NAME_KIND_COUNT:
		break;
	}
	return false;
}

static bool batch_sound(const struct batch *b)
{
	if (b->text_bytes && (b->texts[0] || b->texts[b->text_bytes - 1]))
		return false;
	for (size_t i = 0; i < b->name_count; i++)
		if (!batch_name_sound(&b->names[i], b))
			return false;
	for (size_t i = 0; i < b->count; i++)
		if (!batch_obs_sound(&b->obs[i], b))
			return false;
	return true;
}

int batch_read(const void *bytes, size_t n, struct batch *ret)
{
	const uint8_t *at = bytes;
	struct batch_head head;
	if (n < sizeof(head))
		return ERR_TRUNCATED;
	memcpy(&head, at, sizeof(head));
	if (head.magic != BATCH_MAGIC)
		return ERR_MALFORMED;
	if (head.bytes > BATCH_BYTES_MAX)
		return ERR_TOO_LARGE;
	if (head.bytes > n)
		return ERR_TRUNCATED;
	if (head.bytes != n || head.sum != crc32c(0, at + SUMMED_FROM, n - SUMMED_FROM))
		return ERR_MALFORMED;
	if (head.version != BATCH_VERSION)
		return ERR_UNSUPPORTED;
	struct batch b = {.count = head.observations, .word_count = head.words, .foreign = true};
	b.name_count = head.names;
	b.text_bytes = head.text_bytes;
	struct batch_layout l = batch_layout_of(&b);
	if (l.end != n || (uintptr_t)at % 8)
		return ERR_MALFORMED;
	b.names = (const void *)(at + BATCH_HEAD_BYTES);
	b.obs = (const void *)(at + l.obs);
	b.words = (const void *)(at + l.words);
	b.texts = (const char *)(at + l.texts);
	if (!batch_sound(&b))
		return ERR_MALFORMED;
	*ret = b;
	return 0;
}
