// SPDX-License-Identifier: ISC
// DOC: what may become of a file that is being written
// It grows. Its name goes to another file while its own bytes stay under another one (a log that is rotated): it is read to its
// end, and the new file is a source of its own. Its name goes to a file that begins alike and reaches at least as far (a copy
// that is fetched again and again): reading goes on in that one, at the same place. Else, or if it is shorter than what was read,
// it was replaced, which is said as a gap, and reading begins again at its start.
#include "feed/grown.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/must.h"
#include "feed/gap.h"
#include "feed/line_kind.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_BYTES   4096u // by which a longer copy is known
#define COMPACT_BYTES (1u << 20)

static const int64_t grown_floor_own = 2 * NS_PER_S, grown_floor_other = 5 * NS_PER_S,
		     grown_ceiling_live = 30 * NS_PER_S;

static void grown_limits(struct grown *s, int64_t floor, int64_t ceiling)
{
	s->ceiling = ceiling < s->most ? ceiling : s->most;
	s->floor = floor < s->ceiling ? floor : s->ceiling;
	s->lateness = s->lateness < s->ceiling ? s->lateness : s->ceiling;
}

struct grown *grown_create(const char *path, uint16_t collector, int64_t most_ns)
{
	struct grown *s = alloc_zero(1, sizeof(*s));
	s->path = alloc_copy(path);
	s->view = (struct feed_source){.path = s->path, .collector = collector};
	s->state = GROWN_READS;
	s->key = s->newest = s->last = INSTANT_NONE;
	s->most = s->lateness = most_ns;
	s->lines = line_kind_named(path);
	grown_limits(s, grown_floor_other, most_ns);
	return s;
}

void grown_free(struct grown *s)
{
	reader_close(s->reader);
	text_free(&s->bytes);
	free(s->ahead);
	free(s->path);
	free(s);
}

// Hash of the first `want` bytes of the file; *ret_n: how many there were.
static uint64_t grown_first_hash(const char *path, size_t want, size_t *ret_n)
{
	uint8_t bytes[FIRST_BYTES];
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	ssize_t n = file >= 0 ? pread(file, bytes, want, 0) : 0;
	if (file >= 0)
		close(file);
	*ret_n = n > 0 ? (size_t)n : 0;
	return hash_bytes(bytes, *ret_n);
}

static int grown_open(struct grown *s)
{
	if (s->reader && !s->asleep)
		return 0;
	if (s->reader) {
		int error = reader_wake(s->reader, s->path);
		s->asleep = error;
		return error;
	}
	struct stat status;
	if (stat(s->path, &status))
		return -errno;
	int error = reader_open_growing(s->path, s->most, &s->reader);
	if (error)
		return error;
	s->lines = reader_lines(s->reader);
	s->first_hash = grown_first_hash(s->path, FIRST_BYTES, &s->first_bytes);
	s->device = status.st_dev;
	s->inode = status.st_ino;
	return 0;
}

static int grown_fill(const struct grown *s, struct record *ret)
{
	ret->source = s->index;
	ret->file = s->view.path;
	ret->collector = s->view.collector;
	return 1;
}

static void grown_count_gap(struct grown *s, const struct record *gap)
{
	s->view.gaps++;
	s->view.skipped_bytes += gap->length;
	bool graver = gap->reason != GAP_FRAMING && gap->reason != GAP_BAD_LINE && !s->ended_early;
	if (!s->view.error || graver)
		s->view.error = gap->error;
	s->ended_early |= graver;
}

static int grown_gap(struct grown *s, uint8_t reason, int error, struct record *ret)
{
	*ret = (struct record){.kind = RECORD_GAP, .reason = reason, .error = error, .time = s->last};
	ret->resumed = INSTANT_NONE;
	ret->form = s->lines ? LINE_ANY : LINE_NONE;
	grown_count_gap(s, ret);
	return grown_fill(s, ret);
}

void grown_tell(struct grown *s, enum record_kind kind, struct record *ret)
{
	*ret = (struct record){.kind = (uint8_t)kind, .time = s->last, .resumed = INSTANT_NONE};
	ret->form = s->lines ? LINE_ANY : LINE_NONE;
	grown_fill(s, ret);
	if (kind != RECORD_SOURCE_END)
		return;
	s->state = GROWN_OVER;
	reader_close(s->reader);
	s->reader = NULL;
}

static void grown_count(struct grown *s, const struct record *r)
{
	if (!s->view.records++) {
		bool own = r->form == LINE_PROBE || r->form == LINE_TOOL, live = own || r->kind == RECORD_BMP;
		grown_limits(s, own ? grown_floor_own : grown_floor_other, live ? grown_ceiling_live : s->most);
	}
	s->last = r->time;
	if (r->time.ns > s->newest.ns)
		s->newest = r->time;
}

// What it is over with when nothing can be opened, or nothing more can come.
static int grown_over(struct grown *s, struct record *ret)
{
	grown_tell(s, RECORD_SOURCE_END, ret);
	return 1;
}

int grown_read(struct grown *s, struct record *ret)
{
	if (s->replaced) {
		s->replaced = false;
		return grown_gap(s, GAP_REPLACED, ERR_TRUNCATED, ret);
	}
	if (s->failed || (s->detached && s->asleep))
		return grown_over(s, ret);
	int error = grown_open(s);
	if (error == -EAGAIN || error == -ENOENT)
		return FEED_AGAIN;
	if (error) {
		s->failed = true;
		return grown_gap(s, gap_reason_of(error), error, ret);
	}
	int got = reader_next(s->reader, ret);
	if (got == FEED_AGAIN && !s->detached)
		return got;
	if (got != 1)
		return grown_over(s, ret);
	if (ret->kind == RECORD_GAP)
		grown_count_gap(s, ret);
	else
		grown_count(s, ret);
	return grown_fill(s, ret);
}

