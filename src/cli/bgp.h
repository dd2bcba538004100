// SPDX-License-Identifier: ISC
// `lacuna bgp`: MRT and BMP files as text, JSON or counts.
#pragma once

// argv[0] is the command's own name. Returns the exit status (README.md of this folder).
int cli_bgp(int argc, char **argv);
