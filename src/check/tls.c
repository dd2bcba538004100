// SPDX-License-Identifier: ISC
// TLS contexts, handshakes' beginning, and the judgement on certificates.
// DOC: OpenSSL is asked for as little secrecy as it can give (security level 0, TLS 1.0 and up): no secret ever passes, and a
// server that speaks only what is old is up, not down. Chains are verified at level 1 all the same, which refuses MD5, SHA-1 and
// RSA below 1024 bits. Expiry is looked at first: a certificate that ran out is what operators mend, whoever signed it.
#include "check/tls.h"

#include "base/alloc.h"
#include "base/err.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct check_tls {
	SSL_CTX *any;	   // asks no authority
	SSL_CTX *verified; // asks, and only writes down what came out
	ASN1_TIME *epoch;
	bool authorities; // there are some
};

static int tls_accept_any(X509_STORE_CTX *store, void *context)
{
	(void)context;
	X509_STORE_CTX_set_error(store, X509_V_OK);
	return 1;
}

static SSL_CTX *tls_context_create(void)
{
	SSL_CTX *c = SSL_CTX_new(TLS_client_method());
	if (!c)
		return NULL;
	SSL_CTX_set_security_level(c, 0);
	SSL_CTX_set_mode(c, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_options(c, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_LEGACY_SERVER_CONNECT);
	SSL_CTX_set_verify(c, SSL_VERIFY_NONE, NULL);
	if (!SSL_CTX_set_min_proto_version(c, TLS1_VERSION) || !SSL_CTX_set_cipher_list(c, "DEFAULT:@SECLEVEL=0")) {
		SSL_CTX_free(c);
		return NULL;
	}
	return c;
}

// The system's bundle: OpenSSL's own place, then those of the usual systems. A folder of hashed names would be read late.
static const char *tls_system_authorities(void)
{
	static const char *const places[] = {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
					     "/etc/ssl/cert.pem"};
	const char *own = X509_get_default_cert_file();
	if (access(own, R_OK) == 0)
		return own;
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (access(places[i], R_OK) == 0)
			return places[i];
	return NULL;
}

// Everything that OpenSSL and the C library put off to first use: the time zone, random numbers, algorithms.
static int tls_warm_up(struct check_tls *t)
{
	struct tm parts;
	time_t zero = 0;
	struct check_tls_ask ask = {.name = "localhost", .named = true, .verify = true};
	SSL *ssl = check_tls_begin(t, &ask);
	if (!gmtime_r(&zero, &parts) || !ssl)
		return -ENOMEM;
	(void)SSL_do_handshake(ssl); // writes the first message into memory and waits
	SSL_free(ssl);
	ERR_clear_error();
	return 0;
}

int check_tls_open(const char *authorities, struct check_tls **ret)
{
	struct check_tls *t = alloc_zero(1, sizeof(*t));
	int status = -ENOMEM;
	t->any = tls_context_create();
	t->verified = tls_context_create();
	t->epoch = ASN1_TIME_set(NULL, 0);
	if (!t->any || !t->verified || !t->epoch)
		goto out;
	SSL_CTX_set_cert_verify_callback(t->any, tls_accept_any, NULL);
	X509_VERIFY_PARAM_set_auth_level(SSL_CTX_get0_param(t->verified), 1);
	const char *file = authorities ? authorities : tls_system_authorities();
	t->authorities = file && SSL_CTX_load_verify_file(t->verified, file);
	if (authorities && !t->authorities) {
		status = access(authorities, R_OK) == 0 ? ERR_MALFORMED : -errno;
		goto out;
	}
	status = tls_warm_up(t);
	if (status == 0) {
		*ret = t;
		t = NULL;
	}
out:
	ERR_clear_error();
	check_tls_close(t);
	return status;
}

void check_tls_close(struct check_tls *t)
{
	if (!t)
		return;
	SSL_CTX_free(t->any);
	SSL_CTX_free(t->verified);
	ASN1_TIME_free(t->epoch);
	free(t);
}

// RFC 9525: a name stands in subjectAltName and nowhere else (6.3), and '*' for a whole label only (6.3).
static bool tls_name_set(SSL *ssl, const struct check_tls_ask *ask)
{
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (!ask->named)
		return !ask->verify || X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), ask->name);
	return SSL_set_tlsext_host_name(ssl, ask->name) && (!ask->verify || SSL_set1_host(ssl, ask->name));
}

