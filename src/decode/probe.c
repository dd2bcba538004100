// SPDX-License-Identifier: ISC
// Lines of probes/*.ndjson (recording format): one attempt, one observation. The time is the record's. A line that is
// no object, or lacks a member that an attempt must have, is named to whoever asked and counted.
#include "base/alloc.h"
#include "base/err.h"
#include "base/must.h"
#include "base/scan.h"
#include "decode/decode_priv.h"

#include <stdlib.h>

#define WORD_MAX    64
#define NAME_MAX    512
#define STATUS_FAIL 500 // HTTP statuses from here on are the server's failure

enum { OBSERVER, OP, TARGET, NAME, OK, FAILURE, RTT_MS, ICMP, STATUS, ACCEPTED, TIME, MEMBERS };

struct decode_lines {
	char observer[WORD_MAX]; // of the line before
	size_t observer_length;
	uint16_t observer_id;
	uint64_t named, more; // bad lines
	uint64_t contradicted;
};

static struct decode_lines *probe_decode_lines_at(struct decode_source *s)
{
	if (UNLIKELY(!s->lines))
		s->lines = alloc_zero(1, sizeof(*s->lines));
	return s->lines;
}

void decode_bad_line(struct decoder *d, struct decode_source *s, const struct record *r, const char *why)
{
	struct decode_lines *lines = probe_decode_lines_at(s);
	d->counts.of[DECODE_BAD_LINES]++;
	if (lines->named == DECODE_BAD_NAMED) {
		lines->more++;
		return;
	}
	lines->named++;
	struct decode_bad_line bad = {.source = r->source, .line = r->line, .why = why};
	if (d->options.bad_line)
		d->options.bad_line(d->options.bad_context, &bad);
}

void decode_contradicted(struct decoder *d, struct decode_source *s, const struct record *r)
{
	(void)r;
	d->counts.of[DECODE_SERIES_TWICE]++;
	probe_decode_lines_at(s)->contradicted++;
}

void decode_lines_end(struct decoder *d, struct decode_source *s, uint32_t source)
{
	if (!s->lines)
		return;
	struct decode_bad_line bad = {.source = source, .more = s->lines->more, .why = "not readable either"};
	if (bad.more && d->options.bad_line)
		d->options.bad_line(d->options.bad_context, &bad);
	struct decode_bad_line other = {.source = source, .more = s->lines->contradicted, .contradicts = true};
	other.why = "a newer download says something else";
	if (other.more && d->options.bad_line)
		d->options.bad_line(d->options.bad_context, &other);
	free(s->lines);
	s->lines = NULL;
}

uint16_t decode_observer(struct decoder *d, struct decode_source *s, const char *id, size_t n)
{
	must(id || !n);
	struct decode_lines *lines = probe_decode_lines_at(s);
	if (LIKELY(n && n == lines->observer_length && !memcmp(lines->observer, id, n)))
		return lines->observer_id;
	uint16_t found = decode_name_observer(d->names, id, n);
	if (n < WORD_MAX) {
		memcpy(lines->observer, id, n);
		lines->observer_length = n;
		lines->observer_id = found;
	}
	return found;
}

// An IPv4 address in the usual form, which is nearly every one; else whatever else an address looks like.
bool decode_address(const struct scan_value *v, struct addr *ret)
{
	char text[WORD_MAX];
	uint32_t number = 0, part = 0, digits = 0, dots = 0;
	for (const uint8_t *at = v->text.at; at < v->text.end && v->type == SCAN_STRING; at++) {
		bool digit = *at >= '0' && *at <= '9', dot = *at == '.' && digits;
		if ((!digit && !dot) || (digit && digits && !part) || (dot && dots == 3))
			goto other;
		part = digit ? part * 10 + (uint32_t)(*at - '0') : part;
		if (part > 255)
			goto other;
		digits = digit ? digits + 1 : 0;
		number = dot ? number << 8 | part : number;
		part = dot ? 0 : part;
		dots += dot;
	}
	if (dots == 3 && digits) {
		*ret = addr_v4(number << 8 | part);
		return true;
	}
other:
	return scan_string(v, text, sizeof(text)) && addr_parse(text, ret) == 0;
}

// An answer over UDP that was cut: the question over TCP behind it has a line of its own.
static bool decode_probe_cut(struct cursor line)
{
	static const char *const names[] = {"tc", "transport"};
	static const struct scan_keys keys = {names, ARRAY_LEN(names)};
	struct scan_value of[ARRAY_LEN(names)];
	return scan_object(line, &keys, of) >= 0 && of[0].type == SCAN_TRUE && !scan_is(&of[1], "tcp");
}

static uint8_t decode_probe_outcome(const struct scan_value of[MEMBERS])
{
	char word[WORD_MAX];
	uint64_t status;
	if (of[FAILURE].type == SCAN_STRING)
		return probe_outcome_of(word, scan_string(&of[FAILURE], word, sizeof(word)));
	if (of[OK].type != SCAN_TRUE)
		return PROBE_OTHER_FAILURE;
	bool failed =
		scan_scaled(&of[STATUS], 0, 999, &status) && status >= STATUS_FAIL && of[ACCEPTED].type != SCAN_TRUE;
	return failed ? PROBE_HTTP_ERROR : PROBE_OK;
}

