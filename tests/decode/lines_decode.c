// SPDX-License-Identifier: ISC
// What single lines of probes, series and RIPE Atlas say, and which are refused.
#include "lines.h"

#define PROBE(members) "{\"observer\":\"vp1\",\"op\":\"icmp_echo\",\"target\":\"198.18.0.10\"" members "}"

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

static void expect(const char *line, const char *said)
{
	assert_string_equal(lines_probe(h, line), said);
	assert_string_equal(text_string(&h->wrong), "");
}

static void refuse(const char *line, const char *why)
{
	assert_string_equal(lines_probe(h, line), "");
	if (!strstr(text_string(&h->wrong), why))
		fail_msg("%s: %s", line, text_string(&h->wrong));
}

static void test_probe(void **state)
{
	(void)state;
	expect(PROBE(",\"ok\":true,\"rtt_ms\":23.12,\"ttl\":61"), "7.000000005 vp1 icmp_echo 198.18.0.10 - ok 23120\n");
	expect(PROBE(", \"rtt_ms\" : 0.0004 ,\t\"ok\" : true "), "7.000000005 vp1 icmp_echo 198.18.0.10 - ok 0\n");
	expect(PROBE(",\"ok\":true,\"rtt_ms\":0.0006"), "7.000000005 vp1 icmp_echo 198.18.0.10 - ok 1\n");
	expect(PROBE(",\"ok\":true,\"rtt_ms\":1.5e2"), "7.000000005 vp1 icmp_echo 198.18.0.10 - ok 150000\n");
	expect("{\"observer\":\"vp1\",\"op\":\"dns_round_trip\",\"target\":\"2001:db8::1\",\"name\":\"www.example.kx\","
	       "\"ok\":false,\"failure\":\"dns_servfail_error\"}",
	       "7.000000005 vp1 dns_round_trip 2001:db8::1 www.example.kx dns_servfail_error 0\n");
	expect(PROBE(",\"ok\":false,\"failure\":\"host_unreachable\",\"icmp\":{\"type\":3,\"code\":1,\"from\":"
		     "\"198.51.100.1\"}"),
	       "7.000000005 vp1 icmp_echo 198.18.0.10 - host_unreachable 0 3/1 198.51.100.1/32\n");
	assert_int_equal(lines_counted(h, DECODE_PROBES), 6);
}

static void test_outcome(void **state)
{
	(void)state;
	static const char said[] = "7.000000005 vp1 icmp_echo 198.18.0.10 - ";
	static const struct {
		const char *members, *outcome;
	} table[] = {
		{",\"ok\":true,\"status\":499", "ok 0\n"},
		{",\"ok\":true,\"status\":500", "http_error 0\n"},
		{",\"ok\":false", "other_failure 0\n"},
		{",\"ok\":false,\"failure\":\"made_up\"", "other_failure 0\n"},
		{",\"ok\":false,\"failure\":null", "other_failure 0\n"},
		{",\"ok\":true,\"failure\":null", "ok 0\n"},
		{",\"ok\":true,\"failure\":\"late_or_dup\"", "late_or_dup 0\n"},
		{",\"failure\":\"forged\",\"from\":\"1.2.3.4\"", "forged 0\n"},
		{",\"ok\":false,\"failure\":\"local_fault\",\"rtt_ms\":5", "local_fault 0\n"},
	};
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		char line[400], expected[400];
		snprintf(line, sizeof(line), PROBE("%s"), table[i].members);
		snprintf(expected, sizeof(expected), "%s%s", said, table[i].outcome);
		expect(line, expected);
	}
}

static void test_words(void **state)
{
	(void)state;
	expect("{\"observer\":\"v\\u0070\\/1\",\"op\":\"icmp\\u005fecho\",\"target\":\"198.18.0.1\\u0030\",\"ok\":true,"
	       "\"name\":\"a\\\"b\\\\c\\u00e9\\ud83d\\ude00\\ud83dx\"}",
	       "7.000000005 vp/1 icmp_echo 198.18.0.10 a\"b\\c\xc3\xa9\xf0\x9f\x98\x80\xef\xbf\xbdx ok 0\n");
	expect("{\"x\":{\"target\":\"}\",\"y\":[\"]\\\"\",{}]},\"observer\":\"o\",\"op\":\"tcp_connect\",\"target\":"
	       "\"1.2.3."
	       "4\",\"ok\":true,\"z\":-1e9,\"w\":null}",
	       "7.000000005 o tcp_connect 1.2.3.4 - ok 0\n");
	expect(PROBE(",\"ok\":true,\"name\":\"\""), "7.000000005 vp1 icmp_echo 198.18.0.10  ok 0\n");
}

