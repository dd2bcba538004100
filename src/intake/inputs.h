// SPDX-License-Identifier: ISC
// From the paths of a command line to a feed: files, folders, globs and recording folders, with the collector of each file.
#pragma once

#include "base/notice.h"
#include "feed/feed.h"
#include "model/entity.h"
#include "model/peer.h"
#include "model/target.h"
#include "recording/recording.h"

struct inputs {
	const struct notice_sink *notices; // borrowed
	struct feed *feed;
	struct peer_table *peers;
	struct target_table *targets;
	struct entity_list entities; // from the recordings
	char *name;		     // of the first recording; may be null
	uint32_t full_feed_floor;    // largest given; 0 none
	size_t recordings;
	char *root;	   // folder of the first path; files are told relative to it
	bool lines;	   // probes and series take part; the caller sets it after inputs_init
	bool unread_kinds; // something in a recording is not read by this version; said to the notices
};

// `notices` is told what cannot be read, and is borrowed; it may be all zero.
void inputs_init(struct inputs *in, const struct notice_sink *notices);
void inputs_free(struct inputs *in);

// Adds one path. 0, or an error after a notice.
int inputs_add(struct inputs *in, const char *path);

// Of files that are still being written (feed_growing): adds what has come under the path since. `first`: what a recording there
// says is read, too. Nothing there yet is no error. 0, or an error after a message.
int inputs_look(struct inputs *in, const char *path, bool first);

// Where nothing is watched yet, watches every entity that a series is about. After all paths, before anything is read.
void inputs_watch_series(struct inputs *in);

// The path without the folder of the first path; borrowed.
const char *inputs_relative(const struct inputs *in, const char *path);
