// SPDX-License-Identifier: ISC
// Another program of this system, run to its end.
#pragma once

#include "base/attr.h"

// Runs arguments[0] (looked for in PATH; the list ends with null) without input, its output thrown away, its errors on ours. Its exit
// status, 128 + the signal that ended it, or -errno: it could not be run.
int MUST_USE program_run(const char *const *arguments);
