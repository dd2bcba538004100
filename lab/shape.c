// SPDX-License-Identifier: ISC
// Loss first, then the queue for the rate, then delay and jitter.
#include "shape.h"

#include <math.h>

#define NS_PER_MS 1e6

// SplitMix64 (Steele, Lea, Flood 2014): any seed is a good one.
static uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static double random_share(uint64_t *state) // 0 to below 1
{
	return (double)(random_next(state) >> 11) * 0x1p-53;
}

void shape_init(struct shape *s, uint64_t seed)
{
	*s = (struct shape){
		.queue_bytes = SHAPE_QUEUE_BYTES, .random = seed, .free_ns = INT64_MIN, .last_ns = INT64_MIN};
}

void shape_turn(struct shape *s, enum shape_dial dial, const struct shape_ramp *to)
{
	double from = shape_value(s, dial, to->start_ns);
	s->dials[dial] = *to;
	s->dials[dial].from = from;
}

double shape_value(const struct shape *s, enum shape_dial dial, int64_t now_ns)
{
	const struct shape_ramp *r = &s->dials[dial];
	int64_t since = now_ns - r->start_ns;
	if (r->length_ns <= 0 || since >= r->length_ns)
		return r->to;
	if (since <= 0)
		return r->from;
	return r->from + (r->to - r->from) * pow((double)since / (double)r->length_ns, r->power);
}

enum shape_fate shape_take(struct shape *s, int64_t now_ns, size_t bytes, bool control, int64_t *ret_due)
{
	// Both numbers are drawn for every frame, so that one dial does not change what another one does.
	double luck = random_share(&s->random) * 100, side = random_share(&s->random) * 2 - 1;
	bool spared = s->spare && control;
	int64_t due = now_ns;
	double rate = shape_value(s, SHAPE_RATE, now_ns);
	if (!spared && luck < shape_value(s, SHAPE_LOSS, now_ns)) {
		s->lost++;
		return SHAPE_LOST;
	}
	if (!spared && rate > 0) {
		double ns_per_byte = 8e6 / rate; // 8 bits at `rate` bits a millisecond
		int64_t begin = s->free_ns > now_ns ? s->free_ns : now_ns;
		if ((double)(begin - now_ns) / ns_per_byte > s->queue_bytes) {
			s->overflowed++;
			return SHAPE_OVERFLOWED;
		}
		due = s->free_ns = begin + (int64_t)((double)bytes * ns_per_byte);
	}
	double wait = shape_value(s, SHAPE_DELAY, now_ns) + side * shape_value(s, SHAPE_JITTER, now_ns);
	due += wait > 0 ? (int64_t)(wait * NS_PER_MS) : 0;
	if (due < s->last_ns)
		due = s->last_ns;
	s->last_ns = due;
	s->passed++;
	*ret_due = due;
	return SHAPE_PASSES;
}
