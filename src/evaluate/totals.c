// SPDX-License-Identifier: ISC
// Counts, and medians of errors.
#include "evaluate/totals.h"

#include "base/alloc.h"
#include "base/must.h"
#include "base/numbers.h"

#include <math.h>
#include <stdlib.h>

static void totals_note(double **list, size_t *n, size_t *capacity, double value)
{
	if (!isfinite(value))
		return;
	alloc_grow((void **)list, *n, capacity, sizeof(**list));
	(*list)[(*n)++] = fabs(value);
}

void totals_add(struct totals *e, const struct score *s, double watch_s)
{
	must(!(watch_s < 0));
	e->recordings++;
	e->false_outages += s->false_outages;
	e->missed |= !s->detected || s->false_outages;
	for (size_t i = 0; i < s->count; i++) {
		const struct score_outage *o = &s->outages[i];
		e->outages += o->asked;
		e->found += o->asked && o->detected;
		e->inside += o->asked && o->start_in_interval;
		e->scope_asked += o->asked && o->scope_ok != SCORE_NOT_ASKED;
		e->scope_right += o->asked && o->scope_ok == SCORE_YES;
		e->order_asked += o->order_ok != SCORE_NOT_ASKED;
		e->order_right += o->order_ok == SCORE_YES;
		e->recovery_asked += o->recovery_ok != SCORE_NOT_ASKED;
		e->recovery_right += o->recovery_ok == SCORE_YES;
		bool answered = o->cause_ok != SCORE_NOT_ASKED && !o->found->verdict.abstained;
		e->causes += o->cause_ok != SCORE_NOT_ASKED;
		e->causes_right += o->cause_ok == SCORE_YES;
		e->causes_strict += o->strict;
		e->answered += answered;
		e->answered_right += answered && o->cause_ok == SCORE_YES;
		e->ruled_out += o->ruled_out != 0;
		if (!o->asked)
			continue;
		totals_note(&e->start_errors, &e->starts, &e->start_capacity, o->start_error_s);
		totals_note(&e->end_errors, &e->ends, &e->end_capacity, o->end_error_s);
		if (!o->detected)
			continue;
		totals_note(&e->widths, &e->width_count, &e->width_capacity, o->interval_s);
		totals_note(&e->detect, &e->detects, &e->detect_capacity, o->detect_s);
		e->score_sum += o->interval_score_s;
		e->plain_sum += score_plain(o, watch_s);
		e->scored++;
	}
}

static double totals_quantile(double *list, size_t n, double q)
{
	if (!n)
		return NAN;
	qsort(list, n, sizeof(*list), numbers_by_double);
	return list[(size_t)(q * (double)(n - 1) + 0.5)];
}

static void totals_put_share(struct json *j, const char *key, size_t part, size_t of)
{
	json_key(j, key);
	json_real(j, of ? (double)part / (double)of : NAN, 4);
}

static double totals_mean(double sum, size_t n)
{
	return n ? sum / (double)n : NAN;
}

// A number of seconds, or a dash where nothing was measured.
static void totals_put_seconds(struct text *t, const char *what, double seconds, int digits)
{
	if (isnan(seconds))
		text_printf(t, "%s -", what);
	else
		text_printf(t, "%s %.*f s", what, digits, seconds);
}

