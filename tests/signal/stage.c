// SPDX-License-Identifier: ISC
// The table that the tests of peers and dumps begin with.
#include "stage.h"

#include <string.h>

void stage_open(struct stage *s)
{
	memset(s, 0, sizeof(*s));
	scene_open(&s->scene);
	s->table = table_create(s->scene.peers, &(struct visibility){definition_default(), 5, NULL});
	for (unsigned i = 0; i < STAGE_PREFIXES; i++)
		s->prefix[i] = prefix_v4(0x14000000u + (i << 8), 24);
	for (unsigned i = 0; i < STAGE_PEERS; i++) {
		s->peer[i] = scene_peer(&s->scene, i / 3, i, 100 + i);
		stage_send_table(s, 0.5, s->peer[i]);
		scene_add(&s->scene, 0.9, OBS_END_OF_RIB, s->peer[i]);
	}
	stage_settle(s, 1);
	stage_expect(s, STAGE_PEERS);
	assert_int_equal(stage_flips(s), STAGE_PREFIXES);
}

void stage_close(struct stage *s)
{
	table_free(s->table);
	scene_close(&s->scene);
}

void stage_settle(struct stage *s, double now)
{
	assert_int_equal(table_take(s->table, s->scene.obs, s->scene.count), 0);
	s->scene.count = 0;
	s->now = now;
	table_settle(s->table, scene_time(now));
}

void stage_send_table(struct stage *s, double at, uint32_t peer)
{
	for (unsigned i = 0; i < STAGE_PREFIXES; i++)
		scene_announce(&s->scene, at, peer, &s->prefix[i], 64512);
}

static uint32_t id_of(const struct stage *s, unsigned prefix)
{
	uint32_t id = dictionary_find(table_dictionary(s->table), &s->prefix[prefix]);
	assert_int_not_equal(id, PREFIX_NONE);
	return id;
}

uint16_t stage_seen(const struct stage *s, unsigned prefix)
{
	return table_seen(s->table, id_of(s, prefix));
}

bool stage_visible(const struct stage *s, unsigned prefix)
{
	return table_visible(s->table, id_of(s, prefix));
}

size_t stage_flips(const struct stage *s)
{
	size_t n;
	table_flips(s->table, &n);
	return n;
}

uint8_t stage_why(const struct stage *s, uint32_t peer)
{
	const struct health_peer *p = table_peer(s->table, peer);
	assert_non_null(p);
	return p->why[0];
}

void stage_expect(const struct stage *s, uint32_t networks)
{
	assert_int_equal(table_networks(s->table, FAMILY_V4), networks);
	for (unsigned i = 0; i < STAGE_PREFIXES; i++) {
		assert_int_equal(stage_seen(s, i), networks);
		assert_int_equal(stage_visible(s, i), networks > 0);
	}
}
