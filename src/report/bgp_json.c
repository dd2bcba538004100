// SPDX-License-Identifier: ISC
// One JSON object a line (RFC 8259) for each element and each thing that befell a peer or a feed. Members that do
// not apply are left out; what is malformed or lost has a line of its own.
#include "base/err.h"
#include "base/json.h"
#include "report/bgp_text_priv.h"

static const char *const bgp_json_types[OBS_KIND_COUNT] = {
	[OBS_ANNOUNCE] = "announce",
	[OBS_WITHDRAW] = "withdraw",
	[OBS_RIB] = "rib",
	[OBS_SESSION] = "session",
	[OBS_RIB_BEGIN] = "rib_begin",
	[OBS_RIB_END] = "rib_end",
	[OBS_END_OF_RIB] = "end_of_rib",
	[OBS_MALFORMED] = "malformed",
	[OBS_GAP] = "gap",
	[OBS_KEPT] = "kept",
};

static void bgp_json_key_number(struct json *j, const char *key, uint32_t value)
{
	json_key(j, key);
	json_int(j, value);
}

static void bgp_json_key_text(struct json *j, const char *key, const char *from, const char *end)
{
	json_key(j, key);
	json_string_n(j, from, (size_t)(end - from));
}

static void bgp_json_put_path_segment(struct json *j, struct aspath_segment *segment)
{
	bool sequence = segment->type == ASPATH_SEQUENCE;
	bool confed = segment->type == ASPATH_CONFED_SEQUENCE || segment->type == ASPATH_CONFED_SET;
	uint32_t asn;
	if (confed) {
		json_open(j, '{');
		json_key(j, segment->type == ASPATH_CONFED_SET ? "confed_set" : "confed_sequence");
	}
	if (!sequence)
		json_open(j, '[');
	while (aspath_asn(segment, &asn))
		json_int(j, asn);
	if (!sequence)
		json_close(j, ']');
	if (confed)
		json_close(j, '}');
}

// Sets are arrays within the array, segments of a confederation (RFC 5065) objects.
static void bgp_json_put_path(struct json *j, const struct bgp_attributes *a)
{
	struct aspath_walk walk;
	struct aspath_segment segment;
	json_key(j, "path");
	json_open(j, '[');
	aspath_walk_begin(a, &walk);
	while (aspath_walk_next(&walk, &segment))
		bgp_json_put_path_segment(j, &segment);
	json_close(j, ']');
}

static void bgp_json_put_next_hop(struct bgp_writer *w, struct json *j, const struct obs *o)
{
	char buffer[48];
	struct bgp_next_hop hop = bgp_route_next_hop(w, o);
	if (hop.length)
		bgp_json_key_text(j, "next_hop", buffer, bgp_put_next_hop(w, buffer, &hop));
	if (w->of->from_mp && w->of->attributes->reach.next_hop_length == 32)
		bgp_json_key_text(j, "next_hop_link_local", buffer,
				  bgp_put_v6(w, buffer, w->of->attributes->reach.next_hop + 16));
}

static void bgp_json_put_communities(struct json *j, const struct bgp_attributes *a)
{
	struct cursor c = a->communities;
	uint32_t value;
	char buffer[16];
	if (!bgp_has(a, BGP_ATTR_COMMUNITIES))
		return;
	json_key(j, "communities");
	json_open(j, '[');
	while (cursor_u32(&c, &value)) {
		char *at = bgp_put_number(buffer, value >> 16);
		*at++ = ':';
		at = bgp_put_number(at, value & 0xffff);
		json_string_n(j, buffer, (size_t)(at - buffer));
	}
	json_close(j, ']');
}

