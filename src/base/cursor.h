// SPDX-License-Identifier: ISC
// The one way to read bytes that came from outside: a pointer and an end that only these getters move.
// A getter that returns false has moved nothing. Big-endian (network order). An empty cursor may have no memory:
// then nothing is added to its null pointers.
#pragma once

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct cursor {
	const uint8_t *at;
	const uint8_t *end;
};

static inline struct cursor cursor_of(const void *bytes, size_t length)
{
	const uint8_t *at = bytes;
	return (struct cursor){at, at ? at + length : at};
}

static inline size_t cursor_left(const struct cursor *c)
{
	return (size_t)(c->end - c->at);
}

static inline bool MUST_USE cursor_skip(struct cursor *c, size_t n)
{
	if (UNLIKELY(cursor_left(c) < n))
		return false;
	c->at = n ? c->at + n : c->at;
	return true;
}

static inline bool MUST_USE cursor_u8(struct cursor *c, uint8_t *ret)
{
	if (UNLIKELY(cursor_left(c) < 1))
		return false;
	*ret = *c->at++;
	return true;
}

static inline bool MUST_USE cursor_u16(struct cursor *c, uint16_t *ret)
{
	uint16_t v;
	if (UNLIKELY(cursor_left(c) < sizeof(v)))
		return false;
	memcpy(&v, c->at, sizeof(v));
	c->at += sizeof(v);
	*ret = __builtin_bswap16(v);
	return true;
}

static inline bool MUST_USE cursor_u32(struct cursor *c, uint32_t *ret)
{
	uint32_t v;
	if (UNLIKELY(cursor_left(c) < sizeof(v)))
		return false;
	memcpy(&v, c->at, sizeof(v));
	c->at += sizeof(v);
	*ret = __builtin_bswap32(v);
	return true;
}

// Copies n bytes out.
static inline bool MUST_USE cursor_bytes(struct cursor *c, void *ret, size_t n)
{
	if (UNLIKELY(cursor_left(c) < n))
		return false;
	if (n)
		memcpy(ret, c->at, n);
	c->at = n ? c->at + n : c->at;
	return true;
}

// Cuts the next n bytes off as a cursor of their own, so that an inner length never leaves its parent.
static inline bool MUST_USE cursor_sub(struct cursor *c, size_t n, struct cursor *ret)
{
	if (UNLIKELY(cursor_left(c) < n))
		return false;
	const uint8_t *at = c->at;
	c->at = n ? at + n : at;
	*ret = (struct cursor){at, c->at};
	return true;
}
