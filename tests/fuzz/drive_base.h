// SPDX-License-Identifier: ISC
// As drive.h, for the readers of base: what they take is within its bounds, and what they refuse they have not moved over.
#pragma once

#include "base/cursor.h"

void drive_scan(struct cursor c);
void drive_number(struct cursor c);
void drive_when(struct cursor c);
