// SPDX-License-Identifier: ISC
// DOC: block belief
// log_odds = ln P(up)/P(down), kept within 0.01 and 0.99 as Trinocular does. An answer adds ln A / P(answer|down), a silence
// ln (1 - A) / P(silence|down), where A is the availability of that address at that hour of the week. A second silence of the
// same address is hardly news (a host that is off stays off) and counts a quarter. Availability is learnt only from silences
// that were followed by an answer of the block: those of an outage teach nothing.
//
// Pool: two CUSUMs of "a share d of the blocks is down" against "a hundredth is, as always". A block speaks with the whole of
// its present run of silence, through ln ((1 - d) + d e^r) / ((1 - h) + h e^r): it can never say more than ln d/h, so that no
// single dead block, however often it is asked again, becomes an outage of the entity.
#include "belief/blocks.h"

#include "base/alloc.h"
#include "base/carry.h"
#include "base/hash.h"
#include "base/must.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_HOUR (3600 * NS_PER_S) // the calendar
#define RECOVERY_MISS                                                                                                  \
	0.2 // Trinocular: so often a recovery may be missed in a round; who is asked, not what is believed
#define FULL	    0.997 // of the slots; double hashing finds a block in 6 looks even then
#define SLOTS_LEAST 1021  // memory; a prime
#define RUN_MOST    50.0  // beyond it nothing changes
#define WEIGHTS	    1024  // memory: runs of silence whose weight is remembered

struct blocks_network {
	uint8_t hour[BLOCK_HOURS]; // 255 is 1
};

struct weight { // of a run of silence, against the shares of blocks that are looked for; kept because a block's next silence asks again
	double run; // negative: none yet
	double of[2];
};

struct blocks {
	const struct decisions *decisions;
	double odds_most, odds_up; // logarithms: belief is kept within the one, and up above the other
	struct block_state *slots;
	size_t slot_count, count;
	uint64_t *known;     // a bit per /24, so that what is not there costs one look
	uint64_t some[1024]; // a bit per /16 that has any, so that this look is a near one
	struct blocks_network *networks;
	size_t network_count, network_capacity;
	struct block_pool *pools;
	size_t pool_count, pool_capacity;
	struct block_sink out;
	uint64_t ignored;
	struct weight weights[WEIGHTS]; // by hash; a place is taken over by the next that falls on it
	double answered[2];		// what an answer says at the least, against the shares of blocks_pool_share
	double answer_down;
};

static bool blocks_is_prime(size_t n)
{
	for (size_t i = 3; i * i <= n; i += 2)
		if (n % i == 0)
			return false;
	return n % 2 == 1;
}

static size_t blocks_slots_for(size_t blocks)
{
	size_t n = (size_t)((double)blocks / FULL) + 2;
	n = n < SLOTS_LEAST ? SLOTS_LEAST : n | 1;
	while (!blocks_is_prime(n))
		n += 2;
	return n;
}

static double blocks_odds_log(double p)
{
	return (double)(float)log(p / (1 - p));
}

// The shares of blocks that are looked for.
static double blocks_pool_share(const struct blocks *b, int i)
{
	return belief_value(b->decisions, i ? BELIEF_POOL_MANY : BELIEF_POOL_SOME);
}

struct blocks *blocks_create(const struct decisions *decisions, size_t expected, struct block_sink out)
{
	struct blocks *b = alloc_zero(1, sizeof(*b));
	b->decisions = decisions;
	b->odds_most = blocks_odds_log(belief_value(decisions, BELIEF_CLAMP));
	b->odds_up = blocks_odds_log(belief_value(decisions, BELIEF_UP));
	b->out = out;
	b->slot_count = blocks_slots_for(expected > BLOCKS_MAX ? BLOCKS_MAX : expected);
	b->slots = alloc_pages(b->slot_count * sizeof(*b->slots));
	b->known = alloc_pages(BLOCKS_MAX / 8);
	for (size_t i = 0; i < WEIGHTS; i++)
		b->weights[i].run = -1;
	for (int i = 0; i < 2; i++)
		b->answered[i] = log((1 - blocks_pool_share(b, i)) / (1 - belief_value(decisions, BELIEF_POOL_USUAL)));
	b->answer_down = belief_value(decisions, BELIEF_ANSWER_DOWN);
	return b;
}

