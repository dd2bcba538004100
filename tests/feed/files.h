// SPDX-License-Identifier: ISC
// What the tests of feed share: a folder of their own, packers for every format, hand-made records, and
// the list of what a feed gave.
#pragma once

#include "../unit/unit.h"

#include "base/text.h"
#include "feed/feed.h"

enum { ZIP_GZIP, ZIP_BZIP2, ZIP_XZ, ZIP_ZSTD, ZIP_COUNT };

struct zip {
	const char *name, *suffix;
	void (*pack)(const void *bytes, size_t length, struct text *out);
};

extern const struct zip zips[ZIP_COUNT];

// A file in the test's folder, which is removed at the end. Borrowed until the next call but seven.
const char *file_path(const char *name);
const char *file_write(const char *name, const void *bytes, size_t length);
const char *file_folder(const char *name);

// The folder with fixtures that are not part of the project; the test is skipped without it.
const char *shared_path(const char *name);

void put_u16(struct text *t, unsigned value);
void put_u32(struct text *t, uint32_t value);
void put_random(struct text *t, size_t n, uint64_t *random);
// A BGP4MP_ET record with an UPDATE whose attributes are `extra` random bytes.
void put_update(struct text *t, struct instant when, size_t extra, uint64_t *random);
// A TABLE_DUMP_V2 record; a state change.
void put_rib(struct text *t, uint32_t seconds, size_t extra, uint64_t *random);
void put_state(struct text *t, uint32_t seconds);
// A run of `count` records of these kinds, some milliseconds apart; ret_borders, if given, gets count + 1 offsets.
void put_records(struct text *t, size_t count, uint64_t *random, size_t *ret_borders);

struct seen_record {
	struct record record; // `bytes` is not valid any more
	uint64_t hash;	      // of the bytes
};

struct seen {
	struct seen_record *of;
	size_t count, capacity;
	size_t records, gaps, ends;
};

// Reads everything.
struct seen seen_feed(struct feed *f);
struct seen seen_file(const char *path);
void seen_free(struct seen *s);
