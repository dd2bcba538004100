// SPDX-License-Identifier: ISC
// A written document as a tree of scalars, lists and maps, each with its line: what YAML (conf/yaml.h) and JSON (tree_json) are
// read into and what a schema (conf/schema.h) walks. Bounded while it grows: depth, nodes with every alias counted as what it
// names, anchors. So a walk of the whole tree is bounded too, and may recurse.
#pragma once

#include "conf/plan.h"

#include <jansson.h>

#define TREE_DEPTH_MAX	16	// the deepest key of blackbox.yml lies 7 levels down
#define TREE_NODES_MAX	4000000 // 28 bytes each; a list of a million targets needs two or three
#define TREE_MAP_MAX	1024	// keys of one map, which are compared with each other; a blackbox.yml has some dozens
#define TREE_SCALAR_MAX 65536	// bytes of one text; the longest are bodies in a blackbox.yml
#define TREE_ROOT	1u

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP, NODE_ALIAS };

struct node {
	uint32_t line;	 // from 1; 0: unknown
	uint32_t at;	 // scalar: where its text begins; list, map: first child; alias: the node that it names
	uint32_t count;	 // scalar: bytes; list: items; map: keys and values together
	uint32_t next;	 // sibling; 0: none. In a map keys and values alternate
	uint32_t weight; // nodes below and this one, aliases counted as what they name
	uint32_t twice;	 // map: a key that is there twice; 0: none. Whoever reads the map says so
	uint8_t kind;	 // enum node_kind
	uint8_t height;	 // levels below
	bool plain : 1;	 // scalar without quotes
	bool merge : 1;	 // key: what its value holds belongs to this map
	bool tagged : 1; // it bears a tag of a program, which alone knows what it means
};

struct tree {
	struct node *nodes; // the first is not used: 0 is "none"
	size_t count, capacity;
	struct text text; // of all scalars, each terminated
};

// A tree that grows: open containers, the innermost last. `why` says what went wrong.
struct tree_builder {
	struct tree *tree;
	uint32_t open[TREE_DEPTH_MAX], last[TREE_DEPTH_MAX]; // last child of each
	unsigned depth;
	const char *why; // static text
	uint32_t line;	 // of what went wrong
};

// 0, ERR_MALFORMED or ERR_TOO_LARGE with `why` set.
int MUST_USE tree_open(struct tree_builder *b, uint8_t kind, uint32_t line, uint32_t *ret_node);
int MUST_USE tree_close(struct tree_builder *b);
int MUST_USE tree_scalar(struct tree_builder *b, const char *bytes, size_t n, bool plain, uint32_t line);
int MUST_USE tree_alias(struct tree_builder *b, uint32_t node, uint32_t line);
// The same for the scalar that stands before the value of a map whose keys the others are to be merged with ("<<" of YAML 1.1).
int MUST_USE tree_merge_key(struct tree_builder *b, uint32_t line);
void tree_tag(struct tree *t); // the last node that was added bears a tag
// The message of what `why` says; the code.
int tree_wrong(const struct tree_builder *b, int code, const char *path, struct plan_error *e);
// The last node that was added; 0 at first.
uint32_t tree_newest(const struct tree *t);

// The tree of a JSON value. Numbers are texts as they are printed, null is an empty plain scalar. `line`: of every node.
int MUST_USE tree_json(struct tree_builder *b, const json_t *value, uint32_t line);

void tree_clear(struct tree *t); // empty, its memory kept
void tree_free(struct tree *t);

// The node; where an alias stands, what it names.
const struct node *tree_at(const struct tree *t, uint32_t node);
uint32_t tree_line(const struct tree *t, uint32_t node);
uint32_t tree_first(const struct tree *t, uint32_t node); // first item or key; 0: none
uint32_t tree_next(const struct tree *t, uint32_t node);
const char *tree_text(const struct tree *t, uint32_t node); // of a scalar; borrowed until the tree grows
bool tree_absent(const struct tree *t, uint32_t node);	    // nothing was written: empty, ~ or null without quotes
