// SPDX-License-Identifier: ISC
// The words for how something is asked ("http", "border"), as recordings, inventories, target lists and URLs have them.
#pragma once

#include "model/target.h"

struct kind_row {
	const char *word;
	uint8_t op;	// enum probe_op
	uint8_t role;	// enum target_kind
	uint16_t flags; // enum check_flag
	uint16_t port;	// the usual one; 0: none
};

const struct kind_row *kind_of(const char *word);		 // or null
const char *kind_word(uint8_t op, uint8_t role, uint16_t flags); // of what is asked so; the inverse of kind_of
const struct kind_row *kind_of_port(uint16_t port);		 // of an inventory: 25, 53, 80 and 443 only; or null
const struct kind_row *kind_of_scheme(const char *scheme, size_t n); // of a URL; or null
#define KIND_WORDS "host, dns, http, https, smtp, tls, tcp, border, control"
