// SPDX-License-Identifier: ISC
// Asks a decoder everything it can be asked about some bytes and ends the process where an answer breaks the
// decoder's promises: a cursor outside the input, an iterator that does not move, host bits, answers at odds.
#pragma once

#include "base/cursor.h"

void drive_mrt(struct cursor c);     // MRT records one after the other
void drive_update(struct cursor c);  // the body of an UPDATE
void drive_session(struct cursor c); // the body of an OPEN, and the same bytes as one of a NOTIFICATION
void drive_aspath(struct cursor c);  // one byte that chooses the widths, then AS_PATH; see there
void drive_message(struct cursor c); // BGP messages one after the other
void drive_bmp(struct cursor c);     // BMP messages one after the other
