// SPDX-License-Identifier: ISC
// blackbox.yml of Prometheus' blackbox_exporter, read unchanged: modules by name, with how a check of ours asks as they say. What a
// module wants and no check does makes that module one that cannot be used, with its reason by file and line; the others can.
#pragma once

#include "conf/plan.h"

struct blackbox_module {
	char *name;
	struct plan_target ask; // op, flags, qtype, name, timeout, family; no address
	struct manner *manner;	// owned; null: op and flags say all
	uint32_t number;	// of the manner in the plan; 0: no target of it uses the module yet
	char *unsupported;	// why no check of ours can stand for it; null: one can
};

struct blackbox {
	struct blackbox_module *modules;
	size_t count, capacity;
	struct text notes; // what of the file is no module, and left aside
};

int MUST_USE blackbox_read(struct blackbox *b, const char *path, struct plan_error *e);
void blackbox_free(struct blackbox *b);
const struct blackbox_module *blackbox_find(const struct blackbox *b, const char *name); // or null
