// SPDX-License-Identifier: ISC
// Names of networks while building: one each, the last one said.
#include "base/alloc.h"
#include "base/err.h"
#include "base/hash.h"
#include "world/builder.h"

#include <stdlib.h>

static struct name_slot *slot_of(const struct names *n, uint32_t asn)
{
	size_t at = hash_mix(asn) & (n->capacity - 1);
	while (n->slots[at].asn != 0 && n->slots[at].asn != asn)
		at = (at + 1) & (n->capacity - 1);
	return &n->slots[at];
}

static void names_grow(struct names *n)
{
	struct names bigger = {.capacity = n->capacity ? n->capacity * 2 : 1024, .used = n->used, .pool = n->pool};
	bigger.slots = alloc_zero(bigger.capacity, sizeof(*bigger.slots));
	for (size_t i = 0; i < n->capacity; i++)
		if (n->slots[i].asn != 0)
			*slot_of(&bigger, n->slots[i].asn) = n->slots[i];
	free(n->slots);
	*n = bigger;
}

// Not more than the maximum, and no cut inside a UTF-8 character.
static size_t name_fit(const char *name, size_t bytes)
{
	if (bytes <= WORLD_NAME_BYTES_MAX)
		return bytes;
	size_t n = WORLD_NAME_BYTES_MAX;
	while (n > WORLD_NAME_BYTES_MAX - 4 && ((uint8_t)name[n] & 0xc0) == 0x80)
		n--;
	return n;
}

int names_put(struct names *n, uint32_t asn, const char *name, size_t bytes)
{
	if (asn == 0)
		return 0;
	if (n->used * 2 >= n->capacity)
		names_grow(n);
	struct name_slot *s = slot_of(n, asn);
	size_t fit = name_fit(name, bytes);
	if (s->asn == asn) {
		const char *old = n->pool.bytes + s->offset;
		if (strlen(old) == fit && memcmp(old, name, fit) == 0)
			return 0;
	}
	if ((s->asn == 0 && n->used >= WORLD_NAMES_MAX) || n->pool.length + fit + 1 > WORLD_POOL_MAX)
		return ERR_FULL;
	n->used += s->asn == 0;
	*s = (struct name_slot){asn, (uint32_t)n->pool.length};
	text_bytes(&n->pool, name, fit);
	text_char(&n->pool, '\0');
	return 0;
}

const char *names_get(const struct names *n, uint32_t asn)
{
	if (n->capacity == 0 || asn == 0)
		return "";
	const struct name_slot *s = slot_of(n, asn);
	return s->asn ? n->pool.bytes + s->offset : "";
}

void names_free(struct names *n)
{
	free(n->slots);
	text_free(&n->pool);
	*n = (struct names){0};
}
