// SPDX-License-Identifier: ISC
// The project's one kind of thread: it unpacks a file into a ring of four buffers, ahead of the reader.
#pragma once

#include "feed/unpack.h"

#define RING_SLOTS     4
#define CHUNK_BYTES    (512u << 10)
#define CHUNK_HEADROOM (256u << 10) // in front of each buffer, for what is left of the one before
#define CHUNK_FIRST    (32u << 10)  // the first buffer is handed over early

struct chunk {
	uint8_t *data; // behind CHUNK_HEADROOM bytes that the reader may write
	size_t length;
};

struct chunk chunk_create(void);
void chunk_free(struct chunk *c);

struct feed_ring;

// Starts the thread, which alone uses `u` (unpack_read and unpack_size aside) until ring_free. Null: no thread to be had.
struct feed_ring *ring_create(struct unpack *u);
void ring_free(struct feed_ring *r); // ends the thread

// The next buffer; null at the end. The reader may hold two, and gives them back oldest first.
struct chunk *ring_take(struct feed_ring *r);
void ring_give_back(struct feed_ring *r);
