// SPDX-License-Identifier: ISC
// Results of RIPE Atlas, one a line, of all firmwares (2011 on), as probes of the observer "atlas/<prb_id>". Results of
// probes that have no synchronised clock ("lts"), that asked no address, or of other types are counted. What went wrong
// at the probe itself is never held against the target.
#include "base/scan.h"
#include "decode/decode_priv.h"

#include <stdio.h>

#define LTS_MAX		    3600 // seconds since the probe's clock was last set
#define WORD_MAX	    96
#define NAME_MAX	    256
#define PACKETS_MAX	    16 // of a result that only counts them
#define RESULTS_MAX	    64 // elements of one result
#define MS_TO_US	    3  // decimal digits
#define BASE64_BYTES	    8  // that hold the first six bytes of a DNS message
#define ICMP_UNREACHABLE    3  // type of all of IPv4 (RFC 792)
#define ICMP_V6_UNREACHABLE 1  // of IPv6 (RFC 4443)

struct atlas { // the result at work
	struct decoder *decoder;
	struct decode_source *source;
	const struct record *record;
	uint16_t observer;
	char name[NAME_MAX]; // asked for, or empty
	uint32_t given;
};

enum {
	PRB_ID,
	TYPE,
	LTS,
	DST_ADDR,
	ADDR,
	DST_NAME,
	URI,
	RESULT,
	RESULTSET,
	ERROR,
	ERR,
	ALERT,
	CERT,
	SENT,
	RCVD,
	AVG,
	RT,
	SRC,
	MEMBERS
};

static const char *const atlas_member_names[MEMBERS] = {
	[PRB_ID] = "prb_id",	 [TYPE] = "type",   [LTS] = "lts",	 [DST_ADDR] = "dst_addr",   [ADDR] = "addr",
	[DST_NAME] = "dst_name", [URI] = "uri",	    [RESULT] = "result", [RESULTSET] = "resultset", [ERROR] = "error",
	[ERR] = "err",		 [ALERT] = "alert", [CERT] = "cert",	 [SENT] = "sent",	    [RCVD] = "rcvd",
	[AVG] = "avg",		 [RT] = "rt",	    [SRC] = "src_addr",
};
static const struct scan_keys atlas_member_keys = {atlas_member_names, MEMBERS};

// One packet, hop or reply.
enum { P_FROM, P_RTT, P_ERR, P_X, P_ERROR, P_DUP, P_LATE, P_RESULT, P_MEMBERS };

static const char *const atlas_packet_names[P_MEMBERS] = {"from", "rtt", "err", "x", "error", "dup", "late", "result"};
static const struct scan_keys atlas_packet_keys = {atlas_packet_names, P_MEMBERS};

// One answer of a service.
enum { A_ADDR, A_OLD_ADDR, A_RES, A_RT, A_ERR, A_DNSERR, A_MEMBERS };

static const char *const atlas_answer_names[A_MEMBERS] = {"dst_addr", "addr", "res", "rt", "err", "dnserr"};
static const struct scan_keys atlas_answer_keys = {atlas_answer_names, A_MEMBERS};

// Gives one probe. Null: there is no room for another target.
static struct obs *atlas_give(struct atlas *a, const struct addr *address, uint8_t op, uint8_t outcome)
{
	struct decoder *d = a->decoder;
	size_t n = strlen(a->name);
	uint32_t target = decode_name_target(d->names, address, op, n ? a->name : NULL, n);
	if (target == TARGET_NONE)
		return NULL;
	struct decode_envelope e = {.peer = PEER_NONE, .time = a->record->time, .collector = a->observer};
	struct obs *o = decode_push(d, OBS_PROBE, &e);
	o->probe.op = op;
	o->probe.outcome = outcome;
	o->target = target;
	d->counts.of[DECODE_PROBES]++;
	a->given++;
	return o;
}

