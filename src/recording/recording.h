// SPDX-License-Identifier: ISC
// recording.json (contract lacuna-recording/1): what was watched, by whom. Returns checked values, applies nothing.
#pragma once

#include "base/file_error.h"
#include "base/instant.h"
#include "model/kind.h"

#include <stddef.h>

#define RECORDING_JSON_MAX (16u << 20) // bytes; a list of targets for a large country is under 2 MB

struct recording_collector {
	char *id;
	char **globs; // relative to the folder
	size_t glob_count;
};

struct recording {
	char *name; // null if not given; text from outside
	struct instant from, to;
	struct recording_collector *collectors;
	size_t collector_count;
	uint32_t full_feed_floor; // 0 if not given
	size_t observers;
};

// Reads DIR/recording.json. Entities are added to the list (those named in "watch" with watched set). Unknown members are
// ignored. 0; ERR_NOT_FOUND: there is no such file (that is fine: all is then taken from elsewhere); ERR_MALFORMED or
// -errno with a message that names file, line and member.
int MUST_USE recording_read(const char *dir, struct recording *ret, struct entity_list *entities, struct file_error *e);
void recording_free(struct recording *r);

// Reads what DIR/recording.json says of observers and targets into the table, and names of entities that only targets
// have into the list. Codes and messages as above; a table that was partly filled stays so.
int MUST_USE recording_targets(const char *dir, struct target_table *targets, struct entity_list *entities,
			       struct file_error *e);

struct recording_sink { // what recording_each() calls for each that is listed; strings are borrowed for the call
	void *context;
	bool entities; // the entities and what is watched go into the list too
	void (*observer)(void *context, const char *id, uint32_t asn);
	// kind null: none was written. Null, or why the target cannot be taken.
	const char *(*target)(void *context, const struct target *listed, const struct kind_row *kind);
};

// Like recording_targets, for whoever keeps them elsewhere. `file` is the recording.json itself.
int MUST_USE recording_each(const char *file, const struct recording_sink *to, struct entity_list *entities,
			    struct file_error *e);

// Which collector wrote the file (path relative to the recording): by the globs, else the folder under bgp/ or bmp/, else
// the name up to the first '-' or '.'. Writes at most `size` bytes.
void recording_collector_of(const struct recording *r, const char *relative, char *ret, size_t size);
