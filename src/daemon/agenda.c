// SPDX-License-Identifier: ISC
// One-shot: rounds over everything. For ever: each target at its own pace.
#include "daemon/agenda.h"

#include <string.h>

static uint64_t agenda_addresses_of(const struct prefix *p)
{
	unsigned bits = family_bits(p->family) - p->length;
	return bits < 32 ? 1ULL << bits : 1ULL << 32; // the command line refuses larger ones
}

struct addr agenda_address(const struct agenda *d, uint64_t item)
{
	const struct role *r = d->role;
	struct addr a = {.family = FAMILY_NONE};
	if (item < r->target_count)
		return r->targets[item].ask.address;
	item -= r->target_count;
	for (size_t i = 0; i < r->range_count; i++) {
		const struct prefix *p = &r->ranges[i];
		uint64_t n = agenda_addresses_of(p);
		if (item >= n) {
			item -= n;
			continue;
		}
		a.family = p->family;
		memcpy(a.bytes, p->bytes, sizeof(a.bytes));
		for (int at = family_bits(p->family) / 8 - 1; item; at--, item >>= 8)
			a.bytes[at] |= (uint8_t)item;
		break;
	}
	return a;
}

static uint32_t agenda_gap_of(const struct role *r, const struct message_target *t)
{
	const struct caps *c = &r->setup.caps;
	return t->op == PROBE_ICMP_ECHO ? c->watch_gap_ms : c->check_gap_ms[t->op];
}

// The usual interval of a kind, never shorter than the caps allow.
static uint32_t agenda_interval_of(const struct role *r, const struct message_target *t)
{
	uint32_t wanted = t->interval_ms ? t->interval_ms : r->setup.interval_ms, least = agenda_gap_of(r, t);
	const struct caps *c = &r->setup.caps;
	if (!wanted)
		wanted = c->lab ? least : t->op == PROBE_ICMP_ECHO ? WATCH_INTERVAL_MS : least;
	return wanted > least ? wanted : least;
}

static void agenda_watch_all(struct agenda *d)
{
	const struct role *r = d->role;
	int64_t now = clock_boot_ns();
	d->watch = watch_create(r->setup.seed);
	for (size_t i = 0; i < r->target_count; i++) {
		const struct message_target *t = &r->targets[i].ask;
		struct watch_target w = {
			.address = t->address,
			.index = (uint32_t)i,
			.network = t->network,
			.group = t->group,
			.interval_ms = agenda_interval_of(r, t),
			.port = t->port,
			.op = t->op,
		};
		// The parent has counted the targets; what does not fit is not watched.
		(void)!watch_add(d->watch, &w, now);
	}
}

void agenda_create(struct agenda *d, const struct role *r)
{
	*d = (struct agenda){.role = r, .count = r->target_count, .began_ns = clock_boot_ns()};
	for (size_t i = 0; i < r->range_count; i++)
		d->count += agenda_addresses_of(&r->ranges[i]);
	if (r->setup.persist)
		agenda_watch_all(d);
	else
		sweep_init(&d->sweep, d->count, r->setup.rounds, (int64_t)r->setup.interval_ms * 1000000,
			   r->setup.seed);
}

void agenda_free(struct agenda *d)
{
	watch_free(d->watch);
	d->watch = NULL;
}

// The role before this one may have asked a moment before it died, and its gate died with it.
static bool agenda_too_early(const struct agenda *d, const struct message_target *t, int64_t now_ns)
{
	return d->role->setup.again && now_ns - d->began_ns < (int64_t)agenda_gap_of(d->role, t) * 1000000;
}

int agenda_next(struct agenda *d, int64_t now_ns, struct agenda_item *ret, int64_t *ret_until_ns)
{
	if (d->watch) {
		const struct watch_target *t;
		while ((t = watch_next(d->watch, now_ns, ret_until_ns))) {
			*ret = (struct agenda_item){.item = t->index, .number = 1};
			if (!agenda_too_early(d, &d->role->targets[t->index].ask, now_ns))
				return 1;
		}
		return 0;
	}
	int got = sweep_next(&d->sweep, now_ns, &ret->item, ret_until_ns);
	ret->number = (uint16_t)(d->sweep.round + 1);
	d->over = got < 0;
	return got;
}

bool agenda_over(const struct agenda *d)
{
	return d->over;
}

uint64_t agenda_rounds(const struct agenda *d)
{
	return d->watch ? 0 : d->sweep.round + (d->over ? 1 : 0);
}
