// SPDX-License-Identifier: ISC
// Fuzz target: the table of rates, which calibration writes anew. What it wrote it reads, and then writes no otherwise.
#include "target.h"

#include "base/text.h"
#include "diagnose/ratios.h"
#include "evaluate/calibration.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REQUIRE(what) ((what) ? (void)0 : fail(__LINE__, #what))

static _Noreturn void fail(int line, const char *what)
{
	fprintf(stderr, "fuzz_ratios, line %d: not so: %s\n", line, what);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text old = {0}, first = {0}, again = {0};
	unsigned line = 0;
	if (size)
		text_bytes(&old, data, size);
	int code = calibration_ratios(&old, ratios_shipped(), &first, &line);
	REQUIRE(code == 0 || line > 0);
	if (code == 0) {
		REQUIRE(calibration_ratios(&first, ratios_shipped(), &again, &line) == 0);
		REQUIRE(first.length == again.length && !memcmp(first.bytes, again.bytes, first.length));
	}
	text_free(&old);
	text_free(&first);
	text_free(&again);
	return 0;
}