void totals_text(struct text *t, struct totals *e, bool times)
{
	double start50 = totals_quantile(e->start_errors, e->starts, 0.5),
	       start90 = totals_quantile(e->start_errors, e->starts, 0.9);
	double end50 = totals_quantile(e->end_errors, e->ends, 0.5),
	       width50 = totals_quantile(e->widths, e->width_count, 0.5);
	if (!e->recordings)
		return; // of nothing there is no median
	text_printf(t, "\n%zu recordings, %zu outages: %zu found, %zu false; start error", e->recordings, e->outages,
		    e->found, e->false_outages);
	totals_put_seconds(t, " median", start50, 1);
	totals_put_seconds(t, ", p90", start90, 1);
	text_printf(t, "; %zu of %zu starts inside their interval", e->inside, e->found);
	totals_put_seconds(t, " (median width", width50, 1);
	totals_put_seconds(t, "); end error median", end50, 1);
	text_printf(t, "; scope right %zu of %zu, order %zu of %zu, recovery %zu of %zu", e->scope_right,
		    e->scope_asked, e->order_right, e->order_asked, e->recovery_right, e->recovery_asked);
	totals_put_seconds(t, "; interval score", totals_mean(e->score_sum, e->scored), 2);
	totals_put_seconds(t, " (plus or minus a watch interval:", totals_mean(e->plain_sum, e->scored), 2);
	text_char(t, ')');
	if (times) {
		totals_put_seconds(t, "; told after", totals_quantile(e->detect, e->detects, 0.5), 1);
		text_put(t, " (median)");
		totals_put_seconds(t, ",", totals_quantile(e->detect, e->detects, 0.9), 1);
		text_put(t, " (p90)");
	}
	text_printf(
		t,
		"; causes: "
		"%zu of %zu leading ones right or acceptable (%zu exactly), %zu answered, %zu of these right, %zu with a ruled-out cause above 0.2\n",
		e->causes_right, e->causes, e->causes_strict, e->answered, e->answered_right, e->ruled_out);
}

void totals_json(struct json *j, struct totals *e)
{
	double start50 = totals_quantile(e->start_errors, e->starts, 0.5),
	       start90 = totals_quantile(e->start_errors, e->starts, 0.9);
	double end50 = totals_quantile(e->end_errors, e->ends, 0.5),
	       width50 = totals_quantile(e->widths, e->width_count, 0.5);
	json_key(j, "summary");
	json_open(j, '{');
	json_key(j, "recordings");
	json_int(j, (int64_t)e->recordings);
	json_key(j, "outages");
	json_int(j, (int64_t)e->outages);
	json_key(j, "false_outages");
	json_int(j, (int64_t)e->false_outages);
	totals_put_share(j, "recall", e->found, e->outages);
	totals_put_share(j, "precision", e->found, e->found + e->false_outages);
	totals_put_share(j, "start_coverage", e->inside, e->found);
	totals_put_share(j, "scope_accuracy", e->scope_right, e->scope_asked);
	totals_put_share(j, "order_accuracy", e->order_right, e->order_asked);
	totals_put_share(j, "recovery_accuracy", e->recovery_right, e->recovery_asked);
	totals_put_share(j, "cause_accuracy", e->causes_right, e->causes);
	totals_put_share(j, "cause_accuracy_strict", e->causes_strict, e->causes);
	totals_put_share(j, "cause_answered", e->answered, e->causes);
	totals_put_share(j, "cause_accuracy_answered", e->answered_right, e->answered);
	json_key(j, "cause_ruled_out_above_0_2");
	json_int(j, (int64_t)e->ruled_out);
	json_key(j, "start_error_median_s");
	json_real(j, start50, 3);
	json_key(j, "start_error_p90_s");
	json_real(j, start90, 3);
	json_key(j, "start_interval_median_s");
	json_real(j, width50, 3);
	json_key(j, "start_interval_score_s");
	json_real(j, totals_mean(e->score_sum, e->scored), 3);
	json_key(j, "start_interval_score_plain_s");
	json_real(j, totals_mean(e->plain_sum, e->scored), 3);
	json_key(j, "time_to_detect_median_s");
	json_real(j, totals_quantile(e->detect, e->detects, 0.5), 1);
	json_key(j, "time_to_detect_p90_s");
	json_real(j, totals_quantile(e->detect, e->detects, 0.9), 1);
	json_key(j, "end_error_median_s");
	json_real(j, end50, 3);
	json_close(j, '}');
}

void totals_free(struct totals *e)
{
	free(e->start_errors);
	free(e->end_errors);
	free(e->widths);
	free(e->detect);
	*e = (struct totals){0};
}
