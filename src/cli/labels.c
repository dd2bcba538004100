// SPDX-License-Identifier: ISC
// Reads labels, scores them, prints both.
#include "cli/labels.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/label_score.h"
#include "cli/say.h"
#include "conf/file.h"

#include <stdio.h>
#include <stdlib.h>

#define LABEL_BYTES (64u << 20)

static void print_rejects(struct text *t, const struct labels *l)
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

static void print_report(struct text *t, const struct label_report *r)
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

static void print_scores(struct text *t, const struct label_scores *s)
{
	text_printf(t,
		    "%zu national outages of %zu countries, %zu of them ordered; each country is predicted from all "
		    "others\n\n",
		    s->count, s->countries, s->ordered);
	text_printf(t, "%-52s %8s %8s\n", "known at the onset", "ordered", "others");
	for (int f = 0; f < FEATURE_COUNT; f++)
		text_printf(t, "%-52s %8.3f %8.3f\n", label_feature_name((enum label_feature)f), s->rate[f][1],
			    s->rate[f][0]);
	print_report(t, &s->of);
	text_printf(t,
		    "\nWithout the countries that have %d ordered outages and more: %zu outages, %zu ordered; the same "
		    "predictions:\n",
		    LABEL_MANY, s->rest_count, s->rest_ordered);
	print_report(t, &s->rest);
}

static void put_real(struct json *j, const char *key, double value)
{
	json_key(j, key);
	json_real(j, value, 4);
}

static void put_report(struct json *j, const struct label_report *r)
{
	put_real(j, "auc", r->auc);
	put_real(j, "brier", r->brier);
	put_real(j, "brier_climatology", r->climatology);
	put_real(j, "brier_skill", r->skill);
	put_real(j, "log_loss", r->log_loss);
	put_real(j, "calibration_error", r->ece);
	put_real(j, "precision_at_recall_0_5", r->precision[0]);
	put_real(j, "precision_at_recall_0_7", r->precision[1]);
	put_real(j, "precision_at_recall_0_9", r->precision[2]);
}

static void print_json(struct text *t, const struct labels *l, const struct label_scores *s)
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
	put_report(j, &s->of);
	json_key(j, "without_countries_of_many");
	json_open(j, '{');
	json_key(j, "national");
	json_int(j, (int64_t)s->rest_count);
	json_key(j, "ordered");
	json_int(j, (int64_t)s->rest_ordered);
	put_report(j, &s->rest);
	json_close(j, '}');
	json_close(j, '}');
	text_char(t, '\n');
}

static int stdin_read(struct text *ret)
{
	char buffer[65536];
	size_t n;
	while ((n = fread(buffer, 1, sizeof(buffer), stdin)) > 0 && ret->length <= LABEL_BYTES)
		text_bytes(ret, buffer, n);
	return ret->length > LABEL_BYTES ? ERR_TOO_LARGE : 0;
}

static int read_all(const char *path, struct labels *ret)
{
	struct text piped = {0};
	struct cursor bytes = {0};
	struct plan_error error = {0};
	bool from_stdin = strcmp(path, "-") == 0;
	int code = from_stdin ? stdin_read(&piped) : file_read(path, LABEL_BYTES, &bytes, &error);
	if (code < 0) {
		say_line("lacuna evaluate: %s", from_stdin ? "standard input is larger than 64 MiB" : error.text);
		text_free(&piped);
		return 3;
	}
	struct cursor content = bytes;
	if (from_stdin)
		content = (struct cursor){(const uint8_t *)piped.bytes, (const uint8_t *)piped.bytes + piped.length};
	bool gzip = content.end - content.at > 2 && content.at[0] == 0x1f && content.at[1] == 0x8b;
	code = gzip ? ERR_MALFORMED : labels_read(content, ret);
	if (gzip)
		say_line("lacuna evaluate: %s: compressed; use: zcat FILE | lacuna evaluate --labels -", path);
	else if (code == ERR_MALFORMED)
		say_line("lacuna evaluate: %s:1: this heading is of no known list of labels (columns begin, end, "
			 "country, scope, "
			 "cause and *_visible, or start_date, end_date, country, geo_scope, actual_cause)",
			 path);
	else if (code < 0)
		say_line("lacuna evaluate: %s: more than %d rows", path, LABELS_MAX);
	text_free(&piped);
	if (!from_stdin)
		file_drop(&bytes);
	return code < 0 ? 3 : 0;
}

int labels_run(const char *path, bool json)
{
	struct labels labels;
	struct label_scores scores = {0};
	struct text t = {0};
	int status = read_all(path, &labels);
	if (status)
		return status;
	bool both = !labels.shutdowns_only && labels.count > 1;
	if (both)
		label_score(&labels, &scores);
	if (json) {
		print_json(&t, &labels, &scores);
	} else {
		print_rejects(&t, &labels);
		if (both)
			print_scores(&t, &scores);
		else
			text_put(&t, "This list has shutdowns only: there is nothing to tell them from.\n");
	}
	fwrite(t.bytes, 1, t.length, stdout);
	size_t lost = 0;
	for (int r = 0; r < REJECT_COUNT; r++)
		lost += label_reject_costs_row((enum label_reject)r) ? labels.rejected[r] : 0;
	text_free(&t);
	labels_free(&labels);
	return lost ? 1 : 0;
}
