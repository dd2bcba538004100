// SPDX-License-Identifier: ISC
// Fields stand apart by one blank; bytes that are no plain letters are written as %XX, an absent text as '-', an empty one as '%'.
#include "journal/configuration.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/number.h"

#include <float.h>
#include <stdlib.h>

#define CONFIGURATION_FORMAT "1"
#define FIELDS_MAX	     7
#define FIELD_MAX	     1024

static const char *const configuration_kinds[] = {
	[TARGET_HOST] = "host",	      [TARGET_SERVICE] = "service",   [TARGET_BORDER] = "border",
	[TARGET_CONTROL] = "control", [TARGET_UNLISTED] = "unlisted",
};

// ---- writing ----

static void configuration_put(struct text *out, const char *field)
{
	static const char hex[] = "0123456789abcdef";
	text_char(out, ' ');
	if (!field || !*field)
		text_put(out, field ? "%" : "-");
	for (size_t i = 0; field && field[i]; i++) {
		uint8_t byte = (uint8_t)field[i];
		if (byte > 0x20 && byte < 0x7f && byte != '%' && !(byte == '-' && !field[1])) {
			text_char(out, (char)byte);
			continue;
		}
		text_char(out, '%');
		text_char(out, hex[byte >> 4]);
		text_char(out, hex[byte & 15]);
	}
}

static void configuration_line(struct text *out, const char *key, const char *field)
{
	if (!field)
		return;
	text_put(out, key);
	configuration_put(out, field);
	text_char(out, '\n');
}

static void configuration_entity(struct text *out, const struct entity *e)
{
	text_put(out, "entity");
	configuration_put(out, e->id);
	text_printf(out, " %d %.17g %d", e->watched, e->population, e->utc_offset_min);
	configuration_put(out, e->name);
	text_char(out, '\n');
	for (size_t i = 0; i < e->range_count; i++) {
		text_put(out, "range ");
		text_addr(out, &e->ranges[i].first);
		text_char(out, ' ');
		text_addr(out, &e->ranges[i].last);
		text_char(out, '\n');
	}
	for (size_t i = 0; i < e->asn_count; i++)
		text_printf(out, "asn %u\n", e->asns[i]);
}

static void configuration_listing(struct text *out, const struct journal_configuration *c, size_t i)
{
	const char *service;
	struct target t = target_listing_at(c->targets, i, &service);
	text_printf(out, "listing %s ", configuration_kinds[t.kind]);
	text_addr(out, &t.address);
	configuration_put(out, t.entity == ENTITY_NONE ? NULL : c->entities->at[t.entity].id);
	configuration_put(out, service);
	configuration_put(out, t.name);
	configuration_put(out, t.institution);
	text_char(out, '\n');
}

void journal_configuration_text(struct text *out, const struct journal_configuration *c)
{
	text_put(out, "lacuna-log-configuration " CONFIGURATION_FORMAT "\n");
	configuration_line(out, "version", c->version);
	configuration_line(out, "parameters", c->parameters);
	configuration_line(out, "definition", c->definition);
	text_printf(out, "full-feed-floor %u\n", c->full_floor);
	if (c->world && c->world[0])
		text_printf(out, "world %s %lld\n", c->world, (long long)c->world_date.ns);
	if (c->attribution && c->attribution[0])
		configuration_line(out, "attribution", c->attribution);
	for (size_t i = 0; i < c->entities->count; i++)
		configuration_entity(out, &c->entities->at[i]);
	for (size_t i = 0; c->targets && i < target_listing_count(c->targets); i++)
		configuration_listing(out, c, i);
}

// ---- reading ----

struct configuration_reader {
	struct entity_list *entities;
	struct target_table *targets;
	struct journal_configured *to;
	struct entity *entity; // whose ranges come next; null: one that was there before
	bool skipping;
	char fields[FIELDS_MAX][FIELD_MAX]; // without %XX
	bool absent[FIELDS_MAX];
	size_t count;
};

