// SPDX-License-Identifier: ISC
// What the control plane did: sessions, withdrawals, origins, paths.
#include "diagnose/evidence_priv.h"

#define HALF	     0.50
#define SLOWLY_S     5.0 // stamps of one second, advertisement intervals of some: more is a pause
#define AT_ONCE_S    2.0
#define CHURN_MUCH   0.30 // changes per (prefix, peer)
#define CHURN_LITTLE 0.10
#define BORDER_ALIVE 0.20
#define DETOUR_RTT   1.15
#define DETOUR_MOVED 0.20 // share of (prefix, peer) with another upstream
#define DETOUR_ALONE 1.30 // without routes
#define DETOUR_FLAT  1.10
#define SILENT	     0.90
#define MOSTLY	     0.70 // of the time: a silence that was no moment

struct finding look_hold_received(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	const struct facts_sessions *s = &n->facts.sessions;
	return finding(s->hold_received > 0, s->seen > 0 && s->hold_received == 0, s->hold_received, s->seen);
}

struct finding look_hold_sent(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	const struct facts_sessions *s = &n->facts.sessions;
	return finding(s->hold_sent > 0, s->seen > 0 && s->hold_sent == 0, s->hold_sent, s->seen);
}

struct finding look_session_closed(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	const struct facts_sessions *s = &n->facts.sessions;
	return finding(s->closed_by_entity > 0, s->seen > 0 && s->closed_by_entity == 0, s->closed_by_entity, s->seen);
}

struct finding look_shutdown_text(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	const struct facts_sessions *s = &n->facts.sessions;
	return finding(s->with_text > 0, s->seen > 0 && s->with_text == 0, s->with_text, s->seen);
}

struct finding look_session_silent(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	const struct facts_sessions *s = &n->facts.sessions;
	return finding(s->silent > 0, s->seen > 0 && s->silent == 0, s->silent, s->seen);
}

struct finding look_sessions_stay(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	const struct facts_sessions *s = &n->facts.sessions;
	return finding(s->seen > 0 && s->lost == 0, s->lost > 0 && 2 * s->lost >= s->seen, s->lost, s->seen);
}

struct finding look_prefix_limit(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	const struct facts_sessions *s = &n->facts.sessions;
	return finding(s->prefix_limit > 0, s->seen > 0 && s->prefix_limit == 0, s->prefix_limit, s->seen);
}

struct finding look_session_error(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	const struct facts_sessions *s = &n->facts.sessions;
	return finding(s->error > 0, s->seen > 0 && s->error == 0, s->error, s->seen);
}

struct finding look_daemon_died(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	const struct facts_sessions *s = &n->facts.sessions;
	double loss = n->facts.plane.border_loss;
	bool silent = 2 * s->silent >= s->seen && s->silent > 0;
	if (!s->seen || isnan(loss))
		return finding_unknown();
	return finding(silent && loss <= BORDER_ALIVE, !silent || loss >= HALF, s->silent, s->seen);
}

struct finding look_announce_burst(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	double news = n->facts.routes.own_news;
	return finding(news >= HALF, news < CHURN_LITTLE, news, NAN);
}

struct finding look_one_by_one(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	const struct facts_routes *r = &n->facts.routes;
	if (!(r->lost >= HALF))
		return finding_unknown();
	return finding(r->spread_s >= SLOWLY_S, r->spread_s <= AT_ONCE_S, r->spread_s, NAN);
}

struct finding look_churn_before(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	double churn = n->facts.routes.churn;
	return finding(churn >= CHURN_MUCH, churn < CHURN_LITTLE, churn, NAN);
}

struct finding look_foreign_origin(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	const struct facts_routes *r = &n->facts.routes;
	bool listed = isnan(r->new_origins) && n->story.origin_count > 0;
	return finding(listed || r->new_origins > 0, r->known, (double)n->story.origin_count, NAN);
}

struct finding look_detour(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	const struct facts *f = &n->facts;
	double ratio = f->plane.rtt_detour, moved = f->routes.path_moved;
	bool longer = ratio >= DETOUR_RTT && moved >= DETOUR_MOVED, alone = isnan(moved) && ratio >= DETOUR_ALONE;
	bool nothing = isnan(ratio) && n->facts.plane.loss_peak >= SILENT && n->facts.plane.floor_flat >= MOSTLY;
	struct finding found = finding(longer || alone, ratio < DETOUR_FLAT || nothing, ratio, moved);
	if (!longer && alone)
		found.strength = HALF;
	return found;
}
