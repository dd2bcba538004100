// SPDX-License-Identifier: ISC
// What an ICMP error or an errno says about a probe. Both speak the same words, so that all ways of sending give the same
// results. Pure.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// enum probe_failure of an ICMP (family 4) or ICMPv6 (6) error.
uint8_t failure_of_icmp(uint8_t family, uint8_t type, uint8_t code);
// Whether it says that somebody forbade the packet: reason to ask less (ICMP 3/9, 3/10, 3/13; ICMPv6 1/1, 1/5).
bool failure_prohibits(uint8_t family, uint8_t type, uint8_t code);
// enum probe_failure of a connect that ended with this errno and left no ICMP error behind.
uint8_t failure_of_connect(int error);
