// SPDX-License-Identifier: ISC
// Which /24s (IPv6: /48s) do not want to be asked, and how long the census leaves them alone: the interval of a block doubles
// with every prohibition, up to 16 rounds, and halves with every answer.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BACKOFF_LEVEL_MAX 4 // 2^4 rounds
#define BACKOFF_BLOCKS_MAX                                                                                             \
	1048576 // more than ever prohibited in a census; then the one heard of longest ago is forgotten

struct backoff;

struct backoff *backoff_create(int64_t round_ns);
void backoff_free(struct backoff *b);
void backoff_raise(struct backoff *b, uint64_t key, int64_t now);
void backoff_lower(struct backoff *b, uint64_t key);
// May the census ask this block? Not before the time returned; 0: it is not backed off.
int64_t backoff_until(const struct backoff *b, uint64_t key);
void backoff_asked(struct backoff *b, uint64_t key, int64_t now);
size_t backoff_count(const struct backoff *b);
size_t backoff_bytes(const struct backoff *b);
