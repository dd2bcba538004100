// SPDX-License-Identifier: ISC
// A whole recording as one input: files one behind the other, each after a line "=== NAME", written into a folder in memory and
// run through replay, explain and evaluate. Nothing is compared but that all ends, and that what is told can be told.
#pragma once

#include <stddef.h>
#include <stdint.h>

void drive_recording(const uint8_t *data, size_t size);
