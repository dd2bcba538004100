// SPDX-License-Identifier: ISC
// A revision as a JSON object on one line: {"cut":…,"change":"opened","late":["rrc00"],"incident":{…}}.
#pragma once

#include "base/text.h"
#include "model/revision.h"

void revision_json(struct text *t, const struct revision *r);
