// SPDX-License-Identifier: ISC
// IODA's series, value by value. Arrays around the series may be nested in any way.
#include "feed/line_ioda.h"

#include "base/alloc.h"
#include "base/text.h"
#include "feed/line_json.h"
#include "feed/line_time.h"
#include "model/record.h"

#include <math.h>
#include <stdlib.h>

#define WORD_MAX   200		  // bytes of a name
#define NUMBER_MAX 64		  // bytes of a number
#define STEP_MAX   (400 * 86400u) // seconds

enum { TYPE, CODE, SOURCE, SUBTYPE, FROM, STEP, VALUES, MEMBERS };

struct walk {
	struct cursor values; // behind the values given
	struct instant time;  // of the next
	int64_t step;	      // nanoseconds
	struct cursor of[FROM];
};

struct line_ioda {
	struct walk *walks;
	uint32_t *heap; // walks by the time of their next value
	size_t count, capacity, waiting;
	struct text text;
};

// The text between the quotes, if it is a plain one.
static bool plain_word(struct cursor value, struct cursor *ret)
{
	if (cursor_left(&value) < 2 || *value.at != '"' || cursor_left(&value) > WORD_MAX)
		return false;
	struct cursor c = {value.at + 1, value.end - 1};
	for (const uint8_t *at = c.at; at < c.end; at++)
		if (*at < 0x20 || *at == '\\' || *at == 0x7f)
			return false;
	*ret = c;
	return true;
}

static bool walk_begin(struct walk *w, const struct cursor of[MEMBERS])
{
	struct instant step;
	for (int i = TYPE; i <= SOURCE; i++)
		if (!plain_word(of[i], &w->of[i]) || !cursor_left(&w->of[i]))
			return false;
	if (!plain_word(of[SUBTYPE], &w->of[SUBTYPE]))
		w->of[SUBTYPE] = (struct cursor){0};
	if (!line_time_number(of[FROM], &w->time) || !line_time_number(of[STEP], &step))
		return false;
	w->step = step.ns;
	w->values = of[VALUES];
	return step.ns > 0 && step.ns <= STEP_MAX * NS_PER_S && line_json_enter(&w->values, '[');
}

// c stands behind the '{' of a series, and moves behind its '}'. False: it breaks off.
static bool take_series(struct line_ioda *x, struct cursor *c, uint64_t *bad)
{
	static const char *const names[MEMBERS] = {"entityType", "entityCode", "datasource", "subtype",
						   "from",	 "step",       "values"};
	struct cursor of[MEMBERS] = {0}, key, value;
	int got;
	while ((got = line_json_member(c, &key, &value)) == 1)
		for (int i = 0; i < MEMBERS; i++)
			if (line_json_is(&key, names[i]))
				of[i] = value;
	if (got < 0)
		return false;
	struct walk w = {0};
	if (!walk_begin(&w, of) || x->count == LINE_IODA_SERIES) {
		++*bad;
		return true;
	}
	void *walks = x->walks;
	alloc_grow(&walks, x->count, &x->capacity, sizeof(*x->walks));
	x->walks = walks;
	x->walks[x->count++] = w;
	return true;
}

// All series in the arrays from here on. False: it breaks off.
static bool take_arrays(struct line_ioda *x, struct cursor c, uint64_t *bad)
{
	for (int depth = 0;;) {
		line_json_blank(&c);
		uint8_t byte;
		if (!cursor_u8(&c, &byte))
			return false;
		if (byte == '{' && !take_series(x, &c, bad))
			return false;
		depth += (byte == '[') - (byte == ']');
		if (depth <= 0)
			return true;
		if (byte != '{' && byte != '[' && byte != ']' && byte != ',')
			return false;
	}
}

// Finds `data` of the envelope. The value may break off.
static bool find_data(struct cursor document, struct cursor *ret)
{
	struct cursor c = document, key, value;
	line_json_blank(&c);
	if (c.at < c.end && *c.at == '[') {
		*ret = c;
		return true;
	}
	if (!line_json_enter(&c, '{'))
		return false;
	for (;;) {
		struct cursor before = c;
		int got = line_json_member(&c, &key, &value);
		if (got == 1 && line_json_is(&key, "data")) {
			*ret = value;
			return true;
		}
		if (got == 1)
			continue;
		// The last member, broken off.
		const uint8_t *at = memmem(before.at, cursor_left(&before), "\"data\"", 6);
		at = at ? memchr(at, '[', (size_t)(before.end - at)) : NULL;
		*ret = (struct cursor){at, before.end};
		return got < 0 && at;
	}
}

