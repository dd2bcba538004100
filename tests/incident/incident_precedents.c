// SPDX-License-Identifier: ISC
// The shipped list of precedents, what the reader refuses, and which of them an incident resembles.
// Tests: src/incident/precedent.c
#include "../unit/unit.h"
#include "base/alloc.h"
#include "base/err.h"
#include "incident/precedent.h"
#include "reference/precedents.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#define BIT(s) (1u << (s))

static int read_text(const char *text, struct precedents *ret, struct file_error *e)
{
	char path[] = "precedents-XXXXXX";
	int handle = mkstemp(path);
	assert_true(handle >= 0);
	assert_int_equal(write(handle, text, strlen(text)), strlen(text));
	close(handle);
	int code = precedents_read(path, ret, e);
	unlink(path);
	return code;
}

static struct precedents shipped(void)
{
	struct precedents list = {0};
	struct file_error e = {0};
	const char *path = getenv("LACUNA_PRECEDENTS");
	if (precedents_read(path ? path : "data/precedents.json", &list, &e) != 0)
		fail_msg("%s", e.message);
	return list;
}

static const struct precedent *named(const struct precedents *list, const char *id)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->at[i].id, id) == 0)
			return &list->at[i];
	fail_msg("no %s", id);
	return NULL;
}

static void test_shipped(void **state)
{
	(void)state;
	struct precedents list = shipped();
	assert_true(list.count >= 40);
	const struct precedent *p = named(&list, "kp-2022-01-26");
	assert_string_equal(p->mechanism, "network-stress");
	assert_int_equal(p->facts.start.ns, 1643142600 * NS_PER_S);
	assert_true(p->facts.duration_s == 21600 && p->facts.start_uncertainty_s == 1800);
	assert_true(p->facts.order[0] == BIT(SIGNAL_LOSS) && p->facts.order[2] == BIT(SIGNAL_ROUTES) &&
		    !p->facts.order[3]);
	assert_string_equal(named(&list, "kp-2014-12-22")->mechanism, "undetermined");
	assert_true(named(&list, "facebook-2021-10-04")->facts.duration_s == 19560);
	assert_true(named(&list, "kazakhstan-2022-01-05")->facts.still & BIT(SIGNAL_ROUTES));
	assert_false(instant_known(named(&list, "exams-iraq-2018-2021")->facts.start));
	precedents_free(&list);
	assert_int_equal(list.count, 0);
}

static void no_word(const char *id, const char *text)
{
	static const char *const words[] = {"attack",	       "hack",	  "regime", "blame", "culprit",	  "guilty",
					    "state-sponsored", "terror",  "censor", "crime", "perpetrat", "retaliat",
					    "enemy",	       "sabotage"};
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcasestr(text, words[i]))
			fail_msg("%s says \"%s\"", id, words[i]);
}

// Mechanisms, never actors: no word that says who, or blames.
static void test_no_actor(void **state)
{
	(void)state;
	struct precedents list = shipped();
	for (size_t i = 0; i < list.count; i++) {
		const struct precedent *p = &list.at[i];
		const char *texts[] = {p->name, p->said_by, p->source, p->note ? p->note : ""};
		for (size_t k = 0; k < 4; k++)
			no_word(p->id, texts[k]);
	}
	precedents_free(&list);
}

#define GOOD                                                                                                           \
	"\"id\":\"x\",\"entity\":\"country/"                                                                           \
	"KX\",\"name\":\"n\",\"mechanism\":\"power\",\"said_by\":\"s\",\"source\":\"t\""
#define FILE_OF(members) "{\"format\":\"lacuna-precedents/1\",\"precedents\":[{" members "}]}"

