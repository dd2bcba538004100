// SPDX-License-Identifier: ISC
// blackbox.yml: all keys of version 0.23 (and those that were older or came later and are known) in tables. A key that asks for what no
// check of ours does, or that is not known, costs the module that it stands in. Secrets and bodies are never kept.
#include "conf/blackbox.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "base/err.h"
#include "base/pattern.h"
#include "conf/blackbox_words.h"
#include "conf/place.h"
#include "conf/scalar.h"
#include "conf/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MODULES_MAX   1024
#define TIMEOUT_MOST  3600000 // ms
#define QTYPE_DEFAULT 255     // ANY, as blackbox_exporter has it
#define TLS_DEFAULT   12      // what Go offers at least

bool blackbox_nothing(const struct schema_reader *r, uint32_t node)
{
	const struct node *n = tree_at(r->tree, node);
	return n->kind == NODE_SCALAR ? !n->count || tree_absent(r->tree, node) : !n->at;
}

int blackbox_take_unsupported(struct schema_reader *r, uint32_t node, void *to)
{
	(void)to;
	return blackbox_nothing(r, node) ? 0 : schema_wrong(r, node, "no check of this version does that");
}

int blackbox_take_unsupported_on(struct schema_reader *r, uint32_t node, void *to)
{
	bool on = true;
	const char *text = schema_scalar(r, node);
	if (!text)
		return ERR_MALFORMED;
	return scalar_switch(text, &on) && !on ? 0 : blackbox_take_unsupported(r, node, to);
}

int blackbox_take_nothing(struct schema_reader *r, uint32_t node, void *to)
{
	(void)r;
	(void)node;
	(void)to;
	return 0;
}

int blackbox_take_fallback(struct schema_reader *r, uint32_t node, void *to)
{
	struct blackbox_words *w = to;
	bool on;
	const char *text = schema_scalar(r, node);
	if (!text || !scalar_switch(text, &on))
		return text ? schema_wrong(r, node, "'%.80s' is not on or off", text) : ERR_MALFORMED;
	w->no_fallback = !on;
	return 0;
}

int blackbox_add(struct schema_reader *r, uint32_t node, struct manner *m, const struct manner_part *p)
{
	return manner_add(m, p->kind, p->mark, p->text)
		       ? 0
		       : schema_wrong(r, node, "its headers, patterns and lines are too many");
}

const char *blackbox_pattern(struct schema_reader *r, uint32_t node)
{
	const char *text = schema_scalar(r, node), *why = NULL;
	if (!text)
		return NULL;
	struct pattern *p = pattern_create(text, &why);
	if (!p)
		(void)schema_wrong(r, node, "the pattern '%.80s' is not read: %s", text, why);
	pattern_free(p);
	return why ? NULL : text;
}

static int blackbox_take_rcode(struct schema_reader *r, uint32_t node, void *to)
{
	static const char *const names[MANNER_RCODES] = {
		"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP",	 "REFUSED", "YXDOMAIN", "YXRRSET",
		"NXRRSET", "NOTAUTH", "NOTZONE",  "",	      "",	 "",	    "",		"",
		"BADSIG",  "BADKEY",  "BADTIME",  "BADMODE",  "BADNAME", "BADALG",  "BADTRUNC", "BADCOOKIE"};
	struct blackbox_words *w = to;
	const char *text = schema_scalar(r, node);
	if (!text)
		return ERR_MALFORMED;
	if (!w->rcodes)
		w->manner->rcodes = 0;
	w->rcodes = true;
	for (unsigned i = 0; i < MANNER_RCODES; i++)
		if (*text && strcmp(text, names[i]) == 0) {
			w->manner->rcodes |= 1u << i;
			return 0;
		}
	return schema_wrong(r, node, "'%.80s' is not a response code of the DNS such as NXDOMAIN", text);
}

// {fail_if_matches_regexp: [...], ...}: fine as long as none is written.
static int blackbox_take_records(struct schema_reader *r, uint32_t node, void *to)
{
	if (tree_at(r->tree, node)->kind != NODE_MAP)
		return blackbox_take_unsupported(r, node, to);
	for (uint32_t key = tree_first(r->tree, node); key; key = tree_next(r->tree, tree_next(r->tree, key)))
		if (!blackbox_nothing(r, tree_next(r->tree, key)))
			return blackbox_take_unsupported(r, node, to);
	return 0;
}

