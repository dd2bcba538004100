// SPDX-License-Identifier: ISC
// Blocks of the census: one object a line, or the probe list of trinarkular (one object of blocks by their prefix, each with
// hosts {"host_ip": ..., "e_b": ...}). A block without an entity belongs to the first one whose prefixes hold it.
#include "base/alloc.h"
#include "base/attr.h"
#include "base/err.h"
#include "conf/file.h"
#include "conf/json_file.h"
#include "conf/plan_priv.h"
#include "conf/scalar.h"
#include "conf/target_words.h"

#include <math.h>
#include <string.h>

#define BLOCKS_NOTED 20	 // of a list that are left out; the others are counted
#define PARTS	     256 // of an availability

struct census_file {
	struct plan *plan;
	uint64_t outside; // blocks of no entity
	size_t entity;	  // of the block before, where its neighbours most likely are too
	size_t range;
};

struct census_block { // as written
	struct census_file *census;
	const char *prefix, *entity;
	uint32_t asn;
	struct plan_block read;
};

// Keeps the best responders: a new one takes the place of the worst that it beats.
static void census_keep_host(struct plan_block *b, uint8_t low, double availability)
{
	long part = lround(availability * PARTS);
	uint8_t value = (uint8_t)(part >= PARTS ? PARTS - 1 : part), at = b->count;
	if (at < PLAN_BLOCK_HOSTS) {
		b->count++;
	} else {
		at = 0;
		for (uint8_t i = 1; i < PLAN_BLOCK_HOSTS; i++)
			at = b->availability[i] < b->availability[at] ? i : at;
		if (b->availability[at] >= value)
			return;
	}
	b->low[at] = low;
	b->availability[at] = value;
}

static int census_take_availability(struct schema_reader *r, uint32_t node, double *ret)
{
	const char *text = schema_scalar(r, node);
	if (!text)
		return ERR_MALFORMED;
	if (!scalar_real(text, ret) || *ret > 1)
		return schema_wrong(r, node, "'%.80s' is not a share from 0 to 1", text);
	return 0;
}

static int census_take_host(struct schema_reader *r, uint32_t node, void *to)
{
	struct census_block *b = to;
	uint64_t low;
	double availability;
	if (!scalar_number(schema_key(r), &low) || low > 255)
		return schema_wrong(r, node, "not the last byte of an address, 0 to 255");
	int code = census_take_availability(r, node, &availability);
	if (code == 0)
		census_keep_host(&b->read, (uint8_t)low, availability);
	return code;
}

static const struct schema_row census_block_rows[] = {
	{.key = "block", .type = SCHEMA_TEXT, .required = true, .offset = offsetof(struct census_block, prefix)},
	{.key = "entity", .type = SCHEMA_TEXT, .offset = offsetof(struct census_block, entity), .high = ENTITY_ID_MAX},
	{.key = "asn",
	 .type = SCHEMA_NUMBER,
	 .offset = offsetof(struct census_block, asn),
	 .low = 1,
	 .high = UINT32_MAX},
	{.key = "hosts", .type = SCHEMA_MAP, .required = true, .take = census_take_host},
};
static const struct schema census_block_schema = {census_block_rows, ARRAY_LEN(census_block_rows), false};

static bool census_in_range(const struct entity_range *r, const struct addr *a)
{
	return r->first.family == a->family && memcmp(r->first.bytes, a->bytes, sizeof(a->bytes)) <= 0 &&
	       memcmp(a->bytes, r->last.bytes, sizeof(a->bytes)) <= 0;
}

// Index of the entity that holds the address; ENTITY_NONE.
static uint32_t census_entity_of(struct census_file *c, const struct addr *a)
{
	const struct entity_list *l = &c->plan->entities;
	if (c->entity < l->count && c->range < l->at[c->entity].range_count &&
	    census_in_range(&l->at[c->entity].ranges[c->range], a))
		return (uint32_t)c->entity;
	for (c->entity = 0; c->entity < l->count; c->entity++)
		for (c->range = 0; c->range < l->at[c->entity].range_count; c->range++)
			if (census_in_range(&l->at[c->entity].ranges[c->range], a))
				return (uint32_t)c->entity;
	return ENTITY_NONE;
}

static int census_read_prefix(struct schema_reader *r, uint32_t node, struct census_block *b)
{
	struct prefix prefix;
	const char *why = scalar_prefix(b->prefix, &prefix);
	if (why || prefix.family != FAMILY_V4 || prefix.length != 24)
		return schema_wrong(r, node, "'%.80s' is not a /24 such as 198.18.3.0/24", b->prefix);
	b->read.block = v4_number(prefix.bytes) >> 8;
	return 0;
}

static int census_keep_block(struct schema_reader *r, uint32_t node, struct census_block *b)
{
	struct plan *p = b->census->plan;
	b->read.network = b->asn;
	struct addr first = addr_v4(b->read.block << 8);
	b->read.entity = b->entity ? ENTITY_NONE : census_entity_of(b->census, &first);
	if (b->entity) {
		if (!target_words_entity(p, b->entity))
			return schema_wrong(r, node, "'%.80s' is not of the form country/KX or asn/64512", b->entity);
		b->read.entity = (uint32_t)(entity_find(&p->entities, b->entity) - p->entities.at);
	}
	if (b->read.entity == ENTITY_NONE || !b->read.count) {
		b->census->outside++;
		return 0;
	}
	if (p->block_count == PLAN_BLOCKS_MAX)
		return schema_wrong(r, node, "more than 6000000 blocks");
	alloc_grow((void **)&p->blocks, p->block_count, &p->block_capacity, sizeof(*p->blocks));
	p->blocks[p->block_count++] = b->read;
	return 0;
}

