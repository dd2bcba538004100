// SPDX-License-Identifier: ISC
// The naive checker: for each cap, all windows that end with the newest packet, by going through all packets before it.
#include "property.h"

#include "model/probe.h"

#define MS    1000000LL
#define S     (1000 * MS)
#define ROUND (660 * S)

typedef bool same_function(const struct sent *a, const struct sent *b);

static bool same_address(const struct sent *a, const struct sent *b)
{
	return !a->loopback && addr_equal(&a->ask.address, &b->ask.address);
}

static bool same_op(const struct sent *a, const struct sent *b)
{
	return addr_equal(&a->ask.address, &b->ask.address) && a->ask.op == b->ask.op;
}

static bool watched(uint8_t kind)
{
	return kind == GATE_WATCH || kind == GATE_CONTROL;
}

static bool same_watched(const struct sent *a, const struct sent *b)
{
	return same_op(a, b) && watched(a->ask.kind) && watched(b->ask.kind);
}

static bool counted(uint8_t kind)
{
	return kind == GATE_CENSUS || kind == GATE_RECOVERY;
}

static bool same_counted(const struct sent *a, const struct sent *b)
{
	return same_address(a, b) && counted(a->ask.kind) && counted(b->ask.kind);
}

static bool same_block(const struct sent *a, const struct sent *b)
{
	return !a->loopback && !b->loopback && a->block == b->block;
}

static bool same_network(const struct sent *a, const struct sent *b)
{
	return !a->loopback && !b->loopback && a->network == b->network;
}

static bool any(const struct sent *a, const struct sent *b)
{
	(void)a;
	(void)b;
	return true;
}

// How many of the packets like the newest were sent less than `window` before it, it included.
static uint32_t within(const struct checker *c, const struct sent *newest, int64_t window, same_function *same)
{
	uint32_t n = 1;
	for (size_t i = 0; i < c->count; i++)
		n += newest->time - c->sent[i].time < window && same(&c->sent[i], newest);
	return n;
}

// A least distance is "at most one in any window of that length".
static bool nearer(const struct checker *c, const struct sent *s, uint32_t gap_ms, same_function *same)
{
	return within(c, s, gap_ms * MS, same) > 1;
}

static const char *check_total(const struct checker *c, const struct sent *s)
{
	double rate = c->caps.total_per_s, burst = rate < 1000 ? 1 : rate / 1000;
	if (within(c, s, S, any) > c->caps.total_per_s)
		return "in all, in a second";
	for (size_t i = 0; i < c->count; i++) {
		double length = (double)(s->time - c->sent[i].time) / (double)S;
		if ((double)(c->count - i + 1) > burst + rate * length + 1e-6)
			return "in all, a burst";
	}
	return NULL;
}

static const char *check_watched(const struct checker *c, const struct sent *s)
{
	uint32_t gap = c->caps.check_gap_ms[s->ask.op];
	if (s->ask.op == PROBE_SMTP && s->incident && c->caps.smtp_incident_gap_ms < gap)
		gap = c->caps.smtp_incident_gap_ms;
	if (s->ask.op == PROBE_ICMP_ECHO && c->caps.watch_gap_ms > gap)
		gap = c->caps.watch_gap_ms;
	return nearer(c, s, gap, same_watched) ? "of the watch list, to an address" : NULL;
}

static const char *check_block(const struct checker *c, const struct sent *s)
{
	if (within(c, s, S, same_block) > c->caps.block_burst)
		return "to a /24, in a second";
	return within(c, s, ROUND, same_block) > c->caps.block_per_round ? "to a /24, in a round" : NULL;
}

static const char *check_address(const struct checker *c, const struct sent *s)
{
	bool named = s->ask.kind == GATE_NAMED;
	if (nearer(c, s, named ? c->caps.named_gap_ms : c->caps.census_gap_ms, same_address))
		return "to an address";
	if (counted(s->ask.kind) && within(c, s, ROUND, same_counted) > c->caps.census_per_round)
		return "of the census, to an address, in a round";
	return within(c, s, S, same_network) > c->caps.network_per_s ? "to a network" : NULL;
}

static const char *check(const struct checker *c, const struct sent *s)
{
	const char *broken = check_total(c, s);
	if (!broken && (s->loopback || c->caps.lab) && nearer(c, s, c->caps.named_gap_ms, same_op))
		broken = "to an address of the laboratory or our own";
	if (s->loopback)
		return broken;
	if (!broken)
		broken = check_block(c, s);
	if (c->caps.lab)
		return broken;
	if (!broken)
		broken = check_address(c, s);
	if (!broken && watched(s->ask.kind))
		broken = check_watched(c, s);
	return broken;
}

const char *checker_take(struct checker *c, const struct sent *s)
{
	const char *broken = c->count < SENT_MAX ? check(c, s) : "too many for the checker";
	if (!broken)
		c->sent[c->count++] = *s;
	return broken;
}
