// SPDX-License-Identifier: ISC
// The http section of a module: statuses, headers, patterns. A header that logs in, or that steers the connection, is refused with
// its module; its value is never kept.
#include "base/attr.h"
#include "base/err.h"
#include "base/number.h"
#include "conf/blackbox_words.h"
#include "conf/scalar.h"

#include <string.h>
#include <strings.h>

#define HEADER_MAX 1024	       // bytes of one, with its name
#define BODY_MOST  (64u << 20) // bytes that a limit on bodies may be: more is not read to see

static int blackbox_http_take_status(struct schema_reader *r, uint32_t node, void *to)
{
	struct blackbox_words *w = to;
	uint32_t status;
	int code = schema_number(r, node, 100, MANNER_STATUSES - 1, &status);
	if (code == 0)
		manner_status_add(w->manner, status);
	return code;
}

static int blackbox_http_take_version(struct schema_reader *r, uint32_t node, void *to)
{
	struct blackbox_words *w = to;
	const char *text = schema_scalar(r, node);
	if (!text)
		return ERR_MALFORMED;
	if (strcmp(text, "HTTP/1.1") == 0)
		w->manner->versions |= MANNER_HTTP11;
	else if (strcmp(text, "HTTP/1.0") == 0)
		w->manner->versions |= MANNER_HTTP10;
	else if (strcmp(text, "HTTP/2.0") == 0)
		w->other_http = true;
	else
		w->no_http = true; // "HTTP/2" is what no answer calls itself
	return 0;
}

// What logs in somewhere, or holds what only its owner may know, by the name of the header.
static bool blackbox_http_secret(const char *name)
{
	static const char *const words[] = {"auth",    "cookie",  "token",	"secret",    "passw",  "apikey",
					    "api-key", "api_key", "credential", "signature", "session"};
	size_t n = strlen(name);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		for (size_t at = 0; at + strlen(words[i]) <= n; at++)
			if (strncasecmp(name + at, words[i], strlen(words[i])) == 0)
				return true;
	return n > 4 && (strcasecmp(name + n - 4, "-key") == 0 || strcasecmp(name + n - 4, "_key") == 0);
}

static bool blackbox_http_steers(const char *name)
{
	static const char *const names[] = {"connection", "content-length", "transfer-encoding",
					    "upgrade",	  "expect",	    "te",
					    "trailer",	  "keep-alive",	    "proxy-connection"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcasecmp(names[i], name) == 0)
			return true;
	return false;
}

// RFC 9110 5.6.2 and 5.5: a token, and printable ASCII.
static bool blackbox_http_header_valid(const char *name, const char *value)
{
	for (const char *c = name; *c; c++)
		if (*c <= ' ' || *c > '~' || strchr("\"(),/:;<=>?@[\\]{}", *c))
			return false;
	for (const char *c = value; *c; c++)
		if (*c < ' ' || *c > '~')
			return false;
	return *name && strlen(name) + strlen(value) < HEADER_MAX;
}

static int blackbox_http_take_header(struct schema_reader *r, uint32_t node, void *to)
{
	static const struct {
		const char *name;
		uint8_t kind;
	} own[] = {{"host", MANNER_HOST}, {"user-agent", MANNER_AGENT}, {"accept", MANNER_ACCEPT}};
	struct blackbox_words *w = to;
	const char *name = schema_key(r), *value = schema_scalar(r, node);
	char line[HEADER_MAX + 4];
	struct manner_part part = {.kind = MANNER_HEADER, .text = line};
	if (!value)
		return ERR_MALFORMED;
	if (blackbox_http_secret(name))
		return schema_wrong(r, node, "a header that logs in is not sent");
	if (blackbox_http_steers(name))
		return schema_wrong(r, node, "a header that steers the connection is not sent");
	if (!blackbox_http_header_valid(name, value))
		return schema_wrong(r, node, "a header of printable ASCII belongs here, shorter than 1024 bytes");
	w->encoding |= strcasecmp(name, "accept-encoding") == 0;
	snprintf(line, sizeof(line), "%s: %s", name, value);
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (strcasecmp(own[i].name, name) == 0)
			part = (struct manner_part){.kind = own[i].kind, .text = value};
	return blackbox_add(r, node, w->manner, &part);
}

static int blackbox_http_take_flag(struct schema_reader *r, uint32_t node, struct blackbox_words *w, uint32_t flag)
{
	bool on;
	const char *text = schema_scalar(r, node);
	if (!text || !scalar_switch(text, &on))
		return text ? schema_wrong(r, node, "'%.80s' is not on or off", text) : ERR_MALFORMED;
	if (on)
		w->manner->flags |= flag;
	return 0;
}

