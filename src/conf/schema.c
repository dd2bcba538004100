// SPDX-License-Identifier: ISC
// The walk of a map by its table.
#include "conf/schema.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/must.h"
#include "conf/file.h"
#include "conf/scalar.h"

#include <stdlib.h>
#include <string.h>

#define PREFIXES_MAX 1000000 // of one list; all routes of the Internet are as many
#define KNOWN_SHOWN  240     // bytes of a message that name known keys, with the last of them whole
#define KEY_SHOWN    40	     // bytes of an unknown key that are compared with known ones

static void schema_put_place(struct text *t, const struct schema_reader *r)
{
	for (unsigned i = 0; i < r->depth; i++) {
		const struct schema_step *s = &r->steps[i];
		if (!s->key) {
			text_printf(t, "[%u]", s->item);
			continue;
		}
		if (i)
			text_char(t, '.');
		text_untrusted(t, s->key, strnlen(s->key, KEY_SHOWN));
	}
	if (r->depth)
		text_put(t, ": ");
}

int schema_wrong(const struct schema_reader *r, uint32_t node, const char *format, ...)
{
	struct text place = {0}, what = {0};
	va_list args;
	schema_put_place(&place, r);
	va_start(args, format);
	text_message(&what, format, args);
	va_end(args);
	int code = file_wrong(r->error, r->path, tree_line(r->tree, node), "%s%s", text_string(&place),
			      text_string(&what));
	text_free(&place);
	text_free(&what);
	return code;
}

const char *schema_key(const struct schema_reader *r)
{
	return r->depth ? r->steps[r->depth - 1].key : NULL;
}

// False, with a message: only its program knows what that is.
static bool schema_meant(const struct schema_reader *r, uint32_t node)
{
	bool tagged = tree_at(r->tree, node)->tagged;
	if (tagged)
		(void)schema_wrong(r, node, "tags such as !include are not read here; write the value itself");
	return !tagged;
}

const char *schema_scalar(struct schema_reader *r, uint32_t node)
{
	must(node < r->tree->count);
	const struct node *n = tree_at(r->tree, node);
	if (!schema_meant(r, node))
		return NULL;
	if (n->kind == NODE_SCALAR)
		return tree_text(r->tree, node);
	(void)schema_wrong(r, node, "a single value belongs here, not a %s", n->kind == NODE_LIST ? "list" : "map");
	return NULL;
}

// Edits that turn one word into the other: inserted, dropped, changed letters.
static size_t schema_distance(const char *a, const char *b)
{
	size_t row[KEY_SHOWN + 1], n = strlen(a), m = strlen(b);
	if (n > KEY_SHOWN || m > KEY_SHOWN)
		return SIZE_MAX;
	for (size_t k = 0; k <= m; k++)
		row[k] = k;
	for (size_t i = 1; i <= n; i++) {
		size_t corner = row[0];
		row[0] = i;
		for (size_t k = 1; k <= m; k++) {
			size_t changed = corner + (a[i - 1] != b[k - 1]);
			size_t other = (row[k] < row[k - 1] ? row[k] : row[k - 1]) + 1;
			corner = row[k];
			row[k] = changed < other ? changed : other;
		}
	}
	return row[m];
}

static int schema_unknown_key(const struct schema_reader *r, uint32_t node, const struct schema *s)
{
	const char *key = tree_text(r->tree, node), *nearest = NULL;
	size_t least = strlen(key) / 3 + 1, more = 0;
	struct text known = {0};
	for (size_t i = 0; i < s->count; i++) {
		size_t d = schema_distance(key, s->rows[i].key);
		nearest = d <= least ? s->rows[i].key : nearest;
		least = d < least ? d : least;
		if (known.length < KNOWN_SHOWN)
			text_printf(&known, "%s%s", i ? ", " : "", s->rows[i].key);
		else
			more++;
	}
	if (more)
		text_printf(&known, " and %zu more", more);
	int code = nearest ? schema_wrong(r, node, "unknown key '%.*s' (did you mean '%s'?)", KEY_SHOWN, key, nearest)
			   : schema_wrong(r, node, "unknown key '%.*s'; known here: %s", KEY_SHOWN, key,
					  text_string(&known));
	text_free(&known);
	return code;
}

static int schema_out_of_bounds(const struct schema_reader *r, uint32_t node, const struct schema_row *row,
				const char *text)
{
	struct text bounds = {0};
	schema_bounds(&bounds, row);
	int code = schema_wrong(r, node, "'%.80s' is not %s", text, text_string(&bounds));
	text_free(&bounds);
	return code;
}

