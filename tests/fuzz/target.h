// SPDX-License-Identifier: ISC
// The one function of a fuzz target, by the name libFuzzer looks for.
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
