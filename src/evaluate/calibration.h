// SPDX-License-Identifier: ISC
// How often each cause's probability was right, by cross-validation over labelled recordings, as a document; and the rates that they
// teach, as data/ratios.csv. Pure: recordings are replayed and files written elsewhere.
#pragma once

#include "base/text.h"
#include "diagnose/calibrate.h"
#include "model/incident.h"
#include "recording/truth.h"

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

// Adds the labelled incidents of one recording that was replayed.
void calibration_add(struct calibration *c, const struct truth *truth, const struct incident_list *incidents,
		     const struct entity_list *entities);
// Fits and validates: the rates and the sharpness of all cases, and the document. At least one case.
void calibration_fit(const struct calibration *c, struct ratios *ret_fitted, struct text *document);
void calibration_free(struct calibration *c);

// The document: protocol, figures of each kind of cross-validation, tables.
void calibration_document(const struct calibration *c, const struct calibrate_report reports[GROUP_COUNT],
			  const struct ratios *fitted, struct text *out);

// The data file `old` with other counts and sharpness; its version is one more if anything changed. 0, or ERR_MALFORMED with the line.
int calibration_ratios(const struct text *old, const struct ratios *fitted, struct text *out, unsigned *ret_line);