static void test_ambiguous(void **state)
{
	(void)state;
	// Which of two members is meant nobody knows; a zero byte and broken UTF-8 are no JSON.
	refuse(PROBE(",\"ok\":false,\"ok\":true"), "not one JSON object");
	refuse("{\"t\":7,\"t\":8,\"observer\":\"vp1\",\"op\":\"icmp_echo\",\"target\":\"198.18.0.10\",\"ok\":true}",
	       "not one JSON object");
	refuse(PROBE(",\"ok\":true,\"name\":\"\xc3(\""), "no UTF-8");
	refuse(PROBE(",\"ok\":true,\"name\":\"\xed\xa0\x80\""), "no UTF-8");
	refuse(PROBE(",\"ok\":true,\"name\":\"\xf0\x9f\x98\""), "no UTF-8");
}

static void test_refused(void **state)
{
	(void)state;
	refuse("", "not one JSON object");
	refuse("[]", "not one JSON object");
	refuse("{}", "no observer");
	refuse(PROBE(",\"ok\":true") "x", "not one JSON object");
	refuse(PROBE(",\"ok\":tru"), "not one JSON object");
	refuse(PROBE(",\"ok\":true,"), "not one JSON object");
	refuse(PROBE(""), "neither ok nor failure");
	refuse("{\"observer\":\"o\",\"op\":\"icmp\",\"target\":\"1.2.3.4\",\"ok\":true}", "no op, or an unknown one");
	refuse("{\"observer\":7,\"op\":\"icmp_echo\",\"target\":\"1.2.3.4\",\"ok\":true}", "no observer");
	static const char *const addresses[] = {"1.2.3",  "1.2.3.4.5", "1.2.3.256", "01.2.3.4",
						"1..3.4", "",	       "::1%eth0",  "x"};
	for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
		char line[200];
		snprintf(line, sizeof(line), "{\"observer\":\"o\",\"op\":\"icmp_echo\",\"target\":\"%s\",\"ok\":true}",
			 addresses[i]);
		refuse(line, "no target");
	}
	// Named one by one up to a number, counted all.
	assert_int_equal(lines_counted(h, DECODE_BAD_LINES), 17);
	for (int i = 0; i < 10; i++)
		lines_probe(h, "");
	assert_string_equal(text_string(&h->wrong), "");
	struct record over = {.kind = RECORD_SOURCE_END, .form = LINE_ANY};
	assert_int_equal(decoder_take(h->decoder, &over), 0);
	assert_string_equal(text_string(&h->wrong), "0+7\n");
	assert_int_equal(lines_counted(h, DECODE_BAD_LINES), 27);
}

static void test_extremes(void **state)
{
	(void)state;
	static char line[70000];
	for (int depth = 14; depth <= 16; depth++) {
		size_t n = (size_t)snprintf(line, sizeof(line), PROBE(",\"ok\":true"));
		line[n - 1] = '\0';
		snprintf(line + n - 1, sizeof(line) - n, ",\"x\":%.*s%.*s}", depth, "[[[[[[[[[[[[[[[[", depth,
			 "]]]]]]]]]]]]]]]]");
		assert_int_equal(strlen(lines_probe(h, line)) > 0, depth < 16);
	}
	memset(line, '[', sizeof(line));
	memcpy(line, "{\"x\":", 5);
	assert_string_equal(lines_say(h, LINE_PROBE, line, sizeof(line)), "");
	static const char *const numbers[] = {"1e999", "-1", "99999999999999999999999999", "1e", "-", "4294967.296"};
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		snprintf(line, sizeof(line), PROBE(",\"ok\":true,\"status\":%s,\"rtt_ms\":%s"), numbers[i], numbers[i]);
		expect(line, "7.000000005 vp1 icmp_echo 198.18.0.10 - ok 0\n");
	}
	expect(PROBE(",\"ok\":true,\"rtt_ms\":4294967.295"), "7.000000005 vp1 icmp_echo 198.18.0.10 - ok 4294967295\n");
}

