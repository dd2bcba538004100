// SPDX-License-Identifier: ISC
// Servers of a zone over made-up time: lag, standing still, serials that wrap, lost zones, silence, and the bound on servers.
#include "../unit/unit.h"

#include "base/err.h"
#include "check/zone.h"

#define HOUR	3600
#define REFRESH 3600

static struct attempt at(unsigned server, int64_t seconds, uint8_t failure)
{
	struct addr a = addr_v4(0xc6120200u + server);
	struct attempt attempt = attempt_of(PROBE_DNS, &a, server, instant_of(1795600000 + seconds, 0));
	attempt.failure = failure;
	return attempt;
}

// The failure after the zone has looked at it.
static uint8_t serial(struct zone *z, unsigned server, int64_t seconds, uint32_t value)
{
	struct dns_soa soa = {.serial = value, .refresh = REFRESH, .retry = 600, .expire = 24 * HOUR};
	struct attempt a = at(server, seconds, FAILURE_NONE);
	assert_int_equal(zone_take(z, &a, &soa), 0);
	return a.failure;
}

static void failed(struct zone *z, unsigned server, int64_t seconds, uint8_t failure, bool tcp)
{
	struct attempt a = at(server, seconds, failure);
	a.dns_flags = tcp ? ATTEMPT_DNS_TCP : 0;
	assert_int_equal(zone_take(z, &a, NULL), 0);
	assert_int_equal(a.failure, failure); // only what was fine can be stale
}

static uint8_t flags(const struct zone *z, size_t i)
{
	assert_non_null(zone_server_at(z, i));
	return zone_server_at(z, i)->flags;
}

static void lag_and_stale(void **state)
{
	(void)state;
	struct zone_summary sum;
	struct zone *z = zone_create();
	assert_int_equal(serial(z, 1, 0, 10), FAILURE_NONE);
	assert_int_equal(serial(z, 2, 0, 10), FAILURE_NONE);
	zone_sum(z, &sum);
	assert_true(sum.servers == 2 && sum.answering == 2 && sum.has_serial && sum.serial == 10 && !sum.flags &&
		    !sum.lag_most);
	assert_int_equal(serial(z, 1, 60, 12), FAILURE_NONE);
	assert_int_equal(flags(z, 1), ZONE_LAGS);
	assert_int_equal(serial(z, 2, 60 + REFRESH, 10), FAILURE_NONE); // within its refresh
	zone_sum(z, &sum);
	assert_true(sum.serial == 12 && sum.lag_most == 2 && sum.flags == ZONE_LAGS);
	assert_int_equal(serial(z, 1, 61 + REFRESH, 15),
			 FAILURE_NONE); // the first moves on: the second's clock is not set back
	assert_int_equal(serial(z, 2, 62 + REFRESH, 10), FAILURE_DNS_STALE);
	assert_int_equal(flags(z, 1), ZONE_LAGS | ZONE_STALE);
	assert_int_equal(serial(z, 2, 70 + REFRESH, 12), FAILURE_NONE); // it moved, though not all the way
	assert_int_equal(flags(z, 1), ZONE_LAGS);
	assert_int_equal(serial(z, 2, 71 + 2 * REFRESH, 12), FAILURE_DNS_STALE);
	assert_int_equal(serial(z, 2, 80 + 2 * REFRESH, 15), FAILURE_NONE);
	assert_int_equal(flags(z, 1), 0);
	zone_free(z);
}

// All stand still: nothing is stale, for nobody moved on.
static void quiet_zone(void **state)
{
	(void)state;
	struct zone *z = zone_create();
	for (int64_t t = 0; t < 100 * HOUR; t += HOUR)
		for (unsigned s = 1; s <= 4; s++)
			assert_int_equal(serial(z, s, t, 7), FAILURE_NONE);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(flags(z, i), 0);
	zone_free(z);
}

