// SPDX-License-Identifier: ISC
// DOC: the denominator
// A peer counts for a family when its session is not known to be down, its table is whole, its feed beats, none of its
// records was damaged of late, and its table is a full one: at least a share of the largest table at its
// collector and at least the floor. Sizes are compared by their peaks, so that an outage of much of a small table
// (a lab, a national collector) does not turn its witnesses into partial feeds. The largest table is remembered when
// its session ends: the partial feeds of a collector do not become full ones because its full ones failed. A table
// that a cut dump began is measured by the largest of all whole ones, since a cut file cuts all its peers alike. One
// peer that loses most of its table while the median peer does not has a trouble of its own and is left out
// ("collapsed").
// DOC: silence
// A beat that is known and stops makes a peer silent from its last word on. It beats by what it sends itself, or, where no KEEPALIVE is
// recorded and a quiet peer says nothing, by what its collector records of anyone. A peer of which there is only a table witnesses
// the moment of the table: it is silent when others of its collector would long have spoken. Who was silent and speaks again has
// lost input in between: what it holds is not known until it is listed in a table or begins a session. Where the names of files tell
// which time an archive holds (kept.h), what lies between them is silence whatever the beat, and a pause that they hold is none.
#include "signal/health.h"

#include "base/alloc.h"
#include "base/carry.h"
#include "base/numbers.h"

#include <stdlib.h>
#include <string.h>

#define GAP_NS_MAX (30 * 366 * 86400 * NS_PER_S) // of a carried state: three of them are a time, too

struct health_beat {		    // of a collector: of whatever peer
	struct instant first, last; // `first`: since when it beats steadily
	int64_t longest_gap_ns;	    // of it, a gap under a second not counted
	int64_t peers_gap_ns;	    // longest gap of one of its peers that beats
	uint32_t beats;
	bool alive;			// KEEPALIVEs are recorded
	bool spoke;			// it recorded something, not only a table
	struct instant lost_from, lost; // newest silence of all
};

struct health {
	const struct decisions *decisions;
	int64_t settle_ns; // read for each route of a table that comes
	const struct peer_table *peers;
	struct health_peer *of;
	size_t count, capacity;
	double share;
	uint32_t floor[2];
	struct health_beat *beat; // by collector
	struct kept *kept;
	struct instant silent_since;
	bool moved;	      // the last health_judge found a peer silent, or one heard again
	uint32_t *largest[2]; // by collector
	uint32_t largest_of_all[2];
	double *shares; // scratch for the median
	size_t share_capacity;
};

struct health *health_create(const struct decisions *decisions, const struct peer_table *peers, double share,
			     const uint32_t floor[2])
{
	struct health *h = alloc_zero(1, sizeof(*h));
	h->decisions = decisions;
	h->settle_ns = signal_ns(decisions, HEALTH_SETTLE_S);
	h->peers = peers;
	h->share = share;
	h->beat = alloc_zero(COLLECTORS_MAX, sizeof(*h->beat));
	h->kept = kept_create();
	for (int i = 0; i < COLLECTORS_MAX; i++)
		h->beat[i].first = h->beat[i].last = h->beat[i].lost_from = h->beat[i].lost = INSTANT_NONE;
	h->silent_since = INSTANT_NONE;
	for (int f = 0; f < 2; f++) {
		h->floor[f] = floor[f];
		h->largest[f] = alloc_zero(COLLECTORS_MAX, sizeof(*h->largest[f]));
	}
	return h;
}

void health_free(struct health *h)
{
	if (!h)
		return;
	free(h->of);
	free(h->beat);
	kept_free(h->kept);
	free(h->largest[0]);
	free(h->largest[1]);
	free(h->shares);
	free(h);
}

struct health_peer *health_of(struct health *h, uint32_t peer)
{
	while (peer >= h->count) {
		alloc_grow((void **)&h->of, h->count, &h->capacity, sizeof(*h->of));
		h->of[h->count++] = (struct health_peer){
			.first_heard = INSTANT_NONE,
			.last_heard = INSTANT_NONE,
			.suspect_until = INSTANT_NONE,
			.state_since = INSTANT_NONE,
			.lost_from = INSTANT_NONE,
			.window = INSTANT_NONE,
			.why = {HEALTH_NEVER_WHOLE, HEALTH_NEVER_WHOLE},
		};
	}
	return &h->of[peer];
}

