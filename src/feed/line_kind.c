// SPDX-License-Identifier: ISC
// Telling files of lines from each other and from others.
#include "feed/line_kind.h"

#include "base/scan.h"
#include "feed/line_csv.h"
#include "feed/line_foreign.h"
#include "feed/line_fping.h"
#include "feed/line_ping.h"
#include "feed/line_point.h"
#include "feed/line_ris.h"
#include "feed/line_zmap.h"

static bool line_kind_name_has(const char *path, const char *part)
{
	const char *slash = strrchr(path, '/');
	return strstr(slash ? slash : path, part);
}

bool line_kind_named(const char *path)
{
	return line_kind_name_has(path, ".ndjson") || line_kind_name_has(path, ".json") ||
	       line_kind_name_has(path, ".csv") || line_kind_name_has(path, ".tsv") ||
	       line_kind_name_has(path, ".fping");
}

static bool line_kind_holds(struct cursor c, const char *word)
{
	return memmem(c.at, cursor_left(&c), word, strlen(word));
}

// An object that is no result of a probe or of a measurement, but an envelope around series.
static bool line_kind_is_ioda(struct cursor head)
{
	if (line_kind_holds(head, "\"entityType\""))
		return true;
	return line_kind_holds(head, "\"requestParameters\"") ||
	       (line_kind_holds(head, "\"metadata\"") && line_kind_holds(head, "\"perf\""));
}

// By the names of the columns in its first line.
static enum line_kind line_kind_of_csv(struct cursor head)
{
	struct line_csv csv;
	struct line_zmap zmap;
	const uint8_t *end = memchr(head.at, '\n', cursor_left(&head));
	struct cursor first = {head.at, end ? end : head.end};
	if (first.at < first.end && first.end[-1] == '\r')
		first.end--;
	if (line_csv_header(first, &csv))
		return LINE_KIND_CSV;
	return line_zmap_header(first, &zmap) ? LINE_KIND_ZMAP : LINE_KIND_NONE;
}

// Whether each line is an object: none that is written over several lines has more than its bracket on the first.
static bool line_kind_one_a_line(struct cursor object)
{
	const uint8_t *at = object.at + 1;
	while (at < object.end && (*at == ' ' || *at == '\r'))
		at++;
	return at == object.end || *at != '\n';
}

static struct cursor line_kind_body(struct cursor head)
{
	if (cursor_left(&head) >= 3 && !memcmp(head.at, "\xef\xbb\xbf", 3))
		head.at += 3;
	scan_blank(&head);
	return head;
}

// IODA's answers, and not a file of single values in its words.
static bool line_kind_is_document(struct cursor body)
{
	struct text out = {0};
	struct instant time;
	const uint8_t *end = memchr(body.at, '\n', cursor_left(&body));
	bool point = line_point_take((struct cursor){body.at, end ? end : body.end}, &out, &time);
	text_free(&out);
	return !point && line_kind_is_ioda(body);
}

static enum line_kind line_kind_of_json(struct cursor body, bool array, bool json)
{
	bool results = line_kind_holds(body, "\"prb_id\"") || line_kind_holds(body, "\"observer\"");
	if (line_ris_is(body))
		return array || (json && !line_kind_one_a_line(body)) ? LINE_KIND_ARRAY : LINE_KIND_JSON;
	if (!results && line_foreign(body))
		return LINE_KIND_FOREIGN;
	if (!results && line_kind_is_document(body))
		return LINE_KIND_IODA;
	return array || (json && !line_kind_one_a_line(body)) ? LINE_KIND_ARRAY : LINE_KIND_JSON;
}

static enum line_kind line_kind_of_body(struct cursor body, const char *path)
{
	struct cursor c = body;
	if (line_fping_is(body))
		return LINE_KIND_FPING;
	if (line_ping_is(body))
		return LINE_KIND_PING;
	bool named = line_kind_named(path), array = scan_enter(&c, '[');
	scan_blank(&c);
	bool object = scan_enter(&c, '{');
	scan_blank(&c);
	bool json = object && c.at < c.end && (*c.at == '"' || *c.at == '}');
	bool frame = array && !object && c.at < c.end && *c.at == '"'; // ["atlas_result", {...}]
	if (json || frame || (array && named))
		return line_kind_of_json(body, array, json);
	if (line_ris_stream(body))
		return LINE_KIND_JSON;
	enum line_kind csv = cursor_left(&body) ? line_kind_of_csv(body) : LINE_KIND_NONE;
	if (csv != LINE_KIND_NONE)
		return csv;
	return cursor_left(&body) && line_foreign(body) ? LINE_KIND_FOREIGN : LINE_KIND_NONE;
}

enum line_kind line_kind_of(struct cursor head, const char *path)
{
	enum line_kind kind = line_kind_of_body(line_kind_body(head), path);
	if (kind != LINE_KIND_NONE || !line_kind_named(path))
		return kind;
	if (line_kind_name_has(path, ".fping"))
		return LINE_KIND_FPING;
	return line_kind_name_has(path, ".csv") || line_kind_name_has(path, ".tsv") ? LINE_KIND_CSV : LINE_KIND_JSON;
}

bool line_kind_sure(struct cursor head)
{
	static const char *const words[] = {"\"prb_id\"",    "\"observer\"", "\"resp\"",	"\"timeout\"",
					    "\"ping_sent\"", "\"saddr\"",    "\"cycle-start\"", "\"value\""};
	struct cursor body = line_kind_body(head);
	enum line_kind kind = cursor_left(&body) ? line_kind_of_body(body, "") : LINE_KIND_NONE;
	if (line_ris_is(body) || (kind != LINE_KIND_JSON && kind != LINE_KIND_ARRAY))
		return kind != LINE_KIND_NONE;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (line_kind_holds(body, words[i]))
			return true;
	return false;
}
