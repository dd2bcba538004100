// SPDX-License-Identifier: ISC
// A watch on each folder, beside its stamp: some file systems tell nothing.
#include "os/folders.h"

#include "base/alloc.h"
#include "base/text.h"
#include "os/clock.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDERS_STAMP_NS (2 * NS_PER_S) // a folder that changed so lately may change again within the same stamp
#define FOLDERS_EVENTS	 (IN_CREATE | IN_MODIFY | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CLOSE_WRITE | IN_ONLYDIR)

struct folder {
	char *path;
	int64_t changed_ns; // its stamp when it was looked into
};

struct folders {
	int notify; // -1: the system does not tell
	struct folder *at;
	size_t count, capacity;
	bool globs; // folders are named by a pattern: all is expanded at each look
};

struct folders *folders_create(void)
{
	struct folders *f = alloc_zero(1, sizeof(*f));
	f->notify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	return f;
}

void folders_free(struct folders *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->count; i++)
		free(f->at[i].path);
	free(f->at);
	if (f->notify >= 0)
		close(f->notify);
	free(f);
}

static void folders_one(struct folders *f, const char *path, size_t n)
{
	struct text name = {0};
	text_bytes(&name, n ? path : ".", n ? n : 1);
	const char *folder = text_string(&name);
	for (size_t i = 0; i < f->count; i++)
		if (strcmp(f->at[i].path, folder) == 0) {
			text_free(&name);
			return;
		}
	alloc_grow((void **)&f->at, f->count, &f->capacity, sizeof(*f->at));
	f->at[f->count++] = (struct folder){.path = alloc_copy(folder), .changed_ns = -1};
	if (f->notify >= 0)
		(void)inotify_add_watch(f->notify, folder, FOLDERS_EVENTS); // without it the look now and then is left
	text_free(&name);
}

static void folders_inner(struct folders *f, const char *path)
{
	DIR *d = opendir(path);
	const struct dirent *entry;
	struct text inner = {0};
	struct stat st;
	while (d && (entry = readdir(d))) {
		text_clear(&inner);
		text_printf(&inner, "%s/%s", path, entry->d_name);
		if (entry->d_name[0] != '.' && !lstat(text_string(&inner), &st) && S_ISDIR(st.st_mode))
			folders_one(f, inner.bytes, inner.length);
	}
	text_free(&inner);
	if (d)
		closedir(d);
}

void folders_add(struct folders *f, const char *path)
{
	struct stat st;
	const char *slash = strrchr(path, '/');
	if (!stat(path, &st) && S_ISDIR(st.st_mode)) {
		folders_one(f, path, strlen(path));
		folders_inner(f, path);
		return;
	}
	size_t n = slash ? (size_t)(slash - path) : 0;
	f->globs |= n && strcspn(path, "*?[") < n;
	if (!f->globs)
		folders_one(f, path, slash && !n ? 1 : n);
}

bool folders_changed(struct folders *f)
{
	bool changed = f->globs;
	int64_t now = clock_utc().ns;
	struct stat st;
	for (size_t i = 0; i < f->count; i++) {
		struct folder *folder = &f->at[i];
		int64_t stamp = stat(folder->path, &st) ? 0 : st.st_mtim.tv_sec * NS_PER_S + st.st_mtim.tv_nsec;
		changed |= stamp != folder->changed_ns || now - stamp < FOLDERS_STAMP_NS;
		folder->changed_ns = stamp;
	}
	return changed;
}

int folders_handle(const struct folders *f)
{
	return f->notify;
}

void folders_drain(struct folders *f)
{
	char events[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	while (f->notify >= 0 && read(f->notify, events, sizeof(events)) > 0)
		continue;
}
