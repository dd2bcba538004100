// SPDX-License-Identifier: ISC
// Targets from words.
#include "conf/target_words.h"

#include "base/alloc.h"
#include "base/text.h"
#include "conf/blackbox.h"
#include "conf/place.h"
#include "conf/scalar.h"

#include <string.h>

static const char FULL[] = "more than 1000000 targets";

static char *target_words_copy(const char *text)
{
	return text && *text ? alloc_copy(text) : NULL;
}

const char *target_words_entity(struct plan *p, const char *id)
{
	size_t before = p->entities.count;
	struct entity *e = entity_add(&p->entities, id);
	if (e && p->entities.count > before)
		e->watched = true;
	return e ? e->id : NULL;
}

// Puts the words in that are the same for every kind, and the target into the plan. `t` holds no memory yet.
static const char *target_words_keep(struct plan *p, const struct plan_target *t, const char *host, const char *name,
				     const struct target_words_words *w)
{
	const char *entity = w->entity ? target_words_entity(p, w->entity) : NULL;
	if (w->entity && !entity)
		return "the entity is not of the form country/KX or asn/64512, or there are more than 65000";
	struct plan_target *kept = plan_target_add(p);
	if (!kept)
		return FULL;
	*kept = *t;
	kept->path = target_words_copy(t->path);
	kept->host = t->address.family ? NULL : target_words_copy(host);
	kept->name = target_words_copy(name);
	kept->entity = target_words_copy(entity);
	kept->institution = target_words_copy(w->institution);
	kept->network = w->network;
	if (w->interval_ms)
		kept->interval_ms = w->interval_ms;
	if (w->timeout_ms)
		kept->timeout_ms = w->timeout_ms;
	return NULL;
}

const char *target_words_add_known(struct plan *p, const struct addr *a, const struct kind_row *k,
				   const struct target_words_words *w)
{
	struct plan_target t = {.address = *a, .op = k->op, .kind = k->role, .flags = k->flags};
	return target_words_keep(p, &t, NULL, w->name, w);
}

// The manner of the module, in the plan from its first target on.
static uint32_t target_words_manner(struct plan *p, struct blackbox_module *m)
{
	if (!m->manner || m->number)
		return m->number;
	alloc_grow((void **)&p->manners, p->manner_count, &p->manner_capacity, sizeof(*p->manners));
	p->manners[p->manner_count++] = *m->manner;
	m->number = (uint32_t)p->manner_count;
	return m->number;
}

static const char *target_words_module_into(struct plan *p, const struct target_words_words *w, struct plan_target *t,
					    struct text *why)
{
	const struct blackbox_module *m = p->modules ? blackbox_find(p->modules, w->module) : NULL;
	text_clear(why);
	if (!m)
		text_printf(why, "there is no module '%.80s'%s", w->module,
			    p->modules ? " in the blackbox file" : ": no blackbox file was named");
	else if (m->unsupported)
		text_printf(why, "not measured: module '%.80s' asks for more: %s", w->module, m->unsupported);
	if (!m || m->unsupported)
		return text_string(why);
	*t = m->ask;
	t->manner = target_words_manner(p, &p->modules->modules[m - p->modules->modules]);
	return NULL;
}

bool target_words_unmeasured(const struct plan *p, const struct target_words_words *w)
{
	const struct blackbox_module *m = p->modules && w->module ? blackbox_find(p->modules, w->module) : NULL;
	return m && m->unsupported;
}

// An address that was typed is of one family.
static const char *target_words_family(const struct plan_target *t)
{
	bool wrong = (t->prefer == PLAN_V4_ONLY && t->address.family == FAMILY_V6) ||
		     (t->prefer == PLAN_V6_ONLY && t->address.family == FAMILY_V4);
	return wrong ? "not measured: its module leaves out this family of addresses" : NULL;
}

static bool target_words_role_only(const struct kind_row *k)
{
	return k && (k->role == TARGET_CONTROL || k->role == TARGET_BORDER);
}

