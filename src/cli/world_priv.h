// SPDX-License-Identifier: ISC
// What the files of `lacuna world` share.
#pragma once

#include "base/attr.h"
#include "base/instant.h"
#include "base/notice.h"
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

// Writes to standard output and empties the text; false when that is not possible (and says so).
bool world_print(struct text *t);

extern const struct notice_sink world_notices; // to world_say
