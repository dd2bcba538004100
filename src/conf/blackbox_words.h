// SPDX-License-Identifier: ISC
// What the files that read blackbox.yml share: a module as it is written, and what is said of what no check of ours does.
#pragma once

#include "conf/blackbox.h"
#include "conf/schema.h"

struct blackbox_words { // of one module; text is borrowed from the tree
	const char *method, *transport, *query_name, *query_type, *query_class, *server_name, *family;
	uint32_t timeout_ms;
	bool follow, no_follow, tls, insecure, dns_over_tls, recursion, no_fallback;
	bool no_http2, other_http; // `other_http`: HTTP/2.0 is among the versions that are fine
	bool no_http;		   // what is no version is
	bool rcodes;		   // some were written
	bool encoding;		   // an Accept-Encoding is sent
	struct manner *manner;
};

// Nothing was written: null, an empty text, list or map.
bool blackbox_nothing(const struct schema_reader *r, uint32_t node);
// A key that asks for something that no check does: an error, unless nothing is written there.
schema_take blackbox_take_unsupported;
// The same of a switch that is on.
schema_take blackbox_take_unsupported_on;
schema_take blackbox_take_nothing; // a key that changes nothing that is measured

int blackbox_add(struct schema_reader *r, uint32_t node, struct manner *m, const struct manner_part *p);
// The text of a node as a pattern that can be read; null with a message.
const char *blackbox_pattern(struct schema_reader *r, uint32_t node);

extern const struct schema blackbox_http_schema, blackbox_tcp_schema, blackbox_tls_schema;

#define BLACKBOX_UNSUPPORTED(name)                                                                                     \
	{                                                                                                              \
		.key = name, .type = SCHEMA_ANY, .take = blackbox_take_unsupported                                     \
	}
#define BLACKBOX_UNSUPPORTED_ON(name)                                                                                  \
	{                                                                                                              \
		.key = name, .type = SCHEMA_ANY, .take = blackbox_take_unsupported_on                                  \
	}
#define BLACKBOX_NOTHING(name)                                                                                         \
	{                                                                                                              \
		.key = name, .type = SCHEMA_ANY, .take = blackbox_take_nothing                                         \
	}
#define BLACKBOX_TEXT(name, m)                                                                                         \
	{                                                                                                              \
		.key = name, .type = SCHEMA_TEXT, .offset = offsetof(struct blackbox_words, m)                         \
	}
#define BLACKBOX_SWITCH(name, m)                                                                                       \
	{                                                                                                              \
		.key = name, .type = SCHEMA_SWITCH, .offset = offsetof(struct blackbox_words, m)                       \
	}
#define BLACKBOX_TLS                                                                                                   \
	{                                                                                                              \
		.key = "tls_config", .type = SCHEMA_TABLE, .sub = &blackbox_tls_schema                                 \
	}
#define BLACKBOX_FAMILY                                                                                                \
	{.key = "preferred_ip_protocol", .type = SCHEMA_TEXT, .offset = offsetof(struct blackbox_words, family)},      \
	{                                                                                                              \
		.key = "ip_protocol_fallback", .type = SCHEMA_ANY, .take = blackbox_take_fallback                      \
	}
schema_take blackbox_take_fallback;
