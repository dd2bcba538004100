// SPDX-License-Identifier: ISC
// DOC: applying observations
// A batch is applied in blocks of TABLE_BLOCK: first every dictionary slot is fetched, then every row, then the bits
// change, so that the cache misses of a block overlap. Touched prefixes are noted once each and recounted when time
// moves on (table_settle); when the set of counting peers changes every prefix is recounted, which takes milliseconds.
#include "signal/table.h"

#include "base/alloc.h"
#include "base/carry.h"
#include "base/err.h"
#include "base/must.h"
#include "signal/matrix.h"
#include "signal/reload.h"

#include <stdlib.h>

#define UP_SAID_TWICE_NS (2 * NS_PER_S) // the same beginning of a session, told by two files
#define TABLE_BLOCK	 64		// rows judged at a time; speed
#define SCAN_ROWS	 4096		// rows looked at at a time; speed

enum { HOT_TOUCHED = 1, HOT_VISIBLE = 2, HOT_RECOUNTED = 4 };

struct hot {
	uint32_t origin;
	uint16_t seen;
	uint8_t flags;
	uint8_t family; // 0 IPv4, 1 IPv6; +2 when too short to count
};

struct list {
	uint32_t *at;
	size_t n, capacity;
};

struct table {
	const struct peer_table *peers;
	const struct definition *definition;
	const struct table_listener *listener;
	struct dictionary *dictionary;
	struct matrix *matrix;
	struct health *health;
	struct hot *hot; // by prefix id
	size_t hot_capacity;
	uint32_t *column; // by peer id; + 1, 0 none yet
	uint32_t *group;  // by column: dense number of the network
	size_t column_capacity;
	uint32_t *group_asn;
	size_t groups, group_capacity;
	struct matrix_mask mask[2];
	uint32_t networks[2], counting[2], collectors[2];
	struct reload *reloads; // RIB dumps under way
	struct list touched, changed, flips;
	struct prefix last; // looked up last, and its id
	uint32_t last_id;
	uint32_t hint; // id of the prefix of the observation that is being taken; PREFIX_NONE: not known yet
	struct {       // heard last
		uint32_t peer;
		struct instant time;
	} heard;
	uint64_t routes;
	bool mask_stale, recounted;
};

static void table_list_add(struct list *l, uint32_t id)
{
	alloc_pages_grow((void **)&l->at, l->n, &l->capacity, sizeof(*l->at));
	l->at[l->n++] = id;
}

static void table_list_free(struct list *l)
{
	alloc_pages_free(l->at, l->capacity * sizeof(*l->at));
}

struct table *table_create(const struct peer_table *peers, const struct visibility *by)
{
	const struct definition *definition = by->definition;
	struct table *t = alloc_zero(1, sizeof(*t));
	uint32_t floor[2] = {definition->full_floor[0], definition->full_floor[1]};
	if (by->full_floor)
		floor[0] = floor[1] = by->full_floor;
	t->peers = peers;
	t->definition = definition;
	t->dictionary = dictionary_create();
	t->matrix = matrix_create();
	t->health = health_create(by->decisions, peers, definition->full_share, floor);
	t->column = alloc_zero(PEERS_MAX, sizeof(*t->column));
	t->reloads = reload_create(by->decisions);
	t->mask_stale = true;
	t->heard.peer = PEER_NONE;
	return t;
}

void table_free(struct table *t)
{
	if (!t)
		return;
	dictionary_free(t->dictionary);
	matrix_free(t->matrix);
	health_free(t->health);
	reload_free(t->reloads);
	matrix_mask_free(&t->mask[0]);
	matrix_mask_free(&t->mask[1]);
	alloc_pages_free(t->hot, t->hot_capacity * sizeof(*t->hot));
	free(t->column);
	free(t->group);
	free(t->group_asn);
	table_list_free(&t->touched);
	table_list_free(&t->changed);
	table_list_free(&t->flips);
	free(t);
}

void table_listen(struct table *t, const struct table_listener *listener)
{
	t->listener = listener;
}

