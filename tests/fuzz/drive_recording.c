// SPDX-License-Identifier: ISC
// See drive_recording.h.
#include "drive_recording.h"

#include "evaluate/score_report.h"
#include "evaluate/totals.h"
#include "intake/answer.h"
#include "intake/run.h"
#include "recording/truth.h"
#include "report/cause.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES_MAX	8
#define NAME_MAX_LENGTH 48
#define MARK		"=== "

static char folder[64];

static void fail(const char *what)
{
	perror(what);
	abort();
}

static const char *const folders[] = {"bgp", "bmp", "probes", "series", "atlas"};

static void clean(void)
{
	char command[96];
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		snprintf(command, sizeof(command), "%s/%s", folder, folders[i]);
		rmdir(command);
	}
	rmdir(folder);
}

static void make_folders(void)
{
	const char *root = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	char path[96];
	snprintf(folder, sizeof(folder), "%s/lacuna-fuzz-XXXXXX", root);
	if (!mkdtemp(folder))
		fail("mkdtemp");
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, folders[i]);
		if (mkdir(path, 0700) < 0)
			fail("mkdir");
	}
	atexit(clean);
}

// Of letters that lead nowhere but into the folder: "recording.json", "probes/vp.ndjson".
static bool name_good(const char *name)
{
	const char *slash = strchr(name, '/');
	if (!*name || name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-./")] || strstr(name, "..") ||
	    *name == '.')
		return false;
	if (!slash)
		return true;
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		if (strncmp(name, folders[i], (size_t)(slash - name)) == 0 && !folders[i][slash - name])
			return slash[1] && slash[1] != '.' && !strchr(slash + 1, '/');
	return false;
}

static void write_file(const char *path, const uint8_t *bytes, size_t n)
{
	FILE *f = fopen(path, "we");
	if (!f)
		fail(path);
	if (fwrite(bytes, 1, n, f) != n)
		fail(path);
	fclose(f);
}

struct laid {
	char path[FILES_MAX][128];
	size_t count;
};

static const uint8_t *find_mark(const uint8_t *at, const uint8_t *end)
{
	while (at < end) {
		const uint8_t *found = memmem(at, (size_t)(end - at), "\n" MARK, strlen("\n" MARK));
		return found ? found + 1 : end;
	}
	return end;
}

static void lay_out(const uint8_t *at, const uint8_t *end, struct laid *l)
{
	while (at < end && l->count < FILES_MAX) {
		const uint8_t *next = find_mark(at, end), *newline = memchr(at, '\n', (size_t)(next - at));
		char name[NAME_MAX_LENGTH];
		size_t head = strlen(MARK);
		if (newline && (size_t)(newline - at) > head && memcmp(at, MARK, head) == 0 &&
		    (size_t)(newline - at) - head < sizeof(name)) {
			size_t n = (size_t)(newline - at) - head;
			memcpy(name, at + head, n);
			name[n] = '\0';
			if (strlen(name) == n && name_good(name)) {
				snprintf(l->path[l->count], sizeof(l->path[0]), "%s/%s", folder, name);
				size_t length = (size_t)(next - newline - 1);
				write_file(l->path[l->count++], newline + 1,
					   length - (length != 0)); // the newline before a mark
			}
		}
		at = next;
	}
}

// What replay and explain print of each incident.
static void tell(struct intake_run *s)
{
	struct incident_view view;
	struct text t = {0};
	run_inputs(s);
	run_view(s, &view);
	answer_json(&t, s, &view);
	answer_text(&t, s, &view);
	for (size_t i = 0; i < view.incidents->count; i++)
		cause_explain(&t, &view, &view.incidents->at[i]);
	if (!t.length)
		fail("a run without a word");
	text_free(&t);
}

static void score(const struct intake_run *s)
{
	struct truth truth;
	struct file_error error;
	if (truth_read(folder, &truth, &error) < 0)
		return;
	struct score found = score_recording(&truth, pipeline_incidents(s->pipeline), &s->in.entities);
	struct text t = {0};
	struct totals totals = {0};
	score_text(&t, "fuzz", &found);
	totals_add(&totals, &found, pipeline_watch_s(s->pipeline));
	totals_text(&t, &totals, true);
	totals_free(&totals);
	text_free(&t);
	score_free(&found);
	truth_free(&truth);
}

static void check_line(void *context, const char *text)
{
	(void)context;
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			fail("a notice that is not fit for a terminal");
}

void drive_recording(const uint8_t *data, size_t size)
{
	static const struct notice_sink notices = {.line = check_line};
	struct intake_run session;
	struct laid l = {.count = 0};
	char *paths[] = {folder};
	if (!*folder)
		make_folders();
	lay_out(data, data + size, &l);
	run_init(&session, "fuzz", &notices);
	int status = run_paths(&session, 1, paths);
	if (status < 0 || status > 4)
		abort();
	if (status <= 1 && session.pipeline) {
		tell(&session);
		score(&session);
	}
	run_free(&session);
	for (size_t i = 0; i < l.count; i++)
		unlink(l.path[i]);
}