static void bgp_json_put_large_communities(struct json *j, const struct bgp_attributes *a)
{
	struct cursor c = a->large_communities;
	uint32_t v[3];
	char buffer[40];
	if (!bgp_has(a, BGP_ATTR_LARGE_COMMUNITIES))
		return;
	json_key(j, "large_communities");
	json_open(j, '[');
	while (cursor_u32(&c, &v[0]) && cursor_u32(&c, &v[1]) && cursor_u32(&c, &v[2])) {
		char *at = bgp_put_number(buffer, v[0]);
		*at++ = ':';
		at = bgp_put_number(at, v[1]);
		*at++ = ':';
		at = bgp_put_number(at, v[2]);
		json_string_n(j, buffer, (size_t)(at - buffer));
	}
	json_close(j, ']');
}

static void bgp_json_put_ext_communities(struct json *j, const struct bgp_attributes *a)
{
	struct cursor c = a->ext_communities;
	uint8_t bytes[8];
	struct text t = {0};
	if (!bgp_has(a, BGP_ATTR_EXT_COMMUNITIES))
		return;
	json_key(j, "ext_communities");
	json_open(j, '[');
	while (cursor_bytes(&c, bytes, sizeof(bytes))) {
		text_clear(&t);
		bgp_ext_community_text(&t, bytes);
		json_string_n(j, t.bytes, t.length);
	}
	json_close(j, ']');
	text_free(&t);
}

static void bgp_json_put_aggregator(struct json *j, const struct bgp_attributes *a)
{
	uint32_t asn;
	const uint8_t *address;
	char buffer[16];
	if (a->atomic_aggregate) {
		json_key(j, "atomic_aggregate");
		json_bool(j, true);
	}
	if (!bgp_route_aggregator(a, &asn, &address))
		return;
	json_key(j, "aggregator");
	json_open(j, '{');
	bgp_json_key_number(j, "asn", asn);
	bgp_json_key_text(j, "address", buffer, bgp_put_v4(buffer, address));
	json_close(j, '}');
}

static void bgp_json_put_attributes(struct bgp_writer *w, struct json *j, const struct obs *o)
{
	static const char *const origins[] = {"IGP", "EGP", "INCOMPLETE"};
	const struct bgp_attributes *a = w->of->attributes;
	bgp_json_put_path(j, a);
	json_key(j, "origin_asn");
	if (o->origin)
		json_int(j, o->origin);
	else
		json_null(j);
	if (bgp_has(a, BGP_ATTR_ORIGIN)) {
		json_key(j, "origin");
		json_string(j, origins[a->origin % 3]);
	}
	bgp_json_put_next_hop(w, j, o);
	if (bgp_has(a, BGP_ATTR_MED))
		bgp_json_key_number(j, "med", a->med);
	if (bgp_has(a, BGP_ATTR_LOCAL_PREF))
		bgp_json_key_number(j, "local_pref", a->local_pref);
	bgp_json_put_communities(j, a);
	bgp_json_put_well_known(j, a);
	bgp_json_put_large_communities(j, a);
	bgp_json_put_ext_communities(j, a);
	bgp_json_put_aggregator(j, a);
	bgp_json_put_apart(j, a);
	if (o->kind == OBS_RIB)
		bgp_json_key_number(j, "originated", w->of->originated);
}

static void bgp_json_put_peer(struct bgp_writer *w, struct json *j, const struct obs *o)
{
	char buffer[48];
	const struct peer *peer = peer_at(w->peers, o->peer);
	if (!peer)
		return;
	bgp_json_key_text(j, "peer", buffer, bgp_put_addr(w, buffer, &peer->address));
	bgp_json_key_number(j, "peer_asn", peer->asn);
	if (peer_view_name(peer->view)) {
		json_key(j, "view");
		json_string(j, peer_view_name(peer->view));
	}
	if (peer->router) {
		json_key(j, "router");
		json_string(j, peer_router_name(w->peers, peer->router));
	}
	if (peer->instance) {
		struct text t = {0};
		peer_instance_text(&t, peer->instance);
		json_key(j, "distinguisher");
		json_string(j, text_string(&t));
		text_free(&t);
	}
	if (o->flags & OBS_OUTGOING) {
		json_key(j, "outgoing");
		json_bool(j, true);
	}
}