int schema_number(struct schema_reader *r, uint32_t node, uint64_t low, uint64_t high, uint32_t *ret)
{
	must(low <= high);
	const struct schema_row row = {.type = SCHEMA_NUMBER, .low = low, .high = high};
	const char *text = schema_scalar(r, node);
	uint64_t value;
	if (!text)
		return ERR_MALFORMED;
	if (!scalar_number(text, &value) || value < low || value > high)
		return schema_out_of_bounds(r, node, &row, text);
	*ret = (uint32_t)value;
	return 0;
}

static bool schema_text_fits(const struct schema_row *row, const char *text)
{
	size_t n = strlen(text);
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return false;
	return n >= row->low && (!row->high || n <= row->high);
}

static bool schema_read_word(const struct schema_row *row, const char *text, uint8_t *ret)
{
	for (uint8_t i = 0; row->words[i]; i++)
		if (strcmp(row->words[i], text) == 0) {
			*ret = i;
			return true;
		}
	return false;
}

static int schema_read_address(const struct schema_reader *r, uint32_t node, const char *text, struct addr *ret)
{
	const char *why = scalar_address(text, ret);
	return why ? schema_wrong(r, node, "'%.80s' %s", text, why) : 0;
}

static bool schema_read_bounded(const struct schema_row *row, const char *text, void *to)
{
	uint64_t value;
	bool read = row->type == SCHEMA_NUMBER ? scalar_number(text, &value) : scalar_duration(text, &value);
	if (!read || value < row->low || value > row->high)
		return false;
	*(uint32_t *)to = (uint32_t)value;
	return true;
}

static bool schema_read_real(const struct schema_row *row, const char *text, double *to)
{
	double value;
	if (!scalar_real(text, &value) || value < (double)row->low || value > (double)row->high)
		return false;
	*to = value;
	return true;
}

// Types that are one text.
static int schema_read_scalar(struct schema_reader *r, uint32_t node, const struct schema_row *row, void *to)
{
	const char *text = schema_scalar(r, node);
	bool fits = false;
	if (!text)
		return ERR_MALFORMED;
	switch ((enum schema_type)row->type) {
	case SCHEMA_SWITCH:
		fits = scalar_switch(text, to);
		break;
	case SCHEMA_NUMBER:
	case SCHEMA_DURATION:
		fits = schema_read_bounded(row, text, to);
		break;
	case SCHEMA_REAL:
		fits = schema_read_real(row, text, to);
		break;
	case SCHEMA_ENUM:
		fits = schema_read_word(row, text, to);
		break;
	case SCHEMA_ADDRESS:
		return schema_read_address(r, node, text, to);
	case SCHEMA_TEXT:
	case SCHEMA_HOST:
		fits = row->type == SCHEMA_TEXT ? schema_text_fits(row, text) : scalar_host(text);
		if (fits)
			*(const char **)to = text;
		break;
	case SCHEMA_LIST:
	case SCHEMA_MAP:
	case SCHEMA_TABLE:
	case SCHEMA_LATER:
	case SCHEMA_ANY:
		break;
	}
	return fits ? 0 : schema_out_of_bounds(r, node, row, text);
}

static int schema_step_in(struct schema_reader *r, uint32_t node, const char *key, uint32_t item)
{
	if (r->depth == ARRAY_LEN(r->steps))
		return schema_wrong(r, node, "lists and maps stand inside each other too deep");
	r->steps[r->depth++] = (struct schema_step){key, item};
	return 0;
}

static int schema_list_items(struct schema_reader *r, uint32_t node, schema_take *take, void *to)
{
	uint32_t item = 0;
	if (!schema_meant(r, node))
		return ERR_MALFORMED;
	if (tree_at(r->tree, node)->kind != NODE_LIST)
		return schema_wrong(r, node, "a list belongs here: one '- ...' a line, or [a, b]");
	for (uint32_t at = tree_first(r->tree, node); at; at = tree_next(r->tree, at)) {
		int code = schema_step_in(r, at, NULL, item++);
		if (code == 0)
			code = take(r, at, to);
		if (code < 0)
			return code;
		r->depth--;
	}
	return 0;
}

int schema_list(struct schema_reader *r, const char *key, uint32_t node, schema_take *take, void *to)
{
	if (!node)
		return 0;
	int code = schema_step_in(r, node, key, 0);
	if (code == 0)
		code = schema_list_items(r, node, take, to);
	if (code == 0)
		r->depth--;
	return code;
}

