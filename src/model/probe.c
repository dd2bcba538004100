// SPDX-License-Identifier: ISC
// The words of the recording format, one table each way.
#include "model/probe.h"

#include "base/attr.h"

#include <string.h>

static const char *const probe_ops[PROBE_OP_COUNT] = {
	[PROBE_ICMP_ECHO] = "icmp_echo", [PROBE_TCP_CONNECT] = "tcp_connect", [PROBE_DNS] = "dns_round_trip",
	[PROBE_TLS] = "tls_handshake",	 [PROBE_HTTP] = "http_round_trip",    [PROBE_SMTP] = "smtp_banner",
};

static const struct {
	const char *word;
	uint8_t outcome;
} probe_failures[FAILURE_COUNT] = {
	// the first word of an outcome is the one that is printed for it
	[FAILURE_NONE] = {"ok", PROBE_OK},
	[FAILURE_TIMEOUT] = {"generic_timeout_error", PROBE_TIMEOUT},
	[FAILURE_REFUSED] = {"connection_refused", PROBE_REFUSED},
	[FAILURE_RESET] = {"connection_reset", PROBE_RESET},
	[FAILURE_ABORTED] = {"connection_aborted", PROBE_RESET},
	[FAILURE_HOST_UNREACHABLE] = {"host_unreachable", PROBE_HOST_UNREACHABLE},
	[FAILURE_NETWORK_UNREACHABLE] = {"network_unreachable", PROBE_NETWORK_UNREACHABLE},
	[FAILURE_EOF] = {"eof_error", PROBE_EOF},
	[FAILURE_DNS_NXDOMAIN] = {"dns_nxdomain_error", PROBE_DNS_NXDOMAIN},
	[FAILURE_DNS_SERVFAIL] = {"dns_servfail_error", PROBE_DNS_SERVFAIL},
	[FAILURE_DNS_REFUSED] = {"dns_refused_error", PROBE_DNS_REFUSED},
	[FAILURE_DNS_LAME] = {"dns_lame_error", PROBE_DNS_OTHER},
	[FAILURE_DNS_NO_ANSWER] = {"dns_no_answer", PROBE_DNS_OTHER},
	[FAILURE_DNS_STALE] = {"dns_stale_serial_error", PROBE_DNS_OTHER},
	[FAILURE_DNS_MISBEHAVING] = {"dns_server_misbehaving", PROBE_DNS_OTHER},
	[FAILURE_TLS_HANDSHAKE] = {"ssl_failed_handshake", PROBE_TLS_FAILED},
	[FAILURE_TLS_CERTIFICATE] = {"ssl_invalid_certificate", PROBE_TLS_FAILED},
	[FAILURE_TLS_HOSTNAME] = {"ssl_invalid_hostname", PROBE_TLS_FAILED},
	[FAILURE_TLS_AUTHORITY] = {"ssl_unknown_authority", PROBE_TLS_FAILED},
	[FAILURE_HTTP_STATUS] = {"http_error", PROBE_HTTP_ERROR},
	[FAILURE_HTTP_INVALID] = {"http_invalid_response", PROBE_OTHER_FAILURE},
	[FAILURE_SMTP_BUSY] = {"smtp_busy_error", PROBE_OTHER_FAILURE},
	[FAILURE_SMTP_REFUSED] = {"smtp_refused_error", PROBE_OTHER_FAILURE},
	[FAILURE_SMTP_INVALID] = {"smtp_invalid_response", PROBE_OTHER_FAILURE},
	[FAILURE_UNEXPECTED] = {"unexpected_answer", PROBE_OTHER_FAILURE},
	[FAILURE_OTHER] = {"other_failure", PROBE_OTHER_FAILURE},
	[FAILURE_LOCAL] = {"local_fault", PROBE_LOCAL_FAULT},
	[FAILURE_LATE_OR_DUP] = {"late_or_dup", PROBE_LATE_OR_DUP},
	[FAILURE_FORGED] = {"forged", PROBE_FORGED},
};

static bool probe_word_is(const char *word, unsigned long n, const char *held)
{
	return strlen(held) == n && memcmp(word, held, n) == 0;
}

const char *probe_op_name(uint8_t op)
{
	return op < PROBE_OP_COUNT ? probe_ops[op] : "unknown";
}

const char *probe_failure_name(uint8_t failure)
{
	return failure < FAILURE_COUNT ? probe_failures[failure].word : "unknown";
}

uint8_t probe_failure_outcome(uint8_t failure)
{
	return failure < FAILURE_COUNT ? probe_failures[failure].outcome : PROBE_OTHER_FAILURE;
}

const char *probe_outcome_name(uint8_t outcome)
{
	if (outcome == PROBE_CUT)
		return "cut";
	if (outcome == PROBE_OTHER_FAILURE)
		return probe_failures[FAILURE_OTHER].word;
	for (size_t i = 0; i < ARRAY_LEN(probe_failures); i++)
		if (probe_failures[i].outcome == outcome)
			return probe_failures[i].word;
	return "unknown";
}

int probe_op_of(const char *word, unsigned long n)
{
	for (int op = 0; op < PROBE_OP_COUNT; op++)
		if (probe_word_is(word, n, probe_ops[op]))
			return op;
	return -1;
}

uint8_t probe_outcome_of(const char *word, unsigned long n)
{
	for (size_t i = FAILURE_NONE + 1; i < ARRAY_LEN(probe_failures); i++)
		if (probe_word_is(word, n, probe_failures[i].word))
			return probe_failures[i].outcome;
	return PROBE_OTHER_FAILURE;
}
