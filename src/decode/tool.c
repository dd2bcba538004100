// SPDX-License-Identifier: ISC
// LINE_TOOL records: attempts that fping, ping, ZMap and scamper made, as probes of the observer that their file is named after. A failure
// is one only where the tool says so. ZMap's round-trip times are left out: it stamps a probe when it fills a batch and an
// answer when it gets round to it, tens to hundreds of
// milliseconds off. So are its errors of routers: in ZMap 2.1.1 they name a target that was never asked.
#include "base/scan.h"
#include "decode/decode_priv.h"

#define NAME_MAX 256
#define MS_TO_US 3 // decimal digits

enum { TOOL, TARGET, WORD, RTT_MS, REPEAT, FROM, TYPE, CODE, FIELDS };

struct tool_word { // what a tool's word means
	const char *tool, *word;
	uint8_t op, outcome;
};

static const struct tool_word tool_words[] = {
	{"fping", "resp", PROBE_ICMP_ECHO, PROBE_OK},
	{"fping", "timeout", PROBE_ICMP_ECHO, PROBE_TIMEOUT},
	{"scamper", "resp", PROBE_ICMP_ECHO, PROBE_OK},
	{"scamper", "timeout", PROBE_ICMP_ECHO, PROBE_TIMEOUT},
	{"scamper", "unreach", PROBE_ICMP_ECHO, PROBE_HOST_UNREACHABLE},
	{"scamper", "own", PROBE_ICMP_ECHO, PROBE_LOCAL_FAULT},
	{"ping", "resp", PROBE_ICMP_ECHO, PROBE_OK},
	{"ping", "timeout", PROBE_ICMP_ECHO, PROBE_TIMEOUT},
	{"ping", "unreach", PROBE_ICMP_ECHO, PROBE_HOST_UNREACHABLE},
	{"zmap", "echoreply", PROBE_ICMP_ECHO, PROBE_OK},
	{"zmap", "synack", PROBE_TCP_CONNECT, PROBE_OK},
	{"zmap", "rst", PROBE_TCP_CONNECT, PROBE_REFUSED},
};

static bool tool_field_is(struct cursor field, const char *word)
{
	return strlen(word) == cursor_left(&field) && !memcmp(word, field.at, cursor_left(&field));
}

static void tool_split(struct cursor line, struct cursor ret[FIELDS])
{
	for (int i = 0; i < FIELDS; i++) {
		const uint8_t *tab = cursor_left(&line) ? memchr(line.at, '\t', cursor_left(&line)) : NULL;
		ret[i] = (struct cursor){line.at, tab ? tab : line.end};
		line.at = tab ? tab + 1 : line.end;
	}
}

static struct scan_value tool_value_of(struct cursor field)
{
	return (struct scan_value){.type = SCAN_STRING, .text = field};
}

static const struct tool_word *tool_word_of(const struct cursor of[FIELDS])
{
	for (size_t i = 0; i < ARRAY_LEN(tool_words); i++)
		if (tool_field_is(of[TOOL], tool_words[i].tool) && tool_field_is(of[WORD], tool_words[i].word))
			return &tool_words[i];
	return NULL;
}

// "198.18.0.2", or "www.example.kx (198.18.0.2)", whose name is in front.
static bool tool_take_host(struct cursor field, struct addr *ret, struct cursor *ret_name)
{
	const uint8_t *open = cursor_left(&field) ? memchr(field.at, '(', cursor_left(&field)) : NULL;
	*ret_name = (struct cursor){0};
	if (open && open > field.at && field.end[-1] == ')') {
		*ret_name = (struct cursor){field.at, open[-1] == ' ' ? open - 1 : open};
		field = (struct cursor){open + 1, field.end - 1};
	}
	struct scan_value v = tool_value_of(field);
	return decode_address(&v, ret);
}

static bool tool_take_byte(struct cursor field, uint8_t *ret)
{
	struct scan_value v = tool_value_of(field);
	uint64_t number;
	if (!cursor_left(&field) || !scan_scaled(&v, 0, UINT8_MAX, &number))
		return false;
	*ret = (uint8_t)number;
	return true;
}

// Who says that the target cannot be reached, and how. Code 0 is the network (RFC 792; no route: RFC 4443).
static bool tool_take_unreachable(const struct cursor of[FIELDS], struct obs *o)
{
	struct scan_value v = tool_value_of(of[FROM]);
	struct addr from;
	if (!decode_address(&v, &from) || !tool_take_byte(of[TYPE], &o->probe.icmp_type) ||
	    !tool_take_byte(of[CODE], &o->probe.icmp_code))
		return false;
	if (!o->probe.icmp_code)
		o->probe.outcome = PROBE_NETWORK_UNREACHABLE;
	o->prefix.family = from.family;
	o->prefix.length = family_bits(from.family);
	memcpy(o->prefix.bytes, from.bytes, sizeof(from.bytes));
	return true;
}

// The file's name up to the first dot or dash, as collectors are named.
static uint16_t tool_observer_of(struct decoder *d, struct decode_source *s, const struct record *r)
{
	const char *slash = r->file ? strrchr(r->file, '/') : NULL, *base = slash ? slash + 1 : r->file;
	size_t n = base ? strcspn(base, "-.") : 0;
	return n ? decode_observer(d, s, base, n) : decode_observer(d, s, "import", strlen("import"));
}

// The observation, or why there is none.
static const char *tool_read(struct decoder *d, const struct cursor of[FIELDS], struct obs *ret)
{
	struct cursor name;
	struct addr address;
	struct scan_value ms = tool_value_of(of[RTT_MS]);
	uint64_t us;
	if (!tool_take_host(of[TARGET], &address, &name))
		return "no target, or one that is no address";
	if (ret->probe.outcome == PROBE_HOST_UNREACHABLE && !tool_take_unreachable(of, ret))
		return "an unreachable that does not say who sent it";
	size_t n = cursor_left(&name) < NAME_MAX ? cursor_left(&name) : NAME_MAX;
	ret->target = decode_name_target(d->names, &address, ret->probe.op, n ? (const char *)name.at : NULL, n);
	if (ret->target == TARGET_NONE)
		return "more targets than this version can tell apart";
	if (ret->probe.outcome == PROBE_OK && cursor_left(&ms.text) && scan_scaled(&ms, MS_TO_US, UINT32_MAX, &us))
		ret->rtt_us = (uint32_t)us;
	return NULL;
}

void decode_tool(struct decoder *d, struct decode_source *s, const struct record *r)
{
	struct obs read = {.time = r->time, .kind = OBS_PROBE, .peer = PEER_NONE};
	struct cursor of[FIELDS];
	tool_split(r->bytes, of);
	const struct tool_word *word = tool_word_of(of);
	if (!word) {
		d->counts.of[DECODE_TOOL_OTHER]++;
		return;
	}
	read.probe.op = word->op;
	read.probe.outcome = cursor_left(&of[REPEAT]) ? PROBE_LATE_OR_DUP : word->outcome;
	const char *why = tool_read(d, of, &read);
	if (why) {
		decode_bad_line(d, s, r, why);
		return;
	}
	struct decode_envelope e = {.peer = PEER_NONE, .time = r->time};
	read.collector = tool_observer_of(d, s, r);
	if (read.collector >= OBSERVERS_MAX) {
		decode_bad_line(d, s, r, DECODE_OBSERVERS_OVER);
		return;
	}
	*decode_push(d, OBS_PROBE, &e) = read;
	d->counts.of[DECODE_PROBES]++;
}
