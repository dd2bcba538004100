// SPDX-License-Identifier: ISC
// The tree of a YAML file, composed from the events of libyaml.
// DOC: libyaml can compose a document by itself, but then sets no bound to its nodes and compares every anchor with all earlier
// ones: 4 MiB of anchors take ten minutes, 4 MiB of commas 320 MB. Composing from its events is as short and stops at our limits.
#include "conf/yaml.h"

#include "base/err.h"
#include "conf/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define ANCHOR_BYTES 64 // of one name

struct anchor {
	char name[ANCHOR_BYTES];
	uint32_t node;
};

struct composer {
	struct tree_builder builder;
	const char *path;
	struct cursor bytes;
	struct plan_error *error;
	struct anchor anchors[YAML_ANCHORS_MAX];
	size_t anchor_count;
	uint32_t *more; // of a file of others: where its second document begins; null: one of ours
};

static int yaml_wrong(const struct composer *c, uint32_t line, const char *why)
{
	return file_wrong(c->error, c->path, line, "%s", why);
}

static uint32_t yaml_line_of(const yaml_event_t *event)
{
	return (uint32_t)event->start_mark.line + 1;
}

// What libyaml says, with the line where it stands. The reader gives an offset only.
static int yaml_parse_wrong(const struct composer *c, const yaml_parser_t *parser)
{
	const char *problem = parser->problem ? parser->problem : "not valid";
	if (parser->error == YAML_MEMORY_ERROR) {
		yaml_wrong(c, 0, "not enough memory to read it");
		return -ENOMEM;
	}
	if (parser->error != YAML_READER_ERROR)
		return file_wrong(c->error, c->path, (uint32_t)parser->problem_mark.line + 1, "not valid YAML: %s%s%s",
				  problem, parser->context ? " " : "", parser->context ? parser->context : "");
	uint32_t line = 1;
	for (size_t i = 0; i < parser->problem_offset && i < cursor_left(&c->bytes); i++)
		line += c->bytes.at[i] == '\n';
	return file_wrong(c->error, c->path, line, "not text in UTF-8: %s", problem);
}

static int yaml_keep_anchor(struct composer *c, const yaml_char_t *name, uint32_t line)
{
	const char *text = (const char *)name;
	if (!text)
		return 0;
	if (c->anchor_count == YAML_ANCHORS_MAX || strlen(text) >= ANCHOR_BYTES)
		return yaml_wrong(c, line, "more than 256 anchors, or the name of one is longer than 63 bytes");
	struct anchor *kept = &c->anchors[c->anchor_count++];
	memcpy(kept->name, text, strlen(text) + 1);
	kept->node = tree_newest(c->builder.tree);
	return 0;
}

static bool yaml_tagged(const yaml_char_t *tag)
{
	static const char usual[] = "tag:yaml.org,2002:";
	const char *text = (const char *)tag;
	return text && strcmp(text, "!") != 0 && strncmp(text, usual, sizeof(usual) - 1) != 0;
}

// In a file of others a tag costs the value that bears it, once somebody wants to know that.
static int yaml_check_tag(const struct composer *c, const yaml_char_t *tag, uint32_t line)
{
	const char *text = (const char *)tag;
	if (c->more || !yaml_tagged(tag))
		return 0;
	return file_wrong(c->error, c->path, line, "the tag '%s' is not read here; write the value itself", text);
}

// In a map, the next node is a key when an even number came before.
static bool yaml_key_next(const struct tree_builder *b)
{
	if (!b->depth)
		return false;
	const struct node *open = &b->tree->nodes[b->open[b->depth - 1]];
	return open->kind == NODE_MAP && open->count % 2 == 0;
}

static int yaml_take_scalar(struct composer *c, const yaml_event_t *event)
{
	const char *bytes = (const char *)event->data.scalar.value;
	size_t n = event->data.scalar.length;
	bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	if (yaml_key_next(&c->builder) && plain && n == 2 && memcmp(bytes, "<<", 2) == 0)
		return tree_merge_key(&c->builder, yaml_line_of(event));
	int code = yaml_check_tag(c, event->data.scalar.tag, yaml_line_of(event));
	if (code == 0)
		code = tree_scalar(&c->builder, bytes, n, plain, yaml_line_of(event));
	if (code == 0 && yaml_tagged(event->data.scalar.tag))
		tree_tag(c->builder.tree);
	return code < 0 ? code : yaml_keep_anchor(c, event->data.scalar.anchor, yaml_line_of(event));
}

