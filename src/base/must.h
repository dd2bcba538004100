// SPDX-License-Identifier: ISC
// must(condition): a fault of the program itself ends it, in release builds too, with the file, the line and what did
// not hold on standard error, by abort(). It stands at the doors of a module that take an index or a state. What comes
// from outside (input, options, files, the system) never meets it: that is answered with a code of base/err.h.
#pragma once

#include "base/attr.h"

#define must(condition) (LIKELY(condition) ? (void)0 : must_fail(__FILE__, __LINE__, #condition))

// Writes "lacuna: fault at FILE:LINE: must hold: EXPRESSION" with one write(2) and aborts.
_Noreturn void must_fail(const char *file, int line, const char *expression) __attribute__((cold));
