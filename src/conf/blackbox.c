// SPDX-License-Identifier: ISC
// blackbox.yml: all keys of version 0.23 (and those that were older or came later and are known) in tables. A key that no check
// of ours follows is read as SCHEMA_ANY and named in `ignored`. Secrets, headers and bodies are never kept.
#include "conf/blackbox.h"

#include "base/alloc.h"
#include "base/attr.h"
#include "base/err.h"
#include "conf/place.h"
#include "conf/scalar.h"
#include "conf/schema.h"
#include "conf/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MODULES_MAX   1024
#define TIMEOUT_MOST  3600000 // ms
#define MODULE_STEPS  2	      // "modules" and its name stand before the keys of a module
#define QTYPE_DEFAULT 255     // ANY, as blackbox_exporter has it

struct words { // of one module
	struct text ignored;
	const char *prober, *method, *transport, *query_name, *query_type, *query_class, *server_name;
	uint32_t timeout_ms;
	uint32_t status_low, status_high, status_count;
	bool follow, no_follow, tls, insecure, dns_over_tls, recursion, rcodes;
};

static void blackbox_also_ignored(struct words *w, const char *key)
{
	text_printf(&w->ignored, "%s%s", w->ignored.length ? ", " : "", key);
}

static void blackbox_note(struct words *w, const struct schema_reader *r)
{
	struct text key = {0};
	for (unsigned i = MODULE_STEPS; i < r->depth && r->steps[i].key; i++)
		text_printf(&key, "%s%s", i > MODULE_STEPS ? "." : "", r->steps[i].key);
	blackbox_also_ignored(w, text_string(&key));
	text_free(&key);
}

static int blackbox_take_ignored(struct schema_reader *r, uint32_t node, void *to)
{
	(void)node;
	blackbox_note(to, r);
	return 0;
}

// A switch that changes nothing while it is off.
static int blackbox_take_if_on(struct schema_reader *r, uint32_t node, void *to)
{
	bool on = true;
	const char *text = schema_scalar(r, node);
	if (!text)
		return ERR_MALFORMED;
	if (!scalar_switch(text, &on) || on)
		blackbox_note(to, r);
	return 0;
}

static int blackbox_take_status(struct schema_reader *r, uint32_t node, void *to)
{
	struct words *w = to;
	uint32_t status;
	int code = schema_number(r, node, 100, 599, &status);
	if (code < 0)
		return code;
	if (!w->status_count || status < w->status_low)
		w->status_low = status;
	if (status > w->status_high)
		w->status_high = status;
	w->status_count++;
	return 0;
}

// NOERROR alone is what every check of ours asks for.
static int blackbox_take_rcode(struct schema_reader *r, uint32_t node, void *to)
{
	const char *text = schema_scalar(r, node);
	if (!text)
		return ERR_MALFORMED;
	struct words *w = to;
	if (strcasecmp(text, "NOERROR") != 0 && !w->rcodes) {
		w->rcodes = true;
		blackbox_note(w, r);
	}
	return 0;
}

#define IGNORED(name)                                                                                                  \
	{                                                                                                              \
		.key = name, .type = SCHEMA_ANY, .take = blackbox_take_ignored                                         \
	}
#define IF_ON(name)                                                                                                    \
	{                                                                                                              \
		.key = name, .type = SCHEMA_ANY, .take = blackbox_take_if_on                                           \
	}
#define TEXT_OF(name, m)                                                                                               \
	{                                                                                                              \
		.key = name, .type = SCHEMA_TEXT, .offset = offsetof(struct words, m)                                  \
	}
#define SWITCH_OF(name, m)                                                                                             \
	{                                                                                                              \
		.key = name, .type = SCHEMA_SWITCH, .offset = offsetof(struct words, m)                                \
	}

static const struct schema_row blackbox_tls_rows[] = {
	SWITCH_OF("insecure_skip_verify", insecure),
	TEXT_OF("server_name", server_name),
	IGNORED("ca_file"),
	IGNORED("cert_file"),
	IGNORED("key_file"),
	IGNORED("min_version"),
	IGNORED("max_version"),
	IGNORED("ca"),
	IGNORED("cert"),
	IGNORED("key"),
	IGNORED("ca_ref"),
	IGNORED("cert_ref"),
	IGNORED("key_ref"),
};
static const struct schema blackbox_tls_schema = {blackbox_tls_rows, ARRAY_LEN(blackbox_tls_rows), false};

#define TLS                                                                                                            \
	{                                                                                                              \
		.key = "tls_config", .type = SCHEMA_TABLE, .sub = &blackbox_tls_schema                                 \
	}

