// SPDX-License-Identifier: ISC
// The census of a role: blocks and their belief, the schedule over them, and which attempt answers which question.
#pragma once

#include "daemon/role.h"

#define CENSUS_RUN_INDEX (PROBER_INDEX_MAX - 1) // of every attempt of the census: above all targets

struct census_run;

struct census_run *census_run_create(
	const struct role *r); // for as many blocks as its setup says; null: no census is possible
void census_run_add(struct census_run *c, const struct plan_block *p);
void census_run_resume(struct census_run *c, const struct role *r); // all blocks are there: goes on where it was
void census_run_free(struct census_run *c);			    // null is fine
// Fills items with what is due; *ret_wait_ns is lowered to when there will be more. Returns how many.
size_t census_run_next(struct census_run *c, int64_t now_ns, struct prober_item *ret, size_t most,
		       int64_t *ret_wait_ns);
void census_run_answer(struct census_run *c, const struct attempt *a); // attempts of others are ignored
// Whether our own controls are fine: answers are worth little without.
void census_run_controls(struct census_run *c, bool fine);
// Tells the parent where the census is, now and then; INT64_MAX: now.
void census_run_save(struct census_run *c, struct role *r, int64_t now_ns);
