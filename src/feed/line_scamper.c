// SPDX-License-Identifier: ISC
// scamper's pings.
#include "feed/line_scamper.h"

#include "base/err.h"
#include "base/number.h"
#include "base/scan.h"
#include "base/when.h"

#define WORD_MAX   62 // bytes of an address or a word
#define NUMBER_MAX 999999999u
#define US_PER_S   1000000u
#define WAIT_MAX   3600 // seconds between two attempts

enum { FROM, SEQUENCE, TX, RTT, ICMP_TYPE, ICMP_CODE, RESPONSE_MEMBERS };

// The text of the string, if it can stand between tabs.
static bool line_scamper_take_word(const struct scan_value *value, struct cursor *ret)
{
	struct cursor c = value->text;
	if (value->type != SCAN_STRING || !cursor_left(&c) || cursor_left(&c) > WORD_MAX)
		return false;
	for (const uint8_t *at = c.at; at < c.end; at++)
		if (*at < 0x20 || *at == '\\' || *at == 0x7f)
			return false;
	*ret = c;
	return true;
}

static bool line_scamper_take_number(const struct scan_value *value, uint32_t *ret)
{
	int64_t number;
	if (!scan_i64(value, 0, NUMBER_MAX, &number))
		return false;
	*ret = (uint32_t)number;
	return true;
}

// {"sec":1795648552,"usec":289952}
static bool line_scamper_take_time(const struct scan_value *value, struct instant *ret)
{
	struct cursor c = value->text;
	struct scan_value key, part;
	struct instant seconds = INSTANT_NONE;
	uint32_t us = US_PER_S;
	if (value->type != SCAN_OBJECT || !scan_enter(&c, '{'))
		return false;
	while (scan_member(&c, &key, &part) == 1)
		if ((scan_is(&key, "sec") && !when_number(part.text, &seconds)) ||
		    (scan_is(&key, "usec") && !line_scamper_take_number(&part, &us)))
			return false;
	if (!instant_known(seconds) || us >= US_PER_S)
		return false;
	*ret = instant_after(seconds, (int64_t)us * 1000);
	return true;
}

static bool line_scamper_take_member(struct line_scamper *s, const struct scan_value *key,
				     const struct scan_value *value)
{
	uint32_t seconds, us;
	if (scan_is(key, "dst"))
		return line_scamper_take_word(value, &s->target);
	if (scan_is(key, "src"))
		return line_scamper_take_word(value, &s->source);
	if (scan_is(key, "method"))
		return line_scamper_take_word(value, &s->method);
	if (scan_is(key, "start"))
		return line_scamper_take_time(value, &s->start);
	if (scan_is(key, "ping_sent"))
		return line_scamper_take_number(value, &s->sent) && s->sent <= LINE_SCAMPER_PINGS;
	if (scan_is(key, "wait")) {
		if (!line_scamper_take_number(value, &seconds) || seconds > WAIT_MAX)
			return false;
		s->wait_ns += seconds * NS_PER_S;
	}
	if (scan_is(key, "wait_us")) { // the rest of a second, since 2021
		if (!line_scamper_take_number(value, &us) || us >= US_PER_S)
			return false;
		s->wait_ns += (int64_t)us * 1000;
	}
	if (scan_is(key, "no_responses"))
		s->lost = value->text;
	if (scan_is(key, "responses"))
		s->responses = value->text;
	return true;
}

int line_scamper_begin(struct cursor line, struct line_scamper *ret)
{
	static const char *const others[] = {"cycle-start", "cycle-stop", "trace", "tracelb", "dealias"};
	struct scan_value key, value;
	struct line_scamper s = {.start = INSTANT_NONE};
	int got;
	if (!scan_enter(&line, '{') || scan_member(&line, &key, &value) != 1 || !scan_is(&key, "type"))
		return ERR_NOT_FOUND;
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (scan_is(&value, others[i]))
			return 0;
	if (!scan_is(&value, "ping"))
		return ERR_NOT_FOUND;
	while ((got = scan_member(&line, &key, &value)) == 1)
		if (!line_scamper_take_member(&s, &key, &value))
			return ERR_MALFORMED;
	bool whole = got == 0 && s.target.at && s.method.at && instant_known(s.start);
	if (!whole || (s.responses.at && !scan_enter(&s.responses, '[')) || (s.lost.at && !scan_enter(&s.lost, '[')))
		return ERR_MALFORMED;
	*ret = s;
	return 1;
}

static void line_scamper_put(struct text *out, struct cursor field)
{
	text_char(out, '\t');
	text_bytes(out, field.at, cursor_left(&field));
}

static void line_scamper_put_word(struct text *out, const char *word)
{
	text_char(out, '\t');
	text_put(out, word);
}

static void line_scamper_put_begin(struct text *out, const struct line_scamper *s)
{
	text_clear(out);
	text_put(out, "scamper");
	line_scamper_put(out, s->target);
}

// Whether it is the second response of this number.
static bool line_scamper_mark_seen(struct line_scamper *s, uint32_t sequence)
{
	uint8_t bit = (uint8_t)(1u << sequence % 8), *byte = &s->seen[sequence / 8];
	bool before = *byte & bit;
	*byte |= bit;
	return before;
}

static bool line_scamper_same(struct cursor a, struct cursor b)
{
	size_t n = cursor_left(&a);
	return n && n == cursor_left(&b) && !memcmp(a.at, b.at, n);
}