static uint32_t table_group_of(struct table *t, uint32_t asn)
{
	for (uint32_t g = 0; g < t->groups; g++)
		if (t->group_asn[g] == asn)
			return g;
	alloc_grow((void **)&t->group_asn, t->groups, &t->group_capacity, sizeof(*t->group_asn));
	t->group_asn[t->groups] = asn;
	return (uint32_t)t->groups++;
}

static uint32_t table_column_of(struct table *t, uint32_t peer)
{
	if (LIKELY(t->column[peer]))
		return t->column[peer] - 1;
	uint32_t group = table_group_of(t, peer_at(t->peers, peer)->asn);
	uint32_t column = matrix_add_column(t->matrix, group);
	alloc_grow((void **)&t->group, column, &t->column_capacity, sizeof(*t->group));
	t->group[column] = group;
	t->column[peer] = column + 1;
	t->mask_stale = true;
	return column;
}

static uint32_t table_row_of(struct table *t, const struct prefix *p, bool *ret_new)
{
	*ret_new = false;
	if (t->hint != PREFIX_NONE)
		return t->hint;
	if (prefix_equal(p, &t->last)) // the entries of a RIB record follow each other
		return t->last_id;
	uint32_t before = dictionary_count(t->dictionary), id = dictionary_id(t->dictionary, p);
	t->last = *p;
	t->last_id = id;
	*ret_new = id == before;
	if (id != before || id == PREFIX_NONE)
		return id;
	matrix_reserve_rows(t->matrix, id + 1);
	alloc_pages_grow((void **)&t->hot, id, &t->hot_capacity, sizeof(*t->hot));
	uint8_t family = p->family == FAMILY_V6;
	bool counts = p->length >= t->definition->shortest[family];
	t->hot[id] = (struct hot){.family = (uint8_t)(family + (counts ? 0 : 2))};
	return id;
}

static void table_touch(struct table *t, uint32_t id)
{
	if (t->hot[id].flags & HOT_TOUCHED)
		return;
	t->hot[id].flags |= HOT_TOUCHED;
	table_list_add(&t->touched, id);
}

static void table_route_appears(struct table *t, const struct obs *o, uint32_t id, bool first_sight)
{
	uint32_t column = table_column_of(t, o->peer);
	struct hot *hot = &t->hot[id];
	if (matrix_set(t->matrix, id, column)) {
		health_of(t->health, o->peer)->size[hot->family & 1]++;
		if (o->kind == OBS_ANNOUNCE)
			health_learned(t->health, o->peer, o->time);
		t->routes++;
		table_touch(t, id);
	}
	if (!hot->origin)
		hot->origin = o->origin;
	if (t->listener && t->listener->route)
		t->listener->route(t->listener->context, o, id, first_sight);
}

static void table_route_leaves(struct table *t, const struct obs *o, uint32_t id)
{
	if (!matrix_clear(t->matrix, id, table_column_of(t, o->peer)))
		return; // it had none
	health_of(t->health, o->peer)->size[t->hot[id].family & 1]--;
	t->routes--;
	table_touch(t, id);
	if (t->listener && t->listener->route)
		t->listener->route(t->listener->context, o, id, false);
}

// The peer's table is void: its session ended or begins anew.
static void table_sweep(struct table *t, uint32_t peer)
{
	struct health_peer *p = health_of(t->health, peer);
	if (!t->column[peer] || p->size[0] + p->size[1] == 0)
		return;
	uint32_t column = t->column[peer] - 1, rows = dictionary_count(t->dictionary);
	for (uint32_t id = 0; id < rows; id++)
		if (matrix_clear(t->matrix, id, column))
			table_touch(t, id);
	t->routes -= p->size[0] + p->size[1];
	p->size[0] = p->size[1] = 0;
}

static void table_take_session_up(struct table *t, uint32_t peer, struct instant now)
{
	const struct health_peer *p = health_of(t->health, peer);
	// What it said before the session ended is void; while it was down the mask hid it. One that is up and comes up again died without
	// a word; the same said by two files is said at one time.
	bool again = p->known_up && now.ns - p->state_since.ns > UP_SAID_TWICE_NS;
	if (!p->known_up || again)
		table_sweep(t, peer);
	if (again)
		health_session(t->health, peer, now, false);
	health_session(t->health, peer, now, true);
	t->mask_stale = true;
}

