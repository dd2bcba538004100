// SPDX-License-Identifier: ISC
// Detections to incidents: what is one incident and what is two, scope, origins.
#include "scene.h"

#include "base/alloc.h"
#include "incident/story.h"

#define T0	 1643143836 // 2022-01-25T20:50:36Z
#define ENTITIES 4

struct house {
	struct entity_list entities;
	struct dossier dossiers[ENTITIES];
	struct assemble_groups news; // of the first entity
	struct story_list list;
	struct limits limits;
};

static void house_open(struct house *h)
{
	static const char *const ids[ENTITIES] = {"country/KX", "asn/64512", "region/KX", "country/KY"};
	*h = (struct house){0};
	for (uint32_t i = 0; i < ENTITIES; i++) {
		assert_non_null(entity_add(&h->entities, ids[i]));
		h->dossiers[i].entity = i;
	}
}

static void house_close(struct house *h)
{
	for (uint32_t i = 0; i < ENTITIES; i++)
		dossier_free(&h->dossiers[i]);
	assemble_free(&h->news);
	free(h->list.at);
	entity_list_free(&h->entities);
}

static int by_start(const void *a, const void *b)
{
	const struct story *x = a, *y = b;
	return x->start.best.ns < y->start.best.ns ? -1 : x->start.best.ns > y->start.best.ns;
}

static void tell(struct house *h, uint32_t entity, const struct assemble_groups *groups)
{
	struct story_input in = {
		.dossier = &h->dossiers[entity], .entities = &h->entities, .since = INSTANT_NONE, .limits = &h->limits};
	for (size_t k = 0; k < groups->count; k++) {
		alloc_grow((void **)&h->list.at, h->list.count, &h->list.capacity, sizeof(*h->list.at));
		h->list.at[h->list.count++] = story_of(&in, &groups->at[k]);
	}
}

// Assembles each entity for itself and puts all stories into one list.
static void assemble(struct house *h)
{
	tell(h, 0, &h->news);
	for (uint32_t i = 0; i < ENTITIES; i++) {
		struct assemble_groups own;
		assemble_entity(&(struct assemble_input){&h->dossiers[i], &h->entities, NULL, NULL, NULL, NULL}, &own);
		tell(h, i, &own);
		assemble_free(&own);
	}
	qsort(h->list.at, h->list.count, sizeof(*h->list.at), by_start);
}

static struct moment moment(double at)
{
	struct instant t = {(int64_t)T0 * NS_PER_S + (int64_t)(at * 1e9)};
	return (struct moment){t, instant_after(t, -NS_PER_S), instant_after(t, NS_PER_S), 0.9};
}

// An event of one signal; end < 0: still going on.
static void event(struct house *h, uint32_t entity, uint8_t signal, double start, double end)
{
	struct detection d = {
		.entity = entity, .signal = signal, .start = moment(start), .baseline = 100, .lowest = 40};
	d.of_networks = 10;
	d.end = end < 0 ? (struct moment){INSTANT_NONE, INSTANT_NONE, INSTANT_NONE, 0} : moment(end);
	dossier_detection(&h->dossiers[entity], &d);
}

static const struct story *story(const struct house *h, size_t i)
{
	assert_true(i < h->list.count);
	return &h->list.at[i];
}

// A path that grew longer hours before is not where the outage began; a rise just before it is.
static void old_latency_is_no_beginning(void **state)
{
	(void)state;
	struct house h;
	house_open(&h);
	h.dossiers[0].width_ns = h.dossiers[1].width_ns = NS_PER_S;
	event(&h, 0, SIGNAL_LATENCY, -7200, -1);
	event(&h, 0, SIGNAL_ROUTES, 0, 30);
	event(&h, 1, SIGNAL_LATENCY, -20, 40);
	event(&h, 1, SIGNAL_ROUTES, 0, 30);
	assemble(&h);
	assert_int_equal(h.list.count, 2);
	assert_int_equal(story(&h, 0)->start.best.ns, moment(-20).best.ns);
	assert_int_equal(story(&h, 1)->start.best.ns, moment(0).best.ns);
	assert_int_equal(story(&h, 1)->end.best.ns, moment(30).best.ns);
	house_close(&h);
}

static void both_families_are_one_incident(void **state)
{
	(void)state;
	struct house h;
	house_open(&h);
	event(&h, 0, SIGNAL_ROUTES6, 3, 70);
	event(&h, 0, SIGNAL_ROUTES, 0, 60);
	event(&h, 0, SIGNAL_ROUTES, 500, -1); // long after: another
	assemble(&h);
	assert_int_equal(h.list.count, 2);
	const struct story *n = story(&h, 0);
	assert_int_equal(n->start.best.ns, moment(0).best.ns);
	assert_int_equal(n->end.best.ns, moment(70).best.ns);
	assert_int_equal(n->state, INCIDENT_CLOSED);
	assert_non_null(story_signal(n, SIGNAL_ROUTES));
	assert_non_null(story_signal(n, SIGNAL_ROUTES6));
	assert_null(story_signal(n, SIGNAL_LOSS));
	assert_int_equal(n->units, 100);
	assert_int_equal(n->units_down, 60);
	assert_float_equal(n->fraction_down, 0.6, 1e-9);
	assert_int_equal(n->scope, SCOPE_PARTIAL);
	assert_int_equal(story(&h, 1)->state, INCIDENT_OPEN);
	assert_false(instant_known(story(&h, 1)->end.best));
	house_close(&h);
}

