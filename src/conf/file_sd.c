// SPDX-License-Identifier: ISC
// Prometheus' file_sd lists, JSON or YAML by the file's name: [{"targets": [...], "labels": {...}}]. Of the labels, country, asn,
// entity, kind, institution, name, module (or __param_module) and qtype are read; others belong to Prometheus and are left.
#include "base/attr.h"
#include "base/err.h"
#include "conf/file.h"
#include "conf/json_file.h"
#include "conf/plan_priv.h"
#include "conf/scalar.h"
#include "conf/target_words.h"
#include "conf/yaml.h"

#include <string.h>

#define LABEL_MAX 255 // bytes

struct file_sd_group {
	struct plan *plan;
	const char *module; // of the list; null: none
	uint32_t targets;   // node
	struct target_words_words ask;
	const char *country; // label
	char country_id[11], asn_id[16];
};

static int file_sd_take_asn(struct schema_reader *r, uint32_t node, void *to)
{
	struct file_sd_group *g = to;
	const char *text = schema_scalar(r, node);
	uint64_t value;
	if (!text)
		return ERR_MALFORMED;
	if (!*text)
		return 0;
	if (strncmp(text, "AS", 2) == 0)
		text += 2;
	if (!scalar_number(text, &value) || !value || value > UINT32_MAX)
		return schema_wrong(r, node, "'%.80s' is not an AS number", text);
	g->ask.network = (uint32_t)value;
	return 0;
}

#define LABEL(name, member)                                                                                            \
	{                                                                                                              \
		.key = name, .type = SCHEMA_TEXT, .offset = offsetof(struct file_sd_group, member), .high = LABEL_MAX  \
	}

static const struct schema_row file_sd_label_rows[] = {
	LABEL("country", country),
	{.key = "asn", .type = SCHEMA_ANY, .take = file_sd_take_asn},
	LABEL("entity", ask.entity),
	LABEL("kind", ask.kind),
	LABEL("institution", ask.institution),
	LABEL("name", ask.name),
	LABEL("module", ask.module),
	LABEL("__param_module", ask.module),
	LABEL("qtype", ask.qtype),
};
static const struct schema file_sd_label_schema = {file_sd_label_rows, ARRAY_LEN(file_sd_label_rows), true};

static const struct schema_row file_sd_group_rows[] = {
	{.key = "targets", .type = SCHEMA_LATER, .required = true, .offset = offsetof(struct file_sd_group, targets)},
	{.key = "labels", .type = SCHEMA_TABLE, .sub = &file_sd_label_schema},
};
static const struct schema file_sd_group_schema = {file_sd_group_rows, ARRAY_LEN(file_sd_group_rows), false};

static int file_sd_take_target(struct schema_reader *r, uint32_t node, void *to)
{
	struct file_sd_group *g = to;
	struct text why = {0};
	g->ask.place = schema_scalar(r, node);
	if (!g->ask.place)
		return ERR_MALFORMED;
	const char *wrong = target_words_add(g->plan, &g->ask, &why);
	int code = wrong ? schema_wrong(r, node, "'%.80s': %s", g->ask.place, wrong) : 0;
	text_free(&why);
	return code;
}

// To Prometheus a label without a text is no label.
static void file_sd_drop_empty(struct file_sd_group *g)
{
	const char **labels[] = {&g->country,  &g->ask.entity, &g->ask.kind, &g->ask.institution,
				 &g->ask.name, &g->ask.module, &g->ask.qtype};
	for (size_t i = 0; i < ARRAY_LEN(labels); i++)
		if (*labels[i] && !**labels[i])
			*labels[i] = NULL;
}

// The entity: as it is labelled, else the country, else the network.
static int file_sd_set_entity(struct schema_reader *r, uint32_t node, struct file_sd_group *g)
{
	if (g->country && !scalar_country(g->country, g->country_id))
		return schema_wrong(r, node, "labels.country: '%.80s' is not a country code such as KP", g->country);
	bool control = g->ask.kind && strcmp(g->ask.kind, "control") == 0;
	if (g->ask.entity || control)
		return 0;
	if (g->country) {
		g->ask.entity = g->country_id;
	} else if (g->ask.network) {
		snprintf(g->asn_id, sizeof(g->asn_id), "asn/%u", g->ask.network);
		g->ask.entity = g->asn_id;
	}
	return 0;
}

static int file_sd_take_group(struct schema_reader *r, uint32_t node, void *to)
{
	const struct file_sd_group *list = to;
	struct file_sd_group g = {.plan = list->plan};
	int code = schema_read(r, node, &file_sd_group_schema, &g);
	file_sd_drop_empty(&g);
	if (code == 0)
		code = file_sd_set_entity(r, node, &g);
	if (!g.ask.module && !g.ask.kind)
		g.ask.module = list->module;
	return code < 0 ? code : schema_list(r, "targets", g.targets, file_sd_take_target, &g);
}

static int file_sd_take_indexed(struct schema_reader *r, uint32_t node, uint32_t index, struct file_sd_group *list)
{
	r->depth = 1;
	r->steps[0] = (struct schema_step){NULL, index};
	return file_sd_take_group(r, node, list);
}

static const char NO_LIST[] = "a list of groups belongs here: [{\"targets\": [...], \"labels\": {...}}]";

// One group at a time: lists of a group for each target are long.
static int file_sd_groups_of_json(struct schema_reader *r, struct tree *t, const json_t *root,
				  struct file_sd_group *list)
{
	size_t n = json_array_size(root);
	int code = 0;
	if (!json_is_array(root))
		return file_wrong(r->error, r->path, 0, "%s", NO_LIST);
	for (size_t i = 0; code == 0 && i < n; i++) {
		struct tree_builder b = {.tree = t};
		tree_clear(t);
		code = tree_json(&b, json_array_get(root, i), 0);
		if (code < 0)
			return tree_wrong(&b, code, r->path, r->error);
		code = file_sd_take_indexed(r, TREE_ROOT, (uint32_t)i, list);
	}
	return code;
}

static int file_sd_read_json(struct schema_reader *r, struct tree *t, struct file_sd_group *list)
{
	struct cursor bytes;
	int code = file_read(r->path, PLAN_FILE_MAX, &bytes, r->error);
	if (code < 0)
		return code;
	json_t *root = json_file_parse(bytes, r->path, 0, r->error);
	file_drop(&bytes);
	code = root ? file_sd_groups_of_json(r, t, root, list) : ERR_MALFORMED;
	json_decref(root);
	return code;
}

static int file_sd_read_yaml(struct schema_reader *r, struct tree *t, struct file_sd_group *list)
{
	uint32_t index = 0;
	int code = yaml_read(t, r->path, r->error);
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
	struct file_sd_group list = {.plan = p, .module = module};
	struct schema_reader r = {.tree = &tree, .path = path, .error = e};
	int code = file_sd_ends_with(path, ".json") ? file_sd_read_json(&r, &tree, &list)
						    : file_sd_read_yaml(&r, &tree, &list);
	tree_free(&tree);
	return code;
}

int plan_file_sd(struct plan *p, const char *path, struct plan_error *e)
{
	return plan_file_sd_as(p, path, NULL, e);
}
