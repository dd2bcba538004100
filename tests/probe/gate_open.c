// SPDX-License-Identifier: ISC
// A gate that lets everything through, in place of schedule/gate.c: the tests of the engine send to their own namespaces only, faster
// than any cap. It counts what it is told, so that a test can see that the engine tells it.
#include "gate_open.h"

struct gate_seen gate_seen;

enum gate_answer gate_ask(struct gate *g, const struct gate_ask *a, int64_t now_ns, int64_t *ret_until_ns)
{
	(void)g;
	gate_seen.asked++;
	if (gate_seen.refuse.family != FAMILY_NONE && addr_equal(&gate_seen.refuse, &a->address))
		return GATE_OPTED_OUT;
	if (gate_seen.asked > gate_seen.wait_after && gate_seen.wait_after) {
		*ret_until_ns = now_ns + 5000000;
		return GATE_WAIT;
	}
	return GATE_GO;
}

void gate_back_off(struct gate *g, const struct addr *a, int64_t now_ns)
{
	(void)g;
	(void)a;
	(void)now_ns;
	gate_seen.backed_off++;
}

void gate_relax(struct gate *g, const struct addr *a)
{
	(void)g;
	(void)a;
	gate_seen.relaxed++;
}
