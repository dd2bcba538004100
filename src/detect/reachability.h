// SPDX-License-Identifier: ISC
// What probes say of one entity: loss (Bernoulli CUSUM per observer, agreement of observers), latency (ratio and robust
// z over a rolling median), services by class. Pure: time comes with the pulses.
#pragma once

#include "detect/level.h"
#include "model/pulse.h"
#include "model/target.h"

struct carry; // base/carry.h

#define REACHABILITY_AROUND_NS (2 * 3600 * NS_PER_S) // kept around what is not over, whatever its age

struct reachability;

// The sink gets SIGNAL_LOSS, SIGNAL_LATENCY and SIGNAL_SERVICE_* detections. `decisions` (null: the table's) and `targets`
// are borrowed.
struct reachability *reachability_create(const struct decisions *decisions, uint32_t entity,
					 const struct target_table *targets, struct detection_sink out);
void reachability_free(struct reachability *r);
void reachability_pulse(struct reachability *r, const struct pulse *p);
void reachability_change(struct reachability *r, const struct target_change *c); // of one of its targets
// Tells the sink once more of what is open, as it stands: `opened` false, end unknown. Changes nothing.
void reachability_now(struct reachability *r);

// For how long this observer has not looked at the entity, if by its own pace it need not have (`paces` of them); else 0.
int64_t reachability_pause_ns(const struct reachability *r, uint16_t observer, struct instant now, double paces);

// The intervals kept, oldest first, contiguous.
const struct pulse_bin *reachability_bins(const struct reachability *r, size_t *ret_n);
// Forgets those that began before `horizon`, but for the time around each of `pins`.
void reachability_retire(struct reachability *r, struct instant horizon, const struct instant *pins, size_t n);
uint8_t reachability_service_signal(uint8_t op); // enum signal_kind of a probe_op; SIGNAL_COUNT for pings
void reachability_carry(struct carry *c, struct reachability *r); // all but what it was created with
