// SPDX-License-Identifier: ISC
// The sending end of names: what the decoder met and the numbers that it gave them, in order of first sight. Whatever is new is
// announced in the batch at work.
#pragma once

#include "base/cursor.h"
#include "model/batch.h"
#include "model/peer.h"

struct decode_names;

// Whether the number says nothing of who speaks: GoBGP's tables have 0, tables of two-byte numbers AS_TRANS (RFC 6793).
static inline bool decode_asn_open(uint32_t asn)
{
	return asn == 0 || asn == 23456;
}

// `room`: the batch at work; borrowed. `collectors`: names of the collectors that records speak of by number; may be null.
struct decode_names *decode_names_create(struct batch_room *room, const struct peer_table *collectors);
void decode_names_free(struct decode_names *n);

void decode_name_collector(struct decode_names *n, uint16_t collector); // announces it, once
void decode_name_source(struct decode_names *n, uint32_t source, const char *file);

// Numbers; PEER_NONE or TARGET_NONE when there are more than the registries of model hold; OBSERVERS_MAX of an observer.
uint32_t decode_name_peer(struct decode_names *n, const struct peer *peer);
uint32_t decode_find_peer(const struct decode_names *n, const struct peer *peer); // announces nothing
// A speaker whose AS a writer did not know (0, or AS_TRANS of a table of two bytes): the one peer of that collector, view and address
// that was named with its AS; PEER_NONE when there is none, or more than one.
uint32_t decode_find_speaker(const struct decode_names *n, const struct peer *peer);
uint16_t decode_name_router(struct decode_names *n, struct cursor name); // its number; 0: an empty name, or too many
uint16_t decode_name_observer(struct decode_names *n, const char *id, size_t length);
// `name` may be null.
uint32_t decode_name_target(struct decode_names *n, const struct addr *address, uint8_t op, const char *name,
			    size_t length);
// A collector that messages name themselves (RIS Live): its number, beside those of records; UINT16_MAX: there are too many.
uint16_t decode_name_host(struct decode_names *n, const char *name, size_t length);
uint32_t decode_name_series(struct decode_names *n, const char *entity, const char *signal, size_t length);
