// SPDX-License-Identifier: ISC
// `lacuna record probes`: the watch list, the census and the service checks of a configuration, into a recording folder.
#include "cli/record.h"

#include "base/alloc.h"
#include "base/err.h"
#include "cli/measure_command.h"
#include "cli/record_bmp.h"
#include "cli/say.h"
#include "conf/prospect.h"
#include "intake/screen.h"
#include "os/clock.h"
#include "recording/recorder.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOTICE_NS   (600 * NS_PER_S) // the same word about ourselves again so soon is summed up
#define DESCRIBE_NS (2 * NS_PER_S)   // between two times that recording.json is written

static const char record_help[] =
	"Usage: lacuna record probes -o DIR [-c lacuna.yml] [TARGET...] [OPTION]...\n"
	"       lacuna record bmp ADDR:PORT -o DIR [--collector NAME] [--for SECONDS]\n"
	"       lacuna record --example\n\n"
	"Measures what a configuration lists, until interrupted, and keeps every attempt in a recording folder that\n"
	"'lacuna replay DIR' reads: pings of the watch list, the census of address blocks, checks of services, and our own\n"
	"blindness. A folder that is there already is gone on with.\n\n"
	"  -o, --output DIR      the recording folder\n"
	"  -c, --config FILE     what to measure and who you are; begins with `probing: off`: see doc/PROBING.md\n"
	"  --for SECONDS         stop after\n"
	"  --collector NAME      bmp: the collector's name in the recording; 'lacuna record bmp --help' says more\n"
	"  --example             print a configuration with every key explained\n\n" MEASURE_COMMAND_HELP "\n"
	"Examples:\n"
	"  lacuna record --example > lacuna.yml\n"
	"  lacuna record probes -c lacuna.yml -o recordings/today\n"
	"  lacuna record probes --lab -o /tmp/r 198.18.0.10 http://198.18.0.10/ --interval 1 --for 60\n"
	"\n"
	"Exit status: 0 done; 1 done, but we were blind for a time, a process had to be started again, or a name led nowhere;\n"
	"2 usage; 3 nothing could be measured; 4 a failure of our own; also where a part is lost: a full disk, a folder taken away.\n";

struct record_command {
	struct measure_command m; // first: sinks that are shared find it at the record's address
	struct recorder files;
	const char *dir, *config;
	uint32_t for_ms;
	uint64_t attempts, blind;
	struct message_health said; // newest word about ourselves
	struct {		    // the same word again and again: said once, then summed up
		char state[16], why[48];
		struct instant first, last;
		uint64_t more;	 // not said yet
		int64_t said_ns; // when it was said last
	} notice;
	struct opt_out opt_out; // of all plans
	char **words;		// targets of the command line
	int word_count;
	uint64_t stamp;	    // of the lists of targets, as they were read
	struct plan fresh;  // read anew; takes the place of the plan when that has ended
	bool renewed;	    // it is there
	bool moved;	    // a name led elsewhere since recording.json was written
	int64_t written_ns; // then
};

static const struct option record_options[] = {
	MEASURE_COMMAND_OPTIONS,
	{"output", required_argument, NULL, 'o'},
	{"config", required_argument, NULL, 'c'},
	{"for", required_argument, NULL, MEASURE_COMMAND_NEXT},
	{"example", no_argument, NULL, MEASURE_COMMAND_NEXT + 1},
	{NULL, 0, NULL, 0},
};

