// SPDX-License-Identifier: ISC
// What `probe`, `check` and `record` share: their options, name resolution, and what becomes of attempts: rows for people, lines of
// NDJSON, sums.
#pragma once

#include "base/text.h"
#include "conf/plan.h"
#include "daemon/measure.h"
#include "report/attempt.h"
#include "report/tally.h"

#define MEASURE_TALLY_EACH 1024 // targets that have a row of their own in the summary

struct measure_command {
	const char *command; // for messages
	struct plan plan;
	struct plan_list ranges;
	struct measure_options options;
	bool json, quiet, named;
	bool unread; // standard output takes no more
	struct tally all;
	struct tally *each; // per target; null where there are too many
	struct text out;
	struct measure_result result;
};

enum measure_command_option { // values of getopt_long, beyond those of single letters
	MEASURE_COMMAND_FIRST = 256,
	MEASURE_COMMAND_COUNT,
	MEASURE_COMMAND_INTERVAL,
	MEASURE_COMMAND_TIMEOUT,
	MEASURE_COMMAND_RATE,
	MEASURE_COMMAND_JSON,
	MEASURE_COMMAND_QUIET,
	MEASURE_COMMAND_LAB,
	MEASURE_COMMAND_ALLOWLIST,
	MEASURE_COMMAND_BLOCKLIST,
	MEASURE_COMMAND_OPT_OUT,
	MEASURE_COMMAND_SEED,
	MEASURE_COMMAND_CONTACT,
	MEASURE_COMMAND_IDENTITY,
	MEASURE_COMMAND_OBSERVER,
	MEASURE_COMMAND_INTERFACE,
	MEASURE_COMMAND_SOURCE,
	MEASURE_COMMAND_ACKNOWLEDGE,
	MEASURE_COMMAND_NEXT // a command adds its own from here on
};

#define MEASURE_COMMAND_OPTIONS                                                                                        \
	{"count", required_argument, NULL, MEASURE_COMMAND_COUNT},                                                     \
		{"interval", required_argument, NULL, MEASURE_COMMAND_INTERVAL},                                       \
		{"timeout", required_argument, NULL, MEASURE_COMMAND_TIMEOUT},                                         \
		{"rate", required_argument, NULL, MEASURE_COMMAND_RATE},                                               \
		{"json", no_argument, NULL, MEASURE_COMMAND_JSON},                                                     \
		{"quiet", no_argument, NULL, MEASURE_COMMAND_QUIET}, {"lab", no_argument, NULL, MEASURE_COMMAND_LAB},  \
		{"allowlist-file", required_argument, NULL, MEASURE_COMMAND_ALLOWLIST},                                \
		{"blocklist-file", required_argument, NULL, MEASURE_COMMAND_BLOCKLIST},                                \
		{"opt-out-file", required_argument, NULL, MEASURE_COMMAND_OPT_OUT},                                    \
		{"seed", required_argument, NULL, MEASURE_COMMAND_SEED},                                               \
		{"contact", required_argument, NULL, MEASURE_COMMAND_CONTACT},                                         \
		{"identity", required_argument, NULL, MEASURE_COMMAND_IDENTITY},                                       \
		{"observer", required_argument, NULL, MEASURE_COMMAND_OBSERVER},                                       \
		{"interface", required_argument, NULL, MEASURE_COMMAND_INTERFACE},                                     \
		{"source-ip", required_argument, NULL, MEASURE_COMMAND_SOURCE},                                        \
		{"acknowledge-rate", no_argument, NULL, MEASURE_COMMAND_ACKNOWLEDGE},                                  \
	{                                                                                                              \
		"help", no_argument, NULL, 'h'                                                                         \
	}

#define MEASURE_COMMAND_HELP                                                                                           \
	"  --count N             ask each target so many times (4; check: 1; 0: until interrupted)\n"                  \
	"  --interval SECONDS    between two questions to one target (1; the caps may make it longer)\n"               \
	"  --timeout SECONDS     an answer later than this is late (3; check: by kind)\n"                              \
	"  --rate N              packets a second in all, at most (500, lab 10,000; more needs --acknowledge-rate)\n"  \
	"  --allowlist-file F    prefixes that may be asked, one a line; needed for more than named targets\n"         \
	"  --blocklist-file F    prefixes that may not, one a line\n"                                                  \
	"  --opt-out-file F      the same, and read again within a second when it changes\n"                           \
	"  --lab                 laboratory: private and documentation addresses, nothing else, every second\n"        \
	"  --acknowledge-rate    those who are asked have agreed to more than 10,000 packets a second\n"               \
	"  --contact TEXT        mail address or page of yours, sent along\n"                                          \
	"  --identity NAME       of your host or site, told to services that are checked\n"                            \
	"  --observer NAME       who measures, as written into results (local)\n"                                      \
	"  --interface NAME      leave through this one (by the route)\n"                                              \
	"  --source-ip ADDRESS   send from this address (the interface's)\n"                                           \
	"  --seed N              of the order in which targets are asked (random)\n"                                   \
	"  --json                one line of NDJSON an attempt, as recordings hold them\n"                             \
	"  --quiet               no rows, the summary only\n"

void measure_command_init(struct measure_command *m, const char *command);
void measure_command_free(struct measure_command *m);
// One option of MEASURE_COMMAND_OPTIONS. 0, or the exit status after a message.
int measure_command_option(struct measure_command *m, int option, const char *argument);
int measure_command_usage(const struct measure_command *m, const char *message, const char *what);
// Resolves the names of the plan's targets. Those without an address are named on standard error and left out.
int measure_command_resolve(struct measure_command *m);
// What the plan's files say that the operator should know; a line each, escaped already.
void measure_command_notes(struct measure_command *m);
// Measures and prints. The exit status.
int measure_command_run(struct measure_command *m);

// Pieces for a command with a sink of its own; the context of the two sinks is a struct measure_command, or begins with one.
int measure_command_seconds(const struct measure_command *m, const char *argument, uint32_t *ret_ms);
const char *measure_command_name(const struct measure_command *m, const struct attempt *a); // asked name, or null
void measure_command_ready(void *context, const char *role, const struct message_ready *r);
void measure_command_says(void *context, const char *line);
void measure_command_accounting(const struct measure_command *m);
