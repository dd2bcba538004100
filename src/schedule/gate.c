// SPDX-License-Identifier: ISC
// DOC: the gate
// Two questions, in this order. May the address be asked at all: opt-outs and blocklist, special-purpose addresses, allowlist.
// And now: every cap that concerns the packet is looked up, and only when all of them let it pass are all of them charged, so
// that a packet that must wait costs nothing.
//
// Caps hold in every window one can choose, not in windows that begin at full seconds. A token bucket of capacity c and rate r
// lets c + rT through in a time T, so c and r are dimensioned that this is never more than the cap; see pace_of(). What that
// costs of the sustained rate: nothing of the total at 500 a second, 9 in 100 of the cap of a network, 0.6 in 100 of a /24's.
#include "schedule/gate.h"

#include "base/alloc.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/instant.h"
#include "base/must.h"
#include "model/probe.h"
#include "schedule/backoff.h"
#include "schedule/buckets.h"
#include "schedule/ranges.h"
#include "schedule/special.h"

#include <stdlib.h>

#define NS_PER_MS	 (NS_PER_S / 1000)
#define NAMED_MAX	 16 // decision 1 of the project
#define ALLOW_LENGTH_MIN 8
#define KEYS_MAX	 4e6 // of a table: 46 MB; beyond 100,000 packets a second outside a laboratory some wait longer
#define CENSUS_BURST	 4   // of its packets a round, this part may come without a pause
#define RESOLVER_GAP_MS	 20  // 50 questions a second: a page of a browser asks as many

enum which { OF_ADDRESS, OF_CENSUS, OF_OP, OF_BLOCK, OF_NETWORK, TABLES };

struct gate {
	struct caps caps;
	struct buckets_pace pace[TABLES];
	struct buckets_pace total;
	int64_t total_until; // theoretical arrival time of the total
	int64_t named_slack; // of pace[OF_ADDRESS]: how much sooner a named target may be asked
	struct buckets buckets[TABLES];
	uint64_t *slots;
	size_t slots_bytes;
	struct backoff *backoff;
	struct ranges *allow, *block, *opt_out, *own;
	struct addr named[NAMED_MAX];
	unsigned named_count;
	bool incident;
	int64_t epoch, now; // of the first question; the newest time given
	uint64_t counts[GATE_ANSWERS];
};

static int64_t gate_ms(uint32_t v)
{
	return v * NS_PER_MS;
}

static void gate_set_paces(struct gate *g)
{
	const struct caps *c = &g->caps;
	uint32_t most = c->total_per_s, burst = most / 1000; // rate x 1 ms
	int64_t round = CAPS_ROUND_S * NS_PER_S, gap = gate_ms(c->census_gap_ms), named = gate_ms(c->named_gap_ms);
	g->total = pace_burst(most, NS_PER_S, burst);
	g->pace[OF_ADDRESS] = (struct buckets_pace){.step = gap > named ? gap : named, .gap = true};
	g->named_slack = g->pace[OF_ADDRESS].step - named;
	g->pace[OF_CENSUS] = pace_burst(c->census_per_round, round, c->census_per_round / CENSUS_BURST);
	g->pace[OF_BLOCK] = pace_of(c->block_per_round, round, c->block_burst, NS_PER_S);
	g->pace[OF_NETWORK] = pace_burst(c->network_per_s, NS_PER_S, c->network_per_s / 10);
}

// A packet keeps a key alive for `step`; so many packets a second can come at most.
static double gate_keys_alive(const struct gate *g, int64_t step)
{
	double keys = step == BUCKETS_NEVER ? 0 : g->caps.total_per_s * (double)step / (double)NS_PER_S + 8;
	return keys < KEYS_MAX ? keys : KEYS_MAX;
}

