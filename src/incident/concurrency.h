// SPDX-License-Identifier: ISC
// Are these failures jointly too unlikely to be independent? Units are machines (distinct addresses); what they share is
// not taken out of their number but named: the smallest group that holds all failed ones.
#pragma once

#include "base/instant.h"
#include "incident/decisions.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct concurrency_unit {
	double up_hours; // in which it was watched and up, of the last 90 days, without windows labelled concurrent
	uint32_t onsets; // of failures in those hours
	struct instant last_ok, first_fail; // around the failure under test; first_fail unknown: it did not fail
	uint32_t slash24, institution, asn, upstream; // what it shares with others, as any number; 0 unknown
};

struct concurrency_input {
	const struct concurrency_unit *units; // one that never answered (no up_hours, no last_ok) is not counted
	size_t count;
	const uint32_t *hourly; // onsets in each past hour, all units together: how they cluster when nothing is wrong
	size_t hours;
	double watch_interval_s;	   // with a short one, a window of 60 of them is tried too
	bool routes_all_gone;		   // the routes to all units left
	const struct decisions *decisions; // of the run; null: the table's
};

enum concurrency_verdict { CONCURRENT, CONCURRENT_PARTLY, CONCURRENT_NOT, CONCURRENT_UNKNOWN };

enum concurrency_common {
	COMMON_NONE, // nothing failed
	COMMON_ADDRESS,
	COMMON_SLASH24,
	COMMON_INSTITUTION,
	COMMON_NETWORK,
	COMMON_UPSTREAM,
	COMMON_ENTITY
};

struct concurrency {
	size_t units, failed; // failed: most onsets in one window of that length
	double window_s;
	struct instant window_start; // unknown if nothing failed
	double expected_per_year; // how often chance alone would do as much: corrected for every place and length tried
	double tail, rho;	  // chance in one window (the larger of the two models); correlation in the second
	double synchrony_s;	  // from 10 to 90 % of these onsets
	enum concurrency_verdict verdict;
	enum concurrency_common common; // the smallest group that holds all failed units
	size_t common_unit;		// a failed unit, by whose key the group can be named
	size_t common_units;		// units in that group, failed or not
};

void concurrency_test(const struct concurrency_input *in, struct concurrency *ret);

const char *concurrency_verdict_name(enum concurrency_verdict v); // "concurrent"
const char *concurrency_common_name(enum concurrency_common l);	  // "/24"
