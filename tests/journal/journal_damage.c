// SPDX-License-Identifier: ISC
// Tests: src/journal/reader.c
// Logs that are cut or damaged anywhere: the end is cut at the next start and told, damage in the middle costs the record it is in,
// and a lost segment is named with what is missing.
#include "log.h"

#include "base/err.h"
#include "model/registry.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define RECORDS 60

static struct log_folder whole;
static struct text whole_said;
static struct random_batch dice;

// A log of a few segments.
static int begin(void **state)
{
	(void)state;
	struct journal_found found;
	struct journal_options options = {.dir = whole.path, .segment_bytes = 25000, .sync_bytes = 5000};
	struct journal *j;
	dice = (struct random_batch){.random = unit_seed()};
	log_begin(&whole);
	assert_int_equal(journal_open(&options, &j, &found), 0);
	for (int i = 0; i < RECORDS; i++)
		assert_int_equal(log_append(j, &dice, &whole_said), 0);
	assert_int_equal(journal_close(j), 0);
	(void)text_string(&whole_said);
	return 0;
}

static int end(void **state)
{
	(void)state;
	log_end(&whole);
	text_free(&whole_said);
	random_batch_end(&dice);
	return 0;
}

static size_t lines_of(const char *text)
{
	size_t n = 0;
	for (; *text; text++)
		n += *text == '\n';
	return n;
}

// Every line of `part` stands in `all`, in the same order.
static void assert_part_of(const char *part, const char *all)
{
	while (*part) {
		size_t n = strcspn(part, "\n") + 1, m = strcspn(all, "\n") + 1;
		assert_true(*all != '\0');
		if (n == m && memcmp(part, all, n) == 0)
			part += n;
		all += m;
	}
}

static void cut_file(const struct log_folder *f, const char *name, long size)
{
	char path[256];
	log_path(f, name, path);
	assert_int_equal(truncate(path, size), 0);
}

static void flip(const struct log_folder *f, const char *name, long at, int bit)
{
	char path[256];
	log_path(f, name, path);
	FILE *file = fopen(path, "r+b");
	assert_non_null(file);
	assert_int_equal(fseek(file, at, SEEK_SET), 0);
	int c = fgetc(file);
	assert_int_equal(fseek(file, at, SEEK_SET), 0);
	assert_int_equal(fputc(c ^ 1 << bit, file), c ^ 1 << bit);
	assert_int_equal(fclose(file), 0);
}

// The last segment cut anywhere: what was whole stays, the rest is told with its place, and writing goes on behind it.
static void a_torn_end_is_cut_and_told(void **state)
{
	(void)state;
	const char *const *names;
	for (int round = 0; round < 200; round++) {
		struct log_folder f;
		struct log_heard before = {0}, after = {0};
		struct journal_found found;
		struct journal *j;
		struct text more = {0};
		log_copy(&whole, &f);
		size_t n = log_segments(&f, &names);
		char last[64];
		snprintf(last, sizeof(last), "%s", names[n - 1]);
		long size = log_size(&f, last), cut = (long)(unit_random(&dice.random) % (uint64_t)size);
		cut_file(&f, last, cut);
		assert_int_equal(log_read(&f, &before), 0);
		assert_true(strncmp(before.said.bytes, whole_said.bytes, before.said.length) == 0);
		struct journal_options options = {.dir = f.path};
		assert_int_equal(journal_open(&options, &j, &found), 0);
		assert_int_equal(found.sequence, before.totals.sequence);
		assert_int_equal(found.torn_bytes, before.totals.damaged_bytes);
		if (found.torn_bytes) {
			assert_string_equal(found.torn_file, last);
			assert_int_equal(found.torn_offset + found.torn_bytes, cut);
			assert_int_equal(log_size(&f, last), found.torn_offset);
			char kept[80];
			snprintf(kept, sizeof(kept), "%s.torn", last);
			assert_int_equal(log_size(&f, kept), found.torn_bytes); // nothing is thrown away
		}
		text_put(&more, before.said.bytes);
		assert_int_equal(log_append(j, &dice, &more), 0);
		assert_int_equal(journal_close(j), 0);
		assert_int_equal(log_read(&f, &after), 0);
		assert_string_equal(after.said.bytes, text_string(&more));
		assert_int_equal(after.totals.damages, 0);
		log_heard_end(&before);
		log_heard_end(&after);
		text_free(&more);
		log_end(&f);
	}
}

