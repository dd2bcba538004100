// SPDX-License-Identifier: ISC
// Lays the settled ranges out as layout.h says and puts the file in place in one step, so that a reader sees the
// old one or the new one and nothing between.
#include "base/alloc.h"
#include "base/err.h"
#include "base/must.h"
#include "base/numbers.h"
#include "world/builder.h"
#include "world/layout.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct write_table { // entities of one kind
	struct world_disk_entity *items;
	size_t count, capacity;
};

struct image {
	struct spans spans[2];
	struct write_table countries, networks;
	uint32_t *refs;
	size_t ref_count, ref_capacity;
	struct text pool;
	uint32_t attribution;
};

static void write_image_free(struct image *m)
{
	free(m->spans[WORLD_V4].items);
	free(m->spans[WORLD_V6].items);
	free(m->countries.items);
	free(m->networks.items);
	free(m->refs);
	text_free(&m->pool);
}

static uint32_t write_pool_put(struct image *m, const char *string)
{
	if (!string || !*string)
		return 0;
	uint32_t offset = (uint32_t)m->pool.length;
	text_bytes(&m->pool, string, strlen(string) + 1);
	return offset;
}

// Pairs key << 32 | range number for all ranges with a key, sorted. Free the result.
static uint64_t *write_pairs_make(const struct image *m, bool networks, size_t *ret_count)
{
	size_t v4 = m->spans[WORLD_V4].count, all = v4 + m->spans[WORLD_V6].count, n = 0;
	uint64_t *pairs = alloc_resize(NULL, all, sizeof(*pairs));
	for (size_t i = 0; i < all; i++) {
		const struct world_span *s = i < v4 ? &m->spans[WORLD_V4].items[i] : &m->spans[WORLD_V6].items[i - v4];
		uint32_t key = networks ? s->asn : s->country;
		if (key)
			pairs[n++] = (uint64_t)key << 32 | i;
	}
	qsort(pairs, n, sizeof(*pairs), numbers_by_uint64);
	*ret_count = n;
	return pairs;
}

static void write_table_make(struct image *m, struct write_table *t, const struct names *names)
{
	size_t n;
	uint64_t *pairs = write_pairs_make(m, names != NULL, &n);
	for (size_t i = 0; i < n; i++) {
		uint32_t key = (uint32_t)(pairs[i] >> 32);
		if (i == 0 || key != (uint32_t)(pairs[i - 1] >> 32)) {
			uint32_t name = names ? write_pool_put(m, names_get(names, key)) : 0;
			alloc_grow((void **)&t->items, t->count, &t->capacity, sizeof(*t->items));
			t->items[t->count++] =
				(struct world_disk_entity){.key = key, .name = name, .refs_at = (uint32_t)m->ref_count};
		}
		t->items[t->count - 1].refs_count++;
		alloc_grow((void **)&m->refs, m->ref_count, &m->ref_capacity, sizeof(*m->refs));
		m->refs[m->ref_count++] = htole32((uint32_t)pairs[i]);
	}
	free(pairs);
}

static void write_image_make(const struct world_builder *b, struct image *m)
{
	for (int family = 0; family < 2; family++) {
		struct pieces countries, networks;
		sweep_layer(&b->layers[WORLD_LAYER_COUNTRY][family], &countries);
		sweep_layer(&b->layers[WORLD_LAYER_NETWORK][family], &networks);
		sweep_merge(&countries, &networks, &m->spans[family]);
		free(countries.items);
		free(networks.items);
	}
	text_char(&m->pool, '\0');
	m->attribution = write_pool_put(m, b->attribution);
	write_table_make(m, &m->countries, NULL);
	write_table_make(m, &m->networks, &b->names);
}

static void write_v4_lay(struct world_disk_v4 *at, const struct spans *spans)
{
	for (size_t i = 0; i < spans->count; i++) {
		const struct world_span *s = &spans->items[i];
		at[i] = (struct world_disk_v4){.first = htole32((uint32_t)s->first),
					       .last = htole32((uint32_t)s->last),
					       .asn = htole32(s->asn),
					       .country = htole16(s->country)};
	}
}

static void write_v6_lay(struct world_disk_v6 *at, const struct spans *spans)
{
	for (size_t i = 0; i < spans->count; i++) {
		const struct world_span *s = &spans->items[i];
		at[i] = (struct world_disk_v6){.asn = htole32(s->asn), .country = htole16(s->country)};
		wide_to_bytes(s->first, at[i].first);
		wide_to_bytes(s->last, at[i].last);
	}
}

static void write_table_lay(struct world_disk_entity *at, const struct write_table *t)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct world_disk_entity *e = &t->items[i];
		at[i] = (struct world_disk_entity){htole32(e->key), htole32(e->name), htole32(e->refs_at),
						   htole32(e->refs_count)};
	}
}

