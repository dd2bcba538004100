// SPDX-License-Identifier: ISC
// LINE_SERIES records: entity, signal, value. An entity that is not in the list is counted and left out: the list
// cannot grow while it is used. An empty value is missing: NaN.
#include "base/alloc.h"
#include "base/hash.h"
#include "base/number.h"
#include "decode/decode_priv.h"

#include <math.h>

#define CACHE_SLOTS 4096u

// Which series a pair of words means; all that were met last. What it says is checked but for words of no entity.
struct decode_series {
	uint64_t hash;
	uint32_t id; // SERIES_UNKNOWN: of no entity in the list
	bool used;
};

#define SERIES_UNKNOWN (UINT32_MAX - 1)

static bool text_is(const char *text, struct cursor word)
{
	return strlen(text) == cursor_left(&word) && !memcmp(text, word.at, cursor_left(&word));
}

static bool slot_fits(const struct decoder *d, const struct decode_series *slot, struct cursor entity,
		      struct cursor signal)
{
	const struct series *held = series_at(d->options.targets, slot->id);
	if (!held)
		return true;
	return text_is(d->options.entities->at[held->entity].id, entity) && text_is(held->signal, signal);
}

static uint32_t series_find(const struct decoder *d, struct cursor entity, struct cursor signal)
{
	char id[ENTITY_ID_MAX + 1] = {0};
	if (cursor_left(&entity) > ENTITY_ID_MAX)
		return SERIES_UNKNOWN;
	memcpy(id, entity.at, cursor_left(&entity));
	const struct entity *held = entity_find(d->options.entities, id);
	if (!held)
		return SERIES_UNKNOWN;
	uint32_t index = (uint32_t)(held - d->options.entities->at);
	return series_id(d->options.targets, index, (const char *)signal.at, cursor_left(&signal));
}

// The series of the words in `key`, which hold a tab between them.
static uint32_t series_of(struct decoder *d, struct cursor key, struct cursor entity, struct cursor signal)
{
	uint64_t hash = hash_bytes(key.at, cursor_left(&key));
	if (!d->series)
		d->series = alloc_zero(CACHE_SLOTS, sizeof(*d->series));
	struct decode_series *slot = &d->series[hash & (CACHE_SLOTS - 1)];
	if (!slot->used || slot->hash != hash || !slot_fits(d, slot, entity, signal))
		*slot = (struct decode_series){hash, series_find(d, entity, signal), true};
	return slot->id;
}

static bool take_word(struct cursor *c, struct cursor *ret)
{
	const uint8_t *tab = cursor_left(c) ? memchr(c->at, '\t', cursor_left(c)) : NULL;
	if (!tab || tab == c->at)
		return false;
	*ret = (struct cursor){c->at, tab};
	c->at = tab + 1;
	return true;
}

static bool take_number(struct cursor c, double *ret)
{
	static const char *const missing[] = {"", "null", "NaN", "nan", "NA"};
	for (size_t i = 0; i < ARRAY_LEN(missing); i++)
		if (text_is(missing[i], c)) {
			*ret = NAN;
			return true;
		}
	return number_real(&c, ret) && !cursor_left(&c);
}

void decode_series(struct decoder *d, struct decode_source *s, const struct record *r)
{
	struct cursor c = r->bytes, entity, signal;
	double number;
	if (!take_word(&c, &entity) || !take_word(&c, &signal)) {
		decode_bad_line(d, s, r, "no entity or no signal");
		return;
	}
	if (!take_number(c, &number)) {
		decode_bad_line(d, s, r, "the value is no number");
		return;
	}
	uint32_t id = series_of(d, (struct cursor){entity.at, signal.end}, entity, signal);
	if (id == SERIES_UNKNOWN) {
		d->counts.of[DECODE_SERIES_UNKNOWN]++;
		return;
	}
	if (id == TARGET_NONE) {
		decode_bad_line(d, s, r, "more series than this version can tell apart");
		return;
	}
	struct decode_envelope e = {.peer = PEER_NONE, .collector = r->collector, .time = r->time};
	struct obs *o = decode_push(d, OBS_SERIES, &e);
	o->path_id = id;
	o->number = number;
	d->counts.of[DECODE_SERIES_VALUES]++;
}
