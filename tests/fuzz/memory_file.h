// SPDX-License-Identifier: ISC
// Inputs as files in memory, for parsers that take a path: writing one to a disk takes longer than reading it.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define MEMORY_FILES_MAX 4

// The folder that all of them are in.
const char *memory_folder(void);

// A file of this name there, now with this content; its path. `slot` below MEMORY_FILES_MAX keeps its first name.
const char *memory_file(int slot, const char *name, const uint8_t *data, size_t size);