static int table_take_route(struct table *t, const struct obs *o)
{
	if (o->flags & OBS_OUTGOING || o->peer == PEER_NONE)
		return 0;
	bool first_sight;
	uint32_t id;
	if (o->kind == OBS_ANNOUNCE && health_of(t->health, o->peer)->known_down)
		table_take_session_up(t, o->peer,
				      o->time); // it speaks, so it is up: the change itself was not recorded
	if (o->kind == OBS_WITHDRAW) {
		id = t->hint != PREFIX_NONE ? t->hint : dictionary_find(t->dictionary, &o->prefix);
		if (id == PREFIX_NONE)
			return 0;
		reload_note(t->reloads, o, id);
		table_route_leaves(t, o, id);
		return 0;
	}
	id = table_row_of(t, &o->prefix, &first_sight);
	if (id == PREFIX_NONE)
		return ERR_FULL;
	reload_note(t->reloads, o, id);
	table_route_appears(t, o, id, first_sight);
	return 0;
}

static void table_take_session_down(struct table *t, uint32_t peer, struct instant now)
{
	health_session(t->health, peer, now, false);
	if (!t->column[peer] || t->mask_stale)
		return;
	for (int f = 0; f < 2; f++)
		matrix_mask_drop(t->matrix, &t->mask[f], t->column[peer] - 1);
	t->mask_stale = true;
}

// A session that ends ends for every view and format that tells of it: all ids of (collector, address, AS) follow.
// Its beginning is believed only of the view that says so, since the order between files is not certain.
static void table_take_session(struct table *t, const struct obs *o)
{
	if (o->session.new_state == SESSION_ESTABLISHED) {
		table_take_session_up(t, o->peer, o->time);
		return;
	}
	if (o->session.old_state != SESSION_ESTABLISHED && o->session.old_state)
		return; // a step between two states that are both not established
	struct peer told = *peer_at(t->peers, o->peer);
	for (uint8_t view = PEER_VIEW_SESSION; view <= PEER_VIEW_LOC_RIB; view++) {
		told.view = view;
		uint32_t id = peer_find(t->peers, &told);
		if (id != PEER_NONE && (id == o->peer || id < health_count(t->health)))
			table_take_session_down(t, id, o->time);
	}
}

static void table_take_end_of_rib(struct table *t, const struct obs *o)
{
	if (health_of(t->health, o->peer)->known_down)
		table_take_session_up(t, o->peer, o->time);
	if (!health_of(t->health, o->peer)->lost) // of the session that input was lost of, not of a new one
		health_whole(t->health, o->peer);
}

static void table_forget(void *context, uint32_t peer, uint32_t id)
{
	struct table *t = context;
	if (!matrix_clear(t->matrix, id, table_column_of(t, peer)))
		return;
	health_of(t->health, peer)->size[t->hot[id].family & 1]--;
	t->routes--;
	table_touch(t, id);
}

static bool table_has(void *context, uint32_t peer, uint32_t id)
{
	struct table *t = context;
	return matrix_get(t->matrix, id, table_column_of(t, peer));
}

static void table_take_rib_peer(struct table *t, const struct obs *o)
{
	const struct health_peer *p = health_of(t->health, o->peer);
	if (p->known_down || p->lost)
		table_sweep(
			t,
			o->peer); // what the dump lists is of a session whose beginning was not recorded, or input was lost
	reload_peer(t->reloads, o->collector, o->peer, health_of(t->health, o->peer)->whole);
	table_column_of(t, o->peer);
}

static void table_take_rib_end(struct table *t, const struct obs *o)
{
	struct reload_owner owner = {
		.forget = table_forget, .has = table_has, .context = t, .rows = dictionary_count(t->dictionary)};
	struct instant began = reload_began(t->reloads, o->collector);
	struct reload_dump dump = reload_end(t->reloads, o->collector, o->flags & OBS_DAMAGED, &owner);
	for (size_t i = 0; i < dump.count; i++) {
		const struct health_peer *p = health_of(t->health, dump.peers[i]);
		bool ended_since = p->known_down && p->state_since.ns > began.ns;
		if (dump.entries[i] && !ended_since)
			health_dumped(t->health, dump.peers[i], o->time, o->flags & OBS_DAMAGED);
	}
}

