// SPDX-License-Identifier: ISC
// Inventories of hosts: one object a line. `kinds` says how a host is asked; where it is missing, its ports do. Only ping and
// ports 25, 53, 80 and 443 come out of an inventory: what was found open elsewhere is nobody's service.
#include "base/attr.h"
#include "base/err.h"
#include "conf/ask.h"
#include "conf/json_file.h"

#include <string.h>

#define KINDS_MAX 16 // of one host

struct host {
	struct plan *plan;
	uint64_t *dropped;
	struct addr address;
	struct ask_words ask;
	uint32_t asn, kinds_node, ports_node;
	const struct kind *kinds[KINDS_MAX];
	size_t kind_count;
	bool from_ports;
};

struct port {
	uint32_t number;
};

static const struct schema_row port_rows[] = {
	{.key = "port",
	 .type = SCHEMA_NUMBER,
	 .required = true,
	 .offset = offsetof(struct port, number),
	 .low = 1,
	 .high = 65535},
};
static const struct schema port_schema = {port_rows, ARRAY_LEN(port_rows), true};

static void add_kind(struct host *h, const struct kind *k)
{
	for (size_t i = 0; i < h->kind_count; i++)
		if (h->kinds[i] == k)
			return;
	if (h->kind_count < KINDS_MAX) // there are nine kinds
		h->kinds[h->kind_count++] = k;
}

// Kinds without a port of their own (tcp) are no part of an inventory.
static int take_kind(struct schema_reader *r, uint32_t node, void *to)
{
	struct host *h = to;
	const char *word = schema_scalar(r, node);
	if (!word)
		return ERR_MALFORMED;
	const struct kind *k = kind_of(word);
	if (k && (k->op == PROBE_ICMP_ECHO || k->port))
		add_kind(h, k);
	else
		++*h->dropped;
	return 0;
}

static int take_port(struct schema_reader *r, uint32_t node, void *to)
{
	struct host *h = to;
	struct port port = {0};
	int code = tree_at(r->tree, node)->kind == NODE_MAP ? schema_read(r, node, &port_schema, &port)
							    : schema_number(r, node, 1, 65535, &port.number);
	if (code < 0)
		return code;
	const struct kind *k = kind_of_port((uint16_t)port.number);
	if (!k)
		++*h->dropped;
	else if (h->from_ports)
		add_kind(h, k);
	return 0;
}

#define TEXT_OF(name, member)                                                                                          \
	{                                                                                                              \
		.key = name, .type = SCHEMA_TEXT, .offset = offsetof(struct host, member), .high = 255                 \
	}

static const struct schema_row host_rows[] = {
	{.key = "address", .type = SCHEMA_ADDRESS, .required = true, .offset = offsetof(struct host, address)},
	TEXT_OF("entity", ask.entity),
	TEXT_OF("institution", ask.institution),
	{.key = "name", .type = SCHEMA_HOST, .offset = offsetof(struct host, ask.name)},
	{.key = "asn",
	 .type = SCHEMA_NUMBER,
	 .offset = offsetof(struct host, ask.network),
	 .low = 1,
	 .high = UINT32_MAX},
	{.key = "kinds", .type = SCHEMA_LATER, .offset = offsetof(struct host, kinds_node)},
	{.key = "ports", .type = SCHEMA_LATER, .offset = offsetof(struct host, ports_node)},
};
static const struct schema host_schema = {host_rows, ARRAY_LEN(host_rows), true};

static int take_host(struct schema_reader *r, uint32_t node, void *to)
{
	struct host h = *(const struct host *)to;
	int code = schema_read(r, node, &host_schema, &h);
	if (code < 0)
		return code;
	h.from_ports = !h.kinds_node;
	if (h.from_ports)
		add_kind(&h, kind_of("host"));
	code = schema_list(r, "kinds", h.kinds_node, take_kind, &h);
	if (code == 0)
		code = schema_list(r, "ports", h.ports_node, take_port, &h);
	for (size_t i = 0; code == 0 && i < h.kind_count; i++) {
		const char *wrong = ask_add_known(h.plan, &h.address, h.kinds[i], &h.ask);
		code = wrong ? schema_wrong(r, node, "%s", wrong) : 0;
	}
	return code;
}

int plan_inventory(struct plan *p, const char *path, uint64_t *ret_dropped, struct plan_error *e)
{
	uint64_t dropped = 0;
	struct host first = {.plan = p, .dropped = &dropped};
	int code = json_file_lines(path, take_host, &first, e);
	if (code == 0 && ret_dropped)
		*ret_dropped = dropped;
	return code;
}
