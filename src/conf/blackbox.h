// SPDX-License-Identifier: ISC
// blackbox.yml of Prometheus' blackbox_exporter, read unchanged: modules by name, with what of them a check of ours can do. What
// it cannot do is named, never silently dropped.
#pragma once

#include "conf/plan.h"

struct blackbox_module {
	char *name;
	struct plan_target ask;	 // op, flags, qtype, name, timeout, accepted statuses; no address
	char *ignored;		 // keys that this version does not follow, separated by ", "; null: none
	const char *unsupported; // why no check of ours can stand for it (static text); null: one can
	bool noted;		 // the plan's notes say what is ignored
};

struct blackbox {
	struct blackbox_module *modules;
	size_t count, capacity;
};

int MUST_USE blackbox_read(struct blackbox *b, const char *path, struct plan_error *e);
void blackbox_free(struct blackbox *b);
const struct blackbox_module *blackbox_find(const struct blackbox *b, const char *name); // or null
