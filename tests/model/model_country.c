// SPDX-License-Identifier: ISC
// Countries by any usual name. The list of codes is compared with that of Debian's package iso-codes where it is installed.
#include "model/country.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void names_are_found(void **state)
{
	static const char *const rows[][2] = {
		{"North Korea", "KP"},
		{"north korea", "KP"},
		{"NORTH  KOREA", "KP"},
		{"Korea, North", "KP"},
		{"DPRK", "KP"},
		{"prk", "KP"},
		{"Democratic People's Republic of Korea", "KP"},
		{"Democratic People\u2019s Republic of Korea", "KP"},
		{"Korea (the Democratic People's Republic of)", "KP"},
		{"South Korea", "KR"},
		{"Republic of Korea", "KR"},
		{"Ivory Coast", "CI"},
		{"C\u00f4te d'Ivoire", "CI"},
		{"cote d\u2019ivoire", "CI"},
		{"COTE-D'IVOIRE", "CI"},
		{"Co\u0302te d'Ivoire", "CI"},
		{"Czechia", "CZ"},
		{"Czech Republic", "CZ"},
		{"the Czech Republic", "CZ"},
		{"UK", "GB"},
		{"u.k.", "GB"},
		{"United Kingdom", "GB"},
		{"Great Britain", "GB"},
		{"USA", "US"},
		{"U.S.", "US"},
		{"the United States of America", "US"},
		{"The Netherlands", "NL"},
		{"Holland", "NL"},
		{"T\u00fcrkiye", "TR"},
		{"turkiye", "TR"},
		{"Turkey", "TR"},
		{"Burma", "MM"},
		{"Eswatini", "SZ"},
		{"Swaziland", "SZ"},
		{"St. Lucia", "LC"},
		{"st lucia", "LC"},
		{"Trinidad & Tobago", "TT"},
		{"Congo", NULL},
		{"DR Congo", "CD"},
		{"Republic of the Congo", "CG"},
		{"Russia", "RU"},
		{"Viet Nam", "VN"},
		{"Iran (Islamic Republic of)", NULL},
		{"Islamic Republic of Iran", "IR"},
		{"Palestine, State of", NULL},
		{"Kosovo", "XK"},
		{"Korea", NULL},
		{"", NULL},
		{"the", NULL},
		{"Atlantis", NULL},
		{"\xff\xfe", NULL},
		{"North Korea\x1b[31m", NULL},
		{"kp", NULL},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char code[COUNTRY_CODE_SIZE] = "";
		bool found = country_of_name(rows[i][0], code);
		if (found != (rows[i][1] != NULL))
			fail_msg("%s: %s", rows[i][0], found ? code : "not found");
		if (found)
			assert_string_equal(code, rows[i][1]);
	}
}

static void a_long_name_is_nobody(void **state)
{
	char name[4096], code[COUNTRY_CODE_SIZE], alike[4][COUNTRY_CODE_SIZE];
	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_false(country_of_name(name, code));
	assert_int_equal(country_like(name, alike, 4), 0);
}

static void whom_somebody_may_have_meant(void **state)
{
	char alike[8][COUNTRY_CODE_SIZE];
	(void)state;
	assert_int_equal(country_like("Korea", alike, 8), 2);
	assert_string_equal(alike[0], "KP");
	assert_string_equal(alike[1], "KR");
	assert_int_equal(country_like("Congo", alike, 8), 2);
	assert_int_equal(country_like("Gremany", alike, 8), 1);
	assert_string_equal(alike[0], "DE");
	assert_int_equal(country_like("island", alike, 3), 3); // no more than there is room for
	assert_int_equal(country_like("xyzzy", alike, 8), 0);
	assert_int_equal(country_like("an", alike, 8), 0);
}

static void codes_have_names(void **state)
{
	(void)state;
	assert_string_equal(country_name("KP"), "North Korea");
	assert_string_equal(country_name("ZW"), "Zimbabwe");
	assert_string_equal(country_name("AD"), "Andorra");
	assert_null(country_name("KX"));
	assert_null(country_name("kp"));
	assert_null(country_name(""));
}

// No name may mean two: what is shown for a code leads back to it.
static void a_name_is_of_one(void **state)
{
	size_t known = 0;
	(void)state;
	for (char a = 'A'; a <= 'Z'; a++)
		for (char b = 'A'; b <= 'Z'; b++) {
			char code[] = {a, b, '\0'}, back[COUNTRY_CODE_SIZE];
			const char *name = country_name(code);
			if (!name)
				continue;
			known++;
			assert_true(country_of_name(name, back));
			assert_string_equal(back, code);
		}
	assert_int_equal(known, 250);
}

static char *file_read(const char *path)
{
	FILE *f = fopen(path, "r");
	if (!f)
		return NULL;
	char *bytes = calloc(1, 1 << 20);
	if (bytes && !fread(bytes, 1, (1 << 20) - 1, f))
		bytes[0] = '\0';
	fclose(f);
	return bytes;
}

// Each of the standard's codes has a name, and its long code and the names there are found too.
static void as_the_standard_has_them(void **state)
{
	char *json = file_read("/usr/share/iso-codes/json/iso_3166-1.json");
	size_t seen = 0;
	(void)state;
	if (!json)
		skip();
	for (const char *at = json; (at = strstr(at, "\"alpha_2\": \"")); seen++) {
		char code[COUNTRY_CODE_SIZE] = {at[12], at[13], '\0'}, found[COUNTRY_CODE_SIZE], three[4] = "";
		const char *long_code = strstr(at, "\"alpha_3\": \"");
		assert_non_null(long_code);
		memcpy(three, long_code + 12, 3);
		assert_non_null(country_name(code));
		assert_true(country_of_name(three, found));
		assert_string_equal(found, code);
		at += 12;
	}
	assert_true(seen >= 249);
	free(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_found),
		cmocka_unit_test(a_long_name_is_nobody),
		cmocka_unit_test(whom_somebody_may_have_meant),
		cmocka_unit_test(codes_have_names),
		cmocka_unit_test(a_name_is_of_one),
		cmocka_unit_test(as_the_standard_has_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
