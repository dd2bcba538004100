// SPDX-License-Identifier: ISC
// Growing and walking trees of written documents. Weights and heights are summed up when a container closes, so that a document
// of aliases of aliases is refused while it is read and not while it is walked.
#include "conf/tree.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/must.h"
#include "conf/file.h"

#include <stdlib.h>
#include <string.h>

static int tree_refuse(struct tree_builder *b, int code, const char *why, uint32_t line)
{
	b->why = why;
	b->line = line;
	return code;
}

static void tree_begin(struct tree *t)
{
	if (t->count)
		return;
	alloc_grow((void **)&t->nodes, 0, &t->capacity, sizeof(*t->nodes));
	t->nodes[t->count++] = (struct node){0};
}

static int tree_add(struct tree_builder *b, struct node node, uint32_t *ret)
{
	struct tree *t = b->tree;
	tree_begin(t);
	if (t->count > TREE_NODES_MAX)
		return tree_refuse(b, ERR_TOO_LARGE, "more than 4000000 values; split the file", node.line);
	if (!b->depth && t->count > 1)
		return tree_refuse(b, ERR_MALFORMED, "something follows the end of the document", node.line);
	alloc_grow((void **)&t->nodes, t->count, &t->capacity, sizeof(*t->nodes));
	uint32_t at = (uint32_t)t->count++;
	t->nodes[at] = node;
	if (b->depth) {
		uint32_t *last = &b->last[b->depth - 1];
		struct node *parent = &t->nodes[b->open[b->depth - 1]];
		if (*last)
			t->nodes[*last].next = at;
		else
			parent->at = at;
		*last = at;
		parent->count++;
	}
	*ret = at;
	return 0;
}

int tree_open(struct tree_builder *b, uint8_t kind, uint32_t line, uint32_t *ret_node)
{
	if (b->depth == TREE_DEPTH_MAX)
		return tree_refuse(b, ERR_TOO_LARGE, "lists and maps stand inside each other more than 16 deep", line);
	uint32_t node = 0;
	int code = tree_add(b, (struct node){.kind = kind, .line = line, .weight = 1}, &node);
	if (code < 0)
		return code;
	*ret_node = node;
	b->open[b->depth] = node;
	b->last[b->depth++] = 0;
	return 0;
}

static bool tree_same_key(const struct tree *t, const struct node *a, const struct node *b)
{
	return a->count == b->count && memcmp(t->text.bytes + a->at, t->text.bytes + b->at, a->count) == 0;
}

// Which key is there twice is for those to say who read the map: of a map that nobody reads it does not matter.
static int tree_check_keys(struct tree_builder *b, struct node *map)
{
	const struct tree *t = b->tree;
	if (map->count / 2 > TREE_MAP_MAX)
		return tree_refuse(b, ERR_TOO_LARGE, "a map of more than 1024 keys", map->line);
	for (uint32_t i = map->at; i && !map->twice; i = t->nodes[t->nodes[i].next].next)
		for (uint32_t k = map->at; k != i && !map->twice; k = t->nodes[t->nodes[k].next].next)
			map->twice = tree_same_key(t, &t->nodes[i], &t->nodes[k]) ? i : 0;
	return 0;
}

// Takes the merge keys and their values out of the map that is being closed. The first of them; 0: none. They stay linked.
static uint32_t tree_take_merges(struct tree *t, struct node *map)
{
	uint32_t kept = 0, taken = 0, first = 0, next;
	for (uint32_t key = map->at; key; key = next) {
		uint32_t value = t->nodes[key].next;
		next = t->nodes[value].next;
		uint32_t *last = t->nodes[key].merge ? &taken : &kept;
		if (*last)
			t->nodes[*last].next = key;
		else if (t->nodes[key].merge)
			first = key;
		else
			map->at = key;
		*last = value;
		t->nodes[value].next = 0;
		map->count -= t->nodes[key].merge ? 2 : 0;
	}
	if (!kept)
		map->at = 0;
	return first;
}

static bool tree_map_has(const struct tree *t, const struct node *map, const struct node *key)
{
	for (uint32_t at = map->at; at; at = t->nodes[t->nodes[at].next].next)
		if (tree_same_key(t, &t->nodes[at], key))
			return true;
	return false;
}

// A node of its own at the end of the map; its number, or 0: there is no room for more.
static uint32_t tree_append(struct tree *t, uint32_t map, uint32_t *last, struct node node)
{
	if (t->count > TREE_NODES_MAX)
		return 0;
	alloc_grow((void **)&t->nodes, t->count, &t->capacity, sizeof(*t->nodes));
	uint32_t at = (uint32_t)t->count++;
	node.next = 0;
	t->nodes[at] = node;
	if (*last)
		t->nodes[*last].next = at;
	else
		t->nodes[map].at = at;
	t->nodes[map].count++;
	*last = at;
	return at;
}

