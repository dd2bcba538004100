// SPDX-License-Identifier: ISC
// Appends only: a recording that was interrupted goes on in a new file beside the old ones.
#include "recording/recorder.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/must.h"
#include "os/clock.h"
#include "recording/durable.h"
#include "recording/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define RESUME_MAX    (1 << 20) // bytes of a saved census; it is some hundred
#define S_PER_HOUR    3600
#define LOCK_WAIT_NS  (5 * NS_PER_S) // recording.json is written within moments
#define LOCK_PAUSE_US 20000
#define RETRY_NS      NS_PER_S // a disk that was full is tried again so often
#define LOOK_NS	      NS_PER_S // how often is looked whether the file is still where it was

static const char *recorder_path_of(struct recorder *r, const char *below)
{
	text_clear(&r->path);
	text_put(&r->path, r->dir);
	text_put(&r->path, below);
	return text_string(&r->path);
}

static int recorder_write_all(int file, const void *bytes, size_t n)
{
	const char *at = bytes;
	while (n) {
		ssize_t done = write(file, at, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		at += done;
		n -= (size_t)done;
	}
	return 0;
}

// A file that appears whole or not at all.
static int recorder_write_whole(const char *path, const void *bytes, size_t n)
{
	struct text temporary = {0};
	text_put(&temporary, path);
	text_put(&temporary, ".new");
	int code, file = open(text_string(&temporary), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (file < 0) {
		code = -errno;
		goto out;
	}
	code = recorder_write_all(file, bytes, n);
	if (code == 0 && fsync(file) < 0)
		code = -errno;
	close(file);
	if (code == 0 && rename(text_string(&temporary), path) < 0)
		code = -errno;
	if (code < 0) // half a file takes room that is wanted
		unlink(text_string(&temporary));
out:
	text_free(&temporary);
	return code;
}

static int recorder_make_folder(const char *path)
{
	return mkdir(path, 0755) < 0 && errno != EEXIST ? -errno : 0;
}

// The whole of a file, at most `most` bytes. 0; -ENOENT: there is none, or nothing in it; another negative error: it is there and
// cannot be read, so nobody may write in its place.
static int recorder_read_whole(const char *path, size_t most, uint8_t **ret, size_t *ret_length)
{
	struct stat st;
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); // a pipe of that name is not waited for;
	int code = file < 0 || fstat(file, &st) < 0 ? -errno : 0;
	if (code == 0 && (!S_ISREG(st.st_mode) || (uint64_t)st.st_size > most))
		code = S_ISREG(st.st_mode) ? ERR_TOO_LARGE : ERR_MALFORMED;
	else if (code == 0 && st.st_size == 0)
		code = -ENOENT;
	if (code == 0) {
		uint8_t *bytes = alloc_zero((size_t)st.st_size, 1);
		ssize_t n = read(file, bytes, (size_t)st.st_size);
		code = n == st.st_size ? 0 : n < 0 ? -errno : -EIO;
		if (code == 0)
			*ret = bytes, *ret_length = (size_t)n;
		else
			free(bytes);
	}
	if (file >= 0)
		close(file);
	return code;
}

static int recorder_describe_locked(struct recorder *r, const struct record_scope *s)
{
	struct text words = {0};
	size_t length = 0;
	uint8_t *there = NULL;
	int code = recorder_read_whole(recorder_path_of(r, "/recording.json"), RECORDING_JSON_MAX, &there, &length);
	if (code == 0) {
		code = record_join(&words, there, length, s);
	} else if (code == -ENOENT) {
		record_text(&words, s, clock_utc());
		code = 1;
	}
	if (code > 0)
		code = recorder_write_whole(text_string(&r->path), words.bytes, words.length);
	free(there);
	text_free(&words);
	return code;
}

// A lock of ours: nobody else may open it, so nobody else can hold it.
static int recorder_lock_open(const char *path)
{
	int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (lock >= 0)
		(void)!fchmod(lock, 0600); // one that an older version made
	return lock < 0 ? -errno : lock;
}

// Several observers may begin to record into one folder at the same moment: each holds it for moments only.
static int recorder_lock_wait(int lock)
{
	int64_t until = clock_boot_ns() + LOCK_WAIT_NS;
	while (flock(lock, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		if (clock_boot_ns() > until)
			return -EBUSY;
		usleep(LOCK_PAUSE_US);
	}
	return 0;
}

static int recorder_describe(struct recorder *r, const struct record_scope *s)
{
	int lock = recorder_lock_open(recorder_path_of(r, "/probes/.lock"));
	int code = lock < 0 ? lock : recorder_lock_wait(lock);
	if (code == 0)
		code = recorder_describe_locked(r, s);
	if (lock >= 0)
		close(lock);
	return code;
}

int recorder_join(struct recorder *r, const struct record_scope *s)
{
	return recorder_describe(r, s);
}

// Two of one name would ask everybody twice as often as the caps allow, and write each other's files.
static int recorder_lock_observer(struct recorder *r)
{
	char name[96];
	snprintf(name, sizeof(name), "/probes/.%.60s.lock", r->observer);
	if (r->lock >= 0)
		close(r->lock);
	r->lock = recorder_lock_open(recorder_path_of(r, name));
	if (r->lock < 0 || flock(r->lock, LOCK_EX | LOCK_NB) < 0)
		return r->lock < 0 ? r->lock : -errno;
	return 0;
}

int recorder_make(struct recorder *r, const struct record_scope *s)
{
	int code = recorder_make_folder(recorder_path_of(r, ""));
	if (code == 0)
		code = recorder_make_folder(recorder_path_of(r, "/probes"));
	if (code == 0)
		code = recorder_lock_observer(r);
	return code ? code : recorder_describe(r, s);
}

// What is wrong with the description that is there, by whoever reads it.
static int recorder_refuse_there(struct recorder *r, const char *dir, int code, struct file_error *e)
{
	struct recording there = {0};
	struct entity_list entities = {0};
	struct target_table *targets = target_table_create(&entities);
	struct file_error why = {0};
	int read = recording_read(dir, &there, &entities, &why);
	if (read == 0)
		read = recording_targets(dir, targets, &entities, &why);
	file_error_as(code, e, file_at(text_string(&r->path), 0),
		      "is there already and describes no recording; move it away, or record elsewhere (%s)",
		      read < 0 ? why.message : err_text(code));
	recording_free(&there);
	target_table_free(targets);
	entity_list_free(&entities);
	return code;
}

int recorder_open(struct recorder *r, const char *dir, const struct record_scope *s, struct file_error *e)
{
	*r = (struct recorder){.dir = dir, .file = -1, .lock = -1, .observer = s->observer, .good = clock_utc()};
	if (strchr(r->observer, '/')) // it is part of file names
		return file_error_as(ERR_USAGE, e, file_at(NULL, 0), "the name of an observer cannot hold a '/'");
	int code = recorder_make(r, s);
	if (code == -EWOULDBLOCK)
		return file_error_as(
			code, e, file_at(dir, 0),
			"'%.60s' is recording there already; end that one, or choose another name with --observer",
			r->observer);
	if (code == -EBUSY)
		return file_error_as(code, e, file_at(text_string(&r->path), 0),
				     "somebody holds this lock, and did not let go of it within %d s",
				     (int)(LOCK_WAIT_NS / NS_PER_S));
	if (code == ERR_MALFORMED || code == ERR_TOO_LARGE)
		return recorder_refuse_there(r, dir, code, e);
	if (code == 0)
		r->disk = durable_create();
	return code < 0 ? file_error_as(code, e, file_at(text_string(&r->path), 0), "%s", err_text(code)) : 0;
}

static void recorder_end_file(struct recorder *r)
{
	if (r->file >= 0)
		durable_close(r->disk, r->file);
	r->file = -1;
}

// A file an hour: one that is finished can be compressed or moved while the recording goes on.
static int recorder_open_hour(struct recorder *r, int64_t now_s)
{
	time_t seconds = (time_t)now_s;
	struct stat st;
	struct tm t;
	char name[160];
	gmtime_r(&seconds, &t);
	int n = snprintf(name, sizeof(name), "/probes/%.60s-%04d%02d%02dT%02d%02d%02dZ.ndjson", r->observer,
			 t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec);
	if (n < 0)
		return ERR_MALFORMED;
	recorder_end_file(r);
	int file = open(recorder_path_of(r, name), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (file < 0 || fstat(file, &st) < 0) {
		int code = -errno;
		if (file >= 0)
			close(file);
		return code;
	}
	r->file = file;
	r->hour = now_s / S_PER_HOUR;
	r->open.opened = clock_utc();
	r->open.length = (uint64_t)st.st_size;
	r->open.lines = 0;
	r->open.torn = false;
	text_clear(&r->open.path);
	text_put(&r->open.path, text_string(&r->path));
	return 0;
}

static uint64_t recorder_lines_of(const struct text *t)
{
	uint64_t n = 0;
	for (size_t i = 0; i < t->length; i++)
		n += t->bytes[i] == '\n';
	return n;
}

static void recorder_lose(struct recorder *r, uint64_t lines, struct instant since, int why)
{
	if (!lines)
		return;
	r->lost += lines;
	r->why = why;
	if (!instant_known(r->first_lost) || since.ns < r->first_lost.ns)
		r->first_lost = since;
	if (since.ns < r->good.ns)
		r->good = since;
}

// Somebody took the file away, or all of the folder: what was in it is lost, and it is made anew.
static void recorder_look(struct recorder *r, int64_t now_ns)
{
	struct stat held, named;
	if (r->file < 0 || now_ns - r->looked_ns < LOOK_NS)
		return;
	r->looked_ns = now_ns;
	bool known = fstat(r->file, &held) == 0, there = stat(text_string(&r->open.path), &named) == 0;
	if (!known || (there && held.st_ino == named.st_ino && held.st_dev == named.st_dev))
		return;
	if (held.st_nlink == 0) { // else it was only moved
		recorder_lose(r, r->open.lines, r->open.opened, -ENOENT);
		r->written -= r->open.length < r->written ? r->open.length : r->written;
		r->vanished++;
		r->trouble = -ENOENT;
		r->retry_ns = 0;
	}
	recorder_end_file(r);
}

// Whole lines or nothing: what was begun is taken back.
static int recorder_append(struct recorder *r, const struct text *lines)
{
	int code = r->open.torn ? recorder_write_all(r->file, "\n", 1) : 0;
	r->open.torn &= code < 0;
	if (code == 0)
		code = recorder_write_all(r->file, lines->bytes, lines->length);
	durable_changed(r->disk, r->file);
	if (code < 0) {
		r->open.torn |= ftruncate(r->file, (off_t)r->open.length) < 0;
		return code;
	}
	r->open.length += lines->length;
	r->open.lines += recorder_lines_of(lines);
	r->written += lines->length;
	return 0;
}

static int recorder_put(struct recorder *r, struct instant now)
{
	int64_t now_s = instant_seconds(now);
	struct text whole = {0};
	int code = 0;
	if (r->trouble && r->file < 0 && r->hooks.again)
		code = r->hooks.again(r->hooks.context);
	if (code == 0 && (r->file < 0 || now_s / S_PER_HOUR != r->hour))
		code = recorder_open_hour(r, now_s);
	if (code == 0 && r->trouble && r->hooks.lost)
		r->hooks.lost(r->hooks.context, r->good, now, &whole);
	if (code == 0) {
		text_bytes(&whole, r->lines.bytes, r->lines.length);
		code = recorder_append(r, &whole);
	}
	text_free(&whole);
	return code;
}

void recorder_write(struct recorder *r)
{
	int64_t now_ns = clock_boot_ns();
	struct instant now = clock_utc();
	recorder_look(r, now_ns);
	if (r->lines.length) {
		int code = r->trouble && now_ns < r->retry_ns ? r->trouble : recorder_put(r, now);
		if (code < 0) {
			recorder_lose(r, recorder_lines_of(&r->lines), r->good, code);
			r->retry_ns = r->trouble && now_ns < r->retry_ns ? r->retry_ns : now_ns + RETRY_NS;
		} else {
			r->good = now;
		}
		r->trouble = code;
		text_clear(&r->lines);
	}
	int synced = r->disk ? durable_tick(r->disk, now_ns) : 0;
	// The disk did not take what it was given a moment ago: how much of it is not known.
	if (synced < 0 && !r->why)
		r->why = synced;
}

int recorder_close(struct recorder *r)
{
	if (r->dir) {
		r->retry_ns = 0;
		recorder_write(r);
	}
	int synced = durable_free(r->disk);
	r->disk = NULL;
	r->why = r->why ? r->why : synced;
	if (r->file >= 0)
		close(r->file);
	r->file = -1;
	if (r->lock >= 0)
		close(r->lock);
	r->lock = -1;
	text_free(&r->lines);
	text_free(&r->path);
	text_free(&r->open.path);
	r->dir = NULL;
	return r->why;
}

static const char *recorder_census_path(struct recorder *r)
{
	char name[96];
	snprintf(name, sizeof(name), "/probes/.%.60s.census", r->observer);
	return recorder_path_of(r, name);
}

uint8_t *recorder_resume(struct recorder *r, size_t *ret_length)
{
	uint8_t *bytes = NULL;
	// Without it the census only begins its round anew.
	(void)!recorder_read_whole(recorder_census_path(r), RESUME_MAX, &bytes, ret_length);
	return bytes;
}

void recorder_save(struct recorder *r, const void *bytes, size_t n)
{
	must(bytes || !n);
	// Without it the census only begins its round anew.
	(void)!recorder_write_whole(recorder_census_path(r), bytes, n);
}
