// SPDX-License-Identifier: ISC
// Lines as `bgpdump -m` prints them: TABLE_DUMP2|time|B|peer|AS|prefix|path|origin|next hop|local pref|MED|
// communities|AG or NAG|aggregator|. ADD-PATH records put the path identifier behind the prefix.
#include "report/bgp_text_priv.h"

#define HEAD_ROOM (24 + 12 + 8 + PEER_TEXT + PREFIX_TEXT + 12 + 16)

static const char *const bgp_dump_envelopes[] = {
	[ENVELOPE_TABLE_DUMP] = "TABLE_DUMP", [ENVELOPE_TABLE_DUMP2] = "TABLE_DUMP2", [ENVELOPE_BGP4MP] = "BGP4MP",
	[ENVELOPE_BGP4MP_ET] = "BGP4MP_ET",   [ENVELOPE_BMP] = "BGP4MP_ET",	      [ENVELOPE_BGP] = "BGP",
};

static char *bgp_dump_put_head(struct bgp_writer *w, char *at, const struct obs *o, char type)
{
	const struct bgp_route *r = w->of;
	at = bgp_put(at, bgp_dump_envelopes[r->envelope]);
	if (o->flags & OBS_ADD_PATH)
		at = bgp_put(at, "_AP");
	else if (o->flags & OBS_OUTGOING)
		at = bgp_put(at, "_LOCAL");
	*at++ = '|';
	at = bgp_put_seconds(w, at, r->header_seconds);
	if (r->envelope == ENVELOPE_BGP4MP_ET || r->envelope == ENVELOPE_BMP) {
		*at++ = '.';
		at = bgp_put_six(at, r->microseconds);
	}
	*at++ = '|';
	if (type) {
		*at++ = type;
		*at++ = '|';
	} else {
		at = bgp_put(at, "STATE|");
	}
	return bgp_put_peer(w, at, o->peer);
}

static char *bgp_dump_put_route(struct bgp_writer *w, char *at, const struct obs *o)
{
	at = bgp_put_prefix(w, at, &o->prefix);
	if (o->flags & OBS_ADD_PATH) {
		*at++ = '|';
		at = bgp_put_number(at, o->path_id);
	}
	return at;
}

static char *bgp_dump_put_numbers(const struct bgp_writer *w, char *at, const struct obs *o)
{
	static const char *const origins[] = {"IGP", "EGP", "INCOMPLETE"};
	static const struct bgp_next_hop unset = {.length = 4, .bytes = {255, 255, 255, 255}};
	const struct bgp_attributes *a = w->of->attributes;
	struct bgp_next_hop hop = bgp_route_next_hop(w, o);
	*at++ = '|';
	at = bgp_put(at, bgp_has(a, BGP_ATTR_ORIGIN) ? origins[a->origin % 3] : origins[2]);
	*at++ = '|';
	at = bgp_put_next_hop(w, at, hop.length ? &hop : &unset);
	*at++ = '|';
	at = bgp_put_number(at, a->local_pref);
	*at++ = '|';
	at = bgp_put_number(at, a->med);
	*at++ = '|';
	return at;
}

static char *bgp_dump_put_aggregator(char *at, const struct bgp_attributes *a)
{
	uint32_t asn;
	const uint8_t *address;
	at = bgp_put(at, a->atomic_aggregate ? "|AG|" : "|NAG|");
	if (bgp_route_aggregator(a, &asn, &address)) {
		at = bgp_put_number(at, asn);
		*at++ = ' ';
		at = bgp_put_v4(at, address);
	}
	*at++ = '|';
	*at++ = '\n';
	return at;
}

static void bgp_dump_put_tail(struct bgp_writer *w, const struct obs *o)
{
	struct text *t = &w->out;
	text_char(t, '|');
	bgp_text_path(w, o);
	bgp_text_end(t, bgp_dump_put_numbers(w, bgp_text_room(t, 128), o));
	bgp_text_communities(t, w->of->attributes->communities, true);
	bgp_text_end(t, bgp_dump_put_aggregator(bgp_text_room(t, 40), w->of->attributes));
}

static void bgp_dump_put_announced(struct bgp_writer *w, const struct obs *o, char type)
{
	char *at = bgp_text_room(&w->out, HEAD_ROOM);
	bgp_text_end(&w->out, bgp_dump_put_route(w, bgp_dump_put_head(w, at, o, type), o));
	bgp_text_tail(w, o, bgp_dump_put_tail);
}

static void bgp_dump_put_withdrawn(struct bgp_writer *w, const struct obs *o)
{
	char *at = bgp_text_room(&w->out, HEAD_ROOM);
	at = bgp_dump_put_route(w, bgp_dump_put_head(w, at, o, 'W'), o);
	*at++ = '\n';
	bgp_text_end(&w->out, at);
}

static void bgp_dump_put_state(struct bgp_writer *w, const struct obs *o)
{
	char *at = bgp_dump_put_head(w, bgp_text_room(&w->out, HEAD_ROOM), o, 0);
	at = bgp_put_number(at, o->session.old_state);
	*at++ = '|';
	at = bgp_put_number(at, o->session.new_state);
	*at++ = '\n';
	bgp_text_end(&w->out, at);
}

void bgp_dump_put(struct bgp_writer *w, const struct obs *o)
{
	if (!w->of)
		return;
	if (o->kind == OBS_ANNOUNCE && w->of->attributes)
		bgp_dump_put_announced(w, o, 'A');
	else if (o->kind == OBS_RIB && w->of->attributes)
		bgp_dump_put_announced(w, o, 'B');
	else if (o->kind == OBS_WITHDRAW)
		bgp_dump_put_withdrawn(w, o);
	else if (o->kind == OBS_SESSION)
		bgp_dump_put_state(w, o);
}
