// SPDX-License-Identifier: ISC
// What ping of iputils prints with -D (stamps), and with -O (no answer yet), as LINE_TOOL records. Attempts that only their missing
// icmp_seq tells of, between two answers or up to the count of the summary, were lost. Refuses attempts without a stamp.
#pragma once

#include "base/text.h"
#include "feed/line_sequence.h"

struct line_ping {
	struct cursor target; // in `name`; of the PING line
	char name[320];
	uint32_t answers, last;		// of this run; number of the last attempt that was told
	struct line_sequence *sequence; // borrowed
};

struct line_ping_attempt {
	struct instant sent;
	struct line_missing missing; // those before it
	const char *word;	     // "resp", "timeout", "unreach"; null: none but the missing ones
	struct cursor from, ms;	     // of the line; may be empty
	bool again;
	uint8_t type, code;
};

// Whether these are lines of ping, with stamps or without.
bool line_ping_is(struct cursor head);

// 1: an attempt, or missing ones. 0: another line of ping's. ERR_MALFORMED: none of ping's, or an attempt without a stamp, which is
// what *ret_why says.
int MUST_USE line_ping_take(struct line_ping *p, struct cursor line, struct line_ping_attempt *ret,
			    const char **ret_why);

// "ping", target, word, milliseconds, "repeat" or nothing, and who sent an unreachable, its type and code, with tabs between, into
// `out`, which is cleared; of a missing attempt with `a` null.
void line_ping_put(const struct line_ping *p, const struct line_ping_attempt *a, struct text *out);
