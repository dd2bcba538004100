// SPDX-License-Identifier: ISC
// The program of a pattern and its run. A thread is a place in the program with the groups it has seen; those of one place are one
// thread, the earlier one of the better choices wins, as in Go and Perl.
#include "base/pattern.h"

#include "base/alloc.h"
#include "base/must.h"
#include "base/pattern_parse.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS (2 * PATTERN_GROUPS)

enum pattern_op { STEP_CLASS, STEP_SPLIT, STEP_JUMP, STEP_SAVE, STEP_PLACE, STEP_DONE };

struct pattern_step {
	uint8_t op, place;	// enum pattern_op; enum pattern_kind of a place
	uint16_t first, second; // of a split, the better one first; of a class its ranges; of a save its slot
};

struct pattern_threads {
	uint16_t *at;
	size_t count;
	int32_t (*slots)[SLOTS];
};

struct pattern {
	struct pattern_step *steps;
	size_t count;
	struct pattern_range *ranges;
	struct pattern_threads now, next;
	uint32_t *seen; // by step: the turn in which it was entered
	uint32_t turn;
	struct pattern_pending {
		uint16_t step, slot;
		int32_t old; // a slot to be set back; step is then PATTERN_STEPS
	} pending[2 * PATTERN_STEPS + 2];
};

// ---- the program

static size_t pattern_emit(struct pattern *p, struct pattern_step step)
{
	if (p->count == PATTERN_STEPS)
		return PATTERN_STEPS;
	p->steps[p->count] = step;
	return p->count++;
}

static bool pattern_write(struct pattern *p, const struct pattern_tree *t, unsigned node);

// A choice whose second way is set when it is known.
static size_t pattern_split(struct pattern *p)
{
	return pattern_emit(p, (struct pattern_step){.op = STEP_SPLIT, .first = (uint16_t)(p->count + 1)});
}

// The other way of the choice leads here; a lazy one tries it first.
static void pattern_split_end(struct pattern *p, size_t split, bool lazy)
{
	if (split >= PATTERN_STEPS)
		return;
	struct pattern_step *s = &p->steps[split];
	s->second = (uint16_t)p->count;
	if (lazy) {
		s->second = s->first;
		s->first = (uint16_t)p->count;
	}
}

static bool pattern_write_either(struct pattern *p, const struct pattern_tree *t, const struct pattern_node *n)
{
	size_t split = pattern_split(p);
	bool written = pattern_write(p, t, n->left);
	size_t jump = pattern_emit(p, (struct pattern_step){.op = STEP_JUMP});
	pattern_split_end(p, split, false);
	written = written && pattern_write(p, t, n->right);
	if (jump < PATTERN_STEPS)
		p->steps[jump].first = (uint16_t)p->count;
	return written && jump < PATTERN_STEPS;
}

// What may be repeated without end, and what may be left out, once written out.
static bool pattern_write_repeat(struct pattern *p, const struct pattern_tree *t, const struct pattern_node *n)
{
	uint16_t open[PATTERN_STEPS];
	size_t opened = 0;
	bool written = true;
	for (int i = 0; i < n->low && written; i++)
		written = pattern_write(p, t, n->left);
	if (n->high < 0) {
		size_t split = pattern_split(p);
		written = written && pattern_write(p, t, n->left);
		written = written && pattern_emit(p, (struct pattern_step){.op = STEP_JUMP, .first = (uint16_t)split}) <
					     PATTERN_STEPS;
		pattern_split_end(p, split, n->lazy);
		return written && split < PATTERN_STEPS;
	}
	for (int i = n->low; i < n->high && written; i++) {
		open[opened++] = (uint16_t)pattern_split(p);
		written = open[opened - 1] < PATTERN_STEPS && pattern_write(p, t, n->left);
	}
	for (size_t i = 0; i < opened; i++)
		pattern_split_end(p, open[i], n->lazy);
	return written;
}

static bool pattern_write_group(struct pattern *p, const struct pattern_tree *t, const struct pattern_node *n)
{
	uint16_t slot = (uint16_t)(2 * n->low);
	bool written = pattern_emit(p, (struct pattern_step){.op = STEP_SAVE, .first = slot}) < PATTERN_STEPS;
	written = written && pattern_write(p, t, n->left);
	return written &&
	       pattern_emit(p, (struct pattern_step){.op = STEP_SAVE, .first = (uint16_t)(slot + 1)}) < PATTERN_STEPS;
}

