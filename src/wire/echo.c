// SPDX-License-Identifier: ISC
// ICMP echo both ways. A request is copied from a template, and only what differs is added to the template's checksum
// (RFC 1071: the sum may be taken in any order and in the machine's byte order).
#include "wire/echo.h"

#include "base/err.h"

#define PROTOCOL_ICMP	1
#define PROTOCOL_ICMPV6 58
#define IP4_ID		4
#define IP4_CHECKSUM	10
#define IP4_SOURCE	12
#define IP4_TARGET	16
#define IP6_SOURCE	8
#define IP6_TARGET	24
#define DONT_FRAGMENT	0x40
#define FRAGMENT_OFFSET 0x1fff

static uint64_t echo_sum_of(const void *bytes, size_t n)
{
	const uint8_t *at = bytes;
	uint64_t sum = 0;
	uint32_t word;
	for (; n >= 4; n -= 4, at += 4) {
		memcpy(&word, at, 4);
		sum += word;
	}
	word = 0;
	memcpy(&word, at, n);
	return sum + word;
}

// In the machine's byte order, ready to be copied into a packet.
static uint16_t echo_sum_fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void echo_put_u16(uint8_t *at, uint16_t value)
{
	value = __builtin_bswap16(value);
	memcpy(at, &value, sizeof(value));
}

static void echo_put_u32(uint8_t *at, uint32_t value)
{
	value = __builtin_bswap32(value);
	memcpy(at, &value, sizeof(value));
}

static void echo_put_u64(uint8_t *at, uint64_t value)
{
	value = __builtin_bswap64(value);
	memcpy(at, &value, sizeof(value));
}

static void echo_head_v4(const struct echo_origin *o, struct echo_template *t)
{
	uint8_t *ip = t->bytes;
	ip[0] = 0x45;
	echo_put_u16(ip + 2, t->length);
	ip[6] = DONT_FRAGMENT;
	ip[8] = o->ttl;
	ip[9] = PROTOCOL_ICMP;
	memcpy(ip + IP4_SOURCE, o->source.bytes, 4);
	ip[t->head] = ECHO4_REQUEST;
	t->ip_sum = echo_sum_of(ip, ECHO_IP4_BYTES);
	t->icmp_sum = 0;
}

static void echo_head_v6(const struct echo_origin *o, struct echo_template *t)
{
	uint8_t *ip = t->bytes, pseudo[8] = {0};
	uint16_t length = (uint16_t)(t->length - ECHO_IP6_BYTES);
	ip[0] = 0x60;
	echo_put_u16(ip + 4, length);
	ip[6] = PROTOCOL_ICMPV6;
	ip[7] = o->ttl;
	memcpy(ip + IP6_SOURCE, o->source.bytes, 16);
	ip[t->head] = ECHO6_REQUEST;
	echo_put_u32(pseudo, length);
	pseudo[7] = PROTOCOL_ICMPV6;
	t->ip_sum = 0;
	t->icmp_sum = echo_sum_of(pseudo, sizeof(pseudo)) + echo_sum_of(o->source.bytes, 16);
}

void echo_template_make(const struct echo_origin *o, struct echo_template *ret)
{
	size_t text = strnlen(o->text, ECHO_TEXT_MAX);
	size_t payload = ECHO_BODY_BYTES + text;
	bool v6 = o->source.family == FAMILY_V6;
	*ret = (struct echo_template){.family = o->source.family, .head = v6 ? ECHO_IP6_BYTES : ECHO_IP4_BYTES};
	ret->length = (uint8_t)(ret->head + ECHO_HEAD_BYTES + payload);
	if (v6)
		echo_head_v6(o, ret);
	else
		echo_head_v4(o, ret);
	uint8_t *icmp = ret->bytes + ret->head;
	echo_put_u16(icmp + 4, o->id);
	memcpy(icmp + ECHO_HEAD_BYTES + ECHO_BODY_BYTES, o->text, text);
	ret->icmp_sum += echo_sum_of(icmp, ECHO_HEAD_BYTES + payload);
}

static void echo_body_write(const struct echo_body *b, uint8_t ret[ECHO_BODY_BYTES])
{
	echo_put_u64(ret, (uint64_t)b->stamp);
	echo_put_u32(ret + 8, b->serial);
	echo_put_u32(ret + 12, b->index);
	echo_put_u64(ret + 16, b->cookie);
}

// The checksum over what the template has and this request adds, in the machine's order.
static uint16_t echo_request_sum(const struct echo_template *t, const struct echo_request *r,
				 const uint8_t body[ECHO_BODY_BYTES])
{
	uint64_t sum = t->icmp_sum + echo_sum_of(body, ECHO_BODY_BYTES) + __builtin_bswap16(r->seq);
	if (t->family == FAMILY_V6)
		sum += echo_sum_of(r->target.bytes, 16);
	return echo_sum_fold(sum);
}

