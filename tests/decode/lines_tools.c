// SPDX-License-Identifier: ISC
// Files of fping, ZMap and scamper, as these programs write them, and what is heard of them.
#include "lines.h"

#include "../feed/files.h"

static struct heard_lines *h;

static int begin(void **state)
{
	(void)state;
	h = lines_begin();
	return 0;
}

static int end(void **state)
{
	(void)state;
	lines_end(h);
	return 0;
}

static void expect_said(const char *name, const char *text, const char *said, const char *wrong)
{
	assert_string_equal(lines_file(h, file_write(name, text, strlen(text))), said);
	assert_string_equal(text_string(&h->wrong), wrong);
}

// fping 5.1 -D -l with both of its outputs in one file.
static const char fping_text[] =
	"ICMP Host Unreachable from 198.18.0.2 for ICMP Echo sent to 203.0.113.1\n"
	"[1795647760.81076] 198.18.0.2  : [0], 64 bytes, 0.037 ms (0.037 avg, 0% loss)\n"
	"[1795647761.00073] 203.0.113.1 : [0], timed out (NaN avg, 100% loss)\n"
	"[22:48:05]\n"
	"[1795647761.20089] 2001:db8::1 : [1], 84 bytes, 12.5 ms (12.5 avg, 0% loss) [<- 2001:db8::2]\n"
	"\n"
	"198.18.0.2 : 1.68 0.036\n"
	"203.0.113.1 : - -\n"
	"198.18.0.2  : xmt/rcv/%loss = 2/2/0%, min/avg/max = 0.027/0.033/0.038\n";

static void test_fping_text(void **state)
{
	(void)state;
	static const char said[] = "1795647760.810723000 vp1 icmp_echo 198.18.0.2 - ok 37\n"
				   "1795647761.000730000 vp1 icmp_echo 203.0.113.1 - generic_timeout_error 0\n"
				   "1795647761.188390000 vp1 icmp_echo 2001:db8::1 - ok 12500\n";
	expect_said("vp1.fping", fping_text, said, "");
	expect_said("vp1", fping_text, said, ""); // told by its content
	expect_said("vp1-2026.json", fping_text, said, "");
	assert_int_equal(lines_counted(h, DECODE_BAD_LINES), 0);
	// In order of sending, which is not that of answers.
	expect_said("vp2.txt",
		    "[100.5] 198.18.0.2 : [0], 64 bytes, 1 ms (1 avg, 0% loss)\n"
		    "[100.6] 198.18.0.3 : [0], 64 bytes, 500 ms (500 avg, 0% loss)\n",
		    "100.100000000 vp2 icmp_echo 198.18.0.3 - ok 500000\n100.499000000 vp2 icmp_echo 198.18.0.2 - ok "
		    "1000\n",
		    "");
}

static void test_fping_text_bad(void **state)
{
	(void)state;
	expect_said("vp1.fping",
		    "[Wed Nov 25 22:48:05 2026] 198.18.0.2 : [0], 64 bytes, 1.0 ms (1.0 avg, 0% loss)\n"
		    "198.18.0.2 : [0], 64 bytes, 1.0 ms (1.0 avg, 0% loss)\n"
		    "[100.5] 198.18.0.2 : [0], 64 bytes, x ms (1.0 avg, 0% loss)\n"
		    "[100.5] 198.18.0.2 : [0], 64 bytes\n"
		    "[100.5] a\tb : [0], timed out (NaN avg, 100% loss)\n"
		    "[0.5] 198.18.0.2 : [0], 64 bytes, 9000 ms (1.0 avg, 0% loss)\n"
		    "nonsense\n"
		    "[100.5] www.example.kx : [0], timed out (NaN avg, 100% loss)\n",
		    "",
		    "gap bad_line 0:1\ngap bad_line 0:2\ngap bad_line 0:3\ngap bad_line 0:4\ngap bad_line 0:5\n"
		    "gap bad_line 0:6\ngap bad_line 0:7\n0:8 no target, or one that is no address\n");
	// Without -D there is nothing but a sum, and no time.
	expect_said("vp1.fping", "198.18.0.2 : xmt/rcv/%loss = 2/2/0%, min/avg/max = 0.027/0.033/0.038\n", "",
		    "gap bad_line 0:1\n");
}

