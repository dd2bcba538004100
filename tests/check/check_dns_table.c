// SPDX-License-Identifier: ISC
// The table of waiting questions against a naive one, under random use: found by (socket, id), due in order, places reused.
#include "../unit/unit.h"

#include "base/alloc.h"
#include "check/dns_table.h"

#define STEPS 200000
#define HELD  400

static struct dns_pending *held[HELD];
static size_t count;

static size_t naive_found(uint8_t socket, uint16_t id)
{
	size_t n = 0;
	for (size_t i = 0; i < count; i++)
		n += held[i]->socket == socket && held[i]->query.id == id;
	return n;
}

static void check(struct dns_table *t, uint8_t socket, uint16_t id)
{
	struct dns_pending *p = NULL;
	size_t n = 0;
	while ((p = dns_table_find(t, socket, id, p))) {
		assert_true(p->socket == socket && p->query.id == id);
		n++;
	}
	assert_int_equal(n, naive_found(socket, id));
	struct dns_pending *next = dns_table_next(t);
	assert_int_equal(next != NULL, count > 0);
	for (size_t i = 0; i < count; i++)
		assert_true(next->due_ns <= held[i]->due_ns);
	assert_int_equal(dns_table_count(t), count);
}

static void drop(struct dns_table *t, size_t i)
{
	dns_table_unkey(t, held[i]);
	dns_table_drop(t, held[i]);
	held[i] = held[--count];
}

static void random_use(void **state)
{
	(void)state;
	uint64_t seed = unit_seed();
	struct dns_table *t = dns_table_create();
	count = 0;
	for (size_t step = 0; step < STEPS; step++) {
		uint64_t r = unit_random(&seed);
		size_t at = count ? (size_t)(r >> 40) % count : 0;
		if (count < HELD && r % 5 < 2) {
			struct dns_pending *p = held[count++] = dns_table_take(t);
			assert_non_null(p);
			assert_ptr_equal(dns_table_at(t, p->slot), p);
			p->socket = (uint8_t)(r >> 8 & 3);
			p->query.id = (uint16_t)(r >> 16 & 63); // few, so that they meet
			p->state = DNS_ASKED;
			dns_table_key(t, p);
			dns_table_due(t, p, (int64_t)(r >> 30 & 1023));
		} else if (count && r % 5 == 2) {
			drop(t, at);
		} else if (count && r % 5 == 3) {
			dns_table_due(t, held[at], (int64_t)(r >> 20 & 1023));
		} else if (count && r % 50 == 4) {
			struct dns_pending *p = dns_table_next(t);
			for (at = 0; held[at] != p; at++)
				continue;
			drop(t, at);
		}
		if (step % 16 == 0)
			check(t, (uint8_t)(r >> 50 & 3), (uint16_t)(r >> 52 & 63));
	}
	while (count)
		drop(t, 0);
	check(t, 0, 0);
	dns_table_free(t);
	dns_table_free(NULL);
}

static void bound(void **state)
{
	(void)state;
	struct dns_table *t = dns_table_create();
	struct dns_pending *p = NULL;
	for (size_t i = 0; i < CHECK_PENDING_MAX; i++) {
		p = dns_table_take(t);
		assert_non_null(p);
		dns_table_due(t, p, (int64_t)(i * 7919 % CHECK_PENDING_MAX));
	}
	assert_null(dns_table_take(t));
	dns_table_drop(t, p);
	assert_ptr_equal(dns_table_take(t), p);
	for (int64_t last = -1; (p = dns_table_next(t)); dns_table_drop(t, p)) {
		assert_true(p->due_ns >= last);
		last = p->due_ns;
	}
	dns_table_free(t);
}

static void by_address(void **state)
{
	(void)state;
	struct dns_table *t = dns_table_create();
	struct addr one = addr_v4(0xc6120001), two = addr_v4(0xc6120002);
	struct dns_pending *p[5];
	for (size_t i = 0; i < 5; i++) {
		p[i] = dns_table_take(t);
		p[i]->attempt.target = i == 3 ? two : one;
		p[i]->attempt.port = i == 4 ? 54 : 53;
		p[i]->socket = 2;
		p[i]->state = i == 0 ? DNS_QUEUED : DNS_ASKED;
		p[i]->sent_ns = 100 - (int64_t)i;
		dns_table_due(t, p[i], (int64_t)i);
	}
	assert_ptr_equal(dns_table_find_address(t, 2, &one, 53), p[2]); // sent first of those that were sent
	assert_ptr_equal(dns_table_find_address(t, 2, &two, 53), p[3]);
	assert_null(dns_table_find_address(t, 1, &one, 53));
	dns_table_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_use),
		cmocka_unit_test(bound),
		cmocka_unit_test(by_address),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
