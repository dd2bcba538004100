// SPDX-License-Identifier: ISC
// Answers about addresses, countries and networks, in lines or as JSON.
#include "world/answer.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/must.h"
#include "base/number.h"
#include "model/country.h"

#include <stdlib.h>
#include <strings.h>

// What an entity has, gathered in one walk over its ranges and one over its parts.
struct extent {
	struct world_answers *answers;
	uint64_t ranges[2], prefixes[2]; // IPv4, IPv6
	double addresses_v4, blocks[2];	 // /24 and /48
	uint32_t *asns;
	size_t asn_count, asn_capacity;
	char countries[26 * 26 * 2 + 1];
	bool country_seen[26 * 26];
};

// Text from outside.
static void answer_safe(struct text *t, const char *bytes)
{
	text_untrusted(t, bytes, strlen(bytes));
}

static void answer_prefix_write(struct world_answers *l, const struct prefix *p)
{
	struct text t = {0};
	text_prefix(&t, p);
	if (l->json)
		json_string_n(&l->writer, t.bytes, t.length);
	else
		text_bytes(l->out, t.bytes, t.length);
	text_free(&t);
}

static int answer_prefix_show(void *context, const struct prefix *p)
{
	struct world_answers *l = context;
	if (!l->json)
		text_char(l->out, ' ');
	answer_prefix_write(l, p);
	return 0;
}

static void answer_counted_write(struct text *t, uint64_t n, const char *one, const char *many)
{
	text_u64(t, n);
	text_char(t, ' ');
	text_put(t, n == 1 ? one : many);
}

static int answer_prefix_extent(void *context, const struct prefix *p)
{
	struct extent *y = context;
	y->prefixes[p->family == FAMILY_V6]++;
	if (y->answers->totals)
		return 0;
	if (!y->answers->json)
		text_put(y->answers->out, "  ");
	answer_prefix_write(y->answers, p);
	if (!y->answers->json)
		text_char(y->answers->out, '\n');
	return 0;
}

static int answer_range_extent(void *context, const struct world_range *r)
{
	struct extent *y = context;
	bool v6 = r->first.family == FAMILY_V6;
	y->ranges[v6]++;
	y->blocks[v6] += world_range_blocks(r, v6 ? 48 : 24);
	if (!v6)
		y->addresses_v4 += world_range_blocks(r, 32);
	return world_range_prefixes(r, answer_prefix_extent, y);
}

static int answer_part_extent(void *context, const struct world_range *r)
{
	struct extent *y = context;
	if (r->country[0])
		y->country_seen[(r->country[0] - 'A') * 26 + r->country[1] - 'A'] = true;
	if (r->asn == 0 || (y->asn_count && y->asns[y->asn_count - 1] == r->asn))
		return 0;
	alloc_grow((void **)&y->asns, y->asn_count, &y->asn_capacity, sizeof(*y->asns));
	y->asns[y->asn_count++] = r->asn;
	return 0;
}

