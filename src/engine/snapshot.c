// SPDX-License-Identifier: ISC
// DOC: a snapshot
// A head (mark, byte order, format), sections, and the CRC32C of all before it. Each section is what one stage carries
// (base/carry.h), with its own version: a stage whose state changes raises its version, and older snapshots are refused
// then. What can be made again from what is carried (sets of entities, counts of space, indexes) is not carried.
#include "engine/snapshot.h"

#include "base/alloc.h"
#include "base/crc32c.h"
#include "engine/stage.h"
#include "model/carried.h"

#include <stdlib.h>

#define FORMAT		2	    // of the file
#define BYTE_ORDER_MARK 0x01020304u // of the file
#define TEXT_MOST	(64u << 20) // bytes of what a caller keeps about its sources
#define WORD_MOST	256	    // bytes of a word; memory

struct snapshot_head {
	char mark[8];
	uint32_t order, format;
};

static const struct snapshot_head snapshot_head = {{'L', 'a', 'c', 'u', 'n', 'a', 'S', 'n'}, BYTE_ORDER_MARK, FORMAT};

struct snapshot_about {
	char *version, *parameters, *definition, *sources;
	uint64_t settings;
};

struct snapshot {
	struct carry carry;
	struct snapshot_about about;
	uint32_t *entity_of; // number then → number now
	size_t entity_count;
	bool *begins; // by number now: the state has nothing of it
};

struct snapshot_run { // what the section functions work on
	struct snapshot_parts parts;
	struct snapshot_about about;
	struct snapshot *loaded; // null when saving
};

static void snapshot_about_free(struct snapshot_about *a)
{
	free(a->version);
	free(a->parameters);
	free(a->definition);
	free(a->sources);
	*a = (struct snapshot_about){0};
}

static void snapshot_about_of(const struct pipeline *p, struct snapshot_about *ret)
{
	*ret = (struct snapshot_about){
		.version = (char *)(p->version ? p->version : ""),
		.parameters = (char *)(p->parameters_digest ? p->parameters_digest : ""),
		.definition = (char *)p->definition->name,
		.settings = hash_pair((uint64_t)p->cut_ns, p->full_floor),
	};
}

static void snapshot_about_carry(struct carry *c, void *self)
{
	struct snapshot_about *a = self;
	carry_text(c, &a->version, WORD_MOST);
	carry_text(c, &a->parameters, WORD_MOST);
	carry_text(c, &a->definition, WORD_MOST);
	CARRY(c, a->settings);
	carry_text(c, &a->sources, TEXT_MOST);
}

static void snapshot_names_carry(struct carry *c, void *self)
{
	struct snapshot_parts *s = self;
	peers_carry(c, s->peers);
	observers_carry(c, s->targets);
}

// What makes an entity the same one: its name and its own space.
static uint64_t snapshot_entity_digest(const struct entity *e)
{
	uint64_t h = hash_pair(e->watched, e->range_count);
	for (size_t i = 0; i < e->range_count; i++) {
		h = hash_pair(h, addr_hash(&e->ranges[i].first));
		h = hash_pair(h, addr_hash(&e->ranges[i].last));
	}
	for (size_t i = 0; i < e->asn_count; i++)
		h = hash_pair(h, e->asns[i]);
	return h;
}

static uint32_t snapshot_entity_again(const struct entity_list *l, const char *id, uint64_t digest)
{
	const struct entity *e = entity_find(l, id);
	return e && snapshot_entity_digest(e) == digest ? (uint32_t)(e - l->at) : CARRY_GONE;
}

static void snapshot_entities_carry(struct carry *c, void *self)
{
	struct snapshot_run *run = self;
	const struct entity_list *l = run->parts.pipeline->entities;
	size_t n = l->count, capacity;
	uint32_t *of = NULL;
	if (carry_loads(c))
		carry_room(c, CARRY_ARRAY(of, n, capacity), sizeof(uint32_t) + sizeof(uint64_t));
	else
		carry_count(c, &n, 1);
	for (size_t i = 0; i < n && carry_good(c); i++) {
		char *id = carry_loads(c) ? NULL : l->at[i].id;
		uint64_t digest = carry_loads(c) ? 0 : snapshot_entity_digest(&l->at[i]);
		carry_text(c, &id, ENTITY_ID_MAX);
		CARRY(c, digest);
		if (!carry_loads(c))
			continue;
		of[i] = id ? snapshot_entity_again(l, id, digest) : CARRY_GONE;
		free(id);
	}
	if (!carry_loads(c))
		return;
	run->loaded->entity_of = of;
	run->loaded->entity_count = n;
	run->loaded->begins = alloc_zero(l->count, sizeof(bool));
	memset(run->loaded->begins, true, l->count);
	for (size_t i = 0; i < n && carry_good(c); i++)
		if (of[i] != CARRY_GONE)
			run->loaded->begins[of[i]] = false;
	c->entities = (struct carry_map){of, n};
}

static void snapshot_targets_carry(struct carry *c, void *self)
{
	targets_carry(c, ((struct snapshot_run *)self)->parts.targets);
}

// What the stages need, in their order: the map of entities comes first.
static void snapshot_before_carry(struct carry *c, struct snapshot_run *run)
{
	carry_section(c, "entities", 1, snapshot_entities_carry, run);
	carry_section(c, "targets", 1, snapshot_targets_carry, run);
}

