// SPDX-License-Identifier: ISC
// What an observer says of itself: that it cannot see (blind), that it works less well than it should (degraded), or that all
// is well again. Words are those of the recording format.
#pragma once

#include <stdint.h>

enum observer_state { OBSERVER_OK, OBSERVER_DEGRADED, OBSERVER_BLIND, OBSERVER_STATE_COUNT };

enum observer_why {
	OBSERVER_OTHER, // a word that is not in the table
	OBSERVER_CONTROLS,
	OBSERVER_CARRIER,
	OBSERVER_ROUTE,
	OBSERVER_GATEWAY,
	OBSERVER_SEND,
	OBSERVER_CLOCK_STEP,
	OBSERVER_OWN_LOSS,
	OBSERVER_LAG,
	OBSERVER_GAP,
	OBSERVER_ROLE, // one of its processes died
	OBSERVER_WHY_COUNT
};

const char *observer_state_name(uint8_t state); // "blind"
const char *observer_why_name(uint8_t why);	// "clock_step"; OBSERVER_OTHER: "other"
const char *observer_why_text(uint8_t why);	// the end of a sentence: "by its own account its clock was set anew"
// The value of a word of n bytes; -1 / OBSERVER_OTHER when it is not in the table.
int observer_state_of(const char *word, unsigned long n);
uint8_t observer_why_of(const char *word, unsigned long n);
