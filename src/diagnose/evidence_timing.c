// SPDX-License-Identifier: ISC
// Loss and routes: which came first, and in which shape.
#include "diagnose/evidence_priv.h"

#include <string.h>

struct finding look_loss_ramp(const struct incident *n, const struct decisions *d)
{
	const struct incident_precedence *p = &n->story.precedence;
	if (!p->known || !p->has_shape ||
	    !(n->facts.plane.loss_peak >= limit(d, JUDGE_SILENT))) // a part that is away looks like partial loss
		return finding_unknown();
	double clear = limit(d, JUDGE_SHAPE_CLEAR);
	bool lasted = p->partial_loss_s >= limit(d, JUDGE_RAMP_INTERVALS) * width_s(&n->facts);
	return finding(p->log10_shape_bf >= clear && lasted, p->log10_shape_bf <= -clear, p->partial_loss_s, NAN);
}

struct finding look_long_lead(const struct incident *n, const struct decisions *d)
{
	double lead = lead_of(n, d), explained = limit(d, JUDGE_HOLD_TIMES) * hold_s(&n->facts, d) +
						 limit(d, JUDGE_MARGIN_INTERVALS) * width_s(&n->facts);
	double surely = n->story.precedence.has_lead ? n->story.precedence.lead_from : lead;
	return finding(surely > explained, lead <= explained, lead, NAN);
}

struct finding look_hold_timer(const struct incident *n, const struct decisions *d)
{
	const struct incident_precedence *p = &n->story.precedence;
	double lead = lead_of(n, d), hold = hold_s(&n->facts, d),
	       margin = limit(d, JUDGE_MARGIN_INTERVALS) * width_s(&n->facts);
	bool expired = strcmp(p->reading ? p->reading : "", "session expired after total loss") == 0;
	if (!p->has_lead) // decisions of precedence.h, without its margin
		expired = lead >= limit(d, JUDGE_HOLD_FROM) * hold && lead <= hold + margin &&
			  n->facts.plane.fall_s <= margin;
	return finding(expired, !isnan(lead), lead, NAN);
}

struct finding look_routes_with_loss(const struct incident *n, const struct decisions *d)
{
	double lead = lead_of(n, d),
	       margin = limit(d, JUDGE_MARGIN_INTERVALS) * width_s(&n->facts) + limit(d, JUDGE_STAMP_S);
	return finding(lead <= margin, lead > margin, lead, NAN);
}

struct finding look_routes_stay(const struct incident *n, const struct decisions *d)
{
	const struct facts *f = &n->facts;
	double down = fmax(n->story.fraction_down, isnan(f->plane.loss_peak) ? 0 : f->plane.loss_peak);
	if (!f->routes.known || isnan(f->routes.lost) || down < limit(d, JUDGE_STAY_DOWN))
		return finding_unknown();
	return finding(f->routes.lost < limit(d, JUDGE_STAY_FEW) * down,
		       f->routes.lost >= limit(d, JUDGE_STAY_NOT) * down, f->routes.lost, down);
}

struct finding look_routes_only(const struct incident *n, const struct decisions *d)
{
	const struct facts *f = &n->facts;
	if (isnan(f->plane.loss_peak))
		return finding_unknown();
	bool moved = story_signal(&n->story, SIGNAL_ROUTES) || story_signal(&n->story, SIGNAL_ROUTES6) ||
		     n->story.origin_count;
	return finding(moved && f->plane.loss_peak < limit(d, JUDGE_LITTLE_LOSS),
		       f->plane.loss_peak >= limit(d, JUDGE_MUCH_LOSS), f->plane.loss_peak, NAN);
}
