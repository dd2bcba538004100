// SPDX-License-Identifier: ISC
// The words of the recording format, one table each way.
#include "model/probe.h"

#include "base/attr.h"

#include <string.h>

static const char *const ops[PROBE_OP_COUNT] = {
	[PROBE_ICMP_ECHO] = "icmp_echo", [PROBE_TCP_CONNECT] = "tcp_connect", [PROBE_DNS] = "dns_round_trip",
	[PROBE_TLS] = "tls_handshake",	 [PROBE_HTTP] = "http_round_trip",    [PROBE_SMTP] = "smtp_banner",
};

static const struct {
	const char *word;
	uint8_t outcome;
} failures[] = {
	// the first word of an outcome is the one that is printed
	{"generic_timeout_error", PROBE_TIMEOUT},
	{"connection_refused", PROBE_REFUSED},
	{"connection_reset", PROBE_RESET},
	{"connection_aborted", PROBE_RESET},
	{"host_unreachable", PROBE_HOST_UNREACHABLE},
	{"network_unreachable", PROBE_NETWORK_UNREACHABLE},
	{"eof_error", PROBE_EOF},
	{"dns_nxdomain_error", PROBE_DNS_NXDOMAIN},
	{"dns_servfail_error", PROBE_DNS_SERVFAIL},
	{"dns_refused_error", PROBE_DNS_REFUSED},
	{"dns_lame_error", PROBE_DNS_OTHER},
	{"dns_no_answer", PROBE_DNS_OTHER},
	{"ssl_failed_handshake", PROBE_TLS_FAILED},
	{"ssl_invalid_certificate", PROBE_TLS_FAILED},
	{"ssl_invalid_hostname", PROBE_TLS_FAILED},
	{"ssl_unknown_authority", PROBE_TLS_FAILED},
	{"http_error", PROBE_HTTP_ERROR},
	{"other_failure", PROBE_OTHER_FAILURE},
	{"local_fault", PROBE_LOCAL_FAULT},
	{"late_or_dup", PROBE_LATE_OR_DUP},
	{"forged", PROBE_FORGED},
};

static bool word_is(const char *word, unsigned long n, const char *held)
{
	return strlen(held) == n && memcmp(word, held, n) == 0;
}

const char *probe_op_name(uint8_t op)
{
	return op < PROBE_OP_COUNT ? ops[op] : "unknown";
}

const char *probe_outcome_name(uint8_t outcome)
{
	for (size_t i = 0; i < ARRAY_LEN(failures); i++)
		if (failures[i].outcome == outcome)
			return failures[i].word;
	return outcome == PROBE_OK ? "ok" : "unknown";
}

int probe_op_of(const char *word, unsigned long n)
{
	for (int op = 0; op < PROBE_OP_COUNT; op++)
		if (word_is(word, n, ops[op]))
			return op;
	return -1;
}

uint8_t probe_outcome_of(const char *word, unsigned long n)
{
	for (size_t i = 0; i < ARRAY_LEN(failures); i++)
		if (word_is(word, n, failures[i].word))
			return failures[i].outcome;
	return PROBE_OTHER_FAILURE;
}
