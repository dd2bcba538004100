// SPDX-License-Identifier: ISC
// DOC: what is missing
// A source is missing where it should have spoken and nothing of it is in the data: a collector or a session whose beat stopped, an
// observer that sent nothing or says that it was not running. One that says that it could not see (its session is down, its controls
// do not answer) is blind, and nothing is missing. Of many observers a few are always away: they are missing where they are a share.
// What is shorter than the pauses that are told (engine.unseen_s) is no more than a row among those who were blind.
#include "intake/account.h"

#include "base/alloc.h"
#include "base/must.h"
#include "engine/decisions.h"
#include "intake/witness.h"

#include <stdlib.h>
#include <string.h>

#define MISSING_NAMED 20 // lines
#define OF_MANY	      20 // observers of whom one that is away is no loss any more

static bool account_is_missing(const struct intake_run *s, const struct blind_span *b)
{
	struct instant last = pipeline_last(s->pipeline), to = instant_known(b->to) ? b->to : last;
	return b->missing && to.ns - b->from.ns > engine_ns(&s->decisions, ENGINE_UNSEEN_S);
}

static void account_missing_add(struct account *a, const struct blind_span *b)
{
	alloc_grow((void **)&a->missing, a->missing_count, &a->missing_capacity, sizeof(*a->missing));
	a->missing[a->missing_count++] = b;
}

// How many different observers are missing at some time.
static size_t account_observers_away(const struct intake_run *s, const struct blind_list *l)
{
	bool *away = alloc_zero(OBSERVERS_MAX, sizeof(*away));
	size_t n = 0;
	for (size_t i = 0; i < l->count; i++) {
		const struct blind_span *b = &l->at[i];
		if (!account_is_missing(s, b) || b->kind != BLIND_OBSERVER || away[b->who])
			continue;
		away[b->who] = true;
		n++;
	}
	free(away);
	return n;
}

static void account_sources(struct account *a, const struct intake_run *s)
{
	const struct blind_list *l = pipeline_blind(s->pipeline);
	bool few = account_observers_away(s, l) * OF_MANY < observer_count(s->in.targets);
	for (size_t i = 0; i < l->count; i++)
		if (account_is_missing(s, &l->at[i]) && !(few && l->at[i].kind == BLIND_OBSERVER))
			account_missing_add(a, &l->at[i]);
}

static void account_entity(struct account *a, const struct intake_run *s, uint32_t entity)
{
	const struct coverage *c = &pipeline_dossier(s->pipeline, entity)->coverage;
	int kinds = 0;
	for (int kind = 0; kind < COVERAGE_KINDS; kind++)
		kinds += c->of[kind].known;
	for (int kind = 0; kind < COVERAGE_KINDS; kind++) {
		struct coverage_span *spans = NULL;
		size_t n = pipeline_unseen(s->pipeline, entity, (enum coverage_kind)kind, &spans);
		for (size_t i = 0; i < n; i++) {
			alloc_grow((void **)&a->unseen, a->unseen_count, &a->unseen_capacity, sizeof(*a->unseen));
			struct instant up = c->of[kind].up;
			bool never = !instant_known(up) || spans[i].to.ns <= up.ns;
			a->unseen[a->unseen_count++] = (struct account_unseen){
				entity, (enum coverage_kind)kind, kinds < 2, never, spans[i].from, spans[i].to};
		}
		free(spans);
	}
}

// When that was is not asked: a loss that nobody confirmed is no reason to say that all is well where somebody could not look.
static bool account_doubted(const struct intake_run *s)
{
	const struct blind_list *l = pipeline_blind(s->pipeline);
	bool blind = false;
	for (size_t i = 0; i < l->count; i++)
		blind |= l->at[i].kind == BLIND_OBSERVER && !l->at[i].degraded;
	return blind && pipeline_incidents(s->pipeline)->unconfirmed > witness_unraised(s);
}

void account_make(const struct intake_run *s, struct account *ret)
{
	must(s);
	*ret = (struct account){.damaged = s->gaps};
	if (!s->pipeline)
		return;
	for (uint32_t e = 0; e < s->in.entities.count; e++) {
		if (!s->in.entities.at[e].watched)
			continue;
		ret->watched++;
		ret->unobservable += !pipeline_judged(s->pipeline, e);
		account_entity(ret, s, e);
	}
	account_sources(ret, s);
	ret->doubted = account_doubted(s);
}

void account_free(struct account *a)
{
	free(a->missing);
	free(a->unseen);
	*a = (struct account){0};
}

uint64_t account_gaps(const struct account *a)
{
	return a->damaged + a->missing_count;
}

bool account_lacks(const struct account *a)
{
	return a->missing_count || a->unseen_count || a->unobservable || a->doubted;
}

static void account_notice_missing(const struct intake_run *s, const struct incident_view *v,
				   const struct blind_span *b)
{
	struct text line = {0}, name = {0};
	blind_name(&name, v, b);
	text_printf(&line, "%s: input is missing: %s ", s->command, blind_kind_name(b->kind));
	text_untrusted(&line, text_string(&name), name.length);
	text_put(&line, " from ");
	text_utc(&line, instant_of(instant_seconds(b->from), 0));
	text_put(&line, " to ");
	if (instant_known(b->to))
		text_utc(&line, instant_of(instant_seconds(b->to), 0));
	else
		text_put(&line, "the end of the data");
	text_printf(&line, " (%s)", b->why);
	if (b->kind == BLIND_COLLECTOR)
		text_put(&line, ": add its files of then, or a table of after");
	notice_line(s->notices, "%s", text_string(&line));
	text_free(&name);
	text_free(&line);
}

// Controls that are no use to an observer: it counts as one without them.
static void account_notice_controls(const struct intake_run *s)
{
	size_t told = 0;
	for (uint16_t i = 0; s->pipeline && i < observer_count(s->in.targets) && told < MISSING_NAMED; i++) {
		size_t all, useless = pipeline_useless_controls(s->pipeline, i, &all);
		const char *id = observer_at(s->in.targets, i)->id;
		struct text name = {0};
		if (!useless)
			continue;
		told++;
		text_untrusted(&name, id, strlen(id));
		notice_line(s->notices,
			    "%s: observer %s: %zu of its %zu control targets never answered: they say nothing of it",
			    s->command, text_string(&name), useless, all);
		text_free(&name);
	}
}

void account_notices(const struct account *a, const struct intake_run *s)
{
	struct incident_view view;
	if (a->missing_count)
		run_view(s, &view);
	for (size_t i = 0; i < a->missing_count && i < MISSING_NAMED; i++)
		account_notice_missing(s, &view, a->missing[i]);
	if (a->missing_count > MISSING_NAMED)
		notice_line(s->notices, "%s: and %zu more such stretches", s->command,
			    a->missing_count - MISSING_NAMED);
	account_notice_controls(s);
	if (a->unseen_count || a->unobservable || a->doubted)
		notice_line(s->notices,
			    "%s: of some of what is watched nothing can be said, all the time or for a while",
			    s->command);
}
