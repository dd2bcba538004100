// SPDX-License-Identifier: ISC
// One growing text for each file; a file is open only while its text is appended, since there may be a thousand observers.
#include "intake/log_export.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/must.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXPORT_KEPT (256u << 10) // bytes of a file that wait before they are appended

struct log_export_file {
	char *path; // below the folder
	struct text text;
};

enum { EXPORT_ROUTES, EXPORT_EVENTS, EXPORT_SERIES };

struct log_export {
	int folder;
	struct log_export_file *files; // the fixed ones, then one an observer
	size_t count, capacity;
};

static size_t log_export_file(struct log_export *e, const char *path)
{
	for (size_t i = 0; i < e->count; i++)
		if (strcmp(e->files[i].path, path) == 0)
			return i;
	alloc_grow((void **)&e->files, e->count, &e->capacity, sizeof(*e->files));
	e->files[e->count] = (struct log_export_file){.path = alloc_copy(path)};
	return e->count++;
}

static int log_export_append(const struct log_export *e, struct log_export_file *f)
{
	size_t done = 0;
	if (!f->text.length)
		return 0;
	int file = openat(e->folder, f->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (file < 0)
		return -errno;
	while (done < f->text.length) {
		ssize_t n = write(file, f->text.bytes + done, f->text.length - done);
		if (n < 0 && errno != EINTR) {
			int code = -errno;
			close(file);
			return code;
		}
		done += n < 0 ? 0 : (size_t)n;
	}
	text_clear(&f->text);
	return close(file) < 0 ? -errno : 0;
}

int log_export_begin(const char *folder, struct log_export **ret)
{
	must(folder && *folder);
	if (mkdir(folder, 0755) < 0 && errno != EEXIST)
		return -errno;
	int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	if ((mkdirat(dir, "probes", 0755) < 0 && errno != EEXIST) ||
	    (mkdirat(dir, "series", 0755) < 0 && errno != EEXIST)) {
		int code = -errno;
		close(dir);
		return code;
	}
	struct log_export *e = alloc_zero(1, sizeof(*e));
	e->folder = dir;
	(void)log_export_file(e, "routes.ndjson");
	(void)log_export_file(e, "log.ndjson");
	(void)log_export_file(e, "series/values.csv");
	*ret = e;
	return 0;
}

// An observer's name is text from outside: nothing of it may lead out of the folder.
static size_t log_export_observer(struct log_export *e, const char *observer)
{
	char path[sizeof("probes/.ndjson") + 64];
	int n = snprintf(path, sizeof(path), "probes/%.64s.ndjson", observer);
	for (int i = (int)strlen("probes/"); i < n; i++) {
		char c = path[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
			     c == '_' || (c == '.' && i > (int)strlen("probes/"));
		path[i] = plain ? c : '_';
	}
	return log_export_file(e, path);
}

static void log_export_observation(struct log_export *e, const struct observation_names *names, const struct batch *b,
				   size_t i)
{
	const struct obs *o = &b->obs[i];
	struct text line = {0};
	const char *observer = observation_measurement(&line, names, o);
	if (observer)
		text_bytes(&e->files[log_export_observer(e, observer)].text, line.bytes, line.length);
	else if (o->kind == OBS_SERIES)
		(void)observation_series(&e->files[EXPORT_SERIES].text, names, o);
	else
		observation_json(&e->files[EXPORT_ROUTES].text, names, b, i);
	text_free(&line);
}

static int log_export_flush(struct log_export *e, size_t kept)
{
	int code = 0;
	for (size_t i = 0; i < e->count && code == 0; i++)
		if (e->files[i].text.length > kept)
			code = log_export_append(e, &e->files[i]);
	return code;
}

int log_export_batch(struct log_export *e, const struct observation_names *names, const struct batch *b)
{
	for (size_t i = 0; i < b->count; i++)
		log_export_observation(e, names, b, i);
	return log_export_flush(e, EXPORT_KEPT);
}

int log_export_event(struct log_export *e, const struct text *line)
{
	text_bytes(&e->files[EXPORT_EVENTS].text, line->bytes, line->length);
	return log_export_flush(e, EXPORT_KEPT);
}

int log_export_end(struct log_export *e)
{
	int code = log_export_flush(e, 0);
	for (size_t i = 0; i < e->count; i++) {
		free(e->files[i].path);
		text_free(&e->files[i].text);
	}
	free(e->files);
	close(e->folder);
	free(e);
	return code;
}
