// SPDX-License-Identifier: ISC
// Who does what of a plan: pings go to the probe role, service checks to the check role; each gets its part of the caps, so that
// together they keep the whole. Refuses to begin where the rules are not met (a sender needs `probing: on` and a contact).
#pragma once

#include "daemon/message.h"

enum division_kind { DIVISION_PROBE = 1, DIVISION_CHECK = 2, DIVISION_RESOLVE = 4 };

struct measure_options;

struct division {
	const struct measure_options *o;
	size_t pings, checks; // targets of each kind; ranges and blocks count as pings
	struct caps caps;     // of this observer, both roles together
	uint8_t key[16];
	uint64_t seed;
	uint8_t *resume; // newest saved census; null: the one that the options give
	size_t resume_length;
};

// 0, -EPERM or -errno with a message.
int MUST_USE division_create(struct division *s, const struct measure_options *o, char *message, size_t size);
void division_free(struct division *s);
// Where the census is now: a role that is started again goes on from here.
void division_resume(struct division *s, const void *bytes, size_t n);
bool division_has_work(const struct division *s, unsigned kinds);
int MUST_USE division_setup(const struct division *s, unsigned kinds, bool again,
			    struct message_sink out); // MESSAGE_SETUP
// Allow and block lists, targets, ranges, blocks.
int MUST_USE division_lists(const struct division *s, unsigned kinds, struct message_sink out);
// Which role a target belongs to.
bool division_follows(const struct division *s); // a check may lead to other names
unsigned division_kind_of(const struct plan_target *t);
