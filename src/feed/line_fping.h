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

struct line_fping_attempt {
	struct instant time;
	struct cursor host; // of the line
	int64_t number;	    // of this host's attempts, or -1
	bool sums;	    // no attempt, but a sum of some
};

// Puts "fping", host, "resp" or "timeout", and milliseconds into `out`, which is cleared, with tabs between. ret->time: when it was
// sent; of a time-out, when fping gave up (it does not say when it asked). 1: got one. 0: a line of fping that is no attempt. ERR_MALFORMED: no readable attempt.
int MUST_USE line_fping_text(struct cursor line, struct text *out, struct line_fping_attempt *ret);
// The same for an object of -J. ERR_NOT_FOUND: none of fping's.
int MUST_USE line_fping_object(struct cursor line, struct text *out, struct line_fping_attempt *ret);
// The line of a lost attempt of the host, which must be one that these gave.
void line_fping_put_lost(struct text *out, struct cursor host);
