// SPDX-License-Identifier: ISC
// The few compiler attributes and array helpers every room uses.
#pragma once

#include <stddef.h>

#define MUST_USE		__attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, first) __attribute__((format(printf, fmt, first)))
#define LIKELY(x)		__builtin_expect(!!(x), 1)
#define UNLIKELY(x)		__builtin_expect(!!(x), 0)
#define ARRAY_LEN(a)		(sizeof(a) / sizeof((a)[0]))
