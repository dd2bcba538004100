// SPDX-License-Identifier: ISC
// Damaged world files: every byte changed, every length cut, and random changes under a checksum made to fit, so
// that the checks behind the checksum are met too.
// Tests: src/world/open.c
#include "world_sane.h"
#include "world_test.h"

#include "base/err.h"
#include "world/layout.h"

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct workplace place;
static char *whole; // an undamaged file
static size_t whole_bytes;

static const char *const texts[] = {"1.0.0.0,1.0.3.255,AA\n2.0.0.0,2.255.255.255,BB\n255.0.0.0,255.255.255.255,CC\n",
				    "2001:db8::,2001:db8:ffff::,AA\n::,::1,BB\n",
				    "1.0.0.0,1.0.0.255,1,one\n1.0.2.0,2.0.0.255,2,two\n2001:db8::,2001:db8::1,2,two\n"
				    "3.0.0.0,3.0.0.0,4294967295,last\n",
				    NULL};

static int whole_make(void **state)
{
	(void)state;
	workplace_make(&place);
	world_free(texts_open(&place, texts));
	char *path = workplace_path(&place, "world.bin");
	whole = workplace_read(path, &whole_bytes);
	free(path);
	return 0;
}

static int whole_remove(void **state)
{
	(void)state;
	free(whole);
	workplace_remove(&place);
	return 0;
}

