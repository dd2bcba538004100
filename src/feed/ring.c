// SPDX-License-Identifier: ISC
// The decompressor thread and its ring. Everything but the buffers' contents is guarded by one lock;
// a buffer belongs to the thread, then to the reader, as the two counters say.
#include "feed/ring.h"

#include "base/alloc.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#define CHUNKS_KEPT (2 * RING_SLOTS)

struct feed_ring {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t filled, freed;
	struct unpack *unpack;
	struct chunk slots[RING_SLOTS];
	uint64_t made, taken, given_back; // buffers, counted from the start
	bool over, stop;
};

// Buffers of files that are closed wait here for the next file: mapping them anew costs more than a small file does.
static struct {
	pthread_mutex_t lock;
	uint8_t *pages[CHUNKS_KEPT];
	size_t n;
} ring_kept = {.lock = PTHREAD_MUTEX_INITIALIZER};

struct chunk chunk_create(void)
{
	pthread_mutex_lock(&ring_kept.lock);
	uint8_t *pages = ring_kept.n ? ring_kept.pages[--ring_kept.n] : NULL;
	pthread_mutex_unlock(&ring_kept.lock);
	if (!pages)
		pages = alloc_pages(CHUNK_HEADROOM + CHUNK_BYTES);
	return (struct chunk){.data = pages + CHUNK_HEADROOM};
}

void chunk_free(struct chunk *c)
{
	if (!c->data)
		return;
	uint8_t *pages = c->data - CHUNK_HEADROOM;
	pthread_mutex_lock(&ring_kept.lock);
	bool keeps = ring_kept.n < CHUNKS_KEPT;
	if (keeps)
		ring_kept.pages[ring_kept.n++] = pages;
	pthread_mutex_unlock(&ring_kept.lock);
	if (!keeps)
		alloc_pages_free(pages, CHUNK_HEADROOM + CHUNK_BYTES);
	c->data = NULL;
}

// Waits for a free buffer; null when the reader has gone.
static struct chunk *ring_free_slot(struct feed_ring *r)
{
	pthread_mutex_lock(&r->lock);
	while (r->made - r->given_back == RING_SLOTS && !r->stop)
		pthread_cond_wait(&r->freed, &r->lock);
	struct chunk *c = r->stop ? NULL : &r->slots[r->made % RING_SLOTS];
	pthread_mutex_unlock(&r->lock);
	return c;
}

static void *ring_run(void *context)
{
	struct feed_ring *r = context;
	struct chunk *c;
	size_t room = CHUNK_FIRST;
	bool over = false;
	while (!over && (c = ring_free_slot(r))) {
		c->length = unpack_fill(r->unpack, c->data, room);
		over = c->length < room;
		room = CHUNK_BYTES;
		pthread_mutex_lock(&r->lock);
		r->made += c->length ? 1 : 0;
		r->over = over;
		pthread_cond_signal(&r->filled);
		pthread_mutex_unlock(&r->lock);
	}
	return NULL;
}

struct feed_ring *ring_create(struct unpack *u)
{
	struct feed_ring *r = alloc_zero(1, sizeof(*r));
	r->unpack = u;
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->filled, NULL);
	pthread_cond_init(&r->freed, NULL);
	for (size_t i = 0; i < RING_SLOTS; i++)
		r->slots[i] = chunk_create();
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before); // signals are the main thread's
	bool failed = pthread_create(&r->thread, NULL, ring_run, r);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!failed)
		return r;
	r->unpack = NULL;
	ring_free(r);
	return NULL;
}

void ring_free(struct feed_ring *r)
{
	if (!r)
		return;
	pthread_mutex_lock(&r->lock);
	r->stop = true;
	pthread_cond_signal(&r->freed);
	pthread_mutex_unlock(&r->lock);
	if (r->unpack)
		pthread_join(r->thread, NULL);
	for (size_t i = 0; i < RING_SLOTS; i++)
		chunk_free(&r->slots[i]);
	pthread_cond_destroy(&r->freed);
	pthread_cond_destroy(&r->filled);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

struct chunk *ring_take(struct feed_ring *r)
{
	pthread_mutex_lock(&r->lock);
	while (r->taken == r->made && !r->over)
		pthread_cond_wait(&r->filled, &r->lock);
	struct chunk *c = r->taken == r->made ? NULL : &r->slots[r->taken++ % RING_SLOTS];
	pthread_mutex_unlock(&r->lock);
	return c;
}

void ring_give_back(struct feed_ring *r)
{
	pthread_mutex_lock(&r->lock);
	r->given_back++;
	pthread_cond_signal(&r->freed);
	pthread_mutex_unlock(&r->lock);
}