static void test_fping_json(void **state)
{
	(void)state;
	static const char text[] =
		"{\"warning\": {\"host\": \"nowhere.invalid\", \"message\": \"Name or service not known\"}}\n"
		"{\"resp\": {\"timestamp\": \"1795646885.57389\", \"host\": \"198.18.0.2\", \"seq\": 0, \"size\": 64, "
		"\"rtt\": 1.68, \"ttl\": 64}}\n"
		"{\"timeout\": {\"timestamp\": \"1795646886.57389\", \"host\": \"www.example.kx (198.18.0.9)\", "
		"\"seq\": "
		"0}}\n"
		"{\"resp\": {\"host\": \"198.18.0.2\", \"rtt\": 2e1, \"timestamp\": \"1795646887\"}}\n"
		"{\"resp\": {\"host\": \"198.18.0.2\", \"seq\": 0, \"size\": 64, \"rtt\": 1.68}}\n"
		"{\"resp\": {\"timestamp\": \"2026-11-25T22:48:05+0000\", \"host\": \"198.18.0.2\", \"rtt\": 1.68}}\n"
		"{\"resp\": {\"timestamp\": \"1795646888\", \"host\": \"a\\u0009b\", \"rtt\": 1}}\n"
		"{\"vSum\": {\"host\": \"198.18.0.2\", \"values\": [1.68, null]}}\n"
		"{\"summary\": {\"host\": \"198.18.0.2\", \"xmt\": 2, \"rcv\": 1, \"loss\": 50}}\n"
		"{\"news\": {\"host\": \"198.18.0.2\"}}\n";
	expect_said("vp1.json", text,
		    "1795646885.572210000 vp1 icmp_echo 198.18.0.2 - ok 1680\n"
		    "1795646886.573890000 vp1 icmp_echo 198.18.0.9 www.example.kx generic_timeout_error 0\n",
		    "gap bad_line 0:4\ngap bad_line 0:5\ngap bad_line 0:6\ngap bad_line 0:7\ngap bad_line 0:10\n");
	expect_said("vp1.json", "{\"vSum\": {\"host\": \"198.18.0.2\", \"values\": [1.68, null]}}\n", "",
		    "gap bad_line 0:1\n");
	expect_said("vp1.json", "{\"stats\": {\"targets\": 1}}\n", "", "");
}

// ZMap 2.1.1: two answers, an error of a router (its stamp and its target are nonsense), a second answer.
static const char zmap_text[] =
	"saddr,saddr-raw,daddr,daddr-raw,ipid,ttl,type,code,icmp-id,seq,sent-timestamp-ts,sent-timestamp-us,dst-raw,"
	"classification,success,repeat,cooldown,timestamp-str,timestamp-ts,timestamp-us\n"
	"198.18.0.3,50336454,198.18.0.1,16782022,35217,64,0,0,24738,0,1795646888,761391,50336454,echoreply,1,0,1,"
	"2026-11-25T22:48:08.945+0000,1795646888,945267\n"
	"198.18.0.2,33559238,198.18.0.1,16782022,61879,64,3,13,0,0,671088709,12756,2347041279,unreach,0,0,1,"
	"2026-11-25T22:48:08.945+0000,1795646888,945220\n"
	"198.18.0.2,33559238,198.18.0.1,16782022,2696,64,0,0,32360,0,1795646888,1386,33559238,echoreply,1,0,1,"
	"2026-11-25T22:48:08.945+0000,1795646888,945196\n"
	"198.18.0.2,33559238,198.18.0.1,16782022,2696,64,0,0,32360,0,1795646888,1386,33559238,echoreply,1,1,1,"
	"2026-11-25T22:48:08.945+0000,1795646888,945197\n";

