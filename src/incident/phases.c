// SPDX-License-Identifier: ISC
// A state machine over shares of answering units and of networks with a route.
#include "incident/phases.h"

#include "base/must.h"

enum sight { SIGHT_UNKNOWN, SIGHT_UP, SIGHT_PART, SIGHT_MUTE, SIGHT_UNROUTED };

struct machine {
	double debounce; // points that a change must last
	struct phases *out;
	bool trouble, bottom; // between first trouble and back; something was silent or unrouted since
	enum phase_kind candidate;
	struct instant since;
	size_t seen; // points in a row that say the candidate
};

static double phases_share(double value, double usual)
{
	return usual > 0 ? value / usual : value;
}

static enum sight phases_sight_of(const struct phase_input *in, const struct phase_point *p)
{
	bool pinged = p->answering >= 0, routed = p->routed >= 0;
	double visibility = in->visibility > 0 ? in->visibility : 0.5;
	double routes = phases_share(p->routed, in->usual_routed),
	       answers = phases_share(p->answering, in->usual_answering);
	if (!pinged && !routed)
		return SIGHT_UNKNOWN;
	if (routed && routes <= visibility)
		return SIGHT_UNROUTED;
	if (pinged && answers <= incident_value(in->decisions, PHASES_NOTHING))
		return SIGHT_MUTE;
	return (pinged ? answers : routes) >= incident_value(in->decisions, PHASES_BACK) ? SIGHT_UP : SIGHT_PART;
}

static void phases_begin(struct machine *m, enum phase_kind kind, struct instant from)
{
	struct phases *o = m->out;
	if (o->count == PHASES_MAX) {
		o->dropped++;
		o->at[o->count - 1].kind = kind;
		return;
	}
	if (o->count)
		o->at[o->count - 1].to = from;
	o->at[o->count++] = (struct phase){kind, from, INSTANT_NONE};
}

static enum phase_kind phases_kind_of(const struct machine *m, enum sight l)
{
	if (l == SIGHT_UNROUTED)
		return PHASE_UNROUTED;
	if (l == SIGHT_MUTE)
		return PHASE_SILENT;
	if (l == SIGHT_UP)
		return PHASE_BACK;
	return m->bottom ? PHASE_RETURNING : PHASE_DEGRADED;
}

static void phases_machine_take(struct machine *m, enum sight l, struct instant time)
{
	enum phase_kind kind = phases_kind_of(m, l);
	struct phases *o = m->out;
	enum phase_kind now = m->trouble ? o->at[o->count - 1].kind : PHASE_BACK;
	if (kind == now) {
		m->seen = 0;
		return;
	}
	if (!m->seen || kind != m->candidate) {
		m->candidate = kind;
		m->since = time;
		m->seen = 0;
	}
	if ((double)++m->seen < m->debounce)
		return;
	m->seen = 0;
	m->trouble = kind != PHASE_BACK;
	m->bottom = m->trouble && (m->bottom || kind == PHASE_SILENT || kind == PHASE_UNROUTED);
	phases_begin(m, kind, m->since);
}

void phases_find(const struct phase_input *in, struct phases *ret)
{
	ret->count = ret->dropped = 0;
	struct machine m = {.out = ret, .debounce = incident_value(in->decisions, PHASES_DEBOUNCE)};
	for (size_t i = 0; i < in->count; i++) {
		enum sight l = phases_sight_of(in, &in->points[i]);
		if (l != SIGHT_UNKNOWN)
			phases_machine_take(&m, l, in->points[i].time);
	}
}

const char *phase_name(enum phase_kind kind)
{
	static const char *const names[] = {[PHASE_DEGRADED] = "degraded",
					    [PHASE_SILENT] = "silent",
					    [PHASE_UNROUTED] = "unrouted",
					    [PHASE_RETURNING] = "returning",
					    [PHASE_BACK] = "back"};
	must((size_t)kind < ARRAY_LEN(names));
	return names[kind];
}