static void gate_make_tables(struct gate *g)
{
	int64_t steps[TABLES];
	for (unsigned i = 0; i < TABLES; i++)
		steps[i] = g->pace[i].step;
	steps[OF_OP] = gate_ms(g->caps.lab ? g->caps.named_gap_ms : g->caps.watch_gap_ms); // rarer ones are few
	if (g->caps.lab)
		steps[OF_ADDRESS] = steps[OF_CENSUS] = steps[OF_NETWORK] = BUCKETS_NEVER; // not asked there
	for (unsigned i = 0; i < TABLES; i++) {
		g->buckets[i].lines = buckets_lines(gate_keys_alive(g, steps[i]));
		g->slots_bytes += buckets_bytes(g->buckets[i].lines);
	}
	g->slots = alloc_pages(g->slots_bytes);
	uint64_t *at = g->slots;
	for (unsigned i = 0; i < TABLES; i++) {
		g->buckets[i].slots = at;
		at += buckets_bytes(g->buckets[i].lines) / sizeof(*at);
	}
}

struct gate *gate_create(const struct caps *caps)
{
	must(caps);
	struct gate *g = alloc_zero(1, sizeof(*g));
	g->caps = caps_held(caps);
	gate_set_paces(g);
	gate_make_tables(g);
	g->backoff = backoff_create(CAPS_ROUND_S * NS_PER_S);
	g->allow = ranges_create();
	g->block = ranges_create();
	g->opt_out = ranges_create();
	g->own = ranges_create();
	return g;
}

void gate_free(struct gate *g)
{
	if (!g)
		return;
	alloc_pages_free(g->slots, g->slots_bytes);
	backoff_free(g->backoff);
	ranges_free(g->allow);
	ranges_free(g->block);
	ranges_free(g->opt_out);
	ranges_free(g->own);
	free(g);
}

int gate_allow(struct gate *g, const struct prefix *p)
{
	return p->length < ALLOW_LENGTH_MIN ? ERR_MALFORMED : ranges_add(g->allow, p);
}

int gate_block(struct gate *g, const struct prefix *p)
{
	return ranges_add(g->block, p);
}

// All of the list, or what was there before.
static int gate_replace(struct ranges **at, const struct prefix *list, size_t n)
{
	must(list || !n);
	struct ranges *fresh = ranges_create();
	int r = 0;
	for (size_t i = 0; i < n && r == 0; i++)
		r = ranges_add(fresh, &list[i]);
	if (r == 0) {
		struct ranges *old = *at;
		*at = fresh;
		fresh = old;
	}
	ranges_free(fresh);
	return r;
}

int gate_opt_out(struct gate *g, const struct prefix *list, size_t n)
{
	return gate_replace(&g->opt_out, list, n);
}

int gate_own(struct gate *g, const struct prefix *list, size_t n)
{
	return gate_replace(&g->own, list, n);
}

// What the packet is for, however its address became known.
static uint8_t gate_kind_plain(uint8_t kind)
{
	static const uint8_t plain[GATE_KINDS] = {
		[GATE_CENSUS] = GATE_CENSUS,	 [GATE_RECOVERY] = GATE_RECOVERY,     [GATE_WATCH] = GATE_WATCH,
		[GATE_NAMED] = GATE_NAMED,	 [GATE_CONTROL] = GATE_CONTROL,	      [GATE_WATCH_FOUND] = GATE_WATCH,
		[GATE_NAMED_FOUND] = GATE_NAMED, [GATE_CONTROL_FOUND] = GATE_CONTROL, [GATE_RESOLVER] = GATE_RESOLVER,
	};
	return plain[kind];
}

static bool gate_is_named(const struct gate *g, const struct addr *a)
{
	for (unsigned i = 0; i < g->named_count; i++)
		if (addr_equal(&g->named[i], a))
			return true;
	return false;
}

static bool gate_is_own(const struct gate *g, const struct addr *a)
{
	return ranges_count(g->own) && ranges_has(g->own, a);
}

