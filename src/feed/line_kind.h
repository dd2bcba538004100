// SPDX-License-Identifier: ISC
// Whether a file is one of lines of text, by its content, and by its name where there is no content to tell.
#pragma once

#include "base/cursor.h"

#define LINE_HEAD_BYTES (16u << 10) // of content that line_kind_of looks at

enum line_kind {
	LINE_KIND_NONE,
	LINE_KIND_JSON,	 // one object a line
	LINE_KIND_ARRAY, // one array of objects
	LINE_KIND_CSV,	 // one value of a series a line
	LINE_KIND_ZMAP,	 // one answer a line, columns named by the first
	LINE_KIND_FPING, // lines of fping -D
	LINE_KIND_IODA,	 // one document of IODA's API v2, signals/raw
};

// `head`: first bytes of the uncompressed content, which are none of MRT or BMP.
enum line_kind line_kind_of(struct cursor head, const char *path);

// Whether the name of the file, its folder aside, speaks for lines: .ndjson .jsonl .json .csv .fping, compressed or not.
bool line_kind_named(const char *path);