static void snapshot_stages_carry(struct carry *c, const struct snapshot_run *run)
{
	struct stage_carried carried = {.pipeline = run->parts.pipeline, .targets = run->parts.targets};
	const struct stage *stage;
	if (run->loaded) {
		carried.entity_of = run->loaded->entity_of;
		carried.entity_count = run->loaded->entity_count;
		carried.begins = run->loaded->begins;
	}
	for (size_t i = 0; (stage = stage_at(i)); i++)
		if (stage->carry)
			carry_section(c, stage->name, stage->version, stage->carry, &carried);
}

struct snapshot_sum { // passes bytes on and sums them
	struct carry_sink out;
	uint32_t sum;
};

static int snapshot_sum_write(void *context, const void *bytes, size_t n)
{
	struct snapshot_sum *s = context;
	s->sum = crc32c(s->sum, bytes, n);
	return s->out.write(s->out.context, bytes, n);
}

int snapshot_save(const struct snapshot_parts *parts, struct carry_sink out)
{
	struct snapshot_sum sum = {.out = out};
	struct carry c = {.way = CARRY_SAVE, .out = {snapshot_sum_write, &sum}};
	struct snapshot_run run = {.parts = *parts};
	struct snapshot_head head = snapshot_head;
	snapshot_about_of(parts->pipeline, &run.about);
	run.about.sources = (char *)(parts->sources ? parts->sources : "");
	CARRY(&c, head);
	carry_section(&c, "about", 1, snapshot_about_carry, &run.about);
	carry_section(&c, "names", 1, snapshot_names_carry, &run.parts);
	snapshot_before_carry(&c, &run);
	snapshot_stages_carry(&c, &run);
	uint32_t total = sum.sum;
	CARRY(&c, total);
	return c.code;
}

static int snapshot_bytes_check(struct cursor *whole, const void *bytes)
{
	struct snapshot_head head;
	struct cursor at = *whole;
	uint32_t sum;
	if (cursor_left(whole) < sizeof(head) + sizeof(sum))
		return ERR_TRUNCATED;
	if (!cursor_bytes(&at, &head, sizeof(head)) || memcmp(head.mark, snapshot_head.mark, sizeof(head.mark)) != 0)
		return ERR_MALFORMED;
	if (head.order != snapshot_head.order || head.format != snapshot_head.format)
		return ERR_UNSUPPORTED;
	size_t n = cursor_left(whole) - sizeof(sum);
	memcpy(&sum, whole->end - sizeof(sum), sizeof(sum));
	if (crc32c(0, bytes, n) != sum)
		return ERR_MALFORMED;
	at.end -= sizeof(sum);
	*whole = at;
	return 0;
}

int snapshot_open(const void *bytes, size_t n, struct snapshot **ret)
{
	struct cursor whole = cursor_of(bytes, n);
	int code = snapshot_bytes_check(&whole, bytes);
	if (code < 0)
		return code;
	struct snapshot *s = alloc_zero(1, sizeof(*s));
	s->carry = (struct carry){.way = CARRY_LOAD, .in = whole};
	carry_section(&s->carry, "about", 1, snapshot_about_carry, &s->about);
	code = s->carry.code;
	if (!code && (!s->about.version || !s->about.parameters || !s->about.definition || !s->about.sources))
		code = ERR_MALFORMED;
	if (code < 0) {
		snapshot_close(s);
		return code;
	}
	*ret = s;
	return 0;
}

int snapshot_names(struct snapshot *s, struct peer_table *peers, struct target_table *targets)
{
	struct snapshot_parts parts = {.peers = peers, .targets = targets};
	carry_section(&s->carry, "names", 1, snapshot_names_carry, &parts);
	return s->carry.code;
}

static bool snapshot_about_same(const struct snapshot_about *a, const struct snapshot_about *b)
{
	return strcmp(a->version, b->version) == 0 && strcmp(a->parameters, b->parameters) == 0 &&
	       strcmp(a->definition, b->definition) == 0 && a->settings == b->settings;
}

// Entities that the state does not have begin with what the table knows.
static void snapshot_new_begin(const struct snapshot *s, struct pipeline *p)
{
	bool any = false;
	for (size_t e = 0; e < p->entities->count; e++)
		any |= s->begins[e];
	if (any)
		routes_begin(p->routes, s->begins);
}

int snapshot_load(struct snapshot *s, struct pipeline *p, struct target_table *targets)
{
	struct snapshot_about about;
	struct snapshot_run run = {.parts = {.pipeline = p, .targets = targets}, .loaded = s};
	snapshot_about_of(p, &about);
	if (!snapshot_about_same(&s->about, &about))
		return ERR_USAGE;
	s->carry.words = &p->words;
	snapshot_before_carry(&s->carry, &run);
	snapshot_stages_carry(&s->carry, &run);
	if (cursor_left(&s->carry.in))
		carry_fail(&s->carry, ERR_MALFORMED);
	if (carry_good(&s->carry))
		snapshot_new_begin(s, p);
	return s->carry.code;
}

const char *snapshot_sources(const struct snapshot *s)
{
	return s->about.sources;
}

const char *snapshot_fault(const struct snapshot *s)
{
	return s->carry.code ? s->carry.section : "";
}

void snapshot_close(struct snapshot *s)
{
	if (!s)
		return;
	snapshot_about_free(&s->about);
	free(s->entity_of);
	free(s->begins);
	free(s);
}