// Whoever answers for a name chooses the address. It may not be chosen so that our own machine, or one beside it, is asked by us.
static bool gate_leads_inside(const struct gate *g, const struct addr *a)
{
	if (special_loopback(a))
		return !ranges_has(g->allow, a);
	return !g->caps.lab && gate_is_own(g, a);
}

// The operator's resolver may stand beside us, but it is one machine.
static bool gate_is_machine(const struct addr *a)
{
	static const unsigned crowds[] = {791, 1112, 4291, 5771}; // this network, reserved, multicast, unspecified
	unsigned rfc = special_loopback(a) ? 0 : special_rfc(a);
	bool fine = a->family == FAMILY_V4 || a->family == FAMILY_V6;
	for (size_t i = 0; rfc && i < sizeof(crowds) / sizeof(*crowds); i++)
		fine &= rfc != crowds[i];
	return fine;
}

static bool gate_is_special(const struct gate *g, const struct addr *a, bool loopback)
{
	return !loopback && (g->caps.lab ? !special_lab(a) : special_purpose(a));
}

static bool gate_is_left_alone(const struct gate *g, const struct addr *a)
{
	return ranges_has(g->opt_out, a) || ranges_has(g->block, a);
}

// The operator typed the address, or it is in their lists.
static enum gate_answer gate_admits_typed(const struct gate *g, const struct addr *a, uint8_t kind)
{
	bool loopback = special_loopback(a);
	if (gate_is_special(g, a, loopback))
		return GATE_SPECIAL;
	if (gate_is_left_alone(g, a))
		return GATE_OPTED_OUT;
	if (loopback)
		return GATE_GO;
	if (kind == GATE_NAMED)
		return g->named_count < NAMED_MAX || gate_is_named(g, a) ? GATE_GO : GATE_UNLISTED;
	return ranges_has(g->allow, a) ? GATE_GO : GATE_UNLISTED;
}

static enum gate_answer gate_admits_resolver(const struct gate *g, const struct addr *a)
{
	if (!gate_is_machine(a) || (g->caps.lab && !special_loopback(a) && !special_lab(a)))
		return GATE_SPECIAL;
	return gate_is_left_alone(g, a) ? GATE_OPTED_OUT : GATE_GO;
}

enum gate_answer gate_admits(const struct gate *g, const struct addr *a, uint8_t kind)
{
	if (LIKELY(kind <= GATE_CONTROL))
		return gate_admits_typed(g, a, kind);
	if (kind >= GATE_KINDS)
		return GATE_UNLISTED;
	if (kind == GATE_RESOLVER)
		return gate_admits_resolver(g, a);
	if (gate_leads_inside(g, a))
		return GATE_SPECIAL;
	enum gate_answer typed = gate_admits_typed(g, a, gate_kind_plain(kind));
	// In a laboratory what a listed name leads to is listed: nothing outside the laboratory can be.
	bool listed = g->caps.lab && kind != GATE_NAMED_FOUND;
	return typed == GATE_UNLISTED && listed ? GATE_GO : typed;
}

bool gate_listed(const struct gate *g, const struct addr *a)
{
	return special_loopback(a) || (g->caps.lab && special_lab(a)) || ranges_has(g->allow, a);
}

static uint64_t gate_block_key(const struct addr *a)
{
	uint64_t high;
	memcpy(&high, a->bytes, sizeof(high));
	high = __builtin_bswap64(high);
	return a->family == FAMILY_V4 ? hash_mix(high >> 40) : hash_mix(high >> 16 ^ 1ULL << 62);
}

static uint64_t gate_network_key(const struct addr *a, uint32_t network)
{
	uint64_t high;
	memcpy(&high, a->bytes, sizeof(high));
	high = __builtin_bswap64(high);
	if (network)
		return hash_mix(network | 1ULL << 40);
	return a->family == FAMILY_V4 ? hash_mix(high >> 48 | 2ULL << 40) : hash_mix(high >> 32 | 3ULL << 40);
}

