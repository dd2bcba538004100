// SPDX-License-Identifier: ISC
// fping's lines and objects.
#include "feed/line_fping.h"

#include "base/err.h"
#include "base/number.h"
#include "base/scan.h"
#include "base/when.h"

#define HOST_MAX   300 // bytes of a host's name, with its address behind
#define HEAD_LINES 8   // of a file that are looked at: warnings may come before the first attempt

static struct cursor line_fping_take(struct cursor *c)
{
	const uint8_t *end = cursor_left(c) ? memchr(c->at, '\n', cursor_left(c)) : NULL;
	struct cursor line = {c->at, end ? end : c->end};
	c->at = end ? end + 1 : c->end;
	return line;
}

static const uint8_t *line_fping_find(struct cursor c, const char *word)
{
	return cursor_left(&c) ? memmem(c.at, cursor_left(&c), word, strlen(word)) : NULL;
}

// "[1795646885.57389] "; c moves behind it.
static bool line_fping_take_stamp(struct cursor *c, struct instant *ret)
{
	const uint8_t *end = cursor_left(c) && *c->at == '[' ? memchr(c->at, ']', cursor_left(c)) : NULL;
	if (!end || !when_number((struct cursor){c->at + 1, end}, ret))
		return false;
	c->at = end + 1;
	scan_blank(c);
	return true;
}

bool line_fping_is(struct cursor head)
{
	for (int i = 0; i < HEAD_LINES && cursor_left(&head); i++) {
		struct cursor line = line_fping_take(&head);
		struct instant time;
		if (line_fping_take_stamp(&line, &time) && line_fping_find(line, " : ["))
			return true;
	}
	return false;
}

// Whether a host can stand between tabs.
static bool line_fping_host_plain(struct cursor host)
{
	for (const uint8_t *at = host.at; at < host.end; at++)
		if (*at < 0x20 || *at == 0x7f || *at == '\\')
			return false;
	return cursor_left(&host) && cursor_left(&host) <= HOST_MAX;
}

static void line_fping_put_attempt(struct text *out, struct cursor host, const char *word, struct cursor ms)
{
	text_clear(out);
	text_put(out, "fping\t");
	text_bytes(out, host.at, cursor_left(&host));
	text_char(out, '\t');
	text_put(out, word);
	text_char(out, '\t');
	text_bytes(out, ms.at, cursor_left(&ms));
}

// Answers are stamped when they come. `ms`: milliseconds, read as if they were seconds.
static bool line_fping_sent_at(struct instant received, struct cursor ms, struct instant *ret)
{
	struct instant span;
	if (!when_number(ms, &span) || span.ns / 1000 > received.ns)
		return false;
	*ret = instant_after(received, -(span.ns / 1000));
	return true;
}

static bool line_fping_take_word(struct cursor *c, const char *word)
{
	size_t n = strlen(word);
	if (cursor_left(c) < n || memcmp(c->at, word, n) != 0)
		return false;
	c->at += n;
	return true;
}

// Moves c behind the next `mark`; what was before it.
static bool line_fping_take_until(struct cursor *c, const char *mark, struct cursor *ret)
{
	const uint8_t *at = line_fping_find(*c, mark);
	if (!at)
		return false;
	*ret = (struct cursor){c->at, at};
	c->at = at + strlen(mark);
	return true;
}

