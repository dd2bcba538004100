// SPDX-License-Identifier: ISC
// Patterns: what Go's regexp says of the same (answers taken down from its documented rules), bounds, and time.
#include "../unit/unit.h"

#include "base/attr.h"
#include "base/pattern.h"

#include <string.h>
#include <time.h>

static const struct {
	const char *pattern, *text;
	int from, to; // -1: not found
} finds[] = {
	{"abc", "xabcy", 1, 4},
	{"", "xyz", 0, 0},
	{"a|ab", "ab", 0, 1}, // the first way, not the longest
	{"ab|a", "ab", 0, 2},
	{"a*", "baaa", 0, 0},
	{"a+", "baaa", 1, 4},
	{"a+?", "baaa", 1, 2},
	{"a{2}", "baaa", 1, 3},
	{"a{2,}", "baaa", 1, 4},
	{"a{0,2}b", "aaab", 1, 4},
	{"a{,2}", "a{,2}", 0, 5}, // stands for itself
	{"^220 ([^ ]+) ESMTP (.+)$", "220 mx.example ESMTP ready", 0, 26},
	{"^220 ([^ ]+) ESMTP (.+)$", "220 mx.example SMTP", -1, -1},
	{"^+OK", "+OK ready", -1, -1}, // '^' many times, then OK
	{"^\\+OK", "+OK ready", 0, 3},
	{"OK.*STARTTLS", "* OK [CAPABILITY IMAP4rev1 STARTTLS]", 2, 35},
	{"^SSH-2.0-", "SSH-2.0-OpenSSH_9.2", 0, 8},
	{"(?i)hello", "say HELLO", 4, 9},
	{"(?i:he)llo", "HEllo", 0, 5},
	{"(?i:he)llo", "HELLO", -1, -1},
	{"a.c", "a\nc", -1, -1},
	{"(?s)a.c", "a\nc", 0, 3},
	{"^b", "a\nb", -1, -1},
	{"(?m)^b$", "a\nb\nc", 2, 3},
	{"a$", "a\n", -1, -1},
	{"\\bcat\\b", "a cat.", 2, 5},
	{"\\Bcat", "concat", 3, 6},
	{"[a-c]+", "xxabcab", 2, 7},
	{"[^a-c]+", "abxyc", 2, 4},
	{"[]a]+", "x]a]", 1, 4},
	{"[a-]+", "-a-", 0, 3},
	{"\\d{3}-\\w+\\s", "tel 555-abc_1 .", 4, 14},
	{"\\D", "12a", 2, 3},
	{"[\\d.]+", "v1.2.3", 1, 6},
	{"[[:alpha:]]+[[:^digit:]]", "12ab!", 2, 5},
	{"\\Qa.b\\E+", "a.bbb", 0, 5},
	{"\\x41\\x{42}", "AB", 0, 2},
	{"\\.\\*\\/", "x.*/", 1, 4},
	{"(?:ab)+", "ababx", 0, 4},
	{"(?P<one>a)(?P<two>b)", "ab", 0, 2},
	{"(a*)*", "aaa", 0, 3},
	{"(a|b)*c", "ababc", 0, 5},
	{"x*y*z", "aaz", 2, 3},
	{".", "\xc3\xa9!", 0, 2}, // one character
	{"^.$", "\xff", 0, 1},	  // a byte that is no UTF-8
	{"\xc3\xa9+", "\xc3\xa9\xc3\xa9", 0, 4},
	{"[\xc3\xa0-\xc3\xbf]", "a\xc3\xa9", 1, 3},
	{"colou?r", "color colour", 0, 5},
	{"(?i)K", "\xe2\x84\xaa", 0, 3}, // the sign of kelvin folds to k
	{"$", "abc", 3, 3},
	{"\\A\\z", "", 0, 0},
	{"(?U)a+", "aaa", 0, 1},
	{"(?U)a+?", "aaa", 0, 3},
};

static void finds_what_go_finds(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(finds); i++) {
		const char *why = NULL;
		struct pattern_match m = {{-1}, {-1}};
		struct pattern *p = pattern_create(finds[i].pattern, &why);
		if (!p)
			fail_msg("%s: %s", finds[i].pattern, why);
		for (int again = 0; again < 2; again++) {
			bool found = pattern_find(p, cursor_of(finds[i].text, strlen(finds[i].text)), &m);
			if (found != (finds[i].from >= 0) ||
			    (found && (m.from[0] != finds[i].from || m.to[0] != finds[i].to)))
				fail_msg("%s in %s: %d %d-%d", finds[i].pattern, finds[i].text, found, m.from[0],
					 m.to[0]);
			assert_int_equal(pattern_find(p, cursor_of(finds[i].text, strlen(finds[i].text)), NULL), found);
		}
		pattern_free(p);
	}
}

static void groups(void **state)
{
	(void)state;
	const char *why, text[] = "PING :abc";
	struct pattern_match m;
	struct pattern *p = pattern_create("^PING :([^ ]+)( x)?", &why);
	assert_true(pattern_find(p, cursor_of(text, strlen(text)), &m));
	assert_int_equal(m.from[1], 6);
	assert_int_equal(m.to[1], 9);
	assert_int_equal(m.from[2], -1);
	pattern_free(p);
	p = pattern_create("(a+)(b+)?c|(d)", &why);
	assert_true(pattern_find(p, cursor_of("xaabbc", 6), &m));
	assert_true(m.from[1] == 1 && m.to[1] == 3 && m.from[2] == 3 && m.to[2] == 5 && m.from[3] == -1);
	pattern_free(p);
}

static void refuses(void **state)
{
	(void)state;
	static const char *const texts[] = {"(",
					    ")",
					    "a)",
					    "[a",
					    "a**",
					    "*a",
					    "+",
					    "?",
					    "a{3,2}",
					    "a{2000}",
					    "\\p{L}",
					    "\\pL",
					    "\\",
					    "\\8",
					    "[b-a]",
					    "(?P<>a)",
					    "(?z)",
					    "(?",
					    "(?i",
					    "(?)",
					    "\\x{110000}",
					    "\\xg",
					    "[[:nix:]]",
					    "(?i)\xc3\xa9",
					    "a{1000}{2}",
					    "((((a{100}){100}){100}){100})",
					    "()()()()()()()()()()()()()()()()"};
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		const char *why = NULL;
		struct pattern *p = pattern_create(texts[i], &why);
		if (p || !why)
			fail_msg("taken: %s", texts[i]);
	}
	char deep[PATTERN_TEXT_MAX + 8];
	const char *why = NULL;
	memset(deep, '(', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	assert_null(pattern_create(deep, &why));
	deep[200] = '\0';
	assert_null(pattern_create(deep, &why));
	memset(deep, 'a', 1000);
	deep[1000] = '\0';
	struct pattern *p = pattern_create(deep, &why);
	assert_true(!p || !why);
	pattern_free(p);
	pattern_free(NULL);
}

// What takes others for ever: the time is text times pattern.
static void no_going_back(void **state)
{
	(void)state;
	const char *why;
	static char text[65536];
	struct pattern *p = pattern_create("(a*)*(a*)*(a|aa)+(a|a?)+$", &why);
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = 'b';
	clock_t began = clock();
	assert_false(pattern_find(p, cursor_of(text, sizeof(text)), NULL));
	assert_true((double)(clock() - began) / CLOCKS_PER_SEC < 10);
	pattern_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_go_finds),
		cmocka_unit_test(groups),
		cmocka_unit_test(refuses),
		cmocka_unit_test(no_going_back),
	};
	return cmocka_run_group_tests_name("pattern", tests, NULL, NULL);
}
