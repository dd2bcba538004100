// SPDX-License-Identifier: ISC
// Services, hosts and observers of an incident in numbers.
#include "detect/reachability.h"
#include "tale.h"

#define BLOCK_A 0x0a000000U
#define BLOCK_B 0x0a000100U

static struct tale tale;
static struct target_table *targets;
static struct target_change changes[40];

static uint32_t target(uint32_t address, uint8_t op)
{
	struct addr a = addr_v4(address);
	return target_id(targets, &a, op, NULL, 0);
}

// An outage of intervals 10 to 20 in an entity of 10.0.0.0/16.
static void begin(double width_s)
{
	tale_begin(&tale, width_s, "0000000000XXXXXXXXXX00000", 10, 20);
	memset(changes, 0, sizeof(changes));
	struct addr first = addr_v4(BLOCK_A), last = addr_v4(BLOCK_A + 0xffff);
	entity_range_add(&tale.entity, &first, &last);
	targets = target_table_create(&tale.entities);
	tale.dossier.changes = changes;
	tale.input.targets = targets;
}

static void end(void)
{
	target_table_free(targets);
	free(tale.entity.ranges);
}

static void change(uint32_t target, bool down, double when, uint8_t outcome)
{
	struct instant t = tale_at(&tale, when);
	changes[tale.dossier.change_count++] = (struct target_change){
		.target = target,
		.down = down,
		.decided = t,
		.last_ok = tale_at(&tale, when - 1),
		.first_fail = down ? t : tale_at(&tale, when - 5),
		.recovered = down ? INSTANT_NONE : t,
		.outcome = outcome,
	};
}

static void test_services(void **state)
{
	(void)state;
	begin(1);
	uint32_t ping = target(BLOCK_A + 1, PROBE_ICMP_ECHO), dns = target(BLOCK_A + 1, PROBE_DNS);
	uint32_t web = target(BLOCK_A + 1, PROBE_HTTP), mail = target(BLOCK_A + 2, PROBE_SMTP);
	target(BLOCK_A + 2, PROBE_ICMP_ECHO);
	target(BLOCK_A + 3, PROBE_TLS);
	target(0x08080808, PROBE_TLS); // elsewhere
	const struct facts_services *s = &tale_facts(&tale)->services;
	assert_int_equal(s->watched, 4);
	assert_int_equal(s->failed, 0);
	expect_number(s->spread_s, NAN);
	change(web, true, 3, PROBE_TIMEOUT); // long before, and back
	change(web, false, 5, PROBE_OK);
	change(dns, true, 10, PROBE_TIMEOUT);
	change(web, true, 12, PROBE_HTTP_ERROR);
	change(mail, true, 14, PROBE_REFUSED);
	change(mail, false, 15, PROBE_OK);
	change(mail, true, 16, PROBE_TIMEOUT); // its first failure counts
	s = &tale_facts(&tale)->services;
	assert_int_equal(s->watched, 4);
	assert_int_equal(s->failed, 3);
	assert_int_equal(s->dns, 1);
	assert_int_equal(s->dns_failed, 1);
	assert_int_equal(s->refused, 1);
	assert_int_equal(s->http_errors, 1);
	assert_int_equal(s->machines_failed, 2);
	assert_int_equal(s->failed_alive, 3);
	assert_int_equal(s->hosts, 2);
	assert_int_equal(s->hosts_failed, 0);
	expect_number(s->spread_s, 4);
	expect_number(s->host_spread_s, NAN);
	change(ping, true, 12, PROBE_TIMEOUT); // what is on this machine is alive no more
	s = &tale_facts(&tale)->services;
	assert_int_equal(s->failed_alive, 1);
	assert_int_equal(s->hosts_failed, 1);
	assert_int_equal(s->failed, 3);
	end();
}

static void test_machine_down_before(void **state)
{
	(void)state;
	begin(1);
	uint32_t ping = target(BLOCK_A + 1, PROBE_ICMP_ECHO), web = target(BLOCK_A + 1, PROBE_HTTP);
	change(ping, true, 2, PROBE_TIMEOUT);
	change(web, true, 11, PROBE_TIMEOUT);
	const struct facts_services *s = &tale_facts(&tale)->services;
	assert_int_equal(s->hosts_failed, 0); // not in this incident
	assert_int_equal(s->failed_alive, 0); // and still no sign of life
	change(ping, false, 5, PROBE_OK);
	assert_int_equal(tale_facts(&tale)->services.failed_alive, 1);
	end();
}