static void atlas_give_timed(struct atlas *a, const struct addr *address, uint8_t op, const struct scan_value *ms)
{
	uint64_t us = 0;
	struct obs *o = atlas_give(a, address, op, PROBE_OK);
	if (o && scan_scaled(ms, MS_TO_US, UINT32_MAX, &us))
		o->rtt_us = (uint32_t)us;
}

// What an error of the system, as a text, says of the target. A network without a route is most often the probe's own.
static uint8_t atlas_outcome_of_text(const struct scan_value *v)
{
	static const struct {
		const char *part;
		uint8_t outcome;
	} table[] = {{"refused", PROBE_REFUSED},
		     {"reset", PROBE_RESET},
		     {"No route to host", PROBE_HOST_UNREACHABLE},
		     {"timeout", PROBE_TIMEOUT},
		     {"timed out", PROBE_TIMEOUT},
		     {"Network is unreachable", PROBE_LOCAL_FAULT},
		     {"Network is down", PROBE_LOCAL_FAULT},
		     {"no network", PROBE_LOCAL_FAULT},
		     {"senderror", PROBE_LOCAL_FAULT},
		     {"sendto", PROBE_LOCAL_FAULT},
		     {"socket", PROBE_LOCAL_FAULT},
		     {"bind", PROBE_LOCAL_FAULT},
		     {"assign requested address", PROBE_LOCAL_FAULT},
		     {"not permitted", PROBE_LOCAL_FAULT},
		     {"Permission denied", PROBE_LOCAL_FAULT},
		     {"not supported", PROBE_LOCAL_FAULT},
		     {"Invalid argument", PROBE_LOCAL_FAULT},
		     {"No buffer space", PROBE_LOCAL_FAULT},
		     {"Too many open files", PROBE_LOCAL_FAULT},
		     {"getaddrinfo", PROBE_LOCAL_FAULT},
		     {"not allowed", PROBE_LOCAL_FAULT},
		     {"resolution", PROBE_LOCAL_FAULT}};
	char text[WORD_MAX];
	scan_string(v, text, sizeof(text));
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (strstr(text, table[i].part))
			return table[i].outcome;
	return PROBE_OTHER_FAILURE;
}

// Steps through an array of objects.
static bool atlas_next_object(struct cursor *c, const struct scan_keys *keys, struct scan_value *ret)
{
	struct scan_value value;
	while (scan_element(c, &value) == 1)
		if (value.type == SCAN_OBJECT && scan_object(value.text, keys, ret) == 0)
			return true;
	return false;
}

// Firmware 1 counts packets only.
static void atlas_take_ping_counts(struct atlas *a, const struct addr *address, const struct scan_value of[MEMBERS])
{
	uint64_t sent, received;
	if (!scan_scaled(&of[SENT], 0, UINT16_MAX, &sent) || !scan_scaled(&of[RCVD], 0, UINT16_MAX, &received))
		return;
	if (received)
		atlas_give_timed(a, address, PROBE_ICMP_ECHO, &of[AVG]);
	for (uint64_t i = received; i < sent && i - received < PACKETS_MAX; i++)
		atlas_give(a, address, PROBE_ICMP_ECHO, PROBE_TIMEOUT);
}

static void atlas_take_ping(struct atlas *a, const struct addr *address, const struct scan_value of[MEMBERS])
{
	struct scan_value packet[P_MEMBERS];
	struct cursor c;
	uint32_t seen = 0;
	if (!scan_array(&of[RESULT], &c)) {
		atlas_take_ping_counts(a, address, of);
		return;
	}
	while (seen++ < RESULTS_MAX && atlas_next_object(&c, &atlas_packet_keys, packet)) {
		if (packet[P_DUP].type != SCAN_ABSENT || packet[P_LATE].type != SCAN_ABSENT)
			atlas_give(a, address, PROBE_ICMP_ECHO, PROBE_LATE_OR_DUP);
		else if (packet[P_RTT].type == SCAN_NUMBER)
			atlas_give_timed(a, address, PROBE_ICMP_ECHO, &packet[P_RTT]);
		else if (packet[P_ERROR].type != SCAN_ABSENT)
			atlas_give(a, address, PROBE_ICMP_ECHO, PROBE_LOCAL_FAULT);
		else if (packet[P_X].type != SCAN_ABSENT)
			atlas_give(a, address, PROBE_ICMP_ECHO, PROBE_TIMEOUT);
	}
	if (!a->given)
		atlas_take_ping_counts(a, address, of);
}

