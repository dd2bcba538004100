// SPDX-License-Identifier: ISC
// Campaigns, with what the lab's recordings a1, a2, b and e look like as incidents.
#include "../unit/unit.h"
#include "incident/campaign.h"

#include <math.h>

#define BIT(s) (1u << (s))
#define WATCHED                                                                                                        \
	(BIT(SIGNAL_ROUTES) | BIT(SIGNAL_LOSS) | BIT(SIGNAL_LATENCY) | BIT(SIGNAL_SERVICE_DNS) |                       \
	 BIT(SIGNAL_SERVICE_HTTP) | BIT(SIGNAL_SERVICE_SMTP))
#define SERVICES (BIT(SIGNAL_SERVICE_DNS) | BIT(SIGNAL_SERVICE_HTTP) | BIT(SIGNAL_SERVICE_SMTP))
#define DAYS	 (86400 * NS_PER_S)

static struct campaign_incident lab(uint32_t moved, double seconds)
{
	struct campaign_incident n = {.watched = WATCHED, .moved = moved, .has_scope = true, .hold_time_s = 9};
	n.start = instant_of(1767225600, 0); // 2026-01-01T00:00:00Z
	n.end = instant_after(n.start, (int64_t)(seconds * 1e9));
	n.fraction_down = 1;
	n.has_shape = true;
	return n;
}

static struct campaign_incident power_carrier(void)
{
	struct campaign_incident n = lab(SERVICES | BIT(SIGNAL_LOSS) | BIT(SIGNAL_ROUTES), 30);
	n.has_lead = true;
	n.lead_s = 0;
	n.log10_shape_bf = 0;
	return n;
}

static struct campaign_incident power_silent(void)
{
	struct campaign_incident n = power_carrier();
	n.lead_s = 8;
	n.log10_shape_bf = -15;
	n.order_group[SIGNAL_ROUTES] = 1;
	return n;
}

static struct campaign_incident stress(void)
{
	struct campaign_incident n = lab(WATCHED, 60);
	n.has_lead = true;
	n.lead_s = 29;
	n.log10_shape_bf = 50;
	n.order_group[SIGNAL_LATENCY] = 0;
	n.order_group[SIGNAL_SERVICE_DNS] = n.order_group[SIGNAL_SERVICE_HTTP] = n.order_group[SIGNAL_SERVICE_SMTP] = 1;
	n.order_group[SIGNAL_ROUTES] = 2;
	return n;
}

static struct campaign_incident cable(void)
{
	struct campaign_incident n = lab(SERVICES | BIT(SIGNAL_LOSS) | BIT(SIGNAL_LATENCY), 35);
	n.log10_shape_bf = -15;
	n.order_group[SIGNAL_LATENCY] = 1;
	return n;
}

static struct campaign_incident shifted(struct campaign_incident n, double days)
{
	n.start.ns += (int64_t)(days * (double)DAYS);
	n.end.ns += (int64_t)(days * (double)DAYS);
	return n;
}

static size_t found(const struct campaign_incident *n, size_t count, size_t *of, struct campaign *c)
{
	size_t campaigns = campaign_find(&(struct campaign_list){NULL, n, count, INSTANT_NONE}, of, c);
	for (size_t i = 0; i < campaigns; i++)
		assert_true(c[i].p >= 0 && c[i].p <= 1 && isfinite(c[i].expected) && c[i].count >= 2);
	return campaigns;
}

static void test_three_alike(void **state)
{
	(void)state;
	struct campaign_incident (*const kinds[])(void) = {power_carrier, power_silent, stress, cable};
	for (size_t k = 0; k < 4; k++) {
		struct campaign_incident n[3] = {kinds[k](), shifted(kinds[k](), 3.1), shifted(kinds[k](), 12)};
		n[1].lead_s *= 1.2; // never quite the same
		n[2].log10_shape_bf *= 0.5;
		size_t of[3];
		struct campaign c[1];
		assert_int_equal(found(n, 3, of, c), 1);
		assert_true(of[0] == 0 && of[1] == 0 && of[2] == 0);
		assert_true(c[0].count == 3 && c[0].first == 0 && c[0].last == 2);
		char id[64];
		campaign_id("country/KX", n[c[0].first].start, c[0].number, id, sizeof(id));
		assert_string_equal(id, "KX-campaign-20260101");
		n[1].entity = 7; // of another country
		assert_int_equal(found(n, 3, of, c), 1);
		assert_true(of[1] == CAMPAIGN_NONE && of[0] == 0 && of[2] == 0);
		n[2] = shifted(n[2], 3); // 15 days after the first
		assert_int_equal(found(n, 3, of, c), 0);
	}
}

