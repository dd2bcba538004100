// SPDX-License-Identifier: ISC
// A pool of CHECK_PENDING_MAX places whose pages cost memory only once touched, short chains by (socket, id), a heap by
// time. The place given back last is taken first, so that few are touched.
#include "check/dns_table.h"

#include "base/alloc.h"
#include "base/heap.h"
#include "base/must.h"

#include <stdlib.h>

#define CHAINS 16384u // a power of two; as many as there are places
#define NONE   UINT16_MAX
_Static_assert(CHECK_PENDING_MAX < NONE, "places are numbered in 16 bits");

struct dns_table {
	struct dns_pending *pool;
	uint16_t *heads;
	struct heap due;	// slots by the moment they are due
	uint16_t free, touched; // `touched`: places that were ever in use
	uint16_t count;
};

struct dns_table *dns_table_create(void)
{
	struct dns_table *t = alloc_zero(1, sizeof(*t));
	t->pool = alloc_pages(CHECK_PENDING_MAX * sizeof(*t->pool));
	t->heads = alloc_zero(CHAINS, sizeof(*t->heads));
	memset(t->heads, 0xff, CHAINS * sizeof(*t->heads));
	t->free = NONE;
	return t;
}

void dns_table_free(struct dns_table *t)
{
	if (!t)
		return;
	alloc_pages_free(t->pool, CHECK_PENDING_MAX * sizeof(*t->pool));
	free(t->heads);
	heap_free(&t->due);
	free(t);
}

size_t dns_table_count(const struct dns_table *t)
{
	return t->count;
}

struct dns_pending *dns_table_at(struct dns_table *t, uint16_t slot)
{
	return slot < t->touched ? &t->pool[slot] : NULL;
}

struct dns_pending *dns_table_take(struct dns_table *t)
{
	if (t->count == CHECK_PENDING_MAX)
		return NULL;
	uint16_t slot = t->free;
	if (slot == NONE)
		slot = t->touched++;
	else
		t->free = t->pool[slot].next;
	t->count++;
	struct dns_pending *p = &t->pool[slot];
	*p = (struct dns_pending){.slot = slot, .next = NONE, .stream.descriptor = -1};
	return p;
}

static bool dns_table_due_before(const void *table, const void *a, const void *b)
{
	const struct dns_pending *pool = ((const struct dns_table *)table)->pool;
	return pool[*(const uint16_t *)a].due_ns < pool[*(const uint16_t *)b].due_ns;
}

static void dns_table_due_stands(void *table, const void *item, size_t place)
{
	((struct dns_table *)table)->pool[*(const uint16_t *)item].place = (uint16_t)place;
}

static const struct heap_kind dns_table_by_due = {sizeof(uint16_t), dns_table_due_before, dns_table_due_stands};

static struct dns_pending *dns_table_due_at(struct dns_table *t, size_t place)
{
	return &t->pool[*(const uint16_t *)heap_at(&t->due, &dns_table_by_due, place)];
}

void dns_table_due(struct dns_table *t, struct dns_pending *p, int64_t when_ns)
{
	must(p->slot < t->touched);
	p->due_ns = when_ns;
	if (p->due)
		heap_settle(&t->due, &dns_table_by_due, t, p->place);
	else
		heap_put(&t->due, &dns_table_by_due, t, &p->slot);
	p->due = true;
}

struct dns_pending *dns_table_next(struct dns_table *t)
{
	return t->due.count ? dns_table_due_at(t, 0) : NULL;
}

void dns_table_undue(struct dns_table *t, struct dns_pending *p)
{
	if (p->due)
		heap_drop(&t->due, &dns_table_by_due, t, p->place);
	p->due = false;
}

void dns_table_drop(struct dns_table *t, struct dns_pending *p)
{
	must(t->count > 0 && p->slot < t->touched);
	dns_table_undue(t, p);
	p->next = t->free;
	t->free = p->slot;
	t->count--;
}

static uint16_t *dns_table_head_of(struct dns_table *t, uint8_t socket, uint16_t id)
{
	return &t->heads[hash_mix((uint64_t)socket << 16 | id) & (CHAINS - 1)];
}

void dns_table_key(struct dns_table *t, struct dns_pending *p)
{
	must(p->slot < t->touched);
	uint16_t *head = dns_table_head_of(t, p->socket, p->query.id);
	p->next = *head;
	*head = p->slot;
}

void dns_table_unkey(struct dns_table *t, struct dns_pending *p)
{
	uint16_t *at = dns_table_head_of(t, p->socket, p->query.id);
	while (*at != NONE && *at != p->slot)
		at = &t->pool[*at].next;
	if (*at == p->slot)
		*at = p->next;
	p->next = NONE;
}

struct dns_pending *dns_table_find(struct dns_table *t, uint8_t socket, uint16_t id, const struct dns_pending *after)
{
	for (uint16_t slot = after ? after->next : *dns_table_head_of(t, socket, id); slot != NONE;
	     slot = t->pool[slot].next)
		if (t->pool[slot].socket == socket && t->pool[slot].query.id == id)
			return &t->pool[slot];
	return NULL;
}

struct dns_pending *dns_table_find_address(struct dns_table *t, uint8_t socket, const struct addr *to, uint16_t port)
{
	struct dns_pending *first = NULL;
	for (size_t i = 0; i < t->due.count; i++) {
		struct dns_pending *p = dns_table_due_at(t, i);
		bool fits = p->state == DNS_ASKED && p->socket == socket && p->attempt.port == port &&
			    addr_equal(&p->attempt.target, to);
		if (fits && (!first || p->sent_ns < first->sent_ns))
			first = p;
	}
	return first;
}
