// SPDX-License-Identifier: ISC
// The census: every known block once a round, in a permuted order that rolls evenly through the round; more probes of a block
// where belief (belief/blocks.h) says that they are worth it. The census keeps a position and what is about to be asked again;
// all else is in the blocks' own 96 bytes. Pure: whoever sends asks what is next and tells what came back.
#pragma once

#include "base/cursor.h"
#include "belief/blocks.h"

#define CENSUS_ROUND_MS_MIN 10000 // shorter rounds ask for more than the caps allow
#define CENSUS_STATE_BYTES  56
#define CENSUS_VERSION	    1
#define CENSUS_AGAIN_MAX    262144u // blocks about to be asked again: what the hard ceiling can send in 26 s

struct census_options {
	uint64_t seed;		// of the order
	uint32_t round_ms;	// 0: CAPS_ROUND_S
	uint32_t shard, shards; // of the blocks among senders; shards 0: one sender has all
};

struct census_probe {
	uint32_t block; // the /24: the address without its last byte
	uint8_t low;	// the last byte
	uint8_t kind;	// GATE_CENSUS, or GATE_RECOVERY: the block is believed down
	uint32_t round;
	uint16_t entity;  // of the block
	uint32_t network; // of the block: the number that belief knows
};

struct census_counts {
	uint64_t first;		// of a block in its round
	uint64_t again;		// adaptive
	uint64_t recovery;	// of blocks believed down, first or again
	uint64_t withheld;	// adaptive probes that were not sent because the entity suffers
	uint64_t dropped;	// adaptive probes beyond CENSUS_AGAIN_MAX
	uint64_t silent_blocks; // without a responder
	int64_t paused_ns;	// the schedule stood still
	uint32_t round;
};

struct census;

// `blocks` is borrowed; it may grow while the census runs. ERR_USAGE: round or shard is out of bounds.
int MUST_USE census_create(struct blocks *blocks, const struct census_options *o, int64_t now_ns, struct census **ret);
void census_free(struct census *c);

// now_ns: of a clock that never steps. 1: *ret is to be sent (it counts as asked). 0: nothing yet, look again at *ret_due_ns.
int census_next(struct census *c, int64_t now_ns, struct census_probe *ret, int64_t *ret_due_ns);

// What came back, or that nothing did in time: hands it to belief and decides whether the block is asked again. An attempt that
// failed on our own side is not told.
void census_answer(struct census *c, const struct block_probe *p, int64_t now_ns);

// More than a tenth of the answers that are usual are missing: blocks of the entity are asked once a round, those believed
// down as before.
bool census_suffers(const struct census *c, uint32_t entity);

void census_count(const struct census *c, struct census_counts *ret);
size_t census_bytes(const struct census *c); // without the blocks

// Where the census stands, so that a restart goes on there. Restore: ERR_MALFORMED (damaged), ERR_UNSUPPORTED (another version),
// ERR_USAGE (made for another round or shard); the census is then as it was.
void census_save(const struct census *c, uint8_t ret[CENSUS_STATE_BYTES]);
int MUST_USE census_restore(struct census *c, struct cursor state, int64_t now_ns);