static bool line_scamper_is_echo(const struct line_scamper *s)
{
	static const char word[] = "icmp-echo";
	return cursor_left(&s->method) == sizeof(word) - 1 && !memcmp(s->method.at, word, sizeof(word) - 1);
}

static const char *line_scamper_word_of(const struct line_scamper *s, const struct scan_value of[RESPONSE_MEMBERS],
					struct cursor from)
{
	bool v6 = memchr(s->target.at, ':', cursor_left(&s->target));
	const struct scan_value *type = &of[ICMP_TYPE];
	if (!line_scamper_is_echo(s))
		return "other";
	if (scan_says(type, v6 ? "129" : "0")) // echo reply: RFC 4443, RFC 792
		return "resp";
	if (!scan_says(type, v6 ? "1" : "3"))
		return "other";
	return line_scamper_same(from, s->source) ? "own" : "unreach";
}

static int line_scamper_take_response(struct line_scamper *s, const struct scan_value *given, struct text *out,
				      struct instant *ret)
{
	static const char *const names[RESPONSE_MEMBERS] = {"from", "seq", "tx", "rtt", "icmp_type", "icmp_code"};
	struct scan_value of[RESPONSE_MEMBERS] = {0}, key, value;
	struct cursor from = {0};
	uint32_t sequence, number;
	struct instant sent, rtt;
	struct cursor response = given->text;
	if (given->type != SCAN_OBJECT || !scan_enter(&response, '{'))
		return ERR_MALFORMED;
	while (scan_member(&response, &key, &value) == 1)
		for (int i = 0; i < RESPONSE_MEMBERS; i++)
			if (scan_is(&key, names[i]))
				of[i] = value;
	if (!line_scamper_take_number(&of[SEQUENCE], &sequence) || sequence >= s->sent ||
	    (of[FROM].text.at && !line_scamper_take_word(&of[FROM], &from)))
		return ERR_MALFORMED;
	sent = instant_after(s->start, sequence * s->wait_ns);
	if (of[TX].text.at && !line_scamper_take_time(&of[TX], &sent))
		return ERR_MALFORMED;
	if ((of[ICMP_TYPE].text.at && !line_scamper_take_number(&of[ICMP_TYPE], &number)) ||
	    (of[ICMP_CODE].text.at && !line_scamper_take_number(&of[ICMP_CODE], &number)) ||
	    (of[RTT].text.at && !when_number(of[RTT].text, &rtt)))
		return ERR_MALFORMED;
	const char *word = line_scamper_word_of(s, of, from);
	line_scamper_put_begin(out, s);
	line_scamper_put_word(out, word);
	line_scamper_put(out, of[RTT].text);
	line_scamper_put_word(out, line_scamper_mark_seen(s, sequence) ? "repeat" : "");
	line_scamper_put(out, from);
	line_scamper_put(out, of[ICMP_TYPE].text);
	line_scamper_put(out, of[ICMP_CODE].text);
	*ret = sent;
	return 1;
}

// An attempt that newer ones list as lost, and when it was sent: {"seq":2,"tx":{"sec":…,"usec":…}}.
static int line_scamper_take_lost(struct line_scamper *s, const struct scan_value *given, struct text *out,
				  struct instant *ret)
{
	struct scan_value key, value;
	struct cursor c = given->text;
	uint32_t sequence = UINT32_MAX;
	struct instant sent = INSTANT_NONE;
	if (given->type != SCAN_OBJECT || !scan_enter(&c, '{'))
		return ERR_MALFORMED;
	while (scan_member(&c, &key, &value) == 1)
		if ((scan_is(&key, "seq") && !line_scamper_take_number(&value, &sequence)) ||
		    (scan_is(&key, "tx") && !line_scamper_take_time(&value, &sent)))
			return ERR_MALFORMED;
	if (sequence >= s->sent)
		return ERR_MALFORMED;
	*ret = instant_known(sent) ? sent : instant_after(s->start, sequence * s->wait_ns);
	if (line_scamper_mark_seen(s, sequence))
		return ERR_NOT_FOUND; // it had an answer, or is listed twice
	line_scamper_put_begin(out, s);
	line_scamper_put_word(out, line_scamper_is_echo(s) ? "timeout" : "other");
	return 1;
}

int line_scamper_next(struct line_scamper *s, struct text *out, struct instant *ret)
{
	struct scan_value response;
	int got = s->responses.at ? scan_element(&s->responses, &response) : 0;
	if (got == 1)
		got = line_scamper_take_response(s, &response, out, ret);
	else
		s->responses = (struct cursor){0};
	while (got == 0 && s->lost.at) {
		got = scan_element(&s->lost, &response);
		if (got != 1)
			s->lost = (struct cursor){0};
		else
			got = line_scamper_take_lost(s, &response, out, ret);
		got = got == ERR_NOT_FOUND ? 0 : got;
	}
	s->damaged |= got < 0;
	if (got)
		return got;
	if (s->damaged)
		return 0;
	while (s->next < s->sent && s->seen[s->next / 8] & 1u << s->next % 8)
		s->next++;
	if (s->next >= s->sent)
		return 0;
	*ret = instant_after(s->start, s->next++ * s->wait_ns);
	line_scamper_put_begin(out, s);
	line_scamper_put_word(out, line_scamper_is_echo(s) ? "timeout" : "other");
	return 1;
}
