// SPDX-License-Identifier: ISC
// Observations of routes as lines of text: as `bgpdump -m` prints them, as `bgpreader -e` does, or a JSON object a
// line. Needs batches that carry their routes (decode_options.routes). Fast: own number formatting, what
// lines share is formatted once.
#pragma once

#include "base/text.h"
#include "model/batch.h"

enum bgp_format { BGP_FORMAT_DUMP, BGP_FORMAT_READER, BGP_FORMAT_JSON };

struct bgp_writer;

struct bgp_writer *bgp_writer_create(enum bgp_format format, const struct peer_table *peers);
void bgp_writer_free(struct bgp_writer *w);

// Appends the lines of observation `i` of the batch; kinds the format has no word for give none. Borrowed for the call.
void bgp_writer_put(struct bgp_writer *w, const struct batch *b, size_t i);

// What has been written and not yet been taken away; clear it after use.
struct text *bgp_writer_text(struct bgp_writer *w);

// After this call pointers of earlier observations are not compared with those of later ones: call it once per batch.
void bgp_writer_batch(struct bgp_writer *w);
