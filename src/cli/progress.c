// SPDX-License-Identifier: ISC
// A bar on a terminal, nothing elsewhere.
#include "cli/progress.h"

#include <stdio.h>
#include <unistd.h>

#define BAR_CELLS 40

void progress_begin(struct progress *p, bool quiet)
{
	p->shown = !quiet && isatty(STDERR_FILENO);
	p->percent = -1;
}

void progress_at(struct progress *p, uint64_t done, uint64_t total)
{
	int percent = total ? (int)(done * 100 / total) : 100;
	if (!p->shown || percent == p->percent)
		return;
	p->percent = percent;
	char bar[BAR_CELLS + 1] = {0};
	for (int i = 0; i < BAR_CELLS; i++)
		bar[i] = i < percent * BAR_CELLS / 100 ? '#' : '.';
	fprintf(stderr, "\r[%s] %3d %%", bar, percent);
	fflush(stderr);
}

void progress_end(struct progress *p)
{
	if (p->shown)
		fprintf(stderr, "\r%*s\r", BAR_CELLS + 10, "");
	p->shown = false;
}
