// SPDX-License-Identifier: ISC
// Sessions of the watched networks, and what the events of their routes amount to.
#include "engine/control.h"

#include "base/alloc.h"

#include <stdlib.h>

struct control {
	const struct peer_table *peers;
	const struct entity_list *entities;
};

struct control *control_create(const struct peer_table *peers, const struct entity_list *entities)
{
	struct control *c = alloc_zero(1, sizeof(*c));
	c->peers = peers;
	c->entities = entities;
	return c;
}

void control_free(struct control *c)
{
	free(c);
}

void control_take(struct control *c, const struct obs *o)
{
	(void)c;
	(void)o;
}

void control_facts(const struct control *c, const struct routes *r, struct incident *n)
{
	(void)c;
	(void)r;
	(void)n;
}