// Recursion is as deep as the nodes: sequences lean to the left, as long as PATTERN_NODES.
static bool pattern_write(struct pattern *p, const struct pattern_tree *t, unsigned node)
{
	const struct pattern_node *n = &t->nodes[node];
	switch ((enum pattern_kind)n->kind) {
	case PATTERN_EMPTY:
		return true;
	case PATTERN_CLASS:
		return pattern_emit(p, (struct pattern_step){.op = STEP_CLASS, .first = n->from, .second = n->to}) <
		       PATTERN_STEPS;
	case PATTERN_BOTH:
		return pattern_write(p, t, n->left) && pattern_write(p, t, n->right);
	case PATTERN_EITHER:
		return pattern_write_either(p, t, n);
	case PATTERN_REPEAT:
		return pattern_write_repeat(p, t, n);
	case PATTERN_GROUP:
		return pattern_write_group(p, t, n);
	case PATTERN_BEGIN_TEXT:
	case PATTERN_END_TEXT:
	case PATTERN_BEGIN_LINE:
	case PATTERN_END_LINE:
	case PATTERN_BOUNDARY:
	case PATTERN_NO_BOUNDARY:
		break;
	}
	return pattern_emit(p, (struct pattern_step){.op = STEP_PLACE, .place = n->kind}) < PATTERN_STEPS;
}

struct pattern *pattern_create(const char *text, const char **ret_why)
{
	struct pattern_tree *t = alloc_zero(1, sizeof(*t));
	struct pattern *p = NULL;
	int root = pattern_parse(text, t, ret_why);
	if (root < 0)
		goto out;
	p = alloc_zero(1, sizeof(*p));
	p->steps = alloc_zero(PATTERN_STEPS, sizeof(*p->steps));
	bool written = pattern_write(p, t, (unsigned)root);
	if (!written || pattern_emit(p, (struct pattern_step){.op = STEP_DONE}) == PATTERN_STEPS) {
		*ret_why = "its repetitions are too many";
		pattern_free(p);
		p = NULL;
		goto out;
	}
	p->steps = alloc_resize(p->steps, p->count, sizeof(*p->steps));
	p->ranges = alloc_zero(t->range_count + 1, sizeof(*p->ranges));
	memcpy(p->ranges, t->ranges, t->range_count * sizeof(*p->ranges));
	p->seen = alloc_zero(p->count, sizeof(*p->seen));
	p->now.at = alloc_zero(p->count, sizeof(*p->now.at));
	p->next.at = alloc_zero(p->count, sizeof(*p->next.at));
	p->now.slots = alloc_zero(p->count, sizeof(*p->now.slots));
	p->next.slots = alloc_zero(p->count, sizeof(*p->next.slots));
out:
	free(t);
	return p;
}

void pattern_free(struct pattern *p)
{
	if (!p)
		return;
	free(p->steps);
	free(p->ranges);
	free(p->seen);
	free(p->now.at);
	free(p->next.at);
	free(p->now.slots);
	free(p->next.slots);
	free(p);
}

// ---- the run

struct pattern_place { // between two characters
	struct cursor text;
	size_t at;
	uint32_t before, after; // characters
	bool has_before, has_after;
};

static bool pattern_word(uint32_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= 'a' && c <= 'z');
}

static bool pattern_place_is(uint8_t kind, const struct pattern_place *w)
{
	bool boundary = (w->has_before && pattern_word(w->before)) != (w->has_after && pattern_word(w->after));
	switch (kind) {
	case PATTERN_BEGIN_TEXT:
		return !w->has_before;
	case PATTERN_END_TEXT:
		return !w->has_after;
	case PATTERN_BEGIN_LINE:
		return !w->has_before || w->before == '\n';
	case PATTERN_END_LINE:
		return !w->has_after || w->after == '\n';
	default:
		return kind == PATTERN_BOUNDARY ? boundary : !boundary;
	}
}

