// SPDX-License-Identifier: ISC
// The default sources of `lacuna world build`, fetched and unpacked.
#pragma once

#include "base/attr.h"
#include "base/instant.h"
#include "base/notice.h"
#include "base/text.h"

#include <stdbool.h>

struct world_sources {
	const struct notice_sink *notices; // borrowed
	struct text folder;		   // the cache
	struct text files[4];		   // CSVs
	struct text about;		   // package versions
	struct instant date;		   // of the newest; may be unknown
	int lock;			   // held on the folder until world_sources_free
};

// Downloads what is new (unless offline) and unpacks the newest. Says what it does (unless quiet) and what went wrong. 0; 1: it had to do
// with older data; ERR_USAGE: no folder for downloads is known; ERR_NOT_FOUND: there is no data; -errno. To be freed in any case.
int MUST_USE world_sources_fetch(bool offline, bool quiet, const struct notice_sink *notices,
				 struct world_sources *ret);
void world_sources_free(struct world_sources *s);