// What is asked: the module says all of it, else the kind, else the URL's scheme, else a port means a connection.
static const char *target_words_choose(struct plan *p, const struct target_words_words *w,
				       const struct asked_place *place, struct plan_target *t, struct text *why)
{
	const struct kind_row *k = w->kind ? kind_of(w->kind) : NULL, *how = target_words_role_only(k) ? NULL : k;
	if (w->kind && !k)
		return "kind is one of " KIND_WORDS;
	if (how && place->kind && how != place->kind)
		return "the URL's scheme is not what 'kind' says";
	if (!how)
		how = place->kind ? place->kind : kind_of(place->port ? "tcp" : "host");
	*t = (struct plan_target){.op = how->op, .kind = how->role, .flags = how->flags};
	const char *wrong = w->module ? target_words_module_into(p, w, t, why) : NULL;
	if (wrong)
		return wrong;
	if (place->kind && place->kind->op != t->op)
		return "the URL's scheme is not what the module asks";
	t->flags |= place->kind ? place->kind->flags : 0;
	t->kind = target_words_role_only(k) ? k->role : t->kind;
	return NULL;
}

// What must not be together, or be missing.
static const char *target_words_check(const struct plan_target *t, const struct target_words_words *w, const char *name)
{
	if (t->op == PROBE_ICMP_ECHO && t->port)
		return "a ping has no port; name a kind such as tcp or http";
	if (t->op == PROBE_TCP_CONNECT && !t->port)
		return "a connection needs a port, as in 198.18.0.10:22";
	if (t->op == PROBE_DNS && !(name && *name))
		return "what name to ask the server for is missing; set 'name', or write dns://SERVER/NAME?SOA";
	if (t->kind == TARGET_CONTROL && w->entity)
		return "a control lies outside of everything watched; leave its entity out";
	if (name && *name && !scalar_host(name))
		return "the name is not a name such as www.example.net";
	return NULL;
}

static const char *target_words_join_port(const struct target_words_words *w, struct asked_place *place)
{
	if (w->port && place->port && w->port != place->port)
		return "the port is there twice, and different";
	if (w->port)
		place->port = (uint16_t)w->port;
	return NULL;
}

// What a web module is to ask need not say http://, even where it has a path.
static const char *target_words_place(const struct plan *p, const struct target_words_words *w,
				      struct asked_place *ret_place)
{
	const struct blackbox_module *m = p->modules && w->module ? blackbox_find(p->modules, w->module) : NULL;
	struct text url = {0};
	if (!m || m->unsupported || m->ask.op != PROBE_HTTP || !strpbrk(w->place, "/?#") || strstr(w->place, "://"))
		return place_parse(w->place, ret_place);
	text_printf(&url, "http://%s", w->place);
	const char *wrong = place_parse(text_string(&url), ret_place);
	text_free(&url);
	return wrong;
}

const char *target_words_add(struct plan *p, const struct target_words_words *w, struct text *why)
{
	struct asked_place place;
	struct plan_target t = {0};
	const char *wrong = target_words_place(p, w, &place);
	if (!wrong)
		wrong = target_words_join_port(w, &place);
	if (!wrong)
		wrong = target_words_choose(p, w, &place, &t, why);
	if (wrong)
		return wrong;
	const char *host = place.address.family ? NULL : place.host;
	const char *name = w->name ? w->name : place.query[0] ? place.query : t.name;
	if (!name && t.op != PROBE_DNS && t.op != PROBE_ICMP_ECHO && t.op != PROBE_TCP_CONNECT)
		name = host;
	if (place.qtype || w->qtype)
		t.qtype = place.qtype ? place.qtype : place_qtype(w->qtype);
	if (w->loose && t.op != PROBE_DNS)
		t.qtype = 0;
	else if (w->qtype && (!t.qtype || t.op != PROBE_DNS))
		return t.qtype ? "qtype is for kind dns only" : "qtype is not a type of the DNS such as SOA";
	t.address = place.address;
	t.port = place.port;
	wrong = target_words_check(&t, w, name);
	wrong = wrong ? wrong : target_words_family(&t);
	if (!wrong && place.path[0] && t.op != PROBE_HTTP)
		wrong = "a path is for kinds http and https only";
	t.path = place.path[0] ? place.path : NULL; // borrowed until it is kept
	return wrong ? wrong : target_words_keep(p, &t, host, name, w);
}
