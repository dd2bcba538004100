// SPDX-License-Identifier: ISC
// What is watched changes while the data flow. The state is written to memory, the list of entities is changed, and the state is
// loaded over the new list: entities are found again by name and space, so what is known of those that stay is not touched, one
// that is new begins with what the routing table knows at that moment, and one that is watched no longer is left behind.
#pragma once

#include "engine/snapshot.h"

struct watch_change {
	const uint32_t *
		gone; // numbers of entities that are not watched any more; their open incidents are withdrawn, and told so
	size_t gone_count;
	void (*change)(
		void *context); // changes the list of the options and refreshes `targets`; numbers stay, new ones are added
	void *context;
	struct peer_table *peers; // those that the pipeline was made with
	struct target_table *targets;
};

// Between two calls of pipeline_take. *p is another pipeline afterwards, made with `options`, which name the same registries and the
// list that `change` changes. 0, or why the state could not be carried over: then *p begins anew with the new list.
int MUST_USE watch_change(struct pipeline **p, const struct pipeline_options *options, const struct watch_change *c);
