// SPDX-License-Identifier: ISC
// Which time the files of an archive hold, by their names: "updates.20231114.2205.gz" holds five minutes of RIS, and that it is not there
// is known without knowing what stood in it.
#pragma once

#include "base/instant.h"
#include "decode/decode.h"
#include "feed/feed.h"

#include <stdbool.h>

struct archive_name {
	bool table;	   // else updates
	struct instant at; // when it begins
};

// What the last part of the path says; false: no time, or not what the file holds.
bool archive_name_of(const char *path, struct archive_name *ret);

// Tells the decoder of each collector whose files all have such names. Before the first record.
void archive_tell(const struct feed *f, const struct peer_table *collectors, struct decoder *to);
