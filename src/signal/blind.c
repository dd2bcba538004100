// SPDX-License-Identifier: ISC
// DOC: blindness
// One state per collector, and one per session of a full feed: never healthy, healthy, blind. Silence is noticed late, and began with
// the last word. With the first word after it the silence is over, but what the collector holds is not known before the next table or
// session: that is blindness of another reason, and a span of its own. A session that dies at a collector that hears others has
// spans where KEEPALIVEs tell that it died; else it may have had nothing to say.
#include "signal/blind.h"

#include "base/alloc.h"
#include "model/carried.h"

#include <stdlib.h>

static const char blind_no_files[] = "its files of that time are not there";

struct blind_standing {
	bool was_healthy, healthy_now;
	size_t open; // index of the open span + 1
	uint32_t why[HEALTH_WHY_COUNT];
	struct instant last_heard; // newest of its silent peers, before they fell silent
	struct instant again;	   // the first that was heard of them after it
	struct instant newest;	   // word of whichever of its peers
	struct instant silent_to;  // end of its newest silence; unknown: none was, or it lasts
};

struct blind_session {
	bool was_healthy;
	size_t open; // as above
};

struct blind {
	const struct peer_table *peers;
	struct blind_standing *of;	// by collector
	struct blind_session *sessions; // by peer
	size_t session_count, session_capacity;
	struct blind_list spans;
	uint64_t lost;
};

struct blind *blind_create(const struct peer_table *peers)
{
	struct blind *b = alloc_zero(1, sizeof(*b));
	b->peers = peers;
	b->of = alloc_zero(COLLECTORS_MAX, sizeof(*b->of));
	for (size_t c = 0; c < COLLECTORS_MAX; c++)
		b->of[c].last_heard = b->of[c].again = b->of[c].newest = b->of[c].silent_to = INSTANT_NONE;
	return b;
}

void blind_free(struct blind *b)
{
	if (!b)
		return;
	free(b->of);
	free(b->sessions);
	free(b->spans.at);
	free(b);
}

// One that was heard again is not silent any more, whichever of its peers are.
static enum health_why blind_commonest(const struct blind_standing *s)
{
	int most = HEALTH_SESSION_DOWN;
	for (int why = 0; why < HEALTH_WHY_COUNT; why++)
		if (why != HEALTH_COUNTS && s->why[why] > s->why[most])
			most = why;
	return most == HEALTH_SILENT && s->why[HEALTH_LOST] ? HEALTH_LOST : (enum health_why)most;
}

static void blind_span_remove(struct blind *b, size_t at)
{
	b->spans.count--;
	memmove(b->spans.at + at, b->spans.at + at + 1, (b->spans.count - at) * sizeof(*b->spans.at));
	for (uint16_t c = 0; c < collector_count(b->peers); c++)
		b->of[c].open -= b->of[c].open > at;
	for (size_t i = 0; i < b->session_count; i++)
		b->sessions[i].open -= b->sessions[i].open > at;
}

// The oldest span that is over makes room for a new one; false: all are open.
static bool blind_span_forget(struct blind *b)
{
	size_t at = 0;
	while (at < b->spans.count && !instant_known(b->spans.at[at].to))
		at++;
	if (at == b->spans.count)
		return false;
	blind_span_remove(b, at);
	b->lost++;
	return true;
}

// `open`: of the owner, who gets the span where it has no end.
static void blind_span_add(struct blind *b, struct blind_span span, const char *why, size_t *open)
{
	if (b->spans.count >= BLIND_SPANS_MAX && !blind_span_forget(b))
		return;
	span.why = why;
	alloc_grow((void **)&b->spans.at, b->spans.count, &b->spans.capacity, sizeof(*b->spans.at));
	b->spans.at[b->spans.count++] = span;
	if (!instant_known(span.to))
		*open = b->spans.count;
}

static void blind_span_close(struct blind *b, size_t *open, struct instant to)
{
	if (*open)
		b->spans.at[*open - 1].to = to;
	*open = 0;
}

