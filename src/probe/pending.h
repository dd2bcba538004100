// SPDX-License-Identifier: ISC
// Probes in flight: a ring of slots in the order of sending, so that a reply finds its slot by its serial number and the oldest
// is the next to time out. 24 bytes a probe; IPv6 takes 16 more. Pure.
#pragma once

#include "net/prefix.h"

#include <stdbool.h>
#include <stddef.h>

#define PENDING_MAX (1u << 22) // in flight at once: 1e6 a second for 4 s, beyond any rate that a core can send

enum slot_state { SLOT_EMPTY, SLOT_PENDING, SLOT_ANSWERED, SLOT_EXPIRED, SLOT_FAILED };

struct pending_slot {
	int64_t stamp; // when it was sent; every stamp of a run differs
	uint32_t v4;   // address in host order; IPv6 lies beside
	uint32_t index;
	uint16_t number, port;
	uint16_t connection; // TCP: its place among the open connects
	uint8_t state : 3, mode : 4, v6 : 1;
	uint8_t op;
};

struct pending {
	struct pending_slot *slots;
	uint8_t (*wide)[16]; // IPv6 addresses by slot; pages that IPv4 never touches
	uint64_t head;	     // serial of the oldest that may be undecided
	uint64_t tail;	     // serial of the next
	size_t capacity;     // a power of two
	size_t waiting;	     // slots in SLOT_PENDING
};

void pending_make(struct pending *p, size_t least); // room for at least so many, at most PENDING_MAX
void pending_free(struct pending *p);

// The slot of a serial; whether it still is that probe's the caller tells by its stamp.
static inline struct pending_slot *pending_slot(const struct pending *p, uint64_t serial)
{
	return &p->slots[serial & (p->capacity - 1)];
}

// Whether nothing more can be sent before something is decided.
bool pending_full(struct pending *p);
// A free slot for the next serial, zeroed, or null when all are in flight.
struct pending_slot *pending_next(struct pending *p, const struct addr *target);
struct addr pending_target(const struct pending *p, uint64_t serial);
// Leaves SLOT_PENDING for good.
void pending_decide(struct pending *p, struct pending_slot *s, enum slot_state state);
// The oldest slot that is pending, or null; *ret_serial is its number.
struct pending_slot *pending_oldest(struct pending *p, uint64_t *ret_serial);