static int answer_asn_compare(const void *a, const void *b)
{
	uint32_t x, y;
	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

static void answer_extent_settle(struct extent *y)
{
	size_t kept = 0, letters = 0;
	if (y->asn_count)
		qsort(y->asns, y->asn_count, sizeof(*y->asns), answer_asn_compare);
	for (size_t i = 0; i < y->asn_count; i++)
		if (kept == 0 || y->asns[kept - 1] != y->asns[i])
			y->asns[kept++] = y->asns[i];
	y->asn_count = kept;
	for (int i = 0; i < 26 * 26; i++)
		if (y->country_seen[i]) {
			y->countries[letters++] = (char)('A' + i / 26);
			y->countries[letters++] = (char)('A' + i % 26);
		}
}

static void answer_family_json(const struct extent *y, bool v6)
{
	struct json *j = &y->answers->writer;
	json_key(j, v6 ? "v6" : "v4");
	json_open(j, '{');
	json_key(j, "ranges");
	json_int(j, (int64_t)y->ranges[v6]);
	json_key(j, "prefixes");
	json_int(j, (int64_t)y->prefixes[v6]);
	if (!v6) {
		json_key(j, "addresses");
		json_int(j, (int64_t)y->addresses_v4);
	}
	json_key(j, v6 ? "blocks48" : "blocks24");
	json_real(j, y->blocks[v6], 3);
	json_close(j, '}');
}

static void answer_totals_json(const struct extent *y)
{
	struct json *j = &y->answers->writer;
	answer_family_json(y, false);
	answer_family_json(y, true);
	json_key(j, "networks");
	json_int(j, (int64_t)y->asn_count);
	json_key(j, "countries");
	json_open(j, '[');
	for (const char *at = y->countries; *at; at += 2)
		json_string_n(j, at, 2);
	json_close(j, ']');
}

static void answer_family_text(const struct extent *y, bool v6)
{
	struct text *t = y->answers->out;
	text_put(t, v6 ? "  IPv6: " : "  IPv4: ");
	if (y->ranges[v6] == 0) {
		text_put(t, "none\n");
		return;
	}
	answer_counted_write(t, y->ranges[v6], "range", "ranges");
	text_put(t, ", ");
	answer_counted_write(t, y->prefixes[v6], "prefix", "prefixes");
	if (!v6) {
		text_put(t, ", ");
		answer_counted_write(t, (uint64_t)y->addresses_v4, "address", "addresses");
	}
	text_printf(t, ", %.2f x /%d\n", y->blocks[v6], v6 ? 48 : 24);
}

static void answer_totals_text(const struct extent *y, bool country)
{
	struct text *t = y->answers->out;
	answer_family_text(y, false);
	answer_family_text(y, true);
	if (country) {
		text_printf(t, "  networks: %zu", y->asn_count);
		if (y->asn_count == 1)
			text_printf(t, " (AS%u)", y->asns[0]);
	} else {
		text_put(t, "  countries:");
		for (const char *at = y->countries; *at; at += 2)
			text_printf(t, " %.2s", at);
	}
	text_char(t, '\n');
}

static void answer_entity_head(struct world_answers *l, const char *entity, const char *name)
{
	if (l->json) {
		json_open(&l->writer, '{');
		json_key(&l->writer, "entity");
		json_string(&l->writer, entity);
		json_key(&l->writer, "name");
		json_string(&l->writer, name);
		if (!l->totals) {
			json_key(&l->writer, "prefix_list");
			json_open(&l->writer, '[');
		}
		return;
	}
	text_put(l->out, entity);
	if (name) {
		text_char(l->out, ' ');
		answer_safe(l->out, name);
	}
	text_char(l->out, '\n');
}

static int answer_entity_show(struct world_answers *l, const char *entity)
{
	struct extent *y = alloc_zero(1, sizeof(*y));
	bool country = entity[0] == 'c';
	y->answers = l;
	if (world_parts(l->world, entity, answer_part_extent, y) < 0) {
		free(y);
		return ERR_NOT_FOUND;
	}
	answer_extent_settle(y);
	uint64_t asn;
	bool named = !country && number_of_text(entity + 4, UINT32_MAX, &asn);
	answer_entity_head(l, entity,
			   named ? world_network_name(l->world, (uint32_t)asn) : country_name(strchr(entity, '/') + 1));
	(void)world_ranges(l->world, entity, answer_range_extent, y); // known, as the parts were
	if (l->json) {
		if (!l->totals)
			json_close(&l->writer, ']');
		answer_totals_json(y);
		json_close(&l->writer, '}');
	} else {
		answer_totals_text(y, country);
	}
	free(y->asns);
	free(y);
	return 0;
}

static void answer_range_json(struct world_answers *l, const struct world_range *r)
{
	struct json *j = &l->writer;
	const struct addr *ends[] = {r ? &r->first : NULL, r ? &r->last : NULL};
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		struct text t = {0};
		if (ends[i])
			text_addr(&t, ends[i]);
		json_key(j, i ? "last" : "first");
		json_string(j, ends[i] ? text_string(&t) : NULL);
		text_free(&t);
	}
	json_key(j, "prefix_list");
	json_open(j, '[');
	if (r)
		(void)world_range_prefixes(r, answer_prefix_show, l);
	json_close(j, ']');
}

