// SPDX-License-Identifier: ISC
// Whole files in memory, and the messages about them: "file:line: what is wrong".
#pragma once

#include "base/cursor.h"
#include "conf/plan.h"

// Reads a plain file of at most `most` bytes. A zero byte follows its last one. 0, ERR_NOT_FOUND, ERR_TOO_LARGE, ERR_MALFORMED
// (no plain file), -errno, each with its message. Release with file_drop.
int MUST_USE file_read(const char *path, size_t most, struct cursor *ret, struct plan_error *e);
void file_drop(struct cursor *bytes);

// The next line without its end, which may be CR LF; false: there is none left.
bool file_line(struct cursor *rest, struct cursor *ret);

// `path` as seen from the folder of `beside`; a path that begins with / stays.
void file_beside(struct text *out, const char *beside, const char *path);

// Sets the message; line 0: none. Text from outside in it is escaped. ERR_MALFORMED, or the code.
int file_wrong(struct plan_error *e, const char *path, uint32_t line, const char *format, ...) PRINTF_LIKE(4, 5);
void file_say(struct plan_error *e, const char *format, ...) PRINTF_LIKE(2, 3); // the message alone
int file_wrong_as(int code, struct plan_error *e, const char *path, uint32_t line, const char *why);
