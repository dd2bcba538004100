// SPDX-License-Identifier: ISC
// One recording against its truth, in a JSON object or in lines of text.
#include "evaluate/score_report.h"

#include "diagnose/causes.h"

#include <math.h>

static void score_report_put_word(struct json *j, const char *key, int value)
{
	json_key(j, key);
	if (value == SCORE_NOT_ASKED)
		json_null(j);
	else
		json_bool(j, value == SCORE_YES);
}

static void score_report_put_null(struct json *j, const char *key)
{
	json_key(j, key);
	json_null(j);
}

static const struct verdict *score_report_diagnosis_of(const struct score_outage *o)
{
	return o->found && o->found->verdict.known ? &o->found->verdict : NULL;
}

static void score_report_put_cause(struct json *j, const struct score_outage *o)
{
	const struct verdict *d = score_report_diagnosis_of(o);
	if (!d) {
		score_report_put_null(j, "verdict");
		score_report_put_null(j, "leading");
		score_report_put_null(j, "leading_p");
		score_report_put_null(j, "abstained");
		score_report_put_null(j, "top1");
		score_report_put_null(j, "ruled_out_above_0_2");
		return;
	}
	const char *leading = cause_row(d->ranked[0].cause)->word;
	json_key(j, "verdict");
	json_string(j, d->abstained ? "undetermined" : leading);
	json_key(j, "leading");
	json_string(j, leading);
	json_key(j, "leading_p");
	json_real(j, d->ranked[0].p, 4);
	json_key(j, "abstained");
	json_bool(j, d->abstained != 0);
	score_report_put_word(j, "top1", o->cause_ok);
	json_key(j, "ruled_out_above_0_2");
	json_open(j, '[');
	for (uint8_t c = 0; c < CAUSE_COUNT; c++)
		if (o->ruled_out >> c & 1)
			json_string(j, cause_row(c)->word);
	json_close(j, ']');
}

static void score_report_put_outage(struct json *j, const struct score_outage *o)
{
	json_open(j, '{');
	json_key(j, "entity");
	json_string(j, o->truth->entity);
	json_key(j, "expected");
	json_string(j, o->truth->cause);
	json_key(j, "acceptable");
	json_open(j, '[');
	for (size_t i = 0; i < o->truth->acceptable.n; i++)
		json_string(j, o->truth->acceptable.at[i]);
	json_close(j, ']');
	score_report_put_cause(j, o);
	json_key(j, "detected");
	json_bool(j, o->detected);
	json_key(j, "start_error_s");
	json_real(j, o->start_error_s, 3);
	json_key(j, "end_error_s");
	json_real(j, o->end_error_s, 3);
	score_report_put_word(j, "start_in_interval", o->detected ? o->start_in_interval : SCORE_NOT_ASKED);
	score_report_put_word(j, "scope_ok", o->scope_ok);
	score_report_put_word(j, "order_ok", o->order_ok);
	score_report_put_word(j, "recovery_ok", o->recovery_ok);
	json_key(j, "start_interval_score_s");
	json_real(j, o->interval_score_s, 3);
	json_key(j, "time_to_detect_s");
	json_real(j, o->detect_s, 1);
	json_close(j, '}');
}

// All leading causes of the recording are right; not asked where there are none.
static int score_report_recording_top1(const struct score *s)
{
	int top1 = SCORE_NOT_ASKED;
	for (size_t i = 0; i < s->count; i++)
		if (s->outages[i].cause_ok != SCORE_NOT_ASKED && top1 != SCORE_NO)
			top1 = s->outages[i].cause_ok;
	return top1;
}

void score_json(struct json *j, const char *name, const struct score *s)
{
	json_open(j, '{');
	json_key(j, "name");
	json_string(j, name);
	json_key(j, "detected");
	json_bool(j, s->detected);
	score_report_put_word(j, "top1", score_report_recording_top1(s));
	json_key(j, "false_outages");
	json_int(j, s->false_outages);
	json_key(j, "outages");
	json_open(j, '[');
	for (size_t i = 0; i < s->count; i++)
		score_report_put_outage(j, &s->outages[i]);
	json_close(j, ']');
	json_close(j, '}');
}

static const char *score_report_word_of(int value)
{
	return value == SCORE_YES ? "yes" : value == SCORE_NO ? "NO" : "-";
}

static void score_report_line_cause(struct text *t, const struct score_outage *o)
{
	const struct verdict *d = score_report_diagnosis_of(o);
	if (d) {
		const char *leading = cause_row(d->ranked[0].cause)->word;
		text_printf(t, d->abstained ? "  (%s %.2f)" : "  %s %.2f", leading, d->ranked[0].p);
		if (o->cause_ok == SCORE_NO)
			text_printf(t, " WRONG, it was %s", o->truth->cause);
	}
	for (uint8_t c = 0; c < CAUSE_COUNT; c++)
		if (o->ruled_out >> c & 1)
			text_printf(t, " RULED OUT: %s", cause_row(c)->word);
	text_char(t, '\n');
}

void score_text(struct text *t, const char *name, const struct score *s)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct score_outage *o = &s->outages[i];
		text_printf(t, "%-24s %-8s %-9s", i ? "" : name, o->truth->scope ? o->truth->scope : "?",
			    o->detected ? "found"
			    : o->asked	? "MISSED"
					: "-");
		if (isfinite(o->start_error_s))
			text_printf(t, " start %+8.1f s (%s)", o->start_error_s,
				    o->start_in_interval ? "inside" : "outside");
		else
			text_printf(t, " %25s", "");
		if (isfinite(o->end_error_s))
			text_printf(t, " end %+8.1f s", o->end_error_s);
		else
			text_printf(t, " %15s", "");
		text_printf(t, "  scope %s  order %s  recovery %s", score_report_word_of(o->scope_ok),
			    score_report_word_of(o->order_ok), score_report_word_of(o->recovery_ok));
		score_report_line_cause(t, o);
	}
	if (s->false_outages)
		text_printf(t, "%-24s FALSE OUTAGES: %u\n", s->count ? "" : name, s->false_outages);
	else if (!s->count)
		text_printf(t, "%-24s nothing happened, nothing was raised\n", name);
}
