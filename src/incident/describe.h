// SPDX-License-Identifier: ISC
// The tests of a story beyond its span: order of onsets, phases, concurrency, precedence and shape, recovery by class; and
// whether machines that failed one by one are an outage at all. Each test has a header of its own, this one only feeds them.
// Part of story.h: nobody else includes it.
#pragma once

#include "incident/story.h"

void describe_story(const struct story_input *in, struct story *n);
