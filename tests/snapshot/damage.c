// SPDX-License-Identifier: ISC
// States that are damaged, cut, of another version or forged: refused, or loaded and harmless; and what changes between two runs.
#include "mixed.h"

#include "base/err.h"
#include "report/revision.h"

#include <string.h>

#define STOPS  150
#define FORGED 3000 // a state each

static uint64_t random_state;

static size_t below(size_t n)
{
	return (size_t)(unit_random(&random_state) >> 20) % n;
}

static void told(void *context, const struct revision *r)
{
	revision_json(context, r);
	text_char(context, '\n');
}

// The state at that share of the way, and what was told until then.
static void state_at(const struct mixed *m, double share, struct mixed_bytes *ret)
{
	struct pipeline *p = mixed_pipeline(m, NULL, (struct revision_sink){0});
	mixed_feed(m, p, 0, (size_t)(share * (double)m->land.scene.count));
	mixed_save(m, p, ret);
	pipeline_free(p);
}

static void same_bytes_anywhere(void **state)
{
	struct mixed *m = *state;
	size_t n = m->land.scene.count;
	struct text whole = {0};
	struct pipeline *p = mixed_pipeline(m, NULL, (struct revision_sink){told, &whole});
	mixed_feed(m, p, 0, n);
	pipeline_finish(p);
	pipeline_free(p);
	assert_true(whole.length > 0);
	for (int i = 0; i < STOPS; i++) {
		struct text halves = {0};
		struct mixed_bytes first = {0}, again = {0};
		size_t at = below(n);
		p = mixed_pipeline(m, NULL, (struct revision_sink){told, &halves});
		mixed_feed(m, p, 0, at);
		mixed_save(m, p, &first);
		pipeline_free(p);
		p = mixed_pipeline(m, NULL, (struct revision_sink){told, &halves});
		assert_int_equal(mixed_load(m, first.at, first.n, p), 0);
		mixed_save(m, p, &again);
		assert_int_equal(first.n, again.n);
		assert_memory_equal(first.at, again.at, first.n);
		mixed_feed(m, p, at, n);
		pipeline_finish(p);
		pipeline_free(p);
		assert_string_equal(text_string(&whole), text_string(&halves));
		free(first.at);
		free(again.at);
		text_free(&halves);
	}
	text_free(&whole);
}

static void damage_is_refused(void **state)
{
	struct mixed *m = *state;
	struct mixed_bytes b = {0};
	struct snapshot *s = NULL;
	state_at(m, 0.6, &b);
	for (size_t n = 0; n < b.n; n += n < 64 ? 1 : 1 + below(97))
		assert_true(snapshot_open(b.at, n, &s) < 0);
	for (int i = 0; i < 2000; i++) {
		size_t at = below(b.n);
		uint8_t bit = (uint8_t)(1u << below(8));
		b.at[at] ^= bit;
		assert_true(snapshot_open(b.at, b.n, &s) < 0);
		b.at[at] ^= bit;
	}
	assert_null(s);
	free(b.at);
}

static void another_version_is_refused(void **state)
{
	struct mixed *m = *state;
	struct mixed_bytes b = {0};
	struct snapshot *s = NULL;
	state_at(m, 0.3, &b);
	b.at[12]++; // the format
	mixed_seal(b.at, b.n);
	assert_int_equal(snapshot_open(b.at, b.n, &s), ERR_UNSUPPORTED);
	b.at[12]--;
	mixed_seal(b.at, b.n);
	struct pipeline_options options = {
		.peers = m->land.scene.peers,
		.targets = m->targets,
		.entities = &m->land.entities,
		.definition = definition_default(),
		.full_floor = 6,
	};
	struct pipeline *p = pipeline_create(&options);
	assert_int_equal(mixed_load(m, b.at, b.n, p), ERR_USAGE);
	pipeline_free(p);
	free(b.at);
}

