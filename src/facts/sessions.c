// SPDX-License-Identifier: ISC
// Which sessions of the entity's networks ended with an incident, and by whom. A collector or router that lost all its peers
// at once tells of its own trouble: what it lost then is not counted.
#include "facts/facts_priv.h"

#include "base/alloc.h"

#include <math.h>
#include <stdlib.h>

// Whether the reporter lost all its peers then, and not only those of the entity.
static bool sessions_own_trouble(const struct routing_session_log *l, const struct entity *e,
				 const struct session_change *change)
{
	uint16_t collector = l->sessions[change->session].peer.collector;
	for (size_t i = 0; i < l->blackout_count; i++) {
		const struct session_blackout *d = &l->blackouts[i];
		if (d->collector != collector || change->time.ns < d->from.ns || change->time.ns > d->to.ns)
			continue;
		for (size_t k = 0; k < d->asn_count; k++)
			if (!facts_owns(e, d->asns[k]))
				return true;
	}
	return false;
}

struct session_verdict {		   // on one session
	bool up, seen;			   // up now; up at some time between the window's begin and the start
	struct instant since;		   // last change
	const struct session_change *lost; // the end that counts
	bool lasting;			   // it was still down at the start, or went after it
};

struct session_window {
	struct instant begin, start, end;
};

// It was as it is from its last change until now.
static void sessions_verdict_until(struct session_verdict *v, const struct session_window *w, struct instant now)
{
	v->seen |= v->up && now.ns >= w->begin.ns && v->since.ns <= w->start.ns;
	v->since = now;
}

// Which end counts: the first that reached into the incident; if none did, the last before.
static void sessions_verdict_change(struct session_verdict *v, const struct session_window *w,
				    const struct session_change *change, bool trouble)
{
	sessions_verdict_until(v, w, change->time);
	bool inside = change->time.ns >= w->begin.ns && change->time.ns <= w->end.ns;
	if (change->event == SESSION_EVENT_UP && change->time.ns < w->start.ns) {
		v->lasting = false;
	} else if (v->up && change->event > SESSION_EVENT_UNSAID && inside && !trouble && !v->lasting) {
		v->lost = change;
		v->lasting = true;
	}
	v->up = change->event == SESSION_EVENT_UP;
}

static void sessions_count_lost(struct facts_sessions *f, const struct session_change *lost, struct instant start)
{
	uint32_t *count[SESSION_EVENT_COUNT] = {
		[SESSION_EVENT_HOLD_RECEIVED] = &f->hold_received,
		[SESSION_EVENT_HOLD_SENT] = &f->hold_sent,
		[SESSION_EVENT_BY_ENTITY] = &f->closed_by_entity,
		[SESSION_EVENT_BY_UPSTREAM] = &f->closed_by_upstream,
		[SESSION_EVENT_PREFIX_LIMIT] = &f->prefix_limit,
		[SESSION_EVENT_SILENT] = &f->silent,
		[SESSION_EVENT_ERROR] = &f->error,
	};
	double after = instant_gap_s(start, lost->time);
	f->lost++;
	f->with_text += lost->with_text;
	if (count[lost->event])
		++*count[lost->event];
	if (isnan(f->first_s) || after < f->first_s)
		f->first_s = after;
}

static struct session_window sessions_window_of(const struct facts_input *in, const struct story *n)
{
	int64_t early = decision_ns(facts_value(in->decisions, FACTS_LOST_HOLDS) * in->sessions->hold_s),
		least = facts_ns(in->decisions, FACTS_LOST_EARLY_S);
	early = early > least ? early : least;
	return (struct session_window){instant_after(facts_start(n), -early), facts_start(n), story_onset_end(n)};
}

void facts_sessions(const struct facts_input *in, const struct entity *e, const struct story *n,
		    struct facts_sessions *f)
{
	const struct routing_session_log *l = in->sessions;
	struct session_window w = sessions_window_of(in, n);
	struct session_verdict *of = alloc_zero(l->session_count, sizeof(*of));
	*f = (struct facts_sessions){.first_s = NAN};
	for (size_t i = 0; i < l->session_count; i++)
		of[i] = (struct session_verdict){.up = l->sessions[i].began_up, .since = INSTANT_NONE};
	for (size_t i = 0; i < l->change_count; i++) {
		const struct session_change *change = &l->changes[i];
		if (!facts_owns(e, l->sessions[change->session].peer.asn))
			continue;
		bool trouble = change->time.ns >= w.begin.ns && sessions_own_trouble(l, e, change);
		sessions_verdict_change(&of[change->session], &w, change, trouble);
	}
	for (size_t i = 0; i < l->session_count; i++) {
		sessions_verdict_until(&of[i], &w, w.end.ns > w.start.ns ? w.end : w.start);
		f->seen += of[i].seen;
		if (of[i].seen && of[i].lost)
			sessions_count_lost(f, of[i].lost, n->start.best);
	}
	free(of);
}
