// SPDX-License-Identifier: ISC
// Appends records. What is not acknowledged yet stands in one buffer until the disk has it, so a failed write or sync can be tried
// again, and a segment whose sync failed is left alone: its unacknowledged records are written anew into the next one.
#include "base/alloc.h"
#include "base/err.h"
#include "base/must.h"
#include "journal/format.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define WRITE_BYTES (256u << 10) // handed to the system at a time

struct journal {
	struct journal_options options;
	char *dir;
	int folder, file;
	char name[64]; // of the segment at work
	uint64_t number, sequence, acknowledged;
	uint32_t run;
	uint8_t *buffer; // bytes of the segment from `base` on that are not acknowledged
	size_t length, written, capacity;
	uint64_t base;
	uint64_t first;		 // sequence of the segment's first record
	bool folder_waits;	 // a new name in the folder is not on disk yet
	bool broken;		 // the sync of this segment failed
	struct batch_room names; // of the beginning of a segment
	struct text configuration;
	long (*write)(int file, const void *bytes, size_t n, long offset);
	int (*sync)(int file);
};

static long writer_write(int file, const void *bytes, size_t n, long offset)
{
	return (long)pwrite(file, bytes, n, offset);
}

void journal_faults(struct journal *j, long (*write)(int file, const void *bytes, size_t n, long offset),
		    int (*sync)(int file))
{
	j->write = write ? write : writer_write;
	j->sync = sync ? sync : fdatasync;
}

uint64_t journal_sequence(const struct journal *j)
{
	return j->sequence;
}

uint64_t journal_acknowledged(const struct journal *j)
{
	return j->acknowledged;
}

const char *journal_file(const struct journal *j)
{
	return j->name;
}

// ---- bytes ----

// Hands what waits to the system. What a failed call has written is written again by the next.
static int writer_push(struct journal *j)
{
	while (j->written < j->length) {
		long n =
			j->write(j->file, j->buffer + j->written, j->length - j->written, (long)(j->base + j->written));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -ENOSPC;
		j->written += (size_t)n;
	}
	return 0;
}

static uint8_t *writer_room(struct journal *j, size_t n)
{
	if (j->length + n > j->capacity) {
		size_t wanted = j->length + n > 2 * j->capacity ? j->length + n : 2 * j->capacity;
		j->buffer = alloc_resize(j->buffer, wanted, 1);
		j->capacity = wanted;
	}
	return j->buffer + j->length;
}

// ---- segments ----

