// SPDX-License-Identifier: ISC
// Zones are those of the system's tzdata, through the C library, which reads the rules of one zone at a time: it is set once.
#include "cli/screen.h"

#include "base/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define WIDTH_LEAST 40 // columns: less cannot be read
#define WIDTH_MOST  1000
#define ZONES	    "/usr/share/zoneinfo" // of the system, unless TZDIR is set, as for the C library

static unsigned screen_width_of(const char *columns)
{
	uint64_t n;
	if (!columns || !number_of_text(columns, WIDTH_MOST, &n) || !n)
		return 0;
	return n < WIDTH_LEAST ? WIDTH_LEAST : (unsigned)n;
}

static unsigned screen_terminal_width(void)
{
	struct winsize size;
	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || !size.ws_col)
		return 0;
	return size.ws_col < WIDTH_LEAST ? WIDTH_LEAST : size.ws_col < WIDTH_MOST ? size.ws_col : WIDTH_MOST;
}

// By name, as POSIX orders the variables: the locale itself need not be installed.
static bool screen_shows_utf8(void)
{
	const char *names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *value = getenv(names[i]);
		if (value && *value)
			return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
	}
	return false;
}

void screen_init(struct screen *s)
{
	*s = (struct screen){0};
	s->layout.width = screen_width_of(getenv("COLUMNS"));
	if (!s->layout.width)
		s->layout.width = screen_terminal_width();
	s->layout.ascii = !screen_shows_utf8();
}

static bool screen_east(void *context, int64_t seconds, int32_t *ret_east_s, char ret_name[ZONE_NAME_SIZE])
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
static bool screen_zone_exists(const char *path)
{
	char mark[4] = "";
	FILE *f = fopen(path, "re");
	bool found = f && fread(mark, 1, sizeof(mark), f) == sizeof(mark) && memcmp(mark, "TZif", sizeof(mark)) == 0;
	if (f)
		fclose(f);
	return found;
}

static const char *screen_set_zone(struct screen *s, const char *name)
{
	const char *folder = getenv("TZDIR");
	struct text path = {0}, rule = {0};
	if (strcmp(name, "local") == 0) {
		tzset();
		s->zone.east = screen_east;
		return NULL;
	}
	if (!*name || *name == '/' || strstr(name, ".."))
		return "--tz wants the name of a time zone, such as Asia/Pyongyang";
	text_printf(&path, "%s/%s", folder && *folder ? folder : ZONES, name);
	bool found = screen_zone_exists(text_string(&path));
	text_printf(&rule, ":%s", text_string(&path));
	if (found)
		found = setenv("TZ", text_string(&rule), 1) == 0;
	tzset();
	text_free(&path);
	text_free(&rule);
	if (!found)
		return "--tz: this system knows no such time zone (names are such as Asia/Pyongyang; package tzdata)";
	s->zone.east = screen_east;
	return NULL;
}

const char *screen_option(struct screen *s, int option, const char *argument, bool *ret_known)
{
	uint64_t n;
	*ret_known = true;
	switch (option) {
	case SCREEN_TZ:
		return screen_set_zone(s, argument);
	case SCREEN_WIDTH:
		if (!number_of_text(argument, WIDTH_MOST, &n) || (n && n < WIDTH_LEAST))
			return "--width wants a number of columns from 40 to 1000, or 0 for lines as long as they are";
		s->layout.width = (unsigned)n;
		return NULL;
	case SCREEN_ASCII:
		s->layout.ascii = true;
		return NULL;
	default:
		*ret_known = false;
		return NULL;
	}
}

void screen_print(const struct screen *s, const struct text *t)
{
	struct text fitted = {0};
	layout_text(&fitted, t->bytes, t->length, &s->layout);
	fwrite(fitted.bytes, 1, fitted.length, stdout);
	text_free(&fitted);
}

void screen_view(const struct screen *s, struct incident_view *v)
{
	v->zone = s->zone.east ? &s->zone : NULL;
	v->columns = s->layout.width;
}
