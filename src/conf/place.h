// SPDX-License-Identifier: ISC
// Where something is to be asked, in one word: an address, a name, HOST:PORT, [IPv6]:PORT or a URL. Paths are read of http and
// https only; user names are refused.
#pragma once

#include "model/kind.h"
#include "model/manner.h"

#define PLACE_NAME_MAX 253

struct asked_place {
	const struct kind_row *kind;	// of the URL's scheme; null: no URL
	struct addr address;		// family NONE: `host` is a name
	char host[PLACE_NAME_MAX + 1];	// as it was written, without brackets
	uint16_t port;			// 0: none was written
	char query[PLACE_NAME_MAX + 1]; // dns://: the name that is asked for; empty: none
	uint16_t qtype;			// dns://; 0: none was written
	char path[MANNER_PATH_MAX + 1]; // http://, with what stands behind '?', as it is sent; empty: / or none
};

// Null when the whole of the word is a place, else what is wrong with it (static text).
const char *place_parse(const char *word, struct asked_place *ret);

// "SOA", "a", "TYPE257"; 0: no such type.
uint16_t place_qtype(const char *word);