static const struct schema_row blackbox_http_rows[] = {
	{.key = "valid_status_codes", .type = SCHEMA_LIST, .take = blackbox_take_status},
	IGNORED("valid_http_versions"),
	TEXT_OF("method", method),
	IGNORED("headers"),
	IGNORED("body_size_limit"),
	IGNORED("compression"),
	SWITCH_OF("follow_redirects", follow),
	SWITCH_OF("no_follow_redirects", no_follow),
	IF_ON("fail_if_ssl"),
	IF_ON("fail_if_not_ssl"),
	IGNORED("fail_if_body_matches_regexp"),
	IGNORED("fail_if_body_not_matches_regexp"),
	IGNORED("fail_if_body_json_matches_cel"),
	IGNORED("fail_if_body_json_not_matches_cel"),
	IGNORED("fail_if_header_matches"),
	IGNORED("fail_if_header_not_matches"),
	TLS,
	IGNORED("basic_auth"),
	IGNORED("authorization"),
	IGNORED("bearer_token"),
	IGNORED("bearer_token_file"),
	IGNORED("proxy_url"),
	IGNORED("no_proxy"),
	IF_ON("proxy_from_environment"),
	IGNORED("proxy_connect_header"),
	IF_ON("skip_resolve_phase_with_proxy"),
	IF_ON("use_proxy_dns"),
	IGNORED("oauth2"),
	IGNORED("http_headers"),
	IGNORED("enable_http2"),
	IGNORED("enable_http3"),
	IGNORED("preferred_ip_protocol"),
	IGNORED("ip_protocol_fallback"),
	IGNORED("body"),
	IGNORED("body_file"),
};

static const struct schema_row blackbox_tcp_rows[] = {
	IGNORED("preferred_ip_protocol"), IGNORED("ip_protocol_fallback"), IGNORED("source_ip_address"),
	IGNORED("query_response"),	  SWITCH_OF("tls", tls),	   TLS,
};

static const struct schema_row blackbox_dns_rows[] = {
	IGNORED("preferred_ip_protocol"),
	IGNORED("ip_protocol_fallback"),
	IGNORED("source_ip_address"),
	TEXT_OF("transport_protocol", transport),
	SWITCH_OF("dns_over_tls", dns_over_tls),
	TLS,
	TEXT_OF("query_name", query_name),
	TEXT_OF("query_type", query_type),
	TEXT_OF("query_class", query_class),
	SWITCH_OF("recursion_desired", recursion),
	{.key = "valid_rcodes", .type = SCHEMA_LIST, .take = blackbox_take_rcode},
	IGNORED("validate_answer_rrs"),
	IGNORED("validate_authority_rrs"),
	IGNORED("validate_additional_rrs"),
};

static const struct schema_row blackbox_icmp_rows[] = {
	IGNORED("preferred_ip_protocol"), IGNORED("ip_protocol_fallback"), IGNORED("source_ip_address"),
	IF_ON("dont_fragment"),		  IGNORED("payload_size"),	   IGNORED("ttl"),
};

static const struct schema_row blackbox_grpc_rows[] = {
	IGNORED("service"),
	IGNORED("preferred_ip_protocol"),
	IGNORED("ip_protocol_fallback"),
	IGNORED("tls"),
	IGNORED("tls_config"),
	IGNORED("metadata"),
};

static const struct schema blackbox_http_schema = {blackbox_http_rows, ARRAY_LEN(blackbox_http_rows), false};
static const struct schema blackbox_tcp_schema = {blackbox_tcp_rows, ARRAY_LEN(blackbox_tcp_rows), false};
static const struct schema blackbox_dns_schema = {blackbox_dns_rows, ARRAY_LEN(blackbox_dns_rows), false};
static const struct schema blackbox_icmp_schema = {blackbox_icmp_rows, ARRAY_LEN(blackbox_icmp_rows), false};
static const struct schema blackbox_grpc_schema = {blackbox_grpc_rows, ARRAY_LEN(blackbox_grpc_rows), false};

static const struct schema_row blackbox_module_rows[] = {
	{.key = "prober",
	 .type = SCHEMA_TEXT,
	 .required = true,
	 .offset = offsetof(struct words, prober),
	 .low = 1,
	 .high = 32},
	{.key = "timeout", .type = SCHEMA_DURATION, .offset = offsetof(struct words, timeout_ms), .high = TIMEOUT_MOST},
	{.key = "http", .type = SCHEMA_TABLE, .sub = &blackbox_http_schema},
	{.key = "tcp", .type = SCHEMA_TABLE, .sub = &blackbox_tcp_schema},
	{.key = "dns", .type = SCHEMA_TABLE, .sub = &blackbox_dns_schema},
	{.key = "icmp", .type = SCHEMA_TABLE, .sub = &blackbox_icmp_schema},
	{.key = "grpc", .type = SCHEMA_TABLE, .sub = &blackbox_grpc_schema},
	IGNORED("labels"),
};
static const struct schema blackbox_module_schema = {blackbox_module_rows, ARRAY_LEN(blackbox_module_rows), false};

