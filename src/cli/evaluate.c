// SPDX-License-Identifier: ISC
// `lacuna evaluate`: replays each recording and compares with its truth.json.
#include "cli/evaluate.h"
#include "cli/say.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/calibration.h"
#include "cli/labels.h"
#include "evaluate/score_report.h"
#include "evaluate/totals.h"
#include "intake/run.h"
#include "intake/screen.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define DETECT_MOST_S 4096 // later than that is not told in time for anything

static const char evaluate_help[] =
	"Usage: lacuna evaluate DIR... [--times] [--json]\n\n"
	"Replays each recording and compares what was found with its truth.json: was every outage found, when it began\n"
	"and ended, its scope, the order of failure and return; and was anything raised that did not happen.\n\n"
	"  --times  also how long after its true start each outage is told, to the second\n"
	"  --json   the contract's JSON object\n"
	"  --calibration DOCUMENT  in place of that: how good the ranking of causes is on recordings it has not seen, as a\n"
	"           document (cross-validation that leaves out variations, topologies and ways of making a fault)\n"
	"  --ratios FILE.csv      with it: write the rates that these recordings teach into this data file\n\n"
	"  --labels FILE.csv      or instead: how well published labels (IODA events of the SIGCOMM 2023 study; - for standard\n"
	"           input) tell an ordered shutdown at its onset, each country predicted from all others\n\n"
	"Examples:\n"
	"  lacuna evaluate recordings/*\n"
	"  lacuna evaluate --calibration doc/CALIBRATION.md --ratios data/ratios.csv /var/lab/matrix/*-[0-9]\n\n"
	"Exit status: 0 every recording met its truth; 1 one missed it; 2 usage; 3 nothing could be read; 4 own failure.\n";

struct evaluation {
	bool json, times;
	struct text out;
	struct json writer;
	struct totals totals;
};

// Name of the last folder of a path.
static void evaluate_name_of(const char *path, char *ret, size_t size)
{
	size_t n = strlen(path);
	while (n > 1 && path[n - 1] == '/')
		n--;
	size_t from = n;
	while (from > 0 && path[from - 1] != '/')
		from--;
	n = n - from < size - 1 ? n - from : size - 1;
	memcpy(ret, path + from, n);
	ret[n] = '\0';
}

// When incidents were told.

struct opening {
	char id[INCIDENT_ID_MAX];
	struct instant cut; // of the first revision
};

struct openings {
	struct opening *at;
	size_t count, capacity;
};

static void evaluate_opening_take(void *context, const struct revision *r)
{
	struct openings *o = context;
	if (r->revision != 1)
		return;
	alloc_grow((void **)&o->at, o->count, &o->capacity, sizeof(*o->at));
	struct opening *new = &o->at[o->count++];
	*new = (struct opening){.cut = r->cut};
	snprintf(new->id, sizeof(new->id), "%s", r->id);
}

// From the true start of the outage to the first revision of the incident that it was found as: to a second, the grid of the
// cuts. An incident that was open before tells it at once.
static void evaluate_time_detection(const struct openings *openings, struct score_outage *o)
{
	for (size_t i = 0; i < openings->count; i++) {
		if (strcmp(openings->at[i].id, o->found->id) != 0)
			continue;
		double after = instant_gap_s(o->truth->start, openings->at[i].cut);
		o->detect_s = after > DETECT_MOST_S ? NAN : after > 0 ? after : 0;
	}
}