uint32_t health_count(const struct health *h)
{
	return (uint32_t)h->count;
}

// KEEPALIVEs come at a steady pace: there the slack will do.
static int64_t health_silence_ns(const struct health *h, int64_t longest_gap_ns, bool alive)
{
	int64_t least = signal_ns(h->decisions, HEALTH_SILENCE_LEAST_S);
	int64_t beats = (int64_t)(signal_value(h->decisions, HEALTH_SILENCE_BEATS) * (double)longest_gap_ns);
	int64_t slack = beats + signal_ns(h->decisions, HEALTH_SILENCE_SLACK_S);
	least = alive && slack < least ? slack : least;
	return beats > least ? beats : least;
}

// Whether the collector beats so that its silence can be told: by KEEPALIVEs, or because it recorded something for long without a pause.
static bool health_beats(const struct health *h, const struct health_beat *b)
{
	if (b->beats < signal_value(h->decisions, HEALTH_BEATS_MIN))
		return false;
	double steady =
		signal_value(h->decisions, HEALTH_STEADY) * (double)health_silence_ns(h, b->longest_gap_ns, b->alive);
	return b->alive || (double)(b->last.ns - b->first.ns) >= steady;
}

void health_kept(struct health *h, const struct obs *o)
{
	if (instant_known(o->from))
		kept_add(h->kept, o->collector, o->from, instant_after(o->from, (int64_t)o->kept_s * NS_PER_S));
}

bool health_kept_known(const struct health *h, uint16_t collector)
{
	return kept_known(h->kept, collector);
}

bool health_missing(const struct health *h, uint16_t collector, struct kept_span *span)
{
	struct kept_span found;
	if (kept_missing_ns(h->kept, collector, span, &found) <= signal_ns(h->decisions, HEALTH_SILENCE_LEAST_S))
		return false;
	*span = found;
	return true;
}

static bool health_beat_missing(const struct health *h, const struct health_beat *b, struct instant now)
{
	struct kept_span span = {b->last, now};
	return health_missing(h, (uint16_t)(b - h->beat), &span);
}

// Whether all that the collector records was silent for so long up to `now` that some of it is lost.
static bool health_collector_silent(const struct health *h, const struct health_beat *b, struct instant now)
{
	if (!instant_known(b->last))
		return false;
	return health_beat_missing(h, b, now) ||
	       (health_beats(h, b) && now.ns - b->last.ns > health_silence_ns(h, b->longest_gap_ns, b->alive));
}

// The same of one of which there is only a table so far.
static bool health_table_old(const struct health *h, const struct health_beat *b, struct instant now)
{
	if (kept_known(h->kept, (uint16_t)(b - h->beat)))
		return health_beat_missing(h, b, now);
	int64_t usual = signal_ns(h->decisions, HEALTH_BEAT_USUAL_S);
	return instant_known(b->last) && now.ns - b->last.ns > health_silence_ns(h, usual, false);
}

// All its peers lost input between its last word, or table, and now.
static void health_collector_lost(struct health_beat *b, struct instant now)
{
	b->lost_from = b->last;
	b->lost = now;
}

static void health_collector_heard(const struct health *h, struct health_beat *b, struct instant now, bool alive)
{
	int64_t gap = instant_known(b->last) ? now.ns - b->last.ns : 0;
	bool silent = b->spoke ? health_collector_silent(h, b, now) : health_table_old(h, b, now);
	if (silent) {
		health_collector_lost(b, now);
	} else if (b->spoke) {
		b->beats++;
		b->longest_gap_ns = gap > b->longest_gap_ns ? gap : b->longest_gap_ns;
	}
	b->alive |= alive;
	b->spoke = true;
	if (!instant_known(b->first))
		b->first = now;
}