uint16_t echo_checksum(const struct echo_template *t, const struct echo_request *r)
{
	uint8_t body[ECHO_BODY_BYTES];
	echo_body_write(&r->body, body);
	return __builtin_bswap16(echo_request_sum(t, r, body));
}

size_t echo_build(const struct echo_template *t, const struct echo_request *r, uint8_t ret_packet[ECHO_PACKET_MAX])
{
	memcpy(ret_packet, t->bytes, ECHO_PACKET_MAX);
	uint8_t *icmp = ret_packet + t->head, *body = icmp + ECHO_HEAD_BYTES;
	echo_body_write(&r->body, body);
	echo_put_u16(icmp + 6, r->seq);
	uint16_t sum = echo_request_sum(t, r, body);
	memcpy(icmp + 2, &sum, sizeof(sum));
	if (t->family == FAMILY_V6) {
		memcpy(ret_packet + IP6_TARGET, r->target.bytes, 16);
		return t->length;
	}
	memcpy(ret_packet + IP4_TARGET, r->target.bytes, 4);
	echo_put_u16(ret_packet + IP4_ID, r->ip_id);
	sum = echo_sum_fold(t->ip_sum + echo_sum_of(r->target.bytes, 4) + __builtin_bswap16(r->ip_id));
	memcpy(ret_packet + IP4_CHECKSUM, &sum, sizeof(sum));
	return t->length;
}

static bool MUST_USE echo_read_u64(struct cursor *c, uint64_t *ret)
{
	uint32_t high = 0, low = 0;
	if (cursor_left(c) < 8 || !cursor_u32(c, &high) || !cursor_u32(c, &low))
		return false;
	*ret = (uint64_t)high << 32 | low;
	return true;
}

static bool echo_body_read(struct cursor *c, struct echo_body *ret)
{
	uint64_t stamp = 0, cookie = 0;
	uint32_t serial = 0, index = 0;
	if (!echo_read_u64(c, &stamp) || !cursor_u32(c, &serial) || !cursor_u32(c, &index) ||
	    !echo_read_u64(c, &cookie))
		return false;
	*ret = (struct echo_body){(int64_t)stamp, serial, index, cookie};
	return true;
}

// What follows type and code of an echo message: checksum, identity, sequence, payload.
static int echo_fields(struct cursor c, struct echo_answer *a)
{
	if (!cursor_u16(&c, &a->checksum) || !cursor_u16(&c, &a->id) || !cursor_u16(&c, &a->seq))
		return ERR_TRUNCATED;
	a->has_body = echo_body_read(&c, &a->body);
	return 1;
}

static int echo_quoted_request(struct cursor c, uint8_t family, struct echo_answer *a)
{
	uint8_t type = 0, code = 0;
	a->quoted_size = (uint16_t)(cursor_left(&c) < UINT16_MAX ? cursor_left(&c) : UINT16_MAX);
	if (!cursor_u8(&c, &type) || !cursor_u8(&c, &code))
		return ERR_TRUNCATED;
	if (type != (family == FAMILY_V6 ? ECHO6_REQUEST : ECHO4_REQUEST) || code != 0)
		return 0;
	return echo_fields(c, a);
}

// An IPv4 header. `strict`: all that it announces is there; a quoted packet may be cut. 0: a fragment, or not ICMP.
static int echo_ip4_open(struct cursor *c, bool strict, struct cursor *ret_inner, struct cursor *ret_header)
{
	uint8_t first = 0, protocol = 0;
	uint16_t total = 0, fragment = 0;
	struct cursor look = *c, head;
	if (!cursor_u8(&look, &first) || !cursor_skip(&look, 1) || !cursor_u16(&look, &total) ||
	    !cursor_skip(&look, 2) || !cursor_u16(&look, &fragment) || !cursor_skip(&look, 1) ||
	    !cursor_u8(&look, &protocol))
		return ERR_TRUNCATED;
	size_t length = (size_t)(first & 15) * 4;
	if (first >> 4 != 4 || length < ECHO_IP4_BYTES)
		return ERR_MALFORMED;
	if (!cursor_sub(c, length, &head))
		return ERR_TRUNCATED;
	if (total < length)
		return ERR_MALFORMED;
	if (protocol != PROTOCOL_ICMP || fragment & FRAGMENT_OFFSET)
		return 0;
	if (strict && cursor_left(c) < total - length)
		return ERR_TRUNCATED;
	size_t have = cursor_left(c), inner = total - length;
	if (!cursor_sub(c, have < inner ? have : inner, ret_inner)) // link-layer padding stays outside
		return ERR_TRUNCATED;
	*ret_header = head;
	return 1;
}

