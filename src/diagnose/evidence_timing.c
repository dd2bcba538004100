// SPDX-License-Identifier: ISC
// Loss and routes: which came first, and in which shape.
#include "diagnose/evidence_priv.h"

#include <string.h>

#define SHAPE_CLEAR    1.0 // log10 of the Bayes factor
#define RAMP_INTERVALS 3   // watch intervals of partial loss
#define HOLD_TIMES     1.5 // hold times that a hold timer with its jitter may take
#define SILENT	       0.90
#define FEW	       0.10
#define LITTLE_LOSS    0.20
#define HALF	       0.50

struct finding look_loss_ramp(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	const struct incident_precedence *p = &n->story.precedence;
	if (!p->known || !p->has_shape ||
	    !(n->facts.plane.loss_peak >= SILENT)) // a part that is away looks like partial loss
		return finding_unknown();
	bool lasted = p->partial_loss_s >= RAMP_INTERVALS * width_s(&n->facts);
	return finding(p->log10_shape_bf >= SHAPE_CLEAR && lasted, p->log10_shape_bf <= -SHAPE_CLEAR, p->partial_loss_s,
		       NAN);
}

struct finding look_long_lead(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	double lead = lead_of(n), explained = HOLD_TIMES * hold_s(&n->facts) + 2 * width_s(&n->facts);
	double surely = n->story.precedence.has_lead ? n->story.precedence.lead_from : lead;
	return finding(surely > explained, lead <= explained, lead, NAN);
}

struct finding look_hold_timer(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	const struct incident_precedence *p = &n->story.precedence;
	double lead = lead_of(n), hold = hold_s(&n->facts), width = width_s(&n->facts);
	bool expired = strcmp(p->reading ? p->reading : "", "session expired after total loss") == 0;
	if (!p->has_lead) // decisions of precedence.h, without its margin
		expired = lead >= 2 * hold / 3 && lead <= hold + 2 * width && n->facts.plane.fall_s <= 2 * width;
	return finding(expired, !isnan(lead), lead, NAN);
}

struct finding look_routes_with_loss(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	double lead = lead_of(n), margin = 2 * width_s(&n->facts) + MOMENT_STAMP_S;
	return finding(lead <= margin, lead > margin, lead, NAN);
}

struct finding look_routes_stay(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	const struct facts *f = &n->facts;
	double down = fmax(n->story.fraction_down, isnan(f->plane.loss_peak) ? 0 : f->plane.loss_peak);
	if (!f->routes.known || isnan(f->routes.lost) || down < FEW)
		return finding_unknown();
	return finding(f->routes.lost < FEW * down, f->routes.lost >= HALF * down, f->routes.lost, down);
}

struct finding look_routes_only(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	const struct facts *f = &n->facts;
	if (isnan(f->plane.loss_peak))
		return finding_unknown();
	bool moved = story_signal(&n->story, SIGNAL_ROUTES) || story_signal(&n->story, SIGNAL_ROUTES6) ||
		     n->story.origin_count;
	return finding(moved && f->plane.loss_peak < LITTLE_LOSS, f->plane.loss_peak >= HALF, f->plane.loss_peak, NAN);
}