int schema_map(struct schema_reader *r, uint32_t node, schema_take *take, void *to)
{
	if (!schema_meant(r, node))
		return ERR_MALFORMED;
	if (tree_at(r->tree, node)->kind != NODE_MAP)
		return schema_wrong(r, node, "a map belongs here: 'key: value' lines");
	for (uint32_t key = tree_first(r->tree, node); key; key = tree_next(r->tree, tree_next(r->tree, key))) {
		int code = schema_step_in(r, key, tree_text(r->tree, key), 0);
		if (code == 0)
			code = take(r, tree_next(r->tree, key), to);
		if (code < 0)
			return code;
		r->depth--;
	}
	return 0;
}

static int schema_read_value(struct schema_reader *r, uint32_t node, const struct schema_row *row, char *object)
{
	void *to = object + row->offset;
	switch ((enum schema_type)row->type) {
	case SCHEMA_LIST:
		return schema_list_items(r, node, row->take, to);
	case SCHEMA_MAP:
		return schema_map(r, node, row->take, to);
	case SCHEMA_TABLE:
		return schema_read(r, node, row->sub, to);
	case SCHEMA_LATER:
		*(uint32_t *)to = node;
		return 0;
	case SCHEMA_ANY:
		return row->take ? row->take(r, node, to) : 0;
	case SCHEMA_SWITCH:
	case SCHEMA_NUMBER:
	case SCHEMA_REAL:
	case SCHEMA_DURATION:
	case SCHEMA_TEXT:
	case SCHEMA_HOST:
	case SCHEMA_ADDRESS:
	case SCHEMA_ENUM:
		break;
	}
	return schema_read_scalar(r, node, row, to);
}

static const struct schema_row *schema_row_of(const struct schema *s, const char *key)
{
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->rows[i].key, key) == 0)
			return &s->rows[i];
	return NULL;
}

static int schema_read_pair(struct schema_reader *r, uint32_t key, const struct schema *s, void *object)
{
	uint32_t value = tree_next(r->tree, key);
	const struct schema_row *row = schema_row_of(s, tree_text(r->tree, key));
	if (!row)
		return s->open ? 0 : schema_unknown_key(r, key, s);
	if (tree_absent(r->tree, value))
		return 0;
	int code = schema_step_in(r, key, row->key, 0);
	if (code == 0)
		code = schema_read_value(r, value, row, object);
	if (code == 0)
		r->depth--;
	return code;
}

static bool schema_has_key(const struct schema_reader *r, uint32_t node, const char *key)
{
	for (uint32_t at = tree_first(r->tree, node); at; at = tree_next(r->tree, tree_next(r->tree, at)))
		if (strcmp(tree_text(r->tree, at), key) == 0)
			return !tree_absent(r->tree, tree_next(r->tree, at));
	return false;
}

// False, with a message: a key of the map is there twice.
static bool schema_once(const struct schema_reader *r, uint32_t node)
{
	uint32_t twice = tree_at(r->tree, node)->twice;
	if (twice)
		(void)schema_wrong(r, twice, "'%.80s': this key is there twice", tree_text(r->tree, twice));
	return !twice;
}

// Recursion through SCHEMA_TABLE ends where the tables end, and the trees are no deeper than TREE_DEPTH_MAX.
int schema_read(struct schema_reader *r, uint32_t node, const struct schema *s, void *object)
{
	must(s && object);
	if (!schema_meant(r, node))
		return ERR_MALFORMED;
	if (tree_at(r->tree, node)->kind != NODE_MAP)
		return schema_wrong(r, node, "a map belongs here: 'key: value' lines");
	if (!schema_once(r, node))
		return ERR_MALFORMED;
	for (uint32_t key = tree_first(r->tree, node); key; key = tree_next(r->tree, tree_next(r->tree, key))) {
		int code = schema_read_pair(r, key, s, object);
		if (code < 0)
			return code;
	}
	for (size_t i = 0; i < s->count; i++)
		if (s->rows[i].required && !schema_has_key(r, node, s->rows[i].key))
			return schema_wrong(r, node, "the key '%s' is missing", s->rows[i].key);
	return 0;
}

int schema_take_prefix(struct schema_reader *r, uint32_t node, void *to)
{
	struct plan_list *l = to;
	struct prefix p;
	const char *text = schema_scalar(r, node);
	if (!text)
		return ERR_MALFORMED;
	const char *why = scalar_prefix(text, &p);
	if (why)
		return schema_wrong(r, node, "'%.80s' %s", text, why);
	if (l->count == PREFIXES_MAX)
		return schema_wrong(r, node, "more than 1000000 prefixes");
	alloc_grow((void **)&l->at, l->count, &l->capacity, sizeof(*l->at));
	l->at[l->count++] = p;
	return 0;
}
