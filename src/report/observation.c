// SPDX-License-Identifier: ISC
// One list of members for both forms, so that people and programs read the same.
#include "report/observation.h"

#include "base/err.h"
#include "base/json.h"
#include "base/must.h"
#include "model/observer.h"
#include "model/peer.h"
#include "report/attempt.h"
#include "wire/bgp.h"

#include <math.h>

static const char *const observation_types[OBS_KIND_COUNT] = {
	[OBS_ANNOUNCE] = "announce",
	[OBS_WITHDRAW] = "withdraw",
	[OBS_RIB] = "rib",
	[OBS_SESSION] = "session",
	[OBS_RIB_BEGIN] = "rib_begin",
	[OBS_RIB_PEER] = "rib_peer",
	[OBS_RIB_END] = "rib_end",
	[OBS_END_OF_RIB] = "end_of_rib",
	[OBS_ALIVE] = "alive",
	[OBS_MALFORMED] = "malformed",
	[OBS_GAP] = "gap",
	[OBS_FEED_END] = "feed_end",
	[OBS_PROBE] = "probe",
	[OBS_SERIES] = "series",
	[OBS_HEALTH] = "health",
	[OBS_TIME] = "time",
	[OBS_KEPT] = "kept",
};

struct observation_line {
	struct text *out;
	struct json json;
	bool people; // words, not JSON
	const struct observation_names *names;
	const struct batch *batch;
	const struct obs *o;
};

static void observation_put_word(struct observation_line *l, const char *key, const char *value)
{
	if (!l->people) {
		json_key(&l->json, key);
		json_string(&l->json, value);
		return;
	}
	text_printf(l->out, " %s=", key);
	text_untrusted(l->out, value ? value : "", value ? strlen(value) : 0);
}

static void observation_put_number(struct observation_line *l, const char *key, int64_t value)
{
	if (l->people) {
		text_printf(l->out, " %s=%lld", key, (long long)value);
		return;
	}
	json_key(&l->json, key);
	json_int(&l->json, value);
}

static void observation_put_address(struct observation_line *l, const char *key, const struct addr *a)
{
	struct text t = {0};
	text_addr(&t, a);
	observation_put_word(l, key, text_string(&t));
	text_free(&t);
}

static void observation_put_path(struct observation_line *l)
{
	const uint32_t *path = batch_path(l->batch, l->o);
	if (l->people)
		text_put(l->out, " path=");
	else
		json_key(&l->json, "path");
	if (!l->people)
		json_open(&l->json, '[');
	for (size_t i = 0; i < l->o->path_count; i++) {
		if (l->people)
			text_printf(l->out, "%s%u", i ? "," : "", path[i]);
		else
			json_int(&l->json, path[i]);
	}
	if (!l->people)
		json_close(&l->json, ']');
}

static void observation_put_flags(struct observation_line *l)
{
	static const struct {
		uint8_t flag;
		const char *word;
	} flags[] = {{OBS_DAMAGED, "damaged"}, {OBS_ORIGIN_SET, "origin_set"}, {OBS_OUTGOING, "outgoing"}};
	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (l->o->flags & flags[i].flag)
			observation_put_number(l, flags[i].word, 1);
	if (l->o->flags & OBS_ADD_PATH)
		observation_put_number(l, "path_id", l->o->path_id);
}

static void observation_put_prefix(struct observation_line *l)
{
	struct text t = {0};
	text_prefix(&t, &l->o->prefix);
	observation_put_word(l, "prefix", text_string(&t));
	text_free(&t);
}

static void observation_put_session(struct observation_line *l)
{
	const struct obs *o = l->o;
	observation_put_number(l, "old_state", o->session.old_state);
	observation_put_number(l, "new_state", o->session.new_state);
	if (o->session.cause)
		observation_put_number(l, "cause", o->session.cause);
	if (o->session.notification)
		observation_put_word(l, "notification", bgp_notification_name(o->session.notification));
	if (o->closing.subcode)
		observation_put_number(l, "subcode", o->closing.subcode);
	if (o->hold_s)
		observation_put_number(l, "hold_s", o->hold_s);
}

static void observation_put_source(struct observation_line *l)
{
	const char *text = l->names->registry ? registry_source(l->names->registry, l->o->source) : NULL;
	if (text)
		observation_put_word(l, "source", text);
	else
		observation_put_number(l, "source", l->o->source);
}

