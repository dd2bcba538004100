// SPDX-License-Identifier: ISC
// What a run saw of the world and what not: the one value that its exit status, its sentences and its `quality` are made of.
#pragma once

#include "intake/run.h"

struct account_unseen { // nothing looked at the entity
	uint32_t entity;
	enum coverage_kind
		kind; // COVERAGE_ROUTES: no routing data; COVERAGE_PROBES: no probes; COVERAGE_SERIES: no values
	bool alone;   // the other kind never looked at it
	bool never;   // it was not seen up before: nobody knows what is usual
	struct instant from, to;
};

struct account {
	size_t watched, unobservable;	   // entities; of them, of which nothing can be said all the time
	uint64_t damaged;		   // stretches of bytes and files that could not be read
	const struct blind_span **missing; // sources whose input is not in the data for a while; borrowed spans
	size_t missing_count, missing_capacity;
	struct account_unseen *unseen;
	size_t unseen_count, unseen_capacity;
	bool doubted; // one observer alone lost what is watched, and at some time another of them was blind: who disagrees is not known
};

// To be freed. The spans are those of pipeline_blind(): borrowed until it is called again.
void account_make(const struct intake_run *s, struct account *ret);
void account_free(struct account *a);

// Stretches that are not there: what could not be read, and what nobody heard.
uint64_t account_gaps(const struct account *a);
// Whether something watched was not looked at, or a source is missing, for a while or all the time.
bool account_lacks(const struct account *a);
// A line for each source and stretch that is missing, and one for what nothing can be said of.
void account_notices(const struct account *a, const struct intake_run *s);
