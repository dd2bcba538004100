// SPDX-License-Identifier: ISC
// Messages between two processes of the program over a socket pair that keeps their borders (SOCK_SEQPACKET). Both ends are the
// same program, so a payload is the bytes of plain structs. What flows in bulk is credited: the sender may be ahead of the
// receiver by CHANNEL_WINDOW frames and then keeps the rest, so that nothing grows between them and nothing is lost.
#pragma once

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_MAX      65536 // bytes of a payload; the kernel's usual socket buffer holds three
#define CHANNEL_WINDOW 32    // credited frames that may wait at the receiver: 2 MB

enum { FRAME_CREDIT = 0 }; // the channel's own kind; callers use 1 and above, and from FRAME_CREDITED on with credits
#define FRAME_CREDITED 0x100

struct frame {
	uint16_t kind;
	const uint8_t *bytes; // borrowed until the next channel_get; aligned for any struct
	size_t length;
	int file; // a descriptor that came with it, now the receiver's to close; -1: none
};

struct channel;

// Two connected ends, close-on-exec. 0 or -errno.
int MUST_USE channel_pair(int ret[2]);
// Takes the descriptor over.
struct channel *channel_create(int descriptor);
void channel_free(struct channel *c); // null is fine
int channel_descriptor(const struct channel *c);

// 0; -EAGAIN: no credit or the socket is full, try again later; -EPIPE: the other end is gone; -EMSGSIZE; -errno.
int MUST_USE channel_put(struct channel *c, uint16_t kind, const void *bytes, size_t length);
// The same, and the other end gets a descriptor of the same open file; ours stays ours.
int MUST_USE channel_put_file(struct channel *c, uint16_t kind, int file);
// This end takes descriptors from now on; without it those that are sent are dropped.
void channel_take_files(struct channel *c);
// channel_put, but waits at most timeout_ms for room: -ETIMEDOUT.
int MUST_USE channel_put_wait(struct channel *c, uint16_t kind, const void *bytes, size_t length, int timeout_ms);
bool channel_may_put(const struct channel *c); // a credited frame would find a credit

// 1: a frame; 0: nothing there now; -EPIPE: the other end is gone and all was read; ERR_MALFORMED; -errno. A credit of
// the frame before is given back by the next call.
int MUST_USE channel_get(struct channel *c, struct frame *ret);
// Waits at most timeout_ms for something to read, or for the end.
int channel_wait(const struct channel *c, int timeout_ms);
