// SPDX-License-Identifier: ISC
// One window of bytes goes through each segment. A record that cannot be read is passed over: by its length where its head is
// whole, else by looking for the next head that is.
#include "journal/reader.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/must.h"
#include "journal/format.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define WINDOW_BYTES (256u << 10) // read at a time

struct journal_reader {
	int folder;
	char *dir;
	struct journal_listener listener;
	char file_name[64]; // segment at work; empty: none yet
	int file;
	bool headed; // the segment's head was looked at
	uint64_t at; // of the next record's head, in the segment
	uint8_t *window;
	size_t window_size, window_length;
	uint64_t window_from;
	bool hurt; // unreadable bytes were met since the last good record
	struct journal_damage damage;
	char damage_file[64];
	struct instant last_time;
	uint32_t run;
	struct journal_totals totals;
};

int journal_reader_open(const char *dir, struct journal_listener listener, struct journal_reader **ret)
{
	char **names;
	size_t count;
	int code = journal_list(dir, &names, &count);
	if (code < 0)
		return code;
	journal_list_free(names, count);
	if (!count)
		return ERR_NOT_FOUND;
	return journal_reader_from(dir, "", listener, ret);
}

int journal_reader_from(const char *dir, const char *after, struct journal_listener listener,
			struct journal_reader **ret)
{
	int folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return -errno;
	struct journal_reader *r = alloc_zero(1, sizeof(*r));
	r->folder = folder;
	r->dir = alloc_copy(dir);
	r->listener = listener;
	snprintf(r->file_name, sizeof(r->file_name), "%s", after);
	r->file = -1;
	r->last_time = r->totals.first = r->totals.last = INSTANT_NONE;
	*ret = r;
	return 0;
}

void journal_reader_free(struct journal_reader *r)
{
	if (!r)
		return;
	if (r->file >= 0)
		close(r->file);
	close(r->folder);
	free(r->dir);
	free(r->window);
	free(r);
}

const struct journal_totals *journal_reader_totals(const struct journal_reader *r)
{
	return &r->totals;
}

// ---- bytes ----

// Has n bytes from `offset` on in the window. 1; 0: the segment ends before; or -errno.
static int reader_fill(struct journal_reader *r, uint64_t offset, size_t n)
{
	if (offset >= r->window_from && offset + n <= r->window_from + r->window_length)
		return 1;
	size_t wanted = n > WINDOW_BYTES ? n : WINDOW_BYTES;
	if (wanted > r->window_size) {
		struct stat st;
		if (fstat(r->file, &st) < 0)
			return -errno;
		if (n > WINDOW_BYTES && (uint64_t)st.st_size < offset + n)
			return 0; // before memory is taken for it
		r->window = alloc_resize(r->window, wanted, 1);
		r->window_size = wanted;
	}
	r->window_from = offset;
	r->window_length = 0;
	while (r->window_length < wanted) {
		ssize_t got = pread(r->file, r->window + r->window_length, wanted - r->window_length,
				    (off_t)(offset + r->window_length));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		r->window_length += (size_t)got;
	}
	return r->window_length >= n;
}

static const uint8_t *reader_bytes(const struct journal_reader *r, uint64_t offset)
{
	return r->window + (offset - r->window_from);
}

// ---- damage ----

static void reader_hurt(struct journal_reader *r, uint64_t offset, uint64_t bytes)
{
	if (!r->hurt) {
		r->damage =
			(struct journal_damage){.offset = offset, .after = r->totals.sequence, .from = r->last_time};
		memcpy(r->damage_file, r->file_name, sizeof(r->damage_file));
	}
	r->hurt = true;
	r->damage.bytes += bytes;
}

static void reader_tell(struct journal_reader *r, uint64_t before, struct instant to)
{
	struct journal_damage *d = &r->damage;
	d->file = r->damage_file;
	d->before = before;
	d->to = to;
	r->hurt = false;
	r->totals.damages++;
	r->totals.damaged_bytes += d->bytes;
	r->totals.missing += before > d->after + 1 && d->after ? before - d->after - 1 : 0;
	if (r->listener.damage)
		r->listener.damage(r->listener.context, d);
}

// ---- segments ----

static uint64_t reader_size(const struct journal_reader *r)
{
	struct stat st;
	return fstat(r->file, &st) == 0 ? (uint64_t)st.st_size : 0;
}

// Whether there is a segment behind this one; goes there. 1, 0, or -errno.
static int reader_segment_next(struct journal_reader *r)
{
	char **names;
	size_t count, i = 0;
	int code = journal_list(r->dir, &names, &count);
	if (code < 0)
		return code;
	while (i < count && strcmp(names[i], r->file_name) <= 0)
		i++;
	int file = i < count ? openat(r->folder, names[i], O_RDONLY | O_CLOEXEC) : -1;
	code = i == count ? 0 : file < 0 ? -errno : 1;
	if (code == 1) {
		uint64_t size = r->file >= 0 ? reader_size(r) : 0;
		if (size > r->at) // what is left there will not be completed any more
			reader_hurt(r, r->at, size - r->at);
		if (r->file >= 0)
			close(r->file);
		r->file = file;
		snprintf(r->file_name, sizeof(r->file_name), "%s", names[i]);
		r->at = 0;
		r->headed = false;
		r->window_length = 0;
		r->totals.segments++;
	}
	journal_list_free(names, count);
	return code;
}

