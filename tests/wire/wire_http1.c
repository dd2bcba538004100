// SPDX-License-Identifier: ISC
// HTTP/1.1: requests, heads, bodies; every truncation asks for more, and what is none is refused as soon as it can be seen.
#include "packet.h"

#include "wire/http1.h"

static const char good[] = "HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 5\r\nLocation:  /abc \r\n\r\nhello";
static struct http1_head head;

static int read_text(const char *text, size_t n, size_t *ret_left)
{
	struct cursor c = packet_guarded(text, n);
	http1_head_begin(&head);
	int status = http1_head_read(&head, &c);
	*ret_left = cursor_left(&c);
	return status;
}

static int read_all(const char *text)
{
	size_t left;
	return read_text(text, strlen(text), &left);
}

static void writes_requests(void **state)
{
	(void)state;
	char bytes[HTTP1_REQUEST_MAX + 1];
	struct http1_request r = {.host = "www.example.kx", .agent = "Lacuna/1 (+x)"};
	int n = http1_request_write(&r, bytes);
	assert_true(n > 0);
	bytes[n] = 0;
	assert_string_equal(bytes, "GET / HTTP/1.1\r\nHost: www.example.kx\r\nUser-Agent: Lacuna/1 (+x)\r\n"
				   "Accept: */*\r\nConnection: close\r\n\r\n");
	r = (struct http1_request){.head = true, .host = "[2001:db8::1]", .port = 8080, .agent = "x"};
	n = http1_request_write(&r, bytes);
	assert_true(n > 0);
	bytes[n] = 0;
	assert_memory_equal(bytes, "HEAD / HTTP/1.1\r\nHost: [2001:db8::1]:8080\r\n", 43);
}

static void refuses_what_a_header_cannot_hold(void **state)
{
	(void)state;
	static const char *const hosts[] = {"", "a b", "a\r\nX: 1", "a/b", "a@b", "\x80", "a\tb"};
	char bytes[HTTP1_REQUEST_MAX], long_agent[HTTP1_REQUEST_MAX + 1];
	struct http1_request r = {.agent = "x"};
	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		r.host = hosts[i];
		assert_int_equal(http1_request_write(&r, bytes), ERR_MALFORMED);
	}
	r = (struct http1_request){.host = "a", .agent = "x\r\ny"};
	assert_int_equal(http1_request_write(&r, bytes), ERR_MALFORMED);
	memset(long_agent, 'a', sizeof(long_agent));
	long_agent[sizeof(long_agent) - 1] = 0;
	r.agent = long_agent;
	assert_int_equal(http1_request_write(&r, bytes), ERR_TOO_LARGE);
}

static void reads_a_head(void **state)
{
	(void)state;
	size_t left;
	assert_int_equal(read_text(good, sizeof(good) - 1, &left), 1);
	assert_int_equal(left, 5);
	assert_int_equal(head.status, 200);
	assert_true(head.has_length && head.length == 5 && !head.chunked);
	assert_int_equal(head.location_length, 5);
}

static void every_truncation_needs_more(void **state)
{
	(void)state;
	size_t left;
	for (size_t n = 0; n < sizeof(good) - 1 - 5; n++) {
		if (read_text(good, n, &left) != 0 || left)
			fail_msg("cut to %zu bytes", n);
	}
}

static void every_split_gives_the_same(void **state)
{
	(void)state;
	for (size_t first = 0; first < sizeof(good) - 1 - 5; first++) {
		struct cursor c = cursor_of(good, first), rest = cursor_of(good + first, sizeof(good) - 1 - first);
		http1_head_begin(&head);
		assert_int_equal(http1_head_read(&head, &c), 0);
		assert_int_equal(http1_head_read(&head, &rest), 1);
		assert_int_equal(cursor_left(&rest), 5);
		assert_int_equal(head.length, 5);
	}
}

static void takes_what_servers_do(void **state)
{
	(void)state;
	assert_int_equal(read_all("HTTP/1.0 204\n\n"), 1);
	assert_int_equal(head.status, 204);
	assert_int_equal(read_all("HTTP/1.1 200 \r\nA: b\r\n folded: more\r\nC:\r\n\r\n"), 1);
	assert_int_equal(read_all("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 no\r\nContent-Length : 7\r\n\r\n"), 1);
	assert_int_equal(head.status, 503);
	assert_true(head.has_length && head.length == 7);
	assert_int_equal(read_all("HTTP/1.1 101 Switching\r\n\r\n"), 1);
	assert_int_equal(read_all("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, ChunkeD \r\n\r\n"), 1);
	assert_true(head.chunked);
	assert_int_equal(read_all("HTTP/1.1 200 OK\r\nTransfer-Encoding: notchunked\r\n\r\n"), 1);
	assert_false(head.chunked);
	assert_int_equal(read_all("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n"), 1);
	assert_int_equal(read_all("HTTP/1.1 200 OK\r\nContent-Length: 5 , 5,5\r\n\r\n"), 1); // RFC 9112 6.3
	assert_true(head.has_length && head.length == 5);
}

