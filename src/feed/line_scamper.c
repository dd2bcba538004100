// SPDX-License-Identifier: ISC
// scamper's pings.
#include "feed/line_scamper.h"

#include "base/err.h"
#include "feed/line_json.h"
#include "feed/line_time.h"

#define WORD_MAX   64 // bytes of an address or a word
#define NUMBER_MAX 1000000000u
#define US_PER_S   1000000u
#define WAIT_MAX   3600 // seconds between two attempts

enum { FROM, SEQUENCE, TX, RTT, ICMP_TYPE, ICMP_CODE, RESPONSE_MEMBERS };

// The text between the quotes, if it can stand between tabs.
static bool take_word(struct cursor value, struct cursor *ret)
{
	if (cursor_left(&value) < 3 || cursor_left(&value) > WORD_MAX || *value.at != '"')
		return false;
	struct cursor c = {value.at + 1, value.end - 1};
	for (const uint8_t *at = c.at; at < c.end; at++)
		if (*at < 0x20 || *at == '\\' || *at == 0x7f)
			return false;
	*ret = c;
	return true;
}

static bool take_number(struct cursor c, uint32_t *ret)
{
	uint32_t number = 0;
	for (const uint8_t *at = c.at; at < c.end; at++) {
		if (*at < '0' || *at > '9' || number >= NUMBER_MAX / 10)
			return false;
		number = number * 10 + (uint32_t)(*at - '0');
	}
	*ret = number;
	return cursor_left(&c);
}

// {"sec":1795648552,"usec":289952}
static bool take_time(struct cursor value, struct instant *ret)
{
	struct cursor key, part;
	struct instant seconds = INSTANT_NONE;
	uint32_t us = US_PER_S;
	if (!line_json_enter(&value, '{'))
		return false;
	while (line_json_member(&value, &key, &part) == 1)
		if ((line_json_is(&key, "sec") && !line_time_number(part, &seconds)) ||
		    (line_json_is(&key, "usec") && !take_number(part, &us)))
			return false;
	if (!instant_known(seconds) || us >= US_PER_S)
		return false;
	*ret = instant_after(seconds, (int64_t)us * 1000);
	return true;
}

static bool take_member(struct line_scamper *s, struct cursor key, struct cursor value)
{
	uint32_t seconds;
	if (line_json_is(&key, "dst"))
		return take_word(value, &s->target);
	if (line_json_is(&key, "src"))
		return take_word(value, &s->source);
	if (line_json_is(&key, "method"))
		return take_word(value, &s->method);
	if (line_json_is(&key, "start"))
		return take_time(value, &s->start);
	if (line_json_is(&key, "ping_sent"))
		return take_number(value, &s->sent) && s->sent <= LINE_SCAMPER_PINGS;
	if (line_json_is(&key, "wait")) {
		if (!take_number(value, &seconds) || seconds > WAIT_MAX)
			return false;
		s->wait_ns = seconds * NS_PER_S;
	}
	if (line_json_is(&key, "responses"))
		s->responses = value;
	return true;
}

int line_scamper_begin(struct cursor line, struct line_scamper *ret)
{
	static const char *const others[] = {"\"cycle-start\"", "\"cycle-stop\"", "\"trace\"", "\"tracelb\"",
					     "\"dealias\""};
	struct cursor key, value;
	struct line_scamper s = {.start = INSTANT_NONE};
	int got;
	if (!line_json_enter(&line, '{') || line_json_member(&line, &key, &value) != 1 || !line_json_is(&key, "type"))
		return ERR_NOT_FOUND;
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (line_json_is(&value, others[i]))
			return 0;
	if (!line_json_is(&value, "\"ping\""))
		return ERR_NOT_FOUND;
	while ((got = line_json_member(&line, &key, &value)) == 1)
		if (!take_member(&s, key, value))
			return ERR_MALFORMED;
	bool whole = got == 0 && s.target.at && s.method.at && instant_known(s.start);
	if (!whole || (s.responses.at && !line_json_enter(&s.responses, '[')))
		return ERR_MALFORMED;
	*ret = s;
	return 1;
}