static void test_unlike(void **state)
{
	(void)state;
	const struct campaign_incident kinds[] = {power_carrier(), power_silent(), stress(), cable()};
	static const char *const names[] = {"a1", "a2", "b", "e"};
	for (size_t i = 0; i < 4; i++)
		for (size_t k = i + 1; k < 4; k++) {
			double s = campaign_similarity(NULL, &kinds[i], &kinds[k]);
			print_message("%s %s %.4f\n", names[i], names[k], s);
			assert_true(s == campaign_similarity(NULL, &kinds[k], &kinds[i]));
			if (i >= 2 || k >= 2)
				assert_true(s < incident_value(NULL, CAMPAIGN_ALIKE) - 0.05);
		}
	struct campaign_incident n[2] = {cable(), shifted(power_carrier(), 1)};
	size_t of[2];
	struct campaign c[1];
	assert_int_equal(found(n, 2, of, c), 0);
	assert_true(of[0] == CAMPAIGN_NONE && of[1] == CAMPAIGN_NONE);
	n[1] = shifted(power_silent(), 1);
	assert_int_equal(found(n, 2, of, c), 0);
	n[0] = stress();
	assert_int_equal(found(n, 2, of, c), 0);
}

// Signals that one of two could not see do not make them unlike.
static void test_unseen(void **state)
{
	(void)state;
	struct campaign_incident a = stress(), b = shifted(stress(), 2);
	b.watched &= ~BIT(SIGNAL_LATENCY);
	b.moved &= ~BIT(SIGNAL_LATENCY);
	assert_true(campaign_similarity(NULL, &a, &b) > 0.9);
	b.watched = b.moved = BIT(SIGNAL_ROUTES);
	b.has_lead = b.has_shape = b.has_scope = false;
	assert_true(campaign_similarity(NULL, &a, &b) == 0); // one signal and a time: too little
	struct campaign_incident none = {.start = INSTANT_NONE, .end = INSTANT_NONE};
	assert_true(campaign_similarity(NULL, &none, &none) == 0);
	none = stress();
	none.start = INSTANT_NONE; // when, nobody knows: alike, but in no campaign
	assert_true(campaign_similarity(NULL, &none, &a) > 0.9);
	struct campaign_incident both[] = {none, a};
	size_t of[2];
	struct campaign c[1];
	assert_int_equal(found(both, 2, of, c), 0);
	a.lead_s = NAN;
	a.log10_shape_bf = INFINITY;
	assert_true(isfinite(campaign_similarity(NULL, &a, &a)));
}

static void test_excess(void **state)
{
	(void)state;
	struct campaign_incident n[40];
	size_t of[40];
	struct campaign c[20];
	for (size_t i = 0; i < 5; i++)
		n[i] = shifted(stress(), 2.0 * (double)i);
	assert_int_equal(found(n, 5, of, c), 1);
	assert_true(c[0].excess && c[0].p < 1e-6); // nothing in half a year, then five in eight days
	assert_int_equal(campaign_find(&(struct campaign_list){NULL, n, 5, n[0].start}, of, c), 1);
	assert_false(c[0].excess); // the records begin with the first: what is usual is not known
	size_t k = 0;
	for (; k < 35; k++) // a power cut every five days for half a year, which is as usual
		n[k] = shifted(power_carrier(), 5.0 * (double)k);
	for (size_t i = 0; i < 3; i++)
		n[k++] = shifted(stress(), 176 + 5.0 * (double)i);
	assert_int_equal(found(n, k, of, c), 2);
	assert_true(c[1].first == 35 && c[1].count == 3 && !c[1].excess);
	assert_int_equal(found(n, 0, of, c), 0);
	assert_int_equal(found(n, 1, of, c), 0);
}

// A later incident that is like both joins two campaigns; campaigns of one day are told apart.
static void test_join_and_names(void **state)
{
	(void)state;
	struct campaign_incident n[] = {cable(), shifted(stress(), 0.01), shifted(cable(), 1), shifted(stress(), 1.01)};
	size_t of[4];
	struct campaign c[2];
	assert_int_equal(found(n, 4, of, c), 2);
	assert_true(of[0] == 0 && of[1] == 1 && of[2] == 0 && of[3] == 1);
	assert_true(c[0].number == 1 && c[1].number == 2);
	char id[40];
	campaign_id("asn/64512", n[1].start, 2, id, sizeof(id));
	assert_string_equal(id, "AS64512-campaign-20260101-2");
	char small[8] = "xxxxxxx";
	campaign_id("country/KX", n[1].start, 1, small, sizeof(small));
	assert_string_equal(small, "KX-camp");
	campaign_id("country/KX", n[1].start, 1, small, 0);
	assert_string_equal(small, "KX-camp");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_three_alike),    cmocka_unit_test(test_unlike),
		cmocka_unit_test(test_unseen),	       cmocka_unit_test(test_excess),
		cmocka_unit_test(test_join_and_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
