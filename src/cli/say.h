// SPDX-License-Identifier: ISC
// What the program says on standard error. Paths, arguments and names are text from outside: nothing of them may
// steer a terminal.
#pragma once

#include "base/attr.h"
#include "base/notice.h"

// For the rooms below: their notices go to standard error, their progress to a bar where that is a terminal.
extern const struct notice_sink say_notices;

// One line; the newline is added.
void say_line(const char *format, ...) PRINTF_LIKE(1, 2);
