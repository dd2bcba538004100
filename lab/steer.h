// SPDX-License-Identifier: ISC
// The commands of the link emulator: one line a datagram, one answer each.
#pragma once

#include "base/text.h"
#include "shape.h"

#define STEER_LINKS_MAX 32  // veth pairs of one lab; more do not fit one country
#define STEER_LINE_MAX	512 // bytes of a command
#define STEER_NAME_MAX	16  // as an interface's name

struct steer_link {
	char name[STEER_NAME_MAX];
	struct shape way[2]; // 0: from the first interface to the second
};

struct steer_links {
	struct steer_link at[STEER_LINKS_MAX];
	size_t count;
};

// Adds a link; its two directions draw from the seed and the name. 0, ERR_FULL, ERR_USAGE (a bad name).
int MUST_USE steer_add(struct steer_links *l, const char *name, uint64_t seed);
// DOC:
// set LINK ab|ba|both KEY=VALUE…   delay= jitter= (ms) loss= (%) rate= (kbit/s) turn from now on, over= (s) and power= say how
//                                  slowly and in which curve; queue= (kB) and spare= (0|1) hold at once
// stats                            LINK ab|ba passed lost overflowed, a line each
// The line is changed while it is read. The answer is "ok\n", the figures, or "error: …\n".
void steer_line(struct steer_links *l, char *line, int64_t now_ns, struct text *answer);
