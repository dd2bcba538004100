// SPDX-License-Identifier: ISC
// Fuzz target: the list of known incidents. What is taken has an id and its source; what is refused says why.
#include "memory_file.h"
#include "target.h"

#include "reference/precedents.h"

#include <stdio.h>
#include <stdlib.h>

#define REQUIRE(what) ((what) ? (void)0 : fail(__LINE__, #what))

static _Noreturn void fail(int line, const char *what)
{
	fprintf(stderr, "fuzz_precedents, line %d: not so: %s\n", line, what);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct precedents list = {0};
	struct file_error e = {0};
	int code = precedents_read(memory_file(0, "precedents.json", data, size), &list, &e);
	if (code < 0) {
		REQUIRE(e.message[0]);
		return 0;
	}
	REQUIRE(list.count <= PRECEDENTS_MAX);
	for (size_t i = 0; i < list.count; i++)
		REQUIRE(list.at[i].id && list.at[i].id[0]);
	precedents_free(&list);
	return 0;
}
