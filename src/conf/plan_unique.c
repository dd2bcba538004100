// SPDX-License-Identifier: ISC
// Targets and blocks that several lists name are kept once.
#include "conf/plan_priv.h"

#include "base/alloc.h"
#include "base/index.h"

#include <string.h>

#define BLOCKS_OF_IPV4 (1u << 24)

static uint64_t plan_unique_text_hash(const char *text)
{
	return text ? hash_bytes(text, strlen(text)) : 0;
}

// By what is asked of whom and as what (a control that is a host too stays both); how often does not matter.
static uint64_t plan_unique_target_hash(const struct plan_target *t)
{
	uint64_t how = (uint64_t)t->op << 48 | (uint64_t)t->flags << 32 | (uint64_t)t->port << 16 | t->qtype;
	return hash_pair(hash_pair(addr_hash(&t->address), how),
			 hash_pair(hash_pair(plan_unique_text_hash(t->host), plan_unique_text_hash(t->name)),
				   plan_unique_text_hash(t->path)));
}

static bool plan_unique_same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool plan_unique_same_target(const struct plan_target *a, const struct plan_target *b)
{
	return addr_equal(&a->address, &b->address) && a->op == b->op && a->kind == b->kind && a->flags == b->flags &&
	       a->port == b->port && a->qtype == b->qtype && a->manner == b->manner && a->prefer == b->prefer &&
	       plan_unique_same_text(a->host, b->host) && plan_unique_same_text(a->name, b->name) &&
	       plan_unique_same_text(a->path, b->path);
}

// Whether the target is among those kept; else it is entered as number `at`.
static bool plan_unique_seen_before(const struct plan *p, struct index *seen, const struct plan_target *t, size_t at)
{
	uint64_t hash = plan_unique_target_hash(t);
	struct index_walk walk = index_begin(hash);
	uint32_t held;
	while (index_next(seen, &walk, &held))
		if (plan_unique_same_target(&p->targets[held], t))
			return true;
	index_add(seen, hash, (uint32_t)at);
	return false;
}

static size_t plan_unique_targets_once(struct plan *p)
{
	size_t kept = 0;
	struct index seen = {0};
	index_reserve(&seen, p->target_count);
	for (size_t i = 0; i < p->target_count; i++) {
		struct plan_target t = p->targets[i];
		if (plan_unique_seen_before(p, &seen, &t, kept))
			plan_target_drop(&t);
		else
			p->targets[kept++] = t;
	}
	size_t twice = p->target_count - kept;
	p->target_count = kept;
	index_free(&seen);
	return twice;
}

static size_t plan_unique_blocks_once(struct plan *p)
{
	size_t kept = 0;
	uint8_t *seen = alloc_pages(BLOCKS_OF_IPV4 / 8);
	for (size_t i = 0; i < p->block_count; i++) {
		uint32_t block = p->blocks[i].block % BLOCKS_OF_IPV4;
		if (seen[block / 8] >> block % 8 & 1)
			continue;
		seen[block / 8] |= (uint8_t)(1 << block % 8);
		p->blocks[kept++] = p->blocks[i];
	}
	size_t twice = p->block_count - kept;
	p->block_count = kept;
	alloc_pages_free(seen, BLOCKS_OF_IPV4 / 8);
	return twice;
}

void plan_once(struct plan *p)
{
	size_t targets = plan_unique_targets_once(p), blocks = plan_unique_blocks_once(p);
	if (targets)
		text_printf(&p->notes, "%zu targets are listed twice, and asked once\n", targets);
	if (blocks)
		text_printf(&p->notes, "%zu blocks are listed twice, and asked once\n", blocks);
}

static bool plan_unique_own(const struct plan *p, const struct plan_target *t)
{
	const struct addr *a = &t->address;
	static const struct addr loopback6 = {.family = FAMILY_V6, .bytes = {[15] = 1}};
	bool own = a->family == FAMILY_NONE || p->lab || (a->family == FAMILY_V4 && a->bytes[0] == 127) ||
		   addr_equal(a, &loopback6);
	for (size_t i = 0; i < p->allow.count && !own; i++)
		own = prefix_has(&p->allow.at[i], a);
	return own;
}

void plan_own_only(struct plan *p)
{
	size_t kept = 0;
	for (size_t i = 0; i < p->target_count; i++) {
		struct plan_target t = p->targets[i];
		bool more = t.path || (t.manner && manner_for_own(&p->manners[t.manner - 1]));
		if (!more || plan_unique_own(p, &t)) {
			p->targets[kept++] = t;
			continue;
		}
		struct text where = {0};
		text_addr(&where, &t.address);
		plan_note(
			p,
			"%s%s%s: not measured: paths other than / and headers are for addresses of your own allow list",
			text_string(&where), t.name ? " " : "", t.name ? t.name : "");
		text_free(&where);
		plan_target_drop(&t);
	}
	p->target_count = kept;
}
