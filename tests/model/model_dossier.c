// SPDX-License-Identifier: ISC
// What a dossier keeps of the past: samples ever more coarsely, and of each target how it stands.
#include "../unit/unit.h"

#include "model/dossier.h"

#define T0 (1700000000 / 3600 * 3600 * NS_PER_S) // a full hour

static struct instant at(int64_t s)
{
	return (struct instant){T0 + s * NS_PER_S};
}

// The last sample of each stretch stands for it; what is fine stays whole.
static void samples_coarsen(void **state)
{
	(void)state;
	struct dossier d = {0};
	for (int64_t s = 0; s < 7200; s++)
		dossier_sample(&d, &(struct sample){.time = at(s), .value = (uint64_t)s});
	dossier_coarsen(&d, at(6000), at(0));
	size_t coarse = 6000 * NS_PER_S / DOSSIER_COARSE_NS;
	assert_int_equal(d.route_count, coarse + 1200);
	assert_int_equal(d.routes[0].time.ns, T0 + DOSSIER_COARSE_NS - NS_PER_S);
	assert_int_equal(d.routes[coarse].time.ns, at(6000).ns);
	for (size_t i = 1; i < d.route_count; i++)
		assert_true(d.routes[i].time.ns > d.routes[i - 1].time.ns);
	dossier_coarsen(&d, at(90000), at(3600)); // all is old: the newest stands until now
	assert_int_equal(d.routes[d.route_count - 1].time.ns, at(7199).ns);
	dossier_free(&d);
}

// Of each target the newest old change stays.
static void changes_retire(void **state)
{
	(void)state;
	struct dossier d = {0};
	bool done[1] = {false};
	for (int64_t s = 0; s < 100; s++)
		dossier_change(&d, &(struct target_change){.target = (uint32_t)s % 3, .decided = at(s), .down = s % 2});
	dossier_retire(&d, done, at(0), at(50));
	assert_int_equal(d.change_count, 53);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(d.changes[i].decided.ns, at(47 + (int64_t)i).ns);
	dossier_free(&d);
}

// What is within a span stays, and the newest of all; old ones outside go.
static void values_retire(void **state)
{
	(void)state;
	struct dossier d = {0};
	const struct dossier_span spans[] = {{at(100), at(199)}, {at(150), at(249)}};
	for (int64_t s = 0; s < 2000; s++)
		dossier_value(&d, &(struct dossier_value){at(s), (uint32_t)s % 2, (float)s});
	dossier_retire_values(&d, at(0), NULL, 0);
	assert_int_equal(d.value_count, 2000); // nothing is old
	dossier_retire_values(&d, at(1000), spans, 2);
	assert_int_equal(d.value_count, 150 + 1000);
	assert_int_equal(d.values[0].time.ns, at(100).ns);
	assert_int_equal(d.values[149].time.ns, at(249).ns);
	assert_int_equal(d.values[150].time.ns, at(1000).ns);
	dossier_retire_values(&d, at(90000), NULL, 0);
	assert_int_equal(d.value_count, DOSSIER_VALUES_LEAST);
	assert_int_equal(d.values[0].time.ns, at(2000 - DOSSIER_VALUES_LEAST).ns);
	assert_int_equal(d.values[d.value_count - 1].time.ns, at(1999).ns);
	dossier_free(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_coarsen),
		cmocka_unit_test(changes_retire),
		cmocka_unit_test(values_retire),
	};
	return cmocka_run_group_tests_name("model dossier", tests, NULL, NULL);
}
