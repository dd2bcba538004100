// SPDX-License-Identifier: ISC
// Attempts for people: a row each, in plain words, with the evidence that the words rest on. Names and what servers said are
// shown as text from outside is.
#include "base/err.h"
#include "report/attempt.h"

#include <errno.h>

#define ADDRESS_WIDTH 15 // of IPv4; longer ones push their row
#define OP_WIDTH      4
#define NS_PER_MS     1000000

static const char *attempt_row_op_word(uint8_t op)
{
	static const char *const words[PROBE_OP_COUNT] = {
		[PROBE_ICMP_ECHO] = "ping", [PROBE_TCP_CONNECT] = "tcp", [PROBE_DNS] = "dns",
		[PROBE_TLS] = "tls",	    [PROBE_HTTP] = "http",	 [PROBE_SMTP] = "smtp",
	};
	return op < PROBE_OP_COUNT ? words[op] : "?";
}

// 0.031 ms, 4.25 ms, 23.1 ms, 230 ms, 3.0 s: three digits that say something.
static void attempt_row_put_span(struct text *t, int64_t ns)
{
	uint64_t us = ((uint64_t)ns + 500) / 1000;
	unsigned ms = (unsigned)(us / 1000), rest = (unsigned)(us % 1000);
	if (us < 1000)
		text_printf(t, "0.%03u ms", rest);
	else if (us < 10000)
		text_printf(t, "%u.%02u ms", ms, rest / 10);
	else if (us < 100000)
		text_printf(t, "%u.%u ms", ms, rest / 100);
	else if (us < 1000000)
		text_printf(t, "%u ms", ms);
	else
		text_printf(t, "%u.%u s", ms / 1000, ms % 1000 / 100);
}

static void attempt_row_put_name(struct text *t, const char *name)
{
	text_untrusted(t, name, strlen(name));
}

static void attempt_row_put_padded(struct text *t, size_t from, size_t width)
{
	while (t->length - from < width)
		text_char(t, ' ');
	text_put(t, "  ");
}

static const char *attempt_row_failure_words(uint8_t failure)
{
	static const char *const words[FAILURE_COUNT] = {
		[FAILURE_NONE] = "answered",
		[FAILURE_TIMEOUT] = "no answer",
		[FAILURE_REFUSED] = "refused",
		[FAILURE_RESET] = "reset",
		[FAILURE_ABORTED] = "aborted",
		[FAILURE_HOST_UNREACHABLE] = "host unreachable",
		[FAILURE_NETWORK_UNREACHABLE] = "network unreachable",
		[FAILURE_EOF] = "closed without an answer",
		[FAILURE_DNS_NXDOMAIN] = "NXDOMAIN: no such name",
		[FAILURE_DNS_SERVFAIL] = "SERVFAIL",
		[FAILURE_DNS_REFUSED] = "REFUSED",
		[FAILURE_DNS_LAME] = "lame: answers without authority",
		[FAILURE_DNS_NO_ANSWER] = "no such record",
		[FAILURE_DNS_STALE] = "stale: its serial stands still",
		[FAILURE_DNS_MISBEHAVING] = "not a proper DNS answer",
		[FAILURE_TLS_HANDSHAKE] = "TLS handshake failed",
		[FAILURE_TLS_CERTIFICATE] = "certificate is not valid",
		[FAILURE_TLS_HOSTNAME] = "certificate is of another name",
		[FAILURE_TLS_AUTHORITY] = "certificate is of an unknown authority",
		[FAILURE_HTTP_STATUS] = "error",
		[FAILURE_HTTP_INVALID] = "not a proper HTTP answer",
		[FAILURE_SMTP_BUSY] = "busy",
		[FAILURE_SMTP_REFUSED] = "turned away",
		[FAILURE_SMTP_INVALID] = "not a proper SMTP answer",
		[FAILURE_UNEXPECTED] = "not the answer that is wanted",
		[FAILURE_OTHER] = "failed",
		[FAILURE_LOCAL] = "local fault",
		[FAILURE_LATE_OR_DUP] = "an answer too late, or a second one",
		[FAILURE_FORGED] = "forged: an answer without our cookie",
	};
	return failure < FAILURE_COUNT ? words[failure] : "unknown";
}

