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
	GATE_KINDS
};

enum gate_answer {
	GATE_GO,	// send it now; it has been counted
	GATE_WAIT,	// ask again at *ret_until_ns
	GATE_UNLISTED,	// not on the allowlist
	GATE_OPTED_OUT, // on the blocklist or the opt-out list
	GATE_SPECIAL, // an address that must never be asked (IANA special-purpose, multicast), or outside the laboratory's
	GATE_BACKED_OFF, // the census holds back while the network suffers: not in this round
	GATE_ANSWERS
};

struct gate_ask {
	struct addr address;
	uint32_t network; // AS number; 0 unknown: then the whole of its /16 (IPv6: /32) counts as one
	uint8_t kind;	  // enum gate_kind
	uint8_t op;	  // enum probe_op
};

struct gate;

struct gate *gate_create(const struct caps *caps);
void gate_free(struct gate *g);

// Lists grow only between sends. 0, or ERR_MALFORMED (0/0 and shorter than /8 are refused), ERR_FULL.
int MUST_USE gate_allow(struct gate *g, const struct prefix *p);
int MUST_USE gate_block(struct gate *g, const struct prefix *p); // zmap-style blocklist: stays
// Replaces the opt-out list; in force for the next packet.
int MUST_USE gate_opt_out(struct gate *g, const struct prefix *list, size_t n);

// now_ns: of a clock that never steps. *ret_until_ns is set for GATE_WAIT only.
enum gate_answer gate_ask(struct gate *g, const struct gate_ask *a, int64_t now_ns, int64_t *ret_until_ns);

// Whether the address may be asked at all, whatever the time: GATE_GO or the reason against.
enum gate_answer gate_admits(const struct gate *g, const struct addr *a, uint8_t kind);

// An incident is open: SMTP may be checked more often.
void gate_incident(struct gate *g, bool open);
// A prohibition (ICMP 3/9, 3/10, 3/13) came from this target's network, or loss there rises: its interval doubles, up to 16 times,
// and halves again when told of an answer. The watch list is exempt (it tells stress from a cut).
void gate_back_off(struct gate *g, const struct addr *a, int64_t now_ns);
void gate_relax(struct gate *g, const struct addr *a);

uint64_t gate_count(const struct gate *g, enum gate_answer which); // answers given so far
const char *gate_answer_name(enum gate_answer which);		   // "allowed", "not on the allowlist", …
size_t gate_bytes(const struct gate *g);
