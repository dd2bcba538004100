// SPDX-License-Identifier: ISC
// As drive.h, for the protocols of text that are read in any pieces: however the input is cut, the answer is the same.
#pragma once

#include "base/cursor.h"

void drive_http1(struct cursor c); // an answer: head and body
void drive_smtp(struct cursor c);  // replies
