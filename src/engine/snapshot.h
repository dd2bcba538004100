// SPDX-License-Identifier: ISC
// The whole state of the engine as one run of bytes: marked, versioned, with a sum over all of it. Whoever loads one and
// goes on with the data gets what the run that wrote it would have got, byte for byte. Names come first, numbers after:
// entities are found again by name; what is of one that is no longer watched, or has other addresses now, is left out, and a new
// one begins with what the routing table knows of it. Bytes that are damaged, cut, of another version or made with other settings are refused.
#pragma once

#include "base/carry.h"
#include "engine/pipeline.h"

struct snapshot; // one that is being loaded

struct snapshot_parts { // what a state consists of
	struct pipeline *pipeline;
	struct peer_table *peers; // those that the pipeline was made with
	struct target_table *targets;
	const char *sources; // how far each source was read, in the caller's words
};

// Writes the state between two calls of pipeline_take. 0, or the error of `out`.
int MUST_USE snapshot_save(const struct snapshot_parts *parts, struct carry_sink out);

// Loading has three steps, so that registries get the names before anything else can give them numbers.
// 1. Checks the mark, the version and the sum. `bytes` is borrowed until snapshot_close. 0; ERR_UNSUPPORTED: of another version
// or machine; ERR_TRUNCATED, ERR_MALFORMED: damaged.
int MUST_USE snapshot_open(const void *bytes, size_t n, struct snapshot **ret);
// 2. Collectors, peers and observers into registries that hold none.
int MUST_USE snapshot_names(struct snapshot *s, struct peer_table *peers, struct target_table *targets);
// 3. Everything else into a pipeline that has taken nothing yet; `targets` as in 2, with all listings by now. ERR_USAGE: it
// was made with other settings. After any other error the pipeline is only good to be freed.
int MUST_USE snapshot_load(struct snapshot *s, struct pipeline *p, struct target_table *targets);

const char *snapshot_sources(const struct snapshot *s);
const char *snapshot_fault(const struct snapshot *s); // the part in which loading failed; "" none
void snapshot_close(struct snapshot *s);
