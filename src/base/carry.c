// SPDX-License-Identifier: ISC
// States to bytes and back.
#include "base/carry.h"

#include "base/alloc.h"
#include "base/err.h"

#include <stdlib.h>

#define EARLIEST_NS (-1000000000000000000LL) // 1938: differences of two times, and sums with spans, stay within 64 bits
#define LATEST_NS   4400000000000000000LL    // 2109: the last second of an MRT stamp is in 2106

struct carry_head { // of a section
	char name[CARRY_NAME_MAX + 1];
	uint32_t version, spare;
	uint64_t length;
};

_Static_assert(sizeof(struct carry_head) == 32, "no gaps");

void carry_fail(struct carry *c, int code)
{
	if (!c->code)
		c->code = code;
}

void carry_bytes(struct carry *c, void *bytes, size_t n)
{
	if (UNLIKELY(c->code))
		return;
	switch (c->way) {
	case CARRY_MEASURE:
		c->length += n;
		break;
	case CARRY_SAVE:
		c->length += n;
		if (n)
			c->code = c->out.write(c->out.context, bytes, n);
		break;
	case CARRY_LOAD:
		if (!cursor_bytes(&c->in, bytes, n))
			carry_fail(c, ERR_TRUNCATED);
		break;
	}
}

void carry_flag(struct carry *c, void *flag, size_t size)
{
	uint8_t byte = c->way == CARRY_LOAD ? 0 : *(const bool *)flag;
	(void)size;
	carry_bytes(c, &byte, 1);
	if (c->way != CARRY_LOAD)
		return;
	carry_check(c, byte <= 1);
	*(bool *)flag = byte == 1;
}

void carry_instant(struct carry *c, void *instant, size_t size)
{
	struct instant *t = instant;
	carry_bytes(c, t, size);
	bool sane = !instant_known(*t) || (t->ns >= EARLIEST_NS && t->ns <= LATEST_NS);
	carry_check(c, sane);
	if (!sane && c->way == CARRY_LOAD)
		*t = INSTANT_NONE;
}

void carry_ns(struct carry *c, int64_t *ns)
{
	carry_bytes(c, ns, sizeof(*ns));
	bool sane = *ns == INT64_MIN || (*ns >= EARLIEST_NS && *ns <= LATEST_NS);
	carry_check(c, sane);
	if (!sane && c->way == CARRY_LOAD)
		*ns = INT64_MIN;
}

void carry_count(struct carry *c, size_t *n, size_t least)
{
	uint64_t count = c->way == CARRY_LOAD ? 0 : *n;
	carry_bytes(c, &count, sizeof(count));
	if (c->way != CARRY_LOAD)
		return;
	if (c->code || count > cursor_left(&c->in) / least) {
		carry_fail(c, ERR_MALFORMED);
		count = 0;
	}
	*n = (size_t)count;
}

void carry_room(struct carry *c, const struct carry_array *a, size_t least)
{
	carry_count(c, a->count, least);
	if (c->way != CARRY_LOAD)
		return;
	free(*a->items);
	*a->items = *a->count ? alloc_zero(*a->count, a->size) : NULL;
	*a->capacity = *a->count;
}

void carry_list(struct carry *c, const struct carry_array *a)
{
	carry_room(c, a, a->size);
	carry_bytes(c, *a->items, *a->count * a->size);
}

void carry_pages(struct carry *c, const struct carry_array *a)
{
	carry_count(c, a->count, a->size);
	if (c->way == CARRY_LOAD) {
		alloc_pages_free(*a->items, *a->capacity * a->size);
		*a->items = *a->count ? alloc_pages(*a->count * a->size) : NULL;
		*a->capacity = *a->count;
		if (*a->count)
			alloc_dense(*a->items, *a->count * a->size);
	}
	carry_bytes(c, *a->items, *a->count * a->size);
}

void carry_text(struct carry *c, char **text, size_t most)
{
	uint32_t n = c->way != CARRY_LOAD && *text ? (uint32_t)strlen(*text) + 1 : 0; // 0: null
	carry_bytes(c, &n, sizeof(n));
	if (c->way != CARRY_LOAD) {
		carry_bytes(c, *text, n ? n - 1 : 0);
		return;
	}
	*text = NULL;
	if (c->code || !n)
		return;
	if (n - 1 > most || n - 1 > cursor_left(&c->in)) {
		carry_fail(c, ERR_MALFORMED);
		return;
	}
	*text = alloc_zero(n, 1);
	carry_bytes(c, *text, n - 1);
}

