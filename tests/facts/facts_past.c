// SPDX-License-Identifier: ISC
// What came before an incident: short losses, clock times, even spacing.
#include "tale.h"

#define MINUTE 60.0
#define HOUR   3600.0
#define DAY    86400.0

static struct tale tale;
static struct incident list_at[12];
static struct incident_list list;
static struct facts_past past;
static struct entity entities_at[3];
static struct entity_list entities;

static struct instant at(double s)
{
	return (struct instant){TALE_BEGIN_S * NS_PER_S + (int64_t)(s * 1e9)};
}

static struct moment around(double s, double by)
{
	return (struct moment){at(s), at(s - by), at(s + by), 0.9};
}

static void begin(void)
{
	memset(list_at, 0, sizeof(list_at));
	memset(entities_at, 0, sizeof(entities_at));
	list = (struct incident_list){.at = list_at};
	entities = (struct entity_list){.at = entities_at, .count = 3};
	static const char ids[3][12] = {"country/KX", "country/KY", "region/7"};
	for (size_t i = 0; i < 3; i++) {
		memcpy(entities_at[i].id, ids[i], sizeof(ids[i]));
		entities_at[i].watched = true;
	}
}

// An outage of entity 0 with loss, of ten minutes, known to a minute.
static struct incident *add(double start_s)
{
	struct incident *n = &list_at[list.count++];
	n->story.start = around(start_s, MINUTE / 2);
	n->story.end = around(start_s + 10 * MINUTE, MINUTE / 2);
	n->story.scope = SCOPE_TOTAL;
	n->story.state = INCIDENT_CLOSED;
	n->story.signals[n->story.signal_count++] =
		(struct detection){.signal = SIGNAL_LOSS, .start = n->story.start, .end = n->story.end};
	facts_unknown(&n->facts);
	n->facts.clock_width_s = MINUTE;
	return n;
}

static const struct facts_past *past_of_last(void)
{
	for (size_t i = 0; i < list.count; i++) {
		facts_unknown(&list.at[i].facts);
		list.at[i].facts.width_s = MINUTE / 2;
		list.at[i].facts.clock_width_s = MINUTE;
	}
	past = facts_past(NULL, &list, list.count - 1, at(-1 * HOUR));
	return &past;
}

static void test_first(void **state)
{
	(void)state;
	begin();
	add(0);
	const struct facts_past *p = past_of_last();
	expect_number(p->watched_s, HOUR);
	expect_number(p->short_losses, 0);
	expect_number(p->outages_10d, 0);
	expect_number(p->same_clock, 0);
	expect_number(p->even_spacing, 1);
	past = facts_past(NULL, &list, list.count - 1, INSTANT_NONE);
	expect_number(p->watched_s, NAN);
}

static void test_outages_before(void **state)
{
	(void)state;
	begin();
	add(-11 * DAY);
	add(-9 * DAY);
	add(-8 * DAY)->story.scope = SCOPE_SERVICE; // no outage
	add(-5 * DAY)->story.entity = 1;	    // of another
	add(-3 * HOUR);
	add(0);
	const struct facts_past *p = past_of_last();
	expect_number(p->outages_10d, 2);
	expect_number(p->short_losses, 1);						 // the one of this day
	list_at[4].story.end.best = list_at[4].story.signals[0].end.best = INSTANT_NONE; // still lost: not over
	expect_number(past_of_last()->short_losses, 0);
}

static void test_services_are_no_losses(void **state)
{
	(void)state;
	begin();
	for (int i = 4; i > 0; i--) {
		struct incident *n = add(-i * HOUR);
		n->story.scope = SCOPE_SERVICE;
		n->story.signals[0].signal = SIGNAL_SERVICE_HTTP;
	}
	add(0);
	expect_number(past_of_last()->short_losses, 0);
	list_at[1].story.signals[0].signal = SIGNAL_LATENCY; // a degradation
	list_at[2].story.signals[0].signal = SIGNAL_TIMEOUTS;
	expect_number(past_of_last()->short_losses, 2);
}

static void test_same_clock(void **state)
{
	(void)state;
	static const struct {
		double before_s, found;
	} cases[] = {
		{1 * DAY, 1},
		{2 * DAY + 14 * MINUTE, 1},
		{3 * DAY - 14 * MINUTE, 1},
		{4 * DAY, 1},
		{5 * DAY, 0},
		{6 * DAY, 0},
		{7 * DAY, 1},
		{8 * DAY, 0},
		{1 * DAY + 16 * MINUTE, 0},
		{2 * DAY - 16 * MINUTE, 0},
		{30 * MINUTE, 0},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		begin();
		add(-cases[i].before_s);
		add(0);
		expect_number(past_of_last()->same_clock, cases[i].found);
	}
	begin();
	add(-7 * DAY);
	add(-1 * DAY);
	add(0);
	expect_number(past_of_last()->same_clock, 2);
}

