// SPDX-License-Identifier: ISC
// Appends; an index line is written after the bytes it speaks of.
#include "recording/bmp_writer.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/must.h"
#include "os/clock.h"
#include "recording/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES_MAX  100000u // of one folder; a router that connects anew every second fills a day
#define NAME_BYTES 128

struct bmp_writer {
	const char *dir, *collector; // borrowed
	int folder;
	uint32_t next;
	struct recording_durable *disk;
};

static int bmp_writer_folder_open(const char *dir)
{
	if (mkdir(dir, 0755) < 0 && errno != EEXIST)
		return -errno;
	int above = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (above < 0)
		return -errno;
	int code = mkdirat(above, "bmp", 0755) < 0 && errno != EEXIST ? -errno : 0;
	int folder = code ? code : openat(above, "bmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	code = folder < 0 && !code ? -errno : code;
	close(above);
	return code ? code : folder;
}

int bmp_writer_open(const char *dir, const char *collector, struct bmp_writer **ret, struct file_error *e)
{
	int folder = bmp_writer_folder_open(dir);
	if (folder < 0)
		return file_error_as(folder, e, file_at(dir, 0), "%s", err_text(folder));
	struct bmp_writer *w = alloc_zero(1, sizeof(*w));
	*w = (struct bmp_writer){.dir = dir, .collector = collector, .folder = folder, .disk = durable_create()};
	*ret = w;
	return 0;
}

int bmp_writer_close(struct bmp_writer *w)
{
	if (!w)
		return 0;
	int code = durable_free(w->disk);
	close(w->folder);
	free(w);
	return code;
}

int bmp_writer_look(struct bmp_writer *w)
{
	struct stat held;
	if (fstat(w->folder, &held) == 0 && held.st_nlink)
		return 0;
	int folder = bmp_writer_folder_open(w->dir);
	if (folder < 0)
		return folder;
	close(w->folder);
	w->folder = folder;
	return 1;
}

static int bmp_writer_index_open(const struct bmp_writer *w, const char *name)
{
	char index[NAME_BYTES + sizeof(".index")];
	snprintf(index, sizeof(index), "%s.index", name);
	int file = openat(w->folder, index, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
	return file < 0 ? -errno : file;
}

int bmp_file_begin(struct bmp_writer *w, struct bmp_file *ret)
{
	char name[NAME_BYTES];
	for (; w->next < FILES_MAX; w->next++) {
		snprintf(name, sizeof(name), "%s-%u.bmp", w->collector, w->next);
		int bytes = openat(w->folder, name, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644);
		if (bytes < 0 && errno == EEXIST)
			continue;
		if (bytes < 0)
			return -errno;
		int index = bmp_writer_index_open(w, name);
		if (index < 0) {
			close(bytes);
			(void)unlinkat(w->folder, name, 0);
			return index;
		}
		*ret = (struct bmp_file){.bytes = bytes, .index = index, .number = w->next++};
		return 0;
	}
	return ERR_FULL;
}

long bmp_file_put(struct bmp_writer *w, struct bmp_file *f, const void *bytes, size_t n)
{
	must(bytes || !n);
	ssize_t kept = write(f->bytes, bytes, n);
	if (kept <= 0)
		return kept < 0 ? -errno : -ENOSPC;
	f->written += (uint64_t)kept;
	durable_changed(w->disk, f->bytes);
	return (long)kept;
}

int bmp_file_index(struct bmp_writer *w, struct bmp_file *f, struct instant arrival)
{
	struct text line = {0};
	struct json j = {.out = &line};
	int code = 0;
	if (f->indexed == f->written)
		return 0;
	json_open(&j, '{');
	json_key(&j, "t");
	json_instant(&j, arrival, 6);
	json_key(&j, "off");
	json_int(&j, (int64_t)f->indexed);
	json_key(&j, "len");
	json_int(&j, (int64_t)(f->written - f->indexed));
	json_close(&j, '}');
	text_char(&line, '\n');
	ssize_t n = write(f->index, line.bytes, line.length);
	if (n == (ssize_t)line.length) {
		f->indexed = f->written;
		f->index_length += line.length;
		durable_changed(w->disk, f->index);
	} else if (n > 0 && ftruncate(f->index, (off_t)f->index_length) < 0) {
		code = -errno;
	}
	text_free(&line);
	return code;
}

void bmp_file_end(struct bmp_writer *w, struct bmp_file *f)
{
	durable_close(w->disk, f->bytes);
	durable_close(w->disk, f->index);
	*f = (struct bmp_file){.bytes = -1, .index = -1};
}

int bmp_writer_tick(struct bmp_writer *w)
{
	return durable_tick(w->disk, clock_boot_ns());
}

int bmp_writer_descriptor(const struct bmp_writer *w)
{
	return durable_descriptor(w->disk);
}