// The code of an unreachable as the firmware writes it; -1: none that says so. The letters mean other codes in IPv6 (RFC 4443, 3.1).
static int atlas_unreachable_code(const struct scan_value *err, uint8_t family)
{
	static const struct {
		char letter;
		uint8_t code, code_v6;
	} table[] = {{'N', 0, 0}, {'H', 1, 3}, {'P', 2, 4}, {'p', 3, 4}, {'A', 13, 1}, {'h', 1, 2}};
	uint64_t code;
	if (err->type == SCAN_NUMBER)
		return scan_scaled(err, 0, UINT8_MAX, &code) ? (int)code : -1;
	for (size_t i = 0; i < ARRAY_LEN(table) && err->type == SCAN_STRING && cursor_left(&err->text) == 1; i++)
		if (*err->text.at == (uint8_t)table[i].letter)
			return family == FAMILY_V6 ? table[i].code_v6 : table[i].code;
	return -1;
}

// A port or protocol that is not there: the target itself is.
static bool atlas_code_of_target(int code, uint8_t family)
{
	return family == FAMILY_V6 ? code == 4 : code == 2 || code == 3;
}

// What a reply of the last hop says: reached, unreachable, or nothing.
struct hop {
	bool reached, refused, local;
	struct scan_value rtt;
	struct addr from;
	uint8_t code;
};

static void atlas_take_reply(struct hop *h, const struct addr *address, const struct scan_value reply[P_MEMBERS])
{
	struct addr from;
	if (!decode_address(&reply[P_FROM], &from) || reply[P_LATE].type != SCAN_ABSENT)
		return;
	int code = atlas_unreachable_code(&reply[P_ERR], from.family);
	bool own = reply[P_ERR].type == SCAN_ABSENT || atlas_code_of_target(code, from.family);
	if (addr_equal(&from, address) && own) {
		h->rtt = h->reached ? h->rtt : reply[P_RTT];
		h->reached = true;
	} else if (code >= 0) {
		h->refused = true;
		h->from = from;
		h->code = (uint8_t)code;
	}
}

static void atlas_give_unreachable(struct atlas *a, const struct addr *address, const struct hop *h)
{
	struct obs *o =
		atlas_give(a, address, PROBE_ICMP_ECHO, h->code ? PROBE_HOST_UNREACHABLE : PROBE_NETWORK_UNREACHABLE);
	if (!o)
		return;
	o->probe.icmp_type = h->from.family == FAMILY_V6 ? ICMP_V6_UNREACHABLE : ICMP_UNREACHABLE;
	o->probe.icmp_code = h->code;
	o->prefix.family = h->from.family;
	o->prefix.length = family_bits(h->from.family);
	memcpy(o->prefix.bytes, h->from.bytes, sizeof(h->from.bytes));
}