static int blackbox_http_take_clear_only(struct schema_reader *r, uint32_t node, void *to)
{
	return blackbox_http_take_flag(r, node, to, MANNER_CLEAR_ONLY);
}

static int blackbox_http_take_tls_only(struct schema_reader *r, uint32_t node, void *to)
{
	return blackbox_http_take_flag(r, node, to, MANNER_TLS_ONLY);
}

static int blackbox_http_take_http2(struct schema_reader *r, uint32_t node, void *to)
{
	struct blackbox_words *w = to;
	bool on;
	const char *text = schema_scalar(r, node);
	if (!text || !scalar_switch(text, &on))
		return text ? schema_wrong(r, node, "'%.80s' is not on or off", text) : ERR_MALFORMED;
	w->no_http2 = !on;
	return 0;
}

// Whatever a server answers with is fine.
static int blackbox_http_take_any(struct schema_reader *r, uint32_t node, void *to)
{
	struct blackbox_words *w = to;
	bool on;
	const char *text = schema_scalar(r, node);
	if (!text || !scalar_switch(text, &on))
		return text ? schema_wrong(r, node, "'%.80s' is not on or off", text) : ERR_MALFORMED;
	for (unsigned status = 0; on && status < MANNER_STATUSES; status++)
		manner_status_add(w->manner, status);
	return 0;
}

// "10MB", "512KiB", "100": units of 1024 as the exporter has them.
static int blackbox_http_take_limit(struct schema_reader *r, uint32_t node, void *to)
{
	static const struct {
		const char *name;
		uint64_t bytes;
	} units[] = {{"", 1},	       {"B", 1},	  {"KB", 1u << 10}, {"KiB", 1u << 10},
		     {"MB", 1u << 20}, {"MiB", 1u << 20}, {"GB", 1u << 30}, {"GiB", 1u << 30}};
	struct blackbox_words *w = to;
	const char *text = schema_scalar(r, node);
	uint64_t value, unit = 0;
	if (!text)
		return ERR_MALFORMED;
	struct cursor c = cursor_of(text, strlen(text));
	bool number = number_u64(&c, BODY_MOST, &value);
	for (size_t i = 0; i < ARRAY_LEN(units) && number; i++)
		unit = strcmp(units[i].name, (const char *)c.at) == 0 ? units[i].bytes : unit;
	if (!unit)
		return schema_wrong(r, node, "'%.80s' is not a size such as 10MB", text);
	if (value > BODY_MOST / unit)
		return schema_wrong(r, node,
				    "bodies of more than 64 MiB are not read to see whether they pass a limit");
	w->manner->body_most = (uint32_t)(value * unit);
	return 0;
}

static int blackbox_http_take_compression(struct schema_reader *r, uint32_t node, void *to)
{
	const char *text = blackbox_nothing(r, node) ? "" : schema_scalar(r, node);
	if (!text)
		return ERR_MALFORMED;
	return !*text || strcmp(text, "identity") == 0 || strcmp(text, "none") == 0
		       ? 0
		       : blackbox_take_unsupported(r, node, to);
}

static int blackbox_http_take_pattern(struct schema_reader *r, uint32_t node, struct blackbox_words *w, uint8_t kind)
{
	const char *text = blackbox_pattern(r, node);
	return text ? blackbox_add(r, node, w->manner, &(struct manner_part){.kind = kind, .text = text})
		    : ERR_MALFORMED;
}

static int blackbox_http_take_body_not(struct schema_reader *r, uint32_t node, void *to)
{
	return blackbox_http_take_pattern(r, node, to, MANNER_BODY_NOT);
}

static int blackbox_http_take_body(struct schema_reader *r, uint32_t node, void *to)
{
	return blackbox_http_take_pattern(r, node, to, MANNER_BODY);
}

struct field_words {
	const char *header;
	uint32_t pattern;
	bool missing;
};

static const struct schema_row blackbox_http_field_rows[] = {
	{.key = "header",
	 .type = SCHEMA_TEXT,
	 .required = true,
	 .offset = offsetof(struct field_words, header),
	 .low = 1},
	{.key = "regexp", .type = SCHEMA_LATER, .required = true, .offset = offsetof(struct field_words, pattern)},
	{.key = "allow_missing", .type = SCHEMA_SWITCH, .offset = offsetof(struct field_words, missing)},
};
static const struct schema blackbox_http_field_schema = {blackbox_http_field_rows, ARRAY_LEN(blackbox_http_field_rows),
							 false};