// Opens bytes as a file; an opened one is questioned.
static int bytes_open(const void *bytes, size_t n)
{
	char path[32];
	int fd = memfd_create("world", MFD_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	struct world *w = NULL;
	int result = world_open(path, &w);
	if (result == 0)
		world_sane(w);
	else
		assert_null(w);
	world_free(w);
	close(fd);
	return result;
}

static void checksum_fit(char *bytes, size_t n)
{
	uint64_t sum = htole64(world_checksum(bytes + WORLD_CHECKSUM_FROM, n - WORLD_CHECKSUM_FROM));
	memcpy(bytes + offsetof(struct world_disk_header, checksum), &sum, sizeof(sum));
}

static void undamaged_opens(void **state)
{
	(void)state;
	assert_int_equal(bytes_open(whole, whole_bytes), 0);
}

static void every_changed_byte_is_seen(void **state)
{
	(void)state;
	static const uint8_t changes[] = {0x01, 0x80, 0xff};
	for (size_t i = 0; i < whole_bytes; i++)
		for (size_t k = 0; k < ARRAY_LEN(changes); k++) {
			whole[i] = (char)(whole[i] ^ changes[k]);
			int result = bytes_open(whole, whole_bytes);
			bool version = i >= 8 && i < 12;
			if (result != (version ? ERR_UNSUPPORTED : ERR_MALFORMED))
				fail_msg("byte %zu changed by %02x: %d", i, changes[k], result);
			whole[i] = (char)(whole[i] ^ changes[k]);
		}
}

static void every_cut_is_seen(void **state)
{
	(void)state;
	char *longer = calloc(whole_bytes + 8, 1);
	assert_non_null(longer);
	for (size_t n = 0; n < whole_bytes; n++)
		assert_int_equal(bytes_open(whole, n), ERR_MALFORMED);
	memcpy(longer, whole, whole_bytes);
	assert_int_equal(bytes_open(longer, whole_bytes + 8), ERR_MALFORMED);
	free(longer);
}

// Each 32-bit word by itself set to telling values, under a fitting checksum.
static void words_under_a_fitting_checksum(void **state)
{
	(void)state;
	static const uint32_t values[] = {0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff8};
	char *bytes = calloc(whole_bytes, 1);
	unsigned opened = 0, refused = 0;
	assert_non_null(bytes);
	for (size_t at = WORLD_CHECKSUM_FROM; at + 4 <= whole_bytes; at += 4)
		for (size_t k = 0; k < ARRAY_LEN(values); k++) {
			memcpy(bytes, whole, whole_bytes);
			memcpy(bytes + at, &values[k], 4);
			checksum_fit(bytes, whole_bytes);
			if (bytes_open(bytes, whole_bytes) == 0)
				opened++;
			else
				refused++;
		}
	free(bytes);
	print_message("%u opened, %u refused\n", opened, refused);
	assert_true(opened > 0 && refused > 0);
}

static void random_damage_under_a_fitting_checksum(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	char *bytes = calloc(whole_bytes, 1);
	unsigned opened = 0, refused = 0;
	assert_non_null(bytes);
	for (int round = 0; round < 5000; round++) {
		memcpy(bytes, whole, whole_bytes);
		for (uint64_t changes = 1 + unit_random(&random) % 3; changes > 0; changes--) {
			size_t at = WORLD_CHECKSUM_FROM + unit_random(&random) % (whole_bytes - WORLD_CHECKSUM_FROM);
			if (unit_random(&random) % 2)
				bytes[at] = (char)unit_random(&random);
			else
				bytes[at] = bytes[unit_random(&random) % whole_bytes];
		}
		checksum_fit(bytes, whole_bytes);
		if (bytes_open(bytes, whole_bytes) == 0)
			opened++;
		else
			refused++;
	}
	free(bytes);
	print_message("%u opened, %u refused\n", opened, refused);
	assert_true(refused > 0);
}

static void other_things_are_no_world(void **state)
{
	(void)state;
	struct world *w = NULL;
	char *missing = workplace_path(&place, "missing");
	assert_int_equal(world_open(missing, &w), -ENOENT);
	assert_int_equal(world_open(place.folder, &w), -EISDIR);
	assert_int_equal(world_open("/dev/null", &w), ERR_UNSUPPORTED);
	assert_null(w);
	free(missing);
}

static void an_empty_world_opens(void **state)
{
	(void)state;
	struct world_builder *b = world_builder_create();
	struct world *w = built_open(b, &place);
	world_sane(w);
	assert_int_equal(world_count(w).v4_ranges + world_count(w).v6_ranges, 0);
	assert_string_equal(world_countries(w), "");
	world_free(w);
	world_builder_free(b);
}

static void default_places(void **state)
{
	(void)state;
	struct world *w = NULL;
	struct text t = {0};
	char *path = workplace_path(&place, "world.bin"), *missing = workplace_path(&place, "missing");
	setenv("LACUNA_WORLD", path, 1);
	assert_int_equal(world_open(NULL, &w), 0);
	assert_string_equal(world_path(w), path);
	world_free(w);
	w = NULL;
	setenv("LACUNA_WORLD", missing, 1);
	assert_int_equal(world_open(NULL, &w), -ENOENT); // and no other place is tried
	unsetenv("LACUNA_WORLD");
	setenv("HOME", place.folder, 1);
	setenv("XDG_DATA_HOME", "relative/is/ignored", 1);
	assert_int_equal(world_place_own(&t), 0);
	assert_int_equal(strncmp(text_string(&t), place.folder, strlen(place.folder)), 0);
	assert_string_equal(text_string(&t) + strlen(place.folder), "/.local/share/lacuna/world.bin");
	text_clear(&t);
	setenv("XDG_DATA_HOME", "/data", 1);
	assert_int_equal(world_place_own(&t), 0);
	assert_string_equal(text_string(&t), "/data/lacuna/world.bin");
	text_clear(&t);
	unsetenv("XDG_DATA_HOME");
	unsetenv("HOME");
	assert_int_equal(world_place_own(&t), ERR_NOT_FOUND);
	assert_int_equal(t.length, 0);
	text_free(&t);
	free(path);
	free(missing);
}

static void writing_replaces_whole_files_only(void **state)
{
	(void)state;
	struct world_builder *b = world_builder_create();
	char *nowhere = workplace_path(&place, "no/such/folder"), *path = workplace_path(&place, "world.bin");
	struct world *old = NULL;
	assert_int_equal(world_builder_write(b, nowhere, instant_of(0, 0)), -ENOENT);
	assert_int_equal(world_builder_write(b, place.folder, instant_of(0, 0)),
			 -EISDIR);		     // its temporary file is gone:
	assert_int_equal(world_open(path, &old), 0); // see workplace_remove
	assert_int_equal(text_add(b, &place, "9.0.0.0,9.0.0.255,NN\n", NULL), 0);
	struct world *now = built_open(b, &place);
	assert_string_equal(world_countries(old), ""); // the mapped one is untouched
	assert_string_equal(world_countries(now), "NN");
	world_free(old);
	world_free(now);
	world_builder_free(b);
	free(nowhere);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(undamaged_opens),
		cmocka_unit_test(every_changed_byte_is_seen),
		cmocka_unit_test(every_cut_is_seen),
		cmocka_unit_test(words_under_a_fitting_checksum),
		cmocka_unit_test(random_damage_under_a_fitting_checksum),
		cmocka_unit_test(other_things_are_no_world),
		cmocka_unit_test(an_empty_world_opens),
		cmocka_unit_test(default_places),
		cmocka_unit_test(writing_replaces_whole_files_only),
	};
	return cmocka_run_group_tests(tests, whole_make, whole_remove);
}