static void atlas_take_traceroute(struct atlas *a, const struct addr *address, const struct scan_value of[MEMBERS])
{
	struct scan_value hop[P_MEMBERS], last[P_MEMBERS] = {0}, reply[P_MEMBERS];
	struct cursor c;
	struct hop h = {0};
	struct addr own;
	uint32_t hops = 0;
	if (!scan_array(&of[RESULT], &c))
		return;
	for (; atlas_next_object(&c, &atlas_packet_keys, hop); hops++)
		memcpy(last, hop, sizeof(last));
	if (!hops)
		return;
	if (last[P_ERROR].type != SCAN_ABSENT) {
		atlas_give(a, address, PROBE_ICMP_ECHO, PROBE_LOCAL_FAULT);
		return;
	}
	uint32_t replies = 0, unsent = 0;
	if (scan_array(&last[P_RESULT], &c))
		for (; atlas_next_object(&c, &atlas_packet_keys, reply); replies++) {
			unsent += reply[P_ERROR].type != SCAN_ABSENT;
			atlas_take_reply(&h, address, reply);
		}
	// An unreachable that the probe told itself is its own.
	h.local = (h.refused && decode_address(&of[SRC], &own) && addr_equal(&h.from, &own)) ||
		  (unsent && unsent == replies);
	if (h.reached)
		atlas_give_timed(a, address, PROBE_ICMP_ECHO, &h.rtt);
	else if (h.local)
		atlas_give(a, address, PROBE_ICMP_ECHO, PROBE_LOCAL_FAULT);
	else if (h.refused)
		atlas_give_unreachable(a, address, &h);
	else
		atlas_give(a, address, PROBE_ICMP_ECHO, PROBE_TIMEOUT);
}

static int atlas_base64_digit(uint8_t byte)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = byte ? strchr(digits, byte) : NULL;
	return at ? (int)(at - digits) : -1;
}

// The RCODE (RFC 1035, 4.1.1) of the message in base64 (slashes may be escaped); -1: too short.
static int atlas_rcode_of(const struct scan_value *abuf)
{
	char text[BASE64_BYTES + 1];
	uint64_t bits = 0;
	struct scan_value head = *abuf;
	if (cursor_left(&head.text) > 2 * BASE64_BYTES)
		head.text.end = head.text.at + 2 * BASE64_BYTES;
	if (scan_string(&head, text, sizeof(text)) != BASE64_BYTES)
		return -1;
	for (int i = 0; i < BASE64_BYTES; i++) {
		int digit = atlas_base64_digit((uint8_t)text[i]);
		if (digit < 0)
			return -1;
		bits = bits << 6 | (uint64_t)digit;
	}
	return (int)(bits >> 16 & 15); // low half of the fourth of six bytes
}

// What the error of a DNS result says. All but a time-out, and what a connection met, is the probe's own: it could not send, found no
// socket, knew no resolver.
static uint8_t atlas_outcome_of_dns(const struct scan_value *error)
{
	enum { TIMEOUT, SENDERROR, SOCKET, CONNECT, READ_ERR, READ_EOF, WORDS };
	static const char *const names[WORDS] = {"timeout",   "senderror",   "socket",
						 "TUCONNECT", "TU_READ_ERR", "TU_READ_EOF"};
	static const struct scan_keys keys = {names, WORDS};
	struct scan_value in[WORDS];
	if (scan_object(error->text, &keys, in) < 0 || in[SENDERROR].type != SCAN_ABSENT ||
	    in[SOCKET].type != SCAN_ABSENT)
		return PROBE_LOCAL_FAULT;
	if (in[CONNECT].type == SCAN_STRING)
		return atlas_outcome_of_text(&in[CONNECT]);
	if (in[READ_ERR].type != SCAN_ABSENT || in[READ_EOF].type != SCAN_ABSENT)
		return PROBE_OTHER_FAILURE;
	return in[TIMEOUT].type != SCAN_ABSENT ? PROBE_TIMEOUT : PROBE_LOCAL_FAULT;
}

