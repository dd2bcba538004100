// SPDX-License-Identifier: ISC
// Tests: src/daemon/naming.c
// Where names lead, without a network: files of hosts that change or are nonsense, answers that are true, forged or lead inside.
#include "daemon/naming.h"

#include "../detect/random.h"
#include "base/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct heard {
	struct plan plan;
	unsigned moved, looked, said;
	char line[512];
};

static void take_moved(void *context, uint32_t target, const struct addr *to)
{
	struct heard *h = context;
	assert_true(target < h->plan.target_count);
	h->plan.targets[target].address = *to;
	h->moved++;
}

static void take_looked(void *context, const struct attempt *a, const char *name)
{
	struct heard *h = context;
	assert_true(attempt_sound(a) && *name);
	h->looked++;
}

static void take_line(void *context, const char *line)
{
	struct heard *h = context;
	snprintf(h->line, sizeof(h->line), "%s", line);
	h->said++;
}

static char hosts[64], resolv[64];

static void write_file(const char *path, const void *bytes, size_t n)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	fclose(f);
}

static void write_text(const char *path, const char *text)
{
	write_file(path, text, strlen(text));
}

static void open_names(struct heard *h, struct naming *n, bool named)
{
	static const char *const words[] = {"http://a.test/", "http://A.TEST/x", "b.test", "192.0.2.1",
					    "http://c.test/"};
	struct plan_error e;
	*h = (struct heard){0};
	plan_init(&h->plan);
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		(void)!plan_word(&h->plan, words[i], &e); // the one with a path is refused or not: not the matter here
	struct naming_options o = {.plan = &h->plan,
				   .named = named,
				   .hosts = hosts,
				   .resolv = resolv,
				   .sink = {take_moved, take_looked, take_line, h}};
	assert_int_equal(naming_create(&o, n), 0);
}

static void close_names(struct heard *h, struct naming *n)
{
	naming_free(n);
	plan_free(&h->plan);
}

static struct names_answer answer(uint32_t index, const char *address)
{
	const struct addr resolver = addr_v4(0x7f000001);
	struct names_answer a = {.ttl_s = 30};
	a.attempt = attempt_of(PROBE_DNS, &resolver, index, instant_of(1800000000, 0));
	if (address)
		assert_int_equal(addr_parse(address, &a.addresses[a.count++]), 0);
	else
		a.attempt.failure = FAILURE_DNS_NXDOMAIN;
	return a;
}

static void test_file_goes_first(void **state)
{
	(void)state;
	struct heard h;
	struct naming n;
	write_text(hosts, "# nobody\n20.0.0.1 a.test more # b.test\n\n20.0.0.2\tb.test\tB.test\nno.address c.test\n");
	write_text(
		resolv,
		"search x\nnameserver 20.0.0.53\nnameserver fe80::1%eth0\nnameserver\nnameserver 20.0.0.54\nnameserver 20.0.0.55\n");
	open_names(&h, &n, true);
	assert_int_equal(naming_count(&n), 3);
	assert_true(naming_look(&n)); // c.test is to be asked for
	assert_int_equal(n.resolver_count, 3);
	assert_true(h.moved >= 2);
	assert_int_equal(naming_open(&n), 1);
	struct names_answer wrong = answer(0, "20.9.9.9");
	naming_take(&n, &wrong); // the file has it
	assert_int_equal(h.looked, 0);
	unsigned before = h.moved;
	struct names_answer right = answer(2, "20.3.3.3");
	naming_take(&n, &right);
	assert_int_equal(h.moved, before + 1);
	assert_int_equal(naming_open(&n), 0);
	write_text(hosts, "20.0.0.7 a.test\n");
	naming_look(&n);
	assert_non_null(strstr(h.line, "moved from 20.0.0.1 to 20.0.0.7"));
	close_names(&h, &n);
}

