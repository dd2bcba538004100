// SPDX-License-Identifier: ISC
// One order at a time: a descriptor goes to the role, its answer says how the disk did. A file is asked for at most once a second.
#include "recording/durable.h"

#include "base/alloc.h"
#include "base/err.h"
#include "os/child.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EVERY_NS    1000000000LL
#define ENDED_MAX   64 // files that ended and wait for a disk that does not keep up: then it must
#define ANSWER_MS   30000
#define FOR_EVER_MS 3600000

enum { DURABLE_ORDER = 1, DURABLE_ANSWER = 2 }; // a descriptor; int32_t: 0 or -errno

struct durable_file {
	int file;
	bool ended;   // ours to close
	bool changed; // since the last order
	bool due;     // to be ordered in this second
	bool ordered; // the role has it
};

struct recording_durable {
	struct child child;
	bool alone;	      // there is no role
	struct channel *gone; // its channel: open until the end, so that who watches it finds it there
	struct durable_file *files;
	size_t count, capacity;
	int64_t tick_ns;
	int error; // not told yet
};

struct recording_durable *durable_create(void)
{
	struct recording_durable *d = alloc_zero(1, sizeof(*d));
	d->alone = child_start(&d->child, "sync") < 0;
	return d;
}

static struct durable_file *durable_find(struct recording_durable *d, int file)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->files[i].file == file)
			return &d->files[i];
	alloc_grow((void **)&d->files, d->count, &d->capacity, sizeof(*d->files));
	d->files[d->count] = (struct durable_file){.file = file};
	return &d->files[d->count++];
}

// Files that ended and are on disk go.
static void durable_sweep(struct recording_durable *d)
{
	size_t kept = 0;
	for (size_t i = 0; i < d->count; i++) {
		struct durable_file *f = &d->files[i];
		if (f->ended && !f->changed && !f->due && !f->ordered)
			close(f->file);
		else
			d->files[kept++] = *f;
	}
	d->count = kept;
}

static void durable_fail(struct recording_durable *d, int code)
{
	if (code < 0 && !d->error)
		d->error = code;
}

static void durable_wait(struct recording_durable *d, struct durable_file *f)
{
	f->changed = f->due = false;
	durable_fail(d, fdatasync(f->file) < 0 ? -errno : 0);
}

// The role is gone: what it had is asked for again, here.
static void durable_alone(struct recording_durable *d)
{
	d->gone = d->child.channel;
	d->child.channel = NULL;
	child_stop(&d->child);
	d->alone = true;
	for (size_t i = 0; i < d->count; i++)
		d->files[i].due |= d->files[i].ordered;
	for (size_t i = 0; i < d->count; i++)
		d->files[i].ordered = false;
}

static void durable_listen(struct recording_durable *d)
{
	struct frame f;
	int code = d->alone ? 0 : 1;
	while (code > 0) {
		int32_t answer;
		code = channel_get(d->child.channel, &f);
		if (code <= 0)
			break;
		if (f.kind != DURABLE_ANSWER || f.length != sizeof(answer)) {
			code = ERR_MALFORMED; // it could not begin
			break;
		}
		memcpy(&answer, f.bytes, sizeof(answer));
		durable_fail(d, answer);
		for (size_t i = 0; i < d->count; i++)
			d->files[i].ordered = false;
	}
	if (code < 0)
		durable_alone(d);
}

static bool durable_busy(const struct recording_durable *d)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->files[i].ordered)
			return true;
	return false;
}

static void durable_order(struct recording_durable *d, struct durable_file *f)
{
	int code = d->alone ? -EPIPE : channel_put_file(d->child.channel, DURABLE_ORDER, f->file);
	if (code == -EAGAIN)
		return;
	if (code < 0) {
		if (!d->alone)
			durable_alone(d);
		durable_wait(d, f);
		return;
	}
	f->changed = f->due = false;
	f->ordered = true;
}

static void durable_next(struct recording_durable *d)
{
	for (size_t i = 0; i < d->count && !durable_busy(d); i++)
		if (d->files[i].due)
			durable_order(d, &d->files[i]);
	durable_sweep(d);
}

void durable_changed(struct recording_durable *d, int file)
{
	durable_find(d, file)->changed = true;
}

void durable_close(struct recording_durable *d, int file)
{
	struct durable_file *f = durable_find(d, file);
	size_t ended = 0;
	f->ended = true;
	f->due |= f->changed;
	for (size_t i = 0; i < d->count; i++)
		ended += d->files[i].ended;
	if (ended > ENDED_MAX)
		durable_wait(d, f);
	durable_listen(d);
	durable_next(d);
}

int durable_tick(struct recording_durable *d, int64_t now_ns)
{
	durable_listen(d);
	if (now_ns - d->tick_ns >= EVERY_NS) {
		d->tick_ns = now_ns;
		for (size_t i = 0; i < d->count; i++)
			d->files[i].due |= d->files[i].changed;
	}
	durable_next(d);
	int code = d->error;
	d->error = 0;
	return code;
}

int durable_descriptor(const struct recording_durable *d)
{
	return d->alone ? -1 : channel_descriptor(d->child.channel);
}

int durable_free(struct recording_durable *d)
{
	if (!d)
		return 0;
	durable_listen(d);
	if (!d->alone)
		child_stop(&d->child);
	channel_free(d->gone);
	for (size_t i = 0; i < d->count; i++) {
		struct durable_file *f = &d->files[i];
		if (f->changed || f->due || f->ordered)
			durable_wait(d, f);
		f->ordered = false;
	}
	durable_sweep(d);
	int code = d->error;
	free(d->files);
	free(d);
	return code;
}

int durable_serve(struct channel *c)
{
	channel_take_files(c);
	for (;;) {
		struct frame f;
		int code = channel_get(c, &f);
		if (code == 0)
			code = channel_wait(c, FOR_EVER_MS);
		else if (code > 0 && (f.kind != DURABLE_ORDER || f.file < 0))
			code = ERR_MALFORMED;
		else if (code > 0) {
			int32_t answer = fdatasync(f.file) < 0 ? -errno : 0;
			close(f.file);
			code = channel_put_wait(c, DURABLE_ANSWER, &answer, sizeof(answer), ANSWER_MS);
		}
		if (code < 0)
			return code == -EPIPE ? 0 : code;
	}
}