static void test_zmap(void **state)
{
	(void)state;
	static const char said[] = "1795646888.001386000 sweep icmp_echo 198.18.0.2 - ok 0\n"
				   "1795646888.001386000 sweep icmp_echo 198.18.0.2 - late_or_dup 0\n"
				   "1795646888.761391000 sweep icmp_echo 198.18.0.3 - ok 0\n";
	expect_said("sweep.csv", zmap_text, said, "");
	expect_said("sweep", zmap_text, said, "");
	assert_int_equal(lines_counted(h, DECODE_TOOL_OTHER), 2);
	expect_said("syn.csv",
		    "saddr,classification,success,timestamp-ts,timestamp-us\r\n198.18.0.2,synack,1,100,5\r\n"
		    "198.18.0.3,rst,0,101,999999\r\n",
		    "100.000005000 syn tcp_connect 198.18.0.2 - ok 0\n"
		    "101.999999000 syn tcp_connect 198.18.0.3 - connection_refused 0\n",
		    "");
	// ZMap 4 names columns with underscores; a stamp as text.
	expect_said("z4.csv",
		    "timestamp_str,saddr,classification\n2026-11-25T22:48:08.945+0000,198.18.0.2,echoreply\n"
		    "2026-11-25T22:48:08.945Z,\"198.18.0.3\",echoreply\n",
		    "1795646888.945000000 z4 icmp_echo 198.18.0.2 - ok 0\n"
		    "1795646888.945000000 z4 icmp_echo 198.18.0.3 - ok 0\n",
		    "");
}

static void test_zmap_bad(void **state)
{
	(void)state;
	expect_said(
		"z.csv",
		"saddr,classification,timestamp-ts,timestamp-us\n198.18.0.2,echoreply,100\n198.18.0.2,echoreply,,5\n"
		"198.18.0.2,echoreply,100,1000000\n,echoreply,100,0\nhost,echoreply,100,0\n"
		"saddr,classification,timestamp-ts,timestamp-us\n# a word\n198.18.0.2,echoreply,100,7\n",
		"100.000007000 z icmp_echo 198.18.0.2 - ok 0\n",
		"gap bad_line 0:2\ngap bad_line 0:3\ngap bad_line 0:4\ngap bad_line 0:5\ngap bad_line 0:7\n"
		"0:6 no target, or one that is no address\n");
	expect_said("z.csv", "saddr,classification\n198.18.0.2,echoreply\n", "",
		    "gap bad_line 0:2\n"); // no stamp at all
}

#define SCAMPER(method, more)                                                                                          \
	"{\"type\":\"ping\", \"version\":\"0.4\", \"method\":\"" method                                                \
	"\", \"src\":\"198.18.0.1\", \"dst\":\"198.18.0.2\", "                                                         \
	"\"start\":{\"sec\":1795648552,\"usec\":289882}" more "}\n"

// scamper 20211212: four sent, of which the second was refused by a router and the fourth lost.
static const char scamper_text[] =
	"{\"type\":\"cycle-start\", \"list_name\":\"default\", \"id\":0, \"hostname\":\"vm\", "
	"\"start_time\":1795648552}\n" SCAMPER(
		"icmp-echo",
		", \"ping_sent\":4, \"wait\":1, \"timeout\":1, \"responses\":[{\"from\":\"198.18.0.2\", \"seq\":0, "
		"\"reply_size\":84, \"reply_ttl\":64, \"reply_proto\":\"icmp\", \"tx\":{\"sec\":1795648552, "
		"\"usec\":289952}, "
		"\"rx\":{\"sec\":1795648552, \"usec\":289984}, \"rtt\":0.032, \"icmp_type\":0, \"icmp_code\":0},"
		"{\"from\":\"198.18.0.9\", \"seq\":1, \"tx\":{\"sec\":1795648553, \"usec\":290160}, \"rtt\":0.034, "
		"\"icmp_type\":3, \"icmp_code\":13},"
		"{\"from\":\"198.18.0.2\", \"seq\":2, \"rtt\":0.027, \"icmp_type\":0, \"icmp_code\":0},"
		"{\"from\":\"198.18.0.2\", \"seq\":2, \"rtt\":0.127, \"icmp_type\":0, \"icmp_code\":0}],"
		"\"statistics\":{\"replies\":3, \"loss\":0.5}") "{\"type\":\"cycle-stop\", \"list_name\":\"default\", "
								"\"id\":0, \"hostname\":\"vm\", "
								"\"stop_time\":1795648555}\n";

