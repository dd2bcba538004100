// SPDX-License-Identifier: ISC
// Whom a file of series is about, for those who must know before they read it.
#include "feed/feed.h"

#include "base/err.h"
#include "feed/reader.h"

#define NAME_MAX_BYTES 200

// The name in front of the first tab, if it is another than the one before.
static bool line_entities_take_name(struct cursor line, char name[NAME_MAX_BYTES + 1])
{
	const uint8_t *tab = cursor_left(&line) ? memchr(line.at, '\t', cursor_left(&line)) : NULL;
	size_t n = tab ? (size_t)(tab - line.at) : 0;
	if (!n || n > NAME_MAX_BYTES || (strlen(name) == n && !memcmp(name, line.at, n)))
		return false;
	memcpy(name, line.at, n);
	name[n] = '\0';
	return true;
}

int feed_series_entities(const char *file, int (*found)(void *context, const char *entity), void *context)
{
	struct reader *r = NULL;
	struct record record;
	char name[NAME_MAX_BYTES + 1] = "";
	int error = reader_open(file, &r);
	if (error)
		return error;
	reader_watermark(r, -1);
	while (!error && reader_lines(r) && reader_next(r, &record) == 1)
		if (record.kind == RECORD_LINE && record.form == LINE_SERIES &&
		    line_entities_take_name(record.bytes, name))
			error = found(context, name);
	reader_close(r);
	return error;
}
