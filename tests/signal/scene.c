// SPDX-License-Identifier: ISC
// Builds observations by hand.
#include "scene.h"

#include "base/alloc.h"

#define WORDS_MAX (1u << 20)

static uint32_t words[WORDS_MAX];
static size_t word_count;

void scene_open(struct scene *s)
{
	*s = (struct scene){.peers = peer_table_create()};
	collector_id(s->peers, "rc0");
	word_count = 0;
}

void scene_close(struct scene *s)
{
	peer_table_free(s->peers);
	free(s->obs);
	*s = (struct scene){0};
}

struct instant scene_time(double at)
{
	return (struct instant){(int64_t)SCENE_START * NS_PER_S + (int64_t)(at * 1e6) * 1000};
}

uint32_t scene_peer(struct scene *s, unsigned collector, unsigned number, uint32_t asn)
{
	struct text name = {0};
	text_printf(&name, "rc%u", collector);
	struct peer p = {.address = addr_v4(0xc0000200u + collector * 256 + number), .asn = asn};
	p.collector = collector_id(s->peers, text_string(&name));
	text_free(&name);
	return peer_id(s->peers, &p);
}

struct obs *scene_add(struct scene *s, double at, uint8_t kind, uint32_t peer)
{
	alloc_grow((void **)&s->obs, s->count, &s->capacity, sizeof(*s->obs));
	struct obs *o = &s->obs[s->count++];
	*o = (struct obs){.time = scene_time(at), .kind = kind, .peer = peer};
	o->collector = peer == PEER_NONE ? 0 : peer_at(s->peers, peer)->collector;
	return o;
}

struct obs *scene_route(struct scene *s, double at, uint8_t kind, uint32_t peer, const struct prefix *p)
{
	struct obs *o = scene_add(s, at, kind, peer);
	o->prefix = *p;
	return o;
}

struct obs *scene_announce(struct scene *s, double at, uint32_t peer, const struct prefix *p, uint32_t origin)
{
	struct obs *o = scene_route(s, at, OBS_ANNOUNCE, peer, p);
	scene_path(o, (uint32_t[]){peer_at(s->peers, peer)->asn, 65000, origin}, 3);
	o->origin = origin;
	return o;
}

void scene_path(struct obs *o, const uint32_t *path, uint16_t n)
{
	assert_true(word_count + n <= WORDS_MAX);
	o->path_at = (uint32_t)word_count;
	o->path_count = n;
	memcpy(words + word_count, path, n * sizeof(*path));
	word_count += n;
}

struct batch scene_batch(const struct scene *s, size_t from, size_t n)
{
	return (struct batch){.obs = s->obs + from, .count = n, .words = words, .word_count = word_count};
}

void scene_session(struct scene *s, double at, uint32_t peer, bool up)
{
	struct obs *o = scene_add(s, at, OBS_SESSION, peer);
	o->session.old_state = up ? SESSION_IDLE : SESSION_ESTABLISHED;
	o->session.new_state = up ? SESSION_ESTABLISHED : SESSION_IDLE;
}

void scene_dump(struct scene *s, double at, uint32_t peer, const struct prefix *at_prefix, size_t n)
{
	uint16_t collector = peer_at(s->peers, peer)->collector;
	scene_add(s, at, OBS_RIB_BEGIN, PEER_NONE)->collector = collector;
	scene_add(s, at, OBS_RIB_PEER, peer);
	for (size_t i = 0; i < n; i++)
		scene_route(s, at, OBS_RIB, peer, &at_prefix[i])->origin = 64512;
	scene_add(s, at, OBS_RIB_END, PEER_NONE)->collector = collector;
}

static int by_time(const void *a, const void *b)
{
	const struct obs *x = a, *y = b;
	if (x->time.ns != y->time.ns)
		return x->time.ns < y->time.ns ? -1 : 1;
	return x->spare < y->spare ? -1 : x->spare > y->spare;
}

void scene_sort(struct scene *s)
{
	for (size_t i = 0; i < s->count; i++)
		s->obs[i].spare = (uint32_t)i;
	qsort(s->obs, s->count, sizeof(*s->obs), by_time);
	for (size_t i = 0; i < s->count; i++)
		s->obs[i].spare = 0;
}

struct prefix prefix_of(const char *text)
{
	struct prefix p = {0};
	assert_int_equal(prefix_parse(text, &p), 0);
	return p;
}

struct prefix prefix_v4(uint32_t address, uint8_t length)
{
	struct addr a = addr_v4(address);
	struct prefix p = {.family = FAMILY_V4, .length = length};
	memcpy(p.bytes, a.bytes, sizeof(p.bytes));
	prefix_mask(&p);
	return p;
}
