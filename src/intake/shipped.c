// SPDX-License-Identifier: ISC
// The places are relative to the program itself, so a checkout may be moved.
#include "intake/shipped.h"

#include <stdlib.h>
#include <unistd.h>

bool shipped_find(const char *name, const char *variable, struct text *ret_path)
{
	static const char *const beside[] = {"/../../../", "/../share/lacuna/"}; // of build/src/cli, of bin
	const char *named = getenv(variable);
	char program[4096];
	text_clear(ret_path);
	if (named) {
		text_put(ret_path, named);
		return access(named, R_OK) == 0;
	}
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);
	program[n > 0 ? n : 0] = '\0';
	char *slash = strrchr(program, '/');
	if (slash)
		*slash = '\0';
	for (size_t i = 0; i < ARRAY_LEN(beside); i++) {
		text_clear(ret_path);
		text_printf(ret_path, "%s%s%s", program, beside[i], name);
		if (access(text_string(ret_path), R_OK) == 0)
			return true;
	}
	return false;
}
