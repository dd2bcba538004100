// SPDX-License-Identifier: ISC
// One answer of IODA's API v2, signals/raw: `data` holds arrays of series {entityType, entityCode, datasource,
// subtype, from, step, values[]}; value i is of the time from + i * step. Walks all series in step, so that their
// values come in order of time; keeps nothing but a place in each. A value that is a list counts as the sum of
// the numbers right in it (gtr); null and objects are missing.
#pragma once

#include "base/attr.h"
#include "feed/line_store.h"

#define LINE_IODA_BYTES	 (64u << 20) // largest document
#define LINE_IODA_SERIES 100000

struct line_ioda;

// Reads the document, which is borrowed. *ret_bad counts series that lack a member, and 1 for a document that
// breaks off.
struct line_ioda *line_ioda_create(struct cursor document, uint64_t *ret_bad);
void line_ioda_free(struct line_ioda *x);

// Next value as a LINE_SERIES line. 1: got one. 0: all done. The bytes are valid until the next call.
int MUST_USE line_ioda_next(struct line_ioda *x, struct stored_line *ret);
