// SPDX-License-Identifier: ISC
// Folders in which files come and grow: what the system says of them (inotify(7)), and their stamps where it says nothing.
#pragma once

#include <stdbool.h>

struct folders;

struct folders *folders_create(void);
void folders_free(struct folders *f);

// The folders in which something may come under the path: itself and those in it, or the one that a file or pattern lies in.
// Where that one is itself named by a pattern, every look answers that something may have changed. Paths that are known change nothing.
void folders_add(struct folders *f, const char *path);

// Whether anything may have come into one of the folders, or gone, since it was asked last.
bool folders_changed(struct folders *f);

int folders_handle(const struct folders *f); // readable when something changed; -1: the system does not tell
void folders_drain(struct folders *f);	     // what it told is forgotten; which file it was is seen by looking
