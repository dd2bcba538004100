// SPDX-License-Identifier: ISC
// The few compiler attributes and array helpers every room uses.
#pragma once

#include <stddef.h>

#define MUST_USE		__attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, first) __attribute__((format(printf, fmt, first)))
#define LIKELY(x)		__builtin_expect(!!(x), 1)
#define UNLIKELY(x)		__builtin_expect(!!(x), 0)
#define ARRAY_LEN(a)		(sizeof(a) / sizeof((a)[0]))

#define SELDOM __attribute__((cold, noinline)) // not taken into its callers, which are

// Loops of this function may be vectorised even where that grows the code.
#if defined(__clang__)
#define VECTORISED // clang does so at -O2
#else
#define VECTORISED __attribute__((optimize("O3")))
#endif
