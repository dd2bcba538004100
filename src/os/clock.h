// SPDX-License-Identifier: ISC
// The clocks. Whatever is scheduled goes by boot time, which never steps and counts sleep; what is recorded is UTC.
#pragma once

#include "base/instant.h"

#include <stdint.h>

struct instant clock_utc(void);
int64_t clock_boot_ns(void); // CLOCK_BOOTTIME
