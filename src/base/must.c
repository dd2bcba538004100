// SPDX-License-Identifier: ISC
// The last words of a program that found itself at fault. Nothing is allocated, no lock is taken.
#include "base/must.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORDS_MAX 512 // bytes of the message; a longer expression is cut

struct must_words {
	char bytes[WORDS_MAX];
	size_t length;
};

static void must_put(struct must_words *w, const char *text)
{
	size_t n = strlen(text), room = sizeof(w->bytes) - 1 - w->length;
	n = n < room ? n : room;
	memcpy(w->bytes + w->length, text, n);
	w->length += n;
}

static void must_put_line(struct must_words *w, int line)
{
	char digits[12] = "";
	size_t n = sizeof(digits) - 1;
	unsigned left = line > 0 ? (unsigned)line : 0;
	do
		digits[--n] = (char)('0' + left % 10);
	while ((left /= 10) && n);
	must_put(w, digits + n);
}

void must_fail(const char *file, int line, const char *expression)
{
	struct must_words w = {.length = 0};
	must_put(&w, "lacuna: fault at ");
	must_put(&w, file);
	must_put(&w, ":");
	must_put_line(&w, line);
	must_put(&w, ": must hold: ");
	must_put(&w, expression);
	w.bytes[w.length++] = '\n';
	ssize_t ignored = write(STDERR_FILENO, w.bytes, w.length);
	(void)ignored;
	abort();
}
