// SPDX-License-Identifier: ISC
// The forms of single values in configuration: numbers, durations, names, addresses. Each takes the whole of a terminated text
// or nothing, and says what it wants instead.
#pragma once

#include "conf/plan.h"

bool scalar_switch(const char *text, bool *ret);
bool scalar_number(const char *text, uint64_t *ret); // decimal digits, no leading zero
bool scalar_real(const char *text, double *ret);     // digits and at most one point; not negative
bool scalar_duration(const char *text, uint64_t *ret_ms);
void scalar_duration_print(struct text *out, uint64_t ms);

// A name of the DNS or of a URL's host: labels of letters, digits, - and _, at most 253 bytes. The last label begins
// with a letter, as those of all top-level domains do: 127.1, 0x7f000001 and 198.18.0.1x are slips or tricks.
bool scalar_host(const char *text);
// Null, or what is wrong with the text as an address and how to write it. IPv4 inside of IPv6 is refused: lists of IPv4
// prefixes would not see it.
const char *scalar_address(const char *text, struct addr *ret);
// The same for a prefix; a single address counts as one.
const char *scalar_prefix(const char *text, struct prefix *ret);
// "country/KP" from "KP" or "kp": two letters. Writes 11 bytes.
bool scalar_country(const char *text, char ret[11]);
