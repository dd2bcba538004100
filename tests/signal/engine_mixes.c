// SPDX-License-Identifier: ISC
// 200 mixes of peers and collectors that fail in every way there is, while no healthy peer withdraws a country: no outage.
#include "land.h"

#define MIXES  200
#define END    420.0
#define EVENTS 12

static uint64_t seed, random_state;

static unsigned below(unsigned n)
{
	return (unsigned)(unit_random(&random_state) >> 33) % n;
}

static double when(double from, double to)
{
	return from + (to - from) * below(1000) / 1000;
}

// The whole table again, in any order, within so many seconds; then End-of-RIB or not.
static void send_table(struct land *l, double at, unsigned peer)
{
	double within = 1 + below(60);
	unsigned shift = below(LAND_PREFIXES);
	for (unsigned k = 0; k < LAND_PREFIXES; k++)
		land_announce(l, at + within * k / LAND_PREFIXES, peer, (k + shift) % LAND_PREFIXES);
	if (below(2))
		scene_add(&l->scene, at + within, OBS_END_OF_RIB, l->peer[peer]);
}

static void reset(struct land *l, double at, unsigned peer)
{
	double down = 1 + below(60);
	scene_session(&l->scene, at, l->peer[peer], false);
	if (below(4) == 0)
		return; // for good
	if (below(4))
		scene_session(&l->scene, at + down, l->peer[peer], true);
	send_table(l, at + down + 1, peer);
}

static void dump(struct land *l, double at, unsigned collector)
{
	uint16_t id = peer_at(l->scene.peers, l->peer[collector * 5])->collector;
	bool damaged = below(2);
	unsigned until = damaged ? below(LAND_PREFIXES) : LAND_PREFIXES;
	scene_add(&l->scene, at, OBS_RIB_BEGIN, PEER_NONE)->collector = id;
	for (unsigned i = collector * 5; i < collector * 5 + 5; i++)
		scene_add(&l->scene, at, OBS_RIB_PEER, l->peer[i]);
	for (unsigned k = 0; k < until; k++)
		for (unsigned i = collector * 5; i < collector * 5 + 5; i++)
			scene_route(&l->scene, at, OBS_RIB, l->peer[i], &l->prefix[k])->origin = land_origin(k);
	struct obs *end = scene_add(&l->scene, at, OBS_RIB_END, PEER_NONE);
	end->collector = id;
	end->flags = damaged ? OBS_DAMAGED : 0;
}

// One peer loses everything: it is alone with that, and no healthy one.
static void collapse(struct land *l, double at, unsigned peer)
{
	for (unsigned k = 0; k < LAND_PREFIXES; k++)
		land_withdraw(l, at, peer, k);
	if (below(2))
		send_table(l, at + 1 + below(30), peer);
}

static void noise(struct land *l, double at, unsigned peer)
{
	struct prefix unknown = prefix_v4(0x14020000u + (below(256) << 8), 24);
	scene_route(&l->scene, at, OBS_WITHDRAW, l->peer[peer], &unknown);
	for (unsigned k = 0; k < LAND_PREFIXES; k++)
		scene_route(&l->scene, at, OBS_WITHDRAW, l->peer[peer], &l->prefix[k])->flags = OBS_OUTGOING;
	scene_add(&l->scene, at, OBS_FEED_END, PEER_NONE);
}

static void trouble(struct land *l, bool *collapsed)
{
	unsigned peer = below(LAND_PEERS), collector = below(3);
	double at = when(30, END - 20);
	switch (below(8)) {
	case 0:
	case 1:
		reset(l, at, peer);
		return;
	case 2: // the collector loses all its peers
		for (unsigned i = collector * 5; i < collector * 5 + 5; i++)
			reset(l, at + when(0, 2), i);
		return;
	case 3:
		dump(l, at, collector);
		return;
	case 4:
		scene_add(&l->scene, at, below(2) ? OBS_MALFORMED : OBS_GAP, below(2) ? l->peer[peer] : PEER_NONE);
		return;
	case 5:
		if (!*collapsed)
			collapse(l, at, peer);
		*collapsed = true;
		return;
	default:
		noise(l, at, peer);
	}
}

// Each collector may go silent for good, some of its peers earlier.
static void make_mix(struct land *l)
{
	bool collapsed = false;
	land_open(l);
	double silence = below(2) ? when(20, END) : END;
	unsigned dead = below(3);
	land_alive(l, 3, silence);
	for (unsigned i = 0; i < LAND_PEERS; i++)
		l->mute[i] = i / 5 == dead || below(6) == 0;
	land_alive(l, silence, END);
	for (unsigned i = 1 + below(EVENTS); i-- > 0;)
		trouble(l, &collapsed);
}

static void no_country_is_out(void **state)
{
	(void)state;
	random_state = seed;
	for (unsigned mix = 0; mix < MIXES; mix++) {
		struct land l;
		struct text t = {0};
		uint64_t at = random_state;
		make_mix(&l);
		struct pipeline *p = land_run(&l, 64);
		land_text(&l, p, &t);
		if (pipeline_incidents(p)->count)
			fail_msg("mix %u (LACUNA_SEED=%llu makes it the first): %s", mix, (unsigned long long)at,
				 text_string(&t));
		pipeline_free(p);
		text_free(&t);
		land_close(&l);
	}
}

// The same mixes, and KX really leaves early in them.
static void a_real_outage_is_found_in_them(void **state)
{
	(void)state;
	unsigned found = 0, false_ones = 0;
	random_state = seed ^ 1;
	for (unsigned mix = 0; mix < 60; mix++) {
		struct land l;
		make_mix(&l);
		for (unsigned i = 0; i < LAND_PEERS; i++)
			for (unsigned k = 0; k < LAND_KX; k++)
				land_withdraw(&l, 25 + i * 0.02, i, k);
		struct pipeline *p = land_run(&l, 64);
		const struct incident_list *all = pipeline_incidents(p);
		for (size_t i = 0; i < all->count; i++)
			false_ones += all->at[i].story.entity != 0;
		found += all->count && all->at[0].story.start.best.ns / NS_PER_S == scene_time(25).ns / NS_PER_S;
		pipeline_free(p);
		land_close(&l);
	}
	assert_int_equal(false_ones, 0);
	assert_true(found >= 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_country_is_out),
		cmocka_unit_test(a_real_outage_is_found_in_them),
	};
	seed = unit_seed();
	return cmocka_run_group_tests_name("engine mixes", tests, NULL, NULL);
}
