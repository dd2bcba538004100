// SPDX-License-Identifier: ISC
// The ranking of causes for people: short below an incident, whole for `explain`.
#include "report/cause.h"

#include "diagnose/causes.h"
#include "diagnose/evidence.h"
#include "diagnose/words.h"

#include <math.h>

#define P_LEAST	 0.005
#define NAME_MAX 24

static void cause_text_put_line(struct text *t, const struct text *words)
{
	text_bytes(t, words->bytes, words->length);
	text_char(t, '\n');
}

static void cause_text_put_ratio(struct text *t, double lr)
{
	if (lr >= 1)
		text_printf(t, "%.*f times more probable under it", lr < 10 ? 1 : 0, lr);
	else
		text_printf(t, "%.*f times less probable under it", 1 / lr < 10 ? 1 : 0, 1 / lr);
}

static void cause_text_put_argument(struct text *t, const char *member, const struct incident *n,
				    const struct argument *a)
{
	const struct verdict *d = &n->verdict;
	struct text words = {0};
	text_printf(t, "  %-12s", member);
	words_evidence(&words, &n->story, a->evidence, &d->findings[a->evidence]);
	text_put(&words, " (");
	cause_text_put_ratio(&words, a->lr);
	text_char(&words, ')');
	cause_text_put_line(t, &words);
	text_free(&words);
}

static void cause_text_put_ask(struct text *t, const struct verdict *d)
{
	struct text words = {0};
	words_ask(&words, d);
	if (words.length) {
		text_printf(t, "  %-12s", "would tell");
		cause_text_put_line(t, &words);
	}
	text_free(&words);
}

void cause_headline(struct text *t, const struct incident *n)
{
	if (!n->verdict.known)
		return;
	text_printf(t, "  %-12s", "why");
	words_headline(t, &n->verdict);
	text_char(t, '\n');
}

void cause_text(struct text *t, const struct incident *n)
{
	const struct verdict *d = &n->verdict;
	const struct hypothesis *h = &d->ranked[0];
	if (!d->known)
		return;
	if (h->favour_count)
		cause_text_put_argument(t, "for", n, &h->in_favour[0]);
	if (h->against_count)
		cause_text_put_argument(t, "against", n, &h->against[0]);
	cause_text_put_ask(t, d);
}

static void cause_text_put_table(struct text *t, const struct verdict *d)
{
	for (size_t i = 0; i < CAUSE_COUNT; i++) {
		const struct hypothesis *h = &d->ranked[i];
		if (i > 2 && h->p < P_LEAST)
			break;
		text_printf(t, "  %-12s%-*s %.3f  (%.2f to %.2f if such causes were three times rarer or commoner)\n",
			    i ? "" : "causes", NAME_MAX, cause_row(h->cause)->title, h->p, h->p_low, h->p_high);
	}
}

static void cause_text_put_files(struct text *t, const struct incident_view *v, uint8_t source)
{
	static const struct {
		uint8_t source;
		const char *of;
	} kinds[] = {
		{SOURCE_PROBES, "probes"}, {SOURCE_ROUTES, "routes"}, {SOURCE_BMP, "BMP"}, {SOURCE_SERIES, "series"}};
	bool first = true;
	for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++) {
		size_t count = 0;
		for (size_t i = 0; i < v->evidence_count && (source & kinds[k].source); i++)
			count += (v->evidence[i].holds & kinds[k].source) != 0;
		if (!count)
			continue;
		text_printf(t, "%s%s%zu file%s of %s", first ? "" : ", ", first ? "from " : "", count,
			    count == 1 ? "" : "s", kinds[k].of);
		first = false;
	}
}

// What answers it in all, each with its family and where it comes from.
static void cause_text_put_findings(struct text *t, const struct incident_view *v, const struct incident *n)
{
	const struct verdict *d = &n->verdict;
	bool first = true;
	for (uint8_t f = 0; f < FAMILY_COUNT; f++)
		for (uint8_t e = 0; e < EVIDENCE_COUNT; e++) {
			struct text words = {0};
			if (evidence_row(e)->family != f || d->findings[e].answer == ANSWER_UNKNOWN)
				continue;
			text_printf(t, "  %-12s", first ? "evidence" : "");
			first = false;
			words_evidence(&words, &n->story, e, &d->findings[e]);
			text_printf(&words, " [%s: %s; ", family_name(f), evidence_row(e)->name);
			cause_text_put_files(&words, v, evidence_row(e)->source);
			text_char(&words, ']');
			cause_text_put_line(t, &words);
			text_free(&words);
		}
}

static void cause_text_put_unknown(struct text *t, const struct verdict *d)
{
	bool first = true;
	for (uint8_t e = 0; e < EVIDENCE_COUNT; e++) {
		struct text words = {0};
		if (d->findings[e].answer != ANSWER_UNKNOWN || !evidence_row(e)->ask)
			continue;
		text_printf(t, "  %-12s", first ? "not known" : "");
		first = false;
		text_put(&words, evidence_row(e)->ask);
		cause_text_put_line(t, &words);
		text_free(&words);
	}
}

void cause_explain(struct text *t, const struct incident_view *v, const struct incident *n)
{
	const struct verdict *d = &n->verdict;
	const struct hypothesis *h = &d->ranked[0];
	struct text words = {0};
	incident_headline(t, v, n);
	if (!d->known)
		return;
	cause_headline(t, n);
	text_printf(t, "  %-12s", "verdict");
	words_verdict(&words, &n->story, d);
	cause_text_put_line(t, &words);
	text_free(&words);
	cause_text_put_table(t, d);
	for (uint8_t i = 0; i < h->favour_count; i++)
		cause_text_put_argument(t, i ? "" : "for", n, &h->in_favour[i]);
	for (uint8_t i = 0; i < h->against_count; i++)
		cause_text_put_argument(t, i ? "" : "against", n, &h->against[i]);
	cause_text_put_ask(t, d);
	cause_text_put_findings(t, v, n);
	cause_text_put_unknown(t, d);
}