static bool tls_versions_set(SSL *ssl, const struct check_tls_ask *ask)
{
	static const int versions[] = {TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION};
	bool least = ask->least >= 10 && ask->least < 10 + ARRAY_LEN(versions);
	bool most = ask->most >= 10 && ask->most < 10 + ARRAY_LEN(versions);
	return (!least || SSL_set_min_proto_version(ssl, versions[ask->least - 10])) &&
	       (!most || SSL_set_max_proto_version(ssl, versions[ask->most - 10]));
}

static bool tls_protocols_set(SSL *ssl, const struct check_tls_ask *ask)
{
	static const uint8_t protocols[] = {2, 'h', '2', 8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
	size_t from = ask->http2 ? 0 : 3;
	return !ask->http || SSL_set_alpn_protos(ssl, protocols + from, (unsigned)(sizeof(protocols) - from)) == 0;
}

bool check_tls_is_http2(const SSL *ssl)
{
	const unsigned char *chosen;
	unsigned n;
	SSL_get0_alpn_selected(ssl, &chosen, &n);
	return n == 2 && memcmp(chosen, "h2", 2) == 0;
}

SSL *check_tls_begin(struct check_tls *t, const struct check_tls_ask *ask)
{
	SSL *ssl = SSL_new(ask->verify ? t->verified : t->any);
	BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
	if (!ssl || !in || !out)
		goto failed;
	BIO_set_mem_eof_return(in, -1); // empty is "wait", never the end
	SSL_set_bio(ssl, in, out);
	in = out = NULL;
	SSL_set_connect_state(ssl);
	if (!tls_name_set(ssl, ask) || !tls_versions_set(ssl, ask) || !tls_protocols_set(ssl, ask))
		goto failed;
	return ssl;
failed:
	BIO_free(in);
	BIO_free(out);
	SSL_free(ssl);
	ERR_clear_error();
	return NULL;
}

// Unix seconds; false where the certificate's time cannot be read.
static bool tls_unix_seconds(const struct check_tls *t, const ASN1_TIME *when, int64_t *ret)
{
	int days, seconds;
	if (!ASN1_TIME_diff(&days, &seconds, t->epoch, when))
		return false;
	*ret = (int64_t)days * 86400 + seconds;
	return true;
}

static int64_t tls_earliest_end(const struct check_tls *t, SSL *ssl)
{
	STACK_OF(X509) *chain = SSL_get_peer_cert_chain(ssl);
	int64_t earliest = 0, end;
	for (int i = 0; chain && i < sk_X509_num(chain); i++)
		if (tls_unix_seconds(t, X509_get0_notAfter(sk_X509_value(chain, i)), &end) &&
		    (!earliest || end < earliest))
			earliest = end;
	return earliest;
}

static bool tls_of_today(const X509 *certificate)
{
	return X509_cmp_current_time(X509_get0_notAfter(certificate)) > 0 &&
	       X509_cmp_current_time(X509_get0_notBefore(certificate)) < 0;
}

static enum probe_failure tls_verdict(const struct check_tls *t, long result)
{
	switch (result) {
	case X509_V_OK:
		return FAILURE_NONE;
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		return FAILURE_TLS_HOSTNAME;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_CERT_UNTRUSTED:
	case X509_V_ERR_CERT_REJECTED:
		return t->authorities ? FAILURE_TLS_AUTHORITY : FAILURE_LOCAL;
	default:
		return FAILURE_TLS_CERTIFICATE;
	}
}

enum probe_failure check_tls_judge(const struct check_tls *t, SSL *ssl, enum check_tls_strictness how,
				   int64_t *ret_expires)
{
	X509 *own = SSL_get0_peer_certificate(ssl);
	*ret_expires = tls_earliest_end(t, ssl);
	if (how == TLS_ANY)
		return FAILURE_NONE;
	if (!own)
		return FAILURE_TLS_CERTIFICATE;
	if (!tls_of_today(own))
		return FAILURE_TLS_CERTIFICATE;
	return how == TLS_VERIFY ? tls_verdict(t, SSL_get_verify_result(ssl)) : FAILURE_NONE;
}
