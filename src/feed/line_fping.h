// SPDX-License-Identifier: ISC
// Attempts as fping prints them with -D (stamps), as LINE_TOOL records: its classic lines of -c, -C and -l, and the objects
// "resp" and "timeout" of -J (fping 5.5). Refuses attempts without a stamp in Unix seconds. Summaries
// say nothing that the attempts before them did not.
#pragma once

#include "base/cursor.h"
#include "base/instant.h"
#include "base/text.h"

// Whether these are lines of fping -D.
bool line_fping_is(struct cursor head);

// Puts "fping", host, "resp" or "timeout", and milliseconds into `out`, which is cleared, with tabs between. *ret: when it was
// sent; of a time-out, when fping gave up (it does not say when it asked). 1: got one. 0: a line of fping that is no attempt;
// *ret_sums then tells whether it sums attempts up. ERR_MALFORMED: no readable attempt.
int MUST_USE line_fping_text(struct cursor line, struct text *out, struct instant *ret, bool *ret_sums);
// The same for an object of -J. ERR_NOT_FOUND: none of fping's.
int MUST_USE line_fping_object(struct cursor line, struct text *out, struct instant *ret, bool *ret_sums);
