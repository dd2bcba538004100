// SPDX-License-Identifier: ISC
// Formats a line and hands it on.
#include "base/notice.h"

#include "base/text.h"

void notice_line(const struct notice_sink *sink, const char *format, ...)
{
	struct text line = {0};
	va_list args;
	if (!sink->line)
		return;
	va_start(args, format);
	text_message(&line, format, args);
	va_end(args);
	sink->line(sink->context, text_string(&line));
	text_free(&line);
}

void notice_progress(const struct notice_sink *sink, uint64_t done, uint64_t total)
{
	if (sink->progress)
		sink->progress(sink->context, done, total);
}

void notice_progress_end(const struct notice_sink *sink)
{
	if (sink->progress_end)
		sink->progress_end(sink->context);
}
