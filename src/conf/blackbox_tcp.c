// SPDX-License-Identifier: ISC
// The tcp section of a module: what is waited for and said, in turn; and what all probers say of TLS.
#include "base/attr.h"
#include "base/err.h"
#include "conf/blackbox_words.h"

#include <string.h>
#include <strings.h>

struct step_words {
	uint32_t expect;
	const char *send;
	bool starttls;
};

static bool blackbox_tcp_word_among(const char *at, size_t n, const char *const *words)
{
	for (; *words; words++)
		if (strlen(*words) == n && strncasecmp(at, *words, n) == 0)
			return true;
	return false;
}

static bool blackbox_tcp_line_logs_in(const char *send)
{
	static const char *const first[] = {"auth", "authenticate", "login", "pass", "user", "apop",
					    "mail", "rcpt",	    "data",  "oper", NULL};
	static const char *const behind_tag[] = {"authenticate", "login", NULL}; // of IMAP
	send += strspn(send, " \t");
	size_t n = strcspn(send, " :\t\r\n"), gap = strspn(send + n, " \t");
	// USER of IRC gives a name and no more; there it has four words, the last behind a colon.
	if (n == 4 && strncasecmp(send, "user", 4) == 0 && strchr(send, ':'))
		return false;
	const char *second = send + n + gap;
	return blackbox_tcp_word_among(send, n, first) ||
	       blackbox_tcp_word_among(second, strcspn(second, " :\t\r\n"), behind_tag);
}

// Nothing is logged in to, and no mail begun, whatever a configuration says, in whichever line of what is sent.
static bool blackbox_tcp_logs_in(const char *send)
{
	for (;;) {
		if (blackbox_tcp_line_logs_in(send))
			return true;
		send += strcspn(send, "\r\n");
		if (!*send)
			return false;
		send++;
	}
}

// $name or ${name}, or a number that letters follow, which Go reads as one.
static bool blackbox_tcp_named_group(const char *send)
{
	for (const char *at = strchr(send, '$'); at; at = strchr(at, '$')) {
		at += at[1] == '{' ? 2 : 1;
		if (at[-1] == '$' && *at == '$') { // $$ is one dollar
			at++;
			continue;
		}
		at += strspn(at, "0123456789");
		if ((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || *at == '_')
			return true;
	}
	return false;
}

static int blackbox_tcp_take_tls(struct schema_reader *r, uint32_t node, struct blackbox_words *w, struct step_words *s)
{
	bool expanded = s->expect && !blackbox_nothing(r, s->expect);
	const struct manner_part parts[] = {{MANNER_SEND, expanded ? MANNER_EXPANDED : 0, s->send},
					    {.kind = MANNER_STARTTLS, .text = ""}};
	if (s->send && *s->send && blackbox_tcp_logs_in(s->send))
		return schema_wrong(r, node, "a conversation that logs in or sends mail is not held");
	if (s->send && expanded && blackbox_tcp_named_group(s->send))
		return schema_wrong(r, node, "groups of a pattern are put in by their numbers only, as in ${1}");
	int code = s->send && *s->send ? blackbox_add(r, node, w->manner, &parts[0]) : 0;
	return code == 0 && s->starttls ? blackbox_add(r, node, w->manner, &parts[1]) : code;
}

static int blackbox_tcp_take_send(struct schema_reader *r, uint32_t node, void *to)
{
	const char *text = schema_scalar(r, node);
	if (!text)
		return ERR_MALFORMED;
	*(const char **)to = text;
	return 0;
}

static const struct schema_row blackbox_tcp_step_rows[] = {
	{.key = "expect", .type = SCHEMA_LATER, .offset = offsetof(struct step_words, expect)},
	{.key = "send",
	 .type = SCHEMA_ANY,
	 .offset = offsetof(struct step_words, send),
	 .take = blackbox_tcp_take_send},
	{.key = "starttls", .type = SCHEMA_SWITCH, .offset = offsetof(struct step_words, starttls)},
	BLACKBOX_NOTHING("labels"),
};
static const struct schema blackbox_tcp_step_schema = {blackbox_tcp_step_rows, ARRAY_LEN(blackbox_tcp_step_rows),
						       false};

static int blackbox_tcp_take_step(struct schema_reader *r, uint32_t node, void *to)
{
	struct blackbox_words *w = to;
	struct step_words s = {.expect = 0};
	int code = schema_read(r, node, &blackbox_tcp_step_schema, &s);
	if (code == 0 && s.expect && !blackbox_nothing(r, s.expect)) {
		const char *pattern = blackbox_pattern(r, s.expect);
		struct manner_part part = {.kind = MANNER_EXPECT, .text = pattern};
		code = pattern ? blackbox_add(r, node, w->manner, &part) : ERR_MALFORMED;
	}
	return code == 0 ? blackbox_tcp_take_tls(r, node, w, &s) : code;
}

static const struct schema_row blackbox_tcp_rows[] = {
	BLACKBOX_FAMILY,
	BLACKBOX_UNSUPPORTED("source_ip_address"),
	{.key = "query_response", .type = SCHEMA_LIST, .take = blackbox_tcp_take_step},
	BLACKBOX_SWITCH("tls", tls),
	BLACKBOX_TLS,
};
const struct schema blackbox_tcp_schema = {blackbox_tcp_rows, ARRAY_LEN(blackbox_tcp_rows), false};

static int blackbox_tcp_version_of(struct schema_reader *r, uint32_t node, uint8_t *ret)
{
	static const char *const names[] = {"TLS10", "TLS11", "TLS12", "TLS13"};
	const char *text = schema_scalar(r, node);
	if (!text)
		return ERR_MALFORMED;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(names[i], text) == 0)
			*ret = (uint8_t)(10 + i);
	return *ret || !*text ? 0 : schema_wrong(r, node, "'%.80s' is none of TLS10, TLS11, TLS12 and TLS13", text);
}

static int blackbox_tcp_take_least(struct schema_reader *r, uint32_t node, void *to)
{
	struct blackbox_words *w = to;
	w->manner->tls_least = 0;
	return blackbox_tcp_version_of(r, node, &w->manner->tls_least);
}

static int blackbox_tcp_take_most(struct schema_reader *r, uint32_t node, void *to)
{
	struct blackbox_words *w = to;
	return blackbox_tcp_version_of(r, node, &w->manner->tls_most);
}

static const struct schema_row blackbox_tcp_tls_rows[] = {
	BLACKBOX_SWITCH("insecure_skip_verify", insecure),
	BLACKBOX_TEXT("server_name", server_name),
	{.key = "min_version", .type = SCHEMA_ANY, .take = blackbox_tcp_take_least},
	{.key = "max_version", .type = SCHEMA_ANY, .take = blackbox_tcp_take_most},
	BLACKBOX_UNSUPPORTED("ca_file"),
	BLACKBOX_UNSUPPORTED("cert_file"),
	BLACKBOX_UNSUPPORTED("key_file"),
	BLACKBOX_UNSUPPORTED("ca"),
	BLACKBOX_UNSUPPORTED("cert"),
	BLACKBOX_UNSUPPORTED("key"),
	BLACKBOX_UNSUPPORTED("ca_ref"),
	BLACKBOX_UNSUPPORTED("cert_ref"),
	BLACKBOX_UNSUPPORTED("key_ref"),
};
const struct schema blackbox_tls_schema = {blackbox_tcp_tls_rows, ARRAY_LEN(blackbox_tcp_tls_rows), false};
