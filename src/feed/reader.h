// SPDX-License-Identifier: ISC
// One open file of whatever kind and compression, as framed records.
#pragma once

#include "base/attr.h"
#include "model/record.h"

struct reader;

// 0, -errno or ERR_*.
int MUST_USE reader_open(const char *path, struct reader **ret);
void reader_close(struct reader *r);

// Next record or gap, source and collector aside. 1: got one. 0: the file is read to its end, whole or not.
// The bytes are valid until the next call.
int MUST_USE reader_next(struct reader *r, struct record *ret);

void reader_watermark(struct reader *r, int64_t ns); // of lines; before the first read
bool reader_lines(const struct reader *r);	     // whether it is a file of lines

// Gives it a decompressor thread if that is worth it. Whether it has one.
bool reader_thread(struct reader *r);
uint64_t reader_compressed(const struct reader *r); // bytes of the file read so far
