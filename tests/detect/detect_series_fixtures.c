// SPDX-License-Identifier: ISC
// The series detector on published series with known windows: Iran, November 2019, and Zhytomyr, March 2022. Skipped
// without the fixtures.
#include "detect/series.h"

#include "base/attr.h"
#include "catch.h"
#include "feed/unpack.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define NAMES_MAX 128
#define FILE_MAX  (4 << 20)

struct named {
	char entity[64], signal[64];
	struct series_watch *watch;
	struct catch caught;
};

struct lot {
	struct named at[NAMES_MAX];
	size_t count;
	struct instant last;
};

static struct named *lot_find(struct lot *l, const char *entity, const char *signal)
{
	for (size_t i = 0; i < l->count; i++)
		if (strcmp(l->at[i].entity, entity) == 0 && strcmp(l->at[i].signal, signal) == 0)
			return &l->at[i];
	assert_true(l->count < NAMES_MAX);
	struct named *n = &l->at[l->count];
	snprintf(n->entity, sizeof(n->entity), "%s", entity);
	snprintf(n->signal, sizeof(n->signal), "%s", signal);
	n->watch =
		series_create(NULL, 0, (uint32_t)l->count++, signal, (struct detection_sink){catch_take, &n->caught});
	return n;
}

static void lot_line(struct lot *l, char *line)
{
	char *field[4] = {line};
	for (int i = 1; i < 4; i++) {
		field[i] = strchr(field[i - 1], ',');
		assert_non_null(field[i]);
		*field[i]++ = 0;
	}
	struct tm tm = {0};
	if (!strptime(field[0], "%Y-%m-%dT%H:%M:%SZ", &tm))
		return; // the header
	field[3][strcspn(field[3], "\r\n")] = 0;
	l->last = instant_of(timegm(&tm), 0);
	series_take(lot_find(l, field[1], field[2])->watch, l->last, *field[3] ? strtod(field[3], NULL) : NAN);
}

// The whole file, unpacked, and terminated; null where there is none.
static char *file_text(const char *path)
{
	const char *shared = getenv("LACUNA_SHARED");
	char full[1024];
	struct unpack *u;
	snprintf(full, sizeof(full), "%s/fixtures/series/%s", shared ? shared : "", path);
	if (unpack_open(full, &u) < 0)
		return NULL;
	char *text = calloc(1, FILE_MAX + 1);
	assert_non_null(text);
	size_t n = unpack_fill(u, (uint8_t *)text, FILE_MAX);
	assert_int_equal(unpack_error(u), 0);
	assert_true(n < FILE_MAX);
	unpack_close(u);
	return text;
}

static struct lot *lot_read(const char *path)
{
	char *text = file_text(path), *rest = text;
	if (!text) {
		printf("no fixtures: set LACUNA_SHARED\n");
		skip();
	}
	struct lot *l = calloc(1, sizeof(*l));
	assert_non_null(l);
	for (char *line; (line = strsep(&rest, "\n"));)
		if (*line)
			lot_line(l, line);
	free(text);
	assert_true(l->count > 0);
	for (size_t i = 0; i < l->count; i++)
		series_finish(l->at[i].watch, l->last);
	return l;
}

static void lot_free(struct lot *l)
{
	for (size_t i = 0; i < l->count; i++)
		series_free(l->at[i].watch);
	free(l);
}

static bool near(struct instant t, int64_t seconds, int64_t tolerance)
{
	return instant_known(t) && llabs(instant_seconds(t) - seconds) <= tolerance;
}

static void test_iran_country(void **state)
{
	(void)state;
	struct lot *l = lot_read("iran-2019-11/series/country.csv");
	struct catch *c = &l->at[0].caught;
	catch_print("country/IR", c);
	assert_int_equal(c->opened_count, 1);
	assert_int_equal(c->ended_count, 1);
	struct detection *d = &c->ended[0];
	assert_true(near(d->start.best, 1573934400, 7200));
	assert_true(d->start.from.ns <= 1573934400 * NS_PER_S && 1573934400 * NS_PER_S <= d->start.to.ns);
	assert_false(instant_known(d->end.best)); // goes on to the end of the data
	assert_int_equal(d->signal, SIGNAL_SERIES);
	assert_true(d->baseline == 1000 && d->lowest >= 28 && d->lowest <= 36);
	assert_true(near(d->fall[PROFILE_50], 1573941600, 0));
	lot_free(l);
}

static void test_iran_regions(void **state)
{
	(void)state;
	struct lot *l = lot_read("iran-2019-11/series/regions.csv.gz");
	unsigned found = 0, early = 0;
	for (size_t i = 0; i < l->count; i++) {
		struct catch *c = &l->at[i].caught;
		bool here = false;
		for (unsigned k = 0; k < c->ended_count; k++) {
			here |= near(c->ended[k].start.best, 1573941600, 6 * 3600);
			early += instant_seconds(c->ended[k].start.best) < 1573934400 - 6 * 3600;
		}
		found += here;
		if (!here || c->ended_count > 1)
			catch_print(l->at[i].entity, c);
	}
	printf("%u of %zu regions within six hours, %u events before that\n", found, l->count, early);
	assert_int_equal(l->count, 73);
	assert_true(found >= 60);
	lot_free(l);
}

static void test_zhytomyr(void **state)
{
	(void)state;
	static const int64_t window[2][2] = {{1647941400, 1647963600}, {1648026600, 1648045500}};
	struct lot *l = lot_read("zhytomyr-2022-03/series/ioda.csv.gz");
	bool found[2] = {false, false};
	unsigned others = 0;
	for (size_t i = 0; i < l->count; i++) {
		struct catch *c = &l->at[i].caught;
		catch_print(l->at[i].signal, c);
		for (unsigned k = 0; k < c->ended_count; k++) {
			bool match = false;
			for (int w = 0; w < 2; w++) {
				bool here = near(c->ended[k].start.best, window[w][0], 1200) &&
					    near(c->ended[k].end.best, window[w][1], 1800);
				found[w] |= here;
				match |= here;
			}
			others += !match;
		}
	}
	assert_true(found[0] && found[1]);
	printf("%u events outside the windows\n", others);
	lot_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_iran_country),
		cmocka_unit_test(test_iran_regions),
		cmocka_unit_test(test_zhytomyr),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
