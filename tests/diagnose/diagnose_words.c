// SPDX-License-Identifier: ISC
// Everything that can be said of a cause: no place left to fill, and never an actor.
#include "../unit/unit.h"

#include "diagnose/causes.h"
#include "diagnose/diagnose.h"
#include "diagnose/evidence.h"
#include "diagnose/words.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

static const char *const actors[] = {"government",	"regime",   "army",    "military",	"hacker",  "attack",
				     "state-sponsored", "ministry", "police",  "terror",	"crimin",  "enem",
				     "russia",		"china",    "korea",   "iran",		"who did", "blame",
				     "guilt",		"culprit",  "militia", "secret service"};

#define ASKED "DDoS attack" // what people ask about: a word for a mechanism here, and the one place of its kind

static void clean(struct text *t)
{
	char *asked = strstr(text_string(t), ASKED);
	if (asked)
		memset(asked, ' ', strlen(ASKED));
	char lower[4096];
	size_t n = t->length < sizeof(lower) - 1 ? t->length : sizeof(lower) - 1;
	for (size_t i = 0; i < n; i++)
		lower[i] = (char)tolower((unsigned char)t->bytes[i]);
	lower[n] = '\0';
	assert_true(n > 0);
	assert_null(strpbrk(lower, "{}"));
	for (size_t i = 0; i < sizeof(actors) / sizeof(*actors); i++)
		if (strstr(lower, actors[i]))
			fail_msg("'%s' in: %s", actors[i], lower);
}

static void every_sentence(void **state)
{
	(void)state;
	for (uint8_t e = 0; e < EVIDENCE_COUNT; e++)
		for (uint8_t a = ANSWER_NO; a <= ANSWER_YES; a++) {
			struct text t = {0};
			words_evidence(&t, NULL, e, &(struct finding){a, 1, 0.5, 3});
			clean(&t);
			text_clear(&t);
			words_evidence(&t, NULL, e, &(struct finding){a, 1, NAN, NAN});
			clean(&t);
			text_free(&t);
		}
	for (uint8_t c = 0; c < CAUSE_COUNT; c++) {
		struct text t = {0};
		text_printf(&t, "%s %s %s %s", cause_row(c)->word, cause_row(c)->title, cause_row(c)->says,
			    cause_row(c)->alike);
		assert_non_null(strstr(cause_row(c)->alike, "would look like this"));
		clean(&t);
		text_free(&t);
	}
}

static void numbers(void **state)
{
	struct text t = {0};
	(void)state;
	words_evidence(&t, NULL, EVIDENCE_LOSS_RAMP, &(struct finding){ANSWER_YES, 1, 27, NAN});
	assert_string_equal(text_string(&t), "Loss grew for 27 s before everything was silent.");
	text_clear(&t);
	words_evidence(&t, NULL, EVIDENCE_LONG_LEAD, &(struct finding){ANSWER_YES, 1, 11520, NAN});
	assert_non_null(strstr(text_string(&t), "3 h 12 min"));
	text_clear(&t);
	words_evidence(&t, NULL, EVIDENCE_BORDER_ANSWERS, &(struct finding){ANSWER_NO, 1, 0.56, NAN});
	assert_non_null(strstr(text_string(&t), "56 %"));
	text_clear(&t);
	words_evidence(&t, NULL, EVIDENCE_LOSS_RAMP, &(struct finding){ANSWER_UNKNOWN, 0, NAN, NAN});
	assert_int_equal(t.length, 0);
	text_free(&t);
}