// 2xx where nothing is written. We do not follow redirects; where blackbox_exporter does, the redirect itself is the answer.
static void blackbox_shape_http(struct blackbox_module *m, struct words *w)
{
	struct plan_target *t = &m->ask;
	t->op = PROBE_HTTP;
	t->flags = w->insecure ? 0 : CHECK_TLS_VERIFY;
	t->accept_low = 200;
	t->accept_high = w->follow && !w->no_follow ? 399 : 299;
	if (w->status_count) {
		t->accept_low = (uint16_t)w->status_low;
		t->accept_high = (uint16_t)w->status_high;
	}
	if (w->status_count && w->status_high - w->status_low + 1 != w->status_count)
		blackbox_also_ignored(w, "http.valid_status_codes (all between the lowest and the highest are taken)");
	if (w->method && strcasecmp(w->method, "HEAD") == 0)
		t->flags |= CHECK_HEAD;
	else if (w->method && strcasecmp(w->method, "GET") != 0)
		blackbox_also_ignored(w, "http.method (GET is sent)");
	t->name = w->server_name ? alloc_copy(w->server_name) : NULL;
}

static void blackbox_shape_tcp(struct blackbox_module *m, const struct words *w)
{
	m->ask.op = w->tls ? PROBE_TLS : PROBE_TCP_CONNECT;
	m->ask.flags = w->tls && !w->insecure ? CHECK_TLS_VERIFY : 0;
	m->ask.name = w->tls && w->server_name ? alloc_copy(w->server_name) : NULL;
}

static int blackbox_shape_dns(struct schema_reader *r, uint32_t node, struct blackbox_module *m, struct words *w)
{
	struct plan_target *t = &m->ask;
	if (!w->query_name || !*w->query_name)
		return schema_wrong(r, node, "the key 'query_name' of a dns prober is missing");
	t->op = PROBE_DNS;
	t->qtype = w->query_type ? place_qtype(w->query_type) : QTYPE_DEFAULT;
	t->flags = w->recursion ? CHECK_DNS_RECURSE : 0;
	if (w->transport && strcasecmp(w->transport, "tcp") == 0)
		t->flags |= CHECK_DNS_TCP;
	t->name = alloc_copy(w->query_name);
	if (!t->qtype)
		m->unsupported = "its query_type is not known here";
	if (w->dns_over_tls)
		m->unsupported = "DNS over TLS is not asked by this version";
	if (w->query_class && strcasecmp(w->query_class, "IN") != 0)
		m->unsupported = "only class IN is asked for";
	return 0;
}

static int blackbox_shape(struct schema_reader *r, uint32_t node, struct blackbox_module *m, struct words *w)
{
	m->ask.timeout_ms = w->timeout_ms;
	m->ask.kind = strcmp(w->prober, "icmp") == 0 ? TARGET_HOST : TARGET_SERVICE;
	if (strcmp(w->prober, "http") == 0)
		blackbox_shape_http(m, w);
	else if (strcmp(w->prober, "tcp") == 0)
		blackbox_shape_tcp(m, w);
	else if (strcmp(w->prober, "icmp") == 0)
		m->ask.op = PROBE_ICMP_ECHO;
	else if (strcmp(w->prober, "dns") == 0)
		return blackbox_shape_dns(r, node, m, w);
	else if (strcmp(w->prober, "grpc") == 0)
		m->unsupported = "its prober grpc is not spoken by this version";
	else
		m->unsupported = "its prober is none of http, tcp, dns and icmp";
	return 0;
}

static int blackbox_take_module(struct schema_reader *r, uint32_t node, void *to)
{
	struct blackbox *b = to;
	struct words w = {.follow = true, .recursion = true};
	if (b->count == MODULES_MAX)
		return schema_wrong(r, node, "more than 1024 modules");
	alloc_grow((void **)&b->modules, b->count, &b->capacity, sizeof(*b->modules));
	struct blackbox_module *m = &b->modules[b->count++];
	*m = (struct blackbox_module){.name = alloc_copy(schema_key(r))};
	int code = schema_read(r, node, &blackbox_module_schema, &w);
	if (code == 0)
		code = blackbox_shape(r, node, m, &w);
	if (code == 0 && w.ignored.length)
		m->ignored = alloc_copy(text_string(&w.ignored));
	text_free(&w.ignored);
	return code;
}

static const struct schema_row blackbox_root_rows[] = {
	{.key = "modules", .type = SCHEMA_MAP, .take = blackbox_take_module}};
static const struct schema blackbox_root_schema = {blackbox_root_rows, ARRAY_LEN(blackbox_root_rows), false};

int blackbox_read(struct blackbox *b, const char *path, struct plan_error *e)
{
	struct blackbox read = {0};
	struct tree tree = {0};
	int code = yaml_read(&tree, path, e);
	struct schema_reader r = {.tree = &tree, .path = path, .error = e};
	if (code == 0)
		code = schema_read(&r, TREE_ROOT, &blackbox_root_schema, &read);
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
		free(b->modules[i].ignored);
	}
	if (!b)
		return;
	free(b->modules);
	*b = (struct blackbox){0};
}

const struct blackbox_module *blackbox_find(const struct blackbox *b, const char *name)
{
	for (size_t i = 0; i < b->count; i++)
		if (strcmp(b->modules[i].name, name) == 0)
			return &b->modules[i];
	return NULL;
}