static void refuses_what_is_no_http(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"S",
		"\r\n",
		"\n",
		"HTTP/2.",
		"HTTP/1.1\n",
		"HTTP/1.1 20\n",
		"HTTP/1.1 2000\n",
		"HTTP/1.1 099 x\n",
		"HTTP/1.x 200 OK\n",
		"HTTP/1.1  200\n",
		"HTTP/1.1 2x0\n",
		"HTTP/1.1 200 OK\nno colon\n",
		"HTTP/1.1 200 OK\n: no name\n",
		"HTTP/1.1 200 OK\nContent-Length: \n",
		"HTTP/1.1 200 OK\nContent-Length: -1\n",
		"HTTP/1.1 200 OK\nContent-Length: 5, 6\n",
		"HTTP/1.1 200 OK\nContent-Length: 5,\n",
		"HTTP/1.1 200 OK\nContent-Length: , 5\n",
		"HTTP/1.1 200 OK\nContent-Length: 1234567890123456789\n",
		"HTTP/1.1 200 OK\nContent-Length: 5\nContent-Length: 6\n",
	};
	size_t left;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (read_all(texts[i]) != ERR_MALFORMED)
			fail_msg("taken: %s", texts[i]);
	}
	assert_int_equal(read_text("HTTP/1.1 200 O\0K\n", 17, &left), ERR_MALFORMED);
}

static void a_head_has_an_end(void **state)
{
	(void)state;
	static const char start[] = "HTTP/1.1 200 OK\n", line[] = "X: 1234567890\n";
	struct cursor c = cursor_of(start, sizeof(start) - 1);
	int status = 0;
	http1_head_begin(&head);
	assert_int_equal(http1_head_read(&head, &c), 0);
	for (size_t i = 0; status == 0 && i < HTTP1_HEAD_MAX; i++) {
		c = cursor_of(line, sizeof(line) - 1);
		status = http1_head_read(&head, &c);
	}
	assert_int_equal(status, ERR_TOO_LARGE);
	assert_int_equal(head.bytes, HTTP1_HEAD_MAX);
}

static int body_of(const char *headers, const char *text, struct http1_body *ret_body)
{
	assert_int_equal(read_all(headers), 1);
	http1_body_begin(ret_body, &head, false);
	struct cursor c = cursor_of(text, strlen(text));
	return http1_body_read(ret_body, &c);
}

static void finds_the_end_of_a_body(void **state)
{
	(void)state;
	struct http1_body b;
	assert_int_equal(body_of("HTTP/1.1 200 OK\nContent-Length: 5\n\n", "hell", &b), 0);
	assert_false(http1_body_may_end(&b));
	assert_int_equal(body_of("HTTP/1.1 200 OK\nContent-Length: 5\n\n", "hello!", &b), 1);
	assert_int_equal(body_of("HTTP/1.1 200 OK\nContent-Length: 0\n\n", "", &b), 1);
	assert_int_equal(body_of("HTTP/1.1 200 OK\n\n", "hello", &b), 0);
	assert_true(http1_body_may_end(&b));
	assert_int_equal(body_of("HTTP/1.1 304 no\nContent-Length: 5\n\n", "", &b), 1);
	http1_body_begin(&b, &head, true);
	assert_true(http1_body_may_end(&b));
}

static void reads_chunks(void **state)
{
	(void)state;
	static const char headers[] = "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n";
	static const char whole[] = "5\r\nhello\r\nfF;a=b\r\n";
	struct http1_body b;
	assert_int_equal(body_of(headers, "5\r\nhello\r\n0\r\n\r\n", &b), 1);
	assert_int_equal(body_of(headers, "5\nhello\n000\nA: b\n\n", &b), 1);
	assert_int_equal(body_of(headers, whole, &b), 0);
	assert_int_equal(b.left, 255);
	assert_false(http1_body_may_end(&b));
	assert_int_equal(body_of(headers, "x\r\n", &b), ERR_MALFORMED);
	assert_int_equal(body_of(headers, "\r\n", &b), ERR_MALFORMED);
	assert_int_equal(body_of(headers, "5\r\nhellox", &b), ERR_MALFORMED);
	assert_int_equal(body_of(headers, "1234567890abcdef\r\n", &b), ERR_MALFORMED);
	assert_int_equal(body_of(headers, "5 x", &b), 0);
	assert_int_equal(body_of(headers, "5x", &b), ERR_MALFORMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_requests),
		cmocka_unit_test(refuses_what_a_header_cannot_hold),
		cmocka_unit_test(reads_a_head),
		cmocka_unit_test(every_truncation_needs_more),
		cmocka_unit_test(every_split_gives_the_same),
		cmocka_unit_test(takes_what_servers_do),
		cmocka_unit_test(refuses_what_is_no_http),
		cmocka_unit_test(a_head_has_an_end),
		cmocka_unit_test(finds_the_end_of_a_body),
		cmocka_unit_test(reads_chunks),
	};
	return cmocka_run_group_tests_name("http1", tests, NULL, NULL);
}
