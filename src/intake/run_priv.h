// SPDX-License-Identifier: ISC
// What the two ways of a run share: over files (run.c) and over event logs (run_log.c).
#pragma once

#include "intake/run.h"

void run_resume(struct intake_run *s);	 // looks for the state to go on from
void run_prepare(struct intake_run *s);	 // what does not depend on the input
void run_digest(struct intake_run *s);	 // after the numbers or the world data changed
void run_registry(struct intake_run *s); // in front of the engine
// The engine over the entities that are known now. Whether it has what the state has, where there is one.
bool run_engine(struct intake_run *s);
// Nothing older than `time` comes any more. 0, or why the log cannot be written.
int MUST_USE run_pass_time(struct intake_run *s, struct instant time);
// All was read: writes the state, or tells the engine that the data ended.
int MUST_USE run_end(struct intake_run *s);

// Whether the paths are event logs, all of them. -1 after a message: some are, and cannot be read with the others.
int run_are_logs(const struct intake_run *s, int n, char **paths);
// Reads them. The exit status.
int run_logs(struct intake_run *s, int n, char **dirs);
// What the engine is given of a batch of a log: what the state does not have, and nothing from `until` on, where reading ends. 0, or an
// error, which ends it.
int MUST_USE run_log_part(struct intake_run *s, const struct batch *whole, struct batch *ret);
void run_logs_free(struct intake_run *s);
