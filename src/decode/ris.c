// SPDX-License-Identifier: ISC
// LINE_RIS records: messages of RIS Live (ris-live.ripe.net/manual). The collector is the one that the message names, whatever the file is
// called. A message is read from its bytes (`raw`) where it has them, since its fields leave attributes out; else from the fields. A
// line that cannot be read is named and costs itself.
#include "base/alloc.h"
#include "base/err.h"
#include "decode/decode_priv.h"
#include "decode/ris_priv.h"

#include <stdlib.h>

#define HOST_MAX    96
#define NO_HOST	    "ris-live" // a message that names none
#define RIS_SUBTYPE 4	       // BGP4MP_MESSAGE_AS4, as an archive would have it
#define DOMAIN	    ".ripe.net"
#define HOSTS_OVER  "more collectors than are kept apart (256 named by messages, a limit of this version)"

static const char *const ris_names[RIS_MEMBERS] = {
	[RIS_TIMESTAMP] = "timestamp",
	[RIS_PEER] = "peer",
	[RIS_PEER_ASN] = "peer_asn",
	[RIS_HOST] = "host",
	[RIS_TYPE] = "type",
	[RIS_RAW] = "raw",
	[RIS_STATE] = "state",
	[RIS_DIRECTION] = "direction",
	[RIS_PATH] = "path",
	[RIS_ORIGIN] = "origin",
	[RIS_COMMUNITY] = "community",
	[RIS_MED] = "med",
	[RIS_AGGREGATOR] = "aggregator",
	[RIS_ANNOUNCEMENTS] = "announcements",
	[RIS_WITHDRAWALS] = "withdrawals",
	[RIS_NOTIFICATION] = "notification",
	[RIS_ASN] = "asn",
	[RIS_HOLD_TIME] = "hold_time",
};

static bool ris_members(struct cursor line, struct scan_value ret[RIS_MEMBERS])
{
	static const char *const outer[] = {"data"};
	static const struct scan_keys outer_keys = {outer, 1}, keys = {ris_names, RIS_MEMBERS};
	struct scan_value data;
	if (scan_object(line, &outer_keys, &data) < 0)
		return false;
	return scan_object(data.type == SCAN_OBJECT ? data.text : line, &keys, ret) == 0;
}

// "rrc21.ripe.net" is "rrc21", as archives call it.
static uint16_t ris_collector(struct decoder *d, const struct scan_value *host)
{
	char text[HOST_MAX] = NO_HOST;
	size_t n = scan_string(host, text, sizeof(text)), m = strlen(DOMAIN);
	if (!n)
		memcpy(text, NO_HOST, sizeof(NO_HOST));
	n = strlen(text);
	if (n > m && !strcmp(text + n - m, DOMAIN))
		n = strcspn(text, ".");
	return decode_name_host(d->names, text, n);
}

// What ends, or is damaged, concerns the collectors that its lines named.
static void ris_meet(struct decode_source *s, uint16_t collector)
{
	for (size_t i = 0; i < s->host_count; i++)
		if (s->hosts[i] == collector)
			return;
	s->hosts = alloc_resize(s->hosts, s->host_count + 1, sizeof(*s->hosts));
	s->hosts[s->host_count++] = collector;
}

static const char *ris_take_state(struct decoder *d, const struct decode_envelope *e, const struct scan_value *state)
{
	bool up = scan_is(state, "connected") || scan_is(state, "up") || scan_is(state, "established");
	if (!up && !scan_is(state, "down"))
		return "a state of a peer that is neither connected nor down";
	decode_session_change(d, e, up ? SESSION_IDLE : SESSION_ESTABLISHED, up ? SESSION_ESTABLISHED : SESSION_IDLE);
	return NULL;
}

