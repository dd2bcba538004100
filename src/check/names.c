// SPDX-License-Identifier: ISC
// A and AAAA of each name, side by side; who does not answer is asked once more, or the next resolver is. Aliases are followed within
// an answer: a resolver follows them to the end.
#include "check/names.h"

#include "base/alloc.h"
#include "base/err.h"
#include "check/dns.h"
#include "os/clock.h"

#include <errno.h>
#include <stdlib.h>

#define TIMEOUT_MS 2000	       // of a question; the next resolver is asked then
#define LOOK_NS	   250000000LL // how often is looked who is due
#define TRIES	   2	       // where there is one resolver

enum { OF_V4, OF_V6, TYPES };

struct name_looked { // one name
	char *text;
	uint32_t index;
	bool queued;
	bool once;	      // and then its place is free
	uint8_t ask, waiting; // bits: types to be asked; types that are
	uint8_t tries[TYPES];
	int64_t due_ns;
	struct names_answer *answer; // while it is being asked
	struct attempt ended[TYPES];
};

struct name_lookup {
	struct names_options o;
	struct check_dns *dns;
	struct addr resolvers[NAMES_RESOLVERS_MAX];
	size_t resolver_count;
	struct name_looked *all;
	size_t count, capacity, waiting;
	uint32_t *free; // places of names that were asked once
	size_t free_count, free_capacity;
	uint32_t *queue; // a ring; room for all
	size_t first, queued, room;
	int64_t looked_ns;
};

static void names_attempts_take(void *context, const struct attempt *batch, size_t n)
{
	(void)context;
	(void)batch;
	(void)n; // the listener has heard of them
}

static void names_queue_put(struct name_lookup *n, uint32_t which)
{
	struct name_looked *l = &n->all[which];
	if (l->queued)
		return;
	l->queued = true;
	n->queue[(n->first + n->queued++) % n->room] = which;
}

static void names_forget(struct name_lookup *n, struct name_looked *l)
{
	alloc_grow((void **)&n->free, n->free_count, &n->free_capacity, sizeof(*n->free));
	n->free[n->free_count++] = (uint32_t)(l - n->all);
	free(l->text);
	*l = (struct name_looked){.due_ns = INT64_MAX};
}

static void names_end(struct name_lookup *n, struct name_looked *l)
{
	struct names_answer *a = l->answer;
	bool second = l->ended[OF_V4].failure == FAILURE_DNS_NO_ANSWER ||
		      (a->count && l->ended[OF_V4].failure != FAILURE_NONE);
	a->attempt = l->ended[second ? OF_V6 : OF_V4];
	if (a->count)
		a->attempt.failure = FAILURE_NONE;
	else if (a->attempt.failure == FAILURE_NONE)
		a->attempt.failure = FAILURE_DNS_NO_ANSWER;
	a->attempt.index = l->index;
	if (!a->count || a->ttl_s < NAMES_LEAST_S)
		a->ttl_s = NAMES_LEAST_S;
	a->ttl_s = a->ttl_s > NAMES_MOST_S ? NAMES_MOST_S : a->ttl_s;
	l->due_ns = clock_boot_ns() + a->ttl_s * NS_PER_S;
	l->answer = NULL;
	n->waiting--;
	if (l->once)
		names_forget(n, l);
	n->o.found(n->o.context, a);
	free(a);
}

static void names_addresses_take(struct names_answer *a, const struct dns_message *m)
{
	struct dns_walk w = dns_walk_begin(m);
	struct dns_record r;
	struct dns_name want = m->question.name;
	while (dns_walk_next(&w, &r) == 1) {
		if (r.section != DNS_ANSWER || r.class != DNS_CLASS_IN || !dns_name_equal(&r.owner, &want))
			continue;
		if (r.type == DNS_CNAME && dns_rdata_name(m, &r, &want) == 0)
			a->ttl_s = r.ttl < a->ttl_s ? r.ttl : a->ttl_s;
		if (r.type != m->question.type || a->count == NAMES_ADDRESSES_MAX ||
		    dns_rdata_address(&r, &a->addresses[a->count]) < 0)
			continue;
		a->ttl_s = r.ttl < a->ttl_s ? r.ttl : a->ttl_s;
		a->count++;
	}
}