static void answer_address_json(struct world_answers *l, const char *address, const struct world_range *r)
{
	struct json *j = &l->writer;
	const char *name = r ? world_network_name(l->world, r->asn) : NULL;
	json_open(j, '{');
	json_key(j, "address");
	json_string(j, address);
	json_key(j, "country");
	json_string(j, r && r->country[0] ? r->country : NULL);
	json_key(j, "asn");
	if (r && r->asn)
		json_int(j, r->asn);
	else
		json_null(j);
	json_key(j, "name");
	json_string(j, name);
	answer_range_json(l, r);
	json_close(j, '}');
}

static void answer_address_text(struct world_answers *l, const char *address, const struct world_range *r)
{
	struct text *t = l->out;
	const char *name = r ? world_network_name(l->world, r->asn) : NULL;
	text_printf(t, "%s\n  country  %s\n  network  ", address, r && r->country[0] ? r->country : "unknown");
	if (r && r->asn)
		text_printf(t, "AS%u ", r->asn);
	else
		text_put(t, "unknown");
	if (name)
		answer_safe(t, name);
	text_put(t, "\n");
	if (r) {
		text_put(t, "  range   ");
		(void)world_range_prefixes(r, answer_prefix_show, l);
		text_char(t, '\n');
	}
}

static int answer_address_show(struct world_answers *l, const struct addr *a)
{
	struct world_range r;
	struct text address = {0};
	text_addr(&address, a);
	bool found = world_lookup(l->world, a, &r) == 1;
	if (l->json)
		answer_address_json(l, text_string(&address), found ? &r : NULL);
	else
		answer_address_text(l, text_string(&address), found ? &r : NULL);
	text_free(&address);
	return found ? 0 : ERR_NOT_FOUND;
}

static bool answer_is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// "kp", "uk", "North Korea", also behind "country/". Two letters that nobody has are a code all the same: of a lab.
static bool answer_country_read(const char *word, struct text *ret)
{
	char code[COUNTRY_CODE_SIZE];
	bool two = answer_is_letter(word[0]) && answer_is_letter(word[1]) && !word[2];
	char typed[COUNTRY_CODE_SIZE] = {two ? (char)(word[0] & ~0x20) : '\0', two ? (char)(word[1] & ~0x20) : '\0',
					 '\0'};
	bool named = !(two && country_name(typed)) && country_of_name(word, code);
	if (!named && !two)
		return false;
	text_put(ret, "country/");
	text_put(ret, named ? code : typed);
	return true;
}

// The digits of "131279", "AS131279", "asn 131279", "asn/131279". Null: no such form.
static const char *answer_network_read(const char *word)
{
	const char *rest = word;
	if (strncasecmp(rest, "as", 2) == 0) {
		rest += 2;
		rest += *rest == 'n' || *rest == 'N';
		rest += *rest == '/' || *rest == ' ' || *rest == '-';
	}
	return *rest && strspn(rest, "0123456789") == strlen(rest) ? rest : NULL;
}

// Appends the entity that an argument means ("kp", "North Korea", "AS131279", "131279" and the full forms); false: no such form.
static bool answer_entity_read(const char *argument, struct text *ret)
{
	const char *digits = answer_network_read(argument);
	if (!digits)
		return answer_country_read(strncasecmp(argument, "country/", 8) == 0 ? argument + 8 : argument, ret);
	text_put(ret, "asn/");
	text_put(ret, digits);
	return world_ranges(NULL, text_string(ret), NULL, NULL) != ERR_MALFORMED;
}

bool world_answer_means(const char *word, struct text *ret_what)
{
	struct addr a;
	if (addr_parse(word, &a) < 0)
		return answer_entity_read(word, ret_what);
	text_addr(ret_what, &a);
	return true;
}

int world_answer(struct world_answers *l, const char *what)
{
	must(l && what);
	struct addr a;
	return addr_parse(what, &a) == 0 ? answer_address_show(l, &a) : answer_entity_show(l, what);
}
