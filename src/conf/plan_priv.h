// SPDX-License-Identifier: ISC
// What the readers of the plan's files share with each other.
#pragma once

#include "conf/plan.h"

#define PLAN_ALLOW_SHORTEST 8 // bits: an allowlist that allows more than a /8 is a mistake

// Like plan_file_sd; targets that name no module and no kind are asked as `module` says; null: as their port says.
int MUST_USE plan_file_sd_as(struct plan *p, const char *path, const char *module, struct plan_error *e);
// A line for the operator; arguments from outside are escaped.
void plan_note(struct plan *p, const char *format, ...) PRINTF_LIKE(2, 3);
// Targets for which more is asked than / and no headers, at addresses that are neither loopback nor on the plan's allowlist, are taken
// out, each with a note: of other people's services only that is asked.
void plan_own_only(struct plan *p);
// Takes out targets and blocks that are there twice (the first of each stays), and notes how many: lists overlap, and nobody is to
// be asked twice as often for that.
void plan_once(struct plan *p);
// Like plan_list_read; shorter prefixes than `shortest` bits are refused.
int MUST_USE plan_list_above(struct plan_list *l, const char *path, uint8_t shortest, struct plan_error *e);
