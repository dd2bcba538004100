// SPDX-License-Identifier: ISC
// Maps a world file and refuses it unless everything in it is in bounds and in order, so that no later access can
// leave the mapping whatever the file holds. (The writer replaces the file by rename; it never changes one in use.)
#include "world/open.h"

#include "base/alloc.h"
#include "base/err.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_file_map(struct world *w, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	int result = 0;
	struct stat st;
	if (fstat(fd, &st) < 0)
		result = -errno;
	else if (!S_ISREG(st.st_mode))
		result = S_ISDIR(st.st_mode) ? -EISDIR : ERR_UNSUPPORTED;
	else if (st.st_size < (off_t)sizeof(struct world_disk_header))
		result = ERR_MALFORMED;
	else if ((uint64_t)st.st_size > WORLD_BYTES_MAX)
		result = ERR_TOO_LARGE;
	if (result < 0)
		goto out;
	void *map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED) {
		result = -errno;
		goto out;
	}
	w->map = map;
	w->bytes = (size_t)st.st_size;
out:
	close(fd);
	return result;
}

static int open_header_check(struct world *w)
{
	const struct world_disk_header *h = (const void *)w->map;
	if (memcmp(h->magic, WORLD_MAGIC, sizeof(h->magic)) != 0)
		return ERR_MALFORMED;
	if (le32toh(h->version) != WORLD_VERSION)
		return ERR_UNSUPPORTED;
	if (le32toh(h->header_bytes) != sizeof(*h) || le64toh(h->file_bytes) != w->bytes)
		return ERR_MALFORMED;
	if (le64toh(h->checksum) != world_checksum(w->map + WORLD_CHECKSUM_FROM, w->bytes - WORLD_CHECKSUM_FROM))
		return ERR_MALFORMED;
	w->header = h;
	return 0;
}

static bool open_section_find(const struct world *w, enum world_section which, const void **ret, uint32_t *ret_count)
{
	uint64_t offset = le64toh(w->header->sections[which].offset);
	uint64_t count = le64toh(w->header->sections[which].count);
	if (offset % 8 != 0 || offset < sizeof(struct world_disk_header) || offset > w->bytes)
		return false;
	if (count > (w->bytes - offset) / world_element_bytes[which])
		return false;
	*ret = w->map + offset;
	*ret_count = (uint32_t)count; // below WORLD_BYTES_MAX
	return true;
}

static bool open_sections_find(struct world *w)
{
	const void *v4, *v6, *countries, *networks, *refs, *pool;
	if (!open_section_find(w, WORLD_SECTION_V4, &v4, &w->v4_count) ||
	    !open_section_find(w, WORLD_SECTION_V6, &v6, &w->v6_count) ||
	    !open_section_find(w, WORLD_SECTION_COUNTRIES, &countries, &w->country_count) ||
	    !open_section_find(w, WORLD_SECTION_NETWORKS, &networks, &w->network_count) ||
	    !open_section_find(w, WORLD_SECTION_REFS, &refs, &w->ref_count) ||
	    !open_section_find(w, WORLD_SECTION_POOL, &pool, &w->pool_bytes))
		return false;
	w->v4 = v4;
	w->v6 = v6;
	w->countries = countries;
	w->networks = networks;
	w->refs = refs;
	w->pool = pool;
	return true;
}

static bool open_code_check(uint16_t code)
{
	return code == 0 || world_code_valid(code);
}

// Checks the order and makes the index in the same pass.
static bool open_v4_check(struct world *w)
{
	w->v4_index = alloc_zero(WORLD_V4_INDEX + 1, sizeof(*w->v4_index));
	uint64_t from = 0; // lowest allowed first address
	uint32_t next = 0; // lowest index entry not yet made
	for (uint32_t i = 0; i < w->v4_count; i++) {
		const struct world_disk_v4 *r = &w->v4[i];
		uint32_t first = le32toh(r->first), last = le32toh(r->last);
		if (first < from || last < first || !open_code_check(le16toh(r->country)))
			return false;
		from = (uint64_t)last + 1;
		for (; next <= last >> 16; next++)
			w->v4_index[next] = i;
	}
	for (; next <= WORLD_V4_INDEX; next++)
		w->v4_index[next] = w->v4_count;
	return true;
}

