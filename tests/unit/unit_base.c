// SPDX-License-Identifier: ISC
// The rest of base: instants, error texts, hashing, and memory that grows or ends the process with status 4.
#include "unit.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/instant.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void seconds_round_down(void **state)
{
	(void)state;
	static const struct {
		int64_t ns, seconds;
	} rows[] = {{1, 0},   {2, 0},		{999999999, 0},	   {1000000000, 1},
		    {-1, -1}, {-999999999, -1}, {-1000000000, -1}, {-1000000001, -2}};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(instant_seconds((struct instant){rows[i].ns}), rows[i].seconds);
	assert_false(instant_known(INSTANT_NONE));
	assert_int_equal(instant_of(-2, 500000000).ns, -1500000000);
	assert_int_equal(instant_after(instant_of(1, 5), -6).ns, NS_PER_S - 1);
	assert_true(instant_gap_s(instant_of(-1, 0), instant_of(1, 500000000)) == 2.5);
}

static void every_error_has_a_text(void **state)
{
	(void)state;
	static const int codes[] = {ERR_MALFORMED, ERR_UNSUPPORTED, ERR_TRUNCATED, ERR_TOO_LARGE,
				    ERR_BOMB,	   ERR_NOT_FOUND,   ERR_USAGE,	   ERR_FULL};
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(err_text(codes[i]), err_text(codes[k]));
		assert_true(codes[i] < -4095);
		assert_null(strstr(err_text(codes[i]), "nknown"));
	}
	assert_string_equal(err_text(-ENOENT), strerror(ENOENT));
	assert_string_equal(err_text(0), "no error");
	assert_string_equal(err_text(17), "no error");
	assert_non_null(err_text(-5999));
	assert_non_null(err_text(INT_MIN));
}

static void hashes_differ(void **state)
{
	(void)state;
	// 4,096 numbers in 65,536 slots: random hashing leaves about 3,970 slots used, and never under 3,800.
	static uint8_t used[65536];
	int slots = 0;
	for (uint64_t i = 0; i < 4096; i++) {
		uint16_t slot = (uint16_t)hash_mix(i << 32);
		slots += !used[slot];
		used[slot] = 1;
	}
	assert_true(slots > 3800);
	assert_true(hash_pair(1, 2) != hash_pair(2, 1));
	assert_true(hash_bytes("ab", 2) != hash_bytes("ba", 2));
	assert_true(hash_bytes("a\0", 2) != hash_bytes("a", 1));
	assert_true(hash_bytes("", 0) == hash_bytes(NULL, 0));
}

static void memory_grows(void **state)
{
	(void)state;
	uint32_t *items = NULL;
	size_t capacity = 0;
	for (uint32_t n = 0; n < 5000; n++) {
		alloc_grow((void **)&items, n, &capacity, sizeof(*items));
		items[n] = n;
	}
	for (uint32_t n = 0; n < 5000; n++)
		assert_int_equal(items[n], n);
	free(items);
	uint8_t *zero = alloc_zero(0, 0);
	assert_non_null(zero);
	free(zero);
	char *copy = alloc_copy("");
	assert_string_equal(copy, "");
	free(copy);
	size_t pages = (size_t)1 << 33; // far more than is touched
	uint8_t *p = alloc_pages(pages);
	assert_int_equal(p[pages - 1], 0);
	alloc_pages_free(p, pages);
	alloc_pages_free(NULL, 0);
}

// Runs what() in a child; its exit status, and what it wrote to standard error.
static int status_of(void (*what)(void), char *ret_message, size_t size)
{
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		what();
		_exit(0);
	}
	close(ends[1]);
	ssize_t n = read(ends[0], ret_message, size - 1);
	ret_message[n > 0 ? n : 0] = '\0';
	close(ends[0]);
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void product_wraps(void)
{
	free(alloc_zero(SIZE_MAX / 2, 4));
}

static void resize_wraps(void)
{
	free(alloc_resize(NULL, SIZE_MAX / 2, 4));
}

static void third_fails(void)
{
	alloc_fail_at(3);
	free(alloc_zero(1, 1));
	free(alloc_resize(NULL, 1, 1));
	alloc_pages(1);
}

static void two_are_fine(void)
{
	alloc_fail_at(3);
	free(alloc_zero(1, 1));
	free(alloc_copy("x"));
}

static void out_of_memory_is_status_4(void **state)
{
	(void)state;
	void (*const ways[])(void) = {product_wraps, resize_wraps, third_fails};
	char message[200];
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		assert_int_equal(status_of(ways[i], message, sizeof(message)), 4);
		assert_non_null(strstr(message, "out of memory"));
	}
	assert_int_equal(status_of(two_are_fine, message, sizeof(message)), 0);
	assert_string_equal(message, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seconds_round_down),
		cmocka_unit_test(every_error_has_a_text),
		cmocka_unit_test(hashes_differ),
		cmocka_unit_test(memory_grows),
		cmocka_unit_test(out_of_memory_is_status_4),
	};
	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
