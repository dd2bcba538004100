// SPDX-License-Identifier: ISC
// Answers of IODA's API v2, signals/raw: `data` holds arrays of series {entityType, entityCode, datasource,
// subtype, from, step, values[]}; value i is of the time from + i * step. Walks all series in step, so that their
// values come in order of time; keeps nothing but a place in each. A value that is a list counts as the sum of
// the numbers right in it (gtr); null and objects are missing. Where two answers have a value of one time, that of
// the newer one comes first: newer is what was asked for later (metadata.requestTime), else what reaches further.
#pragma once

#include "base/attr.h"
#include "feed/line_store.h"

#define LINE_IODA_BYTES	 (64u << 20) // largest document
#define LINE_IODA_SERIES 100000

struct line_ioda;

struct line_ioda_faults {
	uint64_t series;     // that lack a member
	uint64_t left;	     // of LINE_IODA_SERIES and more
	uint64_t answers;    // without series
	bool broken;	     // an answer breaks off
	struct cursor error; // what IODA answered in place of series; borrowed like the documents
};

// Reads the documents, one behind the other, which are borrowed.
struct line_ioda *line_ioda_create(struct cursor documents, struct line_ioda_faults *ret);
void line_ioda_free(struct line_ioda *x);

// Next value as a LINE_SERIES line. 1: got one. 0: all done. The bytes are valid until the next call.
int MUST_USE line_ioda_next(struct line_ioda *x, struct stored_line *ret);
