// SPDX-License-Identifier: ISC
// What an answer rests on: the files of a run, of which kind their records were, and whose world data were used.
#pragma once

#include "intake/run.h"
#include "model/record.h"

// A record of this file was read: a finding of its kind may have been read off it.
void sources_note(struct intake_run *s, const struct record *r);

// As much of it as a log has room for, fit to be shown.
void sources_attribution(struct world_digest *w, const char *attribution);

// Names the world data of the run by date, digest and whose they are. 0, or the exit status when the file cannot be read any more.
int MUST_USE sources_world(struct intake_run *s);
