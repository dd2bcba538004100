// SPDX-License-Identifier: ISC
// A batch as bytes: what is written is read back; what is cut or damaged is refused or the same; what a receiver relies on is
// checked even where the sum is right.
#include "random_batch.h"

#include "base/alloc.h"
#include "base/crc32c.h"
#include "base/err.h"
#include "model/peer.h"

#include <string.h>

static void random_batches_are_read_back(void **state)
{
	(void)state;
	struct random_batch r = {.random = unit_seed()};
	for (int round = 0; round < 500; round++) {
		struct batch b = random_batch_next(&r), back;
		size_t n = batch_bytes(&b);
		uint8_t *bytes = alloc_zero(n, 1), *again = alloc_zero(n, 1);
		batch_write(&b, bytes);
		assert_int_equal(n % 8, 0);
		assert_int_equal(batch_read(bytes, n, &back), 0);
		assert_true(batch_same(&b, &back));
		assert_int_equal(batch_bytes(&back), n);
		batch_write(&back, again);
		assert_memory_equal(bytes, again, n);
		free(bytes);
		free(again);
	}
	random_batch_end(&r);
}

static void an_empty_one_too(void **state)
{
	(void)state;
	struct batch none = {0}, back;
	uint64_t bytes[BATCH_HEAD_BYTES / 8];
	assert_int_equal(batch_bytes(&none), BATCH_HEAD_BYTES);
	batch_write(&none, bytes);
	assert_int_equal(batch_read(bytes, sizeof(bytes), &back), 0);
	assert_int_equal(back.count + back.name_count + back.word_count + back.text_bytes, 0);
	assert_true(back.foreign);
}

static void cut_or_damaged_is_refused(void **state)
{
	(void)state;
	struct random_batch r = {.random = unit_seed()};
	for (int round = 0; round < 40; round++) {
		struct batch b = random_batch_next(&r), back;
		size_t n = batch_bytes(&b);
		uint8_t *bytes = alloc_zero(n, 1);
		batch_write(&b, bytes);
		for (size_t cut = 0; cut<n; cut += n> 4096 ? 7 : 1)
			assert_true(batch_read(bytes, cut, &back) < 0);
		for (int flip = 0; flip < 2000; flip++) {
			size_t at = unit_random(&r.random) % n;
			uint8_t bit = (uint8_t)(1u << unit_random(&r.random) % 8);
			bytes[at] ^= bit;
			assert_true(batch_read(bytes, n, &back) < 0);
			bytes[at] ^= bit;
		}
		assert_int_equal(batch_read(bytes, n, &back), 0);
		free(bytes);
	}
	random_batch_end(&r);
}

static void assert_inside(const struct batch *b)
{
	for (size_t i = 0; i < b->count; i++)
		assert_true((size_t)b->obs[i].path_at + b->obs[i].path_count <= b->word_count);
	for (size_t i = 0; i < b->name_count; i++) {
		const char *text = batch_text(b, b->names[i].text);
		assert_true(!text || strlen(text) < b->text_bytes);
	}
}

// The sum is put right behind the damage: only batches that are sound get through, and nothing reads beyond them.
static void what_the_sum_cannot_find(void **state)
{
	(void)state;
	struct random_batch r = {.random = unit_seed()};
	uint64_t refused = 0, through = 0;
	for (int round = 0; round < 100; round++) {
		struct batch b = random_batch_next(&r), back;
		size_t n = batch_bytes(&b);
		uint8_t *bytes = alloc_zero(n, 1), *damaged = alloc_zero(n, 1);
		batch_write(&b, bytes);
		for (int flip = 0; flip < 300; flip++) {
			memcpy(damaged, bytes, n);
			for (uint64_t edits = 1 + unit_random(&r.random) % 3; edits; edits--)
				damaged[unit_random(&r.random) % n] = (uint8_t)unit_random(&r.random);
			uint32_t sum = crc32c(0, damaged + 8, n - 8);
			memcpy(damaged + 4, &sum, sizeof(sum));
			bool sound = batch_read(damaged, n, &back) == 0;
			through += sound;
			refused += !sound;
			if (sound)
				assert_inside(&back);
		}
		free(bytes);
		free(damaged);
	}
	assert_true(refused && through);
	random_batch_end(&r);
}

