// SPDX-License-Identifier: ISC
// A time as people write it, where a command line has it.
#include "cli/moment.h"

#include "base/err.h"
#include "base/when.h"

int moment_parse(const char *text, struct instant *ret)
{
	return when_typed(cursor_of(text, strlen(text)), ret) ? 0 : ERR_USAGE;
}
