// SPDX-License-Identifier: ISC
// Asks the DNS codec everything it can be asked about some bytes; see drive.h.
#pragma once

#include "base/cursor.h"

void drive_dns(struct cursor c); // one message