static int configuration_hex(uint8_t c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool configuration_field(struct configuration_reader *r, struct cursor word)
{
	size_t n = 0;
	char *to = r->fields[r->count];
	bool empty = cursor_left(&word) == 1 && *word.at == '%';
	r->absent[r->count++] = cursor_left(&word) == 1 && *word.at == '-';
	while (!empty && cursor_left(&word)) {
		uint8_t byte = *word.at++;
		if (n == FIELD_MAX - 1)
			return false;
		if (byte == '%') {
			int high = cursor_left(&word) >= 2 ? configuration_hex(word.at[0]) : -1;
			int low = high < 0 ? -1 : configuration_hex(word.at[1]);
			if (low < 0 || !(high | low))
				return false;
			byte = (uint8_t)(high << 4 | low);
			word.at += 2;
		}
		to[n++] = (char)byte;
	}
	to[n] = '\0';
	return true;
}

static bool configuration_split(struct configuration_reader *r, struct cursor line)
{
	r->count = 0;
	for (bool more = true; more;) {
		const uint8_t *blank = cursor_left(&line) ? memchr(line.at, ' ', cursor_left(&line)) : NULL;
		struct cursor word = {line.at, blank ? blank : line.end};
		if (r->count == FIELDS_MAX || !cursor_left(&word) || !configuration_field(r, word))
			return false;
		more = blank != NULL;
		line.at = more ? blank + 1 : line.end;
	}
	return true;
}

static bool configuration_take_entity(struct configuration_reader *r)
{
	uint64_t offset, watched;
	bool behind = r->fields[4][0] == '-' && !r->absent[4];
	double population;
	if (r->count != 6 || !number_real_of_text(r->fields[3], -DBL_MAX, DBL_MAX, &population) ||
	    !number_of_text(r->fields[2], 1, &watched) ||
	    !number_of_text(r->fields[4] + behind, INT16_MAX + 1u, &offset))
		return false;
	struct entity *held = entity_find(r->entities, r->fields[1]);
	r->skipping = held != NULL;
	r->entity = held ? NULL : entity_add(r->entities, r->fields[1]);
	if (held || !r->entity)
		return held != NULL;
	r->entity->watched = watched;
	r->entity->population = population;
	r->entity->utc_offset_min = (int16_t)(behind ? -(int64_t)offset : (int64_t)offset);
	r->entity->name = r->absent[5] ? NULL : alloc_copy(r->fields[5]);
	return true;
}

static bool configuration_take_range(struct configuration_reader *r)
{
	struct addr first, last;
	if (r->count != 3 || addr_parse(r->fields[1], &first) < 0 || addr_parse(r->fields[2], &last) < 0 ||
	    first.family != last.family || memcmp(first.bytes, last.bytes, sizeof(first.bytes)) > 0)
		return false;
	if (r->entity)
		entity_range_add(r->entity, &first, &last);
	return r->entity || r->skipping;
}

static bool configuration_take_asn(struct configuration_reader *r)
{
	uint64_t asn;
	if (r->count != 2 || !number_of_text(r->fields[1], UINT32_MAX, &asn))
		return false;
	if (r->entity)
		entity_asn_add(r->entity, (uint32_t)asn);
	return r->entity || r->skipping;
}

static bool configuration_take_listing(struct configuration_reader *r)
{
	struct target t = {.entity = ENTITY_NONE};
	if (r->count != 7 || addr_parse(r->fields[2], &t.address) < 0)
		return false;
	while (t.kind < ARRAY_LEN(configuration_kinds) && strcmp(configuration_kinds[t.kind], r->fields[1]) != 0)
		t.kind++;
	struct entity *e = r->absent[3] ? NULL : entity_find(r->entities, r->fields[3]);
	if (t.kind == ARRAY_LEN(configuration_kinds) || (!e && !r->absent[3]))
		return false;
	if (e)
		t.entity = (uint32_t)(e - r->entities->at);
	t.name = r->absent[5] ? NULL : r->fields[5];
	t.institution = r->absent[6] ? NULL : r->fields[6];
	if (r->targets)
		target_list(r->targets, &t, r->absent[4] ? NULL : r->fields[4]);
	return true;
}

static bool configuration_take_text(struct configuration_reader *r, char **ret)
{
	if (r->count != 2 || *ret)
		return false;
	*ret = alloc_copy(r->fields[1]);
	return true;
}

static bool configuration_take_world(struct configuration_reader *r)
{
	uint64_t ns;
	struct journal_configured *to = r->to;
	if (r->count != 3 || to->world[0] || strlen(r->fields[1]) + 1 != sizeof(to->world) ||
	    !number_of_text(r->fields[2], INT64_MAX, &ns))
		return false;
	memcpy(to->world, r->fields[1], sizeof(to->world));
	to->world_date.ns = (int64_t)ns;
	return true;
}

static bool configuration_take(struct configuration_reader *r)
{
	const char *key = r->fields[0];
	uint64_t floor;
	if (strcmp(key, "entity") == 0)
		return configuration_take_entity(r);
	if (strcmp(key, "range") == 0)
		return configuration_take_range(r);
	if (strcmp(key, "asn") == 0)
		return configuration_take_asn(r);
	if (strcmp(key, "listing") == 0)
		return configuration_take_listing(r);
	if (strcmp(key, "world") == 0)
		return configuration_take_world(r);
	if (strcmp(key, "version") == 0)
		return configuration_take_text(r, &r->to->version);
	if (strcmp(key, "attribution") == 0)
		return configuration_take_text(r, &r->to->attribution);
	if (strcmp(key, "parameters") == 0)
		return configuration_take_text(r, &r->to->parameters);
	if (strcmp(key, "definition") == 0)
		return configuration_take_text(r, &r->to->definition);
	if (strcmp(key, "full-feed-floor") != 0 || r->count != 2 || !number_of_text(r->fields[1], UINT32_MAX, &floor))
		return false;
	r->to->full_floor = (uint32_t)floor;
	return true;
}

static int configuration_head(struct configuration_reader *r)
{
	if (r->count != 2 || strcmp(r->fields[0], "lacuna-log-configuration") != 0)
		return ERR_MALFORMED;
	return strcmp(r->fields[1], CONFIGURATION_FORMAT) == 0 ? 0 : ERR_UNSUPPORTED;
}

int journal_configuration_read(struct cursor text, struct entity_list *entities, struct target_table *targets,
			       struct journal_configured *ret, uint64_t *ret_line)
{
	struct configuration_reader *r = alloc_zero(1, sizeof(*r));
	uint64_t number = 0;
	int code = 0;
	*r = (struct configuration_reader){.entities = entities, .targets = targets, .to = ret};
	*ret = (struct journal_configured){0};
	do {
		const uint8_t *newline = cursor_left(&text) ? memchr(text.at, '\n', cursor_left(&text)) : NULL;
		struct cursor line = {text.at, newline};
		number++;
		if (!newline || !configuration_split(r, line))
			code = ERR_MALFORMED;
		else if (number == 1)
			code = configuration_head(r);
		else
			code = configuration_take(r) ? 0 : ERR_MALFORMED;
		text.at = newline ? newline + 1 : text.end;
	} while (code == 0 && cursor_left(&text));
	*ret_line = number;
	free(r);
	return code;
}

void journal_configured_free(struct journal_configured *c)
{
	free(c->version);
	free(c->parameters);
	free(c->definition);
	free(c->attribution);
	*c = (struct journal_configured){0};
}
