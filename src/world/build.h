// SPDX-License-Identifier: ISC
// Makes the world file from CSV (`start,end,CC` and `start,end,asn,name`, as @ip-location-db packages have it) and
// from the RIRs' delegated statistics (delegated-*-extended-*, RFC-less format of the NRO).
#pragma once

#include "base/attr.h"
#include "base/instant.h"

#include <stddef.h>
#include <stdint.h>

#define WORLD_BAD_LINES_NAMED 10 // of each file; the rest is only counted

struct world_builder;

struct world_bad_line {
	const char *file;
	uint64_t line;
	const char *why;
};

struct world_builder *world_builder_create(void);
void world_builder_free(struct world_builder *b);

// Adds a file (plain, told by content: country CSV, network CSV, delegated statistics). Where ranges overlap the
// later file wins, inside a file the later line; a country or network of "unknown" (ZZ, 0) clears what earlier lines
// said. Bad lines are counted and the first ones handed to bad() (may be null); 0, -errno, ERR_FULL, or
// ERR_UNSUPPORTED when no line is readable. What was read before an error stays.
int MUST_USE world_builder_add(struct world_builder *b, const char *path,
			       void (*bad)(void *context, const struct world_bad_line *line), void *context);

// Attribution and date of the data, kept in the file. An unknown date leaves the newest one that delegated
// statistics stated.
void world_builder_about(struct world_builder *b, const char *attribution, struct instant data_time);

// Writes atomically (temporary file, fsync, rename). `now` is stamped into the file. 0, -errno or ERR_TOO_LARGE.
int MUST_USE world_builder_write(const struct world_builder *b, const char *path, struct instant now);

uint64_t world_builder_ranges(const struct world_builder *b); // as read, before overlaps are settled
uint64_t world_builder_bad_lines(const struct world_builder *b);

// YYYYMMDD as a moment. 0 or ERR_MALFORMED.
int MUST_USE world_date_parse(const char *digits, size_t n, struct instant *ret);
