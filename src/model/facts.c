// SPDX-License-Identifier: ISC
// Everything not known.
#include "model/facts.h"

#include <math.h>
#include <string.h>

void facts_unknown(struct facts *f)
{
	memset(f, 0, sizeof(*f));
	f->width_s = f->hold_s = f->clock_width_s = f->to_half_hour_s = f->local_hour = f->lasted_s = NAN;
	struct facts_plane *p = &f->plane;
	p->rtt_ramp = p->connect_ramp_s = p->border_loss = p->loss_peak = p->rtt_detour = p->waves = NAN;
	p->fall_steps = p->fall_s = p->return_s = p->return_steps = p->floor_flat = p->fall_share = NAN;
	struct facts_routes *r = &f->routes;
	r->lost = r->first_s = r->own_news = r->spread_s = r->networks = r->networks_lost = r->network_spread_s =
		r->upstreams = NAN;
	r->upstreams_lost = r->upstream_spread_s = r->churn = r->path_moved = r->new_origins = r->witnesses = NAN;
	f->sessions.first_s = NAN;
	f->services.block_spread_s = f->services.spread_s = f->services.host_spread_s = f->services.return_classes =
		NAN;
	f->short_losses = NAN;
	f->witness.unrelated_lost = f->witness.coverage = NAN;
}
