// SPDX-License-Identifier: ISC
// Questions to authoritative servers, in bulk: one unconnected UDP socket a family with sendmmsg and recvmmsg, one ephemeral
// port and a random id a question, TCP where asked for or where the answer was cut. Same results as the engine of check.h,
// which hands its DNS checks to this one.
#pragma once

#include "check/check.h"

struct check_dns;

int MUST_USE check_dns_open(const struct check_options *o, struct check_dns **ret);
void check_dns_close(struct check_dns *d);
// As check_start() and check_poll(), for specs with op PROBE_DNS. The gate has not been asked yet.
int MUST_USE check_dns_start(struct check_dns *d, const struct check_spec *s, int64_t *ret_wait_ns);
int MUST_USE check_dns_poll(struct check_dns *d, int64_t wait_ns);
int check_dns_descriptor(const struct check_dns *d);
size_t check_dns_pending(const struct check_dns *d);
void check_dns_counts(const struct check_dns *d, struct check_counts *ret);
