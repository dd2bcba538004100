// SPDX-License-Identifier: ISC
// The configuration in a log: written, read, and written again as it was; anything else is refused with its line.
#include "../unit/unit.h"

#include "base/err.h"
#include "journal/configuration.h"

#include <string.h>

static const char golden[] =
	"lacuna-log-configuration 1\n"
	"version 0.1.0\n"
	"parameters 00ff\n"
	"definition full%20feed%25\n"
	"full-feed-floor 5\n"
	"world 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef 1700000000000000000\n"
	"attribution Example%20Registry\n"
	"entity country/KX 1 25000000 540 Kx%20%c3%a9%0a\n"
	"range 198.18.0.0 198.18.3.255\n"
	"range 2001:db8:: 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff\n"
	"asn 64512\n"
	"entity asn/64512 0 0 -32768 -\n"
	"entity region/7 1 1.5 -60 %2d\n"
	"listing host 198.18.0.10 country/KX - - -\n"
	"listing service 198.18.0.10 country/KX dns www.example.kx Air%20Kx\n"
	"listing control 192.0.2.1 - - % -\n";

struct world {
	struct entity_list entities;
	struct target_table *targets;
	struct journal_configured read;
	uint64_t line;
};

static int take(struct world *w, const char *text, size_t n)
{
	*w = (struct world){0};
	w->targets = target_table_create(&w->entities);
	return journal_configuration_read(cursor_of(text, n), &w->entities, w->targets, &w->read, &w->line);
}

static void drop(struct world *w)
{
	target_table_free(w->targets);
	entity_list_free(&w->entities);
	journal_configured_free(&w->read);
}

static void what_is_written_is_read(void **state)
{
	(void)state;
	struct world w;
	struct text again = {0};
	assert_int_equal(take(&w, golden, strlen(golden)), 0);
	assert_int_equal(w.entities.count, 3);
	assert_int_equal(w.entities.at[0].utc_offset_min, 540);
	assert_int_equal(w.entities.at[1].utc_offset_min, UTC_OFFSET_UNKNOWN);
	assert_string_equal(w.entities.at[0].name, "Kx \xc3\xa9\n");
	assert_null(w.entities.at[1].name);
	assert_string_equal(w.entities.at[2].name, "-");
	assert_true(w.entities.at[0].watched && !w.entities.at[1].watched);
	assert_string_equal(w.read.definition, "full feed%");
	assert_int_equal(strlen(w.read.world), 64);
	assert_int_equal(instant_seconds(w.read.world_date), 1700000000);
	struct addr a;
	assert_int_equal(addr_parse("198.18.0.10", &a), 0);
	const struct target *t = target_at(w.targets, target_id(w.targets, &a, PROBE_DNS, "www.example.kx", 14));
	assert_int_equal(t->kind, TARGET_SERVICE);
	assert_string_equal(t->institution, "Air Kx");
	struct journal_configuration c = {.version = w.read.version,
					  .parameters = w.read.parameters,
					  .definition = w.read.definition,
					  .full_floor = w.read.full_floor,
					  .world = w.read.world,
					  .world_date = w.read.world_date,
					  .attribution = w.read.attribution,
					  .entities = &w.entities,
					  .targets = w.targets};
	journal_configuration_text(&again, &c);
	assert_string_equal(text_string(&again), golden);
	text_free(&again);
	drop(&w);
}

static void who_is_there_stays_as_it_is(void **state)
{
	(void)state;
	struct world w = {0};
	struct entity *e = entity_add(&w.entities, "country/KX");
	entity_asn_add(e, 7);
	w.targets = target_table_create(&w.entities);
	assert_int_equal(
		journal_configuration_read(cursor_of(golden, strlen(golden)), &w.entities, w.targets, &w.read, &w.line),
		0);
	assert_int_equal(w.entities.at[0].asn_count, 1);
	assert_int_equal(w.entities.at[0].range_count, 0);
	assert_int_equal(w.entities.count, 3);
	drop(&w);
}

static void anything_else_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int code;
		uint64_t line;
	} rows[] = {
		{"", ERR_MALFORMED, 1},
		{"lacuna-log-configuration 2\n", ERR_UNSUPPORTED, 1},
		{"lacuna-log-configuration 1", ERR_MALFORMED, 1},
		{"lacuna-log-configuration 1\nasn 5\n", ERR_MALFORMED, 2},
		{"lacuna-log-configuration 1\nversion a\nversion b\n", ERR_MALFORMED, 3},
		{"lacuna-log-configuration 1\nversion %4\n", ERR_MALFORMED, 2},
		{"lacuna-log-configuration 1\nversion %00\n", ERR_MALFORMED, 2},
		{"lacuna-log-configuration 1\nentity KX 1 0 0 -\n", ERR_MALFORMED, 2},
		{"lacuna-log-configuration 1\nentity country/KX 2 0 0 -\n", ERR_MALFORMED, 2},
		{"lacuna-log-configuration 1\nlisting host 1.2.3.4 country/ZZ - - -\n", ERR_MALFORMED, 2},
		{"lacuna-log-configuration 1\nnew 1\n", ERR_MALFORMED, 2},
		{"lacuna-log-configuration 1\n\n", ERR_MALFORMED, 2},
	};
	struct world w;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(take(&w, rows[i].text, strlen(rows[i].text)), rows[i].code);
		assert_int_equal(w.line, rows[i].line);
		drop(&w);
	}
}

static void cut_or_damaged_it_is_read_or_not(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	struct world w;
	char text[sizeof(golden)];
	for (int round = 0; round < 20000; round++) {
		size_t n = sizeof(golden) - 1;
		memcpy(text, golden, n);
		if (round % 2)
			n = unit_random(&random) % n;
		for (uint64_t edits = unit_random(&random) % 4; edits && n; edits--)
			text[unit_random(&random) % n] = (char)unit_random(&random);
		(void)!take(&w, text, n);
		drop(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(who_is_there_stays_as_it_is),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(cut_or_damaged_it_is_read_or_not),
	};
	return cmocka_run_group_tests_name("journal_configuration", tests, NULL, NULL);
}