static void verdicts(void **state)
{
	uint64_t seed = unit_seed();
	unsigned reasons = 0, stated = 0;
	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct finding f[EVIDENCE_COUNT];
		double prior[CAUSE_COUNT];
		struct verdict d;
		struct text t = {0};
		for (int c = 0; c < CAUSE_COUNT; c++)
			prior[c] = cause_prior(NULL, (uint8_t)c);
		for (int e = 0; e < EVIDENCE_COUNT; e++)
			f[e] = (struct finding){(uint8_t)(unit_random(&seed) % (round % 3 + 1)), 1, 2, 3};
		diagnose_rank(&(struct diagnose_answers){f, prior, ratios_shipped(), round % 5 ? 1 : 0.3, NULL}, &d);
		words_headline(&t, &d);
		assert_int_equal(d.abstained != 0, strstr(text_string(&t), "undetermined") != NULL);
		text_char(&t, '\n');
		words_verdict(&t, NULL, &d);
		text_char(&t, '\n');
		words_ask(&t, &d);
		clean(&t);
		reasons |= d.abstained;
		stated += !d.abstained;
		text_free(&t);
	}
	assert_int_equal(reasons, ABSTAIN_WEAK | ABSTAIN_CLOSE | ABSTAIN_ONE_FAMILY | ABSTAIN_COVERAGE);
	assert_true(stated > 0);
}

// A number that is not known is said to be so, wherever the sentence has a place for one, and nowhere else.
static void unknown_numbers(void **state)
{
	(void)state;
	for (uint8_t e = 0; e < EVIDENCE_COUNT; e++)
		for (uint8_t a = ANSWER_NO; a <= ANSWER_YES; a++) {
			const char *row = a == ANSWER_YES ? evidence_row(e)->yes : evidence_row(e)->no;
			if (strstr(row, "{origins}"))
				continue;
			struct text t = {0}, known = {0};
			words_evidence(&t, NULL, e, &(struct finding){a, 1, NAN, NAN});
			words_evidence(&known, NULL, e, &(struct finding){a, 1, 0.5, 3});
			assert_int_equal(strchr(row, '{') != NULL,
					 strstr(text_string(&t), "an unknown number") != NULL);
			assert_null(strstr(text_string(&known), "unknown number"));
			assert_null(strstr(text_string(&known), "nan"));
			if (!strchr(row, '{'))
				assert_string_equal(text_string(&t), row);
			text_free(&t);
			text_free(&known);
		}
	struct text t = {0};
	words_evidence(&t, NULL, EVIDENCE_LOSS_RAMP, &(struct finding){ANSWER_YES, 1, NAN, 3});
	assert_string_equal(text_string(&t), "Loss grew for an unknown number before everything was silent.");
	text_clear(&t);
	words_evidence(&t, NULL, EVIDENCE_SERVICES_ONE_BY_ONE, &(struct finding){ANSWER_YES, 1, 20, 4});
	assert_string_equal(text_string(&t), "4 services failed one after the other, over 20 s."); // each in its place
	text_free(&t);
}

static void spans(void **state)
{
	static const struct {
		double s;
		const char *said;
	} cases[] = {
		{0, "0.0 s"},	      {9.4, "9.4 s"},	       {89, "89 s"},	     {90, "2 min"}, {5340, "89 min"},
		{5400, "1 h 30 min"}, {172000, "47 h 46 min"}, {172800, "2.0 days"}, {-30, "-30 s"}};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct text t = {0};
		char whole[100];
		snprintf(whole, sizeof(whole), "Loss grew for %s before everything was silent.", cases[i].said);
		words_evidence(&t, NULL, EVIDENCE_LOSS_RAMP, &(struct finding){ANSWER_YES, 1, cases[i].s, NAN});
		assert_string_equal(text_string(&t), whole);
		text_free(&t);
	}
}

static struct verdict power_first(void)
{
	struct verdict d = {.known = true, .coverage = 0.4, .families = 1, .ask = EVIDENCE_COUNT};
	d.least_p = 0.7;
	d.least_ratio = 3;
	d.least_families = 2;
	d.ranked[0] = (struct hypothesis){.cause = CAUSE_POWER, .p = 0.85, .p_low = 0.63, .p_high = 0.94};
	d.ranked[1] = (struct hypothesis){.cause = CAUSE_CABLE, .p = 0.1};
	d.ranked[2] = (struct hypothesis){.cause = CAUSE_DISASTER, .p = 0.04};
	return d;
}

