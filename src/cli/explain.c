// SPDX-License-Identifier: ISC
// `lacuna explain`: replays a recording and says of each incident why, how sure, on what evidence, and what is not known.
#include "cli/explain.h"

#include "base/json.h"
#include "base/when.h"
#include "cli/say.h"
#include "intake/run.h"
#include "intake/screen.h"
#include "report/cause.h"

#include <getopt.h>
#include <stdio.h>
#include <sys/stat.h>

static const char explain_help[] =
	"Usage: lacuna explain RECORDING... [ID] [--watch ENTITY]... [--until TIME] [--json] [--quiet]\n\n"
	"Replays a recording (or archives, as `lacuna replay` takes them) and says of each incident why it happened: causes\n"
	"ranked by probability, the evidence for and against with its ratios and files, what is not known, and which single\n"
	"observation would tell most. A mechanism, never an actor.\n\n"
	"  ID              only this incident: its id, or so much of its beginning that one is left\n"
	"  --watch ENTITY  country/KP, asn/131279, or 'country/*'; a recording names its own\n"
	"  --collector NAME=PATH  files below the folder or of the pattern PATH are of this collector\n"
	"  --until TIME    what was known then (Unix seconds or 2022-01-26T04:00:00Z)\n"
	"  --json          the incidents as JSON objects, as `lacuna replay --json` has them\n" SCREEN_HELP
	"  --quiet         no progress, no notes\n\n"
	"Examples:\n"
	"  lacuna explain recordings/demo\n"
	"  lacuna explain recordings/demo KX-20261125T1907Z-2\n"
	"  lacuna explain recordings/lab/power-silent-dual-9 --json\n\n"
	"Exit status: 0 done; 1 done, but input was damaged or missing; 2 usage, or no incident has that ID; 3 nothing could be\n"
	"read; 4 out of memory or another failure of our own.\n";

struct explain {
	struct intake_run session;
	struct screen screen;
	const char *id; // null: all
	bool json;
};

static int explain_usage(const char *message, const char *what)
{
	say_line("lacuna explain: %s%s%s", message, what ? ": " : "", what ? what : "");
	say_line("Try 'lacuna explain --help'.");
	return 2;
}

static int explain_parse_one(struct explain *e, int option)
{
	bool known;
	const char *wrong = screen_option(&e->screen, option, optarg, &known);
	if (known)
		return wrong ? explain_usage(wrong, optarg) : 0;
	switch (option) {
	case 'w':
		if (e->session.watch_count == WATCH_MAX)
			return explain_usage("too many --watch", NULL);
		e->session.watch[e->session.watch_count++] = optarg;
		return 0;
	case 'u':
		return !when_typed_text(optarg, &e->session.until) ? explain_usage("--until is not a time", optarg) : 0;
	case 'C':
		if (inputs_collector_rule(&e->session.in, optarg) < 0)
			return explain_usage("--collector wants NAME=PATH", optarg);
		return 0;
	case 'j':
		e->json = true;
		return 0;
	case 'q':
		e->session.quiet = true;
		return 0;
	default:
		say_line("Try 'lacuna explain --help'.");
		return 2;
	}
}

// 0: go on; else the exit status + 1.
static int explain_parse(struct explain *e, int argc, char **argv)
{
	static const struct option options[] = {
		{"watch", required_argument, NULL, 'w'},
		{"until", required_argument, NULL, 'u'},
		{"collector", required_argument, NULL, 'C'},
		{"json", no_argument, NULL, 'j'},
		{"quiet", no_argument, NULL, 'q'},
		{"help", no_argument, NULL, 'h'},
		SCREEN_OPTION_ROWS,
		{NULL, 0, NULL, 0},
	};
	int option;
	optind = 1;
	while ((option = getopt_long(argc, argv, "jqh", options, NULL)) != -1) {
		if (option == 'h') {
			screen_help(explain_help);
			return 1;
		}
		int status = explain_parse_one(e, option);
		if (status)
			return status + 1;
	}
	return optind == argc ? explain_usage("name a recording", NULL) + 1 : 0;
}

// The last argument is an ID if it is no file, folder or pattern but looks like one: "KX-20220125T2050Z-1".
static void explain_take_id(struct explain *e, int *argc, char **argv)
{
	struct stat st;
	const char *last = argv[*argc - 1];
	if (stat(last, &st) == 0 || strpbrk(last, "/*?[") || !strchr(last, '-'))
		return;
	e->id = last;
	(*argc)--;
}

static bool explain_chosen(const struct explain *e, const struct incident *n)
{
	return !e->id || strncmp(n->id, e->id, strlen(e->id)) == 0;
}

static int explain_count_chosen(const struct explain *e, const struct incident_view *v)
{
	size_t found = 0;
	for (size_t i = 0; i < v->incidents->count; i++)
		found += explain_chosen(e, &v->incidents->at[i]);
	if (!e->id || found == 1)
		return 0;
	if (found > 1)
		return explain_usage("more than one incident begins with that ID", e->id);
	say_line("lacuna explain: no incident has the ID %s; these are there:", e->id);
	for (size_t i = 0; i < v->incidents->count; i++)
		say_line("  %s", v->incidents->at[i].id);
	return 2;
}

static void explain_print(const struct explain *e, const struct incident_view *v)
{
	struct text t = {0};
	bool first = true;
	if (e->json)
		text_put(&t, "{\"incidents\":[");
	for (size_t i = 0; i < v->incidents->count; i++) {
		const struct incident *n = &v->incidents->at[i];
		if (!explain_chosen(e, n))
			continue;
		if (e->json) {
			text_put(&t, first ? "" : ",");
			incident_json(&t, v, n);
		} else {
			cause_explain(&t, v, n);
			text_char(&t, '\n');
		}
		first = false;
	}
	if (e->json)
		text_put(&t, "]}\n");
	else if (first)
		text_put(&t, "No watched country or network fell off the Internet: there is nothing to explain.\n");
	if (!e->json)
		world_text(&t, &v->world);
	if (e->json)
		fwrite(t.bytes, 1, t.length, stdout);
	else
		screen_print(&e->screen, &t);
	text_free(&t);
}

int cli_explain(int argc, char **argv)
{
	struct explain e = {0};
	struct incident_view view;
	run_init(&e.session, "lacuna explain", &say_notices);
	screen_init(&e.screen);
	int status = explain_parse(&e, argc, argv);
	if (!status) {
		explain_take_id(&e, &argc, argv);
		if (optind >= argc)
			status = explain_usage("an ID needs the recording that the incident is in", e.id) + 1;
	}
	if (!status) {
		status = 1 + run_paths(&e.session, argc - optind, argv + optind);
		if (status <= 2 && e.session.pipeline) {
			run_inputs(&e.session);
			run_view(&e.session, &view);
			screen_view(&e.screen, &view);
			int missing = explain_count_chosen(&e, &view);
			if (missing)
				status = missing + 1;
			else
				explain_print(&e, &view);
		}
	}
	run_free(&e.session);
	return status - 1;
}
