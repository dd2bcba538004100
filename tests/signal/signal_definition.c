// SPDX-License-Identifier: ISC
// "Visible" by brute force under every definition: random tables of peers that share networks, families and collectors.
#include "scene.h"

#include "signal/table.h"

#define PEERS	 24
#define PREFIXES 60

static uint64_t seed;

struct world_of_peers {
	struct scene scene;
	uint32_t peer[PEERS], asn[PEERS];
	bool has[PEERS][PREFIXES];
	struct prefix prefix[PREFIXES];
};

// The last ten are shorter than /8: two lengths that some definitions count, and a default route.
static void make_prefixes(struct world_of_peers *w)
{
	static const char *const odd[] = {"0.0.0.0/0",	"::/0",	    "8.0.0.0/7", "12.0.0.0/6", "16.0.0.0/5",
					  "64.0.0.0/8", "2000::/3", "2400::/6",	 "2600::/7",   "2800::/8"};
	for (unsigned i = 0; i < PREFIXES; i++) {
		struct prefix p = prefix_v4(0x14000000u + (i << 8), 24);
		if (i % 2) {
			p = prefix_of("2001:db8::/48");
			p.bytes[5] = (uint8_t)i;
		}
		w->prefix[i] = i < PREFIXES - ARRAY_LEN(odd) ? p : prefix_of(odd[i - (PREFIXES - ARRAY_LEN(odd))]);
	}
}

static void fill(struct world_of_peers *w, uint64_t *random)
{
	scene_open(&w->scene);
	make_prefixes(w);
	for (unsigned i = 0; i < PEERS; i++) {
		w->asn[i] = 100 + (uint32_t)(unit_random(random) >> 40) % 14;
		w->peer[i] = scene_peer(&w->scene, i % 3, i, w->asn[i]);
	}
	for (unsigned p = 0; p < PREFIXES; p++) {
		uint64_t threshold = unit_random(random) >> 58; // some seen by most, some by few
		for (unsigned i = 0; i < PEERS; i++) {
			w->has[i][p] = unit_random(random) >> 58 >= threshold || p < 2;
			if (w->has[i][p])
				scene_announce(&w->scene, 1, w->peer[i], &w->prefix[p], 64512);
		}
	}
	for (unsigned i = 0; i < PEERS; i++)
		scene_add(&w->scene, 1, OBS_END_OF_RIB, w->peer[i]);
}

static bool network_before(const struct world_of_peers *w, const bool *counts, unsigned peer, unsigned prefix)
{
	for (unsigned k = 0; k < peer; k++)
		if (counts[k] && w->asn[k] == w->asn[peer] && (prefix == PREFIXES || w->has[k][prefix]))
			return true;
	return false;
}

// Of all counted peers or networks, those that have the prefix; all with PREFIXES.
static uint32_t number(const struct world_of_peers *w, const struct definition *d, const bool *counts, unsigned prefix)
{
	uint32_t n = 0;
	for (unsigned i = 0; i < PEERS; i++) {
		if (!counts[i] || (prefix < PREFIXES && !w->has[i][prefix]))
			continue;
		n += d->by_peers || !network_before(w, counts, i, prefix);
	}
	return n;
}

static uint32_t size_of(const struct world_of_peers *w, unsigned peer, uint8_t family)
{
	uint32_t n = 0;
	for (unsigned p = 0; p < PREFIXES; p++)
		n += w->has[peer][p] && w->prefix[p].family == family;
	return n;
}

// Full feed: at least the share of the largest table at its collector, and the floor.
static void count_peers(const struct world_of_peers *w, const struct definition *d, uint8_t family, bool *counts)
{
	for (unsigned i = 0; i < PEERS; i++) {
		uint32_t largest = 0, size = size_of(w, i, family);
		for (unsigned k = i % 3; k < PEERS; k += 3)
			largest = size_of(w, k, family) > largest ? size_of(w, k, family) : largest;
		counts[i] = size >= d->full_share * largest && size >= 2;
	}
}

static bool expected(const struct definition *d, uint32_t seen, uint32_t of)
{
	if (!seen)
		return false;
	if (strcmp(d->name, "one-network") == 0)
		return true;
	return strcmp(d->name, "ioda-text") == 0 ? seen * 2 > of : seen * 2 >= of;
}

static void expect_visible(const struct world_of_peers *w, const struct definition *d, const struct table *t)
{
	for (uint8_t family = FAMILY_V4; family <= FAMILY_V6; family += 2) {
		bool counts[PEERS];
		count_peers(w, d, family, counts);
		uint32_t of = number(w, d, counts, PREFIXES);
		assert_int_equal(table_denominator(t, family), of);
		for (unsigned p = 0; p < PREFIXES; p++) {
			uint32_t id = dictionary_find(table_dictionary(t), &w->prefix[p]);
			if (w->prefix[p].family != family || id == PREFIX_NONE)
				continue;
			uint32_t seen = number(w, d, counts, p);
			bool counted = w->prefix[p].length >= d->shortest[family == FAMILY_V6];
			assert_int_equal(table_seen(t, id), seen);
			assert_int_equal(table_visible(t, id), counted && expected(d, seen, of));
		}
	}
}

static void is_brute_force(void **state)
{
	(void)state;
	static struct world_of_peers w;
	uint64_t random = seed;
	for (unsigned round = 0; round < 20; round++) {
		fill(&w, &random);
		unsigned rows = 0;
		for (const struct definition *d; (d = definition_at(rows)); rows++) {
			struct table *t = table_create(w.scene.peers, &(struct visibility){d, 2, NULL});
			assert_int_equal(table_take(t, w.scene.obs, w.scene.count), 0);
			table_settle(t, scene_time(2));
			expect_visible(&w, d, t);
			table_free(t);
		}
		assert_int_equal(rows, 5);
		scene_close(&w.scene);
	}
}

static void names_are_found(void **state)
{
	(void)state;
	assert_ptr_equal(definition_find("networks-half"), definition_default());
	assert_null(definition_find("networks-hal"));
	assert_null(definition_find(""));
	for (unsigned i = 0; definition_at(i); i++)
		assert_ptr_equal(definition_find(definition_at(i)->name), definition_at(i));
}

static void borders_are_exact(void **state)
{
	(void)state;
	const struct definition *half = definition_find("networks-half"), *more = definition_find("ioda-text");
	for (uint32_t of = 1; of < 2000; of++)
		for (uint32_t seen = of / 2; seen <= of / 2 + 1; seen++) {
			assert_int_equal(definition_visible(half, seen, of), seen && seen * 2 >= of);
			assert_int_equal(definition_visible(more, seen, of), seen * 2 > of);
		}
	assert_false(definition_visible(half, 0, 0));
	assert_false(definition_visible(definition_find("one-network"), 0, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_brute_force),
		cmocka_unit_test(names_are_found),
		cmocka_unit_test(borders_are_exact),
	};
	seed = unit_seed();
	return cmocka_run_group_tests_name("signal definition", tests, NULL, NULL);
}
