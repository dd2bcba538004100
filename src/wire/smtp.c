// SPDX-License-Identifier: ISC
// SMTP replies byte by byte (RFC 5321 4.2) and EHLO. Refuses lines without a code, codes below 200 or above 559, lines of one reply
// with different codes, and replies without an end.
#include "wire/smtp.h"

#include "base/err.h"
#include "base/number.h"

#define NAME_MAX_BYTES 255

void smtp_reply_begin(struct smtp_reply *r)
{
	*r = (struct smtp_reply){0};
}

static bool smtp_digit_between(char c, char low, char high)
{
	return c >= low && c <= high;
}

// The byte at this place of a line's beginning.
static bool smtp_byte_fits(uint32_t place, char c)
{
	switch (place) {
	case 0:
		return smtp_digit_between(c, '2', '5');
	case 1:
		return smtp_digit_between(c, '0', '5');
	case 2:
		return smtp_digit_between(c, '0', '9');
	default:
		return c == ' ' || c == '-' || c == '\t' || c == '\r';
	}
}

static int smtp_line_end(struct smtp_reply *r)
{
	struct cursor c = cursor_of(r->line, r->line_length < 3 ? r->line_length : 3);
	uint64_t code;
	if (!number_digits(&c, 3, &code) || (r->code && r->code != code))
		return ERR_MALFORMED;
	r->code = (uint16_t)code;
	r->last_line = r->line_length == 3 || r->line[3] != '-';
	r->line_length = 0;
	return r->last_line;
}

static int smtp_line_byte(struct smtp_reply *r, uint8_t byte)
{
	if (byte == '\n')
		return smtp_line_end(r);
	if (r->line_length >= SMTP_LINE_MAX)
		return ERR_TOO_LARGE;
	if (r->line_length < sizeof(r->line)) {
		if (!smtp_byte_fits(r->line_length, (char)byte))
			return ERR_MALFORMED;
		r->line[r->line_length] = (char)byte;
	}
	r->line_length++;
	return 0;
}

int smtp_reply_read(struct smtp_reply *r, struct cursor *c)
{
	uint8_t byte;
	while (!r->last_line && cursor_u8(c, &byte)) {
		if (r->bytes >= SMTP_REPLY_MAX)
			return ERR_TOO_LARGE;
		r->bytes++;
		int status = smtp_line_byte(r, byte);
		if (status)
			return status;
	}
	return r->last_line;
}

bool smtp_name_valid(const char *text)
{
	static const char others[] = "-._:[]";
	size_t n = strlen(text);
	for (size_t i = 0; i < n; i++) {
		bool plain = smtp_digit_between(text[i], 'a', 'z') || smtp_digit_between(text[i], 'A', 'Z') ||
			     smtp_digit_between(text[i], '0', '9');
		if (!plain && !strchr(others, text[i]))
			return false;
	}
	return n && n <= NAME_MAX_BYTES;
}

static int smtp_hello_write(const char *verb, const char *name, char *ret_bytes)
{
	static const char end[] = "\r\n";
	if (!smtp_name_valid(name))
		return ERR_MALFORMED;
	size_t n = strlen(name), at = strlen(verb);
	memcpy(ret_bytes, verb, at);
	memcpy(ret_bytes + at, name, n);
	memcpy(ret_bytes + at + n, end, sizeof(end) - 1);
	return (int)(at + n + sizeof(end) - 1);
}

int smtp_ehlo_write(const char *name, char *ret_bytes)
{
	return smtp_hello_write("EHLO ", name, ret_bytes);
}

int smtp_helo_write(const char *name, char *ret_bytes)
{
	return smtp_hello_write("HELO ", name, ret_bytes);
}
