// SPDX-License-Identifier: ISC
// What each observer's word is worth: whether its control targets answer, whether it was there at all, by its own pace, and which
// targets ever answered it.
#pragma once

#include "model/pace.h"
#include "model/pulse.h"
#include "model/target.h"
#include "signal/decisions.h"
#include "signal/statement.h"

struct carry; // base/carry.h

struct standing_control { // one control target of an observer
	uint32_t target;
	uint32_t fails; // in a row
	bool answered;	// ever
};

struct standing_set { // of targets, a bit each
	uint64_t *bits;
	size_t words, capacity;
};

struct standing {			   // of one observer
	struct standing_control *controls; // by target
	size_t count, capacity;
	size_t dead;	// of those that ever answered
	size_t useless; // never answered
	double score;
	int64_t alarm_until; // ns; results before it that failed are dropped
	int64_t alarm_from;
	int64_t last_good;		 // newest answer of a control
	int64_t first_bad;		 // first failure since, INT64_MIN none
	int64_t sighted;		 // the first answer of whichever target; INT64_MIN none
	bool impaired;			 // as last told
	int64_t last_probe, longest_gap; // ns; INT64_MIN before the first
	int64_t returned, good_again;	 // after an absence: its first probe, its first answer; INT64_MIN none
	uint32_t round_of;		 // the target whose probes are the rounds; UINT32_MAX none
	uint32_t round_probes;		 // in this round
	int64_t round_gap;		 // the longest in this round
	struct pace pace;		 // longest gaps of its rounds
	struct standing_set answered;	 // targets that ever answered it
	struct standing_set refused;	 // targets that did not, while they answered others
	struct statement told;
};

struct standing_table {
	const struct decisions *decisions;
	double lost, good; // what a control that fails or answers adds to the sum
	int64_t width;	   // ns, the watch interval; 0 not known yet
	void (*tell)(void *context, const struct observer_change *c);
	void *context;
	struct standing of[OBSERVERS_MAX];
};

// `decisions`: of the run; null: the table's. The caller's.
struct standing_table *standing_create(const struct decisions *decisions,
				       void (*tell)(void *context, const struct observer_change *c), void *context);
void standing_free(struct standing_table *s);

struct standing_probe {
	uint16_t observer; // below OBSERVERS_MAX
	bool good;
	uint32_t target;
	int64_t t; // ns
};

void standing_arrived(struct standing_table *s,
		      const struct standing_probe *p); // a probe of whichever target, as it comes
void standing_judge(struct standing_table *s, const struct standing_probe *p); // of a control, in order of time
// Whether what failed at t at this observer may be its own fault.
bool standing_impaired(const struct standing_table *s, uint16_t observer, int64_t t);
// Whether ret->observer has been silent for longer than its pace and its pauses, and than `least_ns`, up to `now`: *ret is that change then.
bool standing_mute(const struct standing_table *s, struct observer_change *ret, struct instant now, int64_t least_ns);
// Whether it says anything of the target. One that never answered this observer says nothing by not answering it, unless it was `down` for
// all others whenever this one asked.
bool standing_counts(struct standing_table *s, const struct standing_probe *p, bool down);
void standing_carry(struct carry *c, struct standing_table *s, size_t observers);
