// SPDX-License-Identifier: ISC
// Says on standard error what could not be read: file, byte range, why.
#pragma once

#include "feed/feed.h"

void damage_say(const struct feed *f, const struct record *gap);
