// SPDX-License-Identifier: ISC
// Observations as lines: a JSON object each, or words for people; and measurements in the form in which recordings have them. Names
// instead of numbers: a line can be understood alone.
#pragma once

#include "base/text.h"
#include "model/batch.h"
#include "model/entity.h"
#include "model/registry.h"

struct observation_names { // what the numbers mean; all borrowed
	const struct peer_table *peers;
	const struct target_table *targets;
	const struct entity_list *entities;
	const struct registry *registry; // of sources; may be null
};

// One line with its end: {"type":"announce","time":…,"collector":…,…}. Times in seconds with nine decimals.
void observation_json(struct text *out, const struct observation_names *names, const struct batch *b, size_t i);
// One line with its end: 2022-01-25T20:50:00Z announce collector=rc0 …; text from outside is escaped.
void observation_text(struct text *out, const struct observation_names *names, const struct batch *b, size_t i);

// A probe as its line in probes/*.ndjson, an observer's word about itself likewise: decoded again it is the same observation.
// Returns the observer whose file it belongs to; null: it is no measurement, nothing was written.
const char *observation_measurement(struct text *out, const struct observation_names *names, const struct obs *o);
// A value of a series as its line in series/*.csv ("time,entity,signal,value"). False: it is none.
bool observation_series(struct text *out, const struct observation_names *names, const struct obs *o);
