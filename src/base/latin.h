// SPDX-License-Identifier: ISC
// Letters of European alphabets in ASCII, for comparing names as people type them and for terminals that show nothing else.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Code point of the UTF-8 sequence of n bytes (1 to 4) at p, which text_showable() found to be one.
uint32_t latin_code(const uint8_t *p, size_t n);

// ASCII spelling of a letter of Latin-1 Supplement or Latin Extended-A ("e" for é, "ss" for ß), "" for a combining mark.
// Null: there is none here. Static text.
const char *latin_plain(uint32_t code);
