// SPDX-License-Identifier: ISC
// The probe engine: sends ICMP and ICMPv6 echo and TCP connects, validates what comes back, and accounts for every reply that
// reached it. Opens its sockets once, while it may; needs no privilege afterwards. Every packet passes the gate.
#pragma once

#include "model/attempt.h"
#include "schedule/gate.h"

#define PROBER_PAYLOAD_MAX 64 // bytes of an echo request behind its ICMP header
#define PROBER_INDEX_MAX   (1u << 24)

struct prober_options {
	enum attempt_mode best; // do not try better ones; ATTEMPT_PACKET: try all
	const char *
		interface; // borrowed; everything goes by it. Null: as the routes say, the packet socket by that of `toward`
	struct addr toward; // an address whose route decides interface and gateway; family NONE: no packet socket
	struct addr source, source6; // family NONE: the route's
	uint32_t timeout_ms;	     // 0: 3000
	uint8_t key[16];	     // of the cookie; random for each run
	char contact[40];	     // in the payload; may be empty only in lab mode or for named targets
	uint32_t rate;		     // probes a second that are wanted: batch and tick follow it
	struct gate *gate;	     // borrowed
	struct attempt_sink
		out; // every attempt once: answered, timed out or failed; late, duplicate and forged replies besides
};

struct prober_item { // one probe to send
	struct addr address;
	uint32_t index;	  // of the target in the caller's list
	uint32_t network; // for the gate; 0 unknown
	uint8_t op;	  // PROBE_ICMP_ECHO or PROBE_TCP_CONNECT
	uint8_t kind;	  // enum gate_kind
	uint16_t number;  // of this attempt, from 1
	uint16_t port;	  // TCP
};

struct prober_counts { // arrived = recorded + late + duplicate + forged; the rest is not ours
	uint64_t sent, send_failed;
	uint64_t arrived; // echo replies and ICMP errors that concern us, as the sockets gave them
	uint64_t recorded, late, duplicate, forged;
	uint64_t unreachable; // of `recorded`: ICMP errors
	uint64_t timed_out;
	uint64_t kernel_drops; // replies that the kernel dropped before us (PACKET_STATISTICS, SO_RXQ_OVFL)
	uint64_t held;	       // GATE_WAIT answers
	uint64_t refused;      // other answers of the gate
	int64_t lag_most_ns;   // latest tick so far
};

struct prober;

// 0, or -errno; *ret_mode says which way it sends (IPv4 echo) and why not a better one is in `why` (of why_size bytes).
int MUST_USE prober_open(const struct prober_options *o, struct prober **ret, char *why, size_t why_size);
void prober_close(struct prober *p);
enum attempt_mode prober_mode(const struct prober *p);
int prober_interface(const struct prober *p); // index of the one that leads to `toward`; 0: not known

// Sends those of the items that the gate lets through now, in order, and stops at the first that must wait. Returns how many
// were dealt with (sent, or refused by the gate for good: those become no attempt but are counted); *ret_wait_ns is then how
// long to wait before the next may go (0: no item waits).
size_t prober_send(struct prober *p, const struct prober_item *items, size_t n, int64_t *ret_wait_ns);

// Reads what arrived and hands on what was decided, time-outs included. Waits at most wait_ns for something to read.
int MUST_USE prober_poll(struct prober *p, int64_t wait_ns);

// Descriptors to wait on beside others; at most `most`.
size_t prober_descriptors(const struct prober *p, int *ret, size_t most);
size_t prober_pending(const struct prober *p); // sent, not yet decided
// How long a caller that paces itself may sleep between two rounds of prober_send() and prober_poll() at the wanted rate.
int64_t prober_tick_ns(const struct prober *p);
void prober_counts(const struct prober *p, struct prober_counts *ret);
