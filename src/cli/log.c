// SPDX-License-Identifier: ISC
// `lacuna log`: counts and damage of an event log, its records as lines, and its measurements as files that replay reads.
#include "cli/log.h"

#include "base/err.h"
#include "cli/say.h"
#include "intake/log_reading.h"
#include "intake/screen.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum { DONE = 0, NOT_RIGHT = 1, USAGE = 2, NOTHING_READ = 3, OWN_FAILURE = 4 };

static const char log_help[] =
	"Usage: lacuna log check [--json] DIR...\n"
	"       lacuna log cat [--json] DIR\n"
	"       lacuna log export DIR -o FOLDER\n\n"
	"An event log is what the engine took, in the order in which it took it: a folder of segments (*.lacuna-log).\n\n"
	"  check           how many records and observations, over what time, and every damage: where it is, how many\n"
	"                  bytes, which records are missing and between which times\n"
	"  cat             every observation and every cut, one a line\n"
	"  export          the same as plain files: probes/OBSERVER.ndjson and series/values.csv, which `lacuna replay`\n"
	"                  reads as a recording; routes.ndjson and log.ndjson (cuts, configuration, notes) for other programs\n\n"
	"  --json          check: one JSON object a log; cat: JSON lines\n"
	"  -o FOLDER       where to put the files; made when it is not there\n\n"
	"Examples:\n"
	"  lacuna log check /var/lib/lacuna/log\n"
	"  lacuna log cat --json /var/lib/lacuna/log | grep '\"type\":\"session\"'\n"
	"  lacuna log export /var/lib/lacuna/log -o january\n\n"
	"Exit status: 0 done; 1 done, but a log is damaged; 2 usage; 3 nothing could be read; "
	"4 out of memory or another failure\n"
	"of our own.\n";

static int log_usage(const char *message, const char *what)
{
	say_line("lacuna log: %s%s%s", message, what ? ": " : "", what ? what : "");
	say_line("Try 'lacuna log --help'.");
	return USAGE;
}

// The exit status of a reading that ended with this code.
static int log_status(const char *dir, const struct journal_totals *t, int code)
{
	if (code < 0) {
		say_line("lacuna log: %s: %s", dir, code == ERR_NOT_FOUND ? "no event log is there" : err_text(code));
		return code == ERR_NOT_FOUND || code == -ENOENT || code == -ENOTDIR || code == -EACCES ? NOTHING_READ
												       : OWN_FAILURE;
	}
	if (t->unreadable)
		say_line("lacuna log: %s: %llu batches cannot be understood", dir, (unsigned long long)t->unreadable);
	if (!t->sequence) {
		say_line("lacuna log: %s: no record could be read", dir);
		return NOTHING_READ;
	}
	return t->damages || t->unreadable ? NOT_RIGHT : DONE;
}

static int log_check_one(const char *dir, bool json)
{
	struct log_reading r = {.dir = dir, .notices = &say_notices};
	struct journal_totals t = {0};
	struct text out = {0};
	int code = log_reading_run(&r, &t), status = log_status(dir, &t, code);
	if (code == 0 && json)
		log_totals_json(&out, dir, &t);
	else if (code == 0)
		log_totals_text(&out, dir, &t);
	if (code == 0 && json)
		text_char(&out, '\n');
	fwrite(out.bytes, 1, out.length, stdout);
	text_free(&out);
	return status;
}

static int log_check(int n, char **dirs, bool json)
{
	int worst = DONE;
	for (int i = 0; i < n; i++) {
		int status = log_check_one(dirs[i], json);
		worst = status > worst ? status : worst;
	}
	return worst;
}

static int log_show(void *context, struct cursor lines)
{
	(void)context;
	size_t n = cursor_left(&lines);
	return fwrite(lines.at, 1, n, stdout) == n ? 0 : -EIO;
}

static int log_cat(const char *dir, bool json)
{
	struct log_reading r = {.dir = dir, .notices = &say_notices, .json = json, .show = log_show};
	struct journal_totals t = {0};
	int code = log_reading_run(&r, &t);
	return ferror(stdout) ? DONE : log_status(dir, &t, code); // main tells of a standard output that fails
}

static int log_export(const char *dir, const char *folder)
{
	struct log_reading r = {.dir = dir, .notices = &say_notices};
	struct journal_totals t = {0};
	int code = log_export_begin(folder, &r.export);
	if (code < 0) {
		say_line("lacuna log: %s: %s", folder, err_text(code));
		return OWN_FAILURE;
	}
	code = log_reading_run(&r, &t);
	int wrote = log_export_end(r.export);
	if (wrote < 0)
		say_line("lacuna log: %s: %s", folder, err_text(wrote));
	return wrote < 0 ? OWN_FAILURE : log_status(dir, &t, code);
}

struct log_options {
	const char *folder;
	bool json, help;
};

static int log_parse(int argc, char **argv, struct log_options *ret)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'},
		{"output", required_argument, NULL, 'o'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int option;
	optind = 1;
	while ((option = getopt_long(argc, argv, "jo:h", options, NULL)) != -1) {
		if (option == 'j')
			ret->json = true;
		else if (option == 'o')
			ret->folder = optarg;
		else if (option == 'h')
			ret->help = true;
		else
			return log_usage("that option is not known here", NULL);
	}
	return 0;
}

int cli_log(int argc, char **argv)
{
	struct log_options o = {0};
	int status = log_parse(argc, argv, &o);
	if (status)
		return status;
	if (o.help) {
		screen_help(log_help);
		return DONE;
	}
	const char *verb = optind < argc ? argv[optind] : NULL;
	int n = argc - optind - 1;
	if (!verb)
		return log_usage("say check, cat or export", NULL);
	if (n < 1)
		return log_usage("name the folder of a log", NULL);
	if (strcmp(verb, "check") == 0)
		return o.folder ? log_usage("-o belongs to export", NULL) : log_check(n, argv + optind + 1, o.json);
	if (n > 1)
		return log_usage("one log at a time", argv[optind + 2]);
	if (strcmp(verb, "cat") == 0)
		return o.folder ? log_usage("-o belongs to export", NULL) : log_cat(argv[optind + 1], o.json);
	if (strcmp(verb, "export") != 0)
		return log_usage("there is check, cat and export, not", verb);
	return o.folder ? log_export(argv[optind + 1], o.folder) : log_usage("say where to: -o FOLDER", NULL);
}
