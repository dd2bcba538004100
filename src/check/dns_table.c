// SPDX-License-Identifier: ISC
// A pool of CHECK_PENDING_MAX places whose pages cost memory only once touched, short chains by (socket, id), a binary heap by
// time. The place given back last is taken first, so that few are touched.
#include "check/dns_table.h"

#include "base/alloc.h"

#include <stdlib.h>

#define CHAINS 16384u // a power of two; as many as there are places
#define NONE   UINT16_MAX
_Static_assert(CHECK_PENDING_MAX < NONE, "places are numbered in 16 bits");

struct dns_table {
	struct dns_pending *pool;
	uint16_t *heads;
	uint16_t *heap;
	uint16_t free, touched; // `touched`: places that were ever in use
	uint16_t count, due;
};

struct dns_table *dns_table_create(void)
{
	struct dns_table *t = alloc_zero(1, sizeof(*t));
	t->pool = alloc_pages(CHECK_PENDING_MAX * sizeof(*t->pool));
	t->heads = alloc_zero(CHAINS, sizeof(*t->heads));
	t->heap = alloc_zero(CHECK_PENDING_MAX, sizeof(*t->heap));
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
	free(t->heap);
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

static struct dns_pending *heap_at(struct dns_table *t, size_t place)
{
	return &t->pool[t->heap[place]];
}

static void heap_put(struct dns_table *t, size_t place, struct dns_pending *p)
{
	t->heap[place] = p->slot;
	p->place = (uint16_t)place;
}

// Moves p from a hole at `place` to where it belongs.
static void heap_settle(struct dns_table *t, size_t place, struct dns_pending *p)
{
	while (place && p->due_ns < heap_at(t, (place - 1) / 2)->due_ns) {
		heap_put(t, place, heap_at(t, (place - 1) / 2));
		place = (place - 1) / 2;
	}
	for (;;) {
		size_t child = place * 2 + 1;
		if (child >= t->due)
			break;
		if (child + 1 < t->due && heap_at(t, child + 1)->due_ns < heap_at(t, child)->due_ns)
			child++;
		if (p->due_ns <= heap_at(t, child)->due_ns)
			break;
		heap_put(t, place, heap_at(t, child));
		place = child;
	}
	heap_put(t, place, p);
}

void dns_table_due(struct dns_table *t, struct dns_pending *p, int64_t when_ns)
{
	p->due_ns = when_ns;
	heap_settle(t, p->due ? p->place : t->due++, p);
	p->due = true;
}

struct dns_pending *dns_table_next(struct dns_table *t)
{
	return t->due ? heap_at(t, 0) : NULL;
}

void dns_table_drop(struct dns_table *t, struct dns_pending *p)
{
	if (p->due) {
		struct dns_pending *last = heap_at(t, --t->due);
		if (last != p)
			heap_settle(t, p->place, last);
		p->due = false;
	}
	p->next = t->free;
	t->free = p->slot;
	t->count--;
}

static uint16_t *head_of(struct dns_table *t, uint8_t socket, uint16_t id)
{
	return &t->heads[hash_mix((uint64_t)socket << 16 | id) & (CHAINS - 1)];
}

void dns_table_key(struct dns_table *t, struct dns_pending *p)
{
	uint16_t *head = head_of(t, p->socket, p->query.id);
	p->next = *head;
	*head = p->slot;
}

void dns_table_unkey(struct dns_table *t, struct dns_pending *p)
{
	uint16_t *at = head_of(t, p->socket, p->query.id);
	while (*at != NONE && *at != p->slot)
		at = &t->pool[*at].next;
	if (*at == p->slot)
		*at = p->next;
	p->next = NONE;
}

struct dns_pending *dns_table_find(struct dns_table *t, uint8_t socket, uint16_t id, const struct dns_pending *after)
{
	for (uint16_t slot = after ? after->next : *head_of(t, socket, id); slot != NONE; slot = t->pool[slot].next)
		if (t->pool[slot].socket == socket && t->pool[slot].query.id == id)
			return &t->pool[slot];
	return NULL;
}

struct dns_pending *dns_table_find_address(struct dns_table *t, uint8_t socket, const struct addr *to, uint16_t port)
{
	struct dns_pending *first = NULL;
	for (size_t i = 0; i < t->due; i++) {
		struct dns_pending *p = heap_at(t, i);
		bool fits = p->state == DNS_ASKED && p->socket == socket && p->attempt.port == port &&
			    addr_equal(&p->attempt.target, to);
		if (fits && (!first || p->sent_ns < first->sent_ns))
			first = p;
	}
	return first;
}
