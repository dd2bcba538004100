// SPDX-License-Identifier: ISC
// Fuzz target: any bytes as a source of the builder; what it makes must open and be sane.
#include "world_sane.h"

#include "world/build.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char source[32], made[] = "/tmp/lacuna-fuzz-XXXXXX";
	struct world_builder *b = world_builder_create();
	struct world *w = NULL;
	int fd = memfd_create("source", MFD_CLOEXEC), out = mkstemp(made);
	if (fd < 0 || out < 0 || write(fd, bytes, n) != (ssize_t)n)
		abort();
	snprintf(source, sizeof(source), "/proc/self/fd/%d", fd);
	if (world_builder_add(b, source, NULL, NULL) == 0) {
		if (world_builder_write(b, made, instant_of(0, 0)) != 0 || world_open(made, &w) != 0)
			abort();
		world_sane(w);
	}
	world_free(w);
	world_builder_free(b);
	close(fd);
	close(out);
	unlink(made);
	return 0;
}
