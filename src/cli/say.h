// SPDX-License-Identifier: ISC
// What the program says on standard error. Paths, arguments and names are text from outside: nothing of them may
// steer a terminal.
#pragma once

#include "base/attr.h"

// One line; the newline is added.
void say_line(const char *format, ...) PRINTF_LIKE(1, 2);
