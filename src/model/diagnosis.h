// SPDX-License-Identifier: ISC
// Why an incident happened, as ranked hypotheses about the mechanism. There is no member for an actor, on purpose.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cause { // words of the recording format
	CAUSE_NETWORK_STRESS,
	CAUSE_POWER,
	CAUSE_CABLE,
	CAUSE_MISCONFIGURATION,
	CAUSE_ORDERED_SHUTDOWN,
	CAUSE_HIJACK_OR_LEAK,
	CAUSE_SERVICE_FAILURE,
	CAUSE_DISASTER,
	CAUSE_MAINTENANCE,
	CAUSE_PREFIX_MIGRATION,
	CAUSE_MEASUREMENT_ARTEFACT,
	CAUSE_COUNT
};

enum family { // evidence of one family is not independent
	FAMILY_TIMING,
	FAMILY_CONTROL_PLANE,
	FAMILY_SHAPE,
	FAMILY_SERVICES,
	FAMILY_SCOPE,
	FAMILY_RECURRENCE,
	FAMILY_CONTEXT,
	FAMILY_WITNESS,
	FAMILY_COUNT
};

enum evidence_id { // each is a question with the answers yes, no and not known; diagnose/evidence.c has its row
	EVIDENCE_LOSS_RAMP,
	EVIDENCE_LONG_LEAD,
	EVIDENCE_HOLD_TIMER,
	EVIDENCE_ROUTES_WITH_LOSS,
	EVIDENCE_ROUTES_STAY,
	EVIDENCE_ROUTES_ONLY,
	EVIDENCE_HOLD_RECEIVED,
	EVIDENCE_HOLD_SENT,
	EVIDENCE_SESSION_CLOSED,
	EVIDENCE_SHUTDOWN_TEXT,
	EVIDENCE_SESSION_SILENT,
	EVIDENCE_SESSIONS_STAY,
	EVIDENCE_PREFIX_LIMIT,
	EVIDENCE_SESSION_ERROR,
	EVIDENCE_DAEMON_DIED,
	EVIDENCE_ANNOUNCE_BURST,
	EVIDENCE_ONE_BY_ONE,
	EVIDENCE_CHURN_BEFORE,
	EVIDENCE_FOREIGN_ORIGIN,
	EVIDENCE_DETOUR,
	EVIDENCE_LATENCY_RAMP,
	EVIDENCE_CONNECT_RAMP,
	EVIDENCE_BORDER_ANSWERS,
	EVIDENCE_FALL_IN_STEPS,
	EVIDENCE_RETURN_IN_STEPS,
	EVIDENCE_FLAT_FLOOR,
	EVIDENCE_SLOW_DECAY,
	EVIDENCE_BLOCK_BY_BLOCK,
	EVIDENCE_SERVICES_ONE_BY_ONE,
	EVIDENCE_RETURN_ORDER,
	EVIDENCE_DNS_ONLY,
	EVIDENCE_HTTP_ERRORS,
	EVIDENCE_REFUSED,
	EVIDENCE_ALIVE_BELOW,
	EVIDENCE_ONE_MACHINE,
	EVIDENCE_INDEPENDENT,
	EVIDENCE_ONE_NETWORK,
	EVIDENCE_ONE_BLOCK,
	EVIDENCE_NETWORKS_IN_STEP,
	EVIDENCE_UPSTREAMS_IN_STEP,
	EVIDENCE_FLAPS_BEFORE,
	EVIDENCE_WAVES,
	EVIDENCE_SAME_CLOCK,
	EVIDENCE_EVEN_SPACING,
	EVIDENCE_PAST_OUTAGES,
	EVIDENCE_HALF_HOUR,
	EVIDENCE_NIGHT,
	EVIDENCE_SHORT,
	EVIDENCE_HOURS,
	EVIDENCE_ONE_WITNESS,
	EVIDENCE_WITNESSES_FAIL,
	EVIDENCE_BOTH_PLANES,
	EVIDENCE_COUNT
};

enum evidence_source { // which raw data it is read off; bits
	SOURCE_PROBES = 1,
	SOURCE_ROUTES = 2, // MRT, RIS Live
	SOURCE_BMP = 4,
	SOURCE_SERIES = 8,
};

enum answer { ANSWER_UNKNOWN, ANSWER_NO, ANSWER_YES };

struct finding {	     // what one piece of evidence says of an incident
	uint8_t answer;	     // enum answer
	double strength;     // 0 to 1: how much of its ratio counts (a clock of ten minutes says little of half hours)
	double value, other; // numbers for its sentence; NaN none
};

#define ARGUMENTS_MAX 3

struct argument {
	uint8_t evidence; // enum evidence_id
	double lr;	  // probability of the answer under the cause ÷ under all causes together
};

struct hypothesis {
	uint8_t cause;	      // enum cause
	double p;	      // posterior
	double p_low, p_high; // with the prior of this cause times 0.3 and times 3
	struct argument in_favour[ARGUMENTS_MAX], against[ARGUMENTS_MAX]; // strongest first
	uint8_t favour_count, against_count;
};

enum abstention {		// why no verdict is given; bits
	ABSTAIN_WEAK = 1,	// the first is below 0.70
	ABSTAIN_CLOSE = 2,	// the second is above a third of the first
	ABSTAIN_ONE_FAMILY = 4, // fewer than two independent kinds of evidence speak for the first
	ABSTAIN_COVERAGE = 8,	// less than 60 % of the witnesses could see
};

struct verdict {
	bool known;
	struct finding findings[EVIDENCE_COUNT];
	struct hypothesis ranked[CAUSE_COUNT]; // most probable first
	uint8_t abstained;		       // enum abstention; 0: the first is the verdict
	uint8_t families;		       // kinds of evidence that speak for the first
	double least_p, least_ratio;	       // what the first had to reach, alone and against the second
	uint8_t least_families;		       // and how many kinds of evidence had to speak for it
	uint8_t ask;	 // the unknown evidence whose answer would change most; EVIDENCE_COUNT: none
	double ask_bits; // information expected of it
	double coverage; // share of the witnesses that could see; NaN unknown
	double prior[CAUSE_COUNT];
};
