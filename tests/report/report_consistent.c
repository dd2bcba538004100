// SPDX-License-Identifier: ISC
// An incident that agrees with itself breaks no rule; each contradiction that is put into it breaks the rule of its kind.
#include "report/consistent.h"

#include "base/attr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define SECOND(s) instant_of(1700000000 + (s), 0)

static struct moment about(int64_t s)
{
	return (struct moment){SECOND(s), SECOND(s - 1), SECOND(s + 1), 0.9};
}

static struct detection signal_of(uint8_t signal, int64_t from, int64_t to)
{
	return (struct detection){.signal = signal,
				  .start = about(from),
				  .end = about(to),
				  .baseline = 8,
				  .lowest = 0,
				  .of_networks = 4,
				  .of_collectors = 2};
}

// Hosts fall silent, the routes follow, all comes back.
static void make(struct incident *n)
{
	memset(n, 0, sizeof(*n));
	struct story *s = &n->story;
	s->state = INCIDENT_CLOSED;
	s->scope = SCOPE_TOTAL;
	s->fraction_down = 1;
	s->units = s->units_down = 20;
	s->addresses_down = 1024;
	s->start = about(10);
	s->end = about(100);
	s->signals[s->signal_count++] = signal_of(SIGNAL_LOSS, 10, 90);
	s->signals[s->signal_count] = signal_of(SIGNAL_ROUTES, 30, 100);
	s->order_group[s->signal_count++] = 1;
	s->phases[s->phase_count++] = (struct incident_phase){"silent", SECOND(10), SECOND(30)};
	s->phases[s->phase_count++] = (struct incident_phase){"unrouted", SECOND(30), SECOND(99)};
	s->phases[s->phase_count++] = (struct incident_phase){"back", SECOND(99), INSTANT_NONE};
	s->concurrency =
		(struct incident_concurrency){.known = true, .units = 20, .failed = 20, .verdict = "concurrent"};
	s->precedence = (struct incident_precedence){.known = true,
						     .has_lead = true,
						     .lead_best = 20,
						     .lead_from = 18,
						     .lead_to = 22,
						     .reading = "stress-shaped"};
	for (uint8_t i = 0; i < 2; i++)
		s->recovery[s->recovery_count++] = (struct incident_recovery){.signal = i ? SIGNAL_ROUTES : SIGNAL_LOSS,
									      .rank = i,
									      .t10 = SECOND(80 + 10 * i),
									      .t50 = SECOND(85 + 10 * i),
									      .t90 = SECOND(90 + 10 * i),
									      .units = 20};
	for (uint8_t i = 0; i < 3; i++)
		s->services[s->service_count++] = (struct incident_service){.target = i,
									    .rank = i < 2 ? i : UINT8_MAX,
									    .failures = 1,
									    .last_ok = SECOND(10),
									    .failed = SECOND(15),
									    .last_bad = INSTANT_NONE,
									    .back = INSTANT_NONE};
	for (uint8_t i = 0; i < 2; i++) {
		s->services[i].last_bad = SECOND(80 + 10 * i);
		s->services[i].back = SECOND(85 + 10 * i);
	}
	s->upstreams[s->upstream_count++] = (struct incident_upstream){64501, SECOND(30), 8};
	s->by_origins = true;
	s->origins[s->origin_count++] = (struct incident_origin){.enough = true,
								 .origin = 64666,
								 .expected = 64520,
								 .first = SECOND(20),
								 .gone = SECOND(40),
								 .networks = 1,
								 .of_networks = 4};
	n->facts.routes.known = true;
	n->facts.routes.lost = 1;
	n->facts.lasted_s = 90;
	n->verdict.known = true;
	n->verdict.least_p = 0.7;
	for (size_t i = 0; i < CAUSE_COUNT; i++)
		n->verdict.ranked[i] = (struct hypothesis){.cause = (uint8_t)i, .p = i ? 0.02 : 0.8, .p_high = 1};
	n->ties.similar[n->ties.similar_count++].similarity = 0.5;
}

// ---- the contradictions ----

