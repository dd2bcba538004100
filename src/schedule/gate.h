// SPDX-License-Identifier: ISC
// The gate that every packet passes, in the process that sends it and below its configuration: who may be asked at all
// (allowlist, opt-outs, special-purpose addresses) and when (caps). It answers from the caps, its own state and the time that
// it is given: pure. A sender that was told to wait asks again; what was allowed has been counted.
#pragma once

#include "base/attr.h"
#include "net/prefix.h"
#include "schedule/caps.h"

#include <stddef.h>

enum gate_kind { // what the packet is for
	GATE_CENSUS,
	GATE_RECOVERY, // census probe of a block believed down; goes on when the census backs off
	GATE_WATCH,    // watch list, by op
	GATE_NAMED,    // named on the command line
	GATE_CONTROL,  // outside every watched entity
	// The same where a name led to the address, whoever answers for that name: it may not lead inside.
	GATE_WATCH_FOUND,
	GATE_NAMED_FOUND,
	GATE_CONTROL_FOUND,
	GATE_RESOLVER, // a question to the operator's own resolver, wherever that is: its address is theirs, not of a name
	GATE_KINDS
};

// The kind of an address that a name, a zone or a redirect led to, where it is asked for the sake of `kind`.
static inline uint8_t gate_kind_found(uint8_t kind)
{
	switch (kind) {
	case GATE_WATCH:
		return GATE_WATCH_FOUND;
	case GATE_NAMED:
		return GATE_NAMED_FOUND;
	case GATE_CONTROL:
		return GATE_CONTROL_FOUND;
	default:
		return kind;
	}
}

enum gate_answer {
	GATE_GO,	// send it now; it has been counted
	GATE_WAIT,	// ask again at *ret_until_ns
	GATE_UNLISTED,	// not on the allowlist
	GATE_OPTED_OUT, // on the blocklist or the opt-out list
	GATE_SPECIAL, // must never be asked: special-purpose, multicast, outside the laboratory's; or a name led inside
	GATE_BACKED_OFF, // the census holds back while the network suffers: not in this round
	GATE_ANSWERS
};

struct gate_ask {
	struct addr address;
	uint32_t network; // AS number; 0 unknown: then the whole of its /16 (IPv6: /32) counts as one
	uint8_t kind;	  // enum gate_kind
	uint8_t op;	  // enum probe_op
	bool onward; // the next connection of a check that is under way: no distance to the one before, all other caps
};

struct gate;

struct gate *gate_create(const struct caps *caps);
void gate_free(struct gate *g);

// Lists grow only between sends. 0, or ERR_MALFORMED (0/0 and shorter than /8 are refused), ERR_FULL.
int MUST_USE gate_allow(struct gate *g, const struct prefix *p);
int MUST_USE gate_block(struct gate *g, const struct prefix *p); // zmap-style blocklist: stays
// The observer's own addresses, in place of those before: no name may lead there.
int MUST_USE gate_own(struct gate *g, const struct prefix *list, size_t n);
// Replaces the opt-out list; in force for the next packet.
int MUST_USE gate_opt_out(struct gate *g, const struct prefix *list, size_t n);

// now_ns: of a clock that never steps. *ret_until_ns is set for GATE_WAIT only.
enum gate_answer gate_ask(struct gate *g, const struct gate_ask *a, int64_t now_ns, int64_t *ret_until_ns);

// Whether the address may be asked at all, whatever the time: GATE_GO or the reason against. Where a name led to it (the kinds
// …_FOUND) it is GATE_SPECIAL when it is loopback, unless the allowlist holds it; the observer's own, outside a laboratory; or
// special as for every other kind. In a laboratory its own ranges need no entry of the allowlist then.
enum gate_answer gate_admits(const struct gate *g, const struct addr *a, uint8_t kind);

// Whether it is the operator's own to ask for more than what whoever passes by may: on the allowlist, loopback, or a laboratory's.
bool gate_listed(const struct gate *g, const struct addr *a);

// An incident is open: SMTP may be checked more often.
void gate_incident(struct gate *g, bool open);
// A prohibition (ICMP 3/9, 3/10, 3/13) came from this target's network, or loss there rises: its interval doubles, up to 16 times,
// and halves again when told of an answer. The watch list is exempt (it tells stress from a cut).
void gate_back_off(struct gate *g, const struct addr *a, int64_t now_ns);
void gate_relax(struct gate *g, const struct addr *a);

uint64_t gate_count(const struct gate *g, enum gate_answer which); // answers given so far
const char *gate_answer_name(enum gate_answer which);		   // "allowed", "not on the allowlist", …
size_t gate_bytes(const struct gate *g);
