// SPDX-License-Identifier: ISC
// What an answer says about its server: each outcome, serials, NSID, aliases, and the ways in which the sections can mislead.
#include "../wire/packet.h"

#include "check/dns_judge.h"

#define Q_SOA	 "02 6b78 00 0006 0001"		  // kx SOA
#define Q_ANY	 "03 777777 02 6b78 00 00ff 0001" // www.kx, all there is
#define Q_A	 "03 777777 02 6b78 00 0001 0001" // www.kx A; kx at c010
#define SOA	 "c00c 0006 0001 0000003c 0018 c00c c00c 00000007 00000e10 00000258 00015180 0000012c"
#define SOA_KX	 "c010 0006 0001 0000003c 0018 c010 c010 00000007 00000e10 00000258 00015180 0000012c"
#define NS_ROOT	 "00 0002 0001 0000003c 0004 02 6e73 00"
#define NS_KX	 "c010 0002 0001 0000003c 0005 02 6e73 c010"
#define A_WWW	 "c00c 0001 0001 0000003c 0004 c6120150"
#define A_OTHER	 "c010 0001 0001 0000003c 0004 c6120151"
#define CNAME_IN "c00c 0005 0001 0000003c 0006 03 776562 c010" // www → web.kx, which is at 00+
#define OPT	 "00 0029 04d0 00000000 0000"
#define OPT_NSID "00 0029 04d0 00000000 000b 0003 0007 6e73312e6c6162"
#define OPT_BIN	 "00 0029 04d0 00000000 0008 0003 0004 00ff1020"

static const struct {
	const char *name, *hex;
	bool recurse;
	uint8_t failure;
	int rcode;
	uint8_t flags;
	uint32_t serial;
} rows[] = {
	{"SOA with authority", "0000 8400 0001 0001 0000 0000" Q_SOA SOA, false, FAILURE_NONE, 0, 9, 7},
	{"without authority", "0000 8000 0001 0001 0000 0000" Q_SOA SOA, false, FAILURE_DNS_LAME, 0, 8, 7},
	{"without authority, from a resolver", "0000 8080 0001 0001 0000 0000" Q_SOA SOA, true, FAILURE_NONE, 0, 8, 7},
	{"referral upwards", "0000 8000 0001 0000 0001 0000" Q_SOA NS_ROOT, false, FAILURE_DNS_LAME, 0, 0, 0},
	{"the same with authority", "0000 8400 0001 0000 0001 0000" Q_SOA NS_ROOT, false, FAILURE_DNS_LAME, 0, 1, 0},
	{"nothing of this type", "0000 8400 0001 0000 0001 0000" Q_A SOA_KX, false, FAILURE_DNS_NO_ANSWER, 0, 9, 7},
	{"nothing at all", "0000 8400 0001 0000 0000 0000" Q_A, false, FAILURE_DNS_NO_ANSWER, 0, 1, 0},
	{"anything of the name", "0000 8400 0001 0001 0000 0000" Q_ANY A_WWW, false, FAILURE_NONE, 0, 1, 0},
	{"anything, and nothing there", "0000 8400 0001 0000 0001 0000" Q_ANY SOA_KX, false, FAILURE_DNS_NO_ANSWER, 0,
	 9, 7},
	{"anything, of another name only", "0000 8400 0001 0001 0000 0000" Q_ANY A_OTHER, false, FAILURE_DNS_NO_ANSWER,
	 0, 1, 0},
	{"address", "0000 8400 0001 0001 0001 0001" Q_A A_WWW NS_KX OPT, false, FAILURE_NONE, 0, 1, 0},
	{"address of another name only", "0000 8400 0001 0001 0000 0000" Q_A A_OTHER, false, FAILURE_DNS_NO_ANSWER, 0,
	 1, 0},
	{"address in a wrong section", "0000 8400 0001 0000 0001 0000" Q_A A_WWW, false, FAILURE_DNS_NO_ANSWER, 0, 1,
	 0},
	{"alias, from an authority", "0000 8400 0001 0001 0000 0000" Q_A CNAME_IN, false, FAILURE_NONE, 0, 1, 0},
	{"alias to nowhere, from a resolver", "0000 8180 0001 0001 0000 0000" Q_A CNAME_IN, true, FAILURE_DNS_NO_ANSWER,
	 0, 0, 0},
	{"alias and its address, from a resolver",
	 "0000 8180 0001 0002 0000 0000" Q_A CNAME_IN "c024 0001 0001 0000003c 0004 c6120150", true, FAILURE_NONE, 0, 0,
	 0},
	{"NXDOMAIN", "0000 8403 0001 0000 0001 0000" Q_A SOA_KX, false, FAILURE_DNS_NXDOMAIN, 3, 9, 7},
	{"NXDOMAIN without authority", "0000 8003 0001 0000 0000 0000" Q_A, false, FAILURE_DNS_LAME, 3, 0, 0},
	{"NXDOMAIN from a resolver", "0000 8183 0001 0000 0000 0000" Q_A, true, FAILURE_DNS_NXDOMAIN, 3, 0, 0},
	{"SERVFAIL", "0000 8002 0001 0000 0000 0000" Q_SOA, false, FAILURE_DNS_SERVFAIL, 2, 0, 0},
	{"REFUSED", "0000 8005 0001 0000 0000 0000" Q_SOA, false, FAILURE_DNS_REFUSED, 5, 0, 0},
	{"REFUSED without the question", "0000 8005 0000 0000 0000 0000", false, FAILURE_DNS_REFUSED, 5, 0, 0},
	{"NOERROR without the question", "0000 8400 0000 0000 0000 0000", false, FAILURE_DNS_MISBEHAVING, 0, 1, 0},
	{"FORMERR", "0000 8001 0000 0000 0000 0000", false, FAILURE_DNS_MISBEHAVING, 1, 0, 0},
	{"NOTIMP", "0000 8004 0001 0000 0000 0000" Q_SOA, false, FAILURE_DNS_MISBEHAVING, 4, 0, 0},
	{"BADVERS", "0000 8000 0001 0000 0000 0001" Q_SOA "00 0029 04d0 01000000 0000", false, FAILURE_DNS_MISBEHAVING,
	 16, 0, 0},
	{"REFUSED in twelve bits", "0000 8005 0001 0000 0000 0001" Q_SOA "00 0029 04d0 01000000 0000", false,
	 FAILURE_DNS_MISBEHAVING, 21, 0, 0},
	{"two OPT", "0000 8400 0001 0001 0000 0002" Q_SOA SOA OPT OPT, false, FAILURE_DNS_MISBEHAVING, 0, 9, 7},
	{"no answer but a question", "0000 0000 0001 0000 0000 0000" Q_SOA, false, FAILURE_DNS_MISBEHAVING, 0, 0, 0},
	{"another opcode", "0000 a400 0001 0001 0000 0000" Q_SOA SOA, false, FAILURE_DNS_MISBEHAVING, 0, 9, 7},
	{"counts that lie", "0000 8400 0001 0002 0000 0000" Q_SOA SOA, false, FAILURE_DNS_MISBEHAVING, 0, 9, 7},
	{"cut at a record", "0000 8600 0001 0000 0000 0000" Q_SOA, false, FAILURE_NONE, 0, 3, 0},
	{"cut anywhere", "0000 8600 0001 0002 0000 0000" Q_SOA SOA "c00c 00", false, FAILURE_NONE, 0, 11, 7},
	{"cut, without authority", "0000 8200 0001 0000 0000 0000" Q_SOA, false, FAILURE_NONE, 0, 2, 0},
	{"SOA that is none", "0000 8400 0001 0001 0000 0000" Q_SOA "c00c 0006 0001 0000003c 0004 c00c c00c", false,
	 FAILURE_DNS_MISBEHAVING, 0, 1, 0},
	{"SOA of another zone in a negative answer",
	 "0000 8400 0001 0000 0001 0000" Q_SOA
	 "02 6b79 00 0006 0001 0000003c 0018 c00c c00c 00000009 00000e10 00000258 00015180 0000012c",
	 false, FAILURE_DNS_NO_ANSWER, 0, 1, 0},
};

