// SPDX-License-Identifier: ISC
// A table over a scene: six peers of two collectors, of six networks, that all hold the same ten prefixes.
#pragma once

#include "scene.h"

#include "signal/table.h"

#define STAGE_PEERS    6
#define STAGE_PREFIXES 10

struct stage {
	struct scene scene;
	struct table *table;
	uint32_t peer[STAGE_PEERS]; // the first three at rc0
	struct prefix prefix[STAGE_PREFIXES];
	double now;
};

void stage_open(struct stage *s); // all counted, all visible, at second 1
void stage_close(struct stage *s);
// Applies what the scene holds and settles at this second.
void stage_settle(struct stage *s, double now);
// The peer sends its whole table.
void stage_send_table(struct stage *s, double at, uint32_t peer);

uint16_t stage_seen(const struct stage *s, unsigned prefix);
bool stage_visible(const struct stage *s, unsigned prefix);
size_t stage_flips(const struct stage *s);		     // of the last settlement
uint8_t stage_why(const struct stage *s, uint32_t peer);     // IPv4
void stage_expect(const struct stage *s, uint32_t networks); // so many count, see every prefix, and all are visible