static bool health_silent(const struct health *h, uint32_t peer, struct instant now)
{
	const struct health_peer *p = &h->of[peer];
	const struct health_beat *b = &h->beat[peer_at(h->peers, peer)->collector];
	if (p->beats >= signal_value(h->decisions, HEALTH_BEATS_MIN) &&
	    now.ns - p->last_heard.ns > health_silence_ns(h, p->longest_gap_ns, p->alive))
		return true;
	if (health_collector_silent(h, b, now))
		return true;
	if (p->spoke || kept_known(h->kept, peer_at(h->peers, peer)->collector))
		return false;
	int64_t others = b->peers_gap_ns ? b->peers_gap_ns : signal_ns(h->decisions, HEALTH_BEAT_USUAL_S);
	return now.ns - p->last_heard.ns > health_silence_ns(h, others, b->alive);
}

// Whether input of the peer was lost since it was last heard: with that of all, or alone. One that has nothing to say is not taken
// for lost while its collector recorded others.
static bool health_loses(const struct health *h, const struct health_peer *p, const struct health_beat *b,
			 struct instant now)
{
	if (instant_known(b->lost) && b->lost.ns > p->last_heard.ns)
		return true;
	return p->alive && p->beats >= signal_value(h->decisions, HEALTH_BEATS_MIN) &&
	       now.ns - p->last_heard.ns > health_silence_ns(h, p->longest_gap_ns, p->alive);
}

// It speaks after a second or more.
static void health_heard_again(struct health *h, struct health_peer *p, struct health_beat *b, struct instant now)
{
	int64_t gap = now.ns - p->last_heard.ns;
	if (health_loses(h, p, b, now)) {
		p->lost_from = p->lost ? p->lost_from : p->last_heard;
		p->lost_at = now;
		p->lost = true;
		return;
	}
	p->beats++;
	p->longest_gap_ns = gap > p->longest_gap_ns ? gap : p->longest_gap_ns;
	if (p->spoke && p->longest_gap_ns > b->peers_gap_ns)
		b->peers_gap_ns = p->longest_gap_ns;
}

// What comes late fills the gap that it belongs into: a file that was rotated while it was read. When nothing is missing any more
// nothing was lost.
static void health_heard_late(const struct health *h, struct health_peer *p, struct health_beat *b, struct instant now)
{
	if (instant_known(b->lost) && now.ns > b->lost_from.ns && now.ns < b->lost.ns) {
		b->lost_from = now;
		if (b->lost.ns - now.ns <= health_silence_ns(h, b->longest_gap_ns, b->alive))
			b->lost = INSTANT_NONE;
	}
	if (!p->lost || now.ns <= p->lost_from.ns || now.ns >= p->lost_at.ns)
		return;
	p->lost_from = now;
	p->lost = p->lost_at.ns - now.ns > health_silence_ns(h, p->longest_gap_ns, p->alive);
}

// A record in the middle of what no file should hold.
static void health_kept_try(struct health *h, uint16_t collector, struct instant now)
{
	int64_t slack = signal_ns(h->decisions, HEALTH_SILENCE_LEAST_S);
	struct kept_span around = {instant_after(now, -slack), instant_after(now, slack)}, found;
	if (kept_missing_ns(h->kept, collector, &around, &found) == 2 * slack)
		kept_refute(h->kept, collector);
}

void health_heard(struct health *h, uint32_t peer, struct instant now, bool alive)
{
	struct health_peer *p = health_of(h, peer);
	struct health_beat *b = &h->beat[peer_at(h->peers, peer)->collector];
	if (UNLIKELY(instant_known(p->last_heard) && now.ns < p->last_heard.ns))
		health_heard_late(h, p, b, now);
	if (now.ns - b->last.ns >= NS_PER_S)
		health_kept_try(h, peer_at(h->peers, peer)->collector, now);
	if (!b->spoke || (alive && !b->alive) || now.ns - b->last.ns >= NS_PER_S)
		health_collector_heard(h, b, now, alive);
	if (!instant_known(b->last) || now.ns > b->last.ns)
		b->last = now;
	if (!instant_known(p->first_heard))
		p->first_heard = now;
	if (instant_known(p->last_heard) && now.ns - p->last_heard.ns >= NS_PER_S)
		health_heard_again(h, p, b, now);
	p->alive |= alive;
	p->spoke = true;
	if (!instant_known(p->last_heard) || now.ns > p->last_heard.ns)
		p->last_heard = now;
}

