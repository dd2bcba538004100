// SPDX-License-Identifier: ISC
// DIR/bmp/NAME-N.bmp: the bytes of a router's session as they came, one file a session, and beside it NAME-N.bmp.index: a line for each
// piece with its arrival (doc/FORMATS.md). Bytes are in the page cache when they are told as written; durable.h brings them to the disk.
#pragma once

#include "base/attr.h"
#include "base/file_error.h"
#include "base/instant.h"

#include <stddef.h>

struct bmp_writer;

struct bmp_file {	  // of one session
	int bytes, index; // descriptors
	uint32_t number;  // in its name
	uint64_t written, indexed, index_length;
};

// Makes the folder where it is not there, and goes on with the numbers of one that is. `dir` and `collector` (letters, digits and _; part of
// the names) are borrowed. 0, or a negative error with a message.
int MUST_USE bmp_writer_open(const char *dir, const char *collector, struct bmp_writer **ret, struct file_error *e);
// Syncs what is left. 0, or a failure of the disk. Null is fine.
int bmp_writer_close(struct bmp_writer *w);

// A session begins. 0; ERR_FULL: no number is free; -errno.
int MUST_USE bmp_file_begin(struct bmp_writer *w, struct bmp_file *ret);
// How many of the bytes are kept, at least one; or -errno, and none is.
long MUST_USE bmp_file_put(struct bmp_writer *w, struct bmp_file *f, const void *bytes, size_t n);
// The line for what was kept since the last one. 0, also where it does not fit: then the next one speaks of these bytes too; another
// error: the index is beyond repair, end the session.
int MUST_USE bmp_file_index(struct bmp_writer *w, struct bmp_file *f, struct instant arrival);
void bmp_file_end(struct bmp_writer *w, struct bmp_file *f);

// Whether somebody took the folder away, with all that was in it. 0: it is there; 1: it was, and is made anew: the files of all sessions
// are gone, end them; a negative error: it cannot be made.
int MUST_USE bmp_writer_look(struct bmp_writer *w);
// To be called every second: what was kept goes to the disk. 0, or a failure of the disk, told once.
int MUST_USE bmp_writer_tick(struct bmp_writer *w);
int bmp_writer_descriptor(const struct bmp_writer *w); // readable: call the tick too; -1: never