// The least distance between two packets of this operation to one address; named and loopback addresses, and a laboratory's,
// have one of their own.
static struct buckets_pace gate_op_pace(const struct gate *g, const struct gate_ask *a, bool own)
{
	const struct caps *c = &g->caps;
	uint32_t gap = c->check_gap_ms[a->op];
	struct buckets_pace p = {.gap = true};
	if (a->kind == GATE_RESOLVER) {
		p.step = gate_ms(RESOLVER_GAP_MS);
		return p;
	}
	if (own) {
		p.step = gate_ms(c->named_gap_ms);
		return p;
	}
	if (a->op == PROBE_ICMP_ECHO && gap < c->watch_gap_ms)
		gap = c->watch_gap_ms;
	p.step = gate_ms(gap);
	if (a->op == PROBE_SMTP && g->incident && c->smtp_incident_gap_ms < gap)
		p.slack = gate_ms(gap - c->smtp_incident_gap_ms);
	return p;
}

// The caps that concern this packet; the others stay without a step. `block` is the key of its /24.
static void gate_claims_of(const struct gate *g, const struct gate_ask *a, uint64_t block,
			   struct claim ret_claims[TABLES])
{
	const struct addr *at = &a->address;
	uint64_t address = addr_hash(at);
	bool lab = g->caps.lab, loopback = special_loopback(at), counted = a->kind <= GATE_RECOVERY;
	bool resolver = a->kind == GATE_RESOLVER;
	ret_claims[OF_ADDRESS].hash = address;
	ret_claims[OF_CENSUS].hash = address;
	ret_claims[OF_OP].hash = hash_mix(address + 1 + a->op);
	ret_claims[OF_BLOCK].hash = block;
	ret_claims[OF_NETWORK].hash = gate_network_key(at, a->network);
	for (unsigned i = 0; i < TABLES; i++)
		ret_claims[i].pace = (struct buckets_pace){0};
	if (!a->onward && (lab || loopback || !(counted || a->kind == GATE_NAMED)))
		ret_claims[OF_OP].pace = gate_op_pace(g, a, lab || loopback);
	if (loopback || resolver)
		return;
	ret_claims[OF_BLOCK].pace = g->pace[OF_BLOCK];
	if (lab)
		return;
	ret_claims[OF_NETWORK].pace = g->pace[OF_NETWORK];
	if (a->onward)
		return;
	ret_claims[OF_ADDRESS].pace = g->pace[OF_ADDRESS];
	if (a->kind == GATE_NAMED)
		ret_claims[OF_ADDRESS].pace.slack = g->named_slack;
	else
		ret_claims[OF_ADDRESS].pace.slack = g->pace[OF_ADDRESS].step - gate_ms(g->caps.census_gap_ms);
	if (counted)
		ret_claims[OF_CENSUS].pace = g->pace[OF_CENSUS];
}

// A time of the buckets: above 0, from the first question on. A clock that steps back stands still here.
static int64_t gate_own_time(struct gate *g, int64_t now_ns)
{
	if (!g->now) {
		g->epoch = now_ns - 1;
		g->now = 1;
	}
	int64_t now = now_ns > g->epoch ? now_ns - g->epoch : 1;
	g->now = now > g->now ? now : g->now;
	return g->now;
}

static int64_t gate_total_from(const struct gate *g)
{
	return g->total.step == BUCKETS_NEVER ? BUCKETS_NEVER : g->total_until - g->total.slack;
}

static int64_t gate_may_go_from(const struct gate *g, int64_t now, struct claim claims[TABLES])
{
	int64_t from = gate_total_from(g);
	for (unsigned i = 0; i < TABLES; i++) {
		int64_t t = claims[i].pace.step ? buckets_find(&g->buckets[i], now, &claims[i]) : 0;
		from = t > from ? t : from;
	}
	return from;
}

static void gate_charge(struct gate *g, int64_t now, struct claim claims[TABLES])
{
	for (unsigned i = 0; i < TABLES; i++)
		if (claims[i].pace.step)
			buckets_charge(&claims[i], now);
	g->total_until = (g->total_until > now ? g->total_until : now) + g->total.step;
}