static void test_scamper(void **state)
{
	(void)state;
	expect_said("vp1.json", scamper_text,
		    "1795648552.289952000 vp1 icmp_echo 198.18.0.2 - ok 32\n"
		    "1795648553.290160000 vp1 icmp_echo 198.18.0.2 - host_unreachable 0 3/13 198.18.0.9/32\n"
		    "1795648554.289882000 vp1 icmp_echo 198.18.0.2 - ok 27\n"
		    "1795648554.289882000 vp1 icmp_echo 198.18.0.2 - late_or_dup 0\n"
		    "1795648555.289882000 vp1 icmp_echo 198.18.0.2 - generic_timeout_error 0\n",
		    "");
	expect_said("vp1.json", SCAMPER("icmp-echo", ""), "", "");
	expect_said("vp1.json",
		    SCAMPER("tcp-syn",
			    ", \"ping_sent\":2, \"responses\":[{\"from\":\"198.18.0.2\", \"seq\":0, \"rtt\":1}]"),
		    "", "");
	assert_int_equal(lines_counted(h, DECODE_TOOL_OTHER), 2);
	expect_said("vp1.json",
		    SCAMPER("icmp-echo",
			    ", \"ping_sent\":1, \"responses\":[{\"from\":\"198.18.0.9\", \"seq\":0, \"icmp_type\":3, "
			    "\"icmp_code\":0}]"),
		    "1795648552.289882000 vp1 icmp_echo 198.18.0.2 - network_unreachable 0 3/0 198.18.0.9/32\n", "");
}

// As with RIPE Atlas: an unreachable that the observer's own host sent is its own.
static void test_scamper_own(void **state)
{
	(void)state;
	expect_said("vp1.json",
		    SCAMPER("icmp-echo",
			    ", \"ping_sent\":1, \"responses\":[{\"from\":\"198.18.0.1\", \"seq\":0, \"icmp_type\":3, "
			    "\"icmp_code\":1}]"),
		    "1795648552.289882000 vp1 icmp_echo 198.18.0.2 - local_fault 0\n", "");
}

static void test_scamper_bad(void **state)
{
	(void)state;
	static const char *const bad[] = {
		SCAMPER("icmp-echo", ", \"ping_sent\":16385"),
		SCAMPER("icmp-echo", ", \"ping_sent\":-1"),
		SCAMPER("icmp-echo", ", \"wait\":3601"),
		SCAMPER("icmp-echo", ", \"responses\":{}"),
		SCAMPER("icmp-echo", ", \"start\":{\"sec\":5}"),
		SCAMPER("icmp-echo", ", \"start\":{\"sec\":5, \"usec\":1000000}"),
		SCAMPER("icmp-\\u0065cho", ""),
		"{\"type\":\"ping\", \"dst\":\"198.18.0.2\", \"method\":\"icmp-echo\", \"ping_sent\":1}\n",
		"{\"type\":\"else\"}\n",
		"{\"type\":\n",
	};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		expect_said("vp1.json", bad[i], "", "gap bad_line 0:1\n");
	// One response that cannot be read costs that response; its attempt is not called lost for it.
	expect_said("vp1.json",
		    SCAMPER("icmp-echo", ", \"ping_sent\":2, \"wait\":1, "
					 "\"responses\":[{\"seq\":7},{\"from\":\"198.18.0.2\", \"seq\":1, "
					 "\"rtt\":2, \"icmp_type\":0}]"),
		    "1795648553.289882000 vp1 icmp_echo 198.18.0.2 - ok 2000\n", "gap bad_line 0:1\n");
	assert_string_equal(lines_say(h, LINE_TOOL, "scamper\t1.2.3.4\tunreach\t1\t\t\t3\t1", 31), "");
	assert_non_null(strstr(text_string(&h->wrong), "an unreachable that does not say"));
}