static bool heap_earlier(const struct line_ioda *x, uint32_t a, uint32_t b)
{
	int64_t s = x->walks[a].time.ns, t = x->walks[b].time.ns;
	return s != t ? s < t : a < b;
}

// Puts the walk on top where it belongs.
static void heap_sink(struct line_ioda *x, size_t i)
{
	uint32_t sunk = x->heap[i];
	for (;;) {
		size_t child = 2 * i + 1;
		if (child + 1 < x->waiting && heap_earlier(x, x->heap[child + 1], x->heap[child]))
			child++;
		if (child >= x->waiting || !heap_earlier(x, x->heap[child], sunk))
			break;
		x->heap[i] = x->heap[child];
		i = child;
	}
	x->heap[i] = sunk;
}

struct line_ioda *line_ioda_create(struct cursor document, uint64_t *ret_bad)
{
	struct line_ioda *x = alloc_zero(1, sizeof(*x));
	struct cursor data;
	*ret_bad = 0;
	if (!find_data(document, &data) || !take_arrays(x, data, ret_bad))
		++*ret_bad;
	x->waiting = x->count;
	x->heap = alloc_zero(x->count ? x->count : 1, sizeof(*x->heap));
	for (uint32_t i = 0; i < x->count; i++)
		x->heap[i] = i;
	for (size_t i = x->count / 2; i-- > 0;)
		heap_sink(x, i);
	return x;
}

void line_ioda_free(struct line_ioda *x)
{
	if (!x)
		return;
	free(x->walks);
	free(x->heap);
	text_free(&x->text);
	free(x);
}

// NaN: no number.
static double number_of(struct cursor c)
{
	char text[NUMBER_MAX + 1] = {0}, *end;
	size_t n = cursor_left(&c);
	if (!n || n > NUMBER_MAX || (*c.at != '-' && (*c.at < '0' || *c.at > '9')))
		return NAN;
	memcpy(text, c.at, n);
	double value = strtod(text, &end);
	return end == text + n ? value : NAN;
}

static void put_value(struct text *t, struct cursor value)
{
	struct cursor list = value, element;
	double one = number_of(value), sum = 0;
	bool any = false;
	if (isfinite(one))
		text_bytes(t, value.at, cursor_left(&value));
	if (!line_json_enter(&list, '['))
		return;
	while (line_json_element(&list, &element) == 1) {
		one = number_of(element);
		any |= isfinite(one);
		sum += isfinite(one) ? one : 0;
	}
	if (any && isfinite(sum))
		text_printf(t, "%.17g", sum);
}

static void put_cursor(struct text *t, struct cursor c, const char *behind)
{
	text_bytes(t, c.at, cursor_left(&c));
	text_put(t, behind);
}

static void put_walk(struct text *t, const struct walk *w, struct cursor value)
{
	bool subtype = cursor_left(&w->of[SUBTYPE]);
	text_clear(t);
	put_cursor(t, w->of[TYPE], "/");
	put_cursor(t, w->of[CODE], "\t");
	put_cursor(t, w->of[SOURCE], subtype ? "." : "\t");
	if (subtype)
		put_cursor(t, w->of[SUBTYPE], "\t");
	put_value(t, value);
}

int line_ioda_next(struct line_ioda *x, struct line *ret)
{
	struct cursor value;
	while (x->waiting) {
		struct walk *w = &x->walks[x->heap[0]];
		if (line_json_element(&w->values, &value) == 1) {
			put_walk(&x->text, w, value);
			*ret = (struct line){.time = w->time, .form = LINE_SERIES};
			ret->bytes = cursor_of(x->text.bytes, x->text.length);
			bool last = w->time.ns > INT64_MAX - w->step;
			w->time.ns += last ? 0 : w->step;
			w->values.at = last ? w->values.end : w->values.at;
			heap_sink(x, 0);
			return 1;
		}
		x->heap[0] = x->heap[--x->waiting];
		if (x->waiting)
			heap_sink(x, 0);
	}
	return 0;
}