static void test_spread(void **state)
{
	(void)state;
	static const double widths[] = {1, 60};
	for (size_t w = 0; w < 2; w++) {
		begin(widths[w]);
		for (uint32_t i = 0; i < 20; i++) {
			uint32_t t = target(BLOCK_A + 1 + i % 10 + (i >= 10 ? 256 : 0), PROBE_ICMP_ECHO);
			change(t, true, i < 2 ? 8 : i >= 18 ? 20 : 12 + 0.25 * (i - 2), PROBE_TIMEOUT);
		}
		const struct facts_services *s = &tale_facts(&tale)->services;
		assert_int_equal(s->hosts_failed, 20);
		expect_number(s->host_spread_s, 0.25 * 15 * widths[w]); // without two at each end
		assert_int_equal(s->blocks, 2);
		assert_int_equal(s->blocks_failed, 2);
		end();
	}
}

static void test_return_classes(void **state)
{
	(void)state;
	begin(1);
	expect_number(tale_facts(&tale)->services.return_classes, NAN);
	static const uint8_t ranks[] = {0, 1, 1, UINT8_MAX, 2};
	tale.incident.story.recovery_count = 5;
	for (size_t i = 0; i < 5; i++)
		tale.incident.story.recovery[i].rank = ranks[i];
	expect_number(tale_facts(&tale)->services.return_classes, 3);
	tale.incident.story.recovery_count = 4;
	tale.incident.story.recovery[0].rank = tale.incident.story.recovery[1].rank =
		tale.incident.story.recovery[2].rank = UINT8_MAX;
	expect_number(tale_facts(&tale)->services.return_classes, NAN); // nothing is back
	end();
}

static void expect_witnesses(uint32_t observers, uint32_t impaired, uint32_t seeing, bool gap)
{
	const struct facts_witness *w = &tale_facts(&tale)->witness;
	assert_int_equal(w->observers, observers);
	assert_int_equal(w->observers_impaired, impaired);
	assert_int_equal(w->observers_seeing, seeing);
	assert_int_equal(w->gap, gap);
	expect_number(w->unrelated_lost, NAN);
	expect_number(w->coverage, NAN);
	assert_int_equal(w->collectors + w->collectors_blind, 0);
}

static void test_witnesses(void **state)
{
	(void)state;
	begin(1);
	expect_witnesses(2, 0, 0, false);
	for (size_t i = 10; i < 20; i++)
		tale.bins[i].seeing = 1;
	tale.bins[22].lost = 1; // one lost by chance, at both
	tale.bins[20].seeing = tale.bins[9].seeing = 2;
	tale.bins[20].lost = tale.bins[9].lost = 1;
	expect_witnesses(2, 0, 1, false);
	tale.bins[15].seeing = 2;
	expect_witnesses(2, 0, 2, false);
	tale.bins[11].impaired = 1;
	expect_witnesses(2, 1, 2, false);
	tale.bins[11].impaired = 0;
	tale.bins[4].impaired = tale.bins[18].impaired = 1; // not at the start
	expect_witnesses(2, 0, 2, false);
	end();
}

// With a number of the run in place of the table's.
static void test_seeing_share(void **state)
{
	static const struct decision_table *const tables[] = {&facts_decisions};
	const struct decision *told;
	struct decisions d;
	(void)state;
	begin(1);
	for (size_t i = 10; i < 20; i++)
		tale.bins[i].seeing = 1;
	tale.bins[20].seeing = 2;
	tale.bins[20].lost = 1;
	expect_witnesses(2, 0, 1, false);
	decisions_join(tables, 1, &d);
	assert_int_equal(decisions_set(&d, "facts.seeing", 0, &told), 0);
	tale.input.decisions = &d;
	expect_witnesses(2, 0, 2, false);
	end();
}

