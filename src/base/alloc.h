// SPDX-License-Identifier: ISC
// Memory that is always there: a request that cannot be met ends the process with a message and status 4
// (no result of these is ever null). Every size that depends on input is bounded by its caller first.
#pragma once

#include <stddef.h>

void *alloc_zero(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
void *alloc_resize(void *old, size_t count, size_t size) __attribute__((returns_nonnull));
char *alloc_copy(const char *text) __attribute__((malloc, returns_nonnull));

// Pages that cost memory only once touched; zeroed. Release with alloc_pages_free.
void *alloc_pages(size_t bytes) __attribute__((returns_nonnull));
// Changes the size without copying; new bytes are zero.
void *alloc_pages_resize(void *pages, size_t old_bytes, size_t bytes) __attribute__((returns_nonnull));
void alloc_pages_free(void *pages, size_t bytes);

// Says that nearly all of these pages will be used, here and there: large ones may hold it, if it is large. Of all that
// alloc_pages or alloc_pages_resize gave, after each of them.
void alloc_dense(void *pages, size_t bytes);

// Grows *items (of `size` bytes each) so that one more fits after `used`; doubles *capacity.
void alloc_grow(void **items, size_t used, size_t *capacity, size_t size);

// Gives back what *items has no more use for: with less than a quarter used, half as much again as is used stays.
void alloc_shrink(void **items, size_t used, size_t *capacity, size_t size);

// The same for what may become very large: growing copies nothing, and the items have pages of their own. Release with
// alloc_pages_free of *capacity * size bytes.
void alloc_pages_grow(void **items, size_t used, size_t *capacity, size_t size);

// For tests: the n-th request from now on fails (0: none does).
void alloc_fail_at(unsigned long n);