static void health_window_move(const struct health *h, struct health_peer *p, struct instant now)
{
	if (!instant_known(p->window)) {
		p->window = now;
		return;
	}
	if (now.ns - p->window.ns < h->settle_ns)
		return;
	int64_t passed = (now.ns - p->window.ns) / h->settle_ns;
	p->growth_before = passed == 1 ? p->growth : 0;
	p->growth = 0;
	p->window = instant_after(p->window, passed * h->settle_ns);
}

void health_learned(struct health *h, uint32_t peer, struct instant now)
{
	struct health_peer *p = health_of(h, peer);
	if (p->whole)
		return;
	health_window_move(h, p, now);
	p->growth++;
}

// Whether a table that no RIB dump or End-of-RIB vouches for has stopped growing. In a feed that is joined in the
// middle most announcements are of prefixes not heard of before: what is known of its table is only what moves.
static bool health_settled(const struct health *h, struct health_peer *p, struct instant now)
{
	health_window_move(h, p, now);
	uint32_t size = p->size[0] + p->size[1];
	bool quiet = p->growth + p->growth_before <= signal_value(h->decisions, HEALTH_SETTLE_GROWTH) * size;
	bool ceased = !p->growth && now.ns - p->window.ns >= signal_ns(h->decisions, HEALTH_PAUSE_S);
	bool burst = now.ns - p->first_heard.ns < 2 * h->settle_ns && p->growth_before && ceased;
	return now.ns - p->first_heard.ns >= h->settle_ns && (quiet || burst);
}

void health_session(struct health *h, uint32_t peer, struct instant now, bool established)
{
	struct health_peer *p = health_of(h, peer);
	if (established == p->known_up && established != p->known_down)
		return; // said before
	p->known_up = established;
	p->known_down = !established;
	p->state_since = now;
	p->whole = p->cut = false;
	p->first_heard = now;
	p->peak[0] = p->peak[1] = 0;
	p->beats = 0;
	p->alive = p->lost = false;
	p->longest_gap_ns = 0;
	p->window = now;
	p->growth = p->growth_before = 0;
}

void health_whole(struct health *h, uint32_t peer)
{
	struct health_peer *p = health_of(h, peer);
	p->whole = true;
	p->cut = false;
	p->known_down = false;
	for (int f = 0; f < 2; f++)
		p->peak[f] = p->size[f] > p->peak[f] ? p->size[f] : p->peak[f];
}

void health_dumped(struct health *h, uint32_t peer, struct instant now, bool damaged)
{
	struct health_peer *p = health_of(h, peer);
	bool cut = damaged && (p->cut || !p->whole);
	if (!instant_known(p->first_heard))
		p->first_heard = now;
	struct health_beat *b = &h->beat[peer_at(h->peers, peer)->collector];
	if (health_collector_silent(h, b, now))
		health_collector_lost(b, now);
	if (!instant_known(b->last) || now.ns > b->last.ns)
		b->last = now;
	if (!instant_known(p->last_heard) || now.ns > p->last_heard.ns)
		p->last_heard = now;
	p->lost = false;
	health_whole(h, peer);
	p->cut = cut;
}

void health_suspect(struct health *h, uint32_t peer, struct instant now)
{
	if (instant_known(now))
		health_of(h, peer)->suspect_until = instant_after(now, signal_ns(h->decisions, HEALTH_SUSPECT_S));
}

// Everything that does not depend on other peers.
static enum health_why health_judge_alone(const struct health *h, uint32_t peer, struct instant now)
{
	struct health_peer *p = &h->of[peer];
	const struct health_beat *b = &h->beat[peer_at(h->peers, peer)->collector];
	if (p->known_down)
		return HEALTH_SESSION_DOWN;
	if (!instant_known(p->last_heard))
		return HEALTH_NEVER_WHOLE;
	if (!p->whole && health_settled(h, p, now))
		p->whole = true;
	if (!p->whole)
		return HEALTH_NEVER_WHOLE;
	if (health_silent(h, peer, now))
		return HEALTH_SILENT;
	if (p->lost || (instant_known(b->lost) && b->lost.ns > p->last_heard.ns))
		return HEALTH_LOST;
	if (instant_known(p->suspect_until) && now.ns < p->suspect_until.ns)
		return HEALTH_SUSPECT;
	return HEALTH_COUNTS;
}

