// SPDX-License-Identifier: ISC
// Width, letters, and options.
#include "cli/screen.h"

#include "base/number.h"
#include "intake/local_time.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_LEAST 40 // columns: less cannot be read
#define WIDTH_MOST  1000

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

const char *screen_option(struct screen *s, int option, const char *argument, bool *ret_known)
{
	uint64_t n;
	*ret_known = true;
	switch (option) {
	case SCREEN_TZ:
		return local_time_set(&s->zone, argument);
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