void blocks_free(struct blocks *b)
{
	if (!b)
		return;
	alloc_pages_free(b->slots, b->slot_count * sizeof(*b->slots));
	alloc_pages_free(b->known, BLOCKS_MAX / 8);
	free(b->networks);
	free(b->pools);
	free(b);
}

// The slot of this key, or the empty one where it belongs. The number of slots is prime, so every step visits all of them;
// at least one is empty.
static struct block_state *blocks_slot_of(struct block_state *slots, size_t count, uint32_t key)
{
	uint64_t h = hash_mix(key);
	size_t at = (size_t)((h & UINT32_MAX) % count), step = 1 + (size_t)((h >> 32) % (count - 1));
	while (slots[at].key && slots[at].key != key) {
		at += step;
		at -= at >= count ? count : 0;
	}
	return &slots[at];
}

static bool blocks_is_known(const struct blocks *b, uint32_t block)
{
	if (block >= BLOCKS_MAX || !(b->some[block >> 14] >> (block >> 8 & 63) & 1))
		return false;
	return b->known[block / 64] >> block % 64 & 1;
}

struct block_state *blocks_find(const struct blocks *b, uint32_t block)
{
	return blocks_is_known(b, block) ? blocks_slot_of(b->slots, b->slot_count, block + 1) : NULL;
}

// More blocks than expected: everything moves into a table half as large again.
static void blocks_slots_grow(struct blocks *b)
{
	size_t count = blocks_slots_for(b->count + b->count / 2 + 1);
	struct block_state *slots = alloc_pages(count * sizeof(*slots));
	for (size_t i = 0; i < b->slot_count; i++)
		if (b->slots[i].key)
			*blocks_slot_of(slots, count, b->slots[i].key) = b->slots[i];
	alloc_pages_free(b->slots, b->slot_count * sizeof(*b->slots));
	b->slots = slots;
	b->slot_count = count;
}

static void blocks_pool_rest(struct block_pool *p)
{
	p->since = INSTANT_NONE;
	p->observers[0] = p->observers[1] = BLOCK_OBSERVER_NONE;
	p->probes = 0;
	p->alarm = p->healthy = false;
}

static struct block_pool *blocks_pool_of(struct blocks *b, uint32_t entity)
{
	while (b->pool_count <= entity) {
		void *items = b->pools;
		alloc_grow(&items, b->pool_count, &b->pool_capacity, sizeof(*b->pools));
		b->pools = items;
		b->pools[b->pool_count] = (struct block_pool){.quiet = INSTANT_NONE};
		blocks_pool_rest(&b->pools[b->pool_count++]);
	}
	return &b->pools[entity];
}

static struct blocks_network *blocks_network_of(struct blocks *b, uint32_t network)
{
	while (b->network_count <= network) {
		void *items = b->networks;
		alloc_grow(&items, b->network_count, &b->network_capacity, sizeof(*b->networks));
		b->networks = items;
		memset(&b->networks[b->network_count++], 0xff, sizeof(*b->networks));
	}
	return &b->networks[network];
}

static void blocks_pool_size(const struct blocks *b, struct block_pool *p)
{
	uint32_t n = p->blocks[BLOCK_UP] + p->blocks[BLOCK_UNCERTAIN] + p->blocks[BLOCK_DOWN];
	p->threshold = (float)(belief_value(b->decisions, BELIEF_POOL_BASE) + log(n ? n : 1));
}

