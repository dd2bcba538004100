// SPDX-License-Identifier: ISC
// Observers about themselves: which words impair, and where spans begin and end.
#include "signal/statement.h"

#include "base/carry.h"
#include "model/observer.h"

void statement_init(const struct decisions *d, struct statement *t)
{
	uint32_t own_loss_ppm = (uint32_t)(signal_value(d, OBSERVER_IMPAIRED_LOSS) * 1e6);
	*t = (struct statement){
		.own_loss_ppm = own_loss_ppm, .last = INT64_MIN, .since = INT64_MIN, .state = OBSERVER_OK};
}

// Blind is blind. Degraded is told and no more, but for two reasons that make failures of targets by themselves: a clock that
// was set anew misdates every answer, and own loss may be taken for the entity's.
static bool statement_impairs(const struct statement *t, const struct obs *o)
{
	if (o->health.state != OBSERVER_DEGRADED)
		return o->health.state == OBSERVER_BLIND;
	return o->health.why == OBSERVER_CLOCK_STEP ||
	       (o->health.why == OBSERVER_OWN_LOSS && o->loss_ppm >= t->own_loss_ppm);
}

static void statement_spans_forget(struct statement *t, int64_t oldest)
{
	uint8_t kept = 0;
	for (uint8_t i = 0; i < t->count; i++)
		if (t->span[i].to > oldest)
			t->span[kept++] = t->span[i];
	t->count = kept;
}

static void statement_span_open(struct statement *t, int64_t from)
{
	if (t->count == STATEMENT_SPANS) // flapping: what lay between two of them counts as impaired too
		t->span[--t->count - 1].to = t->span[STATEMENT_SPANS - 1].to;
	t->span[t->count].from = from;
	t->span[t->count++].to = INT64_MAX;
}

static void statement_span_close(struct statement *t, int64_t to)
{
	if (t->count && t->span[t->count - 1].to == INT64_MAX)
		t->span[t->count - 1].to = to;
}

static struct observer_change statement_change_of(const struct statement *t, uint16_t observer, bool begins,
						  int64_t from)
{
	return (struct observer_change){.observer = observer,
					.impaired = begins,
					.from = {from},
					.why = observer_why_text(t->why),
					.degraded = !t->impaired,
					.absent = t->impaired && (t->why == OBSERVER_GAP || t->why == OBSERVER_ROLE)};
}

static bool statement_says_the_same(const struct statement *t, const struct obs *o)
{
	return t->state == o->health.state && t->why == o->health.why && t->impaired == statement_impairs(t, o);
}

size_t statement_take(struct statement *t, const struct obs *o, int64_t oldest, struct observer_change ret[2])
{
	size_t n = 0;
	int64_t from = o->from.ns;
	if (o->time.ns < t->last) // a straggler: something newer is known
		return 0;
	t->last = o->time.ns;
	statement_spans_forget(t, oldest);
	if (t->state != OBSERVER_OK && statement_says_the_same(t, o))
		return 0;
	if (t->state != OBSERVER_OK) {
		from = from > t->since ? from : t->since;
		ret[n++] = statement_change_of(t, o->collector, false, from);
		statement_span_close(t, from);
	}
	t->state = o->health.state;
	t->why = o->health.why;
	t->impaired = statement_impairs(t, o);
	t->since = from;
	if (t->state != OBSERVER_OK)
		ret[n++] = statement_change_of(t, o->collector, true, from);
	if (t->impaired)
		statement_span_open(t, from);
	return n;
}

void statement_carry(struct carry *c, struct statement *t)
{
	CARRY(c, t->span);
	CARRY(c, t->last);
	CARRY(c, t->since);
	CARRY(c, t->count);
	CARRY(c, t->state);
	CARRY(c, t->why);
	CARRY(c, t->impaired);
	carry_check(c, t->count <= STATEMENT_SPANS && t->state < OBSERVER_STATE_COUNT && t->why < OBSERVER_WHY_COUNT);
}