// The segment's head: what it says stands in the records too, so a damaged one costs nothing else. 1, 0: not there yet, or -errno.
static int reader_segment_head(struct journal_reader *r)
{
	struct journal_segment_head head;
	int got = reader_fill(r, 0, sizeof(head));
	if (got <= 0)
		return got;
	memcpy(&head, reader_bytes(r, 0), sizeof(head));
	bool sound = head.magic == JOURNAL_SEGMENT_MAGIC && head.sum == journal_head_sum(&head, sizeof(head));
	if (sound && head.version > JOURNAL_VERSION)
		return ERR_UNSUPPORTED;
	if (!sound)
		reader_hurt(r, 0, sizeof(head));
	r->headed = true;
	r->at = sizeof(head);
	return 1;
}

// ---- records ----

// The next head that is whole, from r->at on; passes over what is before it. 1, 0: none is there, or -errno.
static int reader_find(struct journal_reader *r, struct journal_record_head *ret)
{
	for (uint64_t at = r->at;; at += 8) {
		int got = reader_fill(r, at, sizeof(*ret));
		if (got <= 0)
			return got;
		memcpy(ret, reader_bytes(r, at), sizeof(*ret));
		if (!journal_head_sound(ret))
			continue;
		if (at > r->at)
			reader_hurt(r, r->at, at - r->at);
		r->at = at;
		return 1;
	}
}

static bool reader_body_sound(const uint8_t *body, const struct journal_record_head *h)
{
	for (size_t i = h->length; i < journal_padded(h->length); i++)
		if (body[i])
			return false;
	return crc32c(0, body, h->length) == h->body_sum;
}

static void reader_count(struct journal_reader *r, const struct journal_record *record)
{
	struct journal_totals *t = &r->totals;
	t->records[record->kind]++;
	t->bytes += cursor_left(&record->bytes);
	t->runs += !r->run || record->run != r->run;
	r->run = record->run;
	t->sequence = record->sequence;
	if (!instant_known(record->time) || (record->kind != JOURNAL_BATCH && record->kind != JOURNAL_CUT))
		return;
	r->last_time = record->time;
	if (!instant_known(t->first) || record->time.ns < t->first.ns)
		t->first = record->time;
	if (!instant_known(t->last) || record->time.ns > t->last.ns)
		t->last = record->time;
}

// The record of this head. 1; 0: it does not end here (yet), or it is passed over (*ret_passed); or -errno.
static int reader_record(struct journal_reader *r, const struct journal_record_head *h, struct journal_record *ret,
			 bool *ret_passed)
{
	size_t size = sizeof(*h) + journal_padded(h->length);
	int got = reader_fill(r, r->at, size);
	*ret_passed = false;
	if (got <= 0)
		return got;
	const uint8_t *body = reader_bytes(r, r->at) + sizeof(*h);
	uint64_t offset = r->at;
	r->at += size;
	*ret_passed = true;
	if (!reader_body_sound(body, h)) {
		reader_hurt(r, offset, size);
		return 0;
	}
	if (h->sequence <= r->totals.sequence) {
		r->totals.twice++;
		return 0;
	}
	struct instant time = h->time ? instant_of_ns(h->time) : INSTANT_NONE;
	if (!r->hurt && r->totals.sequence && h->sequence > r->totals.sequence + 1)
		reader_hurt(r, offset, 0);
	if (r->hurt)
		reader_tell(r, h->sequence, time);
	*ret = (struct journal_record){(uint8_t)h->kind,	   h->run,	 h->sequence, time,
				       cursor_of(body, h->length), r->file_name, offset};
	reader_count(r, ret);
	return 1;
}

int journal_reader_next(struct journal_reader *r, struct journal_record *ret)
{
	for (;;) {
		struct journal_record_head head;
		bool passed = false;
		int got = r->file < 0 ? 0 : r->headed ? 1 : reader_segment_head(r);
		if (got == 1)
			got = reader_find(r, &head);
		if (got == 1)
			got = reader_record(r, &head, ret, &passed);
		if (got)
			return got;
		if (passed)
			continue;
		got = reader_segment_next(r);
		if (got <= 0)
			return got;
	}
}

int journal_reader_batch(struct journal_reader *r, const struct journal_record *record, struct batch *ret)
{
	must(record->kind == JOURNAL_BATCH);
	struct batch b;
	int code = batch_read(record->bytes.at, cursor_left(&record->bytes), &b);
	if (code < 0) {
		r->totals.unreadable++;
		return code;
	}
	r->totals.observations += b.count;
	r->totals.names += b.name_count;
	*ret = b;
	return 0;
}

void journal_reader_end(struct journal_reader *r)
{
	uint64_t size = r->file >= 0 ? reader_size(r) : 0;
	if (size > r->at)
		reader_hurt(r, r->at, size - r->at);
	r->at = size > r->at ? size : r->at;
	if (!r->hurt)
		return;
	r->damage.torn = strcmp(r->damage_file, r->file_name) == 0;
	reader_tell(r, 0, INSTANT_NONE);
}
