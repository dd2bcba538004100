// SPDX-License-Identifier: ISC
// Prints plans and modules.
#include "print.h"

#include "conf/blackbox.h"

#include <string.h>

static void put_list(struct text *out, const char *name, const struct plan_list *l)
{
	for (size_t i = 0; i < l->count; i++) {
		text_printf(out, "%s ", name);
		text_prefix(out, &l->at[i]);
		text_char(out, '\n');
	}
}

static void put_word(struct text *out, const char *name, const char *word)
{
	if (word)
		text_printf(out, " %s=%s", name, word);
}

static void put_number(struct text *out, const char *name, uint32_t number)
{
	if (number)
		text_printf(out, " %s=%u", name, number);
}

void print_target(struct text *out, const struct plan_target *t)
{
	static const char *const kinds[] = {"host", "service", "border", "control", "unlisted"};
	text_printf(out, "target %s %s", probe_op_name(t->op), kinds[t->kind]);
	if (t->address.family) {
		text_char(out, ' ');
		text_addr(out, &t->address);
	}
	put_word(out, "host", t->host);
	put_word(out, "name", t->name);
	put_word(out, "entity", t->entity);
	put_word(out, "institution", t->institution);
	put_number(out, "flags", t->flags);
	put_number(out, "port", t->port);
	put_number(out, "qtype", t->qtype);
	put_word(out, "path", t->path);
	put_number(out, "manner", t->manner);
	put_number(out, "prefer", t->prefer);
	put_number(out, "asn", t->network);
	put_number(out, "interval_ms", t->interval_ms);
	put_number(out, "timeout_ms", t->timeout_ms);
	text_char(out, '\n');
}

static void put_entities(struct text *out, const struct entity_list *l)
{
	for (size_t i = 0; i < l->count; i++) {
		const struct entity *e = &l->at[i];
		text_printf(out, "entity %s%s ranges=%zu asns=%zu population=%.0f", e->id, e->watched ? " watched" : "",
			    e->range_count, e->asn_count, e->population);
		put_word(out, "name", e->name);
		text_char(out, '\n');
	}
}

static void put_blocks(struct text *out, const struct plan *p)
{
	for (size_t i = 0; i < p->block_count; i++) {
		const struct plan_block *b = &p->blocks[i];
		text_put(out, "block ");
		struct addr first = addr_v4(b->block << 8);
		text_addr(out, &first);
		text_printf(out, " asn=%u entity=%s hosts", b->network, p->entities.at[b->entity].id);
		for (uint8_t k = 0; k < b->count; k++)
			text_printf(out, " %u:%u", b->low[k], b->availability[k]);
		text_char(out, '\n');
	}
}

void print_plan(struct text *out, const struct plan *p)
{
	text_printf(out, "probing %d acknowledged %d lab %d observers %u rate %u watch_ms %u", p->probing,
		    p->acknowledged, p->lab, p->observers, p->total_per_s, p->watch_interval_ms);
	put_word(out, "contact", p->contact);
	put_word(out, "identity", p->identity);
	put_word(out, "observer", p->observer);
	put_number(out, "observer_asn", p->observer_asn);
	put_word(out, "interface", p->interface);
	put_word(out, "opt_out_file", p->opt_out_file);
	text_char(out, '\n');
	put_list(out, "allow", &p->allow);
	put_list(out, "block", &p->block);
	put_entities(out, &p->entities);
	for (size_t i = 0; i < p->target_count; i++)
		print_target(out, &p->targets[i]);
	put_blocks(out, p);
	if (p->notes.length)
		text_bytes(out, p->notes.bytes, p->notes.length);
}

static void put_manner(struct text *out, const struct manner *m)
{
	static const char *const kinds[MANNER_KINDS] = {"",	  "host",     "server_name", "agent",	  "accept",
							"header", "body_not", "body",	     "field_not", "field",
							"expect", "send",     "starttls"};
	struct manner_part p;
	text_printf(out, "  manner flags=%u rcodes=%x versions=%u tls=%u-%u body_most=%u statuses", m->flags, m->rcodes,
		    m->versions, m->tls_least, m->tls_most, m->body_most);
	for (unsigned i = 0; i < MANNER_STATUSES && !m->any_status; i++)
		if (manner_status_fine(m, i))
			text_printf(out, " %u", i);
	text_put(out, m->any_status ? " 2xx\n" : "\n");
	for (size_t at = 0; manner_next(m, &at, &p);) {
		text_printf(out, "  %s%s ", kinds[p.kind], p.mark ? "?" : "");
		text_untrusted(out, p.text, strlen(p.text));
		text_char(out, '\n');
	}
}

void print_blackbox(struct text *out, const struct blackbox *b)
{
	for (size_t i = 0; i < b->count; i++) {
		const struct blackbox_module *m = &b->modules[i];
		text_printf(out, "module %s ", m->name);
		print_target(out, &m->ask);
		if (m->manner)
			put_manner(out, m->manner);
		if (m->unsupported)
			text_printf(out, "  unsupported: %s\n", m->unsupported);
	}
	if (b->notes.length)
		text_bytes(out, b->notes.bytes, b->notes.length);
}
