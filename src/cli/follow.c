// SPDX-License-Identifier: ISC
// Waits for files to grow, and tells revisions. It wakes when the system says that something in the folders changed, and looks
// now and then all the same, for file systems that do not say so.
#include "cli/follow.h"

#include "cli/say.h"
#include "os/clock.h"
#include "os/folders.h"
#include "report/revision.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define FOLLOW_GATHER_S 0.1 // after something changed: writers rarely write once
#define FOLLOW_HELD_S	1.0 // between looks while something waits for the clock alone
#define FOLLOW_LOOKS	3
#define FOLLOW_STATE_S	60 // between two states that are written while data come

static volatile sig_atomic_t follow_stopping;

static void follow_on_stop(int number)
{
	(void)number;
	follow_stopping = 1;
}

static volatile sig_atomic_t follow_again; // the file of what is watched is to be read again

static void follow_on_again(int number)
{
	(void)number;
	follow_again = 1;
}

struct following {
	const struct follow_options *options;
	struct intake_run *session;
	struct folders *folders;
};

// Telling.

static void follow_line(struct text *t, const struct incident_view *v, const struct revision *r)
{
	struct text headline = {0};
	incident_headline(&headline, v, r->incident);
	const char *end = headline.length ? memchr(headline.bytes, '\n', headline.length) : NULL;
	text_utc(t, r->cut);
	words_beside(t, v->zone, r->cut);
	text_printf(t, " %s rev %u %s: ", r->id, r->revision, r->change);
	text_bytes(t, headline.bytes, end ? (size_t)(end - headline.bytes) : headline.length);
	for (size_t i = 0; i < r->late_count; i++) {
		text_put(t, i ? ", " : " (late: ");
		text_untrusted(t, r->late[i], strlen(r->late[i]));
	}
	text_put(t, r->late_count ? ")\n" : "\n");
	text_free(&headline);
}

static void follow_tell(void *context, const struct revision *r)
{
	struct following *f = context;
	struct incident_view v;
	struct text t = {0};
	if (f->options->json) {
		revision_json(&t, r);
		text_char(&t, '\n');
	} else {
		run_view(f->session, &v);
		screen_view(f->options->screen, &v);
		follow_line(&t, &v, r);
		if (f->options->verbose)
			incident_text(&t, &v, r->incident);
		if (f->options->verbose)
			text_char(&t, '\n');
	}
	if (f->options->json)
		fwrite(t.bytes, 1, t.length, stdout);
	else
		screen_print(f->options->screen, &t);
	if (ferror(stdout) || fflush(stdout) != 0)
		follow_stopping = 1; // nobody is there to be told
	text_free(&t);
}

// Whether something has come since the last look.
static bool follow_stirs(struct following *f)
{
	const struct follow_options *o = f->options;
	struct feed *feed = f->session->in.feed;
	struct feed_clock now = {clock_utc(), clock_boot_ns()};
	size_t known = feed_source_count(feed);
	bool changed = folders_changed(f->folders);
	for (int i = 0; changed && i < o->path_count; i++) {
		if (inputs_look(&f->session->in, o->paths[i], false) < 0)
			f->session->gaps++;
		folders_add(f->folders, o->paths[i]);
	}
	bool grew = feed_look(feed, &now);
	return grew || feed_source_count(feed) != known;
}

// Looks until nothing more has come meanwhile, so that what was written at one time is seen at one time.
static void follow_look(struct following *f)
{
	for (int i = 0; i < FOLLOW_LOOKS && follow_stirs(f); i++)
		continue;
}

// Waiting.

static void follow_pause(double seconds)
{
	struct timespec t = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
	(void)nanosleep(&t, NULL); // a signal ends it early, which is wanted
}

// Until something changes, a signal comes, or the time is over.
static void follow_wait(const struct following *f)
{
	double seconds = f->options->every_s;
	if (feed_holds(f->session->in.feed) && seconds > FOLLOW_HELD_S)
		seconds = FOLLOW_HELD_S;
	struct timespec most = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
	struct pollfd wanted = {.fd = folders_handle(f->folders), .events = POLLIN};
	sigset_t both, before;
	sigemptyset(&both);
	sigaddset(&both, SIGINT);
	sigaddset(&both, SIGTERM);
	sigaddset(&both, SIGHUP);
	sigprocmask(SIG_BLOCK, &both, &before);
	int woken = follow_stopping || follow_again
			    ? 0
			    : ppoll(&wanted, 1, &most, &before); // the signals come in there only
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (woken <= 0)
		return;
	follow_pause(FOLLOW_GATHER_S < f->options->every_s ? FOLLOW_GATHER_S : f->options->every_s);
	folders_drain(f->folders);
}

static int follow_run(struct following *f)
{
	struct intake_run *s = f->session;
	int code = RUN_AGAIN;
	int64_t saved = clock_boot_ns();
	uint64_t records = s->records;
	while (!follow_stopping && code == RUN_AGAIN) {
		bool again = follow_again;
		follow_again = 0;
		follow_look(f);
		code = watching_look(s, again);
		code = code < 0 ? code : run_read(s);
		if (code == RUN_AGAIN && s->records != records && clock_boot_ns() - saved > FOLLOW_STATE_S * NS_PER_S) {
			run_state_save_start(s);
			saved = clock_boot_ns();
			records = s->records;
		}
		if (code == RUN_AGAIN && !follow_stopping)
			follow_wait(f);
	}
	if (code < 0)
		return run_status(s, code);
	if (s->snapshot_path && follow_stopping) {
		code = run_state_save(s); // who goes on from it reads what is waiting, and tells it
	} else if (follow_stopping && !ferror(stdout)) {
		follow_look(f);
		code = run_drain(s);
	}
	if (!follow_stopping) { // `until` was reached
		int saved_code = run_state_save(s);
		code = run_finish(s);
		code = code < 0 ? code : saved_code;
	}
	int closed = session_log_close(&s->log, s);
	code = code < 0 ? code : closed;
	return s->records || code < 0 ? run_status(s, code) : 0;
}

int follow(const struct follow_options *options)
{
	struct following f = {.options = options, .session = options->session};
	struct sigaction action = {.sa_handler = follow_on_stop, .sa_flags = SA_RESTART}; // a line is told to its end
	struct intake_run *s = f.session;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	action.sa_handler = follow_on_again;
	if (s->watching.path)
		sigaction(SIGHUP, &action, NULL);
	s->growing = true;
	s->lateness_ns = (int64_t)(options->watermark_s * 1e9);
	s->stop = &follow_stopping;
	s->revisions = (struct revision_sink){follow_tell, &f};
	f.folders = folders_create();
	int status = run_open(s, options->path_count, options->paths);
	for (int i = 0; i < options->path_count; i++)
		folders_add(f.folders, options->paths[i]);
	if (s->watching.path)
		folders_add(f.folders, s->watching.path);
	if (!status)
		status = follow_run(&f);
	folders_free(f.folders);
	return status;
}
