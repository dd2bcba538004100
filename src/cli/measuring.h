// SPDX-License-Identifier: ISC
// What `probe`, `check` and `record` share: their options, name resolution, and what becomes of attempts: rows for people, lines of
// NDJSON, sums.
#pragma once

#include "base/text.h"
#include "conf/plan.h"
#include "daemon/measure.h"
#include "report/attempt.h"
#include "report/tally.h"

#define TALLY_EACH 1024 // targets that have a row of their own in the summary

struct measuring {
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

enum measuring_option { // values of getopt_long, beyond those of single letters
	MEASURING_FIRST = 256,
	MEASURING_COUNT,
	MEASURING_INTERVAL,
	MEASURING_TIMEOUT,
	MEASURING_RATE,
	MEASURING_JSON,
	MEASURING_QUIET,
	MEASURING_LAB,
	MEASURING_ALLOWLIST,
	MEASURING_BLOCKLIST,
	MEASURING_OPT_OUT,
	MEASURING_SEED,
	MEASURING_CONTACT,
	MEASURING_IDENTITY,
	MEASURING_OBSERVER,
	MEASURING_INTERFACE,
	MEASURING_SOURCE,
	MEASURING_ACKNOWLEDGE,
	MEASURING_NEXT // a command adds its own from here on
};

#define MEASURING_OPTIONS                                                                                              \
	{"count", required_argument, NULL, MEASURING_COUNT},                                                           \
		{"interval", required_argument, NULL, MEASURING_INTERVAL},                                             \
		{"timeout", required_argument, NULL, MEASURING_TIMEOUT},                                               \
		{"rate", required_argument, NULL, MEASURING_RATE}, {"json", no_argument, NULL, MEASURING_JSON},        \
		{"quiet", no_argument, NULL, MEASURING_QUIET}, {"lab", no_argument, NULL, MEASURING_LAB},              \
		{"allowlist-file", required_argument, NULL, MEASURING_ALLOWLIST},                                      \
		{"blocklist-file", required_argument, NULL, MEASURING_BLOCKLIST},                                      \
		{"opt-out-file", required_argument, NULL, MEASURING_OPT_OUT},                                          \
		{"seed", required_argument, NULL, MEASURING_SEED},                                                     \
		{"contact", required_argument, NULL, MEASURING_CONTACT},                                               \
		{"identity", required_argument, NULL, MEASURING_IDENTITY},                                             \
		{"observer", required_argument, NULL, MEASURING_OBSERVER},                                             \
		{"interface", required_argument, NULL, MEASURING_INTERFACE},                                           \
		{"source-ip", required_argument, NULL, MEASURING_SOURCE},                                              \
		{"acknowledge-rate", no_argument, NULL, MEASURING_ACKNOWLEDGE},                                        \
	{                                                                                                              \
		"help", no_argument, NULL, 'h'                                                                         \
	}

#define MEASURING_HELP                                                                                                 \
	"  --count N             ask each target so many times (4; check: 1; 0: until interrupted)\n"                  \
	"  --interval SECONDS    between two questions to one target (1; the caps may make it longer)\n"               \
	"  --timeout SECONDS     an answer later than this is late (3; check: by kind)\n"                              \
	"  --rate N              packets a second in all, at most (500; over 10,000 needs --acknowledge-rate)\n"       \
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

void measuring_init(struct measuring *m, const char *command);
void measuring_free(struct measuring *m);
// One option of MEASURING_OPTIONS. 0, or the exit status after a message.
int measuring_option(struct measuring *m, int option, const char *argument);
int measuring_usage(const struct measuring *m, const char *message, const char *what);
// Resolves the names of the plan's targets. Those without an address are named on standard error and left out.
int measuring_resolve(struct measuring *m);
// What the plan's files say that the operator should know; a line each, escaped already.
void measuring_notes(struct measuring *m);
// Measures and prints. The exit status.
int measuring_run(struct measuring *m);

// Pieces for a command with a sink of its own; the context of the two sinks is a struct measuring, or begins with one.
int measuring_seconds(const struct measuring *m, const char *argument, uint32_t *ret_ms);
const char *measuring_name(const struct measuring *m, const struct attempt *a); // asked name, or null
void measuring_ready(void *context, const char *role, const struct message_ready *r);
void measuring_says(void *context, const char *line);
void measuring_accounting(const struct measuring *m);
