// SPDX-License-Identifier: ISC
// Fuzz target: the file of hosts, a line "===", and resolv.conf behind it, as the system has them. Nobody is asked that no line names.
#include "memory_file.h"
#include "target.h"

#include "daemon/naming.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BETWEEN "\n===\n"

#define REQUIRE(what) ((what) ? (void)0 : fail(__LINE__, #what))

static _Noreturn void fail(int line, const char *what)
{
	fprintf(stderr, "fuzz_naming, line %d: not so: %s\n", line, what);
	abort();
}

static void take_moved(void *context, uint32_t target, const struct addr *to)
{
	const struct plan *plan = context;
	REQUIRE(target < plan->target_count && to);
}

static void take_looked(void *context, const struct attempt *a, const char *name)
{
	(void)context;
	REQUIRE(a && name);
}

static void take_line(void *context, const char *line)
{
	(void)context;
	for (; *line; line++)
		REQUIRE((unsigned char)*line >= ' ');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const words[] = {"http://a.test/", "b.test", "192.0.2.1", "dns://c.test/d.test"};
	const uint8_t *between = size ? memmem(data, size, BETWEEN, strlen(BETWEEN)) : NULL;
	size_t n = between ? (size_t)(between - data) : size, skip = between ? n + strlen(BETWEEN) : size;
	struct plan plan;
	struct plan_error e;
	struct naming names;
	plan_init(&plan);
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		(void)!plan_word(&plan, words[i], &e);
	struct naming_options o = {.plan = &plan,
				   .named = true,
				   .hosts = memory_file(0, "hosts", data, n),
				   .resolv = memory_file(1, "resolv.conf", data + skip, size - skip),
				   .sink = {take_moved, take_looked, take_line, &plan}};
	REQUIRE(naming_create(&o, &names) == 0);
	(void)naming_look(&names);
	REQUIRE(names.resolver_count <= NAMES_RESOLVERS_MAX && naming_open(&names) <= naming_count(&names));
	for (size_t i = 0; i < names.resolver_count; i++)
		REQUIRE(names.resolvers[i].family == FAMILY_V4 || names.resolvers[i].family == FAMILY_V6);
	naming_free(&names);
	plan_free(&plan);
	return 0;
}