void carry_chars(struct carry *c, char *text, size_t size)
{
	uint32_t n = c->way == CARRY_LOAD ? 0 : (uint32_t)strlen(text);
	carry_bytes(c, &n, sizeof(n));
	if (c->way == CARRY_LOAD)
		memset(text, 0, size);
	if (n >= size) {
		carry_fail(c, ERR_MALFORMED);
		return;
	}
	carry_bytes(c, text, n);
}

static const char *carry_word_keep(struct carry *c, const char *word)
{
	struct carry_words *w = c->words;
	for (size_t i = 0; w && i < w->count; i++)
		if (strcmp(w->at[i], word) == 0)
			return w->at[i];
	if (!w || w->count == CARRY_WORDS_MAX) {
		carry_fail(c, ERR_MALFORMED);
		return NULL;
	}
	alloc_grow((void **)&w->at, w->count, &w->capacity, sizeof(*w->at));
	return w->at[w->count++] = alloc_copy(word);
}

void carry_word(struct carry *c, const char **word)
{
	char text[CARRY_WORD_MAX + 1] = {0};
	const char *said = c->way != CARRY_LOAD ? *word : NULL;
	bool any = said != NULL;
	CARRY(c, any);
	if (c->way == CARRY_LOAD)
		*word = NULL;
	if (!any || c->code)
		return;
	if (said) {
		size_t n = strlen(said);
		memcpy(text, said, n < CARRY_WORD_MAX ? n : CARRY_WORD_MAX);
	}
	carry_chars(c, text, sizeof(text));
	if (c->way == CARRY_LOAD && !c->code)
		*word = carry_word_keep(c, text);
}

void carry_entity(struct carry *c, uint32_t *entity)
{
	carry_bytes(c, entity, sizeof(*entity));
	if (c->way != CARRY_LOAD || *entity >= CARRY_GONE)
		return;
	if (*entity < c->entities.count) {
		*entity = c->entities.to[*entity];
		return;
	}
	carry_fail(c, ERR_MALFORMED);
	*entity = CARRY_GONE;
}

static void carry_section_load(struct carry *c, const struct carry_head *want, void (*one)(struct carry *c, void *self),
			       void *self)
{
	struct carry_head head = {0};
	struct cursor body;
	carry_bytes(c, &head, sizeof(head));
	if (c->code)
		return;
	memcpy(c->section, want->name, sizeof(c->section));
	if (memcmp(head.name, want->name, sizeof(head.name)) != 0) {
		carry_fail(c, ERR_MALFORMED);
		return;
	}
	if (head.version != want->version) {
		carry_fail(c, ERR_UNSUPPORTED);
		return;
	}
	if (head.length > cursor_left(&c->in) || !cursor_sub(&c->in, (size_t)head.length, &body)) {
		carry_fail(c, ERR_TRUNCATED);
		return;
	}
	struct cursor after = c->in;
	c->in = body;
	one(c, self);
	if (!c->code && cursor_left(&c->in))
		carry_fail(c, ERR_MALFORMED);
	c->in = after;
}

void carry_section(struct carry *c, const char *name, uint32_t version, void (*one)(struct carry *c, void *self),
		   void *self)
{
	struct carry_head head = {.version = version};
	if (c->code)
		return;
	memcpy(head.name, name, strnlen(name, CARRY_NAME_MAX));
	if (c->way == CARRY_LOAD) {
		carry_section_load(c, &head, one, self);
		return;
	}
	struct carry measure = {.way = CARRY_MEASURE};
	if (c->way == CARRY_SAVE)
		one(&measure, self);
	head.length = measure.length;
	carry_bytes(c, &head, sizeof(head));
	uint64_t begin = c->length;
	one(c, self);
	if (c->way == CARRY_SAVE && c->length - begin != head.length)
		carry_fail(c, ERR_MALFORMED); // a state that changed while it was written
}

void carry_skip(struct carry *c, const char *name)
{
	struct carry_head head = {0};
	carry_bytes(c, &head, sizeof(head));
	if (c->code)
		return;
	if (strncmp(head.name, name, sizeof(head.name)) != 0 || head.length > cursor_left(&c->in) ||
	    !cursor_skip(&c->in, (size_t)head.length))
		carry_fail(c, ERR_MALFORMED);
}

void carry_words_free(struct carry_words *w)
{
	for (size_t i = 0; i < w->count; i++)
		free(w->at[i]);
	free(w->at);
	*w = (struct carry_words){0};
}
