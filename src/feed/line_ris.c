// SPDX-License-Identifier: ISC
// Times and kinds of RIS Live's lines.
#include "feed/line_ris.h"

#include "base/err.h"
#include "base/scan.h"
#include "base/when.h"
#include "feed/line_foreign.h"

#define ERROR_SHOWN 200

static bool line_ris_holds(struct cursor c, const char *word)
{
	return memmem(c.at, cursor_left(&c), word, strlen(word));
}

bool line_ris_is(struct cursor head)
{
	if (!cursor_left(&head) || line_ris_holds(head, "\"prb_id\"") || line_ris_holds(head, "\"observer\""))
		return false;
	return line_ris_holds(head, "\"ris_message\"") || line_ris_holds(head, "\"ris_subscribe_ok\"") ||
	       line_ris_holds(head, "\"ris_rrc_list\"") || line_ris_holds(head, "\"ris_error\"") ||
	       (line_ris_holds(head, "\"peer_asn\"") && line_ris_holds(head, "\"host\"") &&
		line_ris_holds(head, "\"timestamp\""));
}

static bool line_ris_begins(struct cursor c, const char *word)
{
	size_t n = strlen(word);
	return cursor_left(&c) >= n && !memcmp(c.at, word, n);
}

bool line_ris_stream(struct cursor head)
{
	return (line_ris_begins(head, "data:") || line_ris_begins(head, "event:") || line_ris_begins(head, ":")) &&
	       line_ris_is(head);
}

// A line of the event stream: false where it holds no data.
static bool line_ris_unwrap(struct cursor *line)
{
	static const char *const others[] = {"event:", "id:", "retry:", ":"};
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (line_ris_begins(*line, others[i]))
			return false;
	if (line_ris_begins(*line, "data:"))
		line->at += strlen("data:");
	scan_blank(line);
	return cursor_left(line);
}

struct line_ris_found {
	struct scan_value type, data, timestamp, peer, message;
};

// The members of one object; a later one of a name counts.
static bool line_ris_members(struct cursor object, struct line_ris_found *ret)
{
	struct scan_value key, value;
	int got;
	if (!scan_enter(&object, '{'))
		return false;
	while ((got = scan_member(&object, &key, &value)) == 1) {
		if (scan_is(&key, "type"))
			ret->type = value;
		else if (scan_is(&key, "data"))
			ret->data = value;
		else if (scan_is(&key, "timestamp"))
			ret->timestamp = value;
		else if (scan_is(&key, "peer"))
			ret->peer = value;
		else if (scan_is(&key, "message"))
			ret->message = value;
	}
	scan_blank(&object);
	return got == 0 && !cursor_left(&object);
}

static int line_ris_error(const struct line_ris_found *inner, struct text *why)
{
	size_t n = cursor_left(&inner->message.text);
	text_put(why, "RIS Live told of an error, and what it would have sent is missing: ");
	text_bytes(why, n ? (const char *)inner->message.text.at : "?", n < ERROR_SHOWN ? (n ? n : 1) : ERROR_SHOWN);
	return ERR_MALFORMED;
}

int line_ris_take(struct cursor *line, struct text *why, struct instant *ret)
{
	struct line_ris_found outer = {0}, inner = {0};
	text_clear(why);
	if (!line_ris_unwrap(line))
		return 0;
	if (!line_ris_members(*line, &outer)) {
		text_put(why, "not one whole JSON object");
		return ERR_MALFORMED;
	}
	bool wrapped = outer.data.type == SCAN_OBJECT;
	if (wrapped && !line_ris_members(outer.data.text, &inner)) {
		text_put(why, "its data are no JSON object");
		return ERR_MALFORMED;
	}
	if (scan_is(&outer.type, "ris_error"))
		return line_ris_error(wrapped ? &inner : &outer, why);
	if (!scan_is(&outer.type, "ris_message") && (wrapped || outer.peer.type == SCAN_ABSENT) &&
	    outer.type.type == SCAN_STRING)
		return 0;
	const struct line_ris_found *of = wrapped ? &inner : &outer;
	if (of->timestamp.type == SCAN_NUMBER && when_number(of->timestamp.text, ret))
		return 1;
	text_put(why, "no message of RIS Live with a readable timestamp: ");
	line_foreign_members(*line, why);
	return ERR_MALFORMED;
}
