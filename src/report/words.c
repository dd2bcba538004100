// SPDX-License-Identifier: ISC
// The only free fields of these sentences are numbers and times.
#include "report/words.h"

#include <inttypes.h>
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

#define CLOCK_DAY  10 // letters of "2026-11-23"
#define CLOCK_TIME 8  // and of "14:50:11" behind it

// "2026-11-23 14:50:11"; without the day where `day` is the same one. Where the day stands: what to compare the next with.
static void words_put_clock(struct text *t, int64_t seconds, const struct text *day)
{
	struct text full = {0};
	text_utc(&full, instant_of(seconds, 0)); // 2026-11-23T14:50:11Z
	bool whole = full.length >= CLOCK_DAY + 1 + CLOCK_TIME;
	if (!day || !whole || memcmp(full.bytes, day->bytes, CLOCK_DAY) != 0)
		text_printf(t, "%.*s ", CLOCK_DAY, text_string(&full));
	text_bytes(t, full.bytes + CLOCK_DAY + 1, whole ? CLOCK_TIME : 0);
	text_free(&full);
}

void words_beside(struct text *t, const struct words_zone *zone, struct instant when)
{
	int64_t seconds = instant_seconds(when);
	int32_t east_s;
	char name[ZONE_NAME_SIZE];
	struct text day = {0};
	if (!zone || !zone->east(zone->context, seconds, &east_s, name))
		return;
	text_utc(&day, instant_of(seconds, 0));
	text_put(t, " (");
	words_put_clock(t, seconds + east_s, &day);
	text_put(t, *name == '+' || *name == '-' ? " UTC" : " ");
	text_put(t, name);
	text_char(t, ')');
	text_free(&day);
}

#define SURE_MOST     0.999 // what is surer is told as more than that
#define WORDS_PAUSE_S 30    // an interval as wide holds a pause in which nobody looked

// "3 h 5 min", "3 h".
static void words_put_two(struct text *t, int64_t large, const char *unit, int64_t small, const char *lesser)
{
	text_printf(t, "%" PRId64 " %s", large, unit);
	if (small)
		text_printf(t, " %" PRId64 " %s", small, lesser);
}

void words_span(struct text *t, double seconds)
{
	int64_t s = (int64_t)(seconds + 0.5);
	if (s < 1)
		text_put(t, "less than a second");
	else if (s >= 86400)
		words_put_two(t, s / 86400, s / 86400 == 1 ? "day" : "days", s / 3600 % 24, "h");
	else if (s >= 3600)
		words_put_two(t, s / 3600, "h", s / 60 % 60, "min");
	else if (s >= 60)
		words_put_two(t, s / 60, "min", s % 60, "s");
	else
		text_printf(t, "%d s", (int)s);
}

void words_clock(struct text *t, const struct words_zone *zone, struct instant when)
{
	words_put_clock(t, instant_seconds(when), NULL);
	text_put(t, " UTC");
	words_beside(t, zone, when);
}

void words_clock_of_day(struct text *t, const struct words_zone *zone, struct instant when, struct instant day)
{
	struct text date = {0};
	text_utc(&date, instant_of(instant_seconds(day), 0));
	words_put_clock(t, instant_seconds(when), &date);
	text_put(t, " UTC");
	words_beside(t, zone, when);
	text_free(&date);
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

void words_offset(struct text *t, double seconds)
{
	if (fabs(seconds) < 0.5) {
		text_put(t, "at once");
		return;
	}
	text_put(t, seconds > 0 ? "after " : "");
	words_span(t, fabs(seconds));
	text_put(t, seconds < 0 ? " before" : "");
}

const char *words_op(uint8_t op)
{
	static const char *const words[PROBE_OP_COUNT] = {
		[PROBE_ICMP_ECHO] = "ping", [PROBE_TCP_CONNECT] = "tcp", [PROBE_DNS] = "dns",
		[PROBE_TLS] = "tls",	    [PROBE_HTTP] = "http",	 [PROBE_SMTP] = "smtp",
	};
	return op < PROBE_OP_COUNT ? words[op] : "unknown";
}

const char *words_kind(uint8_t op)
{
	static const char *const words[PROBE_OP_COUNT] = {
		[PROBE_ICMP_ECHO] = "ping", [PROBE_TCP_CONNECT] = "TCP", [PROBE_DNS] = "DNS",
		[PROBE_TLS] = "TLS",	    [PROBE_HTTP] = "web",	 [PROBE_SMTP] = "mail",
	};
	return op < PROBE_OP_COUNT ? words[op] : "unknown";
}

const char *words_outcome(uint8_t outcome)
{
	static const char *const words[PROBE_OUTCOME_COUNT] = {
		[PROBE_OK] = "answered",
		[PROBE_TIMEOUT] = "no answer",
		[PROBE_REFUSED] = "refused",
		[PROBE_RESET] = "reset",
		[PROBE_HOST_UNREACHABLE] = "host unreachable",
		[PROBE_NETWORK_UNREACHABLE] = "network unreachable",
		[PROBE_EOF] = "closed without an answer",
		[PROBE_DNS_NXDOMAIN] = "no such name (NXDOMAIN)",
		[PROBE_DNS_SERVFAIL] = "SERVFAIL",
		[PROBE_DNS_REFUSED] = "REFUSED",
		[PROBE_DNS_OTHER] = "a wrong DNS answer",
		[PROBE_TLS_FAILED] = "TLS failed",
		[PROBE_HTTP_ERROR] = "an HTTP error",
		[PROBE_OTHER_FAILURE] = "another failure",
		[PROBE_LOCAL_FAULT] = "a fault of ours",
		[PROBE_LATE_OR_DUP] = "an answer too late",
		[PROBE_FORGED] = "a forged answer",
	};
	return outcome < PROBE_OUTCOME_COUNT ? words[outcome] : "unknown";
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

static void words_precedence_expired(struct text *t, const struct incident_precedence *p)
{
	text_put(t, "All answers stopped at once, and the routes followed ");
	words_span(t, p->lead_best);
	text_put(t, " later, when the session expired.\n");
}

// No number of nines says that it is certain.
static void words_precedence_loss(struct text *t, const struct incident_precedence *p)
{
	bool most = p->p_loss_first > SURE_MOST;
	text_put(t, "Loss began ");
	words_span(t, p->lead_best);
	text_printf(t, " before the first route was withdrawn (%s%.1f %% sure)%s.\n", most ? "more than " : "",
		    (most ? SURE_MOST : p->p_loss_first) * 100,
		    p->has_shape && p->log10_shape_bf >= 1 ? " and grew; a sudden cut would have shown none of that"
							   : "");
}

static void words_precedence_routes(struct text *t, const struct incident_precedence *p)
{
	text_put(t, "The routes left ");
	words_span(t, -p->lead_best);
	text_put(t, " before anything was lost.\n");
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
		words_precedence_expired(t, p);
	else if (p->lead_best > 0 && p->p_loss_first >= 0.95)
		words_precedence_loss(t, p);
	else if (p->lead_best < 0 && p->p_loss_first < 0.05 && strcmp(p->reading, "tie") != 0)
		words_precedence_routes(t, p);
	else
		text_put(t, "Loss and withdrawal came too close together to say which was first.\n");
}
