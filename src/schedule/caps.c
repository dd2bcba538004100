// SPDX-License-Identifier: ISC
// The ceilings: what the project decided, what a laboratory may do, and one sender's share of either.
#include "schedule/caps.h"

#include "base/attr.h"
#include "model/probe.h"

_Static_assert(PROBE_OP_COUNT <= CAPS_OPS, "every operation has its gap");

struct caps caps_default(void)
{
	return (struct caps){
		.total_per_s = CAPS_TOTAL_DEFAULT,
		.network_per_s = 100,
		.block_per_round = CAPS_ROUND_S, // one a second on average
		.block_burst = 5,
		.census_gap_ms = 3000,
		.census_per_round = 20,
		.watch_gap_ms = 10000,
		.named_gap_ms = 1000,
		.check_gap_ms =
			{
				[PROBE_ICMP_ECHO] = 10000,
				[PROBE_TCP_CONNECT] = 10000,
				[PROBE_DNS] = 10000,
				[PROBE_TLS] = 30000,
				[PROBE_HTTP] = 30000,
				[PROBE_SMTP] = 300000,
			},
		.smtp_incident_gap_ms = 60000,
	};
}

struct caps caps_lab(void)
{
	struct caps c = {
		.total_per_s = CAPS_TOTAL_HARD,
		.network_per_s = CAPS_TOTAL_HARD,
		// The gap of each address is the limit: all 256 may be asked at once, by two operations, through a strict window.
		.block_per_round = 1024 * CAPS_ROUND_S,
		.block_burst = 1024,
		.census_gap_ms = 1000,
		.census_per_round = CAPS_ROUND_S,
		.watch_gap_ms = 1000,
		.named_gap_ms = 1000,
		.smtp_incident_gap_ms = 1000,
		.lab = true,
	};
	for (unsigned op = 0; op < PROBE_OP_COUNT; op++)
		c.check_gap_ms[op] = 1000;
	return c;
}

// A gap that grows `parts` times keeps the rate of all together; it saturates, which is slower still.
static uint32_t caps_gap_times(uint32_t gap_ms, uint32_t parts)
{
	uint64_t all = (uint64_t)gap_ms * parts;
	return all > UINT32_MAX ? UINT32_MAX : (uint32_t)all;
}

struct caps caps_share(const struct caps *whole, uint32_t parts)
{
	struct caps c = *whole;
	if (parts < 2)
		return c;
	if (!c.acknowledged && c.total_per_s > CAPS_TOTAL_HARD)
		c.total_per_s = CAPS_TOTAL_HARD; // of all together, not of each
	c.total_per_s /= parts;
	c.network_per_s /= parts;
	c.block_per_round /= parts;
	c.block_burst /= parts;
	c.census_per_round /= parts;
	c.census_gap_ms = caps_gap_times(c.census_gap_ms, parts);
	c.watch_gap_ms = caps_gap_times(c.watch_gap_ms, parts);
	c.named_gap_ms = caps_gap_times(c.named_gap_ms, parts);
	c.smtp_incident_gap_ms = caps_gap_times(c.smtp_incident_gap_ms, parts);
	for (unsigned op = 0; op < ARRAY_LEN(c.check_gap_ms); op++)
		c.check_gap_ms[op] = caps_gap_times(c.check_gap_ms[op], parts);
	return c;
}

static void caps_not_above(uint32_t *value, uint32_t most)
{
	*value = *value > most ? most : *value;
}

static void caps_not_below(uint32_t *value, uint32_t least)
{
	*value = *value < least ? least : *value;
}

struct caps caps_held(const struct caps *wanted)
{
	const struct caps most = wanted->lab ? caps_lab() : caps_default();
	struct caps c = *wanted;
	if (!c.acknowledged)
		caps_not_above(&c.total_per_s, CAPS_TOTAL_HARD);
	caps_not_above(&c.network_per_s, most.network_per_s);
	caps_not_above(&c.block_per_round, most.block_per_round);
	caps_not_above(&c.block_burst, most.block_burst);
	caps_not_above(&c.census_per_round, most.census_per_round);
	caps_not_below(&c.census_gap_ms, most.census_gap_ms);
	caps_not_below(&c.watch_gap_ms, most.watch_gap_ms);
	caps_not_below(&c.named_gap_ms, most.named_gap_ms);
	caps_not_below(&c.smtp_incident_gap_ms, most.smtp_incident_gap_ms);
	for (unsigned op = 0; op < ARRAY_LEN(c.check_gap_ms); op++)
		caps_not_below(&c.check_gap_ms[op], most.check_gap_ms[op]);
	return c;
}
