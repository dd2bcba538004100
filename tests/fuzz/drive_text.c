// SPDX-License-Identifier: ISC
// Drivers of HTTP and SMTP; see drive_text.h.
#include "drive_text.h"

#include "base/err.h"
#include "wire/http1.h"
#include "wire/smtp.h"

#include <stdio.h>
#include <stdlib.h>

#define REQUIRE(what) ((what) ? (void)0 : fail(__func__, __LINE__, #what))

static _Noreturn void fail(const char *function, int line, const char *what)
{
	fprintf(stderr, "%s, line %d: not so: %s\n", function, line, what);
	abort();
}

struct outcome { // of a whole answer
	int head, body;
	uint16_t status;
	size_t taken;
};

struct answer {
	struct http1_head head;
	struct http1_body body;
};

// One piece; what is left in it comes behind the answer.
static void http1_piece(struct answer *a, struct cursor *part, bool was_head, struct outcome *o)
{
	if (o->head == 0) {
		o->head = http1_head_read(&a->head, part);
		REQUIRE(o->head == 1 || o->head == 0 || o->head == ERR_MALFORMED || o->head == ERR_TOO_LARGE);
		REQUIRE(o->head != 0 || !cursor_left(part));
		REQUIRE(a->head.bytes <= HTTP1_HEAD_MAX);
		if (o->head == 1)
			http1_body_begin(&a->body, &a->head, was_head);
	}
	if (o->head != 1)
		return;
	o->body = http1_body_read(&a->body, part);
	REQUIRE(o->body == 1 || o->body == 0 || o->body == ERR_MALFORMED);
	REQUIRE(o->body != 1 || http1_body_may_end(&a->body));
	REQUIRE(o->body != 0 || !cursor_left(part));
}

// The bytes in pieces of `piece`.
static struct outcome http1_in_pieces(struct cursor c, size_t piece, bool was_head)
{
	struct answer a;
	struct outcome o = {0};
	size_t whole = cursor_left(&c);
	http1_head_begin(&a.head);
	while (cursor_left(&c) && o.head >= 0 && o.body == 0) {
		struct cursor part;
		REQUIRE(cursor_sub(&c, cursor_left(&c) < piece ? cursor_left(&c) : piece, &part));
		http1_piece(&a, &part, was_head, &o);
		o.taken = whole - cursor_left(&c) - cursor_left(&part);
	}
	if (o.head < 0 || o.body < 0)
		o.taken = 0; // where it stopped is of no interest
	o.status = o.head == 1 ? a.head.status : 0;
	REQUIRE(o.head != 1 || (o.status >= 100 && o.status <= 999));
	return o;
}

static bool same(const struct outcome *a, const struct outcome *b)
{
	return a->head == b->head && a->body == b->body && a->status == b->status && a->taken == b->taken;
}

void drive_http1(struct cursor c)
{
	static const size_t pieces[] = {1, 2, 3, 7, 64, 1000};
	for (int was_head = 0; was_head < 2; was_head++) {
		struct outcome whole = http1_in_pieces(c, SIZE_MAX, was_head);
		for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
			struct outcome cut = http1_in_pieces(c, pieces[i], was_head);
			REQUIRE(same(&whole, &cut));
		}
	}
}

// What the replies added up to, and where they ended.
static uint64_t smtp_in_pieces(struct cursor c, size_t piece)
{
	struct smtp_reply r;
	uint64_t sum = 0;
	int got = 0;
	smtp_reply_begin(&r);
	while (got >= 0 && cursor_left(&c)) {
		struct cursor part;
		REQUIRE(cursor_sub(&c, cursor_left(&c) < piece ? cursor_left(&c) : piece, &part));
		while ((got = smtp_reply_read(&r, &part)) == 1) {
			REQUIRE(r.code >= 200 && r.code <= 559);
			sum = sum * 31 + r.code;
			smtp_reply_begin(&r);
		}
		REQUIRE(got < 0 || !cursor_left(&part));
		REQUIRE(r.bytes <= SMTP_REPLY_MAX && r.line_length <= SMTP_LINE_MAX);
	}
	REQUIRE(got == 0 || got == ERR_MALFORMED || got == ERR_TOO_LARGE);
	return sum * 31 + (uint64_t)-got;
}

void drive_smtp(struct cursor c)
{
	uint64_t whole = smtp_in_pieces(c, SIZE_MAX);
	for (size_t piece = 1; piece < 8; piece++)
		REQUIRE(smtp_in_pieces(c, piece) == whole);
}
