// SPDX-License-Identifier: ISC
// See memory_file.h.
#include "memory_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static char folder[] = "/tmp/lacuna-fuzz-XXXXXX";

static struct {
	int file;
	char path[96];
} files[MEMORY_FILES_MAX];

static void require(int kept, const char *what)
{
	if (kept)
		return;
	perror(what);
	abort();
}

static void drop_all(void)
{
	for (int i = 0; i < MEMORY_FILES_MAX; i++)
		if (files[i].path[0])
			unlink(files[i].path);
	rmdir(folder);
}

const char *memory_folder(void)
{
	static int made;
	if (!made)
		require(mkdtemp(folder) && atexit(drop_all) == 0, "folder");
	made = 1;
	return folder;
}

const char *memory_file(int slot, const char *name, const uint8_t *data, size_t size)
{
	if (!files[slot].path[0]) {
		char target[64];
		snprintf(files[slot].path, sizeof(files[slot].path), "%s/%s", memory_folder(), name);
		files[slot].file = memfd_create(name, MFD_CLOEXEC);
		require(files[slot].file >= 0, "memfd_create");
		snprintf(target, sizeof(target), "/proc/self/fd/%d", files[slot].file);
		require(symlink(target, files[slot].path) == 0, "symlink");
	}
	require(!ftruncate(files[slot].file, 0) && pwrite(files[slot].file, data, size, 0) == (ssize_t)size, "pwrite");
	return files[slot].path;
}
