// SPDX-License-Identifier: ISC
// A time as people and files write it: RFC 3339, parts of it, or Unix seconds.
#include "cli/moment.h"

#include "base/err.h"
#include "feed/line_time.h"

#include <string.h>
#include <time.h>

#define SECONDS_MAX 8000000000 // year 2223, as in the lines of files

int moment_parse(const char *text, struct instant *ret)
{
	static const char *const forms[] = {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%MZ", "%Y-%m-%dT%H:%M", "%Y-%m-%d"};
	if (line_time_text(cursor_of((const uint8_t *)text, strlen(text)), ret))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct tm tm = {0};
		const char *rest = strptime(text, forms[i], &tm);
		if (!rest || *rest)
			continue;
		int day = tm.tm_mday;
		time_t seconds = timegm(&tm); // which makes 3 March of 31 February
		if (tm.tm_mday != day || seconds < 0 || seconds > SECONDS_MAX)
			return ERR_USAGE;
		*ret = instant_of(seconds, 0);
		return 0;
	}
	return ERR_USAGE;
}
