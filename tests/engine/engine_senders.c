// SPDX-License-Identifier: ISC
// Tests: src/engine/pipeline.c src/model/registry.c
// Two decoders with numbers of their own feed one engine: what they send in turns gives the answer of one stream that holds both.
#include "../signal/land.h"

#include "base/alloc.h"
#include "model/registry.h"
#include "report/revision.h"

#include <stdlib.h>

#define TURN_S	  1
#define OF_FIRST  10 // peers of rc0 and rc1; those of rc2 are the other sender's
#define COLLECTOR 2  // rc2

static void take(void *context, const struct revision *r)
{
	revision_json(context, r);
	text_char(context, '\n');
}

static struct pipeline *engine_of(const struct land *l, const struct peer_table *peers, struct text *told)
{
	struct pipeline_options options = {
		.peers = peers,
		.entities = &l->entities,
		.definition = definition_default(),
		.full_floor = 5,
		.revisions = {take, told},
	};
	return pipeline_create(&options);
}

// The first country leaves for 200 s, the second loses half of its prefixes for good; the other sender's collector goes silent.
static void land_make(struct land *l)
{
	land_open(l);
	land_alive(l, 3, 700);
	for (unsigned i = 0; i < LAND_PEERS; i++) {
		for (unsigned k = 0; k < LAND_KX; k++) {
			land_withdraw(l, 203 + i * 0.02, i, k);
			land_announce(l, 403 + i * 0.02, i, k);
		}
		for (unsigned k = LAND_KX; k < LAND_KX + 10; k++)
			land_withdraw(l, 303 + i * 0.02, i, k);
	}
	for (unsigned i = OF_FIRST; i < LAND_PEERS; i++)
		scene_session(&l->scene, 500, l->peer[i], false);
	scene_sort(&l->scene);
}

static void names_put(const struct land *l, struct batch_room *room, bool first)
{
	for (unsigned c = 0; c < 3; c++) {
		if ((c < COLLECTOR) != first)
			continue;
		struct batch_name name = {.kind = NAME_COLLECTOR, .number = first ? c : 0};
		batch_room_name(room, &name, (const char *[]){"rc0", "rc1", "rc2"}[c], 3, NULL);
	}
	for (unsigned i = first ? 0 : OF_FIRST; i < (first ? OF_FIRST : LAND_PEERS); i++) {
		const struct peer *p = peer_at(l->scene.peers, l->peer[i]);
		struct batch_name name = {.kind = NAME_PEER, .number = first ? i : i - OF_FIRST, .asn = p->asn};
		name.collector = first ? p->collector : 0;
		name.address = p->address;
		name.view = p->view;
		batch_room_name(room, &name, NULL, 0, NULL);
	}
}

static bool of_first(const struct obs *o)
{
	return o->collector < COLLECTOR;
}

// What one sender says from `from` on before `until` has come: a batch of its own.
static void turn(const struct land *l, struct batch_sink to, size_t from, size_t until, bool first)
{
	struct obs *mine = alloc_zero(until - from, sizeof(*mine));
	size_t n = 0;
	for (size_t i = from; i < until; i++) {
		if (of_first(&l->scene.obs[i]) != first)
			continue;
		mine[n] = l->scene.obs[i];
		if (!first) {
			mine[n].collector = 0;
			mine[n].peer -= mine[n].peer == PEER_NONE ? 0 : OF_FIRST;
		}
		n++;
	}
	struct batch b = scene_batch(&l->scene, 0, 0);
	b.obs = mine;
	b.count = n;
	b.foreign = true;
	if (n)
		assert_int_equal(to.take(to.context, &b), 0);
	free(mine);
}

static void two_are_as_one(void **state)
{
	(void)state;
	struct land l;
	struct text one = {0}, two = {0};
	land_make(&l);
	struct pipeline *p = engine_of(&l, l.scene.peers, &one);
	struct batch whole = scene_batch(&l.scene, 0, l.scene.count);
	assert_int_equal(pipeline_take(p, &whole), 0);
	pipeline_finish(p);
	pipeline_free(p);

	struct peer_table *peers = peer_table_create();
	p = engine_of(&l, peers, &two);
	struct registry *registry =
		registry_create(&(struct registry_options){.peers = peers, .out = {pipeline_take, p}});
	struct batch_sink senders[2] = {registry_sender(registry), registry_sender(registry)};
	for (int s = 0; s < 2; s++) {
		struct batch_room names = {0};
		names_put(&l, &names, s == 0);
		struct batch b = batch_room_view(&names);
		b.foreign = true;
		assert_int_equal(senders[s].take(senders[s].context, &b), 0);
		batch_room_free(&names);
	}
	for (size_t from = 0, until; from < l.scene.count; from = until) {
		int64_t second = instant_seconds(l.scene.obs[from].time) / TURN_S;
		for (until = from; until < l.scene.count; until++)
			if (instant_seconds(l.scene.obs[until].time) / TURN_S != second)
				break;
		bool odd = second % 2;
		turn(&l, senders[odd], from, until, !odd);
		turn(&l, senders[!odd], from, until, odd);
	}
	pipeline_finish(p);
	assert_true(one.length > 0);
	assert_string_equal(text_string(&one), text_string(&two));
	pipeline_free(p);
	registry_free(registry);
	peer_table_free(peers);
	text_free(&one);
	text_free(&two);
	land_close(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(two_are_as_one)};
	return cmocka_run_group_tests_name("engine senders", tests, NULL, NULL);
}
