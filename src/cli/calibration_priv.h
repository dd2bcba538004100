// SPDX-License-Identifier: ISC
// What collecting, the document and the data file share.
#pragma once

#include "base/text.h"
#include "diagnose/calibrate.h"

struct calibration_names { // numbers of words, by first sight
	char **at;
	size_t count, capacity;
};

struct calibration {
	struct calibrate_case *cases;
	size_t count, capacity;
	struct calibration_names groups[GROUP_COUNT];
	size_t recordings, without; // read; of them without an incident that could be learnt from
};

// The document: protocol, figures of each kind of cross-validation, tables.
void calibration_document(const struct calibration *c, const struct calibrate_report reports[GROUP_COUNT],
			  const struct ratios *fitted, struct text *out);

// The data file `old` with other counts and sharpness; its version is one more if anything changed. 0, or ERR_MALFORMED with the line.
int calibration_ratios(const struct text *old, const struct ratios *fitted, struct text *out, unsigned *ret_line);
