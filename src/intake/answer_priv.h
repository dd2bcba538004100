// SPDX-License-Identifier: ISC
// The parts of an answer that have files of their own.
#pragma once

#include "intake/answer.h"

struct json;

// A member of the object at work, or lines: views of routers that are followed; nothing where no BMP was read.
void answer_put_views(struct json *j, const struct intake_run *s);
void answer_text_views(struct text *t, const struct intake_run *s);
