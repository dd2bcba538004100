// SPDX-License-Identifier: ISC
// DOC: a cut
// A cut is the state of all that is known up to a moment of the data. Entities of which there is news (a detection began or
// ended, an origin appeared) are looked at; those with something open also without news, at moments ever further apart: what
// lasts for hours is not told anew each ten seconds. Which entities are looked at depends on their own data alone.
#include "base/alloc.h"
#include "base/hash.h"
#include "base/must.h"
#include "diagnose/diagnose.h"
#include "engine/pipeline_priv.h"
#include "model/carried.h"

#include <stdlib.h>
#include <string.h>

#define LATE_MAX   (COLLECTORS_MAX + OBSERVERS_MAX)
#define ENDS_APART 4 // pauses: files that belong together end at different times

static struct blind_span *cut_blind_add(struct pipeline *p, const struct blind_span *span)
{
	alloc_grow((void **)&p->blind.at, p->blind.count, &p->blind.capacity, sizeof(*p->blind.at));
	p->blind.at[p->blind.count] = *span;
	return &p->blind.at[p->blind.count++];
}

// An observer may be blind for two reasons at a time; each ends for itself.
static bool cut_blind_ends(const struct blind_span *b, const struct observer_change *c)
{
	return b->kind == BLIND_OBSERVER && b->who == c->observer && !instant_known(b->to) &&
	       b->degraded == c->degraded && strcmp(b->why, c->why) == 0;
}

static void cut_blind_observer(struct pipeline *p, const struct observer_change *c)
{
	struct blind_span span = {.kind = BLIND_OBSERVER,
				  .who = c->observer,
				  .from = c->from,
				  .to = INSTANT_NONE,
				  .why = c->why,
				  .degraded = c->degraded,
				  .missing = c->absent};
	cut_blind_add(p, &span);
}

// Those that stopped and never came back, while others went on.
static void cut_blind_mute(struct pipeline *p)
{
	int64_t least = ENDS_APART * engine_ns(p->decisions, ENGINE_UNSEEN_S);
	for (uint16_t i = 0; p->reach && i < observer_count(p->targets); i++) {
		struct observer_change c = {.observer = i};
		if (reach_mute(p->reach, &c, p->last, least))
			cut_blind_observer(p, &c);
	}
}

void cut_blind(struct pipeline *p)
{
	const struct blind_list *collectors = routes_blind(p->routes);
	p->blind.count = 0;
	for (size_t i = 0; i < collectors->count; i++)
		cut_blind_add(p, &collectors->at[i]);
	for (size_t i = 0; i < p->observers.count; i++) {
		const struct observer_change *c = &p->observers.at[i];
		if (c->impaired) {
			cut_blind_observer(p, c);
			continue;
		}
		for (size_t k = p->blind.count; k-- > 0;)
			if (cut_blind_ends(&p->blind.at[k], c))
				p->blind.at[k].to = c->from;
	}
	cut_blind_mute(p);
}

static void cut_ties_find(struct pipeline *p, uint32_t entity)
{
	struct ties_input in = {
		.decisions = p->decisions,
		.entities = p->entities,
		.known = p->known,
		.known_count = p->known_count,
		.watched_since = p->first,
		.probes = p->reach && reach_width_ns(p->reach),
		.routes = instant_known(routes_now(p->routes)),
	};
	for (size_t i = 0; i < p->hold_time_count; i++)
		in.hold_time_s = p->hold_times[i] > in.hold_time_s ? p->hold_times[i] : in.hold_time_s;
	ties_incidents(&in, book_entity(p->book, entity), entity);
	book_tied(p->book, entity);
}

static struct incident_view cut_view_of(struct pipeline *p)
{
	return (struct incident_view){
		.entities = p->entities,
		.incidents = book_incidents(p->book),
		.blind = &p->blind,
		.peers = p->peers,
		.targets = p->targets,
		.definition = p->definition->name,
		.definition_says = p->definition->says,
		.version = p->version ? p->version : "",
		.parameters = p->parameters_digest,
		.world = p->world,
		.first = p->first,
		.last = p->cut,
	};
}

static size_t cut_late_names(const struct pipeline *p, const char **ret)
{
	size_t n = 0;
	for (uint16_t i = 0; p->any_late && i < LATE_MAX; i++) {
		bool collector = i < COLLECTORS_MAX;
		if (p->late[i])
			ret[n++] = collector ? collector_name(p->peers, i)
					     : observer_at(p->targets, (uint16_t)(i - COLLECTORS_MAX))->id;
	}
	return n;
}

// `document`: as incident_json() writes it.
static void cut_revision_tell(struct pipeline *p, const struct incident *n, enum book_news news, struct text *document)
{
	if (!p->revisions.take)
		return;
	const char **late = alloc_zero(p->any_late ? LATE_MAX : 1, sizeof(*late));
	struct revision r = {
		.cut = p->cut,
		.id = n->id,
		.revision = n->revision,
		.change = book_news_name(news),
		.entity = p->entities->at[n->story.entity].id,
		.document = text_string(document),
		.document_length = document->length,
		.late = late,
		.late_count = cut_late_names(p, late),
		.incident = n,
	};
	p->revisions.take(p->revisions.context, &r);
	free(late);
}

