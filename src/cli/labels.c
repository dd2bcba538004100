// SPDX-License-Identifier: ISC
// Reads labels, scores them, prints both.
#include "cli/labels.h"

#include "base/err.h"
#include "cli/say.h"
#include "conf/file.h"
#include "evaluate/label_report.h"

#include <stdio.h>
#include <stdlib.h>

#define LABEL_BYTES (64u << 20)

static int labels_stdin_read(struct text *ret)
{
	char buffer[65536];
	size_t n;
	while ((n = fread(buffer, 1, sizeof(buffer), stdin)) > 0 && ret->length <= LABEL_BYTES)
		text_bytes(ret, buffer, n);
	return ret->length > LABEL_BYTES ? ERR_TOO_LARGE : 0;
}

static int labels_read_all(const char *path, struct labels *ret)
{
	struct text piped = {0};
	struct cursor bytes = {0};
	struct plan_error error = {0};
	bool from_stdin = strcmp(path, "-") == 0;
	int code = from_stdin ? labels_stdin_read(&piped) : file_read(path, LABEL_BYTES, &bytes, &error);
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
		say_line(
			"lacuna evaluate: %s:1: "
			"this heading is of no known list of labels (columns begin, end, country, scope, cause and *_visible, or start_date, end_date, country, geo_scope, actual_cause)",
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
	int status = labels_read_all(path, &labels);
	if (status)
		return status;
	bool both = !labels.shutdowns_only && labels.count > 1;
	if (both)
		label_score(&labels, &scores);
	if (json)
		label_report_json(&t, &labels, &scores);
	else
		label_report_text(&t, &labels, both ? &scores : NULL);
	fwrite(t.bytes, 1, t.length, stdout);
	size_t lost = 0;
	for (int r = 0; r < REJECT_COUNT; r++)
		lost += label_reject_costs_row((enum label_reject)r) ? labels.rejected[r] : 0;
	text_free(&t);
	labels_free(&labels);
	return lost ? 1 : 0;
}
