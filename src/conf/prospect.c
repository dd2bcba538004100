// SPDX-License-Identifier: ISC
// Counts what is listed for each entity against what an incident needs: more than one witness, and enough machines.
#include "conf/prospect.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MACHINES_LEAST 5 // of fewer it cannot be told whether they fail together
#define CONTROLS_LEAST 4 // fewer cannot tell our own failure from the target's

#define SEARCHED_MAX 10000 // targets whose entity is found by their address; longer lists have enough of everything

struct prospect { // of one entity
	size_t services, blocks, borders;
	size_t machines; // those that are held, at most MACHINES_LEAST
	const struct plan_target *held[MACHINES_LEAST];
};

// For whom the target stands: as it is said, or because its address lies there. -1: for nobody.
static long prospect_entity_of(const struct plan *p, const struct plan_target *t)
{
	const struct entity *said = t->entity ? entity_find(&p->entities, t->entity) : NULL;
	if (t->entity)
		return said ? said - p->entities.at : -1;
	for (size_t i = 0; i < p->entities.count && t->address.family != FAMILY_NONE; i++)
		if (entity_holds(&p->entities.at[i], &t->address))
			return (long)i;
	return -1;
}

// A machine is an address, or a name that has none yet.
static bool prospect_same(const struct plan_target *a, const struct plan_target *b)
{
	if (a->address.family != FAMILY_NONE || b->address.family != FAMILY_NONE)
		return addr_equal(&a->address, &b->address);
	return a->host && b->host && strcasecmp(a->host, b->host) == 0;
}

static void prospect_take(struct prospect *r, const struct plan_target *t)
{
	r->borders += t->kind == TARGET_BORDER;
	if (t->kind == TARGET_BORDER)
		return; // of a router that its upstream numbered: it says nothing of what lies behind
	r->services += t->op != PROBE_ICMP_ECHO;
	for (size_t i = 0; i < r->machines; i++)
		if (prospect_same(r->held[i], t))
			return;
	if (r->machines < MACHINES_LEAST)
		r->held[r->machines++] = t;
}

// All of them; how many targets stand for nobody.
static size_t prospect_count(const struct plan *p, struct prospect *all)
{
	size_t nobody = 0, searched = 0;
	for (size_t i = 0; i < p->target_count; i++) {
		const struct plan_target *t = &p->targets[i];
		searched += !t->entity;
		if (t->kind == TARGET_CONTROL || (!t->entity && searched > SEARCHED_MAX))
			continue;
		long entity = prospect_entity_of(p, t);
		nobody += entity < 0;
		if (entity >= 0)
			prospect_take(&all[entity], t);
	}
	for (size_t i = 0; i < p->block_count; i++)
		if (p->blocks[i].entity < p->entities.count)
			all[p->blocks[i].entity].blocks++;
	return nobody;
}

// One observer that pings it, and nothing that a second opinion could come from.
static bool prospect_lone(const struct plan *p, const struct prospect *r)
{
	return (r->machines || r->blocks) && p->observers < 2 && !r->services;
}

static void prospect_say(const struct notice_sink *to, const struct plan *p, const struct entity *e,
			 const struct prospect *r)
{
	if (!r->machines && !r->blocks && r->borders) {
		notice_line(
			to,
			"lacuna record: %s: only addresses of its border are listed: they tell where a path ends, and nothing of what lies behind; list hosts or services with `entity: %s`",
			e->id, e->id);
		return;
	}
	if (!r->machines && !r->blocks) {
		notice_line(
			to,
			"lacuna record: %s: no target belongs to it, so nothing will be known of it; list some with `entity: %s`",
			e->id, e->id);
		return;
	}
	if (prospect_lone(p, r))
		notice_line(
			to,
			"lacuna record: %s: one observer that only pings raises no outage, whatever it sees: there must be a second witness. The cheapest is a check of a service there (`- {url: \"http://ADDRESS/\", entity: %s}`, or dns, smtp); else an observer in another network, or routes (lacuna record bmp)",
			e->id, e->id);
	if (r->machines < MACHINES_LEAST && !r->blocks)
		notice_line(
			to,
			"lacuna record: %s: %zu machine%s; of fewer than %d it cannot be told whether they fail together",
			e->id, r->machines, r->machines == 1 ? "" : "s", MACHINES_LEAST);
}

void prospect_tell_after(const struct plan *p, const struct notice_sink *to)
{
	struct prospect *all = alloc_zero(p->entities.count + 1, sizeof(*all));
	prospect_count(p, all);
	for (size_t i = 0; i < p->entities.count; i++)
		if (prospect_lone(p, &all[i]))
			notice_line(
				to,
				"lacuna record: %s was pinged by one observer and looked at in no other way: 'lacuna replay' says what it lost, and raises no outage",
				p->entities.at[i].id);
	free(all);
}

void prospect_tell(const struct plan *p, const struct notice_sink *to)
{
	struct prospect *all = alloc_zero(p->entities.count + 1, sizeof(*all));
	size_t controls = 0, nobody = prospect_count(p, all);
	for (size_t i = 0; i < p->target_count; i++)
		controls += p->targets[i].kind == TARGET_CONTROL;
	if (controls < CONTROLS_LEAST)
		notice_line(
			to,
			"lacuna record: %zu control targets; with fewer than %d our own failure cannot be told from that of what is watched",
			controls, CONTROLS_LEAST);
	if (controls && controls == p->target_count && !p->block_count)
		notice_line(
			to,
			"lacuna record: only controls are listed: nothing is watched, and nothing can be concluded");
	if (nobody)
		notice_line(
			to,
			"lacuna record: %zu of %zu targets belong to no entity: they are recorded, and nothing can be concluded from them; give them `entity:`, or list entities with their prefixes",
			nobody, p->target_count);
	for (size_t i = 0; i < p->entities.count; i++)
		prospect_say(to, p, &p->entities.at[i], &all[i]);
	free(all);
}
