// SPDX-License-Identifier: ISC
// Asks an opened world everything it can be asked and aborts on an answer that no world may give. For files that
// were damaged on purpose; used by the damage test and the fuzz target, so without cmocka.
#pragma once

#include "world/world.h"

void world_sane(const struct world *w);