struct block_state *blocks_add(struct blocks *b, uint32_t block, uint32_t entity, uint32_t network)
{
	if (block >= BLOCKS_MAX || entity >= BLOCK_ENTITIES_MAX || network >= BLOCK_NETWORKS_MAX)
		return NULL;
	if (blocks_is_known(b, block))
		return blocks_find(b, block);
	if ((double)(b->count + 1) > FULL * (double)b->slot_count)
		blocks_slots_grow(b);
	struct block_state *s = blocks_slot_of(b->slots, b->slot_count, block + 1);
	*s = (struct block_state){
		.key = block + 1,
		.entity = (uint16_t)entity,
		.network = network,
		.log_odds = (float)b->odds_most,
		.last_ok = INSTANT_NONE,
		.first_fail = INSTANT_NONE,
		.decided_at = INSTANT_NONE,
		.observers = {BLOCK_OBSERVER_NONE, BLOCK_OBSERVER_NONE},
		.belief = BLOCK_UNOBSERVABLE,
	};
	b->known[block / 64] |= 1ULL << block % 64;
	b->some[block >> 14] |= 1ULL << (block >> 8 & 63);
	b->count++;
	blocks_network_of(b, network);
	blocks_pool_of(b, entity)->blocks[BLOCK_UNOBSERVABLE]++;
	return s;
}

static void blocks_belief_set(struct blocks *b, struct block_state *s, uint8_t belief, struct instant time)
{
	uint8_t before = s->belief;
	if (before == belief)
		return;
	struct block_pool *p = blocks_pool_of(b, s->entity);
	p->blocks[before]--;
	p->blocks[belief]++;
	if (before == BLOCK_UNOBSERVABLE)
		blocks_pool_size(b, p);
	s->belief = belief;
	if (belief == BLOCK_UNCERTAIN || !instant_known(time))
		return;
	s->decided_at = time;
	s->outages += belief == BLOCK_DOWN;
	if (b->out.block)
		b->out.block(b->out.context, s, before);
}

static int blocks_place_of(const struct block_state *s, uint8_t low)
{
	for (int i = 0; i < s->responders; i++)
		if (s->index[i] == low)
			return i;
	return -1;
}

static uint8_t blocks_availability_byte(double share)
{
	return (uint8_t)(share >= 1 ? 255 : share > 0 ? share * 256 : 0);
}

static int blocks_place_of_worst(const struct block_state *s)
{
	int worst = 0;
	for (int i = 1; i < s->responders; i++)
		worst = s->availability[i] < s->availability[worst] ? i : worst;
	return worst;
}

static int blocks_responder_put(struct block_state *s, uint8_t low, double availability)
{
	int at = blocks_place_of(s, low);
	if (at < 0)
		at = s->responders < BLOCK_RESPONDERS ? s->responders++ : blocks_place_of_worst(s);
	s->index[at] = low;
	s->availability[at] = blocks_availability_byte(availability);
	s->silent &= (uint16_t) ~(1u << at);
	s->asked &= (uint16_t) ~(1u << at);
	return at;
}

void blocks_responder(struct blocks *b, struct block_state *s, uint8_t low, double availability)
{
	blocks_responder_put(s, low, availability);
	if (s->belief == BLOCK_UNOBSERVABLE)
		blocks_belief_set(b, s, BLOCK_UP, INSTANT_NONE);
}

static unsigned blocks_hour_of(struct instant t)
{
	return t.ns < 0 ? 0 : (unsigned)(t.ns / NS_PER_HOUR % BLOCK_HOURS);
}

void blocks_hour_set(struct blocks *b, uint32_t network, unsigned hour, double share)
{
	must(hour < BLOCK_HOURS);
	if (network < BLOCK_NETWORKS_MAX && hour < BLOCK_HOURS)
		blocks_network_of(b, network)->hour[hour] = (uint8_t)(share >= 1  ? 255
								      : share > 0 ? share * 255 + 0.5
										  : 0);
}