static const char *bgp_json_cause_name(uint8_t cause)
{
	static const char *const names[] = {[SESSION_CAUSE_UNKNOWN] = NULL,
					    [SESSION_CAUSE_LOCAL_NOTIFICATION] = "local-notification",
					    [SESSION_CAUSE_LOCAL_FSM] = "local-fsm",
					    [SESSION_CAUSE_REMOTE_NOTIFICATION] = "remote-notification",
					    [SESSION_CAUSE_REMOTE_SILENT] = "remote-no-notification",
					    [SESSION_CAUSE_DECONFIGURED] = "deconfigured",
					    [SESSION_CAUSE_LOCAL_SYSTEM] = "local-system"};
	return cause < ARRAY_LEN(names) ? names[cause] : NULL;
}

static void bgp_json_put_session(struct json *j, const struct obs *o)
{
	bgp_json_key_number(j, "old_state", o->session.old_state);
	bgp_json_key_number(j, "new_state", o->session.new_state);
	if (bgp_json_cause_name(o->session.cause)) {
		json_key(j, "cause");
		json_string(j, bgp_json_cause_name(o->session.cause));
	}
	if (o->session.notification) {
		json_key(j, "notification");
		json_string(j, bgp_notification_name(o->session.notification));
	}
}

static void bgp_json_put_prefix(struct bgp_writer *w, struct json *j, const struct obs *o)
{
	char buffer[PREFIX_TEXT];
	bgp_json_key_text(j, "prefix", buffer, bgp_put_prefix(w, buffer, &o->prefix));
	if (o->flags & OBS_ADD_PATH)
		bgp_json_key_number(j, "path_id", o->path_id);
	if (o->flags & OBS_DAMAGED) {
		json_key(j, "damaged");
		json_bool(j, true);
	}
}

static void bgp_json_put_rest(struct bgp_writer *w, struct json *j, const struct obs *o)
{
	switch ((enum obs_kind)o->kind) {
	case OBS_ANNOUNCE:
	case OBS_RIB:
		bgp_json_put_prefix(w, j, o);
		if (w->of && w->of->attributes)
			bgp_json_put_attributes(w, j, o);
		break;
	case OBS_WITHDRAW:
		bgp_json_put_prefix(w, j, o);
		break;
	case OBS_SESSION:
		bgp_json_put_session(j, o);
		break;
	case OBS_END_OF_RIB:
		json_key(j, "family");
		json_int(j, o->prefix.family);
		break;
	case OBS_MALFORMED:
		json_key(j, "fault");
		json_string(j, o->fault < BGP_FAULT_COUNT ? bgp_fault_name((enum bgp_fault)o->fault)
							  : err_text(-(int)o->fault));
		break;
	case OBS_GAP:
		bgp_json_key_number(j, "source", o->source);
		break;
	case OBS_RIB_END:
		json_key(j, "damaged");
		json_bool(j, o->flags & OBS_DAMAGED);
		break;
	case OBS_RIB_BEGIN:
	case OBS_RIB_PEER:
	case OBS_ALIVE:
	case OBS_FEED_END:
	case OBS_PROBE:
	case OBS_SERIES:
	case OBS_HEALTH:
	case OBS_TIME:
	case OBS_KEPT:
	case OBS_KIND_COUNT:
		break;
	}
}

void bgp_json_put(struct bgp_writer *w, const struct obs *o)
{
	if (o->kind >= OBS_KIND_COUNT || !bgp_json_types[o->kind])
		return;
	struct json j = {.out = &w->out};
	json_open(&j, '{');
	json_key(&j, "time");
	json_instant(&j, o->time, 6);
	json_key(&j, "type");
	json_string(&j, bgp_json_types[o->kind]);
	json_key(&j, "collector");
	json_string(&j, collector_name(w->peers, o->collector));
	bgp_json_put_peer(w, &j, o);
	bgp_json_put_rest(w, &j, o);
	json_close(&j, '}');
	text_char(&w->out, '\n');
}