static bool open_v6_check(const struct world *w)
{
	for (uint32_t i = 0; i < w->v6_count; i++) {
		const struct world_disk_v6 *r = &w->v6[i];
		if (memcmp(r->first, r->last, 16) > 0 || !open_code_check(le16toh(r->country)))
			return false;
		if (i && memcmp(w->v6[i - 1].last, r->first, 16) >= 0)
			return false;
	}
	return true;
}

struct entity_table {
	const struct world_disk_entity *items;
	uint32_t count;
	bool networks;
};

// The key that a range has in this table.
static uint32_t open_range_key(const struct world *w, uint32_t number, bool networks)
{
	if (number < w->v4_count)
		return networks ? le32toh(w->v4[number].asn) : le16toh(w->v4[number].country);
	const struct world_disk_v6 *r = &w->v6[number - w->v4_count];
	return networks ? le32toh(r->asn) : le16toh(r->country);
}

static bool open_refs_check(const struct world *w, const struct world_disk_entity *e, bool networks)
{
	uint32_t at = le32toh(e->refs_at), count = le32toh(e->refs_count);
	uint32_t key = le32toh(e->key), before = 0;
	if (at > w->ref_count || count > w->ref_count - at)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t number = le32toh(w->refs[at + i]);
		if (number >= w->v4_count + w->v6_count || (i && number <= before))
			return false;
		if (open_range_key(w, number, networks) != key)
			return false;
		before = number;
	}
	return count > 0;
}

// Every range with a key must be in the table once: their numbers are compared.
static bool open_entities_check(const struct world *w, struct entity_table t)
{
	uint64_t listed = 0, keyed = 0;
	for (uint32_t i = 0; i < t.count; i++) {
		const struct world_disk_entity *e = &t.items[i];
		uint32_t key = le32toh(e->key);
		if (key == 0 || (i && key <= le32toh(t.items[i - 1].key)) || le32toh(e->name) >= w->pool_bytes)
			return false;
		if (!open_refs_check(w, e, t.networks))
			return false;
		listed += le32toh(e->refs_count);
	}
	for (uint32_t i = 0; i < w->v4_count + w->v6_count; i++)
		keyed += open_range_key(w, i, t.networks) != 0;
	return listed == keyed;
}

static bool open_pool_check(const struct world *w)
{
	return w->pool_bytes > 0 && w->pool[0] == '\0' && w->pool[w->pool_bytes - 1] == '\0' &&
	       le32toh(w->header->attribution) < w->pool_bytes;
}

static bool open_content_check(struct world *w)
{
	return open_sections_find(w) && open_pool_check(w) && open_v4_check(w) && open_v6_check(w) &&
	       open_entities_check(w, (struct entity_table){w->countries, w->country_count, false}) &&
	       open_entities_check(w, (struct entity_table){w->networks, w->network_count, true});
}

static void open_codes_fill(struct world *w)
{
	w->codes = alloc_zero((size_t)w->country_count * 2 + 1, 1);
	for (uint32_t i = 0; i < w->country_count; i++) {
		uint32_t code = le32toh(w->countries[i].key);
		w->codes[2 * i] = (char)(code >> 8);
		w->codes[2 * i + 1] = (char)code;
	}
}

int world_open(const char *path, struct world **ret)
{
	struct text place = {0};
	if (path)
		text_put(&place, path);
	else if (world_place_find(&place) < 0) {
		text_free(&place);
		return -ENOENT;
	}
	struct world *w = alloc_zero(1, sizeof(*w));
	w->path = alloc_copy(text_string(&place));
	text_free(&place);
	int result = open_file_map(w, w->path);
	if (result == 0)
		result = open_header_check(w);
	if (result == 0 && !open_content_check(w))
		result = ERR_MALFORMED;
	if (result < 0) {
		world_free(w);
		return result;
	}
	open_codes_fill(w);
	*ret = w;
	return 0;
}

void world_free(struct world *w)
{
	if (!w)
		return;
	if (w->map)
		munmap((void *)w->map, w->bytes);
	free(w->v4_index);
	free(w->codes);
	free(w->path);
	free(w);
}
