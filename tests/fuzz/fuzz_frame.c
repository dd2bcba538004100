// SPDX-License-Identifier: ISC
// Fuzz target: frames between processes as the end of one that was taken over might send them: each input is datagrams, two bytes
// of length before each. What is handed on as a target or an attempt keeps its bounds.
#include "base/cursor.h"
#include "base/err.h"
#include "daemon/message.h"
#include "model/attempt.h"
#include "os/frame.h"
#include "target.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUIRE(what) ((what) ? (void)0 : fail(__LINE__, #what))
#define WAITING_MAX   8 // datagrams before the other end reads: well below what a socket takes

static _Noreturn void fail(int line, const char *what)
{
	fprintf(stderr, "fuzz_frame, line %d: not so: %s\n", line, what);
	abort();
}

static void look_targets(const struct frame *f)
{
	struct cursor c = cursor_of(f->bytes, f->length);
	struct message_target t;
	struct message_target_texts texts;
	while (message_target_next(&c, &t, &texts)) {
		REQUIRE(strlen(texts.name) <= t.name_length && t.name_length <= CHECK_NAME_MAX);
		REQUIRE(strlen(texts.path) <= t.path_length && t.path_length <= MANNER_PATH_MAX);
	}
}

static void look_attempts(const struct frame *f)
{
	for (size_t at = 0; at + sizeof(struct attempt) <= f->length; at += sizeof(struct attempt)) {
		struct attempt a;
		memcpy(&a, f->bytes + at, sizeof(a));
		if (!attempt_sound(&a))
			continue;
		REQUIRE(strnlen(a.nsid, sizeof(a.nsid)) < sizeof(a.nsid));
		struct obs o = obs_of_attempt(&a, 1, 1);
		REQUIRE(o.kind);
	}
}

static void read_all(struct channel *c)
{
	struct frame f;
	int got;
	while ((got = channel_get(c, &f)) == 1) {
		REQUIRE(f.length <= FRAME_MAX && f.kind != FRAME_CREDIT && f.file == -1);
		look_targets(&f);
		look_attempts(&f);
	}
	REQUIRE(got == 0 || got == -EPIPE || got == ERR_MALFORMED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c = cursor_of(data, size), one;
	int pair[2];
	uint16_t length;
	unsigned waiting = 0;
	if (channel_pair(pair) < 0)
		abort();
	struct channel *reader = channel_create(pair[0]);
	while (cursor_u16(&c, &length) && cursor_sub(&c, length, &one)) {
		size_t n = cursor_left(&one);
		uint8_t *bytes = malloc(n + 1);
		if (!bytes || !cursor_bytes(&one, bytes, n))
			abort();
		(void)!send(pair[1], bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL);
		free(bytes);
		if (++waiting % WAITING_MAX == 0)
			read_all(reader);
	}
	read_all(reader);
	close(pair[1]);
	read_all(reader);
	channel_free(reader);
	return 0;
}
