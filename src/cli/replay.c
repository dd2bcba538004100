// SPDX-License-Identifier: ISC
// `lacuna replay`: feeds the pipeline from files and prints what it found, for people or as JSON.
#include "cli/replay.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/number.h"
#include "base/when.h"
#include "cli/follow.h"
#include "cli/say.h"
#include "intake/answer.h"
#include "intake/run.h"
#include "intake/screen.h"
#include "intake/shipped.h"
#include "intake/tables.h"
#include "report/revision.h"

#include <float.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#define WATCH_MAX	   256
#define FOLLOW_EVERY_S	   5
#define FOLLOW_WATERMARK_S 120

static const char replay_help[] =
	"Usage: lacuna replay PATH... [--watch ENTITY]... [--watch-file FILE] [--json] [--until TIME] [--follow[=SECONDS]] [--definition NAME]\n"
	"                     [--full-feed-floor N] [--set NAME=VALUE]... [--parameters] [--world FILE] [--quiet]\n\n"
	"Reads BGP archives (MRT and BMP, plain or compressed, files, folders, globs) and recording folders in time\n"
	"order, and tells which watched country or network left the global routing table, when, how fast, and when it\n"
	"came back.\n\n"
	"  --watch ENTITY        country/KP, asn/131279, or 'country/*'; a recording names its own\n"
	"  --watch-file FILE     the same from a file, one a line; with --follow it is read again when it changes, and on SIGHUP\n"
	"  --json                incidents and the quality of the data as one JSON object\n"
	"  --until TIME          the state at the last cut up to this time (Unix seconds or 2022-01-26T04:00:00Z)\n"
	"  --csv FILE            incidents as a table (RFC 4180), a row each\n"
	"  --series FILE         the numbers behind the strips as a table: each value with what was expected then\n"
	"  --revisions           every revision of every incident as a JSON line, when the data had come so far\n"
	"  --log DIR             keep what the engine takes in this event log, which replay reads too (see 'lacuna log')\n"
	"  --cut SECONDS         grid of data time on which revisions are cut (10)\n"
	"  --snapshot FILE       writes the state there when the data end, at --until, or when told to stop\n"
	"  --resume FILE         goes on from such a state with the same paths: what it has is not told again\n"
	"  --follow[=SECONDS]    the data is still being written: read what is new and tell each revision in a line, until\n"
	"                        interrupted; look at least so often (5), for file systems that do not say what changes\n"
	"  --verbose             with --follow: the whole story with each revision\n"
	"  --watermark SECONDS   with --follow: most that one source holds the others up while it gives nothing (120)\n"
	"  --definition NAME     what 'visible' means: networks-half (default), ioda-text, bgpview, monocle, one-network\n"
	"  --collector NAME=PATH files below the folder or of the pattern PATH are of this collector; else their paths say it\n"
	"  --exclude-peer A      without what this peer says: an address or an AS number; may be given several times\n"
	"  --exclude-collector NAME  without what this collector says, by the name that 'lacuna bgp --json' shows\n"
	"  --full-feed-floor N   fewest prefixes of a full table (default: the definition's; a recording may give its own)\n"
	"  --set NAME=VALUE      another number, such as level.open=0.5; all of them are hashed into the incident\n"
	"  --parameters          every number that decides: value, unit, bounds, source; and nothing else\n"
	"  --world FILE          who is where (default: what 'lacuna world build' made)\n" SCREEN_HELP
	"  --quiet               no progress, no notes\n\n"
	"Examples:\n"
	"  lacuna replay recordings/demo\n"
	"  lacuna replay rrc00/2022.01/ --watch country/KP\n"
	"  lacuna replay bview.20220126.0000.gz 'updates.20220126.*.gz' --watch country/KP --json\n\n"
	"Exit status: 0 done; 1 done, but input was damaged or missing (named on standard error); 2 usage; 3 nothing\n"
	"could be read; 4 out of memory or another failure of our own.\n";

static volatile sig_atomic_t replay_stop;

static void replay_on_stop(int number)
{
	(void)number;
	replay_stop = 1;
}

