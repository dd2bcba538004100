// SPDX-License-Identifier: ISC
// Who serves a zone: asks a resolver of the caller's choice, in a process of its own.
#pragma once

#include "check/discover.h"

struct look {
	const char *zone;
	struct addr resolver;
	bool lab;
	uint32_t timeout_ms; // of a question; 0: the usual
	const char *version;
	struct discover_found *found; // owned; free with look_free
	size_t count;
	uint64_t questions, failed;
};

// 0, or a negative error with a message.
int MUST_USE look_zone(struct look *l, char *message, size_t size);
void look_free(struct look *l);
