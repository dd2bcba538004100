// SPDX-License-Identifier: ISC
// The ranking of causes as members of an incident.
#include "report/cause.h"

#include "base/json.h"
#include "diagnose/causes.h"
#include "diagnose/diagnose.h"
#include "diagnose/evidence.h"
#include "diagnose/words.h"
#include "report/refs.h"

#include <math.h>

#define CAUSES_LEAST 3
#define P_LEAST	     0.005

static void cause_json_put_words(struct json *j, const char *key, const struct text *words)
{
	json_key(j, key);
	if (words->length)
		json_string_n(j, words->bytes, words->length);
	else
		json_null(j);
}

static void cause_json_put_says(struct json *j, const struct incident *n, uint8_t evidence)
{
	const struct verdict *d = &n->verdict;
	struct text words = {0};
	words_evidence(&words, &n->story, evidence, &d->findings[evidence]);
	cause_json_put_words(j, "says", &words);
	text_free(&words);
}

static void cause_json_put_arguments(struct json *j, struct refs *refs, const struct argument *list, uint8_t count)
{
	json_open(j, '[');
	for (uint8_t i = 0; i < count; i++) {
		const struct evidence_row *row = evidence_row(list[i].evidence);
		json_open(j, '{');
		json_key(j, "evidence");
		json_string(j, row->name);
		json_key(j, "lr");
		json_real(j, list[i].lr, 3);
		cause_json_put_says(j, refs->incident, list[i].evidence);
		refs_json(j, refs, row->source);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void cause_json_put_causes(struct json *j, const struct verdict *d, struct refs *refs)
{
	json_open(j, '[');
	for (size_t i = 0; i < CAUSE_COUNT && (i < CAUSES_LEAST || d->ranked[i].p >= P_LEAST); i++) {
		const struct hypothesis *h = &d->ranked[i];
		json_open(j, '{');
		json_key(j, "cause");
		json_string(j, cause_row(h->cause)->word);
		json_key(j, "p");
		json_real(j, h->p, 4);
		json_key(j, "p_if_rarer");
		json_real(j, h->p_low, 4);
		json_key(j, "p_if_commoner");
		json_real(j, h->p_high, 4);
		json_key(j, "for");
		cause_json_put_arguments(j, refs, h->in_favour, h->favour_count);
		json_key(j, "against");
		cause_json_put_arguments(j, refs, h->against, h->against_count);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void cause_json_put_reasons(struct json *j, const struct verdict *d)
{
	json_open(j, '[');
	for (unsigned reason = ABSTAIN_WEAK; reason <= ABSTAIN_COVERAGE; reason <<= 1) {
		struct text words = {0};
		if (!(d->abstained & reason))
			continue;
		words_abstention(&words, d, (uint8_t)reason);
		json_string_n(j, words.bytes, words.length);
		text_free(&words);
	}
	json_close(j, ']');
}

static void cause_json_put_verdict(struct json *j, const struct incident *n)
{
	const struct verdict *d = &n->verdict;
	struct text words = {0};
	const char *first = cause_row(d->ranked[0].cause)->word;
	json_open(j, '{');
	json_key(j, "cause");
	json_string(j, d->abstained ? "undetermined" : first);
	json_key(j, "leading");
	json_string(j, first);
	json_key(j, "abstained");
	json_bool(j, d->abstained != 0);
	json_key(j, "reasons");
	cause_json_put_reasons(j, d);
	words_verdict(&words, &n->story, d);
	cause_json_put_words(j, "says", &words);
	text_free(&words);
	json_key(j, "families");
	json_int(j, d->families);
	json_key(j, "coverage");
	json_real(j, d->coverage, 4);
	json_close(j, '}');
}

static void cause_json_put_ask(struct json *j, const struct verdict *d)
{
	struct text words = {0};
	if (d->ask >= EVIDENCE_COUNT) {
		json_null(j);
		return;
	}
	json_open(j, '{');
	json_key(j, "observation");
	json_string(j, evidence_row(d->ask)->name);
	words_ask(&words, d);
	cause_json_put_words(j, "says", &words);
	json_key(j, "bits");
	json_real(j, d->ask_bits, 3);
	json_close(j, '}');
	text_free(&words);
}

static void cause_json_put_findings(struct json *j, const struct verdict *d, struct refs *refs)
{
	json_open(j, '[');
	for (uint8_t e = 0; e < EVIDENCE_COUNT; e++) {
		const struct finding *f = &d->findings[e];
		if (f->answer == ANSWER_UNKNOWN)
			continue;
		json_open(j, '{');
		json_key(j, "evidence");
		json_string(j, evidence_row(e)->name);
		json_key(j, "answer");
		json_string(j, f->answer == ANSWER_YES ? "yes" : "no");
		json_key(j, "strength");
		json_real(j, f->strength, 3);
		cause_json_put_says(j, refs->incident, e);
		refs_json(j, refs, evidence_row(e)->source);
		json_close(j, '}');
	}
	json_close(j, ']');
}

void cause_json(struct json *j, const struct incident_view *v, const struct incident *n)
{
	static const char *const members[] = {"causes", "verdict", "would_change_most", "findings"};
	const struct verdict *d = &n->verdict;
	struct refs refs = {.view = v, .incident = n};
	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
		json_key(j, members[i]);
		if (!d->known)
			json_null(j);
		else if (i == 0)
			cause_json_put_causes(j, d, &refs);
		else if (i == 1)
			cause_json_put_verdict(j, n);
		else if (i == 2)
			cause_json_put_ask(j, d);
		else
			cause_json_put_findings(j, d, &refs);
	}
	refs_free(&refs);
}
