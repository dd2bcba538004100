// SPDX-License-Identifier: ISC
// Waits for files to grow, and tells revisions. It wakes when the system says that something in the folders changed, and looks
// now and then all the same, for file systems that do not say so.
#include "cli/follow.h"

#include "base/alloc.h"
#include "cli/say.h"
#include "os/clock.h"
#include "report/revision.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FOLLOW_GATHER_S 0.1	       // after something changed: writers rarely write once
#define FOLLOW_HELD_S	1.0	       // between looks while something waits for the clock alone
#define FOLLOW_STAMP_NS (2 * NS_PER_S) // a folder that changed so lately may change again within the same stamp
#define FOLLOW_LOOKS	3
#define FOLLOW_EVENTS	(IN_CREATE | IN_MODIFY | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CLOSE_WRITE | IN_ONLYDIR)

static volatile sig_atomic_t follow_stopping;

static void follow_on_stop(int number)
{
	(void)number;
	follow_stopping = 1;
}

struct follow_folder {
	char *path;
	int64_t changed_ns; // its stamp when it was looked into
};

struct following {
	const struct follow_options *options;
	struct intake_run *session;
	int notify; // -1: the system does not tell
	struct follow_folder *folders;
	size_t folder_count, folder_capacity;
	bool globs; // folders are named by a pattern: all is expanded at each look
};

// Telling.

static void follow_line(struct text *t, const struct incident_view *v, const struct revision *r)
{
	struct text headline = {0};
	incident_headline(&headline, v, r->incident);
	const char *end = headline.length ? memchr(headline.bytes, '\n', headline.length) : NULL;
	text_utc(t, r->cut);
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
		follow_line(&t, &v, r);
		if (f->options->verbose)
			incident_text(&t, &v, r->incident);
		if (f->options->verbose)
			text_char(&t, '\n');
	}
	if (fwrite(t.bytes, 1, t.length, stdout) != t.length || fflush(stdout) != 0)
		follow_stopping = 1; // nobody is there to be told
	text_free(&t);
}

// Folders.

static void follow_folder(struct following *f, const char *path, size_t n)
{
	struct text name = {0};
	text_bytes(&name, n ? path : ".", n ? n : 1);
	const char *folder = text_string(&name);
	for (size_t i = 0; i < f->folder_count; i++)
		if (strcmp(f->folders[i].path, folder) == 0) {
			text_free(&name);
			return;
		}
	alloc_grow((void **)&f->folders, f->folder_count, &f->folder_capacity, sizeof(*f->folders));
	f->folders[f->folder_count++] = (struct follow_folder){.path = alloc_copy(folder), .changed_ns = -1};
	if (f->notify >= 0)
		(void)inotify_add_watch(f->notify, folder, FOLLOW_EVENTS); // without it the look now and then is left
	text_free(&name);
}

static void follow_folders_in(struct following *f, const char *path)
{
	DIR *d = opendir(path);
	const struct dirent *entry;
	struct text inner = {0};
	struct stat st;
	while (d && (entry = readdir(d))) {
		text_clear(&inner);
		text_printf(&inner, "%s/%s", path, entry->d_name);
		if (entry->d_name[0] != '.' && !lstat(text_string(&inner), &st) && S_ISDIR(st.st_mode))
			follow_folder(f, inner.bytes, inner.length);
	}
	text_free(&inner);
	if (d)
		closedir(d);
}

// The folders in which something may come under the path.
static void follow_path(struct following *f, const char *path)
{
	struct stat st;
	const char *slash = strrchr(path, '/');
	if (!stat(path, &st) && S_ISDIR(st.st_mode)) {
		follow_folder(f, path, strlen(path));
		follow_folders_in(f, path);
		return;
	}
	size_t n = slash ? (size_t)(slash - path) : 0;
	f->globs |= n && strcspn(path, "*?[") < n;
	if (!f->globs)
		follow_folder(f, path, slash && !n ? 1 : n);
}

// Whether anything may have come into one of the folders, or gone.
static bool follow_folders_changed(struct following *f)
{
	bool changed = f->globs;
	int64_t now = clock_utc().ns;
	struct stat st;
	for (size_t i = 0; i < f->folder_count; i++) {
		struct follow_folder *folder = &f->folders[i];
		int64_t stamp = stat(folder->path, &st) ? 0 : st.st_mtim.tv_sec * NS_PER_S + st.st_mtim.tv_nsec;
		changed |= stamp != folder->changed_ns || now - stamp < FOLLOW_STAMP_NS;
		folder->changed_ns = stamp;
	}
	return changed;
}

// Whether something has come since the last look.
static bool follow_stirs(struct following *f)
{
	const struct follow_options *o = f->options;
	struct feed *feed = f->session->in.feed;
	struct feed_clock now = {clock_utc(), clock_boot_ns()};
	size_t known = feed_source_count(feed);
	bool changed = follow_folders_changed(f);
	for (int i = 0; changed && i < o->path_count; i++) {
		if (inputs_look(&f->session->in, o->paths[i], false) < 0)
			f->session->gaps++;
		follow_path(f, o->paths[i]);
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
	struct pollfd wanted = {.fd = f->notify, .events = POLLIN};
	sigset_t both, before;
	sigemptyset(&both);
	sigaddset(&both, SIGINT);
	sigaddset(&both, SIGTERM);
	sigprocmask(SIG_BLOCK, &both, &before);
	int woken = follow_stopping ? 0 : ppoll(&wanted, 1, &most, &before); // the signals come in there only
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (woken <= 0)
		return;
	follow_pause(FOLLOW_GATHER_S < f->options->every_s ? FOLLOW_GATHER_S : f->options->every_s);
	char events[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	while (read(f->notify, events, sizeof(events)) > 0)
		continue; // which file it was is seen by looking
}

static int follow_run(struct following *f)
{
	struct intake_run *s = f->session;
	int code = RUN_AGAIN;
	while (!follow_stopping && code == RUN_AGAIN) {
		follow_look(f);
		code = run_read(s);
		if (code == RUN_AGAIN && !follow_stopping)
			follow_wait(f);
	}
	if (code < 0)
		return run_status(s, code);
	if (follow_stopping && !ferror(stdout)) {
		follow_look(f);
		code = run_drain(s);
	}
	if (!follow_stopping)
		code = run_finish(s); // `until` was reached
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
	s->growing = true;
	s->lateness_ns = (int64_t)(options->watermark_s * 1e9);
	s->stop = &follow_stopping;
	s->revisions = (struct revision_sink){follow_tell, &f};
	f.notify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	int status = run_open(s, options->path_count, options->paths);
	for (int i = 0; i < options->path_count; i++)
		follow_path(&f, options->paths[i]);
	if (!status)
		status = follow_run(&f);
	for (size_t i = 0; i < f.folder_count; i++)
		free(f.folders[i].path);
	free(f.folders);
	if (f.notify >= 0)
		close(f.notify);
	return status;
}
