// SPDX-License-Identifier: ISC
// `lacuna world build|lookup|info`: who-is-where data.
#pragma once

// argv[0] is the word "world". Returns the exit status.
int cli_world(int argc, char **argv);
