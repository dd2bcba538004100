// SPDX-License-Identifier: ISC
// Attempts as lines of probes/*.ndjson (doc/FORMATS.md). Written beside the prober at its full rate, so numbers are made by
// hand: no printf, no floating point, one reservation a line. What came from outside is escaped.
#include "report/attempt.h"

#include "base/json.h"

#define OBSERVER_PLAIN_MAX                                                                                             \
	128	       // bytes of an observer's name that is copied as it is; longer ones are escaped byte by byte
#define FIXED_MAX 1024 // bytes of all members of a line that are no free text: words, numbers, addresses
#define NS_PER_MS 1000000
#define DNS_PORT  53
#define TLS_PORT  443
#define HTTP_PORT 80
#define SMTP_PORT 25

// A literal at `at`, which moves behind it.
#define PUT(at, literal) attempt_put_bytes(at, literal, sizeof(literal) - 1)

static inline char *attempt_put_bytes(char *at, const char *bytes, size_t n)
{
	memcpy(at, bytes, n);
	return at + n;
}

static inline char *attempt_put_word(char *at, const char *word)
{
	return attempt_put_bytes(at, word, strlen(word));
}

static const char attempt_pairs[] =
	"00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

static inline char *attempt_put_pair(char *at, uint32_t value)
{
	return attempt_put_bytes(at, attempt_pairs + (size_t)2 * value, 2);
}

static inline char *attempt_put_3(char *at, uint32_t value) // 0 to 999
{
	*at++ = (char)('0' + value / 100);
	return attempt_put_pair(at, value % 100);
}

static inline char *attempt_put_6(char *at, uint32_t value)
{
	at = attempt_put_pair(at, value / 10000);
	at = attempt_put_pair(at, value / 100 % 100);
	return attempt_put_pair(at, value % 100);
}

static char *attempt_put_number(char *at, uint64_t value)
{
	char digits[20];
	size_t from = sizeof(digits);
	for (; value >= 100; value /= 100) {
		from -= 2;
		memcpy(digits + from, attempt_pairs + 2 * (value % 100), 2);
	}
	if (value >= 10) {
		from -= 2;
		memcpy(digits + from, attempt_pairs + 2 * value, 2);
	} else {
		digits[--from] = (char)('0' + value);
	}
	return attempt_put_bytes(at, digits + from, sizeof(digits) - from);
}

