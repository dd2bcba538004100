// SPDX-License-Identifier: ISC
// Who saw it: evidence on ourselves.
#include "diagnose/evidence_priv.h"

struct finding look_one_witness(const struct incident *n, const struct decisions *d)
{
	(void)d;
	const struct facts_witness *w = &n->facts.witness;
	uint32_t fit = w->observers - w->observers_impaired;
	if (w->observers < 2 || w->observers_impaired > w->observers || !(n->facts.plane.loss_peak > 0))
		return finding_unknown();
	return finding(fit >= 2 && w->observers_seeing == 1, w->observers_seeing >= 2, w->observers_seeing,
		       w->observers);
}

// Who was blind long before and long after takes no part: what the others saw change is no work of that blindness. Nor is a loss that
// living feeds withdrew.
struct finding look_witnesses_fail(const struct incident *n, const struct decisions *d)
{
	const struct facts_witness *w = &n->facts.witness;
	bool withdrawn = n->story.upstream_count > 0;
	bool failed = w->observers_turned || (w->collectors_turned && !withdrawn) || w->gap ||
		      w->unrelated_lost >= limit(d, JUDGE_UNRELATED);
	return finding(failed, w->observers + w->collectors > 0, w->observers_turned, w->collectors_turned);
}

struct finding look_both_planes(const struct incident *n, const struct decisions *d)
{
	bool routes = story_signal(&n->story, SIGNAL_ROUTES) || story_signal(&n->story, SIGNAL_ROUTES6);
	bool traffic = story_signal(&n->story, SIGNAL_LOSS) != NULL;
	size_t series = 0;
	for (size_t i = 0; i < n->story.signal_count; i++)
		series += n->story.signals[i].signal == SIGNAL_SERIES;
	routes |= n->facts.routes.lost >= limit(d, JUDGE_LOST_MOST);
	bool both =
		(routes && traffic) || (double)series >= limit(d, JUDGE_SERIES_BOTH) || (series && (routes || traffic));
	return finding(both, n->facts.routes.known && n->facts.witness.observers > 0, NAN, NAN);
}
