// SPDX-License-Identifier: ISC
// Damaged input in words, a line for each place.
#include "intake/damage.h"

#include "base/err.h"
#include "base/text.h"

void damage_say(const struct notice_sink *notices, const struct feed *f, const struct record *gap)
{
	static const char *const cause[GAP_REASON_COUNT] = {
		[GAP_NONE] = "skipped",
		[GAP_FRAMING] = "damaged: no record could be recognised, reading went on behind it",
		[GAP_TRUNCATED] = "the file ends inside a record",
		[GAP_COMPRESSION] = "the compressed data is cut or broken; fetch the file again",
		[GAP_BOMB] = "refused: it decompresses to far more than such a file can hold",
		[GAP_UNREADABLE] = "cannot be read",
		[GAP_BAD_LINE] = "no readable time in it, or longer than 1 MiB",
		[GAP_FOREIGN] = "not read",
		[GAP_REPLACED] = "was cut or written anew while it was read: reading begins again at its start",
	};
	const struct feed_source *s = feed_source(f, gap->source);
	const char *why = gap->reason < GAP_REASON_COUNT ? cause[gap->reason] : "skipped";
	if (gap->reason == GAP_COMPRESSION && gap->error == ERR_TOO_LARGE)
		why = "packed so that unpacking wants more memory than is allowed; pack it anew with a smaller window";
	if (gap->reason == GAP_COMPRESSION && gap->error == ERR_UNSUPPORTED)
		why = "packed in a way that is not read (a dictionary, or a filter); pack it anew";
	struct text line = {0};
	text_put(&line, "lacuna: ");
	text_untrusted(&line, s->path, strlen(s->path));
	if (gap->why && gap->reason == GAP_BAD_LINE)
		text_printf(&line, ": line %llu: ", (unsigned long long)gap->line);
	else if (gap->why)
		text_put(&line, ": ");
	else if (gap->reason == GAP_BAD_LINE && gap->line)
		text_printf(&line, ": line %llu: %s", (unsigned long long)gap->line, cause[gap->reason]);
	else if (gap->reason == GAP_BAD_LINE)
		text_printf(&line, ": %llu more such lines or series", (unsigned long long)gap->more);
	else if (gap->reason == GAP_REPLACED)
		text_printf(&line, ": %s", cause[gap->reason]);
	else if (gap->reason == GAP_UNREADABLE)
		text_printf(&line, ": %s: %s", cause[gap->reason], err_text(gap->error));
	else
		text_printf(&line, ": bytes %llu to %llu: %s", (unsigned long long)gap->offset,
			    (unsigned long long)(gap->offset + gap->length), why);
	if (gap->why)
		text_untrusted(&line, gap->why, strlen(gap->why));
	notice_line(notices, "%s", text_string(&line));
	text_free(&line);
}
