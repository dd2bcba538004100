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

static void clean(const struct text *t)
{
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
			words_evidence(&t, e, &(struct finding){a, 1, 0.5, 3});
			clean(&t);
			text_clear(&t);
			words_evidence(&t, e, &(struct finding){a, 1, NAN, NAN});
			clean(&t);
			text_free(&t);
		}
	for (uint8_t c = 0; c < CAUSE_COUNT; c++) {
		struct text t = {0};
		text_printf(&t, "%s %s %s", cause_row(c)->word, cause_row(c)->title, cause_row(c)->says);
		clean(&t);
		text_free(&t);
	}
}

static void numbers(void **state)
{
	struct text t = {0};
	(void)state;
	words_evidence(&t, EVIDENCE_LOSS_RAMP, &(struct finding){ANSWER_YES, 1, 27, NAN});
	assert_string_equal(text_string(&t), "Loss grew for 27 s before everything was silent.");
	text_clear(&t);
	words_evidence(&t, EVIDENCE_LONG_LEAD, &(struct finding){ANSWER_YES, 1, 11520, NAN});
	assert_non_null(strstr(text_string(&t), "3.2 h"));
	text_clear(&t);
	words_evidence(&t, EVIDENCE_BORDER_ANSWERS, &(struct finding){ANSWER_NO, 1, 0.56, NAN});
	assert_non_null(strstr(text_string(&t), "56 %"));
	text_clear(&t);
	words_evidence(&t, EVIDENCE_LOSS_RAMP, &(struct finding){ANSWER_UNKNOWN, 0, NAN, NAN});
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
		struct diagnosis d;
		struct text t = {0};
		for (int c = 0; c < CAUSE_COUNT; c++)
			prior[c] = cause_row((uint8_t)c)->prior;
		for (int e = 0; e < EVIDENCE_COUNT; e++)
			f[e] = (struct finding){(uint8_t)(unit_random(&seed) % (round % 3 + 1)), 1, 2, 3};
		diagnose_rank(f, prior, ratios_shipped(), round % 5 ? 1 : 0.3, &d);
		words_headline(&t, &d);
		assert_int_equal(d.abstained != 0, strstr(text_string(&t), "undetermined") != NULL);
		text_char(&t, '\n');
		words_verdict(&t, &d);
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

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_sentence), cmocka_unit_test(numbers),
					   cmocka_unit_test(verdicts)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
