// SPDX-License-Identifier: ISC
// The parent of the bmp role: routers send BMP (RFC 7854) to an address of this machine, and what they send is kept in a recording. It reads
// nothing of it: the role does, and may do nothing else.
#pragma once

#include "base/notice.h"
#include "net/prefix.h"

struct station_options {
	const char *command; // for messages
	const struct notice_sink *notices;
	struct addr at; // to listen on
	uint16_t port;
	const char *dir, *collector; // the recording folder; letters, digits and _, at most 64
	int64_t for_ns;		     // stop after; 0: at SIGINT or SIGTERM only
	bool quiet;		     // say only what is wrong
};

enum station_end {
	STATION_DONE,
	STATION_TROUBLE, // done, but the disk was full for a time, or the role had to be started again
	STATION_NOTHING, // cannot listen, or no folder
	STATION_FAILED,	 // a failure of our own
};

// Runs until it is told to stop. Notices say why.
enum station_end station_run(const struct station_options *o);
