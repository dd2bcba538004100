// SPDX-License-Identifier: ISC
// Fuzz target: where a Location leads, from a page behind TLS. What is taken can be asked for: a host that may stand in a request, a
// path without control characters, and following it again leads to the same place.
#include "target.h"

#include "wire/http1.h"
#include "wire/location.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 6000

#define REQUIRE(what) ((what) ? (void)0 : fail(__LINE__, #what))

static _Noreturn void fail(int line, const char *what)
{
	fprintf(stderr, "fuzz_location, line %d: not so: %s\n", line, what);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct location here = {.tls = true, .host = "www.example.net", .path = "/a/b?c"};
	struct location there, again;
	char text[TEXT_MAX + 1];
	size_t n = size < TEXT_MAX ? size : TEXT_MAX;
	memcpy(text, data, n);
	text[n] = '\0';
	if (location_follow(&here, text, &there) < 0)
		return 0;
	REQUIRE(there.host[0] && strnlen(there.host, sizeof(there.host)) < sizeof(there.host));
	REQUIRE(there.path[0] == '/' && strnlen(there.path, sizeof(there.path)) < sizeof(there.path));
	REQUIRE(http1_host_valid(there.host));
	for (const char *c = there.path; *c; c++)
		REQUIRE((unsigned char)*c > ' ' && (unsigned char)*c < 0x7f);
	if (there.path[1] == '/')
		return 0; // by itself that names a host
	REQUIRE(location_follow(&there, there.path, &again) == 0);
	REQUIRE(!strcmp(again.host, there.host) && again.port == there.port && again.tls == there.tls);
	return 0;
}
