// SPDX-License-Identifier: ISC
// The reader's half of a stream: one contiguous window over buffers that an unpacker fills, here or in a thread.
// What is left of a buffer is moved in front of the next one; only what does not fit there is gathered in a
// buffer of its own (`gathered`), which grows to STREAM_WINDOW_MAX and one buffer more.
#include "feed/stream.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/must.h"
#include "feed/ring.h"

#include <stdlib.h>

#define THREAD_FROM    (1u << 20) // compressed bytes that make a thread worth its start
#define INLINE_BYTES   (128u << 10)
#define GATHERED_KEPT  (1u << 20) // a larger one is freed when it is no longer needed
#define GATHERED_LEAST (512u << 10)

struct stream {
	struct cursor window; // buffered in one piece and not consumed
	bool over;	      // no more buffers to come
	bool gathering;	      // the window lies in `gathered`
	bool growing;	      // the end is the end for now
	bool shorted;	      // a peek came short since stream_more
	uint64_t offset;
	struct unpack *unpack;
	struct feed_ring *ring; // null: unpacked here
	struct chunk *held;	// of the ring
	struct chunk own;	// without a ring
	size_t own_room;	// small for the first fill
	uint8_t *gathered;
	size_t gathered_size;
};

int stream_open(const char *path, bool threaded, struct stream **ret)
{
	struct unpack *u = NULL;
	int error = unpack_open(path, &u);
	if (error)
		return error;
	struct stream *s = alloc_zero(1, sizeof(*s));
	s->unpack = u;
	s->own_room = CHUNK_FIRST;
	if (threaded)
		stream_thread(s);
	*ret = s;
	return 0;
}

bool stream_thread(struct stream *s)
{
	if (!s->ring && !s->over && !s->growing && unpack_compressed(s->unpack) && unpack_size(s->unpack) > THREAD_FROM)
		s->ring = ring_create(s->unpack);
	return s->ring;
}

void stream_close(struct stream *s)
{
	if (!s)
		return;
	ring_free(s->ring);
	chunk_free(&s->own);
	unpack_close(s->unpack);
	free(s->gathered);
	free(s);
}

// Here: moves what is left in front of the buffer and fills it again.
static bool stream_refill_own(struct stream *s, size_t left)
{
	if (!s->own.data)
		s->own = chunk_create();
	uint8_t *data = s->own.data;
	if (left)
		memmove(data - left, s->window.at, left);
	size_t made = unpack_fill(s->unpack, data, s->own_room);
	s->window = cursor_of(data - left, left + made);
	s->over = made < s->own_room;
	s->own_room = INLINE_BYTES;
	return made;
}

static bool stream_refill_ring(struct stream *s, size_t left)
{
	struct chunk *c = ring_take(s->ring);
	if (!c) {
		s->over = true;
		return false;
	}
	if (left)
		memcpy(c->data - left, s->window.at, left);
	s->window = cursor_of(c->data - left, left + c->length);
	if (s->held)
		ring_give_back(s->ring);
	s->held = c;
	return true;
}

// Makes room for `more` bytes behind the window, which then lies in `gathered`.
static void stream_gather(struct stream *s, size_t left, size_t more)
{
	size_t before = s->gathering ? (size_t)(s->window.at - s->gathered) : 0;
	if (s->gathering && s->gathered_size - before - left >= more)
		return;
	if (s->gathering && before >= left && s->gathered_size - left >= more) {
		memcpy(s->gathered, s->window.at, left);
		s->window = cursor_of(s->gathered, left);
		return;
	}
	size_t size = GATHERED_LEAST;
	while (size < 2 * left + more)
		size *= 2;
	uint8_t *bytes = alloc_resize(NULL, size, 1);
	memcpy(bytes, s->window.at, left);
	free(s->gathered);
	s->gathered = bytes;
	s->gathered_size = size;
	s->gathering = true;
	s->window = cursor_of(bytes, left);
}

