// SPDX-License-Identifier: ISC
// Members, lists, texts and sections both ways; every truncation; counts, flags, times and names that cannot be.
#include "unit.h"

#include "base/alloc.h"
#include "base/carry.h"

#include <math.h>

#define BYTES_MAX 4096

struct inner {
	uint32_t number;
	bool flag;
};

struct outer {
	int64_t whole;
	double real;
	struct instant time, never;
	bool flag;
	uint16_t *list;
	size_t list_count, list_capacity;
	struct inner *inner;
	size_t inner_count, inner_capacity;
	char *text, *none;
	char id[8];
	const char *word;
	uint32_t entity, nobody;
};

static uint8_t bytes[BYTES_MAX];
static size_t used;

static int keep(void *context, const void *from, size_t n)
{
	(void)context;
	assert_true(used + n <= BYTES_MAX);
	memcpy(bytes + used, from, n);
	used += n;
	return 0;
}

static int refuse(void *context, const void *from, size_t n)
{
	(void)context, (void)from, (void)n;
	return -5;
}

static void inner_carry(struct carry *c, void *self)
{
	struct outer *o = self;
	carry_room(c, CARRY_ARRAY(o->inner, o->inner_count, o->inner_capacity), 5);
	for (size_t i = 0; i < o->inner_count; i++) {
		CARRY(c, o->inner[i].number);
		CARRY(c, o->inner[i].flag);
	}
}

static void outer_carry(struct carry *c, void *self)
{
	struct outer *o = self;
	CARRY(c, o->whole);
	CARRY(c, o->real);
	CARRY(c, o->time);
	CARRY(c, o->never);
	CARRY(c, o->flag);
	carry_list(c, CARRY_ARRAY(o->list, o->list_count, o->list_capacity));
	carry_section(c, "inner", 3, inner_carry, o);
	carry_text(c, &o->text, 100);
	carry_text(c, &o->none, 100);
	carry_chars(c, o->id, sizeof(o->id));
	carry_word(c, &o->word);
	carry_entity(c, &o->entity);
	carry_entity(c, &o->nobody);
}

static void outer_free(struct outer *o)
{
	free(o->list);
	free(o->inner);
	free(o->text);
	free(o->none);
	*o = (struct outer){0};
}

static const uint32_t places[] = {7, CARRY_GONE, 5};

static int load(size_t n, struct outer *ret, struct carry_words *words)
{
	struct carry c = {.way = CARRY_LOAD, .in = cursor_of(bytes, n), .entities = {places, 3}, .words = words};
	carry_section(&c, "outer", 1, outer_carry, ret);
	return c.code;
}

static void sample_save(void)
{
	static uint16_t list[] = {3, 1, 4};
	static struct inner inner[] = {{1, true}, {2, false}};
	struct outer o = {
		.whole = INT64_MIN, .real = -0.0, .time = {1700000000000000000}, .never = INSTANT_NONE, .flag = true};
	o.list = list;
	o.list_count = 3;
	o.inner = inner;
	o.inner_count = 2;
	o.text = (char *)"text";
	memcpy(o.id, "KX-1", 5);
	o.word = "a word";
	o.entity = 2;
	o.nobody = UINT32_MAX;
	used = 0;
	struct carry c = {.way = CARRY_SAVE, .out = {keep, NULL}};
	carry_section(&c, "outer", 1, outer_carry, &o);
	assert_int_equal(c.code, 0);
	assert_int_equal(c.length, used);
}

static void both_ways(void **state)
{
	struct outer o = {0};
	struct carry_words words = {0};
	(void)state;
	sample_save();
	assert_int_equal(load(used, &o, &words), 0);
	assert_true(o.whole == INT64_MIN && o.flag && signbit(o.real) && o.time.ns == 1700000000000000000);
	assert_false(instant_known(o.never));
	assert_true(o.list_count == 3 && o.list[2] == 4 && o.inner_count == 2 && o.inner[0].flag &&
		    o.inner[1].number == 2);
	assert_string_equal(o.text, "text");
	assert_null(o.none);
	assert_string_equal(o.id, "KX-1");
	assert_string_equal(o.word, "a word");
	assert_true(o.entity == 5 && o.nobody == UINT32_MAX);
	outer_free(&o);
	carry_words_free(&words);
}

static void every_truncation(void **state)
{
	(void)state;
	sample_save();
	for (size_t n = 0; n < used; n++) {
		struct outer o = {0};
		struct carry_words words = {0};
		assert_true(load(n, &o, &words) < 0);
		outer_free(&o);
		carry_words_free(&words);
	}
}

static void every_byte(void **state)
{
	(void)state;
	for (size_t at = 0; at < used; at++)
		for (unsigned bit = 0; bit < 8; bit++) {
			struct outer o = {0};
			struct carry_words words = {0};
			sample_save();
			bytes[at] ^= (uint8_t)(1u << bit);
			(void)load(used, &o, &words); // whatever it says, it is only good to be freed
			outer_free(&o);
			carry_words_free(&words);
		}
}

static int one(const void *from, size_t n, void (*how)(struct carry *c, void *self), void *self)
{
	struct carry c = {.way = CARRY_LOAD, .in = cursor_of(from, n), .entities = {places, 3}};
	how(&c, self);
	return c.code;
}

static void flag_carry(struct carry *c, void *self)
{
	CARRY(c, *(bool *)self);
}

static void time_carry(struct carry *c, void *self)
{
	CARRY(c, *(struct instant *)self);
}

static void numbers_carry(struct carry *c, void *self)
{
	struct outer *o = self;
	carry_list(c, CARRY_ARRAY(o->list, o->list_count, o->list_capacity));
}

static void entity_carry(struct carry *c, void *self)
{
	carry_entity(c, self);
}

static void what_cannot_be(void **state)
{
	struct outer o = {0};
	uint64_t many = UINT64_MAX / 2, two[2] = {2, 0};
	int64_t late = INT64_MAX;
	uint32_t third = 3, second = 1, ret = 0;
	(void)state;
	assert_true(one("\2", 1, flag_carry, &o.flag) < 0);
	assert_false(o.flag);
	assert_true(one(&late, sizeof(late), time_carry, &o.time) < 0);
	assert_false(instant_known(o.time));
	assert_true(one(&many, sizeof(many), numbers_carry, &o) < 0);
	assert_int_equal(o.list_count, 0);
	assert_int_equal(one(two, 12, numbers_carry, &o), 0);
	assert_true(one(&third, sizeof(third), entity_carry, &ret) < 0);
	assert_int_equal(one(&second, sizeof(second), entity_carry, &ret), 0);
	assert_int_equal(ret, CARRY_GONE);
	outer_free(&o);
}

static void saving_that_fails(void **state)
{
	struct outer o = {.text = (char *)"text"};
	struct carry c = {.way = CARRY_SAVE, .out = {refuse, NULL}};
	(void)state;
	carry_section(&c, "outer", 1, outer_carry, &o);
	assert_int_equal(c.code, -5);
}

static void skipped(void **state)
{
	(void)state;
	sample_save();
	struct carry c = {.way = CARRY_LOAD, .in = cursor_of(bytes, used)};
	carry_skip(&c, "outer");
	assert_true(c.code == 0 && !cursor_left(&c.in));
	c = (struct carry){.way = CARRY_LOAD, .in = cursor_of(bytes, used)};
	carry_skip(&c, "other");
	assert_true(c.code < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ways),	  cmocka_unit_test(every_truncation),  cmocka_unit_test(every_byte),
		cmocka_unit_test(what_cannot_be), cmocka_unit_test(saving_that_fails), cmocka_unit_test(skipped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