static void observation_put_routing(struct observation_line *l)
{
	const struct obs *o = l->o;
	const struct peer *peer = o->peer == PEER_NONE ? NULL : peer_at(l->names->peers, o->peer);
	observation_put_word(l, "collector", collector_name(l->names->peers, o->collector));
	if (peer) {
		observation_put_address(l, "peer", &peer->address);
		observation_put_number(l, "peer_asn", peer->asn);
	}
	if (o->kind == OBS_ANNOUNCE || o->kind == OBS_RIB || o->kind == OBS_WITHDRAW)
		observation_put_prefix(l);
	if (o->kind == OBS_ANNOUNCE || o->kind == OBS_RIB) {
		observation_put_path(l);
		observation_put_number(l, "origin_asn", o->origin);
	} else if (o->kind == OBS_SESSION) {
		observation_put_session(l);
	} else if (o->kind == OBS_END_OF_RIB) {
		observation_put_number(l, "family", o->prefix.family);
	} else if (o->kind == OBS_MALFORMED) {
		observation_put_word(l, "fault",
				     o->fault < BGP_FAULT_COUNT ? bgp_fault_name((enum bgp_fault)o->fault)
								: err_text(-(int)o->fault));
	} else if (o->kind == OBS_GAP || o->kind == OBS_FEED_END || o->kind == OBS_TIME) {
		observation_put_source(l);
	} else if (o->kind == OBS_KEPT) {
		observation_put_number(l, "kept_s", o->kept_s);
	} else if (o->kind == OBS_ALIVE && o->hold_s) {
		observation_put_number(l, "hold_s", o->hold_s);
	}
	observation_put_flags(l);
}

static const char *observation_observer_name(const struct observation_names *n, const struct obs *o)
{
	const struct observer *observer = observer_at(n->targets, o->observer);
	return observer ? observer->id : "";
}

static void observation_put_probe(struct observation_line *l)
{
	const struct obs *o = l->o;
	const struct target *target = target_at(l->names->targets, o->target);
	observation_put_word(l, "observer", observation_observer_name(l->names, o));
	observation_put_word(l, "op", probe_op_name(o->probe.op));
	if (target)
		observation_put_address(l, "target", &target->address);
	if (target && target->name)
		observation_put_word(l, "name", target->name);
	observation_put_word(l, "outcome", probe_outcome_name(o->probe.outcome));
	if (o->rtt_us)
		observation_put_number(l, "rtt_us", o->rtt_us);
	if (!o->prefix.family)
		return;
	struct addr from = {.family = o->prefix.family};
	memcpy(from.bytes, o->prefix.bytes, sizeof(from.bytes));
	observation_put_number(l, "icmp_type", o->probe.icmp_type);
	observation_put_number(l, "icmp_code", o->probe.icmp_code);
	observation_put_address(l, "icmp_from", &from);
}

static void observation_put_series(struct observation_line *l)
{
	const struct series *s = series_at(l->names->targets, l->o->series);
	observation_put_word(l, "entity", s ? l->names->entities->at[s->entity].id : "");
	observation_put_word(l, "signal", s ? s->signal : "");
	if (l->people) {
		text_printf(l->out, " value=%.10g", l->o->number);
		return;
	}
	json_key(&l->json, "value");
	json_real(&l->json, l->o->number, 6);
}

static void observation_put_health(struct observation_line *l)
{
	observation_put_word(l, "observer", observation_observer_name(l->names, l->o));
	observation_put_word(l, "state", observer_state_name(l->o->health.state));
	observation_put_word(l, "why", observer_why_name(l->o->health.why));
	if (l->o->loss_ppm)
		observation_put_number(l, "loss_ppm", l->o->loss_ppm);
	struct text t = {0};
	text_instant(&t, l->o->from, 9);
	observation_put_word(l, "from", text_string(&t));
	text_free(&t);
}

static void observation_put_members(struct observation_line *l)
{
	switch ((enum obs_kind)l->o->kind) {
	case OBS_PROBE:
		observation_put_probe(l);
		break;
	case OBS_SERIES:
		observation_put_series(l);
		break;
	case OBS_HEALTH:
		observation_put_health(l);
		break;
	case OBS_ANNOUNCE:
	case OBS_WITHDRAW:
	case OBS_RIB:
	case OBS_SESSION:
	case OBS_RIB_BEGIN:
	case OBS_RIB_PEER:
	case OBS_RIB_END:
	case OBS_END_OF_RIB:
	case OBS_ALIVE:
	case OBS_MALFORMED:
	case OBS_GAP:
	case OBS_FEED_END:
	case OBS_TIME:
	case OBS_KEPT:
		observation_put_routing(l);
		break;
	case OBS_KIND_COUNT:
		break;
	}
}

