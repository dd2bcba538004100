// SPDX-License-Identifier: ISC
// Reading whole files, and messages about them.
#include "conf/file.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/must.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Bytes of a text that fit, cut where a character of UTF-8 begins.
static size_t file_fitting(const char *bytes, size_t n, size_t most)
{
	if (n <= most)
		return n;
	while (most && ((uint8_t)bytes[most] & 0xc0) == 0x80)
		most--;
	return most;
}

static void file_set_message(struct plan_error *e, struct text *t)
{
	size_t n = file_fitting(t->bytes, t->length, sizeof(e->text) - 1);
	memcpy(e->text, t->bytes, n);
	e->text[n] = '\0';
	text_free(t);
}

int file_wrong(struct plan_error *e, const char *path, uint32_t line, const char *format, ...)
{
	struct text t = {0};
	va_list args;
	text_untrusted(&t, path, strlen(path));
	if (line)
		text_printf(&t, ":%u", line);
	text_put(&t, ": ");
	va_start(args, format);
	text_message(&t, format, args);
	va_end(args);
	file_set_message(e, &t);
	return ERR_MALFORMED;
}

void file_say(struct plan_error *e, const char *format, ...)
{
	struct text t = {0};
	va_list args;
	va_start(args, format);
	text_message(&t, format, args);
	va_end(args);
	file_set_message(e, &t);
}

int file_wrong_as(int code, struct plan_error *e, const char *path, uint32_t line, const char *why)
{
	(void)file_wrong(e, path, line, "%s", why);
	return code;
}

static int file_failed(struct plan_error *e, const char *path)
{
	int code = errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND : -errno;
	return file_wrong_as(code, e, path, 0, err_text(code));
}

// The bytes that are there, at most `size`; -1 with errno set.
static int file_read_all(int file, size_t size, struct cursor *ret)
{
	uint8_t *bytes = alloc_zero(size + 1, 1);
	size_t used = 0;
	ssize_t n = 1;
	while (used < size && n != 0) {
		n = read(file, bytes + used, size - used);
		if (n < 0 && errno != EINTR)
			break;
		used += n > 0 ? (size_t)n : 0;
	}
	if (n < 0) {
		free(bytes);
		return -1;
	}
	*ret = cursor_of(bytes, used);
	return 0;
}

int file_read(const char *path, size_t most, struct cursor *ret, struct plan_error *e)
{
	must(path && most);
	struct stat st;
	int code = 0, file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (file < 0 || fstat(file, &st) < 0) {
		code = file_failed(e, path);
		goto out;
	}
	if (!S_ISREG(st.st_mode)) {
		code = file_wrong(e, path, 0, "is not a plain file");
		goto out;
	}
	if ((uint64_t)st.st_size > most) {
		(void)file_wrong(e, path, 0, "larger than the %zu MiB that are read; split it", most >> 20);
		code = ERR_TOO_LARGE;
		goto out;
	}
	code = file_read_all(file, (size_t)st.st_size, ret);
	if (code < 0)
		code = file_failed(e, path);
out:
	if (file >= 0)
		close(file);
	return code;
}

void file_drop(struct cursor *bytes)
{
	free((void *)(uintptr_t)bytes->at);
	*bytes = (struct cursor){NULL, NULL};
}

bool file_line(struct cursor *rest, struct cursor *ret)
{
	size_t left = cursor_left(rest);
	if (!left)
		return false;
	const uint8_t *newline = memchr(rest->at, '\n', left);
	const uint8_t *end = newline ? newline : rest->end;
	*ret = (struct cursor){rest->at, end};
	if (end > rest->at && end[-1] == '\r')
		ret->end = end - 1;
	rest->at = newline ? newline + 1 : rest->end;
	return true;
}

void file_beside(struct text *out, const char *beside, const char *path)
{
	const char *slash = strrchr(beside, '/');
	if (path[0] != '/' && slash)
		text_bytes(out, beside, (size_t)(slash - beside) + 1);
	text_put(out, path);
}
