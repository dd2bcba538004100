// SPDX-License-Identifier: ISC
// Steps of an SMTP check: banner, EHLO (HELO where that is not known), if asked for STARTTLS, and QUIT whenever the server still listens. No mail is ever begun.
#include "check/engine.h"

#include "os/clock.h"

enum { SMTP_SYNTAX = 500, SMTP_UNKNOWN = 502 };

int step_smtp_quit(struct check *c, struct check_slot *s)
{
	check_report(c, s);
	s->state = CHECK_SMTP_QUIT_SEND;
	return STEP_ON;
}

static int smtp_verdict(struct check *c, struct check_slot *s, enum probe_failure f)
{
	s->attempt.failure = (uint8_t)f;
	return step_smtp_quit(c, s);
}

static int smtp_reply_fine(struct check *c, struct check_slot *s, const struct cursor *rest)
{
	bool to_tls = s->flags & CHECK_STARTTLS;
	if (s->state == CHECK_SMTP_BANNER) {
		step_phase_end(c, s, PHASE_FIRST_BYTE);
		s->state = CHECK_SMTP_EHLO_SEND;
		return STEP_ON;
	}
	if (s->state == CHECK_SMTP_EHLO && to_tls) {
		s->state = CHECK_SMTP_STARTTLS_SEND;
		return STEP_ON;
	}
	step_phase_end(c, s, PHASE_TRANSFER);
	if (!to_tls)
		return smtp_verdict(c, s, FAILURE_NONE);
	if (cursor_left(rest)) // came in clear behind the reply: whoever put it there, it is no TLS
		return step_fail(s, FAILURE_SMTP_INVALID);
	return step_tls_begin(c, s);
}

// RFC 5321 3.2: who does not know EHLO is greeted as of old. Nothing is promised there that STARTTLS could follow.
static bool smtp_wants_helo(const struct check_slot *s)
{
	uint16_t code = s->at.reply.code;
	return s->state == CHECK_SMTP_EHLO && !s->old_greeting && !(s->flags & CHECK_STARTTLS) &&
	       (code == SMTP_SYNTAX || code == SMTP_UNKNOWN);
}

int step_smtp_reply(struct check *c, struct check_slot *s)
{
	struct smtp_reply *r = &s->at.reply;
	struct cursor bytes;
	int status = 0;
	while (status == 0) {
		enum stream_answer a = stream_receive(c, s, &bytes);
		if (a != STREAM_OK)
			return step_stream(s, a);
		status = smtp_reply_read(r, &bytes);
	}
	if (status < 0)
		return step_fail(s, FAILURE_SMTP_INVALID);
	s->attempt.status = r->code;
	if (smtp_wants_helo(s)) {
		s->old_greeting = true;
		s->state = CHECK_SMTP_EHLO_SEND;
		return STEP_ON;
	}
	if (r->code >= 400)
		return smtp_verdict(c, s, r->code < 500 ? FAILURE_SMTP_BUSY : FAILURE_SMTP_REFUSED);
	if (r->code != (s->state == CHECK_SMTP_EHLO ? 250 : 220))
		return smtp_verdict(c, s, FAILURE_SMTP_INVALID);
	return smtp_reply_fine(c, s, &bytes);
}

int step_smtp_send(struct check *c, struct check_slot *s)
{
	char ehlo[SMTP_COMMAND_MAX];
	int n = s->old_greeting ? smtp_helo_write(c->ehlo, ehlo) : smtp_ehlo_write(c->ehlo, ehlo);
	smtp_reply_begin(&s->at.reply);
	switch (s->state) {
	case CHECK_SMTP_EHLO_SEND:
		if (n < 0)
			return step_fail(s, FAILURE_OTHER); // the name was looked at before
		if (!s->sent && !s->old_greeting)
			step_phase_begin(s);
		return step_send(c, s, cursor_of(ehlo, (size_t)n), CHECK_SMTP_EHLO);
	case CHECK_SMTP_STARTTLS_SEND:
		return step_send(c, s, cursor_of(SMTP_STARTTLS, sizeof(SMTP_STARTTLS) - 1), CHECK_SMTP_STARTTLS);
	default:
		check_deadline(c, s, clock_boot_ns() + CHECK_LINGER_NS);
		return step_send(c, s, cursor_of(SMTP_QUIT, sizeof(SMTP_QUIT) - 1), CHECK_SMTP_LINGER);
	}
}

// Until the server closes, so that it sees a good end; whatever comes says nothing more.
int step_smtp_linger(struct check *c, struct check_slot *s)
{
	struct cursor bytes;
	enum stream_answer a;
	while ((a = stream_receive(c, s, &bytes)) == STREAM_OK)
		;
	return a == STREAM_WAIT ? STEP_WAIT : STEP_END;
}
