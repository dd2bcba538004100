// SPDX-License-Identifier: ISC
// The decoder: dispatches records by kind and keeps what lives from one record to the next. A record that breaks
// its format is counted and named (OBS_MALFORMED) and costs nothing but itself.
#include "decode/decode.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/must.h"
#include "decode/decode_priv.h"

#include <stdlib.h>

struct decoder *decoder_create(const struct decode_options *options, struct batch_sink out)
{
	must(out.take);
	struct decoder *d = alloc_zero(1, sizeof(*d));
	d->options = options ? *options : (struct decode_options){0};
	d->out = out;
	d->names = decode_names_create(&d->batch, d->options.collectors);
	batch_room_reserve(&d->batch, BATCH_MAX, ARENA_ASNS);
	if (d->options.routes)
		batch_room_routes(&d->batch);
	d->slots = alloc_zero(d->options.routes ? SLOTS_MAX : 1, sizeof(*d->slots));
	d->stripped = alloc_zero(UINT16_MAX, 1);
	d->secured = alloc_zero(UINT16_MAX, 1);
	return d;
}

static void decode_source_free(struct decode_source *s)
{
	if (!s)
		return;
	decode_bmp_free(s->bmp);
	free(s->lines);
	free(s->index);
	free(s->speakers);
	free(s->listed);
	free(s->hosts);
	free(s);
}

void decoder_free(struct decoder *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->source_count; i++)
		decode_source_free(d->sources[i]);
	free(d->sources);
	free(d->known);
	batch_room_free(&d->batch);
	decode_names_free(d->names);
	free(d->slots);
	free(d->stripped);
	free(d->secured);
	free(d->ris);
	free(d->series);
	free(d->series_last);
	free(d);
}

const struct decode_counts *decoder_counts(const struct decoder *d)
{
	return &d->counts;
}

static struct decode_source *decode_source_at(struct decoder *d, const struct record *r)
{
	if (UNLIKELY(r->source >= d->source_count)) {
		size_t wanted = (size_t)r->source + 64;
		d->sources = alloc_resize(d->sources, wanted, sizeof(*d->sources));
		memset(d->sources + d->source_count, 0, (wanted - d->source_count) * sizeof(*d->sources));
		d->source_count = wanted;
	}
	struct decode_source **slot = &d->sources[r->source];
	if (UNLIKELY(!*slot)) {
		*slot = alloc_zero(1, sizeof(**slot));
		(*slot)->collector = r->collector;
		if (r->form == LINE_NONE) // lines name their observers themselves
			decode_name_collector(d->names, r->collector);
	}
	return *slot;
}

static uint32_t decode_session_peer(struct decoder *d, uint16_t collector, const struct mrt_session *s)
{
	struct peer key = {.address = s->peer, .collector = collector, .asn = s->peer_asn};
	return decode_speaker_id(d, &key, NULL);
}

static void decode_take_bgp(struct decoder *d, struct mrt_record *m, struct decode_envelope *e)
{
	const struct mrt_session *s = &m->message.session;
	e->peer = decode_session_peer(d, e->collector, s);
	e->flags = s->outgoing ? OBS_OUTGOING : 0;
	e->as_bytes = s->as4 ? 4 : 2;
	e->add_path[0] = e->add_path[1] = s->add_path;
	e->route.local = s->local;
	e->route.local_asn = s->local_asn;
	if (UNLIKELY(m->message.bare_type))
		decode_bare_message(d, e, m->message.bare_type, m->message.bgp);
	else
		decode_messages(d, e, m->message.bgp);
}

static uint8_t decode_state_byte(uint16_t state)
{
	return state < UINT8_MAX ? (uint8_t)state : UINT8_MAX;
}

static void decode_take_state(struct decoder *d, struct mrt_record *m, struct decode_envelope *e)
{
	const struct mrt_session *s = &m->state.session;
	e->peer = decode_session_peer(d, e->collector, s);
	e->route.local = s->local;
	e->route.local_asn = s->local_asn;
	decode_session_change(d, e, decode_state_byte(m->state.old_state), decode_state_byte(m->state.new_state));
}