// A silence is over: what it was of is known to the last file only now.
static void blind_silence_close(struct blind *b, const struct table *t, uint16_t collector, size_t *open,
				struct instant now)
{
	struct blind_span *s = *open ? &b->spans.at[*open - 1] : NULL;
	struct kept_span missing = {s ? s->from : now, now};
	bool files = s && s->missing && table_missing(t, collector, &missing);
	if (files) {
		s->from = missing.from;
		s->why = blind_no_files;
	}
	blind_span_close(b, open, files ? missing.to : now);
}

static bool blind_span_is(const struct blind *b, size_t open, enum health_why why)
{
	if (why == HEALTH_SILENT)
		return open && b->spans.at[open - 1].missing;
	return open && strcmp(b->spans.at[open - 1].why, health_why_name(why)) == 0;
}

struct blind_silence {
	enum health_why why;
	struct kept_span silent; // from the last word, or what is missing of files; `to` unknown: it lasts
	struct instant again;	 // the first word after it
	bool files;		 // that would hold it are not there
};

static struct blind_silence blind_silence_of(const struct table *t, uint16_t collector, enum health_why why,
					     const struct kept_span *between)
{
	struct blind_silence s = {why, *between, between->to, false};
	s.files = table_missing(t, collector, &s.silent);
	if (why != HEALTH_LOST)
		s.silent.to = INSTANT_NONE;
	return s;
}

// Silent, or heard again and its table not known: each is a span, and one follows the other.
static void blind_silence_tell(struct blind *b, struct blind_span span, const struct blind_silence *s, size_t *open)
{
	const char *why = s->files ? blind_no_files : health_why_name(HEALTH_SILENT);
	if (blind_span_is(b, *open, s->why))
		return;
	span.from = s->silent.from;
	span.to = s->silent.to;
	span.missing = true;
	if (blind_span_is(b, *open, HEALTH_SILENT)) { // more of it is known now
		b->spans.at[*open - 1].why = why;
		b->spans.at[*open - 1].from = span.from;
		blind_span_close(b, open, span.to);
	} else {
		blind_span_close(b, open, span.from);
		blind_span_add(b, span, why, open);
	}
	if (s->why != HEALTH_LOST)
		return;
	span.from = span.to;
	span.to = INSTANT_NONE;
	span.missing = false;
	blind_span_add(b, span, health_why_name(HEALTH_LOST), open);
}

static void blind_judge(struct blind *b, const struct table *t, uint16_t collector, struct instant now)
{
	struct blind_standing *s = &b->of[collector];
	struct blind_span span = {.kind = BLIND_COLLECTOR, .who = collector, .from = now, .to = INSTANT_NONE};
	if (s->healthy_now) {
		bool wrong = s->open && strcmp(b->spans.at[s->open - 1].why, blind_no_files) == 0 &&
			     !table_kept_known(t, collector);
		if (wrong) // the files were there, and their names meant something else
			blind_span_remove(b, s->open - 1);
		else
			blind_silence_close(b, t, collector, &s->open, now);
		s->open = 0;
		s->was_healthy = true;
		return;
	}
	enum health_why why = blind_commonest(s);
	if (!s->was_healthy)
		return;
	if (why == HEALTH_SILENT || (why == HEALTH_LOST && instant_known(s->again))) {
		s->silent_to = why == HEALTH_LOST ? s->again : INSTANT_NONE;
		struct kept_span between = {s->last_heard, why == HEALTH_LOST ? s->again : now};
		struct blind_silence silence = blind_silence_of(t, collector, why, &between);
		blind_silence_tell(b, span, &silence, &s->open);
	} else if (!s->open) {
		blind_span_add(b, span, health_why_name(why), &s->open);
	}
}

static struct blind_session *blind_session_of(struct blind *b, uint32_t peer)
{
	while (b->session_count <= peer) {
		alloc_grow((void **)&b->sessions, b->session_count, &b->session_capacity, sizeof(*b->sessions));
		b->sessions[b->session_count++] = (struct blind_session){0};
	}
	return &b->sessions[peer];
}

