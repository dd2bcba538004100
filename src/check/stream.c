// SPDX-License-Identifier: ISC
// Bytes through a check's socket, in clear or through TLS. Sockets are watched edge-triggered: `readable` remembers that there may
// be something, until a read comes back short.
#include "check/engine.h"

#include "base/alloc.h"
#include "base/must.h"

#include <errno.h>
#include <openssl/err.h>
#include <sys/socket.h>

static enum stream_answer stream_failed(struct check *c, struct check_slot *s, int error)
{
	fault_judge(&s->attempt, s->descriptor, error, c->route);
	return STREAM_FAILED;
}

static enum stream_answer stream_raw_send(struct check *c, struct check_slot *s, const uint8_t *bytes, size_t n,
					  size_t *ret_sent)
{
	ssize_t sent;
	do
		sent = send(s->descriptor, bytes, n, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return errno == EAGAIN ? STREAM_WAIT : stream_failed(c, s, errno);
	*ret_sent = (size_t)sent;
	return STREAM_OK;
}

static enum stream_answer stream_raw_receive(struct check *c, struct check_slot *s, size_t *ret_n)
{
	if (!s->readable)
		return STREAM_WAIT;
	ssize_t n;
	do
		n = recv(s->descriptor, c->raw, sizeof(c->raw), 0);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno != EAGAIN)
		return stream_failed(c, s, errno);
	if (n == 0)
		return STREAM_END;
	s->readable = s->hung_up || n == (ssize_t)sizeof(c->raw);
	if (n < 0)
		return STREAM_WAIT;
	s->received += (uint64_t)n;
	uint64_t body = s->manner ? s->manner->as.body_most : 0;
	if (s->received > CHECK_RECEIVED_MAX + body) {
		s->attempt.failure = FAILURE_OTHER;
		return STREAM_FAILED;
	}
	*ret_n = (size_t)n;
	return STREAM_OK;
}

// What OpenSSL has ready for the peer, onto the wire. What does not fit stays in its buffer.
static enum stream_answer stream_tls_flush(struct check *c, struct check_slot *s)
{
	BIO *out = SSL_get_wbio(s->tls);
	char *bytes;
	long n;
	while ((n = BIO_get_mem_data(out, &bytes)) > 0) {
		size_t sent;
		enum stream_answer a = stream_raw_send(c, s, (const uint8_t *)bytes, (size_t)n, &sent);
		if (a != STREAM_OK)
			return a;
		for (size_t left = sent; left;) { // reading is how a memory buffer is emptied
			int part = BIO_read(out, c->plain, left < sizeof(c->plain) ? (int)left : (int)sizeof(c->plain));
			left -= part > 0 ? (size_t)part : left;
		}
	}
	return STREAM_OK;
}

static enum stream_answer stream_tls_fill(struct check *c, struct check_slot *s)
{
	size_t n;
	enum stream_answer a = stream_raw_receive(c, s, &n);
	if (a == STREAM_OK && BIO_write(SSL_get_rbio(s->tls), c->raw, (int)n) != (int)n)
		return stream_failed(c, s, ENOMEM);
	return a;
}

// OpenSSL wants no more input: it has refused what it got. An alert of ours is still sent.
static enum stream_answer stream_tls_refused(struct check *c, struct check_slot *s)
{
	unsigned long why = ERR_peek_error();
	(void)stream_tls_flush(c, s);
	if (ERR_GET_REASON(why) == ERR_R_MALLOC_FAILURE)
		fault_local(&s->attempt, ENOMEM);
	else
		s->attempt.failure = FAILURE_TLS_HANDSHAKE;
	int reason = ERR_GET_LIB(why) == ERR_LIB_SSL ? ERR_GET_REASON(why) - SSL_AD_REASON_OFFSET : 0;
	if (reason > 0 && reason <= UINT8_MAX)
		s->attempt.tls_alert = (uint8_t)reason;
	ERR_clear_error();
	return STREAM_FAILED;
}

enum stream_answer stream_handshake(struct check *c, struct check_slot *s)
{
	for (;;) {
		ERR_clear_error();
		int done = SSL_do_handshake(s->tls);
		if (done != 1 && SSL_get_error(s->tls, done) != SSL_ERROR_WANT_READ)
			return stream_tls_refused(c, s);
		enum stream_answer a = stream_tls_flush(c, s);
		if (done == 1 || a != STREAM_OK)
			return a;
		a = stream_tls_fill(c, s);
		if (a != STREAM_OK)
			return a;
	}
}

enum stream_answer stream_send(struct check *c, struct check_slot *s, const void *bytes, size_t n)
{
	must(bytes && n);
	if (s->tls) {
		ERR_clear_error();
		if (!s->sent && SSL_write(s->tls, bytes, (int)n) != (int)n)
			return stream_tls_refused(c, s);
		s->sent = n; // all of it is in OpenSSL's buffer
		return stream_tls_flush(c, s);
	}
	while (s->sent < n) {
		size_t sent;
		enum stream_answer a = stream_raw_send(c, s, (const uint8_t *)bytes + s->sent, n - s->sent, &sent);
		if (a != STREAM_OK)
			return a;
		s->sent += sent;
	}
	return STREAM_OK;
}

static enum stream_answer stream_tls_receive(struct check *c, struct check_slot *s, struct cursor *ret)
{
	for (;;) {
		ERR_clear_error();
		int n = SSL_read(s->tls, c->plain, sizeof(c->plain));
		if (n > 0) {
			*ret = cursor_of(c->plain, (size_t)n);
			return STREAM_OK;
		}
		int why = SSL_get_error(s->tls, n);
		if (why == SSL_ERROR_ZERO_RETURN)
			return STREAM_END;
		if (why != SSL_ERROR_WANT_READ)
			return stream_tls_refused(c, s);
		enum stream_answer a = stream_tls_flush(c, s);
		a = a == STREAM_FAILED ? a : stream_tls_fill(c, s);
		if (a != STREAM_OK)
			return a;
	}
}

enum stream_answer stream_receive(struct check *c, struct check_slot *s, struct cursor *ret)
{
	size_t n;
	if (s->tls)
		return stream_tls_receive(c, s, ret);
	enum stream_answer a = stream_raw_receive(c, s, &n);
	if (a == STREAM_OK)
		*ret = cursor_of(c->raw, n);
	return a;
}

void stream_goodbye(struct check *c, struct check_slot *s)
{
	struct attempt keep = s->attempt; // what happens from here on says nothing
	if (s->tls && SSL_is_init_finished(s->tls) && SSL_shutdown(s->tls) >= 0)
		(void)stream_tls_flush(c, s);
	ERR_clear_error();
	s->attempt = keep;
}
