// SPDX-License-Identifier: ISC
// recording.json of a recording that begins: what a plan watches, as recording.h reads it.
#pragma once

#include "base/text.h"
#include "conf/plan.h"

void record_text(struct text *out, const struct plan *p, struct instant from);