void observation_json(struct text *out, const struct observation_names *names, const struct batch *b, size_t i)
{
	must(i < b->count);
	struct observation_line l = {.out = out, .json = {.out = out}, .names = names, .batch = b, .o = &b->obs[i]};
	if (l.o->kind >= OBS_KIND_COUNT)
		return;
	json_open(&l.json, '{');
	json_key(&l.json, "type");
	json_string(&l.json, observation_types[l.o->kind]);
	json_key(&l.json, "time");
	json_instant(&l.json, l.o->time, 9);
	observation_put_members(&l);
	json_close(&l.json, '}');
	text_char(out, '\n');
}

void observation_text(struct text *out, const struct observation_names *names, const struct batch *b, size_t i)
{
	must(i < b->count);
	struct observation_line l = {.out = out, .people = true, .names = names, .batch = b, .o = &b->obs[i]};
	if (l.o->kind >= OBS_KIND_COUNT)
		return;
	if (instant_known(l.o->time))
		text_utc(out, l.o->time);
	else
		text_char(out, '-');
	text_printf(out, " %s", observation_types[l.o->kind]);
	observation_put_members(&l);
	text_char(out, '\n');
}

// ---- as recordings have it ----

// The first failure whose outcome this is.
static uint8_t observation_failure_of(uint8_t outcome)
{
	if (outcome == PROBE_OTHER_FAILURE)
		return FAILURE_OTHER;
	for (uint8_t failure = FAILURE_NONE; failure < FAILURE_COUNT; failure++)
		if (probe_failure_outcome(failure) == outcome)
			return failure;
	return FAILURE_OTHER;
}

static void observation_probe_line(struct text *out, const struct obs *o, const struct target *target,
				   const char *observer)
{
	struct attempt a = attempt_of(o->probe.op, &target->address, 0, o->time);
	a.failure = observation_failure_of(o->probe.outcome);
	if (o->rtt_us)
		a.rtt_ns = (int64_t)o->rtt_us * 1000;
	a.icmp_from.family = o->prefix.family;
	memcpy(a.icmp_from.bytes, o->prefix.bytes, sizeof(a.icmp_from.bytes));
	a.icmp_type = o->probe.icmp_type;
	a.icmp_code = o->probe.icmp_code;
	attempt_json(out, &a, observer, target->name);
}

static void observation_health_line(struct text *out, const struct obs *o, const char *observer)
{
	struct json j = {.out = out};
	json_open(&j, '{');
	json_key(&j, "t");
	json_instant(&j, o->time, 9);
	json_key(&j, "observer");
	json_string(&j, observer);
	json_key(&j, "op");
	json_string(&j, "observer_health");
	json_key(&j, "state");
	json_string(&j, observer_state_name(o->health.state));
	json_key(&j, "why");
	json_string(&j, observer_why_name(o->health.why));
	json_key(&j, "from");
	json_instant(&j, o->from, 9);
	json_key(&j, "loss");
	json_real(&j, (double)o->loss_ppm / OBS_LOSS_WHOLE, 6);
	json_close(&j, '}');
	text_char(out, '\n');
}

const char *observation_measurement(struct text *out, const struct observation_names *names, const struct obs *o)
{
	const char *observer = observation_observer_name(names, o);
	if (o->kind == OBS_HEALTH) {
		observation_health_line(out, o, observer);
		return observer;
	}
	const struct target *target = o->kind == OBS_PROBE ? target_at(names->targets, o->target) : NULL;
	if (!target)
		return NULL;
	observation_probe_line(out, o, target, observer);
	return observer;
}

static void observation_csv_field(struct text *out, const char *field)
{
	text_char(out, '"');
	for (; *field; field++) {
		if (*field == '"')
			text_char(out, '"');
		text_char(out, *field);
	}
	text_char(out, '"');
}

bool observation_series(struct text *out, const struct observation_names *names, const struct obs *o)
{
	const struct series *s = o->kind == OBS_SERIES ? series_at(names->targets, o->series) : NULL;
	if (!s)
		return false;
	text_instant(out, o->time, 9);
	text_char(out, ',');
	observation_csv_field(out, names->entities->at[s->entity].id);
	text_char(out, ',');
	observation_csv_field(out, s->signal);
	text_char(out, ',');
	if (!isnan(o->number))
		text_printf(out, "%.17g", o->number);
	text_char(out, '\n');
	return true;
}
