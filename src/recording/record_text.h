// SPDX-License-Identifier: ISC
// recording.json of a recording that begins, as recording.h reads it.
#pragma once

#include "base/attr.h"
#include "base/text.h"
#include "model/entity.h"
#include "net/prefix.h"

struct record_target { // borrowed; null: none
	struct addr address;
	const char *entity, *name, *institution;
	const char *kind; // a word of model/kind.h
};

struct record_scope {			    // what is measured and by whom
	const struct entity_list *entities; // all of them are watched
	const char *observer;
	uint32_t observer_asn; // 0 not known
	struct record_target *targets;
	size_t target_count;
};

// Appends the text of a recording that begins at `from`.
void record_text(struct text *out, const struct record_scope *s, struct instant from);

// The same for a recording that is there already: what the scope adds to it (observers, entities, targets). 1: `out` holds the new
// text; 0: it says all of that already; ERR_MALFORMED: it is no recording.json.
int MUST_USE record_join(struct text *out, const void *existing, size_t length, const struct record_scope *s);
