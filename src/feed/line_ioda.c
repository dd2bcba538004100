// SPDX-License-Identifier: ISC
// IODA's series, value by value. Arrays around the series may be nested in any way.
#include "feed/line_ioda.h"

#include "base/alloc.h"
#include "base/heap.h"
#include "base/number.h"
#include "base/scan.h"
#include "base/text.h"
#include "base/when.h"
#include "model/record.h"

#include <math.h>
#include <stdlib.h>

#define WORD_MAX 198		// bytes of a name
#define STEP_MAX (400 * 86400u) // seconds

enum { TYPE, CODE, SOURCE, SUBTYPE, FROM, STEP, VALUES, MEMBERS };

struct line_ioda_walk {
	struct cursor values; // behind the values given
	struct instant time;  // of the next
	int64_t step;	      // nanoseconds
	int64_t rank;	      // time at which its answer was made, as far as that is known
	struct cursor of[FROM];
};

struct line_ioda {
	struct line_ioda_walk *walks;
	struct heap waiting; // numbers of walks, by the time of their next value
	size_t count, capacity;
	struct line_ioda_faults faults;
	struct instant asked; // of the document at work, or unknown
	struct text text;
};

// The text of the string, if it is a plain one.
static bool line_ioda_plain_word(const struct scan_value *value, struct cursor *ret)
{
	struct cursor c = value->text;
	if (value->type != SCAN_STRING || cursor_left(&c) > WORD_MAX)
		return false;
	for (const uint8_t *at = c.at; at < c.end; at++)
		if (*at < 0x20 || *at == '\\' || *at == 0x7f)
			return false;
	*ret = c;
	return true;
}

static bool line_ioda_walk_begin(struct line_ioda_walk *w, const struct scan_value of[MEMBERS])
{
	uint64_t step;
	for (int i = TYPE; i <= SOURCE; i++)
		if (!line_ioda_plain_word(&of[i], &w->of[i]) || !cursor_left(&w->of[i]))
			return false;
	if (!line_ioda_plain_word(&of[SUBTYPE], &w->of[SUBTYPE]))
		w->of[SUBTYPE] = (struct cursor){0};
	if (!when_number(of[FROM].text, &w->time) || !number_scaled(of[STEP].text, 9, STEP_MAX * NS_PER_S, &step))
		return false;
	w->step = (int64_t)step;
	return step > 0 && scan_array(&of[VALUES], &w->values);
}

// Where the series ends: its `until`, or else its values.
static int64_t line_ioda_end_of(const struct line_ioda_walk *w)
{
	struct cursor values = w->values;
	struct scan_value value;
	int64_t end = w->time.ns;
	while (scan_element(&values, &value) == 1 && end <= INT64_MAX - w->step)
		end += w->step;
	return end;
}

// The values that came before the answer broke off among them, at the last member, where c stands.
static bool line_ioda_take_broken(struct cursor c, struct scan_value *ret)
{
	static const char key[] = "\"values\"";
	scan_blank(&c);
	if (cursor_left(&c) < sizeof(key) || memcmp(c.at, key, sizeof(key) - 1) != 0)
		return false;
	const uint8_t *at = memchr(c.at, '[', cursor_left(&c));
	*ret = (struct scan_value){.type = SCAN_ARRAY, .text = {at ? at : c.end, c.end}};
	return at;
}

// c stands behind the '{' of a series, and moves behind its '}'. False: it breaks off.
static bool line_ioda_take_series(struct line_ioda *x, struct cursor *c)
{
	static const char *const names[MEMBERS] = {"entityType", "entityCode", "datasource", "subtype",
						   "from",	 "step",       "values"};
	struct scan_value of[MEMBERS] = {0}, key, value;
	struct cursor before = *c;
	int got;
	while ((got = scan_member(c, &key, &value)) == 1) {
		for (int i = 0; i < MEMBERS; i++)
			if (scan_is(&key, names[i]))
				of[i] = value;
		before = *c;
	}
	if (got < 0 && !line_ioda_take_broken(before, &of[VALUES]))
		return false;
	struct line_ioda_walk w = {0};
	if (!line_ioda_walk_begin(&w, of)) {
		x->faults.series++;
		return got == 0;
	}
	if (x->count == LINE_IODA_SERIES) {
		x->faults.left++;
		return got == 0;
	}
	w.rank = instant_known(x->asked) ? x->asked.ns : line_ioda_end_of(&w);
	void *walks = x->walks;
	alloc_grow(&walks, x->count, &x->capacity, sizeof(*x->walks));
	x->walks = walks;
	x->walks[x->count++] = w;
	return got == 0;
}

