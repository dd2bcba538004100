// SPDX-License-Identifier: ISC
// When one of those who watch could not see.
#pragma once

#include "base/instant.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum blind_kind {
	BLIND_COLLECTOR, // without a healthy full-feed peer
	BLIND_OBSERVER,	 // its controls failed, or it was not there
	BLIND_PEER,	 // a full feed at a collector that heard others: its session died without a word
	BLIND_KINDS
};

struct blind_span {
	uint8_t kind;		 // enum blind_kind
	uint32_t who;		 // collector, observer or peer
	struct instant from, to; // to unknown: still
	const char *why;	 // static text
	bool degraded;		 // an observer that still counted
	bool missing;		 // what it would have told is not in the data
};

struct blind_list {
	struct blind_span *at;
	size_t count, capacity;
};