double blocks_hour(const struct blocks *b, uint32_t network, unsigned hour)
{
	must(hour < BLOCK_HOURS);
	return network < b->network_count && hour < BLOCK_HOURS ? b->networks[network].hour[hour] / 255.0 : 1;
}

static double blocks_answers(const struct blocks *b, const struct block_state *s, int at, struct instant time)
{
	double a = (s->availability[at] + 0.5) / 256 * blocks_hour(b, s->network, blocks_hour_of(time));
	double least = belief_value(b->decisions, BELIEF_AVAILABLE_LEAST);
	double most = belief_value(b->decisions, BELIEF_AVAILABLE_MOST);
	return a < least ? least : a > most ? most : a;
}

static uint8_t blocks_step(uint8_t from, double by, double lot)
{
	double byte = from + by + lot;
	return (uint8_t)(byte < 0 ? 0 : byte > 255 ? 255 : byte);
}

// One step of the running mean of an address and of its network's hour. A byte moves by less than one at a time, so it is
// rounded up or down by lot; the lot is drawn from the probe itself, so that a replay draws the same.
static void blocks_learn(struct blocks *b, struct block_state *s, int at, bool ok, struct instant time)
{
	uint8_t *hour = &blocks_network_of(b, s->network)->hour[blocks_hour_of(time)];
	double a = (s->availability[at] + 0.5) / 256, miss = (ok ? 1 : 0) - a * *hour / 255;
	uint64_t lots = hash_pair(s->key, (uint64_t)time.ns + s->index[at]);
	s->availability[at] = blocks_step(s->availability[at], miss * 256 / belief_value(b->decisions, BELIEF_LEARN),
					  (double)(lots >> 32) * 0x1p-32);
	*hour = blocks_step(*hour, miss * a * 255 / belief_value(b->decisions, BELIEF_LEARN_HOUR),
			    (double)(lots & UINT32_MAX) * 0x1p-32);
}

// What the run of silence since the last answer says, as each share d of blocks against the usual share.
static const double *blocks_pool_weight(struct blocks *b, const struct block_state *s)
{
	double run = -(double)(s->against[0] + s->against[1]);
	uint64_t bits;
	run = run > 0 ? run < RUN_MOST ? run : RUN_MOST : 0;
	memcpy(&bits, &run, sizeof(bits));
	struct weight *w = &b->weights[hash_mix(bits) % WEIGHTS];
	if (w->run == run)
		return w->of;
	double down = exp(run), usual = belief_value(b->decisions, BELIEF_POOL_USUAL);
	w->run = run;
	for (int i = 0; i < 2; i++) {
		double d = blocks_pool_share(b, i);
		w->of[i] = log(((1 - d) + d * down) / ((1 - usual) + usual * down));
	}
	return w->of;
}

static void blocks_pool_heard(struct block_pool *pool, const struct block_probe *p)
{
	pool->healthy |= p->controls == BLOCK_CONTROLS_HEALTHY;
	if (pool->observers[0] == BLOCK_OBSERVER_NONE)
		pool->observers[0] = p->observer;
	else if (pool->observers[0] != p->observer)
		pool->observers[1] = p->observer;
}

static void blocks_pool_add(struct blocks *b, const struct block_state *s, const double add[2],
			    const struct block_probe *p)
{
	struct block_pool *pool = blocks_pool_of(b, s->entity);
	double most = 2 * (double)pool->threshold, top = 0;
	for (int i = 0; i < 2; i++) {
		double e = (double)pool->evidence[i] + add[i];
		e = e < 0 ? 0 : e > most ? most : e;
		pool->evidence[i] = (float)e;
		top = e > top ? e : top;
	}
	if (top <= 0) {
		blocks_pool_rest(pool);
		pool->quiet = p->ok ? p->time : pool->quiet;
		return;
	}
	pool->probes++;
	if (!instant_known(pool->since))
		pool->since = p->time;
	if (!p->ok)
		blocks_pool_heard(pool, p);
	bool two = pool->observers[1] != BLOCK_OBSERVER_NONE;
	if (pool->alarm || top < (double)pool->threshold || !(two || pool->healthy))
		return;
	pool->alarm = true;
	if (b->out.pool)
		b->out.pool(b->out.context, s->entity, pool);
}