void decode_session_change(struct decoder *d, const struct decode_envelope *e, uint8_t old_state, uint8_t new_state)
{
	d->counts.of[DECODE_STATES]++;
	struct decode_slot *slot = decode_make_room(d);
	struct obs *o = decode_push(d, OBS_SESSION, e);
	o->session.old_state = old_state;
	o->session.new_state = new_state;
	struct decode_peer *known = decode_peer_at(d, e->peer);
	if (known && new_state != SESSION_ESTABLISHED) {
		o->session.cause = known->cause;
		o->session.notification = known->notification;
		o->closing.subcode = known->subcode;
		o->closing.with_text = known->with_text;
		*known = (struct decode_peer){0};
	}
	if (d->options.routes) {
		slot->plain = e->route;
		decode_route(d, &slot->plain);
	}
}

static uint8_t decode_envelope_of(uint16_t type)
{
	switch (type) {
	case MRT_TYPE_TABLE_DUMP:
		return ENVELOPE_TABLE_DUMP;
	case MRT_TYPE_TABLE_DUMP_V2:
		return ENVELOPE_TABLE_DUMP2;
	case MRT_TYPE_BGP4MP_ET:
		return ENVELOPE_BGP4MP_ET;
	case MRT_TYPE_LEGACY_BGP:
	case MRT_TYPE_LEGACY_BGP4PLUS:
	case MRT_TYPE_LEGACY_BGP4PLUS_01:
		return ENVELOPE_BGP;
	default:
		return ENVELOPE_BGP4MP;
	}
}

static void decode_take_kind(struct decoder *d, struct decode_source *s, struct mrt_record *m,
			     struct decode_envelope *e)
{
	if (s->rib_open && (m->kind == MRT_MESSAGE || m->kind == MRT_STATE))
		decode_rib_close(d, s, e->time);
	switch (m->kind) {
	case MRT_PEER_INDEX:
		decode_index(d, s, m, e);
		break;
	case MRT_RIB:
		decode_rib(d, s, m, e);
		break;
	case MRT_RIB_OTHER:
		d->counts.of[DECODE_OTHER_FAMILY]++;
		break;
	case MRT_TABLE_DUMP:
		decode_table_dump(d, s, m, e);
		break;
	case MRT_MESSAGE:
		decode_take_bgp(d, m, e);
		break;
	case MRT_STATE:
		decode_take_state(d, m, e);
		break;
	case MRT_KIND_COUNT:
		break;
	}
}

static inline void decode_take_mrt(struct decoder *d, struct decode_source *s, const struct record *r)
{
	struct mrt_header header;
	struct mrt_record m;
	struct cursor c = r->bytes;
	struct decode_envelope e = {.peer = PEER_NONE, .collector = r->collector, .time = r->time};
	if (mrt_header(&c, &header) != 1) {
		d->counts.of[DECODE_MALFORMED]++;
		decode_push_malformed(d, &e, (uint32_t)-ERR_TRUNCATED);
		return;
	}
	int got = mrt_record(&header, c, &m);
	if (UNLIKELY(got == ERR_UNSUPPORTED)) {
		d->counts.of[DECODE_UNSUPPORTED]++;
		return;
	}
	if (UNLIKELY(got != 1)) {
		d->counts.of[DECODE_MALFORMED]++;
		s->rib_damaged = true;
		decode_push_malformed(d, &e, (uint32_t)-ERR_MALFORMED);
		return;
	}
	e.route = (struct bgp_route){.envelope = decode_envelope_of(header.type),
				     .subtype = header.subtype,
				     .header_seconds = header.seconds,
				     .microseconds = m.microseconds};
	decode_take_kind(d, s, &m, &e);
}

// The peer whose record lost its framing, if what is left of the record still says.
static uint32_t decode_gap_peer(struct decoder *d, const struct record *r)
{
	struct mrt_header header;
	struct mrt_record m;
	struct cursor c = r->bytes;
	if (mrt_header(&c, &header) != 1 || (header.type != MRT_TYPE_BGP4MP && header.type != MRT_TYPE_BGP4MP_ET))
		return PEER_NONE;
	if (header.length > cursor_left(&c))
		header.length = (uint32_t)cursor_left(&c);
	c.end = c.at + header.length;
	if (mrt_record(&header, c, &m) != 1 || (m.kind != MRT_MESSAGE && m.kind != MRT_STATE))
		return PEER_NONE;
	const struct mrt_session *s = m.kind == MRT_STATE ? &m.state.session : &m.message.session;
	struct peer key = {.address = s->peer, .collector = r->collector, .asn = s->peer_asn};
	return decode_find_peer(d->names, &key);
}

