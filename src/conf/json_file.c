// SPDX-License-Identifier: ISC
// Reads JSON with jansson.
#include "conf/json_file.h"

#include "base/err.h"
#include "conf/file.h"
#include "conf/plan_priv.h"

// At least as many as there are values: each stands behind a comma or an opening bracket. Commas in texts count too.
static uint64_t json_file_values_at_most(struct cursor bytes)
{
	uint64_t sum = 1;
	for (const uint8_t *at = bytes.at; at < bytes.end; at++)
		sum += *at == '{' ? 4 : *at == ',' || *at == '[';
	return sum;
}

static json_t *json_file_parse_as(struct cursor bytes, size_t flags, const char *path, uint32_t line,
				  struct plan_error *e)
{
	static const uint8_t mark[] = {0xef, 0xbb, 0xbf}; // of UTF-8, as some editors write it
	json_error_t error;
	if (cursor_left(&bytes) >= sizeof(mark) && memcmp(bytes.at, mark, sizeof(mark)) == 0)
		bytes.at += sizeof(mark);
	if (json_file_values_at_most(bytes) > JSON_VALUES_MAX) {
		(void)file_wrong(e, path, line, "too many values for one file; split it");
		return NULL;
	}
	json_t *root = json_loadb((const char *)bytes.at, cursor_left(&bytes), flags, &error);
	if (!root)
		(void)file_wrong(e, path,
				 line		  ? line
				 : error.line > 0 ? (uint32_t)error.line
						  : 0,
				 "not valid JSON: %s", error.text);
	return root;
}

json_t *json_file_parse(struct cursor bytes, const char *path, uint32_t line, struct plan_error *e)
{
	return json_file_parse_as(bytes, JSON_REJECT_DUPLICATES, path, line, e);
}

json_t *json_file_parse_last(struct cursor bytes, const char *path, bool *ret_twice, struct plan_error *e)
{
	struct plan_error first;
	json_t *root = json_file_parse_as(bytes, JSON_REJECT_DUPLICATES, path, 0, &first);
	*ret_twice = false;
	if (root)
		return root;
	root = json_file_parse_as(bytes, 0, path, 0, e);
	*ret_twice = root;
	if (root)
		*e = first; // where
	return root;
}

#define JSON_LINES_NOTED 20 // of a file; the others are counted

static int json_file_take_line(struct schema_reader *r, struct tree *t, struct cursor line, uint32_t number)
{
	struct tree_builder b = {.tree = t};
	tree_clear(t);
	if (cursor_left(&line) > JSON_LINE_MAX)
		return file_wrong_as(ERR_TOO_LARGE, r->error, r->path, number, "a line of more than 1 MiB");
	json_t *value = json_file_parse(line, r->path, number, r->error);
	if (!value)
		return ERR_MALFORMED;
	int code = tree_json(&b, value, number);
	json_decref(value);
	return code < 0 ? tree_wrong(&b, code, r->path, r->error) : 0;
}

// No room for more of anything: nothing is cut in silence.
static bool json_file_full(const struct plan *p)
{
	return p->target_count >= PLAN_TARGETS_MAX || p->block_count >= PLAN_BLOCKS_MAX;
}

static bool json_file_blank_line(struct cursor line)
{
	while (cursor_left(&line) && (*line.at == ' ' || *line.at == '\t'))
		line.at++;
	return !cursor_left(&line);
}

static int json_file_take(struct schema_reader *r, struct cursor line, uint32_t number, const struct json_lines *how)
{
	int code = json_file_take_line(r, (struct tree *)(uintptr_t)r->tree, line, number);
	return code < 0 ? code : how->take(r, TREE_ROOT, how->context);
}

int json_file_lines(const char *path, const struct json_lines *how, struct plan_error *e)
{
	struct cursor bytes, line;
	struct tree tree = {0};
	struct plan_error first = {.text = ""};
	uint64_t taken = 0, left_out = 0;
	bool full = false;
	int code = file_read(path, PLAN_FILE_MAX, &bytes, e);
	if (code < 0)
		return code;
	struct cursor rest = bytes;
	for (uint32_t number = 1; !full && file_line(&rest, &line); number++) {
		struct plan_error wrong = {.text = ""};
		struct schema_reader r = {.tree = &tree, .path = path, .error = &wrong};
		if (json_file_blank_line(line))
			continue;
		code = json_file_take(&r, line, number, how);
		taken += code == 0;
		full = code < 0 && json_file_full(how->plan);
		if (code == 0)
			continue;
		first = left_out && !full ? first : wrong;
		if (left_out++ < JSON_LINES_NOTED)
			plan_note(how->plan, "%s", wrong.text);
	}
	if (left_out > JSON_LINES_NOTED)
		plan_note(how->plan, "%.200s: %llu more like these", path,
			  (unsigned long long)(left_out - JSON_LINES_NOTED));
	tree_free(&tree);
	file_drop(&bytes);
	if (!full && (taken || !left_out))
		return 0;
	*e = first;
	return full ? ERR_TOO_LARGE : ERR_MALFORMED;
}
