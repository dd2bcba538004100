// SPDX-License-Identifier: ISC
// Questions to authoritative servers, in bulk: a few unconnected UDP sockets a family with sendmmsg and recvmmsg, a random socket
// and a random id a question, TCP where asked for or where the answer was cut. Same results as the engine of check.h, which
// hands its DNS checks to this one.
#pragma once

#include "check/check.h"
#include "wire/dns.h"

#define CHECK_DNS_STREAMS_MAX 256 // questions over TCP at a time: a descriptor and up to 64 KiB each

struct check_dns;

// For those who need more of an answer than an attempt holds. Called for every attempt before it is handed to `out`; may change
// its failure, and may begin other questions. `answer` null: none decided it. All is borrowed for the call.
struct check_dns_listener {
	void (*take)(void *context, struct attempt *a, const struct dns_query *asked, const struct dns_message *answer);
	void *context;
};

// Opens the sockets. IPv6 may be missing: questions to it then end as local faults.
int MUST_USE check_dns_open(const struct check_options *o, struct check_dns **ret);
void check_dns_close(struct check_dns *d);
void check_dns_listen(struct check_dns *d, struct check_dns_listener listener);

// As check_start() and check_poll(), for specs with op PROBE_DNS. The gate has not been asked yet. A name that is none is
// ERR_MALFORMED or ERR_TOO_LARGE. What was begun is sent in batches: at the next poll, or when a batch is full.
int MUST_USE check_dns_start(struct check_dns *d, const struct check_spec *s, int64_t *ret_wait_ns);
int MUST_USE check_dns_poll(struct check_dns *d, int64_t wait_ns);
int check_dns_descriptor(const struct check_dns *d); // readable when check_dns_poll() has something to do
size_t check_dns_pending(const struct check_dns *d);
void check_dns_counts(const struct check_dns *d, struct check_counts *ret);