static bool stream_refill_gathered(struct stream *s, size_t left)
{
	stream_gather(s, left, CHUNK_BYTES);
	uint8_t *end = s->gathered + (s->window.at - s->gathered) + left;
	size_t made;
	if (s->ring) {
		if (s->held)
			ring_give_back(s->ring);
		s->held = NULL;
		struct chunk *c = ring_take(s->ring);
		made = c ? c->length : 0;
		if (c) {
			memcpy(end, c->data, made);
			ring_give_back(s->ring);
		}
		s->over = !c;
	} else {
		made = unpack_fill(s->unpack, end, INLINE_BYTES);
		s->over = made < INLINE_BYTES;
	}
	s->window.end = end + made;
	return made;
}

static void stream_refill(struct stream *s)
{
	size_t left = cursor_left(&s->window);
	if (left > CHUNK_HEADROOM) {
		stream_refill_gathered(s, left);
		return;
	}
	if (s->ring)
		stream_refill_ring(s, left);
	else
		stream_refill_own(s, left);
	if (s->gathering && (s->window.at < s->gathered || s->window.at >= s->gathered + s->gathered_size)) {
		s->gathering = false;
		if (s->gathered_size > GATHERED_KEPT) {
			free(s->gathered);
			s->gathered = NULL;
			s->gathered_size = 0;
		}
	}
}

struct cursor stream_peek(struct stream *s, size_t want)
{
	if (LIKELY(cursor_left(&s->window) >= want))
		return s->window;
	if (want > STREAM_WINDOW_MAX)
		want = STREAM_WINDOW_MAX;
	while (cursor_left(&s->window) < want && !s->over)
		stream_refill(s);
	s->shorted |= cursor_left(&s->window) < want;
	return s->window;
}

void stream_skip(struct stream *s, size_t n)
{
	must(n <= cursor_left(&s->window));
	if (!cursor_skip(&s->window, n))
		n = 0;
	s->offset += n;
}

struct cursor stream_step(struct stream *s, size_t n, size_t want)
{
	stream_skip(s, n);
	return stream_peek(s, want);
}

uint64_t stream_offset(const struct stream *s)
{
	return s->offset;
}

uint64_t stream_compressed(const struct stream *s)
{
	return s->unpack ? unpack_read(s->unpack) : 0;
}

uint64_t stream_size(const struct stream *s)
{
	return unpack_size(s->unpack);
}

bool stream_threaded(const struct stream *s)
{
	return s->ring;
}

int stream_error(const struct stream *s)
{
	return s->over ? unpack_error(s->unpack) : 0;
}

void stream_growing(struct stream *s)
{
	s->growing = true;
	unpack_growing(s->unpack);
}

bool stream_grows(const struct stream *s)
{
	return s->growing;
}

void stream_more(struct stream *s)
{
	s->shorted = false;
	if (s->growing)
		s->over = false;
}

bool stream_waits(const struct stream *s)
{
	return s->growing && s->shorted && !unpack_error(s->unpack);
}

bool stream_unlinked(const struct stream *s)
{
	return !s->unpack || unpack_unlinked(s->unpack);
}

void stream_sleep(struct stream *s)
{
	uint64_t offset = s->offset;
	ring_free(s->ring);
	chunk_free(&s->own);
	unpack_close(s->unpack);
	free(s->gathered);
	*s = (struct stream){.growing = true, .offset = offset};
}

int stream_wake(struct stream *s, const char *path)
{
	struct stream *other = NULL;
	int error = stream_open(path, false, &other);
	if (error)
		return error;
	stream_growing(other);
	while (other->offset < s->offset) {
		struct cursor w = stream_peek(other, 1);
		size_t left = cursor_left(&w);
		if (!left)
			break;
		stream_skip(other, s->offset - other->offset < left ? (size_t)(s->offset - other->offset) : left);
	}
	if (other->offset < s->offset) {
		stream_close(other);
		return ERR_TRUNCATED;
	}
	stream_sleep(s);
	*s = *other;
	free(other);
	return 0;
}
