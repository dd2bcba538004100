// SPDX-License-Identifier: ISC
// Prometheus' file_sd lists, JSON or YAML by the file's name: [{"targets": [...], "labels": {...}}]. Of the labels, country, asn,
// entity, kind, institution, name, module (or __param_module) and qtype are read where they say what ours would; all others belong to
// Prometheus and are left. What is wrong costs the target or the group that it stands in.
#include "base/attr.h"
#include "base/err.h"
#include "conf/file.h"
#include "conf/json_file.h"
#include "conf/place.h"
#include "conf/plan_priv.h"
#include "conf/scalar.h"
#include "conf/target_words.h"
#include "conf/yaml.h"

#include <string.h>
#include <strings.h>

#define LABEL_MAX  255 // bytes
#define NOTED_MOST 20  // of one list; the others are counted

struct file_sd_list {
	struct plan *plan;
	const char *module;	 // of the list; null: none
	struct plan_error first; // what was wrong first
	uint64_t taken, left_out, unmeasured;
};

struct file_sd_group {
	struct file_sd_list *list;
	uint32_t targets, labels; // nodes
	struct target_words_words ask;
	const char *country; // label
	char country_id[11], asn_id[16];
};

// One item costs itself, not its list.
static void file_sd_leave_out(struct file_sd_list *l, const struct plan_error *e, bool unmeasured)
{
	if (!unmeasured && !l->first.text[0])
		l->first = *e;
	l->unmeasured += unmeasured;
	if (++l->left_out <= NOTED_MOST)
		plan_note(l->plan, "%s", e->text);
}

static void file_sd_note(const struct schema_reader *r, uint32_t node, struct file_sd_list *l, const char *text,
			 const char *why)
{
	struct plan_error e;
	struct schema_reader inner = *r;
	inner.error = &e;
	(void)schema_wrong(&inner, node, "'%.80s' %s", text, why);
	if (l->left_out++ < NOTED_MOST)
		plan_note(l->plan, "%s", e.text);
}

// Labels are free text, and belong to others: one that does not say what ours would is none of ours.
static int file_sd_take_label(struct schema_reader *r, uint32_t node, void *to)
{
	const struct node *n = tree_at(r->tree, node);
	const char *text = tree_text(r->tree, node);
	bool plain = n->count <= LABEL_MAX && *text;
	for (const char *c = text; *c && plain; c++)
		plain = (unsigned char)*c >= 0x20 && *c != 0x7f;
	if (plain)
		*(const char **)to = text;
	return 0;
}

static int file_sd_take_name(struct schema_reader *r, uint32_t node, void *to)
{
	const char *text = tree_text(r->tree, node);
	*(const char **)to = *text && scalar_host(text) ? text : NULL;
	return 0;
}

static int file_sd_take_kind(struct schema_reader *r, uint32_t node, void *to)
{
	const char *text = tree_text(r->tree, node);
	*(const char **)to = kind_of(text) ? text : NULL;
	return 0;
}

static int file_sd_take_qtype(struct schema_reader *r, uint32_t node, void *to)
{
	const char *text = tree_text(r->tree, node);
	*(const char **)to = place_qtype(text) ? text : NULL;
	return 0;
}

static int file_sd_take_asn(struct schema_reader *r, uint32_t node, void *to)
{
	struct file_sd_group *g = to;
	const char *text = tree_text(r->tree, node);
	uint64_t value;
	if (!*text)
		return 0;
	const char *digits = text + (strncasecmp(text, "AS", 2) == 0 ? 2 : 0);
	if (!scalar_number(digits, &value) || !value || value > UINT32_MAX)
		file_sd_note(r, node, g->list, text, "is no AS number, and taken for none");
	else
		g->ask.network = (uint32_t)value;
	return 0;
}

#define LABEL(name, member, how)                                                                                       \
	{                                                                                                              \
		.key = name, .type = SCHEMA_ANY, .offset = offsetof(struct file_sd_group, member), .take = how         \
	}