// Any file that is cut says no more than the whole one, and what it says is the same.
static void check_cuts(const char *text, size_t n)
{
	struct text whole = {0};
	text_put(&whole, lines_file(h, file_write("vp1", text, n)));
	size_t most = h->count;
	assert_true(most >= 3);
	for (size_t cut = 0; cut < n; cut++) {
		const char *said = lines_file(h, file_write("vp1.ndjson", text, cut));
		assert_true(h->count <= most);
		for (const char *line = said; *line; line = strchr(line, '\n') + 1) {
			char one[200];
			snprintf(one, sizeof(one), "%.*s", (int)(strchr(line, '\n') + 1 - line), line);
			if (!strstr(text_string(&whole), one))
				fail_msg("cut at %zu: %s", cut, one);
		}
	}
	text_free(&whole);
}

static void test_cuts(void **state)
{
	(void)state;
	check_cuts(fping_text, sizeof(fping_text) - 1);
	check_cuts(zmap_text, sizeof(zmap_text) - 1);
	check_cuts(scamper_text, sizeof(scamper_text) - 1);
}

static void test_lines(void **state)
{
	(void)state;
	static const struct {
		const char *line, *said, *wrong;
	} rows[] = {
		{"fping\t198.18.0.2\tresp\t1.68", "7.000000005 import icmp_echo 198.18.0.2 - ok 1680\n", ""},
		{"fping\tx (198.18.0.2)\ttimeout\t",
		 "7.000000005 import icmp_echo 198.18.0.2 x generic_timeout_error 0\n", ""},
		{"fping\t(198.18.0.2)\ttimeout\t", "", "no target"},
		{"fping\tx ()\ttimeout\t", "", "no target"},
		{"zmap\t198.18.0.2\tunreach\t\t", "", ""},
		{"", "", ""},
		{"other\t198.18.0.2\tresp\t1", "", ""},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_string_equal(lines_say(h, LINE_TOOL, rows[i].line, strlen(rows[i].line)), rows[i].said);
		assert_true(rows[i].wrong[0] ? strstr(text_string(&h->wrong), rows[i].wrong) != NULL
					     : !h->wrong.length);
		for (size_t n = 0; n < strlen(rows[i].line); n++)
			lines_say(h, LINE_TOOL, rows[i].line, n); // right before bytes that must not be touched
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_fping_text, begin, end),
		cmocka_unit_test_setup_teardown(test_fping_text_bad, begin, end),
		cmocka_unit_test_setup_teardown(test_fping_json, begin, end),
		cmocka_unit_test_setup_teardown(test_zmap, begin, end),
		cmocka_unit_test_setup_teardown(test_zmap_bad, begin, end),
		cmocka_unit_test_setup_teardown(test_scamper, begin, end),
		cmocka_unit_test_setup_teardown(test_scamper_own, begin, end),
		cmocka_unit_test_setup_teardown(test_scamper_bad, begin, end),
		cmocka_unit_test_setup_teardown(test_cuts, begin, end),
		cmocka_unit_test_setup_teardown(test_lines, begin, end),
	};
	return cmocka_run_group_tests_name("tools", tests, NULL, NULL);
}