static const struct schema_row blackbox_dns_rows[] = {
	BLACKBOX_FAMILY,
	BLACKBOX_UNSUPPORTED("source_ip_address"),
	BLACKBOX_TEXT("transport_protocol", transport),
	BLACKBOX_SWITCH("dns_over_tls", dns_over_tls),
	BLACKBOX_TLS,
	BLACKBOX_TEXT("query_name", query_name),
	BLACKBOX_TEXT("query_type", query_type),
	BLACKBOX_TEXT("query_class", query_class),
	BLACKBOX_SWITCH("recursion_desired", recursion),
	{.key = "valid_rcodes", .type = SCHEMA_LIST, .take = blackbox_take_rcode},
	{.key = "validate_answer_rrs", .type = SCHEMA_ANY, .take = blackbox_take_records},
	{.key = "validate_authority_rrs", .type = SCHEMA_ANY, .take = blackbox_take_records},
	{.key = "validate_additional_rrs", .type = SCHEMA_ANY, .take = blackbox_take_records},
};

static int blackbox_take_not_zero(struct schema_reader *r, uint32_t node, void *to)
{
	const char *text = schema_scalar(r, node);
	if (!text)
		return ERR_MALFORMED;
	return strcmp(text, "0") == 0 ? 0 : blackbox_take_unsupported(r, node, to);
}

static const struct schema_row blackbox_icmp_rows[] = {
	BLACKBOX_FAMILY,
	BLACKBOX_UNSUPPORTED("source_ip_address"),
	BLACKBOX_UNSUPPORTED_ON("dont_fragment"),
	{.key = "payload_size", .type = SCHEMA_ANY, .take = blackbox_take_not_zero},
	{.key = "ttl", .type = SCHEMA_ANY, .take = blackbox_take_not_zero},
};

static const struct schema blackbox_dns_schema = {blackbox_dns_rows, ARRAY_LEN(blackbox_dns_rows), false};
static const struct schema blackbox_icmp_schema = {blackbox_icmp_rows, ARRAY_LEN(blackbox_icmp_rows), false};

// The sections of other probers than the module's are not looked into: they say nothing of it.
enum { OF_HTTP, OF_TCP, OF_DNS, OF_ICMP, PROBERS };

static const struct {
	const char *name;
	uint8_t op;
	const struct schema *schema;
} blackbox_probers[PROBERS] = {
	[OF_HTTP] = {"http", PROBE_HTTP, &blackbox_http_schema},
	[OF_TCP] = {"tcp", PROBE_TCP_CONNECT, &blackbox_tcp_schema},
	[OF_DNS] = {"dns", PROBE_DNS, &blackbox_dns_schema},
	[OF_ICMP] = {"icmp", PROBE_ICMP_ECHO, &blackbox_icmp_schema},
};

struct module_words {
	const char *prober;
	uint32_t timeout_ms;
	uint32_t sections[PROBERS];
};

#define SECTION(name, which)                                                                                           \
	{                                                                                                              \
		.key = name, .type = SCHEMA_LATER, .offset = offsetof(struct module_words, sections[which])            \
	}

static const struct schema_row blackbox_module_rows[] = {
	{.key = "prober",
	 .type = SCHEMA_TEXT,
	 .required = true,
	 .offset = offsetof(struct module_words, prober),
	 .low = 1,
	 .high = 32},
	{.key = "timeout",
	 .type = SCHEMA_DURATION,
	 .offset = offsetof(struct module_words, timeout_ms),
	 .high = TIMEOUT_MOST},
	SECTION("http", OF_HTTP),
	SECTION("tcp", OF_TCP),
	SECTION("dns", OF_DNS),
	SECTION("icmp", OF_ICMP),
	BLACKBOX_NOTHING("grpc"),
	BLACKBOX_NOTHING("unix"),
	BLACKBOX_NOTHING("websocket"),
	BLACKBOX_NOTHING("labels"),
};
static const struct schema blackbox_module_schema = {blackbox_module_rows, ARRAY_LEN(blackbox_module_rows), false};

// Of a module with a prober that is not ours, only the name of it matters.
static const struct schema blackbox_prober_schema = {blackbox_module_rows, 1, true};

static int blackbox_shape_family(struct schema_reader *r, uint32_t node, struct plan_target *t,
				 const struct blackbox_words *w)
{
	bool four = w->family && strcmp(w->family, "ip4") == 0;
	if (w->family && *w->family && !four && strcmp(w->family, "ip6") != 0)
		return schema_wrong(r, node, "preferred_ip_protocol: '%.32s' is neither ip4 nor ip6", w->family);
	t->prefer = w->no_fallback ? (four ? PLAN_V4_ONLY : PLAN_V6_ONLY) : four ? PLAN_V4_FIRST : PLAN_ANY_FAMILY;
	return 0;
}