static void decode_take_line(struct decoder *d, struct decode_source *s, const struct record *r)
{
	d->counts.of[DECODE_LATE_LINES] += r->late;
	if (r->form == LINE_RIS)
		decode_ris(d, s, r);
	else if (!d->options.lines || (r->form == LINE_SERIES && !d->options.entities))
		d->counts.of[DECODE_UNSUPPORTED]++;
	else if (r->form == LINE_SERIES)
		decode_series(d, s, r);
	else if (r->form == LINE_ATLAS)
		decode_atlas(d, s, r);
	else if (r->form == LINE_TOOL)
		decode_tool(d, s, r);
	else
		decode_probe(d, s, r);
}

// Gaps and ends of sources of lines say nothing about a collector's feed, but of lines of RIS Live.
static void decode_take_gap_in_lines(struct decoder *d, const struct decode_source *s, const struct record *r)
{
	if (r->reason == GAP_BAD_LINE)
		d->counts.of[DECODE_BAD_LINES] += r->line ? 1 : r->more;
	else
		decode_ris_each(d, s, OBS_GAP, r);
}

static void decode_take_gap(struct decoder *d, struct decode_source *s, const struct record *r)
{
	struct decode_envelope e = {.collector = r->collector, .time = r->time};
	e.peer = decode_gap_peer(d, r);
	s->rib_damaged = true;
	decode_name_source(d->names, r->source, r->file);
	decode_push(d, OBS_GAP, &e)->source = r->source;
}

static void decode_take_end(struct decoder *d, struct decode_source *s, const struct record *r)
{
	struct decode_envelope e = {.peer = PEER_NONE, .collector = r->collector, .time = r->time};
	decode_rib_close(d, s, r->time);
	decode_lines_end(d, s, r->source);
	decode_ris_each(d, s, OBS_FEED_END, r);
	if (r->form == LINE_NONE) {
		decode_name_source(d->names, r->source, r->file);
		decode_push(d, OBS_FEED_END, &e)->source = r->source;
	}
	decode_source_free(s);
	d->sources[r->source] = NULL;
}

static void decode_take_time(struct decoder *d, const struct record *r)
{
	struct decode_envelope e = {.peer = PEER_NONE, .collector = r->collector, .time = r->time};
	decode_name_source(d->names, r->source, r->file);
	decode_push(d, OBS_TIME, &e)->source = r->source;
}

void decoder_kept(struct decoder *d, uint16_t collector, struct instant from, uint32_t seconds)
{
	struct decode_envelope e = {.peer = PEER_NONE, .collector = collector, .time = INSTANT_NONE};
	decode_name_collector(d->names, collector);
	struct obs *o = decode_push(d, OBS_KEPT, &e);
	o->from = from;
	o->kept_s = seconds;
}

int decoder_take(struct decoder *d, const struct record *r)
{
	must(d && r);
	struct decode_source *s = decode_source_at(d, r);
	switch ((enum record_kind)r->kind) {
	case RECORD_MRT:
		d->counts.of[DECODE_RECORDS]++;
		decode_take_mrt(d, s, r);
		break;
	case RECORD_BMP:
		d->counts.of[DECODE_RECORDS]++;
		decode_bmp_take(d, s, r);
		break;
	case RECORD_LINE:
		d->counts.of[DECODE_RECORDS]++;
		decode_take_line(d, s, r);
		break;
	case RECORD_GAP:
		if (r->form == LINE_NONE)
			decode_take_gap(d, s, r);
		else
			decode_take_gap_in_lines(d, s, r);
		break;
	case RECORD_SOURCE_REST:
		decode_rib_close(d, s, r->time);
		break;
	case RECORD_SOURCE_END:
		decode_take_end(d, s, r);
		break;
	case RECORD_TIME:
		decode_take_time(d, r);
		break;
	}
	decode_record_end(d);
	return d->error;
}