static void test_refused(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"",
		"[]",
		"{\"format\":\"lacuna-precedents/2\",\"precedents\":[]}",
		"{\"format\":\"lacuna-precedents/1\",\"precedents\":{}}",
		"{\"format\":\"lacuna-precedents/1\",\"precedents\":[3]}",
		FILE_OF("\"id\":\"x\""),
		FILE_OF("\"id\":\"X y\""),
		FILE_OF(GOOD ",\"actor\":\"someone\""),
		FILE_OF(GOOD ",\"start\":\"2022-01-25T20:30:00Z\""),
		FILE_OF(GOOD ",\"start_uncertainty_s\":3"),
		FILE_OF(GOOD ",\"start\":\"2022-01-25 20:30\",\"start_uncertainty_s\":3"),
		FILE_OF(GOOD ",\"start\":\"2022-01-25T20:30:00Z\",\"start_uncertainty_s\":-3"),
		FILE_OF(GOOD ",\"start\":\"2022-01-25T20:30:00Z\",\"start_uncertainty_s\":3,\"end\":\"2022-01-25T20:30:"
			     "00Z\""),
		FILE_OF(GOOD ",\"start\":\"2022-01-25T20:30:00Z\",\"start_uncertainty_s\":3,\"end\":\"2022-01-26T20:30:"
			     "00Z\","
			     "\"duration_s\":60"),
		FILE_OF(GOOD ",\"duration_s\":\"long\""),
		FILE_OF(GOOD ",\"fraction_down\":1.5"),
		FILE_OF(GOOD ",\"moved\":[\"gravity\"]"),
		FILE_OF(GOOD ",\"moved\":[\"routes\",\"routes\"]"),
		FILE_OF(GOOD ",\"moved\":\"routes\""),
		FILE_OF(GOOD ",\"moved\":[\"routes\"],\"still\":[\"routes\"]"),
		FILE_OF(GOOD ",\"moved\":[\"routes\"],\"order\":[[\"loss\"]]"),
		FILE_OF(GOOD ",\"moved\":[\"routes\"],\"order\":[[\"routes\"],[\"routes\"]]"),
		FILE_OF(GOOD ",\"moved\":[\"routes\"],\"order\":[[]]"),
		FILE_OF(GOOD ",\"moved\":[\"routes\"],\"order\":[\"routes\"]"),
		FILE_OF(GOOD ",\"note\":\"a\\u0000b\""),
		FILE_OF(GOOD "},{" GOOD),
		FILE_OF("\"id\":\"x\",\"entity\":\"KX\",\"name\":\"n\",\"mechanism\":\"power\",\"said_by\":\"s\","
			"\"source\":\"t\""),
		FILE_OF("\"id\":\"x\",\"entity\":\"a/"
			"b\",\"name\":\"n\",\"mechanism\":\"magic\",\"said_by\":\"s\",\"source\":\"t\""),
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct precedents list = {.count = 77};
		struct file_error e = {0};
		if (read_text(texts[i], &list, &e) != ERR_MALFORMED)
			fail_msg("taken: %s", texts[i]);
		assert_true(e.message[0] && list.count == 77);
	}
	struct precedents list;
	struct file_error e;
	assert_int_equal(read_text(FILE_OF(GOOD ",\"moved\":[\"routes\"]"), &list, &e), 0);
	assert_true(list.count == 1 && list.at[0].facts.fraction_down < 0 && list.at[0].facts.duration_s == 0);
	precedents_free(&list);
	assert_int_equal(precedents_read("no/such/file", &list, &e), ERR_NOT_FOUND);
}

static void nearest_is(const struct precedents *list, const struct precedent_facts *subject, const char *id)
{
	struct precedent_facts *facts = alloc_zero(list->count, sizeof(*facts));
	for (size_t i = 0; i < list->count; i++)
		facts[i] = list->at[i].facts;
	struct precedent_match m[PRECEDENT_NEAREST];
	assert_int_equal(precedent_similar(NULL, subject, facts, list->count, m), PRECEDENT_NEAREST);
	for (size_t i = 0; i < PRECEDENT_NEAREST; i++) {
		print_message("%s %.4f\n", list->at[m[i].index].id, m[i].similarity);
		assert_true(m[i].similarity >= 0 && m[i].similarity <= 1);
		assert_true(i == 0 || m[i].similarity <= m[i - 1].similarity);
	}
	assert_string_equal(list->at[m[0].index].id, id);
	free(facts);
}