static int evaluate_one(struct evaluation *e, char *dir)
{
	struct truth truth;
	struct intake_run session;
	struct openings openings = {0};
	struct file_error error = {0};
	char name[128];
	int code = truth_read(dir, &truth, &error);
	if (code < 0) {
		if (code == ERR_NOT_FOUND)
			say_line("lacuna evaluate: %s: there is no truth.json in it to compare with", dir);
		else
			say_line("lacuna evaluate: %s", error.message);
		return 3;
	}
	run_init(&session, "lacuna evaluate", &say_notices);
	session.quiet = true;
	if (e->times) {
		session.cut_ns = NS_PER_S;
		session.revisions = (struct revision_sink){evaluate_opening_take, &openings};
	}
	int status = run_paths(&session, 1, &dir);
	if (status <= 1 && session.pipeline) {
		struct score score =
			score_recording(&truth, pipeline_incidents(session.pipeline), &session.in.entities);
		for (size_t i = 0; e->times && i < score.count; i++)
			if (score.outages[i].asked && score.outages[i].detected)
				evaluate_time_detection(&openings, &score.outages[i]);
		evaluate_name_of(dir, name, sizeof(name));
		if (e->json)
			score_json(&e->writer, name, &score);
		else
			score_text(&e->out, name, &score);
		totals_add(&e->totals, &score, pipeline_watch_s(session.pipeline));
		score_free(&score);
	}
	free(openings.at);
	run_free(&session);
	truth_free(&truth);
	return status;
}

static int evaluate(struct evaluation *e, int n, char **dirs)
{
	int worst = 0;
	e->writer.out = &e->out;
	if (e->json) {
		json_open(&e->writer, '{');
		json_key(&e->writer, "recordings");
		json_open(&e->writer, '[');
	}
	for (int i = 0; i < n; i++) {
		int status = evaluate_one(e, dirs[i]);
		worst = status > worst ? status : worst;
	}
	if (e->json) {
		json_close(&e->writer, ']');
		totals_json(&e->writer, &e->totals);
		json_close(&e->writer, '}');
		text_char(&e->out, '\n');
	} else {
		totals_text(&e->out, &e->totals, e->times);
	}
	struct screen screen;
	screen_init(&screen);
	if (e->json)
		fwrite(e->out.bytes, 1, e->out.length, stdout);
	else
		screen_print(&screen, &e->out);
	if (worst >= 2)
		return worst == 3 && e->totals.recordings ? 1 : worst;
	return e->totals.missed ? 1 : worst;
}

int cli_evaluate(int argc, char **argv)
{
	static const struct option options[] = {{"json", no_argument, NULL, 'j'},
						{"times", no_argument, NULL, 't'},
						{"calibration", required_argument, NULL, 'c'},
						{"ratios", required_argument, NULL, 'r'},
						{"labels", required_argument, NULL, 'l'},
						{"help", no_argument, NULL, 'h'},
						{NULL, 0, NULL, 0}};
	struct evaluation e = {0};
	struct calibration_options calibration = {0};
	const char *labels = NULL;
	int option;
	optind = 1;
	while ((option = getopt_long(argc, argv, "jth", options, NULL)) != -1) {
		if (option == 'h') {
			screen_help(evaluate_help);
			return 0;
		}
		if (option == '?') {
			fputs("Try 'lacuna evaluate --help'.\n", stderr);
			return 2;
		}
		if (option == 'l')
			labels = optarg;
		if (option == 'c')
			calibration.document = optarg;
		if (option == 'r')
			calibration.ratios = optarg;
		e.json |= option == 'j';
		e.times |= option == 't';
	}
	if (labels && optind == argc && !calibration.document)
		return labels_run(labels, e.json);
	if (labels) {
		fputs("lacuna evaluate: --labels stands alone, with --json at most\nTry 'lacuna evaluate --help'.\n",
		      stderr);
		return 2;
	}
	if (optind == argc) {
		fputs("lacuna evaluate: name at least one recording\nTry 'lacuna evaluate --help'.\n", stderr);
		return 2;
	}
	if (calibration.ratios && !calibration.document) {
		fputs("lacuna evaluate: --ratios goes with --calibration\nTry 'lacuna evaluate --help'.\n", stderr);
		return 2;
	}
	if (calibration.document)
		return calibration_run(&calibration, argc - optind, argv + optind);
	int status = evaluate(&e, argc - optind, argv + optind);
	text_free(&e.out);
	totals_free(&e.totals);
	return status;
}