static void test_mute_observer(void **state)
{
	(void)state;
	begin(1);
	for (size_t i = 0; i < tale.dossier.bin_count; i++)
		tale.bins[i].observers = 1; // the other one sends nothing any more
	tale_observer(&tale, 1, true, 2, "it sent no probes");
	tale_observer(&tale, 1, true, 3, "its control targets did not answer"); // twice blind is one
	expect_witnesses(2, 1, 0, false);
	tale_observer(&tale, 1, false, 16, "it sent no probes");
	expect_witnesses(2, 1, 0, false);
	tale_observer(&tale, 1, false, 4, "its control targets did not answer");
	expect_witnesses(2, 1, 0, false);
	tale.changes[2].from = tale_at(&tale, 4); // both over, long before it began
	expect_witnesses(1, 0, 0, false);
	tale.observers.count = 0;
	tale_observer(&tale, 1, true, 16, "it sent no probes"); // later
	expect_witnesses(1, 0, 0, false);
	tale_observer(&tale, 1, true, 2, "late"); // degraded: it still counts
	tale.changes[1].degraded = true;
	expect_witnesses(1, 0, 0, false);
	end();
}

static void test_gap(void **state)
{
	(void)state;
	begin(60);
	tale_observer(&tale, 0, true, 1, "it sent no probes");
	tale_observer(&tale, 0, false, 5, "it sent no probes");
	assert_false(tale_facts(&tale)->witness.gap); // four intervals before the start's interval
	tale.changes[1].from = tale_at(&tale, 6.5);
	assert_true(tale_facts(&tale)->witness.gap);
	tale.changes[1].degraded = true;
	assert_false(tale_facts(&tale)->witness.gap);
	tale.observers.count = 0;
	size_t n = --tale.dossier.bin_count;
	memmove(tale.bins + 7, tale.bins + 8, (n - 7) * sizeof(*tale.bins)); // interval 7 is missing
	assert_true(tale_facts(&tale)->witness.gap);
	end();
	begin(60);
	n = --tale.dossier.bin_count;
	memmove(tale.bins + 3, tale.bins + 4, (n - 3) * sizeof(*tale.bins));
	assert_false(tale_facts(&tale)->witness.gap); // long before
	end();
}

static void take_nothing(void *context, const struct detection *d, bool opened)
{
	(void)context;
	(void)d;
	(void)opened;
}

// How many of three observers saw what all together lost.
static uint16_t seeing(const uint32_t lost[3], unsigned impaired)
{
	struct reachability *r = reachability_create(NULL, 0, targets, (struct detection_sink){take_nothing, NULL});
	struct pulse_view views[3] = {0};
	for (uint16_t i = 0; i < 3; i++)
		views[i] = (struct pulse_view){i, (impaired >> i & 1) != 0, 100, lost[i], 0, 0, 0, 0, 0, 0};
	struct pulse p = {.time = tale_at(&tale, 0), .width_ns = NS_PER_S, .views = views, .view_count = 3};
	reachability_pulse(r, &p);
	size_t n;
	const struct pulse_bin *bins = reachability_bins(r, &n);
	assert_int_equal(n, 1);
	uint16_t found = bins[0].seeing;
	reachability_free(r);
	return found;
}

static void test_seeing(void **state)
{
	(void)state;
	begin(1);
	assert_int_equal(seeing((const uint32_t[]){0, 0, 0}, 0), 0);
	assert_int_equal(seeing((const uint32_t[]){100, 100, 100}, 0), 3);
	assert_int_equal(seeing((const uint32_t[]){100, 0, 0}, 0), 1);
	assert_int_equal(seeing((const uint32_t[]){30, 25, 5}, 0), 2);	 // 20 % in all: half of it is 10
	assert_int_equal(seeing((const uint32_t[]){30, 20, 10}, 0), 3);	 // just so much
	assert_int_equal(seeing((const uint32_t[]){100, 90, 90}, 1), 2); // one that is impaired says nothing
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_services),     cmocka_unit_test(test_machine_down_before),
		cmocka_unit_test(test_spread),	     cmocka_unit_test(test_return_classes),
		cmocka_unit_test(test_witnesses),    cmocka_unit_test(test_mute_observer),
		cmocka_unit_test(test_seeing_share), cmocka_unit_test(test_gap),
		cmocka_unit_test(test_seeing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
