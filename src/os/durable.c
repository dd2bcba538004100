// SPDX-License-Identifier: ISC
// A temporary file in the same folder, fsync, rename, fsync of the folder.
#include "os/durable.h"

#include "base/alloc.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BUFFER_BYTES (1u << 16)
#define STATUS_FULL  28 // a child's answer: no room on the disk (else 1)

struct durable {
	int fd;
	size_t used;
	unsigned char buffer[BUFFER_BYTES];
};

static int durable_all_write(int fd, const unsigned char *bytes, size_t n)
{
	while (n) {
		ssize_t wrote = write(fd, bytes, n);
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return -errno;
		bytes += wrote;
		n -= (size_t)wrote;
	}
	return 0;
}

int durable_put(void *file, const void *bytes, size_t n)
{
	struct durable *d = file;
	if (n <= BUFFER_BYTES - d->used) {
		memcpy(d->buffer + d->used, bytes, n);
		d->used += n;
		return 0;
	}
	int code = durable_all_write(d->fd, d->buffer, d->used);
	d->used = 0;
	if (code < 0 || n > BUFFER_BYTES / 2)
		return code < 0 ? code : durable_all_write(d->fd, bytes, n);
	memcpy(d->buffer, bytes, n);
	d->used = n;
	return 0;
}

// The names are made before: a child asks for no memory.
struct durable_names {
	struct text file, beside, folder;
};

static void durable_names_make(const char *path, struct durable_names *ret)
{
	const char *slash = strrchr(path, '/');
	text_put(&ret->file, path);
	text_printf(&ret->beside, "%s.new", path);
	if (slash)
		text_bytes(&ret->folder, path, slash == path ? 1 : (size_t)(slash - path));
	else
		text_put(&ret->folder, ".");
	(void)text_string(&ret->file);
	(void)text_string(&ret->beside);
	(void)text_string(&ret->folder);
}

static void durable_names_free(struct durable_names *n)
{
	text_free(&n->file);
	text_free(&n->beside);
	text_free(&n->folder);
}

static int durable_folder_sync(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int code = fsync(fd) < 0 && errno != EINVAL ? -errno : 0;
	close(fd);
	return code;
}

static int durable_file_make(const struct durable_names *n, struct durable *d, durable_fill *fill, void *context)
{
	d->used = 0;
	d->fd = open(n->beside.bytes, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (d->fd < 0)
		return -errno;
	int code = fill(context, d);
	if (code == 0)
		code = durable_all_write(d->fd, d->buffer, d->used);
	if (code == 0 && fsync(d->fd) < 0)
		code = -errno;
	if (close(d->fd) < 0 && code == 0)
		code = -errno;
	if (code == 0 && rename(n->beside.bytes, n->file.bytes) < 0)
		code = -errno;
	if (code < 0)
		unlink(n->beside.bytes);
	return code < 0 ? code : durable_folder_sync(n->folder.bytes);
}

int durable_write(const char *path, durable_fill *fill, void *context)
{
	struct durable_names names = {0};
	struct durable *d = alloc_zero(1, sizeof(*d));
	durable_names_make(path, &names);
	int code = durable_file_make(&names, d, fill, context);
	durable_names_free(&names);
	free(d);
	return code;
}

int durable_start(const char *path, durable_fill *fill, void *context, pid_t *ret)
{
	struct durable_names names = {0};
	struct durable *d = alloc_zero(1, sizeof(*d));
	durable_names_make(path, &names);
	pid_t pid = fork();
	if (pid == 0) {
		int code = durable_file_make(&names, d, fill, context);
		_exit(code == 0 ? 0 : code == -ENOSPC ? STATUS_FULL : 1);
	}
	int code = pid < 0 ? -errno : 0;
	durable_names_free(&names);
	free(d);
	if (code == 0)
		*ret = pid;
	return code;
}

int durable_done(pid_t pid, int wait)
{
	int status;
	pid_t done;
	do
		done = waitpid(pid, &status, wait ? 0 : WNOHANG);
	while (done < 0 && errno == EINTR);
	if (done < 0)
		return -errno;
	if (done == 0)
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 1;
	return WIFEXITED(status) && WEXITSTATUS(status) == STATUS_FULL ? -ENOSPC : -EIO;
}