// A block that was down before the present rise is no part of it.
static bool blocks_pool_counts(struct blocks *b, const struct block_state *s)
{
	struct instant since = blocks_pool_of(b, s->entity)->since;
	return s->belief != BLOCK_DOWN || (instant_known(since) && s->decided_at.ns >= since.ns);
}

static void blocks_clear_run(struct block_state *s)
{
	s->against[0] = s->against[1] = 0;
	s->observers[0] = s->observers[1] = BLOCK_OBSERVER_NONE;
	s->silent = 0;
	s->fails = 0;
	s->first_fail = INSTANT_NONE;
}

static void blocks_move(const struct blocks *b, struct block_state *s, double by)
{
	double l = (double)s->log_odds + by, most = b->odds_most;
	s->log_odds = (float)(l > most ? most : l < -most ? -most : l);
}

static void blocks_take_answer(struct blocks *b, struct block_state *s, int at, const struct block_probe *p)
{
	bool was_down = s->belief == BLOCK_DOWN;
	bool counts = blocks_pool_counts(b, s);
	const double *said = blocks_pool_weight(b, s);
	double add[2];
	for (int i = 0; i < 2; i++)
		add[i] = b->answered[i] - (counts && said[i] > 0 ? said[i] : 0);
	if (at < 0)
		at = blocks_responder_put(s, p->low, belief_value(b->decisions, BELIEF_AVAILABLE_NEW));
	double answer = blocks_answers(b, s, at, p->time) / b->answer_down;
	if (answer < 1 || s->log_odds < (float)b->odds_most) // nearly always it is as sure as can be
		blocks_move(b, s, log(answer));
	for (int i = 0; i < s->responders && !was_down; i++)
		if (s->silent >> i & 1)
			blocks_learn(b, s, i, false, p->time);
	blocks_learn(b, s, at, true, p->time);
	blocks_clear_run(s);
	s->last_ok = p->time;
	if ((double)s->log_odds > b->odds_up)
		blocks_belief_set(b, s, BLOCK_UP, was_down || s->belief == BLOCK_UNOBSERVABLE ? p->time : INSTANT_NONE);
	blocks_pool_add(b, s, add, p);
}

// Two observers each have something against the block, or this one's controls are fine.
static bool blocks_confirmed(const struct blocks *b, const struct block_state *s, const struct block_probe *p)
{
	double each = -belief_value(b->decisions, BELIEF_SECOND_OBSERVER);
	return p->controls == BLOCK_CONTROLS_HEALTHY ||
	       ((double)s->against[0] <= each && (double)s->against[1] <= each);
}

static void blocks_take_silence(struct blocks *b, struct block_state *s, int at, const struct block_probe *p)
{
	bool counts = blocks_pool_counts(b, s), again = s->silent >> at & 1;
	const double *said = blocks_pool_weight(b, s);
	double before[2] = {said[0], said[1]}, add[2];
	double by = log((1 - blocks_answers(b, s, at, p->time)) / (1 - b->answer_down)) *
		    (again ? belief_value(b->decisions, BELIEF_REPEATED) : 1);
	by = by < 0 ? by : 0;
	blocks_move(b, s, by);
	int who = s->observers[0] == p->observer || s->observers[0] == BLOCK_OBSERVER_NONE ? 0 : 1;
	if (s->observers[who] == BLOCK_OBSERVER_NONE)
		s->observers[who] = p->observer;
	s->against[who] += (float)by;
	s->silent |= (uint16_t)(1u << at);
	s->fails = (uint16_t)(s->fails + (s->fails < UINT16_MAX));
	if (!instant_known(s->first_fail))
		s->first_fail = p->time;
	said = blocks_pool_weight(b, s);
	for (int i = 0; i < 2; i++)
		add[i] = counts ? said[i] - before[i] : 0;
	if ((double)s->log_odds < -b->odds_up && (s->belief == BLOCK_DOWN || blocks_confirmed(b, s, p)))
		blocks_belief_set(b, s, BLOCK_DOWN, p->time);
	else if ((double)s->log_odds <= b->odds_up && s->belief != BLOCK_DOWN)
		blocks_belief_set(b, s, BLOCK_UNCERTAIN, p->time);
	blocks_pool_add(b, s, add, p);
}

