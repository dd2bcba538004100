// SPDX-License-Identifier: ISC
// `lacuna record probes`: the watch list, the census and the service checks of a configuration, into a recording folder.
#include "cli/record.h"

#include "base/alloc.h"
#include "base/err.h"
#include "cli/measuring.h"
#include "cli/record_bmp.h"
#include "cli/say.h"
#include "os/clock.h"
#include "recording/recorder.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONTROLS_LEAST 4 // fewer cannot tell our own failure from the target's

static const char help[] =
	"Usage: lacuna record probes -o DIR [-c lacuna.yml] [TARGET...] [OPTION]...\n"
	"       lacuna record bmp ADDR:PORT -o DIR [--collector NAME] [--for SECONDS]\n"
	"       lacuna record --example\n"
	"\n"
	"Measures what a configuration lists, until interrupted, and keeps every attempt in a recording folder that\n"
	"'lacuna replay DIR' reads: pings of the watch list, the census of address blocks, checks of services, and our "
	"own\n"
	"blindness. A folder that is there already is gone on with.\n"
	"\n"
	"  -o, --output DIR      the recording folder\n"
	"  -c, --config FILE     what to measure and who you are; begins with `probing: off`: see doc/PROBING.md\n"
	"  --for SECONDS         stop after\n"
	"  --collector NAME      bmp: the collector's name in the recording; 'lacuna record bmp --help' says more\n"
	"  --example             print a configuration with every key explained\n"
	"\n" MEASURING_HELP "\n"
	"Examples:\n"
	"  lacuna record --example > lacuna.yml\n"
	"  lacuna record probes -c lacuna.yml -o recordings/today\n"
	"  lacuna record probes --lab -o /tmp/r 198.18.0.10 http://198.18.0.10/ --interval 1 --for 60\n"
	"\n"
	"Exit status: 0 done; 1 done, but we were blind for a time or a process had to be started again; 2 usage;\n"
	"3 nothing could be measured; 4 a failure of our own, the disk included.\n";

struct record {
	struct measuring m; // first: sinks that are shared find it at the record's address
	struct recorder files;
	const char *dir, *config;
	uint32_t for_ms;
	uint64_t attempts, blind;
	bool failed;
};

static const struct option options[] = {
	MEASURING_OPTIONS,
	{"output", required_argument, NULL, 'o'},
	{"config", required_argument, NULL, 'c'},
	{"for", required_argument, NULL, MEASURING_NEXT},
	{"example", no_argument, NULL, MEASURING_NEXT + 1},
	{NULL, 0, NULL, 0},
};

// The configuration comes first, wherever it stands: what the command line says goes before it.
static int configuration(struct record *r, int argc, char **argv)
{
	struct plan_error e;
	int option;
	opterr = 0;
	while ((option = getopt_long(argc, argv, "o:c:", options, NULL)) != -1) {
		if (option == 'h' || option == MEASURING_NEXT + 1) {
			r->config = NULL;
			break;
		}
		r->config = option == 'c' ? optarg : r->config;
	}
	opterr = 1;
	optind = 0; // glibc: begin anew
	if (r->config && plan_read(&r->m.plan, r->config, &e) < 0) {
		say_line("lacuna record: %s", e.text);
		return 3;
	}
	measuring_notes(&r->m);
	return 0;
}

