// SPDX-License-Identifier: ISC
// Fuzz target: truth.json. What is taken has an entity, a start, and words of what they may be; what is refused says why.
#include "memory_file.h"
#include "target.h"

#include "recording/truth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REQUIRE(what) ((what) ? (void)0 : fail(__LINE__, #what))

static _Noreturn void fail(int line, const char *what)
{
	fprintf(stderr, "fuzz_truth, line %d: not so: %s\n", line, what);
	abort();
}

static void check_words(const struct truth_words *w)
{
	REQUIRE(w->n <= TRUTH_WORDS_MAX);
	for (size_t i = 0; i < w->n; i++)
		REQUIRE(w->at[i]);
}

static void check(const struct truth_outage *o)
{
	REQUIRE(o->entity[0] && strnlen(o->entity, sizeof(o->entity)) < sizeof(o->entity));
	REQUIRE(instant_known(o->start) && o->start_tolerance_s == o->start_tolerance_s);
	check_words(&o->scopes);
	check_words(&o->acceptable);
	check_words(&o->not );
	check_words(&o->order);
	check_words(&o->recovery);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct truth t;
	struct file_error e = {0};
	(void)memory_file(0, "truth.json", data, size);
	int code = truth_read(memory_folder(), &t, &e);
	if (code < 0) {
		REQUIRE(e.message[0]);
		return 0;
	}
	for (size_t i = 0; i < t.count; i++)
		check(&t.outages[i]);
	truth_free(&t);
	return 0;
}
