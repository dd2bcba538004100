// SPDX-License-Identifier: ISC
// Answers as ZMap writes them with -O csv and a header, as LINE_TOOL records. The header says which column holds what; a dash
// in its words (ZMap 2) and an underscore (ZMap 4) are the same. Refuses lines without a stamp.
#pragma once

#include "base/cursor.h"
#include "base/instant.h"
#include "base/text.h"

enum {
	ZMAP_ADDRESS, // who answered
	ZMAP_CLASS,
	ZMAP_REPEAT,
	ZMAP_SENT_S,
	ZMAP_SENT_US,
	ZMAP_CAME_S,
	ZMAP_CAME_US,
	ZMAP_CAME_TEXT,
	ZMAP_WANTED
};

#define ZMAP_COLUMNS_MAX 64

struct line_zmap {
	uint8_t column[ZMAP_WANTED]; // which column holds it; ZMAP_COLUMNS_MAX: none
};

// Whether the line names columns, and among them an address and what kind of answer it was.
bool line_zmap_header(struct cursor line, struct line_zmap *ret);

// Puts "zmap", address, class, nothing, and "repeat" for a second answer into `out`, which is cleared, with tabs between. *ret:
// when it was sent, else when it came: errors of routers have a stamp of sending that is none. False: fewer columns, or no
// readable time.
bool MUST_USE line_zmap_take(const struct line_zmap *z, struct cursor line, struct text *out, struct instant *ret);
// The same of an object a line (-O json).
bool MUST_USE line_zmap_object(struct cursor line, struct text *out, struct instant *ret);