static char *attempt_put_signed(char *at, int64_t value)
{
	if (value < 0)
		*at++ = '-';
	return attempt_put_number(at, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

// Seconds with as many decimals as say something: 3, 6 or 9. Not before 1970.
static char *attempt_put_time(char *at, struct instant time)
{
	uint64_t ns = (uint64_t)time.ns;
	uint32_t fraction = (uint32_t)(ns % NS_PER_S);
	at = attempt_put_number(at, ns / NS_PER_S);
	*at++ = '.';
	if (fraction % 1000)
		return attempt_put_3(attempt_put_6(at, fraction / 1000), fraction % 1000);
	return fraction % NS_PER_MS ? attempt_put_6(at, fraction / 1000) : attempt_put_3(at, fraction / NS_PER_MS);
}

static char *attempt_put_ms(char *at, uint64_t ns)
{
	uint32_t fraction = (uint32_t)(ns % NS_PER_MS);
	at = attempt_put_number(at, ns / NS_PER_MS);
	*at++ = '.';
	return fraction % 1000 ? attempt_put_6(at, fraction) : attempt_put_3(at, fraction / 1000);
}

static char *attempt_put_octet(char *at, uint32_t value)
{
	if (value >= 100)
		return attempt_put_3(at, value);
	if (value >= 10)
		return attempt_put_pair(at, value);
	*at++ = (char)('0' + value);
	return at;
}

// An address has at most 45 characters.
static char *attempt_put_address(char *at, const struct addr *a)
{
	if (UNLIKELY(a->family == FAMILY_V6)) {
		struct text t = {0};
		text_addr(&t, a);
		at = attempt_put_bytes(at, t.bytes, t.length);
		text_free(&t);
		return at;
	}
	for (int i = 0; i < 4; i++) {
		if (i)
			*at++ = '.';
		at = attempt_put_octet(at, a->bytes[i]);
	}
	return at;
}

// Room for all that is fixed; where to write it.
static inline char *attempt_begin(struct text *out)
{
	if (UNLIKELY(out->capacity - out->length < FIXED_MAX))
		text_reserve(out, FIXED_MAX);
	return out->bytes + out->length;
}

static inline void attempt_commit(struct text *out, const char *at)
{
	out->length = (size_t)(at - out->bytes);
}

// A text of any length as a string; where to go on.
static char *attempt_put_escaped(struct text *out, const char *at, const char *text)
{
	attempt_commit(out, at);
	struct json j = {.out = out};
	json_string(&j, text);
	return attempt_begin(out);
}

// Bytes that stand for themselves in JSON; 0: some do not, or there are too many.
static inline size_t attempt_plain_length(const char *text)
{
	for (size_t n = 0; n <= OBSERVER_PLAIN_MAX; n++) {
		uint8_t byte = (uint8_t)text[n];
		if (!byte)
			return n;
		if (byte < 0x20 || byte > 0x7e || byte == '"' || byte == '\\')
			break;
	}
	return 0;
}

static char *attempt_put_observer(struct text *out, char *at, const char *observer)
{
	size_t n = attempt_plain_length(observer);
	if (UNLIKELY(!n))
		return attempt_put_escaped(out, at, observer);
	*at++ = '"';
	at = attempt_put_bytes(at, observer, n);
	*at++ = '"';
	return at;
}

static char *attempt_put_when(struct text *out, char *at, struct instant time)
{
	if (LIKELY(time.ns > 0)) // known, and not before 1970
		return attempt_put_time(at, time);
	attempt_commit(out, at);
	struct json j = {.out = out};
	json_instant(&j, time, 9);
	return attempt_begin(out);
}

static char *attempt_put_icmp(char *at, const struct attempt *a)
{
	at = PUT(at, ",\"icmp\":{\"type\":");
	at = attempt_put_octet(at, a->icmp_type);
	at = PUT(at, ",\"code\":");
	at = attempt_put_octet(at, a->icmp_code);
	at = PUT(at, ",\"from\":\"");
	at = attempt_put_address(at, &a->icmp_from);
	return PUT(at, "\"}");
}

static char *attempt_put_result(char *at, const struct attempt *a)
{
	if (LIKELY(a->failure == FAILURE_NONE)) {
		at = PUT(at, ",\"ok\":true");
	} else {
		at = PUT(at, ",\"ok\":false,\"failure\":\"");
		at = attempt_put_word(at, probe_failure_name(a->failure));
		*at++ = '"';
	}
	if (a->rtt_ns >= 0) {
		at = PUT(at, ",\"rtt_ms\":");
		at = attempt_put_ms(at, (uint64_t)a->rtt_ns);
	}
	if (a->ttl) {
		at = PUT(at, ",\"ttl\":");
		at = attempt_put_octet(at, a->ttl);
	}
	return UNLIKELY(a->icmp_from.family) ? attempt_put_icmp(at, a) : at;
}

static char *attempt_put_phases(char *at, const struct attempt *a)
{
	static const char *const names[PHASE_COUNT] = {
		[PHASE_DNS] = "\"dns\":",	    [PHASE_CONNECT] = "\"connect\":",
		[PHASE_TLS] = "\"tls\":",	    [PHASE_FIRST_BYTE] = "\"first_byte\":",
		[PHASE_TRANSFER] = "\"transfer\":",
	};
	bool any = false;
	for (int i = 0; i < PHASE_COUNT; i++) {
		if (a->phase_us[i] < 0)
			continue;
		at = any ? PUT(at, ",") : PUT(at, ",\"phase_ms\":{");
		at = attempt_put_word(at, names[i]);
		at = attempt_put_ms(at, (uint64_t)a->phase_us[i] * 1000);
		any = true;
	}
	return any ? PUT(at, "}") : at;
}

static char *attempt_put_status(char *at, const struct attempt *a)
{
	if (!a->status)
		return at;
	at = a->op == PROBE_SMTP ? PUT(at, ",\"smtp_code\":") : PUT(at, ",\"status\":");
	at = attempt_put_number(at, a->status);
	// Readers take 500 and above as a failure unless it says that this is what was wanted.
	return a->failure == FAILURE_NONE && a->status >= ATTEMPT_STATUS_FAIL && a->op != PROBE_SMTP
		       ? PUT(at, ",\"accepted\":true")
		       : at;
}

static char *attempt_put_dns(struct text *out, char *at, const struct attempt *a)
{
	if (a->rcode >= 0) {
		at = PUT(at, ",\"rcode\":");
		at = attempt_put_number(at, (uint64_t)a->rcode);
		at = a->dns_flags & ATTEMPT_DNS_AA ? PUT(at, ",\"aa\":true") : PUT(at, ",\"aa\":false");
	}
	if (a->dns_flags & ATTEMPT_DNS_TC)
		at = PUT(at, ",\"tc\":true");
	if (a->dns_flags & ATTEMPT_DNS_TCP)
		at = PUT(at, ",\"transport\":\"tcp\"");
	if (a->dns_flags & ATTEMPT_DNS_SOA) {
		at = PUT(at, ",\"serial\":");
		at = attempt_put_number(at, a->serial);
	}
	if (a->nsid[0]) {
		at = PUT(at, ",\"nsid\":");
		at = attempt_put_escaped(out, at, a->nsid);
	}
	return at;
}

static uint16_t attempt_usual_port(const struct attempt *a)
{
	bool tls = a->phase_us[PHASE_TLS] >= 0;
	switch ((enum probe_op)a->op) {
	case PROBE_DNS:
		return DNS_PORT;
	case PROBE_TLS:
		return TLS_PORT;
	case PROBE_HTTP:
		return tls ? TLS_PORT : HTTP_PORT;
	case PROBE_SMTP:
		return SMTP_PORT;
	case PROBE_ICMP_ECHO:
	case PROBE_TCP_CONNECT:
	case PROBE_OP_COUNT:
		break;
	}
	return 0;
}

// What only checks of services have.
static char *attempt_put_check(struct text *out, char *at, const struct attempt *a)
{
	at = attempt_put_phases(at, a);
	at = attempt_put_status(at, a);
	at = attempt_put_dns(out, at, a);
	if (a->port && a->port != attempt_usual_port(a)) {
		at = PUT(at, ",\"port\":");
		at = attempt_put_number(at, a->port);
	}
	if (a->in_handshake)
		at = PUT(at, ",\"during\":\"tls\"");
	if (a->tls_alert) {
		at = PUT(at, ",\"tls_alert\":");
		at = attempt_put_octet(at, a->tls_alert);
	}
	if (a->expires) {
		at = PUT(at, ",\"expires\":");
		at = attempt_put_signed(at, a->expires);
	}
	return at;
}

static char *attempt_put_sent(char *at, const struct attempt *a)
{
	static const char *const modes[ATTEMPT_MODES] = {[ATTEMPT_PACKET] = "packet",
							 [ATTEMPT_RAW] = "raw",
							 [ATTEMPT_PING] = "ping",
							 [ATTEMPT_CONNECT] = "connect"};
	if (a->number > 1) {
		at = PUT(at, ",\"attempt\":");
		at = attempt_put_number(at, a->number);
	}
	if (a->local_error) {
		at = PUT(at, ",\"errno\":");
		at = attempt_put_octet(at, a->local_error);
	}
	if (a->mode < ATTEMPT_MODES && modes[a->mode]) {
		at = PUT(at, ",\"mode\":\"");
		at = attempt_put_word(at, modes[a->mode]);
		*at++ = '"';
	}
	return PUT(at, "}\n");
}

void attempt_json(struct text *out, const struct attempt *a, const char *observer, const char *name)
{
	char *at = PUT(attempt_begin(out), "{\"t\":");
	at = attempt_put_when(out, at, a->time);
	at = PUT(at, ",\"observer\":");
	at = attempt_put_observer(out, at, observer);
	if (LIKELY(a->op == PROBE_ICMP_ECHO)) {
		at = PUT(at, ",\"op\":\"icmp_echo\",\"target\":\"");
	} else {
		at = PUT(at, ",\"op\":\"");
		at = attempt_put_word(at, probe_op_name(a->op));
		at = PUT(at, "\",\"target\":\"");
	}
	at = attempt_put_address(at, &a->target);
	*at++ = '"';
	if (name) {
		at = PUT(at, ",\"name\":");
		at = attempt_put_escaped(out, at, name);
	}
	at = attempt_put_result(at, a);
	if (a->op != PROBE_ICMP_ECHO)
		at = attempt_put_check(out, at, a);
	attempt_commit(out, attempt_put_sent(at, a));
}

void health_report_json(struct text *out, const struct health_report *h)
{
	struct json j = {.out = out};
	json_open(&j, '{');
	json_key(&j, "t");
	json_instant(&j, h->time, 6);
	json_key(&j, "observer");
	json_string(&j, h->observer);
	json_key(&j, "op");
	json_string(&j, "observer_health");
	json_key(&j, "state");
	json_string(&j, h->state);
	json_key(&j, "why");
	json_string(&j, h->why);
	if (instant_known(h->from) && h->from.ns != h->time.ns) {
		json_key(&j, "from");
		json_instant(&j, h->from, 6);
	}
	if (h->loss > 0) {
		json_key(&j, "loss");
		json_real(&j, h->loss, 4);
	}
	json_close(&j, '}');
	text_char(out, '\n');
}
