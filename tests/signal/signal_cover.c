// SPDX-License-Identifier: ISC
// The units that a changing set of intervals covers, against a count of every unit.
#include "../unit/unit.h"

#include "base/alloc.h"
#include "signal/cover.h"

#include <stdbool.h>

#define UNITS  8192
#define HELD   3000 // intervals at most at a time: more than a dozen blocks
#define ROUNDS 20000

static uint64_t seed;

struct stand {
	struct cover *cover;
	struct cover_span held[HELD + 1];
	size_t count;
	uint16_t times[UNITS];
};

static uint64_t below(uint64_t n)
{
	return (unit_random(&seed) >> 33) % n;
}

static void put(struct stand *s, struct cover_span span)
{
	cover_add(s->cover, span);
	s->held[s->count++] = span;
	for (uint64_t i = span.first; i <= span.last; i++)
		s->times[i]++;
}

static void take(struct stand *s, size_t which)
{
	struct cover_span span = s->held[which];
	cover_drop(s->cover, span);
	s->held[which] = s->held[--s->count];
	for (uint64_t i = span.first; i <= span.last; i++)
		s->times[i]--;
}

static void expect(const struct stand *s)
{
	uint64_t units = 0;
	for (size_t i = 0; i < UNITS; i++)
		units += s->times[i] > 0;
	assert_int_equal(cover_units(s->cover), units);
}

// Mostly small, now and then as large as many blocks; often one that is there already.
static struct cover_span any_span(const struct stand *s)
{
	if (s->count && below(8) == 0)
		return s->held[below(s->count)];
	uint64_t length = below(200) ? below(6) : below(UNITS / 3), first = below(UNITS);
	return (struct cover_span){first, first + length < UNITS ? first + length : UNITS - 1};
}

static void any_changes_count_as_by_hand(void **state)
{
	(void)state;
	struct stand *s = alloc_zero(1, sizeof(*s));
	s->cover = cover_create();
	expect(s);
	for (unsigned round = 0; round < ROUNDS; round++) {
		bool fill = round / 4000 % 2 == 0; // grows and shrinks by turns
		bool add = !s->count || (s->count < HELD && below(10) < (fill ? 8 : 2));
		if (add)
			put(s, any_span(s));
		else
			take(s, below(s->count));
		if (round % 7 == 0)
			expect(s);
	}
	while (s->count) {
		take(s, below(s->count));
		if (s->count % 16 == 0)
			expect(s);
	}
	cover_free(s->cover);
	free(s);
}

static void in_order_and_backwards(void **state)
{
	(void)state;
	for (int backwards = 0; backwards < 2; backwards++) {
		struct stand *s = alloc_zero(1, sizeof(*s));
		s->cover = cover_create();
		for (uint64_t i = 0; i < HELD; i++) {
			uint64_t first = 2 * (backwards ? HELD - 1 - i : i);
			put(s, (struct cover_span){first, first + (i % 5 == 0)});
		}
		expect(s);
		put(s, (struct cover_span){1000, 5000});
		expect(s);
		take(s, s->count - 1);
		expect(s);
		cover_free(s->cover);
		free(s);
	}
}

static void what_was_not_added_is_not_taken(void **state)
{
	(void)state;
	struct cover *c = cover_create();
	cover_drop(c, (struct cover_span){3, 4});
	cover_add(c, (struct cover_span){3, 5});
	cover_drop(c, (struct cover_span){3, 4});
	cover_drop(c, (struct cover_span){0, 9});
	assert_int_equal(cover_units(c), 3);
	uint64_t last = (1ull << 48) - 1; // all of IPv6 in /48s
	cover_add(c, (struct cover_span){0, last});
	assert_int_equal(cover_units(c), last + 1);
	cover_free(c);
	cover_free(NULL);
}

int main(void)
{
	seed = unit_seed();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_changes_count_as_by_hand),
		cmocka_unit_test(in_order_and_backwards),
		cmocka_unit_test(what_was_not_added_is_not_taken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
