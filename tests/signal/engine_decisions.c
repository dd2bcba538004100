// SPDX-License-Identifier: ISC
// Every row of every room: named once, within its bounds, set by its name, refused outside, and part of the digest.
#include "base/err.h"
#include "detect/decisions.h"
#include "diagnose/decisions.h"
#include "engine/pipeline.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define ROWS_LEAST 200

static size_t row_count(const struct decisions *d)
{
	double value;
	size_t n = 0;
	while (decisions_row(d, n, &value))
		n++;
	return n;
}

// A word, then dots and words: what stands before the last dot is the group.
static bool name_valid(const char *name)
{
	size_t dots = 0;
	for (const char *c = name; *c; c++) {
		bool letter = (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '_' || *c == '-';
		if (!letter && (*c != '.' || c == name || c[1] == '.' || !c[1]))
			return false;
		dots += *c == '.';
	}
	return dots > 0;
}

static void rows_are_whole(void **state)
{
	(void)state;
	struct decisions d;
	const struct decision *row;
	double value;
	pipeline_decisions(&d);
	assert_true(row_count(&d) >= ROWS_LEAST);
	for (size_t i = 0; (row = decisions_row(&d, i, &value)); i++) {
		if (!row->name || !name_valid(row->name) || !row->unit[0] || !row->source[0])
			fail_msg("row %zu, %s", i, row->name ? row->name : "without a name");
		if (!(row->low <= row->value && row->value <= row->high && row->low < row->high) || value != row->value)
			fail_msg("%s: %g is not from %g to %g", row->name, row->value, row->low, row->high);
		if (strchr(row->source, '|') || strstr(row->source, "  ") || strstr(row->unit, "  "))
			fail_msg("%s: its words break the tables", row->name);
		for (size_t k = 0; k < i; k++) {
			double other;
			if (strcmp(decisions_row(&d, k, &other)->name, row->name) == 0)
				fail_msg("%s stands twice", row->name);
		}
	}
}

static void every_row_is_set_within_its_bounds(void **state)
{
	(void)state;
	struct decisions plain;
	const struct decision *row, *told;
	double value;
	pipeline_decisions(&plain);
	for (size_t i = 0; (row = decisions_row(&plain, i, &value)); i++) {
		struct decisions d = plain;
		const double wrong[] = {row->low - 1e-3 * fabs(row->low) - 1e-9,
					row->high + 1e-3 * fabs(row->high) + 1e-9, NAN, INFINITY, -INFINITY};
		for (size_t k = 0; k < ARRAY_LEN(wrong); k++) {
			told = NULL;
			assert_int_equal(decisions_set(&d, row->name, wrong[k], &told), ERR_TOO_LARGE);
			assert_ptr_equal(told, row);
			assert_memory_equal(&d, &plain, sizeof(d));
		}
		const double right[] = {row->low, row->high};
		for (size_t k = 0; k < ARRAY_LEN(right); k++) {
			assert_int_equal(decisions_set(&d, row->name, right[k], &told), 0);
			assert_ptr_equal(decisions_row(&d, i, &value), row);
			assert_true(value == right[k]);
		}
		assert_int_equal(decisions_set(&d, row->name, row->value, &told), 0);
		assert_memory_equal(&d, &plain, sizeof(d));
	}
	assert_int_equal(decisions_set(&plain, "level", 1, &told), ERR_NOT_FOUND);
	assert_int_equal(decisions_set(&plain, "", 1, &told), ERR_NOT_FOUND);
	assert_int_equal(decisions_set(&plain, "level.open ", 1, &told), ERR_NOT_FOUND);
}

static void every_row_is_hashed(void **state)
{
	(void)state;
	struct decisions plain;
	const struct decision *row, *told;
	struct text before = {0}, after = {0};
	double value;
	pipeline_decisions(&plain);
	decisions_text(&before, &plain);
	for (size_t i = 0; (row = decisions_row(&plain, i, &value)); i++) {
		struct decisions d = plain;
		bool up = row->value < row->high;
		double near = decision_counts(row) ? row->value + (up ? 1 : -1)
						   : nextafter(row->value, up ? row->high : row->low);
		if (decision_counts(row))
			assert_int_equal(decisions_set(&d, row->name, row->value + (up ? 0.5 : -0.5), &told),
					 ERR_MALFORMED);
		assert_int_equal(decisions_set(&d, row->name, near, &told), 0);
		text_clear(&after);
		decisions_text(&after, &d);
		if (strcmp(text_string(&before), text_string(&after)) == 0)
			fail_msg("%s: %.17g reads as %.17g", row->name, near, row->value);
	}
	text_free(&before);
	text_free(&after);
}

static void rooms_ask_their_own_rows(void **state)
{
	(void)state;
	struct decisions d;
	const struct decision *told;
	pipeline_decisions(&d);
	assert_true(detect_value(NULL, LEVEL_OPEN) == 0.9);
	assert_true(diagnose_value(NULL, DIAGNOSE_ABSTAIN_P) == 0.7);
	assert_int_equal(decisions_set(&d, "level.open", 0.5, &told), 0);
	assert_int_equal(decisions_set(&d, "level.hold_s", 2.5, &told), 0);
	assert_int_equal(decisions_set(&d, "diagnose.abstain_p", 0.25, &told), 0);
	assert_true(detect_value(&d, LEVEL_OPEN) == 0.5);
	assert_true(detect_value(&d, LEVEL_CLOSE) == 0.95);
	assert_true(detect_ns(&d, LEVEL_HOLD_S) == 2500000000);
	assert_true(diagnose_value(&d, DIAGNOSE_ABSTAIN_P) == 0.25);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_whole),
		cmocka_unit_test(every_row_is_set_within_its_bounds),
		cmocka_unit_test(every_row_is_hashed),
		cmocka_unit_test(rooms_ask_their_own_rows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