// All series in the arrays from here on. False: it breaks off.
static bool line_ioda_take_arrays(struct line_ioda *x, struct cursor c)
{
	for (int depth = 0;;) {
		scan_blank(&c);
		uint8_t byte;
		if (!cursor_u8(&c, &byte))
			return false;
		if (byte == '{' && !line_ioda_take_series(x, &c))
			return false;
		depth += (byte == '[') - (byte == ']');
		if (depth <= 0)
			return true;
		if (byte != '{' && byte != '[' && byte != ']' && byte != ',')
			return false;
	}
}

static void line_ioda_take_asked(struct line_ioda *x, const struct scan_value *metadata)
{
	static const char *const names[] = {"requestTime"};
	static const struct scan_keys keys = {names, 1};
	struct scan_value of[1];
	struct instant time;
	if (metadata->type == SCAN_OBJECT && scan_object(metadata->text, &keys, of) == 0 && of[0].type == SCAN_STRING &&
	    when_either(of[0].text, &time))
		x->asked = time;
}

// Members of the envelope that matter before its `data`, which may break off.
static bool line_ioda_take_member(struct line_ioda *x, const struct scan_value *key, const struct scan_value *value)
{
	if (scan_is(key, "metadata"))
		line_ioda_take_asked(x, value);
	if (scan_is(key, "error") && value->type == SCAN_STRING && cursor_left(&value->text))
		x->faults.error = value->text;
	return scan_is(key, "data");
}

// Finds `data` of the envelope, or the series where there is none around them. The value may break off.
static bool line_ioda_find_data(struct line_ioda *x, struct cursor document, struct cursor *ret)
{
	struct cursor c = document;
	struct scan_value key, value;
	if (c.at < c.end && *c.at == '[') {
		*ret = c;
		return true;
	}
	if (!scan_enter(&c, '{'))
		return false;
	bool found = false;
	for (;;) {
		struct cursor before = c;
		int got = scan_member(&c, &key, &value);
		if (got == 0)
			return found;
		if (got == 1) {
			if (line_ioda_take_member(x, &key, &value)) {
				found = value.type == SCAN_ARRAY;
				*ret = value.text;
			}
			if (scan_is(&key, "entityType") || scan_is(&key, "values")) {
				*ret = document; // a series alone
				found = true;
			}
			continue;
		}
		// The last member, broken off.
		const uint8_t *at = memmem(before.at, cursor_left(&before), "\"data\"", 6);
		at = at ? memchr(at, '[', (size_t)(before.end - at)) : NULL;
		if (at)
			*ret = (struct cursor){at, before.end};
		x->faults.broken = true;
		return at || found;
	}
}

// A series alone is no array; the walk over arrays is not meant for it.
static bool line_ioda_take_data(struct line_ioda *x, struct cursor data)
{
	if (data.at < data.end && *data.at == '{') {
		data.at++;
		return line_ioda_take_series(x, &data);
	}
	return line_ioda_take_arrays(x, data);
}

static void line_ioda_take_document(struct line_ioda *x, struct cursor document)
{
	struct cursor data;
	x->asked = INSTANT_NONE;
	if (line_ioda_find_data(x, document, &data))
		x->faults.broken |= !line_ioda_take_data(x, data);
	else if (!x->faults.broken)
		x->faults.answers++;
}

