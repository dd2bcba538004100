// SPDX-License-Identifier: ISC
// What the two MRT files share.
#pragma once

#include "wire/bgp.h"
#include "wire/mrt.h"

bool mrt_addr(struct cursor *c, uint16_t afi, struct addr *ret);

bool mrt_table_v2_plausible(const struct mrt_header *h);
bool mrt_table_dump_plausible(const struct mrt_header *h);
int MUST_USE mrt_table_v2(struct cursor body, struct mrt_record *r);
int MUST_USE mrt_table_entry(struct cursor body, struct mrt_record *r); // BGP4MP_ENTRY
int MUST_USE mrt_table_dump(struct cursor body, struct mrt_record *r);
