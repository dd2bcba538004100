// SPDX-License-Identifier: ISC
// First the log, then the engine.
#include "journal/tee.h"

static int tee_take(void *context, const struct batch *b)
{
	struct journal_tee *t = context;
	int code = t->journal ? journal_append_batch(t->journal, b) : 0;
	return code < 0 ? code : t->out.take(t->out.context, b);
}

struct batch_sink journal_tee_sink(struct journal_tee *t)
{
	return (struct batch_sink){tee_take, t};
}
