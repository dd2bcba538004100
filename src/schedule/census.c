// SPDX-License-Identifier: ISC
// DOC: the census
// The order is a permutation of all 2^24 numbers of /24s, of which those that nobody knows are skipped (some 20 ns each). So it
// needs no list, it does not care when blocks are added, and the same seed and position go on where an earlier process stopped. It is
// the same in every round: a block is asked once in 660 s, not twice in one round's end and the next one's beginning.
//
// Adaptive probes (Trinocular): after an answer or silence that leaves the block in doubt, one more, a second later. Silence is
// known only after its time-out, so probes of a silent block are some 4 s apart. A block believed down is asked a few times
// more in its rounds 0 to 4, 8, 16, 32, 48, ...
//
// When an entity loses more than a tenth of the answers that are usual, its network has trouble enough: adaptive probes stop but
// for blocks believed down. What is usual is the sum of the availabilities of the addresses asked first in their round. Two
// running sums of it are kept, a short one that sees a large loss soon and a long one that sees a small loss; a tenth must be
// missing from either, and by more than chance, for in a few answers a tenth is one host.
#include "schedule/census.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/instant.h"
#include "schedule/caps.h"
#include "schedule/gate.h"
#include "schedule/order.h"

#include <math.h>
#include <stdlib.h>

#define NS_PER_MS      (NS_PER_S / 1000)
#define AGAIN_AFTER    NS_PER_S // at most one probe a second to a /24
#define LATE_MOST      NS_PER_S
#define LOOK_AHEAD     4096 // positions: 0.16 s of a round
#define SUFFERS	       0.10 // decision 2
#define RECOVERS       0.05
#define SUFFERS_SIGMA  4.0
#define SUFFERS_ROUNDS 131LL // a day
#define SUMS	       2
#define MEMORY_LEAST   16.0 // probes that a running sum remembers; at most two rounds of a small entity
#define STATE_BODY     (CENSUS_STATE_BYTES - 8)
#define STATE_MAGIC    0x4c61636eu // "Lacn"
#define AGAIN_LEAST    64u

struct again { // ask this block again
	int64_t due;
	uint32_t block;
};

static const double census_memory_most[SUMS] = {128, 512};

struct sum { // over the first probes of an entity's blocks
	float expected, answered, variance;
};

struct census_health { // of an entity
	struct sum sums[SUMS];
	bool suffers;
};

struct census {
	struct blocks *blocks;
	struct census_options options;
	struct order order;
	int64_t step;  // of time, a position
	int64_t began; // the present round, in the schedule's time
	uint32_t at;   // position in the round
	uint32_t round;
	struct again *again; // a ring: all wait equally long, so they come in order
	uint32_t again_first, again_count, again_capacity;
	struct census_health *health;
	size_t health_count;
	struct census_counts counts;
};

int census_create(struct blocks *blocks, const struct census_options *o, int64_t now_ns, struct census **ret)
{
	struct census_options options = *o;
	options.round_ms = o->round_ms ? o->round_ms : CAPS_ROUND_S * 1000;
	options.shards = o->shards ? o->shards : 1;
	if (options.round_ms < CENSUS_ROUND_MS_MIN || options.shard >= options.shards)
		return ERR_USAGE;
	struct census *c = alloc_zero(1, sizeof(*c));
	c->blocks = blocks;
	c->options = options;
	c->order = order_of(BLOCKS_MAX, options.seed);
	c->step = (options.round_ms * NS_PER_MS + BLOCKS_MAX - 1) / BLOCKS_MAX;
	c->began = now_ns;
	*ret = c;
	return 0;
}

void census_free(struct census *c)
{
	if (!c)
		return;
	free(c->again);
	free(c->health);
	free(c);
}

static struct census_health *census_health_of(struct census *c, uint32_t entity)
{
	if (entity >= c->health_count) {
		size_t count = c->health_count * 2 > entity ? c->health_count * 2 : entity + 1;
		c->health = alloc_resize(c->health, count, sizeof(*c->health));
		memset(c->health + c->health_count, 0, (count - c->health_count) * sizeof(*c->health));
		c->health_count = count;
	}
	return &c->health[entity];
}

bool census_suffers(const struct census *c, uint32_t entity)
{
	return entity < c->health_count && c->health[entity].suffers;
}

static double census_memory_of(const struct census *c, uint32_t entity, double most)
{
	const struct block_pool *p = blocks_pool(c->blocks, entity);
	double blocks = p ? 2.0 * (p->blocks[BLOCK_UP] + p->blocks[BLOCK_UNCERTAIN] + p->blocks[BLOCK_DOWN]) : 0;
	return blocks < MEMORY_LEAST ? MEMORY_LEAST : blocks > most ? most : blocks;
}

// A block that was up within a day: one that is gone for longer is no sign of present trouble.
static bool census_tells(const struct census *c, const struct block_state *s, struct instant now)
{
	if (s->belief == BLOCK_UNOBSERVABLE)
		return false;
	return s->belief != BLOCK_DOWN || now.ns - s->decided_at.ns < SUFFERS_ROUNDS * c->options.round_ms * NS_PER_MS;
}

