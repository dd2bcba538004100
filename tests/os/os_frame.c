// SPDX-License-Identifier: ISC
// Channels: what is put comes out whole and in order, credits hold the sender back, and the end of the other side is told.
#include "../unit/unit.h"

#include "os/frame.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define KIND_PLAIN 7
#define KIND_BULK  (FRAME_CREDITED + 1)

struct ends {
	struct channel *a, *b;
};

static struct ends ends_make(void)
{
	int pair[2];
	assert_int_equal(channel_pair(pair), 0);
	return (struct ends){channel_create(pair[0]), channel_create(pair[1])};
}

static void ends_free(struct ends *e)
{
	channel_free(e->a);
	channel_free(e->b);
}

static void whole_and_in_order(void **state)
{
	static uint8_t bytes[FRAME_MAX + 1];
	struct ends e = ends_make();
	struct frame f;
	(void)state;
	assert_int_equal(channel_get(e.b, &f), 0);
	memset(bytes, 0x5a, sizeof(bytes));
	assert_int_equal(channel_put(e.a, KIND_PLAIN, bytes, FRAME_MAX), 0);
	assert_int_equal(channel_put(e.a, KIND_PLAIN + 1, "x", 1), 0);
	assert_int_equal(channel_put(e.a, KIND_PLAIN + 2, NULL, 0), 0);
	assert_int_equal(channel_put(e.a, KIND_PLAIN, bytes, sizeof(bytes)), -EMSGSIZE);
	assert_int_equal(channel_get(e.b, &f), 1);
	assert_int_equal(f.kind, KIND_PLAIN);
	assert_int_equal(f.length, FRAME_MAX);
	assert_memory_equal(f.bytes, bytes, FRAME_MAX);
	assert_int_equal(channel_get(e.b, &f), 1);
	assert_int_equal(f.kind, KIND_PLAIN + 1);
	assert_memory_equal(f.bytes, "x", 1);
	assert_int_equal(channel_get(e.b, &f), 1);
	assert_int_equal(f.length, 0);
	assert_int_equal(channel_get(e.b, &f), 0);
	ends_free(&e);
}

static void credits_hold_back(void **state)
{
	struct ends e = ends_make();
	struct frame f;
	(void)state;
	for (int i = 0; i < CHANNEL_WINDOW; i++)
		assert_int_equal(channel_put(e.a, KIND_BULK, &i, sizeof(i)), 0);
	assert_false(channel_may_put(e.a));
	assert_int_equal(channel_put(e.a, KIND_BULK, "x", 1), -EAGAIN);
	assert_int_equal(channel_put(e.a, KIND_PLAIN, "x", 1), 0); // what is not bulk goes on
	// The receiver works half of them off; the credits come back with its next look, the sender sees them with its own.
	for (int i = 0; i < CHANNEL_WINDOW / 2; i++) {
		int value;
		assert_int_equal(channel_get(e.b, &f), 1);
		memcpy(&value, f.bytes, sizeof(value));
		assert_int_equal(value, i);
	}
	assert_int_equal(channel_get(e.a, &f), 0);
	assert_false(channel_may_put(e.a));
	assert_int_equal(channel_get(e.b, &f), 1);
	assert_int_equal(channel_get(e.a, &f), 0);
	assert_true(channel_may_put(e.a));
	int sent = 0;
	while (channel_put(e.a, KIND_BULK, &sent, sizeof(sent)) == 0)
		sent++;
	assert_int_equal(sent, CHANNEL_WINDOW / 2);
	ends_free(&e);
}

// Nothing is lost or doubled however sender and receiver take turns.
static void random_turns(void **state)
{
	uint64_t seed = unit_seed();
	struct ends e = ends_make();
	struct frame f;
	uint32_t sent = 0, got = 0;
	(void)state;
	while (got < 20000) {
		if (unit_random(&seed) & 1) {
			sent += channel_put(e.a, KIND_BULK, &sent, sizeof(sent)) == 0;
			assert_int_equal(channel_get(e.a, &f), 0);
		} else if (channel_get(e.b, &f) == 1) {
			uint32_t value;
			memcpy(&value, f.bytes, sizeof(value));
			assert_int_equal(value, got);
			got++;
		}
		assert_in_range(sent - got, 0, CHANNEL_WINDOW);
	}
	ends_free(&e);
}

static void end_is_told(void **state)
{
	struct ends e = ends_make();
	struct frame f;
	(void)state;
	assert_int_equal(channel_put(e.a, KIND_PLAIN, "last", 4), 0);
	channel_free(e.a);
	e.a = NULL;
	assert_int_equal(channel_get(e.b, &f), 1); // what was said before the end is heard
	assert_memory_equal(f.bytes, "last", 4);
	assert_int_equal(channel_get(e.b, &f), -EPIPE);
	assert_int_equal(channel_put(e.b, KIND_PLAIN, "x", 1), -EPIPE);
	ends_free(&e);
}

// A datagram that is no frame comes from no channel of ours.
static void not_a_frame(void **state)
{
	int pair[2];
	struct frame f;
	(void)state;
	assert_int_equal(channel_pair(pair), 0);
	struct channel *c = channel_create(pair[0]);
	assert_int_equal(write(pair[1], "abc", 3), 3);
	assert_true(channel_get(c, &f) < 0);
	channel_free(c);
	close(pair[1]);
}

// A descriptor travels only to an end that asked for it, and is then that end's.
static void files_travel(void **state)
{
	struct ends e = ends_make();
	struct frame f;
	int ways[2];
	char byte = 0;
	(void)state;
	assert_int_equal(pipe(ways), 0);
	assert_int_equal(channel_put_file(e.a, KIND_PLAIN, ways[1]), 0);
	assert_int_equal(channel_get(e.b, &f), 1);
	assert_int_equal(f.file, -1); // not asked for: dropped
	channel_take_files(e.b);
	assert_int_equal(channel_put_file(e.a, KIND_PLAIN, ways[1]), 0);
	assert_int_equal(channel_put(e.a, KIND_PLAIN, "x", 1), 0);
	assert_int_equal(channel_get(e.b, &f), 1);
	assert_true(f.kind == KIND_PLAIN && f.length == 0 && f.file >= 0);
	close(ways[1]);
	assert_int_equal(write(f.file, "y", 1), 1);
	assert_int_equal(read(ways[0], &byte, 1), 1);
	assert_int_equal(byte, 'y');
	close(f.file);
	assert_int_equal(read(ways[0], &byte, 1), 0); // no other copy is open
	assert_int_equal(channel_get(e.b, &f), 1);
	assert_int_equal(f.file, -1);
	close(ways[0]);
	ends_free(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_and_in_order), cmocka_unit_test(credits_hold_back),
		cmocka_unit_test(random_turns),	      cmocka_unit_test(end_is_told),
		cmocka_unit_test(not_a_frame),	      cmocka_unit_test(files_travel),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
