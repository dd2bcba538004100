// SPDX-License-Identifier: ISC
// Whether a file is one of lines of text, by its content, and by its name where there is no content to tell.
#pragma once

#include "base/cursor.h"

#define LINE_HEAD_BYTES (16u << 10) // of content that line_kind_of looks at

enum line_kind {
	LINE_KIND_NONE,
	LINE_KIND_JSON,	   // one object a line
	LINE_KIND_ARRAY,   // arrays of objects, or objects of several lines, one behind the other
	LINE_KIND_CSV,	   // one value of a series a line
	LINE_KIND_ZMAP,	   // one answer a line, columns named by the first
	LINE_KIND_FPING,   // lines of fping -D
	LINE_KIND_IODA,	   // documents of IODA's API v2, signals/raw, one behind the other
	LINE_KIND_PING,	   // lines of ping
	LINE_KIND_FOREIGN, // text that is recognised and not read (feed/line_foreign.h)
};

// `head`: first bytes of the uncompressed content, which are none of MRT or BMP.
enum line_kind line_kind_of(struct cursor head, const char *path);

// Whether the content alone says so, and of a kind that is read.
bool line_kind_sure(struct cursor head);

// Whether the name of the file, its folder aside, speaks for lines: .ndjson .jsonl .json .csv .fping, compressed or not.
bool line_kind_named(const char *path);