static void start_torn(struct incident *n)
{
	n->story.start.from = SECOND(11);
}
static void end_torn(struct incident *n)
{
	n->story.end.to = SECOND(99);
}
static void no_interval(struct incident *n)
{
	n->story.end.from = INSTANT_NONE;
}
static void ends_first(struct incident *n)
{
	n->story.end = about(5);
}
static void after_data(struct incident *n)
{
	n->story.end = about(5000);
}
static void open_with_end(struct incident *n)
{
	n->story.state = INCIDENT_OPEN;
}
static void over_no_end(struct incident *n)
{
	n->story.end = (struct moment){.confidence = 0};
}
static void open_signal(struct incident *n)
{
	n->story.signals[0].end = (struct moment){.confidence = 0};
}
static void all_back(struct incident *n)
{
	n->story.state = INCIDENT_RECOVERING;
}
static void early_signal(struct incident *n)
{
	n->story.signals[0].start = about(2);
}
static void backwards(struct incident *n)
{
	n->story.signals[0].end = about(3);
}
static void lowest(struct incident *n)
{
	n->story.signals[1].lowest = 9;
}
static void order(struct incident *n)
{
	n->story.order_group[0] = 2;
}
static void no_witness(struct incident *n)
{
	n->story.signals[1].of_networks = 0;
}
static void too_many(struct incident *n)
{
	n->story.units_down = 21;
}
static void little(struct incident *n)
{
	n->story.fraction_down = 0.1;
}
static void only_probes(struct incident *n)
{
	n->story.signal_count = 1;
	n->story.origin_count = 0;
	n->story.by_origins = false;
}
static void overlap(struct incident *n)
{
	n->story.phases[0].to = SECOND(40);
}
static void outlives(struct incident *n)
{
	n->story.phase_count = 2;
	n->story.phases[1].to = SECOND(400);
}
static void early_phase(struct incident *n)
{
	n->story.phases[0] = (struct incident_phase){"degraded", SECOND(0), SECOND(5)};
}
static void late_phase(struct incident *n)
{
	n->story.phases[2].from = SECOND(5000);
}
static void not_back(struct incident *n)
{
	n->story.phases[2].phase = "degraded";
}
static void failed(struct incident *n)
{
	n->story.concurrency.failed = 21;
}
static void lead(struct incident *n)
{
	n->story.precedence.lead_from = 21;
}
static void stood(struct incident *n)
{
	n->story.precedence = (struct incident_precedence){.known = true, .reading = "no withdrawal"};
	n->facts.routes.known = false;
}
static void unseen(struct incident *n)
{
	n->story.precedence = (struct incident_precedence){.known = true, .reading = READING_UNSEEN};
}
static void recovery(struct incident *n)
{
	n->story.recovery[0].t10 = SECOND(86);
}
static void rank(struct incident *n)
{
	n->story.recovery[0].rank = 2;
}
static void unnamed(struct incident *n)
{
	n->story.origins[0].enough = false;
}
static void denied(struct incident *n)
{
	n->verdict.findings[EVIDENCE_FOREIGN_ORIGIN].answer = ANSWER_NO;
	n->facts.routes.witnesses = 4;
}
static void outlived(struct incident *n)
{
	n->story.origins[0].gone = INSTANT_NONE;
}
static void back_before(struct incident *n)
{
	n->story.services[1].back = SECOND(14);
}
static void back_unranked(struct incident *n)
{
	n->story.services[2].rank = 2;
}
static void served(struct incident *n)
{
	n->story.services[0].rank = 1;
	n->story.services[1].rank = 0;
}
static void first_unclear(struct incident *n)
{
	n->story.services[1].last_bad = SECOND(84); // it may have been the first
}
static void origin(struct incident *n)
{
	n->story.origins[0].networks = 5;
}
static void upstream(struct incident *n)
{
	n->story.upstreams[0].routes = 0;
}
static void share(struct incident *n)
{
	n->facts.routes.lost = 1.5;
}
static void lasted(struct incident *n)
{
	n->facts.lasted_s = 900;
}
static void sum(struct incident *n)
{
	n->verdict.ranked[3].p = 0;
}
static void ranking(struct incident *n)
{
	n->verdict.ranked[0].p = 0.02;
	n->verdict.ranked[1].p = 0.8;
}
static void bounds(struct incident *n)
{
	n->verdict.ranked[0].p_high = 0.5;
}
static void weak(struct incident *n)
{
	n->verdict.least_p = 0.9;
}
static void similar(struct incident *n)
{
	n->ties.similar[0].similarity = 2;
}
static void merged(struct incident *n)
{
	memcpy(n->merged_into, "KX-1", 5);
}

