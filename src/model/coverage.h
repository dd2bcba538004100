// SPDX-License-Identifier: ISC
// When an entity was looked at, by kind of evidence. Where none of them looked nothing can be said of it.
#pragma once

#include "base/instant.h"

#include <stddef.h>
#include <stdint.h>

struct carry; // base/carry.h

#define COVERAGE_SPANS_MAX 4096 // of one kind; then of the older half two by two become one, with what lay between them

enum coverage_kind { COVERAGE_ROUTES, COVERAGE_PROBES, COVERAGE_SERIES, COVERAGE_KINDS };

struct coverage_span {
	struct instant from, to;
};

struct coverage_of {
	bool known;		    // it looked at least once
	bool holds;		    // what was seen last stands until it is lost
	struct instant first, last; // it looked
	struct instant up;	    // the entity was seen up first; before that nobody knows what is usual of it
	int64_t most_ns;	    // a pause no longer than that is none
	struct coverage_span *unseen;
	size_t count, capacity;
};

struct coverage {
	struct coverage_of of[COVERAGE_KINDS];
};

// It was asked for, and nothing of it was ever seen up.
void coverage_asked(struct coverage_of *of, struct instant now);
// Something was seen at `now`, and would have been again within `most_ns`.
void coverage_seen(struct coverage_of *of, struct instant now, int64_t most_ns);
// What is seen stands from `now` on, until coverage_lost().
void coverage_stands(struct coverage *c, enum coverage_kind kind, struct instant now);
void coverage_lost(struct coverage *c, enum coverage_kind kind,
		   struct instant since); // of one that stood; else nothing

// Stretches of more than `least_ns` between the first that this kind saw and `end` in which it saw nothing. That routes stand says
// nothing of hosts and services. *ret is the caller's, to free.
size_t coverage_unseen(const struct coverage_of *of, struct instant end, int64_t least_ns, struct coverage_span **ret);

void coverage_free(struct coverage *c);
// Into empty ones.
void coverage_carry(struct carry *c, struct coverage *x);
void coverage_of_carry(struct carry *c, struct coverage_of *of);
