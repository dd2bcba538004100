// SPDX-License-Identifier: ISC
// Driver of the echo codec; see drive.h.
#pragma once

#include "base/cursor.h"

void drive_echo(struct cursor c); // the same bytes as a packet, as messages of both families, and as quoted requests
