// SPDX-License-Identifier: ISC
// A file that is there whole or not at all: written beside its name, made to last on the disk, then put in its place. In this
// process, or in a child that has the memory as it is now while the parent goes on (copy on write).
#pragma once

#include "base/attr.h"

#include <stddef.h>
#include <sys/types.h>

struct durable; // a file that is being written

// Writes the content with durable_put. 0, or a negative error, which leaves the old file in its place. In a child it asks for no
// memory and touches nothing that another thread may hold.
typedef int durable_fill(void *context, struct durable *d);

int durable_put(void *d, const void *bytes, size_t n); // 0 or -errno; fits struct carry_sink

// 0, -errno, or what `fill` answered.
int MUST_USE durable_write(const char *path, durable_fill *fill, void *context);

// The same in a child. Its pid, or -errno.
int MUST_USE durable_start(const char *path, durable_fill *fill, void *context, pid_t *ret);
// Whether that child is done; `wait`: until it is. 1: done and the file is in its place; 0: not yet; else the error.
int MUST_USE durable_done(pid_t pid, int wait);