void blocks_take(struct blocks *b, const struct block_probe *p)
{
	struct block_state *s = blocks_find(b, p->block);
	int at = s ? blocks_place_of(s, p->low) : -1;
	bool useless = !p->ok && (at < 0 || s->belief == BLOCK_UNOBSERVABLE || p->controls == BLOCK_CONTROLS_FAILED);
	if (!s || useless || p->observer == BLOCK_OBSERVER_NONE) {
		b->ignored++;
		return;
	}
	if (p->ok)
		blocks_take_answer(b, s, at, p);
	else
		blocks_take_silence(b, s, at, p);
}

int block_choose(struct block_state *s, uint32_t round)
{
	if (s->round != (uint16_t)round) {
		s->round = (uint16_t)round;
		s->asked = 0;
	}
	int best = -1, top = -1;
	for (int i = 0; i < s->responders; i++) {
		int worth = s->availability[i] +
			    (s->silent >> i & 1 ? 0 : 256); // another silence of the same host is no news
		if (s->asked >> i & 1 || worth <= top)
			continue;
		top = worth;
		best = i;
	}
	if (best < 0)
		return -1;
	s->asked |= (uint16_t)(1u << best);
	return s->index[best];
}

bool block_wants(const struct block_state *s)
{
	int asked = __builtin_popcount(s->asked), best = 0;
	if (asked >= s->responders || asked >= BLOCK_PROBES_MAX)
		return false;
	bool rising = s->belief == BLOCK_DOWN && !s->fails; // answered just now
	if (rising || s->belief == BLOCK_UNCERTAIN || (s->belief == BLOCK_UP && s->fails))
		return true;
	if (s->belief != BLOCK_DOWN)
		return false;
	for (int i = 0; i < s->responders; i++)
		best = s->availability[i] > best ? s->availability[i] : best;
	return asked < ceil(log(RECOVERY_MISS) / log(1 - (best + 0.5) / 257));
}

double block_answers(const struct blocks *b, const struct block_state *s, uint8_t low, struct instant time)
{
	int at = blocks_place_of(s, low);
	return at < 0 ? -1 : blocks_answers(b, s, at, time);
}

double block_up(const struct block_state *s)
{
	return 1 / (1 + exp(-(double)s->log_odds));
}

const struct block_pool *blocks_pool(const struct blocks *b, uint32_t entity)
{
	return entity < b->pool_count ? &b->pools[entity] : NULL;
}

size_t blocks_count(const struct blocks *b)
{
	return b->count;
}

size_t blocks_bytes(const struct blocks *b)
{
	return sizeof(*b) + b->slot_count * sizeof(*b->slots) + BLOCKS_MAX / 8 +
	       b->network_capacity * sizeof(*b->networks) + b->pool_capacity * sizeof(*b->pools);
}

uint64_t blocks_ignored(const struct blocks *b)
{
	return b->ignored;
}

void blocks_responder_seen(struct blocks *b, struct block_state *s, uint8_t low)
{
	if (blocks_place_of(s, low) < 0 && s->responders < BLOCK_RESPONDERS)
		blocks_responder(b, s, low, belief_value(b->decisions, BELIEF_AVAILABLE_LISTED));
}

