// SPDX-License-Identifier: ISC
// Who serves a zone: its name servers, its mail servers and given names, with their addresses, asked of one resolver. Bounded:
// DISCOVER_QUESTIONS_MAX questions, no name twice, no more than DISCOVER_DEPTH referrals or aliases behind one another.
#pragma once

#include "check/check.h"
#include "wire/dns.h"

#define DISCOVER_NAMES_MAX     64  // names: the most that one look is worth; those above are counted and left out
#define DISCOVER_QUESTIONS_MAX 512 // A and AAAA of each name, and the way there through DISCOVER_DEPTH referrals
#define DISCOVER_FOUND_MAX     1024
#define DISCOVER_DEPTH	       8

enum discover_role { DISCOVER_NS, DISCOVER_MX, DISCOVER_NAME };

struct discover_found {
	uint8_t role;	     // enum discover_role
	uint16_t preference; // MX
	struct addr address;
	char host[DNS_NAME_TEXT_MAX + 1];
};

struct discover_options {
	struct gate *gate; // borrowed
	struct addr
		resolver;    // of the operator's choice; one that answers with referrals is followed through their glue
	uint16_t port;	     // 0: 53; of every server that is asked
	uint8_t kind;	     // enum gate_kind
	uint32_t timeout_ms; // of a question; 0: 3000
	const char *zone;    // null: only the names
	bool mail;	     // its MX too
	const char *const *names;
	size_t name_count;
	struct attempt_sink out; // every question as an attempt; may be null
};

struct discover_counts {
	uint32_t questions, failed; // failed: no answer, or none of use
	uint32_t left_out;	    // names or questions over a limit
};

struct discover;

// 0; ERR_USAGE; ERR_MALFORMED or ERR_TOO_LARGE: the zone or a name is no name; -errno.
int MUST_USE discover_open(const struct discover_options *o, struct discover **ret);
void discover_close(struct discover *d);
// Goes on; waits at most wait_ns. To be called every second at least: the gate's waiting times wake nobody. 1: all is known that can be; 0: not yet; -errno.
int MUST_USE discover_poll(struct discover *d, int64_t wait_ns);
int discover_descriptor(const struct discover *d);
// In the order in which they were found; borrowed until the next poll.
size_t discover_result(const struct discover *d, const struct discover_found **ret);
void discover_counts(const struct discover *d, struct discover_counts *ret);
