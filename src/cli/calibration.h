// SPDX-License-Identifier: ISC
// `lacuna evaluate --calibration`: how often each cause's probability was right, by cross-validation over labelled recordings, as a
// document; and the rates that they teach, as data/ratios.csv.
#pragma once

#include <stddef.h>

struct calibration_options {
	const char *document; // Markdown file to write
	const char *ratios;   // data file to write anew; null: none
};

// Replays every folder (in order of their names, whatever the order given) and writes the files. Exit status: 0, 1 a recording could not
// be used, 2, 3 nothing could be read, 4.
int calibration_run(const struct calibration_options *options, int n, char **dirs);
