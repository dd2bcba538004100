// SPDX-License-Identifier: ISC
// A day of forty countries in which nothing happens but single failures: nothing may be raised but services. With
// LACUNA_LONG=1 a month of two hundred. The seed is printed; LACUNA_SEED repeats it.
#include "peace.h"

#include "../unit/unit.h"

#include <stdbool.h>

static struct peace ran;

static int run_it(void **state)
{
	const char *wanted = getenv("LACUNA_LONG");
	bool whole = wanted && *wanted == '1';
	(void)state;
	ran = (struct peace){.days = whole ? 30 : 1, .entities = whole ? 200 : 40, .seed = unit_seed(), .says = stdout};
	peace_run(&ran);
	printf("# %llu observations, %u failures of machines, %u of observers, %u of collectors; said: %u of services, "
	       "%u outages, %u concurrent, %u partly, blind %u observers %u collectors\n",
	       (unsigned long long)ran.observations, ran.machine_failures, ran.observer_faults, ran.collector_faults,
	       ran.services, ran.outages, ran.concurrent, ran.partly, ran.blind_observers, ran.blind_collectors);
	return 0;
}

static void no_country_falls(void **state)
{
	(void)state;
	assert_int_equal(ran.outages, 0);
}

static void single_failures_are_not_concurrent(void **state)
{
	(void)state;
	assert_int_equal(ran.concurrent, 0);
	assert_int_equal(ran.partly, 0);
}

static void single_failures_are_seen(void **state)
{
	(void)state;
	assert_true(ran.machine_failures > 50);
	assert_true(ran.services * 4 > ran.machine_failures); // half of the machines have a service
}

static void the_one_outage_is_found(void **state)
{
	(void)state;
	assert_int_equal(ran.truths_found, 1);
}

static void own_blindness_is_told(void **state)
{
	(void)state;
	assert_true(ran.blind_observers + 1 >= ran.observer_faults);
	assert_true(ran.blind_collectors + 1 >= ran.collector_faults);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_country_falls),	    cmocka_unit_test(single_failures_are_not_concurrent),
		cmocka_unit_test(single_failures_are_seen), cmocka_unit_test(the_one_outage_is_found),
		cmocka_unit_test(own_blindness_is_told),
	};
	return cmocka_run_group_tests(tests, run_it, NULL);
}