static int blackbox_shape_tls(struct schema_reader *r, uint32_t node, struct plan_target *t, struct blackbox_words *w)
{
	struct manner_part name = {.kind = MANNER_SERVER_NAME, .text = w->server_name};
	t->flags |= w->insecure ? 0 : CHECK_TLS_VERIFY;
	w->manner->flags |= w->insecure ? MANNER_TLS_ANY : 0;
	return w->server_name && *w->server_name ? blackbox_add(r, node, w->manner, &name) : 0;
}

// Patterns see what is sent, not what it unpacks to.
static bool blackbox_patterns_on_body(const struct manner *m)
{
	return manner_has(m, MANNER_BODY) || manner_has(m, MANNER_BODY_NOT) || m->body_most;
}

// 2xx where nothing is written.
static int blackbox_shape_http(struct schema_reader *r, uint32_t node, struct plan_target *t, struct blackbox_words *w)
{
	struct manner *m = w->manner;
	m->flags |= w->follow && !w->no_follow ? MANNER_FOLLOW : 0;
	if ((w->other_http || w->no_http) && !m->versions)
		return schema_wrong(r, node, "http.valid_http_versions: only HTTP/1.0 and HTTP/1.1 are spoken here");
	if (m->versions && !w->other_http && !w->no_http2)
		m->flags |= MANNER_OFFER_HTTP2;
	if (w->method && strcasecmp(w->method, "HEAD") == 0)
		t->flags |= CHECK_HEAD;
	else if (w->method && *w->method && strcasecmp(w->method, "GET") != 0)
		return schema_wrong(r, node, "http.method: '%.32s' is not sent, only GET and HEAD are", w->method);
	if (w->encoding && blackbox_patterns_on_body(m))
		return schema_wrong(
			r, node,
			"http.headers: with an Accept-Encoding the body is not unpacked for patterns and limits");
	const char *host = manner_text(m, MANNER_HOST);
	if (host && scalar_host(host))
		t->name = alloc_copy(host);
	return blackbox_shape_tls(r, node, t, w);
}

static int blackbox_shape_tcp(struct schema_reader *r, uint32_t node, struct plan_target *t, struct blackbox_words *w)
{
	bool tls = w->tls || manner_has(w->manner, MANNER_STARTTLS);
	t->op = w->tls ? PROBE_TLS : PROBE_TCP_CONNECT;
	if (w->tls && w->server_name && scalar_host(w->server_name))
		t->name = alloc_copy(w->server_name);
	return tls ? blackbox_shape_tls(r, node, t, w) : 0;
}

static int blackbox_shape_dns(struct schema_reader *r, uint32_t node, struct plan_target *t, struct blackbox_words *w)
{
	if (!w->query_name || !*w->query_name)
		return schema_wrong(r, node, "the key 'query_name' of a dns prober is missing");
	t->qtype = w->query_type && *w->query_type ? place_qtype(w->query_type) : QTYPE_DEFAULT;
	t->flags = w->recursion ? CHECK_DNS_RECURSE : 0;
	if (w->transport && strcasecmp(w->transport, "tcp") == 0)
		t->flags |= CHECK_DNS_TCP;
	else if (w->transport && *w->transport && strcasecmp(w->transport, "udp") != 0)
		return schema_wrong(r, node, "dns.transport_protocol: '%.32s' is neither udp nor tcp", w->transport);
	if (!t->qtype)
		return schema_wrong(r, node, "dns.query_type: '%.32s' is not known here", w->query_type);
	if (w->dns_over_tls)
		return schema_wrong(r, node, "dns.dns_over_tls: DNS over TLS is not asked by this version");
	if (w->query_class && *w->query_class && strcasecmp(w->query_class, "IN") != 0)
		return schema_wrong(r, node, "dns.query_class: only class IN is asked for");
	w->manner->flags |= MANNER_RCODE;
	t->name = alloc_copy(w->query_name);
	return 0;
}

static int blackbox_shape(struct schema_reader *r, uint32_t node, struct plan_target *t, struct blackbox_words *w)
{
	int code = blackbox_shape_family(r, node, t, w);
	t->timeout_ms = w->timeout_ms;
	t->kind = t->op == PROBE_ICMP_ECHO ? TARGET_HOST : TARGET_SERVICE;
	if (code < 0 || t->op == PROBE_ICMP_ECHO)
		return code;
	if (t->op == PROBE_HTTP)
		return blackbox_shape_http(r, node, t, w);
	return t->op == PROBE_DNS ? blackbox_shape_dns(r, node, t, w) : blackbox_shape_tcp(r, node, t, w);
}