// No line that is cut says anything, or touches what is behind it.
static void test_truncation(void **state)
{
	(void)state;
	static const char line[] =
		"{\"observer\":\"v\\u00e9\",\"op\":\"icmp_echo\",\"target\":\"198.18.0.10\",\"name\":\"a\\n\","
		"\"ok\":false,\"failure\":\"host_unreachable\",\"x\":[1,{\"y\":\"\\\\\"}],\"icmp\":{\"type\":3,"
		"\"code\":1,\"from\":\"::1\"},\"rtt_ms\":23.12}";
	for (size_t n = 0; n < sizeof(line) - 1; n++) {
		assert_string_equal(lines_say(h, LINE_PROBE, line, n), "");
		assert_string_equal(lines_say(h, LINE_ATLAS, line, n), "");
		lines_say(h, LINE_SERIES, line, n);
	}
	assert_int_not_equal(strlen(lines_say(h, LINE_PROBE, line, sizeof(line) - 1)), 0);
}

#define HEALTH(members) "{\"observer\":\"vp1\",\"op\":\"observer_health\"" members "}"

static void test_health(void **state)
{
	(void)state;
	expect(HEALTH(",\"state\":\"blind\",\"why\":\"carrier\""), "7.000000005 vp1 blind carrier 7.000000005 0\n");
	expect(HEALTH(",\"state\":\"degraded\",\"why\":\"own_loss\",\"loss\":0.0125,\"from\":3.000000001"),
	       "7.000000005 vp1 degraded own_loss 3.000000001 12500\n");
	expect(HEALTH(",\"state\":\"blind\",\"why\":\"a new word\",\"from\":5,\"loss\":7"),
	       "7.000000005 vp1 blind other 5.000000000 0\n");
	expect(HEALTH(",\"state\":\"ok\""), "7.000000005 vp1 ok other 7.000000005 0\n");
	expect(HEALTH(",\"state\":\"blind\",\"from\":99"), "7.000000005 vp1 blind other 7.000000005 0\n"); // not yet
	expect("{\"observer\":\"vp1\",\"op\":\"observer\\u005fhealth\",\"state\":\"ok\"}",
	       "7.000000005 vp1 ok other 7.000000005 0\n");
	assert_int_equal(lines_counted(h, DECODE_HEALTH), 6);
	assert_int_equal(lines_counted(h, DECODE_PROBES), 0);
	assert_int_equal(target_count(h->targets), 0);
	refuse(HEALTH(""), "no state");
	refuse(HEALTH(",\"state\":\"fine\""), "no state");
	refuse(HEALTH(",\"state\":\"blind\",\"from\":\"then\""), "from is no time");
	refuse(HEALTH(",\"state\":\"blind\",\"from\":-1"), "from is no time");
	refuse(HEALTH(",\"state\":\"blind\",\"from\":1.x"), "from is no time");
	refuse("{\"op\":\"observer_health\",\"state\":\"blind\"}", "no observer");
	assert_int_equal(lines_counted(h, DECODE_BAD_LINES), 6);
	static const char line[] = HEALTH(",\"state\":\"blind\",\"why\":\"lag\",\"from\":3.000000001,\"loss\":0.5");
	for (size_t n = 0; n < sizeof(line) - 1; n++)
		assert_string_equal(lines_say(h, LINE_PROBE, line, n), "");
}

// A half is rounded up whatever the size of the number: as a double it could be a little less.
static void test_halves(void **state)
{
	(void)state;
	expect(PROBE(",\"ok\":true,\"rtt_ms\":266136.319500"),
	       "7.000000005 vp1 icmp_echo 198.18.0.10 - ok 266136320\n");
	expect(PROBE(",\"ok\":true,\"rtt_ms\":0.0005"), "7.000000005 vp1 icmp_echo 198.18.0.10 - ok 1\n");
	expect(PROBE(",\"ok\":true,\"rtt_ms\":4294967.2945"),
	       "7.000000005 vp1 icmp_echo 198.18.0.10 - ok 4294967295\n");
}

static void test_accepted(void **state)
{
	(void)state;
	static const char line[] = PROBE(",\"ok\":true,\"status\":503,\"accepted\":true");
	expect(line, "7.000000005 vp1 icmp_echo 198.18.0.10 - ok 0\n");
}

static const char *series(const char *line)
{
	return lines_say(h, LINE_SERIES, line, strlen(line));
}