static int parse(struct record *r, int argc, char **argv)
{
	int option, status = configuration(r, argc, argv);
	while (status == 0 && (option = getopt_long(argc, argv, "o:c:", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return -1;
		}
		switch (option) {
		case MEASURING_NEXT + 1:
			text_clear(&r->m.out);
			plan_example(&r->m.out);
			fwrite(r->m.out.bytes, 1, r->m.out.length, stdout);
			return -1;
		case 'o':
			r->dir = optarg;
			break;
		case 'c':
			break;
		case MEASURING_NEXT:
			status = measuring_seconds(&r->m, optarg, &r->for_ms);
			break;
		case MEASURING_OPT_OUT:
			// Who stands in the configuration's list has not changed their mind.
			if (r->m.plan.opt_out_file && r->config)
				status = measuring_usage(&r->m, "the configuration names an opt-out file already",
							 optarg);
			else
				status = measuring_option(&r->m, option, optarg);
			break;
		default:
			status = measuring_option(&r->m, option, optarg);
		}
	}
	return status;
}

static void take(void *context, const struct attempt *batch, size_t n)
{
	struct record *r = context;
	for (size_t i = 0; i < n; i++)
		attempt_json(&r->files.lines, &batch[i], r->files.observer, measuring_name(&r->m, &batch[i]));
	r->attempts += n;
	recorder_write(&r->files);
	if (r->files.error && !r->failed) {
		say_line("lacuna record: %s: %s; what is measured from now on is lost", r->dir,
			 err_text(r->files.error));
		r->failed = true;
		raise(SIGTERM); // the ordinary way to stop
	}
}

static void health(void *context, const struct message_health *h)
{
	struct record *r = context;
	health_report_json(&r->files.lines, &(struct health_report){.time = h->time,
								    .from = h->from,
								    .observer = r->files.observer,
								    .state = h->state,
								    .why = h->why,
								    .loss = h->loss});
	recorder_write(&r->files);
	bool fine = strcmp(h->state, "ok") == 0;
	r->blind += !fine;
	if (!fine)
		say_line("lacuna record: this observer is %s: %s", h->state, h->why);
	else if (r->blind)
		say_line("lacuna record: this observer sees again");
}

static void saved(void *context, const void *bytes, size_t n)
{
	struct record *r = context;
	recorder_save(&r->files, bytes, n);
}

static void controls(const struct record *r)
{
	size_t n = 0;
	for (size_t i = 0; i < r->m.plan.target_count; i++)
		n += r->m.plan.targets[i].kind == TARGET_CONTROL;
	if (n < CONTROLS_LEAST)
		say_line("lacuna record: %zu control targets; with fewer than %d our own failure cannot be told from "
			 "that of "
			 "what is watched",
			 n, CONTROLS_LEAST);
}

// In a laboratory whatever is listed may be asked: nothing outside the laboratory's addresses can be.
static void allow_listed(struct plan *p)
{
	for (size_t i = 0; i < p->target_count && p->lab; i++) {
		const struct addr *a = &p->targets[i].address;
		struct prefix one = {.family = a->family, .length = family_bits(a->family)};
		memcpy(one.bytes, a->bytes, sizeof(one.bytes));
		alloc_grow((void **)&p->allow.at, p->allow.count, &p->allow.capacity, sizeof(*p->allow.at));
		p->allow.at[p->allow.count++] = one;
	}
}

static int run(struct record *r)
{
	struct file_error e;
	struct record_scope scope;
	size_t resume_length = 0;
	plan_scope(&r->m.plan, &scope);
	int opened = recorder_open(&r->files, r->dir, &scope, &e);
	free(scope.targets);
	if (opened < 0) {
		say_line("lacuna record: %s", e.message);
		return 4;
	}
	uint8_t *resume = recorder_resume(&r->files, &resume_length);
	struct measure_options *o = &r->m.options;
	o->persist = true;
	o->rounds = 0;
	o->named = false;
	o->for_ns = (int64_t)r->for_ms * 1000000;
	o->resume = resume;
	o->resume_length = resume_length;
	o->sink = (struct measure_sink){take, health, measuring_ready, measuring_says, saved, r};
	allow_listed(&r->m.plan);
	controls(r);
	// A state holds until the next line: what was said before a crash must not outlive it.
	struct message_health fresh = {.time = clock_utc(), .from = clock_utc(), .state = "ok", .why = "start"};
	health(r, &fresh);
	int code = r->files.error ? r->files.error : measure_run(o, &r->m.result);
	if (r->files.error && !r->failed)
		say_line("lacuna record: %s: %s", r->dir, err_text(r->files.error));
	free(resume);
	int lost = recorder_close(&r->files);
	if (!r->m.quiet)
		say_line("%llu attempts, %llu bytes in %s", (unsigned long long)r->attempts,
			 (unsigned long long)r->files.written, r->dir);
	measuring_accounting(&r->m);
	if (lost < 0)
		return 4;
	if (code < 0)
		return code == -EPERM ? 2 : 4;
	return !r->attempts ? 3 : r->blind || r->m.result.deaths ? 1 : 0;
}

static int words(struct record *r, int argc, char **argv)
{
	struct plan_error e;
	if (optind == argc || strcmp(argv[optind], "probes") != 0)
		return measuring_usage(&r->m, "say what to record: probes", NULL);
	if (!r->dir)
		return measuring_usage(&r->m, "-o DIR is missing", NULL);
	if (r->m.plan.observer && strchr(r->m.plan.observer, '/'))
		return measuring_usage(&r->m, "--observer names files: no '/' in it", r->m.plan.observer);
	for (int i = optind + 1; i < argc; i++)
		if (plan_word(&r->m.plan, argv[i], &e) < 0)
			return measuring_usage(&r->m, e.text, NULL);
	return 0;
}

int cli_record(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "bmp") == 0)
		return cli_record_bmp(argc, argv);
	struct record r = {.files.file = -1, .files.lock = -1};
	measuring_init(&r.m, "record");
	int status = parse(&r, argc, argv);
	if (status == 0)
		status = words(&r, argc, argv);
	if (status == 0) {
		int unresolved = measuring_resolve(&r.m);
		status = run(&r);
		status = status == 0 ? unresolved : status;
	}
	recorder_close(&r.files);
	measuring_free(&r.m);
	return status < 0 ? 0 : status;
}
