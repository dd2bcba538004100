// SPDX-License-Identifier: ISC
// Trees of YAML and JSON: lines, limits, and that both give the same tree.
#include "../unit/unit.h"

#include "base/attr.h"
#include "base/err.h"
#include "conf/schema.h"
#include "conf/yaml.h"

#include <string.h>

static struct tree tree;
static struct plan_error error;

static int parse(const char *text)
{
	error.text[0] = '\0';
	return yaml_parse(&tree, "f.yml", cursor_of(text, strlen(text)), &error);
}

static int end(void **state)
{
	(void)state;
	tree_free(&tree);
	return 0;
}

static void refuse(const char *text, int code, const char *message)
{
	assert_int_equal(parse(text), code);
	if (strcmp(error.text, message) != 0)
		fail_msg("expected %s, got %s", message, error.text);
}

static void lines_and_kinds(void **state)
{
	(void)state;
	assert_int_equal(parse("a: 1\nb:\n  - x\n  - \"y\"\nc: &n {}\nd: *n\n"), 0);
	uint32_t a = tree_first(&tree, TREE_ROOT), b = tree_next(&tree, tree_next(&tree, a));
	assert_string_equal(tree_text(&tree, a), "a");
	assert_true(tree_at(&tree, tree_next(&tree, a))->plain);
	assert_int_equal(tree_line(&tree, b), 2);
	uint32_t list = tree_next(&tree, b), x = tree_first(&tree, list), y = tree_next(&tree, x);
	assert_int_equal(tree_at(&tree, list)->count, 2);
	assert_int_equal(tree_line(&tree, y), 4);
	assert_false(tree_at(&tree, y)->plain);
	uint32_t c = tree_next(&tree, list), d = tree_next(&tree, tree_next(&tree, c));
	assert_int_equal(tree_line(&tree, tree_next(&tree, d)), 6);
	assert_ptr_equal(tree_at(&tree, tree_next(&tree, d)), tree_at(&tree, tree_next(&tree, c)));
	assert_int_equal(tree_at(&tree, TREE_ROOT)->height, 2);
}

static void absent_values(void **state)
{
	(void)state;
	assert_int_equal(parse("a:\nb: ~\nc: null\nd: ''\ne: 'null'\nf: no\n"), 0);
	static const bool absent[] = {true, true, true, false, false, false};
	uint32_t key = tree_first(&tree, TREE_ROOT);
	for (size_t i = 0; i < ARRAY_LEN(absent); i++, key = tree_next(&tree, tree_next(&tree, key)))
		assert_int_equal(tree_absent(&tree, tree_next(&tree, key)), absent[i]);
	assert_int_equal(parse(""), 0);
	assert_int_equal(tree_at(&tree, TREE_ROOT)->kind, NODE_MAP);
	assert_int_equal(parse("# only words\n"), 0);
	assert_int_equal(tree_first(&tree, TREE_ROOT), 0);
}

// Aliases may be used; what they would grow to is bounded before anything walks it.
static void bombs(void **state)
{
	(void)state;
	struct text t = {0};
	text_put(&t, "l0: &l0 x\n");
	for (int i = 1; i < 15; i++) {
		text_printf(&t, "l%d: &l%d [", i, i);
		for (int k = 0; k < 20; k++)
			text_printf(&t, "%s*l%d", k ? "," : "", i - 1);
		text_put(&t, "]\n");
	}
	assert_int_equal(parse(text_string(&t)), ERR_TOO_LARGE);
	assert_string_equal(error.text, "f.yml:7: aliases that stand for more than 4000000 values");
	text_clear(&t);
	text_put(&t, "l0: &l0 [x]\n"); // narrow, but deep
	for (int i = 1; i < 30; i++)
		text_printf(&t, "l%d: &l%d [*l%d]\n", i, i, i - 1);
	assert_int_equal(parse(text_string(&t)), ERR_TOO_LARGE);
	assert_string_equal(error.text, "f.yml:16: aliases stand inside each other more than 16 deep");
	text_clear(&t);
	for (int i = 0; i < 257; i++)
		text_printf(&t, "k%d: &a%d x\n", i, i);
	assert_int_equal(parse(text_string(&t)), ERR_MALFORMED);
	assert_string_equal(error.text, "f.yml:257: more than 256 anchors, or the name of one is longer than 63 bytes");
	text_free(&t);
	refuse("a: &a [*a]\n", ERR_MALFORMED, "f.yml:1: an alias inside of what it names");
	refuse("a: &a {b: {c: *a}}\n", ERR_MALFORMED, "f.yml:1: an alias inside of what it names");
}

