// SPDX-License-Identifier: ISC
// What ICMP codes and errnos say: as the kernel folds them, so that echo and connect agree.
#include "../unit/unit.h"

#include "model/probe.h"
#include "net/prefix.h"
#include "probe/failure.h"
#include "wire/echo.h"

#include <errno.h>

static void codes_are_folded_as_the_kernel_does(void **state)
{
	(void)state;
	// Linux, net/ipv4/icmp.c and net/ipv6/icmp.c: errno of each code of "unreachable".
	static const int linux4[16] = {ENETUNREACH,  EHOSTUNREACH, ENOPROTOOPT,	 ECONNREFUSED,
				       EMSGSIZE,     EOPNOTSUPP,   ENETUNREACH,	 EHOSTDOWN,
				       ENONET,	     ENETUNREACH,  EHOSTUNREACH, ENETUNREACH,
				       EHOSTUNREACH, EHOSTUNREACH, EHOSTUNREACH, EHOSTUNREACH};
	static const int linux6[7] = {ENETUNREACH, EACCES, EHOSTUNREACH, EHOSTUNREACH, ECONNREFUSED, EACCES, EACCES};
	for (unsigned code = 0; code < 256; code++) {
		uint8_t got = failure_of_icmp(FAMILY_V4, ECHO4_UNREACHABLE, (uint8_t)code);
		int error = code < 16 ? linux4[code] : 0;
		bool net = error == ENETUNREACH || error == ENONET;
		bool host = error == EHOSTUNREACH || error == EHOSTDOWN;
		bool port = error == ECONNREFUSED || error == ENOPROTOOPT;
		assert_int_equal(got == FAILURE_NETWORK_UNREACHABLE, net);
		assert_int_equal(got == FAILURE_HOST_UNREACHABLE, host);
		assert_int_equal(got == FAILURE_REFUSED, port);
		assert_true(net || host || port || got == FAILURE_OTHER);
	}
	for (unsigned code = 0; code < 256; code++) {
		uint8_t got = failure_of_icmp(FAMILY_V6, ECHO6_UNREACHABLE, (uint8_t)code);
		assert_int_equal(got == FAILURE_REFUSED, code < 7 && linux6[code] == ECONNREFUSED);
		assert_int_equal(got == FAILURE_OTHER, code >= 7);
		assert_int_equal(got == FAILURE_NETWORK_UNREACHABLE, code == 0 || code == 6);
	}
	assert_int_equal(failure_of_icmp(FAMILY_V4, ECHO4_EXCEEDED, 0), FAILURE_HOST_UNREACHABLE);
	assert_int_equal(failure_of_icmp(FAMILY_V6, ECHO6_EXCEEDED, 0), FAILURE_HOST_UNREACHABLE);
	assert_int_equal(failure_of_icmp(FAMILY_V4, ECHO4_PARAMETER, 0), FAILURE_OTHER);
}

static void prohibitions_are_told(void **state)
{
	(void)state;
	for (unsigned code = 0; code < 256; code++) {
		bool four = code == 9 || code == 10 || code == 13, six = code == 1 || code == 5;
		assert_int_equal(failure_prohibits(FAMILY_V4, ECHO4_UNREACHABLE, (uint8_t)code), four);
		assert_int_equal(failure_prohibits(FAMILY_V6, ECHO6_UNREACHABLE, (uint8_t)code), six);
		assert_false(failure_prohibits(FAMILY_V4, ECHO4_EXCEEDED, (uint8_t)code));
	}
}

static void errnos_without_a_witness_are_ours(void **state)
{
	(void)state;
	static const int ours[] = {ENETUNREACH,	  EHOSTUNREACH, EACCES, EPERM, ENOBUFS,
				   EADDRNOTAVAIL, ENETDOWN,	EMFILE, EAGAIN};
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		assert_int_equal(failure_of_connect(ours[i]), FAILURE_LOCAL);
	assert_int_equal(failure_of_connect(0), FAILURE_NONE);
	assert_int_equal(failure_of_connect(ECONNREFUSED), FAILURE_REFUSED);
	assert_int_equal(failure_of_connect(ECONNRESET), FAILURE_RESET);
	assert_int_equal(failure_of_connect(ETIMEDOUT), FAILURE_TIMEOUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(codes_are_folded_as_the_kernel_does),
					   cmocka_unit_test(prohibitions_are_told),
					   cmocka_unit_test(errnos_without_a_witness_are_ours)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