// A sum that forgets: each probe leaves 1 - 1/memory of what was before.
static void census_sum_take(struct sum *s, double memory, double usual, bool ok)
{
	double keep = 1 - 1 / memory;
	s->expected = (float)((double)s->expected * keep + usual);
	s->answered = (float)((double)s->answered * keep + ok);
	s->variance = (float)((double)s->variance * keep + usual * (1 - usual));
}

static bool census_misses(const struct sum *s, double share, double sigma)
{
	double missing = (double)s->expected - (double)s->answered;
	return missing > share * (double)s->expected && missing > sigma * sqrt((double)s->variance);
}

static void census_health_take(struct census *c, const struct block_state *s, const struct block_probe *p)
{
	double usual = block_answers(c->blocks, s, p->low, p->time);
	bool first = __builtin_popcount(s->asked) == 1, suffers = false;
	if (!first || usual < 0 || !census_tells(c, s, p->time) || p->controls == BLOCK_CONTROLS_FAILED)
		return;
	struct census_health *h = census_health_of(c, s->entity);
	for (unsigned i = 0; i < SUMS; i++) {
		census_sum_take(&h->sums[i], census_memory_of(c, s->entity, census_memory_most[i]), usual, p->ok);
		suffers |= h->suffers ? census_misses(&h->sums[i], RECOVERS, 0)
				      : census_misses(&h->sums[i], SUFFERS, SUFFERS_SIGMA);
	}
	h->suffers = suffers;
}

static bool census_again_room(struct census *c)
{
	if (c->again_count < c->again_capacity)
		return true;
	if (c->again_capacity >= CENSUS_AGAIN_MAX)
		return false;
	uint32_t capacity = c->again_capacity ? 2 * c->again_capacity : AGAIN_LEAST;
	struct again *ring = alloc_zero(capacity, sizeof(*ring));
	for (uint32_t i = 0; i < c->again_count; i++)
		ring[i] = c->again[(c->again_first + i) % c->again_capacity];
	free(c->again);
	c->again = ring;
	c->again_first = 0;
	c->again_capacity = capacity;
	return true;
}

static void census_ask_again(struct census *c, uint32_t block, int64_t now)
{
	if (!census_again_room(c)) {
		c->counts.dropped++;
		return;
	}
	c->again[(c->again_first + c->again_count++) % c->again_capacity] = (struct again){now + AGAIN_AFTER, block};
}

// Trinocular looks for the recovery of a block less and less often.
static bool census_recovery_round(const struct census *c, const struct block_state *s, struct instant now)
{
	if (!instant_known(s->decided_at))
		return true;
	int64_t rounds = (now.ns - s->decided_at.ns) / (c->options.round_ms * NS_PER_MS);
	return rounds <= 4 || rounds == 8 || rounds % 16 == 0;
}

static bool census_worth_it(struct census *c, const struct block_state *s, const struct block_probe *p)
{
	if (!block_wants(s))
		return false;
	if (s->belief == BLOCK_DOWN)
		return p->ok || census_recovery_round(c, s, p->time);
	if (!census_suffers(c, s->entity))
		return true;
	c->counts.withheld++;
	return false;
}

void census_answer(struct census *c, const struct block_probe *p, int64_t now_ns)
{
	struct block_state *s = blocks_find(c->blocks, p->block);
	if (s)
		census_health_take(c, s, p);
	blocks_take(c->blocks, p);
	if (s && s->belief != BLOCK_UNOBSERVABLE && census_worth_it(c, s, p))
		census_ask_again(c, p->block, now_ns);
}

// Chooses whom to ask; false: the block has nobody left for this round.
static bool census_choose(struct census *c, struct block_state *s, uint32_t round, struct census_probe *ret)
{
	int low = block_choose(s, round);
	if (low < 0)
		return false;
	*ret = (struct census_probe){
		.block = s->key - 1,
		.low = (uint8_t)low,
		.kind = s->belief == BLOCK_DOWN ? GATE_RECOVERY : GATE_CENSUS,
		.round = round,
		.entity = s->entity,
		.network = s->network,
	};
	c->counts.recovery += s->belief == BLOCK_DOWN;
	return true;
}

static bool census_next_again(struct census *c, int64_t now, struct census_probe *ret)
{
	while (c->again_count && c->again[c->again_first].due <= now) {
		struct block_state *s = blocks_find(c->blocks, c->again[c->again_first].block);
		c->again_first = (c->again_first + 1) % c->again_capacity;
		c->again_count--;
		// Its next round has begun meanwhile when nobody asked for long: then it has been asked, or is about to be.
		if (s && block_wants(s) && census_choose(c, s, s->round, ret)) {
			c->counts.again++;
			return true;
		}
	}
	return false;
}

static int64_t census_due_at(const struct census *c)
{
	return c->began + c->at * c->step;
}

// Goes on to the next position, and to the next round after the last.
static void census_advance(struct census *c)
{
	if (++c->at < BLOCKS_MAX)
		return;
	c->at = 0;
	c->round++;
	c->began += BLOCKS_MAX * c->step;
}

