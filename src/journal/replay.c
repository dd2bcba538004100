// SPDX-License-Identifier: ISC
// From a log to the sinks of an engine.
#include "base/err.h"
#include "journal/reader.h"

static int replay_batch(struct journal_reader *r, const struct journal_record *record, struct batch_sink sink,
			uint64_t *unknown)
{
	struct batch b;
	if (journal_reader_batch(r, record, &b) < 0)
		return 0; // counted
	int code = sink.take(sink.context, &b);
	// After damage a batch may use names that were announced in what was lost.
	if (code == ERR_MALFORMED && journal_reader_totals(r)->damages) {
		(*unknown)++;
		return 0;
	}
	return code;
}

// Every segment says it again.
static int replay_configuration(const struct journal_target *t, struct cursor bytes, struct text *last)
{
	size_t n = cursor_left(&bytes);
	if (!t->configuration || (last->length == n && n && !memcmp(last->bytes, bytes.at, n)))
		return 0;
	text_clear(last);
	text_bytes(last, bytes.at, n);
	return t->configuration(t->context, bytes);
}

static int replay_record(const struct journal_target *t, const struct journal_record *record, struct text *last)
{
	switch ((enum journal_kind)record->kind) {
	case JOURNAL_CUT:
		return t->cut ? t->cut(t->context, record->time) : 0;
	case JOURNAL_CONFIGURATION:
		return replay_configuration(t, record->bytes, last);
	case JOURNAL_NOTE:
		return t->note ? t->note(t->context, record->time, record->bytes) : 0;
	case JOURNAL_BATCH:
	case JOURNAL_KIND_END:
		break;
	}
	return 0;
}

int journal_replay(const char *dir, const struct journal_target *target, struct journal_totals *ret_totals)
{
	struct journal_reader *r;
	struct journal_record record;
	struct batch_sink sink = {0};
	struct text last = {0}; // configuration
	uint64_t unknown = 0;
	uint32_t run = 0;
	int code = journal_reader_open(dir, target->listener, &r);
	if (code < 0)
		return code;
	while ((code = journal_reader_next(r, &record)) == 1) {
		if (record.kind == JOURNAL_BATCH && record.run != run) {
			sink = target->sender(target->sender_context);
			run = record.run;
		}
		code = record.kind == JOURNAL_BATCH ? replay_batch(r, &record, sink, &unknown)
						    : replay_record(target, &record, &last);
		if (code < 0)
			break;
	}
	if (code >= 0) // who stops early has not seen the end
		journal_reader_end(r);
	*ret_totals = *journal_reader_totals(r);
	ret_totals->unreadable += unknown;
	journal_reader_free(r);
	text_free(&last);
	return code;
}
