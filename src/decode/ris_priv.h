// SPDX-License-Identifier: ISC
// A message of RIS Live told in fields, as the BGP messages that it was.
#pragma once

#include "base/scan.h"

#define RIS_ROOM (256u << 10) // a message of 65,535 bytes may become several

enum {
	RIS_TIMESTAMP, // read by feed
	RIS_PEER,
	RIS_PEER_ASN,
	RIS_HOST,
	RIS_TYPE,
	RIS_RAW,
	RIS_STATE,
	RIS_DIRECTION,
	RIS_PATH,
	RIS_ORIGIN,
	RIS_COMMUNITY,
	RIS_MED,
	RIS_AGGREGATOR,
	RIS_ANNOUNCEMENTS,
	RIS_WITHDRAWALS,
	RIS_NOTIFICATION,
	RIS_ASN,
	RIS_HOLD_TIME,
	RIS_MEMBERS
};

struct ris_room { // bytes that are being written
	uint8_t *bytes;
	size_t used;
	bool over; // did not fit
};

void ris_put(struct ris_room *room, const void *bytes, size_t n);
void ris_put_number(struct ris_room *room, uint64_t value, size_t bytes); // big-endian

// Each writes the messages that the fields tell of into the room, which is empty. Null, or what is wrong with them.
const char *ris_update(struct ris_room *room, const struct scan_value of[RIS_MEMBERS]);
const char *ris_notification(struct ris_room *room, const struct scan_value of[RIS_MEMBERS]);
const char *ris_open(struct ris_room *room, const struct scan_value of[RIS_MEMBERS]);
const char *ris_keepalive(struct ris_room *room);
// The bytes that `raw` holds in hexadecimal. False: it is none, or of odd length.
bool ris_raw(struct ris_room *room, const struct scan_value *raw);
