// SPDX-License-Identifier: ISC
// A conversation by lines, as query_response of blackbox_exporter has it: a line that holds a pattern is waited for, a line is said, TLS
// begins. Lines that do not hold it are passed over. What is said may repeat groups of the line before: ${1}.
#include "check/engine.h"

#include "base/alloc.h"
#include "base/must.h"
#include "base/number.h"

#include <stdlib.h>

#define SAY_MAX	   4096 // bytes of a line of ours
#define GROUP_MOST 999

// The part that is next; false: the conversation is over.
static bool talk_next(struct check_slot *s, struct manner_part *ret)
{
	while (manner_next(&s->manner->as, &s->talk, ret)) {
		s->talk_part++;
		if (ret->kind == MANNER_EXPECT || ret->kind == MANNER_SEND || ret->kind == MANNER_STARTTLS)
			return true;
	}
	return false;
}

static void talk_put(char *to, size_t *used, const void *bytes, size_t n)
{
	n = n < SAY_MAX - *used ? n : SAY_MAX - *used;
	memcpy(to + *used, bytes, n);
	*used += n;
}

// ${1} or $1 at the text: the group's number and how long it is written; 0: neither.
static size_t talk_group_at(const char *text, unsigned *ret_group)
{
	bool braced = text[1] == '{';
	struct cursor c = cursor_of(text + 1 + braced, strlen(text + 1 + braced));
	uint64_t value;
	uint8_t byte = 0;
	if (!number_u64(&c, GROUP_MOST, &value) || (braced && !(cursor_u8(&c, &byte) && byte == '}')))
		return 0;
	*ret_group = (unsigned)value;
	return (size_t)((const char *)c.at - text);
}

// As Go expands: $$ is a dollar, a group that took no part is empty.
static void talk_say(struct check_slot *s, const char *text, struct cursor line, const struct pattern_match *m)
{
	size_t used = 0, skip;
	unsigned group;
	free(s->say);
	s->say = alloc_zero(SAY_MAX + 2, 1);
	for (; *text; text += skip) {
		skip = 1;
		if (*text == '$' && text[1] == '$' && m) {
			talk_put(s->say, &used, "$", 1);
			skip = 2;
		} else if (*text == '$' && m && (skip = talk_group_at(text, &group)) > 0) {
			bool known = group < PATTERN_GROUPS && m->from[group] >= 0;
			if (known)
				talk_put(s->say, &used, line.at + m->from[group],
					 (size_t)(m->to[group] - m->from[group]));
		} else {
			skip = 1;
			talk_put(s->say, &used, text, 1);
		}
	}
	s->say[used] = '\n';
	s->say_length = used + 1;
}

// What follows in the conversation: said, or TLS, or the next line.
static int talk_on(struct check *c, struct check_slot *s, struct cursor line, const struct pattern_match *m)
{
	struct manner_part p;
	if (!talk_next(s, &p)) {
		step_phase_end(c, s, PHASE_TRANSFER);
		return step_fail(s, FAILURE_NONE);
	}
	if (p.kind == MANNER_STARTTLS) {
		s->kept_count = 0; // what came in clear behind it is none of TLS
		return step_tls_begin(c, s);
	}
	s->sent = 0;
	if (p.kind == MANNER_SEND)
		talk_say(s, p.text, line, p.mark & MANNER_EXPANDED ? m : NULL);
	s->state = p.kind == MANNER_SEND ? CHECK_TALK_SEND : CHECK_TALK_EXPECT;
	return STEP_ON;
}

int step_talk_begin(struct check *c, struct check_slot *s)
{
	if (s->attempt.phase_us[PHASE_TRANSFER] == ATTEMPT_UNKNOWN)
		step_phase_begin(s);
	return talk_on(c, s, cursor_of(NULL, 0), NULL);
}

int step_talk_send(struct check *c, struct check_slot *s)
{
	enum stream_answer a = stream_send(c, s, s->say, s->say_length);
	return a == STREAM_OK ? talk_on(c, s, cursor_of(NULL, 0), NULL) : step_stream(s, a);
}

// The next line that was kept, without its end; at the end of the stream what is left is one too.
static bool talk_line(struct check_slot *s, bool end, struct cursor *ret, size_t *ret_taken)
{
	const uint8_t *newline = s->kept_count ? memchr(s->kept, '\n', s->kept_count) : NULL;
	if (!newline && !(end && s->kept_count))
		return false;
	size_t n = newline ? (size_t)(newline - s->kept) : s->kept_count;
	*ret_taken = n + (newline ? 1 : 0);
	n -= n && s->kept[n - 1] == '\r';
	*ret = cursor_of(s->kept, n);
	return true;
}

static void talk_drop(struct check_slot *s, size_t n)
{
	s->kept_count -= n;
	memmove(s->kept, s->kept + n, s->kept_count);
}

// Looks at the lines that are there. STEP_WAIT: none of them is the one.
static int talk_look(struct check *c, struct check_slot *s, bool end)
{
	struct pattern *p = s->manner->patterns[s->talk_part - 1];
	struct cursor line;
	struct pattern_match m;
	size_t taken;
	must(p);
	while (talk_line(s, end, &line, &taken)) {
		s->heard = true;
		if (!pattern_find(p, line, &m)) {
			talk_drop(s, taken);
			continue;
		}
		int answer = talk_on(c, s, line, &m);
		if (s->kept_count)
			talk_drop(s, taken);
		return answer;
	}
	return STEP_WAIT;
}

int step_talk_expect(struct check *c, struct check_slot *s)
{
	if (!s->kept)
		s->kept = alloc_zero(CHECK_KEPT_MAX, 1);
	int answer = talk_look(c, s, false);
	while (answer == STEP_WAIT) {
		struct cursor bytes;
		enum stream_answer a = stream_receive(c, s, &bytes);
		if (a == STREAM_END) {
			answer = talk_look(c, s, true);
			return answer == STEP_WAIT ? step_fail(s, s->heard ? FAILURE_UNEXPECTED : FAILURE_EOF) : answer;
		}
		if (a != STREAM_OK)
			return step_stream(s, a);
		if (s->attempt.phase_us[PHASE_FIRST_BYTE] == ATTEMPT_UNKNOWN)
			step_phase_end(c, s, PHASE_FIRST_BYTE);
		if (cursor_left(&bytes) > CHECK_KEPT_MAX - s->kept_count)
			return step_fail(s, FAILURE_UNEXPECTED); // a line without an end
		memcpy(s->kept + s->kept_count, bytes.at, cursor_left(&bytes));
		s->kept_count += cursor_left(&bytes);
		answer = talk_look(c, s, false);
	}
	return answer;
}
