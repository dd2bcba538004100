// SPDX-License-Identifier: ISC
// Names of the DNS: text with escapes (RFC 1035 5.1, 4343) to labels and back, comparison, and reading them out of a message
// through its compression pointers (RFC 1035 4.1.4).
#include "wire/dns.h"

#include "base/err.h"
#include "base/number.h"

// DOC: why reading a name ends
// A pointer must lead to a place before the run of labels that it ends, so the places of a name fall strictly; a name that is
// longer than DNS_NAME_MAX ends the reading, so it has at most 127 labels; and a pointer must bring a label before the next
// pointer, so it has at most 128 pointers. What many short records cost that all point at one long name is bounded by the
// caller's count of work.

#define POINTER	    0xc0u
#define LABEL_KIND  0xc0u
#define OFFSET_BITS 0x3fffu

static uint8_t dns_name_lower(uint8_t byte)
{
	return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte + ('a' - 'A')) : byte;
}

// One character of a label at *text, its escape resolved; -1 when broken.
static int dns_name_text_byte(const char **text)
{
	const char *t = *text;
	if (*t != '\\') {
		*text = t + 1;
		return (uint8_t)*t;
	}
	t++;
	if (*t < '0' || *t > '9') {
		*text = *t ? t + 1 : t;
		return *t ? (uint8_t)*t : -1;
	}
	struct cursor c = cursor_of(t, strlen(t));
	uint64_t value;
	if (!number_digits(&c, 3, &value))
		return -1;
	*text = (const char *)c.at;
	return value <= 255 ? (int)value : -1;
}

int dns_name_parse(const char *text, struct dns_name *ret)
{
	struct dns_name n = {0};
	size_t used = 1, label = 0; // `label`: place of the length byte of the label being read
	if (text[0] == '.' && !text[1])
		text++;
	else if (!text[0])
		return ERR_MALFORMED;
	while (*text) {
		if (*text == '.') {
			if (used == label + 1)
				return ERR_MALFORMED;
			n.bytes[label] = (uint8_t)(used - label - 1);
			label = used++;
			text++;
			continue;
		}
		int byte = dns_name_text_byte(&text);
		if (byte < 0)
			return ERR_MALFORMED;
		if (used >= DNS_NAME_MAX || used - label > DNS_LABEL_MAX)
			return ERR_TOO_LARGE;
		n.bytes[used++] = (uint8_t)byte;
	}
	if (used > label + 1) { // no dot at the end
		n.bytes[label] = (uint8_t)(used - label - 1);
		label = used++;
	}
	if (used > DNS_NAME_MAX)
		return ERR_TOO_LARGE;
	n.bytes[label] = 0;
	n.length = (uint8_t)used;
	*ret = n;
	return 0;
}

static size_t dns_name_put_byte(char *at, uint8_t byte)
{
	if (byte > ' ' && byte < 0x7f && byte != '.' && byte != '\\') {
		at[0] = (char)byte;
		return 1;
	}
	at[0] = '\\';
	if (byte == '.' || byte == '\\') {
		at[1] = (char)byte;
		return 2;
	}
	at[1] = (char)('0' + byte / 100);
	at[2] = (char)('0' + byte / 10 % 10);
	at[3] = (char)('0' + byte % 10);
	return 4;
}

size_t dns_name_text(const struct dns_name *name, char ret[DNS_NAME_TEXT_MAX + 1])
{
	size_t used = 0;
	for (size_t at = 0; at < name->length && name->bytes[at]; at += name->bytes[at] + 1u) {
		if (used)
			ret[used++] = '.';
		for (size_t i = 1; i <= name->bytes[at]; i++)
			used += dns_name_put_byte(ret + used, name->bytes[at + i]);
	}
	if (!used)
		ret[used++] = '.';
	ret[used] = 0;
	return used;
}

static bool dns_name_same_bytes(const uint8_t *a, const uint8_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (a[i] != b[i] && dns_name_lower(a[i]) != dns_name_lower(b[i])) // lengths of labels are no letters
			return false;
	return true;
}

bool dns_name_equal(const struct dns_name *a, const struct dns_name *b)
{
	return a->length == b->length && dns_name_same_bytes(a->bytes, b->bytes, a->length);
}

bool dns_name_under(const struct dns_name *name, const struct dns_name *top)
{
	size_t at = 0;
	while (at < name->length && name->length - at > top->length)
		at += name->bytes[at] + 1u;
	return name->length >= at && name->length - at == top->length &&
	       dns_name_same_bytes(name->bytes + at, top->bytes, top->length);
}

// Follows a pointer from a run of labels that began at `run`; false when it does not lead backwards.
static bool dns_name_follow(struct cursor whole, const uint8_t *run, size_t offset, struct cursor *ret)
{
	struct cursor to = whole;
	if (offset >= (size_t)(run - whole.at) || !cursor_skip(&to, offset))
		return false;
	*ret = to;
	return true;
}

int dns_name_read(struct cursor whole, struct cursor *c, uint32_t *work, struct dns_name *ret)
{
	struct cursor at = *c, behind = *c;
	const uint8_t *run = at.at;
	bool jumped = false, labels = true; // `labels`: some since the last pointer
	size_t used = 0;
	uint8_t kind, low;
	for (;;) {
		if (++*work > DNS_WORK_MAX)
			return ERR_TOO_LARGE;
		if (!cursor_u8(&at, &kind))
			return ERR_MALFORMED;
		if ((kind & LABEL_KIND) == POINTER) {
			if (!labels || !cursor_u8(&at, &low))
				return ERR_MALFORMED;
			behind = jumped ? behind : at;
			if (!dns_name_follow(whole, run, (uint32_t)(kind << 8 | low) & OFFSET_BITS, &at))
				return ERR_MALFORMED;
			run = at.at;
			jumped = true;
			labels = false;
			continue;
		}
		if (kind & LABEL_KIND || used + kind + 1u + (kind != 0) > DNS_NAME_MAX)
			return ERR_MALFORMED;
		ret->bytes[used++] = kind;
		if (!kind)
			break;
		if (!cursor_bytes(&at, ret->bytes + used, kind))
			return ERR_MALFORMED;
		used += kind;
		labels = true;
	}
	ret->length = (uint8_t)used;
	*c = jumped ? behind : at;
	return 0;
}
