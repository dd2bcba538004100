// SPDX-License-Identifier: ISC
// The registry: one sender whose numbers are ours costs nothing; several senders, or bytes from outside, are put into our numbers;
// what was not announced is refused; what nobody wants is dropped and counted.
#include "random_batch.h"

#include "base/alloc.h"
#include "base/err.h"
#include "model/registry.h"

#include <string.h>

#define SENDERS 3

struct receiver { // the last batch, and tables that registries fill
	struct peer_table *peers;
	struct target_table *targets;
	struct entity_list entities;
	struct registry *registry;
	struct batch got;
	size_t calls;
};

static int keep(void *context, const struct batch *b)
{
	struct receiver *r = context;
	r->got = *b;
	r->calls++;
	return 0;
}

static struct receiver *begin(void)
{
	struct receiver *r = alloc_zero(1, sizeof(*r));
	entity_add(&r->entities, "country/KX");
	r->peers = peer_table_create();
	r->targets = target_table_create(&r->entities);
	struct registry_options options = {
		.peers = r->peers, .targets = r->targets, .entities = &r->entities, .out = {keep, r}};
	r->registry = registry_create(&options);
	return r;
}

static void end(struct receiver *r)
{
	registry_free(r->registry);
	peer_table_free(r->peers);
	target_table_free(r->targets);
	entity_list_free(&r->entities);
	free(r);
}

static int give(struct batch_sink sink, const struct batch *b)
{
	return sink.take(sink.context, b);
}

static void the_same_numbers_cost_nothing(void **state)
{
	(void)state;
	struct receiver *r = begin();
	struct batch_room room = {0};
	struct batch_sink sink = registry_sender(r->registry);
	struct batch_name names[] = {
		{.kind = NAME_COLLECTOR},
		{.kind = NAME_PEER, .asn = 7, .address = {.family = FAMILY_V4}},
		{.kind = NAME_SOURCE, .number = 5},
	};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		batch_room_name(&room, &names[i], names[i].kind == NAME_PEER ? NULL : "rc0", 3, NULL);
	struct obs o = {.kind = OBS_GAP, .source = 5};
	batch_room_add(&room, &o, NULL);
	struct batch b = batch_room_view(&room);
	assert_int_equal(give(sink, &b), 0);
	assert_ptr_equal(r->got.obs, b.obs); // not copied
	assert_int_equal(peer_at(r->peers, 0)->asn, 7);
	assert_string_equal(collector_name(r->peers, 0), "rc0");
	assert_string_equal(registry_source(r->registry, 5), "rc0");
	assert_null(registry_source(r->registry, 4));
	batch_room_free(&room);
	end(r);
}

// What a receiver understands of an observation, without numbers.
static void say(struct text *t, const struct receiver *r, const struct obs *o)
{
	bool measured = o->kind == OBS_PROBE || o->kind == OBS_SERIES || o->kind == OBS_HEALTH;
	text_printf(t, "%lld %u", (long long)o->time.ns, o->kind);
	if (o->kind == OBS_SERIES) {
		const struct series *s = series_at(r->targets, o->series);
		text_printf(t, " %s %s", r->entities.at[s->entity].id, s->signal);
	} else if (measured) {
		text_printf(t, " %s", observer_at(r->targets, o->observer)->id);
	} else {
		text_printf(t, " %s", collector_name(r->peers, o->collector));
	}
	if (o->kind == OBS_PROBE) {
		const struct target *target = target_at(r->targets, o->target);
		text_char(t, ' ');
		text_addr(t, &target->address);
		text_printf(t, " %u %s", target->op, target->name ? target->name : "-");
	}
	if (o->peer != PEER_NONE) {
		const struct peer *p = peer_at(r->peers, o->peer);
		text_char(t, ' ');
		text_addr(t, &p->address);
		text_printf(t, " %u %u %s", p->asn, p->view, collector_name(r->peers, p->collector));
	}
	text_char(t, '\n');
}

static void say_all(struct text *t, const struct receiver *r)
{
	for (size_t i = 0; i < r->got.count; i++)
		say(t, r, &r->got.obs[i]);
}

// Several senders into one registry mean the same as each alone in its own; as bytes too.
static void several_senders(void **state)
{
	(void)state;
	uint64_t seed = unit_seed();
	struct receiver *all = begin(), *own[SENDERS];
	struct batch_sink into[SENDERS], alone[SENDERS];
	struct random_batch streams[SENDERS] = {0};
	struct text together = {0}, apart = {0};
	for (size_t i = 0; i < SENDERS; i++) {
		own[i] = begin();
		into[i] = registry_sender(all->registry);
		alone[i] = registry_sender(own[i]->registry);
		streams[i].random = seed + i * 77;
	}
	for (int round = 0; round < 300; round++) {
		size_t i = unit_random(&seed) % SENDERS;
		struct batch b = random_batch_next(&streams[i]), back;
		size_t n = batch_bytes(&b);
		uint8_t *bytes = alloc_zero(n, 1);
		batch_write(&b, bytes);
		assert_int_equal(batch_read(bytes, n, &back), 0);
		assert_int_equal(give(into[i], &back), 0);
		assert_int_equal(give(alone[i], &b), 0);
		text_clear(&together);
		text_clear(&apart);
		say_all(&together, all);
		say_all(&apart, own[i]);
		assert_string_equal(text_string(&together), text_string(&apart));
		free(bytes);
	}
	uint64_t unknown = 0;
	for (size_t i = 0; i < SENDERS; i++) {
		unknown += registry_counts(own[i]->registry)->unknown_series;
		random_batch_end(&streams[i]);
		end(own[i]);
	}
	assert_int_equal(registry_counts(all->registry)->unknown_series, unknown);
	assert_true(unknown > 0);
	text_free(&together);
	text_free(&apart);
	end(all);
}

