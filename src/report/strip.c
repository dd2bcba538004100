// SPDX-License-Identifier: ISC
// Time strips: one cell per stretch of time, the lowest share of the usual that was left in it.
#include "report/incident.h"

// Share of the usual at item i of a kind; negative: not known. *ret_time: when.
static double strip_share_at(const struct strip_view *s, enum strip_kind kind, size_t i, struct instant *ret_time)
{
	if (kind == STRIP_ROUTES) {
		*ret_time = s->samples[i].time;
		bool known = s->samples[i].of_networks >= 3 && s->baseline > 0;
		return known ? (double)s->samples[i].value / s->baseline : -1;
	}
	const struct pulse_bin *b = &s->bins[i];
	*ret_time = b->time;
	if (kind == STRIP_HOSTS)
		return b->sent ? 1 - (double)b->lost / b->sent : -1;
	if (kind == STRIP_SERVICES)
		return b->services ? (double)b->services_up / b->services : -1;
	return b->rtt_ratio > 0 ? b->rtt_ratio > 1 ? 1 / (double)b->rtt_ratio : 1 : -1;
}

static double strip_lowest_in(const struct strip_view *s, enum strip_kind kind, struct instant from, struct instant to)
{
	double lowest = -1, held = -1;
	size_t count = kind == STRIP_ROUTES ? s->count : s->bin_count;
	for (size_t i = 0; i < count; i++) {
		struct instant at;
		double share = strip_share_at(s, kind, i, &at);
		if (at.ns >= to.ns)
			break;
		if (at.ns < from.ns)
			held = kind == STRIP_ROUTES ? share
						    : -1; // a route stands until it changes, a probe says what it said
		else if (share >= 0 && (lowest < 0 || share < lowest))
			lowest = share;
	}
	return held >= 0 && (lowest < 0 || held < lowest) ? held : lowest;
}

bool strip_text(struct text *t, const struct incident_view *v, const struct strip_view *strip, enum strip_kind kind,
		unsigned width)
{
	static const char *const bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	int64_t length = v->last.ns - v->first.ns;
	size_t count = kind == STRIP_ROUTES ? strip->count : strip->bin_count, known = 0;
	struct text cells = {0};
	for (unsigned i = 0; i < width && count; i++) {
		struct instant from = instant_of_ns(v->first.ns + length / width * i);
		struct instant to =
			instant_of_ns(i + 1 == width ? v->last.ns + 1 : v->first.ns + length / width * (i + 1));
		double share = strip_lowest_in(strip, kind, from, to);
		known += share >= 0;
		if (share < 0)
			text_put(&cells, "·");
		else if (share <= 0)
			text_put(&cells, "_");
		else
			text_put(&cells, bars[share >= 1 ? 7 : (int)(share * 8)]);
	}
	if (known)
		text_bytes(t, cells.bytes, cells.length);
	text_free(&cells);
	return known;
}
