// SPDX-License-Identifier: ISC
// Steps of an HTTP check: GET or HEAD /, the head of the answer, its body, which is thrown away.
#include "check/engine.h"

#include <stdio.h>

// The Host: the name, or the address, an IPv6 one in brackets.
static int http_request_write(struct check *c, const struct check_slot *s, char *ret_bytes)
{
	char bracketed[CHECK_NAME_MAX + 3];
	bool bare_v6 = !s->named && strchr(s->name, ':');
	uint16_t usual = s->flags & CHECK_HTTPS ? 443 : 80;
	snprintf(bracketed, sizeof(bracketed), bare_v6 ? "[%s]" : "%s", s->name);
	struct http1_request r = {.head = s->flags & CHECK_HEAD,
				  .host = bracketed,
				  .port = s->attempt.port == usual ? 0 : s->attempt.port,
				  .agent = c->agent};
	return http1_request_write(&r, ret_bytes);
}

int step_http_send(struct check *c, struct check_slot *s)
{
	char request[HTTP1_REQUEST_MAX];
	int n = http_request_write(c, s, request);
	if (n < 0)
		return step_fail(s, FAILURE_OTHER); // names were looked at before
	if (!s->sent)
		step_phase_begin(s);
	http1_head_begin(&s->at.head);
	return step_send(c, s, cursor_of(request, (size_t)n), CHECK_HTTP_HEAD);
}

static int http_body_done(struct check *c, struct check_slot *s)
{
	step_phase_end(c, s, PHASE_TRANSFER);
	return step_fail(s, FAILURE_NONE);
}

// STEP_ON: the body goes on.
static int http_body_take(struct check *c, struct check_slot *s, struct cursor bytes)
{
	s->body_bytes += cursor_left(&bytes);
	int status = http1_body_read(&s->at.body, &bytes);
	if (status < 0)
		return step_fail(s, FAILURE_HTTP_INVALID);
	return status == 1 || s->body_bytes >= CHECK_BODY_MAX ? http_body_done(c, s) : STEP_ON;
}

static int http_head_done(struct check *c, struct check_slot *s, struct cursor rest)
{
	struct http1_head head = s->at.head;
	s->attempt.status = head.status;
	if (head.status < s->accept_low || head.status > s->accept_high)
		return step_fail(s, FAILURE_HTTP_STATUS);
	http1_body_begin(&s->at.body, &head, s->flags & CHECK_HEAD);
	s->state = CHECK_HTTP_BODY;
	return http_body_take(c, s, rest);
}

int step_http_head(struct check *c, struct check_slot *s)
{
	for (;;) {
		struct cursor bytes;
		enum stream_answer a = stream_receive(c, s, &bytes);
		if (a != STREAM_OK)
			return step_stream(s, a);
		if (s->attempt.phase_us[PHASE_FIRST_BYTE] == ATTEMPT_UNKNOWN)
			step_phase_end(c, s, PHASE_FIRST_BYTE);
		int status = http1_head_read(&s->at.head, &bytes);
		if (status < 0)
			return step_fail(s, FAILURE_HTTP_INVALID);
		if (status == 1)
			return http_head_done(c, s, bytes);
	}
}

int step_http_body(struct check *c, struct check_slot *s)
{
	for (;;) {
		struct cursor bytes;
		enum stream_answer a = stream_receive(c, s, &bytes);
		if (a == STREAM_END && http1_body_may_end(&s->at.body))
			return http_body_done(c, s);
		if (a != STREAM_OK)
			return step_stream(s, a);
		int answer = http_body_take(c, s, bytes);
		if (answer != STEP_ON)
			return answer;
	}
}
