// SPDX-License-Identifier: ISC
// Which files a path means.
#include "files.h"

#include "base/err.h"

#include <string.h>
#include <unistd.h>

struct names {
	char text[2000]; // names behind the folder, each followed by a blank
	size_t skip, stop_after, count;
};

static int found(void *context, const char *file)
{
	struct names *n = context;
	size_t used = strlen(n->text);
	snprintf(n->text + used, sizeof(n->text) - used, "%s ", file + n->skip);
	return ++n->count == n->stop_after ? -77 : 0;
}

static void expect_names(const char *folder, const char *pattern, int code, const char *expected)
{
	struct names n = {.skip = strlen(folder) + 1};
	char path[5000];
	snprintf(path, sizeof(path), "%s%s", folder, pattern);
	assert_int_equal(feed_expand(path, found, &n), code);
	assert_string_equal(n.text, expected);
}

static const char *folder_create(void)
{
	static char folder[4096];
	static const char *const names[] = {"odd-name",	   "b.mrt",	    "a.mrt.gz",	       "x.bmp",
					    "x.bmp.index", "notes.txt",	    "t.json",	       ".hidden",
					    "in/deep.mrt", "in/odd",	    "in/updates.1.gz", "in/rib.2.bz2",
					    "in/p.csv",	   "in/s.ndjson.gz"};
	if (folder[0])
		return folder;
	snprintf(folder, sizeof(folder), "%s", file_folder("tree"));
	file_folder("tree/in");
	file_folder("tree/empty");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char name[100];
		snprintf(name, sizeof(name), "tree/%s", names[i]);
		file_write(name, "", 0);
	}
	assert_int_equal(symlink("..", file_path("tree/in/circle")), 0);
	return folder;
}

static void test_folder(void **state)
{
	(void)state;
	const char *folder = folder_create();
	static const char all[] = "a.mrt.gz b.mrt in/deep.mrt in/rib.2.bz2 in/updates.1.gz odd-name x.bmp ";
	expect_names(folder, "", 0, all);
	expect_names(folder, "/", 0, all);
	expect_names(folder, "/in", 0, "in/deep.mrt in/odd in/rib.2.bz2 in/updates.1.gz ");
	expect_names(folder, "/empty", ERR_NOT_FOUND, "");
}

static void test_file(void **state)
{
	(void)state;
	const char *folder = folder_create();
	expect_names(folder, "/odd-name", 0, "odd-name ");
	expect_names(folder, "/notes.txt", 0, "notes.txt "); // named by the user: taken at his word
	expect_names(folder, "/none", ERR_NOT_FOUND, "");
}

static void test_glob(void **state)
{
	(void)state;
	const char *folder = folder_create();
	expect_names(folder, "/*.mrt*", 0, "a.mrt.gz b.mrt ");
	expect_names(folder, "/in/[ru]*", 0, "in/rib.2.bz2 in/updates.1.gz ");
	expect_names(folder, "/i?", 0, "in/deep.mrt in/odd in/rib.2.bz2 in/updates.1.gz ");
	expect_names(folder, "/*.none", ERR_NOT_FOUND, "");
}

static void test_stop(void **state)
{
	(void)state;
	const char *folder = folder_create();
	struct names n = {.skip = strlen(folder) + 1, .stop_after = 2};
	assert_int_equal(feed_expand(folder, found, &n), -77);
	assert_int_equal(n.count, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_folder),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_glob),
		cmocka_unit_test(test_stop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