// Who says nothing, or that it cannot tell, is asked once more; where there are several, the next one is.
static bool names_asks_again(const struct name_lookup *n, const struct attempt *a, unsigned tries)
{
	bool known =
		a->failure == FAILURE_NONE || a->failure == FAILURE_DNS_NXDOMAIN || a->failure == FAILURE_DNS_NO_ANSWER;
	return !known && tries < (n->resolver_count > TRIES ? n->resolver_count : TRIES);
}

static void names_take(void *context, struct attempt *a, const struct dns_query *asked, const struct dns_message *m)
{
	struct name_lookup *n = context;
	unsigned type = a->index % TYPES;
	uint32_t which = a->index / TYPES;
	bool cut = a->dns_flags & ATTEMPT_DNS_TC && !(a->dns_flags & ATTEMPT_DNS_TCP) && a->failure == FAILURE_NONE;
	(void)asked;
	if (cut || a->failure == FAILURE_LATE_OR_DUP || which >= n->count)
		return; // asked again over TCP
	struct name_looked *l = &n->all[which];
	if (!l->answer || !(l->waiting & 1u << type))
		return;
	l->waiting &= (uint8_t) ~(1u << type);
	l->ended[type] = *a;
	if (m && m->rcode == DNS_NOERROR)
		names_addresses_take(l->answer, m);
	if (names_asks_again(n, a, l->tries[type])) {
		l->ask |= (uint8_t)(1u << type);
		names_queue_put(n, which);
	}
	if (!l->waiting && !l->ask)
		names_end(n, l);
}

int names_open(const struct names_options *o, struct name_lookup **ret)
{
	struct name_lookup *n = alloc_zero(1, sizeof(*n));
	struct check_options dns = {.gate = o->gate, .out = {names_attempts_take, n}};
	n->o = *o;
	int err = check_dns_open(&dns, &n->dns);
	if (err < 0) {
		names_close(n);
		return err;
	}
	check_dns_listen(n->dns, (struct check_dns_listener){names_take, n});
	*ret = n;
	return 0;
}

void names_close(struct name_lookup *n)
{
	if (!n)
		return;
	check_dns_close(n->dns);
	for (size_t i = 0; i < n->count; i++) {
		free(n->all[i].text);
		free(n->all[i].answer);
	}
	free(n->all);
	free(n->queue);
	free(n->free);
	free(n);
}

void names_resolvers(struct name_lookup *n, const struct addr *list, size_t count)
{
	n->resolver_count = count < NAMES_RESOLVERS_MAX ? count : NAMES_RESOLVERS_MAX;
	for (size_t i = 0; i < n->resolver_count; i++)
		n->resolvers[i] = list[i];
}

// The ring grows with the list: what waits in it is laid anew from its beginning.
static void names_queue_grow(struct name_lookup *n)
{
	size_t room = n->capacity + 1;
	uint32_t *fresh = alloc_zero(room, sizeof(*fresh));
	for (size_t i = 0; i < n->queued; i++)
		fresh[i] = n->queue[(n->first + i) % n->room];
	free(n->queue);
	n->queue = fresh;
	n->first = 0;
	n->room = room;
}

static int names_place(struct name_lookup *n, struct name_looked name)
{
	struct dns_name parsed;
	int err = n->count == NAMES_MAX && !n->free_count ? ERR_FULL : dns_name_parse(name.text, &parsed);
	if (err < 0)
		return err;
	name.text = alloc_copy(name.text);
	if (n->free_count) {
		n->all[n->free[--n->free_count]] = name;
		return 0;
	}
	alloc_grow((void **)&n->all, n->count, &n->capacity, sizeof(*n->all));
	n->all[n->count++] = name;
	if (n->room <= n->capacity)
		names_queue_grow(n);
	return 0;
}

int names_add(struct name_lookup *n, uint32_t index, const char *name)
{
	return names_place(n, (struct name_looked){.text = (char *)(uintptr_t)name, .index = index});
}