static void test_series(void **state)
{
	(void)state;
	assert_string_equal(series("country/IR\tbgp\t88.1"), "7.000000005 country/IR bgp 88.1\n");
	assert_string_equal(series("region/7\tbgp\t-1e3"), "7.000000005 region/7 bgp -1000\n");
	// A second value of one time: what came first is of the newer download.
	assert_string_equal(series("country/IR\tbgp\t"), "");
	assert_int_equal(lines_counted(h, DECODE_SERIES_TWICE), 1);
	assert_string_equal(series("country/IR\tbgp\t88.1"), "");
	assert_int_equal(lines_counted(h, DECODE_SERIES_TWICE), 1);
	assert_string_equal(series("country/IR\tgtr\t"), "7.000000005 country/IR gtr nan\n");
	assert_string_equal(series("country/IR\tping-slash24\tnull"), "7.000000005 country/IR ping-slash24 nan\n");
	assert_int_equal(series_count(h->targets), 4);
	assert_int_equal(lines_counted(h, DECODE_SERIES_VALUES), 4);
	assert_string_equal(series("country/ZZ\tbgp\t1"), "");
	assert_string_equal(series("country/ZZ\tbgp\t2"), "");
	assert_int_equal(lines_counted(h, DECODE_SERIES_UNKNOWN), 2);
	assert_int_equal(lines_counted(h, DECODE_BAD_LINES), 0);
	static const char *const bad[] = {"",
					  "country/IR",
					  "country/IR\tbgp",
					  "\tbgp\t1",
					  "country/IR\t\t1",
					  "country/IR\tbgp\tx",
					  "country/IR\tbgp\t1e999",
					  "country/IR\tbgp\tinf",
					  "country/IR\tbgp\t0x10"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_string_equal(series(bad[i]), "");
	assert_int_equal(lines_counted(h, DECODE_BAD_LINES), ARRAY_LEN(bad));
}

static const char *atlas(const char *line)
{
	return lines_say(h, LINE_ATLAS, line, strlen(line));
}

static void test_atlas(void **state)
{
	(void)state;
	static const struct {
		const char *line, *said;
	} table[] = {
		{"{\"prb_id\":5,\"type\":\"ping\",\"dst_addr\":\"1.2.3.4\",\"result\":[{\"rtt\":7.5},{\"x\":\"*\"},"
		 "{\"error\":\"sendto failed\"},{\"rtt\":1,\"dup\":1}]}",
		 "7.000000005 atlas/5 icmp_echo 1.2.3.4 - ok 7500\n"
		 "7.000000005 atlas/5 icmp_echo 1.2.3.4 - generic_timeout_error 0\n"
		 "7.000000005 atlas/5 icmp_echo 1.2.3.4 - local_fault 0\n"
		 "7.000000005 atlas/5 icmp_echo 1.2.3.4 - late_or_dup 0\n"},
		{"{\"prb_id\":5,\"type\":\"ping\",\"addr\":\"1.2.3.4\",\"sent\":\"3\",\"rcvd\":\"2\",\"avg\":\"58."
		 "042\"}",
		 "7.000000005 atlas/5 icmp_echo 1.2.3.4 - ok 58042\n"
		 "7.000000005 atlas/5 icmp_echo 1.2.3.4 - generic_timeout_error 0\n"},
		{"{\"prb_id\":5,\"type\":\"traceroute\",\"dst_addr\":\"1.2.3.4\",\"result\":[{\"hop\":1,\"result\":[{"
		 "\"from\":"
		 "\"9.9.9.9\",\"rtt\":1}]},{\"hop\":2,\"result\":[{\"x\":\"*\"},{\"from\":\"1.2.3.4\",\"rtt\":9}]}]}",
		 "7.000000005 atlas/5 icmp_echo 1.2.3.4 - ok 9000\n"},
		{"{\"prb_id\":5,\"type\":\"traceroute\",\"dst_addr\":\"1.2.3.4\",\"result\":[{\"hop\":1,\"result\":[{"
		 "\"from\":"
		 "\"9.9.9.9\",\"rtt\":1,\"err\":\"H\"}]}]}",
		 "7.000000005 atlas/5 icmp_echo 1.2.3.4 - host_unreachable 0 3/1 9.9.9.9/32\n"},
		{"{\"prb_id\":5,\"type\":\"dns\",\"dst_addr\":\"1.2.3.4\",\"result\":{\"abuf\":\"m5GEAAABAAEAAA\","
		 "\"rt\":45.305}}",
		 "7.000000005 atlas/5 dns_round_trip 1.2.3.4 - ok 45305\n"},
		{"{\"prb_id\":5,\"type\":\"dns\",\"dst_addr\":\"1.2.3.4\",\"result\":{\"abuf\":\"m5GEAgABAAEAAA\"}}",
		 "7.000000005 atlas/5 dns_round_trip 1.2.3.4 - dns_servfail_error 0\n"},
		{"{\"prb_id\":5,\"type\":\"dns\",\"resultset\":[{\"dst_addr\":\"::1\",\"error\":{\"timeout\":5000}},{"
		 "\"lts\":-1,"
		 "\"dst_addr\":\"::1\",\"error\":{\"timeout\":5000}}]}",
		 "7.000000005 atlas/5 dns_round_trip ::1 - generic_timeout_error 0\n"},
		{"{\"prb_id\":5,\"type\":\"http\",\"uri\":\"http://a/"
		 "\",\"result\":[{\"dst_addr\":\"::1\",\"res\":503,\"rt\":2},{"
		 "\"dst_addr\":\"::1\",\"err\":\"connect: Connection refused\"}]}",
		 "7.000000005 atlas/5 http_round_trip ::1 http://a/ http_error 0\n"
		 "7.000000005 atlas/5 http_round_trip ::1 http://a/ connection_refused 0\n"},
		{"{\"prb_id\":1,\"type\":\"http\",\"result\":\"GET4 193.0.6.139 0.030229 200 263 1406\"}",
		 "7.000000005 atlas/1 http_round_trip 193.0.6.139 - ok 30229\n"},
		{"{\"prb_id\":5,\"type\":\"sslcert\",\"dst_addr\":\"1.2.3.4\",\"dst_name\":\"a.kx\",\"alert\":{"
		 "\"level\":2}}",
		 "7.000000005 atlas/5 tls_handshake 1.2.3.4 a.kx ssl_failed_handshake 0\n"},
	};
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		assert_string_equal(atlas(table[i].line), table[i].said);
		for (size_t n = 0; n < strlen(table[i].line); n++)
			assert_string_equal(lines_say(h, LINE_ATLAS, table[i].line, n), "");
	}
	assert_int_equal(lines_counted(h, DECODE_ATLAS_UNSYNCED), 1);
	assert_string_equal(
		atlas("{\"prb_id\":5,\"type\":\"ping\",\"lts\":3601,\"dst_addr\":\"1.2.3.4\",\"sent\":1,\"rcvd\":0}"),
		"");
	assert_int_equal(lines_counted(h, DECODE_ATLAS_UNSYNCED), 2);
	assert_string_equal(atlas("{\"prb_id\":5,\"type\":\"ntp\",\"dst_addr\":\"1.2.3.4\"}"), "");
	assert_int_equal(lines_counted(h, DECODE_ATLAS_OTHER), 1);
	assert_string_equal(atlas("{\"prb_id\":5,\"type\":\"sslcert\",\"dnserr\":\"x\"}"), "");
	assert_int_equal(lines_counted(h, DECODE_ATLAS_EMPTY), 1);
}