static void serials_wrap(void **state)
{
	(void)state;
	struct zone_summary sum;
	struct zone *z = zone_create();
	serial(z, 1, 0, 0xfffffffe);
	serial(z, 2, 0, 0xfffffffe);
	assert_int_equal(serial(z, 1, 10, 3), FAILURE_NONE);
	assert_int_equal(flags(z, 0), 0);
	assert_int_equal(flags(z, 1), ZONE_LAGS);
	zone_sum(z, &sum);
	assert_true(sum.serial == 3 && sum.lag_most == 5);
	assert_int_equal(serial(z, 2, 20 + REFRESH, 0xfffffffe), FAILURE_DNS_STALE);
	zone_free(z);
}

// What a server said that has been silent for longer than its expire time holds nobody to account.
static void dead_primary(void **state)
{
	(void)state;
	struct zone *z = zone_create();
	serial(z, 1, 0, 20);
	serial(z, 2, 0, 10);
	failed(z, 1, 60, FAILURE_TIMEOUT, false);
	assert_int_equal(serial(z, 2, 23 * HOUR, 10), FAILURE_DNS_STALE);
	assert_int_equal(serial(z, 2, 25 * HOUR, 10), FAILURE_NONE);
	assert_int_equal(flags(z, 1), 0);
	zone_forget(z, &zone_server_at(z, 0)->address);
	assert_non_null(zone_server_at(z, 0));
	assert_null(zone_server_at(z, 1));
	zone_free(z);
}

static void lost_zones(void **state)
{
	(void)state;
	struct zone *z = zone_create();
	failed(z, 1, 0, FAILURE_DNS_SERVFAIL, false);
	assert_int_equal(flags(z, 0), 0); // nobody has the zone: nothing to compare with
	serial(z, 2, 1, 5);
	assert_int_equal(flags(z, 0), ZONE_NOT_LOADED);
	failed(z, 2, 2, FAILURE_DNS_SERVFAIL, false);
	assert_int_equal(flags(z, 1), ZONE_EXPIRED);
	serial(z, 2, 3, 5);
	assert_int_equal(flags(z, 1), 0);
	zone_free(z);
}

static void silent_udp(void **state)
{
	(void)state;
	struct zone *z = zone_create();
	serial(z, 1, 0, 5);
	failed(z, 1, 10, FAILURE_TIMEOUT, false);
	assert_int_equal(flags(z, 0), 0); // one may be a lost packet
	failed(z, 1, 20, FAILURE_TIMEOUT, false);
	assert_int_equal(flags(z, 0), ZONE_ASK_TCP);
	failed(z, 1, 25, FAILURE_TIMEOUT, true); // all is silent
	assert_int_equal(flags(z, 0), 0);
	failed(z, 1, 30, FAILURE_NONE, true);
	assert_int_equal(flags(z, 0), ZONE_UDP_SILENT);
	failed(z, 1, 40, FAILURE_TIMEOUT, false);
	assert_int_equal(flags(z, 0), ZONE_UDP_SILENT);
	failed(z, 1, 50, FAILURE_REFUSED, false);
	assert_int_equal(flags(z, 0), 0);
	zone_free(z);
}

static void not_about_the_server(void **state)
{
	(void)state;
	struct zone *z = zone_create();
	failed(z, 1, 0, FAILURE_LOCAL, false);
	failed(z, 1, 0, FAILURE_LATE_OR_DUP, false);
	assert_null(zone_server_at(z, 0));
	zone_free(z);
}

static void bound(void **state)
{
	(void)state;
	struct zone *z = zone_create();
	for (unsigned s = 0; s < ZONE_SERVERS_MAX; s++)
		serial(z, s, 0, 1);
	struct dns_soa soa = {.serial = 1};
	struct attempt a = at(ZONE_SERVERS_MAX, 0, FAILURE_NONE);
	assert_int_equal(zone_take(z, &a, &soa), ERR_FULL);
	assert_int_equal(serial(z, 3, 1, 2), FAILURE_NONE);
	zone_free(z);
	zone_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lag_and_stale), cmocka_unit_test(quiet_zone),		 cmocka_unit_test(serials_wrap),
		cmocka_unit_test(dead_primary),	 cmocka_unit_test(lost_zones),		 cmocka_unit_test(silent_udp),
		cmocka_unit_test(bound),	 cmocka_unit_test(not_about_the_server),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
