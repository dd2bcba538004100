// SPDX-License-Identifier: ISC
// Zones are those of the system's tzdata, through the C library, which reads the rules of one zone at a time: it is set once.
#include "intake/local_time.h"

#include "base/must.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ZONES "/usr/share/zoneinfo" // of the system, unless TZDIR is set, as for the C library

static bool local_time_east(void *context, int64_t seconds, int32_t *ret_east_s, char ret_name[ZONE_NAME_SIZE])
{
	time_t when = (time_t)seconds;
	struct tm tm;
	(void)context;
	if (!localtime_r(&when, &tm))
		return false;
	*ret_east_s = (int32_t)tm.tm_gmtoff;
	snprintf(ret_name, ZONE_NAME_SIZE, "%s", tm.tm_zone ? tm.tm_zone : "");
	return true;
}

// Whether the system has rules of that name: the C library takes what it does not know for UTC, without a word.
static bool local_time_zone_exists(const char *path)
{
	char mark[4] = "";
	FILE *f = fopen(path, "re");
	bool found = f && fread(mark, 1, sizeof(mark), f) == sizeof(mark) && memcmp(mark, "TZif", sizeof(mark)) == 0;
	if (f)
		fclose(f);
	return found;
}

const char *local_time_set(struct words_zone *zone, const char *name)
{
	must(zone && name);
	const char *folder = getenv("TZDIR");
	struct text path = {0}, rule = {0};
	if (strcmp(name, "local") == 0) {
		tzset();
		zone->east = local_time_east;
		return NULL;
	}
	if (!*name || *name == '/' || strstr(name, ".."))
		return "--tz wants the name of a time zone, such as Asia/Pyongyang";
	text_printf(&path, "%s/%s", folder && *folder ? folder : ZONES, name);
	bool found = local_time_zone_exists(text_string(&path));
	text_printf(&rule, ":%s", text_string(&path));
	if (found)
		found = setenv("TZ", text_string(&rule), 1) == 0;
	tzset();
	text_free(&path);
	text_free(&rule);
	if (!found)
		return "--tz: this system knows no such time zone (names are such as Asia/Pyongyang; package tzdata)";
	zone->east = local_time_east;
	return NULL;
}
