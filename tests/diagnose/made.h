// SPDX-License-Identifier: ISC
// Incidents that are made for the evidence: one of which nothing is known, and changes of single members of it.
#pragma once

#include "../unit/unit.h"
#include "model/incident.h"

#include <math.h>
#include <string.h>

struct change { // one member of an incident
	size_t offset;
	char type; // d double, u 32 bits, b bool, s text, n size or enum, g a signal
	double number;
	const char *text;
};

#define D(member, v)                                                                                                   \
	{                                                                                                              \
		offsetof(struct incident, member), 'd', v, NULL                                                        \
	}
#define U(member, v)                                                                                                   \
	{                                                                                                              \
		offsetof(struct incident, member), 'u', v, NULL                                                        \
	}
#define B(member)                                                                                                      \
	{                                                                                                              \
		offsetof(struct incident, member), 'b', 1, NULL                                                        \
	}
#define S(member, v)                                                                                                   \
	{                                                                                                              \
		offsetof(struct incident, member), 's', 0, v                                                           \
	}
#define N(member, v)                                                                                                   \
	{                                                                                                              \
		offsetof(struct incident, member), 'n', v, NULL                                                        \
	}
#define SIG(signal_)                                                                                                   \
	{                                                                                                              \
		0, 'g', signal_, NULL                                                                                  \
	}
static inline struct incident blank(void)
{
	struct incident n = {.story.start = {{NS_PER_S}, {0}, {2 * NS_PER_S}, 0.9}, .story.state = INCIDENT_OPEN};
	facts_unknown(&n.facts);
	n.ties.past = (struct facts_past){NAN, NAN, NAN, NAN, NAN};
	n.facts.width_s = 1;
	n.facts.hold_s = 9;
	n.story.precedence.reading = n.story.concurrency.verdict = "";
	return n;
}

static inline void change(struct incident *n, const struct change *c)
{
	char *at = (char *)n + c->offset;
	bool whole = c->type != 'd';
	uint32_t word = whole ? (uint32_t)c->number : 0;
	size_t size = word;
	if (c->type == 'd')
		memcpy(at, &c->number, sizeof(double));
	else if (c->type == 'u')
		memcpy(at, &word, sizeof(word));
	else if (c->type == 'b')
		*(bool *)at = word != 0;
	else if (c->type == 's')
		memcpy(at, &c->text, sizeof(c->text));
	else if (c->type == 'n' && c->offset == offsetof(struct incident, story.state))
		n->story.state = (enum incident_state)word;
	else if (c->type == 'n')
		memcpy(at, &size, sizeof(size));
	else if (c->type == 'g')
		n->story.signals[n->story.signal_count++] = (struct detection){.signal = (uint8_t)word};
}
