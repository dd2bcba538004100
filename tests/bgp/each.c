// SPDX-License-Identifier: ISC
// Runs `lacuna bgp` on every file of a list within one process, with each kind of output in turn: what a crash, a
// hang or a leak of one run leaves behind meets the next. Fails on an exit status that is not in the contract.
#include "base/attr.h"
#include "cli/bgp.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int run_one(char *path, unsigned turn)
{
	static const char *const modes[] = {"-m", "-e", "--json", "--count", "--state", "--all-views"};
	char command[] = "bgp", quiet[] = "--quiet", mode[16];
	snprintf(mode, sizeof(mode), "%s", modes[turn % ARRAY_LEN(modes)]);
	char *argv[] = {command, quiet, mode, path, NULL};
	int status = cli_bgp(4, argv);
	if (status == 0 || status == 1 || status == 3)
		return 0;
	fprintf(stderr, "%s %s: exit status %d\n", mode, path, status);
	return 1;
}

int main(int argc, char **argv)
{
	char path[4096];
	unsigned files = 0, bad = 0;
	FILE *list = argc == 2 ? fopen(argv[1], "r") : NULL;
	int printed = dup(STDOUT_FILENO), nowhere = open("/dev/null", O_WRONLY);
	if (!list || printed < 0 || nowhere < 0 || dup2(nowhere, STDOUT_FILENO) < 0)
		return 2;
	while (fgets(path, sizeof(path), list)) {
		path[strcspn(path, "\n")] = '\0';
		bad += (unsigned)run_one(path, files++);
	}
	fclose(list);
	dprintf(printed, "%u files, %u with a wrong status\n", files, bad);
	return bad ? 1 : 0;
}
