// SPDX-License-Identifier: ISC
// An incident made of a few letters, for the tests of its numbers: one watch interval a letter, of an hour's history at most.
#pragma once

#include "../unit/unit.h"
#include "facts/facts.h"

#include <math.h>
#include <string.h>

#define TALE_BINS    400
#define TALE_BEGIN_S 1700000000 // a Tuesday, 22:13:20 UTC
#define TALE_SENT    100

struct tale {
	struct entity entity;
	struct entity_list entities;
	struct dossier dossier;
	struct pulse_bin bins[TALE_BINS];
	struct incident incident;
	struct observer_change changes[8];
	struct observer_list observers;
	struct facts_input input;
	double width_s;
};

// The moment at which interval i of the story begins.
static inline struct instant tale_at(const struct tale *s, double i)
{
	return (struct instant){TALE_BEGIN_S * NS_PER_S + (int64_t)(i * s->width_s * 1e9)};
}

static inline struct moment tale_moment(const struct tale *s, double i)
{
	return (struct moment){tale_at(s, i), tale_at(s, i - 1), tale_at(s, i + 1), 0.9};
}

// `loss`: a letter an interval, 0 to 9 tenths of the pings, X all, ? nothing sent. From `start` to `end` (negative: still).
static inline void tale_begin(struct tale *s, double width_s, const char *loss, double start, double end)
{
	memset(s, 0, sizeof(*s));
	s->width_s = width_s;
	s->entity.utc_offset_min = UTC_OFFSET_UNKNOWN;
	s->entity.watched = true;
	memcpy(s->entity.id, "country/KX", sizeof("country/KX"));
	s->entities = (struct entity_list){.at = &s->entity, .count = 1};
	size_t n = strlen(loss);
	assert_true(n <= TALE_BINS);
	for (size_t i = 0; i < n; i++) {
		uint32_t lost = loss[i] == 'X' ? TALE_SENT : loss[i] == '?' ? 0 : 10u * (uint32_t)(loss[i] - '0');
		uint32_t sent = loss[i] == '?' ? 0 : TALE_SENT;
		s->bins[i] = (struct pulse_bin){.time = tale_at(s, (double)i),
						.sent = sent,
						.lost = lost,
						.units = sent,
						.units_up = sent - lost,
						.rtt_ratio = lost == sent ? 0 : 1,
						.observers = 2};
	}
	s->dossier = (struct dossier){.bins = n ? s->bins : NULL,
				      .bin_count = n,
				      .width_ns = n ? (int64_t)(width_s * 1e9) : 0,
				      .last = tale_at(s, n ? (double)n : end + 50)};
	struct incident *one = &s->incident;
	one->story.start = tale_moment(s, start);
	one->story.end = end < 0 ? (struct moment){INSTANT_NONE, INSTANT_NONE, INSTANT_NONE, 0} : tale_moment(s, end);
	one->story.state = end < 0 ? INCIDENT_OPEN : INCIDENT_CLOSED;
	s->observers = (struct observer_list){.at = s->changes};
	s->input = (struct facts_input){.dossier = &s->dossier, .entities = &s->entities, .observers = &s->observers};
}

// Round-trip times of the intervals from `first` on: a letter each, 1 to 9 times the usual, 0 nobody answered.
static inline void tale_rtt(struct tale *s, size_t first, const char *ratios)
{
	for (size_t i = 0; ratios[i]; i++)
		s->bins[first + i].rtt_ratio = (float)(ratios[i] - '0');
}

// A signal of the incident; end negative: still.
static inline struct detection *tale_signal(struct tale *s, uint8_t signal, double start, double end)
{
	struct detection *d = &s->incident.story.signals[s->incident.story.signal_count++];
	*d = (struct detection){.signal = signal, .start = tale_moment(s, start), .baseline = 1000};
	d->end = end < 0 ? (struct moment){INSTANT_NONE, INSTANT_NONE, INSTANT_NONE, 0} : tale_moment(s, end);
	return d;
}

static inline void tale_observer(struct tale *s, uint16_t observer, bool impaired, double at, const char *why)
{
	s->changes[s->observers.count++] =
		(struct observer_change){observer, impaired, tale_at(s, at), why, false, false};
}

static inline const struct facts *tale_facts(struct tale *s)
{
	s->incident.facts = facts_of(&s->input, &s->incident.story);
	return &s->incident.facts;
}

#define expect_number(got, wanted) expect_within((got), (wanted), 1e-6, #got, __LINE__)

static inline void expect_within(double got, double wanted, double by, const char *what, int line)
{
	if (isnan(wanted) ? isnan(got) : fabs(got - wanted) <= by)
		return;
	print_error("line %d: %s is %g, not %g\n", line, what, got, wanted);
	fail();
}
