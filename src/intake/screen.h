// SPDX-License-Identifier: ISC
// Where text for people goes: how wide that is, which letters it shows, whose local time stands beside UTC. Asks the terminal, the
// environment and the system's time zones, which the rooms that write text do not.
#pragma once

#include "report/incident.h"
#include "report/layout.h"

struct screen {
	struct layout_form layout;
	struct words_zone zone; // east null: UTC alone
};

// Of commands that tell stories: rows for getopt_long, and what help says of them.
enum screen_option { SCREEN_TZ = 1001, SCREEN_WIDTH, SCREEN_ASCII };
#define SCREEN_OPTION_ROWS                                                                                             \
	{"tz", required_argument, NULL, SCREEN_TZ}, {"width", required_argument, NULL, SCREEN_WIDTH},                  \
	{                                                                                                              \
		"ascii", no_argument, NULL, SCREEN_ASCII                                                               \
	}
#define SCREEN_HELP                                                                                                    \
	"  --tz ZONE             local time beside UTC: a name such as Asia/Pyongyang, or 'local'\n"                   \
	"  --width COLUMNS       of text (default: COLUMNS, else the terminal's; 0: lines as long as they are)\n"      \
	"  --ascii               text in ASCII, as where the locale is not of UTF-8\n"

// Width: that of COLUMNS, else of the terminal; where standard output is none, lines stay as long as they are. ASCII where the locale is
// not of UTF-8.
void screen_init(struct screen *s);

// Takes an option of ours. 0; else a message of what is wrong with its argument, static text. `known`: false for an option of others.
const char *screen_option(struct screen *s, int option, const char *argument, bool *ret_known);

// What `t` says, as the screen wants it, to standard output.
void screen_print(const struct screen *s, const struct text *t);

// A help text to standard output: what is written for wide lines is broken anew where the terminal is narrower.
void screen_help(const char *help);

// Tells what writes text of it how it will be shown. The screen is borrowed.
void screen_view(const struct screen *s, struct incident_view *v);