// Hearing a peer twice in one instant says no more than once.
static void table_hear(struct table *t, const struct obs *o)
{
	if (o->peer == t->heard.peer && o->time.ns == t->heard.time.ns && o->kind != OBS_ALIVE)
		return;
	health_heard(t->health, o->peer, o->time, o->kind == OBS_ALIVE);
	t->heard.peer = o->peer;
	t->heard.time = o->time;
}

static int table_take_one(struct table *t, const struct obs *o)
{
	if (o->peer != PEER_NONE && !(o->flags & OBS_OUTGOING) && o->kind != OBS_GAP && o->kind != OBS_RIB &&
	    o->kind != OBS_RIB_PEER)
		table_hear(t, o);
	switch ((enum obs_kind)o->kind) {
	case OBS_ANNOUNCE:
	case OBS_WITHDRAW:
	case OBS_RIB:
		return table_take_route(t, o);
	case OBS_SESSION:
		if (o->peer != PEER_NONE)
			table_take_session(t, o);
		return 0;
	case OBS_RIB_BEGIN:
		reload_begin(t->reloads, o->collector, o->time);
		return 0;
	case OBS_RIB_PEER:
		if (o->peer != PEER_NONE)
			table_take_rib_peer(t, o);
		return 0;
	case OBS_RIB_END:
		table_take_rib_end(t, o);
		return 0;
	case OBS_END_OF_RIB:
		if (o->peer != PEER_NONE)
			table_take_end_of_rib(t, o);
		return 0;
	case OBS_MALFORMED:
	case OBS_GAP:
		if (o->peer != PEER_NONE)
			health_suspect(t->health, o->peer, o->time);
		return 0;
	case OBS_KEPT:
		health_kept(t->health, o);
		return 0;
	case OBS_ALIVE:
	case OBS_FEED_END:
	case OBS_PROBE:
	case OBS_SERIES:
	case OBS_HEALTH:
	case OBS_TIME:
	case OBS_KIND_COUNT:
		break;
	}
	return 0;
}

static bool table_is_route(const struct obs *o)
{
	return o->kind == OBS_ANNOUNCE || o->kind == OBS_WITHDRAW || o->kind == OBS_RIB;
}

static bool table_repeats(const struct obs *block, size_t i)
{
	return i && table_is_route(&block[i - 1]) && prefix_equal(&block[i].prefix, &block[i - 1].prefix);
}

// Fetches what the block will touch; the ids that its prefixes have by now into ret_ids.
static void table_prefetch_block(const struct table *t, const struct obs *block, size_t n,
				 uint32_t ret_ids[TABLE_BLOCK])
{
	for (size_t i = 0; i < n; i++)
		if (table_is_route(&block[i]) && !table_repeats(block, i))
			dictionary_prefetch(t->dictionary, &block[i].prefix);
	for (size_t i = 0; i < n; i++) {
		ret_ids[i] = PREFIX_NONE;
		if (!table_is_route(&block[i]))
			continue;
		if (table_repeats(block, i)) {
			ret_ids[i] = ret_ids[i - 1];
			continue;
		}
		ret_ids[i] = dictionary_find(t->dictionary, &block[i].prefix);
		if (ret_ids[i] == PREFIX_NONE)
			continue;
		matrix_prefetch(t->matrix, ret_ids[i]);
		__builtin_prefetch(&t->hot[ret_ids[i]], 1);
	}
}

// The same for whoever listens.
static void table_prefetch_listener(const struct table *t, const uint32_t *ids, size_t n)
{
	const struct table_listener *l = t->listener;
	for (int step = 0; l && l->prefetch && step < 2; step++)
		for (size_t i = 0; i < n; i++)
			if (ids[i] != PREFIX_NONE && (!i || ids[i] != ids[i - 1]))
				l->prefetch(l->context, ids[i], step);
}