static bool health_full(const struct health *h, uint32_t peer, int f)
{
	const struct health_peer *p = &h->of[peer];
	uint32_t largest = h->largest[f][peer_at(h->peers, peer)->collector];
	if (p->cut && p->peak[f] < signal_value(h->decisions, HEALTH_CUT_SHARE) * h->largest_of_all[f])
		return false;
	return p->peak[f] >= h->floor[f] && p->peak[f] >= h->share * largest;
}

// Median over full-feed peers of the share of its peak that each still has.
static double health_median_share(struct health *h, const uint8_t *alone, int f)
{
	size_t n = 0;
	if (h->share_capacity < h->count) {
		h->shares = alloc_resize(h->shares, h->count, sizeof(*h->shares));
		h->share_capacity = h->count;
	}
	for (uint32_t i = 0; i < h->count; i++)
		if (alone[i] == HEALTH_COUNTS && health_full(h, i, f))
			h->shares[n++] = (double)h->of[i].size[f] / h->of[i].peak[f];
	if (!n)
		return 0;
	qsort(h->shares, n, sizeof(*h->shares), numbers_by_double);
	return h->shares[n / 2];
}

// How large the peer's table is known to be: a new session may say less only once it is old.
static void health_remember(const struct health *h, struct health_peer *p, int f, struct instant now)
{
	bool old = instant_known(p->state_since) &&
		   now.ns - p->state_since.ns >= signal_ns(h->decisions, HEALTH_REMEMBER_S);
	if (p->peak[f] > p->known[f] || old)
		p->known[f] = p->peak[f];
}

// Silence is noticed late: it began with the last word, or with the first file that is not there.
static void health_silence_note(struct health *h, uint32_t peer, struct instant now)
{
	const struct health_peer *p = &h->of[peer];
	struct instant since = p->lost ? p->lost_from : p->last_heard;
	struct kept_span missing = {since, now};
	if (health_missing(h, peer_at(h->peers, peer)->collector, &missing))
		since = missing.from;
	if (!instant_known(h->silent_since) || since.ns < h->silent_since.ns)
		h->silent_since = since;
}

static bool health_judge_family(struct health *h, const uint8_t *alone, int f, struct instant now)
{
	bool changed = false;
	h->largest_of_all[f] = 0;
	memset(h->largest[f], 0, COLLECTORS_MAX * sizeof(*h->largest[f]));
	for (uint32_t i = 0; i < h->count; i++) {
		struct health_peer *p = &h->of[i];
		uint32_t *largest = &h->largest[f][peer_at(h->peers, i)->collector];
		if (!p->known_down && p->size[f] > p->peak[f]) // else what is held is of the session that ended
			p->peak[f] = p->size[f];
		if (alone[i] == HEALTH_COUNTS)
			health_remember(h, p, f, now);
		*largest = p->known[f] > *largest ? p->known[f] : *largest;
		if (!p->cut && p->known[f] > h->largest_of_all[f])
			h->largest_of_all[f] = p->known[f];
	}
	double median = health_median_share(h, alone, f),
	       collapsed = signal_value(h->decisions, HEALTH_COLLAPSE_SHARE) * median;
	for (uint32_t i = 0; i < h->count; i++) {
		struct health_peer *p = &h->of[i];
		uint8_t why = alone[i];
		if (why == HEALTH_COUNTS && !health_full(h, i, f))
			why = HEALTH_PARTIAL;
		else if (why == HEALTH_COUNTS && p->size[f] < collapsed * p->peak[f])
			why = HEALTH_COLLAPSED;
		changed |= (why == HEALTH_COUNTS) != (p->why[f] == HEALTH_COUNTS);
		bool lapsed = why == HEALTH_SILENT || why == HEALTH_LOST;
		h->moved |= why != p->why[f] && (lapsed || p->why[f] == HEALTH_SILENT || p->why[f] == HEALTH_LOST);
		if (p->why[f] == HEALTH_COUNTS && lapsed)
			health_silence_note(h, i, now);
		p->why[f] = why;
	}
	return changed;
}

