// SPDX-License-Identifier: ISC
// What labels say of themselves and how well they tell, as text and as JSON.
#include "evaluate/label_report.h"

static void label_report_print_rejects(struct text *t, const struct labels *l)
{
	text_printf(t, "%zu rows, %zu used", l->rows, l->count);
	for (int r = 0; r < REJECT_COUNT; r++) {
		if (!l->rejected[r])
			continue;
		text_printf(t, "; %zu %s", l->rejected[r], label_reject_name((enum label_reject)r));
		if (l->first[r])
			text_printf(t, " (first in line %u)", l->first[r]);
	}
	text_put(t, "\n");
}

static void label_report_print_report(struct text *t, const struct label_report *r)
{
	text_printf(t,
		    "\nAUC %.3f; Brier score %.4f against %.4f of the base rate alone, skill %.3f; log loss %.3f; "
		    "calibration error %.3f; precision %.3f, %.3f, %.3f at recall %.1f, %.1f, %.1f\n",
		    r->auc, r->brier, r->climatology, r->skill, r->log_loss, r->ece, r->precision[0], r->precision[1],
		    r->precision[2], label_recalls[0], label_recalls[1], label_recalls[2]);
	text_put(t, "  said   held   outages\n");
	for (int b = 0; b < LABEL_BINS; b++)
		if (r->bins[b].count)
			text_printf(t, "  %.3f  %.3f  %7zu\n", r->bins[b].p / (double)r->bins[b].count,
				    r->bins[b].ordered / (double)r->bins[b].count, r->bins[b].count);
}

static void label_report_print_scores(struct text *t, const struct label_scores *s)
{
	text_printf(
		t,
		"%zu national outages of %zu countries, %zu of them ordered; each country is predicted from all others\n\n",
		s->count, s->countries, s->ordered);
	text_printf(t, "%-52s %8s %8s\n", "known at the onset", "ordered", "others");
	for (int f = 0; f < FEATURE_COUNT; f++)
		text_printf(t, "%-52s %8.3f %8.3f\n", label_feature_name((enum label_feature)f), s->rate[f][1],
			    s->rate[f][0]);
	label_report_print_report(t, &s->of);
	text_printf(
		t,
		"\n"
		"Without the countries that have %d ordered outages and more: %zu outages, %zu ordered; the same predictions:\n",
		LABEL_MANY, s->rest_count, s->rest_ordered);
	label_report_print_report(t, &s->rest);
}

static void label_report_put_real(struct json *j, const char *key, double value)
{
	json_key(j, key);
	json_real(j, value, 4);
}

static void label_report_put_report(struct json *j, const struct label_report *r)
{
	label_report_put_real(j, "auc", r->auc);
	label_report_put_real(j, "brier", r->brier);
	label_report_put_real(j, "brier_climatology", r->climatology);
	label_report_put_real(j, "brier_skill", r->skill);
	label_report_put_real(j, "log_loss", r->log_loss);
	label_report_put_real(j, "calibration_error", r->ece);
	label_report_put_real(j, "precision_at_recall_0_5", r->precision[0]);
	label_report_put_real(j, "precision_at_recall_0_7", r->precision[1]);
	label_report_put_real(j, "precision_at_recall_0_9", r->precision[2]);
}

void label_report_json(struct text *t, const struct labels *l, const struct label_scores *s)
{
	struct json writer = {.out = t}, *j = &writer;
	json_open(j, '{');
	json_key(j, "rows");
	json_int(j, (int64_t)l->rows);
	json_key(j, "used");
	json_int(j, (int64_t)l->count);
	json_key(j, "rejected");
	json_open(j, '{');
	for (int r = 0; r < REJECT_COUNT; r++) {
		json_key(j, label_reject_name((enum label_reject)r));
		json_int(j, (int64_t)l->rejected[r]);
	}
	json_close(j, '}');
	json_key(j, "national");
	json_int(j, (int64_t)s->count);
	json_key(j, "ordered");
	json_int(j, (int64_t)s->ordered);
	label_report_put_report(j, &s->of);
	json_key(j, "without_countries_of_many");
	json_open(j, '{');
	json_key(j, "national");
	json_int(j, (int64_t)s->rest_count);
	json_key(j, "ordered");
	json_int(j, (int64_t)s->rest_ordered);
	label_report_put_report(j, &s->rest);
	json_close(j, '}');
	json_close(j, '}');
	text_char(t, '\n');
}

void label_report_text(struct text *t, const struct labels *l, const struct label_scores *s)
{
	label_report_print_rejects(t, l);
	if (s)
		label_report_print_scores(t, s);
	else
		text_put(t, "This list has shutdowns only: there is nothing to tell them from.\n");
}