int table_take(struct table *t, const struct obs *batch, size_t n)
{
	uint32_t ids[TABLE_BLOCK];
	for (size_t first = 0; first < n; first += TABLE_BLOCK) {
		size_t block = n - first < TABLE_BLOCK ? n - first : TABLE_BLOCK;
		table_prefetch_block(t, batch + first, block, ids);
		table_prefetch_listener(t, ids, block);
		for (size_t i = 0; i < block; i++) {
			t->hint = ids[i];
			int code = table_take_one(t, &batch[first + i]);
			if (code < 0)
				return code;
		}
	}
	return 0;
}

// Which columns count for the family, and how many networks and collectors they are.
static void table_count_family(struct table *t, int f, bool *counts)
{
	bool *network = alloc_zero(t->groups, sizeof(*network)),
	     *collector = alloc_zero(COLLECTORS_MAX, sizeof(*collector));
	t->networks[f] = t->counting[f] = t->collectors[f] = 0;
	for (uint32_t peer = 0; peer < health_count(t->health); peer++) {
		if (!t->column[peer] || health_of(t->health, peer)->why[f] != HEALTH_COUNTS)
			continue;
		uint32_t column = t->column[peer] - 1;
		uint16_t at = peer_at(t->peers, peer)->collector;
		counts[column] = true;
		t->counting[f]++;
		t->networks[f] += !network[t->group[column]];
		network[t->group[column]] = true;
		t->collectors[f] += !collector[at];
		collector[at] = true;
	}
	free(network);
	free(collector);
}

static void table_masks_make(struct table *t)
{
	uint32_t columns = matrix_columns(t->matrix);
	bool *counts[2] = {alloc_zero(columns, sizeof(**counts)), alloc_zero(columns, sizeof(**counts))};
	for (int f = 0; f < 2; f++) {
		table_count_family(t, f, counts[f]);
		matrix_tidy(t->matrix, counts[f]); // tidy for one family stays tidy when the other asks for it
	}
	for (int f = 0; f < 2; f++) {
		matrix_mask_make(t->matrix, &t->mask[f], counts[f]);
		free(counts[f]);
	}
	t->mask_stale = false;
}

uint32_t table_denominator(const struct table *t, uint8_t family)
{
	must(family == FAMILY_V4 || family == FAMILY_V6);
	int f = family == FAMILY_V6;
	return t->definition->by_peers ? t->counting[f] : t->networks[f];
}

static void table_seen_is(struct table *t, uint32_t id, uint16_t seen)
{
	struct hot *hot = &t->hot[id];
	int f = hot->family & 1;
	if (seen != hot->seen)
		table_list_add(&t->changed, id);
	hot->seen = seen;
	bool visible = hot->family < 2 &&
		       definition_visible(t->definition, seen, table_denominator(t, f ? FAMILY_V6 : FAMILY_V4));
	if (visible == !!(hot->flags & HOT_VISIBLE))
		return;
	hot->flags ^= HOT_VISIBLE;
	table_list_add(&t->flips, id);
}

static void table_recount_touched(struct table *t)
{
	for (size_t i = 0; i < t->touched.n; i++) {
		uint32_t id = t->touched.at[i];
		const struct matrix_mask *mask = &t->mask[t->hot[id].family & 1];
		uint32_t seen = t->definition->by_peers ? matrix_row_peers(t->matrix, mask, id)
							: matrix_row_networks(t->matrix, mask, id);
		table_seen_is(t, id, seen > UINT16_MAX ? UINT16_MAX : (uint16_t)seen);
	}
}

// Rows from `first` on, at most SCAN_ROWS, that are of one family.
static uint32_t table_run_of_family(const struct table *t, uint32_t first, uint32_t rows)
{
	uint32_t n = 1;
	while (n < SCAN_ROWS && first + n < rows && (t->hot[first + n].family & 1) == (t->hot[first].family & 1))
		n++;
	return n;
}

