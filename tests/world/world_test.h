// SPDX-License-Identifier: ISC
// What the tests of the world room share: a folder of their own, files in it, and building from text.
#pragma once

#include "../unit/unit.h"

#include "world/build.h"
#include "world/world.h"

struct workplace {
	char folder[64];
};

void workplace_make(struct workplace *p);
void workplace_remove(const struct workplace *p); // with the plain files in it

// Path of a name in the folder. Free it.
char *workplace_path(const struct workplace *p, const char *name);
// Writes a file and returns its path. Free it.
char *workplace_file(const struct workplace *p, const char *name, const void *bytes, size_t n);
char *workplace_read(const char *path, size_t *ret_bytes); // free it; ended by a zero byte

#define BAD_MAX 64

struct bad_lines {
	size_t count;
	uint64_t line[BAD_MAX];
	const char *why[BAD_MAX];
};

// Adds text as a file; bad lines are appended.
int text_add(struct world_builder *b, const struct workplace *p, const char *text, struct bad_lines *ret);
// Writes the file "world.bin" and opens it.
struct world *built_open(struct world_builder *b, const struct workplace *p);
// All in one, from texts up to a null pointer; no line may be bad.
struct world *texts_open(const struct workplace *p, const char *const *texts);

// "KP AS131279 175.45.176.0 175.45.179.255", or "none".
void address_check(const struct world *w, const char *address, const char *expected);
// Prefixes of an entity, each followed by a space.
void entity_check(const struct world *w, const char *entity, const char *expected);
