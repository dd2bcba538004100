// SPDX-License-Identifier: ISC
// doc/CALIBRATION.md.
#include "evaluate/calibration.h"

#include "base/alloc.h"
#include "base/numbers.h"
#include "diagnose/causes.h"
#include "diagnose/diagnose.h"
#include "diagnose/evidence.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TELLING_MOST 25 // lines of the table of rates
#define PLOT_WIDTH   40

static const char *const calibration_document_kinds[GROUP_COUNT] = {
	[GROUP_VARIATION] = "one variation of one scenario",
	[GROUP_TOPOLOGY] = "one topology",
	[GROUP_WAY] = "one way of making a fault",
};

static void calibration_document_put_intro(struct text *t, const struct calibration *c)
{
	text_printf(
		t,
		"# Calibration of causes\n\n"
		"Written by `lacuna evaluate --calibration doc/CALIBRATION.md --ratios data/ratios.csv DIR...`; "
		"nothing here is typed by hand.\n\n"
		"- %zu recordings of the lab ([LAB.md](LAB.md)), %zu labelled incidents in them, %zu recordings without one (quiet hours and our own faults: "
		"nothing was raised).\n"
		"- %zu ways of making a fault, %zu variations of them, %zu topologies.\n"
		"- The recordings that are shipped (`recordings/`) and those that others labelled are not among them and never are.\n"
		"- Every figure is of incidents that the rates had not seen: "
		"each group is predicted from rates and a sharpness that were fitted without it. "
		"Seeds of one variation are not independent: together they count for %.1f recordings, and all of one way for %.1f.\n"
		"- *Right*: the leading cause is the label or one that the label calls acceptable, for the data cannot tell them apart; "
		"*exactly*: it is the label.\n\n",
		c->recordings, c->count, c->without, c->groups[GROUP_WAY].count, c->groups[GROUP_VARIATION].count,
		c->groups[GROUP_TOPOLOGY].count, CALIBRATE_WEIGHT, CALIBRATE_WAY);
}

static double calibration_document_share(size_t part, size_t of)
{
	return of ? (double)part / (double)of : NAN;
}

