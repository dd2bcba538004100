// SPDX-License-Identifier: ISC
// The ring of probes in flight.
#include "probe/pending.h"

#include "base/alloc.h"
#include "base/must.h"

#define PENDING_LEAST 1024

void pending_make(struct pending *p, size_t least)
{
	size_t capacity = PENDING_LEAST;
	while (capacity < least && capacity < PENDING_MAX)
		capacity *= 2;
	*p = (struct pending){.capacity = capacity};
	p->slots = alloc_pages(capacity * sizeof(*p->slots));
	p->wide = alloc_pages(capacity * sizeof(*p->wide));
}

void pending_free(struct pending *p)
{
	if (p->slots)
		alloc_pages_free(p->slots, p->capacity * sizeof(*p->slots));
	if (p->wide)
		alloc_pages_free(p->wide, p->capacity * sizeof(*p->wide));
	*p = (struct pending){0};
}

static void pending_skip_decided(struct pending *p)
{
	while (p->head < p->tail && pending_slot(p, p->head)->state != SLOT_PENDING)
		p->head++;
}

bool pending_full(struct pending *p)
{
	if (p->tail - p->head < p->capacity)
		return false;
	pending_skip_decided(p);
	return p->tail - p->head == p->capacity;
}

struct pending_slot *pending_next(struct pending *p, const struct addr *target)
{
	if (pending_full(p))
		return NULL;
	struct pending_slot *s = pending_slot(p, p->tail);
	*s = (struct pending_slot){.state = SLOT_PENDING, .v6 = target->family == FAMILY_V6};
	if (s->v6)
		memcpy(p->wide[p->tail & (p->capacity - 1)], target->bytes, 16);
	else
		s->v4 = v4_number(target->bytes);
	p->tail++;
	p->waiting++;
	return s;
}

struct addr pending_target(const struct pending *p, uint64_t serial)
{
	must(serial < p->tail);
	const struct pending_slot *s = pending_slot(p, serial);
	return s->v6 ? addr_v6(p->wide[serial & (p->capacity - 1)]) : addr_v4(s->v4);
}

void pending_decide(struct pending *p, struct pending_slot *s, enum slot_state state)
{
	must(state != SLOT_PENDING && p->waiting > 0);
	s->state = (unsigned)state & 7u;
	p->waiting--;
}

struct pending_slot *pending_oldest(struct pending *p, uint64_t *ret_serial)
{
	pending_skip_decided(p);
	if (p->head == p->tail)
		return NULL;
	*ret_serial = p->head;
	return pending_slot(p, p->head);
}
