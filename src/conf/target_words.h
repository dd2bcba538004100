// SPDX-License-Identifier: ISC
// From the words of any list to a target of the plan: the place, the kind or blackbox module, the entity. One set of rules for
// lacuna.yml, file_sd, inventories and the command line.
#pragma once

#include "conf/plan.h"
#include "model/kind.h"

struct target_words_words { // as they were written, borrowed; null or 0: not
	const char *place;  // address, name, HOST:PORT or URL
	const char *name;   // asked name
	const char *kind;
	const char *module;
	const char *entity, *institution;
	const char *qtype;
	uint32_t port, network, interval_ms, timeout_ms;
	bool loose; // the words are labels of others: a qtype where nothing is asked of the DNS is none of ours
};

// Adds the target to the plan. Null, or what is wrong (in `why`, borrowed).
const char *target_words_add(struct plan *p, const struct target_words_words *w, struct text *why);
// Whether its module is one that no check can stand for: the target is right, and not measured.
bool target_words_unmeasured(const struct plan *p, const struct target_words_words *w);
// The same where address and kind are known.
const char *target_words_add_known(struct plan *p, const struct addr *a, const struct kind_row *k,
				   const struct target_words_words *w);
// The entity's id as the list holds it, added and watched if new; null: no such form.
const char *target_words_entity(struct plan *p, const char *id);
