// SPDX-License-Identifier: ISC
// What a run watches besides its --watch arguments and its recordings: a file of entities, an entity a line, '#' before a comment. It is
// read again while the run goes on, and the engine watches what it names from then on.
#pragma once

#include "model/entity.h"

#include <stdbool.h>
#include <sys/stat.h>

struct intake_run;

struct watching {
	const char *path; // null: there is no such file
	bool *always;	  // by entity: watched without the file
	size_t always_count;
	struct stat stamp; // of the file when it was read
};

// After all else that is watched is in the list: adds what the file names. 0, or 2 or 3 after a notice.
int watching_open(struct intake_run *s);
// Reads the file again if it is another one than it was, or if `told`; changes what the engine watches. A file that cannot be read or
// has a line that names nothing changes nothing, after a notice. 0, or an error that ends the run.
int watching_look(struct intake_run *s, bool told);
// The engine watches those of `wanted` that are marked so, and no others, from now on; whoever is not in the list yet is added.
// 0, also where that is so already, or an error after a notice.
int watching_change(struct intake_run *s, const struct entity_list *wanted);
void watching_free(struct watching *w);
