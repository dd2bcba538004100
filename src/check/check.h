// SPDX-License-Identifier: ISC
// The check engine: DNS, TCP, TLS, HTTP and SMTP checks of named services, many at a time in one thread. Each failure is told
// by operation and reason: errno, the ICMP error behind it (IP_RECVERR), and the time it took. What our own side broke is a
// local fault. GET / only, no login, no banner beyond the greeting, one connection per service and check, unless a manner
// (check/manner.h) says more: redirects are followed then, each hop through the gate, which judges its address anew.
// DOC: How an attempt reads. phase_us: each phase begins just before its first byte is sent and ends when the event that ends it was
// seen; the first one that is unknown is where the check died. TCP: connect. TLS: connect, tls. HTTP: connect, (tls,) first byte (from
// the request), transfer. SMTP: connect, first byte (the whole banner), transfer (EHLO, STARTTLS), (tls). A connect of a second or
// more means that its SYN was sent again. rtt_ns: from the beginning to what decided; unknown for timeouts and local faults. status:
// HTTP, or the code of the last SMTP reply. Certificates: with CHECK_TLS_VERIFY dates, authority and name are judged; without it,
// dates only, and behind STARTTLS nothing (RFC 7435). Local faults say why in local_error; the list is in check/fault.c.
#pragma once

#include "check/manner.h"
#include "model/attempt.h"
#include "schedule/gate.h"

#define CHECK_NAME_MAX	  255
#define CHECK_PENDING_MAX 16384 // checks in flight

struct check_spec {	// one check to do; strings are copied
	uint8_t op;	// enum probe_op, except PROBE_ICMP_ECHO
	uint8_t kind;	// enum gate_kind
	uint16_t flags; // enum check_flag (model/probe.h)
	struct addr address;
	uint16_t port;	     // 0: the usual one of op and flags
	uint32_t index;	     // of the target in the caller's list
	uint32_t network;    // for the gate; 0 unknown
	uint16_t number;     // of this attempt, from 1
	uint16_t qtype;	     // DNS: 6 (SOA) unless set
	uint32_t timeout_ms; // 0: 5000 (DNS 3000, SMTP 60000)
	const char *name;    // asked name: query name, Host and SNI, or null: the address
	const char *path;    // HTTP; null: /
	// What is asked and what is fine, of HTTP, TCP, TLS and DNS; borrowed until the check has ended. Null: as op and flags say, and
	// HTTP statuses of 200 to 499 are fine.
	const struct check_manner *manner;
};

// Who finds where a redirect's name leads. find: to be answered by check_found() with this ticket, not before it returns. Without it such
// a redirect is a local fault.
struct check_finder {
	void (*find)(void *context, uint32_t ticket, const char *name);
	void *context;
};

struct check_options {
	struct gate *gate; // borrowed
	struct attempt_sink out;
	struct check_finder finder;
	const char *identity; // operator, for User-Agent and EHLO: "observatory.example"; null: lab or loopback only
	const char *contact;  // URL or mail address in the User-Agent; may be null
	const char *version;
	const char *authorities; // file of certificates; null: the system's. Read when opening, once
};

struct check_counts {
	uint64_t started, finished, local_faults, held, refused;
	uint64_t syn_retransmitted; // connections whose SYN had to be sent again
	uint64_t dns_sent, dns_answers,
		dns_mismatched; // mismatched: id, question or address are not those asked (forged)
};

struct check;
struct check_dns;

int MUST_USE check_open(const struct check_options *o, struct check **ret);
void check_close(struct check *c);
// 1: begun (or refused for good by the gate, or for want of an identity: counted, no attempt); 0: must wait, *ret_wait_ns says how
// long; -EINVAL or an enum err: the spec is none;
// -EACCES: it asks for more than / at an address that is not on the operator's own allowlist. What fails at once is handed on before this returns. The sink must not call the engine.
int MUST_USE check_start(struct check *c, const struct check_spec *s, int64_t *ret_wait_ns);
// Goes on with all checks. Waits at most wait_ns for something to happen. How many things did; -errno.
int MUST_USE check_poll(struct check *c, int64_t wait_ns);
struct names_answer;
// What came of a name that check_finder.find() was given. One that nobody waits for any more is nothing.
void check_found(struct check *c, uint32_t ticket, const struct names_answer *a);
int check_descriptor(const struct check *c); // to wait on beside others; deadlines wake it too
size_t check_pending(const struct check *c);
struct check_dns *check_dns_of(const struct check *c); // the engine of its DNS checks (check/dns.h)
void check_counts(const struct check *c, struct check_counts *ret);