// Which key stands twice is for those to say who read the map.
static void twice(void **state)
{
	(void)state;
	assert_int_equal(parse("a: 1\nb: 2\na: 3\n"), 0);
	uint32_t at = tree_at(&tree, TREE_ROOT)->twice;
	assert_string_equal(tree_text(&tree, at), "a");
	assert_int_equal(tree_line(&tree, at), 3);
	assert_int_equal(parse("{\"a\": 1, a: 2}\n"), 0);
	assert_int_not_equal(tree_at(&tree, TREE_ROOT)->twice, 0);
	assert_int_equal(parse("a: 1\nb: {a: 2}\n"), 0);
	assert_int_equal(tree_at(&tree, TREE_ROOT)->twice, 0);
}

// The value under a key of the map in the root's value `of`; null: it has no such key.
static const char *value_of(const char *of, const char *key)
{
	uint32_t at = tree_first(&tree, TREE_ROOT);
	while (at && strcmp(tree_text(&tree, at), of) != 0)
		at = tree_next(&tree, tree_next(&tree, at));
	for (at = tree_first(&tree, tree_next(&tree, at)); at; at = tree_next(&tree, tree_next(&tree, at)))
		if (strcmp(tree_text(&tree, at), key) == 0)
			return tree_text(&tree, tree_next(&tree, at));
	return NULL;
}

// "<<" of YAML 1.1: own keys before merged ones, earlier maps of a list before later ones.
static void merges(void **state)
{
	(void)state;
	assert_int_equal(parse("x: &x {a: 1, b: 2}\ny: {b: 3, <<: *x, c: 4}\nz: {<<: *x}\n"), 0);
	assert_string_equal(value_of("y", "a"), "1");
	assert_string_equal(value_of("y", "b"), "3");
	assert_string_equal(value_of("y", "c"), "4");
	assert_null(value_of("y", "<<"));
	assert_string_equal(value_of("z", "b"), "2");
	assert_int_equal(tree_at(&tree, tree_next(&tree, tree_first(&tree, TREE_ROOT)))->count, 4);
	assert_int_equal(parse("x: &x {a: 1, b: 2}\nw: &w {<<: *x, b: 9, d: 5}\ny: {<<: [*w, *x, {e: 6}]}\n"), 0);
	assert_string_equal(value_of("y", "a"), "1");
	assert_string_equal(value_of("y", "b"), "9");
	assert_string_equal(value_of("y", "e"), "6");
	assert_int_equal(parse("y: {<<: {}, '<<': 1}\n"), 0); // in quotes it is a key as others
	assert_string_equal(value_of("y", "<<"), "1");
	refuse("y: {<<: 1}\n", ERR_MALFORMED, "f.yml:1: '<<' takes the keys of a map, or of a list of maps");
	refuse("y: {<<: [[]]}\n", ERR_MALFORMED, "f.yml:1: '<<' takes the keys of a map, or of a list of maps");
	refuse("y: &y {<<: *y}\n", ERR_MALFORMED, "f.yml:1: an alias inside of what it names");
	struct text t = {0};
	text_put(&t, "l0: &l0 {a: x}\n"); // narrow, but deep
	for (int i = 1; i < 30; i++)
		text_printf(&t, "l%d: &l%d {<<: {b: *l%d}}\n", i, i, i - 1);
	assert_int_equal(parse(text_string(&t)), ERR_TOO_LARGE);
	text_clear(&t);
	text_put(&t, "l0: &l0 {");
	for (int i = 0; i < 1000; i++)
		text_printf(&t, "k%d: x, ", i);
	text_put(&t, "k: x}\nall:\n");
	for (int i = 0; i < 5000; i++)
		text_put(&t, "- {<<: *l0}\n");
	assert_int_equal(parse(text_string(&t)), ERR_TOO_LARGE);
	text_clear(&t);
	text_put(&t, "l0: &l0 {"); // too many keys in one map
	for (int i = 0; i < 1000; i++)
		text_printf(&t, "k%d: x, ", i);
	text_put(&t, "k: x}\nl1: {<<: *l0");
	for (int i = 0; i < 100; i++)
		text_printf(&t, ", m%d: x", i);
	text_put(&t, "}\n");
	assert_int_equal(parse(text_string(&t)), ERR_TOO_LARGE);
	text_free(&t);
}