const char *decode_worry(enum decode_count which)
{
	switch ((unsigned)which) {
	case DECODE_UNSUPPORTED:
		return "records of kinds that are not read";
	case DECODE_MALFORMED:
		return "malformed records or messages";
	case DECODE_MALFORMED_UPDATE:
		return "updates or entries with malformed attributes";
	case DECODE_BAD_PEER_INDEX:
		return "table entries of peers that the index does not name";
	case DECODE_BMP_UNUSABLE:
		return "BMP views withdraw what they never announced and were left out (is soft-reconfiguration inbound missing on the router?)";
	case DECODE_PEERS_OVER:
		return "times a peer spoke that is left out, for more than 16384 are known (a limit of this version)";
	case DECODE_BMP_LEFT_OUT:
		return "BMP messages were left out, of peers of which only the Adj-RIB-Out came, or whose router is followed by its Loc-RIB ('lacuna bgp --all-views' shows them)";
	case DECODE_LATE_LINES:
		return "lines stand far behind younger ones in their file (more than 120 s): what they say may be missing (sort the file by time)";
	case DECODE_MULTICAST:
		return "fields of multicast prefixes are printed, as bgpdump does; --json, -e, --count and --state leave them out";
	case DECODE_BMP_VERSION:
		return "BMP messages of version 4 (draft-ietf-grow-bmp-tlv), which is not read: have the router send version 3 (RFC 7854)";
	default:
		return NULL;
	}
}

const char *decode_count_name(enum decode_count which)
{
	must(which < DECODE_COUNT);
	static const char *const names[] = {
		[DECODE_RECORDS] = "records",
		[DECODE_MESSAGES] = "messages",
		[DECODE_ANNOUNCED] = "announced",
		[DECODE_WITHDRAWN] = "withdrawn",
		[DECODE_RIB_ENTRIES] = "rib_entries",
		[DECODE_STATES] = "states",
		[DECODE_END_OF_RIB] = "end_of_rib",
		[DECODE_KEEPALIVES] = "keepalives",
		[DECODE_OPENS] = "opens",
		[DECODE_NOTIFICATIONS] = "notifications",
		[DECODE_OTHER_FAMILY] = "other_family",
		[DECODE_UNSUPPORTED] = "unsupported",
		[DECODE_MALFORMED] = "malformed",
		[DECODE_MALFORMED_UPDATE] = "malformed_update",
		[DECODE_DISCARDED] = "discarded_attribute",
		[DECODE_UNKNOWN_ATTRIBUTE] = "unknown_attribute",
		[DECODE_BAD_PEER_INDEX] = "bad_peer_index",
		[DECODE_ADD_PATH_GUESSED] = "add_path_guessed",
		[DECODE_BMP_STATISTICS] = "bmp_statistics",
		[DECODE_BMP_OTHER_VIEW] = "bmp_other_view",
		[DECODE_PEERS_OVER] = "peers_over",
		[DECODE_BMP_LEFT_OUT] = "bmp_left_out",
		[DECODE_BMP_UNUSABLE] = "bmp_unusable",
		[DECODE_PROBES] = "probes",
		[DECODE_SERIES_VALUES] = "series_values",
		[DECODE_SERIES_UNKNOWN] = "series_of_others",
		[DECODE_BAD_LINES] = "bad_lines",
		[DECODE_LATE_LINES] = "late_lines",
		[DECODE_ATLAS_UNSYNCED] = "atlas_unsynchronised",
		[DECODE_ATLAS_EMPTY] = "atlas_empty",
		[DECODE_ATLAS_OTHER] = "atlas_of_other_types",
		[DECODE_HEALTH] = "observer_health",
		[DECODE_TOOL_OTHER] = "answers_of_other_kinds",
		[DECODE_SERIES_AGAIN] = "series_repeated",
		[DECODE_MULTICAST] = "multicast_shown",
		[DECODE_BMP_VERSION] = "bmp_of_version_4",
		[DECODE_SERIES_TWICE] = "series_contradicted",
	};
	_Static_assert(ARRAY_LEN(names) == DECODE_COUNT, "a name for every count");
	return (unsigned)which < DECODE_COUNT ? names[which] : "unknown";
}