static int blackbox_http_take_field_of(struct schema_reader *r, uint32_t node, struct blackbox_words *w, uint8_t kind)
{
	struct field_words f = {.header = NULL};
	struct text both = {0};
	int code = schema_read(r, node, &blackbox_http_field_schema, &f);
	const char *pattern = code == 0 ? blackbox_pattern(r, f.pattern) : NULL;
	if (!pattern)
		return ERR_MALFORMED;
	text_put(&both, f.header);
	text_char(&both, '\n');
	text_put(&both, pattern);
	struct manner_part part = {
		.kind = kind, .mark = f.missing ? MANNER_MISSING_FINE : 0, .text = text_string(&both)};
	code = blackbox_add(r, node, w->manner, &part);
	text_free(&both);
	return code;
}

static int blackbox_http_take_field_not(struct schema_reader *r, uint32_t node, void *to)
{
	return blackbox_http_take_field_of(r, node, to, MANNER_FIELD_NOT);
}

static int blackbox_http_take_field(struct schema_reader *r, uint32_t node, void *to)
{
	return blackbox_http_take_field_of(r, node, to, MANNER_FIELD);
}

static const struct schema_row blackbox_http_rows[] = {
	{.key = "valid_status_codes", .type = SCHEMA_LIST, .take = blackbox_http_take_status},
	{.key = "valid_http_versions", .type = SCHEMA_LIST, .take = blackbox_http_take_version},
	BLACKBOX_TEXT("method", method),
	{.key = "headers", .type = SCHEMA_MAP, .take = blackbox_http_take_header},
	{.key = "body_size_limit", .type = SCHEMA_ANY, .take = blackbox_http_take_limit},
	{.key = "compression", .type = SCHEMA_ANY, .take = blackbox_http_take_compression},
	BLACKBOX_SWITCH("follow_redirects", follow),
	BLACKBOX_SWITCH("no_follow_redirects", no_follow),
	{.key = "accept_any_response", .type = SCHEMA_ANY, .take = blackbox_http_take_any},
	{.key = "fail_if_ssl", .type = SCHEMA_ANY, .take = blackbox_http_take_clear_only},
	{.key = "fail_if_not_ssl", .type = SCHEMA_ANY, .take = blackbox_http_take_tls_only},
	{.key = "fail_if_body_matches_regexp", .type = SCHEMA_LIST, .take = blackbox_http_take_body_not},
	{.key = "fail_if_body_not_matches_regexp", .type = SCHEMA_LIST, .take = blackbox_http_take_body},
	{.key = "fail_if_header_matches", .type = SCHEMA_LIST, .take = blackbox_http_take_field_not},
	{.key = "fail_if_header_not_matches", .type = SCHEMA_LIST, .take = blackbox_http_take_field},
	BLACKBOX_UNSUPPORTED("fail_if_body_json_matches_cel"),
	BLACKBOX_UNSUPPORTED("fail_if_body_json_not_matches_cel"),
	BLACKBOX_TLS,
	BLACKBOX_UNSUPPORTED("basic_auth"),
	BLACKBOX_UNSUPPORTED("authorization"),
	BLACKBOX_UNSUPPORTED("bearer_token"),
	BLACKBOX_UNSUPPORTED("bearer_token_file"),
	BLACKBOX_UNSUPPORTED("oauth2"),
	BLACKBOX_UNSUPPORTED("http_headers"),
	BLACKBOX_UNSUPPORTED("proxy_url"),
	BLACKBOX_UNSUPPORTED_ON("proxy_from_environment"),
	BLACKBOX_NOTHING("no_proxy"), // these four matter where there is a proxy
	BLACKBOX_NOTHING("proxy_connect_header"),
	BLACKBOX_NOTHING("skip_resolve_phase_with_proxy"),
	BLACKBOX_NOTHING("use_proxy_dns"),
	{.key = "enable_http2", .type = SCHEMA_ANY, .take = blackbox_http_take_http2},
	BLACKBOX_UNSUPPORTED_ON("enable_http3"),
	BLACKBOX_FAMILY,
	BLACKBOX_UNSUPPORTED("body"),
	BLACKBOX_UNSUPPORTED("body_file"),
};
const struct schema blackbox_http_schema = {blackbox_http_rows, ARRAY_LEN(blackbox_http_rows), false};