static int nothing_comes(void *context, const struct batch *b)
{
	(void)context;
	fail_msg("%zu observations", b->count);
	return 0;
}

static void test_without_targets(void **state)
{
	(void)state;
	struct decode_options none = {0};
	struct decoder *d = decoder_create(&none, (struct batch_sink){nothing_comes, NULL});
	struct record r = {.kind = RECORD_LINE, .form = LINE_PROBE};
	assert_int_equal(decoder_take(d, &r), 0);
	assert_int_equal(decoder_counts(d)->of[DECODE_UNSUPPORTED], 1);
	decoder_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_probe, begin, end),
		cmocka_unit_test_setup_teardown(test_outcome, begin, end),
		cmocka_unit_test_setup_teardown(test_words, begin, end),
		cmocka_unit_test_setup_teardown(test_ambiguous, begin, end),
		cmocka_unit_test_setup_teardown(test_refused, begin, end),
		cmocka_unit_test_setup_teardown(test_extremes, begin, end),
		cmocka_unit_test_setup_teardown(test_truncation, begin, end),
		cmocka_unit_test_setup_teardown(test_health, begin, end),
		cmocka_unit_test_setup_teardown(test_halves, begin, end),
		cmocka_unit_test_setup_teardown(test_accepted, begin, end),
		cmocka_unit_test_setup_teardown(test_series, begin, end),
		cmocka_unit_test_setup_teardown(test_atlas, begin, end),
		cmocka_unit_test_setup_teardown(test_without_targets, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