static void test_even_spacing(void **state)
{
	(void)state;
	static const struct {
		double hours[4]; // before this one
		size_t count;
		double even;
	} cases[] = {
		{{24}, 1, 1}, // one gap is even to nothing
		{{48, 24}, 2, 3},     {{72, 48, 24}, 3, 4},
		{{73, 48, 24}, 3, 3}, // the oldest is out of step: a gap of 25 hours
		{{48.4, 24}, 2, 3},   // within two of a hundred
		{{49, 24}, 2, 1},     {{30, 20, 7}, 3, 1},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		begin();
		for (size_t k = 0; k < cases[i].count; k++)
			add(-cases[i].hours[k] * HOUR);
		add(0);
		expect_number(past_of_last()->even_spacing, cases[i].even);
	}
	begin();
	add(-48 * HOUR);
	add(-24 * HOUR);
	add(-13 * HOUR)->story.scope = SCOPE_SERVICE; // between them, but no outage
	add(-12 * HOUR)->story.entity = 1;
	add(0);
	expect_number(past_of_last()->even_spacing, 3);
	list.at[4].story.scope = SCOPE_SERVICE;
	expect_number(past_of_last()->even_spacing, 1);
}

// Detections that never became an incident are in the dossier; loss, latency and timeouts of the same minutes are one.
static void test_short_losses_of_the_dossier(void **state)
{
	(void)state;
	struct detection seen[8] = {0};
	static const struct {
		uint8_t signal;
		double start, end;
	} what[] = {
		{SIGNAL_LOSS, 10, 12},	  {SIGNAL_LATENCY, 9, 13},   {SIGNAL_TIMEOUTS, 11, 12},
		{SIGNAL_LATENCY, 50, 54}, {SIGNAL_LOSS, 100, 101},   {SIGNAL_SERVICE_DNS, 120, 130},
		{SIGNAL_LOSS, 200, 210},  {SIGNAL_LATENCY, 190, -1},
	};
	tale_begin(&tale, 30, "0000000000", 200, 210);
	for (size_t i = 0; i < 8; i++) {
		seen[i] = (struct detection){.signal = what[i].signal, .start = tale_moment(&tale, what[i].start)};
		seen[i].end.best = what[i].end < 0 ? INSTANT_NONE : tale_at(&tale, what[i].end);
	}
	tale.dossier.detections = seen;
	tale.dossier.detection_count = 8;
	expect_number(tale_facts(&tale)->short_losses, 3);
	tale.incident.story.start =
		tale_moment(&tale, 100 + DAY / 30); // a day after the third: the rest is out of sight
	seen[6].start = seen[6].end = tale.incident.story.start;
	expect_number(tale_facts(&tale)->short_losses, 1);
	struct incident_list one = {.at = &tale.incident, .count = 1};
	past = facts_past(NULL, &one, 0, INSTANT_NONE);
	expect_number(past.short_losses, 1); // kept when the list is looked through
}

// Whoever else is in the list changes nothing of an entity's past.
static void test_others_change_nothing(void **state)
{
	(void)state;
	begin();
	add(0)->story.entity = 1;
	add(HOUR)->story.entity = 1;
	add(2 * HOUR);
	expect_number(past_of_last()->outages_10d, 0);
	expect_number(past_of_last()->even_spacing, 1);
}

// Each number of what came before is asked for: at one end of its bounds something else came before.
static void numbers_are_asked_for(void **state)
{
	static const struct decision_table *const tables[] = {&facts_decisions};
	(void)state;
	begin();
	for (int i = 0; i < 6; i++)
		add(i * (DAY + (i % 2 ? 800 : 100)));
	struct facts_past plain = *past_of_last();
	for (unsigned which = FACTS_SHORT_DAYS; which <= FACTS_EVEN_LEAST; which++) {
		const struct decision *row = &facts_rows[which % DECISION_ROWS_MAX], *told;
		bool moved = false;
		for (int high = 0; high < 2; high++) {
			struct decisions d;
			decisions_join(tables, 1, &d);
			assert_int_equal(decisions_set(&d, row->name, high ? row->high : row->low, &told), 0);
			struct facts_past other = facts_past(&d, &list, list.count - 1, at(-1 * HOUR));
			moved |= memcmp(&other, &plain, sizeof(other)) != 0;
		}
		if (!moved)
			fail_msg("%s moves nothing", row->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_asked_for),
		cmocka_unit_test(test_first),
		cmocka_unit_test(test_outages_before),
		cmocka_unit_test(test_services_are_no_losses),
		cmocka_unit_test(test_same_clock),
		cmocka_unit_test(test_even_spacing),
		cmocka_unit_test(test_short_losses_of_the_dossier),
		cmocka_unit_test(test_others_change_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
