// SPDX-License-Identifier: ISC
// Which incidents of one entity belong together: near in time and alike. Also whether they are more than usual.
#pragma once

#include "base/instant.h"
#include "incident/decisions.h"
#include "model/sample.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAMPAIGN_NONE SIZE_MAX

struct campaign_incident {
	uint32_t entity;
	struct instant start, end;	     // end unknown: still going on
	uint32_t watched, moved;	     // bit per enum signal_kind: could be seen; was part of the incident
	uint8_t order_group[SIGNAL_COUNT];   // of the signals that moved: 0 the earliest; equal: not to be ordered
	bool has_lead, has_shape, has_scope; // which of the next are known
	double lead_s, hold_time_s;	     // loss before withdrawal; the scale it is judged on (0: 90 s)
	double log10_shape_bf, fraction_down;
};

struct campaign {
	size_t first, last; // indices of incidents
	size_t count;	    // of its members
	uint32_t number;    // 1, or more where another of the entity began on the same day
	double expected,
		p;   // by chance in its time after the first, from the days before; chance of as many as there were
	bool excess; // p below one in a thousand
};

// Cosine of the angle between the features that are known of both, -1 to 1. 0 where too little is.
// `v`: of the run; null: the table's, as below.
double campaign_similarity(const struct decisions *v, const struct campaign_incident *a,
			   const struct campaign_incident *b);

// `incidents` ascend by start. ret_of[i] (room for count) becomes the campaign of incident i, or CAMPAIGN_NONE; ret (room
// for count / 2) the campaigns, by their first incident. `watched_since`: begin of the records, unknown: the first
// incident's 180 days before. Returns the number of campaigns.
struct campaign_list {
	const struct decisions *decisions;
	const struct campaign_incident *at;
	size_t count;
	struct instant watched_since;
};
size_t campaign_find(const struct campaign_list *incidents, size_t *ret_of, struct campaign *ret);

// "KX-campaign-20260101" (UTC day of the first start), "AS64512-campaign-20260101-2". Terminated; cut at `size`.
void campaign_id(const char *entity_id, struct instant first_start, uint32_t number, char *ret, size_t size);
