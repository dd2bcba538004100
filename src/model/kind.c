// SPDX-License-Identifier: ISC
// The table of kinds.
#include "model/kind.h"

#include "base/attr.h"

#include <string.h>
#include <strings.h>

static const struct kind_row kind_table[] = {
	{"host", PROBE_ICMP_ECHO, TARGET_HOST, 0, 0},	    {"dns", PROBE_DNS, TARGET_SERVICE, 0, 53},
	{"http", PROBE_HTTP, TARGET_SERVICE, 0, 80},	    {"https", PROBE_HTTP, TARGET_SERVICE, CHECK_HTTPS, 443},
	{"smtp", PROBE_SMTP, TARGET_SERVICE, 0, 25},	    {"tls", PROBE_TLS, TARGET_SERVICE, 0, 443},
	{"tcp", PROBE_TCP_CONNECT, TARGET_SERVICE, 0, 0},   {"border", PROBE_ICMP_ECHO, TARGET_BORDER, 0, 0},
	{"control", PROBE_ICMP_ECHO, TARGET_CONTROL, 0, 0},
};

const struct kind_row *kind_of(const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(kind_table); i++)
		if (strcmp(kind_table[i].word, word) == 0)
			return &kind_table[i];
	return NULL;
}

const char *kind_word(uint8_t op, uint8_t role, uint16_t flags)
{
	bool special = role == TARGET_CONTROL || role == TARGET_BORDER;
	for (size_t i = 0; i < ARRAY_LEN(kind_table); i++) {
		const struct kind_row *k = &kind_table[i];
		bool same = k->op == op && (k->flags & CHECK_HTTPS) == (flags & CHECK_HTTPS) &&
			    k->role != TARGET_CONTROL && k->role != TARGET_BORDER;
		if (special ? k->role == role : same)
			return k->word;
	}
	return NULL;
}

const struct kind_row *kind_of_port(uint16_t port)
{
	for (size_t i = 0; port && i < ARRAY_LEN(kind_table); i++)
		if (kind_table[i].port == port)
			return &kind_table[i];
	return NULL;
}

const struct kind_row *kind_of_scheme(const char *scheme, size_t n)
{
	for (size_t i = 0; i < ARRAY_LEN(kind_table); i++)
		if (kind_table[i].role == TARGET_SERVICE && strlen(kind_table[i].word) == n &&
		    strncasecmp(kind_table[i].word, scheme, n) == 0) // RFC 3986 3.1
			return &kind_table[i];
	bool ping = n == 4 && (strncasecmp(scheme, "icmp", n) == 0 || strncasecmp(scheme, "ping", n) == 0);
	return ping ? kind_of("host") : NULL;
}
