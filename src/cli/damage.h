// SPDX-License-Identifier: ISC
// Says on standard error what could not be read: file, byte range, why.
#pragma once

#include "decode/decode.h"
#include "feed/feed.h"

void damage_say(const struct feed *f, const struct record *gap);

// The same of a line that decode refused; fits decode_options.bad_line, the context being the feed.
void damage_say_line(void *feed, const struct decode_bad_line *bad);
