// SPDX-License-Identifier: ISC
// Steps of an HTTP check: the request, the head of the answer, its body. Without a manner that is GET or HEAD / and a body that is
// thrown away; with one, redirects are followed and patterns looked for.
#include "check/engine.h"

#include "base/alloc.h"

#include <errno.h>
#include <stdio.h>
#include <strings.h>

// The headers of the manner; `more` has room for all parts and a null.
static void http_request_fill(const struct check_slot *s, struct http1_request *r, const char **more)
{
	struct manner_part p;
	size_t n = 0;
	for (size_t at = 0; s->manner && manner_next(&s->manner->as, &at, &p);) {
		if (p.kind == MANNER_HOST && s->own_host) {
			r->host = p.text;
			r->port = 0; // it is written there where it matters
		} else if (p.kind == MANNER_AGENT) {
			r->first_agent = p.text;
		} else if (p.kind == MANNER_ACCEPT) {
			r->accept = p.text;
		} else if (p.kind == MANNER_HEADER) {
			more[n++] = p.text;
		}
	}
	more[n] = NULL;
	r->more = more;
}

// The Host: the name, or the address, an IPv6 one in brackets.
static int http_request_write(struct check *c, const struct check_slot *s, char *ret_bytes)
{
	char bracketed[CHECK_NAME_MAX + 3];
	const char *more[MANNER_PARTS + 1];
	bool bare_v6 = !s->named && strchr(s->name, ':');
	uint16_t usual = s->flags & CHECK_HTTPS ? 443 : 80;
	snprintf(bracketed, sizeof(bracketed), bare_v6 ? "[%s]" : "%s", s->name);
	struct http1_request r = {.head = s->flags & CHECK_HEAD,
				  .host = bracketed,
				  .port = s->attempt.port == usual ? 0 : s->attempt.port,
				  .path = *s->path ? s->path : NULL,
				  .agent = c->agent};
	http_request_fill(s, &r, more);
	return http1_request_write(&r, ret_bytes);
}

static bool http_has(const struct check_slot *s, uint8_t kind)
{
	return s->manner && manner_has(&s->manner->as, kind);
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
	s->at.head.each = http_has(s, MANNER_FIELD) || http_has(s, MANNER_FIELD_NOT);
	s->fields_seen = s->fields_found = 0;
	return step_send(c, s, cursor_of(request, (size_t)n), CHECK_HTTP_HEAD);
}

// ---- what the manner says of an answer

static bool http_is_field(uint8_t kind)
{
	return kind == MANNER_FIELD || kind == MANNER_FIELD_NOT;
}

// A header of the answer against the patterns of its name.
static void http_field_take(struct check_slot *s)
{
	struct cursor name, value;
	struct manner_part p;
	unsigned i = 0;
	if (!http1_head_field(&s->at.head, &name, &value))
		return;
	for (size_t at = 0; manner_next(&s->manner->as, &at, &p); i++) {
		size_t n = strcspn(p.text, "\n");
		if (!http_is_field(p.kind) || n != cursor_left(&name) ||
		    strncasecmp(p.text, (const char *)name.at, n) != 0)
			continue;
		s->fields_seen |= 1ULL << i;
		if (pattern_find(s->manner->patterns[i], value, NULL))
			s->fields_found |= 1ULL << i;
	}
}

static bool http_fields_fine(const struct check_slot *s)
{
	struct manner_part p;
	unsigned i = 0;
	for (size_t at = 0; manner_next(&s->manner->as, &at, &p); i++) {
		bool seen = s->fields_seen >> i & 1, found = s->fields_found >> i & 1;
		if (!http_is_field(p.kind))
			continue;
		if (!seen && !(p.mark & MANNER_MISSING_FINE))
			return false;
		if (seen && found != (p.kind == MANNER_FIELD))
			return false;
	}
	return true;
}

static bool http_version_fine(const struct check_slot *s, const struct http1_head *head)
{
	uint8_t wanted = s->manner->as.versions;
	uint8_t is = head->minor == 0 ? MANNER_HTTP10 : head->minor == 1 ? MANNER_HTTP11 : 0;
	return !wanted || wanted & is;
}

// What of the head is judged beside the status.
static bool http_head_fine(const struct check_slot *s, const struct http1_head *head)
{
	uint32_t flags = s->manner->as.flags;
	bool tls = flags & MANNER_CLEAR_ONLY ? !s->tls : !(flags & MANNER_TLS_ONLY) || s->tls;
	return tls && http_version_fine(s, head) && http_fields_fine(s);
}

enum http_found { HTTP_FINE, HTTP_NOT, HTTP_UNKNOWN };

