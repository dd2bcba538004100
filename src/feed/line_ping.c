// SPDX-License-Identifier: ISC
// ping's lines.
#include "feed/line_ping.h"

#include "base/err.h"
#include "base/number.h"
#include "base/scan.h"
#include "base/when.h"

#define HEAD_LINES	8 // of a file that are looked at
#define SEQUENCE_MAX	UINT16_MAX
#define TRANSMITTED_MAX 10000000
#define STEP_NS		NS_PER_S // ping's own, where nothing tells another

static const uint8_t *line_ping_find(struct cursor c, const char *word)
{
	return cursor_left(&c) ? memmem(c.at, cursor_left(&c), word, strlen(word)) : NULL;
}

static bool line_ping_begins(struct cursor c, const char *word)
{
	return line_ping_find(c, word) == c.at && cursor_left(&c);
}

static bool line_ping_head(struct cursor line)
{
	return (line_ping_begins(line, "PING ") || line_ping_begins(line, "PING6 ")) &&
	       (line_ping_find(line, "data bytes") || line_ping_find(line, "bytes of data"));
}

bool line_ping_is(struct cursor head)
{
	for (int i = 0; i < HEAD_LINES && cursor_left(&head); i++) {
		const uint8_t *end = memchr(head.at, '\n', cursor_left(&head));
		struct cursor line = {head.at, end ? end : head.end};
		head.at = end ? end + 1 : head.end;
		if (line_ping_head(line) || (line_ping_find(line, " bytes from ") && line_ping_find(line, "icmp_seq=")))
			return true;
	}
	return false;
}

// "PING www.example.kx (198.18.0.1) 56(84) bytes of data.", "PING 2001:db8::1(2001:db8::1) 56 data bytes": the name as tools have it,
// "www.example.kx (198.18.0.1)", or the address alone where it is the name.
static void line_ping_take_head(struct line_ping *p, struct cursor line)
{
	struct cursor name, address = {0};
	const uint8_t *blank = memchr(line.at, ' ', cursor_left(&line));
	line.at = blank ? blank + 1 : line.end;
	const uint8_t *open = cursor_left(&line) ? memchr(line.at, '(', cursor_left(&line)) : NULL,
		      *close = open ? memchr(open, ')', (size_t)(line.end - open)) : NULL;
	name = (struct cursor){line.at, open && close ? open : line.at};
	if (open && close)
		address = (struct cursor){open + 1, close};
	while (name.at < name.end && name.end[-1] == ' ')
		name.end--;
	const uint8_t *scope = cursor_left(&address) ? memchr(address.at, '%', cursor_left(&address)) : NULL;
	if (scope)
		address.end = scope;
	size_t n = cursor_left(&name), m = cursor_left(&address), used = 0;
	p->target = (struct cursor){0};
	p->answers = p->last = 0;
	if (!m || n + m + 3 > sizeof(p->name))
		return;
	bool same = n >= m && !memcmp(name.at, address.at, m);
	if (!same) {
		memcpy(p->name, name.at, n);
		memcpy(p->name + n, " (", 2);
		used = n + 2;
	}
	memcpy(p->name + used, address.at, m);
	used += m;
	if (!same)
		p->name[used++] = ')';
	p->target = cursor_of(p->name, used);
}

static bool line_ping_number_behind(struct cursor line, const char *word, uint64_t most, uint64_t *ret)
{
	const uint8_t *at = line_ping_find(line, word);
	struct cursor c = {at ? at + strlen(word) : line.end, line.end};
	return at && number_u64(&c, most, ret);
}

// "[1704067200.123456] "; line moves behind it.
static bool line_ping_stamp(struct cursor *line, struct instant *ret)
{
	const uint8_t *end = cursor_left(line) && *line->at == '[' ? memchr(line->at, ']', cursor_left(line)) : NULL;
	if (!end || !when_number((struct cursor){line->at + 1, end}, ret))
		return false;
	line->at = end + 1;
	scan_blank(line);
	return true;
}

// What a router or the target itself says. RFC 792, RFC 4443; the words are those of iputils.
static bool line_ping_unreachable(struct cursor line, struct line_ping_attempt *ret)
{
	static const struct {
		const char *words;
		uint8_t type, code;
	} table[] = {{"Destination Net Unreachable", 3, 0},
		     {"Destination Host Unreachable", 3, 1},
		     {"Destination Protocol Unreachable", 3, 2},
		     {"Destination Port Unreachable", 3, 3},
		     {"Packet filtered", 3, 13},
		     {"Destination Net Prohibited", 3, 9},
		     {"Destination Host Prohibited", 3, 10},
		     {"Destination unreachable: No route", 1, 0},
		     {"Destination unreachable: Administratively prohibited", 1, 1},
		     {"Destination unreachable: Beyond scope of source address", 1, 2},
		     {"Destination unreachable: Address unreachable", 1, 3},
		     {"Destination unreachable: Port unreachable", 1, 4}};
	if (!line_ping_begins(line, "From "))
		return false;
	const uint8_t *from = line.at + 5, *end = line_ping_find(line, " icmp_seq=");
	if (!end || end < from)
		return false;
	ret->from = (struct cursor){from, end};
	const uint8_t *open = memchr(from, '(', (size_t)(end - from)); // "name (address)"
	if (open)
		ret->from = (struct cursor){open + 1, end - (end[-1] == ')' || end[-1] == ':')};
	ret->word = "timeout"; // time exceeded and others: no answer is what there was
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (line_ping_find(line, table[i].words)) {
			ret->word = "unreach";
			ret->type = table[i].type;
			ret->code = table[i].code;
		}
	return true;
}

