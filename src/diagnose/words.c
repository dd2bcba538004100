// SPDX-License-Identifier: ISC
// Sentences of the tables, filled with numbers.
#include "diagnose/words.h"

#include "diagnose/causes.h"
#include "diagnose/evidence.h"

void words_evidence(struct text *t, uint8_t evidence, const struct finding *f)
{
	const struct evidence_row *row = evidence_row(evidence);
	if (f->answer != ANSWER_UNKNOWN)
		text_put(t, f->answer == ANSWER_YES ? row->yes : row->no);
}

void words_headline(struct text *t, const struct diagnosis *d)
{
	const struct hypothesis *h = &d->ranked[0];
	if (d->abstained)
		text_printf(t, "undetermined (leading: %s, %.2f)", cause_row(h->cause)->title, h->p);
	else
		text_printf(t, "%s (%.2f)", cause_row(h->cause)->title, h->p);
}

void words_verdict(struct text *t, const struct diagnosis *d)
{
	text_put(t, cause_row(d->ranked[0].cause)->says);
}

void words_ask(struct text *t, const struct diagnosis *d)
{
	if (d->ask < EVIDENCE_COUNT)
		text_put(t, evidence_row(d->ask)->ask);
}

const char *words_likely(double p)
{
	return p >= 0.95 ? "very likely" : p >= 0.8 ? "likely" : p >= 0.3 ? "possible" : "unlikely";
}
