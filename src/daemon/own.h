// SPDX-License-Identifier: ISC
// The addresses of this machine, as the system has them now: no name may lead there.
#pragma once

#include "daemon/message.h"

#define OWN_MAX (FRAME_MAX / sizeof(struct prefix)) // a machine has some; those above are left to the other rules

// How many of `ret` were filled; none where the system does not say.
size_t own_addresses(struct prefix ret[OWN_MAX]);
// MESSAGE_OWN.
int MUST_USE own_tell(struct message_sink out);
