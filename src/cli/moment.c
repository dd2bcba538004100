// SPDX-License-Identifier: ISC
// A time as people and files write it: RFC 3339, parts of it, or Unix seconds.
#include "cli/moment.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

int moment_parse(const char *text, struct instant *ret)
{
	static const char *const forms[] = {"%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%MZ",
					    "%Y-%m-%dT%H:%M", "%Y-%m-%d"};
	char *end;
	double seconds = strtod(text, &end);
	if (end != text && !*end && seconds > -1e10 && seconds < 1e10) {
		*ret = (struct instant){(int64_t)(seconds * 1e9)};
		return 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct tm tm = {0};
		const char *rest = strptime(text, forms[i], &tm);
		if (!rest || *rest)
			continue;
		*ret = instant_of(timegm(&tm), 0);
		return 0;
	}
	return ERR_USAGE;
}
