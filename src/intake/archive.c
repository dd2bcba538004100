// SPDX-License-Identifier: ISC
// DOC: archives
// Archives cut their updates at round times and name the files by them. A file holds all that was recorded from then on for one step:
// what most of its files are apart, and of the few files of a known project fifteen minutes, or less where two are closer. What no file
// holds is missing; what one holds is not, however little it says. Of a collector with a file that is not named so, and of few files of
// an unknown project, nothing is known; and of one that recorded something where no file should hold it.
#include "intake/archive.h"

#include "base/alloc.h"
#include "base/must.h"
#include "base/number.h"
#include "base/numbers.h"
#include "base/when.h"
#include "intake/collector.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DIGITS_MAX	 14
#define STEP_USUAL_S	 900 // of RouteViews, and of RIPE RIS until July 2003; since then it is 300
#define STEP_MAX_S	 3600
#define STEP_FILES_LEAST 3 // before the step is believed

struct archive_of { // one collector
	bool named; // all its files so far
	bool any;
	int64_t *updates, *tables; // begins, seconds
	size_t update_count, update_capacity, table_count, table_capacity;
};

static bool archive_time(const char *digits, size_t n, struct instant *ret)
{
	uint64_t year, month, day, hour, minute, second = 0, unix_s;
	struct cursor c = cursor_of(digits, n);
	if (n == 10 && digits[0] == '1') { // as CAIDA's broker writes them
		if (!number_digits(&c, 10, &unix_s))
			return false;
		*ret = instant_of((int64_t)unix_s, 0);
		return true;
	}
	if ((n != 12 && n != 14) || !number_digits(&c, 4, &year) || !number_digits(&c, 2, &month) ||
	    !number_digits(&c, 2, &day) || !number_digits(&c, 2, &hour) || !number_digits(&c, 2, &minute) ||
	    (n == 14 && !number_digits(&c, 2, &second)))
		return false;
	return when_civil((int64_t)year, (int64_t)month, (int64_t)day, (int64_t)(hour * 3600 + minute * 60 + second),
			  ret);
}

// The digits behind the word, whatever stands between them: "20231114.2205", "2023-11-14_22-05".
static bool archive_time_behind(const char *at, struct instant *ret)
{
	char digits[DIGITS_MAX];
	size_t n = 0;
	for (; *at && (strchr(".-_T:", *at) || (*at >= '0' && *at <= '9')); at++) {
		if (strchr(".-_T:", *at))
			continue;
		if (n == sizeof(digits))
			return false;
		digits[n++] = *at;
	}
	return archive_time(digits, n, ret);
}

static bool archive_word_is(const char *word, size_t n, const char *const *list)
{
	for (; *list; list++)
		if (n == strlen(*list) && strncasecmp(word, *list, n) == 0)
			return true;
	return false;
}

bool archive_name_of(const char *path, struct archive_name *ret)
{
	static const char *const updates[] = {"updates", "update", "upds", NULL}, *const tables[] = {"rib",   "ribs",
												     "bview", "bviews",
												     "table", "tables",
												     NULL};
	const char *slash = strrchr(path, '/'), *at = slash ? slash + 1 : path;
	for (size_t n; *at; at += n ? n : 1) {
		n = strcspn(at, ".-_");
		bool table = archive_word_is(at, n, tables);
		struct archive_name found = {.table = table};
		if ((table || archive_word_is(at, n, updates)) && archive_time_behind(at + n, &found.at)) {
			*ret = found;
			return true;
		}
	}
	return false;
}

// Most of `n` in order are so far apart.
static int64_t archive_step_usual(const int64_t *apart, size_t n)
{
	int64_t step = 0;
	size_t most = 0;
	for (size_t i = 0, run = 0; i < n; i++) {
		run = i && apart[i] == apart[i - 1] ? run + 1 : 1;
		if (run > most && apart[i] > 0) {
			most = run;
			step = apart[i];
		}
	}
	return step;
}

// 0: not known.
static int64_t archive_step(const struct archive_of *a, const char *collector)
{
	bool known = strncmp(collector, "rrc", 3) == 0 || strncmp(collector, "route-views", 11) == 0;
	size_t n = a->update_count - 1;
	int64_t *apart = alloc_zero(n + 1, sizeof(*apart)), usual;
	for (size_t i = 0; i < n; i++)
		apart[i] = a->updates[i + 1] - a->updates[i];
	if (n)
		qsort(apart, n, sizeof(*apart), numbers_by_int64);
	usual = archive_step_usual(apart, n);
	free(apart);
	if (a->update_count >= STEP_FILES_LEAST && usual <= STEP_MAX_S)
		return usual;
	return !known ? 0 : usual && usual < STEP_USUAL_S ? usual : STEP_USUAL_S;
}

static void archive_add(struct archive_of *a, const struct feed_source *source)
{
	struct archive_name name;
	a->named = archive_name_of(source->path, &name) && (a->named || !a->any);
	a->any = true;
	if (!a->named || !source->file_bytes)
		return;
	if (name.table) {
		alloc_grow((void **)&a->tables, a->table_count, &a->table_capacity, sizeof(*a->tables));
		a->tables[a->table_count++] = instant_seconds(name.at);
	} else {
		alloc_grow((void **)&a->updates, a->update_count, &a->update_capacity, sizeof(*a->updates));
		a->updates[a->update_count++] = instant_seconds(name.at);
	}
}

// What touches is told as one.
static void archive_tell_updates(const struct archive_of *a, uint16_t collector, int64_t step, struct decoder *to)
{
	for (size_t i = 0, end; i < a->update_count; i = end) {
		int64_t until = a->updates[i] + step;
		for (end = i + 1; end < a->update_count && a->updates[end] <= until; end++)
			until = a->updates[end] + step;
		if (until - a->updates[i] <= UINT32_MAX)
			decoder_kept(to, collector, instant_of(a->updates[i], 0), (uint32_t)(until - a->updates[i]));
	}
}

static void archive_tell_one(struct archive_of *a, uint16_t collector, const char *name, struct decoder *to)
{
	if (!a->named)
		return;
	if (a->update_count)
		qsort(a->updates, a->update_count, sizeof(*a->updates), numbers_by_int64);
	int64_t step = a->update_count ? archive_step(a, name) : 0;
	if (step)
		archive_tell_updates(a, collector, step, to);
	for (size_t i = 0; i < a->table_count && !a->update_count; i++)
		decoder_kept(to, collector, instant_of(a->tables[i], 0), 0);
}

void archive_tell(const struct feed *f, const struct peer_table *collectors, struct decoder *to)
{
	must(f && to);
	size_t n = collector_count(collectors);
	struct archive_of *of = alloc_zero(n + 1, sizeof(*of));
	for (size_t i = 0; i < feed_source_count(f); i++) {
		const struct feed_source *source = feed_source(f, i);
		if (source->collector < n && !feed_names_lines(source->path))
			archive_add(&of[source->collector], source);
	}
	for (size_t i = 0; i < n; i++) {
		archive_tell_one(&of[i], (uint16_t)i, collector_name(collectors, (uint16_t)i), to);
		free(of[i].updates);
		free(of[i].tables);
	}
	free(of);
}
