// SPDX-License-Identifier: ISC
// From the paths of a command line to a feed: files, folders, globs and recording folders, with the collector of each file.
#pragma once

#include "base/attr.h"
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
	char *root;	 // folder of the first path; files are told relative to it
	bool lines;	 // probes and series take part; the caller sets it after inputs_init
	size_t left_out; // files and folders that hold data, or should, and are not read; each was said to the notices

	size_t empty;			  // files without a byte; said likewise
	const char *collector_rules[256]; // "NAME=PATH": of --collector; borrowed
	size_t collector_rule_count;
	struct inputs_folder *folders; // those that gave a collector its name
	size_t folder_count, folder_capacity;
	bool collectors_full;
};

// `notices` is told what cannot be read, and is borrowed; it may be all zero.
void inputs_init(struct inputs *in, const struct notice_sink *notices);
void inputs_free(struct inputs *in);

// Files that the pattern matches, or that lie below the folder, are of the collector of that name: "NAME=PATH". Before the paths; the
// first that fits counts. 0, ERR_USAGE, ERR_FULL.
int inputs_collector_rule(struct inputs *in, const char *rule);

// Adds one path. 0, or an error after a notice.
int inputs_add(struct inputs *in, const char *path);

// Of files that are still being written (feed_growing): adds what has come under the path since. `first`: what a recording there
// says is read, too. Nothing there yet is no error. 0, or an error after a message.
int inputs_look(struct inputs *in, const char *path, bool first);

// Where nothing is watched yet, watches every entity that a series is about. After all paths, before anything is read.
void inputs_watch_series(struct inputs *in);

// Whether a file has series of this entity. Reads files of lines up to the first.
bool inputs_has_series(const struct inputs *in, const char *id);

// The path without the folder of the first path; borrowed.
const char *inputs_relative(const struct inputs *in, const char *path);