// "198.18.0.2  : [0], 64 bytes, 1.68 ms (1.68 avg, 0% loss)", "198.18.0.9 : [0], timed out (NaN avg, 100% loss)"
static int line_fping_take_attempt(struct cursor c, struct instant stamp, struct text *out,
				   struct line_fping_attempt *ret)
{
	struct cursor host, sequence, bytes, ms = {0};
	uint64_t number;
	if (!line_fping_take_until(&c, " : [", &host) || !line_fping_take_until(&c, "], ", &sequence))
		return ERR_MALFORMED;
	while (host.at < host.end && host.end[-1] == ' ')
		host.end--;
	if (!line_fping_host_plain(host))
		return ERR_MALFORMED;
	bool lost = line_fping_take_word(&c, "timed out (");
	if (!lost && (!line_fping_take_until(&c, " bytes, ", &bytes) || !line_fping_take_until(&c, " ms", &ms) ||
		      !line_fping_sent_at(stamp, ms, &stamp)))
		return ERR_MALFORMED;
	line_fping_put_attempt(out, host, lost ? "timeout" : "resp", ms);
	bool numbered = number_u64(&sequence, UINT32_MAX - 1, &number) && !cursor_left(&sequence);
	*ret = (struct line_fping_attempt){stamp, host, numbered ? (int64_t)number : -1, false};
	return 1;
}

void line_fping_put_lost(struct text *out, struct cursor host)
{
	line_fping_put_attempt(out, host, "timeout", (struct cursor){0});
}

int line_fping_text(struct cursor line, struct text *out, struct line_fping_attempt *ret)
{
	struct instant stamp;
	struct cursor c = line;
	*ret = (struct line_fping_attempt){.sums = line_fping_find(line, " : xmt/rcv/%") != NULL, .number = -1};
	if (line_fping_take_stamp(&c, &stamp) && line_fping_find(c, " : ["))
		return line_fping_take_attempt(c, stamp, out, ret);
	// "198.18.0.2 : 1.68 0.036", "ICMP Host Unreachable from … for ICMP Echo sent to …", "[22:48:05]" of -Q.
	bool stamped = cursor_left(&line) && *line.at == '[' && !line_fping_find(line, "] ");
	bool other = line_fping_find(line, " : ") && !line_fping_find(line, " : [");
	return ret->sums || stamped || other || line_fping_find(line, "ICMP ") == line.at ? 0 : ERR_MALFORMED;
}

static int line_fping_take_members(const struct scan_value *members, bool lost, struct text *out,
				   struct line_fping_attempt *ret)
{
	int64_t number = -1;
	struct cursor inner = members->text, host = {0}, stamp = {0}, ms = {0};
	struct scan_value key, value;
	struct instant time;
	int got;
	if (members->type != SCAN_OBJECT || !scan_enter(&inner, '{'))
		return ERR_MALFORMED;
	while ((got = scan_member(&inner, &key, &value)) == 1) {
		if (scan_is(&key, "host") && value.type != SCAN_STRING)
			return ERR_MALFORMED;
		if (scan_is(&key, "host"))
			host = value.text;
		if (scan_is(&key, "timestamp"))
			stamp = value.text;
		if (scan_is(&key, "rtt"))
			ms = value.text;
		if (scan_is(&key, "seq") && !scan_i64(&value, 0, UINT32_MAX - 1, &number))
			number = -1;
	}
	if (got < 0 || !line_fping_host_plain(host) || !when_number(stamp, &time) ||
	    (!lost && !line_fping_sent_at(time, ms, &time)))
		return ERR_MALFORMED;
	line_fping_put_attempt(out, host, lost ? "timeout" : "resp", lost ? (struct cursor){0} : ms);
	*ret = (struct line_fping_attempt){time, host, number, false};
	return 1;
}

int line_fping_object(struct cursor line, struct text *out, struct line_fping_attempt *ret)
{
	static const char *const others[] = {"stats", "warning", "summary", "vSum", "intSum"};
	struct scan_value key, value;
	*ret = (struct line_fping_attempt){.number = -1};
	if (!scan_enter(&line, '{') || scan_member(&line, &key, &value) != 1)
		return ERR_NOT_FOUND;
	if (scan_is(&key, "resp") || scan_is(&key, "timeout"))
		return line_fping_take_members(&value, scan_is(&key, "timeout"), out, ret);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (scan_is(&key, others[i]) && value.type == SCAN_OBJECT) {
			ret->sums = i >= 2;
			return 0;
		}
	return ERR_NOT_FOUND;
}
