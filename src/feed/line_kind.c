// SPDX-License-Identifier: ISC
// Telling files of lines from each other and from others.
#include "feed/line_kind.h"

#include "base/scan.h"
#include "feed/line_csv.h"
#include "feed/line_fping.h"
#include "feed/line_zmap.h"

static bool line_kind_name_has(const char *path, const char *part)
{
	const char *slash = strrchr(path, '/');
	return strstr(slash ? slash : path, part);
}

bool line_kind_named(const char *path)
{
	return line_kind_name_has(path, ".ndjson") || line_kind_name_has(path, ".json") ||
	       line_kind_name_has(path, ".csv") || line_kind_name_has(path, ".fping");
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

enum line_kind line_kind_of(struct cursor head, const char *path)
{
	struct cursor c = head;
	if (cursor_left(&c) >= 3 && !memcmp(c.at, "\xef\xbb\xbf", 3))
		c.at += 3;
	scan_blank(&c);
	struct cursor body = c;
	if (line_fping_is(body))
		return LINE_KIND_FPING;
	bool named = line_kind_named(path), array = scan_enter(&c, '[');
	scan_blank(&c);
	bool object = scan_enter(&c, '{');
	scan_blank(&c);
	bool json = object && c.at < c.end && (*c.at == '"' || *c.at == '}');
	if ((json || (array && named)) && line_kind_is_ioda(body))
		return LINE_KIND_IODA;
	if (array && (json || named))
		return LINE_KIND_ARRAY;
	if (json)
		return LINE_KIND_JSON;
	enum line_kind csv = cursor_left(&body) ? line_kind_of_csv(body) : LINE_KIND_NONE;
	if (csv != LINE_KIND_NONE || !named)
		return csv;
	if (line_kind_name_has(path, ".fping"))
		return LINE_KIND_FPING;
	return line_kind_name_has(path, ".csv") ? LINE_KIND_CSV : LINE_KIND_JSON;
}
