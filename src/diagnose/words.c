// SPDX-License-Identifier: ISC
// Sentences of the tables, filled with numbers.
#include "diagnose/words.h"

#include "base/must.h"

#include "diagnose/causes.h"
#include "diagnose/diagnose.h"
#include "diagnose/evidence.h"

#include "net/prefix.h"

#include <math.h>
#include <string.h>

#define COMPETE_LEAST 0.05 // a cause below this is not said to compete
#define COMPETE_MOST  3	   // of a sentence
#define WORDS_ORIGINS "{origins}"

static void words_put_hours(struct text *t, double s)
{
	int minutes = (int)(fabs(s) / 60) % 60;
	text_printf(t, "%d h", (int)(s / 3600));
	if (minutes)
		text_printf(t, " %d min", minutes);
}

static void words_put_seconds(struct text *t, double s)
{
	double size = fabs(s);
	if (size < 90)
		text_printf(t, "%.*f s", size < 10 ? 1 : 0, s);
	else if (size < 5400)
		text_printf(t, "%.0f min", s / 60);
	else if (size < 172800)
		words_put_hours(t, s);
	else
		text_printf(t, "%.1f days", s / 86400);
}

static void words_put_plain(struct text *t, double x)
{
	text_printf(t, "%.*f", fabs(x - round(x)) < 0.005 ? 0 : fabs(x) < 10 ? 1 : 0, x);
}

// {a}, {b}; with :s seconds, with :% a share. Returns what stands behind it; null: no such thing.
static const char *words_put_number(struct text *t, const char *at, const struct finding *f)
{
	double x = at[1] == 'a' ? f->value : f->other;
	const char *end = strchr(at, '}');
	if (!end || (at[1] != 'a' && at[1] != 'b'))
		return NULL;
	if (isnan(x))
		text_put(t, "an unknown number");
	else if (at[2] == ':' && at[3] == 's')
		words_put_seconds(t, x);
	else if (at[2] == ':' && at[3] == '%')
		text_printf(t, "%.0f %%", 100 * x);
	else
		words_put_plain(t, x);
	return end + 1;
}

static void words_put_networks(struct text *t, uint32_t n, uint32_t of)
{
	if (of == 1)
		text_put(t, n ? "the one full-feed network" : "not the one full-feed network");
	else
		text_printf(t, "%u of %u full-feed networks", n, of);
}

static void words_put_utc(struct text *t, struct instant when)
{
	struct text full = {0};
	text_utc(&full, instant_of(instant_seconds(when), 0));
	const char *string = text_string(&full);
	text_printf(t, "%.10s %.8s UTC", string, full.length >= 19 ? string + 11 : "");
	text_free(&full);
}

static void words_put_origin(struct text *t, const struct incident_origin *o)
{
	text_printf(t, "AS%u announced ", o->origin);
	text_prefix(t, &o->prefix);
	text_printf(t, o->more_specific ? " inside a prefix of AS%u at " : ", which AS%u announces, at ", o->expected);
	words_put_utc(t, o->first);
	text_put(t, ", seen by ");
	words_put_networks(t, o->networks, o->of_networks);
	if (o->without > o->networks)
		text_printf(t, "; %u of them had no route to AS%u then", o->without, o->expected);
}

// The first that is enough for an incident, and how many more there are.
static void words_put_origins(struct text *t, const struct story *story)
{
	size_t more = 0, first = SIZE_MAX;
	for (size_t i = 0; story && i < story->origin_count; i++) {
		first = first == SIZE_MAX && story->origins[i].enough ? i : first;
		more += story->origins[i].enough;
	}
	if (first == SIZE_MAX) {
		text_put(t, "Another network announced some of its addresses");
		return;
	}
	words_put_origin(t, &story->origins[first]);
	if (more > 1)
		text_printf(t, "; and %zu more announcement%s like it", more - 1, more > 2 ? "s" : "");
}

void words_evidence(struct text *t, const struct story *story, uint8_t evidence, const struct finding *f)
{
	const struct evidence_row *row = evidence_row(evidence);
	const char *at = f->answer == ANSWER_YES ? row->yes : f->answer == ANSWER_NO ? row->no : "";
	while (*at) {
		bool origins = strncmp(at, WORDS_ORIGINS, strlen(WORDS_ORIGINS)) == 0;
		if (origins)
			words_put_origins(t, story);
		const char *next = origins	? at + strlen(WORDS_ORIGINS)
				   : *at == '{' ? words_put_number(t, at, f)
						: NULL;
		if (!next)
			text_char(t, *at++);
		else
			at = next;
	}
}