// Who says that the target cannot be reached, and how.
static void probe_take_icmp(const struct scan_value *icmp, struct obs *o)
{
	static const char *const names[] = {"type", "code", "from"};
	static const struct scan_keys keys = {names, ARRAY_LEN(names)};
	struct scan_value of[ARRAY_LEN(names)];
	struct addr from;
	uint64_t type, code;
	if (icmp->type != SCAN_OBJECT || scan_object(icmp->text, &keys, of) < 0)
		return;
	if (scan_scaled(&of[0], 0, UINT8_MAX, &type) && scan_scaled(&of[1], 0, UINT8_MAX, &code)) {
		o->probe.icmp_type = (uint8_t)type;
		o->probe.icmp_code = (uint8_t)code;
	}
	if (!decode_address(&of[2], &from))
		return;
	o->prefix.family = from.family;
	o->prefix.length = family_bits(from.family);
	memcpy(o->prefix.bytes, from.bytes, sizeof(from.bytes));
}

// The target's id, or why there is none.
static const char *probe_take_target(struct decoder *d, const struct scan_value of[MEMBERS], uint8_t op, uint32_t *ret)
{
	struct addr address;
	char name[NAME_MAX];
	if (!decode_address(&of[TARGET], &address))
		return "no target, or one that is no address";
	bool named = of[NAME].type == SCAN_STRING;
	size_t n = named ? scan_string(&of[NAME], name, sizeof(name)) : 0;
	*ret = decode_name_target(d->names, &address, op, named ? name : NULL, n);
	return *ret == TARGET_NONE ? "more targets than this version can tell apart" : NULL;
}

static bool probe_is_health(const struct scan_value *v)
{
	char word[WORD_MAX];
	return scan_string(v, word, sizeof(word)) && strcmp(word, "observer_health") == 0;
}

static int decode_probe_op(const struct scan_value *v)
{
	char word[WORD_MAX];
	if (LIKELY(scan_is(v, "icmp_echo")))
		return PROBE_ICMP_ECHO;
	return probe_op_of(word, scan_string(v, word, sizeof(word)));
}

void decode_probe(struct decoder *d, struct decode_source *s, const struct record *r)
{
	static const char *const names[MEMBERS] = {
		[OBSERVER] = "observer", [OP] = "op",	  [TARGET] = "target",
		[NAME] = "name",	 [OK] = "ok",	  [FAILURE] = "failure",
		[RTT_MS] = "rtt_ms",	 [ICMP] = "icmp", [STATUS] = "status",
		[ACCEPTED] = "accepted", [TIME] = "t",
	};
	static const struct scan_keys keys = {names, MEMBERS};
	struct scan_value of[MEMBERS];
	char observer[NAME_MAX];
	uint32_t target;
	uint64_t rtt_us;
	if (UNLIKELY(!scan_utf8(r->bytes))) {
		decode_bad_line(d, s, r, "a zero byte in it, or bytes that are no UTF-8");
		return;
	}
	if (scan_object_once(r->bytes, &keys, of) < 0) {
		decode_bad_line(d, s, r, "not one JSON object");
		return;
	}
	size_t n = scan_string(&of[OBSERVER], observer, sizeof(observer));
	int op = decode_probe_op(&of[OP]);
	bool health = n && UNLIKELY(op < 0) && probe_is_health(&of[OP]);
	const char *why = !n ? "no observer" : op < 0 ? "no op, or an unknown one" : NULL;
	uint16_t by = why && !health ? 0 : decode_observer(d, s, observer, n);
	if (by >= OBSERVERS_MAX)
		why = DECODE_OBSERVERS_OVER;
	else if (health)
		why = decode_health(d, r, by);
	if (!why && !health && of[OK].type != SCAN_TRUE && of[OK].type != SCAN_FALSE && of[FAILURE].type != SCAN_STRING)
		why = "neither ok nor failure";
	why = why || health ? why : probe_take_target(d, of, (uint8_t)op, &target);
	if (why)
		decode_bad_line(d, s, r, why);
	if (why || health)
		return;
	struct decode_envelope e = {.peer = PEER_NONE, .time = r->time};
	e.collector = by;
	struct obs *o = decode_push(d, OBS_PROBE, &e);
	o->probe.op = (uint8_t)op;
	o->probe.outcome = decode_probe_outcome(of);
	if (op == PROBE_DNS && o->probe.outcome == PROBE_OK && decode_probe_cut(r->bytes))
		o->probe.outcome = PROBE_CUT;
	o->target = target;
	probe_take_icmp(&of[ICMP], o);
	if (o->probe.outcome == PROBE_OK && scan_scaled(&of[RTT_MS], 3, UINT32_MAX, &rtt_us))
		o->rtt_us = (uint32_t)rtt_us;
	d->counts.of[DECODE_PROBES]++;
}
