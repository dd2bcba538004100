// SPDX-License-Identifier: ISC
// A file is there whole or not at all; a child writes the memory of the moment at which it began.
#include "../unit/unit.h"

#include "base/alloc.h"
#include "os/durable.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define LARGE (3u << 20)

static char folder[] = "/tmp/lacuna-durable-XXXXXX";
static char path[64], beside[64];

struct content {
	const char *bytes;
	size_t n, step;
	int code; // after the bytes
};

static int content_put(void *context, struct durable *d)
{
	const struct content *c = context;
	for (size_t at = 0; at < c->n; at += c->step) {
		int code = durable_put(d, c->bytes + at, c->n - at < c->step ? c->n - at : c->step);
		if (code < 0)
			return code;
	}
	return c->code;
}

static size_t file_read(char *ret, size_t size)
{
	FILE *f = fopen(path, "re");
	size_t n = f ? fread(ret, 1, size, f) : 0;
	if (f)
		fclose(f);
	return n;
}

static void whole(void **state)
{
	char *bytes = alloc_zero(LARGE, 1), *found = alloc_zero(LARGE + 1, 1);
	(void)state;
	for (size_t i = 0; i < LARGE; i++)
		bytes[i] = (char)(i * 2654435761u >> 13);
	for (size_t step = 1000; step <= LARGE; step *= 7) {
		struct content c = {bytes, LARGE, step, 0};
		assert_int_equal(durable_write(path, content_put, &c), 0);
		assert_int_equal(file_read(found, LARGE + 1), LARGE);
		assert_memory_equal(bytes, found, LARGE);
	}
	free(bytes);
	free(found);
}

static void or_not_at_all(void **state)
{
	char found[16] = {0};
	struct content good = {"before", 6, 6, 0}, bad = {"after", 5, 5, -EIO};
	(void)state;
	assert_int_equal(durable_write(path, content_put, &good), 0);
	assert_int_equal(durable_write(path, content_put, &bad), -EIO);
	assert_int_equal(file_read(found, sizeof(found)), 6);
	assert_string_equal(found, "before");
	assert_int_equal(access(beside, F_OK), -1);
	assert_int_equal(durable_write("/nowhere/file", content_put, &good), -ENOENT);
}

static void as_it_was(void **state)
{
	char text[] = "then", found[16] = {0};
	struct content c = {text, 4, 1, 0}, bad = {text, 4, 1, -ENOSPC};
	pid_t pid;
	(void)state;
	assert_int_equal(durable_start(path, content_put, &c, &pid), 0);
	memcpy(text, "now!", 4);
	assert_int_equal(durable_done(pid, 1), 1);
	assert_int_equal(file_read(found, sizeof(found)), 4);
	assert_string_equal(found, "then");
	assert_int_equal(durable_start(path, content_put, &bad, &pid), 0);
	assert_int_equal(durable_done(pid, 1), -ENOSPC);
}

static int folder_make(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof(path), "%s/file", folder);
	snprintf(beside, sizeof(beside), "%s/file.new", folder);
	return 0;
}

static int folder_drop(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),
		cmocka_unit_test(or_not_at_all),
		cmocka_unit_test(as_it_was),
	};
	return cmocka_run_group_tests(tests, folder_make, folder_drop);
}
