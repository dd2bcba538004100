// SPDX-License-Identifier: ISC
// Parts one behind the other in one array of bytes.
#include "model/manner.h"

#include "base/must.h"

#include <string.h>

#define STATUS_GOOD_FIRST 200
#define STATUS_GOOD_LAST  299

void manner_init(struct manner *m)
{
	*m = (struct manner){.rcodes = 1, .any_status = true};
}

bool manner_add(struct manner *m, uint8_t kind, uint8_t mark, const char *text)
{
	size_t n = strlen(text) + 1;
	if (m->parts == MANNER_PARTS || n > sizeof(m->texts) - m->used - 2)
		return false;
	m->texts[m->used++] = (char)kind;
	m->texts[m->used++] = (char)mark;
	memcpy(m->texts + m->used, text, n);
	m->used = (uint16_t)(m->used + n);
	m->parts++;
	return true;
}

void manner_status_add(struct manner *m, unsigned status)
{
	must(status < MANNER_STATUSES);
	m->any_status = false;
	m->statuses[status / 8] |= (uint8_t)(1u << status % 8);
}

bool manner_status_fine(const struct manner *m, unsigned status)
{
	if (m->any_status)
		return status >= STATUS_GOOD_FIRST && status <= STATUS_GOOD_LAST;
	return status < MANNER_STATUSES && m->statuses[status / 8] >> status % 8 & 1;
}

bool manner_next(const struct manner *m, size_t *at, struct manner_part *ret)
{
	if (*at >= m->used)
		return false;
	*ret = (struct manner_part){(uint8_t)m->texts[*at], (uint8_t)m->texts[*at + 1], m->texts + *at + 2};
	*at += 2 + strlen(ret->text) + 1;
	return true;
}

const char *manner_text(const struct manner *m, uint8_t kind)
{
	struct manner_part p;
	for (size_t at = 0; manner_next(m, &at, &p);)
		if (p.kind == kind)
			return p.text;
	return NULL;
}

bool manner_has(const struct manner *m, uint8_t kind)
{
	return manner_text(m, kind);
}

bool manner_for_own(const struct manner *m)
{
	return m->parts && (manner_has(m, MANNER_HEADER) || manner_has(m, MANNER_AGENT) ||
			    manner_has(m, MANNER_ACCEPT) || manner_has(m, MANNER_SEND));
}

bool manner_same(const struct manner *a, const struct manner *b)
{
	return a->flags == b->flags && a->rcodes == b->rcodes && a->body_most == b->body_most &&
	       a->versions == b->versions && a->tls_least == b->tls_least && a->tls_most == b->tls_most &&
	       a->any_status == b->any_status && memcmp(a->statuses, b->statuses, sizeof(a->statuses)) == 0 &&
	       a->parts == b->parts && a->used == b->used && memcmp(a->texts, b->texts, a->used) == 0;
}

bool manner_sound(const struct manner *m)
{
	size_t at = 0;
	if (m->used > sizeof(m->texts) || m->parts > MANNER_PARTS)
		return false;
	for (unsigned i = 0; i < m->parts; i++) {
		size_t left = m->used - at;
		const char *end = left > 2 ? memchr(m->texts + at + 2, 0, left - 2) : NULL;
		if (!end || !m->texts[at] || (uint8_t)m->texts[at] >= MANNER_KINDS)
			return false;
		at = (size_t)(end - m->texts) + 1;
	}
	return at == m->used;
}
