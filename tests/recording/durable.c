// SPDX-License-Identifier: ISC
// What was written is brought to the disk by the role, by this process when the role is gone, and files that ended are closed.
#include "../unit/unit.h"

#include "daemon/roles.h"
#include "recording/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECOND 1000000000LL

static int open_file(void)
{
	char name[] = "/tmp/lacuna-durable-XXXXXX";
	int file = mkstemp(name);
	assert_true(file >= 0);
	unlink(name);
	assert_int_equal(write(file, "abc", 3), 3);
	return file;
}

static bool is_open(int file)
{
	return fcntl(file, F_GETFD) >= 0;
}

static bool answered(const struct recording_durable *d)
{
	struct pollfd p = {.fd = durable_descriptor(d), .events = POLLIN};
	return poll(&p, 1, 20000) == 1;
}

static void role_waits(void **state)
{
	(void)state;
	struct recording_durable *d = durable_create();
	int kept = open_file(), ended = open_file();
	assert_true(durable_descriptor(d) >= 0);
	assert_int_equal(durable_tick(d, 10 * SECOND), 0);
	durable_changed(d, kept);
	assert_int_equal(durable_tick(d, 10 * SECOND + 1), 0); // not twice in a second
	struct pollfd p = {.fd = durable_descriptor(d), .events = POLLIN};
	assert_int_equal(poll(&p, 1, 50), 0);
	assert_int_equal(durable_tick(d, 11 * SECOND), 0);
	assert_true(answered(d));
	durable_changed(d, ended);
	durable_close(d, ended);
	assert_true(answered(d));
	assert_int_equal(durable_tick(d, 11 * SECOND + 1), 0);
	assert_false(is_open(ended)); // it was ordered as soon as the role was free
	assert_true(is_open(kept));
	assert_int_equal(durable_free(d), 0);
	assert_true(is_open(kept));
	close(kept);
	assert_int_equal(durable_free(NULL), 0);
}

// A pipe cannot be synced: the failure is told once, wherever it was found.
static void failures_are_told(void **state)
{
	(void)state;
	int ways[2];
	struct recording_durable *d = durable_create();
	assert_int_equal(pipe(ways), 0);
	durable_changed(d, ways[1]);
	int code = durable_tick(d, 10 * SECOND);
	if (code == 0) {
		assert_true(answered(d));
		code = durable_tick(d, 10 * SECOND + 1);
	}
	assert_int_equal(code, -EINVAL);
	assert_int_equal(durable_tick(d, 10 * SECOND + 2), 0);
	durable_changed(d, ways[1]);
	assert_int_equal(durable_free(d), -EINVAL);
	close(ways[0]);
	close(ways[1]);
}

// More files end than the disk keeps up with: none is forgotten.
static void many_end(void **state)
{
	(void)state;
	struct recording_durable *d = durable_create();
	int files[300];
	for (size_t i = 0; i < 300; i++) {
		files[i] = open_file();
		durable_changed(d, files[i]);
		durable_close(d, files[i]);
	}
	for (int64_t now = 1; now < 1000 && is_open(files[299]); now++) {
		assert_int_equal(durable_tick(d, now * SECOND), 0);
		poll(NULL, 0, 1);
	}
	assert_int_equal(durable_free(d), 0);
	for (size_t i = 0; i < 300; i++)
		assert_false(is_open(files[i]));
}

int main(int argc, char **argv)
{
	if (argc > 1 && strncmp(argv[1], "--role=", 7) == 0) // how a program starts its own processes
		return role_main(argv[1] + 7);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(role_waits),
		cmocka_unit_test(failures_are_told),
		cmocka_unit_test(many_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
