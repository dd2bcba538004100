// SPDX-License-Identifier: ISC
// `lacuna replay` and `lacuna demo`.
#pragma once

int cli_replay(int argc, char **argv);
int cli_demo(int argc, char **argv);