static void put(struct text *out, struct cursor field)
{
	text_char(out, '\t');
	text_bytes(out, field.at, cursor_left(&field));
}

static void put_word(struct text *out, const char *word)
{
	text_char(out, '\t');
	text_put(out, word);
}

static void put_begin(struct text *out, const struct line_scamper *s)
{
	text_clear(out);
	text_put(out, "scamper");
	put(out, s->target);
}

// Whether it is the second response of this number.
static bool mark_seen(struct line_scamper *s, uint32_t sequence)
{
	uint8_t bit = (uint8_t)(1u << sequence % 8), *byte = &s->seen[sequence / 8];
	bool before = *byte & bit;
	*byte |= bit;
	return before;
}

static bool same(struct cursor a, struct cursor b)
{
	size_t n = cursor_left(&a);
	return n && n == cursor_left(&b) && !memcmp(a.at, b.at, n);
}

static const char *word_of(const struct line_scamper *s, const struct cursor of[RESPONSE_MEMBERS], struct cursor from)
{
	bool v6 = memchr(s->target.at, ':', cursor_left(&s->target));
	struct cursor type = of[ICMP_TYPE];
	if (!line_json_is(&s->method, "icmp-echo"))
		return "other";
	if (line_json_is(&type, v6 ? "129" : "0")) // echo reply: RFC 4443, RFC 792
		return "resp";
	if (!line_json_is(&type, v6 ? "1" : "3"))
		return "other";
	return same(from, s->source) ? "own" : "unreach";
}

static int take_response(struct line_scamper *s, struct cursor response, struct text *out, struct instant *ret)
{
	static const char *const names[RESPONSE_MEMBERS] = {"from", "seq", "tx", "rtt", "icmp_type", "icmp_code"};
	struct cursor of[RESPONSE_MEMBERS] = {0}, key, value, from = {0};
	uint32_t sequence, number;
	struct instant sent;
	if (!line_json_enter(&response, '{'))
		return ERR_MALFORMED;
	while (line_json_member(&response, &key, &value) == 1)
		for (int i = 0; i < RESPONSE_MEMBERS; i++)
			if (line_json_is(&key, names[i]))
				of[i] = value;
	if (!take_number(of[SEQUENCE], &sequence) || sequence >= s->sent ||
	    (of[FROM].at && !take_word(of[FROM], &from)))
		return ERR_MALFORMED;
	sent = instant_after(s->start, sequence * s->wait_ns);
	if (of[TX].at && !take_time(of[TX], &sent))
		return ERR_MALFORMED;
	if ((of[ICMP_TYPE].at && !take_number(of[ICMP_TYPE], &number)) ||
	    (of[ICMP_CODE].at && !take_number(of[ICMP_CODE], &number)) ||
	    (of[RTT].at && !line_time_number(of[RTT], ret)))
		return ERR_MALFORMED;
	const char *word = word_of(s, of, from);
	put_begin(out, s);
	put_word(out, word);
	put(out, of[RTT]);
	put_word(out, mark_seen(s, sequence) ? "repeat" : "");
	put(out, from);
	put(out, of[ICMP_TYPE]);
	put(out, of[ICMP_CODE]);
	*ret = sent;
	return 1;
}

int line_scamper_next(struct line_scamper *s, struct text *out, struct instant *ret)
{
	struct cursor response;
	int got = s->responses.at ? line_json_element(&s->responses, &response) : 0;
	if (got == 1)
		got = take_response(s, response, out, ret);
	else
		s->responses = (struct cursor){0};
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
	put_begin(out, s);
	put_word(out, line_json_is(&s->method, "icmp-echo") ? "timeout" : "other");
	return 1;
}
