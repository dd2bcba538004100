// SPDX-License-Identifier: ISC
// The files of a recording that is being written: recording.json, one file of lines an hour, where the census is. Lines are on disk
// a second after they were written here (durable.h).
#pragma once

#include "base/attr.h"
#include "base/file_error.h"
#include "recording/record_text.h"

#include <stdint.h>

struct recording_durable;

struct recorder {
	const char *dir;      // borrowed
	const char *observer; // same; of the scope
	struct text lines;
	struct text path;
	int file;
	struct recording_durable *disk;
	int lock;	  // of this observer in this folder, until the end
	int64_t hour;	  // of the open file
	uint64_t written; // bytes
	int error;	  // first failure of the disk, negative; nothing is written after it
};

// Makes the folder and recording.json where they are not there, and joins those that are. 0, or a negative error with a message:
// nothing that was there is written over. -EWOULDBLOCK: somebody records there under this observer's name.
int MUST_USE recorder_open(struct recorder *r, const char *dir, const struct record_scope *s, struct file_error *e);
// What is measured has grown: what recording.json does not say yet of it is added there. 0 or a negative error.
int MUST_USE recorder_join(struct recorder *r, const struct record_scope *s);
// Writes out, syncs, closes. 0 or the first failure.
int recorder_close(struct recorder *r);
// `lines` holds whole lines to write; they are taken.
void recorder_write(struct recorder *r);

// Where the census was; null when it is not known. Free with free.
uint8_t *recorder_resume(struct recorder *r, size_t *ret_length);
void recorder_save(struct recorder *r, const void *bytes, size_t n);
