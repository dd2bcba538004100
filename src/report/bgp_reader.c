// SPDX-License-Identifier: ISC
// Lines as `bgpreader -e` prints them: record type|element type|time|project|collector|router|router address|peer AS|
// peer|prefix|next hop|path|origin|communities|old state|new state, with R|B and R|E lines around a RIB.
#include "report/bgp_text_priv.h"

#define NAME_ROOM 255
#define HEAD_ROOM (4 + 24 + 2 * (NAME_ROOM + 5) + PEER_TEXT + PREFIX_TEXT + 80)

static char *bgp_reader_put_time(char *at, struct instant time)
{
	int64_t seconds = instant_known(time) ? instant_seconds(time) : 0;
	int64_t rest = instant_known(time) ? time.ns - seconds * NS_PER_S : 0;
	at = bgp_put_number(at, (uint32_t)seconds);
	*at++ = '.';
	return bgp_put_six(at, (uint32_t)(rest / 1000));
}

static char *bgp_reader_put_name(char *at, const char *name)
{
	struct text t = {0};
	text_untrusted(&t, name, strnlen(name, NAME_ROOM));
	size_t n = t.length < NAME_ROOM ? t.length : NAME_ROOM;
	for (size_t i = 0; i < n; i++)
		*at++ = t.bytes[i] == '|' ? '?' : t.bytes[i];
	text_free(&t);
	return at;
}

// The project is not known here and stays empty, as does the router's address.
static char *bgp_reader_put_source(struct bgp_writer *w, char *at, const struct obs *o, char record, char element)
{
	const struct peer *peer = peer_at(w->peers, o->peer);
	*at++ = record;
	*at++ = '|';
	*at++ = element;
	*at++ = '|';
	at = bgp_reader_put_time(at, o->time);
	at = bgp_put(at, "||");
	at = bgp_reader_put_name(at, collector_name(w->peers, o->collector));
	*at++ = '|';
	if (peer && peer->router)
		at = bgp_reader_put_name(at, peer_router_name(w->peers, peer->router));
	return bgp_put(at, "||");
}

static const char *bgp_reader_state_name(uint8_t state)
{
	static const char *const names[] = {"",		"IDLE",	       "CONNECT",     "ACTIVE",
					    "OPENSENT", "OPENCONFIRM", "ESTABLISHED", "CLEARING"};
	return state < ARRAY_LEN(names) ? names[state] : "";
}

static void bgp_reader_put_origin(struct text *t, const struct bgp_attributes *a)
{
	struct aspath_walk walk;
	struct aspath_segment segment, last = {0};
	uint32_t asn = 0;
	aspath_walk_begin(a, &walk);
	while (aspath_walk_next(&walk, &segment))
		last = segment;
	if (!last.count)
		return;
	bool plain = last.type == ASPATH_SEQUENCE;
	if (!plain)
		text_char(t, last.type == ASPATH_SET ? '{' : last.type == ASPATH_CONFED_SET ? '[' : '(');
	for (bool first = true; aspath_asn(&last, &asn) && !plain; first = false) {
		if (!first)
			text_char(t, last.type == ASPATH_CONFED_SEQUENCE ? ' ' : ',');
		text_u64(t, asn);
	}
	while (plain && aspath_asn(&last, &asn))
		;
	if (plain)
		text_u64(t, asn);
	else
		text_char(t, last.type == ASPATH_SET ? '}' : last.type == ASPATH_CONFED_SET ? ']' : ')');
}

static void bgp_reader_put_tail(struct bgp_writer *w, const struct obs *o)
{
	struct text *t = &w->out;
	struct bgp_next_hop hop = bgp_route_next_hop(w, o);
	char *at = bgp_text_room(t, 64);
	*at++ = '|';
	if (hop.length)
		at = bgp_put_next_hop(w, at, &hop);
	*at++ = '|';
	bgp_text_end(t, at);
	bgp_text_path(w, o);
	text_char(t, '|');
	bgp_reader_put_origin(t, w->of->attributes);
	text_char(t, '|');
	bgp_text_communities(t, w->of->attributes->communities, false);
	text_bytes(t, "||\n", 3);
}

static void bgp_reader_put_announced(struct bgp_writer *w, const struct obs *o)
{
	bool rib = o->kind == OBS_RIB;
	char *at = bgp_text_room(&w->out, HEAD_ROOM);
	at = bgp_put_peer(w, bgp_reader_put_source(w, at, o, rib ? 'R' : 'U', rib ? 'R' : 'A'), o->peer);
	bgp_text_end(&w->out, bgp_put_prefix(w, at, &o->prefix));
	bgp_text_tail(w, o, bgp_reader_put_tail);
}

static void bgp_reader_put_withdrawn(struct bgp_writer *w, const struct obs *o)
{
	char *at = bgp_text_room(&w->out, HEAD_ROOM);
	at = bgp_put_peer(w, bgp_reader_put_source(w, at, o, 'U', 'W'), o->peer);
	at = bgp_put(bgp_put_prefix(w, at, &o->prefix), "||||||\n");
	bgp_text_end(&w->out, at);
}

static void bgp_reader_put_state(struct bgp_writer *w, const struct obs *o)
{
	char *at = bgp_text_room(&w->out, HEAD_ROOM);
	at = bgp_put_peer(w, bgp_reader_put_source(w, at, o, 'U', 'S'), o->peer);
	at = bgp_put(bgp_put(at, "|||||"), bgp_reader_state_name(o->session.old_state));
	*at++ = '|';
	at = bgp_put(at, bgp_reader_state_name(o->session.new_state));
	*at++ = '\n';
	bgp_text_end(&w->out, at);
}

// A record line: status V (valid) or R (corrupted record), then the time of the dump.
static void bgp_reader_put_edge(struct bgp_writer *w, const struct obs *o)
{
	char *at = bgp_text_room(&w->out, HEAD_ROOM);
	at = bgp_reader_put_source(w, at, o, 'R', o->kind == OBS_RIB_BEGIN ? 'B' : 'E');
	*at++ = o->flags & OBS_DAMAGED ? 'R' : 'V';
	*at++ = '|';
	at = bgp_put_number(at, instant_known(o->time) ? (uint32_t)instant_seconds(o->time) : 0);
	*at++ = '\n';
	bgp_text_end(&w->out, at);
}

void bgp_reader_put(struct bgp_writer *w, const struct obs *o)
{
	if (o->kind == OBS_RIB_BEGIN || o->kind == OBS_RIB_END)
		bgp_reader_put_edge(w, o);
	else if ((o->kind == OBS_ANNOUNCE || o->kind == OBS_RIB) && w->of && w->of->attributes)
		bgp_reader_put_announced(w, o);
	else if (o->kind == OBS_WITHDRAW)
		bgp_reader_put_withdrawn(w, o);
	else if (o->kind == OBS_SESSION)
		bgp_reader_put_state(w, o);
}