const char *words_likely(double p)
{
	must(p >= 0 && p <= 1);
	return p >= 0.95  ? "very likely"
	       : p >= 0.8 ? "likely"
	       : p >= 0.5 ? "probable"
	       : p >= 0.2 ? "possible"
			  : "unlikely";
}

void words_headline(struct text *t, const struct verdict *d)
{
	const struct hypothesis *h = &d->ranked[0];
	if (d->abstained)
		text_printf(t, "undetermined (leading: %s, %.2f; %s)", cause_row(h->cause)->title, h->p,
			    cause_row(h->cause)->alike);
	else
		text_printf(t, "%s (%s): %.2f, %s", cause_row(h->cause)->title, cause_row(h->cause)->alike, h->p,
			    words_likely(h->p));
}

static void words_put_close(struct text *t, const struct verdict *d)
{
	if (d->least_ratio == 3)
		text_put(t, "the second is more than a third of the first");
	else
		text_printf(t, "the first is less than %g times the second", d->least_ratio);
}

static void words_put_families(struct text *t, const struct verdict *d)
{
	bool one = d->families == 1;
	text_printf(t, "%u kind%s of evidence speak%s for the first, ", d->families, one ? "" : "s", one ? "s" : "");
	if (d->least_families == 2)
		text_put(t, "two are needed");
	else
		text_printf(t, "%u are needed", d->least_families);
}

void words_abstention(struct text *t, const struct verdict *d, uint8_t reason)
{
	if (reason == ABSTAIN_WEAK)
		text_printf(t, "no cause reaches %.2f", d->least_p);
	else if (reason == ABSTAIN_CLOSE)
		words_put_close(t, d);
	else if (reason == ABSTAIN_ONE_FAMILY)
		words_put_families(t, d);
	else if (reason == ABSTAIN_COVERAGE)
		text_printf(t, "only %.0f %% of those that watch could see", 100 * d->coverage);
}

static void words_put_argument(struct text *t, const struct story *story, const struct verdict *d,
			       const struct argument *a)
{
	words_evidence(t, story, a->evidence, &d->findings[a->evidence]);
}

static void words_put_competitors(struct text *t, const struct verdict *d)
{
	text_put(t, " Competing: ");
	for (size_t i = 0; i < COMPETE_MOST; i++) {
		const struct hypothesis *h = &d->ranked[i];
		if (i && h->p < COMPETE_LEAST)
			break;
		text_printf(t, "%s%s (%.2f)", i ? ", " : "", cause_row(h->cause)->title, h->p);
	}
	text_char(t, '.');
}

static void words_put_undetermined(struct text *t, const struct verdict *d)
{
	bool first = true;
	text_put(t, "The cause is undetermined: ");
	for (unsigned reason = ABSTAIN_WEAK; reason <= ABSTAIN_COVERAGE; reason <<= 1) {
		if (!(d->abstained & reason))
			continue;
		text_put(t, first ? "" : "; ");
		words_abstention(t, d, (uint8_t)reason);
		first = false;
	}
	text_char(t, '.');
	words_put_competitors(t, d);
}

void words_verdict(struct text *t, const struct story *story, const struct verdict *d)
{
	const struct hypothesis *h = &d->ranked[0];
	if (d->abstained) {
		words_put_undetermined(t, d);
	} else {
		text_put(t, cause_row(h->cause)->says);
		text_printf(t,
			    " This is %s: %.2f; if such causes were three times rarer %.2f, three times commoner %.2f.",
			    words_likely(h->p), h->p, h->p_low, h->p_high);
	}
	if (h->favour_count) {
		text_char(t, ' ');
		words_put_argument(t, story, d, &h->in_favour[0]);
	}
	if (h->against_count) {
		text_put(t, " Against it: ");
		words_put_argument(t, story, d, &h->against[0]);
	}
}

void words_ask(struct text *t, const struct verdict *d)
{
	if (d->ask < EVIDENCE_COUNT)
		text_put(t, evidence_row(d->ask)->ask);
}