struct replay {
	struct intake_run session;
	struct screen screen;
	struct tables tables;
	bool json, parameters, follow, revisions, verbose;
	double every_s, watermark_s;
};

static int replay_usage(const char *message, const char *what)
{
	say_line("lacuna replay: %s%s%s", message, what ? ": " : "", what ? what : "");
	say_line("Try 'lacuna replay --help'.");
	return 2;
}

static int replay_seconds_parse(const char *option, const char *argument, double *ret)
{
	return number_real_of_text(argument, 0, 86400, ret) ? 0 : replay_usage("a number of seconds is wanted", option);
}

static int replay_cut_parse(const char *argument, int64_t *ret)
{
	double seconds;
	int code = replay_seconds_parse("--cut", argument, &seconds);
	if (code)
		return code;
	if (seconds < 1)
		return replay_usage("--cut wants at least one second", argument);
	*ret = (int64_t)(seconds * (double)NS_PER_S);
	return 0;
}

static int replay_set_decision(struct decisions *d, const char *argument)
{
	const char *equals = strchr(argument, '=');
	char name[64], message[160];
	const struct decision *row;
	size_t n = equals ? (size_t)(equals - argument) : sizeof(name);
	double value;
	if (!n || n >= sizeof(name) || !number_real_of_text(equals + 1, -DBL_MAX, DBL_MAX, &value))
		return replay_usage("--set wants NAME=VALUE", argument);
	memcpy(name, argument, n);
	name[n] = '\0';
	int code = decisions_set(d, name, value, &row);
	if (code == ERR_NOT_FOUND)
		return replay_usage("no such number (see --parameters)", name);
	if (code == 0)
		return 0;
	if (code == ERR_MALFORMED) {
		snprintf(message, sizeof(message), "%s must be a whole number (%s)", name, row->unit);
		return replay_usage(message, equals + 1);
	}
	snprintf(message, sizeof(message), "%s must be from %.9g to %.9g (%s)", name, row->low, row->high, row->unit);
	return replay_usage(message, equals + 1);
}

// Numbers that are each within their bounds may contradict each other all the same.
static int replay_check_decisions(const struct decisions *d)
{
	const char *low, *high;
	char message[160];
	if (!pipeline_decisions_torn(d, &low, &high))
		return 0;
	snprintf(message, sizeof(message), "--set: %s (%.9g) must not be above %s (%.9g)", low, decisions_value(d, low),
		 high, decisions_value(d, high));
	return replay_usage(message, NULL);
}

// In columns, at least two spaces apart.
static void replay_print_decisions(const struct decisions *d)
{
	const struct decision *row;
	double value;
	for (size_t i = 0; (row = decisions_row(d, i, &value)); i++) {
		char bounds[48];
		snprintf(bounds, sizeof(bounds), "%.9g to %.9g", row->low, row->high);
		printf("%-34s  %-10.9g  %-27s  %-18s  %s\n", row->name, value, row->unit, bounds, row->source);
	}
}

static int replay_floor_parse(const char *argument, uint32_t *ret)
{
	uint64_t value;
	if (!number_of_text(argument, UINT32_MAX, &value) || !value)
		return replay_usage("--full-feed-floor wants a number of prefixes from 1 to 4294967295", argument);
	*ret = (uint32_t)value;
	return 0;
}