static const struct schema_row file_sd_label_rows[] = {
	LABEL("country", country, file_sd_take_label),
	{.key = "asn", .type = SCHEMA_ANY, .take = file_sd_take_asn},
	LABEL("entity", ask.entity, file_sd_take_label),
	LABEL("kind", ask.kind, file_sd_take_kind),
	LABEL("institution", ask.institution, file_sd_take_label),
	LABEL("name", ask.name, file_sd_take_name),
	LABEL("module", ask.module, file_sd_take_label),
	LABEL("__param_module", ask.module, file_sd_take_label),
	LABEL("qtype", ask.qtype, file_sd_take_qtype),
};
static const struct schema file_sd_label_schema = {file_sd_label_rows, ARRAY_LEN(file_sd_label_rows), true};

static const struct schema_row file_sd_group_rows[] = {
	{.key = "targets", .type = SCHEMA_LATER, .required = true, .offset = offsetof(struct file_sd_group, targets)},
	{.key = "labels", .type = SCHEMA_LATER, .offset = offsetof(struct file_sd_group, labels)},
};
static const struct schema file_sd_group_schema = {file_sd_group_rows, ARRAY_LEN(file_sd_group_rows), true};

static int file_sd_take_target(struct schema_reader *r, uint32_t node, void *to)
{
	struct file_sd_group *g = to;
	struct plan_error e = {.text = ""};
	struct schema_reader inner = *r;
	struct text why = {0};
	inner.error = &e;
	g->ask.place = tree_absent(r->tree, node) ? "" : schema_scalar(&inner, node);
	const char *wrong = g->ask.place ? target_words_add(g->list->plan, &g->ask, &why) : NULL;
	if (wrong)
		(void)schema_wrong(&inner, node, "'%.200s': %s", g->ask.place, wrong);
	bool full = wrong && g->list->plan->target_count >= PLAN_TARGETS_MAX;
	if (full)
		*r->error = e;
	else if (e.text[0])
		file_sd_leave_out(g->list, &e, target_words_unmeasured(g->list->plan, &g->ask));
	else
		g->list->taken++;
	text_free(&why);
	return full ? ERR_TOO_LARGE : 0;
}

// The entity: as it is labelled, else the country, else the network.
static void file_sd_set_entity(const struct schema_reader *r, uint32_t node, struct file_sd_group *g)
{
	if (g->country && !scalar_country(g->country, g->country_id)) {
		file_sd_note(r, node, g->list, g->country, "in labels.country is no country code such as KP");
		g->country = NULL;
	}
	if (g->ask.entity && !entity_id_valid(g->ask.entity)) {
		file_sd_note(r, node, g->list, g->ask.entity,
			     "in labels.entity is not of the form country/KX or asn/64512");
		g->ask.entity = NULL;
	}
	bool control = g->ask.kind && strcmp(g->ask.kind, "control") == 0;
	if (g->ask.entity || control)
		return;
	if (g->country) {
		g->ask.entity = g->country_id;
	} else if (g->ask.network) {
		snprintf(g->asn_id, sizeof(g->asn_id), "asn/%u", g->ask.network);
		g->ask.entity = g->asn_id;
	}
}

// A list or a map is no label: said of those that would be ours.
static void file_sd_note_labels(const struct schema_reader *r, struct file_sd_group *g)
{
	for (uint32_t key = tree_first(r->tree, g->labels); key; key = tree_next(r->tree, tree_next(r->tree, key)))
		for (size_t i = 0; i < file_sd_label_schema.count; i++)
			if (strcmp(file_sd_label_rows[i].key, tree_text(r->tree, key)) == 0 &&
			    tree_at(r->tree, tree_next(r->tree, key))->kind != NODE_SCALAR)
				file_sd_note(r, key, g->list, tree_text(r->tree, key),
					     "in labels is no single value, and left aside");
}

static int file_sd_read_group(struct schema_reader *r, uint32_t node, struct file_sd_group *g)
{
	int code = schema_read(r, node, &file_sd_group_schema, g);
	if (code == 0 && g->labels && tree_at(r->tree, g->labels)->kind != NODE_MAP)
		code = schema_wrong(r, g->labels, "labels: a map belongs here: 'key: value' lines");
	if (code == 0 && g->labels)
		code = schema_read(r, g->labels, &file_sd_label_schema, g);
	if (code == 0 && g->labels)
		file_sd_note_labels(r, g);
	if (code == 0 && tree_at(r->tree, g->targets)->kind != NODE_LIST)
		code = schema_wrong(r, g->targets, "targets: a list belongs here: one '- ...' a line, or [a, b]");
	return code;
}

