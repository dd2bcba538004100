// SPDX-License-Identifier: ISC
// How a service is to be asked and what of its answer is fine, beyond its operation and the plain flags: what a module of another
// program's configuration says. A plain value without pointers, so that it crosses a process boundary as it is. Nothing secret: what
// logs in is never in it.
#pragma once

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MANNER_TEXTS	8192 // bytes of all its texts
#define MANNER_STATUSES 1000 // HTTP
#define MANNER_RCODES	24   // DNS
#define MANNER_PARTS	64
#define MANNER_PATH_MAX 2047

enum manner_flag {
	MANNER_FOLLOW = 1,	 // redirects, as long as the gate lets their hops pass
	MANNER_TLS_ANY = 2,	 // nothing of a certificate is judged
	MANNER_CLEAR_ONLY = 4,	 // HTTP: an answer over TLS is a failure
	MANNER_TLS_ONLY = 8,	 // HTTP: an answer in clear is a failure
	MANNER_RCODE = 16,	 // DNS: the response code alone decides, with those of `rcodes` fine
	MANNER_OFFER_HTTP2 = 32, // a server that then chooses HTTP/2 gives none of the `versions`
};

enum manner_version { MANNER_HTTP10 = 1, MANNER_HTTP11 = 2 };

enum manner_kind {
	MANNER_HOST = 1,    // HTTP: the Host as it is sent
	MANNER_SERVER_NAME, // TLS: asked for, and looked for in the certificate
	MANNER_AGENT,	    // HTTP: stands before our own User-Agent
	MANNER_ACCEPT,	    // HTTP: in place of ours
	MANNER_HEADER,	    // HTTP: "Name: value", any number of them
	MANNER_BODY_NOT,    // HTTP: a pattern that must not be found in the body
	MANNER_BODY,	    // HTTP: a pattern that must be
	MANNER_FIELD_NOT,   // HTTP: "name\npattern": no header of that name may hold it
	MANNER_FIELD,	    // HTTP: one of them must
	MANNER_EXPECT,	    // TCP: a line that holds this pattern is waited for
	MANNER_SEND,	    // TCP: then this line is sent; ${1} is a group of the line before
	MANNER_STARTTLS,    // TCP: then TLS begins
	MANNER_KINDS
};

enum manner_mark {
	MANNER_MISSING_FINE = 1, // of a field: it may be missing
	MANNER_EXPANDED = 2,	 // of what is sent: groups of the line before are put in
};

struct manner {
	uint32_t flags;			       // enum manner_flag
	uint32_t rcodes;		       // bits
	uint32_t body_most;		       // HTTP: bytes of a body, more is a failure; 0: as many as are read
	uint8_t versions;		       // of HTTP that are fine, enum manner_version; 0: all
	uint8_t tls_least, tls_most;	       // 10 to 13; 0: any
	bool any_status;		       // `statuses` is not used: 2xx
	uint8_t statuses[MANNER_STATUSES / 8]; // bits
	uint16_t parts, used;
	char texts[MANNER_TEXTS]; // of each part: kind, mark, its text, a zero byte
};

struct manner_part {
	uint8_t kind, mark; // enum manner_kind, enum manner_mark
	const char *text;   // borrowed from the manner
};

// As a module is that says nothing: 2xx, NOERROR.
void manner_init(struct manner *m);
// Adds a part behind the others. False: there is no room.
bool MUST_USE manner_add(struct manner *m, uint8_t kind, uint8_t mark, const char *text);
void manner_status_add(struct manner *m, unsigned status); // below MANNER_STATUSES
bool manner_status_fine(const struct manner *m, unsigned status);
// The next part from *at on, which begins as 0. False: no more.
bool manner_next(const struct manner *m, size_t *at, struct manner_part *ret);
// The text of the first part of that kind; null: none.
const char *manner_text(const struct manner *m, uint8_t kind);
bool manner_has(const struct manner *m, uint8_t kind);
// Whether it asks for more than whoever passes by may: for targets of the operator's own allowlist only.
bool manner_for_own(const struct manner *m);
bool manner_same(const struct manner *a, const struct manner *b);
// Whether what another process handed on is one.
bool manner_sound(const struct manner *m);
