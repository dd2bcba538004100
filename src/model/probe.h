// SPDX-License-Identifier: ISC
// What a probe or a service check can say: the operation, how it failed, and what that amounts to. Words are those of the
// recording format (OONI df-007 names where one exists).
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum probe_op { PROBE_ICMP_ECHO, PROBE_TCP_CONNECT, PROBE_DNS, PROBE_TLS, PROBE_HTTP, PROBE_SMTP, PROBE_OP_COUNT };

enum probe_outcome { // what detection tells apart
	PROBE_OK,
	PROBE_TIMEOUT,
	PROBE_REFUSED,
	PROBE_RESET,
	PROBE_HOST_UNREACHABLE,
	PROBE_NETWORK_UNREACHABLE,
	PROBE_EOF,
	PROBE_DNS_NXDOMAIN,
	PROBE_DNS_SERVFAIL,
	PROBE_DNS_REFUSED,
	PROBE_DNS_OTHER,     // lame, wrong or frozen answers
	PROBE_TLS_FAILED,    // handshake or certificate
	PROBE_HTTP_ERROR,    // an answer with status 500 or above
	PROBE_OTHER_FAILURE, // a failure word that is not in the table
	PROBE_LOCAL_FAULT,   // our own side: never held against the target
	PROBE_LATE_OR_DUP,   // a reply after its time or a second one: neither success nor failure
	PROBE_FORGED,	     // a reply without our cookie: neither
	PROBE_CUT,	     // an answer that did not fit into UDP: what is asked over TCP then decides
	PROBE_OUTCOME_COUNT
};

enum probe_failure { // one word of the format each; finer than the outcome
	FAILURE_NONE,
	FAILURE_TIMEOUT,
	FAILURE_REFUSED,
	FAILURE_RESET,
	FAILURE_ABORTED,
	FAILURE_HOST_UNREACHABLE,
	FAILURE_NETWORK_UNREACHABLE,
	FAILURE_EOF,
	FAILURE_DNS_NXDOMAIN,
	FAILURE_DNS_SERVFAIL,
	FAILURE_DNS_REFUSED,
	FAILURE_DNS_LAME,	 // no authority: NOERROR without AA, or a referral upwards
	FAILURE_DNS_NO_ANSWER,	 // NOERROR with AA, but not what was asked for
	FAILURE_DNS_STALE,	 // the serial stands still beyond the zone's refresh while another server's moved on
	FAILURE_DNS_MISBEHAVING, // FORMERR, NOTIMP and the like, or an answer that breaks the format
	FAILURE_TLS_HANDSHAKE,	 // alert, or bytes that are no TLS
	FAILURE_TLS_CERTIFICATE, // expired, not yet valid, or otherwise invalid
	FAILURE_TLS_HOSTNAME,
	FAILURE_TLS_AUTHORITY,
	FAILURE_HTTP_STATUS,  // a status that the check does not accept
	FAILURE_HTTP_INVALID, // bytes that are no HTTP
	FAILURE_SMTP_BUSY,    // 421 or another 4xx
	FAILURE_SMTP_REFUSED, // 5xx
	FAILURE_SMTP_INVALID, // bytes that are no SMTP
	FAILURE_UNEXPECTED,   // a good answer, but not what the operator's pattern or list wants
	FAILURE_OTHER,
	FAILURE_LOCAL,
	FAILURE_LATE_OR_DUP,
	FAILURE_FORGED,
	FAILURE_COUNT
};

enum check_flag {		// how a service is to be asked
	CHECK_TLS_VERIFY = 1,	// the chain must lead to a known authority and name the host
	CHECK_STARTTLS = 2,	// SMTP: go on to STARTTLS and the handshake
	CHECK_HTTPS = 4,	// PROBE_HTTP over TLS
	CHECK_DNS_TCP = 8,	// ask over TCP
	CHECK_DNS_RECURSE = 16, // set RD: a recursive resolver is asked
	CHECK_HEAD = 32,	// HEAD instead of GET
};

// Whether this says anything about the target.
static inline bool probe_counts(uint8_t outcome)
{
	return outcome < PROBE_LOCAL_FAULT;
}

const char *probe_op_name(uint8_t op);		 // "icmp_echo"
const char *probe_failure_name(uint8_t failure); // "generic_timeout_error"; FAILURE_NONE: "ok"
uint8_t probe_failure_outcome(uint8_t failure);	 // enum probe_outcome
const char *probe_outcome_name(uint8_t outcome); // the first word of that outcome; PROBE_OK: "ok"
// The value of a word of n bytes; -1 / PROBE_OTHER_FAILURE when it is not in the table.
int probe_op_of(const char *word, unsigned long n);
uint8_t probe_outcome_of(const char *word, unsigned long n);
