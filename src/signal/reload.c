// SPDX-License-Identifier: ISC
// One shadow matrix per dump under way, for the peers that already had a table.
#include "signal/reload.h"

#include "base/alloc.h"
#include "base/carry.h"
#include "signal/matrix.h"

#include <stdlib.h>

struct reload_pass {
	bool active;
	struct instant began;
	uint32_t *peers;
	uint32_t *columns; // in the shadow, by position; UINT32_MAX: first table, no shadow
	uint64_t *entries;
	size_t count, capacity, column_capacity, entry_capacity;
	struct matrix *shadow;
};

struct reload {
	const struct decisions *decisions;
	struct reload_pass *dumps; // by collector
	size_t count, capacity;
	uint32_t active;
	uint32_t *place; // by peer: position in its dump + 1
};

struct reload *reload_create(const struct decisions *decisions)
{
	struct reload *r = alloc_zero(1, sizeof(*r));
	r->decisions = decisions;
	r->place = alloc_zero(PEERS_MAX, sizeof(*r->place));
	return r;
}

static void reload_dump_clear(struct reload_pass *d)
{
	free(d->peers);
	free(d->columns);
	free(d->entries);
	matrix_free(d->shadow);
	*d = (struct reload_pass){0};
}

void reload_free(struct reload *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->count; i++)
		reload_dump_clear(&r->dumps[i]);
	free(r->dumps);
	free(r->place);
	free(r);
}

void reload_begin(struct reload *r, uint16_t collector, struct instant now)
{
	while (r->count <= collector) {
		alloc_grow((void **)&r->dumps, r->count, &r->capacity, sizeof(*r->dumps));
		r->dumps[r->count++] = (struct reload_pass){0};
	}
	struct reload_pass *d = &r->dumps[collector];
	r->active -= d->active;
	for (size_t i = 0; i < d->count; i++)
		r->place[d->peers[i]] = 0;
	reload_dump_clear(d);
	d->active = true;
	d->began = now;
	r->active++;
}

struct instant reload_began(const struct reload *r, uint16_t collector)
{
	return collector < r->count && r->dumps[collector].active ? r->dumps[collector].began : INSTANT_NONE;
}

void reload_peer(struct reload *r, uint16_t collector, uint32_t peer, bool held)
{
	if (collector >= r->count || !r->dumps[collector].active || r->place[peer])
		return;
	struct reload_pass *d = &r->dumps[collector];
	alloc_grow((void **)&d->peers, d->count, &d->capacity, sizeof(*d->peers));
	alloc_grow((void **)&d->columns, d->count, &d->column_capacity, sizeof(*d->columns));
	alloc_grow((void **)&d->entries, d->count, &d->entry_capacity, sizeof(*d->entries));
	if (held && !d->shadow)
		d->shadow = matrix_create();
	d->peers[d->count] = peer;
	d->columns[d->count] = held ? matrix_add_column(d->shadow, peer) : UINT32_MAX;
	d->entries[d->count] = 0;
	r->place[peer] = (uint32_t)++d->count;
}

void reload_note(struct reload *r, const struct obs *o, uint32_t id)
{
	if (!r->active || !r->place[o->peer] || o->collector >= r->count || !r->dumps[o->collector].active)
		return;
	struct reload_pass *d = &r->dumps[o->collector];
	uint32_t at = r->place[o->peer] - 1;
	d->entries[at] += o->kind == OBS_RIB;
	if (d->columns[at] == UINT32_MAX)
		return;
	matrix_reserve_rows(d->shadow, id + 1);
	if (o->kind == OBS_WITHDRAW)
		matrix_clear(d->shadow, id, d->columns[at]);
	else
		matrix_set(d->shadow, id, d->columns[at]);
}

static void reload_reconcile(const struct reload *r, const struct reload_pass *d, size_t at,
			     const struct reload_owner *owner)
{
	uint64_t held = 0;
	uint32_t shadow_rows = owner->rows; // it was given as many
	for (uint32_t id = 0; id < owner->rows; id++)
		held += owner->has(owner->context, d->peers[at], id);
	if ((double)d->entries[at] < signal_value(r->decisions, RELOAD_SHARE_MIN) * (double)held)
		return;
	for (uint32_t id = 0; id < owner->rows; id++) {
		bool listed = id < shadow_rows && matrix_get(d->shadow, id, d->columns[at]);
		if (!listed && owner->has(owner->context, d->peers[at], id))
			owner->forget(owner->context, d->peers[at], id);
	}
}

struct reload_dump reload_end(struct reload *r, uint16_t collector, bool damaged, const struct reload_owner *owner)
{
	if (collector >= r->count || !r->dumps[collector].active)
		return (struct reload_dump){0};
	struct reload_pass *d = &r->dumps[collector];
	d->active = false;
	r->active--;
	if (d->shadow)
		matrix_reserve_rows(d->shadow, owner->rows);
	for (size_t i = 0; i < d->count; i++) {
		r->place[d->peers[i]] = 0;
		if (!damaged && d->columns[i] != UINT32_MAX)
			reload_reconcile(r, d, i, owner);
	}
	matrix_free(d->shadow);
	d->shadow = NULL;
	return (struct reload_dump){d->peers, d->entries, d->count};
}

static void reload_dump_carry(struct carry *c, struct reload_pass *d)
{
	size_t n = d->count;
	bool shadow = d->shadow;
	CARRY(c, d->began);
	carry_count(c, &n, 16);
	CARRY(c, shadow);
	if (carry_loads(c)) {
		d->peers = alloc_zero(n, sizeof(*d->peers));
		d->columns = alloc_zero(n, sizeof(*d->columns));
		d->entries = alloc_zero(n, sizeof(*d->entries));
		d->count = d->capacity = d->column_capacity = d->entry_capacity = n;
		d->shadow = shadow ? matrix_create() : NULL;
	}
	if (shadow)
		matrix_carry(c, d->shadow);
	for (size_t i = 0; i < n && carry_good(c); i++) {
		CARRY(c, d->peers[i]);
		CARRY(c, d->columns[i]);
		CARRY(c, d->entries[i]);
		carry_within(c, CARRY_PEERS, d->peers[i]);
		carry_check(c, d->columns[i] == UINT32_MAX || (shadow && d->columns[i] < matrix_columns(d->shadow)));
	}
}

// Dumps that are over were asked of when they ended.
void reload_carry(struct carry *c, struct reload *r)
{
	size_t n = r->count;
	carry_count(c, &n, 1);
	carry_check(c, n <= COLLECTORS_MAX);
	if (carry_loads(c) && carry_good(c)) {
		r->dumps = alloc_zero(n, sizeof(*r->dumps));
		r->count = r->capacity = n;
	}
	for (size_t i = 0; i < n && carry_good(c); i++) {
		struct reload_pass *d = &r->dumps[i];
		CARRY(c, d->active);
		if (!d->active)
			continue;
		reload_dump_carry(c, d);
		for (size_t k = 0; k < d->count && carry_loads(c) && carry_good(c); k++)
			r->place[d->peers[k]] = (uint32_t)k + 1;
		r->active += carry_loads(c);
	}
}
