// SPDX-License-Identifier: ISC
// What a probe or a service check can say: the operation, and how it ended. Words are those of the recording format
// (OONI df-007 names where one exists).
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum probe_op { PROBE_ICMP_ECHO, PROBE_TCP_CONNECT, PROBE_DNS, PROBE_TLS, PROBE_HTTP, PROBE_SMTP, PROBE_OP_COUNT };

enum probe_outcome {
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
	PROBE_OUTCOME_COUNT
};

// Whether this says anything about the target.
static inline bool probe_counts(uint8_t outcome)
{
	return outcome < PROBE_LOCAL_FAULT;
}

const char *probe_op_name(uint8_t op);		 // "icmp_echo"
const char *probe_outcome_name(uint8_t outcome); // "generic_timeout_error"; PROBE_OK: "ok"
// The value of a word of n bytes; -1 / PROBE_OTHER_FAILURE when it is not in the table.
int probe_op_of(const char *word, unsigned long n);
uint8_t probe_outcome_of(const char *word, unsigned long n);
