// SPDX-License-Identifier: ISC
// Results of scamper's ping as its JSON has them (-O json, or sc_warts2json), as LINE_TOOL records: one object holds several
// attempts. Those that no response is listed for are lost; they were sent `wait` and `wait_us` after one another, or when `no_responses` says. Refuses results without
// start or target, and such of more than LINE_SCAMPER_PINGS attempts.
#pragma once

#include "base/cursor.h"
#include "base/instant.h"
#include "base/text.h"

#define LINE_SCAMPER_PINGS 16384 // of one result: more than a line has room for responses

struct line_scamper {
	struct cursor target, source, method; // between their quotes; source may be missing
	struct cursor responses;	      // those not given yet
	struct cursor lost;		      // likewise, where it lists those without an answer
	struct instant start;
	int64_t wait_ns;
	uint32_t sent, next; // next: of those that may be lost
	bool damaged;	     // a response could not be read: whose it was is not known, so nothing is called lost
	uint8_t seen[LINE_SCAMPER_PINGS / 8];
};

// 1: a ping. 0: another object of scamper's. ERR_NOT_FOUND: none of scamper's. ERR_MALFORMED. Borrows the line.
int MUST_USE line_scamper_begin(struct cursor line, struct line_scamper *ret);

// Next attempt: puts "scamper", target, "resp", "unreach", "own" (an unreachable that its own host sent), "timeout", or what was asked or answered instead, milliseconds,
// "repeat" or nothing, and who sent an unreachable, its type and its code into `out`, which is cleared, with tabs between.
// *ret: when it was sent. 1: got one. 0: all given. ERR_MALFORMED: a response that cannot be read; the others go on,
// and what has none is not called lost then.
int MUST_USE line_scamper_next(struct line_scamper *s, struct text *out, struct instant *ret);