// The keys of the map `from` that are not in `map` yet, each with an alias of its value.
static int tree_merge_map(struct tree_builder *b, uint32_t map, uint32_t *last, uint32_t from)
{
	struct tree *t = b->tree;
	const struct node *other = tree_at(t, from);
	if (other->kind != NODE_MAP)
		return tree_refuse(b, ERR_MALFORMED, "'<<' takes the keys of a map, or of a list of maps",
				   t->nodes[from].line);
	for (uint32_t key = other->at; key; key = t->nodes[t->nodes[key].next].next) {
		if (tree_map_has(t, &t->nodes[map], &t->nodes[key]))
			continue;
		struct node name = t->nodes[key];
		const struct node *named = tree_at(t, t->nodes[key].next);
		struct node alias = {.kind = NODE_ALIAS,
				     .line = t->nodes[t->nodes[key].next].line,
				     .at = (uint32_t)(named - t->nodes),
				     .weight = named->weight,
				     .height = named->height};
		if (!tree_append(t, map, last, name) || !tree_append(t, map, last, alias))
			return tree_refuse(b, ERR_TOO_LARGE, "merged keys that stand for more than 4000000 values",
					   name.line);
		if (t->nodes[map].count / 2 > TREE_MAP_MAX)
			return tree_refuse(b, ERR_TOO_LARGE, "a map of more than 1024 keys", name.line);
	}
	return 0;
}

// What "<<" names, where it is not written already: the map's own keys come first, then the earlier one of a list.
static int tree_merge(struct tree_builder *b, uint32_t map)
{
	struct tree *t = b->tree;
	uint32_t last = 0, key = tree_take_merges(t, &t->nodes[map]);
	for (uint32_t at = t->nodes[map].at; at; at = t->nodes[at].next)
		last = at;
	for (int code; key; key = t->nodes[t->nodes[key].next].next) {
		uint32_t value = t->nodes[key].next;
		const struct node *named = tree_at(t, value);
		if (named->kind != NODE_LIST) {
			code = tree_merge_map(b, map, &last, value);
			if (code < 0)
				return code;
			continue;
		}
		for (uint32_t item = named->at; item; item = t->nodes[item].next) {
			code = tree_merge_map(b, map, &last, item);
			if (code < 0)
				return code;
		}
	}
	return 0;
}

int tree_close(struct tree_builder *b)
{
	must(b->depth > 0);
	struct tree *t = b->tree;
	uint32_t number = b->open[--b->depth];
	bool merges = t->nodes[number].kind == NODE_MAP && t->nodes[number].merge;
	int code = merges ? tree_merge(b, number) : 0;
	if (code < 0)
		return code;
	struct node *closed = &t->nodes[number];
	uint64_t weight = 1;
	for (uint32_t i = closed->at; i; i = t->nodes[i].next) {
		weight += t->nodes[i].weight;
		if (t->nodes[i].height >= closed->height)
			closed->height = (uint8_t)(t->nodes[i].height + 1);
	}
	if (weight > TREE_NODES_MAX)
		return tree_refuse(b, ERR_TOO_LARGE, "aliases that stand for more than 4000000 values", closed->line);
	closed->weight = (uint32_t)weight;
	if (merges && b->depth + closed->height > TREE_DEPTH_MAX)
		return tree_refuse(b, ERR_TOO_LARGE, "merged keys stand inside each other more than 16 deep",
				   closed->line);
	return closed->kind == NODE_MAP ? tree_check_keys(b, closed) : 0;
}

int tree_scalar(struct tree_builder *b, const char *bytes, size_t n, bool plain, uint32_t line)
{
	struct text *text = &b->tree->text;
	uint32_t node;
	if (n > TREE_SCALAR_MAX)
		return tree_refuse(b, ERR_TOO_LARGE, "a text of more than 65536 bytes", line);
	if (memchr(bytes, 0, n))
		return tree_refuse(b, ERR_MALFORMED, "a text that holds a zero byte", line);
	struct node scalar = {.kind = NODE_SCALAR,
			      .line = line,
			      .at = (uint32_t)text->length,
			      .count = (uint32_t)n,
			      .weight = 1,
			      .plain = plain};
	int code = tree_add(b, scalar, &node);
	if (code < 0)
		return code;
	text_bytes(text, bytes, n);
	text_char(text, '\0');
	return 0;
}

int tree_merge_key(struct tree_builder *b, uint32_t line)
{
	int code = tree_scalar(b, "<<", 2, true, line);
	if (code < 0)
		return code;
	must(b->depth > 0);
	b->tree->nodes[tree_newest(b->tree)].merge = true;
	b->tree->nodes[b->open[b->depth - 1]].merge = true; // there is something to be merged
	return 0;
}