static void calibration_document_put_figures(struct text *t, const struct calibration *c,
					     const struct calibrate_report *r)
{
	text_put(
		t,
		"## Figures\n\n"
		"| left out at a time | groups | incidents | right | exactly | answered | right of the answered | right of the surest 50 % | 80 % | Brier | log loss | calibration error | a ruled-out cause above 0.2 |\n"
		"|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
	for (int k = 0; k < GROUP_COUNT; k++)
		text_printf(t,
			    "| %s | %zu | %zu | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f | %.3f | %zu |\n",
			    calibration_document_kinds[k], c->groups[k].count, r[k].count,
			    calibration_document_share(r[k].lenient, r[k].count),
			    calibration_document_share(r[k].strict, r[k].count),
			    calibration_document_share(r[k].answered, r[k].count),
			    calibration_document_share(r[k].answered_lenient, r[k].answered), r[k].at_coverage[0],
			    r[k].at_coverage[1], r[k].brier_lenient, r[k].log_loss_lenient, r[k].ece, r[k].ruled_out);
	text_put(
		t,
		"\n"
		"Brier score (sum over causes), log loss (nats) and calibration error (10 bins of the leading cause's probability) count an acceptable cause as right. "
		"Where two causes are acceptable they share the probability, so that the first is right more often than it says; "
		"against the label alone:\n\n"
		"| left out | Brier | log loss | calibration error |\n"
		"|---|--:|--:|--:|\n");
	for (int k = 0; k < GROUP_COUNT; k++)
		text_printf(t, "| %s | %.3f | %.3f | %.3f |\n", calibration_document_kinds[k], r[k].brier,
			    r[k].log_loss, r[k].ece_exact);
	text_char(t, '\n');
}

static void calibration_document_put_reliability(struct text *t, const struct calibrate_report *r, int kind)
{
	text_printf(t, "### Leaving out %s\n\n```\n   said  held  label  incidents\n",
		    calibration_document_kinds[kind]);
	for (int b = 0; b < CALIBRATE_BINS; b++) {
		const struct calibrate_bin *bin = &r->bins[b];
		if (!bin->count)
			continue;
		double n = (double)bin->count, said = bin->p / n, held = bin->right / n;
		char plot[PLOT_WIDTH + 2];
		memset(plot, ' ', sizeof(plot));
		plot[PLOT_WIDTH + 1] = '\0';
		plot[(int)(said * PLOT_WIDTH)] = '.';
		plot[(int)(held * PLOT_WIDTH)] = 'o';
		text_printf(t, "   %.2f  %.2f  %.2f  %4zu  |%s|\n", said, held, bin->exact / n, bin->count, plot);
	}
	text_put(t, "```\n\n");
}

static void calibration_document_put_confusion(struct text *t, const struct calibrate_report *r)
{
	bool used[CAUSE_COUNT] = {false};
	text_put(t, "## Which is taken for which\n\nLeaving out one way of making a fault. Rows: the label; columns: "
		    "the leading cause.\n\n|");
	for (int c = 0; c < CAUSE_COUNT; c++)
		for (int k = 0; k < CAUSE_COUNT; k++)
			used[c] |= r->confusion[c][k] || r->confusion[k][c];
	for (int c = 0; c < CAUSE_COUNT; c++)
		if (used[c])
			text_printf(t, " | %s", cause_row((uint8_t)c)->word);
	text_put(t, " |\n|---");
	for (int c = 0; c < CAUSE_COUNT; c++)
		text_put(t, used[c] ? "|--:" : "");
	text_put(t, "|\n");
	for (int c = 0; c < CAUSE_COUNT; c++) {
		size_t sum = 0;
		for (int k = 0; k < CAUSE_COUNT; k++)
			sum += r->confusion[c][k];
		if (!sum)
			continue;
		text_printf(t, "| %s", cause_row((uint8_t)c)->word);
		for (int k = 0; k < CAUSE_COUNT; k++)
			if (used[k])
				text_printf(t, " | %zu", r->confusion[c][k]);
		text_put(t, " |\n");
	}
	text_char(t, '\n');
}

struct telling { // how far the rates of an evidence lie apart
	int evidence;
	double spread;
};

static int calibration_document_by_spread(const void *a, const void *b)
{
	const struct telling *x = a, *y = b;
	int order = numbers_order_real(y->spread, x->spread);
	return order ? order : x->evidence - y->evidence;
}

static void calibration_document_put_rate_row(struct text *t, const struct ratios *r, int evidence)
{
	text_printf(t, "| %s", evidence_row((uint8_t)evidence)->name);
	for (int c = 0; c < CAUSE_COUNT; c++) {
		const struct ratio *one = &r->at[c][evidence];
		text_printf(t, " | %.2f", ratios_yes(r, (uint8_t)c, (uint8_t)evidence));
		if (one->answered > 0)
			text_printf(t, " (%.1f)", one->answered);
	}
	text_put(t, " |\n");
}

static void calibration_document_put_rates(struct text *t, const struct ratios *r)
{
	struct telling list[EVIDENCE_COUNT];
	for (int e = 0; e < EVIDENCE_COUNT; e++) {
		double least = 1, most = 0;
		for (int c = 0; c < CAUSE_COUNT; c++) {
			double p = ratios_yes(r, (uint8_t)c, (uint8_t)e);
			least = fmin(least, p);
			most = fmax(most, p);
		}
		list[e] = (struct telling){e, log(most / (1 - most)) - log(least / (1 - least))};
	}
	qsort(list, EVIDENCE_COUNT, sizeof(*list), calibration_document_by_spread);
	text_printf(t,
		    "## Rates\n\n"
		    "How often the answer is yes under each cause, of the %d most telling pieces of evidence; "
		    "in brackets the recordings of the lab that answered it (none: "
		    "the rate is the expert's or a published one, see `data/ratios.csv`). Sharpness: %.2f.\n\n"
		    "| evidence",
		    TELLING_MOST, r->sharpness);
	for (int c = 0; c < CAUSE_COUNT; c++)
		text_printf(t, " | %s", cause_row((uint8_t)c)->word);
	text_put(t, " |\n|---");
	for (int c = 0; c < CAUSE_COUNT; c++)
		text_put(t, "|--:");
	text_put(t, "|\n");
	for (int i = 0; i < TELLING_MOST && i < EVIDENCE_COUNT; i++)
		calibration_document_put_rate_row(t, r, list[i].evidence);
	text_char(t, '\n');
}

static void calibration_document_put_recordings(struct text *t, const struct calibration *c)
{
	const struct calibration_names *l = &c->groups[GROUP_VARIATION];
	char **sorted = alloc_zero(l->count + 1, sizeof(*sorted));
	memcpy(sorted, l->at, l->count * sizeof(*sorted));
	qsort(sorted, l->count, sizeof(*sorted), numbers_by_text);
	text_put(t, "## What was learnt from\n\nScenario, variation and incidents in all its seeds:\n\n");
	for (size_t i = 0; i < l->count; i++) {
		size_t n = 0;
		for (size_t k = 0; k < c->count; k++)
			n += strcmp(l->at[c->cases[k].group[GROUP_VARIATION]], sorted[i]) == 0;
		text_printf(t, "%s%s (%zu)", i ? ", " : "", sorted[i], n);
	}
	text_put(t, ".\n");
	free(sorted);
}

void calibration_document(const struct calibration *c, const struct calibrate_report reports[GROUP_COUNT],
			  const struct ratios *fitted, struct text *out)
{
	calibration_document_put_intro(out, c);
	calibration_document_put_figures(out, c, reports);
	text_put(
		out,
		"## Reliability\n\n"
		"Of what was said with a probability (`.`), how often it held (`o`), and how often it was the label itself.\n\n");
	for (int k = 0; k < GROUP_COUNT; k++)
		calibration_document_put_reliability(out, &reports[k], k);
	calibration_document_put_confusion(out, &reports[GROUP_WAY]);
	calibration_document_put_rates(out, fitted);
	calibration_document_put_recordings(out, c);
}
