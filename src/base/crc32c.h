// SPDX-License-Identifier: ISC
// CRC32C (Castagnoli; RFC 3720, B.4): what finds damage in bytes that were written or sent. Every burst of up to 32 bits is
// found. It is no protection against forgery.
#pragma once

#include <stddef.h>
#include <stdint.h>

// The sum of n bytes, going on from the sum of those before (0 at the beginning). With the processor's instruction where it
// has one, else by table.
uint32_t crc32c(uint32_t before, const void *bytes, size_t n);
// The same by table only: what machines without the instruction get, and what tests compare with.
uint32_t crc32c_table(uint32_t before, const void *bytes, size_t n);
