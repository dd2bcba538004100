// SPDX-License-Identifier: ISC
// `lacuna evaluate --labels`: what published labels say of how well an ordered shutdown can be told at its onset.
#pragma once

#include <stdbool.h>

// `path`: a CSV file, or "-" for standard input. Exit status: 0; 1 rows were rejected; 3 it could not be read.
int labels_run(const char *path, bool json);
