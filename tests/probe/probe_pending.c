// SPDX-License-Identifier: ISC
// The ring of probes in flight: order, room, what stays of a decided probe, and its size.
#include "../unit/unit.h"

#include "probe/pending.h"

static void a_slot_is_small(void **state)
{
	(void)state;
	assert_int_equal(sizeof(struct pending_slot), 24);
}

static void all_are_found_by_their_serial(void **state)
{
	(void)state;
	struct pending p;
	pending_make(&p, 3000);
	assert_int_equal(p.capacity, 4096);
	for (uint32_t i = 0; i < 4096; i++) {
		const uint8_t wide[16] = {0x20, 1, 0xd, 0xb8, (uint8_t)(i >> 8), (uint8_t)i};
		struct addr target = i & 1 ? addr_v6(wide) : addr_v4(0xc6120000u + i);
		struct pending_slot *s = pending_next(&p, &target);
		assert_non_null(s);
		s->stamp = i;
		struct addr again = pending_target(&p, i);
		assert_true(addr_equal(&again, &target));
	}
	assert_true(pending_full(&p));
	struct addr one = addr_v4(1);
	assert_null(pending_next(&p, &one));
	assert_int_equal(p.waiting, 4096);
	pending_free(&p);
	pending_free(&p); // of an empty one: nothing
}

static void room_is_made_in_the_order_of_sending(void **state)
{
	(void)state;
	struct pending p;
	struct addr one = addr_v4(0xc6120001);
	uint64_t serial = 99;
	pending_make(&p, 1);
	assert_null(pending_oldest(&p, &serial));
	for (uint64_t i = 0; i < p.capacity; i++)
		assert_non_null(pending_next(&p, &one));
	pending_decide(&p, pending_slot(&p, 1), SLOT_ANSWERED);
	assert_true(pending_full(&p)); // the oldest still waits
	assert_ptr_equal(pending_oldest(&p, &serial), pending_slot(&p, 0));
	pending_decide(&p, pending_slot(&p, 0), SLOT_EXPIRED);
	assert_false(pending_full(&p));
	assert_ptr_equal(pending_oldest(&p, &serial), pending_slot(&p, 2));
	assert_int_equal(serial, 2);
	assert_int_equal(pending_slot(&p, 1)->state, SLOT_ANSWERED); // until its place is taken
	assert_non_null(pending_next(&p, &one));
	assert_non_null(pending_next(&p, &one));
	assert_null(pending_next(&p, &one));
	assert_int_equal(p.waiting, p.capacity);
	pending_free(&p);
}

static void a_size_without_reason_is_bounded(void **state)
{
	(void)state;
	struct pending p;
	pending_make(&p, SIZE_MAX);
	assert_int_equal(p.capacity, PENDING_MAX);
	pending_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slot_is_small),
		cmocka_unit_test(all_are_found_by_their_serial),
		cmocka_unit_test(room_is_made_in_the_order_of_sending),
		cmocka_unit_test(a_size_without_reason_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