static int echo_ip6_open(struct cursor *c, bool strict, struct cursor *ret_inner, struct cursor *ret_header)
{
	uint8_t first = 0, protocol = 0;
	uint16_t payload = 0;
	struct cursor head, look;
	if (!cursor_sub(c, ECHO_IP6_BYTES, &head))
		return ERR_TRUNCATED;
	look = head;
	if (!cursor_u8(&look, &first) || !cursor_skip(&look, 3) || !cursor_u16(&look, &payload) ||
	    !cursor_u8(&look, &protocol))
		return ERR_TRUNCATED;
	if (first >> 4 != 6)
		return ERR_MALFORMED;
	if (protocol != PROTOCOL_ICMPV6)
		return 0; // extension headers: not of our requests, and no router adds them to a reply
	size_t have = cursor_left(c), inner = payload;
	if (strict && have < inner)
		return ERR_TRUNCATED;
	if (!cursor_sub(c, have < inner ? have : inner, ret_inner))
		return ERR_TRUNCATED;
	*ret_header = head;
	return 1;
}

// Sender, receiver and time to live of a header that echo_ip4_open() or echo_ip6_open() took.
static void echo_header_fields(struct cursor head, uint8_t family, struct addr *ret_from, struct addr *ret_to,
			       uint8_t *ret_ttl)
{
	bool v6 = family == FAMILY_V6, ok;
	size_t size = v6 ? 16 : 4;
	*ret_from = *ret_to = (struct addr){.family = family};
	ok = v6 ? cursor_skip(&head, 7) && cursor_u8(&head, ret_ttl)
		: cursor_skip(&head, 8) && cursor_u8(&head, ret_ttl) && cursor_skip(&head, 3);
	ok = ok && cursor_bytes(&head, ret_from->bytes, size) && cursor_bytes(&head, ret_to->bytes, size);
	(void)ok; // the header is whole: its length was checked
}

static int echo_quoted_packet(struct cursor c, uint8_t family, struct echo_answer *a)
{
	struct cursor inner, head;
	struct addr from;
	uint8_t ttl;
	int got =
		family == FAMILY_V6 ? echo_ip6_open(&c, false, &inner, &head) : echo_ip4_open(&c, false, &inner, &head);
	if (got != 1)
		return got;
	echo_header_fields(head, family, &from, &a->target, &ttl);
	if (family == FAMILY_V4 && (!cursor_skip(&head, IP4_ID) || !cursor_u16(&head, &a->ip_id)))
		return ERR_TRUNCATED;
	return echo_quoted_request(inner, family, a);
}

static bool echo_is_error(uint8_t family, uint8_t type)
{
	if (family == FAMILY_V6)
		return type == ECHO6_UNREACHABLE || type == ECHO6_EXCEEDED || type == ECHO6_PARAMETER;
	return type == ECHO4_UNREACHABLE || type == ECHO4_EXCEEDED || type == ECHO4_PARAMETER;
}

static int echo_message(struct cursor c, uint8_t family, struct echo_answer *a)
{
	if (!cursor_u8(&c, &a->type) || !cursor_u8(&c, &a->code))
		return ERR_TRUNCATED;
	if (a->type == (family == FAMILY_V6 ? ECHO6_REPLY : ECHO4_REPLY)) {
		a->kind = ECHO_REPLY;
		a->target = a->from;
		return a->code ? 0 : echo_fields(c, a);
	}
	if (!echo_is_error(family, a->type))
		return 0;
	a->kind = ECHO_ERROR;
	return cursor_skip(&c, ECHO_HEAD_BYTES - 2) ? echo_quoted_packet(c, family, a) : ERR_TRUNCATED;
}

int echo_parse_message(struct cursor c, uint8_t family, struct echo_answer *ret)
{
	struct echo_answer a = {0};
	int got = echo_message(c, family, &a);
	if (got == 1)
		*ret = a;
	return got;
}

int echo_parse_quoted(struct cursor request, uint8_t family, struct echo_answer *ret)
{
	struct echo_answer a = {.kind = ECHO_ERROR};
	int got = echo_quoted_request(request, family, &a);
	if (got == 1)
		*ret = a;
	return got;
}

int echo_parse_packet(struct cursor packet, struct echo_answer *ret)
{
	struct echo_answer a = {0};
	struct cursor inner, head, look = packet;
	struct addr to;
	uint8_t first = 0;
	if (!cursor_u8(&look, &first))
		return ERR_TRUNCATED;
	uint8_t family = first >> 4 == 6 ? FAMILY_V6 : FAMILY_V4;
	int got = family == FAMILY_V6 ? echo_ip6_open(&packet, true, &inner, &head)
				      : echo_ip4_open(&packet, true, &inner, &head);
	if (got != 1)
		return got;
	echo_header_fields(head, family, &a.from, &to, &a.ttl);
	if (family == FAMILY_V4 && echo_sum_fold(echo_sum_of(inner.at, cursor_left(&inner))) != 0)
		return ERR_MALFORMED;
	got = echo_message(inner, family, &a);
	if (got == 1)
		*ret = a;
	return got;
}