// The next document: an object or an array. What is neither is stepped over and counts as broken.
static bool line_ioda_next_document(struct line_ioda *x, struct cursor *c, struct cursor *ret)
{
	while (scan_blank(c), cursor_left(c) && *c->at != '{' && *c->at != '[') {
		x->faults.broken |= *c->at != ',';
		c->at++;
	}
	struct scan_end e = {0};
	ret->at = c->at;
	if (!cursor_left(c))
		return false;
	(void)scan_end(&e, c); // one that breaks off reaches to the end
	ret->end = c->at;
	return true;
}

static bool line_ioda_walk_before(const void *ioda, const void *a, const void *b)
{
	const struct line_ioda *x = ioda;
	uint32_t k = *(const uint32_t *)a, l = *(const uint32_t *)b;
	const struct line_ioda_walk *v = &x->walks[k], *w = &x->walks[l];
	if (v->time.ns != w->time.ns)
		return v->time.ns < w->time.ns;
	return v->rank != w->rank ? v->rank > w->rank : k < l;
}

static const struct heap_kind line_ioda_by_time = {.size = sizeof(uint32_t), .before = line_ioda_walk_before};

struct line_ioda *line_ioda_create(struct cursor documents, struct line_ioda_faults *ret)
{
	struct line_ioda *x = alloc_zero(1, sizeof(*x));
	struct cursor document;
	while (line_ioda_next_document(x, &documents, &document))
		line_ioda_take_document(x, document);
	heap_reserve(&x->waiting, &line_ioda_by_time, x->count);
	for (uint32_t i = 0; i < x->count; i++)
		heap_put(&x->waiting, &line_ioda_by_time, x, &i);
	*ret = x->faults;
	return x;
}

void line_ioda_free(struct line_ioda *x)
{
	if (!x)
		return;
	free(x->walks);
	heap_free(&x->waiting);
	text_free(&x->text);
	free(x);
}

static void line_ioda_put_value(struct text *t, const struct scan_value *value)
{
	struct cursor list;
	struct scan_value element;
	double one, sum = 0;
	bool any = false;
	if (scan_real(value, &one))
		text_bytes(t, value->text.at, cursor_left(&value->text));
	if (!scan_array(value, &list))
		return;
	while (scan_element(&list, &element) == 1) {
		bool number = scan_real(&element, &one);
		any |= number;
		sum += number ? one : 0;
	}
	if (any && isfinite(sum))
		text_printf(t, "%.17g", sum);
}

static void line_ioda_put_cursor(struct text *t, struct cursor c, const char *behind)
{
	text_bytes(t, c.at, cursor_left(&c));
	text_put(t, behind);
}

static void line_ioda_put_walk(struct text *t, const struct line_ioda_walk *w, const struct scan_value *value)
{
	bool subtype = cursor_left(&w->of[SUBTYPE]);
	text_clear(t);
	line_ioda_put_cursor(t, w->of[TYPE], "/");
	line_ioda_put_cursor(t, w->of[CODE], "\t");
	line_ioda_put_cursor(t, w->of[SOURCE], subtype ? "." : "\t");
	if (subtype)
		line_ioda_put_cursor(t, w->of[SUBTYPE], "\t");
	line_ioda_put_value(t, value);
}

int line_ioda_next(struct line_ioda *x, struct stored_line *ret)
{
	struct scan_value value;
	while (x->waiting.count) {
		struct line_ioda_walk *w = &x->walks[*(const uint32_t *)heap_at(&x->waiting, &line_ioda_by_time, 0)];
		if (scan_element(&w->values, &value) == 1) {
			line_ioda_put_walk(&x->text, w, &value);
			*ret = (struct stored_line){.time = w->time, .form = LINE_SERIES, .rank = w->rank};
			ret->bytes = cursor_of(x->text.bytes, x->text.length);
			bool last = w->time.ns > INT64_MAX - w->step;
			w->time.ns += last ? 0 : w->step;
			w->values.at = last ? w->values.end : w->values.at;
			heap_settle(&x->waiting, &line_ioda_by_time, x, 0);
			return 1;
		}
		heap_drop(&x->waiting, &line_ioda_by_time, x, 0);
	}
	return 0;
}
