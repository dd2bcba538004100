// SPDX-License-Identifier: ISC
// One revision of one incident, as the engine tells of it: a document that stands for itself (names, not numbers), and the
// few members that a store, a feed or an alert sorts by. Borrowed for the call.
#pragma once

#include "base/instant.h"

#include <stddef.h>
#include <stdint.h>

struct incident;

struct revision {
	struct instant cut; // of the data: everything that is known up to here is in it
	const char *id;
	uint32_t revision;  // from 1, one more each time
	const char *change; // "opened", "changed", "ended", "merged", "withdrawn"
	const char *entity; // "country/KX"
	const char *
		document; // lacuna-incident/1 as JSON (doc/FORMATS.md); its evidence is named by whoever holds the files
	size_t document_length;
	const char *const
		*late; // names of the sources of which something older than the last cut came since; in no order
	size_t late_count;
	const struct incident *incident; // for writers in the same process
};

struct revision_sink {
	void (*take)(void *context, const struct revision *r); // null: nobody wants them
	void *context;
};