// IPv6 leaves twice while IPv4 is gone all the time.
static void a_second_fall_inside_is_the_same_incident(void **state)
{
	(void)state;
	struct house h;
	house_open(&h);
	event(&h, 0, SIGNAL_ROUTES, 0, -1);
	event(&h, 0, SIGNAL_ROUTES6, 5, -1);
	event(&h, 0, SIGNAL_ROUTES6, 5, 50);
	event(&h, 0, SIGNAL_ROUTES6, 200, -1);
	event(&h, 0, SIGNAL_ROUTES, 0, 300);
	event(&h, 0, SIGNAL_ROUTES6, 200, 320);
	assemble(&h);
	assert_int_equal(h.list.count, 1);
	assert_int_equal(story(&h, 0)->start.best.ns, moment(0).best.ns);
	assert_int_equal(story(&h, 0)->end.best.ns, moment(320).best.ns);
	assert_int_equal(story(&h, 0)->signal_count, 2);
	house_close(&h);
}

static struct incident_origin origin(const char *prefix, double first, double gone)
{
	struct incident_origin o = {.prefix = prefix_of(prefix), .origin = 64520, .expected = 64512};
	o.first = moment(first).best;
	o.gone = gone < 0 ? INSTANT_NONE : moment(gone).best;
	o.more_specific = true;
	return o;
}

static void news_of(struct house *h, const char *prefix, double first, double gone)
{
	struct origin_event event = {origin(prefix, first, gone), 0.25, false};
	assemble_origin(NULL, &h->dossiers[0], &h->news, &event);
}

static void origins_are_one_incident_a_stretch(void **state)
{
	(void)state;
	struct house h;
	house_open(&h);
	news_of(&h, "20.0.0.0/25", 0, 50);
	news_of(&h, "20.0.0.128/25", 2, 40); // gone before the first
	news_of(&h, "20.0.1.0/25", 300, -1); // long after, and still announced
	news_of(&h, "20.0.2.0/25", 310, 330);
	assemble(&h);
	assert_int_equal(h.list.count, 2);
	assert_int_equal(story(&h, 0)->origin_count, 2);
	assert_float_equal(story(&h, 0)->fraction_down, 0.25, 1e-9);
	assert_int_equal(story(&h, 0)->end.best.ns, moment(50).best.ns);
	assert_int_equal(story(&h, 0)->state, INCIDENT_CLOSED);
	assert_int_equal(story(&h, 1)->origin_count, 2);
	assert_false(instant_known(story(&h, 1)->end.best));
	assert_int_equal(story(&h, 1)->state, INCIDENT_OPEN);
	house_close(&h);
}

static void lists_have_an_end(void **state)
{
	(void)state;
	struct house h;
	house_open(&h);
	for (unsigned i = 0; i < INCIDENT_LIST_MAX * 2; i++)
		news_of(&h, "20.0.0.0/25", 0, 10);
	for (unsigned i = 0; i < INCIDENT_SIGNALS_MAX * 2; i++)
		dossier_detection(&h.dossiers[1], &(struct detection){.entity = 1,
								      .signal = SIGNAL_SERIES,
								      .series = i,
								      .start = moment(i),
								      .end = moment(i + 1)});
	assemble(&h);
	assert_int_equal(h.list.count, 2);
	assert_int_equal(story(&h, 0)->origin_count, INCIDENT_LIST_MAX);
	assert_int_equal(story(&h, 1)->signal_count, INCIDENT_SIGNALS_MAX);
	assert_int_equal(h.limits.reached[LIMIT_ORIGINS], 1);
	assert_int_equal(h.limits.reached[LIMIT_SIGNALS], INCIDENT_SIGNALS_MAX);
	house_close(&h);
}

// Routes that come and go a hundred times within one incident.
static void phases_have_an_end(void **state)
{
	(void)state;
	struct house h;
	house_open(&h);
	event(&h, 0, SIGNAL_ROUTES, 0, -1);
	for (unsigned i = 0; i < 400; i++) {
		struct sample s = {.time = moment(i * 10.0 - 10).best, .of_networks = 10, .sight = i / 2 % 2 ? 0 : 1};
		dossier_sample(&h.dossiers[0], &s);
	}
	h.dossiers[0].last = moment(4000).best;
	assemble(&h);
	assert_int_equal(story(&h, 0)->phase_count, INCIDENT_PHASES_MAX);
	assert_int_equal(h.limits.reached[LIMIT_PHASES], 1);
	house_close(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(old_latency_is_no_beginning),
		cmocka_unit_test(both_families_are_one_incident),
		cmocka_unit_test(a_second_fall_inside_is_the_same_incident),
		cmocka_unit_test(origins_are_one_incident_a_stretch),
		cmocka_unit_test(lists_have_an_end),
		cmocka_unit_test(phases_have_an_end),
	};
	return cmocka_run_group_tests_name("incident assemble", tests, NULL, NULL);
}