// A pattern that is not found in what was kept of a longer body may still be there.
static enum http_found http_body_judge(struct check_slot *s)
{
	struct manner_part p;
	unsigned i = 0;
	enum http_found all = HTTP_FINE;
	for (size_t at = 0; s->manner && manner_next(&s->manner->as, &at, &p); i++) {
		if (p.kind != MANNER_BODY && p.kind != MANNER_BODY_NOT)
			continue;
		bool found = pattern_find(s->manner->patterns[i], cursor_of(s->kept, s->kept_count), NULL);
		if (found && p.kind == MANNER_BODY_NOT)
			return HTTP_NOT;
		if (!found && p.kind == MANNER_BODY && !s->too_long)
			return HTTP_NOT;
		if (!found && s->too_long)
			all = HTTP_UNKNOWN;
	}
	return all;
}

// ---- the body

static int http_body_done(struct check *c, struct check_slot *s)
{
	step_phase_end(c, s, PHASE_TRANSFER);
	enum http_found found = http_body_judge(s);
	if (found == HTTP_UNKNOWN) {
		fault_local(&s->attempt, EFBIG);
		return STEP_END;
	}
	return step_fail(s, found == HTTP_FINE ? FAILURE_NONE : FAILURE_UNEXPECTED);
}

static void http_body_keep(struct check_slot *s, struct cursor data)
{
	size_t n = cursor_left(&data), room = CHECK_KEPT_MAX - s->kept_count;
	if (!n || !(http_has(s, MANNER_BODY) || http_has(s, MANNER_BODY_NOT)))
		return;
	if (!s->kept)
		s->kept = alloc_zero(CHECK_KEPT_MAX, 1);
	s->too_long |= n > room;
	memcpy(s->kept + s->kept_count, data.at, n < room ? n : room);
	s->kept_count += n < room ? n : room;
}

// STEP_ON: the body goes on.
static int http_body_take(struct check *c, struct check_slot *s, struct cursor bytes)
{
	uint32_t most = s->manner ? s->manner->as.body_most : 0;
	struct cursor data;
	int status;
	do {
		status = http1_body_piece(&s->at.body, &bytes, &data);
		s->body_bytes += cursor_left(&data);
		http_body_keep(s, data);
	} while (status == 0 && cursor_left(&bytes));
	if (status < 0)
		return step_fail(s, FAILURE_HTTP_INVALID);
	if (most && s->body_bytes > most)
		return step_fail(s, FAILURE_UNEXPECTED);
	s->too_long |= status == 0 && s->body_bytes >= CHECK_BODY_MAX;
	return status == 1 || (s->body_bytes >= CHECK_BODY_MAX && !most) ? http_body_done(c, s) : STEP_ON;
}

// ---- the head

// The Location that is followed; null: the answer itself is judged. The last redirect of too many is.
static const char *http_redirect(const struct check_slot *s, const struct http1_head *head)
{
	bool redirects = head->status == 301 || head->status == 302 || head->status == 303 || head->status == 307 ||
			 head->status == 308;
	bool follow = s->manner && s->manner->as.flags & MANNER_FOLLOW && s->hops < CHECK_HOPS_MAX;
	return redirects && follow && head->location_length ? head->location : NULL;
}

static bool http_status_fine(const struct check_slot *s, uint16_t status)
{
	return s->manner ? manner_status_fine(&s->manner->as, status) : status >= 200 && status <= 499;
}

static int http_head_done(struct check *c, struct check_slot *s, struct cursor rest)
{
	struct http1_head head = s->at.head;
	const char *location = http_redirect(s, &head);
	if (location)
		return *location ? step_hop(c, s, location) : step_fail(s, FAILURE_HTTP_INVALID); // longer than is kept
	s->attempt.status = head.status;
	if (!http_status_fine(s, head.status))
		return step_fail(s, FAILURE_HTTP_STATUS);
	if (s->manner && !http_head_fine(s, &head))
		return step_fail(s, FAILURE_UNEXPECTED);
	http1_body_begin(&s->at.body, &head, s->flags & CHECK_HEAD);
	s->state = CHECK_HTTP_BODY;
	return http_body_take(c, s, rest);
}

int step_http_head(struct check *c, struct check_slot *s)
{
	struct cursor bytes = {NULL, NULL};
	for (;;) {
		int status = cursor_left(&bytes) ? http1_head_read(&s->at.head, &bytes) : 0;
		if (status == 2) {
			http_field_take(s);
			continue;
		}
		if (status < 0)
			return step_fail(s, FAILURE_HTTP_INVALID);
		if (status == 1)
			return http_head_done(c, s, bytes);
		enum stream_answer a = stream_receive(c, s, &bytes);
		if (a != STREAM_OK)
			return step_stream(s, a);
		if (s->attempt.phase_us[PHASE_FIRST_BYTE] == ATTEMPT_UNKNOWN)
			step_phase_end(c, s, PHASE_FIRST_BYTE);
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