// A session of a collector that hears others: it is the collector's silence else, or was.
static void blind_judge_session(struct blind *b, const struct table *t, uint32_t peer, struct instant now)
{
	const struct health_peer *p = table_peer(t, peer);
	struct blind_session *s = blind_session_of(b, peer);
	uint16_t collector = peer_at(b->peers, peer)->collector;
	const struct blind_standing *of = &b->of[collector];
	enum health_why why = (enum health_why)p->why[0];
	bool healthy = why == HEALTH_COUNTS || p->why[1] == HEALTH_COUNTS;
	bool silent = (why == HEALTH_SILENT && p->alive) || (why == HEALTH_LOST && p->lost);
	if (!silent)
		blind_span_close(b, &s->open, now);
	s->was_healthy |= healthy;
	if (!silent || !s->was_healthy || !of->healthy_now)
		return;
	struct kept_span between = {p->lost ? p->lost_from : p->last_heard, why == HEALTH_LOST ? p->lost_at : now};
	bool of_all = instant_known(of->silent_to) && between.from.ns <= of->silent_to.ns;
	bool dying = of->newest.ns - between.from.ns <
		     (now.ns - between.from.ns) / 2; // the others are silent, too, or soon will be
	if (!s->open && (of_all || dying))
		return;
	struct blind_silence silence = blind_silence_of(t, collector, why, &between);
	blind_silence_tell(b, (struct blind_span){.kind = BLIND_PEER, .who = peer}, &silence, &s->open);
}

static void blind_count(struct blind *b, const struct table *t)
{
	for (uint32_t peer = 0; peer < peer_count(b->peers); peer++) {
		const struct health_peer *p = table_peer(t, peer);
		struct blind_standing *s = &b->of[peer_at(b->peers, peer)->collector];
		if (!p)
			continue;
		s->healthy_now |= p->why[0] == HEALTH_COUNTS || p->why[1] == HEALTH_COUNTS;
		s->why[p->why[0]]++;
		s->newest = p->last_heard.ns > s->newest.ns ? p->last_heard : s->newest;
		bool gone = p->why[0] == HEALTH_SILENT || p->why[0] == HEALTH_LOST;
		struct instant last = p->lost ? p->lost_from : p->last_heard;
		if (gone && last.ns > s->last_heard.ns)
			s->last_heard = last;
		if (gone && p->lost && (!instant_known(s->again) || p->lost_at.ns < s->again.ns))
			s->again = p->lost_at;
	}
}

void blind_update(struct blind *b, const struct table *t, struct instant now)
{
	uint16_t collectors = collector_count(b->peers);
	for (uint16_t c = 0; c < collectors; c++) {
		b->of[c].healthy_now = false;
		b->of[c].last_heard = b->of[c].again = b->of[c].newest = INSTANT_NONE;
		memset(b->of[c].why, 0, sizeof(b->of[c].why));
	}
	blind_count(b, t);
	for (uint16_t c = 0; c < collectors; c++)
		blind_judge(b, t, c, now);
	for (uint32_t peer = 0; peer < peer_count(b->peers); peer++) {
		if (table_peer(t, peer))
			blind_judge_session(b, t, peer, now);
	}
}

const struct blind_list *blind_spans(const struct blind *b)
{
	return &b->spans;
}

uint64_t blind_lost(const struct blind *b)
{
	return b->lost;
}

void blind_carry(struct carry *c, struct blind *b)
{
	carry_room(c, CARRY_ARRAY(b->spans.at, b->spans.count, b->spans.capacity), 20);
	for (size_t i = 0; i < b->spans.count && carry_good(c); i++) {
		blind_span_carry(c, &b->spans.at[i]);
		carry_check(c, b->spans.at[i].kind != BLIND_OBSERVER);
	}
	size_t n = collector_count(b->peers);
	carry_count(c, &n, 8);
	carry_check(c, n <= COLLECTORS_MAX);
	for (size_t i = 0; i < n && carry_good(c); i++) { // the rest is made anew at each update
		CARRY(c, b->of[i].was_healthy);
		CARRY(c, b->of[i].healthy_now);
		CARRY(c, b->of[i].open);
		CARRY(c, b->of[i].silent_to);
		carry_check(c, b->of[i].open <= b->spans.count);
	}
	carry_room(c, CARRY_ARRAY(b->sessions, b->session_count, b->session_capacity), 8);
	for (size_t i = 0; i < b->session_count && carry_good(c); i++) {
		CARRY(c, b->sessions[i].was_healthy);
		CARRY(c, b->sessions[i].open);
		carry_within(c, CARRY_PEERS, i);
		carry_check(c, b->sessions[i].open <= b->spans.count);
	}
	CARRY(c, b->lost);
}