// Follows the ways that take no character, the better first, and notes the places where a character is wanted.
static void pattern_enter(struct pattern *p, struct pattern_threads *to, const struct pattern_place *w, uint16_t from,
			  int32_t slots[SLOTS])
{
	size_t n = 0;
	p->pending[n++] = (struct pattern_pending){.step = from};
	while (n) {
		struct pattern_pending one = p->pending[--n];
		if (one.step == PATTERN_STEPS) {
			slots[one.slot] = one.old;
			continue;
		}
		if (p->seen[one.step] == p->turn)
			continue;
		p->seen[one.step] = p->turn;
		const struct pattern_step *s = &p->steps[one.step];
		uint16_t behind = (uint16_t)(one.step + 1);
		if (s->op == STEP_JUMP) {
			p->pending[n++] = (struct pattern_pending){.step = s->first};
		} else if (s->op == STEP_SPLIT) {
			p->pending[n++] = (struct pattern_pending){.step = s->second};
			p->pending[n++] = (struct pattern_pending){.step = s->first};
		} else if (s->op == STEP_SAVE) {
			p->pending[n++] = (struct pattern_pending){PATTERN_STEPS, s->first, slots[s->first]};
			p->pending[n++] = (struct pattern_pending){.step = behind};
			slots[s->first] = (int32_t)w->at;
		} else if (s->op == STEP_PLACE) {
			if (pattern_place_is(s->place, w))
				p->pending[n++] = (struct pattern_pending){.step = behind};
		} else {
			memcpy(to->slots[to->count], slots, sizeof(int32_t) * SLOTS);
			to->at[to->count++] = one.step;
		}
	}
}

static bool pattern_class_has(const struct pattern *p, const struct pattern_step *s, uint32_t c)
{
	for (unsigned i = s->first; i < s->second; i++)
		if (c >= p->ranges[i].low && c <= p->ranges[i].high)
			return true;
	return false;
}

// Moves every thread over the character behind the place. True: one is done, and is in `ret`; those behind it are given up.
static bool pattern_turn(struct pattern *p, const struct pattern_place *here, const struct pattern_place *there,
			 int32_t ret[SLOTS])
{
	p->next.count = 0;
	p->turn++;
	for (size_t i = 0; i < p->now.count; i++) {
		const struct pattern_step *s = &p->steps[p->now.at[i]];
		if (s->op == STEP_DONE) {
			memcpy(ret, p->now.slots[i], sizeof(int32_t) * SLOTS);
			ret[1] = (int32_t)here->at;
			return true;
		}
		if (here->has_after && pattern_class_has(p, s, here->after))
			pattern_enter(p, &p->next, there, (uint16_t)(p->now.at[i] + 1), p->now.slots[i]);
	}
	return false;
}

static struct pattern_place pattern_place_behind(const struct pattern_place *w)
{
	struct pattern_place next = *w;
	if (!w->has_after)
		return next; // of no text there may be no place either
	struct cursor c = {w->text.at + w->at, w->text.end};
	(void)pattern_character(&c);
	next.at = (size_t)(c.at - w->text.at);
	next.has_before = true;
	next.before = w->after;
	next.has_after = cursor_left(&c);
	next.after = next.has_after ? pattern_character(&c) : 0;
	return next;
}

bool pattern_find(struct pattern *p, struct cursor text, struct pattern_match *ret)
{
	must(p && cursor_left(&text) < 1u << 30);
	int32_t found[SLOTS] = {0};
	bool any = false, more = true;
	struct cursor first = text;
	struct pattern_place here = {.text = text, .has_after = cursor_left(&text)};
	here.after = here.has_after ? pattern_character(&first) : 0;
	p->now.count = 0;
	memset(p->seen, 0, p->count * sizeof(*p->seen));
	p->turn = 1;
	while (more) {
		struct pattern_place there = pattern_place_behind(&here);
		if (!any) {
			int32_t slots[SLOTS];
			memset(slots, 0xff, sizeof(slots));
			slots[0] = (int32_t)here.at;
			pattern_enter(p, &p->now, &here, 0, slots);
		}
		any |= pattern_turn(p, &here, &there, found);
		if (any && !ret)
			return true;
		struct pattern_threads held = p->now;
		p->now = p->next;
		p->next = held;
		more = here.has_after && (p->now.count || !any);
		here = there;
	}
	for (size_t i = 0; any && i < PATTERN_GROUPS; i++) {
		ret->from[i] = found[2 * i];
		ret->to[i] = found[2 * i + 1];
	}
	return any;
}
