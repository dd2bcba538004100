// SPDX-License-Identifier: ISC
// Starts the discover role, waits for what it found.
#include "daemon/zone_lookup.h"

#include "base/alloc.h"
#include "base/err.h"
#include "daemon/message.h"
#include "daemon/opt_out.h"
#include "daemon/own.h"
#include "os/child.h"
#include "schedule/gate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define WAIT_MS (20 * 60 * 1000) // 512 questions, one a second, and time-outs
#define SAY_MS	10000

static int zone_lookup_tell(void *context, enum message kind, const void *bytes, size_t length)
{
	return channel_put_wait(context, (uint16_t)kind, bytes, length, SAY_MS);
}

// Referrals lead to servers that nobody named: who is not to be asked is not asked here either.
static int zone_lookup_tell_lists(const struct zone_lookup *l, struct opt_out *o, struct channel *c)
{
	struct message_writer *w = alloc_zero(1, sizeof(*w));
	int code = 0;
	w->out = (struct message_sink){zone_lookup_tell, c};
	for (size_t i = 0; l->block && i < l->block->count && code == 0; i++)
		code = message_add(w, MESSAGE_BLOCK, &l->block->at[i], sizeof(l->block->at[i]));
	if (code == 0)
		code = message_flush(w);
	if (code == 0)
		code = opt_out_tell(o, w->out);
	free(w);
	return code;
}

static int zone_lookup_begin(struct zone_lookup *l, struct opt_out *o, struct channel *c)
{
	struct setup s = {
		.caps = l->lab ? caps_lab() : caps_default(), .toward = l->resolver, .timeout_ms = l->timeout_ms};
	snprintf(s.zone, sizeof(s.zone), "%s", l->zone);
	snprintf(s.version, sizeof(s.version), "%s", l->version);
	if (getrandom(&s.seed, sizeof(s.seed), 0) != sizeof(s.seed))
		return -EIO;
	int code = channel_put_wait(c, MESSAGE_SETUP, &s, sizeof(s), SAY_MS);
	if (code == 0)
		code = own_tell((struct message_sink){zone_lookup_tell, c});
	if (code == 0)
		code = zone_lookup_tell_lists(l, o, c);
	return code ? code : channel_put_wait(c, MESSAGE_START, NULL, 0, SAY_MS);
}

// Whoever runs the zone says where its servers are: what leads inside is no server of it.
static void zone_lookup_take_found(struct zone_lookup *l, const struct gate *g, const struct frame *f)
{
	size_t n = f->length / sizeof(*l->found);
	if (!n || l->count + n > DISCOVER_FOUND_MAX)
		return;
	l->found = alloc_resize(l->found, l->count + n, sizeof(*l->found));
	for (size_t i = 0; i < n; i++) {
		struct discover_found *to = &l->found[l->count];
		memcpy(to, f->bytes + i * sizeof(*to), sizeof(*to));
		to->host[sizeof(to->host) - 1] = '\0';
		bool inside = gate_admits(g, &to->address, GATE_NAMED_FOUND) == GATE_SPECIAL;
		l->refused += inside;
		l->count += !inside;
	}
}

static struct gate *zone_lookup_gate(const struct zone_lookup *l)
{
	struct caps caps = l->lab ? caps_lab() : caps_default();
	struct gate *g = gate_create(&caps);
	struct prefix *own = alloc_zero(OWN_MAX, sizeof(*own));
	(void)!gate_own(g, own, own_addresses(own)); // the system's addresses are well-formed
	free(own);
	return g;
}

static void zone_lookup_take_attempts(struct zone_lookup *l, const struct frame *f)
{
	struct attempt a;
	for (size_t at = 0; at + sizeof(a) <= f->length; at += sizeof(a)) {
		memcpy(&a, f->bytes + at, sizeof(a));
		l->questions++;
		l->failed += a.failure != FAILURE_NONE;
		l->failure = a.failure != FAILURE_NONE ? a.failure : l->failure;
	}
}

// 1: it is done; 0: go on; negative: why not.
static int zone_lookup_take(struct zone_lookup *l, const struct gate *g, const struct frame *f, char *message,
			    size_t size)
{
	if (f->kind == MESSAGE_ERROR) {
		snprintf(message, size, "%.*s", (int)f->length, (const char *)f->bytes);
		return ERR_MALFORMED;
	}
	if (f->kind == MESSAGE_FOUND)
		zone_lookup_take_found(l, g, f);
	else if (f->kind == MESSAGE_ATTEMPTS)
		zone_lookup_take_attempts(l, f);
	return f->kind == MESSAGE_DONE;
}

int zone_lookup_zone(struct zone_lookup *l, char *message, size_t size)
{
	struct child child;
	struct frame f;
	struct opt_out opted;
	struct gate *g = zone_lookup_gate(l);
	int code = opt_out_open(&opted, l->opt_out_file, message, size);
	enum gate_answer resolver = gate_admits(g, &l->resolver, GATE_RESOLVER);
	if (code == 0 && resolver != GATE_GO) {
		snprintf(message, size, "its resolver may not be asked: %s", gate_answer_name(resolver));
		code = ERR_USAGE;
	}
	if (code == 0)
		code = child_start(&child, "discover");
	if (code < 0)
		goto out;
	code = zone_lookup_begin(l, &opted, child.channel);
	while (code == 0) {
		code = channel_get(child.channel, &f);
		if (code == 0)
			code = channel_wait(child.channel, WAIT_MS) > 0 ? 0 : -ETIMEDOUT;
		else if (code > 0)
			code = zone_lookup_take(l, g, &f, message, size);
	}
	child_stop(&child);
out:
	gate_free(g);
	opt_out_close(&opted);
	if (code < 0 && !*message)
		snprintf(message, size, "%s", err_text(code));
	return code < 0 ? code : 0;
}

void zone_lookup_free(struct zone_lookup *l)
{
	free(l->found);
	l->found = NULL;
}
