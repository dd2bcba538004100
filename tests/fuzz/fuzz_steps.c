// SPDX-License-Identifier: ISC
// Fuzz target: the steps of a check over a stream (TLS, HTTP, HTTPS, SMTP), as a hostile server answers them. The first byte says which
// check it is and where it stands; what follows is what the server sends before it closes. No step goes in circles.
#include "target.h"

#include "../check/fake_gate.h"
#include "check/engine.h"
#include "check/manner.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define STEPS_MAX 100000 // far more than bytes that are sent can ask for

#define REQUIRE(what) ((what) ? (void)0 : fail(__LINE__, #what))

static const struct row {
	uint8_t op, state;
	uint16_t flags;
	bool follow; // redirects
} rows[] = {
	{PROBE_TLS, CHECK_TLS, 0, false},	   {PROBE_TLS, CHECK_TLS, CHECK_TLS_VERIFY, false},
	{PROBE_HTTP, CHECK_HTTP_SEND, 0, false},   {PROBE_HTTP, CHECK_TLS, CHECK_HTTPS, false},
	{PROBE_SMTP, CHECK_SMTP_BANNER, 0, false}, {PROBE_HTTP, CHECK_HTTP_HEAD, 0, false},
	{PROBE_SMTP, CHECK_SMTP_EHLO, 0, false},   {PROBE_SMTP, CHECK_SMTP_STARTTLS, 0, false},
	{PROBE_HTTP, CHECK_HTTP_SEND, 0, true},
};

static _Noreturn void fail(int line, const char *what)
{
	fprintf(stderr, "fuzz_steps, line %d: not so: %s\n", line, what);
	abort();
}

static void take(void *context, const struct attempt *batch, size_t n)
{
	(void)context;
	for (size_t i = 0; i < n; i++)
		REQUIRE(attempt_sound(&batch[i]));
}

static struct check *engine(void)
{
	static struct check *c;
	static struct gate shut = {.answer = GATE_OPTED_OUT, .tcp_answer = GATE_OPTED_OUT}; // no hop goes anywhere
	struct check_options o = {.out = {take, NULL}, .identity = "observatory.example", .version = "1"};
	if (c)
		return c;
	o.gate = &shut;
	REQUIRE(check_open(&o, &c) == 0);
	return c;
}

static const struct check_manner follow = {.as = {.flags = MANNER_FOLLOW}};

static void begin(struct check *c, struct check_slot *s, const struct row *row, int descriptor)
{
	struct addr target = addr_v4(0x7f000001);
	memset(s, 0, sizeof(*s));
	s->attempt = attempt_of(row->op, &target, 0, instant_of(1800000000, 0));
	s->attempt.mode = ATTEMPT_KERNEL;
	s->attempt.number = 1;
	s->attempt.port = 443;
	s->descriptor = descriptor;
	s->state = row->state;
	s->flags = row->flags;
	s->connected = s->readable = s->named = true;
	s->generation = 1;
	s->manner = row->follow ? &follow : NULL;
	s->asked = target;
	s->asked_port = 443;
	s->own_host = true;
	snprintf(s->name, sizeof(s->name), "www.example.net");
	if (row->state == CHECK_TLS)
		REQUIRE(step_tls_begin(c, s) != STEP_END);
	else if (row->op == PROBE_SMTP)
		smtp_reply_begin(&s->at.reply);
	else
		http1_head_begin(&s->at.head);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct check *c = engine();
	struct check_slot *slot = &c->slots[0];
	int pair[2];
	if (size < 1 || size > 60000) // what a socket takes at once
		return 0;
	REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == 0);
	begin(c, slot, &rows[data[0] % ARRAY_LEN(rows)], pair[0]);
	(void)!write(pair[1], data + 1, size - 1);
	shutdown(pair[1], SHUT_WR);
	int answer = STEP_WAIT;
	for (int i = 0; i < STEPS_MAX && answer != STEP_END; i++) {
		static char sink[65536];
		slot->readable = true;
		answer = step_run(c, slot);
		if (answer == STEP_WAIT && recv(pair[1], sink, sizeof(sink), MSG_DONTWAIT) <= 0)
			break;
	}
	REQUIRE(answer == STEP_END || answer == STEP_WAIT);
	REQUIRE(slot->attempt.failure < FAILURE_COUNT);
	SSL_free(slot->tls);
	free(slot->kept);
	free(slot->say);
	deadlines_drop(&c->deadlines, 0);
	c->batch_count = 0;
	if (slot->descriptor >= 0)
		close(slot->descriptor);
	close(pair[1]);
	return 0;
}