// With a sum that is right everything but the content is believed.
static void forged_is_harmless(void **state)
{
	struct mixed *m = *state;
	struct mixed_bytes b = {0};
	size_t loaded = 0;
	state_at(m, 0.75, &b);
	uint8_t *bytes = malloc(b.n);
	assert_non_null(bytes);
	for (int i = 0; i < FORGED; i++) {
		size_t n = below(8) ? b.n : below(b.n);
		memcpy(bytes, b.at, n);
		for (size_t edits = 1 + below(4); edits-- && n > 20;) {
			size_t at = 16 + below(n - 20);
			bytes[at] = (uint8_t)(below(2) ? below(256) : bytes[at] ^ 1u << below(8));
		}
		mixed_seal(bytes, n);
		struct mixed anew = mixed_anew(m);
		struct pipeline *p = mixed_pipeline(&anew, NULL, (struct revision_sink){0});
		int code = mixed_load(&anew, bytes, n, p);
		if (code == 0)
			pipeline_finish(p);
		loaded += code == 0;
		pipeline_free(p);
		mixed_forget(&anew);
	}
	print_message("%zu of %d forged states were taken\n", loaded, FORGED);
	free(bytes);
	free(b.at);
}

static void incidents_text(const struct mixed *m, struct pipeline *p, const char *of, struct text *t)
{
	struct text all = {0};
	land_text(&m->land, p, &all);
	(void)text_string(&all);
	for (char *line = all.length ? all.bytes : NULL, *end; line && (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		if (strstr(line, of))
			text_put(t, line);
	}
	text_free(&all);
}

// Who is no longer watched is left out, who is new starts without a past, who stays goes on as if nothing were.
static void others_come_and_go(void **state)
{
	struct mixed *m = *state;
	size_t n = m->land.scene.count, at = n / 2;
	struct mixed_bytes b = {0};
	struct text whole = {0}, resumed = {0};
	struct pipeline *p = mixed_pipeline(m, NULL, (struct revision_sink){0});
	mixed_feed(m, p, 0, at);
	mixed_save(m, p, &b);
	mixed_feed(m, p, at, n);
	pipeline_finish(p);
	incidents_text(m, p, "\"country/KY\"", &whole);
	pipeline_free(p);
	struct entity *first = &m->land.entities.at[0];
	struct prefix more = prefix_of("20.9.0.0/24");
	entity_prefix_add(first, &more); // it is another one now
	struct mixed again = mixed_anew(m);
	p = mixed_pipeline(&again, NULL, (struct revision_sink){0});
	assert_int_equal(mixed_load(&again, b.at, b.n, p), 0);
	mixed_feed(&again, p, at, at + n / 8);
	mixed_save(&again, p, &b); // what is gone stays gone
	pipeline_free(p);
	struct mixed third = mixed_anew(m);
	p = mixed_pipeline(&third, NULL, (struct revision_sink){0});
	assert_int_equal(mixed_load(&third, b.at, b.n, p), 0);
	mixed_feed(&third, p, at + n / 8, n);
	pipeline_finish(p);
	incidents_text(&third, p, "\"country/KY\"", &resumed);
	assert_true(whole.length > 0);
	assert_string_equal(text_string(&whole), text_string(&resumed));
	pipeline_free(p);
	first->range_count--;
	mixed_forget(&again);
	mixed_forget(&third);
	text_free(&whole);
	text_free(&resumed);
	free(b.at);
}

static int open_world(void **state)
{
	struct mixed *m = malloc(sizeof(*m));
	assert_non_null(m);
	random_state = unit_seed();
	mixed_open(m);
	*state = m;
	return 0;
}

static int close_world(void **state)
{
	mixed_close(*state);
	free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_bytes_anywhere),	      cmocka_unit_test(damage_is_refused),
		cmocka_unit_test(another_version_is_refused), cmocka_unit_test(forged_is_harmless),
		cmocka_unit_test(others_come_and_go),
	};
	return cmocka_run_group_tests(tests, open_world, close_world);
}