static void atlas_take_dns(struct atlas *a, const struct addr *address, const struct scan_value of[MEMBERS])
{
	static const char *const names[] = {"abuf", "rt"};
	static const struct scan_keys keys = {names, ARRAY_LEN(names)};
	static const uint8_t outcomes[] = {PROBE_OK,	       PROBE_DNS_OTHER, PROBE_DNS_SERVFAIL,
					   PROBE_DNS_NXDOMAIN, PROBE_DNS_OTHER, PROBE_DNS_REFUSED};
	struct scan_value in[ARRAY_LEN(names)];
	if (of[ERROR].type == SCAN_OBJECT) {
		atlas_give(a, address, PROBE_DNS, atlas_outcome_of_dns(&of[ERROR]));
		return;
	}
	if (of[ERROR].type == SCAN_STRING) {
		atlas_give(a, address, PROBE_DNS, atlas_outcome_of_text(&of[ERROR]));
		return;
	}
	if (of[RESULT].type != SCAN_OBJECT || scan_object(of[RESULT].text, &keys, in) < 0)
		return;
	int rcode = atlas_rcode_of(&in[0]);
	uint8_t outcome = rcode < 0				? PROBE_OK
			  : (size_t)rcode < ARRAY_LEN(outcomes) ? outcomes[rcode]
								: PROBE_DNS_OTHER;
	if (outcome == PROBE_OK)
		atlas_give_timed(a, address, PROBE_DNS, &in[1]);
	else
		atlas_give(a, address, PROBE_DNS, outcome);
}

// "GET4 193.0.6.139 0.030229 200 263 1406": address, seconds, status. Firmware 0 has it in the wrong member.
static void atlas_take_http_text(struct atlas *a, const struct scan_value *line)
{
	struct scan_value words[4] = {0};
	struct cursor c = line->text;
	if (line->type != SCAN_STRING || line->escaped)
		return;
	for (size_t i = 0; i < ARRAY_LEN(words) && c.at < c.end; i++) {
		const uint8_t *blank = memchr(c.at, ' ', cursor_left(&c));
		words[i] = (struct scan_value){SCAN_STRING, false, {c.at, blank ? blank : c.end}};
		c.at = blank ? blank + 1 : c.end;
	}
	struct addr address;
	uint64_t us = 0, status;
	if (!decode_address(&words[1], &address) || !scan_scaled(&words[3], 0, 999, &status))
		return;
	struct obs *o = atlas_give(a, &address, PROBE_HTTP, status >= 500 ? PROBE_HTTP_ERROR : PROBE_OK);
	if (o && status < 500 && scan_scaled(&words[2], 6, UINT32_MAX, &us))
		o->rtt_us = (uint32_t)us;
}

static void atlas_take_http(struct atlas *a, const struct scan_value of[MEMBERS])
{
	struct scan_value answer[A_MEMBERS];
	struct cursor c;
	struct addr address;
	uint64_t status;
	uint32_t seen = 0;
	if (!scan_array(&of[RESULT], &c)) {
		atlas_take_http_text(a, of[RESULT].type == SCAN_STRING ? &of[RESULT] : &of[SRC]);
		return;
	}
	while (seen++ < RESULTS_MAX && atlas_next_object(&c, &atlas_answer_keys, answer)) {
		if (!decode_address(&answer[A_ADDR], &address) && !decode_address(&answer[A_OLD_ADDR], &address))
			continue;
		if (answer[A_ERR].type == SCAN_STRING)
			atlas_give(a, &address, PROBE_HTTP, atlas_outcome_of_text(&answer[A_ERR]));
		else if (answer[A_ERR].type != SCAN_ABSENT || answer[A_DNSERR].type != SCAN_ABSENT)
			atlas_give(a, &address, PROBE_HTTP, PROBE_LOCAL_FAULT);
		else if (!scan_scaled(&answer[A_RES], 0, 999, &status))
			atlas_give(a, &address, PROBE_HTTP, PROBE_OTHER_FAILURE);
		else if (status >= 500)
			atlas_give(a, &address, PROBE_HTTP, PROBE_HTTP_ERROR);
		else
			atlas_give_timed(a, &address, PROBE_HTTP, &answer[A_RT]);
	}
}

