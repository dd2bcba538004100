// SPDX-License-Identifier: ISC
// Who saw it: evidence on ourselves.
#include "diagnose/evidence_priv.h"

#define HALF 0.50

struct finding look_one_witness(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	const struct facts_witness *w = &n->facts.witness;
	uint32_t fit = w->observers - w->observers_impaired;
	if (w->observers < 2 || w->observers_impaired > w->observers || !(n->facts.plane.loss_peak > 0))
		return finding_unknown();
	return finding(fit >= 2 && w->observers_seeing == 1, w->observers_seeing >= 2, w->observers_seeing,
		       w->observers);
}

struct finding look_witnesses_fail(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	const struct facts_witness *w = &n->facts.witness;
	bool failed = w->observers_impaired || w->collectors_blind || w->gap || w->unrelated_lost >= HALF;
	return finding(failed, w->observers + w->collectors > 0, w->observers_impaired, w->collectors_blind);
}

struct finding look_both_planes(const struct incident *n, const struct entity *entity)
{
	(void)entity;
	bool routes = story_signal(&n->story, SIGNAL_ROUTES) || story_signal(&n->story, SIGNAL_ROUTES6);
	bool traffic = story_signal(&n->story, SIGNAL_LOSS) != NULL;
	size_t series = 0;
	for (size_t i = 0; i < n->story.signal_count; i++)
		series += n->story.signals[i].signal == SIGNAL_SERIES;
	routes |= n->facts.routes.lost >= HALF;
	bool both = (routes && traffic) || series >= 2 || (series && (routes || traffic));
	return finding(both, n->facts.routes.known && n->facts.witness.observers > 0, NAN, NAN);
}
