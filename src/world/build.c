// SPDX-License-Identifier: ISC
// The builder: files in, line by line. A line longer than the buffer or with a zero byte is a bad line like any other.
#include "world/build.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/must.h"
#include "world/builder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define BUFFER_BYTES 65536 // and the longest line

struct build_reader {
	int fd;
	bool end_of_file, too_long;
	size_t begin, end;
	char bytes[BUFFER_BYTES];
};

struct build_adding {
	struct world_builder *builder;
	struct build_reader *reader;
	const char *path;
	void (*bad)(void *context, const struct world_bad_line *line);
	void *context;
	uint64_t line, good, bad_count;
};

struct world_builder *world_builder_create(void)
{
	struct world_builder *b = alloc_zero(1, sizeof(*b));
	b->data_time = b->stated = INSTANT_NONE;
	return b;
}

void world_builder_free(struct world_builder *b)
{
	if (!b)
		return;
	for (int layer = 0; layer < WORLD_LAYER_COUNT; layer++)
		for (int family = 0; family < 2; family++)
			free(b->layers[layer][family].items);
	names_free(&b->names);
	free(b->attribution);
	free(b);
}

int builder_piece_add(struct world_builder *b, enum world_layer layer, uint8_t family, const struct piece *range)
{
	must(layer < WORLD_LAYER_COUNT && (family == FAMILY_V4 || family == FAMILY_V6));
	struct pieces *list = &b->layers[layer][family == FAMILY_V6 ? WORLD_V6 : WORLD_V4];
	if (list->count >= WORLD_PIECES_MAX)
		return ERR_FULL;
	alloc_grow((void **)&list->items, list->count, &list->capacity, sizeof(*list->items));
	struct piece *p = &list->items[list->count];
	*p = *range;
	p->order = (uint32_t)list->count++;
	return 0;
}

static int build_reader_fill(struct build_reader *r)
{
	if (r->begin > 0) {
		memmove(r->bytes, r->bytes + r->begin, r->end - r->begin);
		r->end -= r->begin;
		r->begin = 0;
	}
	if (r->end == BUFFER_BYTES) { // a line without end: its rest is thrown away as it comes
		r->too_long = true;
		r->end = 0;
	}
	ssize_t n;
	do
		n = read(r->fd, r->bytes + r->end, BUFFER_BYTES - r->end);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	r->end_of_file = n == 0;
	r->end += (size_t)n;
	return 0;
}

// 1: a line (without its end), 0: no more, or -errno. *ret_whole is false for one that was too long.
static int build_reader_line(struct build_reader *r, const char **ret, size_t *ret_bytes, bool *ret_whole)
{
	size_t seen = 0;
	for (;;) {
		char *at = r->bytes + r->begin, *stop = memchr(at + seen, '\n', r->end - r->begin - seen);
		bool rest = !stop && r->end_of_file && (r->end > r->begin || r->too_long);
		if (stop || rest) {
			size_t n = stop ? (size_t)(stop - at) : r->end - r->begin;
			r->begin += n + (stop != NULL);
			*ret_whole = !r->too_long;
			r->too_long = false;
			*ret = at;
			*ret_bytes = n && at[n - 1] == '\r' ? n - 1 : n;
			return 1;
		}
		if (r->end_of_file)
			return 0;
		seen = r->end - r->begin;
		int result = build_reader_fill(r);
		if (result < 0)
			return result;
		seen = r->end < seen || r->too_long ? 0 : seen;
	}
}

static void build_line_bad(struct build_adding *a, const char *why)
{
	a->builder->bad_lines++;
	if (++a->bad_count > WORLD_BAD_LINES_NAMED || !a->bad)
		return;
	struct world_bad_line line = {a->path, a->line, why};
	a->bad(a->context, &line);
}

// A first line whose first field cannot be an address is column names.
static bool build_is_header(const char *line, size_t n)
{
	const char *comma = memchr(line, ',', n);
	if (!comma)
		return false;
	for (const char *at = line; at < comma; at++)
		if ((*at >= '0' && *at <= '9') || *at == ':' || (uint8_t)*at < ' ')
			return false;
	return comma > line;
}

static int build_line_take(struct build_adding *a, const char *line, size_t n, bool whole)
{
	static const char mark[] = "\xef\xbb\xbf";
	if (a->line == 1 && n >= 3 && memcmp(line, mark, 3) == 0) {
		line += 3;
		n -= 3;
	}
	if (whole && (n == 0 || line[0] == '#'))
		return 0;
	int error = 0;
	const char *why = NULL;
	if (!whole)
		why = "longer than 65,536 bytes";
	else if (memchr(line, '\0', n))
		why = "holds a zero byte";
	else if (a->line == 1 && build_is_header(line, n))
		return 0;
	else
		why = import_line(a->builder, line, n, &error);
	if (why)
		build_line_bad(a, why);
	else
		a->good++;
	return error;
}

int world_builder_add(struct world_builder *b, const char *path,
		      void (*bad)(void *context, const struct world_bad_line *line), void *context)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	struct build_adding a = {.builder = b, .path = path, .bad = bad, .context = context};
	a.reader = alloc_zero(1, sizeof(*a.reader));
	a.reader->fd = fd;
	int result;
	for (;;) {
		const char *line;
		size_t n;
		bool whole;
		result = build_reader_line(a.reader, &line, &n, &whole);
		if (result <= 0)
			break;
		a.line++;
		result = build_line_take(&a, line, n, whole);
		if (result < 0)
			break;
	}
	free(a.reader);
	close(fd);
	return result == 0 && a.good == 0 ? ERR_UNSUPPORTED : result;
}

void world_builder_about(struct world_builder *b, const char *attribution, struct instant data_time)
{
	free(b->attribution);
	b->attribution = attribution ? alloc_copy(attribution) : NULL;
	b->data_time = data_time;
}

uint64_t world_builder_ranges(const struct world_builder *b)
{
	uint64_t sum = 0;
	for (int layer = 0; layer < WORLD_LAYER_COUNT; layer++)
		for (int family = 0; family < 2; family++)
			sum += b->layers[layer][family].count;
	return sum;
}

uint64_t world_builder_bad_lines(const struct world_builder *b)
{
	return b->bad_lines;
}
