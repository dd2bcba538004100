// SPDX-License-Identifier: ISC
// Lines of RIS Live (ris-live.ripe.net/manual): {"type":"ris_message","data":{…}}, the inner object alone, and both as its event
// stream has them ("data: {…}"). What a message says is decode's business. What is no message (an acknowledgement, a list of
// collectors) is nothing; an error of the service is told, for what came behind it is missing.
#pragma once

#include "base/cursor.h"
#include "base/instant.h"
#include "base/text.h"

// Whether the first bytes of a file are of such lines.
bool line_ris_is(struct cursor head);

// Whether they begin as its event stream does, which is no JSON.
bool line_ris_stream(struct cursor head);

// 1: a message; `line` is its object alone, *ret its time. 0: nothing to read. ERR_MALFORMED: `why`, which is cleared, says what.
int MUST_USE line_ris_take(struct cursor *line, struct text *why, struct instant *ret);
