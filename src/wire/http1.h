// SPDX-License-Identifier: ISC
// HTTP/1.1 as a service check needs it (RFC 9112): the request, the head of the answer, its body and where that ends. Reads in any
// pieces, keeps no byte of the body, and takes a bare LF for CRLF. Refuses other protocols at their first byte that differs.
#pragma once

#include "base/cursor.h"

#define HTTP1_HEAD_MAX	   266240 // interim answers (1xx) included; browsers take 256 KiB
#define HTTP1_REQUEST_MAX  12288  // path 2047, other headers 8192, name 255, agents 1024, fixed words
#define HTTP1_LINE_KEPT	   2176	  // of a longer line only this much is looked at
#define HTTP1_LOCATION_MAX 2048

struct http1_request {
	bool head;		 // HEAD, else GET
	const char *host;	 // name or address; IPv6 in brackets
	uint16_t port;		 // 0: the usual one, which is not named
	const char *agent;	 // User-Agent
	const char *path;	 // null: /
	const char *first_agent; // stands before the agent; null: nothing
	const char *accept;	 // null: */*
	const char *const *more; // whole headers, "Name: value"; ended by null; null: none
};

struct http1_head {
	uint16_t status; // 0 until its line has been read
	bool chunked;
	bool has_length;
	uint64_t length;	  // Content-Length
	uint8_t minor;		  // of the version: HTTP/1.minor
	bool each;		  // every header is handed on
	uint32_t location_length; // bytes of the Location; 0 none; beyond HTTP1_LOCATION_MAX it was not kept
	// where the reader stands
	uint32_t bytes;
	uint32_t line_length;		       // so far, and so many of them kept: at most HTTP1_LINE_KEPT
	bool begun;			       // the status line has been read
	bool handed_on;			       // the line is one that the caller has been told of
	char location[HTTP1_LOCATION_MAX + 1]; // all from here on counts only as far as the lengths say
	char line[HTTP1_LINE_KEPT];
};

enum http1_body_kind { HTTP1_BODY_NONE, HTTP1_BODY_LENGTH, HTTP1_BODY_CHUNKED, HTTP1_BODY_TO_END };

struct http1_body {
	uint8_t kind;	// enum http1_body_kind
	uint8_t at;	// chunked: which part of a chunk
	uint8_t digits; // of the size of a chunk
	uint64_t left;	// of the body, or of the chunk
};

// Writes the request into HTTP1_REQUEST_MAX bytes. Its length, ERR_MALFORMED (host or agent hold what a header cannot), or
// ERR_TOO_LARGE.
int MUST_USE http1_request_write(const struct http1_request *r, char *ret_bytes);
// Whether a text can be the value of a header: printable ASCII and blanks.
bool http1_value_valid(const char *text);
// Whether a text can be a Host: letters, digits, '-', '.', '_', and ':', '[', ']' of addresses.
bool http1_host_valid(const char *text);

void http1_head_begin(struct http1_head *h);
// Reads on. 1: the head is complete, c stands at the body; 0: need more, c is empty; ERR_MALFORMED; ERR_TOO_LARGE. Where `each` is set
// behind http1_head_begin(), 2: a header has been read, for http1_head_field(); an interim answer's too.
int MUST_USE http1_head_read(struct http1_head *h, struct cursor *c);
// The header that was read last, as far as it is kept; both are borrowed until the head is read on. False: it is none.
bool http1_head_field(const struct http1_head *h, struct cursor *ret_name, struct cursor *ret_value);

// The body that follows this head; `was_head`: the request was HEAD.
void http1_body_begin(struct http1_body *b, const struct http1_head *h, bool was_head);
// Reads on. 1: the body is complete; 0: need more; ERR_MALFORMED: the chunks are broken.
int MUST_USE http1_body_read(struct http1_body *b, struct cursor *c);
// The same, a piece at a time: it stops behind some bytes of the body, which are in *ret_data (or none).
int MUST_USE http1_body_piece(struct http1_body *b, struct cursor *c, struct cursor *ret_data);
// Whether the connection may end here: it is what ends the body, or the body is complete.
bool http1_body_may_end(const struct http1_body *b);
