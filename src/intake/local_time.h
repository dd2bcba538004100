// SPDX-License-Identifier: ISC
// Whose local time stands beside UTC.
#pragma once

#include "report/incident.h"

// A zone of the system by its name, or "local". Null; else what is wrong with the name, static text. Once in a process.
const char *local_time_set(struct words_zone *zone, const char *name);