static int census_take_block(struct schema_reader *r, uint32_t node, void *to)
{
	struct census_block b = {.census = to};
	int code = schema_read(r, node, &census_block_schema, &b);
	if (code == 0)
		code = census_read_prefix(r, node, &b);
	return code < 0 ? code : census_keep_block(r, node, &b);
}

// {"host_ip": "198.18.3.10", "e_b": 0.75}
struct responder {
	struct addr address;
	double share;
};

static const struct schema_row census_responder_rows[] = {
	{.key = "host_ip", .type = SCHEMA_ADDRESS, .required = true, .offset = offsetof(struct responder, address)},
	{.key = "e_b", .type = SCHEMA_REAL, .required = true, .offset = offsetof(struct responder, share), .high = 1},
};
static const struct schema census_responder_schema = {census_responder_rows, ARRAY_LEN(census_responder_rows), true};

static int census_take_responder(struct schema_reader *r, uint32_t node, void *to)
{
	struct census_block *b = to;
	struct responder host = {.share = 0};
	int code = schema_read(r, node, &census_responder_schema, &host);
	if (code < 0)
		return code;
	if (host.address.family != FAMILY_V4 || v4_number(host.address.bytes) >> 8 != b->read.block)
		return schema_wrong(r, node, "a host that is not in its block");
	census_keep_host(&b->read, host.address.bytes[3], host.share);
	return 0;
}

static const struct schema_row census_probelist_rows[] = {
	{.key = "hosts", .type = SCHEMA_LIST, .required = true, .take = census_take_responder},
};
static const struct schema census_probelist_schema = {census_probelist_rows, ARRAY_LEN(census_probelist_rows), true};

static int census_take_probelist(struct schema_reader *r, const char *prefix, const json_t *value,
				 struct census_file *c)
{
	struct tree tree = {0};
	struct tree_builder builder = {.tree = &tree};
	struct census_block b = {.census = c, .prefix = prefix};
	int code = tree_json(&builder, value, 0);
	r->tree = &tree;
	r->steps[0] = (struct schema_step){prefix, 0};
	r->depth = 1;
	if (code < 0)
		code = tree_wrong(&builder, code, r->path, r->error);
	else
		code = census_read_prefix(r, TREE_ROOT, &b);
	if (code == 0)
		code = schema_read(r, TREE_ROOT, &census_probelist_schema, &b);
	if (code == 0)
		code = census_keep_block(r, TREE_ROOT, &b);
	tree_free(&tree);
	return code;
}

static int census_read_probelist(const char *path, struct cursor bytes, struct census_file *c, struct plan_error *e)
{
	struct schema_reader r = {.path = path, .error = e};
	json_t *root = json_file_parse(bytes, path, 0, e), *value;
	const char *prefix;
	int code = root ? 0 : ERR_MALFORMED;
	if (root && !json_is_object(root))
		code = file_wrong(e, path, 0, "neither lines of blocks nor one object of blocks by their prefix");
	uint64_t taken = 0, left_out = 0;
	struct plan_error first = {.text = ""};
	json_object_foreach(root, prefix, value)
	{
		struct plan_error wrong = {.text = ""};
		if (code < 0 || !json_is_object(value)) // what is no block is said of the whole list: its version
			continue;
		r.error = &wrong;
		bool good = census_take_probelist(&r, prefix, value, c) == 0;
		taken += good;
		code = !good && c->plan->block_count >= PLAN_BLOCKS_MAX ? ERR_TOO_LARGE : 0;
		if (!good && !left_out++)
			first = wrong;
		if (!good && left_out <= BLOCKS_NOTED)
			plan_note(c->plan, "%s", wrong.text);
	}
	json_decref(root);
	if (left_out > BLOCKS_NOTED)
		plan_note(c->plan, "%.200s: %llu more like these", path, (unsigned long long)(left_out - BLOCKS_NOTED));
	if (left_out && (code < 0 || !taken))
		*e = first;
	return left_out && !taken && code == 0 ? ERR_MALFORMED : code;
}

// Whether the first line that is not empty is an object of its own with a "block".
static bool census_by_lines(struct cursor bytes)
{
	struct cursor line = {NULL, NULL};
	while (file_line(&bytes, &line) && !cursor_left(&line))
		;
	if (!cursor_left(&line))
		return true;
	json_error_t error;
	json_t *first = json_loadb((const char *)line.at, cursor_left(&line), 0, &error);
	bool block = json_object_get(first, "block") != NULL;
	json_decref(first);
	return block;
}

int plan_census(struct plan *p, const char *path, struct plan_error *e)
{
	struct census_file c = {.plan = p};
	struct cursor bytes;
	int code = file_read(path, PLAN_FILE_MAX, &bytes, e);
	if (code < 0)
		return code;
	code = census_by_lines(bytes) ? json_file_lines(path, &(struct json_lines){p, census_take_block, &c}, e)
				      : census_read_probelist(path, bytes, &c, e);
	file_drop(&bytes);
	if (code == 0 && c.outside) {
		text_untrusted(&p->notes, path, strlen(path));
		text_printf(&p->notes, ": %llu blocks lie in no entity or have no hosts, and are left out\n",
			    (unsigned long long)c.outside);
	}
	return code;
}