static int yaml_take_alias(struct composer *c, const yaml_event_t *event)
{
	const char *name = (const char *)event->data.alias.anchor;
	if (yaml_key_next(&c->builder))
		return yaml_wrong(c, yaml_line_of(event), "an alias is no key; write the key out");
	for (size_t i = c->anchor_count; i-- > 0;)
		if (strcmp(c->anchors[i].name, name) == 0)
			return tree_alias(&c->builder, c->anchors[i].node, yaml_line_of(event));
	return file_wrong(c->error, c->path, yaml_line_of(event), "the alias '*%s' names no anchor above it", name);
}

static int yaml_take_open(struct composer *c, const yaml_event_t *event, uint8_t kind)
{
	bool list = kind == NODE_LIST;
	uint32_t node;
	if (yaml_key_next(&c->builder))
		return yaml_wrong(c, yaml_line_of(event), "a list or a map cannot be a key");
	const yaml_char_t *tag = list ? event->data.sequence_start.tag : event->data.mapping_start.tag;
	int code = yaml_check_tag(c, tag, yaml_line_of(event));
	if (code == 0)
		code = tree_open(&c->builder, kind, yaml_line_of(event), &node);
	if (code < 0)
		return code;
	if (yaml_tagged(tag))
		tree_tag(c->builder.tree);
	return yaml_keep_anchor(c, list ? event->data.sequence_start.anchor : event->data.mapping_start.anchor,
				yaml_line_of(event));
}

static int yaml_take_event(struct composer *c, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return yaml_take_scalar(c, event);
	case YAML_ALIAS_EVENT:
		return yaml_take_alias(c, event);
	case YAML_SEQUENCE_START_EVENT:
		return yaml_take_open(c, event, NODE_LIST);
	case YAML_MAPPING_START_EVENT:
		return yaml_take_open(c, event, NODE_MAP);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return tree_close(&c->builder);
	case YAML_DOCUMENT_START_EVENT:
		if (c->builder.tree->count)
			return yaml_wrong(c, yaml_line_of(event), "a second document begins; only one is read");
		return 0;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		return 0;
	}
	return 0;
}

static int yaml_compose(struct composer *c, yaml_parser_t *parser)
{
	bool ended = false;
	while (!ended) {
		yaml_event_t event;
		if (!yaml_parser_parse(parser, &event))
			return yaml_parse_wrong(c, parser);
		bool another = c->more && event.type == YAML_DOCUMENT_START_EVENT && c->builder.tree->count;
		if (another)
			*c->more = yaml_line_of(&event);
		ended = another || event.type == YAML_STREAM_END_EVENT;
		int code = another ? 0 : yaml_take_event(c, &event);
		yaml_event_delete(&event);
		if (code < 0)
			return c->builder.why ? tree_wrong(&c->builder, code, c->path, c->error) : code;
	}
	uint32_t node;
	if (c->builder.tree->count)
		return 0;
	int code = tree_open(&c->builder, NODE_MAP, 1, &node);
	return code < 0 ? code : tree_close(&c->builder);
}

static int yaml_parse_as(struct tree *t, const char *path, struct cursor bytes, uint32_t *more, struct plan_error *e)
{
	struct composer c = {.builder = {.tree = t}, .path = path, .bytes = bytes, .error = e, .more = more};
	yaml_parser_t parser;
	tree_clear(t);
	if (cursor_left(&bytes) > YAML_BYTES_MAX)
		return file_wrong_as(ERR_TOO_LARGE, e, path, 0, "larger than the 4 MiB that a YAML file may have");
	if (!yaml_parser_initialize(&parser)) {
		yaml_wrong(&c, 0, "not enough memory to read it");
		return -ENOMEM;
	}
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, bytes.at ? bytes.at : (const uint8_t *)"", cursor_left(&bytes));
	int code = yaml_compose(&c, &parser);
	yaml_parser_delete(&parser);
	return code;
}

int yaml_parse(struct tree *t, const char *path, struct cursor bytes, struct plan_error *e)
{
	return yaml_parse_as(t, path, bytes, NULL, e);
}

static int yaml_read_as(struct tree *t, const char *path, uint32_t *more, struct plan_error *e)
{
	struct cursor bytes;
	int code = file_read(path, YAML_BYTES_MAX, &bytes, e);
	if (code < 0)
		return code;
	code = yaml_parse_as(t, path, bytes, more, e);
	file_drop(&bytes);
	return code;
}

int yaml_read(struct tree *t, const char *path, struct plan_error *e)
{
	return yaml_read_as(t, path, NULL, e);
}

int yaml_read_first(struct tree *t, const char *path, uint32_t *ret_more, struct plan_error *e)
{
	uint32_t more = 0;
	int code = yaml_read_as(t, path, &more, e);
	if (code == 0)
		*ret_more = more;
	return code;
}
