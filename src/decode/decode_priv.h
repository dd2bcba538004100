// SPDX-License-Identifier: ISC
// What the files of decode/ share: the batch, and what is remembered per peer and per source. Nobody else
// includes it.
#pragma once

#include "base/attr.h"
#include "base/scan.h"
#include "decode/decode.h"
#include "decode/names.h"
#include "model/target.h"
#include "wire/aspath.h"
#include "wire/mrt.h"
#include "wire/route.h"

#define BATCH_MAX     1024	   // observations handed on at a time
#define ARENA_ASNS    (32u * 1024) // AS numbers of their paths; far more than ASPATH_MAX
#define SLOTS_MAX     128	   // routes with all attributes handed on at a time
#define SESSION_CACHE 256	   // peers found without asking the registry

#define DECODE_OBSERVERS_OVER "more observers than are kept apart (1024, a limit of this version)"

struct decode_bmp;    // decode/bmp.c: the router behind one BMP stream
struct decode_lines;  // decode/probe.c: what a source of lines needs
struct decode_series; // decode/series.c: a slot of a cache
struct decode_last;   // and the last value

#define STRANGERS_MAX  8
#define STRANGER_BYTES 48

struct decode_source {	       // one file
	uint32_t *index;       // peer ids by place in the last PEER_INDEX_TABLE; PEER_NONE: see `speakers`
	struct peer *speakers; // those of the table whose AS is open, by the same places; null: there are none
	uint16_t index_count;
	uint16_t collector;
	bool has_index;
	bool rib_open;	  // OBS_RIB_BEGIN was sent
	bool rib_damaged; // records were lost since
	bool index_waits; // an index table came inside a dump: the next entry tells whether the dump goes on
	uint8_t families; // met in this dump: bit 0 IPv4, bit 1 IPv6
	struct instant rib_time;
	uint64_t *listed; // TABLE_DUMP: peers already named in this dump, a bit by id
	size_t listed_words;
	struct decode_bmp *bmp;
	struct decode_lines *lines;
	uint16_t *hosts; // collectors that its lines named (RIS Live)
	size_t host_count;
};

struct decode_peer {
	uint8_t plain, add_path;     // evidence for the two ways to read its NLRI
	uint8_t cause, notification; // of a NOTIFICATION just seen, for the state change that follows
	uint8_t subcode;
	bool with_text;
};

struct decode_slot { // a route with all attributes; an UPDATE shares one set among three routes
	struct bgp_route plain, mp, withdrawn;
	struct bgp_attributes attributes;
};

struct decode_cached {
	struct peer peer;
	uint32_t id;
	bool used;
};

struct decoder {
	struct decode_names *names;
	struct decode_options options;
	struct batch_sink out;
	int error; // first negative answer of the sink
	struct decode_counts counts;

	struct batch_room batch; // BATCH_MAX observations, ARENA_ASNS words
	size_t slot_count;
	struct decode_slot *slots;

	uint32_t path_at; // of the UPDATE or entry at work, in the words of the batch
	uint16_t path_count;
	uint8_t path_flags;
	uint32_t origin;

	struct decode_source **sources;
	size_t source_count;
	struct decode_peer *known;
	size_t known_count;
	struct decode_cached cache[SESSION_CACHE];
	struct decode_series *series;
	struct decode_last *series_last; // of each series: its newest value
	size_t series_last_count;
	char strangers[STRANGERS_MAX][STRANGER_BYTES]; // entities of series that are not in the list
	size_t stranger_count;
	struct aspath flat;
	uint8_t *stripped; // an AS path without the router's own AS (BMP)
	uint8_t *secured;  // an AS path made of a BGPsec_PATH
	uint8_t *ris;	   // messages made of fields (ris_priv.h); null: none was met
};

// What the decoder knows of withdrawals that may be an artefact of the router (decode/bmp.c).
struct decode_tally {
	uint64_t announced[2], held[2]; // IPv4, IPv6
};

// One BGP message of one peer, whatever wrapped it.
struct decode_envelope {
	uint32_t peer;
	uint16_t collector;
	uint8_t flags;	    // OBS_OUTGOING
	uint8_t as_bytes;   // 2 or 4
	bool as_bytes_open; // a path that breaks is read with AS numbers of the other width
	uint32_t path_id;   // RIB entries
	struct instant time;
	bool add_path[2];	    // as the wrapping says: IPv4, IPv6
	uint32_t own_asn, peer_asn; // BMP: own_asn in front of peer_asn is stripped; 0: nothing is
	struct decode_tally *tally; // BMP, else null
	struct bgp_route route;	    // what all routes of the message share
};

