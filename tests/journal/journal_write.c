// SPDX-License-Identifier: ISC
// Tests: src/journal/writer.c
// What is appended is read back in order, whatever the sizes of segments and syncs; disks that fail at every call lose nothing that
// was acknowledged and repeat nothing; a process that is killed neither.
#include "log.h"

#include "base/err.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static struct journal *open_log(const struct log_folder *f, size_t segment, size_t sync, struct journal_found *ret)
{
	struct journal_options options = {.dir = f->path, .segment_bytes = segment, .sync_bytes = sync};
	struct journal *j;
	assert_int_equal(journal_open(&options, &j, ret), 0);
	return j;
}

static void what_is_written_is_read(void **state)
{
	(void)state;
	struct random_batch r = {.random = unit_seed()};
	for (int round = 0; round < 20; round++) {
		struct log_folder f;
		struct log_heard heard = {0};
		struct text said = {0};
		struct journal_found found;
		uint64_t records = 0;
		log_begin(&f);
		for (uint32_t run = 0; run < 3; run++) {
			struct journal *j = open_log(&f, 1 + unit_random(&r.random) % 60000,
						     1 + unit_random(&r.random) % 9000, &found);
			assert_int_equal(found.sequence, records);
			assert_int_equal(found.torn_bytes, 0);
			for (uint64_t n = unit_random(&r.random) % 60; n; n--, records++)
				assert_int_equal(log_append(j, &r, &said), 0);
			assert_int_equal(journal_sequence(j), records);
			assert_int_equal(journal_close(j), 0);
		}
		(void)text_string(&said);
		int code = log_read(&f, &heard);
		assert_true(code == 0 || (code == ERR_NOT_FOUND && !records));
		if (code == 0) {
			assert_string_equal(heard.said.bytes, said.bytes);
			assert_int_equal(heard.totals.sequence, records);
			assert_int_equal(heard.totals.damages + heard.totals.twice, 0);
		}
		log_heard_end(&heard);
		text_free(&said);
		log_end(&f);
	}
	random_batch_end(&r);
}

static void only_one_can_write(void **state)
{
	(void)state;
	struct log_folder f;
	struct journal_found found;
	log_begin(&f);
	struct journal *j = open_log(&f, 0, 0, &found), *other;
	struct journal_options options = {.dir = f.path};
	assert_int_equal(journal_open(&options, &other, &found), -EWOULDBLOCK);
	assert_int_equal(journal_close(j), 0);
	options.dir = "/proc/no/such";
	assert_true(journal_open(&options, &other, &found) < 0);
	log_end(&f);
}

static void a_growing_log_is_followed(void **state)
{
	(void)state;
	struct log_folder f;
	struct journal_found found;
	struct journal_record record;
	struct journal_reader *reader;
	struct text said = {0};
	struct random_batch r = {.random = unit_seed()};
	log_begin(&f);
	struct journal *j = open_log(&f, 20000, 0, &found);
	assert_int_equal(journal_reader_open(f.path, (struct journal_listener){0}, &reader), ERR_NOT_FOUND);
	assert_int_equal(log_append(j, &r, &said), 0);
	assert_int_equal(journal_sync(j), 0);
	assert_int_equal(journal_reader_open(f.path, (struct journal_listener){0}, &reader), 0);
	for (uint64_t read = 0; read < 200;) {
		for (uint64_t n = unit_random(&r.random) % 4; n; n--)
			assert_int_equal(log_append(j, &r, &said), 0);
		assert_int_equal(journal_sync(j), 0);
		assert_int_equal(journal_acknowledged(j), journal_sequence(j));
		int code;
		while ((code = journal_reader_next(reader, &record)) == 1)
			assert_int_equal(record.sequence, ++read);
		assert_int_equal(code, 0);
		assert_int_equal(read, journal_sequence(j));
	}
	journal_reader_end(reader);
	assert_int_equal(journal_reader_totals(reader)->damages, 0);
	journal_reader_free(reader);
	assert_int_equal(journal_close(j), 0);
	random_batch_end(&r);
	text_free(&said);
	log_end(&f);
}

// ---- disks that fail ----

static uint64_t disk_calls, disk_fails_at, disk_fails_for;
static uint64_t disk_random = 1;
static int disk_errno;

static bool disk_fails(void)
{
	disk_calls++;
	return disk_calls >= disk_fails_at && disk_calls < disk_fails_at + disk_fails_for;
}

static long disk_write(int file, const void *bytes, size_t n, long offset)
{
	if (!disk_fails())
		return (long)pwrite(file, bytes, n, offset);
	size_t part = n ? unit_random(&disk_random) % n : 0; // some of it got there
	(void)!pwrite(file, bytes, part, offset);
	errno = disk_errno;
	return -1;
}

static int disk_sync(int file)
{
	if (!disk_fails())
		return fdatasync(file);
	errno = disk_errno;
	return -1;
}