// One bit anywhere: it is noticed, and costs one record at most.
static void a_flipped_bit_costs_one_record(void **state)
{
	(void)state;
	const char *const *names;
	struct log_folder f;
	log_copy(&whole, &f);
	for (int round = 0; round < 1500; round++) {
		struct log_heard heard = {0};
		size_t n = log_segments(&f, &names), k = unit_random(&dice.random) % n;
		long at = (long)(unit_random(&dice.random) % (uint64_t)log_size(&f, names[k]));
		int bit = (int)(unit_random(&dice.random) % 8);
		flip(&f, names[k], at, bit);
		assert_int_equal(log_read(&f, &heard), 0);
		assert_int_equal(lines_of(heard.damage.bytes), 1);
		assert_non_null(strstr(heard.damage.bytes, names[k]));
		assert_true(lines_of(heard.said.bytes) >= RECORDS - 1);
		assert_part_of(heard.said.bytes, whole_said.bytes);
		log_heard_end(&heard);
		flip(&f, names[k], at, bit);
	}
	log_end(&f);
}

static void a_lost_segment_is_named(void **state)
{
	(void)state;
	const char *const *names;
	struct log_folder f;
	struct log_heard heard = {0};
	char path[256];
	log_copy(&whole, &f);
	assert_true(log_segments(&f, &names) >= 3);
	log_path(&f, names[1], path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(log_read(&f, &heard), 0);
	assert_int_equal(heard.totals.damages, 1);
	assert_int_equal(heard.totals.damaged_bytes, 0);
	assert_int_equal(heard.totals.missing, RECORDS - lines_of(heard.said.bytes));
	assert_true(heard.totals.missing > 0);
	assert_part_of(heard.said.bytes, whole_said.bytes);
	log_heard_end(&heard);
	log_end(&f);
}

// Files of anything: an answer, and no more memory than a record may have.
static void nonsense_is_passed_over(void **state)
{
	(void)state;
	const char *const *names;
	for (int round = 0; round < 50; round++) {
		struct log_folder f;
		struct log_heard heard = {0};
		struct journal_found found;
		struct journal *j;
		log_copy(&whole, &f);
		size_t n = log_segments(&f, &names);
		for (size_t i = 0; i < n; i++) {
			long size = log_size(&f, names[i]);
			for (int k = 0; k < 30; k++)
				flip(&f, names[i], (long)(unit_random(&dice.random) % (uint64_t)size), k % 8);
		}
		assert_int_equal(log_read(&f, &heard), 0);
		assert_part_of(heard.said.bytes, whole_said.bytes);
		struct journal_options options = {.dir = f.path};
		assert_int_equal(journal_open(&options, &j, &found), 0);
		assert_int_equal(found.sequence, heard.totals.sequence);
		assert_int_equal(journal_close(j), 0);
		log_heard_end(&heard);
		log_end(&f);
	}
}

// ---- replay ----

struct receiver {
	struct peer_table *peers;
	struct target_table *targets;
	struct entity_list entities;
	struct registry *registry;
	struct text said;
	uint64_t cuts, configurations;
};

static int keep(void *context, const struct batch *b)
{
	struct receiver *r = context;
	for (size_t i = 0; i < b->count; i++) {
		const struct obs *o = &b->obs[i];
		text_printf(&r->said, "%lld %u", (long long)o->time.ns, o->kind);
		if (o->kind == OBS_PROBE)
			text_printf(&r->said, " %s", observer_at(r->targets, o->observer)->id);
		else if (o->kind != OBS_SERIES && o->kind != OBS_HEALTH)
			text_printf(&r->said, " %s", collector_name(r->peers, o->collector));
		text_char(&r->said, '\n');
	}
	return 0;
}

static int on_cut(void *context, struct instant time)
{
	struct receiver *r = context;
	text_printf(&r->said, "cut %lld\n", (long long)time.ns);
	r->cuts++;
	return 0;
}

static struct batch_sink sender(void *context)
{
	return registry_sender(context);
}

static void receiver_begin(struct receiver *r)
{
	*r = (struct receiver){.peers = peer_table_create()};
	entity_add(&r->entities, "country/KX");
	r->targets = target_table_create(&r->entities);
	struct registry_options options = {
		.peers = r->peers, .targets = r->targets, .entities = &r->entities, .out = {keep, r}};
	r->registry = registry_create(&options);
}

static void receiver_end(struct receiver *r)
{
	registry_free(r->registry);
	peer_table_free(r->peers);
	target_table_free(r->targets);
	entity_list_free(&r->entities);
	text_free(&r->said);
}

static void opening(void *context, struct text *configuration, struct batch_room *names)
{
	text_put(configuration, "who is watched");
	registry_names(context, names);
}

static int on_configuration(void *context, size_t log, struct cursor text)
{
	(void)log;
	struct receiver *r = context;
	assert_int_equal(cursor_left(&text), strlen("who is watched"));
	r->configurations++;
	return 0;
}

struct writer { // between a registry and a log
	struct receiver *receiver;
	struct journal *journal;
};

static int keep_and_write(void *context, const struct batch *b)
{
	struct writer *w = context;
	int code = journal_append_batch(w->journal, b);
	return code < 0 ? code : keep(w->receiver, b);
}

// Two decoders, two runs, many segments: a replay hears what the engine heard; without its first segment, what came after it.
static void a_log_replays_what_was_taken(void **state)
{
	(void)state;
	struct log_folder f;
	struct receiver live, replay;
	struct journal_found found;
	struct journal_totals totals;
	const char *const *names;
	log_begin(&f);
	receiver_begin(&live);
	struct journal_options options = {.dir = f.path, .segment_bytes = 30000, .opening = opening};
	for (uint64_t run = 0; run < 2; run++) {
		struct writer w = {.receiver = &live};
		struct registry_options into = {
			.peers = live.peers, .targets = live.targets, .entities = &live.entities};
		into.out = (struct batch_sink){keep_and_write, &w};
		struct registry *registry = registry_create(&into);
		options.opening_context = registry;
		assert_int_equal(journal_open(&options, &w.journal, &found), 0);
		struct random_batch streams[2] = {{.random = dice.random}, {.random = dice.random + 1}};
		struct batch_sink sinks[2] = {registry_sender(registry), registry_sender(registry)};
		for (int round = 0; round < 60; round++) {
			struct batch b = random_batch_next(&streams[round % 2]);
			assert_int_equal(sinks[round % 2].take(sinks[round % 2].context, &b), 0);
			assert_int_equal(on_cut(&live, instant_of(round, 0)), 0);
			assert_int_equal(journal_append_cut(w.journal, instant_of(round, 0)), 0);
		}
		assert_int_equal(journal_close(w.journal), 0);
		registry_free(registry);
		random_batch_end(&streams[0]);
		random_batch_end(&streams[1]);
	}
	receiver_begin(&replay);
	struct journal_target target = {
		.sender = sender, .cut = on_cut, .configuration = on_configuration, .context = &replay};
	target.sender_context = replay.registry;
	assert_int_equal(journal_replay(1, (char *[]){f.path}, &target, &totals), 0);
	assert_string_equal(text_string(&replay.said), text_string(&live.said));
	assert_int_equal(totals.damages + totals.unreadable, 0);
	assert_int_equal(totals.runs, 2);
	assert_true(totals.records[JOURNAL_CONFIGURATION] > 3);
	assert_int_equal(replay.configurations, 1); // told when it is new
	receiver_end(&replay);
	// The beginning is gone: the next segment announces again what its batches use.
	char path[256];
	assert_true(log_segments(&f, &names) > 3);
	log_path(&f, names[0], path);
	assert_int_equal(unlink(path), 0);
	receiver_begin(&replay);
	target.sender_context = replay.registry;
	target.context = &replay;
	assert_int_equal(journal_replay(1, (char *[]){f.path}, &target, &totals), 0);
	assert_int_equal(totals.unreadable, 0);
	assert_non_null(strstr(live.said.bytes, text_string(&replay.said)));
	receiver_end(&replay);
	receiver_end(&live);
	log_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_torn_end_is_cut_and_told),	cmocka_unit_test(a_flipped_bit_costs_one_record),
		cmocka_unit_test(a_lost_segment_is_named),	cmocka_unit_test(nonsense_is_passed_over),
		cmocka_unit_test(a_log_replays_what_was_taken),
	};
	return cmocka_run_group_tests_name("journal_damage", tests, begin, end);
}