// The configuration comes first, wherever it stands: what the command line says goes before it.
static int record_configuration(struct record_command *r, int argc, char **argv)
{
	struct plan_error e;
	int option;
	opterr = 0;
	while ((option = getopt_long(argc, argv, "o:c:", record_options, NULL)) != -1) {
		if (option == 'h' || option == MEASURE_COMMAND_NEXT + 1) {
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
	measure_command_notes(&r->m);
	return 0;
}

static int record_parse(struct record_command *r, int argc, char **argv)
{
	int option, status = record_configuration(r, argc, argv);
	while (status == 0 && (option = getopt_long(argc, argv, "o:c:", record_options, NULL)) != -1) {
		if (option == 'h') {
			screen_help(record_help);
			return -1;
		}
		switch (option) {
		case MEASURE_COMMAND_NEXT + 1:
			text_clear(&r->m.out);
			plan_example(&r->m.out);
			fwrite(r->m.out.bytes, 1, r->m.out.length, stdout);
			return -1;
		case 'o':
			r->dir = optarg;
			break;
		case 'c':
			break;
		case MEASURE_COMMAND_NEXT:
			status = measure_command_seconds(&r->m, optarg, &r->for_ms);
			break;
		case MEASURE_COMMAND_OPT_OUT:
			// Who stands in the configuration's list has not changed their mind.
			if (r->m.plan.opt_out_file && r->config)
				status = measure_command_usage(&r->m, "the configuration names an opt-out file already",
							       optarg);
			else
				status = measure_command_option(&r->m, option, optarg);
			break;
		default:
			status = measure_command_option(&r->m, option, optarg);
		}
	}
	return status;
}

// Targets that have an address by now, as recording.json has them. Free ret->targets.
static void record_scope_of(const struct record_command *r, struct record_scope *ret)
{
	size_t kept = 0;
	plan_scope(&r->m.plan, ret);
	for (size_t i = 0; i < ret->target_count; i++)
		if (ret->targets[i].address.family != FAMILY_NONE)
			ret->targets[kept++] = ret->targets[i];
	ret->target_count = kept;
}

static void record_health_line(const struct record_command *r, const struct message_health *h, struct text *out)
{
	health_report_json(out, &(struct health_report){.time = h->time,
							.from = h->from,
							.observer = r->files.observer,
							.state = h->state,
							.why = h->why,
							.loss = h->loss});
}

// What could not be kept is told where it is missing: we were blind, and now we are as we were said to be last.
static void record_lost(void *context, struct instant from, struct instant to, struct text *out)
{
	struct record_command *r = context;
	struct message_health blind = {.time = to, .from = from, .state = "blind", .why = "gap"}, now = r->said;
	now.time = now.from = to;
	record_health_line(r, &blind, out);
	record_health_line(r, &now, out);
}

static int record_again(void *context)
{
	struct record_command *r = context;
	struct record_scope scope;
	record_scope_of(r, &scope);
	int code = recorder_make(&r->files, &scope);
	free(scope.targets);
	return code;
}

// Says when the disk takes no more, when a folder is gone, and when it goes on.
static void record_write(struct record_command *r)
{
	struct recorder *f = &r->files;
	int before = f->trouble;
	uint64_t vanished = f->vanished, lost = f->lost;
	struct instant good = f->good;
	recorder_write(f);
	if (f->vanished != vanished)
		say_line("lacuna record: %s: what was recorded there was taken away; it is begun anew", r->dir);
	if (f->trouble && !before)
		say_line("lacuna record: %s: %s; what is measured is lost until it can be written again", r->dir,
			 err_text(f->trouble));
	if (!f->trouble && before) {
		struct text words = {0};
		text_instant(&words, good, 0);
		say_line(
			"lacuna record: %s: recording goes on; what was measured since %s is lost, and told there as our own blindness",
			r->dir, text_string(&words));
		text_free(&words);
		r->blind += lost > 0;
	}
}

// recording.json lists where names led, all of it: at most once in a while, and at the end.
static void record_describe(struct record_command *r, bool now)
{
	struct record_scope scope;
	if (!r->moved || (!now && clock_boot_ns() - r->written_ns < DESCRIBE_NS))
		return;
	r->moved = false;
	r->written_ns = clock_boot_ns();
	record_scope_of(r, &scope);
	int code = recorder_join(&r->files, &scope);
	free(scope.targets);
	if (code < 0) {
		r->moved = true;
		if (!r->files.trouble)
			say_line("lacuna record: %s/recording.json: %s", r->dir, err_text(code));
	}
}

static void record_moved(void *context, uint32_t target, const struct addr *to)
{
	struct record_command *r = context;
	r->m.plan.targets[target].address = *to;
	r->moved = true;
}

// An observation of the name, by the resolver that was asked: its host is somebody else.
static void record_looked(void *context, const struct attempt *a, const char *name)
{
	struct record_command *r = context;
	attempt_json(&r->files.lines, a, r->files.observer, name);
	record_write(r);
}

static void record_take(void *context, const struct attempt *batch, size_t n)
{
	struct record_command *r = context;
	for (size_t i = 0; i < n; i++)
		attempt_json(&r->files.lines, &batch[i], r->files.observer, measure_command_name(&r->m, &batch[i]));
	r->attempts += n;
	record_write(r);
	record_describe(r, false);
}

// "degraded by lag 32 times between … and …"
static void record_notice_sum(struct record_command *r)
{
	struct text first = {0}, last = {0};
	if (!r->notice.more)
		return;
	text_instant(&first, r->notice.first, 0);
	text_instant(&last, r->notice.last, 0);
	say_line("lacuna record: this observer was %s by %s %llu times more between %s and %s", r->notice.state,
		 r->notice.why, (unsigned long long)r->notice.more, text_string(&first), text_string(&last));
	r->notice.more = 0;
	r->notice.said_ns = clock_boot_ns();
	text_free(&first);
	text_free(&last);
}

static void record_notice(struct record_command *r, const struct message_health *h)
{
	int64_t now = clock_boot_ns();
	bool same = strcmp(r->notice.state, h->state) == 0 && strcmp(r->notice.why, h->why) == 0;
	if (same && now - r->notice.said_ns < NOTICE_NS) {
		r->notice.first = r->notice.more ? r->notice.first : h->time;
		r->notice.last = h->time;
		r->notice.more++;
		return;
	}
	record_notice_sum(r);
	say_line("lacuna record: this observer is %s: %s", h->state, h->why);
	snprintf(r->notice.state, sizeof(r->notice.state), "%s", h->state);
	snprintf(r->notice.why, sizeof(r->notice.why), "%s", h->why);
	r->notice.said_ns = now;
}

static void record_health(void *context, const struct message_health *h)
{
	struct record_command *r = context;
	r->said = *h;
	record_health_line(r, h, &r->files.lines);
	record_write(r);
	bool fine = strcmp(h->state, "ok") == 0;
	r->blind += !fine;
	if (!fine)
		record_notice(r, h);
	else if (r->blind && !r->notice.more)
		say_line("lacuna record: this observer sees again");
}

static void record_saved(void *context, const void *bytes, size_t n)
{
	struct record_command *r = context;
	recorder_save(&r->files, bytes, n);
}

// In a laboratory whatever is listed may be asked: nothing outside the laboratory's addresses can be.
static void record_allow_listed(struct plan *p)
{
	for (size_t i = 0; i < p->target_count && p->lab; i++) {
		const struct addr *a = &p->targets[i].address;
		if (p->targets[i].host || a->family == FAMILY_NONE) // where a name leads is judged when it does
			continue;
		struct prefix one = {.family = a->family, .length = family_bits(a->family)};
		memcpy(one.bytes, a->bytes, sizeof(one.bytes));
		alloc_grow((void **)&p->allow.at, p->allow.count, &p->allow.capacity, sizeof(*p->allow.at));
		p->allow.at[p->allow.count++] = one;
	}
}

// What is in the folder, and what is not. 0 or why something is not.
static int record_end(struct record_command *r)
{
	int lost = recorder_close(&r->files);
	const struct recorder *f = &r->files;
	if (!r->m.quiet)
		say_line("%llu attempts, %llu bytes in %s", (unsigned long long)r->attempts,
			 (unsigned long long)f->written, r->dir);
	if (f->lost) {
		struct text since = {0};
		text_instant(&since, f->first_lost, 0);
		say_line("lacuna record: %llu lines are not in %s, the first of them of %s: %s",
			 (unsigned long long)f->lost, r->dir, text_string(&since),
			 f->vanished ? "what was recorded there was taken away" : err_text(lost));
		text_free(&since);
	} else if (lost < 0) {
		say_line("lacuna record: %s: %s; the newest of what was measured may be lost", r->dir, err_text(lost));
	}
	return lost;
}

// Whom nobody asked, because no name led there.
static bool record_tell_open(const struct record_command *r)
{
	size_t n = 0;
	const struct plan_target *first = NULL;
	for (size_t i = 0; i < r->m.plan.target_count; i++) {
		const struct plan_target *t = &r->m.plan.targets[i];
		bool open = t->address.family == FAMILY_NONE;
		first = open && !first ? t : first;
		n += open;
	}
	if (first)
		say_line("lacuna record: %zu targets were never asked, their names led nowhere that may be asked: %s%s",
			 n, first->host ? first->host : "?", n > 1 ? " and others" : "");
	return n > 0;
}

// Targets of the command line.
static int record_words_into(const struct record_command *r, struct plan *p, struct plan_error *e)
{
	int code = 0;
	for (int i = 0; code == 0 && i < r->word_count; i++)
		code = plan_word(p, r->words[i], e);
	return code;
}

// Lists of targets changed: they are read with all that the configuration says, and who is asked is changed, not by which rules. What cannot be
// read, or lists nobody any more, changes nothing: it may be half written.
static bool record_renewed(void *context)
{
	struct record_command *r = context;
	struct plan_error e = {.text = "it lists nobody"};
	struct plan fresh;
	uint64_t stamp = plan_lists_stamp(&r->m.plan);
	if (stamp == r->stamp)
		return false;
	r->stamp = stamp;
	plan_init(&fresh);
	int code = plan_read(&fresh, r->config, &e);
	if (code == 0)
		code = record_words_into(r, &fresh, &e);
	if (code == 0 && fresh.list_lost)
		snprintf(e.text, sizeof(e.text), "%.*s", (int)strcspn(text_string(&fresh.notes), "\n"),
			 text_string(&fresh.notes));
	if (code < 0 || fresh.list_lost || !(fresh.target_count + fresh.block_count)) {
		say_line("lacuna record: the lists of targets changed, and what they listed before is measured on: %s",
			 e.text);
		plan_free(&fresh);
		return false;
	}
	r->fresh = fresh;
	r->renewed = true;
	return true;
}

static void record_renew(struct record_command *r)
{
	plan_renew(&r->m.plan, &r->fresh);
	r->renewed = false;
	say_line("lacuna record: the lists of targets changed and were read again: %zu targets",
		 r->m.plan.target_count);
	measure_command_notes(&r->m);
	record_allow_listed(&r->m.plan);
	prospect_tell(&r->m.plan, &say_notices);
	r->moved = true;
	record_describe(r, true);
}

// One plan after the other, until the time is over or a signal says so.
static int record_measure(struct record_command *r)
{
	struct measure_options *o = &r->m.options;
	struct measure_result sum = {.deaths = 0};
	int64_t until = o->for_ns ? clock_boot_ns() + o->for_ns : 0;
	int code;
	for (;;) {
		size_t length = 0;
		uint8_t *resume = recorder_resume(&r->files, &length);
		o->resume = resume;
		o->resume_length = length;
		r->m.result = (struct measure_result){.deaths = 0};
		code = measure_run(o, &r->m.result);
		free(resume);
		measure_result_add(&sum, &r->m.result);
		if (code < 0 || r->m.result.told || !r->renewed)
			break;
		o->for_ns = until ? until - clock_boot_ns() : 0;
		if (until && o->for_ns <= 0)
			break;
		record_renew(r);
		o->again = true;
	}
	r->m.result = sum;
	if (r->renewed)
		plan_free(&r->fresh);
	opt_out_close(&r->opt_out);
	return code;
}

static int record_run(struct record_command *r)
{
	struct file_error e = {0};
	struct record_scope scope;
	record_scope_of(r, &scope);
	int opened = recorder_open(&r->files, r->dir, &scope, &e);
	free(scope.targets);
	if (opened < 0) {
		say_line("lacuna record: %s", e.message);
		return 4;
	}
	r->files.hooks = (struct recorder_hooks){record_lost, record_again, r};
	struct measure_options *o = &r->m.options;
	o->persist = true;
	o->rounds = 0;
	o->named = false;
	o->configured = r->config != NULL;
	o->for_ns = (int64_t)r->for_ms * 1000000;
	o->opt_out = &r->opt_out;
	r->stamp = plan_lists_stamp(&r->m.plan);
	o->sink = (struct measure_sink){.attempts = record_take,
					.health = record_health,
					.ready = measure_command_ready,
					.says = measure_command_says,
					.saved = record_saved,
					.moved = record_moved,
					.looked = record_looked,
					.renewed = r->m.plan.list_count ? record_renewed : NULL,
					.context = r};
	record_allow_listed(&r->m.plan);
	prospect_tell(&r->m.plan, &say_notices);
	// A state holds until the next line: what was said before a crash must not outlive it.
	struct message_health fresh = {.time = clock_utc(), .from = clock_utc(), .state = "ok", .why = "start"};
	record_health(r, &fresh);
	int code = record_measure(r);
	record_notice_sum(r);
	record_describe(r, true);
	int lost = record_end(r);
	measure_command_accounting(&r->m);
	bool open = record_tell_open(r);
	if (!r->m.quiet)
		prospect_tell_after(&r->m.plan, &say_notices);
	if (lost < 0)
		return 4;
	if (code < 0)
		return code == -EPERM ? 2 : 4;
	return !r->attempts ? 3 : r->blind || r->m.result.deaths || open ? 1 : 0;
}

static int record_words(struct record_command *r, int argc, char **argv)
{
	struct plan_error e;
	if (optind == argc || strcmp(argv[optind], "probes") != 0)
		return measure_command_usage(&r->m, "say what to record: probes", NULL);
	if (!r->dir)
		return measure_command_usage(&r->m, "-o DIR is missing", NULL);
	if (r->m.plan.observer && strchr(r->m.plan.observer, '/'))
		return measure_command_usage(&r->m, "--observer names files: no '/' in it", r->m.plan.observer);
	r->words = argv + optind + 1;
	r->word_count = argc - optind - 1;
	return record_words_into(r, &r->m.plan, &e) < 0 ? measure_command_usage(&r->m, e.text, NULL) : 0;
}

int cli_record(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "bmp") == 0)
		return cli_record_bmp(argc, argv);
	struct record_command r = {.files.file = -1, .files.lock = -1};
	measure_command_init(&r.m, "record");
	int status = record_parse(&r, argc, argv);
	if (status == 0)
		status = record_words(&r, argc, argv);
	if (status == 0)
		status = record_run(&r);
	recorder_close(&r.files);
	measure_command_free(&r.m);
	return status < 0 ? 0 : status;
}