// The bytes of the message into the room. Null, or why there are none.
static const char *ris_bytes(struct ris_room *room, const struct scan_value of[RIS_MEMBERS])
{
	const struct scan_value *type = &of[RIS_TYPE];
	const char *why = "a message of a type that is not known";
	if (ris_raw(room, &of[RIS_RAW]))
		return NULL;
	if (scan_is(type, "UPDATE"))
		why = ris_update(room, of);
	else if (scan_is(type, "NOTIFICATION"))
		why = ris_notification(room, of);
	else if (scan_is(type, "OPEN"))
		why = ris_open(room, of);
	else if (scan_is(type, "KEEPALIVE") || scan_is(type, "ROUTE_REFRESH"))
		why = ris_keepalive(room);
	return room->over && !why ? "a message longer than BGP allows" : why;
}

static const char *ris_peer(const struct scan_value of[RIS_MEMBERS], struct peer *ret)
{
	uint64_t asn = 0;
	if (!decode_address(&of[RIS_PEER], &ret->address))
		return "no peer, or one that is no address";
	if (of[RIS_PEER_ASN].type != SCAN_ABSENT && !scan_scaled(&of[RIS_PEER_ASN], 0, UINT32_MAX, &asn))
		return "a peer_asn that is no AS number";
	ret->asn = (uint32_t)asn;
	return NULL;
}

static const char *ris_take(struct decoder *d, struct decode_envelope *e, const struct scan_value of[RIS_MEMBERS])
{
	struct peer peer = {.collector = e->collector};
	const char *why = ris_peer(of, &peer);
	if (why)
		return why;
	e->peer = decode_speaker_id(d, &peer, NULL);
	if (scan_is(&of[RIS_TYPE], "RIS_PEER_STATE") || scan_is(&of[RIS_TYPE], "STATE"))
		return ris_take_state(d, e, &of[RIS_STATE]);
	struct ris_room room = {.bytes = d->ris};
	why = ris_bytes(&room, of);
	if (why)
		return why;
	if (scan_is(&of[RIS_DIRECTION], "sent"))
		e->flags = OBS_OUTGOING;
	e->as_bytes = 4;
	e->as_bytes_open = true;
	if (room.used)
		decode_messages(d, e, cursor_of(room.bytes, room.used));
	else
		decode_push(d, OBS_ALIVE, e);
	return NULL;
}

void decode_ris(struct decoder *d, struct decode_source *s, const struct record *r)
{
	struct scan_value of[RIS_MEMBERS] = {0};
	struct decode_envelope e = {.peer = PEER_NONE, .time = r->time};
	if (!d->ris)
		d->ris = alloc_zero(RIS_ROOM, 1);
	if (!ris_members(r->bytes, of)) {
		decode_bad_line(d, s, r, "not one JSON object");
		return;
	}
	e.collector = ris_collector(d, &of[RIS_HOST]);
	if (e.collector == UINT16_MAX) {
		decode_bad_line(d, s, r, HOSTS_OVER);
		return;
	}
	ris_meet(s, e.collector);
	int64_t seconds = instant_seconds(r->time);
	e.route = (struct bgp_route){.envelope = ENVELOPE_BGP4MP_ET,
				     .subtype = RIS_SUBTYPE,
				     .header_seconds = (uint32_t)seconds,
				     .microseconds = (uint32_t)((r->time.ns - seconds * NS_PER_S) / 1000)};
	const char *why = ris_take(d, &e, of);
	if (!why)
		return;
	decode_bad_line(d, s, r, why);
	decode_push_malformed(d, &e, (uint32_t)-ERR_MALFORMED);
}

void decode_ris_each(struct decoder *d, const struct decode_source *s, uint8_t kind, const struct record *r)
{
	struct decode_envelope e = {.peer = PEER_NONE, .time = r->time};
	for (size_t i = 0; i < s->host_count; i++) {
		e.collector = s->hosts[i];
		decode_name_source(d->names, r->source, r->file);
		decode_push(d, kind, &e)->source = r->source;
	}
}