static struct block_state *census_block_here(const struct census *c)
{
	if (c->options.shards > 1 && c->at % c->options.shards != c->options.shard)
		return NULL;
	return blocks_find(c->blocks, (uint32_t)order_at(&c->order, c->at));
}

static bool census_next_first(struct census *c, int64_t now, struct census_probe *ret)
{
	for (unsigned ahead = 0; ahead < LOOK_AHEAD;) {
		struct block_state *s = census_block_here(c);
		bool due = census_due_at(c) <= now;
		if (s && !due)
			return false;
		uint32_t round = c->round;
		census_advance(c);
		ahead += !due;
		if (!s)
			continue;
		if (census_choose(c, s, round, ret)) {
			c->counts.first++;
			return true;
		}
		c->counts.silent_blocks++;
	}
	return false;
}

int census_next(struct census *c, int64_t now_ns, struct census_probe *ret, int64_t *ret_due_ns)
{
	int64_t now = now_ns - c->counts.paused_ns, late = now - census_due_at(c);
	if (late > LATE_MOST) { // nobody asked for a while: no burst, the round takes longer
		c->counts.paused_ns += late;
		now -= late;
	}
	if (census_next_again(c, now_ns, ret) || census_next_first(c, now, ret))
		return 1;
	int64_t due = census_due_at(c) + c->counts.paused_ns;
	if (c->again_count && c->again[c->again_first].due < due)
		due = c->again[c->again_first].due;
	*ret_due_ns = due;
	return 0;
}

void census_count(const struct census *c, struct census_counts *ret)
{
	*ret = c->counts;
	ret->round = c->round;
}

size_t census_bytes(const struct census *c)
{
	return sizeof(*c) + c->again_capacity * sizeof(*c->again) + c->health_count * sizeof(*c->health);
}

static uint8_t *census_put_u32(uint8_t *at, uint32_t v)
{
	uint32_t swapped = __builtin_bswap32(v);
	memcpy(at, &swapped, sizeof(swapped));
	return at + sizeof(swapped);
}

static uint8_t *census_put_u64(uint8_t *at, uint64_t v)
{
	return census_put_u32(census_put_u32(at, (uint32_t)(v >> 32)), (uint32_t)v);
}

// Magic and version; seed; round length, shard, shards; round and position; spare; checksum. Big-endian.
void census_save(const struct census *c, uint8_t ret[CENSUS_STATE_BYTES])
{
	uint8_t *at = census_put_u32(census_put_u32(ret, STATE_MAGIC), CENSUS_VERSION);
	at = census_put_u64(at, c->options.seed);
	at = census_put_u32(census_put_u32(census_put_u32(at, c->options.round_ms), c->options.shard),
			    c->options.shards);
	at = census_put_u32(census_put_u32(at, c->round), c->at);
	at = census_put_u64(census_put_u32(at, 0), 0);
	census_put_u64(at, hash_bytes(ret, STATE_BODY));
}

static bool census_take_u64(struct cursor *c, uint64_t *ret)
{
	uint32_t high, low;
	if (!cursor_u32(c, &high) || !cursor_u32(c, &low))
		return false;
	*ret = (uint64_t)high << 32 | low;
	return true;
}

struct census_state {
	uint32_t magic, version;
	struct census_options options;
	uint32_t round, at, spare[3];
	uint64_t checksum;
};

static bool census_take_state(struct cursor c, struct census_state *ret)
{
	bool all = cursor_u32(&c, &ret->magic) && cursor_u32(&c, &ret->version) &&
		   census_take_u64(&c, &ret->options.seed) && cursor_u32(&c, &ret->options.round_ms) &&
		   cursor_u32(&c, &ret->options.shard) && cursor_u32(&c, &ret->options.shards) &&
		   cursor_u32(&c, &ret->round) && cursor_u32(&c, &ret->at);
	for (unsigned i = 0; all && i < ARRAY_LEN(ret->spare); i++)
		all = cursor_u32(&c, &ret->spare[i]);
	return all && census_take_u64(&c, &ret->checksum) && cursor_left(&c) == 0;
}

int census_restore(struct census *c, struct cursor state, int64_t now_ns)
{
	struct census_state s = {0};
	const struct census_options *o = &c->options;
	bool whole = census_take_state(state, &s);
	if (!whole || s.magic != STATE_MAGIC || s.checksum != hash_bytes(state.at, STATE_BODY))
		return ERR_MALFORMED;
	if (s.version != CENSUS_VERSION)
		return ERR_UNSUPPORTED;
	if (s.at >= BLOCKS_MAX || s.spare[0] || s.spare[1] || s.spare[2])
		return ERR_MALFORMED;
	if (s.options.round_ms != o->round_ms || s.options.shard != o->shard || s.options.shards != o->shards)
		return ERR_USAGE;
	c->options.seed = s.options.seed;
	c->order = order_of(BLOCKS_MAX, s.options.seed);
	c->round = s.round;
	c->at = s.at;
	c->again_count = 0;
	c->began = now_ns - c->counts.paused_ns - c->at * c->step;
	return 0;
}
