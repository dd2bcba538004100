// SPDX-License-Identifier: ISC
// One attempt of a probe or a check, as it ended: what the measuring processes hand on and what a line of probes/*.ndjson
// holds. A plain value without pointers, so that it crosses a process boundary as it is (both ends are the same program).
#pragma once

#include "base/instant.h"
#include "model/obs.h"
#include "model/probe.h"
#include "net/prefix.h"

#define ATTEMPT_UNLISTED UINT32_MAX // index of what nobody asked for: forged replies
#define ATTEMPT_NSID_MAX 23
#define ATTEMPT_UNKNOWN	 (-1) // rtt_ns, phases, rcode

enum attempt_mode {	 // how the packet was sent
	ATTEMPT_KERNEL,	 // an ordinary socket: service checks
	ATTEMPT_PACKET,	 // AF_PACKET
	ATTEMPT_RAW,	 // raw socket
	ATTEMPT_PING,	 // unprivileged ping socket
	ATTEMPT_CONNECT, // TCP connect in place of ping, without any privilege
	ATTEMPT_MODES
};

enum attempt_phase { PHASE_DNS, PHASE_CONNECT, PHASE_TLS, PHASE_FIRST_BYTE, PHASE_TRANSFER, PHASE_COUNT };

enum { // attempt_dns.flags
	ATTEMPT_DNS_AA = 1,
	ATTEMPT_DNS_TC = 2,  // the answer over UDP was cut
	ATTEMPT_DNS_TCP = 4, // asked over TCP
	ATTEMPT_DNS_SOA = 8, // `serial` is known
};

struct attempt {
	struct instant time; // just before it was sent, UTC
	int64_t rtt_ns;	     // until the answer that decided, also of a failure; ATTEMPT_UNKNOWN: none came
	struct addr target;
	struct addr icmp_from;	      // who sent the ICMP error; family FAMILY_NONE: none came
	uint32_t index;		      // of the target in the sender's list, or ATTEMPT_UNLISTED
	uint8_t op;		      // enum probe_op
	uint8_t failure;	      // enum probe_failure; FAILURE_NONE: ok
	uint8_t mode;		      // enum attempt_mode
	uint8_t ttl;		      // of the reply; 0 not known
	uint8_t icmp_type, icmp_code; // where icmp_from is known
	uint16_t number;	      // of this attempt among those that belong together, from 1
	uint16_t port;		      // 0: none
	uint16_t status;	      // HTTP status or SMTP code; 0 none
	int16_t rcode;		      // DNS; ATTEMPT_UNKNOWN none
	uint8_t dns_flags;
	uint8_t local_error;		 // errno of a local fault, for people; 0 none
	uint8_t tls_alert;		 // that the server sent in the handshake (RFC 8446 6.2); 0 none
	bool in_handshake;		 // of TLS: there it failed
	uint32_t serial;		 // SOA
	int32_t phase_us[PHASE_COUNT];	 // ATTEMPT_UNKNOWN: not gone through
	int64_t expires;		 // earliest end of a certificate of the chain, Unix seconds; 0 none seen
	char nsid[ATTEMPT_NSID_MAX + 1]; // as sent, or hexadecimal where it is not printable; text from outside
};

// Takes whole batches; borrowed for the call.
struct attempt_sink {
	void (*take)(void *context, const struct attempt *batch, size_t n);
	void *context;
};

// Whether what another process handed on is one: its words are known, its text ends.
bool attempt_sound(const struct attempt *a);
// An answer of the DNS that did not fit into UDP (RFC 7766): it decides nothing, what is asked over TCP then does.
bool attempt_is_cut(const struct attempt *a);
// All members unknown or zero, except those given.
struct attempt attempt_of(uint8_t op, const struct addr *target, uint32_t index, struct instant time);
// The attempt as an observation, with the numbers of who asked and whom: exactly what its line in probes/*.ndjson says.
struct obs obs_of_attempt(const struct attempt *a, uint16_t observer, uint32_t target);
