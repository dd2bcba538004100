// SPDX-License-Identifier: ISC
// What is wrong with a file that was read or written, for people: where, and what to do about it.
#pragma once

#include "base/attr.h"

#include <stdint.h>

#define FILE_ERROR_NAME	   256
#define FILE_ERROR_MESSAGE 512

struct file_error {
	char file[FILE_ERROR_NAME];	  // as it was named, cut to what fits; "": no file
	uint32_t line;			  // from 1; 0: the whole file
	char message[FILE_ERROR_MESSAGE]; // all of it in one line, "FILE:LINE: what is wrong": fit for a terminal
};

struct file_place {
	const char *file; // borrowed; null: none
	uint32_t line;	  // 0: the whole file
};

static inline struct file_place file_at(const char *file, uint32_t line)
{
	return (struct file_place){file, line};
}

// Fills *e and answers `code` (negative). Text from outside is shown as text_untrusted() shows it.
int file_error_as(int code, struct file_error *e, struct file_place where, const char *format, ...) PRINTF_LIKE(4, 5);