static void table_recount_all(struct table *t)
{
	uint32_t rows = dictionary_count(t->dictionary);
	uint16_t seen[SCAN_ROWS];
	for (uint32_t first = 0, n; first < rows; first += n) {
		n = table_run_of_family(t, first, rows);
		const struct matrix_mask *mask = &t->mask[t->hot[first].family & 1];
		if (t->definition->by_peers)
			matrix_scan_peers(t->matrix, mask, first, n, seen);
		else
			matrix_scan_networks(t->matrix, mask, first, n, seen);
		for (uint32_t i = 0; i < n; i++)
			table_seen_is(t, first + i, seen[i]);
	}
}

void table_settle(struct table *t, struct instant now)
{
	t->changed.n = t->flips.n = 0;
	bool judged = health_judge(t->health, now);
	t->recounted = judged || t->mask_stale;
	if (t->recounted) {
		table_masks_make(t);
		table_recount_all(t);
	} else {
		table_recount_touched(t);
	}
	for (size_t i = 0; i < t->touched.n; i++)
		t->hot[t->touched.at[i]].flags &= (uint8_t)~HOT_TOUCHED;
	t->touched.n = 0;
}

const uint32_t *table_flips(const struct table *t, size_t *ret_n)
{
	*ret_n = t->flips.n;
	return t->flips.at;
}

const uint32_t *table_touched(const struct table *t, size_t *ret_n)
{
	*ret_n = t->changed.n;
	return t->changed.at;
}

struct instant table_silent_since(const struct table *t)
{
	return t->recounted ? health_silent_since(t->health) : INSTANT_NONE;
}

bool table_kept_known(const struct table *t, uint16_t collector)
{
	return health_kept_known(t->health, collector);
}

bool table_missing(const struct table *t, uint16_t collector, struct kept_span *span)
{
	return health_missing(t->health, collector, span);
}

bool table_silence_moved(const struct table *t)
{
	return health_moved(t->health);
}

bool table_recounted(const struct table *t)
{
	return t->recounted;
}

bool table_visible(const struct table *t, uint32_t prefix_id)
{
	return t->hot[prefix_id].flags & HOT_VISIBLE;
}

uint16_t table_seen(const struct table *t, uint32_t prefix_id)
{
	return t->hot[prefix_id].seen;
}

bool table_sees(const struct table *t, uint32_t prefix_id, uint32_t peer)
{
	return peer < PEERS_MAX && t->column[peer] && matrix_get(t->matrix, prefix_id, t->column[peer] - 1);
}

uint32_t table_origin(const struct table *t, uint32_t prefix_id)
{
	return t->hot[prefix_id].origin;
}

uint32_t table_networks(const struct table *t, uint8_t family)
{
	must(family == FAMILY_V4 || family == FAMILY_V6);
	return t->networks[family == FAMILY_V6];
}

uint32_t table_collectors(const struct table *t, uint8_t family)
{
	must(family == FAMILY_V4 || family == FAMILY_V6);
	return t->collectors[family == FAMILY_V6];
}

const struct dictionary *table_dictionary(const struct table *t)
{
	return t->dictionary;
}

const struct health_peer *table_peer(const struct table *t, uint32_t peer)
{
	return peer < health_count(t->health) ? health_of(t->health, peer) : NULL;
}

uint32_t table_peers(const struct table *t)
{
	return peer_count(t->peers);
}

uint32_t table_peer_asn(const struct table *t, uint32_t peer)
{
	return peer_at(t->peers, peer)->asn;
}

const struct definition *table_definition(const struct table *t)
{
	return t->definition;
}

// /24s under visible IPv4 prefixes, each once.
static uint64_t table_slash24_visible(const struct table *t)
{
	const size_t words = (1u << 24) / 64;
	uint64_t *covered = alloc_pages(words * sizeof(*covered)), total = 0;
	for (uint32_t id = 0; id < dictionary_count(t->dictionary); id++) {
		const struct prefix *p = dictionary_prefix(t->dictionary, id);
		if (!(t->hot[id].flags & HOT_VISIBLE) || p->family != FAMILY_V4)
			continue;
		uint32_t first = v4_number(p->bytes) >> 8, n = p->length >= 24 ? 1 : 1u << (24 - p->length);
		if (n < 64) // a prefix begins at a multiple of its size
			covered[first / 64] |= ((1ull << n) - 1) << first % 64;
		else
			memset(covered + first / 64, 0xff, n / 64 * sizeof(*covered));
	}
	for (size_t w = 0; w < words; w++)
		total += (uint64_t)__builtin_popcountll(covered[w]);
	alloc_pages_free(covered, words * sizeof(*covered));
	return total;
}

