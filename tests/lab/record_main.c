// SPDX-License-Identifier: ISC
// `record bmp` alone, for its tests and for labs of a build whose program does not have it yet.
#include "cli/record_bmp.h"

int main(int argc, char **argv)
{
	return cli_record_bmp(argc, argv);
}
