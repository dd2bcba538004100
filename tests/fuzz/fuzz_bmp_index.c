// SPDX-License-Identifier: ISC
// Fuzz target: FILE.bmp.index, asked in rising order, whole and while it grows.
#include "memory_file.h"
#include "target.h"

#include "feed/bmp_index.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void ask_all(const char *path, bool growing)
{
	struct bmp_index *x = bmp_index_open(path);
	if (!x)
		return;
	if (growing)
		bmp_index_growing(x);
	for (uint64_t offset = 0; offset < 1ull << 62; offset = offset ? offset * 3 : 1) {
		bool reaches = growing && bmp_index_reaches(x, offset);
		struct instant time = bmp_index_time(x, offset);
		if (reaches && !instant_known(time)) {
			fprintf(stderr, "fuzz_bmp_index: a byte that is told of has no time\n");
			abort();
		}
	}
	bmp_index_close(x);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[96];
	const char *file = memory_file(0, "x.bmp.index", data, size);
	snprintf(path, sizeof(path), "%.*s", (int)(strlen(file) - strlen(".index")), file);
	ask_all(path, false);
	ask_all(path, true);
	return 0;
}