static int replay_parse_one(struct replay *r, int option)
{
	bool known;
	const char *wrong = screen_option(&r->screen, option, optarg, &known);
	if (known)
		return wrong ? replay_usage(wrong, optarg) : 0;
	switch (option) {
	case 'w':
		if (r->session.watch_count == WATCH_MAX)
			return replay_usage("too many --watch", NULL);
		r->session.watch[r->session.watch_count++] = optarg;
		return 0;
	case 'a':
		r->session.watching.path = optarg;
		return 0;
	case 'j':
		r->json = true;
		return 0;
	case 'q':
		r->session.quiet = true;
		return 0;
	case 's':
		return replay_set_decision(&r->session.decisions, optarg);
	case 'F':
		r->follow = true;
		return optarg ? replay_seconds_parse("--follow", optarg, &r->every_s) : 0;
	case 'v':
		r->verbose = true;
		return 0;
	case 'l':
		r->session.log_dir = optarg;
		return 0;
	case 't':
		r->tables.incidents_path = optarg;
		return 0;
	case 'T':
		r->tables.series_path = optarg;
		return 0;
	case 'r':
		r->revisions = true;
		return 0;
	case 'c':
		return replay_cut_parse(optarg, &r->session.cut_ns);
	case 'S':
		r->session.snapshot_path = optarg;
		return 0;
	case 'R':
		r->session.resume_path = optarg;
		return 0;
	case 'm':
		return replay_seconds_parse("--watermark", optarg, &r->watermark_s);
	case 'p':
		r->parameters = true;
		return 0;
	case 'W':
		r->session.world_path = optarg;
		return 0;
	case 'C':
		if (inputs_collector_rule(&r->session.in, optarg) < 0)
			return replay_usage("--collector wants NAME=PATH", optarg);
		return 0;
	case 'x':
		return exclude_peer(&r->session.exclude, optarg) < 0
			       ? replay_usage("--exclude-peer wants an address or an AS number", optarg)
			       : 0;
	case 'X':
		exclude_collector(&r->session.exclude, optarg);
		return 0;
	case 'u':
		return !when_typed_text(optarg, &r->session.until) ? replay_usage("--until is not a time", optarg) : 0;
	case 'd':
		r->session.definition = definition_find(optarg);
		return r->session.definition ? 0 : replay_usage("no such definition", optarg);
	case 'f':
		return replay_floor_parse(optarg, &r->session.full_feed_floor);
	default:
		fprintf(stderr, "Try 'lacuna replay --help'.\n");
		return 2;
	}
}

// 0: go on; else the exit status + 1.
static int replay_parse(struct replay *r, int argc, char **argv)
{
	static const struct option options[] = {
		{"watch", required_argument, NULL, 'w'},
		{"watch-file", required_argument, NULL, 'a'},
		{"json", no_argument, NULL, 'j'},
		{"until", required_argument, NULL, 'u'},
		{"definition", required_argument, NULL, 'd'},
		{"collector", required_argument, NULL, 'C'},
		{"exclude-peer", required_argument, NULL, 'x'},
		{"exclude-collector", required_argument, NULL, 'X'},
		{"world", required_argument, NULL, 'W'},
		{"quiet", no_argument, NULL, 'q'},
		{"full-feed-floor", required_argument, NULL, 'f'},
		{"set", required_argument, NULL, 's'},
		{"parameters", no_argument, NULL, 'p'},
		{"follow", optional_argument, NULL, 'F'},
		{"verbose", no_argument, NULL, 'v'},
		{"watermark", required_argument, NULL, 'm'},
		{"revisions", no_argument, NULL, 'r'},
		{"log", required_argument, NULL, 'l'},
		{"cut", required_argument, NULL, 'c'},
		{"csv", required_argument, NULL, 't'},
		{"series", required_argument, NULL, 'T'},
		{"snapshot", required_argument, NULL, 'S'},
		{"resume", required_argument, NULL, 'R'},
		{"help", no_argument, NULL, 'h'},
		SCREEN_OPTION_ROWS,
		{NULL, 0, NULL, 0},
	};
	int option;
	optind = 1;
	while ((option = getopt_long(argc, argv, "jqh", options, NULL)) != -1) {
		if (option == 'h') {
			screen_help(replay_help);
			return 1;
		}
		int code = replay_parse_one(r, option);
		if (code)
			return code + 1;
	}
	int torn = replay_check_decisions(&r->session.decisions);
	if (torn)
		return torn + 1;
	if (r->parameters) {
		replay_print_decisions(&r->session.decisions);
		return 1;
	}
	if (r->follow && (r->tables.incidents_path || r->tables.series_path))
		return replay_usage("--csv and --series are of data that end: not with --follow", NULL) + 1;
	return optind == argc ? replay_usage("name at least one file or folder", NULL) + 1 : 0;
}

// One revision as a line: when it was cut, what is new, and the document.
static void replay_revision_print(void *context, const struct revision *r)
{
	struct text t = {0};
	(void)context;
	revision_json(&t, r);
	text_char(&t, '\n');
	fwrite(t.bytes, 1, t.length, stdout);
	text_free(&t);
}

