// SPDX-License-Identifier: ISC
// Not a test: writes an event log of files as a run of the engine would, with a cut for every minute of data, a configuration and
// a note. usage: write_log [-k KIB of a segment] DIR FILE...
#include "base/alloc.h"
#include "base/err.h"
#include "decode/decode.h"
#include "feed/feed.h"
#include "journal/configuration.h"
#include "journal/journal.h"
#include "model/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CUT_S 60

struct write_log {
	struct journal *journal;
	struct registry *registry;
	struct peer_table *peers;
	struct target_table *targets;
	struct entity_list entities;
	struct instant cut;
};

static void check(int code, const char *what)
{
	if (code >= 0)
		return;
	fprintf(stderr, "write_log: %s: %s\n", what, err_text(code));
	exit(1);
}

static int take(void *context, const struct batch *b)
{
	const struct write_log *w = context;
	return journal_append_batch(w->journal, b);
}

static void opening(void *context, struct text *configuration, struct batch_room *names)
{
	const struct write_log *w = context;
	struct journal_configuration c = {.version = "test", .entities = &w->entities, .targets = w->targets};
	journal_configuration_text(configuration, &c);
	registry_names(w->registry, names);
}

static void begin(struct write_log *w, const char *dir, size_t segment_bytes)
{
	struct journal_options options = {
		.dir = dir, .segment_bytes = segment_bytes, .opening = opening, .opening_context = w};
	struct journal_found found;
	w->peers = peer_table_create();
	w->targets = target_table_create(&w->entities);
	check(journal_open(&options, &w->journal, &found), dir);
	struct registry_options into = {.peers = w->peers, .targets = w->targets, .entities = &w->entities};
	into.out = (struct batch_sink){take, w};
	w->registry = registry_create(&into);
	check(journal_append(w->journal, JOURNAL_NOTE, instant_of(1, 0), cursor_of("begun", 5)), dir);
}

// Cut on the grid when a record is behind it; the batch up to there is handed on first.
static void cut(struct write_log *w, struct decoder *d, struct instant time)
{
	if (!instant_known(time))
		return;
	struct instant grid = instant_of(instant_seconds(time) / CUT_S * CUT_S, 0);
	bool due = instant_known(w->cut) && grid.ns > w->cut.ns;
	if (due) {
		check(decoder_flush(d), "flush");
		check(journal_append_cut(w->journal, grid), "cut");
	}
	if (due || !instant_known(w->cut))
		w->cut = grid;
}

static int add_entity(void *context, const char *id)
{
	(void)entity_add(context, id);
	return 0;
}

int main(int argc, char **argv)
{
	struct write_log w = {.cut = INSTANT_NONE};
	struct feed *feed = feed_create();
	struct record record;
	int at = 1, code;
	size_t segment = 0;
	if (argc > 3 && strcmp(argv[1], "-k") == 0) {
		segment = strtoul(argv[2], NULL, 10) << 10;
		at = 3;
	}
	if (argc < at + 2) {
		fprintf(stderr, "usage: write_log [-k KIB] DIR FILE...\n");
		return 2;
	}
	begin(&w, argv[at], segment);
	for (int i = at + 1; i < argc; i++) {
		bool lines = feed_names_lines(argv[i]);
		if (lines)
			(void)feed_series_entities(argv[i], add_entity, &w.entities);
		check(feed_add(feed, argv[i], lines ? 0 : collector_id(w.peers, "rc0")), argv[i]);
	}
	struct decode_options options = {.lines = true, .entities = &w.entities, .collectors = w.peers};
	struct decoder *d = decoder_create(&options, registry_sender(w.registry));
	while ((code = feed_next(feed, &record)) == 1) {
		cut(&w, d, record.time);
		check(decoder_take(d, &record), "take");
	}
	check(decoder_flush(d), "flush");
	check(journal_close(w.journal), argv[at]);
	decoder_free(d);
	feed_free(feed);
	registry_free(w.registry);
	peer_table_free(w.peers);
	target_table_free(w.targets);
	entity_list_free(&w.entities);
	return 0;
}
