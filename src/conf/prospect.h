// SPDX-License-Identifier: ISC
// What can be concluded from a recording, said before it begins: a list of targets from which nothing follows looks like any other.
#pragma once

#include "base/notice.h"
#include "conf/plan.h"

// Says what is missing for each entity that is watched, a line each; nothing where nothing is.
void prospect_tell(const struct plan *p, const struct notice_sink *to);

// When it is over: of whom no outage will be raised, since one observer alone pinged it.
void prospect_tell_after(const struct plan *p, const struct notice_sink *to);
