// SPDX-License-Identifier: ISC
// The command line of `lacuna bgp`.
#pragma once

#include "decode/bgp_filter.h"
#include "report/bgp_text.h"

struct bgp_options {
	enum bgp_format format;
	bool count, state, json, quiet, all_views, no_guess;
	struct bgp_filter filter;
	const char *collectors[256]; // "NAME=PATH", borrowed from argv; good ones
	size_t collector_count;
	char **paths; // borrowed from argv
	int path_count;
};

// -1: go on. Else the exit status to end with at once: 0 after --help, 2 after a message on standard error.
int bgp_options_read(int argc, char **argv, struct bgp_options *ret);
void bgp_options_free(struct bgp_options *o);