static int writer_segment_create(struct journal *j)
{
	char name[sizeof(j->name)];
	snprintf(name, sizeof(name), "%0*llu%s", JOURNAL_NAME_DIGITS, (unsigned long long)j->number + 1,
		 JOURNAL_SUFFIX);
	int file = openat(j->folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (file < 0)
		return -errno;
	if (j->file >= 0)
		close(j->file);
	j->file = file;
	memcpy(j->name, name, sizeof(name));
	j->number++;
	j->folder_waits = true;
	j->broken = false;
	j->base = j->written = 0;
	return 0;
}

static struct journal_segment_head writer_segment_head(const struct journal *j, uint64_t first)
{
	struct journal_segment_head head = {
		.magic = JOURNAL_SEGMENT_MAGIC, .version = JOURNAL_VERSION, .run = j->run, .first = first};
	head.sum = journal_head_sum(&head, sizeof(head));
	return head;
}

// What waits goes into a new segment; the old one keeps what it has.
static int writer_segment_replace(struct journal *j)
{
	size_t skip = j->base ? 0 : sizeof(struct journal_segment_head);
	struct journal_segment_head head = writer_segment_head(j, j->acknowledged + 1);
	int code = writer_segment_create(j);
	if (code < 0)
		return code;
	(void)writer_room(j, sizeof(head));
	memmove(j->buffer + sizeof(head), j->buffer + skip, j->length - skip);
	memcpy(j->buffer, &head, sizeof(head));
	j->length += sizeof(head) - skip;
	return 0;
}

int journal_sync(struct journal *j)
{
	int code = 0;
	if (j->file < 0 || (!j->length && !j->broken))
		return 0;
	if (j->broken)
		code = writer_segment_replace(j);
	if (code == 0)
		code = writer_push(j);
	if (code < 0)
		return code;
	if (j->sync(j->file) < 0) {
		j->broken = true;
		return -errno;
	}
	if (j->folder_waits && fsync(j->folder) < 0)
		return -errno;
	j->folder_waits = false;
	j->acknowledged = j->sequence;
	j->base += j->length;
	j->length = j->written = 0;
	return 0;
}

// ---- records ----

static void writer_record_put(struct journal *j, uint8_t kind, struct instant time, const struct batch *b,
			      struct cursor bytes)
{
	size_t length = b ? batch_bytes(b) : cursor_left(&bytes), size = journal_padded(length);
	struct journal_record_head head = {
		.magic = JOURNAL_RECORD_MAGIC,
		.length = (uint32_t)length,
		.kind = kind,
		.run = j->run,
		.sequence = ++j->sequence,
		.time = time.ns,
	};
	uint8_t *at = writer_room(j, sizeof(head) + size), *body = at + sizeof(head);
	if (b)
		batch_write(b, body);
	else if (length)
		memcpy(body, bytes.at, length);
	memset(body + length, 0, size - length);
	head.body_sum = crc32c(0, body, length);
	head.sum = journal_head_sum(&head, sizeof(head));
	memcpy(at, &head, sizeof(head));
	j->length += sizeof(head) + size;
}

// A segment begins with what its batches need to be understood.
static int writer_segment_begin(struct journal *j)
{
	int code = writer_segment_create(j);
	if (code < 0)
		return code;
	struct journal_segment_head head = writer_segment_head(j, j->sequence + 1);
	memcpy(writer_room(j, sizeof(head)), &head, sizeof(head));
	j->length += sizeof(head);
	if (!j->options.opening)
		return 0;
	batch_room_clear(&j->names);
	text_clear(&j->configuration);
	j->options.opening(j->options.opening_context, &j->configuration, &j->names);
	if (j->configuration.length && j->configuration.length <= JOURNAL_RECORD_MAX)
		writer_record_put(j, JOURNAL_CONFIGURATION, INSTANT_NONE, NULL,
				  cursor_of(j->configuration.bytes, j->configuration.length));
	struct batch names = batch_room_view(&j->names);
	if (names.name_count && batch_bytes(&names) <= JOURNAL_RECORD_MAX)
		writer_record_put(j, JOURNAL_BATCH, INSTANT_NONE, &names, (struct cursor){0});
	return 0;
}

// Room for a record of so many bytes: in the segment, and in what may wait for the disk.
static int writer_ready(struct journal *j, size_t length)
{
	size_t size = sizeof(struct journal_record_head) + journal_padded(length);
	int code = 0;
	if (length > JOURNAL_RECORD_MAX)
		return ERR_TOO_LARGE;
	bool full = j->file >= 0 && j->base + j->length + size > j->options.segment_bytes;
	if (j->broken || full || j->length + size > j->options.sync_bytes)
		code = journal_sync(j);
	if (code == 0 && (j->file < 0 || full))
		code = writer_segment_begin(j);
	if (code == 0 && j->length - j->written > WRITE_BYTES)
		code = writer_push(j);
	return code;
}

int journal_append(struct journal *j, uint8_t kind, struct instant time, struct cursor bytes)
{
	must(kind && kind < JOURNAL_KIND_END);
	int code = writer_ready(j, cursor_left(&bytes));
	if (code == 0)
		writer_record_put(j, kind, time, NULL, bytes);
	return code;
}

int journal_append_cut(struct journal *j, struct instant time)
{
	must(instant_known(time));
	return journal_append(j, JOURNAL_CUT, time, (struct cursor){0});
}

int journal_append_batch(struct journal *j, const struct batch *b)
{
	struct instant newest = INSTANT_NONE;
	int code = writer_ready(j, batch_bytes(b));
	if (code < 0)
		return code;
	for (size_t i = 0; i < b->count; i++)
		if (b->obs[i].time.ns > newest.ns)
			newest = b->obs[i].time;
	writer_record_put(j, JOURNAL_BATCH, newest, b, (struct cursor){0});
	return 0;
}

// ---- start and end ----

struct writer_start { // what the last segment says
	struct journal_found *found;
	const char *last;
};

static void writer_start_damage(void *context, const struct journal_damage *d)
{
	struct writer_start *s = context;
	if (!d->torn || strcmp(d->file, s->last) != 0)
		return;
	snprintf(s->found->torn_file, sizeof(s->found->torn_file), "%s", d->file);
	s->found->torn_offset = d->offset;
	s->found->torn_bytes = d->bytes;
}

// Reads the segment behind `after` to its end.
static int writer_start_read(struct journal *j, const char *after, struct writer_start *s)
{
	struct journal_reader *r;
	struct journal_record record;
	int code = journal_reader_from(j->dir, after, (struct journal_listener){writer_start_damage, s}, &r);
	if (code < 0)
		return code;
	while ((code = journal_reader_next(r, &record)) == 1) {
		j->sequence = record.sequence;
		j->run = record.run > j->run ? record.run : j->run;
	}
	journal_reader_end(r);
	journal_reader_free(r);
	return code;
}

static int writer_copy_bytes(int from, uint64_t offset, int to)
{
	uint8_t bytes[4096];
	for (;;) {
		ssize_t n = pread(from, bytes, sizeof(bytes), (off_t)offset);
		if (n <= 0)
			return n < 0 ? -errno : 0;
		if (write(to, bytes, (size_t)n) != n)
			return -ENOSPC;
		offset += (uint64_t)n;
	}
}

// Nothing is thrown away: what is cut off is put beside it first.
static int writer_torn_cut(struct journal *j, const struct journal_found *found)
{
	char kept[80];
	snprintf(kept, sizeof(kept), "%s.torn", found->torn_file);
	int file = openat(j->folder, found->torn_file, O_RDWR | O_CLOEXEC);
	int beside = file < 0 ? -1 : openat(j->folder, kept, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	int code = beside < 0 ? -errno : writer_copy_bytes(file, found->torn_offset, beside);
	if (code == 0 && (fsync(beside) < 0 || ftruncate(file, (off_t)found->torn_offset) < 0 || fsync(file) < 0))
		code = -errno;
	if (beside >= 0)
		close(beside);
	if (file >= 0)
		close(file);
	return code;
}

static int writer_start_find(struct journal *j, struct journal_found *ret)
{
	char **names;
	size_t count;
	int code = journal_list(j->dir, &names, &count);
	if (code < 0)
		return code;
	struct writer_start s = {ret, count ? names[count - 1] : ""};
	ret->segments = (uint32_t)count;
	// Nearly always one segment is enough; where the last holds no record, those before it are asked.
	for (size_t i = count; i-- > 0 && !j->sequence && code == 0;)
		code = writer_start_read(j, i ? names[i - 1] : "", &s);
	j->number = count ? journal_number(names[count - 1]) : 0;
	journal_list_free(names, count);
	if (code == 0 && ret->torn_bytes)
		code = writer_torn_cut(j, ret);
	j->acknowledged = ret->sequence = j->sequence;
	j->run++;
	return code;
}

int journal_open(const struct journal_options *options, struct journal **ret, struct journal_found *ret_found)
{
	must(options->dir && *options->dir);
	struct journal_found found = {0};
	if (mkdir(options->dir, 0755) < 0 && errno != EEXIST)
		return -errno;
	struct journal *j = alloc_zero(1, sizeof(*j));
	j->options = *options;
	j->options.segment_bytes = options->segment_bytes ? options->segment_bytes : JOURNAL_SEGMENT_BYTES;
	j->options.sync_bytes = options->sync_bytes ? options->sync_bytes : JOURNAL_SYNC_BYTES;
	j->dir = alloc_copy(options->dir);
	j->file = -1;
	journal_faults(j, NULL, NULL);
	j->folder = open(options->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int code = j->folder < 0 || flock(j->folder, LOCK_EX | LOCK_NB) < 0 ? -errno : writer_start_find(j, &found);
	if (code < 0) {
		(void)journal_close(j);
		return code;
	}
	*ret = j;
	*ret_found = found;
	return 0;
}

int journal_close(struct journal *j)
{
	if (!j)
		return 0;
	int code = journal_sync(j);
	if (j->file >= 0)
		close(j->file);
	if (j->folder >= 0)
		close(j->folder);
	batch_room_free(&j->names);
	text_free(&j->configuration);
	free(j->buffer);
	free(j->dir);
	free(j);
	return code;
}
