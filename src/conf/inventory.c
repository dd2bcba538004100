// SPDX-License-Identifier: ISC
// Inventories of hosts: one object a line. `kinds` says how a host is asked; where it is missing, its ports do. Only ping and
// ports 25, 53, 80 and 443 come out of an inventory: what was found open elsewhere is nobody's service.
#include "base/attr.h"
#include "base/err.h"
#include "conf/json_file.h"
#include "conf/target_words.h"

#include <string.h>

#define KINDS_MAX 16 // of one host

struct inventory_host {
	struct plan *plan;
	uint64_t *dropped;
	struct addr address;
	struct target_words_words ask;
	uint32_t asn, kinds_node, ports_node;
	const struct kind_row *kinds[KINDS_MAX];
	size_t kind_count;
	bool from_ports;
};

struct port {
	uint32_t number;
};

static const struct schema_row inventory_port_rows[] = {
	{.key = "port",
	 .type = SCHEMA_NUMBER,
	 .required = true,
	 .offset = offsetof(struct port, number),
	 .low = 1,
	 .high = 65535},
};
static const struct schema inventory_port_schema = {inventory_port_rows, ARRAY_LEN(inventory_port_rows), true};

static void inventory_add_kind(struct inventory_host *h, const struct kind_row *k)
{
	for (size_t i = 0; i < h->kind_count; i++)
		if (h->kinds[i] == k)
			return;
	if (h->kind_count < KINDS_MAX) // there are nine kinds
		h->kinds[h->kind_count++] = k;
}

// Kinds without a port of their own (tcp) are no part of an inventory.
static int inventory_take_kind(struct schema_reader *r, uint32_t node, void *to)
{
	struct inventory_host *h = to;
	const char *word = schema_scalar(r, node);
	if (!word)
		return ERR_MALFORMED;
	const struct kind_row *k = kind_of(word);
	if (k && (k->op == PROBE_ICMP_ECHO || k->port))
		inventory_add_kind(h, k);
	else
		++*h->dropped;
	return 0;
}

static int inventory_take_port(struct schema_reader *r, uint32_t node, void *to)
{
	struct inventory_host *h = to;
	struct port port = {0};
	int code = tree_at(r->tree, node)->kind == NODE_MAP ? schema_read(r, node, &inventory_port_schema, &port)
							    : schema_number(r, node, 1, 65535, &port.number);
	if (code < 0)
		return code;
	const struct kind_row *k = kind_of_port((uint16_t)port.number);
	if (!k)
		++*h->dropped;
	else if (h->from_ports)
		inventory_add_kind(h, k);
	return 0;
}

#define TEXT_OF(name, member)                                                                                          \
	{                                                                                                              \
		.key = name, .type = SCHEMA_TEXT, .offset = offsetof(struct inventory_host, member), .high = 255       \
	}

static const struct schema_row inventory_host_rows[] = {
	{.key = "address",
	 .type = SCHEMA_ADDRESS,
	 .required = true,
	 .offset = offsetof(struct inventory_host, address)},
	TEXT_OF("entity", ask.entity),
	TEXT_OF("institution", ask.institution),
	{.key = "name", .type = SCHEMA_HOST, .offset = offsetof(struct inventory_host, ask.name)},
	{.key = "asn",
	 .type = SCHEMA_NUMBER,
	 .offset = offsetof(struct inventory_host, ask.network),
	 .low = 1,
	 .high = UINT32_MAX},
	{.key = "kinds", .type = SCHEMA_LATER, .offset = offsetof(struct inventory_host, kinds_node)},
	{.key = "ports", .type = SCHEMA_LATER, .offset = offsetof(struct inventory_host, ports_node)},
};
static const struct schema inventory_host_schema = {inventory_host_rows, ARRAY_LEN(inventory_host_rows), true};

static int inventory_take_host(struct schema_reader *r, uint32_t node, void *to)
{
	struct inventory_host h = *(const struct inventory_host *)to;
	int code = schema_read(r, node, &inventory_host_schema, &h);
	if (code < 0)
		return code;
	h.from_ports = !h.kinds_node;
	if (h.from_ports)
		inventory_add_kind(&h, kind_of("host"));
	code = schema_list(r, "kinds", h.kinds_node, inventory_take_kind, &h);
	if (code == 0)
		code = schema_list(r, "ports", h.ports_node, inventory_take_port, &h);
	for (size_t i = 0; code == 0 && i < h.kind_count; i++) {
		const char *wrong = target_words_add_known(h.plan, &h.address, h.kinds[i], &h.ask);
		code = wrong ? schema_wrong(r, node, "%s", wrong) : 0;
	}
	return code;
}

int plan_inventory(struct plan *p, const char *path, uint64_t *ret_dropped, struct plan_error *e)
{
	uint64_t dropped = 0;
	struct inventory_host first = {.plan = p, .dropped = &dropped};
	int code = json_file_lines(path, &(struct json_lines){p, inventory_take_host, &first}, e);
	if (code == 0 && ret_dropped)
		*ret_dropped = dropped;
	return code;
}
