// SPDX-License-Identifier: ISC
// Services one by one: how and when each failed, in the order in which they came back. Names are text from outside.
#include "report/services_text.h"

#define SHOWN_MOST 20 // services; the JSON document has more
#define TIED_MOST  5  // of those that came back too close to tell

static void services_text_put_name(struct text *t, const struct target *of)
{
	const char *name = of->institution ? of->institution : of->name;
	if (name) {
		text_untrusted(t, name, strlen(name));
		text_printf(t, " (%s, ", words_kind(of->op));
		text_addr(t, &of->address);
		text_char(t, ')');
		return;
	}
	text_addr(t, &of->address);
	text_printf(t, " (%s)", words_kind(of->op));
}

static void services_text_put_one(struct text *t, const struct incident_view *v, const struct incident *n,
				  const struct incident_service *s)
{
	const struct instant day = n->story.start.best;
	if (s->rank == UINT8_MAX)
		text_printf(t, "%*s -  ", LAYOUT_LABELS, "");
	else
		text_printf(t, "%*s%2u. ", LAYOUT_LABELS, "", s->rank + 1u);
	services_text_put_name(t, target_at(v->targets, s->target));
	text_printf(t, ": %s from ", words_outcome(s->outcome));
	words_clock_of_day(t, v->zone, s->failed, day);
	if (s->failures > 1)
		text_printf(t, ", failed %u times", s->failures);
	if (instant_known(s->back)) {
		text_put(t, ", back after ");
		words_span(t, instant_gap_s(s->failed, s->back));
		text_put(t, " at ");
		words_clock_of_day(t, v->zone, s->back, day);
	} else {
		text_put(t, ", not back where the data end");
	}
	text_char(t, '\n');
}

static void services_text_put_first(struct text *t, const struct incident_view *v, const struct incident *n)
{
	const struct story *s = &n->story;
	size_t first = 0;
	while (first < s->service_count && s->services[first].rank == 0)
		first++;
	if (!first || s->service_count < 2)
		return;
	text_printf(t, "  %-12s%s", "first back", first > 1 ? "too close to tell: " : "");
	for (size_t i = 0; i < first && i < TIED_MOST; i++) {
		text_put(t, i == 0 ? "" : i + 1 == first ? " or " : ", ");
		services_text_put_name(t, target_at(v->targets, s->services[i].target));
	}
	if (first > TIED_MOST)
		text_printf(t, " or one of %zu more", first - TIED_MOST);
	text_put(t, ", ");
	words_span(t, instant_gap_s(s->start.best, s->services[0].back));
	text_put(t, " after the start\n");
}

static bool services_text_tied(const struct story *s)
{
	for (size_t i = 1; i < s->service_count; i++)
		if (s->services[i].rank != UINT8_MAX && s->services[i].rank == s->services[i - 1].rank)
			return true;
	return false;
}

void services_text(struct text *t, const struct incident_view *v, const struct incident *n)
{
	const struct story *s = &n->story;
	if (!s->service_count || !v->targets)
		return;
	text_printf(t, "  %-12s%zu failed%s%s:\n", "services", s->service_count,
		    s->service_count > 1 ? "; in the order in which they came back" : "",
		    services_text_tied(s) ? " (equal numbers: too close to tell)" : "");
	for (size_t i = 0; i < s->service_count && i < SHOWN_MOST; i++)
		services_text_put_one(t, v, n, &s->services[i]);
	if (s->service_count > SHOWN_MOST)
		text_printf(t, "%*sand %zu more (--json lists them)\n", LAYOUT_LABELS, "",
			    s->service_count - SHOWN_MOST);
	services_text_put_first(t, v, n);
}
