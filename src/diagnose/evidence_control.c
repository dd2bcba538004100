// SPDX-License-Identifier: ISC
// What the control plane did: sessions, withdrawals, origins, paths.
#include "diagnose/evidence_priv.h"

struct finding look_hold_received(const struct incident *n, const struct decisions *d)
{
	(void)d;
	const struct facts_sessions *s = &n->facts.sessions;
	return finding(s->hold_received > 0, s->seen > 0 && s->hold_received == 0, s->hold_received, s->seen);
}

struct finding look_hold_sent(const struct incident *n, const struct decisions *d)
{
	(void)d;
	const struct facts_sessions *s = &n->facts.sessions;
	return finding(s->hold_sent > 0, s->seen > 0 && s->hold_sent == 0, s->hold_sent, s->seen);
}

struct finding look_session_closed(const struct incident *n, const struct decisions *d)
{
	(void)d;
	const struct facts_sessions *s = &n->facts.sessions;
	return finding(s->closed_by_entity > 0, s->seen > 0 && s->closed_by_entity == 0, s->closed_by_entity, s->seen);
}

struct finding look_shutdown_text(const struct incident *n, const struct decisions *d)
{
	(void)d;
	const struct facts_sessions *s = &n->facts.sessions;
	return finding(s->with_text > 0, s->seen > 0 && s->with_text == 0, s->with_text, s->seen);
}

struct finding look_session_silent(const struct incident *n, const struct decisions *d)
{
	(void)d;
	const struct facts_sessions *s = &n->facts.sessions;
	return finding(s->silent > 0, s->seen > 0 && s->silent == 0, s->silent, s->seen);
}

struct finding look_sessions_stay(const struct incident *n, const struct decisions *d)
{
	const struct facts_sessions *s = &n->facts.sessions;
	return finding(s->seen > 0 && s->lost == 0, s->lost > 0 && s->lost >= limit(d, JUDGE_SESSIONS_LOST) * s->seen,
		       s->lost, s->seen);
}

struct finding look_prefix_limit(const struct incident *n, const struct decisions *d)
{
	(void)d;
	const struct facts_sessions *s = &n->facts.sessions;
	return finding(s->prefix_limit > 0, s->seen > 0 && s->prefix_limit == 0, s->prefix_limit, s->seen);
}

struct finding look_session_error(const struct incident *n, const struct decisions *d)
{
	(void)d;
	const struct facts_sessions *s = &n->facts.sessions;
	return finding(s->error > 0, s->seen > 0 && s->error == 0, s->error, s->seen);
}

struct finding look_daemon_died(const struct incident *n, const struct decisions *d)
{
	const struct facts_sessions *s = &n->facts.sessions;
	double loss = n->facts.plane.border_loss;
	bool silent = s->silent >= limit(d, JUDGE_SESSIONS_SILENT) * s->seen && s->silent > 0;
	if (!s->seen || isnan(loss))
		return finding_unknown();
	return finding(silent && loss <= limit(d, JUDGE_BORDER_ALIVE), !silent || loss >= limit(d, JUDGE_BORDER_DEAD),
		       s->silent, s->seen);
}

struct finding look_announce_burst(const struct incident *n, const struct decisions *d)
{
	double news = n->facts.routes.own_news;
	return finding(news >= limit(d, JUDGE_NEWS_MUCH), news < limit(d, JUDGE_NEWS_LITTLE), news, NAN);
}

struct finding look_one_by_one(const struct incident *n, const struct decisions *d)
{
	const struct facts_routes *r = &n->facts.routes;
	if (!(r->lost >= limit(d, JUDGE_LOST_MOST)))
		return finding_unknown();
	return finding(r->spread_s >= limit(d, JUDGE_SLOWLY_S), r->spread_s <= limit(d, JUDGE_AT_ONCE_S), r->spread_s,
		       NAN);
}

struct finding look_churn_before(const struct incident *n, const struct decisions *d)
{
	double churn = n->facts.routes.churn;
	return finding(churn >= limit(d, JUDGE_CHURN_MUCH), churn < limit(d, JUDGE_CHURN_LITTLE), churn, NAN);
}

// No is said where enough looked and not one of them saw any begin then; what fewer saw than an incident needs is told beside it, and
// decides nothing.
struct finding look_foreign_origin(const struct incident *n, const struct decisions *d)
{
	const struct facts_routes *r = &n->facts.routes;
	bool looked = r->known && r->witnesses >= limit(d, JUDGE_ORIGIN_NETWORKS);
	return finding(r->new_origins > 0, looked && r->new_origins <= 0, r->new_origins, r->witnesses);
}

struct finding look_detour(const struct incident *n, const struct decisions *d)
{
	const struct facts *f = &n->facts;
	double ratio = f->plane.rtt_detour, moved = f->routes.path_moved;
	bool longer = ratio >= limit(d, JUDGE_DETOUR_RTT) && moved >= limit(d, JUDGE_DETOUR_MOVED),
	     alone = isnan(moved) && ratio >= limit(d, JUDGE_DETOUR_ALONE);
	bool nothing = isnan(ratio) && n->facts.plane.loss_peak >= limit(d, JUDGE_SILENT) &&
		       n->facts.plane.floor_flat >= limit(d, JUDGE_DETOUR_MOSTLY);
	struct finding found = finding(longer || alone, ratio < limit(d, JUDGE_DETOUR_FLAT) || nothing, ratio, moved);
	if (!longer && alone)
		found.strength = limit(d, JUDGE_DETOUR_ALONE_STRENGTH);
	return found;
}
