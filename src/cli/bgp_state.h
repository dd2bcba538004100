// SPDX-License-Identifier: ISC
// `lacuna bgp --state`: builds the routing table from the files and prints what it holds.
#pragma once

#include "cli/bgp_options.h"

struct decode_counts; // decode/decode.h

// Exit status as `lacuna bgp`.
int cli_bgp_state(const struct bgp_options *o);

// Names on standard error what was not right with the records; returns whether it was anything that the exit status tells.
bool cli_bgp_worries(const struct decode_counts *c);
