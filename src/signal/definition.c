// SPDX-License-Identifier: ISC
// Table of visibility definitions. Adding one is a row.
#include "signal/definition.h"

#include "base/attr.h"

#include <string.h>

static const struct definition definition_table[] = {
	{
		.name = "networks-half",
		.says = "seen by at least half of the full-feed networks; full feed: 0.8 of the largest table at the collector",
		.share = 0.5,
		.full_share = 0.8,
		.full_floor = {10000, 10000},
		.shortest = {8, 8},
	},
	{
		.name = "ioda-text",
		.says = "seen by more than half of the full-feed peers; full feed: over 400,000 IPv4 or 10,000 IPv6 prefixes",
		.by_peers = true,
		.more_than = true,
		.share = 0.5,
		.full_floor = {400001, 10001},
		.shortest = {6, 6},
	},
	{
		.name = "bgpview",
		.says = "seen by at least half of the full-feed networks; full feed: 400,000 IPv4 or 10,000 IPv6 prefixes",
		.share = 0.5,
		.full_floor = {400000, 10000},
		.shortest = {6, 6},
	},
	{
		.name = "monocle",
		.says = "seen by at least half of the full-feed peers; full feed: 800,000 IPv4 or 100,000 IPv6 prefixes",
		.by_peers = true,
		.share = 0.5,
		.full_floor = {800000, 100000},
		.shortest = {8, 8},
	},
	{
		.name = "one-network",
		.says = "seen by at least one full-feed network",
		.full_share = 0.8,
		.full_floor = {10000, 10000},
		.shortest = {8, 8},
	},
};

const struct definition *definition_default(void)
{
	return &definition_table[0];
}

const struct definition *definition_at(unsigned index)
{
	return index < ARRAY_LEN(definition_table) ? &definition_table[index] : NULL;
}

const struct definition *definition_find(const char *name)
{
	for (unsigned i = 0; i < ARRAY_LEN(definition_table); i++)
		if (strcmp(definition_table[i].name, name) == 0)
			return &definition_table[i];
	return NULL;
}