// What the registry hands on can be understood by another that sees nothing else.
static void what_is_handed_on_is_self_contained(void **state)
{
	(void)state;
	uint64_t seed = unit_seed();
	struct receiver *first = begin(), *second = begin();
	struct batch_sink into[2] = {registry_sender(first->registry), registry_sender(first->registry)};
	struct batch_sink onward = registry_sender(second->registry);
	struct random_batch streams[2] = {{.random = seed}, {.random = seed + 1}};
	struct text one = {0}, other = {0};
	for (int round = 0; round < 200; round++) {
		struct batch b = random_batch_next(&streams[round % 2]);
		assert_int_equal(give(into[round % 2], &b), 0);
		struct batch handed = first->got;
		handed.foreign = true; // look at every number
		assert_int_equal(give(onward, &handed), 0);
		text_clear(&one);
		text_clear(&other);
		say_all(&one, first);
		say_all(&other, second);
		assert_string_equal(text_string(&one), text_string(&other));
	}
	random_batch_end(&streams[0]);
	random_batch_end(&streams[1]);
	text_free(&one);
	text_free(&other);
	end(first);
	end(second);
}

// Who begins to listen late is told all names at once, and understands the rest.
static void who_comes_late_is_told(void **state)
{
	(void)state;
	struct receiver *first = begin(), *late = begin();
	struct batch_sink into = registry_sender(first->registry), onward = registry_sender(late->registry);
	struct random_batch stream = {.random = unit_seed()};
	struct batch_room room = {0};
	struct text one = {0}, other = {0};
	for (int round = 0; round < 100; round++) {
		struct batch b = random_batch_next(&stream);
		assert_int_equal(give(into, &b), 0);
		if (round < 50)
			continue;
		if (round == 50) {
			registry_names(first->registry, &room);
			struct batch names = batch_room_view(&room);
			assert_int_equal(give(onward, &names), 0);
		}
		struct batch handed = first->got;
		handed.foreign = true;
		assert_int_equal(give(onward, &handed), 0);
		say_all(&one, first);
		say_all(&other, late);
	}
	assert_string_equal(text_string(&one), text_string(&other));
	batch_room_free(&room);
	random_batch_end(&stream);
	text_free(&one);
	text_free(&other);
	end(first);
	end(late);
}

static int foreign(struct batch_sink sink, struct batch_room *room)
{
	struct batch b = batch_room_view(room);
	b.foreign = true;
	int code = give(sink, &b);
	batch_room_clear(room);
	return code;
}

static void what_was_not_announced_is_refused(void **state)
{
	(void)state;
	struct receiver *r = begin();
	struct batch_room room = {0};
	struct batch_sink sink = registry_sender(r->registry);
	struct obs o = {.kind = OBS_ALIVE, .peer = PEER_NONE};
	batch_room_add(&room, &o, NULL);
	assert_int_equal(foreign(sink, &room), ERR_MALFORMED); // collector
	batch_room_name(&room, &(struct batch_name){.kind = NAME_COLLECTOR}, "rc", 2, NULL);
	batch_room_add(&room, &o, NULL);
	assert_int_equal(foreign(sink, &room), 0);
	o.peer = 0;
	batch_room_add(&room, &o, NULL);
	assert_int_equal(foreign(sink, &room), ERR_MALFORMED); // peer
	o = (struct obs){.kind = OBS_TIME, .peer = PEER_NONE, .source = 3};
	batch_room_add(&room, &o, NULL);
	assert_int_equal(foreign(sink, &room), ERR_MALFORMED); // source
	batch_room_name(&room, &(struct batch_name){.kind = NAME_PEER, .collector = 9}, NULL, 0, NULL);
	assert_int_equal(foreign(sink, &room), ERR_MALFORMED); // collector of a peer
	batch_room_name(&room, &(struct batch_name){.kind = NAME_PEER, .number = PEERS_MAX}, NULL, 0, NULL);
	assert_int_equal(foreign(sink, &room), ERR_TOO_LARGE);
	assert_int_equal(r->calls, 1);
	batch_room_free(&room);
	end(r);
}

// Whose series nobody watched is watched from some time on: what comes then is taken.
static void entities_may_grow(void **state)
{
	(void)state;
	struct receiver *r = begin();
	struct batch_room room = {0};
	struct batch_sink sink = registry_sender(r->registry);
	struct obs o = {.kind = OBS_SERIES, .peer = PEER_NONE, .number = 5};
	batch_room_name(&room, &(struct batch_name){.kind = NAME_SERIES}, "bgp", 3, "country/QQ");
	for (int i = 0; i < 3; i++) {
		batch_room_add(&room, &o, NULL);
		assert_int_equal(foreign(sink, &room), 0);
		assert_int_equal(r->got.count, i == 2);
		if (i == 1)
			entity_add(&r->entities, "country/QQ");
	}
	assert_string_equal(series_at(r->targets, 0)->signal, "bgp");
	assert_int_equal(registry_counts(r->registry)->unknown_series, 2);
	batch_room_free(&room);
	end(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_numbers_cost_nothing),       cmocka_unit_test(several_senders),
		cmocka_unit_test(what_is_handed_on_is_self_contained), cmocka_unit_test(who_comes_late_is_told),
		cmocka_unit_test(what_was_not_announced_is_refused),   cmocka_unit_test(entities_may_grow),
	};
	return cmocka_run_group_tests_name("registry", tests, NULL, NULL);
}