void tree_tag(struct tree *t)
{
	t->nodes[tree_newest(t)].tagged = true;
}

int tree_alias(struct tree_builder *b, uint32_t node, uint32_t line)
{
	must(node < b->tree->count);
	const struct node *named = tree_at(b->tree, node);
	for (unsigned i = 0; i < b->depth; i++)
		if (b->open[i] == node)
			return tree_refuse(b, ERR_MALFORMED, "an alias inside of what it names", line);
	if (b->depth + named->height > TREE_DEPTH_MAX)
		return tree_refuse(b, ERR_TOO_LARGE, "aliases stand inside each other more than 16 deep", line);
	struct node alias = {.kind = NODE_ALIAS,
			     .line = line,
			     .at = (uint32_t)(named - b->tree->nodes),
			     .weight = named->weight,
			     .height = named->height};
	return tree_add(b, alias, &node);
}

int tree_wrong(const struct tree_builder *b, int code, const char *path, struct plan_error *e)
{
	(void)file_wrong(e, path, b->line, "%s", b->why);
	return code;
}

uint32_t tree_newest(const struct tree *t)
{
	return t->count ? (uint32_t)t->count - 1 : 0;
}

static int tree_json_number(struct tree_builder *b, const json_t *value, uint32_t line)
{
	char digits[40];
	int n = json_is_integer(value)
			? snprintf(digits, sizeof(digits), "%" JSON_INTEGER_FORMAT, json_integer_value(value))
			: snprintf(digits, sizeof(digits), "%.17g", json_real_value(value));
	return tree_scalar(b, digits, (size_t)n, true, line);
}

static int tree_json_simple(struct tree_builder *b, const json_t *value, uint32_t line)
{
	if (json_is_string(value))
		return tree_scalar(b, json_string_value(value), json_string_length(value), false, line);
	if (json_is_number(value))
		return tree_json_number(b, value, line);
	const char *word = json_is_true(value) ? "true" : json_is_false(value) ? "false" : "";
	return tree_scalar(b, word, strlen(word), true, line);
}

static int tree_json_members(struct tree_builder *b, const json_t *value, uint32_t line)
{
	const char *key;
	json_t *member;
	int code = 0;
	json_object_foreach((json_t *)(uintptr_t)value, key, member)
	{
		code = tree_scalar(b, key, strlen(key), false, line);
		if (code == 0)
			code = tree_json(b, member, line);
		if (code < 0)
			return code;
	}
	return code;
}

// Recursion ends at TREE_DEPTH_MAX, which tree_open() refuses to pass.
int tree_json(struct tree_builder *b, const json_t *value, uint32_t line)
{
	bool list = json_is_array(value);
	uint32_t node;
	if (!list && !json_is_object(value))
		return tree_json_simple(b, value, line);
	int code = tree_open(b, list ? NODE_LIST : NODE_MAP, line, &node);
	size_t n = json_array_size(value);
	for (size_t i = 0; code == 0 && i < n; i++)
		code = tree_json(b, json_array_get(value, i), line);
	if (code == 0 && !list)
		code = tree_json_members(b, value, line);
	return code < 0 ? code : tree_close(b);
}

void tree_clear(struct tree *t)
{
	t->count = 0;
	text_clear(&t->text);
}

void tree_free(struct tree *t)
{
	free(t->nodes);
	text_free(&t->text);
	*t = (struct tree){0};
}

const struct node *tree_at(const struct tree *t, uint32_t node)
{
	must(node < t->count);
	const struct node *n = &t->nodes[node];
	return n->kind == NODE_ALIAS ? &t->nodes[n->at] : n;
}

uint32_t tree_line(const struct tree *t, uint32_t node)
{
	must(node < t->count);
	return t->nodes[node].line;
}

uint32_t tree_first(const struct tree *t, uint32_t node)
{
	const struct node *n = tree_at(t, node);
	return n->kind == NODE_SCALAR ? 0 : n->at;
}

uint32_t tree_next(const struct tree *t, uint32_t node)
{
	must(node < t->count);
	return t->nodes[node].next;
}

const char *tree_text(const struct tree *t, uint32_t node)
{
	const struct node *n = tree_at(t, node);
	return n->kind == NODE_SCALAR ? t->text.bytes + n->at : "";
}

bool tree_absent(const struct tree *t, uint32_t node)
{
	const struct node *n = tree_at(t, node);
	const char *text = tree_text(t, node);
	if (n->kind != NODE_SCALAR || !n->plain)
		return false;
	return !n->count || strcmp(text, "~") == 0 || strcmp(text, "null") == 0;
}
