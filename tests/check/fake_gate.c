// SPDX-License-Identifier: ISC
// See fake_gate.h. Every function of schedule/gate.h is here, so that the real one is never linked beside it.
#include "fake_gate.h"

#include "base/alloc.h"

#include <stdlib.h>

struct gate *gate_create(const struct caps *caps)
{
	(void)caps;
	return alloc_zero(1, sizeof(struct gate));
}

void gate_free(struct gate *g)
{
	free(g);
}

bool gate_listed(const struct gate *g, const struct addr *a)
{
	(void)g;
	(void)a;
	return true;
}

int gate_allow(struct gate *g, const struct prefix *p)
{
	(void)g;
	(void)p;
	return 0;
}

int gate_block(struct gate *g, const struct prefix *p)
{
	(void)g;
	(void)p;
	return 0;
}

int gate_opt_out(struct gate *g, const struct prefix *list, size_t n)
{
	(void)g;
	(void)list;
	(void)n;
	return 0;
}

enum gate_answer gate_ask(struct gate *g, const struct gate_ask *a, int64_t now_ns, int64_t *ret_until_ns)
{
	bool tcp = a->op == PROBE_TCP_CONNECT;
	g->asked++;
	g->tcp_asked += tcp;
	g->last = *a;
	*ret_until_ns = now_ns + g->wait_ns;
	return tcp ? g->tcp_answer : g->answer;
}

enum gate_answer gate_admits(const struct gate *g, const struct addr *a, uint8_t kind)
{
	(void)a;
	(void)kind;
	return g->answer;
}

void gate_incident(struct gate *g, bool open)
{
	(void)g;
	(void)open;
}

void gate_back_off(struct gate *g, const struct addr *a, int64_t now_ns)
{
	(void)a;
	(void)now_ns;
	g->backed_off++;
}

void gate_relax(struct gate *g, const struct addr *a)
{
	(void)a;
	g->relaxed++;
}

uint64_t gate_count(const struct gate *g, enum gate_answer which)
{
	(void)which;
	return g->asked;
}

const char *gate_answer_name(enum gate_answer which)
{
	(void)which;
	return "fake";
}

size_t gate_bytes(const struct gate *g)
{
	return sizeof(*g);
}
