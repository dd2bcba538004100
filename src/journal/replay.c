// SPDX-License-Identifier: ISC
// From logs to the sinks of an engine. Several are merged by the time of what stands next in each: what has none comes at once.
#include "base/alloc.h"
#include "base/err.h"
#include "base/must.h"
#include "journal/reader.h"

#include <stdlib.h>

#define KEY_NONE INT64_MAX // nothing stands next

struct replay_log {
	struct journal_reader *reader;
	struct journal_record record; // next
	struct batch batch;	      // of a batch
	size_t done;		      // its observations that were handed on
	int64_t key;		      // nanoseconds; INT64_MIN: at once
	struct batch_sink sink;	      // of the run at work
	uint32_t run;
	struct text last; // configuration
	uint64_t unknown;
};

struct replay_merge {
	const struct journal_target *target;
	struct replay_log *logs;
	size_t count;
};

static int64_t replay_batch_key(const struct replay_log *l)
{
	return l->done < l->batch.count ? l->batch.obs[l->done].time.ns : INT64_MIN;
}

// What stands next; batches that cannot be read are passed over and counted.
static int replay_fetch(struct replay_log *l)
{
	int code;
	l->key = KEY_NONE;
	while ((code = journal_reader_next(l->reader, &l->record)) == 1) {
		l->done = 0;
		l->key = l->record.kind == JOURNAL_CUT ? l->record.time.ns : INT64_MIN;
		if (l->record.kind != JOURNAL_BATCH)
			return 0;
		if (journal_reader_batch(l->reader, &l->record, &l->batch) < 0)
			continue;
		l->key = replay_batch_key(l);
		return 0;
	}
	l->key = KEY_NONE;
	return code;
}

// Every segment says it again.
static int replay_configuration(const struct journal_target *t, size_t log, struct cursor bytes, struct text *last)
{
	size_t n = cursor_left(&bytes);
	if (!t->configuration || (last->length == n && n && !memcmp(last->bytes, bytes.at, n)))
		return 0;
	text_clear(last);
	text_bytes(last, bytes.at, n);
	return t->configuration(t->context, log, bytes);
}

static int replay_record(struct replay_merge *r, size_t log)
{
	const struct journal_target *t = r->target;
	struct replay_log *l = &r->logs[log];
	switch ((enum journal_kind)l->record.kind) {
	case JOURNAL_CUT:
		return t->cut ? t->cut(t->context, l->record.time) : 0;
	case JOURNAL_CONFIGURATION:
		return replay_configuration(t, log, l->record.bytes, &l->last);
	case JOURNAL_NOTE:
		return t->note ? t->note(t->context, log, l->record.time, l->record.bytes) : 0;
	case JOURNAL_BATCH:
	case JOURNAL_KIND_END:
		break;
	}
	return 0;
}

// Observations from l->done on up to the first that another log goes before: one that is older, or as old and of an earlier log.
static size_t replay_batch_end(const struct replay_merge *r, size_t log)
{
	const struct replay_log *l = &r->logs[log];
	int64_t before = KEY_NONE;
	bool earlier = false;
	size_t end = l->done + (l->done < l->batch.count);
	for (size_t i = 0; i < r->count; i++) {
		int64_t key = r->logs[i].key;
		if (i != log && key != KEY_NONE && key < before) {
			before = key;
			earlier = i < log;
		}
	}
	if (before == KEY_NONE)
		return l->batch.count;
	while (end < l->batch.count &&
	       (l->batch.obs[end].time.ns < before || (l->batch.obs[end].time.ns == before && !earlier)))
		end++;
	return end;
}

// Hands on what may go now of the batch that stands next.
static int replay_batch(struct replay_merge *r, size_t log)
{
	struct replay_log *l = &r->logs[log];
	if (l->record.run != l->run) {
		l->sink = r->target->sender(r->target->sender_context);
		l->run = l->record.run;
	}
	size_t end = replay_batch_end(r, log);
	struct batch part = l->done ? batch_part(&l->batch, l->done, end - l->done) : l->batch;
	part.count = end - l->done; // with the names, if it is the first part
	int code = l->sink.take(l->sink.context, &part);
	l->done = end;
	// After damage a batch may use names that were announced in what was lost.
	if (code == ERR_MALFORMED && journal_reader_totals(l->reader)->damages) {
		l->unknown++;
		l->done = l->batch.count;
		return 0;
	}
	return code;
}

static int replay_step(struct replay_merge *r, size_t log)
{
	struct replay_log *l = &r->logs[log];
	int code = l->record.kind == JOURNAL_BATCH ? replay_batch(r, log) : replay_record(r, log);
	if (code < 0)
		return code;
	if (l->record.kind != JOURNAL_BATCH || l->done == l->batch.count)
		return replay_fetch(l);
	l->key = replay_batch_key(l);
	return 0;
}

static int replay_all(struct replay_merge *r)
{
	int code = 0;
	for (size_t i = 0; i < r->count && code == 0; i++)
		code = replay_fetch(&r->logs[i]);
	while (code == 0) {
		size_t next = 0;
		for (size_t i = 1; i < r->count; i++)
			next = r->logs[i].key < r->logs[next].key ? i : next;
		if (r->logs[next].key == KEY_NONE)
			break;
		code = replay_step(r, next);
	}
	return code;
}

int journal_replay(size_t n, char *const *dirs, const struct journal_target *target, struct journal_totals *ret_totals)
{
	must(n > 0 && target->sender);
	struct replay_merge r = {target, alloc_zero(n, sizeof(*r.logs)), n};
	int code = 0;
	for (size_t i = 0; i < n && code == 0; i++)
		code = journal_reader_open(dirs[i], target->listener, &r.logs[i].reader);
	bool opened = code == 0;
	code = opened ? replay_all(&r) : code;
	for (size_t i = 0; i < n; i++) {
		struct replay_log *l = &r.logs[i];
		if (opened && code >= 0) // who stops early has not seen the end
			journal_reader_end(l->reader);
		if (opened) {
			ret_totals[i] = *journal_reader_totals(l->reader);
			ret_totals[i].unreadable += l->unknown;
		}
		journal_reader_free(l->reader);
		text_free(&l->last);
	}
	free(r.logs);
	return code;
}
