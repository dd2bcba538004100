// SPDX-License-Identifier: ISC
// First signs: checks that time out, and checks that take longer.
#include "detect/checks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define START 1700000000

struct seen {
	struct detection last[SIGNAL_COUNT];
	unsigned opened[SIGNAL_COUNT], ended[SIGNAL_COUNT];
};

static void take(void *context, const struct detection *d, bool opened)
{
	struct seen *s = context;
	s->last[d->signal] = *d;
	s->opened[d->signal] += opened;
	s->ended[d->signal] += !opened;
}

// One interval of two observers; the second is impaired and says nothing.
static void pulse(struct checks *c, int second, uint32_t timeouts, uint32_t check_us)
{
	struct pulse_view views[2] = {
		{.observer = 0, .checks = 10, .timeouts = timeouts, .check_us = check_us},
		{.observer = 1, .checks = 10, .timeouts = 10, .check_us = 9000000, .impaired = true}};
	struct pulse p = {.time = instant_of(START + second, 0), .width_ns = NS_PER_S, .views = views, .view_count = 2};
	checks_pulse(c, &p);
}

static void signs_open_and_close(void **state)
{
	(void)state;
	struct seen seen = {0};
	struct checks *c = checks_create(NULL, 0, (struct detection_sink){take, &seen});
	for (int s = 0; s < 30; s++)
		pulse(c, s, 0, 20000);
	pulse(c, 30, 10, 20000); // one interval is no sign
	for (int s = 31; s < 40; s++)
		pulse(c, s, 0, 20000);
	assert_int_equal(seen.opened[SIGNAL_TIMEOUTS] + seen.opened[SIGNAL_CONNECT], 0);
	for (int s = 40; s < 60; s++)
		pulse(c, s, s < 50 ? 0 : 6, 60000);
	assert_int_equal(seen.last[SIGNAL_CONNECT].start.best.ns, instant_of(START + 40, 0).ns);
	assert_int_equal(seen.last[SIGNAL_TIMEOUTS].start.best.ns, instant_of(START + 50, 0).ns);
	for (int s = 60; s < 70; s++)
		pulse(c, s, 0, 20000);
	assert_int_equal(seen.ended[SIGNAL_CONNECT], 1);
	assert_int_equal(seen.ended[SIGNAL_TIMEOUTS], 1);
	assert_int_equal(seen.last[SIGNAL_CONNECT].end.best.ns, instant_of(START + 60, 0).ns);
	assert_int_equal(seen.last[SIGNAL_TIMEOUTS].lowest, 400);
	assert_int_equal(seen.last[SIGNAL_CONNECT].lowest, 3000);
	checks_free(c);
}

static void the_end_of_the_data_is_no_end(void **state)
{
	(void)state;
	struct seen seen = {0};
	struct checks *c = checks_create(NULL, 0, (struct detection_sink){take, &seen});
	for (int s = 0; s < 20; s++)
		pulse(c, s, s < 10 ? 0 : 10, s < 10 ? 20000 : 0);
	checks_now(c);
	assert_int_equal(seen.ended[SIGNAL_TIMEOUTS], 1);
	assert_false(instant_known(seen.last[SIGNAL_TIMEOUTS].end.best));
	assert_int_equal(seen.opened[SIGNAL_CONNECT], 0);
	checks_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signs_open_and_close),
		cmocka_unit_test(the_end_of_the_data_is_no_end),
	};
	return cmocka_run_group_tests_name("detect checks", tests, NULL, NULL);
}