static void atlas_take_tls(struct atlas *a, const struct addr *address, const struct scan_value of[MEMBERS])
{
	const struct scan_value *error = of[ERR].type == SCAN_STRING ? &of[ERR] : &of[ERROR];
	if (of[CERT].type == SCAN_ARRAY)
		atlas_give_timed(a, address, PROBE_TLS, &of[RT]);
	else if (of[ALERT].type == SCAN_OBJECT)
		atlas_give(a, address, PROBE_TLS, PROBE_TLS_FAILED);
	else if (error->type == SCAN_STRING)
		atlas_give(a, address, PROBE_TLS, atlas_outcome_of_text(error));
	else if (error->type != SCAN_ABSENT || of[ERR].type != SCAN_ABSENT)
		atlas_give(a, address, PROBE_TLS, PROBE_LOCAL_FAULT); // { "getaddrinfo": … }, { "senderror": … }
	else
		atlas_give(a, address, PROBE_TLS, PROBE_OTHER_FAILURE);
}

static bool atlas_clock_set(const struct scan_value *lts)
{
	uint64_t seconds;
	return lts->type == SCAN_ABSENT || scan_scaled(lts, 0, LTS_MAX, &seconds);
}

// One result, or one of a set of DNS results, which has the members of a whole one.
static void atlas_take_result(struct atlas *a, const struct scan_value *type, const struct scan_value of[MEMBERS])
{
	struct addr address;
	if (!atlas_clock_set(&of[LTS])) {
		a->decoder->counts.of[DECODE_ATLAS_UNSYNCED]++;
		return;
	}
	bool known = decode_address(&of[DST_ADDR], &address) || decode_address(&of[ADDR], &address);
	uint32_t before = a->given;
	if (scan_is(type, "http"))
		atlas_take_http(a, of);
	else if (known && scan_is(type, "ping"))
		atlas_take_ping(a, &address, of);
	else if (known && scan_is(type, "traceroute"))
		atlas_take_traceroute(a, &address, of);
	else if (known && scan_is(type, "dns"))
		atlas_take_dns(a, &address, of);
	else if (known && scan_is(type, "sslcert"))
		atlas_take_tls(a, &address, of);
	if (a->given == before)
		a->decoder->counts.of[DECODE_ATLAS_EMPTY]++;
}

static bool atlas_type_read(const struct scan_value *type)
{
	static const char *const types[] = {"ping", "traceroute", "dns", "http", "sslcert"};
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (scan_is(type, types[i]))
			return true;
	return false;
}

void decode_atlas(struct decoder *d, struct decode_source *s, const struct record *r)
{
	struct scan_value of[MEMBERS], inner[MEMBERS];
	struct atlas a = {.decoder = d, .source = s, .record = r};
	struct cursor c;
	uint64_t probe;
	char observer[32];
	if (scan_object(r->bytes, &atlas_member_keys, of) < 0) {
		decode_bad_line(d, s, r, "not one JSON object");
		return;
	}
	if (!scan_scaled(&of[PRB_ID], 0, UINT32_MAX, &probe) || of[TYPE].type != SCAN_STRING) {
		decode_bad_line(d, s, r, "no prb_id or no type");
		return;
	}
	if (!atlas_type_read(&of[TYPE])) {
		d->counts.of[DECODE_ATLAS_OTHER]++;
		return;
	}
	int n = snprintf(observer, sizeof(observer), "atlas/%llu", (unsigned long long)probe);
	a.observer = decode_observer(d, s, observer, (size_t)n);
	if (a.observer >= OBSERVERS_MAX) {
		decode_bad_line(d, s, r, DECODE_OBSERVERS_OVER);
		return;
	}
	if (scan_is(&of[TYPE], "http") || scan_is(&of[TYPE], "sslcert"))
		scan_string(of[URI].type == SCAN_STRING ? &of[URI] : &of[DST_NAME], a.name, sizeof(a.name));
	if (!scan_array(&of[RESULTSET], &c) || !atlas_clock_set(&of[LTS])) {
		atlas_take_result(&a, &of[TYPE], of);
		return;
	}
	for (uint32_t i = 0; i < RESULTS_MAX && atlas_next_object(&c, &atlas_member_keys, inner); i++) {
		a.given = 0;
		atlas_take_result(&a, &of[TYPE], inner);
	}
}