// Records read ahead.

bool grown_has_ahead(const struct grown *s)
{
	return s->ahead_first < s->ahead_used;
}

static size_t grown_keep_bytes(struct grown *s, const struct record *r)
{
	size_t at = s->bytes.length;
	text_bytes(&s->bytes, r->bytes.at, cursor_left(&r->bytes));
	return at;
}

// Closes up what was given, once it is more than half.
static void grown_keep_compact(struct grown *s)
{
	size_t from = grown_has_ahead(s) ? s->ahead[s->ahead_first].at : s->bytes.length;
	if (s->loaded && s->head_at != SIZE_MAX)
		from = s->head_at;
	if (from < COMPACT_BYTES || from < s->bytes.length / 2)
		return;
	memmove(s->bytes.bytes, s->bytes.bytes + from, s->bytes.length - from);
	s->bytes.length -= from;
	if (s->loaded && s->head_at != SIZE_MAX)
		s->head_at = 0;
	s->ahead_used -= s->ahead_first;
	memmove(s->ahead, s->ahead + s->ahead_first, s->ahead_used * sizeof(*s->ahead));
	s->ahead_first = 0;
	for (size_t i = 0; i < s->ahead_used; i++)
		s->ahead[i].at -= from;
}

void grown_keep_head(struct grown *s)
{
	grown_keep_compact(s);
	if (s->head_at == SIZE_MAX)
		s->head_at = grown_keep_bytes(s, &s->head);
}

void grown_keep(struct grown *s, const struct record *r)
{
	alloc_grow((void **)&s->ahead, s->ahead_used, &s->ahead_capacity, sizeof(*s->ahead));
	s->ahead[s->ahead_used++] = (struct grown_ahead){*r, grown_keep_bytes(s, r)};
}

bool grown_take_ahead(struct grown *s)
{
	if (!grown_has_ahead(s)) {
		text_clear(&s->bytes);
		s->ahead_first = s->ahead_used = 0;
		return false;
	}
	must(!s->loaded);
	const struct grown_ahead *a = &s->ahead[s->ahead_first++];
	s->head = a->record;
	s->head_at = a->at;
	return true;
}

void grown_give(struct grown *s, struct record *ret)
{
	must(s->loaded);
	*ret = s->head;
	if (s->head_at != SIZE_MAX)
		ret->bytes = cursor_of(s->bytes.bytes + s->head_at, cursor_left(&s->head.bytes));
	s->loaded = false;
}

// Opening and closing.

void grown_begin_anew(struct grown *s)
{
	reader_close(s->reader);
	s->reader = NULL;
	s->loaded = false;
	s->view.records = s->view.gaps = s->view.skipped_bytes = 0;
	s->view.error = 0;
	s->ended_early = false;
	s->newest = s->last = INSTANT_NONE;
}

void grown_sleep(struct grown *s)
{
	if (!s->reader || s->asleep)
		return;
	if (s->loaded)
		grown_keep_head(s);
	reader_sleep(s->reader);
	s->asleep = true;
}

// Looking.

// Whether the file begins as it did.
static bool grown_alike(const struct grown *s)
{
	size_t n;
	return grown_first_hash(s->path, s->first_bytes, &n) == s->first_hash && n == s->first_bytes;
}

// Whether the file that bears the name now is a copy of what was read, as long or longer.
static bool grown_continues(const struct grown *s, const struct stat *status)
{
	return s->first_bytes && (uint64_t)status->st_size >= s->size && grown_alike(s);
}

// Reads the file from its start.
static void grown_restart(struct grown *s)
{
	if (s->loaded)
		grown_keep_head(s);
	reader_close(s->reader);
	s->reader = NULL;
	s->asleep = false;
	s->replaced = true;
}

// The name is another file's. False: that one is a source of its own.
static bool grown_renamed(struct grown *s, const struct stat *status)
{
	if (grown_continues(s, status)) {
		grown_sleep(s);
		return true;
	}
	if (s->asleep || !reader_unlinked(s->reader))
		return false;
	grown_restart(s);
	return true;
}

static void grown_note(struct grown *s, const struct stat *status)
{
	s->device = status->st_dev;
	s->inode = status->st_ino;
	s->size = (uint64_t)status->st_size;
	s->view.file_bytes = s->size;
	s->written_ns = status->st_mtim.tv_sec * NS_PER_S + status->st_mtim.tv_nsec;
}

static bool grown_detach(struct grown *s)
{
	bool first = !s->detached;
	s->detached = s->reader;
	return first && s->detached;
}

bool grown_look(struct grown *s, const struct feed_clock *now, bool *ret_new)
{
	struct stat status;
	*ret_new = false;
	if (s->state == GROWN_OVER || s->detached)
		return false;
	if (stat(s->path, &status))
		return grown_detach(s);
	bool other = s->reader && (status.st_ino != s->inode || status.st_dev != s->device);
	bool grew = other || (uint64_t)status.st_size != s->size || !s->inode;
	if (other && !grown_renamed(s, &status)) {
		*ret_new = true;
		return grown_detach(s);
	}
	if (grew && !other && s->reader && ((uint64_t)status.st_size < s->size || !grown_alike(s)))
		grown_restart(s);
	grown_note(s, &status);
	if (grew || !s->since_ns)
		s->since_ns = now->boot_ns;
	return grew;
}
