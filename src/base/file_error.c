// SPDX-License-Identifier: ISC
// One sentence from a file's name, a line and a reason; cut where a character begins.
#include "base/file_error.h"

#include "base/text.h"

static void file_error_copy_fitting(char *to, size_t size, const char *bytes, size_t n)
{
	if (n >= size)
		for (n = size - 1; n && ((uint8_t)bytes[n] & 0xc0) == 0x80;)
			n--;
	memcpy(to, bytes, n);
	to[n] = '\0';
}

static void PRINTF_LIKE(2, 3) file_error_add(struct text *t, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	text_message(t, format, args);
	va_end(args);
}

int file_error_as(int code, struct file_error *e, struct file_place where, const char *format, ...)
{
	struct text t = {0};
	va_list args;
	const char *file = where.file ? where.file : "";
	file_error_copy_fitting(e->file, sizeof(e->file), file, strlen(file));
	e->line = where.line;
	if (where.line)
		file_error_add(&t, "%s:%u: ", file, where.line);
	else if (*file)
		file_error_add(&t, "%s: ", file);
	va_start(args, format);
	text_message(&t, format, args);
	va_end(args);
	file_error_copy_fitting(e->message, sizeof(e->message), text_string(&t), t.length);
	text_free(&t);
	return code;
}