// An answer's stamp is when it came.
static bool line_ping_answer(struct cursor line, struct line_ping_attempt *ret)
{
	const uint8_t *at = line_ping_find(line, "time=");
	struct instant span;
	struct cursor ms = {at ? at + 5 : line.end, line.end};
	if (!line_ping_find(line, " bytes from ") || !at)
		return false;
	const uint8_t *end = memchr(ms.at, ' ', cursor_left(&ms));
	ms.end = end ? end : ms.end;
	if (!when_number(ms, &span) || span.ns / 1000 > ret->sent.ns)
		return false;
	ret->sent = instant_after(ret->sent, -(span.ns / 1000));
	ret->ms = ms;
	ret->word = "resp";
	ret->again = line_ping_find(line, "(DUP!)") != NULL;
	return true;
}

static int line_ping_attempt(struct line_ping *p, struct cursor line, uint32_t number, struct line_ping_attempt *ret)
{
	if (line_ping_begins(line, "no answer yet for ")) { // said when the next one goes out
		ret->word = "timeout";
		if (!line_sequence_when(p->sequence, p->target, number, &ret->sent))
			ret->sent = ret->sent.ns > STEP_NS ? instant_after(ret->sent, -STEP_NS) : ret->sent;
	} else if (!line_ping_answer(line, ret) && !line_ping_unreachable(line, ret)) {
		return ERR_MALFORMED;
	}
	line_sequence_take(p->sequence, p->target, number, ret->sent, &ret->missing);
	if (ret->missing.again && strcmp(ret->word, "resp") != 0)
		return 0; // told already
	ret->again |= ret->missing.again;
	p->answers++;
	p->last = number;
	return 1;
}

// "10 packets transmitted, 7 received, 30% packet loss, time 9012ms": those behind the last answer were lost.
static int line_ping_summary(struct line_ping *p, struct cursor line, struct line_ping_attempt *ret)
{
	struct cursor c = line;
	uint64_t sent;
	struct instant next, last;
	if (!line_ping_find(line, " packets transmitted") || !number_u64(&c, TRANSMITTED_MAX, &sent) || !p->answers)
		return 0;
	if (sent <= p->last || sent - p->last > LINE_SEQUENCE_MOST ||
	    !line_sequence_when(p->sequence, p->target, p->last + 1, &next) ||
	    !line_sequence_when(p->sequence, p->target, p->last + 2, &last))
		return 0;
	ret->missing = (struct line_missing){next, last.ns - next.ns, (uint32_t)(sent - p->last), false};
	ret->sent = next;
	p->answers = 0;
	return 1;
}

int line_ping_take(struct line_ping *p, struct cursor line, struct line_ping_attempt *ret, const char **ret_why)
{
	static const char *const others[] = {"--- ", "rtt ", "round-trip ", "ping: ", "WARNING", "pipe "};
	uint64_t number;
	*ret = (struct line_ping_attempt){.sent = INSTANT_NONE};
	*ret_why = "no line of ping";
	if (cursor_left(&line) && memchr(line.at, '\t', cursor_left(&line)))
		return ERR_MALFORMED; // stands between the fields of what is given
	if (line_ping_head(line)) {
		line_ping_take_head(p, line);
		*ret_why = "this line of ping names no address";
		return cursor_left(&p->target) ? 0 : ERR_MALFORMED;
	}
	bool attempt = line_ping_number_behind(line, "icmp_seq=", SEQUENCE_MAX, &number);
	if (!attempt) {
		for (size_t i = 0; i < ARRAY_LEN(others); i++)
			if (line_ping_begins(line, others[i]))
				return 0;
		return line_ping_find(line, " packets transmitted") ? line_ping_summary(p, line, ret) : ERR_MALFORMED;
	}
	*ret_why = "ping printed no time: run it with -D (and with -O, which tells losses when they happen)";
	if (!line_ping_stamp(&line, &ret->sent))
		return ERR_MALFORMED;
	*ret_why = "an attempt of ping whose target is not known: the line that begins with PING is missing";
	if (!cursor_left(&p->target))
		return ERR_MALFORMED;
	*ret_why = "an attempt of ping that cannot be read";
	return line_ping_attempt(p, line, (uint32_t)number, ret);
}

static void line_ping_field(struct text *out, struct cursor field)
{
	text_char(out, '\t');
	text_bytes(out, field.at, cursor_left(&field));
}

void line_ping_put(const struct line_ping *p, const struct line_ping_attempt *a, struct text *out)
{
	text_clear(out);
	text_put(out, "ping");
	line_ping_field(out, p->target);
	text_char(out, '\t');
	text_put(out, a ? a->word : "timeout");
	if (!a)
		return;
	line_ping_field(out, a->ms);
	text_put(out, a->again ? "\trepeat" : "\t");
	line_ping_field(out, a->from);
	if (!strcmp(a->word, "unreach"))
		text_printf(out, "\t%u\t%u", a->type, a->code);
}
