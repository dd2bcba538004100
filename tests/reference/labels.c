// SPDX-License-Identifier: ISC
// The reader of labelled outages: quotes, dates as they were seen, rows that cost themselves, every truncation.
#include "../unit/unit.h"

#include "base/err.h"
#include "reference/labels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char head[] =
	"begin,end,country,bgp_visible,probing_visible,telescope_visible,scope,region,as,cause,confirmation,verified\n";

static const char body[] = "\"Wednesday, November 27, 2019, 5:50:00 PM\",\"Wednesday, November 27, 2019, 6:30:00 "
			   "PM\",Kexico,TRUE,True ,FALSE,Country,,,Exams,,YES\n"
			   "\"Tuesday, September 7, 2021, 12:30: AM\",\"Tuesday, September 7, 2021, 2:10 AM\", KAYLAND "
			   ",ture,,N/A,\"Region (\"\"X, Y\"\")\",,,Unknown,,Yes\n"
			   "4/3/2020  15:15:00 PM,,Kexico,TRUE,TRUE,TRUE,Country,,,,,\n"
			   "\"Thursday, January 1, 2015, 12:00:00 AM\",\"Wednesday, December 31, 2014, 1:00:00 "
			   "AM\",Kexico,FALSE,FALSE,TRUE,Country,,,Cable-Cut,,\n"
			   "too,few\n"
			   "\"Thursday, January 1, 2015, 12:00:00 AM\",,kexico,TRUE,TRUE,TRUE,Country,,,Cable-Cut,,\n"
			   "\"Thursday, January 1, 2015, 12:00:00 AM\",,,TRUE,TRUE,TRUE,Country,,,,,\n";

static struct cursor bytes_of(const char *text, size_t n)
{
	return (struct cursor){(const uint8_t *)text, (const uint8_t *)text + n};
}

static void rows(void **state)
{
	char whole[sizeof(head) + sizeof(body)];
	struct labels l;
	(void)state;
	snprintf(whole, sizeof(whole), "%s%s", head, body);
	assert_int_equal(labels_read(bytes_of(whole, strlen(whole)), &l), 0);
	assert_int_equal(l.rows, 7);
	assert_int_equal(l.count, 3);
	assert_int_equal(l.rejected[REJECT_BEGIN], 1);
	assert_int_equal(l.first[REJECT_BEGIN], 4);
	assert_int_equal(l.rejected[REJECT_FIELDS], 1);
	assert_int_equal(l.rejected[REJECT_COUNTRY], 1);
	assert_int_equal(l.rejected[REJECT_TWICE], 1);
	assert_int_equal(l.rejected[REJECT_ORDER], 1);
	assert_int_equal(l.rejected[REJECT_FLAG], 2);
	const struct label *first = &l.at[0], *exams = &l.at[1], *region = &l.at[2];
	assert_int_equal(instant_seconds(first->begin), 1420070400);
	assert_false(instant_known(first->end));
	assert_true(first->national && !first->ordered && first->caused);
	assert_int_equal(instant_seconds(exams->begin), 1574877000);
	assert_int_equal(instant_seconds(exams->end), 1574879400);
	assert_true(exams->ordered && exams->seen[LABEL_TELESCOPE] == LABEL_NOT_SEEN &&
		    exams->seen[LABEL_PROBING] == LABEL_SEEN);
	assert_string_equal(region->country, "kayland");
	assert_int_equal(instant_seconds(region->begin), 1630974600); // half past midnight, not noon
	assert_true(!region->national && !region->caused && region->seen[LABEL_BGP] == LABEL_SEEN);
	labels_free(&l);
}

static void every_truncation(void **state)
{
	char whole[sizeof(head) + sizeof(body)];
	(void)state;
	snprintf(whole, sizeof(whole), "%s%s", head, body);
	size_t needed = (size_t)(strstr(head, ",confirmation") - head); // up to the last column that is looked for
	for (size_t n = 0; n < strlen(whole); n++) {
		struct labels l;
		char *cut = malloc(n + 1); // of its own, so that a look behind it is seen
		memcpy(cut, whole, n);
		int code = labels_read(bytes_of(cut, n), &l);
		assert_int_equal(code, n < needed ? ERR_MALFORMED : 0);
		if (code == 0)
			labels_free(&l);
		free(cut);
	}
}

static void the_other_list(void **state)
{
	static const char text[] =
		"year,start_date,end_date,country,geo_scope,actual_cause\n2016,2016-01-26,,India,Regional,Protest\n"
		"2016,2016-13-26,,India,National,Protest\n";
	struct labels l;
	(void)state;
	assert_int_equal(labels_read(bytes_of(text, strlen(text)), &l), 0);
	assert_true(l.shutdowns_only);
	assert_int_equal(l.count, 1);
	assert_int_equal(l.rejected[REJECT_BEGIN], 1);
	assert_true(l.at[0].ordered);
	labels_free(&l);
	assert_int_equal(labels_read(bytes_of("a,b\n1,2\n", 8), &l), ERR_MALFORMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(rows), cmocka_unit_test(every_truncation),
					   cmocka_unit_test(the_other_list)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
