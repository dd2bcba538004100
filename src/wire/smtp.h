// SPDX-License-Identifier: ISC
// SMTP as a service check needs it (RFC 5321, 3207): replies of one or many lines, of which only the code counts, and the four
// commands that are ever sent. Reads in any pieces. Refuses what does not begin with a reply code at its first byte that differs.
#pragma once

#include "base/cursor.h"

#define SMTP_LINE_MAX	 2048  // RFC 5321 says 512; servers with many words exist
#define SMTP_REPLY_MAX	 16384 // of one reply
#define SMTP_COMMAND_MAX 264   // EHLO with the longest name

#define SMTP_STARTTLS "STARTTLS\r\n"
#define SMTP_QUIT     "QUIT\r\n"

struct smtp_reply {
	uint16_t code; // of the reply, once it is complete; of its lines so far before
	// where the reader stands
	uint32_t bytes;
	uint32_t line_length;
	char line[4];	// its first bytes
	bool last_line; // has no '-' after the code
};

void smtp_reply_begin(struct smtp_reply *r);
// Reads on. 1: the reply is complete, c stands behind it; 0: need more, c is empty; ERR_MALFORMED; ERR_TOO_LARGE.
int MUST_USE smtp_reply_read(struct smtp_reply *r, struct cursor *c);

// Writes EHLO, or the older HELO, into SMTP_COMMAND_MAX bytes. Its length, or ERR_MALFORMED: the name is none, or longer than 255.
int MUST_USE smtp_ehlo_write(const char *name, char *ret_bytes);
int MUST_USE smtp_helo_write(const char *name, char *ret_bytes);
// Whether a text can follow EHLO: letters, digits, '-', '.', and '[', ']', ':' of an address.
bool smtp_name_valid(const char *text);
