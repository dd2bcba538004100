// SPDX-License-Identifier: ISC
// A round begins when it is due and the one before is over.
#include "schedule/sweep.h"

#include "base/must.h"

#include <stdbool.h>

void sweep_init(struct sweep *s, uint64_t count, uint32_t rounds, int64_t interval_ns, uint64_t seed)
{
	must(interval_ns >= 0);
	*s = (struct sweep){.count = count, .rounds = rounds, .interval_ns = interval_ns, .began_ns = INT64_MIN};
	if (count)
		s->order = order_of(count, seed);
}

int sweep_next(struct sweep *s, int64_t now_ns, uint64_t *ret, int64_t *ret_until_ns)
{
	if (!s->count)
		return -1;
	if (s->began_ns == INT64_MIN)
		s->began_ns = now_ns;
	if (s->position == s->count) {
		if (s->rounds && s->round + 1 >= s->rounds)
			return -1;
		if (now_ns - s->began_ns < s->interval_ns) {
			*ret_until_ns = s->began_ns + s->interval_ns;
			return 0;
		}
		// A round that was late is not made up for by the next.
		bool late = now_ns - s->began_ns >= 2 * s->interval_ns;
		s->began_ns = late ? now_ns : s->began_ns + s->interval_ns;
		s->round++;
		s->position = 0;
	}
	*ret = order_at(&s->order, s->position++);
	return 1;
}
