// SPDX-License-Identifier: ISC
// Width, letters, and options.
#include "intake/screen.h"

#include "base/number.h"
#include "intake/local_time.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define HELP_WIDTH   125 // of the help texts as they are written
#define HELP_HANG    8	 // where the words of a line would begin too far to the right
#define HELP_HEADING 40	 // letters: a shorter line of a help text is no part of a paragraph
#define WIDTH_LEAST  40	 // columns: less cannot be read
#define WIDTH_MOST   1000

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

// Where the words of a help line begin: behind "  --option ARGUMENT  ", or at its first letter.
static size_t screen_help_words(const char *line, size_t n)
{
	size_t first = 0;
	while (first < n && line[first] == ' ')
		first++;
	if (first != 2)
		return first;
	size_t at = first;
	while (at + 1 < n && !(line[at] == ' ' && line[at + 1] == ' '))
		at++;
	if (at + 1 >= n)
		return first;
	while (at < n && line[at] == ' ') // it is not ended
		at++;
	return at;
}

// Whether a line goes on with the one before it: a paragraph, or the words of an option.
static bool screen_help_goes_on(struct text *line, const char *next, size_t n)
{
	if (!line->length || !n || strncmp(next, "Usage:", strlen("Usage:")) == 0)
		return false;
	bool heading = line->bytes[line->length - 1] == ':', plain = text_string(line)[0] != ' ';
	if (plain)
		return next[0] != ' ' && !heading && line->length > HELP_HEADING;
	return screen_help_words(line->bytes, line->length) > 2 && strspn(next, " ") >= HELP_HANG;
}

static void screen_help_put(struct text *to, const struct text *line, unsigned width)
{
	size_t words = screen_help_words(line->bytes, line->length);
	bool usage = line->length > 6 && memcmp(line->bytes, "Usage:", 6) == 0;
	struct layout_form form = {.width = width, .hang = words ? (unsigned)words : LAYOUT_NO_HANG};
	if (usage || words == 2 || words > width / 2)
		form.hang = HELP_HANG;
	layout_text(to, line->bytes, line->length, &form);
	text_char(to, '\n');
}

void screen_help(const char *help)
{
	struct screen s;
	struct text to = {0}, line = {0};
	screen_init(&s);
	if (!s.layout.width || s.layout.width >= HELP_WIDTH) {
		fputs(help, stdout);
		return;
	}
	for (bool begun = false; *help; begun = true) {
		size_t n = strcspn(help, "\n"), blanks = strspn(help, " ");
		if (begun && screen_help_goes_on(&line, help, n)) {
			text_char(&line, ' ');
			text_bytes(&line, help + blanks, n - blanks);
		} else {
			if (begun)
				screen_help_put(&to, &line, s.layout.width);
			text_clear(&line);
			text_bytes(&line, help, n);
		}
		help += n + (help[n] == '\n');
	}
	screen_help_put(&to, &line, s.layout.width);
	fwrite(to.bytes, 1, to.length, stdout);
	text_free(&to);
	text_free(&line);
}

void screen_view(const struct screen *s, struct incident_view *v)
{
	v->zone = s->zone.east ? &s->zone : NULL;
	v->columns = s->layout.width;
}
