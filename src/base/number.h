// SPDX-License-Identifier: ISC
// The one reader of numbers written in decimal. No locale, no hexadecimal, no blanks, nothing skipped. Takes a cursor and
// stops behind the number, so that whoever calls sees what follows; on failure nothing has moved.
#pragma once

#include "base/cursor.h"

#define NUMBER_BYTES_MAX 64 // of a real number; a longer one is refused

// One or more digits, from 0 to `most`. False: none, or more than that.
bool MUST_USE number_u64(struct cursor *c, uint64_t most, uint64_t *ret);

// Digits, '-' before them or not, from `least` to `most`.
bool MUST_USE number_i64(struct cursor *c, int64_t least, int64_t most, int64_t *ret);

// Exactly n digits (at most 18).
bool MUST_USE number_digits(struct cursor *c, unsigned n, uint64_t *ret);

// A sign or none, digits with a point or without ("5", "5.", ".5", "5.25"), an exponent or none ("5e-3"): the double
// nearest to it. False: none, longer than NUMBER_BYTES_MAX, or too large for a double.
bool MUST_USE number_real(struct cursor *c, double *ret);

// All of c is a number as number_real takes it; ret is it times 10^digits (0 to 9), rounded, from 0 to `most`.
bool MUST_USE number_scaled(struct cursor c, int digits, uint64_t most, uint64_t *ret);

// All of the text, terminated, is one number within the bounds: words of a command line, values of a file.
bool MUST_USE number_of_text(const char *text, uint64_t most, uint64_t *ret);
bool MUST_USE number_real_of_text(const char *text, double least, double most, double *ret);
