// SPDX-License-Identifier: ISC
// The questions that wait for an answer: found by socket and id, and in the order of what is due next. No input or output.
#pragma once

#include "check/check.h"
#include "check/dns_icmp.h"
#include "wire/dns.h"

enum dns_state {
	DNS_QUEUED,	// to be sent over UDP
	DNS_ASKED,	// sent over UDP
	DNS_HELD,	// to be asked over TCP, when it is due
	DNS_CONNECTING, // TCP
	DNS_WRITING,
	DNS_READING,
};

struct dns_stream {	// the TCP connection of one question
	int descriptor; // -1: none
	uint32_t written, used;
	uint32_t length;   // of the answer, once its two bytes are there
	uint8_t prefix[2]; // those
	uint8_t *answer;   // owned
};

struct dns_pending {
	struct attempt attempt;
	struct dns_query query;
	struct dns_stream stream;
	int64_t due_ns;	 // boot time: time-out, or when it may go on
	int64_t sent_ns; // boot time
	uint32_t timeout_ms, network;
	uint32_t rcodes;		// that alone decide; 0: as usual
	uint32_t misfits, icmp_misfits; // of its socket, when it was sent
	struct dns_icmp hint;		// an error that may be forged: counts when no answer comes; error 0: none
	uint8_t state;			// enum dns_state
	uint8_t kind;			// enum gate_kind
	uint8_t socket;
	uint8_t tries;	 // that failed without an error from outside
	bool asked_gate; // a question held back for TCP has passed the gate
	bool due;	 // is in the heap
	uint16_t place;	 // there
	uint16_t next;	 // of the same chain, or free
	uint16_t slot;	 // its own number
};

struct dns_table;

struct dns_table *dns_table_create(void);
void dns_table_free(struct dns_table *t);
size_t dns_table_count(const struct dns_table *t);

struct dns_pending *dns_table_take(struct dns_table *t);	 // zeroed; null when CHECK_PENDING_MAX are held
void dns_table_drop(struct dns_table *t, struct dns_pending *p); // must not be keyed; is taken out of the order
struct dns_pending *dns_table_at(struct dns_table *t, uint16_t slot);

// By (socket, query.id). A question must not be changed in these while it is keyed.
void dns_table_key(struct dns_table *t, struct dns_pending *p);
void dns_table_unkey(struct dns_table *t, struct dns_pending *p);
// First question of this socket and id behind `after` (null: from the beginning); null: no more.
struct dns_pending *dns_table_find(struct dns_table *t, uint8_t socket, uint16_t id, const struct dns_pending *after);
// The question of this socket to that address and port that was sent first, whatever its id. Costs a look at all.
struct dns_pending *dns_table_find_address(struct dns_table *t, uint8_t socket, const struct addr *to, uint16_t port);

void dns_table_due(struct dns_table *t, struct dns_pending *p, int64_t when_ns); // sets or moves its time
void dns_table_undue(struct dns_table *t, struct dns_pending *p);		 // it has none any more
struct dns_pending *dns_table_next(struct dns_table *t);			 // the one due first; null: none
