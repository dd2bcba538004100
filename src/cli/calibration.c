// SPDX-License-Identifier: ISC
// Replays recordings for evaluate/calibration.h and writes what it made of them.
#include "cli/calibration.h"

#include "base/err.h"
#include "cli/say.h"
#include "conf/file.h"
#include "evaluate/calibration.h"
#include "intake/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define RATIOS_BYTES (1 << 20)

static int calibration_take_recording(struct calibration *c, char *dir)
{
	struct truth truth;
	struct intake_run session;
	struct file_error error = {0};
	int code = truth_read(dir, &truth, &error);
	if (code < 0) {
		say_line("lacuna evaluate: %s%s", code == ERR_NOT_FOUND ? dir : error.message,
			 code == ERR_NOT_FOUND ? ": there is no truth.json in it to learn from" : "");
		return 1;
	}
	run_init(&session, "lacuna evaluate", &say_notices);
	session.quiet = true;
	int status = run_paths(&session, 1, &dir);
	if (status <= 1 && session.pipeline) {
		calibration_add(c, &truth, pipeline_incidents(session.pipeline), &session.in.entities);
	}
	run_free(&session);
	truth_free(&truth);
	return status;
}

static const char *calibration_last_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash && slash[1] ? slash + 1 : path;
}

static int calibration_by_name(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;
	int order = strcmp(calibration_last_name(*x), calibration_last_name(*y));
	return order ? order : strcmp(*x, *y);
}

// Written beside and renamed: whole or not at all. A device, a pipe or a folder is never replaced.
static int calibration_write_whole(const char *path, const struct text *content)
{
	struct text beside = {0};
	struct stat st;
	if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		say_line("lacuna evaluate: %s: is no regular file and is not replaced", path);
		return 4;
	}
	text_printf(&beside, "%s.new", path);
	FILE *file = fopen(text_string(&beside), "w");
	bool fine = file && fwrite(content->bytes, 1, content->length, file) == content->length;
	fine &= file && fclose(file) == 0;
	fine = fine && rename(text_string(&beside), path) == 0;
	if (!fine) {
		say_line("lacuna evaluate: %s: %s", path, strerror(errno));
		unlink(text_string(&beside));
	}
	text_free(&beside);
	return fine ? 0 : 4;
}

static int calibration_write_ratios(const char *path, const struct ratios *fitted)
{
	struct cursor bytes;
	struct plan_error error = {0};
	struct text old = {0}, anew = {0};
	unsigned line;
	int code = file_read(path, RATIOS_BYTES, &bytes, &error);
	if (code < 0) {
		say_line("lacuna evaluate: %s", error.text);
		return 3;
	}
	text_bytes(&old, bytes.at, (size_t)(bytes.end - bytes.at));
	file_drop(&bytes);
	code = calibration_ratios(&old, fitted, &anew, &line);
	if (code < 0)
		say_line("lacuna evaluate: %s:%u: no line of a table of ratios; see data/ratios.csv", path, line);
	int status = code < 0 ? 3 : calibration_write_whole(path, &anew);
	text_free(&old);
	text_free(&anew);
	return status;
}

static int calibration_write_all(const struct calibration_options *options, const struct calibration *c)
{
	struct ratios fitted;
	struct text document = {0};
	calibration_fit(c, &fitted, &document);
	int status = calibration_write_whole(options->document, &document);
	if (status == 0 && options->ratios)
		status = calibration_write_ratios(options->ratios, &fitted);
	text_free(&document);
	return status;
}

int calibration_run(const struct calibration_options *options, int n, char **dirs)
{
	struct calibration c = {0};
	bool terminal = isatty(STDERR_FILENO);
	int worst = 0;
	qsort(dirs, (size_t)n, sizeof(*dirs), calibration_by_name);
	for (int i = 0; i < n; i++) {
		if (terminal)
			fprintf(stderr, "\r%d of %d recordings", i + 1, n);
		int status = calibration_take_recording(&c, dirs[i]);
		worst = status > worst ? status : worst;
	}
	if (terminal)
		fputc('\n', stderr);
	if (!c.count) {
		say_line("lacuna evaluate: nothing to learn from: no recording has an incident with a labelled cause");
		worst = worst > 3 ? worst : 3;
	} else {
		int status = calibration_write_all(options, &c);
		worst = status ? status : worst > 1 ? 1 : worst;
	}
	calibration_free(&c);
	return worst;
}
