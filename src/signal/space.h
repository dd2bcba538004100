// SPDX-License-Identifier: ISC
// Visible address space per entity, each /24 (IPv4) or /48 (IPv6) counted once however many prefixes cover it.
#pragma once

#include "model/entity.h"

struct space;

// Which entities a thing belongs to: an interned set, SPACE_NOBODY for none.
#define SPACE_NOBODY   0     // no set
#define SPACE_SETS_MAX 65535 // 16 bits

struct space *space_create(const struct entity_list *entities); // borrowed
void space_free(struct space *s);

// The set of entities whose space the prefix touches.
uint16_t space_set_of(struct space *s, const struct prefix *p);
const uint32_t *space_members(const struct space *s, uint16_t set, size_t *ret_n);

uint64_t space_sets_lost(const struct space *s); // times that there was no room for another set: SPACE_NOBODY was said

// A prefix became visible, that was not, or stopped being so, that was.
void space_flip(struct space *s, const struct prefix *p, bool visible);

uint64_t space_slash24(const struct space *s, uint32_t entity); // visible now
uint64_t space_slash48(struct space *s, uint32_t entity);	// visible now; recounted when something changed
// All the entity has, visible or not.
uint64_t space_slash24_own(const struct space *s, uint32_t entity);
uint64_t space_slash48_own(const struct space *s, uint32_t entity);
