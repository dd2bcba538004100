// SPDX-License-Identifier: ISC
// Who looked, and what a second opinion would cost least.
#include "intake/witness.h"

#include <string.h>

#define WITNESS_NEED                                                                                                   \
	"a check of one of its services by the same observer, else an observer in another network, or routes of three networks"

static bool witness_of(const struct target *t, const struct entity *e, uint32_t entity)
{
	return t->entity == entity || (t->entity == ENTITY_NONE && entity_holds(e, &t->address));
}

// What recording.json lists: pings of the entity and nothing else. `any`: something is listed of it.
static bool witness_only_pings(const struct intake_run *s, uint32_t entity)
{
	size_t hosts = 0;
	for (size_t i = 0; i < target_listing_count(s->in.targets); i++) {
		const char *service;
		struct target t = target_listing_at(s->in.targets, i, &service);
		if (t.kind == TARGET_CONTROL || !witness_of(&t, &s->in.entities.at[entity], entity))
			continue;
		if (service)
			return false;
		hosts++;
	}
	return hosts > 0;
}

// Whether any file may hold what is no result of a probe, or results of Atlas probes, which are observers of their own.
static bool witness_other_sources(const struct intake_run *s, uint32_t entity)
{
	for (size_t i = 0; i < feed_source_count(s->in.feed); i++)
		if (!feed_holds_lines(feed_source(s->in.feed, i)->path) ||
		    strstr(feed_source(s->in.feed, i)->path, "/atlas/"))
			return true;
	return inputs_has_series(&s->in, s->in.entities.at[entity].id);
}

static bool witness_one_network(const struct intake_run *s)
{
	uint16_t n = observer_count(s->in.targets);
	uint32_t first = n ? observer_at(s->in.targets, 0)->asn : 0;
	for (uint16_t i = 1; i < n; i++)
		if (!first || observer_at(s->in.targets, i)->asn != first)
			return false;
	return n > 0;
}

void witness_tell(const struct intake_run *s)
{
	if (s->growing || !witness_one_network(s))
		return;
	for (uint32_t e = 0; e < s->in.entities.count; e++) {
		if (!s->in.entities.at[e].watched || !witness_only_pings(s, e) || witness_other_sources(s, e))
			continue;
		notice_line(
			s->notices,
			"%s: %s: one observer that only pings raises no outage, whatever it saw: there must be a second witness. The cheapest: %s",
			s->command, s->in.entities.at[e].id, WITNESS_NEED);
	}
}

bool witness_lone(const struct intake_run *s, uint32_t entity)
{
	const struct dossier *d = pipeline_dossier(s->pipeline, entity);
	const struct dossier_witness *w = &d->witness;
	return s->in.entities.at[entity].watched && w->any && !w->several && !w->services && !d->value_count &&
	       !instant_known(d->coverage.of[COVERAGE_ROUTES].up);
}

size_t witness_unraised(const struct intake_run *s)
{
	size_t n = 0;
	for (uint32_t e = 0; s->pipeline && e < s->in.entities.count; e++)
		n += witness_lone(s, e) ? pipeline_unconfirmed(s->pipeline, e) : 0;
	return n;
}

void witness_json(struct json *j, const struct intake_run *s)
{
	json_key(j, "lone_witness");
	json_open(j, '[');
	for (uint32_t e = 0; e < s->in.entities.count; e++) {
		if (!witness_lone(s, e))
			continue;
		json_open(j, '{');
		json_key(j, "entity");
		json_string(j, s->in.entities.at[e].id);
		json_key(j, "observer");
		json_string(j, observer_at(s->in.targets, pipeline_dossier(s->pipeline, e)->witness.observer)->id);
		json_key(j, "unraised");
		json_int(j, (int64_t)pipeline_unconfirmed(s->pipeline, e));
		json_key(j, "cheapest");
		json_string(j, WITNESS_NEED);
		json_close(j, '}');
	}
	json_close(j, ']');
}

void witness_text(struct text *t, const struct intake_run *s)
{
	for (uint32_t e = 0; e < s->in.entities.count; e++) {
		size_t n = pipeline_unconfirmed(s->pipeline, e);
		const char *id = s->in.entities.at[e].id;
		if (!witness_lone(s, e))
			continue;
		text_untrusted(t, id, strlen(id));
		text_put(
			t,
			" was pinged by one observer and looked at in no other way, so no outage of it is raised, whatever it saw");
		if (n)
			text_printf(t, ": %zu loss%s would have been", n, n == 1 ? "" : "es");
		text_put(t, ". The cheapest second witness: " WITNESS_NEED ".\n");
	}
}