static void test_similar(void **state)
{
	(void)state;
	struct precedents list = shipped();
	struct precedent_facts ramp = {
		.moved = BIT(SIGNAL_LOSS) | BIT(SIGNAL_LATENCY) | BIT(SIGNAL_SERVICE_DNS) | BIT(SIGNAL_SERVICE_HTTP) |
			 BIT(SIGNAL_SERVICE_SMTP) | BIT(SIGNAL_ROUTES),
		.order = {BIT(SIGNAL_LOSS) | BIT(SIGNAL_LATENCY),
			  BIT(SIGNAL_SERVICE_HTTP) | BIT(SIGNAL_SERVICE_DNS) | BIT(SIGNAL_SERVICE_SMTP),
			  BIT(SIGNAL_ROUTES)},
		.recovery = {BIT(SIGNAL_ROUTES), BIT(SIGNAL_SERVICE_SMTP), BIT(SIGNAL_SERVICE_HTTP)},
		.start = {1795418982 * NS_PER_S},
		.start_uncertainty_s = 1,
		.duration_s = 5 * 3600,
		.fraction_down = 1};
	nearest_is(&list, &ramp, "kp-2022-01-26");
	struct precedent_facts together = {
		.moved = BIT(SIGNAL_SERVICE_DNS) | BIT(SIGNAL_SERVICE_SMTP) | BIT(SIGNAL_ROUTES),
		.order = {BIT(SIGNAL_SERVICE_DNS) | BIT(SIGNAL_SERVICE_SMTP) | BIT(SIGNAL_ROUTES)},
		.start = INSTANT_NONE,
		.start_uncertainty_s = -1,
		.duration_s = 8 * 3600,
		.fraction_down = 1};
	nearest_is(&list, &together, "kp-2025-06-07");
	struct precedent_facts slower = {.moved = BIT(SIGNAL_LATENCY),
					 .still = BIT(SIGNAL_ROUTES) | BIT(SIGNAL_LOSS),
					 .start = INSTANT_NONE,
					 .start_uncertainty_s = -1,
					 .duration_s = 86400};
	nearest_is(&list, &slower, "red-sea-2025-09-06");
	precedents_free(&list);
}

static void test_similar_edges(void **state)
{
	(void)state;
	struct precedent_facts known[5] = {0}, subject = {.start = INSTANT_NONE, .fraction_down = -1};
	struct precedent_match m[PRECEDENT_NEAREST];
	for (size_t i = 0; i < 5; i++)
		known[i] = (struct precedent_facts){.start = INSTANT_NONE, .fraction_down = -1};
	assert_int_equal(precedent_similar(NULL, &subject, known, 5, m), 0); // nothing is known
	assert_int_equal(precedent_similar(NULL, &subject, known, 0, m), 0);
	subject.moved = known[3].moved = BIT(SIGNAL_ROUTES);
	assert_int_equal(precedent_similar(NULL, &subject, known, 5, m), 0); // one thing is too little
	subject.duration_s = known[3].duration_s = 100;
	assert_int_equal(precedent_similar(NULL, &subject, known, 5, m), 1);
	assert_true(m[0].index == 3 && m[0].similarity == 1);
	known[3].fraction_down = 0.5; // known of one only
	assert_int_equal(precedent_similar(NULL, &subject, known, 5, m), 1);
	assert_true(m[0].similarity < 0.9);
	subject.duration_s = NAN;
	known[3].duration_s = INFINITY;
	subject.fraction_down = NAN;
	assert_true(precedent_similar(NULL, &subject, known, 5, m) == 0 ||
		    (m[0].similarity >= 0 && m[0].similarity <= 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shipped), cmocka_unit_test(test_no_actor),      cmocka_unit_test(test_refused),
		cmocka_unit_test(test_similar), cmocka_unit_test(test_similar_edges),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
