// SPDX-License-Identifier: ISC
// Fuzz target: any bytes as a world file whose magic, version, size and checksum fit.
#include "world_sane.h"

#include "base/alloc.h"
#include "world/layout.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct world_disk_header h;
	if (n < sizeof(h))
		return 0;
	uint8_t *file = alloc_zero(n, 1);
	memcpy(file, bytes, n);
	memcpy(&h, bytes, sizeof(h));
	memcpy(h.magic, WORLD_MAGIC, sizeof(h.magic));
	h.version = htole32(WORLD_VERSION);
	h.header_bytes = htole32(sizeof(h));
	h.file_bytes = htole64(n);
	memcpy(file, &h, sizeof(h));
	h.checksum = htole64(world_checksum(file + WORLD_CHECKSUM_FROM, n - WORLD_CHECKSUM_FROM));
	memcpy(file, &h, sizeof(h));
	char path[32];
	struct world *w = NULL;
	int fd = memfd_create("world", MFD_CLOEXEC);
	if (fd < 0 || write(fd, file, n) != (ssize_t)n)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (world_open(path, &w) == 0)
		world_sane(w);
	world_free(w);
	close(fd);
	free(file);
	return 0;
}
