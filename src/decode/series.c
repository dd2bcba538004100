// SPDX-License-Identifier: ISC
// LINE_SERIES records: entity, signal, value. An entity that is not in the list is counted and left out. An empty value is
// missing: NaN.
#include "base/alloc.h"
#include "base/hash.h"
#include "base/number.h"
#include "decode/decode_priv.h"

#include <math.h>

#define CACHE_SLOTS 4096u
#define KEY_KEPT    128 // bytes of entity, tab and signal of a cached one; longer ones are looked up each time

// Which series a pair of words means; all that were met last. Where the list of entities has grown, who was unknown is asked for anew.
struct decode_series {
	uint8_t key[KEY_KEPT];
	uint16_t length; // 0: not used
	uint32_t id;	 // SERIES_UNKNOWN: of no entity in the list
	size_t entities; // in the list then
};

#define SERIES_UNKNOWN (UINT32_MAX - 1)

struct decode_last {
	struct instant time;
	double number;
};

// A second value of one time: the first one came from the newer download (feed/line_ioda.h). True: it is left out.
static bool series_is_second(struct decoder *d, struct decode_source *s, const struct record *r, uint32_t id,
			     double number)
{
	if (id >= d->series_last_count) {
		size_t grown = (size_t)id * 2 + 64;
		d->series_last = alloc_resize(d->series_last, grown, sizeof(*d->series_last));
		memset(d->series_last + d->series_last_count, 0,
		       (grown - d->series_last_count) * sizeof(*d->series_last));
		d->series_last_count = grown;
	}
	struct decode_last *last = &d->series_last[id];
	bool second = instant_known(last->time) && last->time.ns == r->time.ns;
	bool same = last->number == number || (isnan(last->number) && isnan(number));
	d->counts.of[DECODE_SERIES_AGAIN] += second && same;
	if (second && !same)
		decode_contradicted(d, s, r);
	if (!second)
		*last = (struct decode_last){r->time, number};
	return second;
}

// Remembers whom the series of others are about, for whoever looked for them under other names.
static void series_note_stranger(struct decoder *d, struct cursor entity)
{
	char id[STRANGER_BYTES] = {0};
	size_t n = cursor_left(&entity) < sizeof(id) - 1 ? cursor_left(&entity) : sizeof(id) - 1;
	memcpy(id, entity.at, n);
	for (size_t i = 0; i < d->stranger_count; i++)
		if (!strcmp(d->strangers[i], id))
			return;
	if (d->stranger_count < STRANGERS_MAX)
		memcpy(d->strangers[d->stranger_count++], id, sizeof(id));
}

const char *decoder_stranger(const struct decoder *d, size_t index)
{
	return index < d->stranger_count ? d->strangers[index] : NULL;
}

static bool series_text_is(const char *text, struct cursor word)
{
	return strlen(text) == cursor_left(&word) && !memcmp(text, word.at, cursor_left(&word));
}

static uint32_t series_find(const struct decoder *d, struct cursor entity, struct cursor signal)
{
	char id[ENTITY_ID_MAX + 1] = {0};
	if (cursor_left(&entity) > ENTITY_ID_MAX)
		return SERIES_UNKNOWN;
	memcpy(id, entity.at, cursor_left(&entity));
	if (!entity_find(d->options.entities, id))
		return SERIES_UNKNOWN;
	return decode_name_series(d->names, id, (const char *)signal.at, cursor_left(&signal));
}

// The series of the words in `key`, which hold a tab between them.
static uint32_t series_of(struct decoder *d, struct cursor key, struct cursor entity, struct cursor signal)
{
	size_t n = cursor_left(&key), entities = d->options.entities->count;
	if (n > KEY_KEPT)
		return series_find(d, entity, signal);
	if (!d->series)
		d->series = alloc_zero(CACHE_SLOTS, sizeof(*d->series));
	struct decode_series *slot = &d->series[hash_bytes(key.at, n) & (CACHE_SLOTS - 1)];
	bool held = slot->length == n && !memcmp(slot->key, key.at, n);
	if (held && (slot->id != SERIES_UNKNOWN || slot->entities == entities))
		return slot->id;
	*slot = (struct decode_series){.length = (uint16_t)n, .entities = entities};
	memcpy(slot->key, key.at, n);
	slot->id = series_find(d, entity, signal);
	if (slot->id == SERIES_UNKNOWN && d->stranger_count < STRANGERS_MAX)
		series_note_stranger(d, entity);
	return slot->id;
}

static bool series_take_word(struct cursor *c, struct cursor *ret)
{
	const uint8_t *tab = cursor_left(c) ? memchr(c->at, '\t', cursor_left(c)) : NULL;
	if (!tab || tab == c->at)
		return false;
	*ret = (struct cursor){c->at, tab};
	c->at = tab + 1;
	return true;
}

static bool series_take_number(struct cursor c, double *ret)
{
	static const char *const missing[] = {"", "null", "NaN", "nan", "NA"};
	for (size_t i = 0; i < ARRAY_LEN(missing); i++)
		if (series_text_is(missing[i], c)) {
			*ret = NAN;
			return true;
		}
	return number_real(&c, ret) && !cursor_left(&c);
}

void decode_series(struct decoder *d, struct decode_source *s, const struct record *r)
{
	struct cursor c = r->bytes, entity, signal;
	double number;
	if (!series_take_word(&c, &entity) || !series_take_word(&c, &signal)) {
		decode_bad_line(d, s, r, "no entity or no signal");
		return;
	}
	if (!series_take_number(c, &number)) {
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
	if (series_is_second(d, s, r, id, number))
		return;
	struct decode_envelope e = {.peer = PEER_NONE, .collector = r->collector, .time = r->time};
	struct obs *o = decode_push(d, OBS_SERIES, &e);
	o->series = id;
	o->number = number;
	d->counts.of[DECODE_SERIES_VALUES]++;
}
