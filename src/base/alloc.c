// SPDX-License-Identifier: ISC
// The allocation wrapper: the only caller of malloc's family in the project.
#include "base/alloc.h"

#include "base/must.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define EXIT_NO_MEMORY 4
#define DENSE_FROM     ((size_t)2 << 20) // the usual size of a large page
#define GROW_FIRST     16

static unsigned long alloc_fail_countdown;

static _Noreturn void alloc_out_of_memory(void)
{
	static const char message[] = "lacuna: out of memory; nothing was written by this step\n";
	ssize_t ignored = write(STDERR_FILENO, message, sizeof(message) - 1);
	(void)ignored;
	_exit(EXIT_NO_MEMORY);
}

static int alloc_fails_now(void)
{
	return alloc_fail_countdown && --alloc_fail_countdown == 0;
}

void alloc_fail_at(unsigned long n)
{
	alloc_fail_countdown = n;
}

void *alloc_zero(size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		alloc_out_of_memory();
	void *p = alloc_fails_now() ? NULL : calloc(count ? count : 1, size ? size : 1);
	if (!p)
		alloc_out_of_memory();
	return p;
}

void *alloc_resize(void *old, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		alloc_out_of_memory();
	size_t bytes = count * size;
	void *p = alloc_fails_now() ? NULL : realloc(old, bytes ? bytes : 1);
	if (!p)
		alloc_out_of_memory();
	return p;
}

char *alloc_copy(const char *text)
{
	size_t n = strlen(text) + 1;
	return memcpy(alloc_zero(n, 1), text, n);
}

void *alloc_pages(size_t bytes)
{
	void *p = alloc_fails_now() ? MAP_FAILED
				    : mmap(NULL, bytes ? bytes : 1, PROT_READ | PROT_WRITE,
					   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		alloc_out_of_memory();
	return p;
}

void *alloc_pages_resize(void *pages, size_t old_bytes, size_t bytes)
{
	if (!pages)
		return alloc_pages(bytes);
	void *p = alloc_fails_now() ? MAP_FAILED
				    : mremap(pages, old_bytes ? old_bytes : 1, bytes ? bytes : 1, MREMAP_MAYMOVE);
	if (p == MAP_FAILED)
		alloc_out_of_memory();
	return p;
}

void alloc_pages_free(void *pages, size_t bytes)
{
	if (pages)
		munmap(pages, bytes ? bytes : 1);
}

// The whole of it: memory of two kinds could not be resized as one.
void alloc_dense(void *pages, size_t bytes)
{
	if (bytes >= DENSE_FROM)
		(void)madvise(pages, bytes, MADV_HUGEPAGE); // advice only
}

void alloc_grow(void **items, size_t used, size_t *capacity, size_t size)
{
	must(used <= *capacity && size);
	if (used < *capacity)
		return;
	size_t wanted = *capacity ? *capacity * 2 : GROW_FIRST;
	*items = alloc_resize(*items, wanted, size);
	*capacity = wanted;
}

void alloc_shrink(void **items, size_t used, size_t *capacity, size_t size)
{
	must(used <= *capacity && size);
	size_t wanted = used + used / 2 + GROW_FIRST;
	if (*capacity <= 4 * wanted)
		return;
	*items = alloc_resize(*items, wanted, size);
	*capacity = wanted;
}

void alloc_pages_grow(void **items, size_t used, size_t *capacity, size_t size)
{
	if (used < *capacity)
		return;
	size_t wanted = *capacity ? *capacity * 2 : GROW_FIRST;
	*items = alloc_pages_resize(*items, *capacity * size, wanted * size);
	alloc_dense(*items, wanted * size);
	*capacity = wanted;
}
