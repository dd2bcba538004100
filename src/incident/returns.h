// SPDX-License-Identifier: ISC
// Services one by one: which of them failed in an incident, how, when, and in which order they came back, as far as the times
// between two checks of each can tell. Part of story.h: describe.c calls it. Pure.
#pragma once

#include "incident/story.h"

// Fills services and service_count. More than INCIDENT_SERVICES_MAX: those that came back last, or not, are left out and counted.
void returns_fill(const struct story_input *in, struct story *n);
