// SPDX-License-Identifier: ISC
// Addresses and prefixes: known texts, refused texts, and random ones against a plain bit-by-bit reference.
#include "unit.h"

#include "base/err.h"
#include "net/prefix.h"

static struct prefix parsed(const char *text)
{
	struct prefix p = {0};
	assert_int_equal(prefix_parse(text, &p), 0);
	return p;
}

static void expect_text(const struct prefix *p, const char *wanted)
{
	struct text t = {0};
	text_prefix(&t, p);
	assert_string_equal(text_string(&t), wanted);
	text_free(&t);
}

static void reads_and_prints(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{"0.0.0.0/0", "0.0.0.0/0"},
		{"175.45.176.0/22", "175.45.176.0/22"},
		{"255.255.255.255/32", "255.255.255.255/32"},
		{"1.2.3.4", "1.2.3.4/32"},
		{"::/0", "::/0"},
		{"2001:DB8:0:0::/32", "2001:db8::/32"},
		{"2001:db8:0:1:0:0:0:1", "2001:db8:0:1::1/128"},
		{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1/128"}, // RFC 5952, 4.2.2
		{"::ffff:192.0.2.1", "::ffff:192.0.2.1/128"},
		{"fe80::/10", "fe80::/10"},
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct prefix p = parsed(rows[i][0]);
		expect_text(&p, rows[i][1]);
	}
}

static void refuses(void **state)
{
	(void)state;
	static const char *const rows[] = {
		"",
		"/",
		"/8",
		"10.0.0.0/",
		"10.0.0.0/33",
		"10.0.0.0/-1",
		"10.0.0.0/+8",
		"10.0.0.0/ 8",
		"10.0.0.0/8 ",
		"10.0.0.0/8/8",
		"10.0.0.1/8",
		"10.0.0/8",
		"010.0.0.0/8",
		"10.0.0.0/8x",
		"1.2.3.4.5",
		"256.1.1.1",
		"::/129",
		"2001:db8::1/32",
		":::/0",
		"12345::/16",
		"2001:db8::/4294967328",
		"0.0.0.0/18446744073709551616",
		"aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa:aaaa/8",
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct prefix p = {.length = 99};
		assert_int_equal(prefix_parse(rows[i], &p), ERR_MALFORMED);
		assert_int_equal(p.length, 99);
	}
	struct addr a = {.family = 99};
	assert_int_equal(addr_parse("10.0.0.0/8", &a), ERR_MALFORMED);
	assert_int_equal(addr_parse(" 10.0.0.1", &a), ERR_MALFORMED);
	assert_int_equal(a.family, 99);
}

static bool bit(const struct prefix *p, unsigned n)
{
	return p->bytes[n / 8] >> (7 - n % 8) & 1;
}

static struct prefix random_prefix(uint64_t *random)
{
	struct prefix p = {.family = unit_random(random) % 2 ? FAMILY_V6 : FAMILY_V4};
	unsigned bits = family_bits(p.family);
	p.length = (uint8_t)(unit_random(random) % (bits + 1));
	uint64_t few = unit_random(random); // few distinct bits, so that prefixes meet
	for (unsigned i = 0; i < bits / 8; i++)
		p.bytes[i] = (uint8_t)(few & 1 ? unit_random(random) : few >> (i % 8 * 8) & 0x80);
	return p;
}

static void random_round_trips(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	struct text t = {0};
	for (int i = 0; i < 20000; i++) {
		struct prefix p = random_prefix(&random), masked = p, back = {0};
		prefix_mask(&masked);
		for (unsigned n = 0; n < family_bits(p.family); n++)
			assert_int_equal(bit(&masked, n), n < p.length && bit(&p, n));
		text_clear(&t);
		text_prefix(&t, &masked);
		assert_int_equal(prefix_parse(text_string(&t), &back), 0);
		assert_true(prefix_equal(&masked, &back));
		assert_true(prefix_hash(&masked) == prefix_hash(&back));
		text_clear(&t);
		text_prefix(&t, &p);
		assert_int_equal(prefix_parse(text_string(&t), &back), prefix_equal(&p, &masked) ? 0 : ERR_MALFORMED);
	}
	text_free(&t);
}

static void random_contains_and_order(void **state)
{
	(void)state;
	uint64_t random = unit_seed();
	int held = 0;
	for (int i = 0; i < 50000; i++) {
		struct prefix a = random_prefix(&random), b = random_prefix(&random);
		if (i % 2) { // a longer relative of a, to meet the true case often
			b = a;
			b.length = (uint8_t)(a.length + unit_random(&random) % (family_bits(a.family) - a.length + 1u));
			b.bytes[unit_random(&random) % (family_bits(a.family) / 8)] ^= (uint8_t)(1 << i / 2 % 8);
		}
		prefix_mask(&a);
		prefix_mask(&b);
		bool same = a.family == b.family && a.length <= b.length;
		for (unsigned n = 0; same && n < a.length; n++)
			same = bit(&a, n) == bit(&b, n);
		assert_int_equal(prefix_contains(&a, &b), same);
		held += same;

		struct addr address = {.family = b.family};
		memcpy(address.bytes, b.bytes, sizeof(address.bytes));
		assert_true(prefix_has(&b, &address));
		if (same)
			assert_true(prefix_has(&a, &address));

		int order = prefix_compare(&a, &b), reverse = prefix_compare(&b, &a);
		assert_int_equal(order<0, reverse> 0);
		assert_int_equal(order == 0, prefix_equal(&a, &b));
		if (same && order != 0)
			assert_true(order < 0); // what holds comes before what it holds
	}
	assert_true(held > 1000);
}

static void addresses(void **state)
{
	(void)state;
	struct addr a = addr_v4(0xc6120001), b;
	struct text t = {0};
	text_addr(&t, &a);
	assert_string_equal(text_string(&t), "198.18.0.1");
	assert_int_equal(v4_number(a.bytes), 0xc6120001);
	assert_int_equal(addr_parse("198.18.0.1", &b), 0);
	assert_true(addr_equal(&a, &b));
	assert_true(addr_hash(&a) == addr_hash(&b));
	static const uint8_t loopback[16] = {[15] = 1};
	a = addr_v6(loopback);
	text_clear(&t);
	text_addr(&t, &a);
	assert_string_equal(text_string(&t), "::1");
	assert_int_equal(addr_parse("0.0.0.1", &b), 0);
	assert_false(addr_equal(&a, &b));
	for (unsigned n = 0; n < 256; n++) { // every octet
		char wanted[16];
		snprintf(wanted, sizeof(wanted), "%u.%u.0.%u", n, 255 - n, n);
		a = addr_v4(n << 24 | (255 - n) << 16 | n);
		text_clear(&t);
		text_addr(&t, &a);
		assert_string_equal(text_string(&t), wanted);
	}
	text_free(&t);
	const struct prefix v4 = parsed("0.0.0.0/0"), v6 = parsed("::/0");
	assert_false(prefix_contains(&v6, &v4));
	assert_false(prefix_contains(&v4, &v6));
	assert_true(prefix_compare(&v4, &v6) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_and_prints),   cmocka_unit_test(refuses),
		cmocka_unit_test(random_round_trips), cmocka_unit_test(random_contains_and_order),
		cmocka_unit_test(addresses),
	};
	return cmocka_run_group_tests_name("prefix", tests, NULL, NULL);
}
