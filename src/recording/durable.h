// SPDX-License-Identifier: ISC
// Bytes that were written reach the disk about a second later, and nobody waits for it here: a role of this program ("sync") does, which
// gets the open files and may do nothing else. Where it cannot be started, or died, this process waits itself.
#pragma once

#include "base/attr.h"
#include "os/frame.h"

#include <stdint.h>

struct recording_durable;

struct recording_durable *durable_create(void);
// Syncs what is left and ends the role. 0, or the first failure of a disk that durable_tick has not told. Null is fine.
int durable_free(struct recording_durable *d);

// The file was written to. It stays the caller's, and open until durable_close or durable_free.
void durable_changed(struct recording_durable *d, int file);
// Takes the file over: it is closed once it is on disk.
void durable_close(struct recording_durable *d, int file);
// To be called often, at least once a second; `now_ns` is of a clock that never steps. 0, or a failure of a disk, told once.
int MUST_USE durable_tick(struct recording_durable *d, int64_t now_ns);
// Readable when a file is on disk and durable_tick can go on with the next; -1: never.
int durable_descriptor(const struct recording_durable *d);

// The other side, in the role: syncs what comes over the channel until its other end is gone. 0 or a negative error.
int MUST_USE durable_serve(struct channel *c);
