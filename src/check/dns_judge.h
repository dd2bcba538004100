// SPDX-License-Identifier: ISC
// What an answer says about the server that gave it. No input or output.
#pragma once

#include "model/attempt.h"
#include "wire/dns.h"

// Sets failure, rcode, dns_flags, serial and nsid of the attempt from the message that answered it. A resolver that was
// asked (asked->recurse) needs no authority. rcodes: bits of the response codes that are fine, which then alone decide; 0: as a server of the zone, or a resolver, should answer.
void dns_judge(const struct dns_message *m, const struct dns_query *asked, uint32_t rcodes, struct attempt *a);
// The SOA that the message holds for the name that was asked, from its answer or, in a negative one, its authority section.
// 0 or ERR_NOT_FOUND.
int MUST_USE dns_judge_soa(const struct dns_message *m, struct dns_soa *ret);
