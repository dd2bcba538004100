// SPDX-License-Identifier: ISC
// Messages, one line each, in one write.
#include "cli/say.h"

#include "base/text.h"
#include "cli/progress.h"

#include <stdio.h>

static void say_notice(void *context, const char *text)
{
	(void)context;
	say_line("%s", text);
}

static struct progress say_bar = {.percent = -1};

static void say_progress(void *context, uint64_t done, uint64_t total)
{
	(void)context;
	if (!say_bar.shown)
		progress_begin(&say_bar, false);
	progress_at(&say_bar, done, total);
}

static void say_progress_end(void *context)
{
	(void)context;
	progress_end(&say_bar);
}

const struct notice_sink say_notices = {NULL, say_notice, say_progress, say_progress_end};

void say_line(const char *format, ...)
{
	struct text line = {0};
	va_list args;
	va_start(args, format);
	text_message(&line, format, args);
	va_end(args);
	text_char(&line, '\n');
	fwrite(line.bytes, 1, line.length, stderr);
	text_free(&line);
}
