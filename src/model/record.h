// SPDX-License-Identifier: ISC
// One framed unit of an input file, as feed hands it to decode.
#pragma once

#include "base/cursor.h"
#include "base/instant.h"

enum record_kind {
	RECORD_MRT,	    // bytes: the whole MRT record, header included
	RECORD_BMP,	    // bytes: the whole BMP message, header included
	RECORD_GAP,	    // bytes the reader had to skip; `bytes` holds up to GAP_SAMPLE of them
	RECORD_SOURCE_END,  // the source is read to its end, whole or not
	RECORD_LINE,	    // bytes: one line of text without its end; see enum line_form
	RECORD_TIME,	    // nothing older than `time` comes from this source any more
	RECORD_SOURCE_REST, // the source is read to its end for now, and nobody waits for it any more; it may go on
};

enum line_form {     // what a source of lines holds
	LINE_NONE,   // the source is none of lines: MRT, BMP
	LINE_PROBE,  // RECORD_LINE: a JSON object with "t"
	LINE_ATLAS,  // RECORD_LINE: a JSON object with "timestamp"
	LINE_TOOL,   // RECORD_LINE: an attempt of another tool, fields with tabs between (feed/line_fping.h …)
	LINE_RIS,    // RECORD_LINE: a JSON object, a message of RIS Live or its `data` alone (feed/line_ris.h)
	LINE_SERIES, // RECORD_LINE: entity, signal and value with a tab between, whatever the file looked like
	LINE_ANY,    // gaps and ends of sources of lines
};

enum gap_reason {
	GAP_NONE,
	GAP_FRAMING,	 // no plausible header: skipped up to the next believable one
	GAP_TRUNCATED,	 // the file ends inside a record
	GAP_COMPRESSION, // the compressed stream is cut or broken
	GAP_BOMB,	 // decompression stopped at the limit
	GAP_UNREADABLE,	 // the file cannot be opened or read
	GAP_BAD_LINE,	 // a line that is too long or has no readable time; `line`, or `more` of them
	GAP_REPLACED,	 // a file that was still being read was cut or written anew: read from its beginning again
	GAP_FOREIGN,	 // text of a kind that is not read, to its end; `why` says which
	GAP_REASON_COUNT
};

struct record {
	uint8_t kind;	    // enum record_kind
	uint8_t reason;	    // enum gap_reason
	uint16_t collector; // index into the recording's collectors
	uint32_t source;    // index of the file
	struct instant
		time; // MRT header time (with microseconds of _ET), or BMP arrival; a gap: time of the last good record
	struct instant resumed; // RECORD_GAP: time of the first record after it, if any
	uint64_t offset;	// of the first byte, in the uncompressed stream
	uint64_t length;	// bytes; of a gap its whole length
	struct cursor bytes;	// borrowed until the next call that reads
	int error;		// RECORD_GAP: the code behind the reason, or 0
	uint8_t form;		// enum line_form
	bool late;		// RECORD_LINE: older than one that was given before
	const char *file;	// its path; borrowed
	uint64_t line;		// RECORD_LINE, GAP_BAD_LINE: its number in the file, from 1; 0: `more` is meant
	uint64_t more;		// GAP_BAD_LINE: so many lines beyond those that were named one by one
	const char
		*why; // GAP_BAD_LINE, GAP_FOREIGN: in words, or null; text from outside in it; borrowed like the bytes
	int64_t rank; // RECORD_LINE of LINE_SERIES: which of two values of one time is given first: that of the higher
};

static inline const char *gap_reason_name(uint8_t reason)
{
	static const char *const names[GAP_REASON_COUNT] = {
		"none", "framing", "truncated", "compression", "bomb", "unreadable", "bad_line", "replaced", "foreign"};
	return reason < GAP_REASON_COUNT ? names[reason] : "unknown";
}