// What a run asked for other than the tables do is what its sentences say.
static void reasons_of_another_run(void **state)
{
	static const char *const said[] = {"no cause reaches 0.90", "the first is less than 5 times the second",
					   "1 kind of evidence speaks for the first, 4 are needed"};
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct verdict d = power_first();
		struct text t = {0};
		d.least_p = 0.9;
		d.least_ratio = 5;
		d.least_families = 4;
		words_abstention(&t, &d, (uint8_t)(1u << i));
		assert_string_equal(text_string(&t), said[i]);
		text_free(&t);
	}
}

// Each reason by itself: its words, and that the verdict has them and no other's.
static void reasons(void **state)
{
	static const char *const said[] = {"no cause reaches 0.70", "the second is more than a third of the first",
					   "1 kind of evidence speaks for the first, two are needed",
					   "only 40 % of those that watch could see"};
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct verdict d = power_first();
		struct text t = {0};
		d.abstained = (uint8_t)(1u << i);
		words_abstention(&t, &d, d.abstained);
		assert_string_equal(text_string(&t), said[i]);
		text_clear(&t);
		words_headline(&t, &d);
		assert_string_equal(text_string(&t),
				    "undetermined (leading: power, 0.85; a power cut would look like this)");
		text_clear(&t);
		words_verdict(&t, NULL, &d);
		clean(&t);
		for (unsigned k = 0; k < 4; k++)
			assert_int_equal(k == i, strstr(text_string(&t), said[k]) != NULL);
		assert_non_null(
			strstr(text_string(&t), "Competing: power (0.85), cable or transit (0.10).")); // not 0.04
		text_free(&t);
	}
}

static void stated(void **state)
{
	struct verdict d = power_first();
	struct text t = {0};
	(void)state;
	words_headline(&t, &d);
	assert_string_equal(text_string(&t), "power (a power cut would look like this): 0.85, likely");
	text_clear(&t);
	d.findings[EVIDENCE_WAVES] = (struct finding){ANSWER_YES, 1, 3, NAN};
	d.findings[EVIDENCE_REFUSED] = (struct finding){ANSWER_NO, 1, NAN, NAN};
	d.ranked[0].in_favour[d.ranked[0].favour_count++] = (struct argument){EVIDENCE_WAVES, 4};
	d.ranked[0].against[d.ranked[0].against_count++] = (struct argument){EVIDENCE_REFUSED, 0.5};
	words_verdict(&t, NULL, &d);
	assert_ptr_equal(strstr(text_string(&t), cause_row(CAUSE_POWER)->says), text_string(&t));
	assert_non_null(strstr(text_string(&t), "likely: 0.85; if such causes were three times rarer 0.63, three "
						"times commoner 0.94."));
	assert_non_null(strstr(text_string(&t), " Loss came and went 3 times before it stayed."));
	assert_non_null(strstr(text_string(&t), "Against it: Most failed services were silent rather than refusing."));
	assert_null(strstr(text_string(&t), "undetermined"));
	text_free(&t);
}

static void every_question(void **state)
{
	struct verdict d = power_first();
	struct text t = {0};
	(void)state;
	words_ask(&t, &d);
	assert_int_equal(t.length, 0); // nothing is left to ask
	for (uint8_t e = 0; e < EVIDENCE_COUNT; e++) {
		if (!evidence_row(e)->ask)
			continue;
		d.ask = e;
		text_clear(&t);
		words_ask(&t, &d);
		clean(&t);
		assert_string_equal(text_string(&t), evidence_row(e)->ask);
	}
	text_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_sentence),	  cmocka_unit_test(numbers), cmocka_unit_test(verdicts),
		cmocka_unit_test(unknown_numbers),	  cmocka_unit_test(spans),   cmocka_unit_test(reasons),
		cmocka_unit_test(reasons_of_another_run), cmocka_unit_test(stated),  cmocka_unit_test(every_question)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
