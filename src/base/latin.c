// SPDX-License-Identifier: ISC
// Two tables in order of code: U+00C0 to U+00FF and U+0100 to U+017F.
#include "base/latin.h"

#include "base/attr.h"

static const char *const latin_one[] = {
	"A", "A", "A", "A", "A", "A", "AE", "C", "E", "E", "E", "E", "I", "I", "I",  "I",  // U+00C0
	"D", "N", "O", "O", "O", "O", "O",  "x", "O", "U", "U", "U", "U", "Y", "Th", "ss", // U+00D0
	"a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",  // U+00E0
	"d", "n", "o", "o", "o", "o", "o",  "/", "o", "u", "u", "u", "u", "y", "th", "y",  // U+00F0
};

static const char *const latin_two[] = {
	"A", "a", "A",	"a",  "A", "a", "C", "c", "C", "c", "C", "c", "C", "c", "D", "d", // U+0100
	"D", "d", "E",	"e",  "E", "e", "E", "e", "E", "e", "E", "e", "G", "g", "G", "g", // U+0110
	"G", "g", "G",	"g",  "H", "h", "H", "h", "I", "i", "I", "i", "I", "i", "I", "i", // U+0120
	"I", "i", "J",	"j",  "J", "j", "K", "k", "k", "L", "l", "L", "l", "L", "l", "L", // U+0130
	"l", "L", "l",	"N",  "n", "N", "n", "N", "n", "n", "N", "n", "O", "o", "O", "o", // U+0140
	"O", "o", "OE", "oe", "R", "r", "R", "r", "R", "r", "S", "s", "S", "s", "S", "s", // U+0150
	"S", "s", "T",	"t",  "T", "t", "T", "t", "U", "u", "U", "u", "U", "u", "U", "u", // U+0160
	"U", "u", "U",	"u",  "W", "w", "Y", "y", "Y", "Z", "z", "Z", "z", "Z", "z", "s", // U+0170
};

uint32_t latin_code(const uint8_t *p, size_t n)
{
	uint32_t code = n == 1 ? p[0] : p[0] & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++)
		code = code << 6 | (p[i] & 0x3fu);
	return code;
}

const char *latin_plain(uint32_t code)
{
	if (code >= 0xc0 && code < 0xc0 + ARRAY_LEN(latin_one))
		return latin_one[code - 0xc0];
	if (code >= 0x100 && code < 0x100 + ARRAY_LEN(latin_two))
		return latin_two[code - 0x100];
	return code >= 0x300 && code < 0x370 ? "" : NULL;
}
