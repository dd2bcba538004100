// SPDX-License-Identifier: ISC
// Fuzz target: published lists of labelled outages. What is used has a time and a country, in order of time, and every row is
// accounted for.
#include "target.h"

#include "base/err.h"
#include "reference/labels.h"

#include <stdio.h>
#include <stdlib.h>

#define REQUIRE(what) ((what) ? (void)0 : fail(__LINE__, #what))

static _Noreturn void fail(int line, const char *what)
{
	fprintf(stderr, "line %d: not so: %s\n", line, what);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct labels l;
	size_t lost = 0;
	if (labels_read((struct cursor){data, data + size}, &l) < 0)
		return 0;
	for (int r = 0; r < REJECT_COUNT; r++)
		lost += label_reject_costs_row((enum label_reject)r) ? l.rejected[r] : 0;
	REQUIRE(l.rows == l.count + lost);
	for (size_t i = 0; i < l.count; i++) {
		REQUIRE(instant_known(l.at[i].begin) && l.at[i].country[0]);
		REQUIRE(i == 0 || l.at[i].begin.ns >= l.at[i - 1].begin.ns);
		REQUIRE(!instant_known(l.at[i].end) || l.at[i].end.ns >= l.at[i].begin.ns);
	}
	labels_free(&l);
	return 0;
}