bool health_judge(struct health *h, struct instant now)
{
	if (!h->count)
		return false;
	h->silent_since = INSTANT_NONE;
	h->moved = false;
	uint8_t *alone = alloc_zero(h->count, 1);
	for (uint32_t i = 0; i < h->count; i++)
		alone[i] = (uint8_t)health_judge_alone(h, i, now);
	bool changed = health_judge_family(h, alone, 0, now);
	changed |= health_judge_family(h, alone, 1, now);
	free(alone);
	return changed;
}

struct instant health_silent_since(const struct health *h)
{
	return h->silent_since;
}

bool health_moved(const struct health *h)
{
	return h->moved;
}

const char *health_why_name(enum health_why why)
{
	static const char *const names[HEALTH_WHY_COUNT] = {
		[HEALTH_COUNTS] = "counts",
		[HEALTH_NEVER_WHOLE] = "table not known to be complete",
		[HEALTH_SESSION_DOWN] = "session down",
		[HEALTH_SILENT] = "silent",
		[HEALTH_SUSPECT] = "malformed or lost records",
		[HEALTH_COLLAPSED] = "lost most of its table alone",
		[HEALTH_PARTIAL] = "not a full table",
		[HEALTH_LOST] = "input lost, no table since",
	};
	return why < HEALTH_WHY_COUNT ? names[why] : "unknown";
}

static void health_peer_carry(struct carry *c, struct health_peer *p)
{
	CARRY(c, p->first_heard);
	CARRY(c, p->last_heard);
	CARRY(c, p->suspect_until);
	CARRY(c, p->state_since);
	CARRY(c, p->longest_gap_ns);
	CARRY(c, p->beats);
	CARRY(c, p->alive);
	CARRY(c, p->lost);
	CARRY(c, p->spoke);
	CARRY(c, p->lost_from);
	CARRY(c, p->lost_at);
	CARRY(c, p->window);
	CARRY(c, p->growth);
	CARRY(c, p->growth_before);
	CARRY(c, p->size);
	CARRY(c, p->peak);
	CARRY(c, p->known);
	CARRY(c, p->known_up);
	CARRY(c, p->known_down);
	CARRY(c, p->whole);
	CARRY(c, p->cut);
	CARRY(c, p->why);
	carry_check(c, p->why[0] < HEALTH_WHY_COUNT && p->why[1] < HEALTH_WHY_COUNT);
	carry_check(c, p->longest_gap_ns >= 0 && p->longest_gap_ns <= GAP_NS_MAX);
}

static void health_beat_carry(struct carry *c, struct health_beat *b)
{
	CARRY(c, b->first);
	CARRY(c, b->last);
	CARRY(c, b->longest_gap_ns);
	CARRY(c, b->peers_gap_ns);
	CARRY(c, b->beats);
	CARRY(c, b->alive);
	CARRY(c, b->spoke);
	CARRY(c, b->lost_from);
	CARRY(c, b->lost);
	carry_check(c, b->longest_gap_ns >= 0 && b->longest_gap_ns <= GAP_NS_MAX);
	carry_check(c, b->peers_gap_ns >= 0 && b->peers_gap_ns <= GAP_NS_MAX);
}

void health_carry(struct carry *c, struct health *h)
{
	carry_room(c, CARRY_ARRAY(h->of, h->count, h->capacity), 80);
	for (size_t i = 0; i < h->count && carry_good(c); i++)
		health_peer_carry(c, &h->of[i]);
	if (h->count)
		carry_within(c, CARRY_PEERS, h->count - 1);
	for (int f = 0; f < 2; f++)
		carry_bytes(c, h->largest[f], COLLECTORS_MAX * sizeof(*h->largest[f]));
	CARRY(c, h->largest_of_all);
	CARRY(c, h->silent_since);
	kept_carry(c, h->kept);
	for (size_t i = 0; i < COLLECTORS_MAX && carry_good(c); i++)
		health_beat_carry(c, &h->beat[i]);
}