static const char *attempt_row_local_words(uint8_t error)
{
	switch (error) {
	case ENETUNREACH:
		return "network is unreachable (own route or interface)";
	case EHOSTUNREACH:
		return "host is unreachable (own route or neighbour)";
	case ENETDOWN:
		return "network is down (own interface)";
	case EACCES:
	case EPERM:
		return "not permitted (own route, filter or privilege)";
	case ENOBUFS:
		return "no buffer space (own queue is full)";
	case EADDRNOTAVAIL:
		return "no own address or port left";
	case EMFILE:
	case ENFILE:
		return "too many open files";
	default:
		return err_text(-(int)error);
	}
}

// Who says so: an ICMP error of a router or host on the way.
static void attempt_row_put_icmp(struct text *t, const struct attempt *a)
{
	// RFC 1812, 5.2.7.1: network, host and communication administratively prohibited.
	bool v4 = a->icmp_from.family == FAMILY_V4;
	bool filtered = v4 ? a->icmp_type == 3 && (a->icmp_code == 9 || a->icmp_code == 10 || a->icmp_code == 13)
			   : a->icmp_type == 1 &&
					(a->icmp_code == 1 || a->icmp_code == 5 || a->icmp_code == 6); // RFC 4443, 3.1
	text_put(t, ", says ");
	text_addr(t, &a->icmp_from);
	text_printf(t, " (%s %u/%u%s)", v4 ? "ICMP" : "ICMPv6", a->icmp_type, a->icmp_code,
		    filtered ? ", filtered" : "");
}

static void attempt_row_put_dns(struct text *t, const struct attempt *a)
{
	if (a->dns_flags & ATTEMPT_DNS_SOA)
		text_printf(t, ", serial %u", a->serial);
	if (a->failure == FAILURE_NONE && a->rcode >= 0 && !(a->dns_flags & ATTEMPT_DNS_AA))
		text_put(t, ", not authoritative");
	if (a->dns_flags & ATTEMPT_DNS_TCP)
		text_put(t, ", over TCP");
	else if (a->dns_flags & ATTEMPT_DNS_TC)
		text_put(t, ", cut");
	if (a->failure == FAILURE_DNS_MISBEHAVING && a->rcode > 0)
		text_printf(t, ", RCODE %d", a->rcode);
	if (a->nsid[0]) {
		text_put(t, ", server ");
		attempt_row_put_name(t, a->nsid);
	}
}

// How far it came: "connect 20.1 ms, TLS 24.9 ms".
static void attempt_row_put_phases(struct text *t, const struct attempt *a)
{
	static const char *const words[PHASE_COUNT] = {[PHASE_DNS] = "lookup",
						       [PHASE_CONNECT] = "connect",
						       [PHASE_TLS] = "TLS",
						       [PHASE_FIRST_BYTE] = "first byte",
						       [PHASE_TRANSFER] = "transfer"};
	bool any = false;
	for (int i = 0; i < PHASE_COUNT; i++) {
		if (a->phase_us[i] < 0)
			continue;
		text_printf(t, "%s%s ", any ? ", " : " (", words[i]);
		attempt_row_put_span(t, (int64_t)a->phase_us[i] * 1000);
		any = true;
	}
	if (any)
		text_char(t, ')');
}

static void attempt_row_put_expiry(struct text *t, int64_t expires)
{
	struct text utc = {0};
	if (expires > 0 && expires < INT64_MAX / NS_PER_S)
		text_utc(&utc, instant_of(expires, 0));
	text_printf(t, ", certificate until %.10s", utc.length ? text_string(&utc) : "a time out of range");
	text_free(&utc);
}

static void attempt_row_put_ok(struct text *t, const struct attempt *a)
{
	if (a->status)
		text_printf(t, "%u", a->status);
	else if (a->op == PROBE_TCP_CONNECT || a->mode == ATTEMPT_CONNECT)
		text_put(t, "connected");
	else if (a->op == PROBE_TLS)
		text_put(t, "handshake");
	else if (a->op != PROBE_ICMP_ECHO || a->rtt_ns < 0)
		text_put(t, attempt_row_failure_words(FAILURE_NONE));
	if (a->rtt_ns >= 0) {
		bool bare = a->op == PROBE_ICMP_ECHO && a->mode != ATTEMPT_CONNECT && !a->status;
		text_put(t, bare ? "" : " in ");
		attempt_row_put_span(t, a->rtt_ns);
	}
	if (a->ttl)
		text_printf(t, ", ttl %u", a->ttl);
}

