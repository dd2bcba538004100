// SPDX-License-Identifier: ISC
// Where a room below the command line says what people should know: a line each, and how far it has come. Whoever calls decides
// whether that goes to a terminal, to a log or nowhere.
#pragma once

#include "base/attr.h"

#include <stdint.h>

struct notice_sink {
	void *context;
	void (*line)(void *context,
		     const char *text); // one line without its newline, fit for a terminal; null: nobody listens
	void (*progress)(void *context, uint64_t done, uint64_t total); // bytes; null: nobody looks
	void (*progress_end)(void *context);				// after the last progress; null as progress is
};

// One line. Text from outside is shown as text_untrusted() shows it. The sink may be all zero.
void notice_line(const struct notice_sink *sink, const char *format, ...) PRINTF_LIKE(2, 3);

// `done` of `total` bytes are read; and no more comes. The sink may be all zero.
void notice_progress(const struct notice_sink *sink, uint64_t done, uint64_t total);
void notice_progress_end(const struct notice_sink *sink);
