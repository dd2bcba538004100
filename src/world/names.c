// SPDX-License-Identifier: ISC
// Names of networks while building: one each, the last one said.
#include "base/alloc.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/must.h"
#include "world/builder.h"

#include <stdlib.h>

static struct name *names_of(const struct names *n, uint32_t asn)
{
	struct index_walk walk = index_begin(hash_mix(asn));
	uint32_t held;
	while (index_next(&n->by_asn, &walk, &held))
		if (n->at[held].asn == asn)
			return &n->at[held];
	return NULL;
}

// Not more than the maximum, and no cut inside a UTF-8 character.
static size_t names_fit(const char *name, size_t bytes)
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
	must(name || !bytes);
	if (asn == 0)
		return 0;
	struct name *held = names_of(n, asn);
	size_t fit = names_fit(name, bytes);
	if (held) {
		const char *old = n->pool.bytes + held->offset;
		if (strlen(old) == fit && memcmp(old, name, fit) == 0)
			return 0;
	}
	if ((!held && n->count >= WORLD_NAMES_MAX) || n->pool.length + fit + 1 > WORLD_POOL_MAX)
		return ERR_FULL;
	if (!held) {
		alloc_grow((void **)&n->at, n->count, &n->capacity, sizeof(*n->at));
		index_add(&n->by_asn, hash_mix(asn), (uint32_t)n->count);
		held = &n->at[n->count++];
	}
	*held = (struct name){asn, (uint32_t)n->pool.length};
	text_bytes(&n->pool, name, fit);
	text_char(&n->pool, '\0');
	return 0;
}

const char *names_get(const struct names *n, uint32_t asn)
{
	const struct name *held = names_of(n, asn);
	return held ? n->pool.bytes + held->offset : "";
}

void names_free(struct names *n)
{
	free(n->at);
	index_free(&n->by_asn);
	text_free(&n->pool);
	*n = (struct names){0};
}
