// SPDX-License-Identifier: ISC
// Lines fit, keep their words, and are ASCII where that is asked for: of words that we choose and of random ones.
#include "../unit/unit.h"

#include "report/layout.h"

#include <string.h>

static void laid(const char *text, unsigned width, bool ascii, const char *wanted)
{
	struct text t = {0};
	layout_text(&t, text, strlen(text), &(struct layout_form){width, ascii, 0});
	assert_string_equal(text_string(&t), wanted);
	text_free(&t);
}

static void lines_go_on_below_their_words(void **state)
{
	(void)state;
	laid("", 40, false, "");
	laid("\n", 40, false, "\n");
	laid("Kexico (country/KX) fell off the Internet, for 49 s.\n", 40, false,
	     "Kexico (country/KX) fell off the\n  Internet, for 49 s.\n");
	laid("  start       2026-11-25 23:51:26 UTC (give or take 1 s, 90 % sure)\n", 50, false,
	     "  start       2026-11-25 23:51:26 UTC (give or\n              take 1 s, 90 % sure)\n");
	laid("               1. post (mail, 198.18.2.25): no answer\n", 50, false,
	     "               1. post (mail, 198.18.2.25): no\n                 answer\n");
	laid("  causes      power                   0.900  (0.80)\n", 0, false,
	     "  causes      power                   0.900  (0.80)\n"); // as it is
	laid("  causes      power                   0.900  (0.80)\n", 80, false,
	     "  causes      power                   0.900  (0.80)\n"); // columns stay
}

// A number stays with its unit, and what fits exactly is not broken.
static void numbers_keep_their_units(void **state)
{
	(void)state;
	laid("  came back   routes after 49 s, hosts after 49 s, mail\n", 45, false,
	     "  came back   routes after 49 s, hosts after\n              49 s, mail\n");
	laid("  came back   routes after 49 s, hosts after 49 s\n", 49, false,
	     "  came back   routes after 49 s, hosts after 49 s\n");
	laid("  came back   routes after 49 s, hosts after 49 s\n", 48, false,
	     "  came back   routes after 49 s, hosts after\n              49 s\n");
}

static void long_words_are_broken(void **state)
{
	(void)state;
	laid("  id          aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabbb\n", 40, false,
	     "  id          aaaaaaaaaaaaaaaaaaaaaaaaaa\n              aaaaaaaaaaaaaabbb\n");
}

static void letters_in_ascii(void **state)
{
	(void)state;
	laid("S\u00e3o Tom\u00e9 \u2192 C\u00f4te d\u2019Ivoire \u2026 \u5317\u671d\u9c9c\n", 0, true,
	     "Sao Tome -> Cote d'Ivoire ... ???\n");
	laid("\u2588\u2587\u2581_\u00b7\n", 0, true, "#71_.\n");
	laid("e\u0301\xff\n", 0, true, "e?\n"); // a combining mark, and no letter at all
	laid("\u00df \u0152 \u017e\n", 0, true, "ss OE z\n");
}

static void columns_of_letters(void **state)
{
	(void)state;
	assert_int_equal(layout_columns("abc", 3), 3);
	assert_int_equal(layout_columns("\u00e9\u2588", strlen("\u00e9\u2588")), 2);
	assert_int_equal(layout_columns("e\u0301", strlen("e\u0301")), 1);
	assert_int_equal(layout_columns("\u5317\ud55c", strlen("\u5317\ud55c")), 4);
	assert_int_equal(layout_columns("\xff\xfe", 2), 2);
}

static void random_words(struct text *t, uint64_t *seed)
{
	static const char *const pieces[] = {"a",
					     "word",
					     "\u00e9t\u00e9",
					     "\u2588\u2588",
					     "\u5317",
					     " ",
					     "  ",
					     "\n",
					     "\n  start       ",
					     "49 s",
					     "90 %",
					     "\u0301",
					     "longer-than-the-others-and-so-on-and-so-on",
					     "e\u0301",
					     "(12 min",
					     "\n               1. "};
	size_t n = unit_random(seed) % 60;
	for (size_t i = 0; i < n; i++)
		text_put(t, pieces[unit_random(seed) % (sizeof(pieces) / sizeof(*pieces))]);
}

static void without_blanks(struct text *to, const struct text *from)
{
	for (size_t i = 0; i < from->length; i++)
		if (from->bytes[i] != ' ' && from->bytes[i] != '\n')
			text_char(to, from->bytes[i]);
	text_char(to, '\0');
}

// No line is wider than asked; what is there besides blanks is the same, in the same order; what is laid out once more stays as it is wide.
static void whatever_it_says_it_fits(void **state)
{
	uint64_t seed = unit_seed();
	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct text from = {0}, to = {0}, a = {0}, b = {0};
		unsigned width = 40 + (unsigned)(unit_random(&seed) % 90);
		random_words(&from, &seed);
		layout_text(&to, from.bytes, from.length, &(struct layout_form){width, false, 0});
		for (const char *at = text_string(&to), *end; *at; at = *end ? end + 1 : end) {
			end = at + strcspn(at, "\n");
			assert_true(layout_columns(at, (size_t)(end - at)) <= width);
		}
		without_blanks(&a, &from);
		without_blanks(&b, &to);
		assert_string_equal(a.bytes, b.bytes);
		text_clear(&to);
		layout_text(&to, from.bytes, from.length, &(struct layout_form){width, true, 0});
		for (size_t i = 0; i < to.length; i++)
			assert_true(to.bytes[i] == '\n' || (to.bytes[i] >= ' ' && to.bytes[i] <= '~'));
		text_free(&from);
		text_free(&to);
		text_free(&a);
		text_free(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_go_on_below_their_words),
		cmocka_unit_test(numbers_keep_their_units),
		cmocka_unit_test(long_words_are_broken),
		cmocka_unit_test(letters_in_ascii),
		cmocka_unit_test(columns_of_letters),
		cmocka_unit_test(whatever_it_says_it_fits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
