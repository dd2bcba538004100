// SPDX-License-Identifier: ISC
// Written once, when the recording begins. Entities that only targets name get an entry without space of their own.
#include "recording/record_text.h"

#include "base/json.h"
#include "net/prefix.h"

#include <string.h>

static bool record_text_bit_at(const uint8_t *bytes, unsigned at)
{
	return bytes[at / 8] >> (7 - at % 8) & 1;
}

// The last address of a prefix.
static struct addr record_text_last_of(const struct prefix *p)
{
	struct addr a = {.family = p->family};
	memcpy(a.bytes, p->bytes, sizeof(a.bytes));
	for (unsigned i = p->length; i < family_bits(p->family); i++)
		a.bytes[i / 8] |= (uint8_t)(0x80 >> i % 8);
	return a;
}

// The longest stretch from `first` on that is one prefix and ends at or before `last`.
static struct prefix record_text_head_of(const struct addr *first, const struct addr *last)
{
	struct prefix p = {.family = first->family, .length = family_bits(first->family)};
	memcpy(p.bytes, first->bytes, sizeof(p.bytes));
	while (p.length > 0 && !record_text_bit_at(p.bytes, p.length - 1u)) {
		p.length--;
		struct addr end = record_text_last_of(&p);
		if (memcmp(end.bytes, last->bytes, sizeof(end.bytes)) > 0) {
			p.length++;
			break;
		}
	}
	return p;
}

// The address behind a; false when there is none.
static bool record_text_next_of(struct addr *a)
{
	for (int i = family_bits(a->family) / 8 - 1; i >= 0; i--)
		if (++a->bytes[i])
			return true;
	return false;
}

static void record_text_prefixes(struct json *j, const struct entity *e)
{
	struct text t = {0};
	json_key(j, "prefixes");
	json_open(j, '[');
	for (size_t i = 0; i < e->range_count; i++) {
		struct addr at = e->ranges[i].first;
		bool more = true;
		while (more && memcmp(at.bytes, e->ranges[i].last.bytes, sizeof(at.bytes)) <= 0) {
			struct prefix p = record_text_head_of(&at, &e->ranges[i].last);
			text_clear(&t);
			text_prefix(&t, &p);
			json_string(j, text_string(&t));
			at = record_text_last_of(&p);
			more = record_text_next_of(&at);
		}
	}
	json_close(j, ']');
	text_free(&t);
}

static void record_text_entity(struct json *j, const struct entity *e)
{
	json_open(j, '{');
	json_key(j, "id");
	json_string(j, e->id);
	if (e->name) {
		json_key(j, "name");
		json_string(j, e->name);
	}
	if (e->range_count)
		record_text_prefixes(j, e);
	if (e->asn_count) {
		json_key(j, "asns");
		json_open(j, '[');
		for (size_t i = 0; i < e->asn_count; i++)
			json_int(j, e->asns[i]);
		json_close(j, ']');
	}
	if (e->population > 0) {
		json_key(j, "population");
		json_real(j, e->population, 0);
	}
	if (e->utc_offset_min != UTC_OFFSET_UNKNOWN) {
		json_key(j, "utc_offset_min");
		json_int(j, e->utc_offset_min);
	}
	json_close(j, '}');
}

static void record_text_target(struct json *j, const struct record_target *t)
{
	struct text address = {0};
	text_addr(&address, &t->address);
	json_open(j, '{');
	json_key(j, "address");
	json_string(j, text_string(&address));
	if (t->entity) {
		json_key(j, "entity");
		json_string(j, t->entity);
	}
	json_key(j, "kind");
	json_string(j, t->kind);
	if (t->name) {
		json_key(j, "name");
		json_string(j, t->name);
	}
	if (t->institution) {
		json_key(j, "institution");
		json_string(j, t->institution);
	}
	json_close(j, '}');
	text_free(&address);
}

void record_text(struct text *out, const struct record_scope *s, struct instant from)
{
	struct json j = {.out = out};
	json_open(&j, '{');
	json_key(&j, "format");
	json_string(&j, "lacuna-recording/1");
	json_key(&j, "from");
	json_instant(&j, from, 3);
	json_key(&j, "entities");
	json_open(&j, '[');
	for (size_t i = 0; i < s->entities->count; i++)
		record_text_entity(&j, &s->entities->at[i]);
	json_close(&j, ']');
	json_key(&j, "watch");
	json_open(&j, '[');
	for (size_t i = 0; i < s->entities->count; i++)
		json_string(&j, s->entities->at[i].id);
	json_close(&j, ']');
	json_key(&j, "observers");
	json_open(&j, '[');
	json_open(&j, '{');
	json_key(&j, "id");
	json_string(&j, s->observer);
	if (s->observer_asn) {
		json_key(&j, "asn");
		json_int(&j, s->observer_asn);
	}
	json_close(&j, '}');
	json_close(&j, ']');
	json_key(&j, "targets");
	json_open(&j, '[');
	for (size_t i = 0; i < s->target_count; i++)
		record_text_target(&j, &s->targets[i]);
	json_close(&j, ']');
	json_close(&j, '}');
	text_char(out, '\n');
}
