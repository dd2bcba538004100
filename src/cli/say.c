// SPDX-License-Identifier: ISC
// Messages, one line each, in one write.
#include "cli/say.h"

#include "base/text.h"

#include <stdio.h>

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