int names_once(struct name_lookup *n, uint32_t index, const char *name)
{
	n->looked_ns = 0; // at once
	return names_place(n, (struct name_looked){.text = (char *)(uintptr_t)name, .index = index, .once = true});
}

size_t names_waiting(const struct name_lookup *n)
{
	return n->waiting + n->queued;
}

// Whose turn it is, of those that may be asked; null: none may.
static const struct addr *names_resolver_of(const struct name_lookup *n, unsigned tries)
{
	for (size_t i = 0; i < n->resolver_count; i++) {
		const struct addr *a = &n->resolvers[(tries + i) % n->resolver_count];
		if (gate_admits(n->o.gate, a, GATE_RESOLVER) == GATE_GO)
			return a;
	}
	return NULL;
}

// Asks one type. 1: begun, or ended at once; 0: must wait.
static int names_ask(struct name_lookup *n, uint32_t which, unsigned type, int64_t *ret_wait_ns)
{
	struct name_looked *l = &n->all[which];
	const struct addr *resolver = names_resolver_of(n, l->tries[type]);
	struct check_spec s = {.op = PROBE_DNS,
			       .kind = GATE_RESOLVER,
			       .flags = CHECK_DNS_RECURSE,
			       .index = which * TYPES + type,
			       .number = (uint16_t)(l->tries[type] + 1),
			       .qtype = type == OF_V4 ? DNS_A : DNS_AAAA,
			       .timeout_ms = TIMEOUT_MS,
			       .name = l->text};
	bool may = resolver != NULL;
	if (may)
		s.address = *resolver;
	l->waiting |= (uint8_t)(1u << type);
	int begun = may ? check_dns_start(n->dns, &s, ret_wait_ns) : ERR_USAGE;
	if (begun == 0) {
		l->waiting &= (uint8_t) ~(1u << type);
		return 0;
	}
	l->ask &= (uint8_t) ~(1u << type);
	l->tries[type]++;
	if (begun < 0) { // there is nobody to ask
		struct attempt nobody = attempt_of(PROBE_DNS, &s.address, s.index, clock_utc());
		nobody.failure = FAILURE_LOCAL;
		nobody.local_error = may ? EINVAL : EACCES;
		l->tries[type] = UINT8_MAX;
		names_take(n, &nobody, NULL, NULL);
	}
	return 1;
}

static void names_look(struct name_lookup *n, int64_t now)
{
	if (now - n->looked_ns < LOOK_NS)
		return;
	n->looked_ns = now;
	for (size_t i = 0; i < n->count; i++)
		if (!n->all[i].answer && n->all[i].due_ns <= now)
			names_queue_put(n, (uint32_t)i);
}

static void names_prepare(struct name_lookup *n, struct name_looked *l)
{
	if (l->answer)
		return;
	l->answer = alloc_zero(1, sizeof(*l->answer));
	n->waiting++;
	l->answer->ttl_s = NAMES_MOST_S;
	l->ask = 1u << OF_V4 | 1u << OF_V6;
	l->waiting = l->tries[OF_V4] = l->tries[OF_V6] = 0;
}

// Begins what is due and may go. False: the first of the queue must wait.
static bool names_begin_first(struct name_lookup *n, int64_t *ret_wait_ns)
{
	uint32_t which = n->queue[n->first];
	struct name_looked *l = &n->all[which];
	names_prepare(n, l);
	for (unsigned type = 0; type < TYPES; type++)
		if (l->ask & 1u << type && names_ask(n, which, type, ret_wait_ns) == 0)
			return false;
	l->queued = false;
	n->first = (n->first + 1) % n->room;
	n->queued--;
	return true;
}

int names_poll(struct name_lookup *n, int64_t wait_ns)
{
	int64_t held = wait_ns;
	names_look(n, clock_boot_ns());
	while (n->queued && names_begin_first(n, &held))
		continue;
	int err = check_dns_poll(n->dns, held < wait_ns ? held : wait_ns);
	return err < 0 ? err : 0;
}
