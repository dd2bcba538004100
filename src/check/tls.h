// SPDX-License-Identifier: ISC
// TLS through OpenSSL and memory buffers, so that connecting and handshaking are timed apart and no file is opened after
// check_tls_open(). The handshake always goes to its end; what the certificates are worth is judged after it.
#pragma once

#include "model/attempt.h"

#include <openssl/ssl.h>

struct check_tls;

// authorities: file of certificates in PEM; null: the system's, and none where there is none.
int MUST_USE check_tls_open(const char *authorities, struct check_tls **ret);
void check_tls_close(struct check_tls *t);

struct check_tls_ask {
	const char *name;
	bool named;	     // `name` is a name; else the text of the address, which is never sent as SNI
	bool verify;	     // the chain must lead to a known authority and name the host
	bool http;	     // offer http/1.1 by ALPN
	bool http2;	     // and h2 before it, which is not spoken
	uint8_t least, most; // versions, 10 to 13; 0: any
};

bool check_tls_is_http2(const SSL *ssl); // the server chose it
// Null: no memory.
SSL *check_tls_begin(struct check_tls *t, const struct check_tls_ask *ask);

enum check_tls_strictness {
	TLS_ANY,    // mail delivered as RFC 7435 has it: whatever was sent is fine
	TLS_DATES,  // the server's own certificate is of today
	TLS_VERIFY, // and leads to a known authority, and names the host
};

// After the handshake: FAILURE_NONE, _TLS_CERTIFICATE, _TLS_HOSTNAME, _TLS_AUTHORITY; FAILURE_LOCAL: there are no authorities to
// compare with. The earliest end of a certificate of the chain that was sent, in Unix seconds; 0 none.
enum probe_failure check_tls_judge(const struct check_tls *t, SSL *ssl, enum check_tls_strictness how,
				   int64_t *ret_expires);
