// SPDX-License-Identifier: ISC
// Records → observations. Keeps what decoding needs across records: the peer index table of each source, which
// peers use ADD-PATH, which BMP view of a peer is followed. One bad record costs that record. What goes out is self-contained:
// the numbers of peers, observers, targets, series and sources are the decoder's own, and announced before they are used.
#pragma once

#include "model/attempt.h"
#include "model/batch.h"
#include "model/entity.h"
#include "model/peer.h"
#include "model/record.h"
#include "wire/bgp.h"

struct decoder;

enum decode_count {
	DECODE_RECORDS,
	DECODE_MESSAGES,  // BGP messages
	DECODE_ANNOUNCED, // elements
	DECODE_WITHDRAWN,
	DECODE_RIB_ENTRIES,
	DECODE_STATES, // session changes
	DECODE_END_OF_RIB,
	DECODE_KEEPALIVES,
	DECODE_OPENS,
	DECODE_NOTIFICATIONS,
	DECODE_OTHER_FAMILY,	 // NLRI blocks of families that are not IPv4/IPv6 unicast
	DECODE_UNSUPPORTED,	 // records of types that are not read
	DECODE_MALFORMED,	 // records rejected whole
	DECODE_MALFORMED_UPDATE, // UPDATEs kept out of the state (treat-as-withdraw)
	DECODE_DISCARDED,	 // UPDATEs whose bad attribute was dropped (RFC 7606)
	DECODE_UNKNOWN_ATTRIBUTE,
	DECODE_BAD_PEER_INDEX,	 // RIB entries whose index is beyond the table
	DECODE_ADD_PATH_GUESSED, // NLRI fields read with path identifiers against what the record says, or without
	DECODE_BMP_STATISTICS,
	DECODE_BMP_OTHER_VIEW, // route monitoring of views that are not followed, of which another is
	DECODE_BMP_LEFT_OUT,   // route monitoring of peers of which no view is followed
	DECODE_BMP_UNUSABLE,   // views that withdraw what they never announced, by family: withdrawals held back
	DECODE_PROBES,
	DECODE_SERIES_VALUES,
	DECODE_SERIES_UNKNOWN, // values of entities that are not in the list
	DECODE_BAD_LINES,      // lines that were refused, here or by the reader
	DECODE_LATE_LINES,     // lines that came after younger ones, further than the reader puts in order
	DECODE_ATLAS_UNSYNCED, // results of probes whose clock was not synchronised
	DECODE_ATLAS_EMPTY,    // results that say nothing of an address
	DECODE_ATLAS_OTHER,    // results of types that are not read
	DECODE_HEALTH,	       // lines of observers about themselves
	DECODE_TOOL_OTHER,     // answers that other tools tell of and that say nothing of a target
	DECODE_SERIES_AGAIN,   // values that came before: downloads that overlap and agree
	DECODE_PEERS_OVER,     // times that a peer was met of which there are too many
	DECODE_MULTICAST,      // fields of multicast prefixes that bgpdump's form shows and no other
	DECODE_BMP_VERSION,    // BMP messages of a version that is not read
	DECODE_SERIES_TWICE,   // values of a time of which a newer download says something else
	DECODE_COUNT
};

struct decode_counts {
	uint64_t of[DECODE_COUNT];
	uint64_t faults[BGP_FAULT_COUNT]; // malformed or discarded, by reason
};

#define DECODE_BAD_NAMED 20 // bad lines of a source that are named one by one

struct decode_bad_line {
	uint32_t source;
	uint64_t line; // its number from 1; 0: not known, or `more` is meant
	uint64_t more; // so many bad lines beyond those that were named
	bool contradicts; // no bad lines: `more` values of which a newer download of the same series says something else, and is believed
	const char *why;
};

struct decode_options {
	bool routes;	    // fill batch.routes and flush after every record (text output); else batch across records
	bool bmp_all_views; // text output: do not choose one view per peer
	bool as_bgpdump; // text output: multicast prefixes too, the AS of a peer as its table has it, paths with AS 0, and those
			 // before the break in NLRI that break
	bool trust_subtypes;		    // path identifiers only where the record says so: no guessing
	bool lines;			    // read lines; else they are counted as unsupported
	const struct entity_list *entities; // whose series are wanted; may grow between records; null: nobody's
	const struct peer_table
		*collectors; // names of the collectors that records speak of by number; null: they have none
	void (*bad_line)(void *context, const struct decode_bad_line *bad); // may be null
	void *bad_context;
};

// `options` may be null: all of them off. The sink must have a function.
struct decoder *decoder_create(const struct decode_options *options, struct batch_sink out);
void decoder_free(struct decoder *d);

// Takes one record. 0, or what the sink answered. Bytes are borrowed for the call only.
int decoder_take(struct decoder *d, const struct record *r);

// Our own measurements, without a detour over text: the same observations as the lines that report/attempt.h writes of them.
// `name`: the name asked for, or null. 0, what the sink answered, or ERR_FULL when there are more targets than can be told apart.
int decoder_attempt(struct decoder *d, const struct attempt *a, const char *observer, const char *name);
struct decode_health { // what an observer says of itself
	struct instant time;
	struct instant from; // since when; unknown: `time`
	const char *observer;
	uint8_t state, why; // model/observer.h
	uint32_t loss_ppm;  // OBS_LOSS_WHOLE at most; 0 not known
};
int decoder_health(struct decoder *d, const struct decode_health *h);

// Entities of series that are not in the list, in the order in which they came, a few of them; null beyond. Borrowed.
const char *decoder_stranger(const struct decoder *d, size_t index);

// The archive of the collector holds what it recorded in so many seconds from `from` on, whether anything was or not.
void decoder_kept(struct decoder *d, uint16_t collector, struct instant from, uint32_t seconds);

int decoder_flush(struct decoder *d); // hands on what is batched
const struct decode_counts *decoder_counts(const struct decoder *d);
// What people are told where the count is not zero, after the number; null: nothing. Of views that are not followed it is no fault.
const char *decode_worry(enum decode_count which);
const char *decode_count_name(enum decode_count which); // e.g. "malformed_update"

// Whether the count is told of: those that newer versions added only where there is something to count.
static inline bool decode_count_told(const struct decode_counts *c, int which)
{
	return which < DECODE_HEALTH || (which < DECODE_COUNT && c->of[which]);
}
