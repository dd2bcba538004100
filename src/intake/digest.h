// SPDX-License-Identifier: ISC
// SHA-256 (FIPS 180-4) by libcrypto, as 64 lower-case hexadecimal digits.
#pragma once

#include "base/attr.h"

#include <stddef.h>

#define DIGEST_TEXT 65 // with the final 0

void digest_bytes(const void *bytes, size_t n, char ret[DIGEST_TEXT]);
int MUST_USE digest_file(const char *path, char ret[DIGEST_TEXT]); // 0 or -errno; the file's bytes as they are on disk