void table_totals(const struct table *t, struct table_totals *ret)
{
	struct table_totals totals = {.peers = health_count(t->health), .routes = t->routes};
	for (uint32_t id = 0; id < health_count(t->health); id++) {
		const struct health_peer *p = health_of(t->health, id);
		if (!p->known_down)
			continue;
		totals.peers--; // what it sent is kept for when it comes back, and is no route meanwhile (RFC 4271, 8.2; RFC 7854, 4.9)
		totals.routes -= p->size[0] + p->size[1];
	}
	for (uint32_t id = 0; id < dictionary_count(t->dictionary); id++) {
		totals.prefixes[t->hot[id].family & 1]++;
		totals.visible[t->hot[id].family & 1] += !!(t->hot[id].flags & HOT_VISIBLE);
	}
	for (int f = 0; f < 2; f++) {
		totals.peers_counting[f] = t->counting[f];
		totals.networks[f] = t->networks[f];
	}
	totals.bytes = matrix_bytes(t->matrix) + dictionary_bytes(t->dictionary) + t->hot_capacity * sizeof(*t->hot);
	totals.slash24 = table_slash24_visible(t);
	*ret = totals;
}

static void table_columns_carry(struct carry *c, struct table *t)
{
	size_t columns = matrix_columns(t->matrix), peers = peer_count(t->peers);
	carry_list(c, CARRY_ARRAY(t->group_asn, t->groups, t->group_capacity));
	carry_list(c, CARRY_ARRAY(t->group, columns, t->column_capacity));
	carry_count(c, &peers, sizeof(*t->column));
	carry_check(c, columns == matrix_columns(t->matrix) && peers <= PEERS_MAX);
	for (size_t i = 0; i < columns && carry_loads(c) && carry_good(c); i++)
		carry_check(c, t->group[i] < t->groups);
	for (size_t i = 0; i < peers && carry_good(c); i++) {
		CARRY(c, t->column[i]);
		carry_check(c, t->column[i] <= columns);
	}
}

static void table_hot_carry(struct carry *c, struct table *t)
{
	size_t n = dictionary_count(t->dictionary);
	carry_pages(c, CARRY_ARRAY(t->hot, n, t->hot_capacity));
	carry_check(c, n == dictionary_count(t->dictionary));
	for (size_t i = 0; i < n && carry_loads(c) && carry_good(c); i++)
		carry_check(c, t->hot[i].family < 4);
	carry_pages(c, CARRY_ARRAY(t->touched.at, t->touched.n, t->touched.capacity));
	for (size_t i = 0; i < t->touched.n && carry_loads(c) && carry_good(c); i++)
		carry_check(c, t->touched.at[i] < n);
}

// What the last settlement told (changed, flips) was asked for then.
void table_carry(struct carry *c, struct table *t)
{
	dictionary_carry(c, t->dictionary);
	matrix_carry(c, t->matrix);
	if (carry_loads(c) && carry_good(c))
		matrix_reserve_rows(t->matrix, dictionary_count(t->dictionary));
	table_columns_carry(c, t);
	health_carry(c, t->health);
	table_hot_carry(c, t);
	for (int f = 0; f < 2; f++)
		matrix_mask_carry(c, &t->mask[f]);
	CARRY(c, t->networks);
	CARRY(c, t->counting);
	CARRY(c, t->collectors);
	reload_carry(c, t->reloads);
	CARRY(c, t->routes);
	CARRY(c, t->mask_stale);
	CARRY(c, t->recounted);
	for (int f = 0; f < 2 && carry_loads(c) && carry_good(c); f++)
		carry_check(c, t->mask_stale || matrix_mask_fits(t->matrix, &t->mask[f]));
}
