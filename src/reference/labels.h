// SPDX-License-Identifier: ISC
// Public lists of outages and shutdowns with their causes: the IODA events of the SIGCOMM 2023 study, and the #KeepItOn list of
// Access Now. They are dirty as published: a row that cannot be used costs itself and is counted by its reason.
#pragma once

#include "base/cursor.h"
#include "base/instant.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LABELS_MAX	  200000
#define LABEL_COUNTRY_MAX 63 // bytes

enum label_seen { LABEL_NOT_SEEN, LABEL_SEEN, LABEL_SEEN_UNKNOWN };
enum label_signal { LABEL_BGP, LABEL_PROBING, LABEL_TELESCOPE, LABEL_SIGNALS };

struct label {
	struct instant begin;
	struct instant end;		     // unknown where it cannot be read
	char country[LABEL_COUNTRY_MAX + 1]; // lower case
	bool national;			     // the whole country, not a region or a network
	uint8_t seen[LABEL_SIGNALS];
	bool ordered; // by a government, for exams too: the mechanism is an orderly shutdown
	bool caused;  // a cause is given at all
};

enum label_reject {
	REJECT_FIELDS, // not as many as the heading has
	REJECT_BEGIN,
	REJECT_COUNTRY,
	REJECT_TWICE,
	REJECT_ORDER, // ends before it begins: the end is taken as not known
	REJECT_END,   // cannot be read: not known
	REJECT_FLAG,  // a signal's flag is no truth value: not known
	REJECT_COUNT
};

struct labels {
	struct label *at; // by begin
	size_t count, capacity;
	size_t rows;		       // below the heading
	size_t rejected[REJECT_COUNT]; // the last three cost a value, not the row
	unsigned first[REJECT_COUNT];  // line of the first
	bool shutdowns_only;	       // of Access Now: all are shutdowns, nothing can be told apart
};

// Reads the whole file. 0; ERR_MALFORMED when the heading is of neither list; ERR_TOO_LARGE.
int labels_read(struct cursor bytes, struct labels *ret);
void labels_free(struct labels *l);

bool label_reject_costs_row(enum label_reject r);
const char *label_reject_name(enum label_reject r); // "begin cannot be read"