// What is far away is asked for all at once, before the first of it is waited for.
static void gate_near(const struct gate *g, const struct gate_ask *a, const struct claim claims[TABLES])
{
	ranges_near(g->opt_out, &a->address);
	for (unsigned i = 0; i < TABLES; i++)
		if (claims[i].pace.step)
			buckets_near(&g->buckets[i], claims[i].hash);
}

static enum gate_answer gate_judge(struct gate *g, const struct gate_ask *asked, int64_t now_ns, int64_t *ret_until_ns)
{
	struct claim claims[TABLES];
	struct gate_ask plain;
	const struct gate_ask *a = asked;
	uint64_t block = gate_block_key(&a->address);
	if (UNLIKELY(a->op >= PROBE_OP_COUNT || a->kind >= GATE_KINDS))
		return GATE_UNLISTED;
	if (UNLIKELY(a->kind > GATE_CONTROL)) {
		plain = *asked;
		plain.kind = gate_kind_plain(asked->kind);
		a = &plain;
	}
	gate_claims_of(g, a, block, claims);
	gate_near(g, a, claims);
	enum gate_answer admitted = gate_admits(g, &a->address, asked->kind);
	if (admitted != GATE_GO)
		return admitted;
	int64_t now = gate_own_time(g, now_ns);
	bool backs_off = a->kind == GATE_CENSUS && backoff_count(g->backoff);
	if (backs_off && now < backoff_until(g->backoff, block))
		return GATE_BACKED_OFF;
	int64_t from = gate_may_go_from(g, now, claims);
	if (from > now) {
		*ret_until_ns = from == BUCKETS_NEVER ? BUCKETS_NEVER : from + g->epoch;
		return GATE_WAIT;
	}
	gate_charge(g, now, claims);
	if (backs_off)
		backoff_asked(g->backoff, block, now);
	if (a->kind == GATE_NAMED && !special_loopback(&a->address) && !gate_is_named(g, &a->address))
		g->named[g->named_count++] = a->address;
	return GATE_GO;
}

enum gate_answer gate_ask(struct gate *g, const struct gate_ask *a, int64_t now_ns, int64_t *ret_until_ns)
{
	enum gate_answer answer = gate_judge(g, a, now_ns, ret_until_ns);
	g->counts[answer]++;
	return answer;
}

void gate_incident(struct gate *g, bool open)
{
	g->incident = open;
}

void gate_back_off(struct gate *g, const struct addr *a, int64_t now_ns)
{
	backoff_raise(g->backoff, gate_block_key(a), gate_own_time(g, now_ns));
}

void gate_relax(struct gate *g, const struct addr *a)
{
	if (backoff_count(g->backoff))
		backoff_lower(g->backoff, gate_block_key(a));
}

uint64_t gate_count(const struct gate *g, enum gate_answer which)
{
	must(which < GATE_ANSWERS);
	return g->counts[which];
}

const char *gate_answer_name(enum gate_answer which)
{
	static const char *const names[] = {
		[GATE_GO] = "allowed",
		[GATE_WAIT] = "held back by a cap",
		[GATE_UNLISTED] = "not on the allowlist",
		[GATE_OPTED_OUT] = "on the blocklist or opt-out list",
		[GATE_SPECIAL] = "a special-purpose address",
		[GATE_BACKED_OFF] = "left alone after a prohibition",
	};
	_Static_assert(ARRAY_LEN(names) == GATE_ANSWERS, "every answer has its words");
	return which < GATE_ANSWERS ? names[which] : "unknown";
}

size_t gate_bytes(const struct gate *g)
{
	return sizeof(*g) + g->slots_bytes + backoff_bytes(g->backoff) + ranges_bytes(g->allow) +
	       ranges_bytes(g->block) + ranges_bytes(g->opt_out) + ranges_bytes(g->own);
}
