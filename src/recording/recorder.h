// SPDX-License-Identifier: ISC
// The files of a recording that is being written: recording.json, one file of lines an hour, where the census is. Lines are on disk
// a second after they were written here (durable.h). A disk that takes no more, or a folder that was taken away, ends nothing: what
// arrives meanwhile is counted as lost, with its interval, and recording goes on as soon as it can.
#pragma once

#include "base/attr.h"
#include "base/file_error.h"
#include "recording/record_text.h"

#include <stdint.h>

struct recording_durable;

struct recorder_hooks { // of who records; may be null
	// Lines that tell in the recording itself what of it was lost: whole, appended to `out`.
	void (*lost)(void *context, struct instant from, struct instant to, struct text *out);
	// The folder is gone: recorder_make() with what is recorded. 0 or a negative error.
	int (*again)(void *context);
	void *context;
};

struct recorder {
	const char *dir;      // borrowed
	const char *observer; // same; of the scope
	struct text lines;
	struct text path;
	int file;
	struct recording_durable *disk;
	int lock;	  // of this observer in this folder, until the end
	int64_t hour;	  // of the open file
	uint64_t written; // bytes that are in the folder
	struct recorder_hooks hooks;
	int trouble;		   // why nothing is written now, negative; 0: all is well
	int why;		   // the newest trouble that lost something; 0: none ever did
	uint64_t lost;		   // lines, in all
	struct instant good;	   // all lines up to then are in the folder
	struct instant first_lost; // since when the first of them were; unknown: none were
	uint64_t vanished;	   // times that the file or its folder was taken away
	int64_t retry_ns, looked_ns;
	struct { // the open one
		struct text path;
		struct instant opened;
		uint64_t length, lines; // length: of whole lines; lines: of ours
		bool torn;		// half a line behind them could not be taken back
	} open;
};

// Makes the folder and recording.json where they are not there, and joins those that are. 0, or a negative error with a message:
// nothing that was there is written over. -EWOULDBLOCK: somebody records there under this observer's name.
int MUST_USE recorder_open(struct recorder *r, const char *dir, const struct record_scope *s, struct file_error *e);
// What is measured has grown: what recording.json does not say yet of it is added there. 0 or a negative error.
int MUST_USE recorder_join(struct recorder *r, const struct record_scope *s);
// The folders, the lock of this observer and recording.json, anew: for hooks.again.
int MUST_USE recorder_make(struct recorder *r, const struct record_scope *s);
// Writes out, syncs, closes. 0 or why something was lost.
int recorder_close(struct recorder *r);
// `lines` holds whole lines to write; they are taken. While there is trouble they are counted as lost, and it is tried again every second.
void recorder_write(struct recorder *r);

// Where the census was; null when it is not known. Free with free.
uint8_t *recorder_resume(struct recorder *r, size_t *ret_length);
void recorder_save(struct recorder *r, const void *bytes, size_t n);
