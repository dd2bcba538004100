// SPDX-License-Identifier: ISC
// Fuzz target: a folder with one segment of any bytes, then a writer on top of it. An odd last byte asks for the sums of the segment's
// head and of its records, as far as their lengths lead, to be put right first. Reading ends; what is accepted is read again the same
// way; what is written behind it is read.
#include "target.h"

#include "base/crc32c.h"
#include "journal/reader.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define RECORD_HEAD  40
#define SEGMENT_HEAD 32
#define NAME	     "0000000001" JOURNAL_SUFFIX

#define REQUIRE(what) ((what) ? (void)0 : fail(__LINE__, #what))

static _Noreturn void fail(int line, const char *what)
{
	fprintf(stderr, "line %d: not so: %s\n", line, what);
	abort();
}

static void put_sum(uint8_t *at, const uint8_t *from, size_t n)
{
	uint32_t sum = crc32c(0, from, n);
	memcpy(at, &sum, sizeof(sum));
}

static void put_right(uint8_t *bytes, size_t size)
{
	if (size >= SEGMENT_HEAD)
		put_sum(bytes + 4, bytes + 8, SEGMENT_HEAD - 8);
	for (size_t at = SEGMENT_HEAD; at + RECORD_HEAD <= size;) {
		uint32_t length;
		memcpy(&length, bytes + at + 12, sizeof(length));
		size_t body = length <= size - at - RECORD_HEAD ? length : 0;
		put_sum(bytes + at + 8, bytes + at + RECORD_HEAD, body);
		put_sum(bytes + at + 4, bytes + at + 8, RECORD_HEAD - 8);
		at += RECORD_HEAD + ((body + 7) & ~(size_t)7);
	}
}

struct heard {
	uint64_t records, sum;
};

static struct heard hear(const char *dir)
{
	struct heard h = {0};
	struct journal_reader *r;
	struct journal_record record;
	struct batch b;
	uint64_t last = 0;
	REQUIRE(journal_reader_open(dir, (struct journal_listener){0}, &r) == 0);
	int code;
	while ((code = journal_reader_next(r, &record)) == 1) {
		REQUIRE(record.sequence > last && record.kind && record.kind < JOURNAL_KIND_END);
		last = record.sequence;
		h.records++;
		h.sum = crc32c((uint32_t)h.sum, record.bytes.at, cursor_left(&record.bytes));
		if (record.kind == JOURNAL_BATCH)
			(void)!journal_reader_batch(r, &record, &b);
	}
	journal_reader_end(r);
	journal_reader_free(r);
	if (code < 0)
		h.records = UINT64_MAX; // of a later version
	return h;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char dir[64];
	char path[128];
	uint8_t *bytes = malloc(size + 1);
	REQUIRE(bytes);
	if (size)
		memcpy(bytes, data, size);
	if (size && data[size - 1] & 1)
		put_right(bytes, --size);
	snprintf(dir, sizeof(dir), "/dev/shm/lacuna-fuzz-XXXXXX");
	REQUIRE(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/" NAME, dir);
	int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	REQUIRE(file >= 0 && write(file, bytes, size) == (ssize_t)size && close(file) == 0);
	struct heard before = hear(dir);
	struct journal *j;
	struct journal_found found;
	int code = journal_open(&(struct journal_options){.dir = dir}, &j, &found);
	REQUIRE((code == 0) == (before.records != UINT64_MAX));
	if (code == 0 && found.sequence < UINT64_MAX - 2) {
		REQUIRE(journal_append_cut(j, (struct instant){7}) == 0);
		REQUIRE(journal_sequence(j) == found.sequence + 1 && journal_close(j) == 0);
		struct heard after = hear(dir);
		REQUIRE(after.records == before.records + 1 && after.sum == before.sum);
	} else if (code == 0) {
		(void)!journal_close(j);
	}
	snprintf(path, sizeof(path), "%s/" NAME, dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/" NAME ".torn", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/0000000002" JOURNAL_SUFFIX, dir);
	unlink(path);
	REQUIRE(rmdir(dir) == 0);
	free(bytes);
	return 0;
}
