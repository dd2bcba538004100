// SPDX-License-Identifier: ISC
// Words of observers about themselves, one table each way.
#include "model/observer.h"

#include "base/attr.h"

#include <stdbool.h>
#include <string.h>

static const char *const observer_states[OBSERVER_STATE_COUNT] = {
	[OBSERVER_OK] = "ok", [OBSERVER_DEGRADED] = "degraded", [OBSERVER_BLIND] = "blind"};

static const struct {
	const char *word, *text;
} observer_whys[OBSERVER_WHY_COUNT] = {
	[OBSERVER_OTHER] = {"other", "by its own account"},
	[OBSERVER_CONTROLS] = {"controls", "by its own account its controls did not answer"},
	[OBSERVER_CARRIER] = {"carrier", "by its own account its interface was down"},
	[OBSERVER_ROUTE] = {"route", "by its own account it had no route"},
	[OBSERVER_GATEWAY] = {"gateway", "by its own account its gateway did not answer"},
	[OBSERVER_SEND] = {"send", "by its own account it could not send"},
	[OBSERVER_CLOCK_STEP] = {"clock_step", "by its own account its clock was set anew"},
	[OBSERVER_OWN_LOSS] = {"own_loss", "by its own account it lost probes or replies itself"},
	[OBSERVER_LAG] = {"lag", "by its own account it was late"},
	[OBSERVER_GAP] = {"gap", "by its own account it was not running"},
	[OBSERVER_ROLE] = {"role_died", "by its own account a part of it was not running"},
};

static bool observer_word_is(const char *word, unsigned long n, const char *held)
{
	return strlen(held) == n && memcmp(word, held, n) == 0;
}

const char *observer_state_name(uint8_t state)
{
	return state < OBSERVER_STATE_COUNT ? observer_states[state] : "unknown";
}

const char *observer_why_name(uint8_t why)
{
	return observer_whys[why < OBSERVER_WHY_COUNT ? why : OBSERVER_OTHER].word;
}

const char *observer_why_text(uint8_t why)
{
	return observer_whys[why < OBSERVER_WHY_COUNT ? why : OBSERVER_OTHER].text;
}

int observer_state_of(const char *word, unsigned long n)
{
	for (int state = 0; state < OBSERVER_STATE_COUNT; state++)
		if (observer_word_is(word, n, observer_states[state]))
			return state;
	return -1;
}

uint8_t observer_why_of(const char *word, unsigned long n)
{
	for (uint8_t why = 0; why < OBSERVER_WHY_COUNT; why++)
		if (observer_word_is(word, n, observer_whys[why].word))
			return why;
	return OBSERVER_OTHER;
}
