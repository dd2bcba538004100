// SPDX-License-Identifier: ISC
// Belief per /24: is the block up, by the silence and the answers of its best responders (Trinocular, Quan, Heidemann and
// Pradkin 2013, with availability per address and hour of the week), and the same evidence pooled over all blocks of an
// entity, which speaks long before the single blocks do. A block that never answered is unobservable, not down. Pure.
#pragma once

#include "base/attr.h"
#include "base/instant.h"
#include "belief/decisions.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct carry; // base/carry.h

#define BLOCKS_MAX	    (1u << 24) // all /24s
#define BLOCK_RESPONDERS    16	       // memory: 96 bytes a block
#define BLOCK_PROBES_MAX    15	       // a round
#define BLOCK_OBSERVER_NONE UINT16_MAX
#define BLOCK_NETWORKS_MAX  200000u // twice the networks there are
#define BLOCK_ENTITIES_MAX  65535u  // 16 bits
#define BLOCK_HOURS	    168	    // of a week

enum block_belief { BLOCK_UNOBSERVABLE, BLOCK_UP, BLOCK_UNCERTAIN, BLOCK_DOWN, BLOCK_BELIEFS };

enum block_controls { // of the observer, at the time of the probe
	BLOCK_CONTROLS_UNKNOWN,
	BLOCK_CONTROLS_HEALTHY, // his word alone is enough
	BLOCK_CONTROLS_FAILED,	// his failures say nothing
};

struct block_state {
	struct instant last_ok, first_fail, decided_at; // the failure began after last_ok and not after first_fail
	uint8_t index[BLOCK_RESPONDERS];		// last byte of the address
	uint8_t availability[BLOCK_RESPONDERS];		// how often it answers while the block is up, in 256ths
	uint32_t key;					// number of the /24 plus 1; 0: empty
	uint32_t network; // whose hours of the week; small networks of a country may share a number
	float log_odds;	  // of up against down
	float against[2]; // log-likelihood ratio, up against down, of the failures since last_ok, by observer
	uint16_t entity;
	uint16_t silent; // responders that failed since last_ok, a bit each
	uint16_t asked;	 // responders chosen in `round`
	uint16_t round;
	uint16_t observers[2]; // who saw failures since last_ok
	uint16_t fails;	       // since last_ok
	uint8_t belief;	       // enum block_belief
	uint8_t responders;    // used places
	uint32_t outages;      // decided so far
};

_Static_assert(sizeof(struct block_state) == 96, "5.3 million of them in 520 MB");

struct block_probe {
	uint32_t block; // number of the /24: the address without its last byte
	uint8_t low;	// the last byte
	bool ok;
	uint8_t controls; // enum block_controls
	uint16_t observer;
	struct instant time;
};

struct block_pool { // all blocks of an entity together
	uint32_t blocks[BLOCK_BELIEFS];
	float evidence[2];     // CUSUM against a fifth and against half of the blocks down
	float threshold;       // grows with the number of blocks
	uint16_t observers[2]; // who saw failures in the present rise
	bool healthy;	       // one of them with healthy controls
	bool alarm;	       // crossed by two observers or a healthy one, and not been back at zero since
	struct instant quiet;  // newest answer before the present rise
	struct instant since;  // first failure of the present rise; unknown: none
	uint32_t probes;       // in the present rise
};

struct block_sink {								   // either may be null
	void (*block)(void *context, const struct block_state *b, uint8_t before); // became up or down
	void (*pool)(void *context, uint32_t entity, const struct block_pool *p);  // raised: began in (quiet, since]
	void *context;
};

struct blocks;

// `expected`: that many blocks need no growth. `decisions`: of the run, borrowed; null: the table's.
struct blocks *blocks_create(const struct decisions *decisions, size_t expected, struct block_sink out);
void blocks_free(struct blocks *b);

// Adds the block, or finds it; null when the block, entity or network number is too large. Borrowed until the next add.
struct block_state *blocks_add(struct blocks *b, uint32_t block, uint32_t entity, uint32_t network);
struct block_state *blocks_find(const struct blocks *b, uint32_t block); // or null

// Known from a census: this address answers so often (0 to 1). The block becomes observable. The lowest leaves when all
// places are taken.
void blocks_responder(struct blocks *b, struct block_state *s, uint8_t low, double availability);
// The address answered: it becomes a responder of unknown availability if it is none yet and a place is free.
void blocks_responder_seen(struct blocks *b, struct block_state *s, uint8_t low);
// How many of the usual hosts of a network are there in this hour of the week (hour 0 is Thursday 00 UTC, as 1 Jan 1970), 0 to 1.
void blocks_hour_set(struct blocks *b, uint32_t network, unsigned hour, double share);
double blocks_hour(const struct blocks *b, uint32_t network, unsigned hour);

// Probes of blocks that were not added are counted and ignored.
void blocks_take(struct blocks *b, const struct block_probe *p);

// The best responder not yet asked in this round, those that were silent last, or -1; it counts as asked.
int block_choose(struct block_state *s, uint32_t round);
// After the answer: is one more probe worth it in this round?
bool block_wants(const struct block_state *s);
// How often this address answers at that hour while the block is up, 0 to 1; negative: it is no responder.
double block_answers(const struct blocks *b, const struct block_state *s, uint8_t low, struct instant time);
double block_up(const struct block_state *s);				       // P(up)
const struct block_pool *blocks_pool(const struct blocks *b, uint32_t entity); // or null
size_t blocks_count(const struct blocks *b);
size_t blocks_bytes(const struct blocks *b);
uint64_t blocks_ignored(const struct blocks *b);
// All of it into an empty one. Networks here go by the numbers of entities; what is of an entity that is gone is dropped.
void blocks_carry(struct carry *c, struct blocks *b);
