// SPDX-License-Identifier: ISC
// News of origins: a more-specific prefix or a new origin that half of the full-feed networks carry is an incident; what
// one peer says, or what is the country's own, is none.
#include "land.h"

#define HIJACKER 65111

// A quiet minute and a half, in which some peers hear `p` of `origin` at 60, and drop it at 80 if they do.
struct news {
	const char *prefix;
	uint32_t origin;
	unsigned from, to; // peers
	bool dropped;
};

static void tell(struct land *l, const struct news *n)
{
	struct prefix p = prefix_of(n->prefix);
	for (unsigned i = n->from; i < n->to; i++) {
		scene_announce(&l->scene, 60 + i * 0.1, l->peer[i], &p, n->origin);
		if (n->dropped)
			scene_route(&l->scene, 80 + i * 0.1, OBS_WITHDRAW, l->peer[i], &p);
	}
}

static struct pipeline *run(struct land *l, const struct news *n)
{
	land_open(l);
	land_alive(l, 3, 100);
	entity_asn_add(&l->entities.at[0], 64512);
	entity_asn_add(&l->entities.at[0], 64513);
	tell(l, n);
	return land_run(l, 64);
}

static void expect(const struct news *n, size_t incidents)
{
	struct land l;
	struct pipeline *p = run(&l, n);
	const struct incident_list *all = pipeline_incidents(p);
	assert_int_equal(all->count, incidents);
	if (incidents) {
		struct prefix prefix = prefix_of(n->prefix);
		const struct incident *first = &all->at[0];
		assert_int_equal(first->story.entity, 0);
		assert_int_equal(first->story.origin_count, 1);
		const struct incident_origin *o = &first->story.origins[0];
		assert_true(prefix_equal(&o->prefix, &prefix));
		assert_int_equal(o->more_specific, prefix.length == 25);
		assert_int_equal(o->origin, n->origin);
		assert_int_equal(o->expected, 64512);
		assert_int_equal(o->networks, n->to - n->from);
		assert_int_equal(o->of_networks, LAND_PEERS);
		assert_int_equal(o->first.ns, scene_time(60 + n->from * 0.1).ns);
		assert_int_equal(o->gone.ns, n->dropped ? scene_time(80 + (n->to - 1) * 0.1).ns : INSTANT_NONE.ns);
		assert_int_equal(instant_known(first->story.end.best), n->dropped);
	}
	pipeline_free(p);
	land_close(&l);
}

static void half_of_the_networks_carry_it(void **state)
{
	(void)state;
	expect(&(struct news){"20.0.3.0/25", HIJACKER, 0, 8, true}, 1);
	expect(&(struct news){"20.0.3.0/25", HIJACKER, 0, 15, false}, 1);
	expect(&(struct news){"20.0.3.0/24", HIJACKER, 7, 15, true}, 1);
}

static void fewer_carry_it(void **state)
{
	(void)state;
	expect(&(struct news){"20.0.3.0/25", HIJACKER, 0, 7, true}, 0);
	expect(&(struct news){"20.0.3.0/24", HIJACKER, 3, 4, true}, 0);
}

static void it_is_its_own(void **state)
{
	(void)state;
	expect(&(struct news){"20.0.3.0/25", 64512, 0, 15, true}, 0);
	expect(&(struct news){"20.0.3.0/25", 64513, 0, 15, true}, 0);
	expect(&(struct news){"20.0.3.0/24", 64513, 0, 15, false}, 0);
}

static void it_is_elsewhere(void **state)
{
	(void)state;
	expect(&(struct news){"203.0.113.0/25", HIJACKER, 0, 15, true}, 0);
	expect(&(struct news){"20.0.19.0/24", 64512, 0, 15, false}, 0);
}

// Small tables are no full feeds, however many networks carry the news in them.
static void partial_feeds_do_not_vote(void **state)
{
	(void)state;
	struct land l;
	land_open(&l);
	land_alive(&l, 3, 100);
	struct prefix p = prefix_of("20.0.3.0/25");
	for (unsigned i = 0; i < 20; i++) {
		uint32_t small = scene_peer(&l.scene, 1, 100 + i, 300 + i);
		for (unsigned k = 0; k < 10; k++)
			scene_announce(&l.scene, 2, small, &l.prefix[k], 64512);
		scene_add(&l.scene, 3, OBS_END_OF_RIB, small);
		scene_announce(&l.scene, 60, small, &p, HIJACKER);
	}
	struct pipeline *run = land_run(&l, 64);
	assert_int_equal(pipeline_incidents(run)->count, 0);
	pipeline_free(run);
	land_close(&l);
}

// A peer that drops it twice does not drop it for another that still carries it.
static void gone_is_gone_everywhere(void **state)
{
	(void)state;
	struct land l;
	land_open(&l);
	land_alive(&l, 3, 100);
	tell(&l, &(struct news){"20.0.3.0/25", HIJACKER, 0, 10, false});
	struct prefix p = prefix_of("20.0.3.0/25");
	for (unsigned i = 0; i < 20; i++) {
		scene_route(&l.scene, 70 + i, OBS_WITHDRAW, l.peer[i % 2], &p);
		scene_announce(&l.scene, 70.5 + i, l.peer[i % 2], &p, HIJACKER);
	}
	struct pipeline *run = land_run(&l, 64);
	assert_int_equal(pipeline_incidents(run)->count, 1);
	assert_false(instant_known(pipeline_incidents(run)->at[0].story.origins[0].gone));
	pipeline_free(run);
	land_close(&l);
}

// Only what the peer had can leave: repeated withdrawals are not routes.
static void withdrawals_count_once(void **state)
{
	(void)state;
	struct land l;
	land_open(&l);
	land_alive(&l, 3, 100);
	for (unsigned repeat = 0; repeat < 3; repeat++)
		for (unsigned i = 0; i < LAND_PEERS; i++)
			for (unsigned k = 0; k < LAND_KX; k++)
				land_withdraw(&l, 60 + i * 0.01 + repeat, i, k);
	struct pipeline *run = land_run(&l, 64);
	assert_int_equal(pipeline_incidents(run)->count, 1);
	const struct incident *n = &pipeline_incidents(run)->at[0];
	assert_int_equal(n->story.upstream_count, 1);
	assert_int_equal(n->story.upstreams[0].asn, 65000);
	assert_int_equal(n->story.upstreams[0].routes, LAND_PEERS * LAND_KX);
	assert_int_equal(n->story.upstreams[0].first.ns, scene_time(60).ns);
	pipeline_free(run);
	land_close(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(half_of_the_networks_carry_it),
		cmocka_unit_test(fewer_carry_it),
		cmocka_unit_test(it_is_its_own),
		cmocka_unit_test(it_is_elsewhere),
		cmocka_unit_test(partial_feeds_do_not_vote),
		cmocka_unit_test(gone_is_gone_everywhere),
		cmocka_unit_test(withdrawals_count_once),
	};
	return cmocka_run_group_tests_name("engine origins", tests, NULL, NULL);
}
