// SPDX-License-Identifier: ISC
// `lacuna world lookup`: addresses, countries and networks, for people and as JSON.
#include "base/alloc.h"
#include "base/err.h"
#include "base/json.h"
#include "base/number.h"
#include "base/numbers.h"
#include "cli/world_priv.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

struct lookup {
	const struct world *world;
	bool json, totals, unknown; // unknown: some argument was not in the data
	struct text out;
	struct json writer;
};

// What an entity has, gathered in one walk over its ranges and one over its parts.
struct tally {
	struct lookup *lookup;
	uint64_t ranges[2], prefixes[2]; // IPv4, IPv6
	double addresses_v4, blocks[2];	 // /24 and /48
	uint32_t *asns;
	size_t asn_count, asn_capacity;
	char countries[26 * 26 * 2 + 1];
	bool country_seen[26 * 26];
};

static void prefix_write(struct lookup *l, const struct prefix *p)
{
	struct text t = {0};
	text_prefix(&t, p);
	if (l->json)
		json_string_n(&l->writer, t.bytes, t.length);
	else
		text_bytes(&l->out, t.bytes, t.length);
	text_free(&t);
}

static int prefix_show(void *context, const struct prefix *p)
{
	struct lookup *l = context;
	if (!l->json)
		text_char(&l->out, ' ');
	prefix_write(l, p);
	return 0;
}

static void counted_write(struct text *t, uint64_t n, const char *one, const char *many)
{
	text_u64(t, n);
	text_char(t, ' ');
	text_put(t, n == 1 ? one : many);
}

static int prefix_tally(void *context, const struct prefix *p)
{
	struct tally *y = context;
	y->prefixes[p->family == FAMILY_V6]++;
	if (y->lookup->totals)
		return 0;
	if (!y->lookup->json)
		text_put(&y->lookup->out, "  ");
	prefix_write(y->lookup, p);
	if (!y->lookup->json)
		text_char(&y->lookup->out, '\n');
	return 0;
}

static int range_tally(void *context, const struct world_range *r)
{
	struct tally *y = context;
	bool v6 = r->first.family == FAMILY_V6;
	y->ranges[v6]++;
	y->blocks[v6] += world_range_blocks(r, v6 ? 48 : 24);
	if (!v6)
		y->addresses_v4 += world_range_blocks(r, 32);
	return world_range_prefixes(r, prefix_tally, y);
}

static int part_tally(void *context, const struct world_range *r)
{
	struct tally *y = context;
	if (r->country[0])
		y->country_seen[(r->country[0] - 'A') * 26 + r->country[1] - 'A'] = true;
	if (r->asn == 0 || (y->asn_count && y->asns[y->asn_count - 1] == r->asn))
		return 0;
	alloc_grow((void **)&y->asns, y->asn_count, &y->asn_capacity, sizeof(*y->asns));
	y->asns[y->asn_count++] = r->asn;
	return 0;
}

static void tally_settle(struct tally *y)
{
	size_t kept = 0, letters = 0;
	if (y->asn_count)
		qsort(y->asns, y->asn_count, sizeof(*y->asns), numbers_by_uint32);
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

static void family_json(const struct tally *y, bool v6)
{
	struct json *j = &y->lookup->writer;
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

static void totals_json(const struct tally *y)
{
	struct json *j = &y->lookup->writer;
	family_json(y, false);
	family_json(y, true);
	json_key(j, "networks");
	json_int(j, (int64_t)y->asn_count);
	json_key(j, "countries");
	json_open(j, '[');
	for (const char *at = y->countries; *at; at += 2)
		json_string_n(j, at, 2);
	json_close(j, ']');
}

static void family_text(const struct tally *y, bool v6)
{
	struct text *t = &y->lookup->out;
	text_put(t, v6 ? "  IPv6: " : "  IPv4: ");
	if (y->ranges[v6] == 0) {
		text_put(t, "none\n");
		return;
	}
	counted_write(t, y->ranges[v6], "range", "ranges");
	text_put(t, ", ");
	counted_write(t, y->prefixes[v6], "prefix", "prefixes");
	if (!v6) {
		text_put(t, ", ");
		counted_write(t, (uint64_t)y->addresses_v4, "address", "addresses");
	}
	text_printf(t, ", %.2f x /%d\n", y->blocks[v6], v6 ? 48 : 24);
}

static void totals_text(const struct tally *y, bool country)
{
	struct text *t = &y->lookup->out;
	family_text(y, false);
	family_text(y, true);
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

static void entity_head(struct lookup *l, const char *entity, const char *name)
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
	text_put(&l->out, entity);
	if (name) {
		text_char(&l->out, ' ');
		world_text_safe(&l->out, name);
	}
	text_char(&l->out, '\n');
}

static void entity_show(struct lookup *l, const char *entity)
{
	struct tally *y = alloc_zero(1, sizeof(*y));
	bool country = entity[0] == 'c';
	uint64_t asn = 0;
	y->lookup = l;
	if (world_parts(l->world, entity, part_tally, y) < 0) {
		l->unknown = true;
		world_say("%s is not in the data", entity);
		free(y);
		return;
	}
	tally_settle(y);
	bool named = !country && number_of_text(entity + 4, UINT32_MAX, &asn);
	entity_head(l, entity, named ? world_network_name(l->world, (uint32_t)asn) : NULL);
	(void)world_ranges(l->world, entity, range_tally, y); // known, as the parts were
	if (l->json) {
		if (!l->totals)
			json_close(&l->writer, ']');
		totals_json(y);
		json_close(&l->writer, '}');
	} else {
		totals_text(y, country);
	}
	free(y->asns);
	free(y);
}

static void range_json(struct lookup *l, const struct world_range *r)
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
		(void)world_range_prefixes(r, prefix_show, l);
	json_close(j, ']');
}

static void address_json(struct lookup *l, const char *address, const struct world_range *r)
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
	range_json(l, r);
	json_close(j, '}');
}

