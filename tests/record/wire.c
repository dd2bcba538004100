// SPDX-License-Identifier: ISC
// A random configuration, measured for some seconds through the real processes: the test beside it captures what was sent
// and compares it with the caps that this program prints. `wire SEED SECONDS`, inside a namespace where 198.18.0.0/15 answers.
#include "base/alloc.h"
#include "daemon/measure.h"
#include "daemon/roles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;

// xorshift64*
static uint32_t below(uint32_t n)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * 0x2545f4914f6cdd1dULL) >> 33) % n;
}

// Numbers as strict as those of the field or stricter, now and then as loose as the laboratory allows. (What the field has besides,
// a gap for each kind and a cap per network, cannot be captured here: no address of the field may be asked. tests/schedule has it.)
static struct caps random_caps(void)
{
	struct caps c = below(4) ? caps_default() : caps_lab();
	c.lab = true;					// the addresses are
	c.total_per_s = 2 + below(below(2) ? 20 : 400); // one is too few for two roles, and refused
	c.network_per_s = 1 + below(100);
	c.block_burst = 2 + below(4);
	c.block_per_round = 20 + below(640);
	c.census_gap_ms = 1000 + below(3000);
	c.watch_gap_ms = 1000 + below(4000);
	c.named_gap_ms = 1000 + below(3000);
	for (int op = 0; op < PROBE_OP_COUNT; op++)
		c.check_gap_ms[op] = 1000 + below(4000);
	return c;
}

static void random_targets(struct plan *p)
{
	uint32_t n = 1 + below(600), blocks = 1 + below(400);
	for (uint32_t i = 0; i < n; i++) {
		struct plan_target *t = plan_target_add(p);
		uint32_t block = below(blocks);
		t->address = addr_v4(0xc6120000u | block << 8 | (1 + below(30)));
		t->op = below(4) ? PROBE_ICMP_ECHO : PROBE_TCP_CONNECT;
		t->port = 80;
		t->kind = TARGET_HOST;
		t->network = below(3) ? 64500 + block / 3 : 0;
		t->interval_ms = 200 + below(3000); // faster than the caps allow: they must hold all the same
	}
}

static void random_census(struct plan *p)
{
	uint32_t n = below(2) ? below(60) : 0;
	if (!n)
		return;
	entity_add(&p->entities, "country/KX");
	p->blocks = alloc_zero(n, sizeof(*p->blocks));
	p->block_count = n;
	for (uint32_t i = 0; i < n; i++) {
		struct plan_block *b = &p->blocks[i];
		*b = (struct plan_block){.block = 0xc61200u + i,
					 .network = 64500 + i / 3,
					 .count = (uint8_t)(1 + below(PLAN_BLOCK_HOSTS))};
		for (uint8_t k = 0; k < b->count; k++) {
			b->low[k] = (uint8_t)(1 + k * 2);
			b->availability[k] = (uint8_t)(40 + below(200));
		}
	}
}

static void says(void *context, const char *line)
{
	(void)context;
	fprintf(stderr, "# %s\n", line);
}

static uint64_t attempts;

static void take(void *context, const struct attempt *batch, size_t n)
{
	(void)context;
	(void)batch;
	attempts += n;
}

static void print_caps(const struct caps *c)
{
	printf("{\"total_per_s\":%u,\"block_burst\":%u,\"block_per_round\":%u,\"gap_ms\":%u}\n", c->total_per_s,
	       c->block_burst, c->block_per_round, c->named_gap_ms);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	if (argc == 2 && strncmp(argv[1], "--role=", 7) == 0)
		return role_main(argv[1] + 7);
	if (argc != 3)
		return 2;
	state = strtoull(argv[1], NULL, 10) * 0x9e3779b97f4a7c15ULL + 1;
	for (int i = 0; i < 16; i++)
		below(2); // neighbouring seeds begin alike
	struct plan p;
	struct prefix all = {.bytes = {198, 18}, .family = FAMILY_V4, .length = 15};
	struct caps c = random_caps();
	plan_init(&p);
	p.lab = true;
	p.allow.at = alloc_zero(1, sizeof(*p.allow.at));
	p.allow.at[0] = all;
	p.allow.count = 1;
	random_targets(&p);
	random_census(&p);
	print_caps(&c);
	struct measure_options o = {
		.plan = &p,
		.persist = true,
		.best = ATTEMPT_PACKET,
		.timeout_ms = 1000,
		.for_ns = strtoll(argv[2], NULL, 10) * 1000000000,
		.version = "test",
		.tighter = &c,
		.sink = {.attempts = take, .says = says},
	};
	struct measure_result r;
	int code = measure_run(&o, &r);
	const struct message_counts *n = &r.counts;
	printf("{\"code\":%d,\"attempts\":%llu,\"deaths\":%u,\"targets\":%zu,\"blocks\":%zu,\"sent\":%llu,\"skipped\":%"
	       "llu,"
	       "\"refused\":%llu,\"held\":%llu}\n",
	       code, (unsigned long long)attempts, r.deaths, p.target_count, p.block_count,
	       (unsigned long long)n->probe.sent, (unsigned long long)n->skipped,
	       (unsigned long long)(n->refused_unlisted + n->refused_special), (unsigned long long)n->probe.held);
	plan_free(&p);
	return code < 0;
}
