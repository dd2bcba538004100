// SPDX-License-Identifier: ISC
// `lacuna world` alone, for the tests of the command: the whole program has more rooms than this suite needs.
// Tests: src/cli/world.c
#include "cli/world.h"

int main(int argc, char **argv)
{
	return cli_world(argc, argv);
}