static void address_text(struct lookup *l, const char *address, const struct world_range *r)
{
	struct text *t = &l->out;
	const char *name = r ? world_network_name(l->world, r->asn) : NULL;
	text_printf(t, "%s\n  country  %s\n  network  ", address, r && r->country[0] ? r->country : "unknown");
	if (r && r->asn)
		text_printf(t, "AS%u ", r->asn);
	else
		text_put(t, "unknown");
	if (name)
		world_text_safe(t, name);
	text_put(t, "\n");
	if (r) {
		text_put(t, "  range   ");
		(void)world_range_prefixes(r, prefix_show, l);
		text_char(t, '\n');
	}
}

static void address_show(struct lookup *l, const struct addr *a)
{
	struct world_range r;
	struct text address = {0};
	text_addr(&address, a);
	bool found = world_lookup(l->world, a, &r) == 1;
	if (!found) {
		l->unknown = true;
		world_say("%s is not in the data", text_string(&address));
	}
	if (l->json)
		address_json(l, text_string(&address), found ? &r : NULL);
	else
		address_text(l, text_string(&address), found ? &r : NULL);
	text_free(&address);
}

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// Appends the entity that an argument means ("kp", "AS131279" and the full forms); false: no such form.
static bool entity_read(const char *argument, struct text *ret)
{
	const char *rest = argument;
	if (strncmp(argument, "asn/", 4) == 0) {
		rest = argument + 4;
	} else if ((argument[0] == 'A' || argument[0] == 'a') && (argument[1] == 'S' || argument[1] == 's') &&
		   argument[2]) {
		rest = argument + 2;
	} else {
		rest = strncmp(argument, "country/", 8) == 0 ? argument + 8 : argument;
		if (!is_letter(rest[0]) || !is_letter(rest[1]) || rest[2])
			return false;
		text_put(ret, "country/");
		text_char(ret, (char)(rest[0] & ~0x20));
		text_char(ret, (char)(rest[1] & ~0x20));
		return true;
	}
	text_put(ret, "asn/");
	text_put(ret, rest);
	return world_ranges(NULL, text_string(ret), NULL, NULL) != ERR_MALFORMED;
}

static bool argument_valid(const char *argument)
{
	struct addr a;
	struct text entity = {0};
	bool valid = addr_parse(argument, &a) == 0 || entity_read(argument, &entity);
	text_free(&entity);
	return valid;
}

static void argument_show(struct lookup *l, const char *argument)
{
	struct addr a;
	struct text entity = {0};
	if (addr_parse(argument, &a) == 0)
		address_show(l, &a);
	else if (entity_read(argument, &entity))
		entity_show(l, text_string(&entity));
	text_free(&entity);
}

static int answers_print(struct lookup *l, int count, char **arguments)
{
	bool printed = true;
	if (l->json) {
		json_open(&l->writer, '{');
		json_key(&l->writer, "format");
		json_string(&l->writer, "lacuna-world/1");
		json_key(&l->writer, "results");
		json_open(&l->writer, '[');
	}
	for (int i = 0; i < count && printed; i++) {
		argument_show(l, arguments[i]);
		printed = world_print(&l->out);
	}
	if (l->json) {
		json_close(&l->writer, ']');
		json_key(&l->writer, "data_time");
		json_instant(&l->writer, world_data_time(l->world), 0);
		json_key(&l->writer, "built");
		json_instant(&l->writer, world_built(l->world), 0);
		json_key(&l->writer, "attribution");
		json_string(&l->writer, world_attribution(l->world));
		json_close(&l->writer, '}');
		text_char(&l->out, '\n');
		printed = printed && world_print(&l->out);
	} else if (*world_attribution(l->world)) {
		struct text t = {0};
		world_text_safe(&t, world_attribution(l->world));
		fprintf(stderr, "%s\n", text_string(&t));
		text_free(&t);
	}
	if (!printed)
		return WORLD_EXIT_FAILED;
	return l->unknown ? WORLD_EXIT_FLAWED : WORLD_EXIT_DONE;
}

int world_command_lookup(int argc, char **argv)
{
	static const struct option options[] = {{"world", required_argument, NULL, 'w'},
						{"json", no_argument, NULL, 'j'},
						{"totals", no_argument, NULL, 't'},
						{0}};
	const char *path = NULL;
	struct lookup l = {0};
	l.writer.out = &l.out;
	optind = 0;
	for (int c; (c = getopt_long(argc, argv, "w:", options, NULL)) != -1;) {
		if (c == 'w')
			path = optarg;
		else if (c == 'j')
			l.json = true;
		else if (c == 't')
			l.totals = true;
		else
			return world_usage();
	}
	if (optind == argc) {
		world_say("lookup what? An address, a country (country/KP) or a network (asn/131279)");
		return world_usage();
	}
	for (int i = optind; i < argc; i++)
		if (!argument_valid(argv[i])) {
			world_say("%s is no address, country (country/KP) or network (asn/131279)", argv[i]);
			return world_usage();
		}
	struct world *w = NULL;
	int status = world_open_or_say(path, &w);
	if (status != WORLD_EXIT_DONE)
		return status;
	l.world = w;
	status = answers_print(&l, argc - optind, argv + optind);
	world_age_check(w);
	text_free(&l.out);
	world_free(w);
	return status;
}