static void write_sections_place(const struct image *m, struct world_disk_header *h, uint64_t *ret_bytes)
{
	const uint64_t counts[WORLD_SECTION_COUNT] = {
		[WORLD_SECTION_V4] = m->spans[WORLD_V4].count,
		[WORLD_SECTION_V6] = m->spans[WORLD_V6].count,
		[WORLD_SECTION_COUNTRIES] = m->countries.count,
		[WORLD_SECTION_NETWORKS] = m->networks.count,
		[WORLD_SECTION_REFS] = m->ref_count,
		[WORLD_SECTION_POOL] = m->pool.length,
	};
	uint64_t at = sizeof(*h);
	for (int i = 0; i < WORLD_SECTION_COUNT; i++) {
		h->sections[i] = (struct world_disk_section){at, counts[i]};
		at += (counts[i] * world_element_bytes[i] + 7) / 8 * 8;
	}
	*ret_bytes = at;
}

static void write_sections_lay(const struct image *m, const struct world_disk_header *h, uint8_t *file)
{
	const struct world_disk_section *s = h->sections;
	write_v4_lay((void *)(file + s[WORLD_SECTION_V4].offset), &m->spans[WORLD_V4]);
	write_v6_lay((void *)(file + s[WORLD_SECTION_V6].offset), &m->spans[WORLD_V6]);
	write_table_lay((void *)(file + s[WORLD_SECTION_COUNTRIES].offset), &m->countries);
	write_table_lay((void *)(file + s[WORLD_SECTION_NETWORKS].offset), &m->networks);
	if (m->ref_count)
		memcpy(file + s[WORLD_SECTION_REFS].offset, m->refs, m->ref_count * sizeof(*m->refs));
	memcpy(file + s[WORLD_SECTION_POOL].offset, m->pool.bytes, m->pool.length);
}

static void write_header_lay(const struct world_disk_header *h, uint8_t *file, size_t bytes)
{
	struct world_disk_header out = {.version = htole32(WORLD_VERSION),
					.header_bytes = htole32(sizeof(out)),
					.file_bytes = htole64(bytes),
					.built_ns = (int64_t)htole64((uint64_t)h->built_ns),
					.data_ns = (int64_t)htole64((uint64_t)h->data_ns),
					.attribution = htole32(h->attribution)};
	memcpy(out.magic, WORLD_MAGIC, sizeof(out.magic));
	for (int i = 0; i < WORLD_SECTION_COUNT; i++)
		out.sections[i] =
			(struct world_disk_section){htole64(h->sections[i].offset), htole64(h->sections[i].count)};
	memcpy(file, &out, sizeof(out));
	out.checksum = htole64(world_checksum(file + WORLD_CHECKSUM_FROM, bytes - WORLD_CHECKSUM_FROM));
	memcpy(file, &out, sizeof(out));
}

static int write_bytes(int fd, const uint8_t *bytes, size_t n)
{
	for (size_t done = 0; done < n;) {
		ssize_t wrote = write(fd, bytes + done, n - done);
		if (wrote < 0 && errno != EINTR)
			return -errno;
		done += wrote > 0 ? (size_t)wrote : 0;
	}
	return 0;
}

// The name of a file is safe on disk only when its folder is.
static void write_folder_sync(struct text *path)
{
	while (path->length && path->bytes[path->length - 1] != '/')
		path->length--;
	if (path->length == 0)
		text_char(path, '.');
	int fd = open(text_string(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)fsync(fd); // some file systems cannot; the data itself is safe
	close(fd);
}

static int write_file_replace(const char *path, const uint8_t *bytes, size_t n)
{
	struct text name = {0};
	struct stat there;
	if (stat(path, &there) == 0 && !S_ISREG(there.st_mode))
		return S_ISDIR(there.st_mode) ? -EISDIR : -EINVAL; // a device must not become a file
	text_put(&name, path);
	text_put(&name, ".XXXXXX");
	text_char(&name, '\0');
	mode_t mask = umask(0);
	umask(mask);
	int fd = mkostemp(name.bytes, O_CLOEXEC);
	int result = fd < 0 ? -errno : write_bytes(fd, bytes, n);
	if (fd >= 0) {
		if (result == 0 && (fchmod(fd, 0644 & ~mask) < 0 || fsync(fd) < 0))
			result = -errno;
		if (close(fd) < 0 && result == 0)
			result = -errno;
		if (result == 0 && rename(name.bytes, path) < 0)
			result = -errno;
		if (result < 0)
			unlink(name.bytes);
		else
			write_folder_sync(&name);
	}
	text_free(&name);
	return result;
}

int world_builder_write(const struct world_builder *b, const char *path, struct instant now)
{
	must(b && path);
	struct image m = {0};
	struct world_disk_header h = {.built_ns = now.ns};
	uint64_t bytes;
	write_image_make(b, &m);
	struct instant data = instant_known(b->data_time) ? b->data_time : b->stated;
	h.data_ns = instant_known(data) ? data.ns : WORLD_NOT_STATED;
	h.attribution = m.attribution;
	write_sections_place(&m, &h, &bytes);
	int result = ERR_TOO_LARGE;
	if (bytes <= WORLD_BYTES_MAX) {
		uint8_t *file = alloc_zero(bytes, 1);
		write_sections_lay(&m, &h, file);
		write_header_lay(&h, file, bytes);
		result = write_file_replace(path, file, bytes);
		free(file);
	}
	write_image_free(&m);
	return result;
}