static void replay_print(struct replay *r)
{
	struct incident_view view;
	if (r->json)
		run_inputs(&r->session);
	run_view(&r->session, &view);
	struct text t = {0};
	screen_view(&r->screen, &view);
	(r->json ? answer_json : answer_text)(&t, &r->session, &view);
	if (r->json)
		fwrite(t.bytes, 1, t.length, stdout);
	else
		screen_print(&r->screen, &t);
	text_free(&t);
}

// The exit status.
static int replay_paths(struct replay *r, int n, char **paths)
{
	struct incident_view view;
	int status = tables_open(&r->tables, &r->session);
	if (status)
		return status;
	status = run_paths(&r->session, n, paths);
	bool found = status <= 1 && r->session.pipeline;
	if (found && !r->revisions)
		replay_print(r);
	if (found)
		run_view(&r->session, &view);
	int written = tables_close(&r->tables, found ? &view : NULL);
	return written ? written : status;
}

int cli_replay(int argc, char **argv)
{
	struct replay r = {.every_s = FOLLOW_EVERY_S, .watermark_s = FOLLOW_WATERMARK_S};
	run_init(&r.session, "lacuna replay", &say_notices);
	screen_init(&r.screen);
	int status = replay_parse(&r, argc, argv);
	if (!status && r.follow) {
		struct follow_options options = {.session = &r.session,
						 .screen = &r.screen,
						 .paths = argv + optind,
						 .path_count = argc - optind,
						 .every_s = r.every_s,
						 .watermark_s = r.watermark_s,
						 .json = r.json || r.revisions,
						 .verbose = r.verbose};
		status = 1 + follow(&options);
	} else if (!status) {
		if (r.revisions)
			r.session.revisions = (struct revision_sink){replay_revision_print, NULL};
		if (r.session.snapshot_path) {
			struct sigaction action = {.sa_handler = replay_on_stop,
						   .sa_flags = SA_RESTART}; // a line is told to its end
			sigaction(SIGTERM, &action, NULL);
			sigaction(SIGINT, &action, NULL);
			r.session.stop = &replay_stop;
		}
		status = 1 + replay_paths(&r, argc - optind, argv + optind);
	}
	run_free(&r.session);
	return status - 1;
}

// Whether this argument is one of those that say how text is shown; *at moves on to its value.
static bool replay_demo_takes(int argc, char **argv, int *at)
{
	static const char *const with[] = {"--tz", "--width"};
	for (size_t i = 0; i < ARRAY_LEN(with); i++) {
		size_t n = strlen(with[i]);
		if (strncmp(argv[*at], with[i], n) != 0 || (argv[*at][n] && argv[*at][n] != '='))
			continue;
		*at += !argv[*at][n] && *at + 1 < argc;
		return true;
	}
	return strcmp(argv[*at], "--ascii") == 0;
}

int cli_demo(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		screen_help(
			"Usage: lacuna demo [--tz ZONE] [--width COLUMNS] [--ascii]\n\n"
			"Replays the recording that is shipped with the program: a small country in a lab of real routers falls off\n"
			"the Internet and comes back.\n\n" SCREEN_HELP);
		return 0;
	}
	for (int i = 1; i < argc; i++)
		if (!replay_demo_takes(argc, argv, &i)) {
			say_line("lacuna demo: takes only --tz, --width and --ascii: %s", argv[i]);
			return 2;
		}
	struct text path = {0};
	if (!shipped_find("recordings/demo", "LACUNA_DEMO", &path)) {
		fprintf(stderr, "lacuna demo: the shipped recording is not there; set LACUNA_DEMO to its folder\n");
		text_free(&path);
		return 3;
	}
	char **arguments = alloc_zero((size_t)argc + 2, sizeof(*arguments));
	memcpy(arguments, argv, (size_t)argc * sizeof(*arguments));
	arguments[argc] = (char *)text_string(&path);
	int status = cli_replay(argc + 1, arguments);
	free(arguments);
	text_free(&path);
	return status;
}
