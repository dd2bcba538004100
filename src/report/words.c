// SPDX-License-Identifier: ISC
// The only free fields of these sentences are numbers and times.
#include "report/words.h"

#include <math.h>

void words_entity(struct text *t, const struct entity *e)
{
	const char *name = entity_name(e);
	if (name)
		text_untrusted(t, name, strlen(name));
	text_put(t, name ? " (" : "");
	text_put(t, e->id);
	text_put(t, name ? ")" : "");
}

void words_clock(struct text *t, struct instant when)
{
	struct text full = {0};
	text_utc(&full, instant_of(instant_seconds(when), 0));
	const char *string = text_string(&full); // 2026-11-23T14:50:11Z
	text_printf(t, "%.10s %.8s UTC", string, full.length >= 19 ? string + 11 : "");
	text_free(&full);
}

#define WORDS_PAUSE_S 30 // an interval as wide holds a pause in which nobody looked

void words_span(struct text *t, double seconds)
{
	int64_t s = (int64_t)(seconds + 0.5);
	if (s < 1)
		text_put(t, "less than a second");
	else if (s >= 86400)
		text_printf(t, "%d d %02d h", (int)(s / 86400), (int)(s / 3600 % 24));
	else if (s >= 3600)
		text_printf(t, "%d h %02d min", (int)(s / 3600), (int)(s / 60 % 60));
	else if (s >= 60)
		text_printf(t, "%d min %02d s", (int)(s / 60), (int)(s % 60));
	else
		text_printf(t, "%d s", (int)s);
}

const char *words_class(uint8_t signal)
{
	static const char *const names[SIGNAL_COUNT] = {
		[SIGNAL_ROUTES] = "routes",
		[SIGNAL_ROUTES6] = "IPv6 routes",
		[SIGNAL_LOSS] = "hosts",
		[SIGNAL_LATENCY] = "latency",
		[SIGNAL_SERVICE_DNS] = "DNS",
		[SIGNAL_SERVICE_HTTP] = "web",
		[SIGNAL_SERVICE_TLS] = "TLS",
		[SIGNAL_SERVICE_SMTP] = "mail",
		[SIGNAL_SERVICE_TCP] = "TCP services",
		[SIGNAL_TIMEOUTS] = "time-outs",
		[SIGNAL_CONNECT] = "connect time",
		[SIGNAL_BLOCKS] = "blocks",
		[SIGNAL_SERIES] = "series",
	};
	return signal < SIGNAL_COUNT ? names[signal] : "unknown";
}

void words_concurrency(struct text *t, const struct incident *n)
{
	const struct incident_concurrency *c = &n->story.concurrency;
	if (!c->known || !c->failed)
		return;
	text_printf(t, "  %-12s", "together?");
	if (strcmp(c->verdict, "insufficient") == 0) {
		text_printf(t, "%u of %u machines failed: too few to tell chance from a common cause.\n", c->failed,
			    c->units);
		return;
	}
	text_printf(t, "%u of %u machines failed within ", c->failed, c->units);
	words_span(t, c->window_s);
	if (strcmp(c->verdict, "independent") == 0) {
		text_put(t, "; failures of single machines explain that.\n");
		return;
	}
	if (c->expected_per_year >= 1e-6)
		text_printf(t, "; by chance that is expected once in %.0f years.\n", 1 / c->expected_per_year);
	else
		text_put(t, "; by chance that is expected less than once in a million years.\n");
}

// Of what nobody saw nothing is said: not that routes stood, and not that they left.
static const char *words_precedence_plain(const struct incident *n)
{
	const struct story *s = &n->story;
	bool vague = instant_gap_s(s->start.from, s->start.to) > WORDS_PAUSE_S ||
		     (instant_known(s->end.best) && instant_gap_s(s->end.from, s->end.to) > WORDS_PAUSE_S);
	if (strcmp(s->precedence.reading, READING_UNSEEN) == 0 || !n->facts.routes.known)
		return "No routing data: whether packets could be routed there is not known.";
	if (story_signal(s, SIGNAL_ROUTES))
		return "Routes left; no loss was measured before.";
	if (n->facts.routes.lost > 0)
		return "Routes left too, but how it was before was not known long enough to say what was first.";
	if (vague)
		return "Routes stood when they were seen; what they did in the pause is not known.";
	return "The routes stood all the time: packets could be routed there.";
}

void words_precedence(struct text *t, const struct incident *n)
{
	const struct incident_precedence *p = &n->story.precedence;
	if (!p->known)
		return;
	text_printf(t, "  %-12s", "what first?");
	if (!p->has_lead) {
		text_printf(t, "%s\n", words_precedence_plain(n));
		return;
	}
	if (strcmp(p->reading, "session expired after total loss") == 0)
		text_printf(
			t,
			"All answers stopped at once, and the routes followed %.0f s later, when the session expired.\n",
			p->lead_best);
	else if (p->lead_best > 0 && p->p_loss_first >= 0.95)
		text_printf(t, "Loss began %.0f s before the first route was withdrawn (%.1f %% sure)%s.\n",
			    p->lead_best, p->p_loss_first * 100,
			    p->has_shape && p->log10_shape_bf >= 1
				    ? " and grew; a sudden cut would have shown none of that"
				    : "");
	else if (p->lead_best < 0 && p->p_loss_first < 0.05 && strcmp(p->reading, "tie") != 0)
		text_printf(t, "The routes left %.0f s before anything was lost.\n", -p->lead_best);
	else
		text_put(t, "Loss and withdrawal came too close together to say which was first.\n");
}
