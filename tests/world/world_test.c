// SPDX-License-Identifier: ISC
// The shared half of the world room's tests.
#include "world_test.h"

#include "base/alloc.h"

#include <dirent.h>
#include <string.h>
#include <unistd.h>

void workplace_make(struct workplace *p)
{
	memcpy(p->folder, "/tmp/lacuna-world-XXXXXX", sizeof("/tmp/lacuna-world-XXXXXX"));
	assert_non_null(mkdtemp(p->folder));
}

void workplace_remove(const struct workplace *p)
{
	DIR *d = opendir(p->folder);
	assert_non_null(d);
	for (const struct dirent *e; (e = readdir(d));)
		(void)unlinkat(dirfd(d), e->d_name, 0);
	closedir(d);
	assert_int_equal(rmdir(p->folder), 0); // so a temporary file left behind in a folder below is seen
}

char *workplace_path(const struct workplace *p, const char *name)
{
	struct text t = {0};
	text_printf(&t, "%s/%s", p->folder, name);
	char *path = alloc_copy(text_string(&t));
	text_free(&t);
	return path;
}

char *workplace_file(const struct workplace *p, const char *name, const void *bytes, size_t n)
{
	char *path = workplace_path(p, name);
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
	return path;
}

char *workplace_read(const char *path, size_t *ret_bytes)
{
	struct text t = {0};
	char buffer[4096];
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	for (size_t n; (n = fread(buffer, 1, sizeof(buffer), f)) > 0;)
		text_bytes(&t, buffer, n);
	fclose(f);
	(void)text_string(&t);
	if (ret_bytes)
		*ret_bytes = t.length;
	return t.bytes;
}

static void bad_note(void *context, const struct world_bad_line *line)
{
	struct bad_lines *all = context;
	assert_true(all->count < BAD_MAX);
	assert_non_null(line->file);
	assert_non_null(line->why);
	all->line[all->count] = line->line;
	all->why[all->count++] = line->why;
}

int text_add(struct world_builder *b, const struct workplace *p, const char *text, struct bad_lines *ret)
{
	char *path = workplace_file(p, "source.txt", text, strlen(text));
	int result = world_builder_add(b, path, ret ? bad_note : NULL, ret);
	free(path);
	return result;
}

struct world *built_open(struct world_builder *b, const struct workplace *p)
{
	char *path = workplace_path(p, "world.bin");
	struct world *w = NULL;
	assert_int_equal(world_builder_write(b, path, instant_of(1700000000, 0)), 0);
	assert_int_equal(world_open(path, &w), 0);
	free(path);
	return w;
}

struct world *texts_open(const struct workplace *p, const char *const *texts)
{
	struct world_builder *b = world_builder_create();
	struct bad_lines bad = {0};
	for (; *texts; texts++)
		assert_int_equal(text_add(b, p, *texts, &bad), 0);
	assert_int_equal(bad.count, 0);
	struct world *w = built_open(b, p);
	world_builder_free(b);
	return w;
}

void address_check(const struct world *w, const char *address, const char *expected)
{
	struct addr a;
	struct world_range r;
	struct text t = {0};
	assert_int_equal(addr_parse(address, &a), 0);
	if (world_lookup(w, &a, &r) == 1) {
		text_printf(&t, "%s AS%u ", r.country[0] ? r.country : "?", r.asn);
		text_addr(&t, &r.first);
		text_char(&t, ' ');
		text_addr(&t, &r.last);
	} else {
		text_put(&t, "none");
	}
	assert_string_equal(text_string(&t), expected);
	text_free(&t);
}

static int prefix_note(void *context, const struct prefix *p)
{
	text_prefix(context, p);
	text_char(context, ' ');
	return 0;
}

static int range_note(void *context, const struct world_range *r)
{
	return world_range_prefixes(r, prefix_note, context);
}

void entity_check(const struct world *w, const char *entity, const char *expected)
{
	struct text t = {0};
	assert_int_equal(world_ranges(w, entity, range_note, &t), 0);
	assert_string_equal(text_string(&t), expected);
	text_free(&t);
}
