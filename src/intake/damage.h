// SPDX-License-Identifier: ISC
// Says what could not be read: file, byte range, why.
#pragma once

#include "base/notice.h"
#include "feed/feed.h"

void damage_say(const struct notice_sink *notices, const struct feed *f, const struct record *gap);
