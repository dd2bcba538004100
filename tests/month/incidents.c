// SPDX-License-Identifier: ISC
// What is one incident and what is none, where probes look every 30 s: flaps, a service that stays dead, what is over.
#include "../unit/unit.h"

#include "base/alloc.h"
#include "incident/story.h"

#include <stdbool.h>

#define T0   (1700000000 * NS_PER_S)
#define HOUR 3600.0

struct house {
	struct entity_list entities;
	struct dossier dossier;
	struct story_list list;
};

static struct instant at(double second)
{
	return (struct instant){T0 + (int64_t)(second * 1e9)};
}

static struct moment around(double second, double seconds)
{
	return (struct moment){at(second), at(second - seconds), at(second + seconds), 0.9};
}

static void house_open(struct house *h)
{
	*h = (struct house){.dossier = {.width_ns = 30 * NS_PER_S}};
	assert_non_null(entity_add(&h->entities, "country/KX"));
}

static void house_close(struct house *h)
{
	dossier_free(&h->dossier);
	free(h->list.at);
	entity_list_free(&h->entities);
}

// end < 0: it goes on
static void event(struct house *h, uint8_t signal, double start, double end)
{
	double blur = signal < SIGNAL_ROUTING_COUNT ? 1 : 30;
	struct detection d = {.signal = signal, .start = around(start, blur), .baseline = 10, .of_networks = 2};
	d.end = end < 0 ? (struct moment){INSTANT_NONE, INSTANT_NONE, INSTANT_NONE, 0} : around(end, blur);
	dossier_detection(&h->dossier, &d);
}

static void assemble(struct house *h)
{
	struct assemble_input in = {&h->dossier, &h->entities, NULL, NULL, NULL, NULL};
	struct story_input tell = {.dossier = &h->dossier, .entities = &h->entities, .since = INSTANT_NONE};
	struct assemble_groups groups;
	assemble_entity(&in, &groups);
	for (size_t i = 0; i < groups.count; i++) {
		alloc_grow((void **)&h->list.at, h->list.count, &h->list.capacity, sizeof(*h->list.at));
		h->list.at[h->list.count++] = story_of(&tell, &groups.at[i]);
	}
	assemble_free(&groups);
}

static void what_is_over_at_once_is_a_flap(void **state)
{
	(void)state;
	struct house h;
	house_open(&h);
	event(&h, SIGNAL_ROUTES, 0, 20);
	event(&h, SIGNAL_LOSS, 0, 60);
	event(&h, SIGNAL_ROUTES, HOUR, HOUR + 70);
	event(&h, SIGNAL_LOSS, 2 * HOUR, 2 * HOUR + 150);
	assemble(&h);
	assert_int_equal(h.list.count, 2);
	assert_int_equal(h.list.at[0].start.best.ns, at(HOUR).ns);
	assert_int_equal(h.list.at[1].start.best.ns, at(2 * HOUR).ns);
	house_close(&h);
}

static void a_flap_does_not_make_a_service_an_outage(void **state)
{
	(void)state;
	struct house h;
	house_open(&h);
	event(&h, SIGNAL_SERVICE_DNS, 0, 2 * HOUR);
	event(&h, SIGNAL_ROUTES, 600, 620);
	assemble(&h);
	assert_int_equal(h.list.count, 1);
	assert_int_equal(h.list.at[0].scope, SCOPE_SERVICE);
	assert_int_equal(h.list.at[0].signal_count, 1);
	house_close(&h);
}

static void a_dead_service_draws_nothing_to_it(void **state)
{
	(void)state;
	struct house h;
	house_open(&h);
	event(&h, SIGNAL_SERVICE_HTTP, 0, -1);
	event(&h, SIGNAL_ROUTES, 24 * HOUR, 25 * HOUR);
	event(&h, SIGNAL_LOSS, 24 * HOUR + 30, 25 * HOUR);
	event(&h, SIGNAL_ROUTES, 48 * HOUR, 49 * HOUR);
	assemble(&h);
	assert_int_equal(h.list.count, 3);
	assert_int_equal(h.list.at[0].scope, SCOPE_SERVICE);
	assert_int_equal(h.list.at[1].signal_count, 2);
	assert_int_equal(h.list.at[1].end.best.ns, at(25 * HOUR).ns);
	assert_int_equal(h.list.at[2].start.best.ns, at(48 * HOUR).ns);
	house_close(&h);
}

static void a_service_that_fails_first_belongs_to_it(void **state)
{
	(void)state;
	struct house h;
	house_open(&h);
	event(&h, SIGNAL_SERVICE_DNS, 0, -1);
	event(&h, SIGNAL_LOSS, 900, 2 * HOUR);
	event(&h, SIGNAL_SERVICE_SMTP, HOUR, 2 * HOUR + 600);
	assemble(&h);
	assert_int_equal(h.list.count, 1);
	assert_int_equal(h.list.at[0].signal_count, 3);
	assert_int_equal(h.list.at[0].state, INCIDENT_RECOVERING);
	house_close(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_over_at_once_is_a_flap),
		cmocka_unit_test(a_flap_does_not_make_a_service_an_outage),
		cmocka_unit_test(a_dead_service_draws_nothing_to_it),
		cmocka_unit_test(a_service_that_fails_first_belongs_to_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
