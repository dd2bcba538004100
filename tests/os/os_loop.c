// SPDX-License-Identifier: ISC
// The loop: timers in order, descriptors, handlers that change what is watched.
#include "../unit/unit.h"

#include "os/clock.h"
#include "os/loop.h"

#include <sys/epoll.h>
#include <unistd.h>

struct seen {
	struct loop *loop;
	char order[16];
	size_t count;
	int pipe[2];
};

static void note(struct seen *s, char what)
{
	assert_true(s->count + 1 < sizeof(s->order));
	s->order[s->count++] = what;
}

static void on_a(void *context, uint32_t events)
{
	assert_int_equal(events, 0);
	note(context, 'a');
}

static void on_b(void *context, uint32_t events)
{
	(void)events;
	note(context, 'b');
}

static void on_readable(void *context, uint32_t events)
{
	struct seen *s = context;
	char byte;
	assert_true(events & EPOLLIN);
	assert_int_equal(read(s->pipe[0], &byte, 1), 1);
	note(s, byte);
	if (byte == 'x')
		loop_unwatch(s->loop, s->pipe[0]);
}

static void timers(void **state)
{
	struct seen s = {.loop = loop_create()};
	(void)state;
	int64_t now = clock_boot_ns();
	loop_at(s.loop, now + 2000000, (struct loop_handler){on_b, &s});
	loop_at(s.loop, now + 1000000, (struct loop_handler){on_a, &s});
	uint64_t never = loop_at(s.loop, now + 500000, (struct loop_handler){on_b, &s});
	assert_true(never != 0);
	loop_cancel(s.loop, never);
	for (int i = 0; i < 100 && s.count < 2; i++)
		assert_int_equal(loop_step(s.loop, 10 * 1000000), 0);
	assert_string_equal(s.order, "ab");
	assert_true(clock_boot_ns() - now >= 2000000); // not before its time
	loop_free(s.loop);
}

static void descriptors(void **state)
{
	struct seen s = {.loop = loop_create()};
	(void)state;
	assert_int_equal(pipe(s.pipe), 0);
	assert_int_equal(loop_watch(s.loop, s.pipe[0], EPOLLIN, (struct loop_handler){on_readable, &s}), 0);
	assert_int_equal(loop_step(s.loop, 0), 0);
	assert_int_equal(s.count, 0);
	assert_int_equal(write(s.pipe[1], "1x2", 3), 3);
	for (int i = 0; i < 5; i++)
		assert_int_equal(loop_step(s.loop, 1000000), 0);
	assert_string_equal(s.order, "1x"); // after x nobody listens
	close(s.pipe[0]);
	close(s.pipe[1]);
	loop_free(s.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(timers), cmocka_unit_test(descriptors)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