static inline struct decode_peer *decode_peer_at(struct decoder *d, uint32_t id)
{
	return id < d->known_count ? &d->known[id] : NULL;
}

// The attributes of what was pushed last, where they are asked for.
static inline void decode_route(struct decoder *d, const struct bgp_route *route)
{
	if (d->batch.routes)
		d->batch.routes[d->batch.count - 1] = route;
}

// Whether the AS is to be found out; bgpdump prints what is written.
static inline bool decode_speaker_open(const struct decoder *d, uint32_t asn)
{
	return decode_asn_open(asn) && !d->options.as_bgpdump;
}

// The peer, whose AS may be open (names.h): then it is who is known by its address, else the first AS of the path says it; null: no path.
uint32_t decode_speaker_id(struct decoder *d, const struct peer *peer, const struct bgp_attributes *a);

// batch.c
struct obs *decode_push(struct decoder *d, uint8_t kind, const struct decode_envelope *e);
void decode_route(struct decoder *d,
		  const struct bgp_route *route); // of what was pushed last; where routes are asked for
void decode_push_malformed(struct decoder *d, const struct decode_envelope *e, uint32_t fault);
struct decode_slot *decode_make_room(struct decoder *d); // for one more path and one more set of attributes
void decode_path(struct decoder *d, const struct bgp_attributes *a);
void decode_no_path(struct decoder *d);
void decode_record_end(struct decoder *d);
uint32_t decode_peer_id(struct decoder *d, const struct peer *peer); // makes room for decode_peer_at

// rib.c
void decode_index(struct decoder *d, struct decode_source *s, struct mrt_record *m, struct decode_envelope *e);
void decode_rib(struct decoder *d, struct decode_source *s, struct mrt_record *m, struct decode_envelope *e);
void decode_table_dump(struct decoder *d, struct decode_source *s, struct mrt_record *m, struct decode_envelope *e);
void decode_rib_close(struct decoder *d, struct decode_source *s, struct instant now);

// message.c
SELDOM void decode_bare_message(struct decoder *d, const struct decode_envelope *e, uint8_t type,
				struct cursor body); // without its header
void decode_messages(struct decoder *d, const struct decode_envelope *e, struct cursor bgp);

// add_path.c: whether to read this field with path identifiers; 1, 0, or ERR_MALFORMED when it reads neither way
int decode_add_path(struct decoder *d, const struct decode_envelope *e, uint16_t afi, struct cursor nlri);

// bmp.c
void decode_bmp_take(struct decoder *d, struct decode_source *s, const struct record *r);
void decode_bmp_free(struct decode_bmp *b);

// ris.c
void decode_ris(struct decoder *d, struct decode_source *s, const struct record *r);
// One observation of that kind for each collector that lines of the source named.
void decode_ris_each(struct decoder *d, const struct decode_source *s, uint8_t kind, const struct record *r);

// decode.c: the session of e->peer changed, of whose end a NOTIFICATION may have told
void decode_session_change(struct decoder *d, const struct decode_envelope *e, uint8_t old_state, uint8_t new_state);

// probe.c
void decode_probe(struct decoder *d, struct decode_source *s, const struct record *r);
// A value of which a newer download says something else; told at the end of its source.
void decode_contradicted(struct decoder *d, struct decode_source *s, const struct record *r);
void decode_bad_line(struct decoder *d, struct decode_source *s, const struct record *r, const char *why);
void decode_lines_end(struct decoder *d, struct decode_source *s, uint32_t source); // frees s->lines
uint16_t decode_observer(struct decoder *d, struct decode_source *s, const char *id, size_t n);
bool decode_address(const struct scan_value *v, struct addr *ret);

// health.c: null, or why the line is refused
const char *decode_health(struct decoder *d, const struct record *r, uint16_t observer);

// series.c, atlas.c
void decode_series(struct decoder *d, struct decode_source *s, const struct record *r);
void decode_atlas(struct decoder *d, struct decode_source *s, const struct record *r);

// tool.c
void decode_tool(struct decoder *d, struct decode_source *s, const struct record *r);
