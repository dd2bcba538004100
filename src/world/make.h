// SPDX-License-Identifier: ISC
// The data file out of files that someone names: what is wrong in them is said, and what they ask to be shown.
#pragma once

#include "base/notice.h"
#include "base/text.h"
#include "world/build.h"

#include <stdbool.h>

// Of the default sources (world/fetch.h).
#define WORLD_ATTRIBUTION                                                                                              \
	"IP-to-AS data: RouteViews (routeviews.org), DB-IP (https://db-ip.com); country data: NRO (nro.net); CC BY "   \
	"4.0"

// Adds a file; says which lines of it are left out and why, and why it cannot be read. What world_builder_add() returns.
int MUST_USE world_make_add(struct world_builder *b, const char *path, const struct notice_sink *notices);

// Appends what given files ask to be shown, told by their usual names.
void world_make_attribution(char **files, int count, struct text *ret);

// Whether the output would be written over one of the files it is made from, by whatever name.
bool world_make_overwrites(const char *output, char **files, int count);
