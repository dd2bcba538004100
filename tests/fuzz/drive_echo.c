// SPDX-License-Identifier: ISC
// The promises of the echo codec: one of three answers, nothing touched unless it is 1, and what it says agrees with the bytes.
#include "drive_echo.h"

#include "base/err.h"
#include "wire/echo.h"

#include <stdio.h>
#include <stdlib.h>

#define REQUIRE(what) ((what) ? (void)0 : fail(__LINE__, #what))

static _Noreturn void fail(int line, const char *what)
{
	fprintf(stderr, "drive_echo, line %d: not so: %s\n", line, what);
	abort();
}

static struct echo_answer marked(void)
{
	struct echo_answer a;
	memset(&a, 0xa5, sizeof(a));
	return a;
}

static void look(int got, const struct echo_answer *a, size_t size)
{
	struct echo_answer untouched = marked();
	REQUIRE(got == 1 || got == 0 || got == ERR_TRUNCATED || got == ERR_MALFORMED);
	if (got != 1) {
		REQUIRE(memcmp(a, &untouched, sizeof(untouched)) == 0);
		return;
	}
	REQUIRE(a->kind == ECHO_REPLY || a->kind == ECHO_ERROR);
	REQUIRE(size >= ECHO_HEAD_BYTES);
	REQUIRE(!a->has_body || size >= ECHO_HEAD_BYTES + ECHO_BODY_BYTES);
	REQUIRE(a->quoted_size <= size);
	REQUIRE(a->kind == ECHO_ERROR || (a->quoted_size == 0 && addr_equal(&a->from, &a->target)));
}

void drive_echo(struct cursor c)
{
	size_t size = cursor_left(&c);
	struct echo_answer a = marked();
	int got = echo_parse_packet(c, &a);
	look(got, &a, size);
	if (got == 1)
		REQUIRE(a.from.family == FAMILY_V4 || a.from.family == FAMILY_V6);
	const uint8_t families[] = {FAMILY_V4, FAMILY_V6};
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		a = marked();
		got = echo_parse_message(c, families[i], &a);
		look(got, &a, size);
		a = marked();
		got = echo_parse_quoted(c, families[i], &a);
		look(got, &a, size);
		if (got == 1)
			REQUIRE(a.kind == ECHO_ERROR && a.target.family == FAMILY_NONE);
	}
}