static int file_sd_take_group(struct schema_reader *r, uint32_t node, struct file_sd_list *list)
{
	struct file_sd_group g = {.list = list, .ask = {.loose = true}};
	struct plan_error e = {.text = ""};
	struct schema_reader inner = *r;
	inner.error = &e;
	if (file_sd_read_group(&inner, node, &g) < 0) {
		file_sd_leave_out(list, &e, false);
		return 0;
	}
	file_sd_set_entity(r, node, &g);
	if (!g.ask.module && !g.ask.kind)
		g.ask.module = list->module;
	return schema_list(r, "targets", g.targets, file_sd_take_target, &g);
}

static int file_sd_take_indexed(struct schema_reader *r, uint32_t node, uint32_t index, struct file_sd_list *list)
{
	r->depth = 1;
	r->steps[0] = (struct schema_step){NULL, index};
	return file_sd_take_group(r, node, list);
}

static const char NO_LIST[] = "a list of groups belongs here: [{\"targets\": [...], \"labels\": {...}}]";

// One group at a time: lists of a group for each target are long.
static int file_sd_groups_of_json(struct schema_reader *r, struct tree *t, const json_t *root,
				  struct file_sd_list *list)
{
	size_t n = json_array_size(root);
	int code = 0;
	if (!json_is_array(root))
		return file_wrong(r->error, r->path, 0, "%s", NO_LIST);
	for (size_t i = 0; code == 0 && i < n; i++) {
		struct tree_builder b = {.tree = t};
		tree_clear(t);
		code = tree_json(&b, json_array_get(root, i), 0);
		if (code < 0) {
			struct plan_error e;
			(void)tree_wrong(&b, code, r->path, &e);
			file_sd_leave_out(list, &e, false);
			code = 0;
			continue;
		}
		code = file_sd_take_indexed(r, TREE_ROOT, (uint32_t)i, list);
	}
	return code;
}

static int file_sd_read_json(struct schema_reader *r, struct tree *t, struct file_sd_list *list)
{
	struct cursor bytes;
	int code = file_read(r->path, PLAN_FILE_MAX, &bytes, r->error);
	if (code < 0)
		return code;
	bool twice;
	json_t *root = json_file_parse_last(bytes, r->path, &twice, r->error);
	file_drop(&bytes);
	if (twice)
		plan_note(list->plan, "%s; the last of them is taken", r->error->text);
	code = root ? file_sd_groups_of_json(r, t, root, list) : ERR_MALFORMED;
	json_decref(root);
	return code;
}

static int file_sd_read_yaml(struct schema_reader *r, struct tree *t, struct file_sd_list *list)
{
	uint32_t index = 0, more = 0;
	int code = yaml_read_first(t, r->path, &more, r->error);
	if (more)
		plan_note(list->plan, "%.200s:%u: a second document begins; it is left aside", r->path, more);
	if (code == 0 && tree_at(t, TREE_ROOT)->kind != NODE_LIST)
		code = schema_wrong(r, TREE_ROOT, "%s", NO_LIST);
	for (uint32_t at = code == 0 ? tree_first(t, TREE_ROOT) : 0; at && code == 0; at = tree_next(t, at))
		code = file_sd_take_indexed(r, at, index++, list);
	return code;
}

static bool file_sd_ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);
	return n >= m && strcmp(text + n - m, end) == 0;
}

int plan_file_sd_as(struct plan *p, const char *path, const char *module, struct plan_error *e)
{
	struct tree tree = {0};
	struct file_sd_list list = {.plan = p, .module = module};
	struct schema_reader r = {.tree = &tree, .path = path, .error = e};
	int code = file_sd_ends_with(path, ".json") ? file_sd_read_json(&r, &tree, &list)
						    : file_sd_read_yaml(&r, &tree, &list);
	tree_free(&tree);
	if (list.left_out > NOTED_MOST)
		plan_note(p, "%.200s: %llu more like these", path, (unsigned long long)(list.left_out - NOTED_MOST));
	if (code < 0 || list.taken || list.unmeasured || !list.first.text[0]) {
		if (code == 0)
			e->text[0] = '\0'; // what a note says of an item is no error of the list
		return code;
	}
	*e = list.first; // nothing of it could be taken
	return ERR_MALFORMED;
}

int plan_file_sd(struct plan *p, const char *path, struct plan_error *e)
{
	return plan_file_sd_as(p, path, NULL, e);
}
