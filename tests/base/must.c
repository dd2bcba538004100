// SPDX-License-Identifier: ISC
// must(): a fault ends the program with what did not hold, in every build.
#include "child.h"

#include "base/must.h"

#include <signal.h>
#include <string.h>

static volatile int two = 2;

static void holds(void)
{
	must(two == 2);
	must(two == 2 || two > 100);
}

static void does_not_hold(void)
{
	must(two == 3);
}

static void long_words(void)
{
	static char expression[2000];
	memset(expression, 'x', sizeof(expression) - 1);
	must_fail("file.c", 2147483647, expression);
}

static void what_holds_goes_on(void **state)
{
	(void)state;
	char message[4000];
	assert_int_equal(child_signal(holds, message, sizeof(message)), 0);
	assert_string_equal(message, "");
}

static void a_fault_aborts_and_says_where(void **state)
{
	(void)state;
	char message[4000];
	assert_int_equal(child_signal(does_not_hold, message, sizeof(message)), SIGABRT);
	assert_non_null(strstr(message, "lacuna: fault at "));
	assert_non_null(strstr(message, "must.c:"));
	assert_non_null(strstr(message, ": must hold: two == 3\n"));
}

static void long_expressions_are_cut(void **state)
{
	(void)state;
	char message[4000];
	assert_int_equal(child_signal(long_words, message, sizeof(message)), SIGABRT);
	assert_non_null(strstr(message, "file.c:2147483647: must hold: xxx"));
	assert_true(strlen(message) == 512);
	assert_int_equal(message[511], '\n');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_holds_goes_on),
		cmocka_unit_test(a_fault_aborts_and_says_where),
		cmocka_unit_test(long_expressions_are_cut),
	};
	return cmocka_run_group_tests_name("must", tests, NULL, NULL);
}
