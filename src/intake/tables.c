// SPDX-License-Identifier: ISC
// Files of tables: opened with care for what is there, written through one buffer.
#include "intake/tables.h"

#include "base/must.h"
#include "report/csv.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define ROWS_BYTES (64u << 10)

// An empty file, one that began as this table does, or what is no plain file (a terminal, a pipe) may be written over.
static bool tables_may_write(const char *path, const struct text *head)
{
	struct stat st;
	char begin[64];
	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
		return true;
	FILE *f = fopen(path, "re");
	size_t want = head->length < sizeof(begin) ? head->length : sizeof(begin);
	size_t n = f ? fread(begin, 1, want, f) : 0;
	if (f)
		fclose(f);
	return n == want && memcmp(begin, head->bytes, n) == 0;
}

static int tables_begin(const struct intake_run *s, const char *path, void (*head)(struct text *t), FILE **ret)
{
	struct text t = {0};
	int status = 0;
	head(&t);
	if (!tables_may_write(path, &t)) {
		notice_line(s->notices,
			    "%s: %s: is there already and is no such table; move it away, or choose another name",
			    s->command, path);
		status = 2;
		goto out;
	}
	FILE *f = fopen(path, "we");
	if (!f) {
		notice_line(s->notices, "%s: %s: cannot be written: %s", s->command, path, strerror(errno));
		status = 4;
		goto out;
	}
	fwrite(t.bytes, 1, t.length, f);
	*ret = f;
out:
	text_free(&t);
	return status;
}

static void tables_flush(struct tables *t)
{
	if (fwrite(t->rows.bytes, 1, t->rows.length, t->series) != t->rows.length && !t->error)
		t->error = errno;
	text_clear(&t->rows);
}

static void tables_take(void *context, const struct point *one)
{
	struct tables *t = context;
	csv_series_row(&t->rows, &t->run->in.entities, one);
	if (t->rows.length >= ROWS_BYTES)
		tables_flush(t);
}

static int tables_end(const struct intake_run *s, FILE *f, const char *path, int error)
{
	if (ferror(f) && !error)
		error = errno;
	if (fclose(f) != 0 && !error)
		error = errno;
	if (error)
		notice_line(s->notices, "%s: %s: cannot be written: %s", s->command, path, strerror(error));
	return error ? 4 : 0;
}

int tables_open(struct tables *t, struct intake_run *s)
{
	must(t && s && !s->pipeline);
	FILE *incidents = NULL;
	must(!t->series && s->notices);
	t->run = s;
	int status = t->incidents_path ? tables_begin(s, t->incidents_path, csv_incidents_head, &incidents) : 0;
	if (incidents)
		status = tables_end(s, incidents, t->incidents_path, 0);
	if (status || !t->series_path)
		return status;
	status = tables_begin(s, t->series_path, csv_series_head, &t->series);
	if (!status)
		s->points = (struct point_sink){tables_take, t};
	return status;
}

static int tables_incidents(const struct intake_run *s, const char *path, const struct incident_view *v)
{
	struct text t = {0};
	FILE *f = NULL;
	int status = tables_begin(s, path, csv_incidents_head, &f);
	if (status)
		return status;
	for (size_t i = 0; i < v->incidents->count; i++) {
		csv_incidents_row(&t, v, &v->incidents->at[i]);
		fwrite(t.bytes, 1, t.length, f);
		text_clear(&t);
	}
	text_free(&t);
	return tables_end(s, f, path, 0);
}

int tables_close(struct tables *t, const struct incident_view *v)
{
	int status = 0;
	must(t->run); // it was opened
	if (t->series) {
		tables_flush(t);
		status = tables_end(t->run, t->series, t->series_path, t->error);
		t->series = NULL;
	}
	text_free(&t->rows);
	int written = v && t->incidents_path ? tables_incidents(t->run, t->incidents_path, v) : 0;
	return written ? written : status;
}
