// SPDX-License-Identifier: ISC
// Files of snapshots, and the places in the sources that belong to them: a line
// "records gaps offset ended length:path" each (ended: 1 all of it was read, 2 all so far), or of logs the observations and cuts
// that were taken: "log-inputs number".
#include "intake/resume.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/must.h"
#include "base/number.h"
#include "base/text.h"
#include "os/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define ASIDE	 ".set-aside"
#define LOG_WORD "log-inputs "

static void resume_bytes_drop(struct resume *r)
{
	snapshot_close(r->snapshot);
	r->snapshot = NULL;
	if (r->bytes)
		munmap(r->bytes, r->size);
	r->bytes = NULL;
}

static void resume_set_aside(struct resume *r, int code)
{
	struct text aside = {0};
	const char *why = code == ERR_UNSUPPORTED ? "was written by another version"
			  : code == ERR_USAGE	  ? "was written with other settings"
			  : code == ERR_NOT_FOUND ? "gives names other numbers than this run has given them"
						  : "is damaged";
	text_printf(&aside, "%s" ASIDE, r->path);
	bool moved = rename(r->path, text_string(&aside)) == 0;
	const char *fault = r->snapshot ? snapshot_fault(r->snapshot) : "";
	notice_line(r->notices, "%s: %s %s%s%s%s%s: reading from the beginning", r->command, r->path, why,
		    *fault ? " at " : "", fault, moved ? "; kept as " : "", moved ? text_string(&aside) : "");
	text_free(&aside);
	resume_bytes_drop(r);
}