static struct attempt judged(const char *hex, bool recurse, struct dns_message *m)
{
	struct dns_query asked = {.recurse = recurse};
	struct addr none = {.family = FAMILY_V4};
	struct attempt a = attempt_of(PROBE_DNS, &none, 0, INSTANT_NONE);
	assert_int_equal(dns_message_parse(packet_of(hex), m), 0);
	dns_judge(m, &asked, 0, &a);
	return a;
}

static void outcomes(void **state)
{
	(void)state;
	struct dns_message m;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		print_message("%s\n", rows[i].name);
		struct attempt a = judged(rows[i].hex, rows[i].recurse, &m);
		assert_string_equal(probe_failure_name(a.failure), probe_failure_name(rows[i].failure));
		assert_int_equal(a.rcode, rows[i].rcode);
		assert_int_equal(a.dns_flags, rows[i].flags);
		assert_int_equal(a.serial, rows[i].serial);
	}
}

static void server_identity(void **state)
{
	(void)state;
	struct dns_message m;
	struct attempt a = judged("0000 8400 0001 0001 0000 0001" Q_SOA SOA OPT_NSID, false, &m);
	assert_string_equal(a.nsid, "ns1.lab");
	a = judged("0000 8400 0001 0001 0000 0001" Q_SOA SOA OPT_BIN, false, &m);
	assert_string_equal(a.nsid, "00ff1020");
	a = judged("0000 8400 0001 0001 0000 0001" Q_SOA SOA OPT, false, &m);
	assert_string_equal(a.nsid, "");
	a = judged("0000 8400 0001 0001 0000 0001" Q_SOA SOA "00 0029 04d0 00000000 0020 0003 001d"
		   "6161616161616161616161616161616161616161616161616161616161",
		   false, &m); // longer than its option: no NSID
	assert_int_equal(a.failure, FAILURE_DNS_MISBEHAVING);
	a = judged("0000 8400 0001 0001 0000 0001" Q_SOA SOA "00 0029 04d0 00000000 0020 0003 001c"
		   "61616161616161616161616161616161616161616161616161616161",
		   false, &m);
	assert_string_equal(a.nsid, "aaaaaaaaaaaaaaaaaaaaaaa"); // what fits
	a = judged("0000 8400 0001 0001 0000 0001" Q_SOA SOA "00 0029 04d0 00000000 0020 0003 001c"
		   "ff616161616161616161616161616161616161616161616161616161",
		   false, &m);
	assert_string_equal(a.nsid, "ff61616161616161616161"); // whole bytes
}

static void soa_of(void **state)
{
	(void)state;
	struct dns_message m;
	struct dns_soa soa;
	judged(rows[0].hex, false, &m);
	assert_int_equal(dns_judge_soa(&m, &soa), 0);
	assert_true(soa.serial == 7 && soa.refresh == 3600 && soa.expire == 86400);
	judged("0000 8400 0001 0000 0001 0000" Q_A SOA_KX, false, &m);
	assert_int_equal(dns_judge_soa(&m, &soa), 0);
	judged("0000 8400 0001 0000 0000 0000" Q_A, false, &m);
	assert_int_equal(dns_judge_soa(&m, &soa), ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outcomes),
		cmocka_unit_test(server_identity),
		cmocka_unit_test(soa_of),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
