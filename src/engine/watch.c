// SPDX-License-Identifier: ISC
// A change of what is watched is a snapshot that is loaded over another list.
#include "engine/watch.h"

#include "base/alloc.h"
#include "base/must.h"
#include "engine/pipeline_priv.h"

#include <stdlib.h>

#define WATCH_BYTES_FIRST (1u << 20) // room for a state; it doubles

struct watch_state { // in memory
	uint8_t *bytes;
	size_t n, capacity;
};

static int watch_state_keep(void *context, const void *bytes, size_t n)
{
	struct watch_state *s = context;
	if (s->n + n > s->capacity) {
		size_t wanted = s->capacity ? s->capacity : WATCH_BYTES_FIRST;
		while (wanted < s->n + n)
			wanted *= 2;
		s->bytes = alloc_resize(s->bytes, wanted, 1);
		s->capacity = wanted;
	}
	memcpy(s->bytes + s->n, bytes, n);
	s->n += n;
	return 0;
}

static int watch_state_load(const struct watch_state *state, struct pipeline *p, const struct watch_change *c)
{
	struct snapshot *s = NULL;
	int code = snapshot_open(state->bytes, state->n, &s);
	if (code == 0)
		code = snapshot_names(s, c->peers, c->targets);
	if (code == 0)
		code = snapshot_load(s, p, c->targets);
	snapshot_close(s);
	return code;
}

int watch_change(struct pipeline **p, const struct pipeline_options *options, const struct watch_change *c)
{
	struct watch_state state = {0};
	struct snapshot_parts parts = {.pipeline = *p, .peers = c->peers, .targets = c->targets};
	must(options->peers == c->peers && options->targets == c->targets);
	for (size_t i = 0; i < c->gone_count; i++)
		cut_withdraw(*p, c->gone[i]);
	int code = snapshot_save(&parts, (struct carry_sink){watch_state_keep, &state});
	pipeline_free(*p);
	c->change(c->context);
	*p = pipeline_create(options);
	if (code == 0)
		code = watch_state_load(&state, *p, c);
	if (code < 0) {
		pipeline_free(*p);
		*p = pipeline_create(options);
	}
	free(state.bytes);
	return code;
}