static void blocks_block_carry(struct carry *c, struct block_state *s)
{
	uint32_t entity = s->entity;
	CARRY(c, s->key);
	carry_entity(c, &entity);
	carry_entity(c, &s->network);
	CARRY(c, s->last_ok);
	CARRY(c, s->first_fail);
	CARRY(c, s->decided_at);
	CARRY(c, s->index);
	CARRY(c, s->availability);
	CARRY(c, s->log_odds);
	CARRY(c, s->against);
	CARRY(c, s->silent);
	CARRY(c, s->asked);
	CARRY(c, s->round);
	CARRY(c, s->observers);
	CARRY(c, s->fails);
	CARRY(c, s->belief);
	CARRY(c, s->responders);
	CARRY(c, s->outages);
	carry_check(c, s->key >= 1 && s->key <= BLOCKS_MAX && s->belief < BLOCK_BELIEFS &&
			       s->responders <= BLOCK_RESPONDERS);
	carry_check(c, entity == CARRY_GONE || entity < BLOCK_ENTITIES_MAX);
	s->entity = (uint16_t)entity;
	if (carry_loads(c) && entity == CARRY_GONE)
		s->key = 0;
}

// Its pool is counted by pools_carry.
static void blocks_block_put(struct carry *c, struct blocks *b, const struct block_state *s)
{
	if (!s->key || !carry_good(c))
		return;
	carry_check(c, s->network < BLOCK_NETWORKS_MAX && !blocks_is_known(b, s->key - 1));
	struct block_state *to = carry_good(c) ? blocks_add(b, s->key - 1, s->entity, s->network) : NULL;
	if (!to)
		return;
	blocks_pool_of(b, s->entity)->blocks[BLOCK_UNOBSERVABLE]--;
	*to = *s;
}

static void blocks_pool_carry(struct carry *c, struct block_pool *p)
{
	CARRY(c, p->blocks);
	CARRY(c, p->evidence);
	CARRY(c, p->threshold);
	CARRY(c, p->observers);
	CARRY(c, p->healthy);
	CARRY(c, p->alarm);
	CARRY(c, p->quiet);
	CARRY(c, p->since);
	CARRY(c, p->probes);
}

static void blocks_pools_carry(struct carry *c, struct blocks *b)
{
	size_t n = b->pool_count;
	carry_count(c, &n, 60);
	for (uint32_t i = 0; i < n && carry_good(c); i++) {
		struct block_pool held = {0};
		uint32_t entity = i;
		if (!carry_loads(c))
			held = b->pools[i];
		carry_entity(c, &entity);
		blocks_pool_carry(c, &held);
		if (carry_loads(c) && carry_good(c) && entity < BLOCK_ENTITIES_MAX)
			*blocks_pool_of(b, entity) = held;
	}
}

static void blocks_networks_carry(struct carry *c, struct blocks *b)
{
	size_t n = b->network_count;
	carry_count(c, &n, sizeof(uint32_t) + sizeof(struct blocks_network));
	for (uint32_t i = 0; i < n && carry_good(c); i++) {
		struct blocks_network held = {0};
		uint32_t network = i;
		if (!carry_loads(c))
			held = b->networks[i];
		carry_entity(c, &network);
		CARRY(c, held);
		if (carry_loads(c) && carry_good(c) && network < BLOCK_NETWORKS_MAX)
			*blocks_network_of(b, network) = held;
	}
}

void blocks_carry(struct carry *c, struct blocks *b)
{
	size_t n = b->count, at = 0;
	carry_count(c, &n, 90);
	for (size_t i = 0; i < n && carry_good(c); i++) {
		struct block_state held = {0};
		while (!carry_loads(c) && !b->slots[at].key)
			at++;
		if (!carry_loads(c))
			held = b->slots[at++];
		blocks_block_carry(c, &held);
		if (carry_loads(c))
			blocks_block_put(c, b, &held);
	}
	blocks_pools_carry(c, b);
	blocks_networks_carry(c, b);
	CARRY(c, b->ignored);
}