static const char *attempt_row_alert_words(uint8_t alert)
{
	static const struct {
		uint8_t number;
		const char *words;
	} alerts[] = {{10, "unexpected message"},
		      {20, "bad record"},
		      {22, "record overflow"},
		      {40, "handshake failure"},
		      {42, "bad certificate"},
		      {43, "unsupported certificate"},
		      {44, "certificate revoked"},
		      {45, "certificate expired"},
		      {46, "certificate unknown"},
		      {47, "illegal parameter"},
		      {48, "unknown authority"},
		      {49, "access denied"},
		      {50, "decode error"},
		      {51, "decrypt error"},
		      {70, "protocol version"},
		      {71, "insufficient security"},
		      {80, "internal error"},
		      {86, "inappropriate fallback"},
		      {90, "cancelled"},
		      {109, "missing extension"},
		      {110, "unsupported extension"},
		      {112, "unrecognized name"},
		      {113, "bad certificate status"},
		      {115, "unknown identity"},
		      {116, "client certificate wanted"},
		      {120, "no application protocol"}};
	for (size_t i = 0; i < ARRAY_LEN(alerts); i++)
		if (alerts[i].number == alert)
			return alerts[i].words;
	return "unknown";
}

// Where in a TLS handshake it was, and what the server said against it.
static void attempt_row_put_handshake(struct text *t, const struct attempt *a)
{
	if (a->tls_alert)
		text_printf(t, ": alert %u, %s", a->tls_alert, attempt_row_alert_words(a->tls_alert));
	else if (a->in_handshake && a->failure != FAILURE_TLS_HANDSHAKE)
		text_put(t, " in the TLS handshake");
}

static void attempt_row_put_failed(struct text *t, const struct attempt *a)
{
	text_put(t, attempt_row_failure_words(a->failure));
	if (a->status)
		text_printf(t, " %u", a->status);
	attempt_row_put_handshake(t, a);
	if (a->failure == FAILURE_LOCAL && a->local_error)
		text_printf(t, ": %s", attempt_row_local_words(a->local_error));
	if (a->rtt_ns >= 0) {
		text_put(t, a->failure == FAILURE_TIMEOUT ? " in " : " after ");
		attempt_row_put_span(t, a->rtt_ns);
	}
	if (a->icmp_from.family)
		attempt_row_put_icmp(t, a);
}

void attempt_row(struct text *out, const struct attempt *a, const char *name)
{
	size_t from = out->length;
	text_addr(out, &a->target);
	attempt_row_put_padded(out, from, ADDRESS_WIDTH);
	from = out->length;
	text_put(out, attempt_row_op_word(a->op));
	attempt_row_put_padded(out, from, OP_WIDTH);
	if (name) {
		attempt_row_put_name(out, name);
		text_put(out, "  ");
	}
	if (a->failure == FAILURE_NONE)
		attempt_row_put_ok(out, a);
	else
		attempt_row_put_failed(out, a);
	attempt_row_put_dns(out, a);
	if (a->expires)
		attempt_row_put_expiry(out, a->expires);
	attempt_row_put_phases(out, a);
}

static void attempt_row_put_count(struct text *t, uint64_t count, const char *what)
{
	if (count)
		text_printf(t, ", %llu %s", (unsigned long long)count, what);
}

void attempt_summary_row(struct text *out, const struct attempt_summary *s, const char *what)
{
	attempt_row_put_name(out, what);
	text_printf(out, ": %llu sent, %llu answered", (unsigned long long)s->sent, (unsigned long long)s->answered);
	if (s->failed) {
		uint64_t judged = s->answered + s->failed; // what our own side broke says nothing of the target
		text_printf(out, ", %llu failed (%.1f %%)", (unsigned long long)s->failed,
			    100.0 * (double)s->failed / (double)judged);
	}
	attempt_row_put_count(out, s->local, s->local == 1 ? "local fault" : "local faults");
	attempt_row_put_count(out, s->late_or_dup, "late or double");
	attempt_row_put_count(out, s->forged, "forged");
	if (s->answered && s->most_ms > 0) {
		text_put(out, "; least ");
		attempt_row_put_span(out, (int64_t)(s->least_ms * NS_PER_MS));
		text_put(out, ", median ");
		attempt_row_put_span(out, (int64_t)(s->median_ms * NS_PER_MS));
		text_put(out, ", most ");
		attempt_row_put_span(out, (int64_t)(s->most_ms * NS_PER_MS));
	}
}