static const struct {
	void (*put)(struct incident *n);
	const char *rule;
} seeds[] = {
	{start_torn, "start-outside-its-interval"},
	{end_torn, "end-outside-its-interval"},
	{no_interval, "moment-without-interval"},
	{ends_first, "ends-before-it-starts"},
	{after_data, "later-than-the-data"},
	{open_with_end, "open-with-an-end"},
	{over_no_end, "over-without-an-end"},
	{open_signal, "over-with-an-open-signal"},
	{all_back, "not-all-back-but-all-are"},
	{early_signal, "signal-before-incident"},
	{backwards, "signal-ends-before-it-starts"},
	{lowest, "lowest-above-usual"},
	{order, "order-against-starts"},
	{no_witness, "routes-without-witness"},
	{too_many, "more-down-than-there-are"},
	{little, "total-but-little-is-down"},
	{only_probes, "addresses-without-routes"},
	{only_probes, "unrouted-without-routes"},
	{only_probes, "lead-without-routes"},
	{overlap, "phases-overlap"},
	{outlives, "phase-outlives-incident"},
	{early_phase, "phase-before-incident"},
	{late_phase, "phase-later-than-the-data"},
	{not_back, "over-without-being-back"},
	{failed, "more-failed-than-there-are"},
	{lead, "lead-outside-its-interval"},
	{stood, "routes-stood-unseen"},
	{unseen, "no-routing-data-but-routes"},
	{recovery, "recovery-backwards"},
	{rank, "rank-against-times"},
	{back_before, "service-torn"},
	{back_unranked, "service-torn"},
	{served, "services-against-ranks"},
	{first_unclear, "services-against-ranks"},
	{origin, "origin-torn"},
	{unnamed, "rests-on-no-origin"},
	{denied, "origin-denied"},
	{outlived, "origin-outlives-incident"},
	{upstream, "upstream-without-routes"},
	{share, "share-out-of-bounds"},
	{lasted, "lasted-otherwise"},
	{sum, "probabilities-do-not-add-up"},
	{ranking, "ranking-against-probabilities"},
	{bounds, "probability-outside-its-bounds"},
	{weak, "sure-but-weak"},
	{similar, "similarity-out-of-bounds"},
	{merged, "merged-but-stands"},
};

static struct incident one;

static void what_agrees_breaks_no_rule(void **state)
{
	(void)state;
	const char *names[CONTRADICTIONS_MAX];
	make(&one);
	assert_int_equal(consistent_look(&(struct consistent_input){&one, SECOND(200), NULL}, names), 0);
}

static void every_seed_is_found_by_its_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(seeds); i++) {
		const char *names[CONTRADICTIONS_MAX];
		bool found = false;
		make(&one);
		seeds[i].put(&one);
		size_t n = consistent_look(&(struct consistent_input){&one, SECOND(200), NULL}, names);
		for (size_t k = 0; k < n; k++)
			found |= strcmp(names[k], seeds[i].rule) == 0;
		if (!found)
			print_error("not found: %s\n", seeds[i].rule);
		assert_true(found);
	}
}

// Of what nobody looked at nothing can have been found.
static void a_finding_needs_a_source(void **state)
{
	(void)state;
	const char *names[CONTRADICTIONS_MAX];
	struct peer_table *peers = peer_table_create();
	struct incident_view view = {.peers = peers};
	struct consistent_input in = {&one, SECOND(200), &view};
	make(&one);
	assert_int_equal(consistent_look(&in, names), 1);
	assert_string_equal(names[0], "finding-without-source");
	collector_id(peers, "rc");
	assert_int_equal(consistent_look(&in, names), 0);
	peer_table_free(peers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_agrees_breaks_no_rule),
		cmocka_unit_test(a_finding_needs_a_source),
		cmocka_unit_test(every_seed_is_found_by_its_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