static int resume_file_map(struct resume *r)
{
	struct stat st;
	int code = 0, fd = open(r->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		code = -errno;
	else if (!S_ISREG(st.st_mode) || st.st_size <= 0)
		code = ERR_TRUNCATED;
	if (code == 0) {
		r->size = (size_t)st.st_size;
		r->bytes = mmap(NULL, r->size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
		code = r->bytes == MAP_FAILED ? -errno : 0;
		r->bytes = code ? NULL : r->bytes;
	}
	close(fd);
	return code;
}

void resume_open(struct resume *r, struct peer_table *peers, struct target_table *targets)
{
	if (!r->path)
		return;
	int code = resume_file_map(r);
	if (code < 0 && code > -4096) {
		notice_line(r->notices, "%s: %s: %s: reading from the beginning", r->command, r->path, err_text(code));
		return;
	}
	if (code == 0)
		code = snapshot_open(r->bytes, r->size, &r->snapshot);
	if (code == 0)
		code = snapshot_names(r->snapshot, peers, targets);
	if (code < 0)
		resume_set_aside(r, code);
}

bool resume_load(struct resume *r, struct pipeline *p, struct target_table *targets)
{
	int code = r->snapshot ? snapshot_load(r->snapshot, p, targets) : 0;
	if (code < 0)
		resume_set_aside(r, code);
	return code == 0;
}

static void resume_place_set(struct resume *r, const struct feed *f, const struct resume_place *place, const char *path,
			     size_t n)
{
	for (size_t i = 0; i < r->sources; i++) {
		const char *held = feed_source(f, i)->path;
		if (strlen(held) == n && memcmp(held, path, n) == 0) {
			r->had[i] = *place;
			return;
		}
	}
	notice_line(r->notices, "%s: %.*s was read before and is not given now", r->command, (int)(n < 1000 ? n : 1000),
		    path);
}

// A number and the character behind it.
static bool resume_number(struct cursor *at, char behind, uint64_t *ret)
{
	struct cursor c = *at;
	uint8_t next;
	if (!number_u64(&c, UINT64_MAX, ret) || !cursor_u8(&c, &next) || next != (uint8_t)behind)
		return false;
	*at = c;
	return true;
}

// The next line of the places; its path is borrowed. False: there is none.
static bool resume_place_read(struct cursor *at, struct resume_place *ret, struct cursor *ret_path)
{
	struct resume_place p = {0};
	uint64_t ended, n;
	uint8_t newline;
	if (!resume_number(at, ' ', &p.records) || !resume_number(at, ' ', &p.gaps) ||
	    !resume_number(at, ' ', &p.offset) || !resume_number(at, ' ', &ended) || !resume_number(at, ':', &n) ||
	    n > cursor_left(at) || !cursor_sub(at, (size_t)n, ret_path) || !cursor_u8(at, &newline))
		return false;
	p.ended = ended == 1;
	p.rested = ended == 2;
	*ret = p;
	return true;
}

void resume_sources(struct resume *r, const struct feed *f)
{
	struct resume_place place;
	const char *places = r->snapshot ? snapshot_sources(r->snapshot) : "";
	struct cursor path, at = cursor_of(places, strlen(places));
	r->sources = feed_source_count(f);
	r->had = alloc_zero(r->sources, sizeof(*r->had));
	r->read = alloc_zero(r->sources, sizeof(*r->read));
	while (resume_place_read(&at, &place, &path))
		resume_place_set(r, f, &place, (const char *)path.at, cursor_left(&path));
	resume_bytes_drop(r);
}

void resume_log(struct resume *r)
{
	const char *places = r->snapshot ? snapshot_sources(r->snapshot) : "";
	struct cursor at = cursor_of(places, strlen(places));
	struct cursor word = {0};
	if (!r->snapshot)
		return;
	if (!cursor_sub(&at, sizeof(LOG_WORD) - 1, &word) || memcmp(word.at, LOG_WORD, sizeof(LOG_WORD) - 1) != 0 ||
	    !resume_number(&at, '\n', &r->inputs_had)) {
		r->inputs_had = 0;
		resume_set_aside(r, ERR_USAGE);
	}
}

void resume_log_loaded(struct resume *r)
{
	resume_bytes_drop(r);
}

void resume_log_forget(struct resume *r)
{
	r->inputs_had = r->inputs = 0;
	resume_bytes_drop(r);
}

bool resume_log_waits(const struct resume *r)
{
	must(r);
	return r->inputs < r->inputs_had;
}

size_t resume_log_has(struct resume *r, size_t n)
{
	uint64_t left = resume_log_waits(r) ? r->inputs_had - r->inputs : 0;
	r->inputs += n;
	return left < n ? (size_t)left : n;
}

// A source that came while the run went on.
static void resume_source_add(struct resume *r, size_t source)
{
	size_t n = source + 1 > r->sources * 2 ? source + 1 : r->sources * 2;
	r->had = alloc_resize(r->had, n, sizeof(*r->had));
	r->read = alloc_resize(r->read, n, sizeof(*r->read));
	memset(r->had + r->sources, 0, (n - r->sources) * sizeof(*r->had));
	memset(r->read + r->sources, 0, (n - r->sources) * sizeof(*r->read));
	r->sources = n;
}

bool resume_has(struct resume *r, const struct record *record)
{
	if (record->source >= r->sources)
		resume_source_add(r, record->source);
	const struct resume_place *had = &r->had[record->source];
	struct resume_place *read = &r->read[record->source];
	if (record->kind == RECORD_TIME)
		return read->records < had->records;
	if (record->kind == RECORD_SOURCE_REST) {
		read->rested = true;
		return read->records < had->records + had->rested;
	}
	if (record->kind == RECORD_SOURCE_END) {
		read->ended = true;
		return had->ended;
	}
	if (record->kind == RECORD_GAP)
		return ++read->gaps <= had->gaps;
	read->offset = record->offset;
	read->records++;
	read->rested = false;
	r->moved |= read->records == had->records && read->offset != had->offset;
	return read->records <= had->records;
}

bool resume_rested(const struct resume *r, const struct record *record)
{
	if (record->kind != RECORD_SOURCE_END || record->source >= r->sources)
		return false;
	return r->had[record->source].rested && r->read[record->source].records == r->had[record->source].records;
}

void resume_free(struct resume *r)
{
	resume_bytes_drop(r);
	free(r->had);
	free(r->read);
}

static int resume_state_fill(void *context, struct durable *d)
{
	return snapshot_save(context, (struct carry_sink){durable_put, d});
}

// What the engine has of the source: while all is read again, what the state that was loaded has.
static struct resume_place resume_place_now(const struct resume *r, size_t source)
{
	const struct resume_place *had = &r->had[source];
	struct resume_place now = r->read[source];
	if (now.records < had->records)
		return *had;
	now.gaps = now.gaps > had->gaps ? now.gaps : had->gaps;
	if (now.records == had->records) {
		now.ended |= had->ended;
		now.rested |= had->rested;
	}
	return now;
}

static void resume_places_put(struct text *places, const struct resume *r, const struct feed *f)
{
	if (!f)
		text_printf(places, LOG_WORD "%" PRIu64 "\n", r->inputs);
	for (size_t i = 0; f && i < r->sources && i < feed_source_count(f); i++) {
		struct resume_place p = resume_place_now(r, i);
		const char *file = feed_source(f, i)->path;
		text_printf(places, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %d %zu:", p.records, p.gaps, p.offset,
			    p.ended ? 1 : 2 * p.rested, strlen(file));
		text_bytes(places, file, strlen(file));
		text_char(places, '\n');
	}
}

int resume_save(const struct resume *r, const struct feed *f, struct snapshot_parts parts, const char *path)
{
	struct text places = {0};
	resume_places_put(&places, r, f);
	parts.sources = text_string(&places);
	int code = durable_write(path, resume_state_fill, &parts);
	if (code < 0)
		notice_line(r->notices, "%s: %s: %s", r->command, path, err_text(code));
	text_free(&places);
	return code;
}

int resume_save_wait(struct resume *r, const char *path, bool wait)
{
	int code = r->writer ? durable_done(r->writer, wait) : 1;
	if (code == 0)
		return 0;
	r->writer = 0;
	if (code < 0)
		notice_line(r->notices, "%s: %s: %s", r->command, path, err_text(code));
	return 1;
}

void resume_save_start(struct resume *r, const struct feed *f, struct snapshot_parts parts, const char *path)
{
	struct text places = {0};
	if (!resume_save_wait(r, path, false))
		return;
	resume_places_put(&places, r, f);
	parts.sources = text_string(&places);
	int code = durable_start(path, resume_state_fill, &parts, &r->writer);
	if (code < 0)
		notice_line(r->notices, "%s: %s: %s", r->command, path, err_text(code));
	text_free(&places);
}
