// SPDX-License-Identifier: ISC
// SMTP: replies of one and many lines, every truncation, what is no reply, and EHLO.
#include "packet.h"

#include "wire/smtp.h"

static struct smtp_reply reply;

static int read_text(const char *text, size_t n, size_t *ret_left)
{
	struct cursor c = packet_guarded(text, n);
	smtp_reply_begin(&reply);
	int status = smtp_reply_read(&reply, &c);
	*ret_left = cursor_left(&c);
	return status;
}

static int read_all(const char *text)
{
	size_t left;
	return read_text(text, strlen(text), &left);
}

static void reads_replies(void **state)
{
	(void)state;
	size_t left;
	static const char two[] = "250-one\r\n250-\r\n250 last\r\n220 next\r\n";
	assert_int_equal(read_text(two, sizeof(two) - 1, &left), 1);
	assert_int_equal(reply.code, 250);
	assert_int_equal(left, 10);
	assert_int_equal(read_all("220\r\n"), 1);
	assert_int_equal(read_all("220\n"), 1);
	assert_int_equal(read_all("554 5.7.1 \x80\xff any bytes\r\n"), 1);
	assert_int_equal(reply.code, 554);
}

static void every_truncation_needs_more(void **state)
{
	(void)state;
	static const char text[] = "220-mail.example.kx ESMTP\r\n220-\r\n220 x\r\n";
	size_t left;
	for (size_t n = 0; n < sizeof(text) - 1; n++) {
		if (read_text(text, n, &left) != 0 || left)
			fail_msg("cut to %zu bytes", n);
	}
	assert_int_equal(read_text(text, sizeof(text) - 1, &left), 1);
}

static void every_split_gives_the_same(void **state)
{
	(void)state;
	static const char text[] = "250-a\r\n250 b\r\n";
	for (size_t first = 0; first < sizeof(text) - 1; first++) {
		struct cursor c = cursor_of(text, first), rest = cursor_of(text + first, sizeof(text) - 1 - first);
		smtp_reply_begin(&reply);
		assert_int_equal(smtp_reply_read(&reply, &c), 0);
		assert_int_equal(smtp_reply_read(&reply, &rest), 1);
		assert_int_equal(reply.code, 250);
	}
}

static void refuses_what_is_no_reply(void **state)
{
	(void)state;
	static const char *const texts[] = {"H",
					    "1",
					    "6",
					    "29",
					    "2a",
					    "25x",
					    "220x",
					    "\r\n",
					    "\n",
					    "22\n",
					    "2\r\n",
					    "220-a\n221 b\n",
					    "250-a\n250-b\n550 c\n"};
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (read_all(texts[i]) != ERR_MALFORMED)
			fail_msg("taken: %s", texts[i]);
	}
}

static void lines_and_replies_have_an_end(void **state)
{
	(void)state;
	static const char line[] = "220-more\r\n";
	static char text[SMTP_LINE_MAX + 8];
	int status = 0;
	memset(text, 'a', sizeof(text));
	memcpy(text, "220 ", 4);
	struct cursor c = cursor_of(text, SMTP_LINE_MAX);
	smtp_reply_begin(&reply);
	assert_int_equal(smtp_reply_read(&reply, &c), 0);
	c = cursor_of(text + 8, 1);
	assert_int_equal(smtp_reply_read(&reply, &c), ERR_TOO_LARGE);
	smtp_reply_begin(&reply);
	for (size_t i = 0; status == 0 && i < SMTP_REPLY_MAX; i++) {
		c = cursor_of(line, sizeof(line) - 1);
		status = smtp_reply_read(&reply, &c);
	}
	assert_int_equal(status, ERR_TOO_LARGE);
	assert_int_equal(reply.bytes, SMTP_REPLY_MAX);
}

static void writes_ehlo(void **state)
{
	(void)state;
	static const char *const names[] = {"", "a b", "a\r\nQUIT", "\x80", "a>"};
	char bytes[SMTP_COMMAND_MAX], name[257];
	assert_int_equal(smtp_ehlo_write("observatory.example", bytes), 26);
	assert_memory_equal(bytes, "EHLO observatory.example\r\n", 26);
	assert_int_equal(smtp_ehlo_write("[192.0.2.1]", bytes), 18);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		assert_int_equal(smtp_ehlo_write(names[i], bytes), ERR_MALFORMED);
	memset(name, 'a', sizeof(name));
	name[256] = 0;
	assert_int_equal(smtp_ehlo_write(name, bytes), ERR_MALFORMED);
	name[255] = 0;
	assert_int_equal(smtp_ehlo_write(name, bytes), 262);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_replies),
		cmocka_unit_test(every_truncation_needs_more),
		cmocka_unit_test(every_split_gives_the_same),
		cmocka_unit_test(refuses_what_is_no_reply),
		cmocka_unit_test(lines_and_replies_have_an_end),
		cmocka_unit_test(writes_ehlo),
	};
	return cmocka_run_group_tests_name("smtp", tests, NULL, NULL);
}
