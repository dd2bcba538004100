// SPDX-License-Identifier: ISC
// Addresses and prefixes: masks, order and text.
#include "net/prefix.h"

#include "base/err.h"
#include "base/must.h"
#include "base/number.h"

#include <arpa/inet.h>
#include <stdlib.h>

struct addr addr_v4(uint32_t number)
{
	struct addr a = {.family = FAMILY_V4};
	uint32_t net = __builtin_bswap32(number);
	memcpy(a.bytes, &net, sizeof(net));
	return a;
}

struct addr addr_v6(const uint8_t bytes[16])
{
	struct addr a = {.family = FAMILY_V6};
	memcpy(a.bytes, bytes, 16);
	return a;
}

void prefix_mask(struct prefix *p)
{
	must(p->length <= family_bits(p->family));
	unsigned whole = p->length / 8, rest = p->length % 8;
	if (rest) {
		p->bytes[whole] &= (uint8_t)(0xff00 >> rest);
		whole++;
	}
	if (whole < 16)
		memset(p->bytes + whole, 0, 16 - whole);
}

static bool prefix_same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	if (memcmp(a, b, bits / 8) != 0)
		return false;
	return bits % 8 == 0 || ((a[bits / 8] ^ b[bits / 8]) & (0xff00 >> bits % 8) & 0xff) == 0;
}

bool prefix_contains(const struct prefix *outer, const struct prefix *inner)
{
	must(outer->length <= 128 && inner->length <= 128);
	return outer->family == inner->family && outer->length <= inner->length &&
	       prefix_same_bits(outer->bytes, inner->bytes, outer->length);
}

bool prefix_has(const struct prefix *p, const struct addr *a)
{
	must(p->length <= 128);
	return p->family == a->family && prefix_same_bits(p->bytes, a->bytes, p->length);
}

int prefix_compare(const struct prefix *a, const struct prefix *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	int order = memcmp(a->bytes, b->bytes, sizeof(a->bytes));
	return order ? order : (int)a->length - (int)b->length;
}

int addr_parse(const char *text, struct addr *ret)
{
	struct addr a = {0};
	if (inet_pton(AF_INET, text, a.bytes) == 1)
		a.family = FAMILY_V4;
	else if (inet_pton(AF_INET6, text, a.bytes) == 1)
		a.family = FAMILY_V6;
	else
		return ERR_MALFORMED;
	*ret = a;
	return 0;
}

int prefix_parse(const char *text, struct prefix *ret)
{
	char host[INET6_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	size_t n = slash ? (size_t)(slash - text) : strlen(text);
	if (n >= sizeof(host))
		return ERR_MALFORMED;
	memcpy(host, text, n);
	host[n] = '\0';
	struct addr a;
	if (addr_parse(host, &a) < 0)
		return ERR_MALFORMED;
	uint64_t length = family_bits(a.family);
	if (slash && !number_of_text(slash + 1, length, &length))
		return ERR_MALFORMED;
	struct prefix p = {.family = a.family, .length = (uint8_t)length};
	memcpy(p.bytes, a.bytes, sizeof(p.bytes));
	struct prefix masked = p;
	prefix_mask(&masked);
	if (!prefix_equal(&masked, &p))
		return ERR_MALFORMED;
	*ret = p;
	return 0;
}

static char *prefix_put_octet(char *at, unsigned v)
{
	if (v >= 100) {
		*at++ = (char)('0' + v / 100);
		v %= 100;
		*at++ = (char)('0' + v / 10);
	} else if (v >= 10) {
		*at++ = (char)('0' + v / 10);
	}
	*at++ = (char)('0' + v % 10);
	return at;
}

void text_v4(struct text *t, const uint8_t bytes[4])
{
	char buffer[16], *at = buffer;
	for (int i = 0; i < 4; i++) {
		if (i)
			*at++ = '.';
		at = prefix_put_octet(at, bytes[i]);
	}
	text_bytes(t, buffer, (size_t)(at - buffer));
}

void text_addr(struct text *t, const struct addr *a)
{
	char buffer[INET6_ADDRSTRLEN];
	if (a->family == FAMILY_V6 && inet_ntop(AF_INET6, a->bytes, buffer, sizeof(buffer)))
		text_put(t, buffer);
	else
		text_v4(t, a->bytes);
}

void text_prefix(struct text *t, const struct prefix *p)
{
	struct addr a = {.family = p->family};
	memcpy(a.bytes, p->bytes, sizeof(a.bytes));
	text_addr(t, &a);
	text_char(t, '/');
	text_u64(t, p->length);
}
