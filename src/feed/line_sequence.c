// SPDX-License-Identifier: ISC
// Numbered attempts.
#include "feed/line_sequence.h"

#include "base/alloc.h"
#include "base/hash.h"
#include "base/index.h"
#include "base/must.h"

#include <stdlib.h>

#define STEP_MOST_NS (3600 * NS_PER_S) // apart: what is further is another run

struct line_sequence_host {
	struct instant sent; // of `number`
	int64_t step_ns;     // of the last two; 0 unknown
	uint32_t number;
	uint32_t name_at, name_length;
};

struct line_sequence {
	struct line_sequence_host *hosts;
	size_t count, capacity;
	struct index index;
	uint8_t *names;
	size_t names_used, names_capacity;
};

struct line_sequence *line_sequence_create(void)
{
	return alloc_zero(1, sizeof(struct line_sequence));
}

void line_sequence_free(struct line_sequence *s)
{
	if (!s)
		return;
	index_free(&s->index);
	free(s->hosts);
	free(s->names);
	free(s);
}

static struct line_sequence_host *line_sequence_find(const struct line_sequence *s, struct cursor host)
{
	struct index_walk walk = index_begin(hash_bytes(host.at, cursor_left(&host)));
	uint32_t i;
	while (index_next(&s->index, &walk, &i)) {
		struct line_sequence_host *h = &s->hosts[i];
		if (h->name_length == cursor_left(&host) && !memcmp(s->names + h->name_at, host.at, h->name_length))
			return h;
	}
	return NULL;
}

static void line_sequence_add(struct line_sequence *s, struct cursor host, uint32_t number, struct instant sent)
{
	size_t n = cursor_left(&host);
	if (s->count == LINE_SEQUENCE_HOSTS)
		return;
	void *items = s->hosts;
	alloc_grow(&items, s->count, &s->capacity, sizeof(*s->hosts));
	s->hosts = items;
	while (s->names_capacity - s->names_used < n) {
		s->names_capacity = s->names_capacity ? s->names_capacity * 2 : 4096;
		s->names = alloc_resize(s->names, s->names_capacity, 1);
	}
	memcpy(s->names + s->names_used, host.at, n);
	s->hosts[s->count] = (struct line_sequence_host){
		.sent = sent, .number = number, .name_at = (uint32_t)s->names_used, .name_length = (uint32_t)n};
	s->names_used += n;
	index_add(&s->index, hash_bytes(host.at, n), (uint32_t)s->count++);
}

void line_sequence_take(struct line_sequence *s, struct cursor host, uint32_t number, struct instant sent,
			struct line_missing *ret)
{
	must(s && instant_known(sent));
	struct line_sequence_host *h = line_sequence_find(s, host);
	*ret = (struct line_missing){.first = sent};
	if (!h) {
		line_sequence_add(s, host, number, sent);
		return;
	}
	// A late answer was sent before the last one; a second run begins behind it.
	int64_t slack = h->step_ns ? h->step_ns / 2 : NS_PER_S / 2;
	if (number <= h->number && sent.ns <= h->sent.ns + slack) {
		ret->again = true;
		return;
	}
	uint32_t steps = number > h->number ? number - h->number : 0;
	int64_t passed = sent.ns - h->sent.ns, step = steps && passed > 0 ? passed / steps : 0;
	bool one = step > 0 && step <= STEP_MOST_NS && steps - 1 <= LINE_SEQUENCE_MOST;
	if (one && steps > 1)
		*ret = (struct line_missing){instant_after(h->sent, step), step, steps - 1, false};
	h->step_ns = one ? step : 0;
	h->number = number;
	h->sent = sent;
}

bool line_sequence_when(const struct line_sequence *s, struct cursor host, uint32_t number, struct instant *ret)
{
	const struct line_sequence_host *h = line_sequence_find(s, host);
	if (!h || !h->step_ns || number <= h->number || number - h->number > LINE_SEQUENCE_MOST)
		return false;
	*ret = instant_after(h->sent, h->step_ns * (number - h->number));
	return true;
}
