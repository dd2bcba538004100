// SPDX-License-Identifier: ISC
// A census probe's address says which block and host it asked, so nothing has to be remembered about it.
#include "daemon/census_run.h"

#include "base/alloc.h"
#include "base/hash.h"
#include "base/index.h"
#include "schedule/census.h"

#include <stdlib.h>

#define SAVE_NS (10 * NS_PER_S)

struct census_run {
	struct blocks *blocks;
	struct census *census;
	struct index by_asn; // belief numbers networks densely
	uint32_t *asns;	     // by number, from 1
	uint32_t network_count;
	uint8_t controls; // enum block_controls
	int64_t saved_ns;
};

static uint32_t census_run_network_number(struct census_run *c, uint32_t asn)
{
	struct index_walk walk = index_begin(hash_mix(asn));
	uint32_t held;
	while (index_next(&c->by_asn, &walk, &held))
		if (c->asns[held] == asn)
			return held;
	// Beyond what belief can number the rest share one: they only share their hours of the week.
	if (c->network_count + 1 == BLOCK_NETWORKS_MAX)
		return c->network_count;
	c->asns[++c->network_count] = asn;
	index_add(&c->by_asn, hash_mix(asn), c->network_count);
	return c->network_count;
}

void census_run_add(struct census_run *c, const struct plan_block *p)
{
	struct block_state *b = blocks_add(c->blocks, p->block, p->entity, census_run_network_number(c, p->network));
	for (uint8_t i = 0; b && i < p->count && i < PLAN_BLOCK_HOSTS; i++)
		blocks_responder(c->blocks, b, p->low[i], p->availability[i] / 256.0);
}

struct census_run *census_run_create(const struct role *r)
{
	struct census_run *c = alloc_zero(1, sizeof(*c));
	struct census_options o = {.seed = r->setup.seed};
	c->asns = alloc_zero(BLOCK_NETWORKS_MAX, sizeof(*c->asns));
	c->blocks = blocks_create(NULL, r->setup.blocks, (struct block_sink){0});
	if (census_create(c->blocks, &o, clock_boot_ns(), &c->census) < 0) {
		census_run_free(c);
		return NULL;
	}
	return c;
}

void census_run_resume(struct census_run *c, const struct role *r)
{
	// What cannot be read begins a round anew.
	if (r->resume_length)
		(void)!census_restore(c->census, cursor_of(r->resume, r->resume_length), clock_boot_ns());
}

void census_run_free(struct census_run *c)
{
	if (!c)
		return;
	census_free(c->census);
	blocks_free(c->blocks);
	index_free(&c->by_asn);
	free(c->asns);
	free(c);
}

size_t census_run_next(struct census_run *c, int64_t now_ns, struct prober_item *ret, size_t most, int64_t *ret_wait_ns)
{
	struct census_probe p;
	size_t n = 0;
	int64_t due = 0;
	while (n < most) {
		if (census_next(c->census, now_ns, &p, &due) != 1) {
			*ret_wait_ns = due - now_ns < *ret_wait_ns ? due - now_ns : *ret_wait_ns;
			break;
		}
		ret[n++] = (struct prober_item){
			.address = addr_v4(p.block << 8 | p.low),
			.index = CENSUS_RUN_INDEX,
			.network = p.network < BLOCK_NETWORKS_MAX ? c->asns[p.network] : 0,
			.op = PROBE_ICMP_ECHO,
			.kind = p.kind,
			.number = (uint16_t)p.round,
		};
	}
	return n;
}

void census_run_answer(struct census_run *c, const struct attempt *a)
{
	if (a->index != CENSUS_RUN_INDEX || !probe_counts(probe_failure_outcome(a->failure)))
		return;
	uint32_t address = v4_number(a->target.bytes);
	struct block_probe p = {
		.block = address >> 8,
		.low = (uint8_t)address,
		.ok = a->failure == FAILURE_NONE,
		.controls = c->controls,
		.time = a->time,
	};
	census_answer(c->census, &p, clock_boot_ns());
}

void census_run_controls(struct census_run *c, bool fine)
{
	c->controls = fine ? BLOCK_CONTROLS_HEALTHY : BLOCK_CONTROLS_FAILED;
}

void census_run_save(struct census_run *c, struct role *r, int64_t now_ns)
{
	uint8_t state[CENSUS_STATE_BYTES];
	if (now_ns - c->saved_ns < SAVE_NS)
		return;
	c->saved_ns = now_ns;
	census_save(c->census, state);
	if (role_say(r, MESSAGE_SAVE, state, sizeof(state)) < 0)
		r->stopping = true;
}