static void test_answers(void **state)
{
	(void)state;
	static const char *const inside[] = {"127.0.0.1", "::1",       "10.0.0.1",	  "169.254.169.254",
					     "0.0.0.0",	  "224.0.0.1", "::ffff:127.0.0.1"};
	struct heard h;
	struct naming n;
	write_text(hosts, "");
	write_text(resolv, "");
	open_names(&h, &n, true);
	naming_look(&n);
	assert_int_equal(n.resolver_count, 1);
	for (size_t i = 0; i < sizeof(inside) / sizeof(*inside); i++) {
		struct names_answer a = answer(0, inside[i]);
		naming_take(&n, &a);
		assert_int_equal(h.moved, 0);
	}
	assert_int_equal(h.said, 1); // the same again and again is said once
	struct names_answer out = answer(0, "20.1.1.1"), none = answer(0, NULL);
	naming_take(&n, &out);
	assert_true(h.moved > 0);
	unsigned said = h.said, moved = h.moved;
	naming_take(&n, &none);
	naming_take(&n, &none);
	assert_int_equal(h.said, said + 1);
	assert_int_equal(h.moved, moved); // its host stays where it was
	// What no role says of its own accord.
	struct names_answer bad[] = {answer(99, "20.1.1.2"), answer(0, "20.1.1.2"), answer(0, NULL),
				     answer(0, "20.1.1.2")};
	bad[1].count = NAMES_ADDRESSES_MAX + 1;
	bad[2].attempt.failure = FAILURE_NONE;
	bad[3].attempt.op = 99;
	unsigned looked = h.looked;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		naming_take(&n, &bad[i]);
	assert_int_equal(h.looked, looked);
	close_names(&h, &n);
}

// Of several addresses the one that was stays, as long as it is among them.
static void test_stays(void **state)
{
	(void)state;
	struct heard h;
	struct naming n;
	write_text(hosts, "");
	open_names(&h, &n, true);
	naming_look(&n);
	struct names_answer a = answer(0, "20.1.1.1");
	naming_take(&n, &a);
	unsigned moved = h.moved;
	a.addresses[0] = addr_v4(0x14010102);
	a.addresses[a.count++] = addr_v4(0x14010101);
	naming_take(&n, &a);
	assert_int_equal(h.moved, moved);
	a.count = 1;
	naming_take(&n, &a);
	assert_true(h.moved > moved);
	close_names(&h, &n);
}

// Whoever edits these files may write anything.
static void test_any_bytes(void **state)
{
	(void)state;
	static const char *const pieces[] = {"20.0.0.1 ", "a.test",	 "b.test ", "\n", "\t",
					     "#",	  "nameserver ", "::1 ",    "%",  "\0",
					     "\r",	  "999.1.1.1 ",	 "\xff\xfe"};
	struct random r = random_seeded(7);
	struct heard h;
	struct naming n;
	for (unsigned run = 0; run < 500; run++) {
		char bytes[8192];
		size_t length = 0, most = random_next(&r) % 7000;
		while (length < most) {
			const char *piece = pieces[random_next(&r) % (sizeof(pieces) / sizeof(*pieces))];
			size_t size = *piece ? strlen(piece) : 1;
			memcpy(bytes + length, piece, size);
			length += size;
		}
		write_file(hosts, bytes, length);
		write_file(resolv, bytes, length);
		open_names(&h, &n, random_next(&r) & 1);
		naming_look(&n);
		assert_true(n.resolver_count >= 1 && n.resolver_count <= NAMES_RESOLVERS_MAX);
		close_names(&h, &n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file_goes_first),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_stays),
		cmocka_unit_test(test_any_bytes),
	};
	snprintf(hosts, sizeof(hosts), "/tmp/naming-hosts-%d", (int)getpid());
	snprintf(resolv, sizeof(resolv), "/tmp/naming-resolv-%d", (int)getpid());
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(hosts);
	unlink(resolv);
	return failed;
}