static void depth(void **state)
{
	(void)state;
	char text[64];
	memset(text, '[', 16);
	memset(text + 16, ']', 16);
	text[32] = '\0';
	assert_int_equal(parse(text), 0);
	memset(text, '[', 17);
	memset(text + 17, ']', 17);
	text[34] = '\0';
	refuse(text, ERR_TOO_LARGE, "f.yml:1: lists and maps stand inside each other more than 16 deep");
	struct text long_text = {0};
	for (int i = 0; i < 1000000; i++)
		text_char(&long_text, '[');
	refuse(text_string(&long_text), ERR_TOO_LARGE,
	       "f.yml:1: lists and maps stand inside each other more than 16 deep");
	text_free(&long_text);
}

static void sizes(void **state)
{
	(void)state;
	struct text t = {0};
	for (int i = 0; i <= TREE_MAP_MAX; i++)
		text_printf(&t, "k%d: x\n", i);
	assert_int_equal(parse(text_string(&t)), ERR_TOO_LARGE);
	text_clear(&t);
	for (int i = 0; i <= TREE_SCALAR_MAX; i++)
		text_char(&t, 'x');
	refuse(text_string(&t), ERR_TOO_LARGE, "f.yml:1: a text of more than 65536 bytes");
	while (t.length <= YAML_BYTES_MAX)
		text_put(&t, "# filling, filling, filling\n");
	refuse(text_string(&t), ERR_TOO_LARGE, "f.yml: larger than the 4 MiB that a YAML file may have");
	text_free(&t);
}

static void refused(void **state)
{
	(void)state;
	refuse("a: !<tag:example.net,2000:x> y\n", ERR_MALFORMED,
	       "f.yml:1: the tag 'tag:example.net,2000:x' is not read here; write the value itself");
	refuse("a: !x y\n", ERR_MALFORMED, "f.yml:1: the tag '!x' is not read here; write the value itself");
	refuse("a: \"\\0\"\n", ERR_MALFORMED, "f.yml:1: a text that holds a zero byte");
	refuse("? {a: b}\n: c\n", ERR_MALFORMED, "f.yml:1: a list or a map cannot be a key");
	refuse("a: &x b\n*x : c\n", ERR_MALFORMED, "f.yml:2: an alias is no key; write the key out");
	refuse("a\n--- \nb\n", ERR_MALFORMED, "f.yml:2: a second document begins; only one is read");
	assert_int_equal(parse("a: !!str 1\n"), 0);
	assert_int_equal(parse("'<<': 1\n"), 0);
}

// Every truncation of a document is read or refused with a message.
static void truncations(void **state)
{
	(void)state;
	static const char text[] =
		"\xef\xbb\xbf%YAML 1.1\n---\na: &n [x, \"y\\u00e4\", 'z', {b: c}]\nd: *n\ne: |\n  f\n  g\n...\n";
	for (size_t n = 0; n < sizeof(text); n++) {
		error.text[0] = '\0';
		int code = yaml_parse(&tree, "f.yml", cursor_of(text, n), &error);
		assert_true(code == 0 ? !error.text[0] : error.text[0] != '\0');
	}
}

static bool same(const struct tree *a, uint32_t i, const struct tree *b, uint32_t k)
{
	const struct node *m = tree_at(a, i), *n = tree_at(b, k);
	if (m->kind != n->kind || m->count != n->count || m->weight != n->weight || m->height != n->height)
		return false;
	if (m->kind == NODE_SCALAR)
		return strcmp(tree_text(a, i), tree_text(b, k)) == 0;
	for (i = tree_first(a, i), k = tree_first(b, k); i && k; i = tree_next(a, i), k = tree_next(b, k))
		if (!same(a, i, b, k))
			return false;
	return !i && !k;
}

static void json_is_the_same(void **state)
{
	(void)state;
	static const char text[] = "[{\"a\": [1, -2, \"x\", true, false, {}, []], \"b\": {\"c\": \"\\u00e4\"}}, 0.5]";
	struct tree other = {0};
	struct tree_builder builder = {.tree = &other};
	json_t *root = json_loads(text, 0, NULL);
	assert_non_null(root);
	assert_int_equal(tree_json(&builder, root, 3), 0);
	json_decref(root);
	assert_int_equal(parse(text), 0);
	assert_true(same(&tree, TREE_ROOT, &other, TREE_ROOT));
	assert_int_equal(tree_line(&other, 5), 3);
	tree_free(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_and_kinds), cmocka_unit_test(absent_values),
		cmocka_unit_test(bombs),	   cmocka_unit_test(twice),
		cmocka_unit_test(merges),	   cmocka_unit_test(depth),
		cmocka_unit_test(sizes),	   cmocka_unit_test(refused),
		cmocka_unit_test(truncations),	   cmocka_unit_test(json_is_the_same),
	};
	return cmocka_run_group_tests(tests, NULL, end);
}