// Failures at every call, for one call or several: whatever was taken is read once, in order, when the disk is well again.
static void every_call_may_fail(void **state)
{
	(void)state;
	disk_random = unit_seed();
	for (uint64_t at = 1; at <= 60; at++) {
		struct random_batch r = {.random = disk_random + at};
		struct log_folder f;
		struct log_heard heard = {0};
		struct journal_found found;
		struct text said = {0};
		log_begin(&f);
		disk_calls = 0;
		disk_fails_at = at;
		disk_fails_for = 1 + at % 4;
		disk_errno = at % 3 ? ENOSPC : EIO;
		struct journal *j = open_log(&f, 30000, 3000, &found);
		journal_faults(j, disk_write, disk_sync);
		uint64_t refused = 0;
		for (int i = 0; i < 60; i++) {
			uint64_t acknowledged = journal_acknowledged(j);
			int code = log_append(j, &r, &said);
			if (code == 0 && i % 7 == 0)
				code = journal_sync(j);
			assert_true(code == 0 || code == -disk_errno);
			assert_true(journal_acknowledged(j) >= acknowledged);
			refused += code < 0;
		}
		assert_true(!!refused == (disk_calls >= at));
		disk_fails_at = UINT64_MAX;
		assert_int_equal(journal_sync(j), 0);
		assert_int_equal(journal_close(j), 0);
		assert_int_equal(log_read(&f, &heard), 0);
		assert_string_equal(heard.said.bytes, text_string(&said));
		log_heard_end(&heard);
		random_batch_end(&r);
		text_free(&said);
		log_end(&f);
	}
}

// A limit of the file system, not of ours: said, and what was acknowledged stays.
static void a_full_disk_is_said(void **state)
{
	(void)state;
	struct rlimit old, low;
	struct log_folder f;
	struct log_heard heard = {0};
	struct journal_found found;
	struct text said = {0};
	struct random_batch r = {.random = unit_seed()};
	(void)signal(SIGXFSZ, SIG_IGN);
	log_begin(&f);
	struct journal *j = open_log(&f, 0, 2000, &found);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	low = old;
	low.rlim_cur = 50000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
	int code = 0;
	for (int i = 0; i < 3000 && code == 0; i++)
		code = log_append(j, &r, &said);
	assert_int_equal(code, -EFBIG);
	uint64_t acknowledged = journal_acknowledged(j);
	assert_true(acknowledged > 0);
	assert_int_equal(journal_sync(j), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(log_read(&f, &heard), 0);
	assert_true(heard.totals.sequence >= acknowledged);
	assert_int_equal(log_append(j, &r, &said), 0); // there is room again
	assert_int_equal(journal_close(j), 0);
	assert_int_equal(log_read(&f, &heard), 0);
	assert_string_equal(heard.said.bytes, text_string(&said));
	log_heard_end(&heard);
	random_batch_end(&r);
	text_free(&said);
	log_end(&f);
}

// ---- processes that die ----

static _Noreturn void write_until_killed(const struct log_folder *f, uint64_t seed, int out)
{
	struct random_batch r = {.random = seed};
	struct text said = {0};
	struct journal_found found;
	struct journal *j = open_log(f, 40000, 4000, &found);
	for (;;) {
		if (log_append(j, &r, &said) < 0 || (unit_random(&r.random) % 3 == 0 && journal_sync(j) < 0))
			_exit(1);
		uint64_t acknowledged = journal_acknowledged(j);
		if (write(out, &acknowledged, sizeof(acknowledged)) != sizeof(acknowledged))
			_exit(1);
	}
}

static void a_killed_process_loses_nothing_acknowledged(void **state)
{
	(void)state;
	uint64_t seed = unit_seed(), most = 0;
	struct log_folder f;
	struct log_heard heard = {0};
	log_begin(&f);
	for (int round = 0; round < 30; round++) {
		int ends[2];
		uint64_t acknowledged = most, told;
		assert_int_equal(pipe(ends), 0);
		pid_t child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			close(ends[0]);
			write_until_killed(&f, seed + (uint64_t)round, ends[1]);
		}
		close(ends[1]);
		for (uint64_t n = 1 + unit_random(&seed) % 60; n && read(ends[0], &told, sizeof(told)) == sizeof(told);
		     n--)
			acknowledged = told;
		kill(child, SIGKILL);
		while (read(ends[0], &told, sizeof(told)) == sizeof(told))
			acknowledged = told;
		close(ends[0]);
		assert_int_equal(waitpid(child, NULL, 0), child);
		int code = log_read(&f, &heard);
		assert_true(code == 0 || (code == ERR_NOT_FOUND && !acknowledged));
		if (code < 0)
			continue;
		assert_true(heard.totals.sequence >= acknowledged);
		assert_int_equal(heard.totals.missing, 0);
		most = heard.totals.sequence;
	}
	assert_true(most > 30);
	log_heard_end(&heard);
	log_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(only_one_can_write),
		cmocka_unit_test(a_growing_log_is_followed),
		cmocka_unit_test(every_call_may_fail),
		cmocka_unit_test(a_full_disk_is_said),
		cmocka_unit_test(a_killed_process_loses_nothing_acknowledged),
	};
	return cmocka_run_group_tests_name("journal_write", tests, NULL, NULL);
}
