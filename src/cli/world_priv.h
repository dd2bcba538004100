// SPDX-License-Identifier: ISC
// What the files of `lacuna world` share.
#pragma once

#include "base/attr.h"
#include "base/instant.h"
#include "base/text.h"
#include "world/world.h"

#include <stdbool.h>

enum {
	WORLD_EXIT_DONE = 0,
	WORLD_EXIT_FLAWED = 1,
	WORLD_EXIT_USAGE = 2,
	WORLD_EXIT_NOTHING = 3,
	WORLD_EXIT_FAILED = 4,
};

// Each takes argv from its own word on ("build", "lookup", "info").
int world_command_build(int argc, char **argv);
int world_command_lookup(int argc, char **argv);
int world_command_info(int argc, char **argv);

// A line on standard error, begun with "lacuna world: ".
void world_say(const char *format, ...) PRINTF_LIKE(1, 2);
int world_usage(void); // says where the help is; the exit status

// Opens or says why not and what to do; null path: the default places. An exit status.
int world_open_or_say(const char *path, struct world **ret);

// Warns when the data is old.
void world_age_check(const struct world *w);

// Appends text from outside, shown safely.
void world_text_safe(struct text *t, const char *bytes);

// Writes to standard output and empties the text; false when that is not possible (and says so).
bool world_print(struct text *t);

// The default sources, unpacked.
struct world_sources {
	struct text folder;   // the cache
	struct text files[4]; // CSVs
	struct text about;    // package versions
	struct instant date;
	int lock; // held on the folder until world_sources_free
};

// Downloads what is new (unless offline) and unpacks the newest. Says what it does unless quiet. An exit status:
// FLAWED when it had to do with older data.
int world_sources_fetch(bool offline, bool quiet, struct world_sources *ret);
void world_sources_free(struct world_sources *s);
// Makes the folders that a path needs (all before its last slash). 0 or -errno.
int MUST_USE world_folders_make(const char *path);