// The document is written once: its revision stands in the head, and what it says besides decides whether it rises.
static enum book_news cut_incident_tell(struct pipeline *p, const struct incident_view *v, size_t i,
					struct text *document)
{
	const struct incident *n = &book_incidents(p->book)->at[i];
	struct text head = {0};
	text_clear(document);
	size_t rest = incident_json(document, v, n);
	struct hash_wide digest = {0};
	hash_wide_add(&digest, document->bytes + rest, document->length - rest);
	enum book_news news = book_told(p->book, i, digest);
	if (news != BOOK_SAME && p->revisions.take) {
		incident_json_head(&head, n);
		text_bytes(&head, document->bytes + rest, document->length - rest);
		cut_revision_tell(p, n, news, &head);
	}
	text_free(&head);
	return news;
}

// Of all that a document is made of beside the incident itself.
static uint64_t cut_surroundings_of(const struct pipeline *p)
{
	uint64_t h = hash_pair(collector_count(p->peers), p->targets ? observer_count(p->targets) : 0);
	for (size_t i = 0; i < p->blind.count; i++) {
		const struct blind_span *b = &p->blind.at[i];
		uint64_t who = (uint64_t)b->who << 3 | (uint64_t)b->kind << 1 | b->degraded;
		h = hash_pair(hash_pair(h, who), hash_pair((uint64_t)b->from.ns, (uint64_t)b->to.ns));
		h = hash_pair(h, hash_bytes(b->why, strlen(b->why)));
	}
	return h;
}

static int cut_digest_add(void *context, const void *bytes, size_t n)
{
	hash_wide_add(context, bytes, n);
	return 0;
}

// Member by member, as it would be carried: what lies between members is not looked at, and words count by their letters.
static struct hash_wide cut_inputs_of(struct incident *n, uint64_t surroundings)
{
	struct hash_wide digest = {1, 1};
	struct carry c = {.way = CARRY_SAVE, .out = {cut_digest_add, &digest}};
	incident_told_carry(&c, n);
	hash_wide_add(&digest, &surroundings, sizeof(surroundings));
	return digest;
}

// Those that were withdrawn or merged. Whether there were any.
static bool cut_gone_tell(struct pipeline *p)
{
	struct incident_view view = cut_view_of(p);
	struct text document = {0};
	enum book_news news;
	bool told = false;
	for (const struct incident *n; (n = book_withdrawn(p->book, &news)); told = true) {
		text_clear(&document);
		incident_json(&document, &view, n);
		cut_revision_tell(p, n, news, &document);
	}
	text_free(&document);
	return told;
}

// Whether anything was told.
static bool cut_incidents_tell(struct pipeline *p)
{
	bool told = false;
	uint64_t surroundings = cut_surroundings_of(p);
	struct incident_list *l = book_incidents(p->book);
	struct incident_view view = cut_view_of(p);
	struct text scratch = {0};
	for (size_t i = 0; i < l->count; i++) {
		struct incident *n = &l->at[i];
		if (!book_due(p->book, i) || book_unchanged(p->book, i, cut_inputs_of(n, surroundings)))
			continue;
		const struct entity *entity = &p->entities->at[n->story.entity];
		struct diagnose_input in = {n, entity, p->ratios, p->decisions, &n->verdict};
		diagnose_incident(&in, &n->verdict);
		told |= cut_incident_tell(p, &view, i, &scratch) != BOOK_SAME;
	}
	text_free(&scratch);
	return cut_gone_tell(p) || told;
}

void cut_withdraw(struct pipeline *p, uint32_t entity)
{
	struct instant cut = p->cut;
	must(entity < p->entities->count);
	book_withdraw_all(p->book, entity);
	if (instant_known(p->next_cut))
		p->cut = instant_after(p->next_cut, -p->cut_ns);
	cut_blind(p);
	(void)cut_gone_tell(p);
	p->cut = cut; // nothing else was looked at
}

// Whether the entity is looked at now.
static bool cut_wanted(struct pipeline *p, uint32_t entity)
{
	struct watch *w = &p->watches[entity];
	const struct route_log *e = routes_route_log(p->routes);
	uint64_t news = e ? route_log_news(e, entity) : 0;
	bool origins = news != w->origin_news;
	w->origin_news = news;
	return p->entities->at[entity].watched &&
	       (w->news || origins || p->ending || (w->open && w->look_at.ns <= p->cut.ns));
}

void cut_make(struct pipeline *p, struct instant now)
{
	const struct route_log *evidence = routes_route_log(p->routes);
	double share = engine_value(p->decisions, ENGINE_LOOK_SHARE);
	bool any = false;
	p->origin_news = evidence ? route_log_news_all(evidence) : 0;
	p->cut = now;
	p->news = false;
	for (uint32_t e = 0; e < p->entities->count; e++) {
		struct watch *w = &p->watches[e];
		if (!cut_wanted(p, e))
			continue;
		look_entity(p, e, now);
		int64_t age = (int64_t)((double)(now.ns - w->opened.ns) * share);
		age = age > p->cut_ns ? age : p->cut_ns;
		w->look_at = age < INT64_MAX - now.ns ? instant_after(now, age) : instant_of_ns(INT64_MAX);
		any = true;
		cut_ties_find(p, e);
	}
	for (uint32_t e = 0; e < p->entities->count; e++)
		p->news |= p->watches[e].open;
	if (!any)
		return;
	cut_blind(p);
	// Who was late is named by the next revision, whenever that is.
	if (cut_incidents_tell(p) && p->any_late) {
		memset(p->late, 0, LATE_MAX * sizeof(*p->late));
		p->any_late = false;
	}
	// Twice: look_settle() asks for those whose onset was over since it asked last.
	book_retire(p->book, instant_after(now, -2 * INCIDENT_ONSET_NS),
		    instant_after(now, -engine_ns(p->decisions, ENGINE_RETIRE_S)), NULL, NULL);
}
