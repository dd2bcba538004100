// SPDX-License-Identifier: ISC
// Lines, by themselves or out of files, and what was heard of them as text, one observation a line:
// `time observer op target name outcome rtt_us icmp_type/code from` `time observer state why from
// loss_ppm`, or `time entity signal number`.
#pragma once

#include "../wire/packet.h"

#include "decode/decode.h"
#include "feed/feed.h"
#include "model/registry.h"

struct heard_lines {
	struct peer_table *peers;
	struct target_table *targets;
	struct entity_list entities;
	struct registry *registry;
	struct decoder *decoder;
	struct text said; // observations
	struct text
		wrong; // refused lines: `source:line why` or `source+more`, and gaps: `gap source:line` or `gap source+more`
	size_t count;
	uint64_t line;
};

struct heard_lines *lines_begin(void); // knows country/KX (198.18.0.0/22), country/IR and region/7
void lines_end(struct heard_lines *h);

// Decodes one line, right before bytes that must not be touched. Returns what it said, and forgets what was said before.
const char *lines_say(struct heard_lines *h, uint8_t form, const char *bytes, size_t n);
const char *lines_probe(struct heard_lines *h, const char *line);
const char *lines_attempt(struct heard_lines *h, const struct attempt *a, const char *observer, const char *name);
const char *lines_health(struct heard_lines *h, const struct decode_health *health);

// Reads a feed to its end. Returns what was said, and forgets what was said before.
const char *lines_read(struct heard_lines *h, struct feed *f);
const char *lines_file(struct heard_lines *h, const char *path);
uint64_t lines_counted(const struct heard_lines *h, enum decode_count which);
