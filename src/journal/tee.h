// SPDX-License-Identifier: ISC
// A sink that keeps every batch in a log before it hands it on.
#pragma once

#include "journal/journal.h"

struct journal_tee {
	struct journal *journal; // null: nothing is kept
	struct batch_sink out;
};

// The batch is in the log (not yet acknowledged) when `out` gets it. take() gives what `out` answers, or what
// journal_append_batch() says; then `out` was not asked. `t` is borrowed for as long as the sink is used.
struct batch_sink journal_tee_sink(struct journal_tee *t);