static void reads(struct batch_room *room, int expected)
{
	struct batch b = batch_room_view(room), back;
	size_t n = batch_bytes(&b);
	uint8_t *bytes = alloc_zero(n, 1);
	batch_write(&b, bytes);
	assert_int_equal(batch_read(bytes, n, &back), expected);
	free(bytes);
	batch_room_clear(room);
}

static void what_is_relied_on(void **state)
{
	(void)state;
	struct batch_room room = {0};
	struct obs route = {.kind = OBS_ANNOUNCE, .peer = PEER_NONE, .prefix = {.family = FAMILY_V4, .length = 8}};
	struct obs o = route;
	batch_room_add(&room, &o, NULL);
	reads(&room, 0);
	o.prefix.bytes[1] = 1; // beyond the length
	batch_room_add(&room, &o, NULL);
	reads(&room, ERR_MALFORMED);
	o = route;
	o.prefix.length = 33;
	batch_room_add(&room, &o, NULL);
	reads(&room, ERR_MALFORMED);
	o = route;
	o.prefix = (struct prefix){0}; // a route to nowhere
	batch_room_add(&room, &o, NULL);
	reads(&room, ERR_MALFORMED);
	o = route;
	batch_room_add(&room, &o, NULL)->path_count = 1; // beyond the words
	reads(&room, ERR_MALFORMED);
	o.kind = OBS_ALIVE;
	batch_room_add(&room, &o, NULL)->spare = 1;
	reads(&room, ERR_MALFORMED);
	o.kind = OBS_KIND_COUNT;
	batch_room_add(&room, &o, NULL);
	reads(&room, ERR_MALFORMED);
	struct batch_name name = {.kind = NAME_COLLECTOR};
	batch_room_name(&room, &name, NULL, 0, NULL); // without a name
	reads(&room, ERR_MALFORMED);
	batch_room_name(&room, &name, "rc0", 3, NULL);
	room.names[0].text = 99;
	reads(&room, ERR_MALFORMED);
	batch_room_name(&room, &name, "rc0", 3, NULL);
	room.texts[room.text_bytes - 1] = 'x'; // does not end
	reads(&room, ERR_MALFORMED);
	batch_room_free(&room);
}

static void texts_are_cut(void **state)
{
	(void)state;
	struct batch_room room = {0};
	char text[2 * BATCH_TEXT_MAX];
	memset(text, 'x', sizeof(text));
	struct batch_name name = {.kind = NAME_OBSERVER};
	batch_room_name(&room, &name, text, sizeof(text), NULL);
	batch_room_name(&room, &name, "a\0b", 3, NULL);
	batch_room_name(&room, &name, "", 0, "country/KP");
	struct batch b = batch_room_view(&room);
	assert_int_equal(strlen(batch_text(&b, b.names[0].text)), BATCH_TEXT_MAX);
	assert_string_equal(batch_text(&b, b.names[1].text), "a");
	assert_string_equal(batch_text(&b, b.names[2].text), "");
	assert_string_equal(batch_text(&b, b.names[2].entity), "country/KP");
	assert_null(batch_text(&b, b.names[1].entity));
	batch_room_free(&room);
}

static void a_part_has_the_same_paths(void **state)
{
	(void)state;
	struct random_batch r = {.random = unit_seed()};
	for (int round = 0; round < 50; round++) {
		struct batch b = random_batch_next(&r);
		size_t from = b.count / 3, n = b.count / 2;
		struct batch part = batch_part(&b, from, n);
		assert_int_equal(part.count, n);
		assert_int_equal(part.name_count, 0);
		for (size_t i = 0; i < n; i++)
			assert_ptr_equal(batch_path(&part, &part.obs[i]), batch_path(&b, &b.obs[from + i]));
	}
	random_batch_end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_batches_are_read_back),
		cmocka_unit_test(an_empty_one_too),
		cmocka_unit_test(cut_or_damaged_is_refused),
		cmocka_unit_test(what_the_sum_cannot_find),
		cmocka_unit_test(what_is_relied_on),
		cmocka_unit_test(texts_are_cut),
		cmocka_unit_test(a_part_has_the_same_paths),
	};
	return cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}
