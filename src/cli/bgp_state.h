// SPDX-License-Identifier: ISC
// `lacuna bgp --state`: builds the routing table from the files and prints what it holds.
#pragma once

#include "cli/bgp_options.h"

// Exit status as `lacuna bgp`.
int cli_bgp_state(const struct bgp_options *o);