static int blackbox_section(struct schema_reader *r, uint32_t node, const struct schema *s, struct blackbox_words *w)
{
	r->steps[r->depth++] = (struct schema_step){s == &blackbox_http_schema	? "http"
						    : s == &blackbox_tcp_schema ? "tcp"
						    : s == &blackbox_dns_schema ? "dns"
										: "icmp",
						    0};
	int code = schema_read(r, node, s, w);
	if (code == 0)
		r->depth--;
	return code;
}

// 0: a check of ours can stand for it; else the message says why not.
static int blackbox_module_read(struct schema_reader *r, uint32_t node, struct blackbox_module *m)
{
	struct module_words written = {.prober = NULL};
	struct blackbox_words w = {.follow = true, .recursion = true, .manner = m->manner};
	int code = schema_read(r, node, &blackbox_prober_schema, &written);
	if (code < 0)
		return code;
	size_t which = 0;
	while (which < PROBERS && strcmp(blackbox_probers[which].name, written.prober) != 0)
		which++;
	if (which == PROBERS)
		return schema_wrong(r, node, "its prober '%.32s' is not spoken by this version", written.prober);
	code = schema_read(r, node, &blackbox_module_schema, &written);
	if (code < 0)
		return code;
	w.timeout_ms = written.timeout_ms;
	m->ask.op = blackbox_probers[which].op;
	m->manner->tls_least = TLS_DEFAULT;
	if (written.sections[which])
		code = blackbox_section(r, written.sections[which], blackbox_probers[which].schema, &w);
	return code < 0 ? code : blackbox_shape(r, node, &m->ask, &w);
}

static int blackbox_take_module(struct schema_reader *r, uint32_t node, void *to)
{
	struct blackbox *b = to;
	struct plan_error why = {.text = ""};
	struct schema_reader inner = *r;
	if (b->count == MODULES_MAX)
		return schema_wrong(r, node, "more than 1024 modules");
	bool twice = blackbox_find(b, schema_key(r));
	alloc_grow((void **)&b->modules, b->count, &b->capacity, sizeof(*b->modules));
	struct blackbox_module *m = &b->modules[b->count++];
	*m = (struct blackbox_module){.name = alloc_copy(schema_key(r)), .manner = alloc_zero(1, sizeof(*m->manner))};
	manner_init(m->manner);
	inner.error = &why;
	int code = blackbox_module_read(&inner, node, m);
	if (code == 0 && twice)
		code = schema_wrong(&inner, node, "a module of this name stands before it; that one is used");
	if (code < 0)
		m->unsupported = alloc_copy(why.text);
	if (code == 0 && m->ask.op != PROBE_ICMP_ECHO)
		return 0;
	free(m->manner);
	m->manner = NULL;
	return 0;
}

// What is no module: left aside, and said.
static int blackbox_take_root(struct schema_reader *r, uint32_t node, void *to)
{
	struct blackbox *b = to;
	if (strcmp(schema_key(r), "modules") == 0)
		return tree_absent(r->tree, node) ? 0 : schema_map(r, node, blackbox_take_module, b);
	if (strncmp(schema_key(r), "x-", 2) == 0)
		return 0; // so that anchors have a place
	struct plan_error e = {.text = ""};
	struct schema_reader inner = *r;
	inner.error = &e;
	(void)schema_wrong(&inner, node, "no part of a blackbox file that is known here; left aside");
	text_put(&b->notes, e.text);
	text_char(&b->notes, '\n');
	return 0;
}

int blackbox_read(struct blackbox *b, const char *path, struct plan_error *e)
{
	struct blackbox read = {0};
	struct tree tree = {0};
	uint32_t more = 0;
	int code = yaml_read_first(&tree, path, &more, e);
	struct schema_reader r = {.tree = &tree, .path = path, .error = e};
	if (more)
		text_printf(&read.notes, "%.200s:%u: a second document begins; it is left aside\n", path, more);
	if (code == 0)
		code = schema_map(&r, TREE_ROOT, blackbox_take_root, &read);
	tree_free(&tree);
	if (code < 0)
		blackbox_free(&read);
	else
		*b = read;
	return code;
}

void blackbox_free(struct blackbox *b)
{
	for (size_t i = 0; b && i < b->count; i++) {
		free(b->modules[i].name);
		free(b->modules[i].ask.name);
		free(b->modules[i].manner);
		free(b->modules[i].unsupported);
	}
	if (!b)
		return;
	free(b->modules);
	text_free(&b->notes);
	*b = (struct blackbox){0};
}

const struct blackbox_module *blackbox_find(const struct blackbox *b, const char *name)
{
	for (size_t i = 0; i < b->count; i++)
		if (strcmp(b->modules[i].name, name) == 0)
			return &b->modules[i];
	return NULL;
}
